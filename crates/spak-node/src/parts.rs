//! The parts of a bundle, unpacked.

use std::path::{Path, PathBuf};

/// A folder with binaries under their hashes.
#[derive(Clone, Debug)]
pub struct Parts {
    folder: PathBuf,
}

impl Parts {
    /// Those in a folder.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The bytes of a part.
    ///
    /// # Errors
    /// It cannot be read; in words.
    pub fn read(&self, part: &str) -> Result<Vec<u8>, String> {
        // A name is a hash: nothing else leads anywhere.
        if part.is_empty() || !part.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(format!("`{part}` is no name of a part"));
        }
        let path = self.folder.join(part);
        std::fs::read(&path).map_err(|error| format!("the part `{part}` cannot be read: {error}"))
    }
}
