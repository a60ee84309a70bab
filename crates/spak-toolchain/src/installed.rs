//! A toolchain that is there.

use std::path::{Path, PathBuf};

use spak_records::compiling::InstalledToolchain;

use crate::error::{ToolchainError, at};
use crate::folder::Cache;
use crate::pins::Pins;

/// The file that is written last: what has it is whole.
pub(crate) const RECORD: &str = "spak-toolchain.json";

/// A toolchain that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its folder.
    pub folder: PathBuf,
    /// What is in it.
    pub record: InstalledToolchain,
}

/// Whether a toolchain is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    Whole(Installed),
    /// Something is, with what is wrong with it.
    Broken(PathBuf, String),
    /// It is not.
    Absent,
}

/// Looks for a toolchain.
///
/// # Errors
/// A folder that cannot be read.
pub fn state(pins: &Pins, cache: &Cache) -> Result<State, ToolchainError> {
    let folder = cache.toolchains().join(pins.folder());
    if !folder.try_exists().map_err(at(&folder))? {
        return Ok(State::Absent);
    }
    let file = folder.join(RECORD);
    let broken = |why: String| Ok(State::Broken(folder.clone(), why));
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return broken(format!("`{RECORD}` cannot be read: {error}")),
    };
    let record: InstalledToolchain = match serde_json::from_str(&text) {
        Ok(record) => record,
        Err(error) => return broken(format!("`{RECORD}` cannot be read: {error}")),
    };
    if record.requirements != pins.hash() {
        return broken("it was made from other requirements".to_owned());
    }
    let installed = Installed { folder: folder.clone(), record };
    for needed in [installed.python(), installed.tools()] {
        if !needed.exists() {
            return broken(format!("`{}` is missing", needed.display()));
        }
    }
    Ok(State::Whole(installed))
}

impl Installed {
    /// The toolchain, if it is there and whole.
    ///
    /// # Errors
    /// It is not.
    pub fn of(pins: &'static Pins, cache: &Cache) -> Result<Self, ToolchainError> {
        match state(pins, cache)? {
            State::Whole(installed) => Ok(installed),
            State::Broken(path, reason) => {
                Err(ToolchainError::NotWhole { name: pins.name, path, reason })
            }
            State::Absent => Err(ToolchainError::Missing(pins.name)),
        }
    }

    /// Its Python.
    pub fn python(&self) -> PathBuf {
        python_of(&self.folder)
    }

    /// The folder of the CUDA tools that came with it: a compiler of another CUDA that happens to be on the machine is not
    /// asked.
    pub fn tools(&self) -> PathBuf {
        tools_of(&self.folder, &self.record.python)
    }

    /// Tells what this toolchain makes from what others make.
    pub fn identity(&self) -> &str {
        &self.record.requirements
    }
}

pub(crate) fn python_of(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// Where the packages of a Python with this version, `3.12.4`, are.
fn tools_of(folder: &Path, version: &str) -> PathBuf {
    let minor: Vec<&str> = version.split('.').take(2).collect();
    folder.join(format!("lib/python{}/site-packages/nvidia/cu13", minor.join(".")))
}

#[cfg(test)]
mod tests {
    use super::{Installed, RECORD, State, state};
    use crate::error::ToolchainError;
    use crate::folder::Cache;
    use crate::pins::CUTILE;

    #[test]
    fn what_is_not_whole_is_said_and_not_used() -> Result<(), Box<dyn std::error::Error>> {
        let root = tempfile::tempdir()?;
        let cache = Cache::at(root.path());
        assert_eq!(state(&CUTILE, &cache)?, State::Absent);
        let missing = Installed::of(&CUTILE, &cache);
        assert!(matches!(missing, Err(ToolchainError::Missing("cutile"))));
        let folder = cache.toolchains().join(CUTILE.folder());
        std::fs::create_dir_all(&folder)?;
        let record = |requirements: &str| {
            format!(
                r#"{{"name":"cutile","version":"1","python":"3.12.1","packages":{{}},"requirements":"{requirements}"}}"#
            )
        };
        let texts =
            [None, Some("{".to_owned()), Some(record("other")), Some(record(&CUTILE.hash()))];
        let reasons = ["cannot be read", "cannot be read", "other requirements", "is missing"];
        for (text, reason) in texts.into_iter().zip(reasons) {
            if let Some(text) = text {
                std::fs::write(folder.join(RECORD), text)?;
            }
            let said = Installed::of(&CUTILE, &cache).map_err(|error| error.to_string());
            assert!(said.as_ref().is_err_and(|said| said.contains(reason)), "{said:?}");
            assert!(said.is_err_and(|said| said.contains("--force")));
        }
        Ok(())
    }
}
