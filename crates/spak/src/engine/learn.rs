//! Learn: trials to facts and rules, and these into the design.

use std::path::Path;

use anyhow::{Context as _, Result};
use spak_knowledge::{Context, Edited, Learned, WriteError, write_back};
use spak_records::{ContentHash, Trial, file};

use crate::engine::paths::Paths;

/// What was learnt, and how the design changed.
pub(crate) struct Learnt {
    /// The change as a unified diff; empty when nothing new was learnt.
    pub(crate) diff: String,
    /// Names of facts and rules that are new, that have new figures, and that stand as they were.
    pub(crate) added: Vec<String>,
    pub(crate) replaced: Vec<String>,
    pub(crate) unchanged: Vec<String>,
    /// Those that no longer hold and were taken out.
    pub(crate) removed: Vec<String>,
    /// Scopes that the design knows from more trials, with both numbers.
    pub(crate) known_better: Vec<(String, u64, u64)>,
    /// Whether the file was changed.
    pub(crate) written: bool,
}

/// Writes what was learnt into the design at `design`; without `paths` the edit is only shown.
///
/// # Errors
/// When the design cannot be read or written, or an edit of it would not be readable.
pub(crate) fn write_into(
    design: &Path,
    learned: &Learned,
    paths: Option<&Paths>,
) -> Result<Learnt> {
    let before = file::read_text(design, 16 << 20)?;
    write(design, &before, learned, paths)
}

/// Writes what holds for all designs on a machine into a library, which is made if there is none; nothing if `trials` say nothing
/// of that kind. Without `paths`, those of the library, the edit is only shown.
///
/// # Errors
/// As [`learn`].
pub(crate) fn share(
    library: &Path,
    trials: &[Trial],
    context: &Context,
    paths: Option<&Paths>,
) -> Result<Option<Learnt>> {
    let learned = spak_knowledge::learn_of_machine(trials, context);
    if learned.facts.is_empty() {
        return Ok(None);
    }
    let before = match library.exists() {
        true => file::read_text(library, 16 << 20)?,
        false => "// What was learnt of machines, for all designs; `spak learn --library` writes it.\nsystem Knowledge {\n}\n".to_owned(),
    };
    write(library, &before, &learned, paths).map(Some)
}

fn write(path: &Path, before: &str, learned: &Learned, paths: Option<&Paths>) -> Result<Learnt> {
    let edited = write_back(before, learned).map_err(|e: WriteError| anyhow::anyhow!("{e}"))?;
    replaced(path, before, edited, paths)
}

/// An edit of the text that is at `path`, shown and, with `paths`, written; the text of before is kept there.
///
/// # Errors
/// When something cannot be written.
pub(crate) fn replaced(
    path: &Path,
    before: &str,
    edited: Edited,
    paths: Option<&Paths>,
) -> Result<Learnt> {
    let shown = path.display();
    let changed = edited.text != before;
    if let Some(paths) = paths.filter(|_| changed) {
        // What a person wrote is never lost, whatever is wrong with the edit.
        let kept = paths.earlier.join(format!("{}.dsl", ContentHash::of_text(before).short()));
        file::make_folder(&paths.earlier)?;
        file::replace(&kept, before.as_bytes())?;
        file::replace(path, edited.text.as_bytes())
            .with_context(|| format!("cannot write `{shown}`"))?;
    }
    let diff = similar::TextDiff::from_lines(before, &edited.text);
    let diff = diff
        .unified_diff()
        .context_radius(2)
        .header(&format!("{shown} (before)"), &format!("{shown}"))
        .to_string();
    Ok(Learnt {
        diff: if changed { diff } else { String::new() },
        added: edited.added,
        replaced: edited.replaced,
        unchanged: edited.unchanged,
        removed: edited.removed,
        known_better: edited.known_better,
        written: changed && paths.is_some(),
    })
}
