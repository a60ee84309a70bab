//! The tables that a person reads.

use std::path::Path;

use spak_records::tune_report::{ReplayReport, StoppingRecord, StrategyOnSpace};

use crate::output;

/// A file without folders and endings.
pub(super) fn short(file: &str) -> String {
    let name = Path::new(file).file_name().map_or(file.into(), |n| n.to_string_lossy());
    name.trim_end_matches(".gz").trim_end_matches(".json").to_owned()
}

/// A value with no more digits than a clock has.
fn digits(value: f64) -> String {
    let whole = value.abs().log10().floor().clamp(-300.0, 300.0) as i32;
    let places = if value == 0.0 { 0 } else { (5 - whole).clamp(0, 12) as usize };
    let text = format!("{value:.places$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// All of it.
pub(super) fn report(report: &ReplayReport) -> String {
    let mut out = String::new();
    for space in &report.spaces {
        let best: Vec<String> = space.best.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        out.push_str(&format!(
            "{}: {} configs, {} measured; best {} {} with {}\n",
            short(&space.file),
            space.configs,
            space.measured,
            digits(space.optimum),
            space.objective,
            best.join(" ")
        ));
    }
    let header = [
        "strategy",
        "score",
        "by evaluations",
        "to within 2 %",
        "in a tenth",
        "optimum",
        "a run",
        "",
    ];
    out.push('\n');
    out.push_str(&output::table(&header, scores(report)));
    out.push_str(&format!(
        "\n\nscore: 0 is random search, 1 the optimum at once, over the recorded time of each evaluation; means of {} runs\n\
         to within 2 %: evaluations after which half of the runs are within 2 % of the optimum, and their share of the configs\n\
         in a tenth: runs that are there after a tenth of the configs; optimum: runs that found the optimum itself\n\
         a run: processor time of one search of the strategy, without scoring it\n",
        report.repeats
    ));
    if report.workers > 1 {
        out.push_str(&format!(
            "{} configs were measured at once; random search, with which the score compares, measures one at a time\n",
            report.workers
        ));
    }
    if let Some(margin) = report.margin {
        stopped(report, margin, &mut out);
    }
    out
}

fn number(score: Option<f64>) -> String {
    score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}"))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1} %", 100.0 * share))
}

fn scores(report: &ReplayReport) -> impl Iterator<Item = Vec<String>> {
    report.strategies.iter().flat_map(|strategy| {
        let own = strategy.spaces.iter().zip(&report.spaces).map(|(on, space)| {
            let near = on.evaluations_to_near.map_or("-".to_owned(), |n| {
                format!("{n} ({:.1} %)", 100.0 * n as f64 / space.configs.max(1) as f64)
            });
            vec![
                format!("  {}", short(&space.file)),
                number(on.score),
                number(on.score_by_evaluations),
                near,
                format!("{:.0} %", 100.0 * on.near_in_a_tenth),
                format!("{:.0} %", 100.0 * on.found),
                format!("{:.2} ms", on.milliseconds_per_run),
                String::new(),
            ]
        });
        let mut head = vec![
            strategy.name.clone(),
            number(strategy.score),
            number(strategy.score_by_evaluations),
        ];
        head.resize(8, String::new());
        std::iter::once(head).chain(own)
    })
}

/// What stopping at the margin did.
fn stopped(report: &ReplayReport, margin: f64, out: &mut String) {
    let header =
        ["strategy", "stopped", "evaluations", "saved", "time saved", "lost", "left", "kept", ""];
    let saved = |part: f64, whole: f64| {
        percent((whole > 0.0).then(|| 1.0 - part / whole).filter(|s| s.is_finite()))
    };
    let row = |space: String, on: &StrategyOnSpace| {
        let one: &StoppingRecord = on.stopping.as_ref()?;
        Some(vec![
            space,
            format!("{:.0} %", 100.0 * one.stopped),
            format!("{:.0} of {:.0}", one.evaluations, one.evaluations_unstopped),
            saved(one.evaluations, one.evaluations_unstopped),
            saved(one.seconds, one.seconds_unstopped),
            percent(one.lost),
            percent(one.left),
            one.kept.map_or_else(|| "-".to_owned(), |kept| format!("{:.0} %", 100.0 * kept)),
            String::new(),
        ])
    };
    let rows = report.strategies.iter().flat_map(|strategy| {
        let mut head = vec![strategy.name.clone()];
        head.resize(header.len(), String::new());
        let own = strategy.spaces.iter().zip(&report.spaces);
        let own = own.filter_map(|(on, space)| row(format!("  {}", short(&space.file)), on));
        std::iter::once(head).chain(own)
    });
    out.push_str(&format!(
        "\nstopped when the forecast of what is left to gain was below {}\n\n",
        percent(Some(margin))
    ));
    out.push_str(&output::table(&header, rows));
    out.push_str(
        "\n\nsaved: evaluations, of those that a run has until random search is expected to be 95 % of the way to the optimum, at\n\
         least a tenth of the configs; time saved: the same in recorded time\n\
         lost: how much better the best value would have been without stopping; left: how much better the optimum is\n\
         kept: stopped runs for which the optimum was no better than the margin says\n",
    );
}
