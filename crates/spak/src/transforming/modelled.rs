//! A design by somebody who is asked: rounds of answers and of what is wrong with them, until one passes or the budget ends.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use spak_llm::AskError;
use spak_records::transcript::{Entry, Message, Request, Role, Speaker};
use spak_records::transform_report::{NotDone, TransformReport};
use spak_transform::Goal;
use spak_transform::prompt::{Prompt, Refused, again, architect};

use super::answered::{Taken, in_words, take};
use super::{Begun, Transformed, begin, briefed, by_rules, machines};
use crate::asking::Chosen;

/// What whoever is asked has to know of this program.
const SYSTEM: &str = "You answer a program. It reads one block of your answer, checks it, and tells you what is wrong with it.";

/// How a design is asked for.
pub(crate) struct Asked<'a> {
    /// Whom.
    pub(crate) chosen: Chosen,
    /// Tokens of a question at most.
    pub(crate) prompt_tokens: usize,
    pub(crate) cancel: &'a AtomicBool,
    /// What is wrong with the kernels of a design that passed the other levels, when level 4 is asked for.
    pub(crate) proof: Option<Proof<'a>>,
}

/// What is wrong with kernels of the design with this text.
pub(crate) type Proof<'a> = &'a dyn Fn(&str) -> Result<Vec<String>>;

/// The design that somebody makes of the seed at `path` for a goal.
///
/// # Errors
/// The seed has errors, the goal names what there is not, or there is no answer at all.
pub(crate) fn by_model(
    path: &Path,
    seed: &str,
    goal: &Goal,
    asked: &mut Asked<'_>,
) -> Result<Transformed> {
    let machines = machines();
    let begun = begin(path, seed, goal, &machines)?;
    let prompt = asking(&begun, seed, goal, asked.prompt_tokens)?;
    let question = Message { by: Speaker::User, text: prompt.text.clone() };
    let mut messages = vec![question.clone()];
    let mut best: Option<Taken> = None;
    let how = loop {
        let request = Request {
            role: Role::Architect,
            prompt: prompt.name.clone(),
            system: SYSTEM.to_owned(),
            messages: messages.clone(),
            max_tokens: asked.chosen.max_tokens,
        };
        let answer = match asked.chosen.conversation.ask(&request, asked.cancel) {
            Ok(answer) => answer,
            Err(error) => match error.downcast_ref::<AskError>() {
                // What there is already is kept; whoever waits or was interrupted goes on later.
                Some(AskError::Waiting { .. } | AskError::Cancelled) => return Err(error),
                Some(why) if best.is_some() => break why.to_string(),
                _ => return Err(error),
            },
        };
        let by = format!("proposed by {}", answer.model);
        let mut taken = take(&begun, &answer.text, &by)?;
        if let (true, Some(proof)) = (taken.refused.is_empty(), asked.proof) {
            taken.refused.extend(proof(&taken.text)?.into_iter().map(|why| Refused {
                what: "kernels of the design (level 4)".to_owned(),
                why,
                shown: String::new(),
            }));
        }
        let passed = taken.refused.is_empty();
        let words = in_words(&taken.changes);
        let key = request.key();
        let feedback = asked.chosen.conversation.feedback(&key);
        let feedback = match feedback {
            Some(said) => said,
            None => again(&words, &taken.refused, "design")?,
        };
        asked.chosen.conversation.note(Entry::Judged {
            key,
            passed,
            taken: words.clone(),
            refused: taken.refused.iter().map(|one| format!("{}: {}", one.what, one.why)).collect(),
            feedback: feedback.clone(),
        })?;
        if best.as_ref().is_none_or(|best| is_better(&taken, best)) {
            best = Some(taken);
        }
        if passed {
            break "all of the answer was taken".to_owned();
        }
        if let Some(limit) = asked.chosen.conversation.is_over() {
            break limit;
        }
        // The last answer and what is wrong with it; earlier ones would only cost.
        messages = vec![
            question.clone(),
            Message { by: Speaker::Assistant, text: answer.text },
            Message { by: Speaker::User, text: feedback },
        ];
    };
    asked.chosen.conversation.note(Entry::Ended { how: how.clone() })?;
    let taken = best.unwrap_or_else(|| Taken {
        text: begun.draft.text.clone(),
        changes: Vec::new(),
        refused: Vec::new(),
    });
    Ok(made(begun, taken, asked, how))
}

/// The first question about a seed and a goal.
///
/// # Errors
/// The seed has errors, the goal names what there is not, or the seed is too long.
pub(crate) fn question(path: &Path, seed: &str, goal: &Goal, tokens: usize) -> Result<Prompt> {
    let machines = machines();
    let begun = begin(path, seed, goal, &machines)?;
    asking(&begun, seed, goal, tokens)
}

fn asking(begun: &Begun<'_, '_>, seed: &str, goal: &Goal, tokens: usize) -> Result<Prompt> {
    let (resolved, _) = begun.draft.read();
    let proposed = by_rules(begun.draft.path, seed, goal)?;
    Ok(architect(&briefed::brief(begun, &resolved, &proposed), tokens)?)
}

/// Whether of two answers the first is worth more: less is refused, then more is taken.
fn is_better(one: &Taken, other: &Taken) -> bool {
    let worth = |taken: &Taken| (taken.changes.len(), usize::MAX - taken.refused.len());
    match (one.refused.is_empty(), other.refused.is_empty()) {
        (true, false) => true,
        (false, true) => false,
        _ => worth(one) > worth(other),
    }
}

fn made(begun: Begun<'_, '_>, taken: Taken, asked: &Asked<'_>, how: String) -> Transformed {
    let Begun { mut report, .. } = begun;
    let Chosen { name, conversation, .. } = &asked.chosen;
    let is_partial = !taken.refused.is_empty();
    report.changes.extend(taken.changes);
    report.not_done = taken.refused.iter().map(|one| not_done(one, name)).collect();
    report.asked = Some(conversation.record(name, how, is_partial));
    let text = marked(taken.text, &report);
    Transformed { text, report }
}

fn not_done(one: &Refused, by: &str) -> NotDone {
    NotDone { proposal: one.what.clone(), library: by.to_owned(), why: one.why.clone() }
}

/// A design of which parts were refused says so in its first lines.
fn marked(text: String, report: &TransformReport) -> String {
    let Some(asked) = report.asked.as_ref().filter(|asked| asked.is_partial) else { return text };
    let mut mark = format!(
        "// Partial: not all that {} proposed was taken ({}).\n",
        asked.models.join(", "),
        asked.how
    );
    for one in &report.not_done {
        let line = format!("{}: {}", one.proposal, one.why);
        let line: Vec<&str> = line.split_whitespace().collect();
        mark.push_str(&format!("// - {}\n", line.join(" ")));
    }
    // Front matter has to stay in front.
    match text.starts_with("---") {
        true => format!("{}\n{mark}", text.trim_end()),
        false => format!("{mark}{text}"),
    }
}
