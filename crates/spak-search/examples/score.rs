//! Scores strategies on recorded spaces: `score [--repeats N] [--strategy NAME] [--exact] [--folds] FILE.json.gz …`
//!
//! Prints for each strategy and space the published score over time and over evaluations, the time of a run, and the
//! evaluations to within 2 % of the optimum. `--folds` chooses the options of the default strategy on all spaces but one and
//! scores the choice on that one, for each.
#![expect(clippy::print_stdout, reason = "a program")]

mod recorded;

use std::time::Instant;

use spak_search::compare::{Report, Setup, compare};
use spak_search::replay::Recording;
use spak_search::score::Reference;
use spak_search::strategies::Method;
use spak_search::strategies::guided::Guided;

fn main() -> Result<(), String> {
    let mut setup = Setup::default();
    let (mut names, mut files, mut folds) = (Vec::new(), Vec::new(), false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--repeats" => {
                let count = arguments.next().ok_or("--repeats needs a number")?;
                setup.repeats = count.parse().map_err(|_| format!("{count} is no number"))?;
            }
            "--strategy" => names.push(arguments.next().ok_or("--strategy needs a name")?),
            "--exact" => setup.reference = Reference::Exact,
            "--folds" => folds = true,
            _ => files.push(argument),
        }
    }
    let spaces: Vec<(String, Recording)> = files
        .iter()
        .map(|file| {
            let name =
                file.rsplit('/').next().unwrap_or(file).trim_end_matches(".json.gz").to_owned();
            recorded::read(file).map(|recording| (name, recording))
        })
        .collect::<Result<_, _>>()?;
    if folds {
        return leave_one_out(&spaces, setup);
    }
    if names.is_empty() {
        names = Method::names()
            .iter()
            .map(|name| (*name).to_owned())
            .filter(|name| name != "bayesian")
            .collect();
    }
    for name in &names {
        let method = Method::named(name).ok_or_else(|| format!("no strategy {name}"))?;
        println!("{name}");
        let (mut by_time, mut by_evaluations, mut run_time) = (0.0, 0.0, 0.0);
        for (space, recording) in &spaces {
            let (report, per_run) = timed(recording, &method, setup)?;
            print(space, &report, per_run);
            by_time += report.score.by_time;
            by_evaluations += report.score.by_evaluations;
            run_time += per_run;
        }
        let count = spaces.len() as f64;
        println!(
            "  {:32} {:7.3} {:7.3} {:9.3} ms",
            "mean",
            by_time / count,
            by_evaluations / count,
            run_time / count
        );
    }
    Ok(())
}

fn timed(recording: &Recording, method: &Method, setup: Setup) -> Result<(Report, f64), String> {
    let begun = Instant::now();
    let report = compare(recording, method, setup, &|_| true).ok_or("nothing to run")?;
    let per_run = begun.elapsed().as_secs_f64() * 1e3 / setup.repeats as f64;
    Ok((report, per_run))
}

fn print(space: &str, report: &Report, per_run: f64) {
    let near = report.score.evaluations_to_near.map_or("-".to_owned(), |count| count.to_string());
    println!(
        "  {space:32} {:7.3} {:7.3} {per_run:9.3} ms  to 2 %: {near:>6} of {} ({:.0} % of runs in a tenth)",
        report.score.by_time,
        report.score.by_evaluations,
        report.configurations,
        report.score.near_in_a_tenth * 100.0,
    );
}

/// The options among which is chosen.
fn candidates() -> Vec<Guided> {
    let mut all = Vec::new();
    for first in [6, 8, 12] {
        for elites in [8, 16] {
            for trees in [1, 2] {
                for patience in [30, 50, 80] {
                    for (strangers, mixed) in [(0.2, 0.6), (0.1, 0.7)] {
                        all.push(Guided {
                            first,
                            elites,
                            trees,
                            patience,
                            strangers,
                            mixed,
                            ..Guided::default()
                        });
                    }
                }
            }
        }
    }
    all
}

fn leave_one_out(spaces: &[(String, Recording)], setup: Setup) -> Result<(), String> {
    let all = candidates();
    let mut table: Vec<Vec<(f64, f64)>> = Vec::new();
    for options in &all {
        let mut row = Vec::new();
        for (_, recording) in spaces {
            let (report, _) = timed(recording, &Method::Guided(*options), setup)?;
            row.push((report.score.by_time, report.score.by_evaluations));
        }
        table.push(row);
    }
    // Both axes count: on spaces where few evaluations decide, the one over time is mostly luck.
    let both = |score: (f64, f64)| (score.0 + score.1) / 2.0;
    let best_without = |left_out: Option<usize>| {
        let mean = |row: &Vec<(f64, f64)>| -> f64 {
            row.iter()
                .enumerate()
                .filter(|(at, _)| Some(*at) != left_out)
                .map(|(_, &score)| both(score))
                .sum()
        };
        (0..table.len()).max_by(|&a, &b| match (table.get(a), table.get(b)) {
            (Some(a), Some(b)) => mean(a).total_cmp(&mean(b)),
            _ => std::cmp::Ordering::Equal,
        })
    };
    let (mut by_time, mut by_evaluations) = (0.0, 0.0);
    for (at, (name, recording)) in spaces.iter().enumerate() {
        let chosen =
            best_without(Some(at)).and_then(|chosen| all.get(chosen)).ok_or("no options")?;
        // Other seeds than those it was chosen with.
        let fresh = Setup { seed: 1_000_000, ..setup };
        let (report, per_run) = timed(recording, &Method::Guided(*chosen), fresh)?;
        print(name, &report, per_run);
        println!("      {chosen:?}");
        by_time += report.score.by_time;
        by_evaluations += report.score.by_evaluations;
    }
    let count = spaces.len() as f64;
    println!(
        "  mean of the left out: {:.3} over time, {:.3} over evaluations",
        by_time / count,
        by_evaluations / count
    );
    println!("  chosen on all: {:?}", best_without(None).and_then(|chosen| all.get(chosen)));
    for (at, (name, _)) in spaces.iter().enumerate() {
        let mut scores: Vec<f64> =
            table.iter().filter_map(|row| row.get(at)).map(|&score| both(score)).collect();
        scores.sort_unstable_by(f64::total_cmp);
        println!(
            "  {name}: candidates score from {:.3} to {:.3}",
            scores.first().unwrap_or(&0.0),
            scores.last().unwrap_or(&0.0)
        );
    }
    Ok(())
}
