//! `spak trace`: what a trace holds, and its trials in the format of other tools.

mod compared;
mod export;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use spak_records::store::Trace;
use spak_records::trace::Record;
use spak_records::trace_report::{TraceReport, TracedEfficiency, TracedProblem, TracedRun};
use spak_records::{Levels, Outcome, Problem, Trial, front};

use crate::engine::report::{duration, problem};
use crate::engine::traces;
use crate::exit::Status;
use crate::output::{self, Format, json};

pub(crate) use export::Export;

/// What `spak trace` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// A trace (`.spak/traces/*.jsonl`, also `.gz`).
    file: PathBuf,
    /// Only this run.
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Write the trials as results of another tool.
    #[arg(long, value_name = "FORMAT")]
    export: Option<Export>,
    /// Where to write them; without it, to standard output.
    #[arg(short = 'o', long = "out", value_name = "FILE", requires = "export")]
    out: Option<PathBuf>,
}

/// Lists the runs, or exports their trials; a problem is a trace with broken lines.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let trace = traces::read(&options.file)?;
    let runs = runs(&trace, options.run.as_deref())?;
    if let Some(export) = options.export {
        export::write(&trace, &runs, export, options.out.as_deref())?;
        return Ok(Status::Fine);
    }
    let report = TraceReport {
        file: options.file.to_string_lossy().into_owned(),
        written_by: trace.header.as_ref().map(|h| h.tool.clone()).filter(|t| !t.is_empty()),
        lines: trace.lines.len() as u64,
        broken_lines: trace.damage.corrupt,
        runs: runs.iter().map(|run| traced(&trace, run)).collect(),
        comparisons: compared::of(&trace, &runs),
    };
    let status = if report.broken_lines == 0 { Status::Fine } else { Status::Problems };
    match format {
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.trace-report", report)?,
    }
    Ok(status)
}

/// The ids of the runs in the order in which they began.
fn runs(trace: &Trace, wanted: Option<&str>) -> Result<Vec<String>> {
    let mut runs: Vec<String> = Vec::new();
    for line in &trace.lines {
        if matches!(line.record, Record::Run(_)) && !runs.contains(&line.run) {
            runs.push(line.run.clone());
        }
    }
    let Some(wanted) = wanted else { return Ok(runs) };
    if !runs.iter().any(|run| run == wanted) {
        match runs.last() {
            Some(last) => bail!("there is no run `{wanted}`; the last one is {last}"),
            None => bail!("there is no run `{wanted}`; the trace has none"),
        }
    }
    Ok(vec![wanted.to_owned()])
}

fn traced(trace: &Trace, run: &str) -> TracedRun {
    let history = trace.history(run);
    let time = trace.lines.iter().find(|line| line.run == run).map(|line| line.time.clone());
    let start = trace.run(run);
    let device = start.and_then(|start| trace.device(&start.device));
    let measured = history.iter().filter_map(|trial| match &trial.outcome {
        Outcome::Measured(measurement) => Some((measurement.median_ns, trial)),
        Outcome::Rejected(_) => None,
    });
    let best = measured.clone().min_by_key(|(ns, _)| *ns);
    TracedRun {
        run: run.to_owned(),
        time: time.unwrap_or_default(),
        system: start.map(|start| start.system.clone()).unwrap_or_default(),
        design: start.map(|start| start.design_path.clone()).unwrap_or_default(),
        problem: history.first().map(|trial| problem(&trial.problem)).unwrap_or_default(),
        device: device.map(|device| device.name.clone()).unwrap_or_default(),
        trials: history.len() as u64,
        measured: measured.count() as u64,
        best_ns: best.map(|(ns, _)| ns),
        best: best.map(|(_, trial)| trial.config.clone()),
        problems: by_problem(&history),
        efficient: efficient(&history),
    }
}

/// What came of each problem, if there are several.
fn by_problem(history: &[&Trial]) -> Vec<TracedProblem> {
    let mut problems: Vec<(&Problem, Vec<&Trial>)> = Vec::new();
    for trial in history {
        match problems.iter_mut().find(|(of, _)| **of == trial.problem) {
            Some((_, trials)) => trials.push(trial),
            None => problems.push((&trial.problem, vec![trial])),
        }
    }
    if problems.len() < 2 {
        return Vec::new();
    }
    let one = |(of, trials): (&Problem, Vec<&Trial>)| {
        let measured = trials.iter().filter_map(|trial| match &trial.outcome {
            Outcome::Measured(measurement) => Some((measurement, trial)),
            Outcome::Rejected(_) => None,
        });
        let best = measured.clone().min_by_key(|(measurement, _)| measurement.median_ns);
        TracedProblem {
            problem: problem(of),
            trials: trials.len() as u64,
            measured: measured.count() as u64,
            best_ns: best.map(|(measurement, _)| measurement.median_ns),
            best_tflops: best.map(|(measurement, _)| measurement.tflops),
            best: best.map(|(_, trial)| trial.config.clone()),
        }
    };
    problems.into_iter().map(one).collect()
}

/// What no other config of a problem beats in both time and energy, if energy was measured.
fn efficient(history: &[&Trial]) -> Vec<TracedEfficiency> {
    let mut problems: Vec<&Problem> = Vec::new();
    let measured = history.iter().filter_map(|trial| match &trial.outcome {
        Outcome::Measured(measurement) => Some((*trial, measurement.energy_mj?)),
        Outcome::Rejected(_) => None,
    });
    let measured: Vec<(&Trial, f64)> = measured.collect();
    for (trial, _) in &measured {
        if !problems.contains(&&trial.problem) {
            problems.push(&trial.problem);
        }
    }
    let mut found = Vec::new();
    for of in problems {
        let levels = Levels::of(history.iter().copied().filter(|trial| trial.problem == *of));
        let points: Vec<(f64, f64, &Trial)> = measured
            .iter()
            .filter(|(trial, _)| trial.problem == *of)
            .filter_map(|(trial, energy)| {
                Some((levels.log_ns(of, &trial.config_id)?.exp(), *energy, *trial))
            })
            .collect();
        let plain: Vec<(f64, f64)> = points.iter().map(|(ns, energy, _)| (*ns, *energy)).collect();
        let front = front(&plain);
        found.extend(front.iter().filter_map(|at| points.get(*at)).map(|(ns, energy, trial)| {
            let (problem, config) = (problem(of), trial.config.clone());
            TracedEfficiency { problem, config, ns: ns.round() as u64, energy_mj: *energy }
        }));
    }
    found
}

/// The front of time and energy of each problem, by the values in which its configs differ.
fn efficiencies(of: &[TracedEfficiency]) -> String {
    let mut out = String::new();
    let mut rest = of;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|one| one.problem == first.problem).count();
        let (own, after) = rest.split_at(count);
        rest = after;
        let differs =
            |name: &&String| own.iter().any(|one| one.config.get(name) != first.config.get(name));
        let names: Vec<&String> = first.config.0.keys().filter(differs).collect();
        let rows = own.iter().map(|one| {
            let values = names
                .iter()
                .map(|name| one.config.get(name).map(ToString::to_string).unwrap_or_default());
            [duration(one.ns), format!("{:.2}", one.energy_mj)].into_iter().chain(values).collect()
        });
        let mut heads = vec!["time", "mJ"];
        heads.extend(names.iter().map(|name| name.as_str()));
        out.push_str(&format!(
            "\n\nno other config is both faster and needs less energy: {}\n",
            first.problem
        ));
        out.push_str(&output::table(&heads, rows));
    }
    out
}

fn print(report: &TraceReport) -> Result<()> {
    let mut out = format!("{}: {} runs\n", report.file, report.runs.len());
    if report.broken_lines > 0 {
        out.push_str(&format!("{} lines are broken and were left out\n", report.broken_lines));
    }
    out.push('\n');
    let rows = report.runs.iter().map(|run| {
        vec![
            run.run.clone(),
            run.trials.to_string(),
            run.measured.to_string(),
            run.best_ns.map(duration).unwrap_or_default(),
            match run.problems.len() {
                0 => run.problem.clone(),
                several => format!("{several} problems"),
            },
            run.device.clone(),
        ]
    });
    let heads = ["run", "trials", "measured", "best", "problem", "device"];
    out.push_str(&output::table(&heads, rows));
    for run in report.runs.iter().filter(|run| !run.problems.is_empty()) {
        out.push_str(&format!("\n\n{}\n", run.run));
        // What all of them have in common need not stand in each row.
        let is_common = |word: &&str| {
            run.problems.iter().all(|problem| problem.problem.split(' ').any(|own| own == *word))
        };
        let rows = run.problems.iter().map(|problem| {
            let words: Vec<&str> =
                problem.problem.split(' ').filter(|word| !is_common(word)).collect();
            vec![
                problem.trials.to_string(),
                problem.measured.to_string(),
                problem.best_ns.map(duration).unwrap_or_default(),
                problem.best_tflops.map(|tflops| format!("{tflops:.1}")).unwrap_or_default(),
                words.join(" "),
            ]
        });
        out.push_str(&output::table(&["trials", "measured", "best", "TFLOPS", "problem"], rows));
    }
    for run in &report.runs {
        out.push_str(&efficiencies(&run.efficient));
    }
    if !report.comparisons.is_empty() {
        out.push_str(&compared::table(&report.comparisons));
    }
    out.push('\n');
    output::result(&out)
}
