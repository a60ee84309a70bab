//! What stopping at a margin saves and costs: runs that end when the forecast says so, beside the same runs without it.

use crate::compare::{Progress, Setup, spread_over};
use crate::replay::{Horizon, Recording, Run, replay_within};
use crate::score::Scorer;
use crate::search::{Limits, Stop};
use crate::strategies::Method;

/// How stopping at a margin did on one recording; means over the runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopping {
    /// The share of the runs that the forecast ended before their horizon.
    pub stopped: f64,
    /// Evaluations of a run.
    pub trials: f64,
    /// Evaluations of a run that goes on to the horizon.
    pub horizon: f64,
    /// Recorded seconds of a run, and of one that goes on to the horizon.
    pub seconds: (f64, f64),
    /// How much better the best value is when the run goes on to the horizon, as a fraction of it.
    pub lost: f64,
    /// How much better the optimum is than the best value, as a fraction of the optimum.
    pub left: f64,
    /// The share of the stopped runs for which the optimum was no better than the margin promised.
    pub kept: f64,
}

struct One {
    stopped: bool,
    trials: (u64, u64),
    seconds: (f64, f64),
    lost: f64,
    left: f64,
}

/// Replays a strategy with a margin and without it. `None` if `progress` ended it or there was nothing to run.
///
/// The margin is a fraction of the best value: a run stops when the forecast of what is left to gain is below it.
pub fn stopping(
    recording: &Recording,
    method: &Method,
    setup: Setup,
    margin: f64,
    progress: Progress<'_>,
) -> Option<Stopping> {
    let horizon = Scorer::new(recording, setup.reference).horizon();
    let one = |seed: u64| measured(recording, method, seed, margin, horizon);
    let runs = spread_over(setup, progress, one)?;
    if runs.is_empty() {
        return None;
    }
    let count = runs.len() as f64;
    let mean = |of: &dyn Fn(&One) -> f64| runs.iter().map(of).sum::<f64>() / count;
    let stopped: Vec<&One> = runs.iter().filter(|run| run.stopped).collect();
    let kept = stopped.iter().filter(|run| run.left <= margin).count();
    Some(Stopping {
        stopped: stopped.len() as f64 / count,
        trials: mean(&|run| run.trials.0 as f64),
        horizon: mean(&|run| run.trials.1 as f64),
        seconds: (mean(&|run| run.seconds.0), mean(&|run| run.seconds.1)),
        lost: mean(&|run| run.lost),
        left: mean(&|run| run.left),
        kept: kept as f64 / stopped.len() as f64,
    })
}

fn measured(
    recording: &Recording,
    method: &Method,
    seed: u64,
    margin: f64,
    horizon: Horizon,
) -> One {
    let limits = Limits { margin: Some(margin), ..Limits::default() };
    let (run, stop) = replay_within(recording, method.start(), seed, horizon, limits);
    // The same run, which goes on to the horizon: no run knows that it has found the optimum.
    let (full, _) = replay_within(recording, method.start(), seed, horizon, Limits::default());
    let best = |rows: &[u32]| {
        rows.iter().map(|&row| recording.outcome(row).value()).fold(f64::INFINITY, f64::min)
    };
    let (here, there, optimum) = (best(&run.rows), best(&full.rows), recording.optimum());
    let beyond = |better: f64| {
        let scale = better.abs().max(f64::MIN_POSITIVE);
        if here.is_finite() { ((here - better) / scale).max(0.0) } else { f64::INFINITY }
    };
    let end = |run: &Run| run.ends.last().copied().unwrap_or(0.0);
    One {
        stopped: matches!(stop, Some(Stop::Margin(_))),
        trials: (run.rows.len() as u64, full.rows.len() as u64),
        seconds: (end(&run), end(&full)),
        lost: beyond(there),
        left: beyond(optimum),
    }
}
