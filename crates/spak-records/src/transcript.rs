//! What was asked of whom and what was answered: requests, answers, and a transcript of them on disk.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file::{self, FileError};
use crate::hash::ContentHash;
use crate::lines::{Lines, OpenError, is_begun};

/// The format of transcripts.
pub const FORMAT: &str = "spak.transcript";
/// Its version.
pub const VERSION: u32 = 1;
/// How every one begins.
const START: &[u8] = b"{\"type\":\"header\",";
/// A transcript is read up to this size, in bytes.
const LARGEST: u64 = 256 << 20;

/// Who is asked: what they may change differs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Changes designs, never kernels.
    Architect,
    /// Writes kernels, never designs.
    KernelEngineer,
}

impl Role {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Architect => "architect",
            Self::KernelEngineer => "kernel-engineer",
        }
    }
}

/// Who said something in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// SPAK.
    User,
    /// What answers.
    Assistant,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Message {
    /// Who said it.
    pub by: Speaker,
    /// What.
    pub text: String,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Request {
    /// In which role.
    pub role: Role,
    /// The name and version of the prompt that it was made by.
    pub prompt: String,
    /// What holds for the whole conversation.
    pub system: String,
    /// The conversation so far; the last turn is the question.
    pub messages: Vec<Message>,
    /// Tokens that an answer may have.
    pub max_tokens: u32,
}

impl Request {
    /// Its key: the same for the same question, whoever is asked, and however much may be answered.
    pub fn key(&self) -> ContentHash {
        let mut parts: Vec<&[u8]> = vec![
            b"request-v1",
            self.role.name().as_bytes(),
            self.prompt.as_bytes(),
            self.system.as_bytes(),
        ];
        for message in &self.messages {
            let by: &[u8] = match message.by {
                Speaker::User => b"user",
                Speaker::Assistant => b"assistant",
            };
            parts.extend([by, message.text.as_bytes()]);
        }
        ContentHash::of_parts(parts)
    }

    /// Characters of everything that is said.
    pub fn characters(&self) -> usize {
        let messages = self.messages.iter().map(|message| message.text.chars().count());
        self.system.chars().count() + messages.sum::<usize>()
    }
}

/// Tokens that a provider counted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Usage {
    /// Of what was asked.
    pub input: u64,
    /// Of what was answered.
    pub output: u64,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Answer {
    /// All of it.
    pub text: String,
    /// Who: the model as its provider calls itself, or as a person signed.
    pub model: String,
    /// Through what: `openai`, `anthropic`, `gemini`, `command`, `hand-off`.
    pub provider: String,
    /// Why it ended, in the provider's word.
    pub stop: Option<String>,
    /// Tokens, where they were told.
    pub usage: Option<Usage>,
    /// Time from the question to the end of the answer, in seconds.
    pub seconds: f64,
}

/// One line of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Entry {
    /// The first line.
    Header {
        /// `spak.transcript`.
        format: String,
        /// Its version.
        version: u32,
        /// What wrote it.
        tool: String,
        /// What the whole is about, in words.
        about: String,
    },
    /// A question.
    Asked {
        /// Its key.
        key: ContentHash,
        /// All of it.
        request: Request,
    },
    /// Its answer.
    Answered {
        /// Of which question.
        key: ContentHash,
        /// All of it.
        answer: Answer,
    },
    /// It was not answered.
    Failed {
        /// Of which question.
        key: ContentHash,
        /// Why.
        why: String,
    },
    /// What became of an answer.
    Judged {
        /// Of which question.
        key: ContentHash,
        /// Whether all of it was taken.
        passed: bool,
        /// What was taken, in words.
        taken: Vec<String>,
        /// What was not, each with its reason.
        refused: Vec<String>,
        /// What whoever answered is told of it, when there is a next round.
        feedback: String,
    },
    /// How it ended.
    Ended {
        /// In words: what passed, or which limit ended it.
        how: String,
    },
}

/// A transcript that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    /// Its lines, without the header.
    pub entries: Vec<Entry>,
    /// What it is about.
    pub about: String,
    /// What it was written by.
    pub tool: String,
    /// Lines that could not be read, by number from 1.
    pub broken: Vec<u64>,
    /// Whether its last line was torn off.
    pub torn: bool,
}

impl Transcript {
    /// The answer that was recorded for a question.
    pub fn answer(&self, wanted: &ContentHash) -> Option<&Answer> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Answered { key, answer } if key == wanted => Some(answer),
            _ => None,
        })
    }
}

/// Why a transcript cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has content, but does not begin like a transcript; it is left alone.
    #[error("{}: is not a transcript: its first line is not a {FORMAT} header", path.display())]
    NotATranscript {
        /// The file.
        path: PathBuf,
    },
    /// A newer SPAK wrote it.
    #[error("{}: this is {FORMAT} version {found}, and this SPAK reads up to version {VERSION}", path.display())]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// Another process has it open.
    #[error("{}: another process is writing to this transcript", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
}

/// The transcript at `path`.
///
/// # Errors
/// [`TranscriptError`]: it cannot be read, or is none.
pub fn read(path: &Path) -> Result<Transcript, TranscriptError> {
    let bytes = file::read_bytes(path, LARGEST)?;
    Ok(decode(path, &bytes)?.0)
}

/// The transcript in `bytes`, and how many of them are whole lines.
fn decode(path: &Path, bytes: &[u8]) -> Result<(Transcript, u64), TranscriptError> {
    let mut transcript = Transcript::default();
    let mut whole = 0_u64;
    let mut lines = (1_u64..).zip(bytes.split_inclusive(|byte| *byte == b'\n'));
    let not_one = || TranscriptError::NotATranscript { path: path.to_owned() };
    let (_, first) = lines.next().ok_or_else(not_one)?;
    if first.last() != Some(&b'\n') {
        return Err(not_one());
    }
    match serde_json::from_slice(first) {
        Ok(Entry::Header { format, version, tool, about }) if format == FORMAT => {
            if version > VERSION {
                return Err(TranscriptError::NewerVersion {
                    path: path.to_owned(),
                    found: version,
                });
            }
            (transcript.about, transcript.tool) = (about, tool);
        }
        _ => return Err(not_one()),
    }
    whole += first.len() as u64;
    for (number, line) in lines {
        // A process that was killed leaves half a line.
        if line.last() != Some(&b'\n') {
            transcript.torn = true;
            break;
        }
        whole += line.len() as u64;
        match serde_json::from_slice(line) {
            Ok(entry) => transcript.entries.push(entry),
            Err(_) => transcript.broken.push(number),
        }
    }
    Ok((transcript, whole))
}

/// A transcript that is being written; nobody else can write to it meanwhile.
#[derive(Debug)]
pub struct Recorder(Lines);

impl Recorder {
    /// Opens the transcript at `path` or begins one, and says what it has already; a torn end is cut off.
    ///
    /// # Errors
    /// [`TranscriptError`]: it cannot be written, is none, or somebody else writes to it.
    pub fn open(path: &Path, about: &str) -> Result<(Self, Transcript), TranscriptError> {
        let (mut lines, bytes) = Lines::open(path, LARGEST).map_err(|error| match error {
            OpenError::File(error) => TranscriptError::File(error),
            OpenError::Locked => TranscriptError::Locked { path: path.to_owned() },
        })?;
        let (transcript, length) = match is_begun(&bytes, START) {
            true => (Transcript::default(), 0),
            false => decode(path, &bytes)?,
        };
        lines.begin_at(length)?;
        let mut recorder = Self(lines);
        if length == 0 {
            recorder.append(&Entry::Header {
                format: FORMAT.to_owned(),
                version: VERSION,
                tool: format!("spak {}", env!("CARGO_PKG_VERSION")),
                about: about.to_owned(),
            })?;
        }
        Ok((recorder, transcript))
    }

    /// Appends a line, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the system said.
    pub fn append(&mut self, entry: &Entry) -> Result<(), TranscriptError> {
        Ok(self.0.append(entry)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        Request {
            role: Role::Architect,
            prompt: "test 1".to_owned(),
            system: "be brief".to_owned(),
            messages: vec![Message { by: Speaker::User, text: text.to_owned() }],
            max_tokens: 100,
        }
    }

    fn answer(text: &str) -> Answer {
        Answer {
            text: text.to_owned(),
            model: "m".to_owned(),
            provider: "openai".to_owned(),
            stop: None,
            usage: Some(Usage { input: 3, output: 4 }),
            seconds: 0.5,
        }
    }

    #[test]
    fn keys_follow_everything_that_is_said() {
        let one = request("a");
        let mut two = one.clone();
        assert_eq!(one.key(), two.key());
        two.messages.push(Message { by: Speaker::Assistant, text: String::new() });
        assert_ne!(one.key(), two.key());
        let mut three = one.clone();
        three.role = Role::KernelEngineer;
        assert_ne!(one.key(), three.key());
        assert_ne!(request("b").key(), one.key());
    }

    #[test]
    fn what_is_written_is_read_and_a_torn_end_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/t.jsonl");
        let asked = request("a \u{1F9D0}\n\u{0}");
        let lines = [
            Entry::Asked { key: asked.key(), request: asked.clone() },
            Entry::Answered { key: asked.key(), answer: answer("x") },
        ];
        let (mut recorder, before) = Recorder::open(&path, "a test").unwrap();
        assert_eq!(before, Transcript::default());
        for line in &lines {
            recorder.append(line).unwrap();
        }
        assert!(matches!(Recorder::open(&path, "a test"), Err(TranscriptError::Locked { .. })));
        drop(recorder);
        let whole = std::fs::read(&path).unwrap();
        // Wherever it was cut, what is whole is read, and the next line does not stick to half a line.
        let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in (0..header - 1).chain(header..whole.len()) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (mut recorder, before) = Recorder::open(&path, "a test").unwrap();
            recorder.append(&Entry::Ended { how: "well".to_owned() }).unwrap();
            drop(recorder);
            let after = read(&path).unwrap();
            assert_eq!(after.entries.len(), before.entries.len() + 1, "{length}");
            assert!(!after.torn && after.broken.is_empty());
        }
        std::fs::write(&path, &whole).unwrap();
        let read = read(&path).unwrap();
        assert_eq!(read.entries, lines);
        assert_eq!(read.answer(&asked.key()), Some(&answer("x")));
    }

    #[test]
    fn other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        for text in ["hello\n", "{\"type\":\"ended\",\"how\":\"x\"}\n", "no end"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(read(&path), Err(TranscriptError::NotATranscript { .. })));
            assert!(Recorder::open(&path, "").is_err());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        let newer = "{\"type\":\"header\",\"format\":\"spak.transcript\",\"version\":2,\"tool\":\"x\",\"about\":\"\"}\n";
        std::fs::write(&path, newer).unwrap();
        assert!(matches!(read(&path), Err(TranscriptError::NewerVersion { found: 2, .. })));
    }
}
