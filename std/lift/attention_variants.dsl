// What kernels of attention do beyond the plain one: windows, lengths, biases, parts of the keys.
system Lift_Attention_Variants {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    predicate scores(s) {
        when: role(s, "s") and s == mma()
    }

    predicate elsewhere(k) {
        when: not (made_of(k, i) and i == arange())
    }

    predicate apart(rows, columns) {
        when: not elsewhere(rows) and not elsewhere(columns)
        when: not (made_of(columns, j) and j == arange() and made_of(rows, j))
    }

    // What is no parameter, and what is not known when the kernel is compiled.
    predicate inner(p) {
        when: not parameter(p)
    }
    predicate open(f) {
        when: not constexpr(f)
    }

    // A condition that no weights depend on.
    predicate unasked(c) {
        when: not (role(p, "p") and depends(p, c)) and not (role(d, "ds") and depends(d, c))
    }

    pattern score_composition {
        says: "how scores of several parts come together"
        values: ["chained_mma"]

        case "chained_mma" {
            when: scores(s) and t == mma(_, _, s) and scores(t)
            evidence: [s, t]
            confidence: 0.95
            because: "{t} adds to {s}"
        }
    }

    pattern window_support {
        says: "whether queries see only the last keys"
        values: ["constexpr_flag", "always_on"]

        // Positions compared with a distance.
        predicate distant(c, rows, columns, p) {
            when: (
                ((c == (d < w) or c == (d <= w) or c == (d >= w)) and d == rows - columns)
                or (c == (columns < x) and x == rows - w + 1)
            )
            when: apart(rows, columns) and elsewhere(w) and made_of(w, p) and not inner(p)
        }

        case "constexpr_flag" {
            when: distant(c, _, _, p) and guarded(c, f) and not open(f)
            when: not unasked(c)
            evidence: [c, f, p]
            confidence: 0.85
            because: "{c} is asked only if {f}, which is known when the kernel is compiled"
        }
        case "constexpr_flag" {
            when: distant(c, _, _, p) and guarded(c, g) and g == (f > 0) and not open(f)
            when: not unasked(c)
            evidence: [c, f, p]
            confidence: 0.85
            because: "{c} is asked only if {g}, which is known when the kernel is compiled"
        }
        case "always_on" {
            when: distant(c, _, _, p) and not unasked(c)
            evidence: [c, p]
            confidence: 0.7
            because: "{c} is asked whatever the parameters are"
        }
    }

    pattern varlen_support {
        says: "whether sequences have lengths of their own"
        values: ["constexpr_flag", "always_on"]

        // A number that says where a sequence begins or ends.
        predicate length(x) {
            when: x == load() and scores(s) and inside(s, l) and stop(l, e) and made_of(e, x)
            when: not (made_of(x, y) and y == mma())
        }

        case "constexpr_flag" {
            when: length(x) and (guarded(x, f) or guarded_not(x, f)) and constexpr(f)
            evidence: [x, f]
            confidence: 0.85
            because: "{x} is read only if {f} says so, which is known when the kernel is compiled"
        }
    }

    pattern score_bias {
        says: "whether something that is loaded is added to the scores"
        values: ["constexpr_flag", "always_on"]

        predicate biased(y, b) {
            when: scores(s) and y == t + b and made_of(t, s)
            when: not made_of(b, s) and made_of(b, x) and x == load()
            when: not (made_of(b, z) and z == mma()) and not (made_of(b, l) and role(l, "lse"))
        }

        case "constexpr_flag" {
            when: biased(y, b) and guarded(y, g) and depends(g, f) and constexpr(f)
            when: not (depends(g, n) and (runtime(n) or n == block_id() or n == induction() or n == load()))
            evidence: [y, f]
            confidence: 0.85
            because: "{b} is added to the scores only if {g}, which is known when the kernel is compiled"
        }
        case "always_on" {
            when: biased(y, b)
            evidence: [y]
            confidence: 0.8
            because: "{b} is added to the scores"
        }
    }

    pattern empty_row_guard {
        says: "what keeps rows without any key from giving no number"
        values: ["finite_pivot"]

        case "finite_pivot" {
            when: w == select(c, 0, m) and c == eq(m, v) and is_inf(v)
            when: exponential(_, e) and made_of(e, w)
            evidence: [w, c]
            confidence: 0.95
            because: "{w} takes the place of a maximum that is infinite"
        }
    }

    // Outputs of parts, weighed by how much each part sums to.
    predicate weighs(p, x) {
        when: w == load() and exponential(p, w - m) and m == reduce_max(w) and x == load() and x != w
    }

    pattern weighted_sum_path {
        says: "how outputs of parts of the keys are added up"
        values: ["constexpr_switch"]

        case "constexpr_switch" {
            when: weighs(p, x) and y == mma(p, x) and guarded(y, f) and constexpr(f)
            when: operation(z, "reduce_sum") and guarded_not(z, f) and made_of(z, p) and made_of(z, x)
            evidence: [y, z]
            confidence: 0.9
            because: "{f} chooses between {y} and {z}"
        }
    }

    pattern kv_split_merge {
        says: "which kernel puts the parts of the keys together"
        per: launch
        values: ["separate_kernel"]

        case "separate_kernel" {
            when: weighs(p, x) and (y == mma(p, x) or y == reduce_sum(x * p)) and not role(_, "s")
            when: launch(l, _)
            evidence: [l]
            confidence: 0.9
            because: "{y} has a kernel of its own"
        }
    }

    // A loop over the part of the keys that block b says.
    predicate parted(l, b) {
        when: scores(s) and not role(_, "dp") and inside(s, l)
        when: k == load(index=i) and role(k, "k") and inside(k, l) and b == block_id() and depends(i, b)
        when: q == load(index=j) and role(q, "q") and outside(q, l) and not depends(j, b)
        when: o == store(index=n) and role(o, "o") and depends(n, b)
    }

    pattern kv_loop_bound {
        says: "what says how many tiles of keys a block visits"
        values: ["constant_trip_count", "clamped_to_end"]

        case "clamped_to_end" {
            when: parted(l, _) and stop(l, e) and (e == choice(condition=c) or e == min(_, _)) and (depends(e, n) and runtime(n) or depends(e, x) and x == extent())
            evidence: [e, l]
            confidence: 0.85
            because: "the loop over the keys ends at {e}, with the keys at the latest"
        }
        case "constant_trip_count" {
            when: parted(l, _) and start(l, 0) and stop(l, e) and depends(e, c) and constexpr(c)
            when: not (depends(e, n) and (runtime(n) or n == block_id() or n == extent() or n == load()))
            evidence: [e, l]
            confidence: 0.9
            because: "the loop over the keys has {e} turns, whatever there is"
        }
    }

    pattern kv_split_rule {
        says: "what says into how many parts the keys are divided"
        per: launch
        values: ["sm_count"]

        case "sm_count" {
            when: parted(_, b) and b == block_id(a) and launch(l, _) and grid(l, a, v)
            when: depends(v, m) and m == machine()
            evidence: [m, v]
            confidence: 0.9
            because: "{v} is computed from how many multiprocessors there are"
        }
    }

    pattern partial_output_dtype {
        says: "in which type the outputs of parts of the keys are kept"
        per: launch
        values: ["input_dtype", "f32"]

        case "f32" {
            when: parted(_, _) and o == store() and role(o, "o") and array_of(o, p)
            when: launch(l, _) and bound(l, p, v) and depends(v, a) and a == alloc(dtype=d) and d == "f32"
            evidence: [o, a]
            confidence: 0.9
            because: "{p} is made with the type f32"
        }
        case "input_dtype" {
            when: parted(_, _) and o == store(value=y) and role(o, "o") and array_of(o, p)
            when: launch(l, _) and bound(l, p, v) and depends(v, a) and a == alloc(dtype=d)
            when: d == dtype_of() or d == field()
            evidence: [y, a]
            confidence: 0.85
            because: "{p} is made with the type of an input"
        }
    }
}
