//! What the trials say: the table of all that was tried, and what each value did with everything else equal.

use std::collections::BTreeMap;

use spak_records::{Config, ContentHash, Levels, Measurement, Outcome, Stage, Trial, Value};

use crate::relative::Relative;

/// Trials within this part of the best time count as having found it.
const NEAR_BEST: f64 = 1.02;

/// What was tried and what it shows. Rows are named by their index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// One row for each trial, in the order of the trials.
    pub rows: Vec<Row>,
    /// Row of the seed config.
    pub seed: Option<usize>,
    /// Row of the fastest config.
    pub best: Option<usize>,
    /// How many times faster the best is than the seed; `None` when the seed was not measured.
    pub speedup: Option<f64>,
    /// How many trials it took until one was within 2 % of the best time.
    pub trials_to_near_best: Option<usize>,
    /// What became of each value, dimensions and values in order of appearance in names and trials.
    pub values: Vec<ValueRecord>,
    /// What one value does instead of another.
    pub effects: Vec<Effect>,
}

/// One trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its key in the trace.
    pub key: ContentHash,
    /// The config.
    pub config: Config,
    /// Its id.
    pub config_id: ContentHash,
    /// Where it differs from the seed config.
    pub differences: Vec<Difference>,
    /// 1 for the fastest; `None` for a rejected one.
    pub rank: Option<usize>,
    /// What came out.
    pub result: RowResult,
}

/// A dimension in which a config differs from the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The dimension.
    pub name: String,
    /// The seed's value, if the seed has one.
    pub seed: Option<Value>,
    /// The config's value, if it has one.
    pub value: Option<Value>,
}

/// What came out of a trial, in brief.
#[derive(Clone, Debug, PartialEq)]
pub enum RowResult {
    /// It was right and was timed.
    Measured {
        /// Median time of one call in nanoseconds, as it was measured.
        median_ns: u64,
        /// The median's 95 % confidence interval in nanoseconds.
        ci_ns: [u64; 2],
        /// 10^12 operations per second.
        tflops: f64,
        /// Its config's time over the baseline's, from all sessions together, without the machine's drift;
        /// the baseline is the seed or, where that was not measured, the first config that was.
        relative_time: f64,
        /// The confidence interval of that.
        relative_ci: [f64; 2],
    },
    /// It was not accepted.
    Rejected {
        /// Where it failed.
        stage: Stage,
        /// A stable reason.
        reason: String,
        /// What exactly.
        detail: String,
    },
}

impl RowResult {
    fn relative(&self) -> Option<Relative> {
        match self {
            Self::Measured { relative_time, relative_ci: [low, high], .. } => {
                Some(Relative { time: *relative_time, low: *low, high: *high })
            }
            Self::Rejected { .. } => None,
        }
    }
}

/// What became of the trials with one value of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueRecord {
    /// The dimension.
    pub dimension: String,
    /// The value.
    pub value: Value,
    /// Rows that were measured, in order.
    pub measured: Vec<usize>,
    /// Rows that were rejected, in order.
    pub rejected: Vec<usize>,
    /// The fastest row.
    pub best: Option<usize>,
}

/// What `value` does instead of `versus`, over all pairs of trials that differ in nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The dimension.
    pub dimension: String,
    /// The value.
    pub value: Value,
    /// What it is compared with: the value that appeared first, which for most is the seed's.
    pub versus: Value,
    /// Geometric mean of the pairs' time ratios: 2.0 means that `value` takes twice the time.
    pub ratio: f64,
    /// Least and greatest of them; far apart, the effect depends on something else.
    pub range: [f64; 2],
    /// The pairs.
    pub pairs: Vec<Pair>,
}

/// Two trials that differ in one dimension only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Row of the one with `value`.
    pub with: usize,
    /// Row of the one with `versus`.
    pub without: usize,
    /// Time of the first over time of the second.
    pub ratio: f64,
    /// Whether their confidence intervals lie apart.
    pub is_clear: bool,
}

impl Analysis {
    /// How many times faster than the seed the config of row `at` is; `None` when one of them was not
    /// measured.
    pub fn speedup_of(&self, at: usize) -> Option<f64> {
        let is_known = self.seed.and_then(|seed| self.rows.get(seed)?.rank).is_some();
        let relative = self.rows.get(at)?.result.relative()?;
        is_known.then(|| 1.0 / relative.time)
    }
}

/// What `trials` say, which are of one problem on one device, in order; `seed` is the design's own config.
pub fn analyse<'a>(trials: impl IntoIterator<Item = &'a Trial>, seed: &Config) -> Analysis {
    analyse_with(trials, &[], seed)
}

/// The same, where `more` are further sessions with the same configs, which have no rows of their own.
pub fn analyse_with<'a>(
    trials: impl IntoIterator<Item = &'a Trial>,
    more: &'a [Trial],
    seed: &Config,
) -> Analysis {
    let trials: Vec<&Trial> = trials.into_iter().collect();
    let levels = Levels::of(trials.iter().copied().chain(more));
    let log = |trial: &Trial| levels.log_ns(&trial.problem, &trial.config_id);
    let is_measured = |trial: &&&Trial| matches!(trial.outcome, Outcome::Measured(_));
    let is_seed = |trial: &&&Trial| is_measured(trial) && trial.config == *seed;
    let baseline = trials.iter().find(is_seed).or_else(|| trials.iter().find(is_measured));
    let baseline = baseline.and_then(|trial| log(trial)).unwrap_or(0.0);
    let relative = |trial: &Trial, measurement: &Measurement| {
        let time = log(trial).map_or(f64::INFINITY, |log| (log - baseline).exp());
        relative(time, measurement)
    };
    let mut rows: Vec<Row> = trials.iter().map(|trial| row(trial, seed, &relative)).collect();
    let mut ranked: Vec<(f64, usize)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((row.result.relative()?.time, at)))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for (rank, (_, at)) in ranked.iter().enumerate() {
        if let Some(row) = rows.get_mut(*at) {
            row.rank = Some(rank + 1);
        }
    }
    let best = ranked.first().copied();
    let near = |row: &Row| {
        let time = row.result.relative().map(|relative| relative.time);
        time.zip(best).is_some_and(|(time, (best, _))| time <= best * NEAR_BEST)
    };
    let is_seed = |row: &Row| row.config == *seed;
    let has_seed = rows.iter().any(|row| is_seed(row) && row.rank.is_some());
    Analysis {
        seed: rows.iter().position(is_seed),
        best: best.map(|(_, at)| at),
        speedup: best.filter(|_| has_seed).map(|(time, _)| 1.0 / time),
        trials_to_near_best: rows.iter().position(near).map(|at| at + 1),
        values: value_records(&rows),
        effects: effects(&rows),
        rows,
    }
}

/// `time` with the measurement's confidence interval around it.
fn relative(time: f64, measurement: &Measurement) -> Relative {
    let median = (measurement.median_ns as f64).max(1.0);
    let [low, high] = measurement.median_ci_ns.map(|ns| time * ns as f64 / median);
    Relative { time, low: low.min(time), high: high.max(time) }
}

fn row(trial: &Trial, seed: &Config, relative: &dyn Fn(&Trial, &Measurement) -> Relative) -> Row {
    let result = match &trial.outcome {
        Outcome::Measured(measurement) => {
            let relative = relative(trial, measurement);
            RowResult::Measured {
                median_ns: measurement.median_ns,
                ci_ns: measurement.median_ci_ns,
                tflops: measurement.tflops,
                relative_time: relative.time,
                relative_ci: [relative.low, relative.high],
            }
        }
        Outcome::Rejected(rejection) => RowResult::Rejected {
            stage: rejection.stage,
            reason: rejection.reason.clone(),
            detail: rejection.detail.clone(),
        },
    };
    Row {
        key: trial.key.clone(),
        config: trial.config.clone(),
        config_id: trial.config_id.clone(),
        differences: differences(&trial.config, seed),
        rank: None,
        result,
    }
}

fn differences(config: &Config, seed: &Config) -> Vec<Difference> {
    let names: BTreeMap<&String, ()> =
        config.0.keys().chain(seed.0.keys()).map(|n| (n, ())).collect();
    let differing = names.into_keys().filter(|name| config.get(name) != seed.get(name));
    differing
        .map(|name| Difference {
            name: name.clone(),
            seed: seed.get(name).cloned(),
            value: config.get(name).cloned(),
        })
        .collect()
}

/// Dimensions in order of their names, their values in order of appearance.
fn dimensions(rows: &[Row]) -> BTreeMap<String, Vec<Value>> {
    let mut dimensions: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, value) in rows.iter().flat_map(|row| &row.config.0) {
        let values = dimensions.entry(name.clone()).or_default();
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    dimensions
}

fn value_records(rows: &[Row]) -> Vec<ValueRecord> {
    let mut records = Vec::new();
    for (dimension, values) in dimensions(rows) {
        for value in values {
            let with = |row: &Row| row.config.get(&dimension) == Some(&value);
            let at = |measured: bool| -> Vec<usize> {
                let wanted = |row: &Row| with(row) && row.rank.is_some() == measured;
                rows.iter().enumerate().filter(|(_, row)| wanted(row)).map(|(at, _)| at).collect()
            };
            let (measured, rejected) = (at(true), at(false));
            let best = measured.iter().copied().min_by_key(|at| rows.get(*at).and_then(|r| r.rank));
            let dimension = dimension.clone();
            records.push(ValueRecord { dimension, value, measured, rejected, best });
        }
    }
    records
}

fn effects(rows: &[Row]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (dimension, values) in dimensions(rows) {
        // Rows by everything but this dimension; of equal configs the first one counts.
        let mut lines: BTreeMap<ContentHash, BTreeMap<usize, (usize, Relative)>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let mut rest = row.config.clone();
            let value = rest.0.remove(&dimension);
            let index = value.and_then(|value| values.iter().position(|v| *v == value));
            if let (Some(index), Some(relative)) = (index, row.result.relative()) {
                lines.entry(rest.id()).or_default().entry(index).or_insert((at, relative));
            }
        }
        for (versus, versus_value) in values.iter().enumerate() {
            for (value, its_value) in values.iter().enumerate().skip(versus + 1) {
                let mut pairs: Vec<Pair> = lines
                    .values()
                    .filter_map(|line| Some(pair(*line.get(&value)?, *line.get(&versus)?)))
                    .collect();
                pairs.sort_by_key(|pair| (pair.with, pair.without));
                let ratios = pairs.iter().map(|pair| pair.ratio);
                if pairs.is_empty() {
                    continue;
                }
                effects.push(Effect {
                    dimension: dimension.clone(),
                    value: its_value.clone(),
                    versus: versus_value.clone(),
                    ratio: (ratios.clone().map(f64::ln).sum::<f64>() / pairs.len() as f64).exp(),
                    range: ratios.fold([f64::INFINITY, 0.0], |[least, greatest], ratio| {
                        [least.min(ratio), greatest.max(ratio)]
                    }),
                    pairs,
                });
            }
        }
    }
    effects
}

fn pair((with, mine): (usize, Relative), (without, theirs): (usize, Relative)) -> Pair {
    let is_clear = mine.high < theirs.low || theirs.high < mine.low;
    Pair { with, without, ratio: mine.time / theirs.time, is_clear }
}
