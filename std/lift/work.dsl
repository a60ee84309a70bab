// How work is shared out among the blocks of a launch.
system Lift_Work {
    // Loop l goes from the number of the block in steps as large as the grid.
    predicate strided(l, b, s) {
        when: start(l, b) and b == block_id(_) and step(l, s) and (s == num_blocks(_) or parameter(s))
    }

    // The same in items of which a block does n at once.
    predicate strided_by_rows(l, b, s) {
        when: start(l, first) and first == b * n and b == block_id(_) and step(l, s) and s == num_blocks(_) * n
    }

    // The same by hand: a counter that starts with the number of the block.
    predicate counted(l, b, s, next) {
        when: loop_kind(l, "while") and carried(x, l, init, next) and next == x + s
        when: depends(init, b) and b == block_id(_) and (s == num_blocks(_) or parameter(s))
    }

    // Each block has so many neighbouring items.
    predicate neighbours(l, b, n) {
        when: b == block_id(_) and first == b * n and parameter(n) and loop(l)
        when: (start(l, first) and stop(l, e) and e == min(_, _)) or (stop(l, n) and induction(l, i) and item == first + i)
    }

    predicate is_persistent(b) {
        when: strided(_, b, _) or strided_by_rows(_, b, _) or counted(_, b, _, _) or neighbours(_, b, _)
    }

    predicate has_products(m) {
        when: m == mma(_, _)
    }

    predicate second_axis(b) {
        when: b == block_id(1)
    }

    predicate third_axis(b) {
        when: b == block_id(2)
    }

    pattern scheduling {
        says: "whether a block does one piece of work or goes on to others"
        values: ["tile_per_cta", "static_persistent", "dynamic"]

        case "static_persistent" {
            when: strided(l, b, s)
            evidence: [l, b, s]
            because: "a loop starts at the number of the block and advances by {s}"
        }
        case "static_persistent_by_rows" {
            when: strided_by_rows(l, b, s)
            value: "static_persistent"
            evidence: [l, b, s]
            because: "a loop starts at the rows of the block and advances by those of all blocks"
        }
        case "static_persistent_while" {
            when: counted(l, b, s, next)
            value: "static_persistent"
            evidence: [l, b, next]
            because: "a counter starts at the number of the block and advances by {s}"
        }
        case "static_persistent_chunk" {
            when: neighbours(l, b, n)
            value: "static_persistent"
            evidence: [l, b]
            because: "each block walks {n} neighbouring items"
        }
        case "dynamic" {
            when: x == atomic() and loop(l) and inside(y, l) and y == load(index=i) and depends(i, x)
            evidence: [x, y]
            confidence: 0.8
            because: "the next piece of work is drawn from a shared counter"
        }
        case "tile_per_cta" {
            when: b == block_id(_) and launch(n, k) and grid(n, _, g)
            evidence: [b, g, n]
            confidence: 0.95
            because: "the number of the block says which piece of work it does, and there is no other"
        }
        case "tile_per_cta_of_any_grid" {
            when: b == block_id(_)
            value: "tile_per_cta"
            evidence: [b]
            confidence: 0.95
            because: "the number of the block says which piece of work it does, and there is no other"
        }
    }

    pattern persistent_loop_form {
        says: "how a block goes on to its next piece of work"
        values: ["for_range", "while"]

        case "for_range" {
            when: strided(l, b, _)
            evidence: [l, b]
            because: "a range starts at the number of the block"
        }
        case "while" {
            when: counted(l, _, _, next)
            evidence: [l, next]
            because: "a counter is advanced by hand"
        }
    }

    pattern persistent_step {
        says: "where a block gets the step to its next piece of work from"
        values: ["num_blocks", "constexpr_arg", "runtime_arg", "module_constant"]

        predicate advances_by(s) {
            when: strided(_, _, s) or counted(_, _, s, _)
        }

        case "num_blocks" {
            when: advances_by(s) and s == num_blocks(_)
            evidence: [s]
            because: "the step is the size of the grid"
        }
        case "constexpr_arg" {
            when: advances_by(s) and constexpr(s)
            evidence: [s]
            because: "the step is the parameter {s}, known when the kernel is compiled"
        }
        case "runtime_arg" {
            when: advances_by(s) and runtime(s)
            evidence: [s]
            because: "the step is the parameter {s}"
        }
    }

    pattern persistent_grid_clamp {
        says: "whether the grid of a persistent kernel is cut to the work that there is"
        per: launch
        values: ["clamp_to_items", "clamp_before_occupancy", "none"]

        predicate of_machine(g, m) {
            when: depends(g, m) and m == machine()
        }

        case "clamp_before_occupancy" {
            when: launch(l, k) and grid(l, 0, g) and is_persistent(b) and g == n * o and n == min(_, _)
            when: of_machine(n, m)
            evidence: [g, n]
            confidence: 0.9
            because: "the minimum of processors and items is taken before {o} multiplies it"
        }
        case "clamp_to_items" {
            when: launch(l, k) and grid(l, 0, g) and is_persistent(b) and g == min(_, _)
            when: of_machine(g, m)
            evidence: [g]
            confidence: 0.9
            because: "there are no more blocks than items"
        }
        case "none" {
            when: launch(l, k) and grid(l, 0, g) and is_persistent(b) and of_machine(g, m)
            evidence: [g, m]
            confidence: 0.85
            because: "the size of the grid does not depend on the work that there is"
        }
    }

    pattern grid_mapping {
        says: "what the axes of the grid stand for"
        per: launch

        // The place from which operand r is read has the number of the block as one of its parts.
        predicate place(r, b) {
            when: x == load(index=i) and role(x, r) and argument(i, _, b)
        }

        predicate taken_apart(b, n, quotient, rest) {
            when: quotient == floordiv(b, n) and rest == b % n
        }

        case "q_tiles_bh" {
            when: launch(l, k) and grid(l, 0, g) and place(r, b) and r in ["q", "do"]
            when: b == block_id(0) and taken_apart(other, n, x, y) and other == block_id(1)
            value: "(q_tiles,BH)"
            evidence: [g, b, other]
            because: "the first axis counts tiles of rows, the second is taken apart into batch and head"
        }
        case "bh_q_tiles" {
            when: launch(l, k) and grid(l, 0, g) and place(r, b) and r in ["q", "do"]
            when: b == block_id(1) and taken_apart(other, n, x, y) and other == block_id(0)
            value: "(BH,q_tiles)"
            evidence: [g, b, other]
            because: "the second axis counts tiles of rows, the first is taken apart into batch and head"
        }
        case "kv_tiles_bh_kv" {
            when: launch(l, k) and grid(l, 0, g) and place("k", b) and b == block_id(0)
            when: taken_apart(other, n, x, y) and other == block_id(1)
            evidence: [g, b, other]
            because: "the first axis counts tiles of keys, the second is taken apart into batch and head"
        }
        case "b_kvhead_split" {
            when: launch(l, k) and grid(l, 0, g) and place("k", b) and b == block_id(0)
            when: place("k", h) and h == block_id(1) and s == block_id(2)
            when: x == load(index=i) and role(x, "k") and depends(i, s)
            evidence: [g, b, h, s]
            because: "the axes are batches, heads of keys and parts of the sequence"
        }
        case "b_h_dtile" {
            when: launch(l, k) and grid(l, 0, g) and x == store(index=i) and argument(i, "0", b)
            when: b == block_id(0) and argument(i, "1", h) and h == block_id(1) and argument(i, _, d)
            when: d == block_id(2) and e == reduce_max(_) and (p == exp2(_) or p == exp(_))
            evidence: [g, b, h, d]
            confidence: 0.8
            because: "the axes are batches, heads and tiles of the head"
        }
        case "linear" {
            when: launch(l, k) and grid(l, 0, g) and m == mma(_, _) and x == load() and role(x, "a")
            when: b == block_id(0) and not second_axis(c) and not third_axis(d)
            evidence: [g, b]
            because: "one axis counts the tiles of the result"
        }
        case "grid_3d_batch" {
            when: launch(l, k) and grid(l, 0, g) and m == mma(_, _) and x == load() and role(x, "a")
            when: b == block_id(2) and c == block_id(1) and d == block_id(0)
            evidence: [g, b, c, d]
            confidence: 0.85
            because: "one axis counts matrices, two count tiles of rows and columns"
        }
        case "grid_2d" {
            when: launch(l, k) and grid(l, 0, g) and m == mma(_, _) and x == load() and role(x, "a")
            when: b == block_id(0) and c == block_id(1) and not third_axis(d)
            evidence: [g, b, c]
            confidence: 0.85
            because: "one axis counts tiles of rows, one tiles of columns"
        }
        case "sm_count_clamped" {
            when: launch(l, k) and grid(l, 0, g) and is_persistent(b) and not has_products(m)
            when: g == min(_, _) and depends(g, sm) and sm == machine()
            evidence: [g, b]
            because: "there are as many blocks as processors, or fewer where there is less to do"
        }
        case "sm_count" {
            when: launch(l, k) and grid(l, 0, g) and is_persistent(b) and not has_products(m)
            when: depends(g, sm) and sm == machine()
            evidence: [g, b]
            because: "there are as many blocks as processors"
        }
        case "batch_position" {
            when: launch(l, k) and grid(l, 0, g) and not has_products(m) and not second_axis(c)
            when: b == block_id(0) and taken_apart(b, n, quotient, rest)
            when: x == load(index=i) and depends(i, quotient) and depends(i, rest) and not is_persistent(s)
            evidence: [g, b, quotient, rest]
            confidence: 0.85
            because: "one axis is taken apart into batch and position"
        }
        case "rows_x_col_tiles" {
            when: launch(l, k) and grid(l, 0, g) and not has_products(m) and b == block_id(0)
            when: c == block_id(1) and x == load(index=i) and depends(i, b) and depends(i, c)
            when: not third_axis(d)
            evidence: [g, b, c]
            confidence: 0.85
            because: "one axis counts rows, one tiles of columns"
        }
        case "flat_blocks" {
            when: launch(l, k) and grid(l, 0, g) and not has_products(m) and not second_axis(c)
            when: b == block_id(0) and x == load(index=i) and made_of(i, o) and o == b * t + a
            when: a == arange() and not (y == reduce_sum(_)) and not (z == extent(_, 1))
            evidence: [g, b, o]
            confidence: 0.85
            because: "one axis counts blocks of neighbouring elements"
        }
        case "row_blocks" {
            when: launch(l, k) and grid(l, 0, g) and not has_products(m) and not second_axis(c)
            when: b == block_id(0) and o == b * t + a and a == arange() and other == arange()
            when: a != other and x == load(index=i) and depends(i, o) and depends(i, other)
            when: not is_persistent(s)
            evidence: [g, b, o]
            confidence: 0.85
            because: "one axis counts blocks of rows"
        }
        case "rows" {
            when: launch(l, k) and grid(l, 0, g) and not has_products(m) and not second_axis(c)
            when: b == block_id(0) and x == load(index=i) and depends(i, b) and not is_persistent(s)
            evidence: [g, b]
            confidence: 0.8
            because: "one axis counts rows"
        }
    }
}
