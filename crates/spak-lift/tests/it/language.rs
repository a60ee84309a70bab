//! Negation, alternatives, predicates, and what is wrong with conditions.

use spak_lift::Limits;
use spak_program::Op;

use crate::support::{Builder, at, find, holds, limited, pattern, read, report, wrong};

fn two_exponentials() -> Builder {
    let mut b = Builder::new();
    let (x, y) = (b.array("x"), b.array("y"));
    let e = b.one(Op::Exp, x);
    b.one(Op::Exp, y);
    b.one(Op::ReduceSum, e);
    b
}

#[test]
fn a_negation_asks_for_what_it_has_in_common_with_the_rest() {
    let b = two_exponentials();
    let found = find(&b.program, "e == exp(v)\n not (s == reduce_sum(e))");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sites.len(), 1);
    assert!(holds(&b.program, "e == exp(_) and not log(_)"));
    assert!(!holds(&b.program, "e == exp(_) and not reduce_sum(_)"));
    assert!(holds(&b.program, "e == exp(_) and (s == reduce_sum(e) => s == reduce_sum(exp(_)))"));
}

#[test]
fn alternatives_bind_what_they_share() {
    let b = two_exponentials();
    assert!(holds(&b.program, "(e == log(v) or e == exp(v)) and s == reduce_sum(e)"));
    assert!(!holds(&b.program, "e == log(v) or e == sqrt(v)"));
}

#[test]
fn what_nothing_binds_is_said_where_it_is_asked() {
    let said = wrong("near(x, 2)");
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0].0, "pattern-unbound-variable");
    assert!(said[0].1.contains("`x`"), "{said:?}");
    assert_eq!(wrong("x == exp(_)\n y < 3")[0].0, "pattern-unbound-variable");
    assert_eq!(wrong("x == exp(y) or x == log(z)\n near(y, 2)")[0].0, "pattern-unbound-variable");
    assert_eq!(wrong("x == y")[0].0, "pattern-unbound-variable");
    assert_eq!(wrong("x == exp(y)\n near(y, 2)"), []);
    let (_, found) = read(&pattern("when: x == exp(_) or log(_)\nvalue: x"));
    assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), ["pattern-unbound-variable"]);
}

#[test]
fn unknown_words_are_said_with_what_was_meant() {
    let (_, found) = read(&pattern("when: x == exp(_) and insde(x, l)"));
    assert_eq!(found[0].code.0, "unknown-relation");
    assert!(found[0].repair.contains("inside(x, l)"), "{found:?}");
    let (_, found) = read(&pattern("when: x == expp(_)"));
    assert!(found[0].repair.contains("`exp`"), "{found:?}");
    assert_eq!(wrong("x == inside(y, l)")[0].0, "bad-pattern");
    assert_eq!(wrong("x == exp(1, 2, 3, 4)")[0].0, "wrong-argument-count");
    assert_eq!(wrong("inside(x)")[0].0, "wrong-argument-count");
    assert_eq!(wrong("x == load(latncy=2)")[0].0, "bad-pattern");
    assert_eq!(wrong("x")[0].0, "bad-pattern");
    let (_, found) = read(&pattern("when: x == exp(_)\nbecause: \"of {y}\""));
    assert_eq!(found[0].code.0, "unknown-name");
}

#[test]
fn places_are_those_of_the_words() {
    let text = pattern("when: x == exp(_) and insde(x, l)");
    let (_, found) = read(&text);
    assert_eq!(found[0].primary.span.slice(&text), "insde");
    let text = pattern("when: near(x, 2)");
    let (_, found) = read(&text);
    assert_eq!(found[0].primary.span.slice(&text), "near(x, 2)");
}

/// Each order of some conditions.
fn orders(conditions: &[&str]) -> Vec<String> {
    let Some((first, rest)) = conditions.split_first() else { return vec![String::new()] };
    let put = |order: String| {
        let lines: Vec<String> = order.lines().map(str::to_owned).collect();
        (0..=lines.len()).map(move |at| {
            let mut lines = lines.clone();
            lines.insert(at, (*first).to_owned());
            lines.join("\n")
        })
    };
    orders(rest).into_iter().flat_map(put).collect()
}

#[test]
fn what_does_not_hold_is_about_what_is_assumed() {
    let mut b = Builder::new();
    let (x, f, g) = (b.array("x"), b.array("f"), b.array("g"));
    b.one(Op::Sqrt, x);
    b.under(f, true);
    b.one(Op::Exp, x);
    b.end();
    b.under(f, false);
    b.one(Op::Log, x);
    b.end();
    b.under(g, false);
    b.one(Op::Tanh, x);
    b.end();
    let in_all = |conditions: &[&str]| {
        let holds: Vec<bool> = orders(conditions).iter().map(|o| holds(&b.program, o)).collect();
        assert!(holds.windows(2).all(|pair| pair[0] == pair[1]), "{conditions:?}: {holds:?}");
        holds[0]
    };
    // There is no exponential where there is a logarithm, and nobody knows whether there is one elsewhere.
    assert!(in_all(&["l == log(_)", "not (e == exp(_))", "s == sqrt(_)"]));
    assert!(!in_all(&["s == sqrt(_)", "not (e == exp(_))"]));
    assert!(!in_all(&["t == tanh(_)", "not (e == exp(_))", "s == sqrt(_)"]));
    assert!(!in_all(&["l == log(_)", "not (t == tanh(_))"]));
    // What is denied of something denied is about the same.
    assert!(!in_all(&["l == log(_)", "not (s == sqrt(_) and not (e == exp(_)))", "t == tanh(_)"]));
    assert!(in_all(&["u == exp(_)", "not (s == sqrt(_) and not (e == exp(_)))", "t == tanh(_)"]));
}

#[test]
fn predicates_stand_for_conditions() {
    let b = two_exponentials();
    let text = "system X {
        predicate summed(x) { when: s == reduce_sum(x) }
        predicate exponential(x) { when: x == exp(_) or x == exp2(_) }
        pattern p {
            predicate both(x) { when: summed(x) and exponential(x) }
            case \"found\" { when: both(e) }
        }
    }";
    let report = report(&b.program, text);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn predicates_do_not_recurse() {
    let text = "system X {
        predicate a(x) { when: b(x) }
        predicate b(x) { when: x == exp(y) and a(y) }
        pattern p { case \"found\" { when: x == exp(_) and a(x) } }
    }";
    let (pack, found) = read(text);
    let said: Vec<_> = found.iter().map(|d| (d.code.0, d.primary.span.slice(text))).collect();
    assert_eq!(said, [("recursive-predicate", "a"), ("recursive-predicate", "b")]);
    assert!(pack.patterns[0].cases.is_empty());
}

#[test]
fn a_search_that_takes_too_long_ends_with_a_note() {
    let mut b = Builder::new();
    let x = b.array("x");
    for _ in 0..30 {
        b.one(Op::Exp, x);
    }
    let text =
        pattern("when: a == exp(_) and b == exp(_) and c == exp(_) and d == exp(_) and near(a, 2)");
    assert!(report(&b.program, &text).notes.is_empty());
    let text = pattern(
        "when: a == exp(_) and b == exp(_) and c == exp(_) and a != b and b != c and d == log(_)",
    );
    let _ = limited(&b.program, &text, Limits { steps: 10 });
    let text = pattern("when: a == exp(_) and b == exp(_) and c == exp(_) and a != b and b != c");
    let report = limited(&b.program, &text, Limits { steps: 1000 });
    assert_eq!(report.notes.len(), 1);
    assert!(report.notes[0].text.contains("1000 steps"));
}

#[test]
fn what_comes_after_a_search_that_was_ended_is_not_said() {
    let mut b = Builder::new();
    let x = b.array("x");
    for _ in 0..15 {
        b.one(Op::Exp, x);
    }
    let text = |rest: &str| {
        format!(
            "system X {{ pattern p {{ values: [\"many\", \"one\"]
                case \"many\" {{ when: a == exp(u) and b == exp(v) and c == exp(w) and a != b and b != c and a != c {rest} }}
                case \"one\" {{ when: a == exp(_) }}
            }} }}"
        )
    };
    let never = text("and same(u, v) and not same(v, w)");
    let report = limited(&b.program, &never, Limits { steps: 1000 });
    assert_eq!((report.findings.len(), report.notes.len()), (0, 1));
    let report = limited(&b.program, &never, Limits::default());
    assert_eq!(report.findings.iter().map(|f| f.value.as_str()).collect::<Vec<_>>(), ["one"]);
}

#[test]
fn the_first_case_that_holds_counts() {
    let b = two_exponentials();
    let text = |all: bool| {
        format!(
            "system X {{ pattern p {{
                values: [\"none\", \"first\", \"second\"]
                case \"none\" {{ when: x == log(_) }}
                case \"first\" {{ when: x == exp(_) }}
                case \"second\" {{ when: x == reduce_sum(_)\n all: {all} }}
            }} }}"
        )
    };
    let values = |all| {
        let found = report(&b.program, &text(all)).findings;
        found.into_iter().map(|f| f.value).collect::<Vec<_>>()
    };
    assert_eq!(values(false), ["first"]);
    assert_eq!(values(true), ["first", "second"]);
    let (_, found) = read(&text(true).replace("\"second\"]", "\"secund\"]"));
    assert_eq!(found.len(), 1);
    assert!(found[0].repair.contains("secund"));
}

#[test]
fn a_finding_says_where_why_and_how_sure() {
    let b = two_exponentials();
    let text = pattern(
        "when: s == reduce_sum(e) and e == exp(v)\nvalue: t\nwhen: operation(e, t)\nrole: \"k\"\nevidence: [s]\nconfidence: 0.25\nbecause: \"{s} sums {e} of {v}\"",
    );
    let found = report(&b.program, &text).findings;
    assert_eq!(found.len(), 1);
    let found = &found[0];
    assert_eq!((found.pack.as_str(), found.pattern.as_str(), found.axis.as_str()), ("X", "p", "p"));
    assert_eq!((found.case.as_str(), found.value.as_str()), ("found", "exp"));
    assert_eq!(found.role.as_deref(), Some("k"));
    assert_eq!(found.sites, [at(spak_program::NodeId(4))]);
    assert_eq!(found.because, "reduce_sum(exp(x)) sums exp(x) of x");
    assert!((found.confidence - 0.25).abs() < 1e-9);
    assert_eq!(found.kernel, Some(spak_program::KernelId(0)));
}

#[test]
fn what_is_wrong_with_a_predicate_is_said_once_and_whether_or_not_it_is_used() {
    let text = "system X {
        predicate lonely(x) { when: insde(x, l) }
        predicate wrong(x) { when: x == expp(_) }
        pattern p { case \"found\" { when: wrong(x) and wrong(y) } }
    }";
    let (_, found) = read(text);
    let places: Vec<_> = found.iter().map(|d| d.primary.span.slice(text)).collect();
    assert_eq!(places, ["insde", "expp"]);
}

#[test]
fn a_case_whose_conditions_cannot_be_read_is_never_found() {
    let b = two_exponentials();
    let text = pattern("when: x == exp(_)\nwhen: x == (");
    let (pack, found) = read(&text);
    assert!(!found.is_empty());
    assert_eq!(spak_lift::Engine::new(&[pack]).find(&b.program).findings, []);
    let (_, found) = read(&pattern("value: \"x\""));
    assert_eq!(found.iter().map(|d| d.code.0).collect::<Vec<_>>(), ["bad-pattern"]);
}

#[test]
fn the_word_means_something_else_elsewhere() {
    let text = "system X { hint h { pattern: \"streaming\" } design_space { pattern: [a, b] } }";
    let (pack, found) = read(text);
    assert!(pack.patterns.is_empty() && found.is_empty(), "{found:?}");
}

#[test]
fn patterns_are_looked_for_in_kernels_launches_or_everything() {
    let mut b = two_exponentials();
    b.on_host(true);
    let made = b.node(Op::Alloc, &[]);
    b.launch(&[made, made], &[]);
    b.launch(&[made, made], &[]);
    let text = |per: &str, rest: &str| {
        format!(
            "system X {{ pattern p {{ per: {per}\n case \"c\" {{ when: x == alloc() {rest} }} }} }}"
        )
    };
    let count = |per: &str, rest: &str| report(&b.program, &text(per, rest)).findings.len();
    assert_eq!(count("kernel", ""), 0);
    assert_eq!(count("launch", ""), 1);
    assert_eq!(count("file", ""), 1);
    let found =
        report(&b.program, &text("file", "and kernel(k)\nkernel: k\nevidence: [x, k]")).findings;
    assert_eq!(found[0].kernel, Some(spak_program::KernelId(0)));
    assert_eq!(found[0].sites.len(), 2);
    // What both launches have in common is one finding, and belongs to neither.
    let found = report(&b.program, &text("launch", "and launch(l, _)\nevidence: [x]")).findings;
    assert_eq!((found.len(), found[0].launch), (1, None));
    assert_eq!(found[0].sites, [at(made)]);
}
