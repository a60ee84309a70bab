//! Whom to ask, as verbs are told, and what may be spent.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use spak_llm::{Budget, Proposers};

use super::Conversation;

/// The rules that come with the program: nobody is asked.
pub(crate) const RULES: &str = "rules";
/// Tokens of an answer that nobody limits.
const ANSWER_TOKENS: u32 = 16_384;

/// Whom to ask, and what may be spent.
#[derive(Args, Clone, Debug)]
pub(crate) struct Whom {
    /// Whom to ask: `hand-off`, a name of `spak.toml`, or `openai/MODEL`, `anthropic/MODEL`, `gemini/MODEL`, `ollama/MODEL`; `rules`
    /// asks nobody. `spak transform` takes several, one after the other, with commas, and by default what `SPAK_PROPOSER` or
    /// `spak.toml` says.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// Take recorded answers and ask nobody.
    #[arg(long, value_name = "TRANSCRIPT", conflicts_with = "by")]
    pub(crate) replay: Option<PathBuf>,
    /// Where questions and answers are kept; by default in `.spak/transcripts` beside what is written.
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// How many seconds a hand-off waits for its answer; without it, the program ends and goes on when it is started again.
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,
    /// Questions at most.
    #[arg(long)]
    rounds: Option<u32>,
    /// Tokens of questions and answers at most.
    #[arg(long)]
    tokens: Option<u64>,
    /// Seconds of waiting for answers at most.
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Money at most, at the prices of `spak.toml`.
    #[arg(long)]
    money: Option<f64>,
}

/// Somebody who was chosen.
pub(crate) struct Chosen {
    pub(crate) name: String,
    pub(crate) conversation: Conversation,
    /// Tokens of an answer at most.
    pub(crate) max_tokens: u32,
}

impl Whom {
    /// The names in order; what the environment or a file beside `beside` says when none was given, else nobody.
    ///
    /// # Errors
    /// A configuration cannot be used.
    pub(crate) fn names(&self, beside: &Path) -> Result<Vec<String>> {
        if !self.by.is_empty() {
            return Ok(self.by.clone());
        }
        let choice = load(beside)?.choice();
        Ok(vec![choice.unwrap_or_else(|| RULES.to_owned())])
    }

    /// The one called `name`, or the recording; files of a run are named after `beside`.
    ///
    /// # Errors
    /// Nobody is called that, a key is missing, or the transcript cannot be used.
    pub(crate) fn open(&self, name: &str, beside: &Path, about: &str) -> Result<Chosen> {
        if let Some(recording) = &self.replay {
            let conversation = Conversation::of_recording(recording)?;
            let name = "recording".to_owned();
            return Ok(Chosen { name, conversation, max_tokens: ANSWER_TOKENS });
        }
        let proposers = load(beside)?;
        let named = proposers.find(name)?;
        let budget = self.budget(named.budget());
        let proposer = proposers.open(name, beside, self.wait.map(Duration::from_secs))?;
        let kept = self.transcript(beside);
        let conversation = Conversation::new(proposer, &kept, about, budget)?;
        Ok(Chosen { name: name.to_owned(), conversation, max_tokens: named.max_tokens() })
    }

    fn budget(&self, of_file: Budget) -> Budget {
        Budget {
            rounds: self.rounds.unwrap_or(of_file.rounds),
            tokens: self.tokens.or(of_file.tokens),
            time: self.time.map(Duration::from_secs).or(of_file.time),
            money: self.money.or(of_file.money),
        }
    }

    fn transcript(&self, beside: &Path) -> PathBuf {
        self.transcript.clone().unwrap_or_else(|| {
            let stem = beside.file_stem().unwrap_or_default().to_string_lossy();
            let folder = beside.parent().unwrap_or(Path::new("."));
            folder.join(".spak/transcripts").join(format!("{stem}.jsonl"))
        })
    }
}

fn load(beside: &Path) -> Result<Proposers> {
    Ok(Proposers::load(beside.parent().unwrap_or(Path::new(".")))?)
}
