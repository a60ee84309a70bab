// Where losses leave their gradients, and where gates have what they gate.
system Lift_Losses_And_Gates {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern gradient_of_loss {
        axis: "bwd_decomposition"
        says: "into which kernels the backward pass is parted"
        values: ["grad_in_forward"]

        case "grad_in_forward" {
            when: g == log(total) and carried(total, l, _, _) and exponential(p, _) and outside(p, l)
            when: w == div(p, total) and x == store(value=v) and made_of(v, w)
            when: array_of(x, q) and made_of(p, r) and r == load() and array_of(r, q)
            evidence: [w, x]
            confidence: 0.85
            because: "{x} puts the gradient in the place of the scores that the loss is made of"
        }
    }

    pattern gate_layout {
        axis: "tensor_layout"
        says: "whether what gates and what is gated are one array"
        values: ["separate", "concatenated"]

        predicate gate(x, s) {
            when: s == sigmoid(u) and made_of(u, x) and x == load()
        }
        predicate gated(y, s) {
            when: w == mul(_, _) and made_of(w, s) and made_of(w, y) and y == load() and not made_of(s, y)
        }

        case "concatenated" {
            when: not mma() and gate(x, s) and array_of(x, p) and gated(y, s) and array_of(y, p)
            evidence: [x, y]
            confidence: 0.85
            because: "{x} and {y} are parts of {p}"
        }
        case "separate" {
            when: not mma() and gate(x, s) and array_of(x, p) and gated(y, s) and array_of(y, q) and p != q
            evidence: [x, y]
            confidence: 0.85
            because: "{x} and {y} are of different arrays"
        }
    }
}
