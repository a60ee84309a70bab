//! Who proposes: rules, somebody who is asked, one after the other, or a recording.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use spak_records::transform_report::TransformReport;
use spak_transform::Goal;

use crate::asking::{RULES, Whom};
use crate::interrupt;
use crate::output;
use crate::transforming::{Asked, Proof, Transformed, by_model, by_rules, question};
use crate::verbs::verify;

/// Tokens of a question when nobody says otherwise.
const PROMPT_TOKENS: usize = 24_000;

/// Who proposes, and how it is asked.
#[derive(Args, Clone, Debug)]
pub(crate) struct Who {
    #[command(flatten)]
    whom: Whom,
    /// Tokens that a question may have.
    #[arg(long, default_value_t = PROMPT_TOKENS)]
    prompt_tokens: usize,
    /// The level of verification that an answer has to pass: 3 without running anything, 4 with a few kernels of the design
    /// compiled for its machine and run without a GPU, on its workload.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..=4))]
    level: u8,
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
        let names = match &self.whom.replay {
            Some(_) => vec![String::new()],
            None => self.whom.names(beside)?,
        };
        let (mut text, mut report) = (seed.to_owned(), TransformReport::default());
        for (at, name) in names.iter().enumerate() {
            let made = if name == RULES {
                by_rules(path, &text, goal)?
            } else {
                let about = format!("transform {}", path.display());
                let chosen = self.whom.open(name, beside, &about)?;
                let prompt_tokens = self.prompt_tokens;
                let proof = |text: &str| proven(path, text, goal);
                let proof: Option<Proof<'_>> = (self.level >= 4).then_some(&proof as _);
                let mut asked = Asked { chosen, prompt_tokens, cancel: interrupt::flag(), proof };
                by_model(path, &text, goal, &mut asked)?
            };
            text = made.text;
            report = if at == 0 { made.report } else { joined(report, made.report) };
        }
        Ok(Some(Transformed { text, report }))
    }
}

/// Kernels that a design has to be right in.
const KERNELS: u64 = 4;

/// What is wrong with kernels of a design that is to stand where the seed is.
fn proven(seed: &Path, text: &str, goal: &Goal) -> Result<Vec<String>> {
    let folder = seed.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Imports are found from where the design will be.
    let file = tempfile::Builder::new().prefix(".spak-").suffix(".dsl").tempfile_in(folder)?;
    std::fs::write(file.path(), text)?;
    verify::faults(file.path(), goal.hardware.as_deref(), KERNELS)
}

/// Two reports as one: the goal of the first, what both did.
fn joined(first: TransformReport, second: TransformReport) -> TransformReport {
    let mut one = first;
    one.changes.extend(second.changes);
    one.not_done.extend(second.not_done);
    one.asked = second.asked.or(one.asked);
    one
}
