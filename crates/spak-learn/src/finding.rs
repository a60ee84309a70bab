//! What a table can show, as types: each with its numbers and the rows that show it.

use spak_records::{Config, Value};

use crate::noise::Noise;

/// A ratio of costs from differences of two, or four, rows each.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// Geometric mean.
    pub mean: f64,
    /// Interval of the mean, corrected for all comparisons of its family.
    pub interval: [f64; 2],
    /// Smallest and largest.
    pub range: [f64; 2],
    /// How many differences.
    pub pairs: usize,
    /// How many of them point the way of the mean.
    pub agree: usize,
}

/// One claim. Costs are times, or one over rates; a ratio above one is slower.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// A value costs more than the best one of its name.
    Slower {
        /// The name.
        name: String,
        /// The slower value.
        value: Value,
        /// The best value of the name.
        than: Value,
        /// Cost of the one over that of the other.
        ratio: Ratio,
    },
    /// A value is never, or nearly never, the best of those that could stand in its place.
    NeverBest {
        /// The name.
        name: String,
        /// The value.
        value: Value,
        /// Groups of rows that differ in nothing else and have this value and another one.
        groups: usize,
        /// In how many of them it was the best.
        wins: usize,
        /// In at most this share of such groups it is the best, with 95 % confidence.
        share: f64,
        /// Cost over that of the best other value of the group.
        loss: Ratio,
    },
    /// On average over pairs, no two of the values differ by more than this.
    Equal {
        /// The name.
        name: String,
        /// The values that were compared.
        values: Vec<Value>,
        /// No difference on average is larger than this; 0.02 is 2 %.
        within: f64,
        /// The largest difference of a single pair, noise included.
        single: f64,
        /// The fewest pairs behind a comparison.
        pairs: usize,
    },
    /// Each step to the next larger value costs more, or each costs less.
    Monotone {
        /// The name.
        name: String,
        /// Whether larger values cost more.
        rising: bool,
        /// How many values.
        values: usize,
        /// Cost of the largest over that of the smallest, where both were measured.
        ratio: Ratio,
    },
    /// Values on one side of a step are alike, and those on the other side cost more.
    Threshold {
        /// The name.
        name: String,
        /// The last value below the step.
        below: Value,
        /// The first value above it.
        above: Value,
        /// Whether those above cost more.
        rising: bool,
        /// Cost of the costly side over the other, of the two nearest values.
        ratio: Ratio,
    },
    /// What a value costs against another one depends on a second name.
    Interaction {
        /// The name.
        name: String,
        /// Two values of it.
        values: [Value; 2],
        /// The name that it depends on.
        by: String,
        /// For two values of that name: cost of the second value over the first one's there.
        at: [(Value, Ratio); 2],
        /// Whether another value is best: the first one at the first, the second one at the second.
        crossing: bool,
    },
    /// Cost grows as a power of a given number.
    Scaling {
        /// The name.
        name: String,
        /// Mean exponent over configs that were measured at several of its values.
        exponent: f64,
        /// Its interval.
        interval: [f64; 2],
        /// How many configs.
        configs: usize,
        /// How many values of the name.
        values: usize,
        /// How far single costs are from their power law, as a ratio (1.05 is 5 %); 1 with two values.
        misfit: f64,
    },
    /// All configs above a product of numbers were refused.
    Limit {
        /// The names that are multiplied.
        names: Vec<String>,
        /// The largest product that was accepted.
        accepted: f64,
        /// The smallest above it, all of which were refused.
        refused: f64,
        /// How many were refused above it.
        configs: usize,
        /// Why, most often.
        reason: String,
    },
    /// All configs with one or two values were refused.
    Refused {
        /// The values.
        region: Vec<(String, Value)>,
        /// How many configs.
        configs: usize,
        /// Why, most often.
        reason: String,
    },
}

/// A claim with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is claimed.
    pub claim: Claim,
    /// The chance of seeing this if nothing were there, corrected for everything that was looked at in the table.
    pub p: f64,
    /// How many observations of its kind: pairs, groups, configs.
    pub support: usize,
    /// How many of them go the other way.
    pub against: usize,
    /// The rows that go the other way farthest, pair by pair; the first few.
    pub counter_examples: Vec<String>,
    /// The fewest rows that show it on their own, those nearest to what is typical.
    pub witness: Vec<String>,
}

/// The best row of a setting of what is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The values of the given names.
    pub setting: Vec<(String, Value)>,
    /// The choices.
    pub config: Config,
    /// Its row.
    pub id: String,
    /// What was measured, in the metric's unit.
    pub value: f64,
    /// 95 % interval of that, being the best of all measured ones included.
    pub interval: [f64; 2],
    /// Configs measured in this setting.
    pub measured: usize,
    /// Rows that cannot be told from it, best first.
    pub equal: Vec<String>,
    /// For each choice the values that those rows have besides its own.
    pub equal_values: Vec<(String, Vec<Value>)>,
    /// The rows that show it: itself, and the best one that can be told from it.
    pub witness: Vec<String>,
}

/// A comparison that could not be made.
#[derive(Clone, Debug, PartialEq)]
pub struct TooFew {
    /// The name.
    pub name: String,
    /// The values that were compared with nothing, or with too little.
    pub values: Vec<Value>,
    /// The most pairs that any of them has.
    pub pairs: usize,
}

/// Everything that a table shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The best of each setting.
    pub optima: Vec<Optimum>,
    /// What is claimed.
    pub findings: Vec<Finding>,
    /// Names of which nothing is claimed because too little was compared.
    pub too_few: Vec<TooFew>,
    /// Names whose values cannot be told apart, and not be called equal either: the widest interval, as a ratio.
    pub untold: Vec<(String, f64)>,
    /// The noise of one measurement.
    pub noise: Noise,
    /// How many hypotheses were tested: of values, of dependences, of scaling and limits.
    pub tests: [usize; 3],
}
