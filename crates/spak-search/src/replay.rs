//! A strategy run against a space whose every point was measured before.

use crate::memory::Outcome;
use crate::search::{Limits, MOST_JOBS, Search, Stop};
use crate::space::{Domain, Space};
use crate::strategy::Strategy;
use crate::table::{TableError, TableSpace};

/// One recorded configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One index into its domain for each parameter.
    pub point: Vec<u32>,
    /// The objective, lower is better; `None` (or a value that is not finite) if the configuration failed.
    pub value: Option<f64>,
    /// Seconds that getting this outcome took, compilation and all samples included.
    pub seconds: f64,
}

/// Why a recording cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordingError {
    /// The rows are no space.
    Table(TableError),
    /// No row succeeded, so there is no optimum to compare with.
    AllFailed,
    /// A row took no time, a negative one, or one that is not finite.
    Seconds {
        /// The position of the row.
        row: usize,
    },
}

impl std::fmt::Display for RecordingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table(error) => error.fmt(f),
            Self::AllFailed => write!(f, "no configuration of the recording succeeded"),
            Self::Seconds { row } => write!(f, "row {row} has no usable cost in seconds"),
        }
    }
}

impl std::error::Error for RecordingError {}

/// A completely measured space.
#[derive(Debug, Clone)]
pub struct Recording {
    space: TableSpace,
    values: Vec<f64>,
    seconds: Vec<f64>,
    sorted: Vec<f64>,
    /// For each row the position of its value in `sorted`, `u32::MAX` if it failed.
    places: Vec<u32>,
}

impl Recording {
    /// A recording of these rows over these domains.
    ///
    /// # Errors
    ///
    /// Rows that do not fit the domains or come twice, costs that are no time, only failures.
    pub fn new(domains: Vec<Domain>, rows: Vec<Row>) -> Result<Self, RecordingError> {
        let bad = rows.iter().position(|row| !(row.seconds.is_finite() && row.seconds >= 0.0));
        if let Some(row) = bad {
            return Err(RecordingError::Seconds { row });
        }
        let values: Vec<f64> = rows
            .iter()
            .map(|row| row.value.filter(|value| value.is_finite()).unwrap_or(f64::INFINITY))
            .collect();
        let seconds = rows.iter().map(|row| row.seconds).collect();
        let points: Vec<Vec<u32>> = rows.into_iter().map(|row| row.point).collect();
        let space = TableSpace::new(domains, &points).map_err(RecordingError::Table)?;
        let mut sorted: Vec<f64> =
            values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        if sorted.is_empty() {
            return Err(RecordingError::AllFailed);
        }
        let places = values
            .iter()
            .map(|&value| {
                if value.is_finite() {
                    sorted.partition_point(|&other| other < value) as u32
                } else {
                    u32::MAX
                }
            })
            .collect();
        Ok(Self { space, values, seconds, sorted, places })
    }

    /// The space.
    pub fn space(&self) -> &TableSpace {
        &self.space
    }

    /// For each row its value, infinite if it failed.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// For each row the seconds it took.
    pub fn seconds(&self) -> &[f64] {
        &self.seconds
    }

    /// The values of the rows that succeeded, ascending; never empty.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The best recorded value.
    pub fn optimum(&self) -> f64 {
        self.sorted.first().copied().unwrap_or(f64::NAN)
    }

    /// How many recorded values are lower than that of a row; `None` if it failed.
    pub fn place(&self, row: u32) -> Option<u32> {
        self.places.get(row as usize).copied().filter(|&place| place != u32::MAX)
    }

    /// The seconds that measuring a row took.
    pub fn cost(&self, row: u32) -> f64 {
        self.seconds.get(row as usize).copied().unwrap_or(0.0)
    }

    /// What measuring a row would have told.
    pub fn outcome(&self, row: u32) -> Outcome {
        match self.values.get(row as usize) {
            Some(&value) if value.is_finite() => Outcome::Measured { value, samples: u32::MAX },
            _ => Outcome::Failed,
        }
    }
}

/// How far a run is replayed. It also ends when it has measured a best row: what comes after
/// cannot change its best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    /// At least so many measurements.
    pub trials: u64,
    /// And at least so many recorded seconds.
    pub seconds: f64,
}

/// What one run measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// Positions of rows, in the order in which they were known.
    pub rows: Vec<u32>,
    /// For each of them the recorded seconds after which it was known.
    pub ends: Vec<f64>,
    /// How many were measured at once; 0 counts as 1.
    pub workers: usize,
}

impl Run {
    /// The run that measures these rows one after another.
    pub fn of(recording: &Recording, rows: Vec<u32>) -> Self {
        let mut run = Self { rows: Vec::new(), ends: Vec::new(), workers: 1 };
        for row in rows {
            let before = run.ends.last().copied().unwrap_or(0.0);
            run.ends.push(before + recording.cost(row));
            run.rows.push(row);
        }
        run
    }
}

/// Runs a strategy against a recording.
pub fn replay(
    recording: &Recording,
    strategy: Box<dyn Strategy>,
    seed: u64,
    horizon: Horizon,
) -> Run {
    let limits = Limits { target: Some(recording.optimum()), ..Limits::default() };
    replay_within(recording, strategy, seed, horizon, limits).0
}

/// As [`replay`], with limits of one's own: the run ends at the horizon at the latest. Also says why the search ended itself.
pub fn replay_within(
    recording: &Recording,
    strategy: Box<dyn Strategy>,
    seed: u64,
    horizon: Horizon,
    limits: Limits,
) -> (Run, Option<Stop>) {
    let mut search = Search::new(&recording.space, strategy, seed, limits);
    let mut run = Run { rows: Vec::new(), ends: Vec::new(), workers: 1 };
    while search.trials() < horizon.trials || search.seconds() < horizon.seconds {
        let Some(question) = search.ask() else { break };
        let rank = question.rank.or_else(|| recording.space.rank(question.point));
        let Some(row) = rank else { break };
        let row = row as u32;
        search.tell(recording.outcome(row), recording.cost(row));
        run.rows.push(row);
        run.ends.push(search.seconds());
    }
    let stop = search.stop();
    (run, stop)
}

/// Runs a strategy against a recording with so many workers (at least 1), each of which gets a new point as soon as it has
/// measured one, in the recorded time. The horizon is in measurements of all workers and in seconds of the clock.
pub fn replay_parallel(
    recording: &Recording,
    strategy: Box<dyn Strategy>,
    seed: u64,
    horizon: Horizon,
    workers: usize,
) -> Run {
    let workers = workers.clamp(1, MOST_JOBS);
    let limits = Limits { target: Some(recording.optimum()), ..Limits::default() };
    let mut search = Search::new(&recording.space, strategy, seed, limits);
    let mut run = Run { rows: Vec::new(), ends: Vec::new(), workers };
    // What is being measured: when it ends, its ticket, its row.
    let mut busy: Vec<(f64, u64, u32)> = Vec::new();
    let mut now = 0.0;
    while search.trials() < horizon.trials || now < horizon.seconds {
        for job in search.ask_batch(workers) {
            let Some(row) = recording.space.rank(&job.point) else { continue };
            busy.push((now + recording.cost(row as u32), job.ticket, row as u32));
        }
        // Of those that end together the one that was asked first.
        let next = busy
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(at, _)| at);
        let Some(next) = next else { break };
        let (end, ticket, row) = busy.swap_remove(next);
        now = end;
        search.tell_job(ticket, recording.outcome(row), recording.cost(row));
        run.rows.push(row);
        run.ends.push(now);
    }
    run
}
