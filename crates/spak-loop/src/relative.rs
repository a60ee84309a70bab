//! Times as parts of the baseline's time, by way of the incumbents they were interleaved with.
//!
//! Machines drift by several per cent within minutes. Samples of a candidate and of its incumbent are taken
//! in turn, so their ratio does not drift; the candidate's standing is that ratio times the incumbent's.

use std::collections::BTreeMap;

use spak_records::{ContentHash, Measurement};

/// A time divided by the baseline's, with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relative {
    /// The median.
    pub time: f64,
    /// The lower end of its confidence interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Relative {
    /// Whether the difference is more than both uncertainties together, and the gain is more than
    /// `minimal_gain` (0.01: 1 %).
    ///
    /// Errors of independent medians add up as squares, so the interval of their ratio is shorter than both
    /// intervals end to end: asking for intervals that lie apart would pass over gains of a few per cent.
    pub fn clearly_beats(&self, other: &Self, minimal_gain: f64) -> bool {
        let (mine, theirs) = (ln(self.high, self.time), ln(other.time, other.low));
        ln(other.time, self.time) > mine.hypot(theirs)
            && self.time < other.time * (1.0 - minimal_gain)
    }
}

fn ln(above: f64, below: f64) -> f64 {
    (above / below).ln()
}

/// The relative times of a sequence of measurements; the first one is the baseline.
#[derive(Clone, Debug, Default)]
pub struct Relatives {
    baseline_ns: Option<f64>,
    by_config: BTreeMap<ContentHash, Relative>,
}

impl Relatives {
    /// The relative time of the next measurement; the first one of a config is the one that counts.
    pub fn add(&mut self, config: &ContentHash, measurement: &Measurement) -> Relative {
        let median = (measurement.median_ns as f64).max(1.0);
        let baseline = *self.baseline_ns.get_or_insert(median);
        let by_incumbent = || {
            let incumbent = self.by_config.get(measurement.incumbent.as_ref()?)?;
            let ns = measurement.incumbent_median_ns.filter(|ns| *ns > 0)?;
            Some(incumbent.time * median / ns as f64)
        };
        let time = by_incumbent().unwrap_or(median / baseline);
        let [low, high] = measurement.median_ci_ns.map(|ns| time * ns as f64 / median);
        // An interval that does not hold its median would make noise look like a win.
        let relative = Relative { time, low: low.min(time), high: high.max(time) };
        *self.by_config.entry(config.clone()).or_insert(relative)
    }
}
