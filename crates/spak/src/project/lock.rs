//! The lock file: which content of imported files designs were made with.
//!
//! One file beside the designs of a folder; each design adds its own pins and leaves those of the others.

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};
use spak_model::codes::LOCK_MISMATCH;
use spak_records::file::FileError;
use spak_records::report::{Lock, LockedImport};
use spak_syntax::{Diagnostic, FileId};

use super::{Design, Sources};

/// Name of the lock file.
const LOCK_NAME: &str = "spak.lock";

/// Name and newest version of its format.
const FORMAT: (&str, u32) = ("spak.lock", 1);

/// The lock file that belongs to a design: beside it.
pub(crate) fn lock_path(design: &Path) -> PathBuf {
    design.with_file_name(LOCK_NAME)
}

/// What lies where a lock file should is none.
#[derive(Debug)]
pub(crate) struct NotALock(PathBuf);

impl std::fmt::Display for NotALock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "`{}` is not a lock file; remove it, or write it anew with `spak lock`",
            self.0.display()
        )
    }
}

impl std::error::Error for NotALock {}

/// What every version of the file has.
#[derive(serde::Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The lock file at `path`, if there is one.
///
/// # Errors
/// When it cannot be read, is none, or a newer SPAK wrote it.
pub(crate) fn read_lock(path: &Path) -> Result<Option<Lock>> {
    let broken = || anyhow::Error::new(NotALock(path.to_owned()));
    let text = match spak_records::file::read_text(path, 16 << 20) {
        Ok(text) => text,
        Err(FileError::Missing { .. }) => return Ok(None),
        Err(FileError::NotText { .. } | FileError::TooLarge { .. }) => return Err(broken()),
        Err(e) => return Err(e.into()),
    };
    let head: Head = serde_json::from_str(&text).map_err(|_| broken())?;
    if head.format != FORMAT.0 {
        return Err(broken());
    }
    if head.version > FORMAT.1 {
        let (shown, found, known) = (path.display(), head.version, FORMAT.1);
        bail!(
            "`{shown}` has version {found}, and this SPAK reads up to version {known}; use a newer SPAK, or remove it"
        );
    }
    serde_json::from_str(&text).map(Some).map_err(|_| broken())
}

/// `old` with what `design` imports, and the pins of `design` alone.
pub(crate) fn add_pins(old: Option<&Lock>, design: &Design) -> (Lock, Vec<LockedImport>) {
    let pin = |i: &spak_model::resolve::Import| LockedImport {
        path: locked_path(&design.sources, i.file),
        hash: i.hash.clone(),
    };
    let mut own: Vec<LockedImport> = design.resolved.imports.iter().map(pin).collect();
    own.sort_by(|a, b| a.path.cmp(&b.path));
    own.dedup();
    let others = old.map(|lock| lock.imports.as_slice()).unwrap_or_default();
    let others = others.iter().filter(|o| own.iter().all(|i| i.path != o.path));
    let mut imports: Vec<LockedImport> = others.chain(&own).cloned().collect();
    imports.sort_by(|a, b| a.path.cmp(&b.path));
    (Lock { format: FORMAT.0.to_owned(), version: FORMAT.1, imports }, own)
}

/// The path of an imported file relative to the design's folder; a library has its name.
fn locked_path(sources: &Sources, file: FileId) -> String {
    let Some(file) = sources.get(file) else { return String::new() };
    let folder = sources.get(FileId(0)).and_then(|f| f.path.parent());
    let relative = match folder {
        Some(folder) if file.path.is_absolute() => relative(folder, &file.path),
        _ => file.path.clone(),
    };
    relative.to_string_lossy().into_owned()
}

/// How `path` is reached from `folder`; both are absolute.
pub(super) fn relative(folder: &Path, path: &Path) -> PathBuf {
    let shared = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(path.components().skip(shared)).collect()
}

/// What differs from the pins.
pub(super) fn compare(design: &Design, lock: &Lock) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for import in &design.resolved.imports {
        let path = locked_path(&design.sources, import.file);
        let Some(pinned) = lock.imports.iter().find(|l| l.path == path) else { continue };
        if pinned.hash != import.hash {
            let (file, span) = import.place;
            out.push(
                Diagnostic::error(
                    LOCK_MISMATCH,
                    span,
                    format!("`{path}` is not the file that `{LOCK_NAME}` pins"),
                )
                .because(format!("it was {} and is {}", pinned.hash, import.hash))
                .repair("look at what changed with `spak diff`, then pin it with `spak lock`")
                .in_file(file),
            );
        }
    }
    out
}
