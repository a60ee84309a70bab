// What the host decides: hints, configs and how one is chosen, arrays that it makes, which kernel it takes.
system Lift_Host {
    predicate from_config(v, field) {
        when: depends(v, f) and f == config_field() and name(f, field)
    }

    // A hint over which is searched, and which reaches what is timed or launched.
    predicate searched(k, hint) {
        when: launch(other, k) and strategy(other, "exhaustive") and hint(other, hint, w) and from_config(w, _)
    }

    predicate set_at_launch(k, hint) {
        when: launch(other, k) and hint(other, hint, _)
    }

    pattern occupancy {
        says: "how many blocks the compiler is asked to fit on one processor"
        values: ["unset", "tuned", "from_config", "1..32"]

        case "tuned" {
            when: launch(l, k) and strategy(l, "exhaustive") and hint(l, "occupancy", v) and exact(v) and from_config(v, field)
            when: not one_valued(l, field, _) and config_value(l, field, w)
            evidence: [v, l, w]
            all: true
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config"
        }
        case "one_value" {
            when: launch(l, k) and strategy(l, "exhaustive") and hint(l, "occupancy", v) and exact(v) and from_config(v, field)
            when: one_valued(l, field, w) and number(w, n)
            value: n
            evidence: [v, w, l]
            all: true
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config, which is {n} in all of them"
        }
        case "from_config" {
            when: launch(l, k) and strategy(l, "first") and hint(l, "occupancy", v) and from_config(v, field)
            when: not searched(k, "occupancy")
            evidence: [v, l]
            all: true
            confidence: 0.9
            because: "{l} takes it from the field {field} of the first config"
        }
        case "by_target" {
            when: launch(l, k) and hint(l, "occupancy", v) and v == call("by_target") and given(v, target, w) and number(w, n)
            value: n
            evidence: [v]
            all: true
            confidence: 0.9
            because: "the declaration says {n} for the target {target}"
        }
        case "literal" {
            when: launch(l, k) and hint(l, "occupancy", v) and number(v, n)
            value: n
            evidence: [v]
            all: true
            confidence: 0.95
            because: "{l} carries the hint {n}, whatever the config"
        }
        case "unset" {
            when: language(k, "cutile") and not hint(k, "occupancy", _) and not searched(k, "occupancy")
            evidence: [k]
            all: true
            confidence: 0.9
            because: "the declaration of {k} does not say"
        }
    }

    // Conditions on sizes choose among numbers.
    predicate by_size(v, a) {
        when: v == choice() and depends(v, w) and w == choice(condition=c, then=a) and number(a, _) and depends(c, e) and e == extent()
    }

    pattern num_ctas {
        says: "how many blocks work together as one"
        values: ["unset", "tuned", "from_config", "size_rule", "1..16"]

        case "size_rule" {
            when: launch(l, k) and hint(l, "num_ctas", v) and by_size(v, a)
            evidence: [v, a, l]
            all: true
            confidence: 0.9
            because: "{v} depends on sizes"
        }
        case "tuned" {
            when: launch(l, k) and strategy(l, "exhaustive") and hint(l, "num_ctas", v) and exact(v) and from_config(v, field)
            when: not one_valued(l, field, _) and config_value(l, field, w)
            evidence: [v, l, w]
            all: true
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config"
        }
        case "one_value" {
            when: launch(l, k) and strategy(l, "exhaustive") and hint(l, "num_ctas", v) and exact(v) and from_config(v, field)
            when: one_valued(l, field, w) and number(w, n)
            value: n
            evidence: [v, w, l]
            all: true
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config, which is {n} in all of them"
        }
        case "from_config" {
            when: launch(l, k) and strategy(l, "first") and hint(l, "num_ctas", v) and from_config(v, field)
            when: not searched(k, "num_ctas")
            evidence: [v, l]
            all: true
            confidence: 0.9
            because: "{l} takes it from the field {field} of the first config"
        }
        case "literal" {
            when: launch(l, k) and hint(l, "num_ctas", v) and number(v, n) and not (hint(l, "num_ctas", w) and by_size(w, _))
            value: n
            evidence: [v]
            all: true
            confidence: 0.95
            because: "{l} carries the hint {n}"
        }
        case "lacking" {
            when: launch(l, k) and not set_at_launch(k, "num_ctas") and tuner_option(l, "lacks", x) and becomes_hint(x, "num_ctas")
            value: "unset"
            evidence: [x]
            all: true
            confidence: 0.95
            because: "the configs have no such field, and then {l} has no such hint"
        }
        case "unset" {
            when: language(k, "cutile") and launch(l, k) and not trial(l) and hinted(l, x)
            when: not hint(l, "num_ctas", _) and not (tuner_option(l, "lacks", y) and becomes_hint(y, "num_ctas"))
            evidence: [k, x, l]
            all: true
            confidence: 0.9
            because: "{l} has other hints and not this one"
        }
        case "never_set" {
            when: language(k, "cutile") and not hint(k, _, _) and not set_at_launch(k, _)
            value: "unset"
            evidence: [k]
            confidence: 0.9
            because: "neither {k} nor a launch of it has a hint"
        }
    }

    pattern num_worker_warps {
        says: "how many groups of threads a block has"
        values: ["unset", "tuned", "size_rule", "4", "8"]

        case "size_rule" {
            when: launch(l, k) and hint(l, "num_worker_warps", v) and by_size(v, a)
            evidence: [v, a, l]
            confidence: 0.9
            because: "{v} depends on sizes"
        }
        case "tuned" {
            when: launch(l, k) and hint(l, "num_worker_warps", v) and from_config(v, field)
            evidence: [v, l]
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config"
        }
        case "literal" {
            when: launch(l, k) and hint(l, "num_worker_warps", v) and number(v, n)
            value: n
            evidence: [v]
            confidence: 0.95
            because: "{l} carries the hint {n}"
        }
        case "unset" {
            when: language(k, "cutile") and not hint(k, "num_worker_warps", _) and not set_at_launch(k, "num_worker_warps")
            evidence: [k]
            confidence: 0.9
            because: "neither {k} nor a launch of it says"
        }
    }

    pattern opt_level {
        says: "how hard the compiler optimizes"
        values: ["unset", "0..3"]

        case "literal" {
            when: launch(l, k) and hint(l, "opt_level", v) and number(v, n)
            value: n
            evidence: [v]
            because: "{l} carries the hint {n}"
        }
        case "unset" {
            when: language(k, "cutile") and not hint(k, "opt_level", _) and not set_at_launch(k, "opt_level")
            evidence: [k]
            confidence: 0.9
            because: "neither {k} nor a launch of it says"
        }
    }

    pattern num_warps {
        says: "how many groups of threads a block has"
        values: ["unset", "tuned", "arch_rule", "size_rule", "1..32"]

        case "tuned" {
            when: launch(l, k) and hint(l, "num_warps", v) and from_config(v, field)
            evidence: [v, l]
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config"
        }
        case "size_rule" {
            when: launch(l, k) and hint(l, "num_warps", v) and v == choice(condition=c) and depends(c, e) and e == extent()
            evidence: [v, l]
            confidence: 0.9
            because: "{v} depends on the size {e}"
        }
        case "arch_rule" {
            when: launch(l, k) and hint(l, "num_warps", v) and v == choice(condition=c)
            when: depends(c, m) and (m == machine() or m == call()) and depends(v, w) and w == choice(then=a) and number(a, n)
            when: n > 1
            evidence: [v, a]
            confidence: 0.85
            because: "{v} depends on the machine"
        }
        case "literal" {
            when: launch(l, k) and hint(l, "num_warps", v) and number(v, n)
            value: n
            evidence: [v, l]
            confidence: 0.95
            because: "{l} is given {n}"
        }
        case "unset" {
            when: language(k, "triton") and launch(l, k) and not set_at_launch(k, "num_warps")
            evidence: [l]
            confidence: 0.9
            because: "{l} does not say"
        }
    }

    pattern num_stages {
        says: "how many turns of a loop are loaded ahead"
        values: ["unset", "tuned", "1..8"]

        case "tuned" {
            when: launch(l, k) and hint(l, "num_stages", v) and from_config(v, field)
            evidence: [v, l]
            confidence: 0.95
            because: "{l} takes it from the field {field} of the config"
        }
        case "literal" {
            when: launch(l, k) and hint(l, "num_stages", v) and number(v, n)
            value: n
            evidence: [v, l]
            confidence: 0.95
            because: "{l} is given {n}"
        }
        case "unset" {
            when: language(k, "triton") and launch(l, k) and not set_at_launch(k, "num_stages")
            evidence: [l]
            confidence: 0.9
            because: "{l} does not say"
        }
    }
}
