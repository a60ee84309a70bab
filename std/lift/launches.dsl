// What must hold between what a kernel does and how it is launched.
system Lift_Launches {
    predicate from_config(v, field) {
        when: depends(v, f) and f == config_field() and name(f, field)
    }

    pattern grids_of_machines {
        axis: "constraint"
        says: "grids that follow from the processors there are"

        case "computed" {
            when: launch(l, k) and grid(l, 0, g) and g == n * o and n == min(a, b) and depends(a, m) and m == machine()
            when: a == floordiv(c, d) and b == p * q
            evidence: [g, n, l]
            all: true
            confidence: 0.9
            because: "the first axis of the grid == min(floor({c} / {d}), {p} * {q}) * {o}"
        }
        case "hazard" {
            when: launch(l, k) and not trial(l) and grid(l, 0, g) and g == n * o and n == min(a, b) and depends(g, m) and m == machine()
            when: start(t, s) and depends(s, z) and z == block_id(_)
            evidence: [g, n, t]
            all: true
            confidence: 0.8
            because: "fewer tiles than {a} and {o} > 1: some of the {g} blocks find nothing to do"
        }
        case "not_cut" {
            when: launch(l, k) and not trial(l) and grid(l, 0, g) and depends(g, m) and m == machine() and not (depends(g, x) and x == min(_, _))
            when: z == block_id(_) and carried(c, t, init, next) and depends(init, z) and loop_kind(t, "while")
            value: "hazard"
            evidence: [g, t, l]
            all: true
            confidence: 0.8
            because: "fewer tiles than the {g} blocks of the grid: some find nothing to do"
        }
        case "factor" {
            when: launch(l, k) and grid(l, _, g) and depends(g, t) and t == m * n and m == machine() and number(n, f) and hint(l, "occupancy", v)
            when: number(v, f)
            value: "contract"
            evidence: [t, n, v]
            all: true
            confidence: 0.85
            because: "the factor {f} of the grid == occupancy"
        }
        case "factor_of_config" {
            when: launch(l, k) and grid(l, _, g) and depends(g, t) and t == m * n and depends(m, p) and p == machine() and from_config(n, field)
            when: hint(l, "occupancy", v) and from_config(v, field)
            value: "contract"
            evidence: [t, v]
            all: true
            confidence: 0.85
            because: "the factor {n} of the grid == occupancy of the kernel that is launched"
        }
    }

    pattern architectures {
        axis: "constraint"
        says: "configs that need an architecture"

        case "hardware" {
            when: launch(l, k) and hint(l, "num_ctas", v) and exact(v) and from_config(v, field) and config_value(l, field, c) and number(c, n) and n > 1
            evidence: [c]
            confidence: 0.95
            because: "num_ctas > 1 only where compute_capability >= 9.0"
        }
        case "API" {
            when: launch(l, k) and hint(l, h, v) and h in ["occupancy", "num_ctas", "num_worker_warps"] and exact(v) and from_config(v, field)
            when: config_value(l, field, c) and number(c, n)
            evidence: [c]
            confidence: 0.95
            all: true
            because: "{h} of each config is what the compiler takes: occupancy in 1..32, num_ctas a power of two in 1..16"
        }
    }

    pattern ranks {
        axis: "constraint"
        says: "how many axes arrays have"

        case "implied" {
            when: launch(l, k) and grid(l, _, g) and depends(g, e) and e == extent(array=a, axis=n) and number(n, m) and m > 0
            evidence: [e]
            confidence: 0.8
            because: "ndim({a}) > {m}"
        }
        case "given" {
            when: launch(l, k) and bound(l, p, v) and depends(v, e) and e == extent(array=a, axis=n) and number(n, m) and m > 0
            value: "implied"
            evidence: [e]
            all: true
            confidence: 0.8
            because: "ndim({a}) > {m}"
        }
    }

    pattern operand_types {
        axis: "constraint"
        says: "types that operands share"

        case "implied" {
            when: m == mma(a, b) and made_of(a, x) and x == load() and made_of(b, y) and y == load() and array_of(x, p)
            when: array_of(y, q) and p != q
            evidence: [m, x, y]
            confidence: 0.8
            because: "dtype({p}) == dtype({q}): their tiles meet in one product"
        }
    }

    pattern offsets {
        axis: "constraint"
        says: "offsets that 32 bits must hold"

        case "implied" {
            when: language(k, "cutile") and x == load(path="gather", index=i) and array_of(x, p) and made_of(i, o) and o == b * t + a
            when: a == arange() and dtype(a, "i32") and (b == block_id(_) or made_of(b, load()))
            evidence: [a, o, x]
            confidence: 0.8
            because: "numel({p}) < 2^31: offsets have 32 bits (int32)"
        }
    }

    pattern scales {
        axis: "constraint"
        says: "in which base a scale is given"

        case "contract" {
            when: runtime(p) and (c == p * b or c == p / b) and (near(b, 1.4426950408889634) or near(b, 0.6931471805599453)) and e == exp2(t)
            when: depends(t, c) and launch(l, k) and handed(l, p, h)
            evidence: [c, h]
            confidence: 0.9
            because: "the caller gives {p} for the base e, and the kernel changes the base to 2"
        }
        case "contract_unnamed" {
            when: runtime(p) and (c == p * b or c == p / b) and (near(b, 1.4426950408889634) or near(b, 0.6931471805599453)) and e == exp2(t)
            when: depends(t, c)
            value: "contract"
            evidence: [c]
            confidence: 0.9
            because: "the caller gives {p} for the base e, and the kernel changes the base to 2"
        }
        case "positive" {
            when: s == select(c, v, f) and number(f, n) and n < 0 and v == r * p and made_of(r, m) and m == mma() and depends(p, q) and runtime(q)
            when: (e == exp2(t) or e == exp(t)) and made_of(t, s)
            value: "implied"
            evidence: [s, v]
            all: true
            confidence: 0.6
            because: "{q} > 0: the order of the scores is kept"
        }
    }

    pattern fills {
        axis: "constraint"
        says: "scores of what is masked"

        case "hazard" {
            when: s == select(c, v, f) and number(f, n) and n < -999 and not is_inf(n) and (e == exp2(t) or e == exp(t)) and made_of(t, s)
            evidence: [s]
            confidence: 0.9
            because: "a real score below {n} would rank under what is masked"
        }
        case "outside" {
            when: x == load(path="tile", index=i) and inside(x, l) and role(x, r) and r in ["k", "v"] and stop(l, z)
            when: depends(z, b) and b == block_id(_) and not (depends(z, e) and e == extent()) and not (depends(z, p) and runtime(p))
            value: "hazard"
            evidence: [x, z, l]
            all: true
            confidence: 0.6
            because: "{z} follows from the block only: tiles completely outside {r} may be loaded, which is undefined"
        }
        case "outside_constant" {
            when: x == load(path="tile", index=i) and inside(x, l) and role(x, r) and r in ["k", "v"] and stop(l, z) and depends(i, b)
            when: b == block_id(_) and not (depends(z, e) and e == extent()) and not (depends(z, p) and runtime(p)) and y == load(path="tile", index=j)
            when: inside(y, l) and depends(j, c) and c == cdiv(_, _)
            value: "hazard"
            evidence: [x, z, l]
            all: true
            confidence: 0.5
            because: "{z} does not depend on how many keys there are: tiles completely outside {r} may be loaded"
        }
    }

    pattern spread {
        axis: "constraint"
        says: "what rounding may do to a variance"

        case "hazard" {
            when: (r == rsqrt(v) or r == 1 / sqrt(v)) and made_of(v, e) and e == q - m * m and made_of(q, s) and s == reduce_sum(_)
            when: made_of(m, t) and t == reduce_sum(_) and not (made_of(v, c) and c == max(_, _))
            evidence: [e, r]
            confidence: 0.85
            because: "{e} may be negative by cancellation, and nothing keeps it from {r}"
        }
    }

    pattern forgotten_types {
        axis: "hazard"
        says: "what the key of a search leaves out"

        case "cache_key_incomplete" {
            when: launch(l, k) and trial(l) and tuner_option(l, "key", y) and cache_key(l, d) and d == dtype_of()
            when: not (cache_key(l, s) and depends(s, u) and u == stride()) and not (bound(l, _, c) and c == contiguous())
            evidence: [y]
            confidence: 0.7
            because: "the key has no strides, and not the types of all arrays: another layout takes the config of the first"
        }
    }
}
