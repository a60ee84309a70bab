// Normalizations and other kernels that go over rows.
system Lift_Rows {
    predicate has_products(m) {
        when: m == mma(_, _)
    }

    predicate gradient(x) {
        when: x == load() and role(x, "do")
    }

    // The reciprocal of the root of a sum over a row.
    predicate scale(r, v, s) {
        when: (r == rsqrt(v) or r == 1 / sqrt(v)) and made_of(v, s) and s == reduce_sum(_)
    }

    // A mean is subtracted from what is squared, or its square from the mean of squares.
    predicate centred(r, v, d, m) {
        when: scale(r, v, s) and made_of(v, q) and q == d * d and made_of(d, e) and e == _ - m
        when: made_of(m, t) and t == reduce_sum(_) and t != s
    }
    predicate moments(r, v, e, m) {
        when: scale(r, v, s) and made_of(v, e) and e == q - m * m and made_of(m, t)
        when: t == reduce_sum(_)
    }
    predicate has_mean(r) {
        when: centred(r, _, _, _) or moments(r, _, _, _)
    }

    pattern family {
        says: "which operation a kernel is"
        values: ["rms_norm", "layer_norm", "softmax", "cross_entropy"]

        predicate exponential(e) {
            when: e == exp(_) or e == exp2(_)
        }

        case "layer_norm" {
            when: has_mean(r) and not has_products(m) and not exponential(e)
            evidence: [r]
            confidence: 0.9
            because: "rows are centred and scaled by {r}"
        }
        case "rms_norm" {
            when: scale(r, v, s) and not has_mean(r) and not has_products(m) and not exponential(e)
            evidence: [r]
            confidence: 0.9
            because: "rows are scaled by {r}, and no mean is subtracted"
        }
        case "layer_norm_back" {
            when: dy == load() and role(dy, "dy") and x == load() and role(x, "x") and d == x - m
            when: m == load() and n == d * s and s == load() and not has_products(p) and not exponential(e)
            value: "layer_norm"
            evidence: [n, d]
            confidence: 0.8
            because: "rows are centred and scaled by what was kept of them, and there is a gradient"
        }
        case "rms_norm_back" {
            when: dy == load() and role(dy, "dy") and x == load() and role(x, "x") and n == x * s
            when: s == load() and not has_products(p) and not exponential(e)
            value: "rms_norm"
            evidence: [n]
            confidence: 0.8
            because: "rows are scaled by what was kept of them, and there is a gradient"
        }
        case "softmax" {
            when: exponential(p) and s == store(value=v) and made_of(v, p) and not has_products(m)
            when: x == load() and role(x, "x") and t == reduce_sum(w) and made_of(w, x)
            when: v == a / b or v == a * b
            when: made_of(a, p) and made_of(b, t) and not (l == log(_)) and not (g == log2(_))
            evidence: [p, t, s]
            confidence: 0.85
            because: "exponentials are divided by their sum and stored"
        }
        case "cross_entropy" {
            when: exponential(p) and t == reduce_sum(p) and (l == log(n) or l == log2(n)) and made_of(n, t)
            when: s == store(value=v) and made_of(v, l) and not has_products(m) and y == load(index=i)
            when: depends(i, label) and label == load()
            evidence: [p, l, s]
            confidence: 0.8
            because: "the logarithm of a sum of exponentials is stored less the score of a label"
        }
    }

    pattern variance_algorithm {
        says: "how the spread of a row is found"
        values: ["mean_square", "e_x2_minus_mean2", "centered", "welford"]

        case "e_x2_minus_mean2" {
            when: moments(r, v, e, m)
            evidence: [e, r]
            because: "the square of a mean is subtracted from a mean of squares"
        }
        case "centered" {
            when: centred(r, v, d, m)
            evidence: [d, r]
            because: "{m} is subtracted before the square is taken"
        }
        case "mean_square" {
            when: scale(r, v, s) and made_of(v, q) and q == x * x and made_of(x, a) and a == load()
            evidence: [q, s, r]
            because: "squares are summed up, and no mean is subtracted"
        }
    }

    pattern rsqrt_form {
        says: "how the reciprocal of a root is computed"
        values: ["rsqrt", "one_over_sqrt", "approx_rsqrt"]

        case "rsqrt" {
            when: r == rsqrt(v) and made_of(v, s) and s == reduce_sum(_)
            evidence: [r]
            because: "{r} is one function"
        }
        case "one_over_sqrt" {
            when: r == 1 / sqrt(v) and made_of(v, s) and s == reduce_sum(_)
            evidence: [r]
            because: "one is divided by a root"
        }
    }

    pattern weight_load_placement {
        says: "when the weights of the columns are read"
        values: ["late", "with_x", "once"]

        case "once" {
            when: scale(r, v, s) and x == load() and made_of(s, x) and inside(x, l)
            when: w == load() and role(w, "weight") and outside(w, l) and before(w, x)
            evidence: [w, x]
            because: "{w} is before the loop over rows"
        }
        case "with_x" {
            when: scale(r, v, s) and w == load() and role(w, "weight") and before(w, s)
            evidence: [w, s]
            because: "{w} is before {s}"
        }
        case "late" {
            when: scale(r, v, s) and w == load() and role(w, "weight") and before(s, w)
            evidence: [w, s]
            because: "{w} is after {s}"
        }
    }

    pattern row_passes {
        says: "how often a row is read"
        values: ["single_pass", "reload", "chunked"]

        predicate again(x, y) {
            when: x == load() and role(x, r) and r in ["x", "dy"] and array_of(x, p) and inside(x, l)
            when: y == load() and array_of(y, p) and inside(y, m) and outside(y, l) and outside(x, m)
        }
        predicate in_chunks(x, l) {
            when: x == load(index=i) and role(x, "x") and inside(x, l) and induction(l, n) and depends(i, n)
            when: start(l, 0) and s == reduce_sum(_) and outside(s, l)
        }

        case "reload" {
            when: again(x, y) and not has_products(m)
            evidence: [x, y]
            because: "one loop reads the row, and another reads it again"
        }
        case "chunked" {
            when: x == load() and role(x, "x") and in_chunks(x, l) and not has_products(m)
            evidence: [x]
            confidence: 0.7
            because: "the row is read piece by piece, each once"
        }
        case "single_pass" {
            when: x == load() and role(x, r) and r in ["x", "dy"] and not has_products(m)
            when: (s == reduce_sum(w) or s == reduce_max(w)) and made_of(w, x) and not gradient(g)
            evidence: [x]
            confidence: 0.9
            because: "the row is read once and stays in registers"
        }
    }

    pattern row_tile_rule {
        says: "how wide a tile of a row is"
        values: ["next_pow2", "next_pow2_capped", "prev_pow2", "fixed", "tuned"]

        // The last size of the tiles of an operand.
        predicate width(p, a) {
            when: constexpr(p) and x == load() and role(x, r) and r in ["x", "dy", "q", "a"]
            when: (a == arange(stop=p) and depends(x, a)) or (given(x, "shape", t) and given(t, j, p) and j in ["1", "3"] and a == x)
        }
        predicate wide(l, p, w, a) {
            when: launch(l, k) and width(p, a) and bound(l, p, w) and not has_products(m) and not gradient(g)
        }

        case "tuned" {
            when: wide(l, p, w, a) and w == config_field(name=field)
            evidence: [p, w, a]
            because: "the width of a tile is the field {field} of a config"
        }
        case "next_pow2_capped" {
            when: wide(l, p, w, a) and w == min(n, c) and made_of(n, f)
            when: f == call(function="next_power_of_2")
            evidence: [w, f, a]
            because: "the tile is as wide as the next power of two, but no wider than {c}"
        }
        case "next_pow2" {
            when: wide(l, p, w, a) and w == call(function="next_power_of_2")
            evidence: [w, a]
            because: "the tile is as wide as the next power of two"
        }
        case "prev_pow2" {
            when: wide(l, p, w, a) and depends(w, s) and s == shl(1, n) and n == length - 1
            when: length == call(function="bit_length")
            evidence: [w, s, a]
            because: "the tile is as wide as the power of two before"
        }
        case "fixed" {
            when: launch(l, k) and x == load() and role(x, r) and r in ["x", "dy", "q", "a"] and constexpr(p)
            when: depends(x, p) and a == arange(stop=p) and bound(l, p, w) and number(w, n)
            when: not has_products(m) and not gradient(g)
            evidence: [w, a]
            confidence: 0.7
            because: "the tile is {n} wide"
        }
    }

    pattern rows_per_tile {
        says: "how many rows a tile has"
        values: ["1", "fixed", "tuned", "heuristic"]

        // The first size of tiles of two.
        predicate height(x, p) {
            when: x == load(path="tile", shape=t) and role(x, r) and r in ["x", "dy"] and given(t, "0", p)
            when: constexpr(p) and given(t, "1", w) and constexpr(w) and not has_products(m)
        }

        case "tuned" {
            when: launch(l, k) and height(x, p) and bound(l, p, v) and v == config_field(name=field)
            when: config_value(l, field, c)
            evidence: [x, p, v, c]
            because: "it is the field {field} of a config"
        }
        case "heuristic" {
            when: launch(l, k) and height(x, p) and bound(l, p, v) and v == choice(c, a, b)
            when: number(a, _) or number(b, _)
            evidence: [a, b, c]
            because: "conditions choose among numbers"
        }
        case "fixed" {
            when: launch(l, k) and height(x, p) and bound(l, p, v) and number(v, n)
            value: n
            evidence: [v]
            confidence: 0.8
            because: "a tile has {n} rows"
        }
    }

    pattern stat_storage {
        says: "how what was found of a row is kept for the way back"
        values: ["scatter_scalar", "tile_store", "not_stored"]

        predicate kept_part(s, r) {
            when: scale(r, _, _) and s == store(value=r)
        }

        case "scatter_scalar" {
            when: kept_part(s, r) and s == store(path="gather")
            evidence: [s]
            because: "{r} is written as one element for each row"
        }
        case "tile_store" {
            when: kept_part(s, r) and s == store(path="tile")
            evidence: [s]
            because: "{r} is written as a tile of rows"
        }
        case "pointer" {
            when: kept_part(s, r) and s == store(path="pointer")
            value: "scatter_scalar"
            evidence: [s]
            confidence: 0.8
            because: "{r} is written for each row"
        }
        case "not_stored" {
            when: scale(r, _, _) and not kept_part(s, q)
            evidence: [r]
            because: "{r} is used and not kept"
        }
    }

    // A sum over rows that a block keeps over its loop and writes once, at a place of its own.
    predicate partial_sum(s, next) {
        when: carried(acc, l, _, next) and next == acc + t and made_of(t, x) and x == load() and inside(x, l)
        when: s == store(value=acc, index=i) and depends(i, b) and b == block_id(_) and outside(s, l)
        when: not has_products(m)
    }

    pattern bwd_decomposition {
        says: "which kernels give which gradients"
        values: ["fused_dx_dw_partial", "split_two_kernels", "fused_atomic"]

        case "fused_dx_dw_partial" {
            when: partial_sum(s, next) and w == store(value=v) and inside(w, l) and x == load()
            when: role(x, "dy") and made_of(v, x)
            evidence: [w, next, s]
            because: "a block writes the gradient of each of its rows and its part of the sum over rows"
        }
        case "fused_atomic" {
            when: a == atomic() and w == store(value=v) and x == load() and role(x, "dy") and made_of(v, x)
            when: not has_products(m)
            evidence: [a, w]
            confidence: 0.8
            because: "a block writes the gradient of its rows and adds its part of the sum to that of the others"
        }
    }

    pattern grad_reduction {
        says: "how the gradients of what all rows share are summed up"
        values: ["partial_buffer_host_sum", "atomic_add", "second_kernel", "in_kernel_loop"]

        case "partial_buffer_host_sum" {
            when: partial_sum(s, next) and x == load() and role(x, "dy")
            evidence: [next, s]
            confidence: 0.85
            because: "each block writes a sum of its own, and the host adds them"
        }
        case "atomic_add" {
            when: a == atomic() and x == load() and role(x, "dy") and not has_products(m)
            evidence: [a]
            because: "blocks add to one sum"
        }
    }

    pattern bwd_stat_source {
        says: "where the way back gets what was found of a row from"
        values: ["saved", "recompute"]

        case "saved" {
            when: x == load() and role(x, "dy") and y == load() and not role(y, _) and z == _ * y
            when: not has_products(m) and not scale(r, _, _)
            evidence: [y]
            confidence: 0.85
            because: "{y} is read for each row"
        }
    }

    pattern tail_handling {
        says: "what becomes of tiles that reach past the end of a row"
        values: ["neg_inf_null", "padding_only", "bounds_check", "constexpr_bounds_check", "mask_plus_bounds_check", "always_masked"]

        predicate checked(x) {
            when: x == load(path="gather")
            when: absent(x, "check_bounds") or (given(x, "check_bounds", v) and v == true)
        }
        predicate of_rows(x) {
            when: role(x, r) and r in ["x", "dy", "q", "k", "a"]
        }

        case "neg_inf_null" {
            when: x == load() and role(x, "lse") and given(x, "padding", v) and number(v, n) and is_inf(n)
            when: n < 0 and (e == exp2(d) or e == exp(d)) and made_of(d, x) and y == load()
            when: role(y, "o_partial")
            evidence: [x, v, e]
            because: "past the end the statistic is minus infinity, so the weight there is zero"
        }
        case "constexpr_bounds_check" {
            when: x == load(path="gather") and of_rows(x) and given(x, "check_bounds", v)
            when: not is_known(v) and not has_products(m)
            evidence: [x, v]
            because: "indices are checked if {v}, which is known when the kernel is compiled"
        }
        case "mask_plus_bounds_check" {
            when: checked(x) and of_rows(x) and t == select(c, v, z) and number(z, 0) and made_of(v, x)
            when: depends(c, a) and a == arange() and s == reduce_sum(w) and made_of(w, t)
            when: not has_products(m)
            evidence: [x, t]
            because: "indices are checked, and before a sum what lies past the end is replaced"
        }
        case "mask_plus_bounds_check_in_a_loop" {
            when: checked(x) and of_rows(x) and t == select(c, v, z) and made_of(v, x)
            when: depends(c, a) and a == arange() and s == t * t and not has_products(m)
            value: "mask_plus_bounds_check"
            evidence: [x, t]
            because: "indices are checked, and before a sum what lies past the end is replaced"
        }
        case "bounds_check" {
            when: checked(x) and of_rows(x) and not has_products(m)
            evidence: [x]
            because: "indices are checked"
        }
        case "padding_only" {
            when: x == load(path="tile") and of_rows(x) and given(x, "padding", v) and not has_products(m)
            when: not gradient(g) and s == store(path="tile")
            evidence: [x, v, s]
            because: "what is read past the end does no harm, and what is written there is cut off"
        }
        case "always_masked" {
            when: x == load(path="pointer", mask=c) and depends(c, a) and a == arange()
            when: not has_products(m)
            role: "cols"
            evidence: [x, c]
            because: "every access has a mask"
        }
    }
}
