// What must hold: said by the source, or needed by what it does.
system Lift_Constraints {
    pattern asserted {
        axis: "constraint"
        per: file
        says: "what the source checks"

        case "asserted" {
            when: x == call("assert", condition=c)
            evidence: [x]
            because: "{c}"
        }
    }

    pattern computed {
        axis: "constraint"
        says: "what compile-time parameters are computed from"

        case "computed" {
            when: launch(l, k) and bound(l, p, v) and constexpr(p)
            when: (v == mul() or v == floordiv() or v == eq() or v == cdiv() or v == ceil() or v == min() or v == max())
            evidence: [v]
            confidence: 0.9
            because: "{p} == {v}"
        }
        case "divisible" {
            when: launch(l, k) and bound(l, p, v) and constexpr(p) and v == eq(r, _) and r == mod(a, b)
            value: "computed"
            evidence: [v]
            all: true
            confidence: 0.9
            because: "{p} == ({a} % {b} == 0)"
        }
        case "padded" {
            when: launch(l, k) and bound(l, p, v) and v == t * turns and turns == ceil(n)
            value: "computed"
            evidence: [v]
            all: true
            confidence: 0.9
            because: "{p} % {t} == 0, and {p} == {v}"
        }
        case "rounded" {
            when: launch(l, k) and bound(l, p, v) and constexpr(p) and power_above(v, y)
            value: "implied"
            evidence: [v]
            all: true
            confidence: 0.9
            because: "{p} == next_pow2({y}) && {p} >= {y}"
        }
        case "exact" {
            when: launch(l, k) and x == load() and shape_dim(x, _, p) and constexpr(p)
            when: bound(l, p, v) and v == extent() and handed(l, p, h)
            value: "implied"
            evidence: [h]
            all: true
            confidence: 0.9
            because: "{p} == {v} && is_pow2({v})"
        }
    }

    pattern grids {
        axis: "constraint"
        says: "how many blocks there are, and may be"

        case "hardware" {
            when: launch(l, k) and grid(l, axis, v) and axis > 0 and not number(v, _)
            evidence: [v, l]
            confidence: 0.95
            because: "{v} <= 65535"
        }
        case "computed" {
            when: launch(l, k) and not trial(l) and grid(l, 0, v) and not number(v, _)
            evidence: [v, l]
            all: true
            confidence: 0.9
            because: "the first axis of the grid == {v}"
        }
        case "covered" {
            when: s == store() and array_of(s, p) and unguarded(s) and depth(s, 0)
            when: argument(s, "path", way) and text(way, "tile")
            value: "implied"
            evidence: [s]
            all: true
            confidence: 0.8
            because: "the grid covers every tile of {p}, whose stores are unconditional"
        }
    }

    pattern shapes_of_tiles {
        axis: "constraint"
        says: "sizes of tiles are powers of two"

        case "implied" {
            when: language(k, "cutile") and x == load() and shape_dim(x, _, m) and shape_dim(x, _, n) and constexpr(m)
            when: constexpr(n) and m != n
            evidence: [x]
            confidence: 0.95
            because: "is_pow2({m}) && is_pow2({n})"
        }
        case "one" {
            when: language(k, "cutile") and (x == arange(stop=m) or (x == load() and shape_dim(x, _, m))) and constexpr(m)
            value: "implied"
            evidence: [x]
            all: true
            confidence: 0.95
            because: "is_pow2({m})"
        }
    }

    pattern types {
        axis: "constraint"
        says: "types that must agree"

        case "implied" {
            when: p == mma(a, b) and made_of(a, x) and x == load() and made_of(b, y) and y == load() and x != y
            evidence: [p]
            confidence: 0.8
            because: "the elements of {x} and {y} have the same dtype, for their product"
        }
        case "API" {
            when: x == exp2(_) and given(x, "flush_to_zero", v)
            evidence: [x]
            all: true
            confidence: 0.95
            because: "!flush_to_zero || dtype({x}) == f32"
        }
        case "API_division" {
            when: x == div(_, _) and given(x, "rounding", v)
            value: "API"
            evidence: [x]
            all: true
            confidence: 0.95
            because: "rounding_mode in (APPROX, FULL) only where dtype({x}) == f32"
        }
    }

    pattern hints {
        axis: "constraint"
        says: "what hints may be"

        case "API" {
            when: launch(l, k) and hint(l, "occupancy", v)
            evidence: [v]
            confidence: 0.95
            because: "1 <= occupancy && occupancy <= 32 && num_ctas in (1, 2, 4, 8, 16)"
        }
        case "latency" {
            when: x == load() and given(x, "latency", v)
            value: "API"
            evidence: [x, v]
            all: true
            confidence: 0.95
            because: "1 <= latency && latency <= 10"
        }
        case "warps" {
            when: launch(l, k) and hint(l, "num_worker_warps", v)
            value: "API"
            evidence: [v]
            all: true
            confidence: 0.95
            because: "num_worker_warps is one of the powers of two that the compiler takes"
        }
        case "hardware" {
            when: launch(l, k) and hint(l, "num_ctas", v)
            evidence: [v]
            all: true
            confidence: 0.95
            because: "num_ctas <= 1 || compute_capability >= 9.0"
        }
        case "both" {
            when: launch(l, k) and hint(l, "occupancy", v) and hint(l, "num_ctas", w) and depends(v, f) and f == config_field()
            when: depends(w, g) and g == config_field()
            value: "implied"
            evidence: [f, g]
            all: true
            confidence: 0.8
            because: "occupancy == {f} && num_ctas == {g}, where the config has them"
        }
    }

    pattern indices {
        axis: "constraint"
        says: "indices that 32 bits must hold"

        case "implied" {
            when: (x == load() or x == store()) and array_of(x, p) and argument(x, "path", way) and text(way, "gather")
            when: launch(l, k) and bound(l, p, v) and v == alloc(shape=s) and depends(s, n) and n == mul()
            evidence: [x]
            confidence: 0.8
            because: "{n} < 2^31"
        }
    }
}
