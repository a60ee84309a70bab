//! What is wrong with a resolved design. Broken text was reported before; here it is about meaning.

mod names;
mod references;
mod satisfy;
mod scope;
mod spaces;
mod structure;
mod types;
mod words;

use spak_syntax::Diagnostic;

use crate::entry::Entry;
use crate::system::System;
use crate::vocabulary::Kind;

/// A file with more systems than this is looked at as one design.
const MAX_SYSTEMS: usize = 32;

/// Everything wrong with `entries`, which were read from `text` and what it imports; by place.
pub fn check(entries: &[Entry], text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    structure::check(entries, text, &mut found);
    types::check(entries, &mut found);
    let is_system = |e: &&Entry| e.kind == Some(Kind::System);
    let count = entries.iter().filter(is_system).count();
    if (2..=MAX_SYSTEMS).contains(&count) {
        // Each is a design of its own, together with what stands beside them.
        for system in entries.iter().filter(is_system) {
            let others = entries.iter().filter(|e| !is_system(e));
            let own: Vec<Entry> = std::iter::once(system).chain(others).cloned().collect();
            design(&own, &mut found);
        }
    } else {
        design(entries, &mut found);
    }
    found.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
    // What is wrong wherever it is evaluated needs no config that shows it.
    found.dedup_by(|later, first| {
        let place = |d: &Diagnostic| (d.primary.file, d.primary.span, d.code);
        place(later) == place(first) && later.message.starts_with(&first.message)
    });
    found
}

fn design(entries: &[Entry], found: &mut Vec<Diagnostic>) {
    let system = System::of(entries);
    spaces::check(&system, found);
    references::check(entries, &system, found);
    names::check(entries, &system, found);
    words::check(entries, &system, found);
    satisfy::check(&system, found);
}
