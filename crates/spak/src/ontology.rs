//! The ontology that comes with the program, and what designs add to it.

use std::borrow::Cow;
use std::sync::LazyLock;

use spak_expr::codes::UNKNOWN_NAME;
use spak_model::entry::Entry;
use spak_model::system::{Record, System};
use spak_model::vocabulary::Kind;
use spak_model::{Files, resolve};
use spak_ontology::{Ontology, Scope};
use spak_syntax::{Diagnostic, FileId, Label};

use crate::engine::symbols;
use crate::gpu::design::CUTILE;
use crate::project::Design;
use crate::verbs::library;

mod described;
mod designs;
mod reach;
mod uses;

pub(crate) use described::family_side;
pub(crate) use designs::{Described, backend_of, described, of_design, sizes};
pub(crate) use reach::reach;
pub(crate) use uses::{Naming, Rule, Use, Users, known, namings, rules};

/// The folder of the libraries that are the ontology.
const FOLDER: &str = "std/ontology/";

/// Files of libraries are none of a design: their numbers begin here.
const LIBRARY_FILES: u32 = 1 << 30;

/// A library of the ontology stands alone.
pub(crate) struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _from: FileId, _spec: &str) -> Result<(FileId, String), String> {
        Err("a library of concepts imports nothing".to_owned())
    }
}

/// What comes with the program.
static STANDARD: LazyLock<Ontology> = LazyLock::new(|| standard().0);

/// The libraries' ontology, and what is wrong with them.
fn standard() -> (Ontology, Vec<Diagnostic>) {
    let (mut ontology, mut found) = (Ontology::default(), Vec::new());
    for (number, (_, text)) in texts().enumerate() {
        let resolved = resolve(FileId(LIBRARY_FILES + number as u32), text, &mut NoFiles);
        found.extend(resolved.diagnostics);
        found.extend(ontology.read(&resolved.entries));
    }
    (ontology, found)
}

/// The libraries: name and text, in the order of their files' numbers.
fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    library::LIBRARIES.iter().filter(|(name, _)| name.starts_with(FOLDER)).copied()
}

/// What a concept of the libraries stands in, by the number of its file.
pub(crate) fn library_of(file: FileId) -> Option<&'static str> {
    library(file).map(|(name, _)| name)
}

/// The same with its text.
pub(crate) fn library(file: FileId) -> Option<(&'static str, &'static str)> {
    texts().nth(file.0.checked_sub(LIBRARY_FILES)? as usize)
}

/// Blocks of a design that add to the ontology; mostly none.
pub(crate) fn own(entries: &[Entry]) -> Vec<Entry> {
    let mut found = Vec::new();
    for entry in entries {
        match entry.kind {
            Some(Kind::Concept | Kind::Group | Kind::Spelling) => found.push(entry.clone()),
            Some(Kind::System) => found.extend(own(entry.children())),
            _ => {}
        }
    }
    found
}

/// What comes with the program, without anything of a design.
pub(crate) fn standard_ontology() -> &'static Ontology {
    &STANDARD
}

/// The ontology with what a design adds to it.
pub(crate) fn with(own: &[Entry]) -> Cow<'static, Ontology> {
    if own.is_empty() {
        return Cow::Borrowed(&STANDARD);
    }
    let mut ontology = STANDARD.clone();
    ontology.read(own);
    Cow::Owned(ontology)
}

/// Where the names of a design are used.
pub(crate) fn scope(system: &System) -> Scope {
    let workload = system.workloads.first().map(symbols::workload);
    let operator = workload.and_then(|workload| {
        let named = workload.get("family").or_else(|| workload.get("operator"));
        Some(named?.as_text()?.to_owned())
    });
    // What the driver calls a device is words, not a literal.
    let has_driver = |h: &Record| h.fields.iter().any(|(key, _)| key == "device_name");
    let is_for_a_gpu = system.hardware.iter().any(has_driver);
    Scope { operator, backend: is_for_a_gpu.then(|| CUTILE.to_owned()) }
}

/// What is wrong with concepts of a design, and with what its operators say of their sizes.
pub(crate) fn problems(design: &Design) -> Vec<Diagnostic> {
    let entries = &design.resolved.entries;
    let (own, mut operators) = (own(entries), Vec::new());
    described_operators(entries, &mut operators);
    if own.is_empty() && operators.is_empty() {
        return Vec::new();
    }
    let mut ontology = STANDARD.clone();
    let mut found = ontology.read(&own);
    if !own.is_empty() {
        let known: Vec<&str> =
            spak_generate::operators::operators().iter().map(|one| one.name).collect();
        found.extend(ontology.problems(&known));
    }
    for operator in operators {
        found.extend(spak_ontology::maps(&ontology, operator).1);
    }
    // A group of the design may bring two names of the libraries together.
    let group = own.iter().find(|entry| entry.kind == Some(Kind::Group)).or(own.first());
    for diagnostic in &mut found {
        if let Some(group) = group.filter(|_| library_of(diagnostic.primary.file).is_some()) {
            // What the design says is what can be changed.
            let own = diagnostic.related.iter_mut().find(|label| library_of(label.file).is_none());
            let place = match own {
                Some(label) => std::mem::replace(
                    label,
                    Label { text: String::new(), ..diagnostic.primary.clone() },
                ),
                None => Label { file: group.file, span: group.head.span, text: String::new() },
            };
            diagnostic.primary = Label { text: diagnostic.primary.text.clone(), ..place };
        }
        let (ours, theirs): (Vec<Label>, Vec<Label>) = std::mem::take(&mut diagnostic.related)
            .into_iter()
            .partition(|label| library_of(label.file).is_none());
        diagnostic.related = ours;
        if let Some(library) = theirs.first().and_then(|label| library_of(label.file)) {
            diagnostic.message.push_str(&format!(" (the other is in {library})"));
        }
    }
    found
}

/// Takes out what is said of names that no dimension has, where they are concepts or spellings of some.
pub(crate) fn forgive(found: &mut Vec<Diagnostic>, design: &Design) {
    let is_unknown = |d: &Diagnostic| d.code == UNKNOWN_NAME;
    if !found.iter().any(is_unknown) {
        return;
    }
    let system = System::of(&design.resolved.entries);
    let (ontology, scope) = (with(&own(&design.resolved.entries)), scope(&system));
    let dimensions = system.dimensions.iter().map(|dimension| dimension.name.clone()).collect();
    found.retain(|diagnostic| {
        let Label { file, span, .. } = &diagnostic.primary;
        let name = span.slice(design.sources.text(*file));
        !is_unknown(diagnostic) || ontology.reached(name, &scope, &dimensions).is_empty()
    });
}

/// Operators that say something of their sizes.
fn described_operators<'e>(entries: &'e [Entry], found: &mut Vec<&'e Entry>) {
    for entry in entries {
        if entry.kind == Some(Kind::Operator) && entry.children().iter().any(|c| c.key() == "maps")
        {
            found.push(entry);
        } else if entry.kind == Some(Kind::System) {
            described_operators(entry.children(), found);
        }
    }
}

#[cfg(test)]
mod tests;
