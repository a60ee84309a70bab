//! The proposals that come with the program.

use std::collections::BTreeSet;
use std::path::Path;

use spak_syntax::Severity;

use super::{by_rules, machines, of_libraries, words};
use crate::ontology::{self, NoFiles};
use crate::verbs::library;

#[test]
fn every_proposal_is_whole() {
    let (ontology, mut names) = (ontology::standard_ontology(), BTreeSet::new());
    for (library, proposal) in of_libraries() {
        let name = &proposal.name;
        assert!(names.insert(name.clone()), "{library}: `{name}` is there twice");
        assert!(!proposal.reason.is_empty() && !proposal.source.is_empty(), "{name}");
        let when = proposal.when.as_deref().unwrap_or("true");
        assert!(spak_expr::parse(when, 0).expr.is_some(), "{name}: {when}");
        assert!(!proposal.fragment.is_empty() || !proposal.imports.is_empty(), "{name}");
        let fragment =
            spak_model::resolve(spak_syntax::FileId(0), &proposal.fragment, &mut NoFiles);
        let errors = fragment.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        assert_eq!(errors.count(), 0, "{name}: {:?}", fragment.diagnostics);
        for import in &proposal.imports {
            assert!(library::find(import).is_some(), "{name}: {import}");
        }
        for of in &proposal.of {
            let is_known = ontology.groups.contains_key(of)
                || spak_generate::operators::operators().iter().any(|one| one.name == of);
            assert!(is_known, "{name}: nobody knows the operator `{of}`");
        }
    }
}

/// What stands in a library and is never proposed is dead.
#[test]
fn every_proposal_is_made_for_some_goal() {
    let (machines, mut made) = (machines(), BTreeSet::new());
    let words = words(&machines);
    let seed = "system Bare { knowledge { } }\n";
    for sentence in [
        "attention on an RTX 5070",
        "attention on an H200",
        "softmax on an H200",
        "matmul on an H200 with M=1024 N=1024 K=65536",
        "layer norm on an A100 80GB PCIe",
    ] {
        let understood = words.read(sentence);
        assert!(understood.left.is_empty() && understood.goal.hardware.is_some(), "{sentence}");
        let done = by_rules(Path::new("seed.dsl"), seed, &understood.goal).unwrap();
        made.extend(done.report.changes.into_iter().map(|change| change.proposal));
    }
    let all: BTreeSet<String> =
        of_libraries().into_iter().map(|(_, proposal)| proposal.name).collect();
    let never: Vec<&String> = all.difference(&made).collect();
    assert!(never.is_empty(), "{never:?}");
}

/// A design that was made has nothing left to be made of it, whatever the operator.
#[test]
fn every_operator_comes_to_an_end() {
    let machines = machines();
    let words = words(&machines);
    for operator in ["attention", "matmul", "softmax", "RMSNorm", "SwiGLU", "cross entropy"] {
        let goal = words.read(&format!("fastest {operator} on H200")).goal;
        let path = Path::new("seed.dsl");
        let once = by_rules(path, "system Bare { }\n", &goal).unwrap();
        let again = by_rules(path, &once.text, &goal).unwrap();
        assert_eq!(again.report.changes.len(), 0, "{operator}: {:?}", again.report.changes);
        assert_eq!(again.text, once.text, "{operator}");
    }
}
