//! Normal form, difference, imports and inheritance.

use spak_model::diff::{What, diff};
use spak_model::{Domain, Literal, System, normal, resolve};
use spak_syntax::{FileId, Severity};

use crate::{Folder, diagnostics, errors, read};

fn hash(text: &str) -> String {
    normal::hash(&read(text).entries)
}

#[test]
fn what_does_not_change_the_meaning_does_not_change_the_hash() {
    let design = "system A {\n  tuning_space { tile_m: [0, 1, 2]  tile_n: [8] }\n  knowledge { fact f { a: 1  b: 2 } }\n}\n";
    let same = [
        "system A {\n  // a comment\n  knowledge {\n    fact f {\n      b: 2\n      a: 1\n    }\n  }\n  tuning_space {\n    tile_n: [8]\n    tile_m: [0,1,2,]\n  }\n}\n",
        "system A {\n  tuning_space { tile_m: int range [0, 2], tile_n: [8] }\n  knowledge { fact f { a: 1; b: 2 } }\n}\n",
        "system A {\n  tuning_space:\n    tile_m: 0..2\n    tile_n: [8]\n  knowledge:\n    fact f:\n      a: 1\n      b: 2\n}\n",
    ];
    for text in same {
        assert_eq!(
            hash(design),
            hash(text),
            "{}\n{}",
            normal::text(&read(design).entries),
            normal::text(&read(text).entries)
        );
    }
    let different = [
        design.replace("[0, 1, 2]", "[1, 0, 2]"),
        design.replace("tile_n", "tile_k"),
        design.replace("a: 1", "a: 3"),
        design.replace("system A", "system B"),
    ];
    for text in different {
        assert_ne!(hash(design), hash(&text));
    }
}

#[test]
fn formulas_and_types_have_one_spelling() {
    let a = "constraint { require: a >= 2 && b < 3 }\ntrace_schema { variant T { case C { ok: boolean } } }\n";
    let b = "constraint { require: \"b < 3 and 2 <= a\" }\ntrace_schema { variant T { case C { ok: bool } } }\n";
    assert_eq!(hash(a), hash(b));
}

#[test]
fn the_order_of_steps_and_of_equations_matters() {
    let steps = |a: &str, b: &str| {
        format!("agent_loop L {{\n  step \"{a}\" {{ emit x }}\n  step \"{b}\" {{ emit x }}\n}}\n")
    };
    assert_ne!(hash(&steps("one", "two")), hash(&steps("two", "one")));
    let equations =
        |a: &str, b: &str| format!("operator U {{\n  computation:\n    {a}\n    {b}\n}}\n");
    assert_ne!(
        hash(&equations("h1 = h + 1", "h2 = h1 * 2")),
        hash(&equations("h2 = h1 * 2", "h1 = h + 1"))
    );
}

#[test]
fn differences_are_items_not_lines() {
    let old = read("system A {\n  tuning_space { tile_m: [32, 64]  tile_n: [8] }\n}\n");
    let new = read("system A {\n  tuning_space { tile_k: [1]\n  // moved\n  tile_m: [64] }\n}\n");
    let changes = diff(&old.entries, &new.entries);
    let shown: Vec<String> = changes
        .iter()
        .map(|c| {
            let what = match &c.what {
                What::Added(a) => format!("+{a}"),
                What::Removed(a) => format!("-{a}"),
                What::Changed(a, b) => format!("{a} to {b}"),
                What::Reordered => "order".to_owned(),
            };
            format!("{}: {what}", c.path.join("/"))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "system A/tuning_space/tile_k: +[1]",
            "system A/tuning_space/tile_m: [32, 64] to [64]",
            "system A/tuning_space/tile_n: -[8]",
        ]
    );
    assert_eq!(diff(&old.entries, &old.entries), []);
}

const BASE: &str = "system Base {\n  design_space { mask: [\"fused\", \"post\"] }\n  tuning_space { tile_m: [32, 64, 128] }\n  knowledge { fact known { value: 1 } }\n}\n";

#[test]
fn a_design_inherits_and_replaces_with_a_reason() {
    let text = "system Mine extends \"base.dsl\" {\n  tuning_space { tile_n: [8] }\n  override \"128 spills here\" {\n    tuning_space { tile_m: [64] }\n  }\n}\n";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("base.dsl", BASE)]));
    assert_eq!(resolved.diagnostics, []);
    let system = System::of(&resolved.entries);
    assert_eq!(system.name.as_deref(), Some("Mine"));
    assert_eq!(
        system.dimension("tile_m").expect("inherited").domain,
        Domain::Values(vec![Literal::Int(64)])
    );
    assert!(system.dimension("tile_n").is_some() && system.dimension("mask").is_some());
    assert_eq!(system.facts.len(), 1);
    assert_eq!(resolved.imports.len(), 1);
}

#[test]
fn a_design_can_extend_the_system_of_an_imported_file_by_its_name() {
    let text = "import \"base.dsl\"\nsystem Mine extends Base { }\n";
    let base = "system Base { tuning_space { tile_m: [32, 64] } }";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("base.dsl", base)]));
    assert!(resolved.diagnostics.is_empty(), "{:?}", resolved.diagnostics);
    let system = System::of(&resolved.entries);
    assert!(system.dimension("tile_m").is_some());

    // A system of the same file is one, too, and then a part of the design.
    let text = "system Mine extends Base { }\nsystem Base { tuning_space { tile_m: [32, 64] } }\n";
    let resolved = resolve(FileId(0), text, &mut Folder(Vec::new()));
    assert!(resolved.diagnostics.is_empty(), "{:?}", resolved.diagnostics);
    let system = System::of(&resolved.entries);
    assert_eq!(system.name.as_deref(), Some("Mine"));
    assert_eq!(system.dimensions.len(), 1);
}

#[test]
fn a_file_that_is_reached_twice_is_taken_once() {
    // Each file imports the next one under two names; followed twice it would double every time.
    struct Chain;
    impl spak_model::Files for Chain {
        fn load(&mut self, _: FileId, spec: &str) -> Result<(FileId, String), String> {
            let n: u32 = spec.trim_start_matches("./").parse().map_err(|_| "no".to_owned())?;
            let twice = format!("import \"{}\"\nimport \"./{}\"\n", n + 1, n + 1);
            let imports = if n < 40 { twice } else { String::new() };
            let rule = "  rule same { when: a == 1 recommend: b = 2 }\n".repeat(2);
            Ok((FileId(n), format!("{imports}system S {{ knowledge {{\n{rule}}} }}\n")))
        }
    }
    let resolved = resolve(FileId(0), "import \"1\"\nsystem Top { }\n", &mut Chain);
    assert_eq!(resolved.imports.len(), 40);
    let system = System::of(&resolved.entries);
    assert!(system.rules.len() <= 80, "{}", system.rules.len());

    // By two ways: what stands in the file at the end is there once.
    let end =
        "system D { knowledge {\n  rule r { recommend: x = 1 }\n  rule r { recommend: x = 2 }\n} }";
    let way = "import \"d.dsl\"\nsystem W { }";
    let files = vec![("d.dsl", end), ("b.dsl", way), ("c.dsl", way)];
    let text = "import \"b.dsl\"\nimport \"c.dsl\"\nsystem A { }";
    let resolved = resolve(FileId(0), text, &mut Folder(files));
    assert_eq!(System::of(&resolved.entries).rules.len(), 2);
}

#[test]
fn replacing_without_a_reason_is_said() {
    let text = "system Mine extends \"base.dsl\" {\n  tuning_space { tile_m: [64] }\n}\n";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("base.dsl", BASE)]));
    let codes: Vec<&str> = resolved.diagnostics.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["override-without-reason"]);
}

#[test]
fn cycles_are_reported_and_end() {
    let a = "import \"b.dsl\"\nsystem A { tuning_space { x: [1] } }\n";
    let b = "import \"c.dsl\"\nsystem B { }\n";
    let c = "import \"b.dsl\"\nsystem C { knowledge { fact c { v: 1 } } }\n";
    let resolved = resolve(FileId(0), a, &mut Folder(vec![("b.dsl", b), ("c.dsl", c)]));
    let errors: Vec<&str> = resolved
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| d.code.0)
        .collect();
    assert_eq!(errors, ["import-cycle"]);
    let inherits = "system A extends \"a.dsl\" { }\n";
    let resolved = resolve(
        FileId(0),
        inherits,
        &mut Folder(vec![("a.dsl", "system B extends \"a.dsl\" { }")]),
    );
    assert!(resolved.diagnostics.iter().any(|d| d.code.0 == "import-cycle"));
}

#[test]
fn a_missing_base_is_an_error_and_a_missing_import_a_warning() {
    let severity = |text: &str| {
        let resolved = resolve(FileId(0), text, &mut Folder(Vec::new()));
        resolved.diagnostics.iter().map(|d| (d.code.0, d.severity)).collect::<Vec<_>>()
    };
    assert_eq!(
        severity("system A extends \"no.dsl\" { x: 1 }\n"),
        [("import-not-found", Severity::Error)]
    );
    assert_eq!(
        severity("import \"no.dsl\" as N;\nsystem A { x: 1 }\n"),
        [("import-not-found", Severity::Warning)]
    );
}

#[test]
fn domains_that_are_wrong_are_said() {
    let codes = |line: &str| {
        let text = format!("tuning_space {{\n  {line}\n}}\n");
        diagnostics(&text).iter().map(|d| d.code.0).collect::<Vec<_>>()
    };
    assert_eq!(codes("a: []"), ["empty-domain"]);
    assert_eq!(codes("a: int range [4, 0]"), ["bad-range"]);
    assert_eq!(codes("a: int range [4]"), ["bad-range"]);
    assert_eq!(codes("a: [1, 2, 1]"), ["duplicate-value"]);
    assert_eq!(codes("a: [1, \"x\"]"), ["mixed-domain"]);
    assert_eq!(codes("a: 1..9223372036854775807"), Vec::<&str>::new());
    assert_eq!(codes("a: [1]\n  a: [2]"), ["duplicate-name"]);
}

#[test]
fn what_is_no_design_is_said_once() {
    assert_eq!(
        errors("Certainly! Here is the design you asked for:\n\nfoo: bar\n"),
        ["1: not-a-design: this is not a design"]
    );
    assert_eq!(errors(""), Vec::<String>::new());
    assert_eq!(diagnostics("").iter().map(|d| d.code.0).collect::<Vec<_>>(), ["empty-design"]);
}

#[test]
fn a_service_loop_asks_no_language_model() {
    let text = "service_loop S {\n  on request(x) {\n    llm.query { prompt: \"?\" }\n  }\n}\n";
    assert_eq!(errors(text).len(), 1);
}

#[test]
fn an_engineering_loop_asks_no_language_model_and_neither_does_what_it_runs() {
    let direct = "engineering_loop S {\n  measure {\n    llm.query { prompt: \"?\" }\n  }\n}\n";
    assert_eq!(errors(direct), ["3: llm-in-engineering-loop: `S` asks a language model"]);
    let through = "service_loop S {\n  on request { tool.task { name: \"T\" } }\n}\ntask T {\n  step a { tool.agent_loop { name: \"A\" } }\n  step b { tool.task { name: \"T\" } }\n}\nagent_loop A {\n  step x { llm.query { prompt: \"?\" } }\n}\n";
    assert_eq!(
        errors(through),
        ["2: llm-in-service-loop: `S` runs `T`, which asks a language model"]
    );
    let clean = through.replace("llm.query { prompt: \"?\" }", "tool.run { cmd: \"ls\" }");
    assert_eq!(errors(&clean), Vec::<String>::new());
}

#[test]
fn unknown_blocks_are_said_once_each_and_not_many_times() {
    let notes =
        |text: &str| diagnostics(text).iter().filter(|d| d.code.0 == "unknown-block").count();
    let same: String = (0..50).map(|i| format!("  widget w{i} {{ a: {i} }}\n")).collect();
    assert_eq!(notes(&format!("system A {{\n{same}}}\n")), 1);
    let names =
        ["zqa", "zqb", "zqc", "zqd", "zqe", "zqf", "zqg", "zqh", "zqi", "zqj", "zqk", "zql", "zqm"];
    let many: String = names.iter().map(|n| format!("  {n} w {{ a: 1 }}\n")).collect();
    let text = format!("system A {{\n{many}}}\n");
    assert_eq!(notes(&text), 11);
    let found = diagnostics(&text);
    let last = found.iter().rfind(|d| d.code.0 == "unknown-block").expect("a summary");
    assert_eq!(last.message, "3 more kinds of block are not of the language: `zqk`, `zql`, `zqm`");
}

#[test]
fn conditions_without_a_name_add_to_inherited_ones() {
    let base = "system Base {\n  tuning_space { a: [1, 2] }\n  constraint { require: a >= 1 }\n  knowledge { axiom: \"one\" }\n}\n";
    let text = "system Mine extends \"base.dsl\" {\n  constraint { require: a <= 2 }\n  constraint { require: a != 3 }\n  constraint { require: 1 <= a }\n  knowledge { axiom: \"two\"  axiom: \"one\" }\n}\n";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("base.dsl", base)]));
    assert_eq!(resolved.diagnostics, []);
    let system = System::of(&resolved.entries);
    assert_eq!(system.constraints.len(), 3);
    assert_eq!(system.advice.len(), 2);
}
