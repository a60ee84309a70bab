//! Who proposes: rules, somebody who is asked, one after the other, or a recording.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use spak_records::transform_report::TransformReport;
use spak_transform::Goal;

use crate::asking::{RULES, Whom};
use crate::interrupt;
use crate::output;
use crate::transforming::{Asked, Transformed, by_model, by_rules, question};

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
                let mut asked = Asked { chosen, prompt_tokens, cancel: interrupt::flag() };
                by_model(path, &text, goal, &mut asked)?
            };
            text = made.text;
            report = if at == 0 { made.report } else { joined(report, made.report) };
        }
        Ok(Some(Transformed { text, report }))
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
