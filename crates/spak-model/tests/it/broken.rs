//! Formulas that break off are errors at their place; prose is none.

use spak_syntax::LineIndex;

use crate::{diagnostics, system};

/// Line, column and code of every error.
fn errors(text: &str) -> Vec<String> {
    let lines = LineIndex::new(text);
    let place = |at| lines.line_column(text, at);
    let is_error = |d: &&spak_syntax::Diagnostic| d.severity == spak_syntax::Severity::Error;
    let found = diagnostics(text);
    let one = |d: &spak_syntax::Diagnostic| {
        let (line, column) = place(d.primary.span.start);
        format!("{line}:{column} {}", d.code.0)
    };
    found.iter().filter(is_error).map(one).collect()
}

#[test]
fn a_formula_that_breaks_off_is_an_error_wherever_one_is_expected() {
    let cases = [
        ("constraint { tile_m >= }", "1:23 expected-expression"),
        ("constraint { (tile_m * 2 <= 48 }", "1:31 unclosed-bracket"),
        ("constraint { tile_m * <= 48 }", "1:23 expected-expression"),
        ("constraint { tile_m <== 3 }", "1:23 expected-expression"),
        ("constraint { tile_m < 12 GX }", "1:26 unknown-unit"),
        ("constraint { require: \"tile_m >\" }", "1:32 expected-expression"),
        ("constraint: \"tile_m >\"", "1:22 expected-expression"),
        ("require tile_m %", "1:17 expected-expression"),
        ("knowledge { fact f { return tile_m < } }", "1:37 expected-expression"),
        ("knowledge { fact f { return (tile_m < 10.0 } }", "1:43 unclosed-bracket"),
        ("knowledge { invariant I { assert: \"a ==\" } }", "1:40 expected-expression"),
        ("knowledge { rule \"r\" { when: \"(tile_m > 3\" } }", "1:42 unclosed-bracket"),
        ("knowledge { rule \"r\" { when: \"tile_m > 3 &&& x\" } }", "1:44 expected-expression"),
        ("knowledge { rule \"r\" { recommend: \"tile_m =\" } }", "1:44 expected-expression"),
        ("knowledge { rule \"r\" { recommend: \"a = 1, b =\" } }", "1:46 expected-expression"),
        ("workload W { n: 99999999999999999999 }", "1:17 bad-number"),
    ];
    for (text, expected) in cases {
        assert_eq!(errors(text), [expected], "{text}");
    }
}

#[test]
fn brackets_without_end_are_too_deep_everywhere() {
    let open = "(".repeat(100_000);
    for text in [
        format!("constraint {{ {open}x > 3 }}\n"),
        format!("knowledge {{ invariant I {{ assert: \"{open}\" }} }}\n"),
        format!("workload W {{ a: {open} }}\n"),
    ] {
        let codes: Vec<_> = diagnostics(&text).iter().map(|d| d.code.0).collect();
        assert!(codes.contains(&"expression-too-deep"), "{codes:?}");
    }
}

#[test]
fn prose_where_a_formula_may_stand_is_no_error() {
    for text in [
        "knowledge { invariant I { assert: \"C matches the float64 product within k * u.\" } }",
        "knowledge { rule \"r\" { when: \"the tile is large (more than one row)\" } }",
        "knowledge { rule \"r\" { apply: \"use exp2 and fast math approximations\" } }",
        "dynamics D {\n  expectation:\n    CE(t+1) <= CE(t) mostly\n    reads -> writes\n}",
        "kernel K {\n  performance_law L:\n    tile_q >= 128 causes register spill\n}",
    ] {
        assert_eq!(errors(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn every_spelling_of_a_constraint_is_one() {
    for text in [
        "require t % 16 == 0",
        "require \"t > 3\"",
        "constraint t > 3",
        "constraint \"t is large\" t > 3",
        "constraint: \"t > 3\"",
        "constraint: t > 3",
        "constraint { \"t > 3\" }",
        "constraint { require t > 3 }",
        "constraint { require: \"t > 3\" }",
        "constraints { t > 3 }",
        "constraints: [\"t > 3\"]",
        "Constraint:\n    t > 3",
    ] {
        let spaces = "tuning_space { t: [0, 16] }\n";
        let found = system(&format!("{spaces}{text}\n")).constraints;
        let slots: usize = found.iter().map(|c| c.slots.len()).sum();
        assert_eq!(slots, 1, "{text}");
        let dead = diagnostics(&format!("tuning_space {{ t: [1, 16] }}\n{text}\n"));
        let codes: Vec<_> = dead.iter().map(|d| d.code.0).collect();
        assert_eq!(codes, ["dead-value"], "{text}");
    }
}

#[test]
fn several_conditions_must_all_hold() {
    for text in ["a >= 2, b <= 3", "a >= 2; b <= 3", "b <= 3 and a >= 2"] {
        let text = format!("constraint {{ require: \"{text}\" }}\n");
        let found = system(&text).constraints;
        let formula = match found.first().and_then(|c| c.slots.first()).map(|s| &s.reading) {
            Some(spak_model::Reading::Formula(formula)) => formula.normal(),
            other => panic!("{other:?}"),
        };
        assert_eq!(formula, "2 <= a and b <= 3");
    }
}

#[test]
fn a_comparison_that_is_recommended_is_said() {
    let text = "knowledge { rule \"r\" { recommend: \"tile_m > 3\" } }";
    let codes: Vec<_> = diagnostics(text).iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["prose-in-formula"]);
}
