//! Scores as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::axes::{Outcome, Verdict};
use super::ratio::Ratio;
use super::score::{Bar, Counts, Score};
use super::show;

/// All scores and the bars.
pub(crate) fn document(scores: &[Score<'_>], bars: &[Bar]) -> Value {
    let bar = |bar: &Bar| json!({"name": bar.name, "reached": bar.reached, "asked": bar.asked, "met": bar.met});
    json!({
        "schema": "spak.lift-score",
        "version": 1,
        "files": scores.iter().map(file).collect::<Vec<_>>(),
        "bars": bars.iter().map(bar).collect::<Vec<_>>(),
    })
}

fn file(score: &Score<'_>) -> Value {
    let Counts { kernels, recall, strict, whole, precision, beyond, tuning, constraints, dead } =
        score.counts();
    let axes = &score.axes;
    let missed = axes.items.iter().filter(|item| item.outcome < Outcome::Near);
    let wrong = axes.said.iter().filter(|s| s.verdict.counts() && s.verdict != Verdict::Right);
    let unmentioned = axes.said.iter().filter(|said| !said.verdict.counts());
    json!({
        "truth": score.truth.name,
        "file": score.truth.file,
        "failure": score.failure,
        "family": {"said": score.family, "true": score.truth.family},
        "kernels": ratio(kernels),
        "recall": ratios(&recall),
        "recall_exact_line": ratios(&strict),
        "whole_rows": ratio(whole),
        "precision": ratio(precision),
        "beyond": beyond,
        "tuning": ratio(tuning),
        "constraints": ratio(constraints),
        "dead": ratio(dead),
        "missed": missed.map(|item| show::miss(score, item)).collect::<Vec<_>>(),
        "wrong": wrong.map(show::finding).collect::<Vec<_>>(),
        "unmentioned": unmentioned.map(show::finding).collect::<Vec<_>>(),
        "tuning_rows": score.tuning.iter().map(show::tuning).collect::<Vec<_>>(),
        "constraint_rows": score.constraints.iter().map(show::statement).collect::<Vec<_>>(),
        "dead_rows": score.dead.iter().map(show::statement).collect::<Vec<_>>(),
    })
}

fn ratio(ratio: Ratio) -> Value {
    json!({"hit": ratio.hit, "of": ratio.of})
}

fn ratios(counts: &BTreeMap<String, Ratio>) -> Value {
    counts.iter().map(|(priority, count)| (priority.clone(), ratio(*count))).collect()
}
