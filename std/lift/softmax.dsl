// How kernels of attention and of softmax weigh: what is summed, scaled and divided, and where.
system Lift_Softmax {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    // The greatest value so far, which loop l carries.
    predicate running_max(m, l, peak) {
        when: carried(m, l, _, greater) and greater == max(m, peak)
        when: made_of(peak, found) and found == reduce_max(_)
    }

    // The sum of weights so far, which loop l carries and scales by a.
    predicate running_sum(total, l, init, a, weights) {
        when: carried(total, l, init, next) and next == total * a + weights
        when: (weights == reduce_sum(p) or weights == p) and exponential(p, _)
        when: exponential(a, _)
    }

    predicate forward(s) {
        when: role(s, "s") and s == mma()
        when: not role(_, "dp")
    }

    // A number by which everything is scaled: no element of an array is in it.
    predicate scaling(c) {
        when: number(c, _) or not (made_of(c, e) and (e == load() or e == arange() or e == carried()))
        when: number(c, _) or (made_of(c, p) and parameter(p))
    }

    pattern softmax_scheme {
        says: "how the row maximum and the row sum of a softmax are found"
        values: ["online", "two_pass", "three_pass", "full_row", "max_elided"]

        case "online" {
            when: running_max(m, l, _)
            when: carried(total, l, _, next) and next == total * a + weights
            when: (weights == reduce_sum(p) or weights == p) and exponential(p, _)
            when: exponential(a, e) and made_of(e, m)
            evidence: [m, total, next, a, p]
            confidence: 0.95
            because: "{total} is carried along and scaled by {a} whenever the maximum {m} grows"
        }
        case "three_pass" {
            when: running_max(m, l, _) and exponential(p, e) and made_of(e, m) and outside(p, l)
            when: inside(p, g) and carried(total, g, _, next) and made_of(next, p)
            when: exponential(w, f) and made_of(f, m) and inside(w, h) and h != g and outside(w, l)
            when: st == store(value=y) and made_of(y, w) and inside(st, h)
            evidence: [m, p, w]
            confidence: 0.9
            because: "the maximum {m}, the sum of {p} and the weights {w} are found in loops of their own"
        }
        case "two_pass" {
            when: running_max(m, l, _) and exponential(p, e) and made_of(e, m)
            when: total == reduce_sum(p) and outside(total, l)
            evidence: [m, p, total]
            confidence: 0.9
            because: "the maximum {m} is found in a loop of its own, before {p} is summed"
        }
        case "full_row" {
            when: m == reduce_max(x) and exponential(p, x - m) and total == reduce_sum(p)
            when: not (carried(c, _, _, next) and (made_of(next, m) or made_of(next, total)))
            evidence: [m, p, total]
            confidence: 0.95
            because: "the whole row is at hand: {m} and the sum of {p} are found at once"
        }
        case "max_elided" {
            when: exponential(p, e) and total == reduce_sum(p)
            when: y == div(_, d) and made_of(d, total)
            when: not (made_of(e, r) and (r == reduce_max(_) or r == max(_, _)))
            evidence: [p, total]
            confidence: 0.8
            because: "{p} is summed, and no maximum is subtracted from it"
        }
    }

    pattern score_scale_placement {
        says: "where the scores are scaled"
        values: ["pre_scale_q", "after_mma_before_max", "after_row_max", "after_mma_with_lse_subtract"]

        case "after_mma_with_lse_subtract" {
            when: role(s, "s") and s == mma() and exponential(p, e)
            when: e == t - lse and role(lse, "lse")
            when: t == x * c and made_of(x, s) and scaling(c)
            evidence: [p, t]
            confidence: 0.9
            because: "the scores are scaled to {t} where {lse} is subtracted; there is no maximum"
        }
        case "pre_scale_q" {
            when: forward(s) and (s == mma(a, _) or s == mma(_, a)) and made_of(a, t)
            when: t == q * c and made_of(q, x) and role(x, "q") and x == load() and scaling(c)
            evidence: [t]
            confidence: 0.9
            because: "the query is scaled to {t} before the product"
        }
        case "after_row_max" {
            when: forward(s) and r == reduce_max(v) and made_of(v, s)
            when: t == r * c and scaling(c) and exponential(_, e) and made_of(e, u) and u == w * c
            when: made_of(w, s) and not made_of(w, r)
            evidence: [t, u]
            confidence: 0.95
            because: "the maximum is found first and then scaled, as {t}, like the scores, as {u}"
        }
        case "after_mma_before_max" {
            when: forward(s) and r == reduce_max(v) and made_of(v, t)
            when: t == x * c and made_of(x, s) and scaling(c)
            evidence: [t, r]
            confidence: 0.95
            because: "all scores are scaled to {t} before their maximum is found"
        }
    }

    pattern normalization_division {
        says: "how the weighted sum is divided by the sum of the weights"
        values: ["ieee_div", "approx", "approx_ftz", "full", "reciprocal_multiply"]

        // Something that weights were added up to.
        predicate sums(total) {
            when: made_of(total, w) and exponential(w, _) and made_of(total, r) and r == reduce_sum(_)
        }

        case "reciprocal_multiply" {
            when: y == x * r and r == div(1, total) and sums(total)
            evidence: [r, y]
            confidence: 0.9
            because: "the weights are multiplied by the reciprocal {r} of their sum"
        }
        case "approx_ftz" {
            when: d == div(_, total, rounding.approx) and given(d, "flush_to_zero", f) and f == true
            when: sums(total)
            evidence: [d]
            because: "{d} is an approximate division, and small values become zero"
        }
        case "approx" {
            when: d == div(_, total, rounding.approx) and sums(total)
            evidence: [d]
            because: "{d} is an approximate division"
        }
        case "full" {
            when: d == div(_, total, rounding.full) and sums(total)
            evidence: [d]
            because: "{d} is divided with full range"
        }
        case "ieee_div" {
            when: d == div(x, total) and absent(d, "rounding")
            when: sums(total) or x == reduce_sum(_)
            evidence: [d]
            confidence: 0.9
            because: "{d} is a plain division"
        }
    }

    pattern normalization_placement {
        says: "whether the output is divided once, or for each tile of keys"
        values: ["epilogue", "per_iteration"]

        case "epilogue" {
            when: forward(s) and inside(s, l) and running_sum(total, l, _, _, _)
            when: (d == div(_, t) or d == mul(_, div(_, t))) and made_of(t, total) and outside(d, l)
            evidence: [d]
            confidence: 0.95
            because: "{d} is after the loop over the keys"
        }
        case "per_iteration" {
            when: forward(s) and inside(s, l) and exponential(w, _) and made_of(w, s)
            when: d == div(_, t) and made_of(t, w) and inside(d, l)
            evidence: [d]
            confidence: 0.9
            because: "{d} is in the loop over the keys"
        }
    }

    pattern rowsum_reduction {
        says: "whether weights are summed along rows in each turn, or at the end"
        values: ["per_iteration", "deferred_2d"]

        case "per_iteration" {
            when: carried(total, l, _, next) and next == total * _ + r
            when: r == reduce_sum(p) and exponential(p, _) and inside(r, l)
            evidence: [r, next]
            confidence: 0.95
            because: "{r} is in the loop that carries {total}"
        }
        case "per_iteration" {
            when: carried(total, l, _, total + r)
            when: r == reduce_sum(p) and exponential(p, _) and inside(r, l)
            evidence: [r]
            confidence: 0.95
            because: "{r} is in the loop that carries {total}"
        }
        case "deferred_2d" {
            when: carried(total, l, _, next) and next == total * _ + p and exponential(p, _)
            when: r == reduce_sum(total) and outside(r, l)
            evidence: [next, r]
            confidence: 0.95
            because: "{next} stays a tile of weights in the loop, and is summed once after it"
        }
    }

    pattern rescale_policy {
        says: "when the accumulator is scaled to a new maximum"
        values: ["unconditional", "thresholded"]

        case "thresholded" {
            when: forward(s) and running_max(m, l, _) and carried(acc, l, _, _)
            when: t == acc * a and exponential(a, e) and made_of(e, m)
            when: guarded(t, c) and depends(c, m)
            evidence: [t, c]
            confidence: 0.9
            because: "{t} is computed only where {c}"
        }
        case "unconditional" {
            when: forward(s) and running_max(m, l, _) and carried(acc, l, _, next)
            when: t == acc * a and exponential(a, e) and made_of(e, m)
            when: made_of(next, t) and made_of(next, o)
            when: (o == mma(w, _) or o == mma(_, w)) and made_of(w, p) and exponential(p, _)
            evidence: [t]
            confidence: 0.9
            because: "{t} is computed in every turn"
        }
    }

    pattern softmax_state_layout {
        says: "whether what is kept for each row is a column or a list"
        values: ["2d_keepdims", "1d_with_expand"]

        case "2d_keepdims" {
            when: forward(s) and running_max(_, _, peak) and made_of(peak, r)
            when: r == reduce_max(_) and given(r, "keepdims", k) and k == true
            evidence: [r]
            confidence: 0.9
            because: "{r} keeps its axis"
        }
        case "1d_with_expand" {
            when: forward(s) and running_max(_, _, peak) and made_of(peak, r)
            when: r == reduce_max(_) and absent(r, "keepdims")
            evidence: [r]
            confidence: 0.9
            because: "{r} loses its axis, and gets a new one where it is used"
        }
    }

    pattern l_init {
        says: "what the sum of weights starts with"

        case "number" {
            when: forward(s) and running_sum(_, _, init, _, _) and init == full(v) and number(v, n)
            value: n
            evidence: [init]
            confidence: 0.95
            because: "the sum of weights starts with {n}"
        }
    }

    pattern p_operand_dtype {
        says: "in which type the weights and their gradients come to the next product"
        per: role

        predicate operand(c, m) {
            when: m == mma(c, _) or m == mma(_, c)
        }

        case "input_dtype" {
            when: role(x, r) and r in ["p", "ds"] and operand(c, m) and c == cast(x) and dtype_like(c, _)
            role: r
            evidence: [c]
            confidence: 0.95
            because: "{r} has the type of an array when it comes to the product"
        }
        case "known" {
            when: role(x, r) and r in ["p", "ds"] and operand(c, m) and c == cast(x) and dtype(c, d)
            value: d
            role: r
            evidence: [c]
            confidence: 0.95
            because: "{r} is cast to {d} for the product"
        }
        case "as_computed" {
            when: role(x, r) and r in ["p", "ds"] and exact(c) and operand(c, m) and c == x
            when: not (operand(d, m) and d == cast(x)) and dtype(c, t)
            value: t
            role: r
            evidence: [m]
            confidence: 0.8
            because: "{r} is not cast for the product, and is computed in {t}"
        }
    }

    pattern fusion_level {
        says: "whether scores, weights and output are computed in one kernel"
        values: ["fused_qk_softmax_pv"]

        case "fused_qk_softmax_pv" {
            when: forward(s) and inside(s, l) and exponential(p, e) and made_of(e, s)
            when: (o == mma(w, _) or o == mma(_, w)) and made_of(w, p) and inside(o, l) and o != s
            evidence: [s, p, o]
            confidence: 0.95
            because: "{s} and {o} are in one loop, and {p} stands between them"
        }
    }

    pattern lse_base {
        says: "to which base the logarithm of the sum of weights is kept"
        values: ["log2", "ln"]

        case "log2" {
            when: y == m + g and g == log2(t) and made_of(t, p) and exponential(p, _)
            when: made_of(m, r) and r == reduce_max(_) and not made_of(m, g)
            evidence: [g, y]
            confidence: 0.95
            because: "{g} is added to the maximum"
        }
        case "ln" {
            when: y == m + g and g == log(t) and made_of(t, p) and exponential(p, _)
            when: made_of(m, r) and r == reduce_max(_) and not made_of(m, g)
            evidence: [g, y]
            confidence: 0.95
            because: "{g} is added to the maximum"
        }
    }
}
