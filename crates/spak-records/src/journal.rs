//! What loops did to the world: effects, outcomes, and the journal that a stopped loop goes on from.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::append::End;
use crate::file::{self, FileError};
use crate::hash::ContentHash;

/// The format of journals.
pub const FORMAT: &str = "spak.journal";
/// Its version.
pub const VERSION: u32 = 1;
/// A journal is read up to this size, in bytes.
const LARGEST: u64 = 1 << 30;

/// An action on the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Effect {
    /// Runs a program; no shell reads its arguments.
    Run {
        /// The program and its arguments.
        argv: Vec<String>,
        /// Seconds that it may take.
        timeout: Option<u64>,
    },
    /// Writes a file as a whole.
    Write {
        /// Relative to the design's folder.
        path: String,
        /// Its contents.
        text: String,
    },
    /// Reads a file.
    Read {
        /// Relative to the design's folder.
        path: String,
    },
    /// Looks whether a file is there.
    Exists {
        /// Relative to the design's folder.
        path: String,
    },
    /// Asks a model, a program or a person.
    Query {
        /// As what it is asked.
        role: String,
        /// The question.
        prompt: String,
    },
    /// Tells an observation.
    Emit {
        /// Its case.
        case: String,
        /// Its fields.
        fields: BTreeMap<String, String>,
    },
    /// Puts knowledge into a design.
    Integrate {
        /// The design, relative to the folder of the one that says so.
        path: String,
        /// Statements of a `knowledge` block.
        text: String,
    },
}

impl Effect {
    /// The word that policies have for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Run { .. } => "run",
            Self::Write { .. } => "write",
            Self::Read { .. } | Self::Exists { .. } => "read",
            Self::Query { .. } => "query",
            Self::Emit { .. } => "emit",
            Self::Integrate { .. } => "integrate",
        }
    }

    /// What policies match: the command in one line, a path, a role.
    pub fn subject(&self) -> String {
        match self {
            Self::Run { argv, .. } => argv.join(" "),
            Self::Write { path, .. }
            | Self::Read { path }
            | Self::Exists { path }
            | Self::Integrate { path, .. } => path.clone(),
            Self::Query { role, .. } => role.clone(),
            Self::Emit { case, .. } => case.clone(),
        }
    }

    /// Its key: an outcome in a journal is of this effect and no other one.
    pub fn key(&self) -> ContentHash {
        ContentHash::of_text(&serde_json::to_string(self).unwrap_or_default())
    }
}

/// How an effect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It was done.
    Done,
    /// It was done and says that it failed.
    Failed,
    /// It took too long, and was stopped.
    Late,
    /// It was not allowed, and not done.
    Denied,
}

/// What an effect brought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// What it gave: standard output, a file's text, an answer.
    pub text: String,
    /// Why it failed or was denied.
    pub note: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Entry {
    /// The first line.
    Header {
        /// `spak.journal`.
        format: String,
        /// Its version.
        version: u32,
        /// What wrote it.
        tool: String,
        /// The design's file name.
        design: String,
        /// The loop.
        name: String,
        /// The hash of the loop and everything that it calls.
        script: ContentHash,
    },
    /// An effect and its outcome.
    Did {
        /// Where in the program: loop, step, statement.
        at: String,
        /// What.
        effect: Effect,
        /// What came of it.
        outcome: Outcome,
    },
    /// How it ended.
    Ended {
        /// Whether it succeeded.
        fine: bool,
        /// In words.
        how: String,
    },
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has content, but does not begin like a journal; it is left alone.
    #[error("{}: is not a journal of this SPAK", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// Another process has it open.
    #[error("{}: another process runs this loop", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
}

/// A journal that is being written; nobody else can write to it meanwhile.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    end: End<File>,
}

impl Journal {
    /// Opens the journal at `path`, and gives what it has; a torn last line is cut off.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), JournalError> {
        let failed = |doing| move |e| FileError::from_io(path, doing, e);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed("make its folder"))?;
        }
        let opened = OpenOptions::new().create(true).read(true).append(true).open(path);
        let file = opened.map_err(failed("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalError::Locked { path: path.to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(failed("lock")(e).into()),
        }
        let bytes = file::read_bytes(path, LARGEST)?;
        let mut entries = Vec::new();
        let mut length = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.last() != Some(&b'\n') {
                break;
            }
            let entry = serde_json::from_slice(line);
            let entry = entry.map_err(|_| JournalError::NotAJournal { path: path.to_owned() })?;
            entries.push(entry);
            length += line.len() as u64;
        }
        let is_ours = match entries.first() {
            None => true,
            Some(Entry::Header { format, version, .. }) => format == FORMAT && *version <= VERSION,
            Some(_) => false,
        };
        if !is_ours || (entries.is_empty() && !b"{\"type\":\"header\"".starts_with(head(&bytes))) {
            return Err(JournalError::NotAJournal { path: path.to_owned() });
        }
        let mut end = End::at(file, length);
        end.cut().map_err(failed("cut a torn line off"))?;
        Ok((Self { path: path.to_owned(), end }, entries))
    }

    /// Appends a line, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the system said.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let failed = |e| FileError::from_io(&self.path, "append to it", e);
        let mut line = serde_json::to_vec(entry).map_err(std::io::Error::other).map_err(failed)?;
        line.push(b'\n');
        self.end.append(&line, true).map_err(failed)?;
        Ok(())
    }
}

/// As much as every header begins with.
fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..b"{\"type\":\"header\"".len()).unwrap_or(bytes)
}
