// What must hold in kernels that weigh by exponentials.
system Lift_Softmax_Constraints {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern scores {
        axis: "constraint"
        says: "what the scores and their greatest must be"

        case "implied" {
            when: greater == max(_, w) and w == r * c and r == reduce_max(_) and made_of(c, p) and runtime(p)
            evidence: [w]
            confidence: 0.9
            because: "{p} > 0: the scale is applied after the maximum, whose order it must keep"
        }
        case "visible" {
            when: carried(m, l, init, next) and init == full(value=f) and is_inf(f) and next == max(m, _)
            when: exponential(a, e) and made_of(e, m)
            value: "implied"
            evidence: [init, a]
            all: true
            confidence: 0.85
            because: "each row has a visible key in its first tile, so that its maximum m is finite and the factor alpha of what was summed before a number"
        }
        case "turns" {
            when: stop(l, s) and depends(s, c) and c == cdiv(_, t) and depends(s, e) and e == extent(array=p) and role(p, "k")
            value: "implied"
            evidence: [c]
            all: true
            confidence: 0.8
            because: "the loop ends at cdiv({e}, {t}) or before: no turn is beyond the keys"
        }
    }

    pattern positions {
        axis: "constraint"
        says: "how rows and columns are aligned"

        case "implied" {
            when: launch(l, k) and bound(l, p, v) and runtime(p) and v == a - b and a == extent() and b == extent()
            evidence: [v]
            confidence: 0.8
            because: "{a} >= {b}, where rows see the columns before them only ({p} >= 0)"
        }
    }

    pattern agreement {
        axis: "constraint"
        per: file
        says: "what kernels that stand for each other agree on"

        case "implied" {
            when: alike_kernels(k, other) and launch(l, k) and bound(l, p, v) and v == a - b and a == extent() and b == extent()
            when: launch(m, other) and bound(m, _, w) and number(w, 0)
            kernel: k
            evidence: [v]
            confidence: 0.7
            because: "{a} == {b} where {k} and {other} must agree under masks by position: only one of them shifts its rows"
        }
    }

    pattern statistics {
        axis: "constraint"
        says: "what kernels that share statistics agree on"

        case "contract" {
            when: s == store(value=w) and w == m + y and (y == log2(l) or y == log(l)) and operation(y, base) and array_of(s, p)
            evidence: [w]
            confidence: 0.9
            because: "{p} == m + {base}(l), with the maximum m and the sum l of each row, in all kernels that read it"
        }
        case "padding" {
            when: launch(l, k) and bound(l, p, v) and role(p, "lse") and depends(v, f) and f == alloc(fill=i) and is_inf(i)
            when: depends(f, c) and (c == ceil(x / _) or c == cdiv(x, _)) and x == extent()
            value: "contract"
            evidence: [f]
            all: true
            confidence: 0.85
            because: "row < {x} || {p}[row] == inf: rows that are not there weigh nothing"
        }
        case "filled" {
            when: launch(l, k) and bound(l, p, v) and role(p, "lse") and depends(v, f) and f == alloc(fill=i) and is_inf(i)
            value: "contract"
            evidence: [f]
            all: true
            confidence: 0.8
            because: "{p} is inf for rows that are not there: they weigh nothing"
        }
        case "dense" {
            when: launch(l, k) and bound(l, p, v) and exact(v) and role(p, "q") and depends(v, d) and d == contiguous()
            when: role(r, "k") and parameter(r) and role(s, "v") and parameter(s)
            value: "implied"
            evidence: [d]
            all: true
            confidence: 0.8
            because: "{p}, {r} and {s} are contiguous, and what has their shape"
        }
    }

    pattern partial_tiles {
        axis: "constraint"
        says: "what is beyond the end of an array"

        case "hazard" {
            when: x == load() and role(x, r) and absent(x, "padding") and argument(x, "path", way) and text(way, "tile")
            when: p == mma(a, b) and (made_of(a, x) or made_of(b, x)) and inside(x, l) and inside(p, l)
            evidence: [x]
            confidence: 0.8
            because: "padding_mode of {x} == zero, or no tile of it is partial: 0 * NaN is NaN"
        }
        case "overflow" {
            when: exponential(x, w) and w == a - b and depends(b, y) and y == load() and role(y, "lse")
            when: z == load() and role(z, "k") and given(z, "padding", _) and array_of(y, p)
            when: inside(z, l) and stop(l, s) and depends(s, c) and c == cdiv(e, t) and e == extent(array=q) and array_of(z, q)
            value: "hazard"
            evidence: [x]
            all: true
            confidence: 0.6
            because: "{e} % {t} == 0 || {p} > -128: keys that are not there have the score 0, and its exponential must be finite"
        }
    }

    pattern trials {
        axis: "constraint"
        says: "what trials of a search write"

        case "implied" {
            when: launch(l, k) and trial(l) and s == store() and array_of(s, p) and t == store() and array_of(t, r) and p != r
            when: not (x == load() and array_of(x, p)) and not (y == load() and array_of(y, r)) and handed(l, p, h)
            evidence: [h, l]
            confidence: 0.8
            because: "neither {p} nor {r} is loaded: trials may write them again and again"
        }
        case "single" {
            when: launch(l, k) and trial(l) and s == store() and array_of(s, p) and handed(l, p, h)
            when: not (x == load() and array_of(x, p))
            value: "implied"
            evidence: [h, l]
            confidence: 0.8
            because: "{p} is not loaded: trials may write it again and again"
        }
    }
}
