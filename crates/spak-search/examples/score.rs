//! Scores strategies on recorded spaces: `score [--repeats N] [--strategy NAME] [--threads N] [--exact] [--folds] FILE.json.gz …`
//!
//! Prints for each strategy and space the published score over time and over evaluations, the time of a run, and the
//! evaluations to within 2 % of the optimum. `--folds` chooses the options of the default strategy on all spaces but one and
//! scores the choice on that one, for each.
#![expect(clippy::print_stdout, reason = "a program")]

mod recorded;

use std::time::Instant;

use spak_search::compare::{Report, Setup, compare};
use spak_search::replay::{Recording, replay};
use spak_search::score::{Reference, Scorer};
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
            "--threads" => {
                let count = arguments.next().ok_or("--threads needs a number")?;
                setup.threads = count.parse().map_err(|_| format!("{count} is no number"))?;
            }
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

/// The report, and the milliseconds that one run takes on one thread, scoring not included.
fn timed(recording: &Recording, method: &Method, setup: Setup) -> Result<(Report, f64), String> {
    let report = compare(recording, method, setup, &|_| true).ok_or("nothing to run")?;
    let horizon = Scorer::new(recording, setup.reference).horizon();
    let runs = setup.repeats;
    let begun = Instant::now();
    for number in 0..runs {
        std::hint::black_box(replay(
            recording,
            method.start(),
            setup.seed.wrapping_add(number),
            horizon,
        ));
    }
    Ok((report, begun.elapsed().as_secs_f64() * 1e3 / runs as f64))
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

/// The values of each option among which is chosen.
const LEVELS: [&[f64]; 5] =
    [&[3.0, 4.0, 6.0], &[8.0, 16.0], &[1.0, 2.0], &[30.0, 50.0, 80.0], &[0.1, 0.2, 0.3]];

/// All combinations, each as the positions of its values in [`LEVELS`].
fn combinations() -> Vec<Vec<usize>> {
    LEVELS.iter().fold(vec![Vec::new()], |all, levels| {
        all.iter()
            .flat_map(|combination| {
                (0..levels.len())
                    .map(move |level| combination.iter().copied().chain([level]).collect())
            })
            .collect()
    })
}

fn options(combination: &[usize]) -> Guided {
    let of = |option: usize| {
        let level = combination.get(option).copied().unwrap_or(0);
        LEVELS.get(option).and_then(|levels| levels.get(level)).copied().unwrap_or(0.0)
    };
    Guided {
        first: of(0) as usize,
        elites: of(1) as usize,
        trees: of(2) as usize,
        patience: of(3) as usize,
        strangers: of(4),
        mixed: 0.8 - of(4),
        ..Guided::default()
    }
}

/// Of each option the value that is best on average over all values of the others. The best single combination
/// would mostly be the luckiest one: the differences are no larger than the errors.
fn choose(all: &[Vec<usize>], scores: &[f64]) -> Vec<usize> {
    (0..LEVELS.len())
        .map(|option| {
            let mean = |level: usize| {
                let with = all
                    .iter()
                    .zip(scores)
                    .filter(|(combination, _)| combination.get(option) == Some(&level));
                let (sum, count) =
                    with.fold((0.0, 0u32), |(sum, count), (_, score)| (sum + score, count + 1));
                sum / f64::from(count)
            };
            let levels = LEVELS.get(option).map_or(0, |levels| levels.len());
            (0..levels).max_by(|&a, &b| mean(a).total_cmp(&mean(b))).unwrap_or(0)
        })
        .collect()
}

fn leave_one_out(spaces: &[(String, Recording)], setup: Setup) -> Result<(), String> {
    let all = combinations();
    let mut table: Vec<Vec<f64>> = Vec::new();
    for combination in &all {
        let mut row = Vec::new();
        for (_, recording) in spaces {
            let (report, _) = timed(recording, &Method::Guided(options(combination)), setup)?;
            // Both axes count: on spaces where few evaluations decide, the one over time is mostly luck.
            row.push((report.score.by_time + report.score.by_evaluations) / 2.0);
        }
        table.push(row);
    }
    let chosen_without = |left_out: Option<usize>| {
        let scores: Vec<f64> = table
            .iter()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .filter(|(at, _)| Some(*at) != left_out)
                    .map(|(_, score)| score)
                    .sum()
            })
            .collect();
        options(&choose(&all, &scores))
    };
    let (mut by_time, mut by_evaluations) = (0.0, 0.0);
    for (at, (name, recording)) in spaces.iter().enumerate() {
        let chosen = chosen_without(Some(at));
        // Other seeds than those it was chosen with.
        let fresh = Setup { seed: 1_000_000, repeats: setup.repeats * 4, ..setup };
        let (report, per_run) = timed(recording, &Method::Guided(chosen), fresh)?;
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
    println!("  chosen on all: {:?}", chosen_without(None));
    for (at, (name, _)) in spaces.iter().enumerate() {
        let mut scores: Vec<f64> = table.iter().filter_map(|row| row.get(at)).copied().collect();
        scores.sort_unstable_by(f64::total_cmp);
        let (worst, best) = (scores.first().unwrap_or(&0.0), scores.last().unwrap_or(&0.0));
        println!("  {name}: candidates score from {worst:.3} to {best:.3}");
    }
    Ok(())
}
