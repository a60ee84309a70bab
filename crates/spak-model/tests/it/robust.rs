//! Whatever the text, the model is made and checked, soon and without a panic.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use spak_model::diff::diff;
use spak_model::{System, normal};

use crate::{Folder, read};

fn all_of(text: &str) {
    let resolved = spak_model::resolve(
        spak_syntax::FileId(0),
        text,
        &mut Folder(vec![("a.dsl", "import \"a.dsl\"")]),
    );
    let _ = spak_model::check::check(&resolved.entries, text);
    let _ = System::of(&resolved.entries);
    let _ = normal::hash(&resolved.entries);
    assert_eq!(diff(&resolved.entries, &resolved.entries), []);
}

/// Real designs: those of this repository, and of the corpus where there is one.
fn designs() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open = vec![root.join("examples"), root.join("std"), root.join("../shared/corpus")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            eprintln!("SKIPPED: no folder {}", folder.display());
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "dsl") {
                found.push(
                    String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned(),
                );
            }
        }
    }
    found.sort();
    assert!(found.len() >= 3);
    found
}

/// The nearest character boundary at or below a share of the text.
fn place(text: &str, share: f64) -> usize {
    let mut at = (text.len() as f64 * share) as usize;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"\"\"",
    ":",
    "=>",
    "for all i,j: ",
    "int range [",
    "1 / 0",
    "=",
    "->",
    "fact f(t: T.C) { return t.x }",
    "extends \"a.dsl\"",
    "import \"a.dsl\"",
    "override \"x\" {",
    "constraint { require: a > ",
    "\u{0}",
    "가",
    "if x => y",
    "--- \n",
    "9223372036854775807",
    "tuning_space { a: [1, 2] }",
    "service_loop S { on x { tool.task { name: \"S\" } } }",
    "mean_t ",
    "{{",
    "}}",
    "-",
    "1e308 TB",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        all_of(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        all_of(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn pieces_of_designs(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40), lines in any::<bool>()) {
        all_of(&pieces.join(if lines { "\n" } else { " " }));
    }

    #[test]
    fn damaged_designs(which in any::<prop::sample::Index>(), from in 0.0..1.0_f64, to in 0.0..1.0_f64, piece in prop::sample::select(PIECES), keeps in any::<bool>()) {
        let all = designs();
        let text = which.get(&all);
        let (from, to) = (place(text, from.min(to)), place(text, from.max(to)));
        // Cut out, doubled, or with something in between.
        let damaged = if keeps {
            format!("{}{piece}{}", &text[..to], &text[from..])
        } else {
            format!("{}{piece}{}", &text[..from], &text[to..])
        };
        all_of(&damaged);
    }
}

fn soon(what: &str, text: &str) {
    let start = Instant::now();
    all_of(text);
    let took = start.elapsed();
    eprintln!("{what}: {took:?}");
    // Quadratic time would be minutes; this is a debug build on a busy machine.
    assert!(took < Duration::from_secs(20), "{what}: {took:?}");
}

#[test]
fn large_designs_take_no_more_than_their_size() {
    let numbers: Vec<String> = (0..100_000).map(|i| i.to_string()).collect();
    soon(
        "values",
        &format!(
            "tuning_space {{ a: [{}] }}\nconstraint {{ require: a > 5 }}\n",
            numbers.join(", ")
        ),
    );
    let facts: String = (0..10_000).map(|i| format!("  fact f{i} {{ a: {i} }}\n")).collect();
    soon("facts", &format!("knowledge {{\n{facts}}}\n"));
    let same: String = (0..10_000).map(|i| format!("  fact f {{ a: {i} }}\n")).collect();
    soon("one name", &format!("knowledge {{\n{same}}}\n"));
    let unknown: String = (0..10_000).map(|i| format!("  blok{i} {{ a: {i} }}\n")).collect();
    soon("unknown blocks", &format!("system A {{\n{unknown}}}\n"));
}

#[test]
fn many_names_take_no_more_than_their_number() {
    let dimensions: String = (0..1000).map(|i| format!("  dimension_{i}: [1, 2]\n")).collect();
    let rules: String = (0..3000)
        .map(|i| {
            format!(
                "  rule r{i} {{ when: \"dimenson_x{i} > 1\" recommend: \"dimensio_{i} = 1\" }}\n"
            )
        })
        .collect();
    let constraints: String = (0..3000)
        .map(|i| format!("constraint {{ require: unknown_{i} > dimension_1 }}\n"))
        .collect();
    soon(
        "names",
        &format!("tuning_space {{\n{dimensions}}}\nknowledge {{\n{rules}}}\n{constraints}"),
    );
}

#[test]
fn steps_and_places_take_no_more_than_their_number() {
    let steps: String = (0..5000)
        .map(|i| {
            format!(
                "  step s{i} {{ tool.run {{ cmd: \"{{{{v{i}}}}}\"  output_var: v{} }} }}\n",
                i + 1
            )
        })
        .collect();
    soon("steps", &format!("agent_loop A {{\n{steps}}}\n"));
    let calls: String = (0..3000)
        .map(|i| format!("  step s{i} {{ tool.engineering_loop {{ name: \"B\" }} }}\n"))
        .collect();
    let inner: String = (0..3000).map(|i| format!("  parameter p{i}: [1]\n")).collect();
    soon("calls", &format!("service_loop A {{\n{calls}}}\nengineering_loop B {{\n{inner}}}\n"));
}

#[test]
fn constraints_that_are_hard_to_satisfy_end() {
    // Pigeons without enough holes: every assignment of ten dimensions fails late.
    let dimensions: String = (0..10).map(|i| format!("  d{i}: [1, 2, 3]\n")).collect();
    let mut constraints = String::new();
    for i in 0..10 {
        for j in 0..i {
            constraints.push_str(&format!(
                "constraint {{ require: d{i} != d{j} or d{i} * d{j} > 100 }}\n"
            ));
        }
    }
    soon("pigeons", &format!("tuning_space {{\n{dimensions}}}\n{constraints}"));
}

#[test]
fn a_long_chain_of_imports_ends() {
    struct Chain;
    impl spak_model::Files for Chain {
        fn load(
            &mut self,
            from: spak_syntax::FileId,
            _: &str,
        ) -> Result<(spak_syntax::FileId, String), String> {
            Ok((
                spak_syntax::FileId(from.0 + 1),
                "import \"next.dsl\"\nknowledge { fact f { a: 1 } }\n".to_owned(),
            ))
        }
    }
    let resolved = spak_model::resolve(spak_syntax::FileId(0), "import \"next.dsl\"\n", &mut Chain);
    assert!(resolved.imports.len() < 100);
    assert!(resolved.diagnostics.iter().any(|d| d.message.contains("nested")));
    assert_eq!(read("").diagnostics, []);
}
