//! Who proposes: rules, somebody who is asked, one after the other, or a recording.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use spak_llm::{Budget, Proposers};
use spak_records::transform_report::TransformReport;
use spak_transform::Goal;

use crate::interrupt;
use crate::output;
use crate::transforming::{Asked, Conversation, Transformed, by_model, by_rules, question};

/// The rules that come with the program.
const RULES: &str = "rules";
/// Tokens of a question when nobody says otherwise.
const PROMPT_TOKENS: usize = 24_000;
/// Tokens of an answer that nobody limits.
const ANSWER_TOKENS: u32 = 16_384;

/// Who proposes, and what may be spent.
#[derive(Args, Clone, Debug)]
pub(crate) struct Who {
    /// Who proposes: `rules`, `hand-off`, a name of `spak.toml`, or `openai/MODEL`, `anthropic/MODEL`, `gemini/MODEL`,
    /// `ollama/MODEL`; several one after the other with commas. By default what `SPAK_PROPOSER` or `spak.toml` says, else rules.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    by: Vec<String>,
    /// Take recorded answers and ask nobody.
    #[arg(long, value_name = "TRANSCRIPT", conflicts_with = "by")]
    replay: Option<PathBuf>,
    /// Where questions and answers are kept; by default in `.spak/transcripts` beside the design.
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
    /// Tokens that a question may have.
    #[arg(long, default_value_t = PROMPT_TOKENS)]
    prompt_tokens: usize,
    /// Print the question that would be asked, and ask nobody.
    #[arg(long)]
    show_prompt: bool,
}

impl Who {
    /// Transforms; nothing when only the question was wanted. Files of a run are named after `beside`.
    ///
    /// # Errors
    /// The seed or the goal cannot be used, or there is no answer.
    pub(crate) fn transform(
        &self,
        path: &Path,
        seed: &str,
        goal: &Goal,
        beside: &Path,
    ) -> Result<Option<Transformed>> {
        if self.show_prompt {
            let prompt = question(path, seed, goal, self.prompt_tokens)?;
            for section in &prompt.left_out {
                output::aside(&format!("left out, to be no longer: {section}\n"));
            }
            output::verbatim(&prompt.text)?;
            return Ok(None);
        }
        let proposers = Proposers::load(beside.parent().unwrap_or(Path::new(".")))?;
        if let Some(recording) = &self.replay {
            let conversation = Conversation::replayed(recording)?;
            return self.ask(path, seed, goal, conversation, "recording", None).map(Some);
        }
        let chosen = match self.by.as_slice() {
            [] => vec![proposers.choice().unwrap_or_else(|| RULES.to_owned())],
            names => names.to_vec(),
        };
        let (mut text, mut report) = (seed.to_owned(), TransformReport::default());
        for (at, name) in chosen.iter().enumerate() {
            let made = if name == RULES {
                by_rules(path, &text, goal)?
            } else {
                let named = proposers.find(name)?;
                let budget = self.budget(named.budget());
                let wait = self.wait.map(Duration::from_secs);
                let proposer = proposers.open(name, beside, wait)?;
                let kept = self.transcript(beside);
                let about = format!("transform {}", path.display());
                let conversation = Conversation::new(proposer, &kept, &about, budget)?;
                let limit = Some(named.max_tokens());
                self.ask(path, &text, goal, conversation, name, limit)?
            };
            text = made.text;
            report = if at == 0 { made.report } else { joined(report, made.report) };
        }
        Ok(Some(Transformed { text, report }))
    }

    fn ask(
        &self,
        path: &Path,
        seed: &str,
        goal: &Goal,
        mut conversation: Conversation,
        name: &str,
        max_tokens: Option<u32>,
    ) -> Result<Transformed> {
        let mut asked = Asked {
            conversation: &mut conversation,
            name: name.to_owned(),
            prompt_tokens: self.prompt_tokens,
            max_tokens: max_tokens.unwrap_or(ANSWER_TOKENS),
            cancel: interrupt::flag(),
        };
        by_model(path, seed, goal, &mut asked)
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

/// Two reports as one: the goal of the first, what both did.
fn joined(first: TransformReport, second: TransformReport) -> TransformReport {
    let mut one = first;
    one.changes.extend(second.changes);
    one.not_done.extend(second.not_done);
    one.asked = second.asked.or(one.asked);
    one
}
