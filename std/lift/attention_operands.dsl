// Where kernels of attention have their operands: layout, order of loads, heads, and what stays on chip.
system Lift_Attention_Operands {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    predicate forward(s) {
        when: role(s, "s") and s == mma()
        when: not role(_, "dp")
    }

    predicate is_attention(s) {
        when: role(s, "p") or role(s, "ds") or role(s, "delta")
    }

    // A block of the second kind of axis, parted into batch and head.
    predicate parted(b, h, x, n) {
        when: b == floordiv(x, n) and h == mod(x, n) and x == block_id()
    }

    pattern operand_transpose {
        says: "how an operand is turned for its product"
        per: role
        values: ["load_order", "register_permute", "swap_operands"]

        predicate operand(x, m) {
            when: m == mma(x, _) or m == mma(_, x)
        }

        case "register_permute" {
            when: x == load() and role(x, r) and is_attention(_)
            when: operand(t, _) and (t == transpose(x) or t == permute(x, [1, 0]))
            role: r
            evidence: [t]
            confidence: 0.95
            because: "{t} is turned after its load"
            all: true
        }
        case "load_order" {
            when: is_attention(_) and x == load(order=o) and role(x, r) and operand(x, _)
            when: (
                (o == [0, 1, 3, z] and number(z, 2))
                or (o == [0, 2, z] and number(z, 1))
                or (o == [1, z] and number(z, 0))
            )
            role: r
            evidence: [x, z]
            confidence: 0.95
            because: "the load of {r} exchanges its last two axes"
            all: true
        }
        case "load_order" {
            when: forward(_) or role(_, "dp")
            when: x == load(path="pointer", index=i) and role(x, r) and r == "k" and m == mma(_, x)
            when: addend(i, t) and t == expand_dims(d) and d == arange()
            when: argument(t, "index", a) and a == [[none, none, none], none]
            role: r
            evidence: [x, m]
            confidence: 0.85
            because: "the addresses of {r} run along the second axis of the tile"
            all: true
        }
        case "swap_operands" {
            when: forward(s) and s == mma(x, _) and x == load() and role(x, "k")
            role: "k"
            evidence: [s]
            confidence: 0.9
            because: "the keys are the left operand of {s}"
        }
    }

    pattern tensor_layout {
        says: "in which order the axes of the operands are"
        values: ["BHSD", "BSHD"]

        predicate operand(x) {
            when: role(x, "q") or role(x, "o") or role(x, "do") or role(x, "k")
        }

        case "BHSD" {
            when: is_attention(_) and x == load(index=i) and operand(x) and i == [b, h, _, z] and parted(b, h, _, _)
            evidence: [x, z]
            confidence: 0.9
            because: "{x} is addressed by batch, head and position"
        }
        case "BSHD" {
            when: is_attention(_) and x == load(index=i) and operand(x) and i == [b, _, h, z] and parted(b, h, _, _)
            evidence: [x, z]
            confidence: 0.9
            because: "{x} is addressed by batch, position and head"
        }
        case "BSHD" {
            when: is_attention(_)
            when: (
                (x == load(path="pointer", index=i) and role(x, "q"))
                or (x == store(path="pointer", index=i) and role(x, "dk"))
            )
            when: addend(i, t) and t == (_ * n + h) * d and h == mod(_, n)
            when: addend(i, u) and u == p * (n * d) and made_of(p, a) and a == arange()
            evidence: [t, u]
            confidence: 0.85
            because: "positions are {n} heads apart"
        }
    }

    pattern head_dim_tiling {
        says: "whether a tile holds the whole size of a head"
        values: ["full", "split"]

        case "full" {
            when: is_attention(_) and x == load(index=i)
            when: role(x, "q") or role(x, "o")
            when: i == [_, _, _, z] and number(z, 0) and shape_dim(x, 3, d) and constexpr(d)
            evidence: [x, z]
            confidence: 0.9
            because: "the last index of {x} is always zero"
        }
        case "split" {
            when: is_attention(_) and x == load(index=i) and role(x, "v")
            when: i == [_, _, _, b] and b == block_id()
            evidence: [x, i]
            confidence: 0.9
            because: "{b} is the last index of {x}"
        }
        case "split" {
            when: forward(_) and x == load(path="pointer", index=i) and role(x, "v") and i == _ + t
            when: t == expand_dims(u) and argument(t, "index", a) and a == [none, [none, none, none]]
            when: u == w * n + r and r == arange() and made_of(w, b) and b == block_id()
            evidence: [u]
            confidence: 0.85
            because: "{u} are the columns of {x}, which follow the block"
        }
        // Outputs of parts, weighed by how much each part sums to.
        case "split" {
            when: w == load() and exponential(p, w - m) and m == reduce_max(w)
            when: x == load(index=i) and i == [_, _, z, b] and b == block_id()
            when: y == mma(p, x) or y == reduce_sum(x * p)
            evidence: [x, z, b]
            confidence: 0.85
            because: "{b} is the last index of {x}"
        }
    }

    pattern stationary_operand {
        says: "which operand stays while the others are loaded again and again"
        values: ["q_stationary", "kv_stationary"]

        case "q_stationary" {
            when: role(s, "s") and s == mma() and inside(s, l) and q == load() and role(q, "q")
            when: k == load() and role(k, "k") and inside(k, l) and outside(q, l)
            evidence: [q, k]
            confidence: 0.95
            because: "{q} is before the loop in which {k} is"
        }
        case "kv_stationary" {
            when: role(s, "s") and s == mma() and inside(s, l) and q == load() and role(q, "q")
            when: k == load() and role(k, "k") and inside(q, l) and outside(k, l)
            evidence: [q, k]
            confidence: 0.95
            because: "{k} is before the loop in which {q} is"
        }
    }

    pattern v_load_placement {
        says: "whether values are loaded before or after the weights are computed"
        values: ["late", "with_k", "prefetched"]

        case "late" {
            when: forward(s) and directly_inside(s, l) and exponential(p, e) and made_of(e, s)
            when: v == load() and role(v, "v") and directly_inside(v, l) and before(p, v)
            evidence: [v]
            confidence: 0.9
            because: "{v} is after {p}"
        }
        case "with_k" {
            when: forward(s) and directly_inside(s, l) and exponential(p, e) and made_of(e, s)
            when: v == load() and role(v, "v") and directly_inside(v, l) and before(v, p)
            evidence: [v]
            confidence: 0.9
            because: "{v} is before {p}"
        }
        case "prefetched" {
            when: forward(s) and directly_inside(s, l) and v == load() and role(v, "v")
            when: carried(x, l, init, next) and made_of(init, v) and outside(v, l)
            evidence: [v]
            confidence: 0.7
            because: "{v} is before the loop, and the next one is carried by it"
        }
    }

    pattern lse_storage {
        says: "how the logarithm of the sum of weights is stored"
        values: ["flat_1d_scatter", "strided_nd", "3d_tile_store"]

        case "strided_nd" {
            when: x == store(index=i) and role(x, "lse")
            when: (absent(x, "path") and i == tuple()) or argument(x, "path", "gather")
            when: i == [_, _] or i == [_, _, _] or i == [_, _, _, _]
            evidence: [x, i]
            confidence: 0.9
            because: "{x} has an index for each axis"
        }
        case "flat_1d_scatter" {
            when: x == store(path="gather", index=i) and role(x, "lse")
            evidence: [x, i]
            confidence: 0.9
            because: "{x} has one index, which is computed from all axes"
        }
        case "strided_nd" {
            when: x == store(path="pointer") and role(x, "lse")
            evidence: [x]
            confidence: 0.9
            because: "{x} has an address that is computed from the strides of all axes"
        }
        case "3d_tile_store" {
            when: x == store(path="tile") and role(x, "lse")
            evidence: [x]
            confidence: 0.9
            because: "{x} writes a tile"
        }
    }

    pattern head_batch_axis {
        says: "whether batch and head share an axis of the grid"
        values: ["fused", "separate_axes"]

        case "fused" {
            when: is_attention(_) and parted(b, h, x, n)
            when: (y == load(index=i) or y == store(index=i)) and depends(i, b) and depends(i, h)
            evidence: [b, h]
            confidence: 0.95
            because: "{b} and {h} are from the same axis of the grid"
        }
        case "separate_axes" {
            when: is_attention(_) and x == load(index=i) and role(x, "q")
            when: i == [b, h, _, _] and b == block_id(a) and h == block_id(c) and a != c
            evidence: [b, h]
            confidence: 0.9
            because: "{b} and {h} are axes of their own"
        }
        case "separate_axes" {
            when: w == load() and exponential(p, w - m) and m == reduce_max(w)
            when: x == load(index=i) and i == [b, h, _, _] and b == block_id(a) and h == block_id(c)
            when: (y == mma(p, x) or y == reduce_sum(x * p)) and a != c
            evidence: [b, h]
            confidence: 0.9
            because: "{b} and {h} are axes of their own"
        }
    }

    pattern causal_work_order {
        says: "in which order tiles of queries are started where later ones have more to do"
        values: ["ascending", "descending_lpt"]

        predicate ordered(b, x) {
            when: role(s, "s") and s == mma() and inside(s, l) and stop(l, e) and made_of(e, b)
            when: q == load(index=i) and role(q, "q") and i == [_, _, x, _] and outside(q, l)
        }

        case "ascending" {
            when: b == block_id() and ordered(b, b) and t == b * n and made_of(o, t) and o == t + r
            when: made_of(r, a) and a == arange()
            evidence: [t]
            confidence: 0.8
            because: "{b} is used as it is"
        }
        case "descending_lpt" {
            when: b == block_id() and x == n - b - 1 and ordered(b, x)
            evidence: [x]
            confidence: 0.8
            because: "{x} turns the order of the blocks"
        }
    }

    pattern gqa_mapping {
        says: "how heads of queries find their head of keys"
        values: ["index_div", "index_mul", "pack_group_in_tile"]

        case "index_mul" {
            when: q == load() and role(q, "q") and argument(q, "index", i) and depends(i, h)
            when: h == k * g + j and induction(_, j) and x == load(index=y) and role(x, "k")
            when: depends(y, k) and k == mod(_, _) and stop(l, g) and induction(l, j)
            evidence: [h]
            confidence: 0.9
            because: "all query heads {h} of a head of keys are visited"
        }
        case "index_div" {
            when: is_attention(_)
            when: x == load() and role(x, "k") and argument(x, "index", i) and depends(i, k)
            when: k == floordiv(h, g) and h == mod(_, _)
            evidence: [k]
            confidence: 0.95
            because: "{k} is the head of keys for the query head {h}"
        }
    }

    pattern gqa_packing {
        axis: "gqa_mapping"
        says: "how heads of queries find their head of keys"
        per: launch

        case "pack_group_in_tile" {
            when: forward(_) and q == load(index=i, shape=z) and role(q, "q")
            when: k == load(index=j) and role(k, "k") and i == [b, h, _, _] and j == [b, h, _, _]
            when: z == [1, 1, n, _] and launch(l, _) and bound(l, n, v) and depends(v, g)
            when: g == floordiv(_, _)
            evidence: [i, z, v]
            confidence: 0.85
            because: "a tile of queries has {n} rows, one for each head that shares the keys of head {h}"
        }
    }

    pattern kv_split {
        says: "whether several blocks share the keys of a query"
        values: ["none", "split_kv"]

        case "split_kv" {
            when: forward(s) and inside(s, l) and k == load(index=i) and role(k, "k") and inside(k, l)
            when: q == load(index=j) and role(q, "q") and outside(q, l) and b == block_id()
            when: depends(i, b) and not depends(j, b) and o == store(index=n) and role(o, "o")
            when: depends(n, b) and depends(i, y) and y == b * _
            evidence: [y, b]
            confidence: 0.9
            because: "{y} says where the part of the keys of this block begins"
        }
        case "none" {
            when: role(s, "s") and s == mma() and inside(s, l) and k == load(index=i) and role(k, "k") and inside(k, l)
            when: q == load(index=j) and role(q, "q") and outside(q, l) and start(l, 0)
            when: not (b == block_id() and depends(i, b) and not depends(j, b))
            evidence: [l]
            confidence: 0.85
            because: "a block begins with the first key, and no axis of the grid parts the keys"
        }
    }
}
