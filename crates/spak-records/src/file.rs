//! Reading and replacing whole files so that a reader sees the old text or the new one, never half of either.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Nothing lies at the path.
    #[error("{}: there is no such file", path.display())]
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// A folder, device or pipe lies at the path.
    #[error("{}: is not a plain file", path.display())]
    NotAFile {
        /// The path asked for.
        path: PathBuf,
    },
    /// The file, its folder or the whole file system may not be changed.
    #[error("{}: cannot be written: {why}", path.display())]
    NotWritable {
        /// The path that refused.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The disk or the quota is used up.
    #[error("{}: cannot be written: the disk is full", path.display())]
    Full {
        /// The path that was being written.
        path: PathBuf,
    },
    /// The file is larger than the caller is willing to hold.
    #[error("{}: holds {size} bytes, more than the {limit} that are read", path.display())]
    TooLarge {
        /// The path asked for.
        path: PathBuf,
        /// Its size in bytes, as far as it was looked at.
        size: u64,
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// The file is not text.
    #[error("{}: is not UTF-8 text from byte {offset} on", path.display())]
    NotText {
        /// The path asked for.
        path: PathBuf,
        /// Where the first wrong byte is.
        offset: usize,
    },
    /// Anything else the system refused.
    #[error("{}: cannot {doing}", path.display())]
    Io {
        /// The path concerned.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl FileError {
    /// The error for what the system said while `doing` something with `path`.
    pub fn from_io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound if doing == "read" => Self::Missing { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                if doing != "read" =>
            {
                Self::NotWritable { path, why: source.to_string() }
            }
            _ => Self::Io { path, doing, source },
        }
    }
}

/// All bytes of the plain file at `path`.
///
/// # Errors
/// [`FileError::Missing`], [`FileError::NotAFile`], [`FileError::TooLarge`] beyond `limit` bytes, or what the system said.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let failed = |e| FileError::from_io(path, "read", e);
    // The kind is looked at before the file is opened: opening a pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    let too_large = |size| FileError::TooLarge { path: path.to_owned(), size, limit };
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    // A file may grow between the two looks.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 {
        size if size > limit => Err(too_large(size)),
        _ => Ok(bytes),
    }
}

/// The text of the plain file at `path`.
///
/// # Errors
/// As [`read_bytes`], and [`FileError::NotText`] with the place of the first byte that is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|e| FileError::NotText {
        path: path.to_owned(),
        offset: e.utf8_error().valid_up_to(),
    })
}

/// Makes the folder at `path` and those above it.
///
/// # Errors
/// [`FileError::NotWritable`], [`FileError::Full`] or what the system said.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|e| FileError::from_io(path, "make the folder", e))
}

/// Puts `bytes` at `path`, all or nothing, and durable when it returns.
///
/// The bytes are written to a temporary file in the same folder, which then takes the name.
/// A link is followed, the permissions of a replaced file are kept, and a file marked read-only is refused.
///
/// # Errors
/// [`FileError::NotWritable`], [`FileError::Full`] or what the system said; the old file is then untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = match fs::metadata(&target) {
        Ok(metadata) if !metadata.is_file() => {
            return Err(FileError::NotAFile { path: path.to_owned() });
        }
        Ok(metadata) if metadata.permissions().readonly() => {
            let why = "the file is marked read-only".to_owned();
            return Err(FileError::NotWritable { path: path.to_owned(), why });
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(_) => None,
    };
    let folder = folder_of(&target);
    let temporary = temporary_beside(&target);
    let written = write_new(&temporary, bytes, permissions)
        .and_then(|()| fs::rename(&temporary, &target))
        .map_err(|e| FileError::from_io(path, "write", e));
    if written.is_err() {
        // What is left of the attempt is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(&folder).map_err(|e| FileError::from_io(&folder, "make the new name durable in", e))
}

/// The folder that holds `path`.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes new and renamed names in `folder` survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems have no such operation on folders.
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        other => other,
    }
}

fn temporary_beside(target: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{count}.tmp", std::process::id()));
    folder_of(target).join(name)
}

fn write_new(
    temporary: &Path,
    bytes: &[u8],
    permissions: Option<fs::Permissions>,
) -> io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).open(temporary);
    let mut file = match create() {
        // Left by a killed process that had the same number.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(temporary)?;
            create()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
