// Random numbers that a kernel computes itself, and what is done with them.
system Lift_Random {
    // A hash: something mixed with its own shifted bits.
    predicate hash(h) {
        when: h == xor(c, s) and (s == shr(c, _) or s == shl(c, _))
    }
    predicate drawn(u) {
        when: (hash(h) or h == random()) and made_of(u, h)
    }

    // What is kept of x where u is large enough.
    predicate dropped(kept_part, c, v) {
        when: kept_part == select(c, v, z) and (number(z, 0) or z == full(0))
        when: (c == gt(u, _) or c == ge(u, _) or c == lt(u, _) or c == le(u, _) or c == lt(_, u) or c == le(_, u)) and drawn(u)
    }

    pattern prng_int_type {
        says: "the type of the numbers that are hashed"
        values: ["int32", "uint32"]

        case "int32" {
            when: hash(h) and made_of(h, a) and (a == arange() or a == full()) and dtype(a, "i32")
            evidence: [a, h]
            because: "{a} has 32 bits and a sign"
        }
        case "uint32" {
            when: hash(h) and made_of(h, a) and dtype(a, "u32")
            evidence: [a, h]
            because: "{a} has 32 bits and no sign"
        }
    }

    pattern seed_mixing {
        says: "what is done with a seed before it is used"
        values: ["host_multiplicative", "none", "in_kernel"]

        predicate seeded(h, p) {
            when: hash(h) and depends(h, p) and parameter(p)
        }

        case "host_multiplicative" {
            when: seeded(h, p) and launch(l, k) and bound(l, p, v) and depends(v, m) and m == _ * n and number(n, q) and q > 65535
            evidence: [m, v]
            because: "the host multiplies it with {q}"
        }
        case "in_kernel" {
            when: seeded(h, p) and not (p == arange()) and m == p * n and number(n, q) and q > 65535 and depends(h, m)
            evidence: [m]
            confidence: 0.9
            because: "the kernel multiplies {p} with {q}"
        }
    }

    pattern uniform_conversion {
        says: "how random bits become a number between 0 and 1"
        values: ["mask_divide_f32", "mantissa_bits", "integer_threshold"]

        case "mask_divide_f32" {
            when: hash(h) and operation(b, "and") and made_of(b, h) and (u == q / n or u == q * n) and made_of(q, b)
            evidence: [b, u]
            because: "bits are masked, cast and scaled"
        }
        case "integer_threshold" {
            when: dropped(t, c, v) and hash(h) and (c == gt(b, _) or c == ge(b, _)) and operation(b, "and") and made_of(b, h)
            evidence: [b, c]
            because: "bits are compared as they are"
        }
    }

    pattern keep_predicate {
        says: "which numbers keep an element"
        values: [">", ">="]

        case ">" {
            when: dropped(t, c, v) and (c == gt(u, _) or c == lt(_, u)) and drawn(u)
            evidence: [c]
            because: "{c} keeps it"
        }
        case ">=" {
            when: dropped(t, c, v) and (c == ge(u, _) or c == le(_, u)) and drawn(u)
            evidence: [c]
            because: "{c} keeps it"
        }
    }

    pattern scale_form {
        says: "how what is kept is scaled up"
        values: ["reciprocal_multiply", "divide"]

        case "reciprocal_multiply" {
            when: dropped(t, c, v) and v == _ * f and depends(f, r) and r == 1 / q and q == 1 - _
            evidence: [v, r]
            because: "it is multiplied with {r}"
        }
        case "divide" {
            when: dropped(t, c, v) and v == _ / q and q == 1 - _
            evidence: [v]
            because: "it is divided by {q}"
        }
    }

    pattern mask_storage {
        says: "whether what was kept is written down for the way back"
        values: ["not_stored", "stored_bool", "stored_bits"]

        case "stored_bool" {
            when: dropped(t, c, v) and s == store(value=w) and (w == c or w == cast(c))
            evidence: [c, s]
            because: "{c} is stored"
        }
        case "not_stored" {
            when: dropped(t, c, v) and s == store(value=w) and made_of(w, t)
            evidence: [c, t, s]
            confidence: 0.9
            because: "only the result is stored, so the way back has to draw the numbers again"
        }
    }

    pattern training_switch {
        says: "what turns the dropping off"
        values: ["constexpr_flag", "runtime_flag", "host_only"]

        case "constexpr_flag" {
            when: dropped(t, c, v) and w == choice(condition=p, then=t) and constexpr(p)
            evidence: [p, w]
            because: "without {p} elements are copied"
        }
        case "constexpr_guard" {
            when: dropped(t, c, v) and guarded(t, p) and constexpr(p)
            value: "constexpr_flag"
            evidence: [p, t]
            because: "without {p} elements are copied"
        }
        case "runtime_flag" {
            when: dropped(t, c, v) and guarded(t, p) and runtime(p)
            evidence: [p, t]
            because: "without {p} elements are copied"
        }
        case "host_only" {
            when: dropped(t, c, v) and unguarded(t)
            evidence: [t]
            confidence: 0.7
            because: "the kernel always drops"
        }
    }

    pattern bwd_support {
        says: "how a gradient is computed"
        per: file
        values: ["none", "mask_recompute", "stored_mask"]

        case "none" {
            when: kernel(k) and dropped(t, c, v) and in_kernel(t, k) and remark(x, "only_raises")
            kernel: k
            evidence: [x]
            confidence: 0.9
            because: "the backward pass only raises an error"
        }
    }

    pattern of_random_numbers {
        axis: "constraint"
        says: "what holds of numbers that are drawn"

        case "hazard" {
            when: dropped(t, c, v) and (c == gt(u, p) or c == lt(p, u)) and drawn(u) and parameter(p)
            evidence: [c]
            confidence: 0.8
            because: "{p} == 0 still drops an element whose number is 0, since {c} is strict"
        }
        case "rounded" {
            when: hash(h) and operation(b, "and") and made_of(b, h) and u == q / n and made_of(q, b) and number(n, m) and m > 16777216
            value: "hazard"
            evidence: [u]
            all: true
            confidence: 0.8
            because: "the number {u} can be exactly 1.0: {m} is rounded up in f32"
        }
        case "implied" {
            when: r == 1 / q and q == 1 - p and parameter(p) and dropped(t, c, v) and depends(v, r)
            evidence: [r, q]
            all: true
            confidence: 0.9
            because: "{p} < 1: otherwise {r} is not finite"
        }
        case "whole" {
            when: f == full(value=p) and constexpr(p) and dtype(f, "i32") and hash(h) and depends(h, f) and launch(l, k) and bound(l, p, v)
            value: "computed"
            evidence: [v, f]
            all: true
            confidence: 0.8
            because: "-2^31 <= {p} && {p} < 2^31: {v} has to fit 32 bits with a sign"
        }
    }
}
