//! What operators tell of each other, for all that have templates.

use spak_syntax::Severity;

use super::{Source, draft, transfer};
use crate::ontology;
use crate::verbs::check::checked;

const OPERATORS: &[&str] = &[
    "attention_forward",
    "attention_backward",
    "attention_decode",
    "matmul",
    "linear",
    "softmax",
    "rms_norm",
    "layer_norm",
    "rms_norm_backward",
    "layer_norm_backward",
    "cross_entropy",
    "swiglu",
    "rope",
];

fn described(operator: &str) -> ontology::Described {
    ontology::described(ontology::standard_ontology(), operator, "cutile").unwrap()
}

#[test]
fn every_operator_begins_a_design_of_every_other_that_can_be_checked() {
    let ontology = ontology::standard_ontology();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("begun.dsl");
    for from in OPERATORS {
        let source = Source::of_operator(described(from));
        for to in OPERATORS.iter().filter(|to| *to != from) {
            let mut target = described(to);
            let transferred = transfer(ontology, &source, &mut target, None);
            let text = draft(ontology, "Begun", &source, &target, &transferred);
            std::fs::write(&path, &text).unwrap();
            let (_, found) = checked(&path).unwrap();
            let mut errors = found.iter().filter(|d| d.severity == Severity::Error);
            assert_eq!(errors.next(), None, "{from} to {to}:\n{text}");
        }
    }
}

#[test]
fn every_count_adds_up() {
    let ontology = ontology::standard_ontology();
    for from in OPERATORS {
        let source = Source::of_operator(described(from));
        for to in OPERATORS.iter().filter(|to| *to != from) {
            let mut target = described(to);
            let report = transfer(ontology, &source, &mut target, None).report;
            let shares = report.shares;
            assert_eq!(shares.all, target.side.dimensions.len() as u64, "{from} to {to}");
            assert_eq!(shares.all + shares.not_there, report.items.len() as u64);
            assert!(shares.prefilled <= shares.found && shares.found <= 1.0);
            assert!(report.steps.transferred <= report.steps.reviewed);
            let of_source = report.conditions.iter().filter(|c| c.source.is_some()).count();
            assert_eq!(of_source, source.side.constraints.len(), "{from} to {to}");
            // What a target has, and the source has too, is never said to be missing.
            let conditions = report.conditions.iter().filter(|c| c.found != "added");
            let there = conditions.filter(|c| c.target.is_some()).count();
            assert_eq!(there, target.side.constraints.len(), "{from} to {to}");
        }
    }
}

#[test]
fn operators_that_are_alike_tell_more_than_others() {
    let ontology = ontology::standard_ontology();
    let found = |from: &str, to: &str| {
        let source = Source::of_operator(described(from));
        transfer(ontology, &source, &mut described(to), None).report.shares.found
    };
    assert!(found("layer_norm", "rms_norm") > found("matmul", "rms_norm"));
    assert!(found("attention_forward", "attention_decode") > found("rope", "attention_decode"));
    assert!(found("layer_norm", "rms_norm") > 0.95, "{}", found("layer_norm", "rms_norm"));
}

#[test]
fn a_condition_comes_over_in_the_words_of_the_target() {
    let ontology = ontology::standard_ontology();
    let source = Source::of_operator(described("attention_forward"));
    let report = transfer(ontology, &source, &mut described("layer_norm"), None).report;
    let same: Vec<&str> = report
        .conditions
        .iter()
        .filter(|one| one.found == "same")
        .filter_map(|one| one.target.as_deref())
        .collect();
    assert_eq!(same, ["(stat_storage != \"not_stored\") == store_stats"]);
}
