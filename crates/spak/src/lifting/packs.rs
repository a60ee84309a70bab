//! The packs of patterns: those that come with the program, and those of the user, read the same way.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use spak_lift::Pack;
use spak_syntax::{FileId, Severity};

use crate::output;
use crate::project::Sources;
use crate::verbs::library::LIBRARIES;

/// The folder of the libraries that are packs.
const FOLDER: &str = "std/lift/";

/// Whether a library is a pack; folders within have the examples of packs.
pub(crate) fn is_pack(name: &str) -> bool {
    name.strip_prefix(FOLDER).is_some_and(|rest| !rest.contains('/'))
}

/// Packs, and the texts that they were read from.
#[derive(Default)]
pub(crate) struct Packs {
    pub(crate) packs: Vec<Pack>,
    pub(crate) sources: Sources,
}

impl Packs {
    /// The packs of the program and these files.
    ///
    /// # Errors
    /// When a file cannot be read or has an error; what is wrong is printed.
    pub(crate) fn read(files: &[PathBuf]) -> Result<Self> {
        let mut packs = Self::default();
        for (name, _) in LIBRARIES.iter().filter(|(name, _)| is_pack(name)) {
            let loaded = spak_model::Files::load(&mut packs.sources, FileId(0), name);
            let (file, text) = loaded.map_err(anyhow::Error::msg)?;
            packs.add(file, &text, name)?;
        }
        for path in files {
            let shown = path.to_string_lossy().into_owned();
            let file = packs.sources.read(Path::new(path), &shown)?;
            let text = packs.sources.text(file).to_owned();
            packs.add(file, &text, &shown)?;
        }
        Ok(packs)
    }

    fn add(&mut self, file: FileId, text: &str, shown: &str) -> Result<()> {
        let resolved = spak_model::resolve(file, text, &mut self.sources);
        let (pack, mut found) = Pack::load(&resolved.entries);
        found.extend(resolved.diagnostics);
        let broken = found.iter().any(|one| one.severity == Severity::Error);
        if !found.is_empty() {
            output::rendered(&output::diagnostics::render(&self.sources, &found, false));
        }
        if broken {
            bail!("the patterns of `{shown}` have errors");
        }
        // A pack of the user's replaces one that has its name.
        self.packs.retain(|known| known.name != pack.name);
        self.packs.push(pack);
        Ok(())
    }
}
