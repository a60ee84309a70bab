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

    predicate logistic(s, e) {
        when: s == 1 / n and n == 1 + e and (e == exp(_) or e == exp2(_))
    }

    pattern division_of_gate {
        axis: "normalization_division"
        says: "how the quotient of a sigmoid is rounded"
        values: ["ieee_div", "approx", "approx_ftz", "full"]

        case "approx_ftz" {
            when: logistic(s, e) and given(s, "rounding", r) and text(r, "rounding.approx") and given(s, "flush_to_zero", f)
            when: f == true
            evidence: [s]
            confidence: 0.9
            because: "{s} is approximated, and tiny numbers become zero"
        }
        case "approx" {
            when: logistic(s, e) and given(s, "rounding", r) and text(r, "rounding.approx")
            evidence: [s]
            confidence: 0.9
            because: "{s} is approximated"
        }
    }

    pattern source_of_activation {
        axis: "bwd_activation_source"
        says: "whether the backward pass computes an activation again"
        values: ["recompute", "saved"]

        case "recompute" {
            when: not mma() and (logistic(s, e) or s == sigmoid(_)) and made_of(s, x) and x == load() and d == 1 - s
            when: g == load() and w == store(value=v) and made_of(v, d) and made_of(v, g) and not made_of(s, g)
            evidence: [x, s, d]
            confidence: 0.85
            because: "the derivative needs {s}, which is computed again from {x}"
        }
        case "recompute_with_minus" {
            when: not mma() and (logistic(s, e) or s == sigmoid(_)) and made_of(s, x) and x == load() and d == 1 + n and n == neg(s)
            when: g == load() and w == store(value=v) and made_of(v, d) and made_of(v, g) and not made_of(s, g)
            value: "recompute"
            evidence: [x, s, d]
            confidence: 0.85
            because: "the derivative needs {s}, which is computed again from {x}"
        }
    }

    pattern gate_in_place {
        axis: "in_place"
        says: "whether a gate is written over what it is computed from"
        values: ["never"]

        predicate reads(p) {
            when: x == load() and array_of(x, p)
        }

        case "never" {
            when: language(k, "cutile") and not mma() and (logistic(s, e) or s == sigmoid(_)) and w == store(value=v) and made_of(v, s) and array_of(w, p)
            when: not reads(p) and launch(l, k) and bound(l, p, a) and depends(a, b) and b == alloc() and not (c == choice(then=a))
            evidence: [w, b]
            confidence: 0.8
            because: "{p} is a new array and never read"
        }
    }

    pattern gate_layout {
        axis: "tensor_layout"
        says: "whether what gates and what is gated are one array"
        values: ["separate", "concatenated"]

        predicate gate(x, s) {
            when: s == sigmoid(u) or (s == 1 / n and n == 1 + e and (e == exp(u) or e == exp2(u)))
            when: made_of(u, x) and x == load()
        }
        predicate gated(y, s) {
            when: w == mul(_, _) and made_of(w, s) and made_of(w, y) and y == load() and not made_of(s, y)
        }

        case "concatenated_by_offset" {
            when: not mma() and gate(x, s) and array_of(x, p) and gated(y, s) and y == load(index=j) and array_of(y, p)
            when: depends(j, o) and o == a + n and a == arange() and parameter(n)
            value: "concatenated"
            evidence: [x, y, o]
            confidence: 0.9
            because: "{y} lies {n} behind {x} in {p}"
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
