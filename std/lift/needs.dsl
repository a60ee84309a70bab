// What kernels need of padding, of types and of the arrays that they are given.
system Lift_Needs {
    predicate has_products(m) {
        when: m == mma(_, _)
    }

    pattern padding_for_sums {
        axis: "constraint"
        says: "padding that a reduction relies on"

        // What lies past the end is replaced before.
        predicate replaced(x, t) {
            when: t == select(_, v, _) and made_of(v, x)
        }

        case "implied" {
            when: language(k, "cutile") and x == load(path="tile") and given(x, "padding", p) and s == reduce_sum(w) and made_of(w, x)
            when: not replaced(x, t) and not has_products(m) and (text(p, "padding.zero") or number(p, 0))
            evidence: [x, p, s]
            confidence: 0.85
            because: "zero padding of {x} is required by its sum where a row is narrower than the tile"
        }
        case "of_a_maximum" {
            when: x == load() and given(x, "padding", p) and s == reduce_max(w) and made_of(w, x) and not replaced(x, t) and not has_products(m)
            when: text(p, "padding.neg_inf") or (number(p, n) and n < -999)
            value: "implied"
            evidence: [x, p, s]
            all: true
            confidence: 0.85
            because: "padding of {x} with minus infinity is required by its maximum where a row is narrower than the tile"
        }
    }

    pattern checks_by_size {
        axis: "constraint"
        says: "when indices are checked"

        case "computed" {
            when: (x == load(path="gather") or x == store(path="gather")) and given(x, "check_bounds", v) and not is_known(v)
            evidence: [x, v]
            confidence: 0.9
            because: "indices are checked == ({v})"
        }
    }

    pattern types_of_results {
        axis: "constraint"
        says: "types that the array of a result must have"

        case "contract" {
            when: s == store(value=c) and c == cast(_) and array_of(s, p) and dtype_like(c, q) and q != p and not dtype_like(c, p)
            evidence: [s, c]
            confidence: 0.85
            because: "dtype({q}) == dtype({p}): the result is cast to the type of {q} and stored in {p}"
        }
        case "implied" {
            when: language(k, "cutile") and s == store(value=c) and c == cast(_) and array_of(s, p) and dtype(c, d) and d in ["bf16", "f16"]
            evidence: [s, c]
            all: true
            confidence: 0.8
            because: "dtype({p}) accepts a cast from {d}, which the result is cast to, whatever the type of {p} is"
        }
    }

    pattern copies_of_results {
        axis: "constraint"
        says: "results that may be written to a copy"

        case "hazard" {
            when: launch(l, k) and s == store() and array_of(s, p) and bound(l, p, v) and exact(v) and v == contiguous(w) and w == alloc()
            evidence: [v, w]
            confidence: 0.7
            because: "what is bound to {p} may be a copy: then {w} stays unwritten"
        }
    }

    pattern tiles_without_limit {
        axis: "constraint"
        says: "tiles that grow with a row"

        case "hazard" {
            when: launch(l, k) and constexpr(p) and (a == arange(stop=p) or (a == load(path="tile") and shape_dim(a, _, p)))
            when: bound(l, p, v) and power_above(v, n) and (n == extent() or n == floordiv(_, _)) and not has_products(m) and r == reduce_sum(_)
            evidence: [v, l]
            confidence: 0.7
            because: "the tile of a row has no upper limit: {p} == {v}, and very long rows give huge tiles"
        }
    }
}
