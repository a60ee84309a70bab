// Which scores count in kernels of attention: what is masked, how, and in which turns of which loops.
system Lift_Attention_Masks {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    predicate scores(s) {
        when: role(s, "s") and s == mma()
    }

    predicate forward(s) {
        when: role(s, "s") and s == mma()
        when: not role(_, "dp")
    }

    // Positions, or a condition on them.
    predicate elsewhere(k) {
        when: not (made_of(k, i) and i == arange())
    }
    predicate positions(k) {
        when: not elsewhere(k)
    }

    // A value that is the same for all elements.
    predicate filler(x, v) {
        when: (is_known(x) and v == x) or (x == full(v) and is_known(v))
    }

    predicate low(x) {
        when: filler(x, v) and (is_inf(v) or (number(v, n) and n < 0))
    }

    // A choice by positions: where k holds, what is kept is kept, or it is left out.
    predicate keeps(x, k, kept, rest) {
        when: x == select(k, kept, w) and filler(w, rest) and positions(k) and not low(kept)
    }
    predicate drops(x, k, kept, rest) {
        when: x == select(k, w, kept) and filler(w, rest) and positions(k) and not low(kept)
    }
    predicate chooses(x, k, kept, rest) {
        when: keeps(x, k, kept, rest) or drops(x, k, kept, rest)
    }

    // What is made of no scores, is added to none, and what no exponential is taken of.
    predicate unscored(z) {
        when: not (made_of(z, s) and scores(s))
    }
    predicate unadded(x) {
        when: not (y == z + x and made_of(z, s) and scores(s))
    }
    predicate unweighed(x) {
        when: not (exponential(_, e) and made_of(e, x))
    }

    // Scores that are left out before the exponential, by what is added to them or put in their place.
    predicate added(x, k, rest) {
        when: chooses(x, k, 0, rest) and not unadded(x)
    }
    predicate replaced(x, k, rest) {
        when: chooses(x, k, z, rest) and not unscored(z) and not unweighed(x)
    }

    // Weights that are left out after the exponential.
    predicate cleared(x, k) {
        when: chooses(x, k, p, 0) and exponential(p, e) and not unscored(e)
    }

    predicate masked(x, k) {
        when: added(x, k, _) or replaced(x, k, _) or cleared(x, k)
    }

    // Positions of queries against positions of keys.
    predicate apart(rows, columns) {
        when: positions(rows) and positions(columns)
        when: not (made_of(columns, j) and j == arange() and made_of(rows, j))
    }

    // Positions of keys move with the loop over keys, or those of queries with the loop over queries.
    predicate with_keys(k, rows, columns, l) {
        when: role(k, "k") and invariant(rows, l) and not invariant(columns, l)
    }
    predicate with_queries(q, rows, columns, l) {
        when: role(q, "q") and invariant(columns, l) and not invariant(rows, l)
    }
    predicate unwalked(rows, columns) {
        when: not (
            x == load()
            and inside(x, l)
            and (with_keys(x, rows, columns, l) or with_queries(x, rows, columns, l))
        )
    }
    predicate seen(c, rows, columns) {
        when: (c == (rows >= columns) or c == (rows > columns)) and apart(rows, columns)
    }
    predicate unseen(c, rows, columns) {
        when: (c == (columns > rows) or c == (columns >= rows)) and apart(rows, columns)
    }
    predicate compared(c, k) {
        when: made_of(k, c) and (c == ge(a, b) or c == gt(a, b)) and apart(a, b)
    }
    predicate causal(c, rows, columns, x) {
        when: masked(x, k) and made_of(k, c)
        when: (keeps(x, k, _, _) and seen(c, rows, columns)) or (drops(x, k, _, _) and unseen(c, rows, columns))
        when: not unwalked(rows, columns)
    }

    // Something that is also done where f does not hold.
    predicate either_way(c, f) {
        when: operation(c, o) and operation(d, o) and d != c and same(c, d) and guarded_not(d, f)
    }

    pattern mask_form {
        says: "how scores that do not count are left out"
        values: ["additive_pre_softmax", "select_pre_softmax", "select_post_exp"]

        case "select_post_exp" {
            when: cleared(x, _)
            evidence: [x]
            confidence: 0.95
            because: "{x} is zero for weights that do not count"
        }
        case "additive_pre_softmax" {
            when: added(x, _, _)
            evidence: [x]
            confidence: 0.95
            because: "{x} is added to the scores"
        }
        case "select_pre_softmax" {
            when: replaced(x, _, _)
            evidence: [x]
            confidence: 0.95
            because: "{x} takes the place of scores that do not count"
        }
    }

    pattern mask_fill_value {
        says: "what stands for scores that do not count"
        values: ["-inf", "finite"]

        case "-inf" {
            when: forward(_) and (added(x, _, rest) or replaced(x, _, rest)) and is_inf(rest)
            evidence: [x]
            because: "{x} has an infinite value where scores do not count"
        }
        case "finite" {
            when: forward(_) and (added(x, _, rest) or replaced(x, _, rest)) and number(rest, n)
            evidence: [x]
            because: "{x} has the value {n} where scores do not count"
        }
    }

    pattern mask_region {
        says: "in which turns of the loop over tiles the mask is computed"
        values: [
            "predicated_tail_splittable",
            "predicated_tail_not_splittable",
            "explicit_two_loops",
            "every_tile",
        ]

        case "explicit_two_loops" {
            when: causal(c, _, _, x) and directly_inside(x, l)
            when: scores(s) and directly_inside(s, g) and g != l and not inside(g, l) and not inside(l, g)
            when: not (causal(_, _, _, y) and inside(y, g))
            evidence: [l, g]
            confidence: 0.95
            because: "tiles on the diagonal have a loop of their own, and only in it {c} is asked"
        }
        case "predicated_tail_splittable" {
            when: masked(x, _) and inside(x, l) and induction(l, j) and guarded(x, g)
            when: g == (j >= start) or g == (j > start) or g == (j < start) or g == (j <= start)
            when: invariant(start, l) and step(l, 1)
            evidence: [g, start, x]
            confidence: 0.95
            because: "{x} is computed only where {g}, which compares what counts the turns with what stays the same"
        }
        case "predicated_tail_not_splittable" {
            when: masked(x, _) and inside(x, l) and induction(l, j) and guarded(x, g) and depends(g, j)
            evidence: [g, x]
            confidence: 0.9
            because: "{x} is computed only where {g}, which is computed from what counts the turns"
        }
        case "every_tile" {
            when: masked(x, k) and inside(x, l) and scores(s) and inside(s, l) and compared(c, k)
            evidence: [c, x]
            confidence: 0.9
            because: "{x} is computed for every tile"
        }
    }

    pattern causal_support {
        says: "whether queries see only keys up to their own position"
        values: ["constexpr_flag", "runtime_flag", "always_on"]

        case "constexpr_flag" {
            when: causal(c, _, _, _) and guarded(c, f) and constexpr(f) and not either_way(c, f)
            evidence: [c, f]
            confidence: 0.9
            because: "{c} is asked only if {f} holds, which is known when the kernel is compiled"
        }
        case "runtime_flag" {
            when: causal(c, _, _, _) and guarded(c, f) and runtime(f) and not either_way(c, f)
            evidence: [c, f]
            confidence: 0.9
            because: "{c} is asked only if {f} holds"
        }
        case "constexpr_flag" {
            when: causal(c, _, _, _) and guarded(c, g) and depends(g, f) and constexpr(f)
            when: not (depends(g, n) and (runtime(n) or n == block_id() or n == induction() or n == load()))
            when: not either_way(c, g)
            evidence: [c, f]
            confidence: 0.8
            because: "{c} is asked only if {g}, which is known when the kernel is compiled"
        }
        case "always_on" {
            when: causal(c, _, _, x)
            evidence: [c, x]
            confidence: 0.9
            because: "{c} is asked whatever the parameters are"
        }
    }

    pattern causal_predicate {
        says: "whether a query sees the key at its own position"
        values: [">=", ">"]

        case ">=" {
            when: causal(c, a, b, _) and (c == (a >= b) or c == (b > a))
            evidence: [c]
            confidence: 0.95
            because: "{c} leaves the diagonal in"
        }
        case ">" {
            when: causal(c, a, b, _) and (c == (a > b) or c == (b >= a))
            evidence: [c]
            confidence: 0.9
            because: "{c} leaves the diagonal out"
        }
    }

    pattern causal_tile_skipping {
        says: "whether tiles of which nothing counts are left out"
        values: ["pruned", "full_loop"]

        // A bound of loop l that follows the block.
        predicate follows(l, y, b) {
            when: (start(l, bound) or stop(l, bound)) and b == block_id() and made_of(bound, b)
            when: y == cdiv(_, _) or y == floordiv(_, _) or y == mul(_, _) or y == min(_, _)
            when: made_of(bound, y) and made_of(y, b)
        }

        predicate apart_from(b) {
            when: not (causal(_, rows, columns, _) and (made_of(rows, b) or made_of(columns, b)))
        }

        case "pruned" {
            when: follows(l, y, b) and scores(s) and inside(s, l) and not apart_from(b)
            evidence: [y, l]
            confidence: 0.95
            because: "the loop over tiles has a bound that follows the block: {y}"
        }
        case "full_loop" {
            when: scores(s) and directly_inside(s, l) and not (causal(c, _, _, x) and outside(x, l))
            when: causal(d, _, _, z) and directly_inside(z, l)
            when: not ((start(l, bound) or stop(l, bound)) and b == block_id() and depends(bound, b))
            evidence: [l]
            confidence: 0.8
            because: "no bound of the loop over tiles follows the block"
        }
    }

    pattern causal_alignment {
        says: "which key the first query is aligned with, where there are more keys than queries"
        values: ["top_left", "bottom_right", "explicit_positions"]

        // A term that is no place in the tiles.
        predicate foreign(p) {
            when: elsewhere(p) and not number(p, _)
            when: not (made_of(p, b) and (b == block_id() or b == induction() or b == item()))
        }

        case "bottom_right" {
            when: causal(c, rows, columns, _) and rows == _ + a - b
            when: foreign(a) and foreign(b)
            evidence: [c, rows]
            confidence: 0.85
            because: "the positions of queries are shifted by {a} without {b}"
        }
        case "explicit_positions" {
            when: causal(c, rows, columns, _) and (addend(rows, p) or addend(columns, p)) and p == load()
            evidence: [c, p]
            confidence: 0.7
            because: "{p} is among the positions"
        }
        case "top_left" {
            when: causal(c, rows, columns, _)
            when: not (addend(rows, p) and foreign(p)) and not (addend(columns, q) and foreign(q))
            evidence: [c, rows]
            confidence: 0.9
            because: "{c} compares positions to which nothing is added"
        }
    }

    pattern causal_shift {
        axis: "causal_alignment"
        says: "which key the first query is aligned with, where there are more keys than queries"
        per: launch
        values: ["top_left", "bottom_right"]

        case "top_left" {
            when: causal(c, rows, _, _) and addend(rows, p) and runtime(p)
            when: launch(l, _) and bound(l, p, v) and number(v, 0)
            evidence: [v, l]
            confidence: 0.95
            because: "the positions of queries are shifted by {p}, for which the launch gives zero"
        }
        case "bottom_right" {
            when: causal(c, rows, _, _) and addend(rows, p) and runtime(p)
            when: launch(l, _) and bound(l, p, v) and v == a - b
            evidence: [rows, v]
            confidence: 0.9
            because: "the positions of queries are shifted by {p}, for which the launch gives {v}"
        }
    }

    pattern tail_handling {
        says: "what keeps keys beyond the last one from counting"
        values: ["even_k_specialized", "always_masked", "causal_only", "zero_pad_null", "neg_inf_null"]

        // Positions of keys against how many there are.
        predicate limited(c) {
            when: (c == (i < n) or c == (i <= n) or c == (i >= n)) and positions(i)
            when: elsewhere(n)
        }

        case "always_masked" {
            when: scores(s) or role(_, "delta")
            when: x == load() and role(x, r) and r in ["q", "k", "v", "o", "do"]
            when: argument(x, "mask", m) and made_of(m, c) and limited(c)
            when: not ((guarded(x, f) or guarded_not(x, f)) and constexpr(f))
            evidence: [x, c]
            confidence: 0.9
            because: "the load of {r} is masked by {c}"
        }
        case "even_k_specialized" {
            when: masked(x, k) and made_of(k, c) and limited(c) and (guarded(c, g) or guarded_not(c, g))
            when: depends(g, f) and constexpr(f) and launch(l, _) and bound(l, f, v)
            when: depends(v, m) and m == mod(_, _)
            evidence: [c, f, v]
            confidence: 0.95
            because: "{c} is asked unless {f} says that the tiles divide the keys"
        }
        case "always_masked" {
            when: masked(x, k) and made_of(k, c) and limited(c)
            when: not (guarded(x, g) and depends(g, j) and induction(_, j))
            when: not (guarded(c, f) and constexpr(f) and not either_way(c, f))
            evidence: [c, x]
            confidence: 0.85
            because: "{c} is asked for every tile"
        }
        case "zero_pad_null" {
            when: role(_, "dp") and k == load() and role(k, "k") and v == load() and role(v, "v")
            when: given(k, "padding", z) and z == padding.zero
            when: given(v, "padding", y) and y == padding.zero
            when: not (masked(_, c) and made_of(c, d) and limited(d))
            evidence: [k, z, v, y]
            confidence: 0.9
            because: "keys and values beyond the last one are zero, so that they add nothing"
        }
        case "causal_only" {
            when: causal(c, _, _, x) and forward(s)
            when: k == load() and role(k, "k") and absent(k, "padding") and absent(k, "mask")
            when: not (masked(_, m) and made_of(m, d) and limited(d))
            evidence: [c, x, k]
            confidence: 0.85
            because: "keys beyond the last one are left out only where {c} leaves them out"
        }
        case "neg_inf_null" {
            when: x == load() and given(x, "padding", z) and is_inf(z)
            when: exponential(p, e) and made_of(e, x) and y == load() and y != x
            when: o == mma(p, y) or o == reduce_sum(y * p)
            evidence: [x, z, p]
            confidence: 0.9
            because: "{x} is minus infinity beyond the last one, so that its weight is zero"
        }
    }
}
