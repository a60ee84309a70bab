//! From a seed and a goal to a design, by the proposals of libraries. Decision 0025.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use spak_model::entry::Entry;
use spak_model::system::{Record, System};
use spak_model::{Resolved, resolve};
use spak_ontology::{Ontology, Scope};
use spak_records::transform_report::{ChangeRecord, NotDone, TransformReport};
use spak_rules::codes::RULE_CONFLICT;
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, FileId, Severity};
use spak_transform::merge::{self, Change, Fragment, Seed, What};
use spak_transform::{Goal, Proposal, Words, proposals};

use crate::ontology::{self, NoFiles};
use crate::project::{Design, Sources};
use crate::verbs::check;
use crate::verbs::library::LIBRARIES;

mod asked;
mod fitted;

/// Libraries of proposals.
const PROPOSING: &str = "std/transform/";
/// Libraries of machines.
const MACHINES: &str = "std/hardware/";

/// A machine that a library describes.
pub(crate) struct Machine {
    pub(crate) library: &'static str,
    pub(crate) record: Record,
}

/// All machines of the libraries.
pub(crate) fn machines() -> Vec<Machine> {
    let libraries = LIBRARIES.iter().filter(|(name, _)| name.starts_with(MACHINES));
    libraries
        .flat_map(|(library, text)| {
            let resolved = resolve(FileId(0), text, &mut NoFiles);
            let records = System::of(&resolved.entries).hardware;
            records.into_iter().map(|record| Machine { library, record })
        })
        .collect()
}

/// The words of sentences.
pub(crate) fn words(machines: &[Machine]) -> Words {
    let mut words = Words::default();
    for (_, text) in LIBRARIES.iter().filter(|(name, _)| name.starts_with(PROPOSING)) {
        words.add(&resolve(FileId(0), text, &mut NoFiles).entries);
    }
    for machine in machines {
        words.machine(&machine.record);
    }
    words
}

/// Every proposal of the libraries, with the library's name.
pub(crate) fn of_libraries() -> Vec<(&'static str, Proposal)> {
    let libraries = LIBRARIES.iter().filter(|(name, _)| name.starts_with(PROPOSING));
    libraries
        .flat_map(|(library, text)| {
            let resolved = resolve(FileId(0), text, &mut NoFiles);
            proposals(&resolved.entries, text).into_iter().map(|one| (*library, one))
        })
        .collect()
}

/// A text that is being made into a design.
struct Draft<'p> {
    path: &'p Path,
    text: String,
}

impl Draft<'_> {
    /// Reads it as the file that it is going to be.
    fn read(&self) -> (Resolved, Vec<Diagnostic>) {
        let (design, found) = self.design();
        (design.resolved, found)
    }

    fn design(&self) -> (Design, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let shown = self.path.to_string_lossy().into_owned();
        let root = sources.add(self.path, &shown, &self.text);
        let text = sources.text(root).to_owned();
        let resolved = resolve(root, &text, &mut sources);
        let mut design = Design { sources, resolved };
        let found = check::found(&mut design);
        (design, found)
    }

    fn seed<'a>(&'a self, entries: &'a [Entry]) -> Seed<'a> {
        Seed { text: &self.text, entries, file: FileId(0) }
    }
}

/// What was made.
pub(crate) struct Transformed {
    pub(crate) text: String,
    pub(crate) report: TransformReport,
}

/// The design that libraries make of the seed at `path` for a goal.
///
/// # Errors
/// The seed has errors, or the goal names what there is not.
pub(crate) fn by_rules(path: &Path, seed: &str, goal: &Goal) -> Result<Transformed> {
    let mut draft = Draft { path, text: seed.to_owned() };
    let (resolved, found) = draft.read();
    if let Some(broken) = found.iter().find(|d| d.severity == Severity::Error) {
        bail!("{}: {}; `spak check` shows where", path.display(), broken.message);
    }
    let machines = machines();
    let machine = machine(goal, &resolved, &machines)?;
    let mut report = TransformReport { goal: goal.block(""), ..TransformReport::default() };
    let mut goal = goal.clone();
    let own = System::of(&resolved.entries);
    let scope = ontology::scope(&own);
    if goal.operator.is_none() {
        goal.operator.clone_from(&scope.operator);
    }
    // What is wanted stands in what came of it, for people to see and to change.
    state(&mut draft, &resolved, &goal);
    if own.workloads.is_empty() && !goal.workload.is_empty() {
        report.changes.extend(work(&mut draft, &goal)?);
    }
    if let Some(machine) = machine.filter(|machine| !machine.library.is_empty()) {
        let (resolved, _) = draft.read();
        let name = machine.record.name.clone().unwrap_or_default();
        let note = format!("the goal is for {name}");
        if !imports(&resolved, machine.library) {
            let edit = merge::import(draft.seed(&resolved.entries), machine.library, &note);
            draft.text = apply(&draft.text, &[edit])?;
            report.changes.push(ChangeRecord {
                what: "imported".to_owned(),
                name: machine.library.to_owned(),
                proposal: "the machine of the goal".to_owned(),
                reason: format!("figures of {name} are what values are fitted to"),
                ..ChangeRecord::default()
            });
        }
    }
    let all = of_libraries();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    loop {
        let (resolved, _) = draft.read();
        let asked = asked::ask(&resolved, &goal, machine, &all);
        let next = all.iter().enumerate().find(|(at, _)| {
            !done.contains(at) && asked.get(*at).is_some_and(|answer| answer.is_ok())
        });
        let Some((at, (library, proposal))) = next else {
            let rest = all.iter().zip(asked).enumerate().filter(|(at, _)| !done.contains(at));
            report.not_done.extend(rest.filter_map(|(_, ((library, proposal), answer))| {
                let why = answer.err()?;
                Some(NotDone {
                    proposal: proposal.name.clone(),
                    library: (*library).to_owned(),
                    why,
                })
            }));
            break;
        };
        done.insert(at);
        match put(&draft, &resolved, proposal, &goal) {
            Ok((text, changes)) => {
                draft.text = text;
                report.changes.extend(changes.into_iter().map(|mut change| {
                    change.library = (*library).to_owned();
                    change
                }));
            }
            Err(why) => report.not_done.push(NotDone {
                proposal: proposal.name.clone(),
                library: (*library).to_owned(),
                why,
            }),
        }
    }
    if machine.is_some() {
        let (text, changes) = fitted::fit(&draft, &goal)?;
        draft.text = text;
        report.changes.extend(changes);
    }
    Ok(Transformed { text: draft.text, report })
}

/// The machine of a goal: one of the libraries, or one that the seed has, of which no library is needed.
fn machine<'m>(
    goal: &Goal,
    resolved: &Resolved,
    machines: &'m [Machine],
) -> Result<Option<&'m Machine>> {
    let Some(wanted) = &goal.hardware else { return Ok(None) };
    if let Some(machine) =
        machines.iter().find(|machine| machine.record.name.as_ref() == Some(wanted))
    {
        return Ok(Some(machine));
    }
    let own = System::of(&resolved.entries).hardware;
    if own.iter().any(|record| record.name.as_ref() == Some(wanted)) {
        return Ok(None);
    }
    let names = machines.iter().filter_map(|machine| machine.record.name.as_deref());
    match spak_syntax::diagnostic::suggest(wanted, names) {
        Some(near) => bail!("nobody describes the machine `{wanted}`; did you mean `{near}`?"),
        None => bail!("nobody describes the machine `{wanted}`; describe it in a `hardware` block"),
    }
}

fn imports(resolved: &Resolved, library: &str) -> bool {
    resolved.imports.iter().any(|import| import.spec == library)
}

/// Makes the sizes of a goal the workload of a design that has none: what is wanted is what will be timed.
fn work(draft: &mut Draft<'_>, goal: &Goal) -> Result<Option<ChangeRecord>> {
    let Some(operator) = &goal.operator else { return Ok(None) };
    let mut block = format!("workload wanted {{\n    operator: {operator}\n");
    for (name, value) in &goal.workload {
        block.push_str(&format!("    {name}: {value}\n"));
    }
    block.push('}');
    let (resolved, _) = draft.read();
    let edit = merge::at_the_beginning(draft.seed(&resolved.entries), &block);
    draft.text = apply(&draft.text, &[edit])?;
    Ok(Some(ChangeRecord {
        what: "added".to_owned(),
        name: "workload wanted".to_owned(),
        values: goal.workload.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        proposal: "the problem of the goal".to_owned(),
        reason: "the seed has no workload, and what is wanted is what has to be timed".to_owned(),
        ..ChangeRecord::default()
    }))
}

/// Puts the goal into the design, in the place of one that stands there.
fn state(draft: &mut Draft<'_>, resolved: &Resolved, goal: &Goal) {
    let mut todo: Vec<&Entry> = resolved.entries.iter().collect();
    let mut known = None;
    while let Some(entry) = todo.pop() {
        if entry.file == FileId(0) && entry.kind == Some(spak_model::vocabulary::Kind::Goal) {
            known = Some(entry.span);
        }
        todo.extend(entry.children());
    }
    let seed = draft.seed(&resolved.entries);
    let edit = match known {
        Some(span) => {
            let block = goal.block("    ");
            spak_syntax::Edit::replace(span, block.trim().to_owned())
        }
        None => merge::at_the_beginning(seed, goal.block("").trim_end()),
    };
    if let Ok(text) = apply(&draft.text, &[edit]) {
        draft.text = text;
    }
}

/// The text with one proposal in it, or why it cannot have it.
fn put(
    draft: &Draft<'_>,
    resolved: &Resolved,
    proposal: &Proposal,
    goal: &Goal,
) -> Result<(String, Vec<ChangeRecord>), String> {
    let fragment = resolve(FileId(0), &proposal.fragment, &mut NoFiles);
    let broken = fragment.diagnostics.iter().find(|d| d.severity == Severity::Error);
    if let Some(broken) = broken {
        return Err(format!("it is no fragment of a design: {}", broken.message));
    }
    let system = System::of(&resolved.entries);
    let names: Vec<String> = system.dimensions.iter().map(|d| d.name.clone()).collect();
    let ontology = ontology::with(&ontology::own(&resolved.entries));
    let scope = Scope { operator: goal.operator.clone(), backend: None };
    let same = |name: &str| alike(&ontology, &scope, name, &names);
    let note = format!("{} ({})", proposal.name, proposal.reason);
    let (mut edits, changes) = merge::merge(
        draft.seed(&resolved.entries),
        Fragment { entries: &fragment.entries, text: &proposal.fragment, note: &note },
        &same,
    );
    let mut records: Vec<ChangeRecord> = changes.iter().map(|one| record(one, proposal)).collect();
    for library in &proposal.imports {
        if !imports(resolved, library) {
            edits.push(merge::import(draft.seed(&resolved.entries), library, &proposal.reason));
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
        return Err("the design has all of it".to_owned());
    }
    let text = apply(&draft.text, &edits).map_err(|error| error.to_string())?;
    let (_, before) = draft.read();
    let (_, after) = Draft { path: draft.path, text: text.clone() }.read();
    let new = |of: fn(&Diagnostic) -> bool| {
        let before = said(&before, of);
        said(&after, of).into_iter().find(|one| !before.contains(one))
    };
    if let Some(broken) = new(|d| d.severity == Severity::Error) {
        return Err(format!("with it the design would be wrong: {broken}"));
    }
    if let Some(conflict) = new(|d| d.code == RULE_CONFLICT) {
        return Err(format!("it contradicts what the design knows: {conflict}"));
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

#[cfg(test)]
mod tests;
