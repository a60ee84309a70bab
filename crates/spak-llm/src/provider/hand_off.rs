//! The prompt as a file, and the answer as a file: any agent or person can answer.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use spak_records::file;
use spak_records::transcript::{Answer, Request};

use super::command::as_text;
use super::{Asking, Proposer};
use crate::error::AskError;

/// How often a wait looks for the file.
const SLICE: Duration = Duration::from_millis(100);
/// An answer that did not change for so long was written to its end.
const SETTLED: Duration = Duration::from_millis(300);
/// What a person or an agent signs an answer with, as its first line.
const SIGNED: &str = "answered by:";

/// Two files.
#[derive(Clone, Debug)]
pub struct HandOff {
    /// Where the prompt goes.
    pub prompt: PathBuf,
    /// Where the answer is awaited.
    pub answer: PathBuf,
    /// How long it is awaited; without a time the program ends, and goes on when it is started again.
    pub wait: Option<Duration>,
    /// Bytes that an answer may have.
    pub largest: u64,
}

impl HandOff {
    /// Files beside `path`: `NAME.prompt.md` and `NAME.answer.md`.
    pub fn beside(path: &Path, wait: Option<Duration>, largest: u64) -> Self {
        Self {
            prompt: path.with_extension("prompt.md"),
            answer: path.with_extension("answer.md"),
            wait,
            largest,
        }
    }

    /// The answer, when it is there and is one to this question.
    fn look(&self, key: &str, asking: Asking<'_>) -> Result<Option<Answer>, AskError> {
        let broken = |why: String| AskError::Broken { provider: "hand-off".to_owned(), why };
        // Whoever was killed between the two left it put away.
        let kept = away(&self.answer, key);
        let path = if kept.exists() { &kept } else { &self.answer };
        let Ok(metadata) = path.metadata() else { return Ok(None) };
        let age = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if metadata.len() == 0 || age.is_some_and(|age| age < SETTLED) {
            return Ok(None);
        }
        if metadata.len() > self.largest {
            return Err(AskError::TooLarge {
                provider: "hand-off".to_owned(),
                limit: self.largest,
            });
        }
        let bytes = file::read_bytes(path, self.largest);
        let bytes = bytes.map_err(|error| broken(error.to_string()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (signature, rest) = signature(&text);
        if let Some(other) = signature.key.filter(|other| *other != key) {
            return Err(broken(format!(
                "`{}` answers question {other}, and this is question {key}; remove it or answer this one",
                path.display()
            )));
        }
        (asking.heard)(rest);
        Ok(Some(Answer {
            text: rest.to_owned(),
            model: signature.by.unwrap_or("not said").to_owned(),
            provider: "hand-off".to_owned(),
            stop: None,
            usage: None,
            seconds: 0.0,
        }))
    }

    /// What was answered goes beside its question, so that the next one does not find it.
    fn put_away(&self, key: &str) {
        for path in [&self.prompt, &self.answer] {
            let _ = std::fs::rename(path, away(path, key));
        }
    }
}

/// Where a file goes when its question is answered.
fn away(path: &Path, key: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{key}"));
    path.with_file_name(name)
}

/// What the first lines of an answer may say.
#[derive(Default)]
struct Signature<'a> {
    by: Option<&'a str>,
    key: Option<&'a str>,
}

fn signature(text: &str) -> (Signature<'_>, &str) {
    let mut signature = Signature::default();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while let Some((line, after)) = rest.split_once('\n') {
        let (word, said) = match line.trim().split_once(':') {
            Some((word, said)) => (word.trim().to_lowercase(), said.trim()),
            None => break,
        };
        match word.as_str() {
            "answered by" => signature.by = Some(said),
            "question" => signature.key = Some(said),
            _ => break,
        }
        rest = after;
    }
    (signature, rest)
}

impl Proposer for HandOff {
    fn name(&self) -> String {
        format!("hand-off through {}", self.prompt.display())
    }

    fn ask(&mut self, request: &Request, asking: Asking<'_>) -> Result<Answer, AskError> {
        let started = Instant::now();
        let key = request.key().short().to_owned();
        let name = self.answer.file_name().unwrap_or_default().to_string_lossy();
        let text = format!(
            "<!-- The answer goes into `{name}` beside this file. Its first two lines may be\n\
             question: {key}\n\
             {SIGNED} (the name of the model, or of the person)\n\
             so that it is kept who answered what. -->\n\n{}",
            as_text(request)
        );
        let written = file::replace(&self.prompt, text.as_bytes());
        written.map_err(|error| AskError::NotConfigured(error.to_string()))?;
        loop {
            if let Some(mut answer) = self.look(&key, asking)? {
                self.put_away(&key);
                answer.seconds = started.elapsed().as_secs_f64();
                return Ok(answer);
            }
            if asking.is_cancelled() {
                return Err(AskError::Cancelled);
            }
            // A file that was written just now is looked at again before it is called missing.
            let wait = self.wait.unwrap_or(if self.answer.exists() {
                SETTLED * 2
            } else {
                Duration::ZERO
            });
            if started.elapsed() >= wait {
                return Err(AskError::Waiting {
                    prompt: self.prompt.clone(),
                    answer: self.answer.clone(),
                });
            }
            thread::sleep(SLICE);
        }
    }
}
