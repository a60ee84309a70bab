//! The score of a strategy on a recorded space, by the published methodology.
//!
//! Willemsen, Schoonhoven, Filipovič, Tørring, van Nieuwpoort and van Werkhoven, "A methodology for
//! comparing optimization algorithms for auto-tuning", FGCS 2024, doi:10.1016/j.future.2024.05.021, and its package
//! `autotuning_methodology`. In short: random search without replacement is the baseline, calculated, not run;
//! the comparison lasts from where it is expected to have come 1 % of the way from the median to the optimum until
//! 95 %; at 10,000 equidistant times the score is (S_random − F) / (S_random − S_opt), and its mean is the result.
//! F is found through the mean *rank* of the best value so far, as the baseline is.
//!
//! Differences, none of which moves a score by more than its error: the isotonic regression over time is fitted once
//! to all runs instead of to bootstrapped tenths of them; runs that have found the optimum go on at the mean cost. On the axis
//! of evaluations the published package takes the median rank, for which random search does not score 0: the mean is
//! taken here, and as a failed configuration is an evaluation, too, the baseline is charged for those it would meet.

use crate::isotonic::{Decreasing, monotone_cubic};
use crate::replay::{Horizon, Recording, Run};

/// Points in time at which curves are compared.
const RESOLUTION: usize = 10_000;
/// The way from the median to the optimum at which the comparison starts and ends.
const CUTOFFS: (f64, f64) = (0.01, 0.95);
/// "Near the optimum" is within this fraction of it.
pub const NEAR: f64 = 0.02;
/// Runs last for at least this fraction of the space.
pub const SHARE: f64 = 0.1;

/// How a strategy did on one space.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The published score, over recorded time. 0 is random search, 1 the optimum from the start.
    pub by_time: f64,
    /// The same over evaluations.
    pub by_evaluations: f64,
    /// Evaluations after which half of the runs had a value within 2 % of the optimum; `None` if fewer than half got there.
    pub evaluations_to_near: Option<u64>,
    /// The share of the runs that were within 2 % of the optimum after a tenth of the space.
    pub near_in_a_tenth: f64,
}

/// Which random search is the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// As published: the value at position round(M (N + 1) / (M + 1)) of the values sorted from worst to best, counted from 0.
    /// That is the expected *rank*, counted from 1, so this baseline is one position better than random
    /// search is, which shows where few values are near the optimum.
    Published,
    /// The expected position itself, with every evaluation counted, failed or not, at the mean cost of all: random
    /// search scores 0.
    Exact,
}

/// What is compared on one space: the baseline and the range.
#[derive(Debug, Clone)]
pub struct Scorer<'a> {
    recording: &'a Recording,
    reference: Reference,
    /// Successful evaluations at the cutoffs, as random search is expected to need.
    evaluations: (u64, u64),
    /// Seconds at the cutoffs.
    seconds: (f64, f64),
    /// Mean seconds of what the baseline counts as one evaluation: a successful one with its share of failed ones
    /// as published, or any.
    cost: f64,
    /// The share of rows that succeeded.
    succeeding: f64,
    baseline: Vec<f64>,
}

impl<'a> Scorer<'a> {
    /// Prepares the comparison on a recording.
    pub fn new(recording: &'a Recording, reference: Reference) -> Self {
        let values = recording.values();
        let total = values.len() as f64;
        let succeeding = recording.sorted().len() as f64 / total;
        let mean = |failed: bool| {
            let (sum, count) = values
                .iter()
                .zip(recording.seconds())
                .filter(|(value, _)| value.is_infinite() == failed)
                .fold((0.0, 0u32), |(sum, count), (_, seconds)| (sum + seconds, count + 1));
            if count == 0 { 0.0 } else { sum / f64::from(count) }
        };
        let cost = match reference {
            Reference::Published => mean(false) + (1.0 - succeeding) * mean(true),
            Reference::Exact => recording.seconds().iter().sum::<f64>() / total,
        };
        let mut seconds = recording.seconds().to_vec();
        seconds.sort_unstable_by(f64::total_cmp);
        let typical = median(&seconds);
        let evaluations =
            (cutoff(recording.sorted(), CUTOFFS.0), cutoff(recording.sorted(), CUTOFFS.1));
        let mut scorer = Self {
            recording,
            reference,
            evaluations,
            seconds: (evaluations.0 as f64 * typical, evaluations.1 as f64 * typical),
            cost,
            succeeding,
            baseline: Vec::new(),
        };
        scorer.baseline = scorer.baseline_over_time();
        scorer
    }

    /// Successful evaluations between which strategies are compared: those after which random search is
    /// expected to have come 1 % and 95 % of the way from the median to the optimum.
    pub fn evaluations(&self) -> (u64, u64) {
        self.evaluations
    }

    /// The recorded seconds between which strategies are compared.
    pub fn seconds(&self) -> (f64, f64) {
        self.seconds
    }

    /// How long runs must last.
    pub fn horizon(&self) -> Horizon {
        let last = self.evaluations.1 as f64 / self.succeeding;
        let share = (self.recording.values().len() as f64 * SHARE).ceil();
        Horizon {
            trials: (last * 1.1).ceil().max(share).max(2.0) as u64,
            seconds: self.seconds.1 * 1.1,
        }
    }

    /// The score of these runs; NaN of none.
    pub fn score(&self, runs: &[Run]) -> Score {
        let near = self.recording.optimum() + self.recording.optimum().abs() * NEAR;
        let mut needed: Vec<u64> = runs
            .iter()
            .filter_map(|run| {
                run.rows
                    .iter()
                    .position(|&row| self.recording.outcome(row).value() <= near)
                    .map(|at| at as u64 + 1)
            })
            .collect();
        needed.sort_unstable();
        let tenth = (self.recording.values().len() as f64 * SHARE).ceil() as u64;
        Score {
            by_time: self.over_time(runs),
            by_evaluations: self.over_evaluations(runs),
            evaluations_to_near: needed.get(runs.len().saturating_sub(1) / 2).copied(),
            near_in_a_tenth: needed.iter().filter(|&&count| count <= tenth).count() as f64
                / runs.len() as f64,
        }
    }

    /// The value that random search is expected to have after so many evaluations: successful ones in the published
    /// reference, all in the exact one.
    fn random(&self, drawn: f64) -> f64 {
        let count = self.recording.sorted().len() as f64;
        match self.reference {
            Reference::Published => {
                let from_worst =
                    (drawn * (count + 1.0) / (drawn + 1.0)).round_ties_even().min(count - 1.0);
                self.at_place(count - 1.0 - from_worst)
            }
            Reference::Exact => self.at_place(self.expected_place(drawn)),
        }
    }

    /// The expected position of the best of the successes among `drawn` of all rows, given that there is one.
    ///
    /// With R rows and N successes, position r or worse means that none of the best r was drawn, so the expectation is a sum of
    /// C(R − r, M) / C(R, M), less the case that no success was drawn at all, of probability q.
    fn expected_place(&self, drawn: f64) -> f64 {
        let rows = self.recording.values().len() as f64;
        let count = self.recording.sorted().len() as f64;
        let drawn = drawn.round().clamp(1.0, rows);
        let failures = rows - count;
        let mut none = if drawn > failures { 0.0 } else { 1.0 };
        let mut at = 0.0;
        while at < drawn && none > 1e-12 {
            none *= (failures - at) / (rows - at);
            at += 1.0;
        }
        if none >= 1.0 {
            return count - 1.0;
        }
        let sum = (rows - drawn) / (drawn + 1.0)
            - none * ((failures + 1.0) / (drawn + 1.0) + count - 1.0);
        sum / (1.0 - none)
    }

    fn times(&self) -> impl Iterator<Item = f64> + use<> {
        let (first, last) = self.seconds;
        (0..RESOLUTION).map(move |at| first + (last - first) * at as f64 / (RESOLUTION - 1) as f64)
    }

    /// Random search over time: evaluations at each time, rounded, and a monotone curve through them.
    fn baseline_over_time(&self) -> Vec<f64> {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for time in self.times() {
            let drawn = (time / self.cost).max(1.0).round_ties_even();
            if points.last().is_none_or(|&(before, _)| before < drawn) {
                points.push((drawn, self.random(drawn)));
            }
        }
        let ends = (points.first().copied(), points.last().copied());
        let (Some(first), Some(last)) = ends else {
            return Vec::new();
        };
        let places = (0..RESOLUTION)
            .map(|at| first.0 + (last.0 - first.0) * at as f64 / (RESOLUTION - 1) as f64);
        monotone_cubic(&points, places)
    }

    fn over_time(&self, runs: &[Run]) -> f64 {
        let (first, last) = (self.seconds.0 * 0.9, self.seconds.1 * 1.1);
        let per_trial =
            self.recording.seconds().iter().sum::<f64>() / self.recording.values().len() as f64;
        let mut points = Vec::new();
        for run in runs {
            let (mut time, mut best) = (0.0, u32::MAX);
            for (&row, &end) in run.rows.iter().zip(&run.ends) {
                time = end;
                best = best.min(self.recording.place(row).unwrap_or(u32::MAX));
                if best != u32::MAX && (first..=last).contains(&time) {
                    points.push((time, f64::from(best)));
                }
            }
            if best == 0 && per_trial > 0.0 {
                let step = per_trial / run.workers.max(1) as f64;
                while time <= last {
                    time += step;
                    if time >= first {
                        points.push((time, 0.0));
                    }
                }
            }
        }
        if points.is_empty() {
            return f64::NAN;
        }
        let places = Decreasing::fit(points).at(self.times());
        let found = places.iter().map(|&place| self.at_place(place));
        mean_gain(self.recording.optimum(), found.zip(self.baseline.iter().copied()))
    }

    fn over_evaluations(&self, runs: &[Run]) -> f64 {
        let first = (self.evaluations.0 as f64 / self.succeeding).round() as usize;
        let last = ((self.evaluations.1 as f64 / self.succeeding).round() as usize).max(first + 1);
        let mut sums = vec![(0.0, 0u32); last];
        for run in runs {
            let mut best = u32::MAX;
            for (at, sum) in sums.iter_mut().enumerate() {
                if let Some(&row) = run.rows.get(at) {
                    best = best.min(self.recording.place(row).unwrap_or(u32::MAX));
                }
                if best != u32::MAX {
                    sum.0 += f64::from(best);
                    sum.1 += 1;
                }
            }
        }
        let range = (first.max(1)..last).filter_map(|trial| {
            let &(sum, count) = sums.get(trial - 1)?;
            let found = self.at_place(sum / f64::from(count));
            let drawn = match self.reference {
                Reference::Published => trial as f64 * self.succeeding,
                Reference::Exact => trial as f64,
            };
            (count > 0).then(|| (found, self.random(drawn)))
        });
        mean_gain(self.recording.optimum(), range)
    }

    fn at_place(&self, place: f64) -> f64 {
        let sorted = self.recording.sorted();
        let at = (place.round_ties_even().max(0.0) as usize).min(sorted.len() - 1);
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }
}

/// The mean of (random − found) / (random − optimum); where random search has the optimum nothing can be gained.
fn mean_gain(optimum: f64, pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut count) = (0.0, 0u32);
    for (found, random) in pairs {
        // The curve through the baseline may miss the optimum by a rounding error where it has reached it.
        if random - optimum > optimum.abs() * 1e-9 {
            sum += (random - found) / (random - optimum);
            count += 1;
        }
    }
    sum / f64::from(count)
}

/// Evaluations after which random search is expected to have come `part` of the way from the median to the optimum.
fn cutoff(sorted: &[f64], part: f64) -> u64 {
    let best = sorted.first().copied().unwrap_or(f64::NAN);
    let target = best + (median(sorted) - best) * (1.0 - part);
    let reaching = sorted.partition_point(|&value| value <= target);
    let place = sorted.len() - reaching;
    (place as f64 / (sorted.len() + 1 - place) as f64).ceil().max(1.0) as u64
}

fn median(sorted: &[f64]) -> f64 {
    let at = |at: usize| sorted.get(at).copied().unwrap_or(f64::NAN);
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { at(half) } else { (at(half.saturating_sub(1)) + at(half)) / 2.0 }
}
