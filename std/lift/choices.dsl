// How the host chooses: configs and kernels, and the arrays that it makes.
system Lift_Choices {
    predicate from_config(v, field) {
        when: depends(v, f) and f == config_field() and name(f, field)
    }

    pattern tuning_strategy {
        says: "how the config of a launch is chosen"
        values: ["exhaustive", "first_config", "heuristic", "fixed"]

        case "exhaustive" {
            when: launch(l, k) and trial(l)
            evidence: [l]
            all: true
            because: "each config is launched and timed"
        }
        case "first_config" {
            when: launch(l, k) and strategy(l, "first") and tuner_option(l, "chosen", x)
            evidence: [x]
            all: true
            confidence: 0.9
            because: "{l} takes the first config"
        }
        case "heuristic" {
            when: launch(l, k) and not trial(l) and not strategy(l, _)
            when: (hint(l, _, v) or (bound(l, p, v) and constexpr(p)))
            when: depends(v, c) and c == choice(condition=t, then=a) and number(a, n) and n > 1
            when: depends(t, e) and (e == extent() or e == machine() or e == call())
            evidence: [v, c, a]
            all: true
            confidence: 0.8
            because: "{v} is a formula of sizes or of the machine"
        }
        case "fixed" {
            when: launch(l, k) and not trial(l) and not strategy(l, _)
            when: ((hint(l, _, v) and number(v, n)) or (bound(l, p, v) and constexpr(p) and number(v, n) and n > 15))
            when: not (bound(l, _, w) and depends(w, c) and c == choice(then=a) and number(a, m) and m > 1)
            evidence: [v, l]
            confidence: 0.7
            because: "{v} is written, and nothing else is chosen"
        }
    }

    pattern tuning_hints_applied {
        says: "whether what is timed has the hints of the config"
        values: ["yes", "no"]

        case "of_config_and_launched" {
            when: launch(l, k) and trial(l) and tuner_option(l, "hints", x) and hint(l, _, v) and from_config(v, _)
            when: launch(m, k) and not trial(m) and hinted(m, y)
            value: "yes"
            evidence: [x, v, l, y]
            confidence: 0.95
            because: "the search is given {x}, which makes hints of a config, and so does {y}"
        }
        case "of_config" {
            when: launch(l, k) and trial(l) and tuner_option(l, "hints", x) and hint(l, _, v) and from_config(v, _)
            value: "yes"
            evidence: [x, v, l]
            confidence: 0.95
            because: "the search is given {x}, which makes hints of a config"
        }
        case "yes" {
            when: launch(l, k) and trial(l) and tuner_option(l, "hints", x)
            evidence: [x, l]
            confidence: 0.95
            because: "the search is given {x}"
        }
        case "no" {
            when: launch(l, k) and trial(l)
            when: not (hint(l, _, v) and from_config(v, _))
            evidence: [l]
            confidence: 0.95
            because: "the search is given nothing that makes hints of a config"
        }
    }

    pattern tune_cache_key {
        says: "what the choice of a config is remembered by"

        // How many keys there are decides how long the loops are.
        predicate length(l, x) {
            when: role(p, "k") and parameter(p) and bound(l, p, a) and x == extent(array=b, axis=2) and (made_of(a, b) or made_of(b, a))
        }

        case "omits_k_len" {
            when: launch(l, k) and trial(l) and key_misses(l, x) and length(l, x) and tuner_option(l, "key", y)
            evidence: [y]
            confidence: 0.8
            because: "{x} is no part of the key"
        }
        case "includes_k_len" {
            when: launch(l, k) and trial(l) and cache_key(l, part) and length(l, part) and tuner_option(l, "key", y)
            evidence: [y]
            confidence: 0.8
            because: "{part} is a part of the key"
        }
        // Where there are no scores, and so no number of keys, all that the key of the cache holds.
        case "holds" {
            when: launch(l, k) and trial(l) and key_holds(l, t) and tuner_option(l, "key", y)
            when: not (s == mma() and in_kernel(s, k) and role(s, "s"))
            value: t
            evidence: [y]
            confidence: 0.8
            because: "the key holds {t}"
        }
    }

    pattern compile_timeout {
        says: "how many seconds the compilation of one config may take"

        case "limited" {
            when: launch(l, k) and trial(l) and tuner_option(l, "timeout", v) and number(v, n)
            value: n
            evidence: [v]
            because: "a search with a limit of {n} seconds"
        }
        case "none" {
            when: launch(l, k) and trial(l) and language(k, "cutile") and not tuner_option(l, "timeout", _)
            evidence: [l]
            confidence: 0.9
            because: "a search without a limit"
        }
    }

    pattern hint_kernel_caching {
        says: "whether a kernel with hints is kept, so that it is compiled once"
        values: ["cached", "per_call"]

        case "cached" {
            when: launch(l, k) and not trial(l) and hinted(l, x) and kept(l, y)
            evidence: [x, y]
            all: true
            confidence: 0.9
            because: "the kernel that {x} gives is put into a cache"
        }
        case "per_call" {
            when: launch(l, k) and not trial(l) and hinted(l, x) and not kept(l, _)
            evidence: [x]
            all: true
            confidence: 0.9
            because: "{x} makes a new kernel at every launch"
        }
    }

    pattern contiguity_policy {
        says: "what happens to arrays whose elements are not in dense order"
        values: ["always", "copy_if_needed", "assert", "stride_aware"]

        case "copy_if_needed" {
            when: launch(l, k) and bound(l, p, v) and exact(v) and depends(v, d) and d == contiguous()
            when: (guarded(d, t) or guarded_not(d, t)) and depends(t, q) and (q == call("is_contiguous") or q == stride())
            evidence: [d, q]
            confidence: 0.9
            because: "{p} is copied if it is not dense"
        }
        case "always" {
            when: launch(l, k) and bound(l, p, v) and exact(v) and depends(v, d) and d == contiguous()
            evidence: [d]
            confidence: 0.85
            because: "{p} is made dense before the launch"
        }
        case "stride_aware" {
            when: launch(l, k) and bound(l, p, v) and handed(l, p, h) and x == load(path="tile") and array_of(x, p)
            when: y == store(path="tile") and array_of(y, q) and bound(l, q, w) and w == alloc() and operation(v, "parameter")
            when: not (x == load(path="gather")) and not (c == call("assert") and depends(c, d) and d == call("is_contiguous"))
            evidence: [h, w, l]
            confidence: 0.7
            because: "{p} is given as the caller has it, and tiles are read by its strides"
        }
    }

    pattern contiguity_asserted {
        axis: "contiguity_policy"
        says: "what happens to arrays whose elements are not in dense order"
        per: launch

        case "assert" {
            when: x == call("assert", condition=c) and depends(c, q) and q == call("is_contiguous")
            evidence: [x]
            confidence: 0.9
            because: "{x} is demanded"
        }
    }

    pattern output_init {
        says: "what an array holds before a kernel writes it"
        per: role
        values: ["empty", "zeros", "inf_fill"]

        predicate written(p) {
            when: (s == store() or s == atomic()) and array_of(s, p)
        }

        case "empty" {
            when: launch(l, k) and bound(l, p, v) and role(p, r) and written(p) and v == alloc(fill=none)
            role: r
            evidence: [v]
            confidence: 0.95
            because: "{p} is allocated and not set"
        }
        case "zeros" {
            when: launch(l, k) and bound(l, p, v) and role(p, r) and written(p) and v == alloc(fill=0)
            role: r
            evidence: [v]
            confidence: 0.95
            because: "{p} is set to zero before the launch"
        }
        case "inf_fill" {
            when: launch(l, k) and bound(l, p, v) and role(p, r) and written(p) and v == alloc(fill=f) and is_inf(f)
            role: r
            evidence: [v]
            confidence: 0.95
            because: "{p} is set to infinity before the launch"
        }
    }

    pattern head_dim_rounding {
        says: "whether the tile is as wide as the features, or rounded up"
        values: ["exact", "next_pow2"]

        predicate width(d) {
            when: (x == load() and (role(x, "q") or role(x, "k") or role(x, "o") or role(x, "do")) and shape_dim(x, _, d))
        }

        case "next_pow2" {
            when: width(d) and constexpr(d) and launch(l, k) and bound(l, d, v) and power_above(v, _)
            evidence: [v]
            confidence: 0.9
            because: "{d} is {v}"
        }
        case "exact" {
            when: width(d) and constexpr(d) and launch(l, k) and bound(l, d, v) and v == extent() and handed(l, d, h)
            evidence: [h]
            confidence: 0.9
            because: "{d} is {v}, whatever that is"
        }
    }

    pattern row_tile_rule {
        says: "how wide the tile of a row is"
        values: ["next_pow2", "next_pow2_capped", "fixed"]

        predicate wide(d) {
            when: ((x == load() and shape_dim(x, _, d)) or (x == arange(stop=d)))
            when: constexpr(d) and not (y == mma())
        }

        case "next_pow2_capped" {
            when: wide(d) and launch(l, k) and bound(l, d, v) and v == min(a, b) and power_above(a, _)
            evidence: [v, a]
            all: true
            confidence: 0.85
            because: "{d} is {v}"
        }
        case "next_pow2" {
            when: wide(d) and launch(l, k) and bound(l, d, v) and power_above(v, _)
            evidence: [v]
            all: true
            confidence: 0.85
            because: "{d} is {v}"
        }
        case "fixed" {
            when: wide(d) and launch(l, k) and bound(l, d, v) and number(v, n) and n > 63
            when: not (wide(e) and bound(l, e, w) and power_above(w, _))
            evidence: [v]
            all: true
            confidence: 0.75
            because: "{d} is {n}"
        }
    }

    pattern kernel_mode_dispatch {
        says: "what decides which of several kernels is launched"
        per: file
        values: ["auto_by_grad", "explicit", "heuristic"]

        predicate either(k, c) {
            when: launch(l, k) and launch(m, other) and k != other
            when: (launched_if(l, c) and launched_if_not(m, c)) or (launched_if_not(l, c) and launched_if(m, c))
        }

        case "auto_by_grad" {
            when: either(k, c) and depends(c, g) and (g == call("is_grad_enabled") or g == call("requires_grad"))
            kernel: k
            evidence: [c, g]
            confidence: 0.9
            because: "{c} decides"
        }
        case "heuristic" {
            when: either(k, c) and tested(c, x) and ((depends(c, e) and e == extent()) or (made_of(c, m) and m == machine()))
            kernel: k
            evidence: [x]
            confidence: 0.75
            because: "{c} decides"
        }
        case "explicit" {
            when: either(k, c) and made_of(c, q) and tested(c, x)
            when: (operation(q, "parameter") or operation(q, "unknown") or q == call("get"))
            when: not (made_of(c, e) and (e == extent() or e == machine()))
            kernel: k
            evidence: [x]
            confidence: 0.8
            because: "the caller says it: {c}"
        }
    }
}
