// Two products with one left operand, of which one goes through an activation and scales the other: what comes before
// the second product of a gated network.
system Lift_Gated_Products {
    // The activation f of the product m.
    predicate activation(f, m) {
        when: (f == sigmoid(_) or f == tanh(_) or f == erf(_) or (f == max(_, z) and number(z, 0)) or (f == 1 / n and n == 1 + e and (e == exp(_) or e == exp2(_))))
        when: made_of(f, m)
    }

    // The products m, which is activated, and n of the operand x, and y, which is made of both.
    predicate gated(x, m, n, u, w, y) {
        when: m == mma(x, u) and n == mma(x, w) and m != n and u != w and y == g * h
        when: made_of(g, f) and activation(f, m) and made_of(h, n) and not made_of(h, m) and not made_of(g, n)
    }

    pattern fusion_level {
        says: "which of two products that meet are computed in one kernel"
        values: ["gate_and_up_one_kernel", "separate_launches", "unfused"]

        case "gate_and_up_one_kernel" {
            when: gated(x, m, n, _, _, y)
            evidence: [x, m, n, y]
            confidence: 0.9
            because: "{x} is multiplied with two operands in one loop, and {y} is made of both products"
        }
    }

    pattern intermediate_storage {
        says: "whether what a gate is made of is kept besides its result"
        values: ["all_stored", "output_only", "flag"]

        case "all_stored" {
            when: gated(_, m, n, _, _, y) and s == store(value=v) and made_of(v, y) and r == store(value=a)
            when: made_of(a, m) and not made_of(a, n)
            evidence: [s, r]
            confidence: 0.85
            because: "{r} keeps what only the first product is in, besides {s}"
        }
        case "output_only" {
            when: gated(_, m, n, _, _, y) and s == store(value=v) and made_of(v, y)
            evidence: [s]
            confidence: 0.85
            because: "only {s} is kept, which both products are in"
        }
    }

    pattern tensor_layout {
        says: "whether the operands of both products are one array"
        values: ["separate", "concatenated", "interleaved"]

        case "separate" {
            when: gated(_, _, _, u, w, _) and made_of(u, a) and a == load() and array_of(a, p)
            when: made_of(w, b) and b == load() and array_of(b, q) and p != q
            evidence: [a, b]
            confidence: 0.9
            because: "{a} and {b} are of different arrays"
        }
        case "concatenated" {
            when: gated(_, _, _, u, w, _) and made_of(u, a) and a == load() and array_of(a, p)
            when: made_of(w, b) and b == load() and array_of(b, p) and a != b
            evidence: [a, b]
            confidence: 0.85
            because: "{a} and {b} are parts of {p}"
        }
    }

    pattern feature_gating {
        says: "how it is said which activation is taken"
        values: ["constexpr_flag", "runtime_flag", "separate_kernels"]

        predicate chosen(f, p, m) {
            when: m == mma(_, _) and activation(f, m) and (guarded(f, c) or guarded_not(f, c)) and depends(c, p) and parameter(p)
        }

        case "constexpr_flag" {
            when: chosen(f, p, m) and constexpr(p) and guarded(f, c) and depends(c, p)
            evidence: [p, c, f]
            confidence: 0.9
            because: "{p}, which is known when the kernel is compiled, says whether {f} is taken"
        }
        case "runtime_flag" {
            when: chosen(f, p, m) and runtime(p)
            evidence: [p, f]
            confidence: 0.85
            because: "{p} says at run time whether {f} is taken"
        }
    }

    pattern activation_of_product {
        axis: "math_approximation"
        says: "how an activation of a product is computed"
        per: role
        values: ["exp_explicit", "sigmoid_builtin", "tanh_form", "erf"]

        case "exp_explicit" {
            when: m == mma(_, _) and made_of(e, m) and s == 1 / n and n == 1 + e and e == exp(_)
            role: "silu"
            evidence: [e, s]
            confidence: 0.9
            because: "{s} is a sigmoid that is written out with the natural exponential"
        }
        case "tanh_form" {
            when: m == mma(_, _) and t == tanh(i) and made_of(i, m) and i == c * d and near(c, 0.7978845608028654)
            role: "gelu"
            evidence: [t, i]
            confidence: 0.9
            all: true
            because: "{t} is the hyperbolic tangent of a polynomial, with the square root of two over pi"
        }
        case "erf" {
            when: m == mma(_, _) and t == erf(_) and made_of(t, m)
            role: "gelu"
            evidence: [t]
            confidence: 0.9
            all: true
            because: "{t} is the error function itself"
        }
    }
}
