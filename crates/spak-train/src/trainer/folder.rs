//! Checkpoints in a folder: at any moment there is a whole one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The name of the last checkpoint.
const LAST: &str = "last.checkpoint";
/// The name of the one before it, for when the last one is broken by something else.
const BEFORE: &str = "before.checkpoint";

/// Where a run keeps its checkpoints.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned() })
    }

    /// The last checkpoint's file.
    #[must_use]
    pub fn last(&self) -> PathBuf {
        self.path.join(LAST)
    }

    /// The file of the one before it.
    #[must_use]
    pub fn before(&self) -> PathBuf {
        self.path.join(BEFORE)
    }

    /// The bytes of the last checkpoint, if there is one.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn read(&self) -> io::Result<Option<Vec<u8>>> {
        for path in [self.last(), self.before()] {
            match std::fs::read(path) {
                Ok(bytes) => return Ok(Some(bytes)),
                // Between two renames only the older one is there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Puts a checkpoint in the place of the last one, which becomes the one before it.
    ///
    /// The bytes are on the disk before the name is, so that a process or a machine that dies in between leaves the
    /// last whole one.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written to.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        match std::fs::rename(self.last(), self.before()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        file.persist(self.last()).map_err(|error| error.error)?;
        std::fs::File::open(&self.path)?.sync_all()
    }
}
