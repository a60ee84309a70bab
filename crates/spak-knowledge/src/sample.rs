//! Trials as comparable points: one for each config and problem, drift between sessions taken out, and
//! how much a time differs from run to run.

use std::collections::BTreeMap;

use spak_records::{
    Config, ContentHash, Levels, Measurement, Needs, Outcome, Problem, Trial, Value,
};

use crate::stats::{mean, median};
use crate::wording::{count, literal, percent};

/// The fewest samples for which the 95 % interval of a median exists without assuming a
/// distribution (`2 · 2^-n <= 0.05`).
pub const MIN_SAMPLES: u32 = 6;
/// Run-to-run deviation that is assumed when nothing in the trials tells it.
const ASSUMED_NOISE: f64 = 0.03;
/// No machine repeats itself better than this.
const LEAST_NOISE: f64 = 0.002;
/// How many repeated measurements of one thing are needed to say how far repeats differ.
const MIN_REPEATS: usize = 8;
/// Half the width of a 95 % interval in deviations.
const HALF_WIDTH: f64 = 1.96;

/// All accepted trials of one config on one problem.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Key of the first trial: later ones may be sessions that have no line of their own.
    pub(crate) key: ContentHash,
    pub(crate) config_id: ContentHash,
    pub(crate) config: Config,
    /// The config's values as literals, which can be compared and ordered.
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) problem: Problem,
    /// Logarithm of the time in nanoseconds in a session without drift.
    pub(crate) log_ns: f64,
    /// Variance of `log_ns` from sampling alone; `None` when the samples are too few to tell.
    pub(crate) sampling: Option<f64>,
    /// The config that it was timed beside.
    pub(crate) anchor: Option<ContentHash>,
    /// How many trials.
    pub(crate) runs: usize,
    /// The trial whose time is nearest to `log_ns`.
    pub(crate) measurement: Measurement,
    /// What its binaries need, if a trial says.
    pub(crate) needs: Option<Needs>,
}

/// How much the time of one config differs from run to run beyond what its samples show.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    /// Relative standard deviation.
    pub(crate) deviation: f64,
    /// The same of absolute times, from which drift is not taken out.
    pub(crate) session: f64,
    /// Degrees of freedom of that estimate.
    pub(crate) freedom: f64,
    /// Whether the trials told it.
    pub(crate) measured: bool,
    /// Where it comes from, in words.
    pub(crate) origin: String,
}

impl Noise {
    /// What is taken for the noise when the trials do not tell it.
    pub(crate) fn assumed(&self, freedom: f64) -> Self {
        Self { deviation: self.deviation.max(ASSUMED_NOISE), freedom, ..self.clone() }
    }

    /// Variance of one point, if its samples tell.
    pub(crate) fn variance(&self, point: &Point) -> Option<f64> {
        point.sampling.map(|s| s + self.deviation.powi(2) / point.runs as f64)
    }
}

/// An accepted trial with a time that can be used.
struct Run<'a> {
    trial: &'a Trial,
    measurement: &'a Measurement,
}

/// Accepted trials as points, in the order in which their configs were first measured.
pub(crate) struct Trials {
    pub(crate) points: Vec<Point>,
    repeats: Repeats,
}

/// The points of `trials`.
pub(crate) fn points(trials: &[Trial]) -> Trials {
    let runs: Vec<Run<'_>> = trials
        .iter()
        .filter_map(|trial| match &trial.outcome {
            Outcome::Measured(m) if m.median_ns > 0 => Some(Run { trial, measurement: m }),
            Outcome::Measured(_) | Outcome::Rejected(_) => None,
        })
        .collect();
    let (logs, points) = merge(&runs);
    let repeats = repeats(&runs, &logs, &points);
    Trials { points, repeats }
}

/// Logarithms of the times of all runs without drift, and a point for each config and problem.
fn merge(runs: &[Run<'_>]) -> (Vec<f64>, Vec<Point>) {
    let levels = Levels::of(runs.iter().map(|run| run.trial));
    let mut logs: Vec<f64> = Vec::new();
    let mut points: Vec<Point> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let Run { trial, measurement } = run;
        let own = (measurement.median_ns as f64).ln();
        let session = incumbent(measurement);
        logs.push(own - levels.drift(index));
        let log_ns = levels.log_ns(&trial.problem, &trial.config_id).unwrap_or(own);
        let sampling = sampling_variance(measurement, session.is_some());
        let same = |p: &&mut Point| p.config_id == trial.config_id && p.problem == trial.problem;
        if let Some(point) = points.iter_mut().find(same) {
            let n = point.runs as f64;
            point.sampling = point
                .sampling
                .zip(sampling)
                .map(|(old, new)| (old * n * n + new) / (n + 1.0).powi(2));
            point.runs += 1;
            point.needs = point.needs.take().or_else(|| trial.needs.clone());
            // The one that says what all together say, not the luckiest.
            let off = |m: &Measurement| ((m.median_ns as f64).ln() - log_ns).abs();
            if off(measurement) < off(&point.measurement) {
                point.measurement = (*measurement).clone();
            }
        } else {
            points.push(Point {
                key: trial.key.clone(),
                config_id: trial.config_id.clone(),
                config: trial.config.clone(),
                keys: trial.config.0.iter().map(|(n, v)| (n.clone(), literal(v))).collect(),
                problem: trial.problem.clone(),
                log_ns,
                sampling,
                anchor: session.map(|(id, _)| id.clone()),
                runs: 1,
                measurement: (*measurement).clone(),
                needs: trial.needs.clone(),
            });
        }
    }
    (logs, points)
}

fn incumbent(m: &Measurement) -> Option<(&ContentHash, f64)> {
    let ns = m.incumbent_median_ns.filter(|ns| *ns > 0)?;
    m.incumbent.as_ref().map(|id| (id, (ns as f64).ln()))
}

/// Variance of the logarithm of a median from its 95 % interval. The incumbent had as many samples,
/// so a ratio has twice the variance.
fn sampling_variance(m: &Measurement, relative: bool) -> Option<f64> {
    let [low, high] = m.median_ci_ns;
    if m.samples < MIN_SAMPLES || low == 0 || low > m.median_ns || high < m.median_ns {
        return None;
    }
    let half = 0.5 * ((high as f64).ln() - (low as f64).ln());
    let variance = (half / HALF_WIDTH).powi(2);
    Some(if relative { 2.0 * variance } else { variance })
}

/// What repeated incumbents and repeated trials show.
///
/// An incumbent is measured again in every session, so its medians tell the noise of a session, and
/// with it more than the noise of a ratio: an upper bound. Differences of neighbours in time are used,
/// because slow drift cancels in the ratios. Repeated trials tell a lower bound: they may have been
/// made right after each other.
struct Repeats {
    upper: Option<Noise>,
    lower: Option<Noise>,
}

fn repeats(runs: &[Run<'_>], logs: &[f64], points: &[Point]) -> Repeats {
    let steps = incumbent_steps(runs);
    let upper = (steps.len() >= MIN_REPEATS).then(|| Noise {
        // 1.4826 makes the median absolute value a deviation; a difference has two of them.
        deviation: 1.4826 * median(&steps) / std::f64::consts::SQRT_2,
        session: 0.0,
        freedom: steps.len() as f64 / 2.0,
        measured: true,
        origin: format!("over {} with the incumbent", count(steps.len() + 1, "session")),
    });
    let (mut squares, mut freedom) = (0.0, 0usize);
    for point in points.iter().filter(|p| p.runs > 1) {
        let own: Vec<f64> = runs
            .iter()
            .zip(logs)
            .filter(|(r, _)| {
                r.trial.config_id == point.config_id && r.trial.problem == point.problem
            })
            .map(|(_, log)| *log)
            .collect();
        let center = mean(&own);
        squares += own.iter().map(|x| (x - center).powi(2)).sum::<f64>();
        freedom += own.len() - 1;
    }
    let lower = (freedom >= MIN_REPEATS).then(|| Noise {
        deviation: (squares / freedom as f64).sqrt(),
        session: 0.0,
        freedom: freedom as f64,
        measured: true,
        origin: format!("over {}", count(freedom, "repeated trial")),
    });
    Repeats { upper, lower }
}

impl Trials {
    /// The noise: the smaller of the upper bounds, which are what incumbents and what the scatter of
    /// equal comparisons show (deviation and degrees of freedom), but not less than repeats show.
    pub(crate) fn noise(&self, scatter: Option<(f64, f64)>) -> Noise {
        let scatter = scatter.map(|(deviation, freedom)| Noise {
            deviation,
            session: 0.0,
            freedom,
            measured: true,
            origin: "by the scatter of equal comparisons".to_owned(),
        });
        let Repeats { upper, lower } = &self.repeats;
        let smallest = [scatter, upper.clone()]
            .into_iter()
            .flatten()
            .min_by(|a, b| a.deviation.total_cmp(&b.deviation));
        let larger = [smallest, lower.clone()]
            .into_iter()
            .flatten()
            .max_by(|a, b| a.deviation.total_cmp(&b.deviation));
        let mut noise = larger.unwrap_or_else(|| Noise {
            deviation: ASSUMED_NOISE,
            session: 0.0,
            freedom: f64::INFINITY,
            measured: false,
            origin: String::new(),
        });
        noise.deviation = noise.deviation.max(LEAST_NOISE);
        noise.session = upper.as_ref().map_or(ASSUMED_NOISE, |u| u.deviation).max(noise.deviation);
        noise.origin = if noise.measured {
            format!("{} from run to run, {}", percent(noise.deviation), noise.origin)
        } else {
            format!(
                "{} from run to run, assumed: too little was repeated",
                percent(noise.deviation)
            )
        };
        noise
    }
}

/// Absolute steps between neighbouring sessions with the same incumbent.
fn incumbent_steps(runs: &[Run<'_>]) -> Vec<f64> {
    let mut last: Vec<(&Problem, &ContentHash, f64)> = Vec::new();
    let mut steps = Vec::new();
    for run in runs {
        let Some((id, log)) = incumbent(run.measurement) else { continue };
        let problem = &run.trial.problem;
        match last.iter_mut().find(|(p, i, _)| *p == problem && *i == id) {
            Some((_, _, before)) => {
                steps.push((log - *before).abs());
                *before = log;
            }
            None => last.push((problem, id, log)),
        }
    }
    steps
}

/// The value of `name` in a point's config.
pub(crate) fn value_of(point: &Point, name: &str) -> Option<Value> {
    point.config.get(name).cloned()
}
