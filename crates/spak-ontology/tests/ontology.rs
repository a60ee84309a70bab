//! Concepts as they are read, looked up and reached, and what is said of those that contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::proptest;
use spak_model::{Files, resolve};
use spak_ontology::{Lookup, Name, Ontology, Scope, ways};
use spak_syntax::{Diagnostic, FileId};

struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _from: FileId, _spec: &str) -> Result<(FileId, String), String> {
        Err("there are no files".to_owned())
    }
}

/// Two operators in a group and one beside it, with a word that means two things.
const TEXT: &str = r#"system Concepts {
    group rows { says: "row by row", operators: ["softmax", "norm"] }
    concept columns { kind: "dimension", says: "side by side" }
    concept input {
        kind: "operand"
        says: "what is read"
        aliases { rows: ["x"], product: ["a", "b"] }
    }
    concept column_tile {
        kind: "parameter"
        says: "columns of a block"
        along: "columns"
        aliases { product: ["tile_n"], any: ["width"] }
    }
    concept step_tile {
        kind: "parameter"
        says: "what a step takes"
        aliases { rows: ["tile_n"], norm: ["chunk"] }
    }
    concept load_latency {
        kind: "axis"
        says: "how long a load takes"
        aliases { any: ["{operand}_load_latency"] }
    }
    concept skipping {
        kind: "axis"
        says: "what is left out"
        of: ["product"]
        aliases { c: ["tiles"] }
        values { pruned: ["skip"] }
    }
    spelling tile_n { triton: ["BLOCK_N"], cuda: ["block_n"] }
}
"#;

fn read(texts: &[&str]) -> (Ontology, Vec<Diagnostic>) {
    let mut ontology = Ontology::default();
    let mut found = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let resolved = resolve(FileId(number as u32), text, &mut NoFiles);
        found.extend(resolved.diagnostics);
        found.extend(ontology.read(&resolved.entries));
    }
    found.extend(ontology.problems(&["softmax", "norm", "product"]));
    (ontology, found)
}

fn ontology() -> Ontology {
    let (ontology, found) = read(&[TEXT]);
    assert!(found.is_empty(), "{found:#?}");
    ontology
}

fn meaning(ontology: &Ontology, name: &str, scope: &Scope) -> String {
    match ontology.meaning(name, scope) {
        Lookup::Known(meaning) => match meaning.operand {
            Some(operand) => format!("{} of {operand}", meaning.concept.name),
            None => meaning.concept.name.clone(),
        },
        Lookup::Ambiguous(all) => {
            let names: Vec<&str> = all.iter().map(|one| one.concept.name.as_str()).collect();
            format!("one of {}", names.join(", "))
        }
        Lookup::Unknown => "nothing".to_owned(),
    }
}

#[test]
fn the_nearest_scope_says_what_a_name_means() {
    let ontology = ontology();
    let of = |name: &str, operator: &str| meaning(&ontology, name, &Scope::of(operator));
    assert_eq!(of("tile_n", "product"), "column_tile");
    assert_eq!(of("tile_n", "softmax"), "step_tile");
    assert_eq!(of("BLOCK_N", "softmax"), "step_tile");
    assert_eq!(of("chunk", "norm"), "step_tile");
    assert_eq!(of("chunk", "softmax"), "nothing");
    assert_eq!(of("width", "softmax"), "column_tile");
    assert_eq!(of("column_tile", "softmax"), "column_tile");
    assert_eq!(meaning(&ontology, "tile_n", &Scope::default()), "one of column_tile, step_tile");
    // An array that the operator does not have is no operand of it.
    assert_eq!(of("a_load_latency", "product"), "load_latency of a");
    assert_eq!(of("a_load_latency", "softmax"), "nothing");
    // A concept that the operator cannot have is none of its words.
    assert_eq!(of("skipping", "product"), "skipping");
    assert_eq!(of("skipping", "softmax"), "nothing");
    let c = |backend: &str| Scope {
        operator: Some("product".to_owned()),
        backend: Some(backend.to_owned()),
    };
    assert_eq!(meaning(&ontology, "tiles", &c("c")), "skipping");
    assert_eq!(meaning(&ontology, "tiles", &c("cutile")), "nothing");
}

#[test]
fn what_a_concept_is_called_begins_with_the_nearest_name() {
    let ontology = ontology();
    let names = |concept: &str, operator: &str, operands: &[&str]| {
        let operands: Vec<String> = operands.iter().map(|one| (*one).to_owned()).collect();
        ontology.names(ontology.concept(concept).unwrap(), &Scope::of(operator), &operands)
    };
    assert_eq!(names("step_tile", "norm", &[]), ["chunk", "tile_n", "step_tile"]);
    assert_eq!(names("column_tile", "softmax", &[]), ["width", "column_tile"]);
    assert_eq!(names("load_latency", "product", &["a", "b"]), ["a_load_latency", "b_load_latency"]);
    assert_eq!(ontology.concept("skipping").unwrap().value("skip"), "pruned");
}

#[test]
fn a_name_of_a_rule_reaches_what_a_design_has() {
    let ontology = ontology();
    let reached = |name: &str, operator: &str, dimensions: &[&str]| {
        let dimensions: BTreeSet<String> = dimensions.iter().map(|d| (*d).to_owned()).collect();
        ontology.reached(name, &Scope::of(operator), &dimensions)
    };
    let both = ["a_load_latency", "b_load_latency", "tile_n"];
    assert_eq!(reached("load_latency", "product", &both), ["a_load_latency", "b_load_latency"]);
    assert_eq!(reached("column_tile", "product", &both), ["tile_n"]);
    assert_eq!(reached("column_tile", "softmax", &both), [] as [&str; 0]);
    // A word that the design has stays as it is, whatever else means the same.
    assert_eq!(reached("tile_n", "product", &["tile_n", "BLOCK_N"]), ["tile_n"]);
    assert_eq!(reached("tile_n", "product", &["BLOCK_N"]), ["BLOCK_N"]);
    // A word of another operator is no concept.
    assert_eq!(reached("chunk", "softmax", &["tile_n"]), [] as [&str; 0]);
}

#[test]
fn a_design_adds_names_of_its_own() {
    let own = r#"system Own {
        concept column_tile { aliases { softmax: ["my_width"] } }
        concept load_latency { of: ["product"] }
        group rows { operators: ["mine"] }
    }"#;
    let (ontology, found) = read(&[TEXT, own]);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(meaning(&ontology, "my_width", &Scope::of("softmax")), "column_tile");
    assert_eq!(meaning(&ontology, "tile_n", &Scope::of("mine")), "step_tile");
    // What everybody has is not taken away from anybody.
    assert_eq!(meaning(&ontology, "x_load_latency", &Scope::of("mine")), "load_latency of x");
}

#[test]
fn contradictions_are_told_with_both_places() {
    let with = |own: &str| {
        let own = format!("system Own {{\n{own}\n}}");
        let (_, found) = read(&[TEXT, &own]);
        let one = found.first().unwrap_or_else(|| panic!("nothing is wrong with {own}"));
        assert_eq!(found.len(), 1, "{found:#?}");
        let related: Vec<u32> = one.related.iter().map(|label| label.file.0).collect();
        let text = one.primary.span.slice(&own).to_owned();
        (format!("{}: {}", one.code.0, one.message), (one.primary.file.0, text), related)
    };
    let kind = r#"kind: "axis", says: "another""#;
    let (message, (file, text), related) =
        with(&format!("concept other {{ {kind}, aliases {{\nrows: [\"tile_n\"]\n}} }}"));
    assert_eq!(message, "two-meanings: `tile_n` is both `step_tile` and `other` in `rows`");
    assert_eq!((file, text.as_str(), related.as_slice()), (1, r#"rows: ["tile_n"]"#, &[0][..]));
    let (message, _, related) = with(&format!(
        "group odd {{ operators: [\"norm\"] }}\nconcept other {{ {kind}, aliases {{ odd: [\"tile_n\"] }} }}"
    ));
    assert_eq!(
        message,
        "two-meanings: `tile_n` is `step_tile` in `rows` and `other` in `odd`, and `norm` is in both"
    );
    assert_eq!(related, [0]);
    let (message, ..) = with(r#"concept column_tile { kind: "axis" }"#);
    assert_eq!(
        message,
        "two-meanings: `column_tile` is of the kind `axis` here, and `parameter` elsewhere"
    );
    for (own, said) in [
        ("aliases { rosw: [\"t\"] }", "`other` has names in `rosw`, which is no scope"),
        ("along: \"clumns\"", "`other` names the dimension `clumns`, which there is not"),
        ("broader: \"nothing\"", "`other` names the concept `nothing`, which there is not"),
        (
            "of: [\"product\"], aliases { rows: [\"t\"] }",
            "`other` has names in `rows`, and only `product` can have it",
        ),
    ] {
        let (message, (file, _), _) = with(&format!("concept other {{ {kind}, {own} }}"));
        assert_eq!((message, file), (format!("unknown-concept: {said}"), 1));
    }
    let (message, ..) = with(r#"spelling tile_k { triton: ["BLOCK_N"] }"#);
    assert_eq!(message, "two-meanings: `BLOCK_N` is a spelling of both `tile_n` and `tile_k`");
    let (message, ..) = with("concept other { kind: \"thing\" }");
    assert_eq!(message, "unknown-concept: `other` is of the kind `thing`, which there is not");
    let (message, ..) = with("concept other { says: \"nothing\" }");
    assert_eq!(message, "unknown-concept: `other` does not say of which `kind` it is");
}

#[test]
fn an_operator_decides_between_its_groups() {
    let own = r#"system Own {
        group odd { operators: ["norm"] }
        concept other { kind: "axis", says: "another", aliases { odd: ["tile_n"] } }
        concept step_tile { aliases { norm: ["tile_n"] } }
    }"#;
    let (ontology, found) = read(&[TEXT, own]);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(meaning(&ontology, "tile_n", &Scope::of("norm")), "step_tile");
}

#[test]
fn ways_are_all_combinations_or_none_at_all() {
    let reached = |counts: &[usize]| -> BTreeMap<String, Vec<String>> {
        let names = |count: &usize| (0..*count).map(|n| n.to_string()).collect();
        counts.iter().enumerate().map(|(at, count)| (at.to_string(), names(count))).collect()
    };
    let count = |counts: &[usize]| ways(&reached(counts)).map(|all| all.len());
    assert_eq!(count(&[]), Some(1));
    assert_eq!(count(&[2, 3]), Some(6));
    assert_eq!(count(&[2, 0]), Some(0));
    assert_eq!(count(&[8, 8]), Some(64));
    assert_eq!(count(&[8, 9]), None);
    assert_eq!(count(&[usize::from(u8::MAX); 9]), None);
}

proptest! {
    #[test]
    fn a_word_that_was_made_with_an_operand_gives_it_back(
        before in "[a-z_]{0,8}",
        behind in "[a-z_]{0,8}",
        operand in "[a-z_]{1,8}",
    ) {
        let name = Name(format!("{before}{{operand}}{behind}"));
        assert!(name.has_operand());
        assert_eq!(name.operand_of(&name.with(&operand)), Some(operand.as_str()));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(concept|group|spelling|kind|of|aliases|any|[ {}\":,\\[\\]a-z\n]){0,60}") {
        let (ontology, _) = read(&[TEXT, &text]);
        ontology.meaning(&text, &Scope::of("softmax"));
    }
}
