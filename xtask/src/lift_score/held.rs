//! What lifting has reached, kept in the repository: no change lowers it unnoticed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::ratio::Ratio;
use super::score::{Score, all};
use crate::run::root;

/// Where it is kept.
const HELD: &str = "docs/results/lift_score.json";

/// Of each truth how many of how many were found, by what was asked.
type Held = BTreeMap<String, BTreeMap<String, String>>;

fn path() -> PathBuf {
    root().join(HELD)
}

fn reached(scores: &[Score<'_>]) -> Held {
    let of = |score: &Score<'_>| {
        let counts = score.counts();
        let pair = |ratio: Ratio| (ratio.of > 0).then(|| format!("{} of {}", ratio.hit, ratio.of));
        let asked = [
            ("kernels", pair(counts.kernels)),
            ("recall", pair(all(&counts.recall))),
            ("precision", pair(counts.precision)),
            ("tuning", pair(counts.tuning)),
            ("constraints", pair(counts.constraints)),
            ("dead", pair(counts.dead)),
        ];
        let asked = asked.into_iter().filter_map(|(name, pair)| Some((name.to_owned(), pair?)));
        (score.truth.name.clone(), asked.collect())
    };
    scores.iter().map(of).collect()
}

/// Keeps what was reached.
pub(super) fn bless(scores: &[Score<'_>]) -> Result<()> {
    let text = serde_json::to_string_pretty(&reached(scores))? + "\n";
    std::fs::write(path(), text).with_context(|| format!("cannot write {HELD}"))
}

/// Compares what was reached with what is kept.
///
/// # Errors
/// When something has fallen, or has risen and is not kept yet.
pub(super) fn compare(scores: &[Score<'_>]) -> Result<()> {
    let text = std::fs::read_to_string(path()).with_context(|| format!("cannot read {HELD}"))?;
    let kept: Held = serde_json::from_str(&text).with_context(|| format!("{HELD} is broken"))?;
    let differences = differences(&kept, &reached(scores));
    match differences.is_empty() {
        true => Ok(()),
        false => bail!(
            "lifting is not what {HELD} says; `cargo xtask lift-score --bless` keeps it as it is now:\n{}",
            differences.join("\n")
        ),
    }
}

/// Where two differ; a truth that was not scored, because its package is not there, is left out.
fn differences(kept: &Held, reached: &Held) -> Vec<String> {
    let mut all = Vec::new();
    for (truth, asked) in reached {
        let before = kept.get(truth);
        for (name, now) in asked {
            let was = before.and_then(|before| before.get(name));
            if was != Some(now) {
                let was = was.map_or("not kept", String::as_str);
                all.push(format!("{truth}: {name} {now}, was {was}"));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Held, differences};

    fn held(recall: usize) -> Held {
        let asked = [("recall".to_owned(), format!("{recall} of 10"))];
        [("one".to_owned(), asked.into_iter().collect())].into_iter().collect()
    }

    #[test]
    fn what_falls_is_said_and_what_was_not_scored_is_not() {
        assert!(differences(&held(7), &held(7)).is_empty());
        assert_eq!(differences(&held(7), &held(6)), ["one: recall 6 of 10, was 7 of 10"]);
        assert!(differences(&held(7), &Held::new()).is_empty());
        assert_eq!(differences(&Held::new(), &held(7)), ["one: recall 7 of 10, was not kept"]);
    }
}
