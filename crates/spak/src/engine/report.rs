//! What a run shows at its end: what was tried, what is best, what was learnt.

use std::fmt::Write as _;

use spak_loop::analyse::{Row, RowResult};
use spak_loop::{Analysis, SkipReason};
use spak_records::{Config, Problem};

use crate::engine::drive::confirm::Confirmed;
use crate::engine::drive::{Driver, Outcomes};
use crate::engine::learn::Learnt;
use crate::output;
use crate::verbs::check::plural;

/// Rows of the table of accepted configs.
const SHOWN: usize = 12;

/// Impossible results that are shown.
const SHOWN_IMPOSSIBLE: usize = 3;

/// The whole report as text.
pub(crate) fn text(outcomes: &Outcomes, driver: &Driver<'_>) -> String {
    let mut out = String::new();
    let analysis = &outcomes.analysis;
    if !analysis.rows.is_empty() {
        let _ = writeln!(out, "\n{}", tried(analysis));
    }
    let _ = writeln!(out, "{}", ended(outcomes, driver));
    out.push_str(&impossible(driver));
    if let Some(learnt) = &outcomes.learnt {
        knowledge(&mut out, learnt, driver);
    }
    if outcomes.learnt.is_some() && analysis.best.is_some() {
        let _ = writeln!(out, "kernel: {}", driver.paths.kernel.display());
    }
    let _ = writeln!(out, "trace: {}", driver.paths.trace.display());
    out
}

/// Results that no run on this processor can have; the first of them.
fn impossible(driver: &Driver<'_>) -> String {
    let all = faster_than_possible(driver);
    let lines: String =
        all.iter().take(SHOWN_IMPOSSIBLE).map(|one| format!("IMPOSSIBLE: {one}\n")).collect();
    match all.len().saturating_sub(SHOWN_IMPOSSIBLE) {
        0 => lines,
        more => format!("{lines}… and {more} more; `spak predict` shows all of them\n"),
    }
}

fn faster_than_possible(driver: &Driver<'_>) -> Vec<String> {
    let (device, problem) = (&driver.machine.device, &driver.specified.problem);
    crate::verbs::predict::impossible(driver.design, device, problem)
}

/// The fastest configs and the seed, then the rejected ones.
fn tried(analysis: &Analysis) -> String {
    let mut ranked: Vec<(usize, &Row)> =
        analysis.rows.iter().enumerate().filter(|(_, row)| row.rank.is_some()).collect();
    ranked.sort_by_key(|(_, row)| row.rank);
    let shown = |index: usize, row: &Row| {
        row.rank.is_some_and(|r| r <= SHOWN) || analysis.seed == Some(index)
    };
    let rows =
        ranked.iter().filter(|(index, row)| shown(*index, row)).filter_map(|(index, row)| {
            let RowResult::Measured { median_ns, ci_ns, tflops, .. } = &row.result else {
                return None;
            };
            Some(vec![
                row.rank.map_or(String::new(), |r| r.to_string()),
                (index + 1).to_string(),
                duration(*median_ns),
                format!("{} … {}", duration(ci_ns[0]), duration(ci_ns[1])),
                format!("{:.1}", tflops * 1e3),
                analysis.speedup_of(*index).map_or_else(|| "-".to_owned(), |s| format!("{s:.2}x")),
                wrapped(&differences(row, analysis.seed == Some(*index))),
            ])
        });
    let header = [
        "rank",
        "trial",
        "median",
        "95 % interval",
        "GFLOP/s",
        "speedup",
        "differs from the seed in",
    ];
    let mut out = match ranked.is_empty() {
        true => String::new(),
        false => format!("{}\n", output::table(&header, rows)),
    };
    if analysis.speedup.is_some() {
        out.push_str(
            "speedup: over the seed, from all trials together, without the drift between them\n",
        );
    }
    let hidden = ranked.len().saturating_sub(ranked.iter().filter(|(i, r)| shown(*i, r)).count());
    if hidden > 0 {
        let _ = writeln!(out, "… and {hidden} slower ones, all in the trace");
    }
    for row in &analysis.rows {
        if let RowResult::Rejected { stage, reason, detail } = &row.result {
            let stage = format!("{stage:?}").to_lowercase();
            let detail: String = detail.chars().take(120).collect();
            let _ = writeln!(
                out,
                "rejected at {stage}, {reason}: {} ({detail})",
                differences(row, row.differences.is_empty())
            );
        }
    }
    out
}

/// Longest line of the table's last column, in characters.
const WRAP: usize = 64;

/// The words of `text` on lines of at most [`WRAP`] characters.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let len = word.chars().count();
        if used > 0 {
            let fits = used + 1 + len <= WRAP;
            out.push(if fits { ' ' } else { '\n' });
            used = if fits { used + 1 } else { 0 };
        }
        out.push_str(word);
        used += len;
    }
    out
}

fn differences(row: &Row, is_seed: bool) -> String {
    if is_seed {
        return "the seed".to_owned();
    }
    let texts: Vec<String> = row
        .differences
        .iter()
        .map(|d| {
            format!(
                "{}={}",
                d.name,
                d.value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
            )
        })
        .collect();
    texts.join(" ")
}

fn ended(outcomes: &Outcomes, driver: &Driver<'_>) -> String {
    let analysis = &outcomes.analysis;
    let mut out = format!("{}\n", outcomes.reason);
    if outcomes.interrupted {
        let _ = write!(
            out,
            "nothing that was measured is lost; the same command goes on with {}",
            outcomes.run
        );
        return out;
    }
    let tried = analysis.rows.len();
    let rejected = analysis.rows.iter().filter(|r| r.rank.is_none()).count();
    let _ = write!(out, "{} tried, {rejected} rejected", plural(tried, "config"));
    let earlier = (tried as u64).saturating_sub(outcomes.measured);
    if earlier > 0 {
        let _ = write!(out, "; {earlier} of them were in the trace and not measured again");
    }
    if let Some(trials) = analysis.trials_to_near_best {
        let _ = write!(out, "; within 2 % of the best after {trials}");
    }
    let known =
        outcomes.skipped.iter().filter(|s| matches!(s.why, SkipReason::Known { .. })).count();
    if known > 0 {
        let _ =
            write!(out, "; {} not tried because the design knows better", plural(known, "value"));
    }
    let holds = |config: &Config| {
        let is_tried = |row: &Row| config.0.iter().all(|(k, v)| row.config.get(k) == Some(v));
        analysis.rows.iter().any(is_tried)
    };
    if driver.specified.guidance.recommended.iter().any(|r| holds(&r.config)) {
        let _ = write!(out, "; it started from what the design recommends");
    }
    out.push('\n');
    match (analysis.best.and_then(|i| analysis.rows.get(i)), analysis.speedup) {
        (Some(best), Some(speedup)) if analysis.best != analysis.seed => {
            let _ = match &outcomes.confirmed {
                Some(confirmed) => write!(
                    out,
                    "best: {:.1}x the seed, {} against {} by turns, with {}",
                    confirmed.speedup(),
                    duration(confirmed.best_time.median_ns),
                    duration(confirmed.seed_ns),
                    differences(best, false)
                ),
                None => {
                    write!(out, "best: {speedup:.1}x the seed, with {}", differences(best, false))
                }
            };
        }
        (Some(best), None) => {
            let config = differences(best, false);
            let _ = write!(
                out,
                "best: {config}; no speedup, since the design's first values together were not measured"
            );
        }
        (Some(_), _) => out.push_str("best: the seed itself; nothing that was tried is faster"),
        _ => out.push_str("nothing that was tried was accepted"),
    }
    out
}

fn knowledge(out: &mut String, learnt: &Learnt, driver: &Driver<'_>) {
    let Learnt { diff, added, replaced, unchanged, removed, known_better, written } = learnt;
    let count = |names: &[String]| names.len();
    let _ = writeln!(
        out,
        "learnt: {} new, {} with new figures, {} as they were, {} taken out",
        count(added),
        count(replaced),
        count(unchanged),
        count(removed)
    );
    for (scope, there, now) in known_better {
        let _ = writeln!(
            out,
            "what the design knows under `{scope}` rests on {there} trials and stands; this trace has {now}"
        );
    }
    if !diff.is_empty() {
        let _ = writeln!(out, "\n{diff}");
        let shown = driver.design.display();
        let _ = if *written {
            writeln!(
                out,
                "the design `{shown}` was changed as shown; `git diff` or `spak diff` show it again"
            )
        } else {
            writeln!(out, "the design was not changed (`--keep-design`)")
        };
    }
}

/// A problem in one line: `attention causal B=1 H=8/8 S=1024 D=64 f32`.
pub(crate) fn problem(problem: &Problem) -> String {
    problem.to_string()
}

/// A time with three digits and its unit.
pub(crate) fn duration(ns: u64) -> String {
    let x = ns as f64;
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{:.1} µs", x / 1e3),
        1_000_000..1_000_000_000 => format!("{:.2} ms", x / 1e6),
        _ => format!("{:.2} s", x / 1e9),
    }
}

/// Prints the report as JSON.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn json(outcomes: &Outcomes, driver: &Driver<'_>) -> anyhow::Result<()> {
    use spak_records::report::{LoopReport, LoopTrial};
    let analysis = &outcomes.analysis;
    let trials = analysis.rows.iter().enumerate().map(|(at, row)| LoopTrial {
        key: row.key.clone(),
        config: row.config.clone(),
        rank: row.rank.map(|r| r as u64),
        speedup: analysis.speedup_of(at),
        median_ns: match &row.result {
            RowResult::Measured { median_ns, .. } => Some(*median_ns),
            RowResult::Rejected { .. } => None,
        },
        rejected: match &row.result {
            RowResult::Measured { .. } => None,
            RowResult::Rejected { reason, .. } => Some(reason.clone()),
        },
    });
    let report = LoopReport {
        design: driver.design.to_string_lossy().into_owned(),
        run: outcomes.run.clone(),
        trace: driver.paths.trace.to_string_lossy().into_owned(),
        reason: outcomes.reason.to_string(),
        interrupted: outcomes.interrupted,
        measured: outcomes.measured,
        trials_to_near_best: analysis.trials_to_near_best.map(|t| t as u64),
        speedup: outcomes.confirmed.as_ref().map(Confirmed::speedup).or(analysis.speedup),
        best_ns: outcomes.confirmed.as_ref().map(|c| c.best_time.median_ns),
        seed_ns: outcomes.confirmed.as_ref().map(|c| c.seed_ns),
        best: analysis.best.and_then(|i| analysis.rows.get(i)).map(|r| r.config.clone()),
        trials: trials.collect(),
        impossible: faster_than_possible(driver),
        not_written: outcomes.not_written.as_ref().map(output::reason),
        added: outcomes.learnt.as_ref().map(|l| l.added.clone()).unwrap_or_default(),
        replaced: outcomes.learnt.as_ref().map(|l| l.replaced.clone()).unwrap_or_default(),
        removed: outcomes.learnt.as_ref().map(|l| l.removed.clone()).unwrap_or_default(),
        unchanged: outcomes.learnt.as_ref().map(|l| l.unchanged.clone()).unwrap_or_default(),
        diff: outcomes.learnt.as_ref().map(|l| l.diff.clone()).unwrap_or_default(),
    };
    output::json::result("spak.loop-report", report)
}
