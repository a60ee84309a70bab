// Products of several problems at once, and products that are parted into others.
system Lift_Groups {
    // Operands are of a list that a loop walks.
    predicate of_list(x, list, p, g) {
        when: x == load() and role(x, "a") and given(x, "array", list) and list == item(p, i) and parameter(p)
        when: induction(g, n) and depends(i, n)
    }

    // The matrix is picked by what was read.
    predicate picked(y, e) {
        when: y == load(path="tile", index=j) and role(y, "b") and argument(j, "0", e) and made_of(e, t) and t == load()
    }

    pattern operand_passing {
        says: "how a kernel is given the operands of several problems"
        values: ["array_list", "pointer_table", "concatenated_with_offsets", "stacked_3d"]

        case "array_list" {
            when: m == mma(_, _) and of_list(x, list, p, g)
            evidence: [p, list]
            because: "{p} is a list of arrays"
        }
        case "stacked_3d" {
            when: m == mma(_, _) and picked(y, e) and argument(y, "index", j)
            evidence: [y, j]
            because: "one array has all matrices, and {e} says which"
        }
    }

    pattern problem_batching {
        says: "how many launches several problems take"
        values: ["single_launch", "launch_per_problem", "padded_bmm"]

        case "single_launch" {
            when: m == mma(_, _) and of_list(x, list, p, g) and launch(l, k) and handed(l, p, h)
            evidence: [p, h, l]
            because: "one launch has all of {p}"
        }
        case "of_stacked" {
            when: m == mma(_, _) and picked(y, e) and launch(l, k)
            value: "single_launch"
            evidence: [l]
            because: "one launch has the matrices of all problems"
        }
    }

    pattern group_lookup {
        says: "how a block finds the problem that a tile is of"
        values: ["linear_scan", "binary_search", "tile_to_group_table", "grid_axis"]

        case "linear_scan" {
            when: m == mma(_, _) and of_list(x, list, p, g) and carried(end, g, init, next) and next == end + n and inside(m, g)
            evidence: [g, init, next]
            because: "a loop over the problems adds up their tiles"
        }
        case "tile_to_group_table" {
            when: m == mma(_, _) and picked(y, e) and made_of(e, t) and t == load(index=i) and depends(i, b) and b == block_id(_)
            evidence: [t, e]
            because: "{t} has the number of the matrix for each tile"
        }
    }

    pattern early_exit {
        says: "what a block does that has nothing to do"
        values: ["none", "block_guard"]

        case "block_guard" {
            when: m == mma(_, _) and guarded(m, c) and depends(c, b) and b == block_id(_) and depends(c, t) and t == load()
            when: s == store() and guarded(s, c)
            evidence: [c, t]
            because: "all is done only where {c}"
        }
    }

    pattern mma_threshold {
        says: "from which size on a product is done by matrix instructions"

        case "threshold" {
            when: m == mma(_, _) and guarded(m, p) and constexpr(p) and launch(l, k) and bound(l, p, v) and v == ge(_, t) and number(t, n)
            value: n
            evidence: [v, t]
            all: true
            because: "from {n} on {m} is used"
        }
        case "of_architectures" {
            when: m == mma(_, _) and guarded(m, p) and constexpr(p) and launch(l, k) and bound(l, p, v) and v == ge(_, t) and t == choice(condition=c, then=a, otherwise=b)
            when: depends(c, q) and q == machine() and (number(a, n) or number(b, n))
            value: n
            evidence: [v, t]
            all: true
            because: "from {n} on {m} is used, on some architectures"
        }
    }

    pattern split_tile_rule {
        says: "how many parts of a result one tile has"
        values: ["next_pow2", "fixed", "chunked"]

        case "next_pow2" {
            when: x == load() and role(x, "lse") and y == load() and role(y, "o_partial") and depends(x, a) and a == arange(stop=p)
            when: constexpr(p) and launch(l, k) and bound(l, p, v) and power_above(v, _)
            evidence: [x, a, v]
            because: "a tile has {v} parts, all that there are"
        }
    }

    pattern tuning_strategy_of_caller {
        axis: "tuning_strategy"
        says: "who chooses the config of a launch"
        values: ["fixed"]

        predicate searched(k) {
            when: launch(other, k) and (trial(other) or strategy(other, _))
        }

        case "fixed" {
            when: m == mma(_, _) and launch(l, k) and not searched(k) and x == load() and shape_dim(x, _, p) and constexpr(p)
            when: bound(l, p, v) and v == item(c, _)
            evidence: [v, l]
            confidence: 0.7
            because: "the caller gives {v}"
        }
    }
}
