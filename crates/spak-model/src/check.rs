//! What is wrong with a resolved design. Broken text was reported before; here it is about meaning.

mod names;
mod references;
mod satisfy;
mod scope;
mod spaces;
mod structure;

use spak_syntax::Diagnostic;

use crate::entry::Entry;
use crate::system::System;

/// Everything wrong with `entries`, which were read from `text` and what it imports; by place.
pub fn check(entries: &[Entry], text: &str) -> Vec<Diagnostic> {
    let system = System::of(entries);
    let mut found = Vec::new();
    structure::check(entries, text, &mut found);
    spaces::check(&system, &mut found);
    references::check(entries, &system, &mut found);
    names::check(entries, &system, &mut found);
    satisfy::check(&system, &mut found);
    found.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
    found.dedup();
    found
}
