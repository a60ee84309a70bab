//! A strategy run against a space whose every point was measured before.

use crate::memory::Outcome;
use crate::search::{Limits, Search};
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

/// The rows that one run measured, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// Positions of rows.
    pub rows: Vec<u32>,
}

/// Runs a strategy against a recording.
pub fn replay(
    recording: &Recording,
    strategy: Box<dyn Strategy>,
    seed: u64,
    horizon: Horizon,
) -> Run {
    let limits = Limits { target: Some(recording.optimum()), ..Limits::default() };
    let mut search = Search::new(&recording.space, strategy, seed, limits);
    let mut rows = Vec::new();
    while search.trials() < horizon.trials || search.seconds() < horizon.seconds {
        let Some(question) = search.ask() else { break };
        let Some(row) = recording.space.rank(question.point) else { break };
        let row = row as u32;
        rows.push(row);
        let seconds = recording.seconds.get(row as usize).copied().unwrap_or(0.0);
        search.tell(recording.outcome(row), seconds);
    }
    Run { rows }
}
