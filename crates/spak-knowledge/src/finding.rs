//! What was learned, as data: each finding with its numbers, before it becomes text.

use spak_records::{Config, Stage, Value};

/// A ratio of times over pairs of configs that differ in one dimension only.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// Geometric mean over the pairs.
    pub mean: f64,
    /// Simultaneous 95 % confidence interval of that mean: all ratios of one step hold together.
    pub interval: [f64; 2],
    /// Smallest and largest over the pairs.
    pub range: [f64; 2],
    /// How many pairs.
    pub pairs: usize,
    /// How many of them point the same way as the mean.
    pub agree: usize,
    /// The p-value of "no difference", corrected for all comparisons of the step (Holm).
    pub p: f64,
}

/// One thing that trials showed, within the scope of the context they were made in.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The fastest config.
    Optimal(Optimal),
    /// A value of a dimension is faster than others.
    Effect {
        /// The axis or parameter.
        name: String,
        /// The faster value.
        best: Value,
        /// The slower values, slowest first, with the time they take over the best one.
        slower: Vec<(Value, Ratio)>,
        /// Values that cannot be told from the best one.
        equal: Vec<Value>,
        /// Of the slower values those that lose clearly in every pair, with the time of the fastest
        /// config that has one over the time of the fastest config.
        losing: Vec<(Value, f64)>,
    },
    /// All values of a dimension take the same time within a bound.
    NoEffect {
        /// The axis or parameter.
        name: String,
        /// The values compared.
        values: Vec<Value>,
        /// No difference of means is larger than this (0.02 is 2 %), with 95 % confidence.
        within: f64,
        /// The fewest pairs behind any comparison.
        pairs: usize,
    },
    /// Every config of a region was rejected for the same reason.
    Rejected {
        /// One or two dimensions with their values.
        region: Vec<(String, Value)>,
        /// Where the configs failed.
        stage: Stage,
        /// Why (`compile-error`, `wrong-result`).
        reason: String,
        /// How many configs of the region were tried.
        configs: usize,
        /// How many of them have an accepted neighbour outside the region that differs in one value.
        witnesses: usize,
    },
    /// Kernels that spill are slow, whatever is computed.
    Spills {
        /// How many bytes of local memory a thread may have without that.
        bytes: u32,
        /// How many configs with more were measured.
        configs: usize,
        /// On how many problems.
        problems: usize,
        /// What these compute.
        families: Vec<String>,
        /// The least, over the problems, of the time of their fastest over that of the fastest of the others.
        fastest: f64,
        /// The most, over the problems, of the time of their slowest over the same.
        slowest: f64,
    },
    /// The difference between two values of one dimension depends on another dimension.
    Interaction {
        /// The axis or parameter.
        name: String,
        /// The two values; the second one's time over the first one's is what is compared.
        values: [Value; 2],
        /// The dimension it depends on.
        by: String,
        /// For two values of that dimension: the ratio of times there.
        at: [(Value, Ratio); 2],
        /// Whether a different value is best.
        crossing: bool,
    },
    /// How time and rate change with a symbol of the workload, everything else equal.
    Workload {
        /// The symbol, as a problem names it.
        name: String,
        /// The two values; the second one's time over the first one's.
        values: [Value; 2],
        /// Ratio of times.
        time: Ratio,
        /// Geometric mean of the ratio of TFLOPS.
        rate: f64,
        /// The axis or parameter that changes the ratio most, with the ratio at each of its values.
        depends_on: Option<(String, Vec<(Value, Ratio)>)>,
    },
}

/// The fastest config and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimal {
    /// The config.
    pub config: Config,
    /// Median time of a call in nanoseconds.
    pub median_ns: u64,
    /// 95 % confidence interval of that median; `None` when it has too few samples for one.
    pub median_ci_ns: Option<[u64; 2]>,
    /// Rate in 10^12 floating-point operations per second.
    pub tflops: f64,
    /// Time of the seed over the time of this config, with its 95 % interval when the spread is known.
    pub over_seed: Option<(f64, Option<[f64; 2]>)>,
    /// Samples of the median.
    pub samples: u32,
    /// Configs that were measured and accepted.
    pub measured: usize,
    /// Configs that were rejected.
    pub rejected: usize,
    /// Deviation of an absolute time from session to session (0.01 is 1 %), drift included.
    pub noise: f64,
    /// Other configs that cannot be told from it.
    pub equal: Vec<Config>,
    /// The values those configs have where they differ from it.
    pub equal_values: Vec<(String, Vec<Value>)>,
}
