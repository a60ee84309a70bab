//! Strategies compared on recordings, on several threads, with the same result on any number of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::replay::{Recording, Run, replay, replay_parallel};
use crate::score::{Reference, Score, Scorer};
use crate::strategies::Method;

/// How a comparison is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// Runs of the strategy; the n-th has seed `seed + n`.
    pub repeats: u64,
    /// The first seed.
    pub seed: u64,
    /// Threads; 0 counts as 1.
    pub threads: usize,
    /// The baseline, which has one worker whatever `workers` says.
    pub reference: Reference,
    /// How many points are measured at once; 0 counts as 1.
    pub workers: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self { repeats: 100, seed: 0, threads: 1, reference: Reference::Published, workers: 1 }
    }
}

/// How a strategy did on one recording. All fields are plain, for printing and for JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The score.
    pub score: Score,
    /// Runs.
    pub repeats: u64,
    /// Mean evaluations of a run, which ends when it has found the optimum or reached the horizon.
    pub mean_trials: f64,
    /// The best value that any run found.
    pub best: f64,
    /// The best recorded value.
    pub optimum: f64,
    /// Recorded configurations.
    pub configurations: u64,
    /// The share of runs that found the optimum.
    pub found: f64,
}

/// Called after each run with how many are done; false ends the comparison early.
pub type Progress<'a> = &'a (dyn Fn(u64) -> bool + Sync);

/// Replays a strategy against a recording and scores it. `None` if `progress` ended it or there was nothing to run.
pub fn compare(
    recording: &Recording,
    method: &Method,
    setup: Setup,
    progress: Progress<'_>,
) -> Option<Report> {
    let scorer = Scorer::new(recording, setup.reference);
    let runs = runs(recording, &scorer, method, setup, progress)?;
    report(recording, &scorer, &runs)
}

/// The report of runs that were made before; `None` of none.
pub fn report(recording: &Recording, scorer: &Scorer<'_>, runs: &[Run]) -> Option<Report> {
    if runs.is_empty() {
        return None;
    }
    let best = runs
        .iter()
        .flat_map(|run| &run.rows)
        .map(|&row| recording.outcome(row).value())
        .fold(f64::INFINITY, f64::min);
    let trials: usize = runs.iter().map(|run| run.rows.len()).sum();
    let found = runs
        .iter()
        .filter(|run| run.rows.iter().any(|&row| recording.place(row) == Some(0)))
        .count();
    Some(Report {
        score: scorer.score(runs),
        repeats: runs.len() as u64,
        mean_trials: trials as f64 / runs.len() as f64,
        best,
        optimum: recording.optimum(),
        configurations: recording.values().len() as u64,
        found: found as f64 / runs.len() as f64,
    })
}

/// The runs themselves, in the order of their seeds. `None` if `progress` ended it.
pub fn runs(
    recording: &Recording,
    scorer: &Scorer<'_>,
    method: &Method,
    setup: Setup,
    progress: Progress<'_>,
) -> Option<Vec<Run>> {
    let horizon = scorer.horizon();
    spread_over(setup, progress, |seed| {
        if setup.workers > 1 {
            replay_parallel(recording, method.start(), seed, horizon, setup.workers)
        } else {
            replay(recording, method.start(), seed, horizon)
        }
    })
}

/// What `one` makes of each seed, in the order of the seeds, on the threads of the set-up.
pub(crate) fn spread_over<T: Send>(
    setup: Setup,
    progress: Progress<'_>,
    one: impl Fn(u64) -> T + Sync,
) -> Option<Vec<T>> {
    let (next, done, go_on) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(true));
    let work = || {
        let mut mine = Vec::new();
        while go_on.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= setup.repeats {
                break;
            }
            mine.push((number, one(setup.seed.wrapping_add(number))));
            if !progress(done.fetch_add(1, Ordering::Relaxed) + 1) {
                go_on.store(false, Ordering::Relaxed);
            }
        }
        mine
    };
    let threads = setup.threads.clamp(1, 256);
    let mut all = if threads == 1 {
        work()
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
        })
    };
    all.sort_unstable_by_key(|&(number, _)| number);
    let complete = go_on.into_inner() && all.len() as u64 == setup.repeats;
    complete.then(|| all.into_iter().map(|(_, made)| made).collect())
}
