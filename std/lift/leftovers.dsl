// What is written and changes nothing.
system Lift_Leftovers {
    predicate same_everywhere(p, n) {
        when: launch(l, k) and bound(l, p, v) and number(v, n)
    }

    pattern redundant_arguments {
        axis: "hazard"
        says: "arguments that say what would hold anyway"

        case "redundant_argument" {
            when: language(k, "cutile") and (x == load() or x == store()) and given(x, "order", o) and argument(o, "0", a) and number(a, 0)
            when: argument(o, "1", b) and number(b, 1) and not (argument(o, "2", c) and number(c, n) and n != 2)
            evidence: [x]
            confidence: 0.9
            because: "the order of axes is the one that an access has anyway"
        }
        case "bounds_check" {
            when: language(k, "cutile") and (x == load(path="gather") or x == store(path="gather")) and given(x, "check_bounds", v) and v == true
            value: "redundant_argument"
            evidence: [x]
            all: true
            confidence: 0.9
            because: "check_bounds is true anyway"
        }
        case "padding_value" {
            when: language(k, "cutile") and x == load(path="gather") and given(x, "padding", v) and number(v, 0)
            value: "redundant_argument"
            evidence: [x]
            all: true
            confidence: 0.8
            because: "a gather reads 0 past the end anyway"
        }
        case "cast" {
            when: c == cast(x, dtype=d) and exact(x) and text(d, t) and dtype(x, t)
            value: "redundant_cast"
            evidence: [c]
            all: true
            confidence: 0.85
            because: "{x} is of type {t} already"
        }
    }

    pattern decided_flags {
        axis: "hazard"
        says: "branches of kernels that no launch takes"

        case "decided_flag" {
            when: launch(l, k) and constexpr(p) and bound(l, p, v) and number(v, n) and n < 2 and not (same_everywhere(p, o) and o != n)
            when: not (launch(m, k) and bound(m, p, u) and not is_known(u)) and (c == p or c == eq(p, _) or c == ne(p, _))
            when: w == choice(condition=c) or (x == store() and guarded(x, c)) or (y == sigmoid(_) and guarded(y, c))
            evidence: [p, v, c]
            confidence: 0.85
            because: "{p} is {n} at every launch: what it decides is decided"
        }
        case "known_at_launch" {
            when: launch(l, k) and launched_if(l, c) and constexpr(p) and bound(l, p, c) and handed(l, p, h)
            value: "decided_flag"
            evidence: [p, h]
            all: true
            confidence: 0.85
            because: "{p} always holds where {l} is reached"
        }
    }

    pattern repeated_work {
        axis: "hazard"
        says: "what is made again in every turn"

        case "invariant_in_loop" {
            when: f == full(v) and inside(f, l) and is_known(v)
            evidence: [f]
            confidence: 0.85
            because: "{f} is the same in every turn"
        }
        case "of_parameters" {
            when: (f == full(value=p) or f == cdiv(p, _)) and inside(f, l) and parameter(p)
            value: "invariant_in_loop"
            evidence: [f]
            all: true
            confidence: 0.8
            because: "{f} is the same in every turn and computed in each"
        }
        case "of_sums" {
            when: inside(f, l) and f == a + b and (a == load() or a == full()) and outside(a, l) and (b == full() or parameter(b))
            value: "invariant_in_loop"
            evidence: [f]
            all: true
            confidence: 0.7
            because: "{f} is the same in every turn and computed in each"
        }
    }

    pattern unused_hints {
        axis: "hazard"
        says: "hints of a declaration that no launch has"

        case "replaced_hint" {
            when: hint(k, name, v) and launch(l, k) and hint(l, name, w) and v != w and hinted(l, x) and not trial(l)
            when: not (launch(m, k) and not trial(m) and hint(m, name, v))
            evidence: [v, w]
            confidence: 0.85
            because: "the declaration says {name} {v}, and every launch says something else"
        }
    }

    pattern unlimited_search {
        axis: "hazard"
        says: "searches without a limit"

        case "no_timeout" {
            when: launch(l, k) and trial(l) and language(k, "cutile") and not tuner_option(l, "timeout", _)
            evidence: [l]
            confidence: 0.7
            because: "nothing limits how long a config is compiled"
        }
    }

    pattern left_over_code {
        axis: "hazard"
        per: file
        says: "code that nothing reaches"

        case "only_raises" {
            when: remark(x, "only_raises")
            evidence: [x]
            confidence: 0.9
            because: "the function {x} only raises an error"
        }
        case "unread_field" {
            when: remark(x, "unread_field")
            evidence: [x]
            all: true
            confidence: 0.85
            because: "{x} is saved and never read"
        }
        case "unused_function" {
            when: remark(x, "unused_function")
            evidence: [x]
            all: true
            confidence: 0.9
            because: "the function {x} is defined and never called"
        }
    }
}
