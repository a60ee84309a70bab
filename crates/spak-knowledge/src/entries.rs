//! The entries of a fact or rule: how they stand on lines, and whether what stands says the same.

use crate::design::{Statement, key_of, text_of};
use crate::knowledge::{Entry, Role, Written};
use crate::scope::WIDTH;

/// The entries as lines without indent: short ones that belong together share one.
pub(crate) fn lines(entries: &[Entry], indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut before: Option<&Entry> = None;
    for entry in entries {
        let text = format!("{}: {}", entry.key, entry.rendered());
        let together = before.is_some_and(|before| belong_together(before, entry));
        match lines.last_mut() {
            Some(line)
                if together
                    && indent + line.chars().count() + 2 + text.chars().count() <= WIDTH =>
            {
                line.push_str(&format!(", {text}"));
            }
            _ => lines.push(text),
        }
        before = Some(entry);
    }
    lines
}

fn belong_together(before: &Entry, next: &Entry) -> bool {
    let is_number = |entry: &Entry| matches!(entry.value, Written::Bare(_));
    match (before.key.as_str(), next.key.as_str()) {
        ("kind", "when")
        | ("recommend", "avoid")
        | ("stage", "reason")
        | ("samples", "noise")
        | ("source", "learned")
        | ("learned", "learned_by")
        | ("status", "demoted_by" | "retired_by")
        | ("templates", "design")
        | ("depends_on", "best_value_changes") => true,
        ("best" | "equal" | "reason" | "best_value_changes", _) => is_number(next),
        _ => is_number(before) && is_number(next),
    }
}

/// Whether the statement that stands in the design still says what the entries say: the same claims,
/// numbers inside the new intervals, and no less support than half of the new one.
pub(crate) fn says_the_same(old: Statement<'_>, entries: &[Entry]) -> bool {
    let mut left: Vec<(String, String)> =
        old.pairs().map(|p| (key_of(&p.key), text_of(&p.value))).collect();
    for entry in entries {
        let Some(index) = left.iter().position(|(key, _)| *key == entry.key) else {
            // What was learnt before there were witnesses gets its own.
            if entry.role == Role::Provenance && entry.key != "witness" {
                continue;
            }
            return false;
        };
        let (_, text) = left.remove(index);
        let number = || text.parse::<f64>().ok();
        let new = match &entry.value {
            Written::Text(text) | Written::Bare(text) => text,
        };
        let same = match &entry.role {
            Role::Provenance => true,
            Role::Claim { same } => text == *new || same.contains(&text),
            // What is written has three digits: as much as that does not count.
            Role::Estimate { low, high } => number().is_some_and(|old| {
                let slack = 0.005 * old.abs();
                old >= low - slack && old <= high + slack
            }),
            Role::Support => {
                let (old, new) = (number().unwrap_or(0.0), new.parse::<f64>().unwrap_or(0.0));
                new <= 2.0 * old
            }
        };
        if !same {
            return false;
        }
    }
    // A claim that is no longer made is a difference; what a person added is not.
    !left.iter().any(|(key, _)| is_mine(key) && is_claim(key))
}

/// Keys that this program writes; others in a learned fact are a person's.
pub(crate) fn is_mine(key: &str) -> bool {
    const PREFIXES: &[&str] = &["speedup_over_", "slowdown_at_", "median_"];
    const KEYS: &[&str] = &[
        "description",
        "kind",
        "when",
        "config",
        "tflops",
        "gflops",
        "equal_configs",
        "trials",
        "rejected",
        "samples",
        "best",
        "equal",
        "equal_within",
        "avoid",
        "stage",
        "reason",
        "compares",
        "depends_on",
        "best_value_changes",
        "time_ratio",
        "tflops_ratio",
        "pairs",
        "configs",
        "noise",
        "confidence",
        "recommend",
        "prefer",
        "evidence",
        "influence",
        "support",
        "cost_ratio",
        "witness",
        "shown_by",
        "counter_examples",
        "saves_trials",
        "status",
        "demoted_by",
        "demoted_with",
        "retired_by",
        "witnessed",
        "driver",
        "templates",
        "design",
        "toolchain",
        "source",
        "learned",
        "learned_by",
    ];
    KEYS.contains(&key) || PREFIXES.iter().any(|p| key.starts_with(p))
}

fn is_claim(key: &str) -> bool {
    // What was demoted and is found again is found again: it may lead once more.
    let is_claim = matches!(key, "recommend" | "avoid" | "best" | "config" | "equal" | "compares");
    is_claim || matches!(key, "reason" | "status")
}
