// Products of matrices.
system Lift_Matmul {
    // A product of two operands that are read, summed up over loop l.
    predicate product(m, l) {
        when: carried(acc, l, _, next) and m == mma(x, y) and inside(m, l) and made_of(next, m)
        when: made_of(next, acc)
        when: made_of(x, a) and a == load() and role(a, "a") and made_of(y, b) and b == load() and role(b, "b")
    }

    // Exponentials that are summed up: what is done with the product is more than an activation.
    predicate sums_exponentials(t) {
        when: t == reduce_sum(y) and made_of(y, e) and (e == exp(_) or e == exp2(_))
    }

    pattern family {
        says: "which operation a kernel is"
        values: ["group_gemm", "moe", "bmm", "matmul"]

        case "group_gemm" {
            when: product(m, l) and x == load() and role(x, "a") and given(x, "array", list)
            when: list == item(p, i) and parameter(p) and depends(i, n) and induction(g, n) and l != g
            when: not sums_exponentials(t)
            evidence: [m, list]
            confidence: 0.9
            because: "each operand of {m} is one of a list that a loop walks"
        }
        case "moe" {
            when: product(m, l) and x == load(index=i) and role(x, "a") and not (x == load(path="tile"))
            when: depends(i, t) and t == load() and s == store(value=v)
            when: made_of(v, m) and y == load(index=j) and role(y, "b") and depends(j, e) and e == load()
            evidence: [m, x, e]
            confidence: 0.7
            because: "rows are picked by what is read, and so is the matrix that they are multiplied with"
        }
        case "bmm" {
            when: product(m, l) and x == load(index=i) and role(x, "a") and argument(i, "2", _)
            when: y == load(index=j) and role(y, "b") and argument(j, "2", _) and s == store(value=v)
            when: made_of(v, m) and not sums_exponentials(t)
            evidence: [m, x, y]
            confidence: 0.8
            because: "{m} is a product of two matrices of a batch"
        }
        case "matmul" {
            when: product(m, l) and s == store(value=v) and made_of(v, m) and not sums_exponentials(t)
            evidence: [m, s]
            confidence: 0.9
            because: "two operands are multiplied in a loop, and what is stored is their product"
        }
    }

    pattern k_dim_loop {
        says: "who walks the axis that is summed over"
        values: ["serial_full_k", "split_k", "stream_k"]

        case "split_k" {
            when: product(m, l) and s == atomic(value=v) and made_of(v, m)
            evidence: [m, s]
            because: "several blocks add their parts to one result"
        }
        case "split_k_by_start" {
            when: product(m, l) and induction(l, i) and b == block_id(2) and x == load(index=at)
            when: role(x, "a") and depends(i, b) and depends(at, i)
            value: "split_k"
            evidence: [m, b]
            confidence: 0.7
            because: "a block starts at a place of its own on the axis that is summed over"
        }
        case "serial_full_k" {
            when: product(m, l) and start(l, 0)
            evidence: [l, m]
            because: "one block walks the whole axis, {m} after {m}"
        }
    }

    pattern block_swizzle {
        says: "in which order blocks do the tiles of the result"
        values: ["none", "grouped_m", "grouped_n"]

        // Groups of g tiles on one axis, of which the last is as high as what is left.
        predicate grouped(one, other, g) {
            when: one == first + turn % size and size == min(rest, g) and first == group * g
            when: group == floordiv(t, width) and other == floordiv(inner, size) and inner == t % width
            when: turn == t or turn == t % width
        }
        // What gathers rows has the number of the tile in its offsets.
        predicate rows_of(one) {
            when: x == load(index=i) and role(x, "a") and (argument(i, _, one) or (x == load(path="gather") and depends(i, one)))
        }

        case "grouped_m" {
            when: grouped(one, other, g) and rows_of(one)
            evidence: [one, other]
            because: "blocks that follow each other do a column of up to {g} tiles of rows"
        }
        case "grouped_n" {
            when: grouped(one, other, g) and x == load(index=i) and role(x, "b") and argument(i, _, one)
            evidence: [one, other]
            because: "blocks that follow each other do a row of up to {g} tiles of columns"
        }
        case "none" {
            when: product(m, l) and x == load(index=i) and role(x, "a") and y == load(index=j)
            when: role(y, "b") and argument(i, _, row) and argument(j, _, column)
            when: (row == floordiv(t, n) and column == t % n) or (row == t % n and column == floordiv(t, n))
            evidence: [row, column]
            because: "the number of the tile is taken apart into row and column as it is"
        }
        case "none_2d" {
            when: product(m, l) and x == load(index=i) and role(x, "a") and y == load(index=j)
            when: role(y, "b") and argument(i, _, row) and argument(j, _, column)
            when: row == block_id(_) and column == block_id(_) and row != column
            value: "none"
            evidence: [row, column]
            because: "row and column are axes of the grid"
        }
    }

    pattern swizzle_group_size {
        says: "how many tiles a group has"
        values: ["1", "2", "4", "8", "16", "32", "tuned", "caller"]

        predicate grouped(g, size) {
            when: size == min(rest, g) and first == group * g and group == floordiv(t, width)
            when: one == first + inner and inner == turn % size and rest == _ - first
            when: turn == t or turn == t % width
        }
        predicate from_config(g, l, field) {
            when: launch(l, k) and trial(l) and bound(l, g, c) and c == config_field(name=field)
        }

        case "known" {
            when: grouped(g, size) and number(g, n)
            value: n
            evidence: [g, size]
            because: "a group has {n} tiles"
        }
        case "tuned" {
            when: grouped(g, size) and from_config(g, l, field) and not one_valued(l, field, _)
            evidence: [g, size]
            because: "how many tiles a group has is tuned"
        }
        case "caller" {
            when: grouped(g, size) and constexpr(g) and launch(l, k) and bound(l, g, v) and v == item(_, _)
            evidence: [g, v]
            confidence: 0.8
            because: "the caller says how many tiles a group has"
        }
        case "same_in_all_configs" {
            when: grouped(g, size) and from_config(g, l, field) and one_valued(l, field, v) and number(v, n)
            value: n
            evidence: [g, size, v]
            because: "a group has {n} tiles in every config"
        }
    }

    pattern epilogue_fusion {
        says: "what is done with the product before it is stored"
        values: ["none", "bias", "activation", "scale", "bias_activation"]

        predicate result(v, s, acc) {
            when: product(m, l) and carried(acc, l, _, next) and made_of(next, m)
            when: s == store(value=v) and made_of(v, acc) and outside(s, l)
        }
        predicate activated(v, acc, f) {
            when: made_of(v, f) and made_of(f, acc)
            when: f == sigmoid(_) or f == tanh(_) or f == erf(_) or f == exp(_) or f == exp2(_) or (f == max(_, z) and number(z, 0))
        }
        predicate with_bias(v, acc, b) {
            when: made_of(v, t) and t == u + w and made_of(u, acc) and made_of(w, b) and b == load()
            when: role(b, "bias")
        }

        case "bias_activation" {
            when: result(v, s, acc) and with_bias(v, acc, b) and activated(v, acc, f)
            evidence: [s, b, f]
            because: "{b} is added to the product, and {f} is taken"
        }
        case "bias" {
            when: result(v, s, acc) and with_bias(v, acc, b)
            evidence: [s, b]
            because: "{b} is added to the product"
        }
        case "gate" {
            when: result(v, s, acc) and activated(v, acc, f) and made_of(v, y) and y == g * h and made_of(g, f)
            when: made_of(h, n) and n == mma(_, _) and not made_of(g, n)
            value: "activation"
            evidence: [s, f, y]
            because: "{f} is taken of the product, and {y} is it times another product"
        }
        case "activation" {
            when: result(v, s, acc) and activated(v, acc, f)
            evidence: [s, f]
            because: "{f} is taken of the product"
        }
        case "scale" {
            when: result(v, s, acc) and made_of(v, t) and t == u * f and made_of(u, acc)
            evidence: [s, t]
            confidence: 0.8
            because: "the product is scaled by {f}"
        }
        case "cast_only" {
            when: result(v, s, acc) and v == acc and c == cast(acc) and s == store(value=c)
            value: "none"
            evidence: [s, c]
            because: "what is stored is the sum as the loop leaves it, cast"
        }
        case "none" {
            when: result(v, s, acc) and v == acc
            evidence: [s]
            because: "what is stored is the sum as the loop leaves it, but for a cast"
        }
    }

    pattern operand_transpose {
        says: "how an operand that is stored the other way round is turned"
        per: role
        values: ["none", "load_order", "register_permute", "pretransposed", "swap_operands"]

        predicate operand(m, x) {
            when: m == mma(x, _) or m == mma(_, x)
        }
        predicate turned(m, t, x) {
            when: operand(m, t) and (t == transpose(x) or t == permute(x)) and x == load()
        }
        // An axis comes before one that it followed.
        predicate out_of_order(o, a) {
            when: argument(o, i, a) and argument(o, j, b) and number(a, n) and number(b, q)
            when: (i == "0" and j == "1" and n > q) or (i == "1" and j == "2" and n > q) or (i == "2" and j == "3" and n > q)
        }
        predicate reordered(x, a) {
            when: x == load() and given(x, "order", o) and out_of_order(o, a)
        }

        case "register_permute" {
            when: turned(m, t, x) and role(x, r)
            role: r
            evidence: [m, t]
            because: "{r} is read as it is stored, and the tile is turned"
        }
        case "load_order" {
            when: reordered(x, axis) and role(x, r) and operand(m, y) and made_of(y, x)
            role: r
            evidence: [x, axis]
            because: "{r} is turned by the order of axes of its load"
        }
        case "swap_operands" {
            when: m == mma(x, y) and x == load() and role(x, "k") and made_of(y, q) and q == load()
            when: role(q, "q") and s == store() and role(s, "o")
            role: "k"
            evidence: [x, m]
            because: "the scores are computed transposed, so k is used as it is stored"
        }
        case "none" {
            when: m == mma(x, _) and x == load() and role(x, "a") and product(m, l)
            role: "a"
            evidence: [x]
            because: "the left operand is used as it is stored"
        }
        case "none_of_b" {
            when: m == mma(_, x) and x == load() and role(x, "b") and product(m, l)
            value: "none"
            role: "b"
            evidence: [x]
            because: "the right operand is used as it is stored"
        }
    }

    pattern extent_source {
        says: "where a kernel gets the sizes of its operands from"
        values: ["array_shape", "scalar_arg", "constexpr"]

        case "array_shape" {
            when: m == mma(_, _) and directly_inside(m, l) and stop(l, n) and depends(n, e) and e == extent()
            evidence: [e]
            because: "how far the loop goes follows from the size of an array"
        }
        case "scalar_arg" {
            when: m == mma(_, _) and directly_inside(m, l) and stop(l, n) and depends(n, p) and runtime(p)
            evidence: [p, n]
            because: "how far the loop goes follows from the parameter {p}"
        }
        case "constexpr" {
            when: m == mma(_, _) and directly_inside(m, l) and stop(l, n) and constexpr(p)
            when: n == cdiv(p, _) or n == p or n == floordiv(p + _, _)
            evidence: [p, n]
            because: "how far the loop goes follows from {p}, known when the kernel is compiled"
        }
    }

    pattern tail_handling {
        says: "what becomes of tiles that reach past the end of an array"
        values: ["padding_only", "even_k_specialized", "always_masked", "assume_even"]

        predicate masked(x) {
            when: x == load(mask=m) and role(x, "a")
        }
        predicate selected(c) {
            when: product(m, l) and m == mma(x, y) and (made_of(x, c) or made_of(y, c))
            when: c == select(_, _, _)
        }
        predicate computed_masked(s) {
            when: s == select(condition, _, _) and inside(s, l) and product(m, l) and made_of(m, s)
        }

        case "always_masked" {
            when: product(m, l) and masked(x)
            evidence: [x]
            because: "the load of the left operand is masked"
        }
        case "padding_only" {
            when: product(m, l) and x == load(path="tile") and role(x, "a") and given(x, "padding", v)
            when: text(v, "padding.zero") and not computed_masked(s) and stop(l, n)
            when: result == store(value=written) and made_of(written, m)
            evidence: [x, v, n, result]
            because: "what is read past the end is zero and adds nothing to the sum"
        }
        case "assume_even_tiles" {
            when: product(m, l) and x == load(path="tile") and role(x, "a") and absent(x, "padding")
            when: language(k, "cutile") and not computed_masked(s)
            value: "assume_even"
            evidence: [x]
            confidence: 0.8
            because: "what is read past the end is not determined, and nothing is masked"
        }
        case "assume_even" {
            when: product(m, l) and x == load(path="pointer") and role(x, "a") and not masked(y)
            when: not computed_masked(s)
            evidence: [x]
            confidence: 0.8
            because: "nothing is masked and nothing padded"
        }
    }
}
