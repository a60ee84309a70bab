// Rotations of pairs of elements: which pairs, by which factors, and how much of a tile one block does.
system Lift_Rotations {
    // Two loads of one array are turned into each other by two factors.
    predicate rotation(x, y, c, s) {
        when: (first == x * c - y * s and second == y * c + x * s) or (first == x * c + y * s and second == y * c - x * s)
        when: x == load() and y == load() and x != y and array_of(x, p) and array_of(y, p)
    }

    // The two are neighbouring tiles of one axis.
    predicate neighbours(x, y, at) {
        when: x == load(path="tile", index=i) and y == load(path="tile", index=j) and argument(i, at, a) and number(a, 0)
        when: argument(j, at, b) and number(b, 1)
    }

    // The second lies so many elements behind the first.
    predicate behind(x, y, n) {
        when: x == load(index=i) and y == load(index=j) and (x == load(path="pointer") or x == load(path="gather"))
        when: (depends(j, o) and o == f + n and depends(f, a) and a == arange() and depends(i, f) and not depends(i, o)) or (j == i + n)
    }

    // Offsets go in steps of two.
    predicate by_twos(x) {
        when: x == load(index=i) and made_of(i, t) and t == a * w and number(w, 2) and made_of(a, r) and r == arange()
    }

    pattern rotation_layout {
        says: "which elements are the two of a pair"
        values: ["half_split", "interleaved"]

        case "interleaved" {
            when: rotation(x, y, c, s) and by_twos(x) and by_twos(y)
            evidence: [x, y]
            because: "pairs are neighbours"
        }
        case "half_split" {
            when: rotation(x, y, c, s) and neighbours(x, y, at) and x == load(index=i) and y == load(index=j) and argument(j, at, b)
            evidence: [x, y, i, j, b]
            because: "the two of a pair lie in two halves"
        }
        case "half_split_by_offset" {
            when: rotation(x, y, c, s) and behind(x, y, n)
            value: "half_split"
            evidence: [x, y]
            confidence: 0.9
            because: "the second of a pair lies {n} behind the first"
        }
    }

    pattern half_selection {
        says: "how the two halves of the pairs are found"
        values: ["tile_index", "element_offset", "concatenate"]

        case "tile_index" {
            when: rotation(x, y, c, s) and neighbours(x, y, at) and x == load(index=i) and y == load(index=j) and argument(j, at, b)
            evidence: [x, y, i, j, b]
            because: "the second half is the next tile"
        }
        case "element_offset" {
            when: rotation(x, y, c, s) and behind(x, y, n)
            evidence: [x, y, n]
            confidence: 0.9
            because: "{n} is added to the offsets of the first half"
        }
    }

    pattern head_tiling {
        says: "how many heads a block rotates"
        values: ["all_heads_next_pow2", "block_of_heads", "one_head"]

        // Heads are an axis of the tile that starts at 0, and both halves have it.
        case "all_heads_next_pow2" {
            when: rotation(x, y, c, s) and neighbours(x, y, at) and given(x, "shape", t) and argument(t, n, p) and n != at
            when: constexpr(p) and x == load(index=i) and argument(i, n, z) and number(z, 0)
            when: launch(l, k) and bound(l, p, v) and power_above(v, _)
            evidence: [x, v]
            all: true
            confidence: 0.9
            because: "a tile has {v} heads, all that there are"
        }
        case "all_heads_by_offsets" {
            when: rotation(x, y, c, s) and x == load(index=i, path="pointer") and depends(i, t) and t == a * w and a == arange(stop=p)
            when: constexpr(p) and depends(i, b) and b == arange(stop=q) and p != q and launch(l, k) and bound(l, p, v) and power_above(v, _)
            value: "all_heads_next_pow2"
            evidence: [x, v]
            confidence: 0.7
            because: "offsets go over {v} heads, all that there are"
        }
    }

    pattern cos_sin_half {
        says: "whether both halves have factors of their own"
        values: ["first_half_only", "both_halves"]

        case "first_half_only" {
            when: rotation(x, y, c, s) and c == load() and (s == load() or s == w * _) and made_of(s, u) and u == load()
            evidence: [c, u]
            confidence: 0.9
            because: "{c} and {u} serve both halves"
        }
    }

    pattern cos_sin_batch {
        says: "how a table of factors without batches serves all of them"
        values: ["constexpr_broadcast", "stride_zero", "expanded"]

        case "constexpr_broadcast" {
            when: rotation(x, y, c, s) and made_of(c, u) and u == load(index=i) and depends(i, b) and b == choice(condition=t)
            when: t == eq(p, n) and number(n, 1) and constexpr(p)
            evidence: [b, t]
            because: "if {p} is 1, all batches read the first row"
        }
        case "broadcast_by_formula" {
            when: rotation(x, y, c, s) and made_of(c, u) and u == load(index=i) and depends(i, b) and b == select(t, _, _)
            when: depends(t, p) and constexpr(p)
            value: "constexpr_broadcast"
            evidence: [b]
            confidence: 0.85
            because: "{t} chooses between one row for all batches and one for each"
        }
    }

    pattern autotune_isolation {
        says: "what trials of a search write to, where a kernel writes over what it reads"
        values: ["clone_in_args", "live_tensors", "restore_value"]

        predicate over(p) {
            when: x == load() and s == store(value=v) and array_of(x, p) and array_of(s, p) and made_of(v, x)
        }

        case "clone_in_args" {
            when: launch(l, k) and trial(l) and over(p) and bound(l, p, v) and exact(v) and depends(v, c) and c == call("clone")
            evidence: [c]
            all: true
            confidence: 0.95
            because: "each trial writes to a copy of what is bound to {p}"
        }
        case "live_tensors" {
            when: launch(l, k) and trial(l) and over(p) and bound(l, p, v) and not (depends(v, c) and c == call("clone"))
            evidence: [l]
            confidence: 0.8
            because: "trials write over what is bound to {p} again and again"
        }
    }

    pattern partial_rotary {
        says: "what becomes of elements that are not rotated"
        values: ["untouched_tail", "copy_tail", "none"]

        case "untouched_tail" {
            when: rotation(x, y, c, s) and w == store() and array_of(x, p) and array_of(w, p) and neighbours(x, y, at)
            when: given(x, "shape", t) and argument(t, at, d) and constexpr(d) and launch(l, k) and bound(l, d, v)
            when: depends(v, o) and o == choice(condition=q) and depends(o, e) and e == extent()
            evidence: [v, o, q]
            confidence: 0.7
            because: "{d} follows from a width that may be less than the array's, and the array is written in place"
        }
    }

    pattern trials_on_copies {
        axis: "constraint"
        says: "what trials of a search may not touch"

        case "contract" {
            when: launch(l, k) and trial(l) and s == store() and array_of(s, p) and bound(l, p, v) and exact(v)
            when: depends(v, c) and c == call("clone") and handed(l, p, h)
            evidence: [c, h]
            all: true
            confidence: 0.9
            because: "trials run on clones of {p}: only the selected kernel writes the caller's array"
        }
        case "implied" {
            when: x == load() and y == load() and array_of(x, p) and array_of(y, p) and x != y and s == store(value=v)
            when: array_of(s, p) and made_of(v, x) and made_of(v, y) and w == store(value=u) and array_of(w, p) and s != w and made_of(u, x)
            evidence: [x, y, s, w]
            all: true
            confidence: 0.85
            because: "both halves of {p} are loaded before either is stored, and no other block stores them"
        }
    }
}
