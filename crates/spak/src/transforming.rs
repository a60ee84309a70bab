//! From a seed and a goal to a design, by the proposals of libraries. Decision 0025.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use spak_model::entry::Entry;
use spak_model::system::{Record, System};
use spak_model::{Resolved, resolve};
use spak_records::transform_report::{ChangeRecord, NotDone, TransformReport};
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, FileId, Severity};
use spak_transform::merge::{self, Seed};
use spak_transform::{Goal, Proposal, Words, proposals};

use crate::ontology::{self, NoFiles};
use crate::project::{Design, Sources};
use crate::verbs::check;
use crate::verbs::library::LIBRARIES;
use placed::{imports, put};

mod answered;
mod asked;
mod briefed;
mod fitted;
mod modelled;
mod placed;

pub(crate) use answered::know;
pub(crate) use modelled::{Asked, Proof, by_model, question};

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

    /// Its own statements, without what imports bring: where edits go.
    fn own(&self) -> Vec<Entry> {
        resolve(FileId(0), &self.text, &mut NoFiles).entries
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

/// A seed that has its goal, its problem and its machine.
struct Begun<'p, 'm> {
    draft: Draft<'p>,
    goal: Goal,
    machine: Option<&'m Machine>,
    report: TransformReport,
}

/// A design as it is, to be added to.
fn unchanged<'p>(draft: Draft<'p>, goal: Goal) -> Result<Begun<'p, 'static>> {
    let (_, found) = draft.read();
    if let Some(broken) = found.iter().find(|d| d.severity == Severity::Error) {
        bail!("{}: {}; `spak check` shows where", draft.path.display(), broken.message);
    }
    Ok(Begun { draft, goal, machine: None, report: TransformReport::default() })
}

/// Puts into a seed what follows from the goal alone, whoever proposes the rest.
fn begin<'p, 'm>(
    path: &'p Path,
    seed: &str,
    goal: &Goal,
    machines: &'m [Machine],
) -> Result<Begun<'p, 'm>> {
    let mut draft = Draft { path, text: seed.to_owned() };
    let (resolved, found) = draft.read();
    if let Some(broken) = found.iter().find(|d| d.severity == Severity::Error) {
        bail!("{}: {}; `spak check` shows where", path.display(), broken.message);
    }
    let machine = machine(goal, &resolved, machines)?;
    let mut report = TransformReport { goal: goal.block(""), ..TransformReport::default() };
    let mut goal = goal.clone();
    let own = System::of(&resolved.entries);
    let scope = ontology::scope(&own);
    if goal.operator.is_none() {
        goal.operator.clone_from(&scope.operator);
    }
    // What is wanted stands in what came of it, for people to see and to change.
    state(&mut draft, &goal);
    if own.workloads.is_empty() && !goal.workload.is_empty() {
        report.changes.extend(work(&mut draft, &goal)?);
    }
    if let Some(machine) = machine.filter(|machine| !machine.library.is_empty()) {
        let (resolved, _) = draft.read();
        let name = machine.record.name.clone().unwrap_or_default();
        let note = format!("the goal is for {name}");
        if !imports(&resolved, machine.library) {
            let own = draft.own();
            let edit = merge::import(draft.seed(&own), machine.library, &note);
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
    Ok(Begun { draft, goal, machine, report })
}

/// The design that libraries make of the seed at `path` for a goal.
///
/// # Errors
/// The seed has errors, or the goal names what there is not.
pub(crate) fn by_rules(path: &Path, seed: &str, goal: &Goal) -> Result<Transformed> {
    let machines = machines();
    let Begun { mut draft, goal, machine, mut report } = begin(path, seed, goal, &machines)?;
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
                let why = answer.err()??;
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
            Err(back) => report.not_done.push(NotDone {
                proposal: proposal.name.clone(),
                library: (*library).to_owned(),
                why: back.why,
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

/// Makes the sizes of a goal the workload of a design that has none: what is wanted is what will be timed.
fn work(draft: &mut Draft<'_>, goal: &Goal) -> Result<Option<ChangeRecord>> {
    let Some(operator) = &goal.operator else { return Ok(None) };
    let mut block = format!("workload wanted {{\n    operator: {operator}\n");
    for (name, value) in &goal.workload {
        block.push_str(&format!("    {name}: {value}\n"));
    }
    block.push('}');
    let own = draft.own();
    let edit = merge::at_the_beginning(draft.seed(&own), &block);
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
fn state(draft: &mut Draft<'_>, goal: &Goal) {
    let own = draft.own();
    let mut todo: Vec<&Entry> = own.iter().collect();
    let mut known = None;
    while let Some(entry) = todo.pop() {
        if entry.file == FileId(0) && entry.kind == Some(spak_model::vocabulary::Kind::Goal) {
            known = Some(entry.span);
        }
        todo.extend(entry.children());
    }
    let seed = draft.seed(&own);
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

#[cfg(test)]
mod tests;
