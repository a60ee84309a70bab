// How gradients of attention are computed, and what kernels leave for each other.
system Lift_Attention_Backward {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern bwd_softmax_reconstruction {
        says: "where the weights come from in the backward pass"
        values: ["recompute_from_lse", "recompute_from_m_and_l"]

        case "recompute_from_lse" {
            when: role(_, "dp") and exponential(p, e) and made_of(e, s) and role(s, "s") and s == mma()
            when: made_of(e, x) and x == load() and role(x, "lse")
            when: not (made_of(e, r) and r == reduce_max(_))
            evidence: [p, e]
            confidence: 0.95
            because: "{p} is computed again from the scores and from {x}"
        }
    }

    // What is made of no parameter of the kernel, or of elements of an array.
    predicate unscaling(c) {
        when: not (made_of(c, p) and parameter(p)) or (made_of(c, n) and n == load())
    }

    pattern grad_scale_placement {
        says: "where the gradients of queries and keys are scaled"
        per: role
        values: ["epilogue_on_acc", "per_tile_on_dS"]

        case "epilogue_on_acc" {
            when: x == store(value=y) and role(x, r) and r in ["dq", "dk"]
            when: made_of(y, t) and t == acc * c and carried(acc, l, _, _) and outside(t, l)
            when: not unscaling(c)
            role: r
            evidence: [t]
            confidence: 0.95
            because: "the finished sum is scaled, as {t}"
        }
        case "per_tile_on_dS" {
            when: x == store(value=y) and role(x, r) and r in ["dq", "dk"] and made_of(y, m)
            when: (m == mma(d, _) or m == mma(_, d)) and role(d, "ds") and (d == t or d == transpose(t)) and t == u * c
            when: not unscaling(c)
            role: r
            evidence: [t]
            confidence: 0.85
            because: "{t} is scaled in each turn"
        }
    }

    // The sum along rows of output times gradient of the output.
    predicate row_dot(r, t) {
        when: r == reduce_sum(t) and t == a * b
        when: a == load() and role(a, "o") and b == load() and role(b, "do")
    }

    pattern preprocess_dot_precision {
        says: "in which type output and its gradient are multiplied"
        values: ["f32", "input_dtype"]

        case "f32" {
            when: row_dot(r, t) and dtype(t, "f32")
            evidence: [r, t]
            confidence: 0.95
            because: "{t} is computed in f32"
        }
        case "input_dtype" {
            when: row_dot(r, t) and dtype_like(t, _)
            evidence: [r, t]
            confidence: 0.9
            because: "{t} has the type of its operands"
        }
    }

    pattern delta_computation {
        says: "where the row sums of output times its gradient are computed"
        values: ["preprocess_kernel", "fused_in_bwd", "fused_in_fwd"]

        case "preprocess_kernel" {
            when: row_dot(r, _) and x == store(value=y) and made_of(y, r)
            when: not role(_, "s")
            evidence: [r, x]
            confidence: 0.95
            because: "a kernel of its own stores {r}"
        }
        case "fused_in_bwd" {
            when: row_dot(r, _) and role(_, "dp")
            evidence: [r]
            confidence: 0.9
            because: "{r} is computed where it is used"
        }
    }

    pattern delta_storage {
        says: "how the row sums of output times its gradient are stored"
        values: ["flat_1d_scatter", "tile_store"]

        case "tile_store" {
            when: row_dot(r, _) and x == store(path="tile", value=y) and made_of(y, r)
            evidence: [x]
            confidence: 0.9
            because: "{x} writes a tile"
        }
        case "flat_1d_scatter" {
            when: row_dot(r, _) and x == store(path="gather", value=y, index=i) and made_of(y, r)
            when: not (i == tuple())
            evidence: [x, i]
            confidence: 0.9
            because: "{x} has one index, which is computed from all axes"
        }
    }

    pattern lse_delta_read {
        says: "how what was kept for each row is read"
        per: role
        values: ["gather_1d", "tile_load"]

        case "gather_1d" {
            when: x == load(path="gather") and role(x, r) and r in ["lse", "delta"] and role(_, "dp")
            role: r
            evidence: [x]
            confidence: 0.95
            because: "{x} reads single elements"
        }
        case "tile_load" {
            when: x == load(path="tile") and role(x, r) and r in ["lse", "delta"] and role(_, "dp")
            role: r
            evidence: [x]
            confidence: 0.95
            because: "{x} reads a tile"
        }
    }

    pattern lse_padding {
        says: "what stands for rows beyond the last one where the sums of weights are kept"
        per: launch
        values: ["inf_padding", "zero_padding"]

        case "inf_padding" {
            when: parameter(p) and role(p, "lse") and launch(l, _) and bound(l, p, v)
            when: depends(v, a) and a == alloc() and argument(a, "fill", f) and is_inf(f)
            evidence: [a]
            confidence: 0.9
            because: "the array for {p} is filled with infinity where it is padded"
        }
        case "zero_padding" {
            when: parameter(p) and role(p, "lse") and launch(l, _) and bound(l, p, v)
            when: depends(v, a) and a == alloc() and argument(a, "fill", f) and number(f, 0)
            evidence: [a]
            confidence: 0.85
            because: "the array for {p} is filled with zeros"
        }
    }

    pattern gqa_grad_reduction {
        says: "how the gradients of heads that share keys are added up"
        values: ["in_kernel_loop", "atomic_add", "expand_then_sum"]

        case "atomic_add" {
            when: x == atomic() and (role(x, "dk") or role(x, "dv"))
            evidence: [x]
            confidence: 0.9
            because: "{x} adds to what other blocks have stored"
        }
        case "in_kernel_loop" {
            when: x == store(value=y) and role(x, "dk") and made_of(y, acc) and carried(acc, l, _, _)
            when: induction(l, j) and stop(l, g) and q == load(index=i) and role(q, "q") and inside(q, l)
            when: depends(i, h) and h == _ * g + j
            evidence: [l, x]
            confidence: 0.95
            because: "the sum is carried through the loop over the query heads {h}"
        }
        case "expand_then_sum" {
            when: x == store(index=i) and role(x, "dk") and k == load(index=j) and role(k, "k")
            when: depends(j, g) and g == floordiv(h, n) and h == mod(_, _)
            when: depends(i, h) and not depends(i, g)
            when: exact(t) and addend(i, t) and depends(t, h)
            role: "dk"
            evidence: [x, t]
            confidence: 0.8
            because: "each query head {h} has its own gradient of the keys"
        }
    }

    // Kernel k, which is launched, stores operand r at x.
    predicate stores(k, x, r) {
        when: x == store() and role(x, r) and in_kernel(x, k) and launch(_, k)
    }

    pattern bwd_decomposition {
        says: "into which kernels the backward pass is parted"
        per: file
        values: ["split_two_kernels", "fused_atomic_dq"]

        case "split_two_kernels" {
            when: stores(k, x, "dq") and stores(n, y, "dk") and k != n and launch(l, k) and bound(l, u, _)
            kernel: k
            evidence: [l, x, u]
            confidence: 0.9
            because: "{x} and {y} are in different kernels"
            all: true
        }
        case "split_two_kernels" {
            when: stores(k, x, "dq") and stores(n, y, "dk") and k != n and launch(m, n) and bound(m, u, _)
            kernel: n
            evidence: [m, y, u]
            confidence: 0.9
            because: "{x} and {y} are in different kernels"
            all: true
        }
        case "split_two_kernels" {
            when: stores(d, z, "delta") and stores(k, x, "dq") and d != k and stores(n, y, "dk") and k != n and d != n
            when: launch(c, d) and launch(m, n) and launch(l, k) and bound(l, u, _)
            kernel: d
            evidence: [z, c, l, m, u]
            confidence: 0.9
            because: "{z} is in a kernel of its own, before {x} and {y}"
            all: true
        }
        case "fused_atomic_dq" {
            when: x == atomic() and role(x, "dq") and y == store() and role(y, "dk")
            evidence: [x]
            confidence: 0.9
            because: "{x} adds to the gradient of the queries"
        }
    }

    pattern lse_variant_packaging {
        says: "whether one kernel serves inference and training"
        per: file
        values: ["duplicated"]

        predicate pair(k, n, x, y, u) {
            when: stores(n, z, "lse") and stores(n, y, "o") and stores(k, x, "o") and k != n
            when: q == load() and role(q, "q") and in_kernel(q, k)
            when: not stores(k, _, "lse") and launch(m, n) and bound(m, u, _)
        }

        case "duplicated" {
            when: pair(k, n, x, y, u)
            kernel: k
            evidence: [x, y, u]
            confidence: 0.8
            because: "{x} and {y} are in kernels that differ in what they keep for the backward pass"
            all: true
        }
        case "duplicated" {
            when: pair(k, n, x, y, u)
            kernel: n
            evidence: [x, y, u]
            confidence: 0.8
            because: "{x} and {y} are in kernels that differ in what they keep for the backward pass"
            all: true
        }
    }
}
