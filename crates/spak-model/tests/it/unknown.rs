//! Names, types, words and values that lead nowhere: each is said, with what was probably meant.

use crate::diagnostics;

/// Everything said, one line each: code, message and repair.
fn said(text: &str) -> Vec<String> {
    let line = |d: &spak_syntax::Diagnostic| format!("{}: {}: {}", d.code.0, d.message, d.repair);
    diagnostics(text).iter().map(line).collect()
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    let said = said(text);
    assert_eq!(said.len(), words.len(), "{text}\n{said:#?}");
    for (line, words) in said.iter().zip(words) {
        assert!(line.contains(words), "{words}: {said:#?}");
    }
}

#[test]
fn a_constraint_without_a_value_is_an_error_with_the_config() {
    let space = |domain: &str, constraint: &str| {
        format!("tuning_space {{\n  t: {domain}\n}}\nconstraint {{ require: {constraint} }}\n")
    };
    says(&space("[0, 4]", "8 / t >= 1"), &["division-by-zero: this divides by zero where t = 0"]);
    says(&space("[0, 4]", "8 % t == 0"), &["division-by-zero"]);
    says(&space("[4611686018427387904, 4]", "t * 4 > 1"), &["arithmetic-overflow"]);
    says(
        &space("[\"bf17\"]", "bytes_of(t) < 100 B"),
        &["`bf17` is not a dtype where t = \"bf17\""],
    );
    // What another constraint excludes is never evaluated, nor is what a condition guards.
    says(&space("[0, 4]", "t == 0 or 8 % t == 0"), &[]);
    let guarded = "tuning_space { t: [0, 4] }\nconstraint { t > 0 }\nconstraint { 8 % t == 0 }\n";
    says(guarded, &["dead-value"]);
}

#[test]
fn a_constraint_is_checked_for_each_workload() {
    let text = |t: &str, c: &str| {
        format!(
            "workload A {{ c: 256 }}\nworkload B {{ c: 512 }}\ntuning_space {{ t: {t} }}\nconstraint {{ {c} }}\n"
        )
    };
    says(&text("[2]", "c > 10000"), &["no config satisfies the constraints for any workload"]);
    says(&text("[2]", "c > 300"), &["no config satisfies the constraints for the workload `A`"]);
    says(&text("[2, 96]", "c % t == 0"), &["dead-value: no config has `t` = 96"]);
    says(&text("[2, 512]", "c % t == 0"), &["no config has `t` = 512 for the workload `A`"]);
}

#[test]
fn systems_of_one_file_have_their_own_names() {
    says("system A { tuning_space { t: [1] } }\nsystem B { tuning_space { t: [1] } }\n", &[]);
}

#[test]
fn unknown_types_are_said() {
    let case = |ty: &str| {
        format!("trace_schema {{\n  variant T {{\n    case C {{\n      x: {ty}\n    }}\n  }}\n}}\n")
    };
    says(&case("flaot"), &["unknown-type: there is no type `flaot`: did you mean `float`?"]);
    says(&case("string[]"), &["write `[string]`"]);
    says(&case("Option<int>"), &["write `int?`"]);
    says(&case("[flaot]"), &["did you mean `float`?"]);
    for fine in ["int", "[int]", "bf16", "\"a\" | \"b\"", "string?", "Tensor[B, T]", "T", "[M, N]"]
    {
        says(&case(fine), &[]);
    }
    says("model {\n  state x: flaot = 1.0\n}\n", &["did you mean `float`?"]);
    says("model {\n  type C matches { b: Config }\n}\n", &["declare it"]);
    says("model {\n  type Config matches { a: int }\n  state b: Config\n}\n", &[]);
}

#[test]
fn unknown_names_of_conditions_are_said() {
    let knowledge = |more: &str| {
        format!("knowledge {{\n  fact is_fast(t: T.P) {{ return t.x > 1 }}\n  {more}\n}}\n")
    };
    says(&knowledge("rule R { when: is_fst }"), &["did you mean `is_fast`?"]);
    says(
        &knowledge("rule R { when: is_a(t) }"),
        &["unknown-function: there is no function `is_a`"],
    );
    says(&knowledge("fact g(t: T.P) { return u.x > 1 }"), &["did you mean `t.x`?"]);
    says(&knowledge("fact g(t: T.P) { retrun t.x > 1 }"), &["did you mean `return`?"]);
    says(&knowledge("rule R { wen: is_fast }"), &["did you mean `when`?"]);
}

#[test]
fn slips_inside_of_blocks_are_said() {
    let search = |line: &str| format!("engineering_loop E {{\n  {line}\n}}\n");
    says(&search("paramter x: [1]"), &["did you mean `parameter`?"]);
    says(&search("measur { cmd: \"x\" }"), &["did you mean `measure`?"]);
    says(&search("measure {\n cmd: \"x\"\n metric: \"tflopps\"\n}"), &["did you mean `tflops`?"]);
    let steps = |line: &str| format!("agent_loop L {{\n  {line}\n}}\n");
    says(&steps("stp \"x\" { emit a }"), &["did you mean `step`?"]);
    says(&steps("step x { tool.rum { cmd: \"x\" } }"), &["did you mean `tool.run`?"]);
    says(&steps("step x { llm.qery { prompt: \"x\" } }"), &["did you mean `llm.query`?"]);
    says(&steps("step x { emit a }\n  step x { emit b }"), &["there are 2 of `step x`"]);
    says("kernel K {\n  perfomance_law H: x\n}\n", &["did you mean `performance_law`?"]);
    says(
        "kernel K {\n  memory_behaviour: \"x y\"\n  inputs: z\n}\n",
        &["did you mean `memory_behavior`?"],
    );
}

#[test]
fn statements_of_other_languages_are_said() {
    says("from \"x\" import y\nsystem S { }\n", &["write `import \"x\"`"]);
    says("include \"x\"\nsystem S { }\n", &["write `import \"x\"`"]);
    says("system S { remove rule \"R\" }\n", &["replace it in `override"]);
    says("import \"std/hardware/nvidea\"\nsystem S { }\n", &["import-not-found"]);
}

#[test]
fn what_a_loop_binds_fills_in_places() {
    let steps = |body: &str| format!("agent_loop L {{\n{body}\n}}\n");
    says(&steps("  for x in [1, 2, 3] {\n    step y: tool.run { cmd: \"a {{x}}\" }\n  }"), &[]);
    says(&steps("  foreach f in files:\n    step z: tool.run { cmd: \"b {{f}}\" }"), &[]);
    says(
        &steps(
            "  for x in [1] {\n    step y: tool.run { cmd: \"a\" }\n  }\n  step z: tool.run { cmd: \"{{x}}\" }",
        ),
        &["nothing fills in `{{x}}`: name an `output_var`"],
    );
}
