//! The worlds that loops run in: one in which effects are done once, and one in which they are only shown.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

use spak_model::system::LoopKind;
use spak_records::ContentHash;
use spak_records::journal::{Effect, Entry, Journal, Outcome, Status};
use spak_script::{Stop, World};

use super::performed::Performer;
use super::policy::{Policy, Verdict, role};
use crate::output;

/// Characters of an effect that are shown.
const SHOWN: usize = 160;

/// What an effect is, in a line.
fn line(effect: &Effect) -> String {
    let subject = effect.subject();
    let words: Vec<&str> = subject.split_whitespace().collect();
    let subject = words.join(" ");
    let shown: String = subject.chars().take(SHOWN).collect();
    let more = if shown.len() < subject.len() { "…" } else { "" };
    format!("{} {shown}{more}", effect.word())
}

/// Effects are done, once: what a journal has is not done again.
pub(crate) struct Live<'a> {
    pub(crate) performer: Performer<'a>,
    pub(crate) policy: &'a Policy,
    pub(crate) journal: Journal,
    /// Outcomes of an earlier start, by address.
    pub(crate) known: BTreeMap<String, (ContentHash, Outcome)>,
    /// Effects that were done now.
    pub(crate) performed: u64,
    /// Those that an earlier start did.
    pub(crate) remembered: u64,
    /// Whether the last effect was one of those.
    pub(crate) is_remembering: bool,
    /// Whether observations are printed as they come.
    pub(crate) emits: bool,
    /// Whether what is done is said on the way.
    pub(crate) says: bool,
}

impl World for Live<'_> {
    fn perform(&mut self, at: &str, by: LoopKind, effect: &Effect) -> Result<Outcome, Stop> {
        let key = effect.key();
        if let Some((of, outcome)) = self.known.get(at)
            && *of == key
        {
            self.remembered += 1;
            self.is_remembering = true;
            return Ok(outcome.clone());
        }
        self.is_remembering = false;
        let verdict = match self.policy.verdict(by, effect) {
            Verdict::Ask if ask(at, by, effect) => Verdict::Allow,
            Verdict::Ask => Verdict::Deny("nobody at the terminal allowed it".to_owned()),
            other => other,
        };
        let outcome = match verdict {
            Verdict::Deny(why) => {
                Outcome { status: Status::Denied, text: String::new(), note: why, seconds: 0.0 }
            }
            Verdict::Allow | Verdict::Ask => {
                let is_quiet = matches!(effect, Effect::Emit { .. } | Effect::Exists { .. });
                if self.says && !is_quiet && !is_of_a_point(at) {
                    output::aside(&format!("{at}: {}\n", line(effect)));
                }
                self.performer.perform(by, effect)?
            }
        };
        self.performed += 1;
        if let (Effect::Emit { case, fields }, true) = (effect, self.emits) {
            print_observation(case, fields).map_err(|error| Stop::Broken(error.to_string()))?;
        }
        let entry =
            Entry::Did { at: at.to_owned(), effect: effect.clone(), outcome: outcome.clone() };
        self.journal.append(&entry).map_err(|error| Stop::Broken(error.to_string()))?;
        Ok(outcome)
    }

    fn says(&mut self, at: &str, words: &str) {
        // What an earlier start did was said then.
        if self.says && !self.is_remembering && !words.is_empty() {
            output::aside(&format!("{at}: {words}\n"));
        }
    }
}

/// Whether an address is that of a repetition of a point, whose outcome is told as a whole.
fn is_of_a_point(at: &str) -> bool {
    let last = at.rsplit('/').next().unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    last.split_once('.').is_some_and(|(point, repeat)| is_number(point) && is_number(repeat))
}

/// An observation as programs tell theirs.
fn print_observation(case: &str, fields: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let value = |text: &String| match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(n), _) => spak_records::Value::Int(n),
        (_, Ok(x)) if x.is_finite() => spak_records::Value::Float(x),
        _ => spak_records::Value::Text(text.clone()),
    };
    let observation = spak_records::protocol::Observation {
        case: case.rsplit('.').next().unwrap_or(case).to_owned(),
        fields: fields.iter().map(|(name, text)| (name.clone(), value(text))).collect(),
    };
    let line = spak_records::protocol::emit(&observation, None);
    output::result(&format!("{line}\n"))
}

/// Whether somebody at the terminal allows an effect.
fn ask(at: &str, by: LoopKind, effect: &Effect) -> bool {
    let (input, mut errors) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() || !errors.is_terminal() {
        return false;
    }
    let _ = write!(errors, "{at} ({}): {}? [y/N] ", role(by), line(effect));
    let mut said = String::new();
    let _ = input.lock().read_line(&mut said);
    matches!(said.trim(), "y" | "yes" | "Y")
}

/// Effects are shown with what the policy says of them; none is done.
pub(crate) struct Dry<'a> {
    pub(crate) policy: &'a Policy,
    /// A line for each.
    pub(crate) shown: Vec<(String, String, String)>,
}

impl World for Dry<'_> {
    fn perform(&mut self, at: &str, by: LoopKind, effect: &Effect) -> Result<Outcome, Stop> {
        let verdict = match self.policy.verdict(by, effect) {
            Verdict::Allow => "allowed".to_owned(),
            Verdict::Ask => "asked for".to_owned(),
            Verdict::Deny(why) => format!("denied: {why}"),
        };
        self.shown.push((at.to_owned(), line(effect), verdict));
        let text = format!("<{at}>");
        Ok(Outcome { status: Status::Done, text, note: String::new(), seconds: 0.0 })
    }

    fn says(&mut self, at: &str, words: &str) {
        if words.starts_with("not done") {
            self.shown.push((at.to_owned(), words.to_owned(), String::new()));
        }
    }

    fn is_dry(&self) -> bool {
        true
    }
}
