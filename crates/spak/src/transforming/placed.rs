//! One proposal into a design, or why it cannot have it.

use std::collections::BTreeSet;

use spak_model::system::System;
use spak_model::{Resolved, resolve};
use spak_ontology::{Ontology, Scope};
use spak_records::transform_report::ChangeRecord;
use spak_rules::codes::RULE_CONFLICT;
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, FileId, Severity};
use spak_transform::merge::{self, Change, Fragment, What};
use spak_transform::{Goal, Proposal};

use super::Draft;
use crate::ontology::{self, NoFiles};
use crate::output::diagnostics;

/// Why a proposal that changes nothing is not done.
pub(super) const ALL_THERE: &str = "the design has all of it";

/// Why a proposal was taken back.
pub(super) struct Back {
    /// In words.
    pub(super) why: String,
    /// The diagnostics, as they are shown to people.
    pub(super) shown: String,
}

impl From<String> for Back {
    fn from(why: String) -> Self {
        Self { why, shown: String::new() }
    }
}

/// The text with one proposal in it, or why it cannot have it.
pub(super) fn put(
    draft: &Draft<'_>,
    resolved: &Resolved,
    proposal: &Proposal,
    goal: &Goal,
) -> Result<(String, Vec<ChangeRecord>), Back> {
    let fragment = resolve(FileId(0), &proposal.fragment, &mut NoFiles);
    let broken = fragment.diagnostics.iter().find(|d| d.severity == Severity::Error);
    if let Some(broken) = broken {
        return Err(format!("it is no fragment of a design: {}", broken.message).into());
    }
    let own = draft.own();
    let system = System::of(&resolved.entries);
    let names: Vec<String> = system.dimensions.iter().map(|d| d.name.clone()).collect();
    let ontology = ontology::with(&ontology::own(&resolved.entries));
    let scope = Scope { operator: goal.operator.clone(), backend: None };
    let same = |name: &str| alike(&ontology, &scope, name, &names);
    let note = format!("{} ({})", proposal.name, proposal.reason);
    let (mut edits, changes) = merge::merge(
        draft.seed(&own),
        Fragment { entries: &fragment.entries, text: &proposal.fragment, note: &note },
        &same,
    );
    let mut records: Vec<ChangeRecord> = changes.iter().map(|one| record(one, proposal)).collect();
    for library in &proposal.imports {
        if !imports(resolved, library) {
            edits.push(merge::import(draft.seed(&own), library, &proposal.reason));
            records.push(ChangeRecord {
                what: "imported".to_owned(),
                name: library.clone(),
                proposal: proposal.name.clone(),
                reason: proposal.reason.clone(),
                source: proposal.source.clone(),
                ..ChangeRecord::default()
            });
        }
    }
    if edits.is_empty() {
        return Err(ALL_THERE.to_owned().into());
    }
    let text = apply(&draft.text, &edits).map_err(|error| error.to_string())?;
    let (_, before) = draft.read();
    let (design, after) = Draft { path: draft.path, text: text.clone() }.design();
    let new = |of: fn(&Diagnostic) -> bool| {
        let before = said(&before, of);
        after.iter().find(|one| of(one) && !before.contains(&one.message))
    };
    let back = |what: &str, found: &Diagnostic| Back {
        why: format!("{what}: {}", found.message),
        shown: diagnostics::render(&design.sources, std::slice::from_ref(found), false),
    };
    if let Some(broken) = new(|d| d.severity == Severity::Error) {
        return Err(back("with it the design would be wrong", broken));
    }
    if let Some(conflict) = new(|d| d.code == RULE_CONFLICT) {
        return Err(back("it contradicts what the design knows", conflict));
    }
    records.retain(|one| one.what != "there");
    Ok((text, records))
}

/// What is said of a design, in words without places.
fn said(found: &[Diagnostic], of: fn(&Diagnostic) -> bool) -> BTreeSet<String> {
    found.iter().filter(|d| of(d)).map(|d| d.message.clone()).collect()
}

fn record(change: &Change, proposal: &Proposal) -> ChangeRecord {
    let what = match change.what {
        What::Added => "added",
        What::Extended => "extended",
        What::There => "there",
    };
    ChangeRecord {
        what: what.to_owned(),
        name: change.name.clone(),
        values: change.values.clone(),
        proposal: proposal.name.clone(),
        reason: proposal.reason.clone(),
        source: proposal.source.clone(),
        library: String::new(),
    }
}

/// Which of `names` means what `name` means for an operator; itself first.
fn alike(ontology: &Ontology, scope: &Scope, name: &str, names: &[String]) -> Option<String> {
    if names.iter().any(|known| known == name) {
        return Some(name.to_owned());
    }
    let wanted = ontology.known(name, scope)?;
    names
        .iter()
        .find(|known| {
            ontology.known(known, scope).is_some_and(|found| {
                found.concept.name == wanted.concept.name && found.operand == wanted.operand
            })
        })
        .cloned()
}

/// Whether a design imports a library.
pub(super) fn imports(resolved: &Resolved, library: &str) -> bool {
    resolved.imports.iter().any(|import| import.spec == library)
}
