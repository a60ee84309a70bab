// How the backward pass of rows, rotations and losses is done.
system Lift_Backward {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern backward_of_rows {
        axis: "bwd_decomposition"
        says: "into which kernels the backward pass is parted"
        values: ["fused_dx_dw_partial", "inverse_rotation_same_kernel", "grad_in_forward"]

        case "fused_dx_dw_partial" {
            when: not mma() and carried(acc, l, _, next) and next == acc + t and made_of(t, w)
            when: w == mul(_, _) and made_of(w, g) and g == load() and inside(g, l)
            when: made_of(w, x) and x == load() and inside(x, l) and x != g
            when: y == store(value=d) and inside(y, l) and made_of(d, r) and r == reduce_sum(_)
            when: made_of(r, g) and made_of(r, x) and not made_of(d, acc)
            when: z == store(value=e) and outside(z, l) and made_of(e, acc)
            evidence: [y, next, z]
            confidence: 0.85
            because: "{y} is stored for each row, and {z} what all rows of the block add up to"
        }
        case "inverse_rotation_same_kernel" {
            when: not mma() and y == a * c - b * s and c == load() and s == load() and guarded_not(y, f) and constexpr(f)
            when: operation(z, "add") and guarded(z, f) and made_of(z, a) and made_of(z, b)
            when: made_of(z, c) and made_of(z, s)
            evidence: [y, z, f]
            confidence: 0.9
            because: "if {f} holds, {z} turns back what {y} turns"
        }
        case "grad_in_forward" {
            when: g == log(total) and carried(total, l, _, _) and exponential(p, _) and outside(p, l)
            when: w == div(p, total) and x == store(value=v) and made_of(v, w)
            when: array_of(x, q) and made_of(p, r) and r == load() and array_of(r, q)
            evidence: [w, x]
            confidence: 0.85
            because: "{x} puts the gradient in the place of the scores that the loss is made of"
        }
    }

    pattern backward_of_rotations {
        axis: "bwd_decomposition"
        says: "into which kernels the backward pass is parted"
        per: launch

        case "inverse_rotation_same_kernel" {
            when: not mma() and y == a * c - b * s and c == load() and s == load() and array_of(s, p)
            when: z == b * c + a * s and launch(l, _) and bound(l, p, v) and depends(v, n) and n == neg(_)
            evidence: [n]
            confidence: 0.9
            because: "the launch gives {n} for {p}, which turns back"
        }
    }

    pattern rotated_together {
        axis: "fusion_level"
        says: "whether one kernel rotates queries and keys"
        values: ["q_and_k_one_kernel"]

        case "q_and_k_one_kernel" {
            when: not mma() and not reduce_sum(_)
            when: y == a * c - b * s and c == load() and s == load() and a == load() and array_of(a, p)
            when: z == d * c - e * s and d == load() and array_of(d, q) and p != q
            evidence: [a, d, y, z]
            confidence: 0.9
            because: "{c} and {s} are loaded once for {p} and for {q}"
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
