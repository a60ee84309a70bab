//! What loops did to the world: effects, outcomes, and the journal that a stopped loop goes on from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file::FileError;
use crate::hash::ContentHash;
use crate::lines::{Lines, OpenError, is_begun};

/// The format of journals.
pub const FORMAT: &str = "spak.journal";
/// Its version.
pub const VERSION: u32 = 1;
/// How every one begins.
const START: &[u8] = b"{\"type\":\"header\",";
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
pub struct Journal(Lines);

impl Journal {
    /// Opens the journal at `path`, and gives what it has; a torn last line is cut off.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), JournalError> {
        let (mut lines, bytes) = Lines::open(path, LARGEST).map_err(|error| match error {
            OpenError::File(error) => JournalError::File(error),
            OpenError::Locked => JournalError::Locked { path: path.to_owned() },
        })?;
        let not_one = || JournalError::NotAJournal { path: path.to_owned() };
        let (mut entries, mut length) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.last() != Some(&b'\n') {
                break;
            }
            entries.push(serde_json::from_slice(line).map_err(|_| not_one())?);
            length += line.len() as u64;
        }
        let is_ours = match entries.first() {
            None => is_begun(&bytes, START),
            Some(Entry::Header { format, version, .. }) => format == FORMAT && *version <= VERSION,
            Some(_) => false,
        };
        if !is_ours {
            return Err(not_one());
        }
        lines.begin_at(length)?;
        Ok((Self(lines), entries))
    }

    /// Appends a line, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the system said.
    pub fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        Ok(self.0.append(entry)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_was_cut_anywhere_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/journal.jsonl");
        let header = Entry::Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            tool: "t".to_owned(),
            design: "d.dsl".to_owned(),
            name: "L".to_owned(),
            script: ContentHash::of_text("x"),
        };
        let did = Entry::Did {
            at: "L/1".to_owned(),
            effect: Effect::Run { argv: vec!["a".to_owned()], timeout: None },
            outcome: Outcome {
                status: Status::Done,
                text: "\u{0}\n".to_owned(),
                note: String::new(),
                seconds: 0.1,
            },
        };
        let (mut journal, _) = Journal::open(&path).unwrap();
        journal.append(&header).unwrap();
        journal.append(&did).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::Locked { .. })));
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let Ok((mut journal, before)) = Journal::open(&path) else {
                panic!("cut after {length} bytes");
            };
            journal.append(&did).unwrap();
            drop(journal);
            if !before.is_empty() {
                assert_eq!(Journal::open(&path).unwrap().1.len(), before.len() + 1);
            }
        }
        for other in ["hello\n", "{\"type\":\"ended\",\"fine\":true,\"how\":\"\"}\n", "x"] {
            std::fs::write(&path, other).unwrap();
            assert!(Journal::open(&path).is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
        }
    }
}
