// What a reviewer wants to know: what looks like a choice and is none, what is remembered by too little,
// what is there and never used.
system Lift_Hazards {
    pattern dead_hints {
        axis: "hazard"
        says: "fields of configs that change nothing"

        case "hint_never_launched" {
            when: launch(l, k) and dead_field(l, field, v) and tuner_option(l, "chosen", x)
            evidence: [x, l]
            confidence: 0.95
            because: "{field} is a field of the configs that are searched, and neither what is timed nor {l} depends on it"
        }
        case "one_valued_field" {
            when: launch(l, k) and trial(l) and one_valued(l, field, v)
            evidence: [v]
            all: true
            confidence: 0.9
            because: "{field} is {v} in every config, so that nothing is chosen"
        }
    }

    pattern unused_parameters {
        axis: "hazard"
        says: "parameters of kernels that are never read"

        case "unused_parameter" {
            when: parameter(x) and unused(x) and constexpr(x)
            evidence: [x]
            confidence: 0.9
            because: "{x} is never read: each new value compiles the kernel again, to the same code"
        }
        case "unused_at_run_time" {
            when: parameter(x) and unused(x) and runtime(x)
            value: "unused_parameter"
            evidence: [x]
            all: true
            confidence: 0.9
            because: "{x} is never read"
        }
    }

    pattern unused_names {
        axis: "hazard"
        per: file
        says: "names that nothing uses"

        case "unused_parameter" {
            when: remark(x, "unused_argument")
            evidence: [x]
            confidence: 0.9
            because: "the argument {x} is taken and never used"
        }
        case "swallowed" {
            when: remark(x, "unused_rest")
            value: "unused_parameter"
            evidence: [x]
            all: true
            confidence: 0.9
            because: "arguments of other names are taken as {x} and never used"
        }
        case "unused_constant" {
            when: remark(x, "unused_global")
            evidence: [x]
            all: true
            confidence: 0.9
            because: "{x} is defined and never used"
        }
        case "unused_variable" {
            when: remark(x, "unused_local")
            evidence: [x]
            all: true
            confidence: 0.8
            because: "{x} is computed and never used"
        }
    }

    pattern stale_choice {
        axis: "hazard"
        says: "choices that are remembered by too little"

        case "cache_key_incomplete" {
            when: launch(l, k) and trial(l) and key_misses(l, x) and tuner_option(l, "key", y)
            evidence: [y]
            confidence: 0.85
            because: "{l} depends on {x}, and the key does not: another {x} takes the config that was the best for the first"
        }
    }

    pattern clone_drift {
        axis: "hazard"
        per: file
        says: "kernels that are copies of each other but for one place"

        case "clone_drift" {
            when: alike_kernels(k, other) and x == load() and in_kernel(x, k) and role(x, r) and given(x, "padding", p)
            when: y == load() and in_kernel(y, other) and role(y, r) and absent(y, "padding")
            kernel: k
            evidence: [x, p, y]
            confidence: 0.85
            because: "the load of {r} has padding_mode {p} in {k} and none in {other}, which is its copy"
        }
        case "drift_of_latency" {
            when: alike_kernels(k, other) and x == load() and in_kernel(x, k) and role(x, r) and given(x, "latency", p)
            when: y == load() and in_kernel(y, other) and role(y, r) and absent(y, "latency")
            value: "clone_drift"
            kernel: k
            evidence: [x, p, y]
            all: true
            confidence: 0.8
            because: "the load of {r} has latency {p} in {k} and none in {other}, which is its copy"
        }
    }

    pattern needless_initialisation {
        axis: "hazard"
        says: "arrays that are filled and then overwritten as a whole"

        case "needless_initialisation" {
            when: launch(l, k) and not trial(l) and bound(l, p, v) and v == alloc(fill=0) and runtime(p)
            when: s == store() and array_of(s, p) and unguarded(s) and depth(s, 0) and absent(s, "mask")
            when: argument(s, "path", way) and text(way, "tile")
            when: argument(s, "index", i) and depends(i, b) and b == block_id(axis=a) and number(a, 0)
            when: grid(l, 0, g) and depends(g, u) and (u == ceil(_) or u == cdiv(_, _))
            when: not (x == load() and array_of(x, p)) and not (y == atomic() and array_of(y, p))
            evidence: [v]
            confidence: 0.8
            because: "{p} is set to zero, never read, and every tile of it is stored"
        }
    }

    pattern misnamed_configs {
        axis: "hazard"
        says: "comments that say something else than the code"

        case "prose_disagrees" {
            when: launch(l, k) and misnamed_configs(l, x)
            evidence: [x]
            confidence: 0.8
            because: "the comment {x} names other architectures (arch) than those that take these configs"
        }
    }
}
