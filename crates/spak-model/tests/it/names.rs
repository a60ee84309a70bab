//! Names, types and values in formulas, and constraints against the space.

use expect_test::{Expect, expect};
use spak_syntax::LineIndex;

use crate::diagnostics;

/// Everything said about a design: line, severity, code, message, reason, repair.
fn said(text: &str) -> String {
    let lines = LineIndex::new(text);
    let one = |d: spak_syntax::Diagnostic| {
        let line = lines.line_column(text, d.primary.span.start).0;
        let mut out = format!("{line} {} {}: {}\n", d.severity.name(), d.code.0, d.message);
        for more in [d.reason, d.repair].iter().filter(|m| !m.is_empty()) {
            out.push_str(&format!("    {more}\n"));
        }
        out
    };
    diagnostics(text).into_iter().map(one).collect()
}

fn expect_said(text: &str, expected: &Expect) {
    expected.assert_eq(&said(text));
}

const SPACES: &str = "system A {
  workload { seq_len: 1024  head_dim: 64 }
  hardware { shared_memory_limit: 48KiB }
  design_space { softmax_scheme: [\"naive\", \"online\"]  causal: [true, false] }
  tuning_space { tile_m: [32, 64, 128]  tile_n: [32, 64]  stages: int range [1, 4] }
";

fn with(rest: &str) -> String {
    format!("{SPACES}{rest}\n}}\n")
}

#[test]
fn a_constraint_speaks_of_what_is_known() {
    expect_said(
        &with(
            "  constraint { require: tile_m * tile_n * 2 bytes <= shared_memory_limit }
  constraint { require: seq_len % tile_m == 0 and cores >= 1 and dtype == \"f32\" }
  constraint { require: softmax_scheme == online or tile_n <= 64 }",
        ),
        &expect![""],
    );
    expect_said(
        &with(
            "  constraint { require: tile_mm <= 64 }\n  constraint { require: nonsense_of_mine > 1 }",
        ),
        &expect![[r#"
            6 error unknown-name: nothing is called `tile_mm` here
                write `tile_m`, or declare `tile_mm`
            7 error unknown-name: nothing is called `nonsense_of_mine` here
                declare `nonsense_of_mine`, or put it in quotes if it is a text
        "#]],
    );
}

#[test]
fn a_rule_may_speak_of_more_but_not_of_a_slip() {
    expect_said(
        &with(
            "  knowledge {
    rule \"free\" { when: \"token_entropy < entropy_exit_threshold and l2_hit_rate > 0.5\"  apply: \"stop\" }
    rule \"siblings\" { when: \"tile_k % 16 == 0\"  recommend: \"tile_m = 64\" }
    rule \"slip\" { when: \"softmax_schem == 'online'\"  recommend: \"tile_m = 64\" }
  }",
        ),
        &expect![[r#"
            9 warning unknown-name: nothing is called `softmax_schem` here
                the condition can be evaluated only where something gives it a value
                did you mean `softmax_scheme`?
        "#]],
    );
}

#[test]
fn comparisons_that_never_hold_are_said() {
    expect_said(
        &with(
            "  knowledge {
    rule \"a\" { when: \"softmax_scheme == 'onlin'\"  recommend: \"tile_m = 64\" }
    rule \"b\" { when: \"tile_m > 128\"  recommend: \"tile_n = 64\" }
    rule \"c\" { if: \"tile_m in [48, 64]\"  recommend: \"tile_n = 64\" }
  }",
        ),
        &expect![[r#"
            7 warning impossible-comparison: `softmax_scheme` is never "onlin"
                its values are "naive", "online"
                write "online", or add "onlin" to the values of `softmax_scheme`
            8 warning impossible-comparison: `tile_m` is never > 128
                its values are 32, 64, 128
                compare with a value in its range, or remove the comparison
        "#]],
    );
}

#[test]
fn units_and_types_are_checked() {
    expect_said(
        &with(
            "  constraint { require: tile_m <= 12GB }\n  constraint { require: softmax_scheme < 3 }",
        ),
        &expect![[r#"
            6 error unit-mismatch: `<=` mixes a plain number and bytes
                only quantities of the same kind can be added or compared
                write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            7 error type-mismatch: `<` compares a text with a plain number
                values of different kinds are never equal and have no order
                compare values of one kind
        "#]],
    );
    expect_said(
        &with(
            "  knowledge { rule r { when: \"softmax_scheme == true\"  recommend: \"tile_m = 64\" } }",
        ),
        &expect![[r#"
            6 warning type-mismatch: `==` compares a text with a truth value
                values of different kinds are never equal and have no order
                compare values of one kind
        "#]],
    );
    expect_said(&with("  goal { constraints { gpu_memory <= 12GB } }"), &expect![""]);
}

#[test]
fn what_is_recommended_can_be_tried() {
    expect_said(
        &with(
            "  knowledge {
    rule \"name\" { recommend: \"tile_mm = 64, tile_n = 64\" }
    rule \"value\" { recommend: \"tile_m = 48\" }
    rule \"text\" { recommend: \"softmax_scheme = onlin\" }
    rule \"branch\" { recommend: \"stages = 9 if causal else 2\" }
    rule \"prose\" { apply: \"use exp2 and fast math approximations\" }
    rule \"avoided\" { avoid: \"tile_m = 256\" }
  }",
        ),
        &expect![[r#"
            7 warning unknown-name: there is no dimension `tile_mm`
                a rule can only choose values of what the spaces declare
                did you mean `tile_m`?
            8 warning value-outside-domain: 48 is none of the values of `tile_m`
                what is recommended is never tried
                add it to the values of `tile_m`, or choose one of them
            9 warning value-outside-domain: "onlin" is none of the values of `softmax_scheme`
                what is recommended is never tried
                did you mean "online"?
            10 warning value-outside-domain: 9 is none of the values of `stages`
                what is recommended is never tried
                add it to the values of `stages`, or choose one of them
        "#]],
    );
}

#[test]
fn constants_without_a_value_are_said() {
    expect_said(
        &with(
            "  constraint { require: tile_m <= 1 / 0 }\n  constraint { require: tile_m < 9223372036854775807 + 1 }",
        ),
        &expect![[r#"
            6 error division-by-zero: this divides by zero
                the divisor is written as 0
                write another divisor
            7 error arithmetic-overflow: 9223372036854775807 + 1 is out of range
                whole numbers have 64 bits and floats end at 1.8e308; results never wrap around
                use floats for magnitudes, or bound the operands
        "#]],
    );
}

const SCHEMA: &str = "trace_schema { variant TraceItem { case Performance { step: string  tflops: float  bound: \"Memory\" | \"Compute\" } } }\n";

#[test]
fn a_predicate_reads_fields_that_are_observed() {
    expect_said(
        &format!(
            "{SCHEMA}knowledge {{ fact slow(t: TraceItem.Performance) {{ return t.tflop < 10.0 }} }}\n"
        ),
        &expect![[r#"
            2 error unknown-name: `TraceItem.Performance` has no field `tflop`
                observations have the fields that the trace schema declares
                did you mean `t.tflops`?
        "#]],
    );
    expect_said(
        &format!(
            "{SCHEMA}knowledge {{ fact slow(t: TraceItem.Performance) {{ return t.bound == \"Memry\" and t.tflops < 10 }} }}\n"
        ),
        &expect![[r#"
            2 warning impossible-comparison: `t.bound` is never "Memry"
                its values are "Memory", "Compute"
                write "Memory", or add "Memry" to the values of `t.bound`
        "#]],
    );
    expect_said(
        &format!(
            "{SCHEMA}knowledge {{ fact slow(t: TraceItem.Performance) {{ return t.tflops < 10 }} rule r {{ when: \"slow and trace.latest.tflops > 1\" apply: \"try\" }} }}\n"
        ),
        &expect![""],
    );
}

#[test]
fn constraints_that_exclude_each_other_are_named() {
    expect_said(
        &with(
            "  constraint { require: stages >= 1 }
  constraint \"big\" { require: tile_m > tile_n * 2 }
  constraint \"even\" { require: tile_m <= 64 }
  constraint { require: tile_n >= 32 }",
        ),
        &expect![[r#"
            8 error empty-space: no config satisfies the constraints
                `tile_m > tile_n * 2` and `tile_m <= 64` exclude each other
                loosen one of them, or add values to the dimensions they speak of
        "#]],
    );
    expect_said(
        &with("  constraint { require: seq_len < 100 }"),
        &expect![[r#"
        6 error empty-space: no config satisfies the constraints
            `seq_len < 100` excludes every one
            loosen one of them, or add values to the dimensions they speak of
    "#]],
    );
}

#[test]
fn values_that_no_config_has_are_named_with_what_excludes_them() {
    expect_said(
        &with(
            "  constraint { require: tile_m * tile_n <= 4096 }
  constraint { require: softmax_scheme == \"naive\" => stages == 1 }
  constraint { require: tile_m >= 64 and stages > 1 }",
        ),
        &expect![[r#"
            4 warning dead-value: no config has `softmax_scheme` = "naive"
                it is excluded by `softmax_scheme == "naive" => stages == 1` and `tile_m >= 64 and stages > 1`
                remove it from `softmax_scheme`, or loosen the constraint
            5 warning dead-value: no config has `tile_m` = 32
                it is excluded by `tile_m >= 64 and stages > 1`
                remove it from `tile_m`, or loosen the constraint
            5 warning dead-value: no config has `stages` = 1
                it is excluded by `tile_m >= 64 and stages > 1`
                remove it from `stages`, or loosen the constraint
        "#]],
    );
}

#[test]
fn a_space_too_large_to_search_is_projected() {
    let many: String = (0..12).map(|i| format!("d{i}: [1, 2, 3, 4]  ")).collect();
    let chain: String =
        (1..12).map(|i| format!("  constraint {{ require: d{} <= d{i} + 3 }}\n", i - 1)).collect();
    let text =
        format!("tuning_space {{ {many} }}\n{chain}  constraint {{ require: d3 > d7 + 1 }}\n");
    expect_said(
        &text,
        &expect![[r#"
        1 warning dead-value: no config has `d3` = 1 or 2
            it is excluded by `d3 > d7 + 1`
            remove it from `d3`, or loosen the constraint
        1 warning dead-value: no config has `d7` = 3 or 4
            it is excluded by `d3 > d7 + 1`
            remove it from `d7`, or loosen the constraint
    "#]],
    );
}

#[test]
fn what_belongs_to_a_machine_or_a_problem_is_known_behind_its_name() {
    let text = |condition: &str| {
        format!(
            "hardware H200 {{ sm_count: 132; cache {{ l2: 50MB }} }}\nworkload Long {{ seq_len: 1024 }}\ntuning_space {{ tile: [1, 2] }}\nconstraint {{ require: tile < {condition} }}\n"
        )
    };
    for known in ["H200.sm_count", "Long.seq_len", "sm_count"] {
        assert_eq!(diagnostics(&text(known)), [], "{known}");
    }
    let found = diagnostics(&text("H200.sm_cuont"));
    let [said] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(said.code.0, "unknown-name");
    assert_eq!(said.repair, "did you mean `H200.sm_count`?");
}

#[test]
fn a_condition_is_no_value_to_recommend() {
    for (recommended, count) in [
        ("tile = 1 or 2", 1),
        ("tile = 2 or 3 = 4", 1),
        ("tile = 2", 0),
        ("tile = 2 if big else 1", 0),
    ] {
        let text = format!(
            "workload W {{ big: true }}\ntuning_space {{ tile: [1, 2] }}\nknowledge {{ rule r {{ when: big\n recommend: \"{recommended}\" }} }}\n"
        );
        let found = diagnostics(&text);
        assert_eq!(found.len(), count, "{recommended}: {found:?}");
    }
}

#[test]
fn a_number_among_others_may_be_for_another_design() {
    let text = |condition: &str| {
        format!(
            "tuning_space {{ a: [1, 2]; s: [\"x\", \"y\"] }}\nconstraint {{ require: {condition} }}\n"
        )
    };
    assert_eq!(diagnostics(&text("a in [1, 2, 4] and s in [\"x\", \"y\"]")), []);
    assert_eq!(diagnostics(&text("s in [\"x\", \"y\", \"yy\"]")).len(), 1);
}

#[test]
fn slips_in_descriptions_are_said() {
    for (text, code) in [
        ("hardware H { memory: 12 GB, memory: 16 GB }", "duplicate-name"),
        ("hardware H { memory: 12 GiG }", "unknown-unit"),
        ("knowledge { rul \"a\" { when: m > 2 } }", "unknown-block"),
        ("knowledge { rule \"a\" { when: m > 2; confidence: 1.7 } }", "bad-value"),
    ] {
        let found = diagnostics(text);
        assert!(found.iter().any(|d| d.code.0 == code), "{text}: {found:?}");
    }
    for text in [
        "hardware H { memory: 12 GB, cores: 16, layers: 12 heads }",
        "knowledge { rule \"a\" { when: m > 2; confidence: 90% } }",
        "knowledge { rule \"a\" { when: m > 2; confidence: high } }",
    ] {
        assert_eq!(diagnostics(text), [], "{text}");
    }
}
