//! The points of a search in order.

use spak_model::Literal;

use crate::script::Search;
use crate::template::Values;

/// Points of a grid beyond which nobody waits for its end.
pub const MOST: u64 = 100_000;

/// How many points a search has; none when they cannot be counted.
pub fn count(search: &Search) -> Option<u64> {
    search
        .parameters
        .iter()
        .try_fold(1_u64, |count, (_, values)| count.checked_mul(values.len() as u64))
}

/// The point with this number: the last parameter changes fastest.
pub fn point(search: &Search, number: u64) -> Vec<(String, Literal)> {
    let mut rest = number;
    let mut point: Vec<(String, Literal)> = Vec::with_capacity(search.parameters.len());
    for (name, values) in search.parameters.iter().rev() {
        let length = (values.len() as u64).max(1);
        let value = values.get((rest % length) as usize);
        point.extend(value.map(|value| (name.clone(), value.clone())));
        rest /= length;
    }
    point.reverse();
    point
}

/// A point as values of templates.
pub fn values(point: &[(String, Literal)]) -> Values {
    point.iter().map(|(name, value)| (name.clone(), word(value))).collect()
}

/// A value as it stands in a command.
pub fn word(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How a point ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointStatus {
    /// It was measured.
    Ok,
    /// It was measured, and is not accepted.
    Invalid,
    /// The command failed, or told no metric.
    Failed,
    /// It took too long.
    Timeout,
    /// It was not allowed.
    Denied,
}

impl PointStatus {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Denied => "denied",
        }
    }
}

/// A measured point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its number in the grid.
    pub number: u64,
    /// Its values in order.
    pub values: Vec<(String, Literal)>,
    /// How it ended.
    pub status: PointStatus,
    /// The metric of each repetition.
    pub measured: Vec<f64>,
    /// Why it has no metric, or is not accepted.
    pub note: String,
    /// Seconds of all repetitions.
    pub seconds: f64,
}

impl Point {
    /// The median of its repetitions.
    pub fn metric(&self) -> Option<f64> {
        let mut all = self.measured.clone();
        all.sort_by(f64::total_cmp);
        let middle = all.len() / 2;
        match all.len() % 2 {
            _ if all.is_empty() => None,
            1 => all.get(middle).copied(),
            _ => Some((all.get(middle - 1)? + all.get(middle)?) / 2.0),
        }
    }
}

/// The best of the points that are accepted; of equals the first.
pub fn best(points: &[Point], maximize: bool) -> Option<&Point> {
    let mut best: Option<(&Point, f64)> = None;
    for point in points.iter().filter(|point| point.status == PointStatus::Ok) {
        let Some(metric) = point.metric() else { continue };
        let is_better =
            best.is_none_or(|(_, known)| if maximize { metric > known } else { metric < known });
        if is_better {
            best = Some((point, metric));
        }
    }
    best.map(|(point, _)| point)
}
