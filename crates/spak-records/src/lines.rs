//! A file of whole lines that one process appends to: locked, a torn end cut off, each line on the disk before the next.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::append::End;
use crate::file::{self, FileError};

/// Why such a file cannot be opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    File(FileError),
    /// Another process has it open.
    Locked,
}

impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

/// A file of lines, open for appending.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    end: End<File>,
}

impl Lines {
    /// Opens the file at `path` or makes it, and gives its bytes, up to `largest`. Nothing is cut off yet: what is no file of ours
    /// stays as it is until [`Lines::begin_at`].
    pub(crate) fn open(path: &Path, largest: u64) -> Result<(Self, Vec<u8>), OpenError> {
        let failed = |doing| move |e| FileError::from_io(path, doing, e);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed("make its folder"))?;
        }
        let opened = OpenOptions::new().create(true).read(true).append(true).open(path);
        let file = opened.map_err(failed("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Locked),
            Err(TryLockError::Error(e)) => return Err(failed("lock")(e).into()),
        }
        let bytes = file::read_bytes(path, largest)?;
        Ok((Self { path: path.to_owned(), end: End::at(file, bytes.len() as u64) }, bytes))
    }

    /// Cuts off what lies beyond the first `length` bytes, where the last whole line ends.
    pub(crate) fn begin_at(&mut self, length: u64) -> Result<(), FileError> {
        self.end
            .shorten(length)
            .map_err(|e| FileError::from_io(&self.path, "cut a torn line off", e))
    }

    /// Appends a line, and waits until it is on the disk.
    pub(crate) fn append(&mut self, entry: &impl Serialize) -> Result<(), FileError> {
        let failed = |e| FileError::from_io(&self.path, "append to it", e);
        let mut line = serde_json::to_vec(entry).map_err(std::io::Error::other).map_err(failed)?;
        line.push(b'\n');
        self.end.append(&line, true).map_err(failed)
    }
}

/// Whether `bytes` are a part of `start`: of a process that was killed at once there is a part of the first line, or nothing.
pub(crate) fn is_begun(bytes: &[u8], start: &[u8]) -> bool {
    let head = bytes.get(..start.len()).unwrap_or(bytes);
    !bytes.contains(&b'\n') && start.starts_with(head)
}
