//! Asking somebody: questions and answers of one run, each in its transcript before anything is done with it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use spak_llm::{AskError, Asking, Budget, Proposer, Spent};
use spak_records::ContentHash;
use spak_records::transcript::{Answer, Entry, Recorder, Request, Transcript, read};
use spak_records::transform_report::AskedRecord;

mod whom;

pub(crate) use whom::{Chosen, RULES, Whom};

/// Whoever is asked, what may be spent, and what was said so far.
pub(crate) struct Conversation {
    proposer: Option<Box<dyn Proposer>>,
    recorder: Option<Recorder>,
    known: Transcript,
    path: PathBuf,
    budget: Budget,
    spent: Spent,
    /// Answers that were in the transcript.
    replayed: u32,
    /// Who answered.
    models: Vec<String>,
}

impl Conversation {
    /// With `proposer`, kept in the transcript at `path`; what that has already is not asked again.
    ///
    /// # Errors
    /// The transcript cannot be written, or is none.
    pub(crate) fn new(
        proposer: Box<dyn Proposer>,
        path: &Path,
        about: &str,
        budget: Budget,
    ) -> Result<Self> {
        let (recorder, known) = Recorder::open(path, about)?;
        Ok(Self::with(Some(proposer), Some(recorder), known, path, budget))
    }

    /// With a recording in the place of anybody.
    ///
    /// # Errors
    /// The transcript cannot be read, or is none.
    pub(crate) fn of_recording(path: &Path) -> Result<Self> {
        let budget = Budget { rounds: u32::MAX, ..Budget::default() };
        Ok(Self::with(None, None, read(path)?, path, budget))
    }

    fn with(
        proposer: Option<Box<dyn Proposer>>,
        recorder: Option<Recorder>,
        known: Transcript,
        path: &Path,
        budget: Budget,
    ) -> Self {
        let path = path.to_owned();
        let (spent, replayed) = (Spent::default(), 0);
        Self { proposer, recorder, known, path, budget, spent, replayed, models: Vec::new() }
    }

    /// Which limit is reached, in words.
    pub(crate) fn is_over(&self) -> Option<String> {
        let answered = |entry: &&Entry| matches!(entry, Entry::Answered { .. });
        let recorded = self.known.entries.iter().filter(answered).count();
        if self.proposer.is_none() && self.replayed as usize >= recorded {
            // A recording ends as it ended.
            let ended = self.known.entries.iter().rev().find_map(|entry| match entry {
                Entry::Ended { how } => Some(how.clone()),
                _ => None,
            });
            return Some(ended.unwrap_or_else(|| "the recording ends here".to_owned()));
        }
        self.spent.beyond(&self.budget)
    }

    /// The answer to a question: the recorded one, else a new one.
    ///
    /// # Errors
    /// [`AskError`], or the transcript cannot be written.
    pub(crate) fn ask(&mut self, request: &Request, cancel: &AtomicBool) -> Result<Answer> {
        let key = request.key();
        let answer = match (self.known.answer(&key), &mut self.proposer) {
            (Some(answer), _) => {
                self.replayed += 1;
                answer.clone()
            }
            (None, None) => {
                return Err(AskError::NotRecorded { path: self.path.clone() }.into());
            }
            (None, Some(proposer)) => {
                // A question that waits for its answer over several starts is written down once.
                let is_new =
                    !self.known.entries.iter().any(
                        |entry| matches!(entry, Entry::Asked { key: known, .. } if *known == key),
                    );
                let asked = Entry::Asked { key: key.clone(), request: request.clone() };
                if is_new {
                    record(&mut self.recorder, &asked)?;
                    self.known.entries.push(asked);
                }
                let answered = proposer.ask(request, Asking { cancel, heard: &|_| {} });
                match answered {
                    Ok(answer) => {
                        let entry = Entry::Answered { key, answer: answer.clone() };
                        record(&mut self.recorder, &entry)?;
                        answer
                    }
                    Err(error) => {
                        if !matches!(error, AskError::Waiting { .. }) {
                            let failed = Entry::Failed { key, why: error.to_string() };
                            record(&mut self.recorder, &failed)?;
                        }
                        return Err(error.into());
                    }
                }
            }
        };
        let price = self.proposer.as_ref().and_then(|proposer| proposer.price());
        self.spent.add(request, &answer, price);
        if !self.models.contains(&answer.model) {
            self.models.push(answer.model.clone());
        }
        Ok(answer)
    }

    /// What was said of the answer to a question when it was given: a replay says the same, whatever is measured today.
    pub(crate) fn feedback(&self, key: &ContentHash) -> Option<String> {
        self.known.entries.iter().find_map(|entry| match entry {
            Entry::Judged { key: known, feedback, .. } if known == key => Some(feedback.clone()),
            _ => None,
        })
    }

    /// Notes what became of an answer, unless that stands there.
    ///
    /// # Errors
    /// The transcript cannot be written.
    pub(crate) fn note(&mut self, entry: Entry) -> Result<()> {
        let is_known = self.known.entries.iter().any(|known| match (known, &entry) {
            (Entry::Judged { key: one, .. }, Entry::Judged { key: other, .. }) => one == other,
            (known, entry) => known == entry,
        });
        if !is_known {
            record(&mut self.recorder, &entry)?;
            self.known.entries.push(entry);
        }
        Ok(())
    }
}

impl Conversation {
    /// What was spent, and how it ended, for a report.
    pub(crate) fn record(&self, proposer: &str, how: String, is_partial: bool) -> AskedRecord {
        AskedRecord {
            proposer: proposer.to_owned(),
            models: self.models.clone(),
            rounds: self.spent.rounds,
            replayed: self.replayed,
            tokens: [self.spent.input, self.spent.output],
            is_estimate: self.spent.is_estimate,
            money: self.spent.money,
            seconds: self.spent.seconds,
            how,
            is_partial,
            transcript: self.path.to_string_lossy().into_owned(),
        }
    }
}

fn record(recorder: &mut Option<Recorder>, entry: &Entry) -> Result<()> {
    if let Some(recorder) = recorder {
        recorder.append(entry)?;
    }
    Ok(())
}
