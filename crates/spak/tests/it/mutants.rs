//! A kernel written otherwise, with other names, in another order, with other imports, in another form, is the
//! same design: whatever was found in it is found again.

use std::collections::BTreeSet;

use serde_json::Value;
use spak_mutate::{Mutant, Mutation, mutate};

use crate::support::Folder;

const KERNEL: &str = include_str!("mutants/attention.py");
/// Kernels that the host reaches in many ways, some of which lead to one kernel only.
const HOST: &str = include_str!("mutants/norm.py");

/// One statement of a report: what is said, and the lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    what: String,
    lines: BTreeSet<u64>,
}

/// Everything that is said of a file.
fn lift(text: &str, mutant: Option<&Mutant>) -> Vec<Said> {
    let folder = Folder::with("kernel.py", text);
    let ran = folder.spak(&["lift", "kernel.py", "--output", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{text}");
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let mut said = Vec::new();
    let back =
        |text: &str| mutant.map_or_else(|| text.to_owned(), |mutant| mutant.names_back(text));
    for list in ["kernels", "findings", "tuning", "constraints", "hazards"] {
        for one in report["files"][0][list].as_array().unwrap() {
            let mut one = one.clone();
            let fields = one.as_object_mut().unwrap();
            let lines = fields.remove("lines").or_else(|| fields.remove("line")).unwrap();
            // Of several reasons for the same value the first is told, and which is the first may change.
            fields.remove("because");
            // Which function is named first is no design.
            let inlined = fields.get_mut("inlined").and_then(Value::as_array_mut);
            if let Some(inlined) = inlined {
                let mut names: Vec<String> =
                    inlined.iter().map(|name| back(name.as_str().unwrap())).collect();
                names.sort();
                *inlined = names.into_iter().map(Value::from).collect();
            }
            let lines = lines.as_array().cloned().unwrap_or_else(|| vec![lines]);
            let what = back(&format!("{list}: {one}"));
            said.push(Said { what, lines: lines.iter().filter_map(Value::as_u64).collect() });
        }
    }
    said.sort();
    said
}

/// Whether lines of the mutant are these lines of the original, some of which may share one, or have several.
fn same_lines(original: &BTreeSet<u64>, mutant: &BTreeSet<u64>, map: &Mutant) -> bool {
    let back: Vec<BTreeSet<u64>> = mutant.iter().map(|line| map.lines_back(*line)).collect();
    original.iter().all(|line| back.iter().any(|lines| lines.contains(line)))
        && back.iter().all(|lines| !lines.is_disjoint(original))
}

/// Both reports, each without what the other has.
fn difference(original: &[Said], mutant: &[Said], map: &Mutant) -> (Vec<Said>, Vec<Said>) {
    let mut left = mutant.to_vec();
    let mut missed = Vec::new();
    for said in original {
        let is_same =
            |one: &Said| one.what == said.what && same_lines(&said.lines, &one.lines, map);
        match left.iter().position(is_same) {
            Some(at) => drop(left.remove(at)),
            None => missed.push(said.clone()),
        }
    }
    (missed, left)
}

fn check(mutations: &[Mutation], seeds: &[u64]) {
    check_all(KERNEL, mutations, seeds);
    check_all(HOST, mutations, seeds);
}

fn check_all(text: &str, mutations: &[Mutation], seeds: &[u64]) {
    let original = lift(text, None);
    for &seed in seeds {
        let mutant = mutate(text, mutations, seed).unwrap();
        assert_ne!(mutant.text, text);
        let found = lift(&mutant.text, Some(&mutant));
        // What is said of comments goes with them.
        let has_lines = |one: &&Said| !one.lines.iter().any(|line| mutant.is_gone(*line));
        let original: Vec<Said> = original.iter().filter(has_lines).cloned().collect();
        let (missed, more) = difference(&original, &found, &mutant);
        assert!(
            missed.is_empty() && more.is_empty(),
            "seed {seed}, {mutations:?}\nmissed: {missed:#?}\nmore: {more:#?}\n{}",
            mutant.text
        );
    }
}

#[test]
fn enough_is_found_for_a_mutation_to_lose() {
    let said = lift(KERNEL, None);
    let count = |list: &str| said.iter().filter(|one| one.what.starts_with(list)).count();
    assert_eq!(count("kernels"), 1);
    assert!(count("findings") >= 30, "{said:#?}");
    assert_eq!(count("tuning"), 2, "{said:#?}");
    assert!(count("constraints") >= 8, "{said:#?}");
    assert!(count("hazards") >= 3, "{said:#?}");
}

#[test]
fn names_do_not_matter() {
    let mutant = mutate(KERNEL, &[Mutation::Rename], 0).unwrap();
    assert!(mutant.renamed() > 60, "{}", mutant.text);
    for name in ["attend", "candidate", "height", "hints_of", "query", "highest"] {
        let words: Vec<&str> =
            mutant.text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
        assert!(!words.contains(&name), "{name} is still in\n{}", mutant.text);
    }
    check(&[Mutation::Rename], &[0, 1, 2]);
}

#[test]
fn order_does_not_matter() {
    check(&[Mutation::Reorder], &[0, 1, 2]);
}

#[test]
fn imports_do_not_matter() {
    check(&[Mutation::Alias], &[0, 1, 2, 3]);
}

#[test]
fn form_does_not_matter() {
    check(&[Mutation::Format], &[0, 1, 2, 3]);
}

#[test]
fn all_of_it_together_does_not_matter() {
    check(&Mutation::ALL, &[0, 1, 2, 3]);
}

/// Whichever caller comes first by its name or its place: it must not hide a kernel that only others launch.
#[test]
fn who_is_called_first_does_not_matter() {
    let said = lift(HOST, None);
    for kernel in ["whole_rows", "in_parts"] {
        let of = format!(r#""kernel":"{kernel}""#);
        let launched =
            |one: &&Said| one.what.contains(&of) && one.what.contains("contiguity_policy");
        assert_eq!(said.iter().filter(launched).count(), 1, "{kernel}: {said:#?}");
    }
    let seeds: Vec<u64> = (0..12).collect();
    check_all(HOST, &[Mutation::Rename], &seeds);
    check_all(HOST, &[Mutation::Reorder], &seeds);
    check_all(HOST, &[Mutation::Rename, Mutation::Reorder], &seeds);
}

/// The name of a parameter says which number a finding is about, and nothing else.
#[test]
fn a_number_is_found_under_its_new_name() {
    let numbers = |said: &[Said]| {
        let is_of = |one: &&Said| one.what.contains(r#""axis":"scalar_specialization""#);
        said.iter().filter(is_of).map(|one| one.what.clone()).collect::<Vec<_>>()
    };
    let original = numbers(&lift(HOST, None));
    for name in ["N", "EPS"] {
        let role = format!(r#""role":"{name}""#);
        assert!(original.iter().any(|one| one.contains(&role)), "{name}: {original:#?}");
    }
    let mutant = mutate(HOST, &[Mutation::Rename], 1).unwrap();
    let renamed = numbers(&lift(&mutant.text, None));
    assert_eq!(renamed.len(), original.len());
    assert!(renamed.iter().all(|one| !one.contains(r#""role":"EPS""#)), "{renamed:#?}");
    assert_eq!(numbers(&lift(&mutant.text, Some(&mutant))), original);
}

#[test]
fn a_keyword_keeps_to_its_parameter() {
    let text = "def f(height, **more):\n    return height\n\n\ndef g(a):\n    return f(height=a, width=1)\n";
    let mutant = mutate(text, &[Mutation::Rename], 0).unwrap();
    assert!(!mutant.text.contains("height"), "{}", mutant.text);
    assert!(mutant.text.contains("width=1"), "{}", mutant.text);
}

#[test]
fn a_field_that_is_asked_for_by_a_computed_name_keeps_it() {
    let text = "FIELDS = (\"occupancy\",)\n\n\ndef hints(config, other):\n    \
        return {name: getattr(config, name) for name in FIELDS}, config.occupancy, config.rows\n";
    let mutant = mutate(text, &[Mutation::Rename], 5).unwrap();
    assert!(mutant.text.contains(".occupancy"), "{}", mutant.text);
    assert!(mutant.text.contains("\"occupancy\""), "{}", mutant.text);
    assert!(!mutant.text.contains("FIELDS"), "{}", mutant.text);
}

#[test]
fn a_line_that_is_moved_is_found_again() {
    let mutant =
        mutate("def a():\n    pass\n\n\ndef b():\n    return 1\n", &[Mutation::Reorder], 0);
    let mutant = mutant.unwrap();
    assert!(mutant.text.find("def b").unwrap() < mutant.text.find("def a").unwrap());
    let at = mutant.text.lines().position(|line| line.contains("return 1")).unwrap() as u64 + 1;
    assert_eq!(mutant.lines_back(at), BTreeSet::from([6]));
}

#[test]
fn a_name_that_only_the_original_has_is_marked() {
    let mutant = mutate("def f(height):\n    return height\n", &[Mutation::Rename], 0).unwrap();
    let new = mutant.text.split("return ").nth(1).unwrap().trim();
    assert_eq!(mutant.names_back_strictly(&format!("{new} > 0")), "height > 0");
    assert_eq!(mutant.names_back_strictly("height > 0"), "not_height > 0");
}
