//! Times of many trials on one scale.
//!
//! Every trial is a session: a candidate and the incumbent of that moment, timed by turns. What the
//! machine does to a session (its clock, its neighbours) it does to both, so within a session they
//! compare well, and between sessions times drift. Chaining sessions through their incumbents takes
//! the drift out and puts something worse in: a config becomes the incumbent because it came out
//! fast, part of that is luck, and a chain keeps the luck of every link. After fifteen links a
//! speedup of 37 was reported as 51.
//!
//! So levels are estimated from all times together, with the model of analysis of variance
//! `ln t(session, config) = level(config) + drift(session) + error`, where drifts are random with mean
//! zero (Henderson's mixed model equations). An incumbent's level then rests on all sessions that it
//! stood beside, in which it was not chosen for being fast.
//!
//! What never was an incumbent is then told by its own session alone: its time over the incumbent's
//! there, times the incumbent's level. So configs with one incumbent compare as exactly as they were
//! measured.
//!
//! How much is a program's own error is told by the confidence intervals of the medians, to which half a
//! per cent is added for where memory happens to lie; what incumbents vary beyond that is drift. So on a
//! machine that drifts much the comparisons within sessions count, and on a quiet one the times do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{ContentHash, Measurement, Outcome, Problem, Trial};

/// Variance of a logarithm of a time from start to start of a program: half a per cent.
const PLACEMENT: f64 = 0.005 * 0.005;
/// Drift has at least this part of the variance of a program's own error.
const LEAST_DRIFT: f64 = 0.1;
/// Half the width of a 95 % interval in standard deviations.
const HALF_WIDTH: f64 = 1.96;
/// Logarithms are exact enough when no level moves by more than this.
const CONVERGED: f64 = 1e-7;
const MOST_ROUNDS: usize = 2_000;

/// The points that no other one beats in both numbers, by their places, the least of the first number first.
///
/// Of points with the same numbers the first one is taken; what is not a number is beaten by everything.
pub fn front(points: &[(f64, f64)]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..points.len()).collect();
    let at = |place: &usize| points.get(*place).copied().unwrap_or((f64::NAN, f64::NAN));
    places.retain(|place| !at(place).0.is_nan() && !at(place).1.is_nan());
    places.sort_by(|a, b| {
        let ((a, b), (c, d)) = (at(a), at(b));
        a.total_cmp(&c).then(b.total_cmp(&d))
    });
    let mut least = f64::INFINITY;
    places.retain(|place| {
        let is_better = at(place).1 < least;
        least = least.min(at(place).1);
        is_better
    });
    places
}

/// Logarithms of the times of configs, comparable with each other.
#[derive(Clone, Debug, Default)]
pub struct Levels<'a> {
    problems: Vec<&'a Problem>,
    levels: BTreeMap<(usize, &'a ContentHash), f64>,
    drifts: Vec<f64>,
}

/// One time: session, problem and config, logarithm of nanoseconds.
struct Observation<'a> {
    session: usize,
    is_incumbent: bool,
    of: (usize, &'a ContentHash),
    log: f64,
}

impl<'a> Levels<'a> {
    /// The levels of all configs in `trials`, which were made on one machine.
    pub fn of(trials: impl IntoIterator<Item = &'a Trial>) -> Self {
        let mut this = Self::default();
        let (mut observations, mut errors) = (Vec::new(), Vec::new());
        for (session, trial) in trials.into_iter().enumerate() {
            this.drifts.push(0.0);
            let Outcome::Measured(measurement) = &trial.outcome else { continue };
            let problem = this.problem(&trial.problem);
            errors.push(error(measurement));
            let own = (false, &trial.config_id, measurement.median_ns);
            let beside = beside(measurement).map(|(config, ns)| (true, config, ns));
            for (is_incumbent, config, ns) in std::iter::once(own).chain(beside) {
                if ns > 0 {
                    let (of, log) = ((problem, config), (ns as f64).ln());
                    observations.push(Observation { session, is_incumbent, of, log });
                }
            }
        }
        this.solve(&observations, error_over_drift(&observations, errors));
        this.hold_to_incumbents(&observations);
        this
    }

    /// Logarithm of the time of `config` in nanoseconds in a session without drift.
    pub fn log_ns(&self, problem: &Problem, config: &ContentHash) -> Option<f64> {
        let problem = self.problems.iter().position(|p| *p == problem)?;
        self.levels.get(&(problem, config)).copied()
    }

    /// By how much the logarithms of all times of the trial with index `trial` are off.
    pub fn drift(&self, trial: usize) -> f64 {
        self.drifts.get(trial).copied().unwrap_or(0.0)
    }

    fn problem(&mut self, problem: &'a Problem) -> usize {
        self.problems.iter().position(|p| *p == problem).unwrap_or_else(|| {
            self.problems.push(problem);
            self.problems.len() - 1
        })
    }

    /// Levels and drifts by turns (Gauss–Seidel), which converges because the equations are positive
    /// definite: every drift is drawn to zero.
    ///
    /// `ratio` is the variance of a program's own error over that of drift.
    fn solve(&mut self, observations: &[Observation<'a>], ratio: f64) {
        for _ in 0..MOST_ROUNDS {
            let mut sums: BTreeMap<(usize, &ContentHash), (f64, f64)> = BTreeMap::new();
            for o in observations {
                let (sum, count) = sums.entry(o.of).or_default();
                *sum += o.log - self.drift(o.session);
                *count += 1.0;
            }
            let mut moved: f64 = 0.0;
            for (of, (sum, count)) in sums {
                let level = sum / count;
                let before = self.levels.insert(of, level).unwrap_or(f64::INFINITY);
                moved = moved.max((level - before).abs());
            }
            if moved < CONVERGED {
                return;
            }
            let mut rests = vec![(0.0, ratio); self.drifts.len()];
            for o in observations {
                let level = self.levels.get(&o.of).copied().unwrap_or(o.log);
                if let Some((sum, weight)) = rests.get_mut(o.session) {
                    *sum += o.log - level;
                    *weight += 1.0;
                }
            }
            self.drifts = rests.into_iter().map(|(sum, weight)| sum / weight).collect();
        }
    }

    /// Takes the drift of a session from its incumbent alone, and with it the levels of all configs
    /// that never were one.
    fn hold_to_incumbents(&mut self, observations: &[Observation<'a>]) {
        let mut incumbents = BTreeSet::new();
        for o in observations.iter().filter(|o| o.is_incumbent) {
            incumbents.insert(o.of);
            let level = self.levels.get(&o.of).copied().unwrap_or(o.log);
            if let Some(drift) = self.drifts.get_mut(o.session) {
                *drift = o.log - level;
            }
        }
        let mut sums: BTreeMap<(usize, &'a ContentHash), (f64, f64)> = BTreeMap::new();
        for o in observations.iter().filter(|o| !incumbents.contains(&o.of)) {
            let (sum, count) = sums.entry(o.of).or_default();
            *sum += o.log - self.drift(o.session);
            *count += 1.0;
        }
        self.levels.extend(sums.into_iter().map(|(of, (sum, count))| (of, sum / count)));
    }
}

/// Variance of the logarithm of one median: from its 95 % interval, and from start to start.
fn error(measurement: &Measurement) -> f64 {
    let [low, high] = measurement.median_ci_ns.map(|ns| (ns.max(1) as f64).ln());
    (0.5 * (high - low) / HALF_WIDTH).powi(2) + PLACEMENT
}

/// Variance of a program's own error over the variance of drift.
fn error_over_drift(observations: &[Observation<'_>], mut errors: Vec<f64>) -> f64 {
    let mut logs: BTreeMap<(usize, &ContentHash), Vec<f64>> = BTreeMap::new();
    for o in observations {
        logs.entry(o.of).or_default().push(o.log);
    }
    let (mut squares, mut freedom) = (0.0, 0.0);
    for logs in logs.values().filter(|logs| logs.len() > 1) {
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        squares += logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>();
        freedom += (logs.len() - 1) as f64;
    }
    errors.sort_by(f64::total_cmp);
    let error = errors.get(errors.len() / 2).copied().unwrap_or(PLACEMENT);
    let both = if freedom > 0.0 { squares / freedom } else { 0.0 };
    error / (both - error).max(LEAST_DRIFT * error)
}

/// The incumbent of a session with its median in nanoseconds.
fn beside(measurement: &Measurement) -> Option<(&ContentHash, u64)> {
    measurement.incumbent.as_ref().zip(measurement.incumbent_median_ns)
}

#[cfg(test)]
mod tests {
    use super::{Levels, front};
    use crate::{Config, ContentHash, Measurement, Outcome, Problem, Trial};

    const PROBLEM: Problem = Problem::Matmul { m: 8, n: 8, k: 8 };

    #[test]
    fn a_front_has_what_nothing_beats_in_both() {
        let nan = f64::NAN;
        let points = [
            (2.0, 5.0),
            (1.0, 9.0),
            (3.0, 5.0),
            (2.0, 4.0),
            (5.0, 1.0),
            (0.5, nan),
            (1.0, 9.0),
            (6.0, 1.0),
        ];
        assert_eq!(front(&points), [1, 3, 4]);
        assert_eq!(front(&[]), [0_usize; 0]);
        assert_eq!(front(&[(1.0, 1.0), (1.0, 1.0)]), [0]);
    }

    fn id(config: usize) -> ContentHash {
        ContentHash::of_text(&config.to_string())
    }

    fn trial(config: usize, ns: f64, incumbent: Option<(usize, f64)>) -> Trial {
        Trial {
            key: id(config),
            config_id: id(config),
            config: Config::default(),
            source: id(0),
            problem: PROBLEM,
            outcome: Outcome::Measured(Measurement {
                median_ns: ns as u64,
                median_ci_ns: [(0.95 * ns) as u64, (1.05 * ns) as u64],
                min_ns: ns as u64,
                samples: 9,
                tflops: 1.0,
                incumbent_median_ns: incumbent.map(|(_, ns)| ns as u64),
                incumbent: incumbent.map(|(config, _)| id(config)),
                conditions: None,
                energy_mj: None,
                checks: Vec::new(),
            }),
            seconds: 1.0,
            needs: None,
        }
    }

    /// Uniform in -1 … 1, the same each time.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    #[test]
    fn large_drift_is_taken_out() {
        // The machine gets slower by a twentieth with every session, for both alike.
        let pace = |session: usize| 1.05f64.powi(session as i32);
        let trials: Vec<Trial> = (0..20)
            .map(|session| match session {
                0 => trial(0, 1e6, None),
                _ => trial(session, 5e5 * pace(session), Some((0, 1e6 * pace(session)))),
            })
            .collect();
        let levels = Levels::of(&trials);
        let log = |config| levels.log_ns(&PROBLEM, &id(config)).unwrap();
        for config in 1..20 {
            let ratio = (log(config) - log(0)).exp();
            assert!((ratio - 0.5).abs() < 0.01, "{config}: {ratio}");
        }
        assert!(levels.drift(19) - levels.drift(1) > 0.8);
        assert_eq!(levels.log_ns(&PROBLEM, &id(99)), None);
    }

    /// A hundred configs of one and the same speed, each tried once; whatever comes out fastest
    /// becomes the incumbent. A chain through the incumbents reports a speedup out of nothing.
    #[test]
    fn luck_does_not_add_up() {
        let mut dice = Dice(7);
        let (mut trials, mut incumbent) = (vec![trial(0, 1e6, None)], 0);
        let mut chained = vec![1.0];
        for config in 1..100 {
            let drift = 1.0 + 0.02 * dice.roll();
            let (own, beside) = (
                1e6 * drift * (1.0 + 0.05 * dice.roll()),
                1e6 * drift * (1.0 + 0.05 * dice.roll()),
            );
            trials.push(trial(config, own, Some((incumbent, beside))));
            let relative = chained[incumbent] * own / beside;
            chained.push(relative);
            if own < 0.95 * beside {
                incumbent = config;
            }
        }
        let levels = Levels::of(&trials);
        let log = |config| levels.log_ns(&PROBLEM, &id(config)).unwrap();
        let least = (0..100).map(log).fold(f64::INFINITY, f64::min);
        let speedup = (log(0) - least).exp();
        let by_chain = 1.0 / chained.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(by_chain > 1.5, "the chain is fooled: {by_chain}");
        assert!(speedup < 1.2, "more than one session can be off: {speedup}");
    }
}
