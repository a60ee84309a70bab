//! What `spak learn --from` says of tables that other programs measured.

use serde::Serialize;

use crate::config::Config;
use crate::value::Value;
use crate::worth_report::WorthReport;

/// What tables show.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SweepReport {
    /// Each file that was learnt from.
    pub sweeps: Vec<SweepRecord>,
    /// What rules of the design the files support; empty without a design.
    pub judged: Vec<JudgedRule>,
    /// The design, if one was named.
    pub design: Option<String>,
    /// Whether it was changed.
    pub written: bool,
    /// The change of the design as a unified diff; empty when it says all of it already.
    pub diff: String,
}

/// One file.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SweepRecord {
    /// The path as the user gave it.
    pub file: String,
    /// Its format: `T4`, `Kernel Tuner cache`, `sweep`.
    pub kind: String,
    /// The machine, if the file or the user names it.
    pub device: Option<String>,
    /// What was measured.
    pub metric: String,
    /// Whether more of it is better.
    pub more_is_better: bool,
    /// Configs that were measured.
    pub measured: u64,
    /// Configs that were tried and never accepted.
    pub rejected: u64,
    /// Names whose values vary.
    pub names: Vec<String>,
    /// Those of them that are properties of the problem: nothing is recommended for them.
    pub given: Vec<String>,
    /// Names with one value in all rows: what was learnt holds there.
    pub fixed: Config,
    /// The noise of one measurement.
    pub noise: NoiseRecord,
    /// How many hypotheses were tested: of values, of dependences, of scaling and limits.
    pub tests: [u64; 3],
    /// The best of each setting of what is given.
    pub optima: Vec<OptimumRecord>,
    /// What the rows show, corrected together at 5 %.
    pub findings: Vec<FindingRecord>,
    /// Names that too few rows compare, with the most pairs that any two of their values have.
    pub too_few: Vec<(String, u64)>,
    /// Names of which nothing can be told, with the ratio that a difference may still have.
    pub untold: Vec<(String, f64)>,
    /// What follows for whoever chooses.
    pub rules: Vec<SweepRule>,
    /// What following the rules leaves of this table.
    pub followed: FollowedRecord,
    /// Learnt on one half of the rows and tried on the other, if that was asked for.
    pub halves: Option<HalvesRecord>,
    /// The same findings on other files.
    pub elsewhere: Vec<ElsewhereRecord>,
    /// What the rules are worth to a search of this table, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<WorthReport>,
}

/// How much one measurement differs from the next of the same thing.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct NoiseRecord {
    /// Relative standard deviation.
    pub deviation: f64,
    /// Degrees of freedom of that estimate.
    pub freedom: f64,
    /// Whether something was repeated; if not, it is an upper bound.
    pub repeated: bool,
    /// Where it is from, in words.
    pub from: String,
}

/// A best config.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct OptimumRecord {
    /// The values of what is given.
    pub setting: Config,
    /// The choices.
    pub config: Config,
    /// Its row.
    pub row: String,
    /// What was measured.
    pub value: f64,
    /// 95 % interval of that, its selection included.
    pub interval: [f64; 2],
    /// Configs measured in this setting.
    pub measured: u64,
    /// Rows that cannot be told from it.
    pub equal: Vec<String>,
    /// Other values that those rows have.
    pub equal_values: Vec<(String, Vec<Value>)>,
    /// The rows that show it.
    pub witness: Vec<String>,
}

/// One finding.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FindingRecord {
    /// `slower`, `never-best`, `equal`, `monotone`, `threshold`, `best-depends`, `depends`, `scaling`, `limit`, `refused`.
    pub kind: String,
    /// What it is about, as a name: the same whenever the same is found.
    pub subject: String,
    /// What is claimed, in words.
    pub sentence: String,
    /// Mean and interval of its number: a ratio of costs, an exponent.
    pub effect: Option<[f64; 3]>,
    /// The smallest and the largest of the ratios behind it.
    pub range: Option<[f64; 2]>,
    /// The chance of seeing this if nothing were there, corrected for all that was looked at.
    pub p: f64,
    /// Observations of its kind: pairs, groups, configs.
    pub support: u64,
    /// How many of them go the other way.
    pub against: u64,
    /// The rows that do so farthest; the first few.
    pub counter_examples: Vec<String>,
    /// The fewest rows that show it; run again, they show it again.
    pub witness: Vec<String>,
}

/// A rule that follows.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SweepRule {
    /// Its name in a design.
    pub name: String,
    /// Where it was observed, as a formula; empty when the file says nothing of that.
    pub when: String,
    /// `recommend` or `avoid`.
    pub key: String,
    /// What, as a design says it.
    pub advice: String,
    /// Subjects of the findings that it follows from.
    pub evidence: Vec<String>,
    /// The fewest observations behind any of them.
    pub support: u64,
    /// Between 0 and 1.
    pub confidence: f64,
    /// Ratio of costs that is at stake.
    pub influence: f64,
    /// The fewest rows that show it.
    pub witness: Vec<String>,
    /// Rows that go the other way.
    pub counter_examples: Vec<String>,
}

/// What is left of a table when rules are followed.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FollowedRecord {
    /// With what they say to avoid left out.
    pub avoiding: Option<LeftRecord>,
    /// With what they recommend taken as well; `null` when no config has all of it.
    pub choosing: Option<LeftRecord>,
}

/// A part of a table.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct LeftRecord {
    /// Configs that were measured.
    pub configs: u64,
    /// Those that are left.
    pub left: u64,
    /// Cost of the fastest that is left over that of the fastest of all.
    pub best: f64,
    /// The same of the medians.
    pub median: f64,
}

/// How often findings hold elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// They are there, too.
    pub hold: u64,
    /// They are not, or too small to be worth anything.
    pub fade: u64,
    /// The opposite is there.
    pub contradicted: u64,
    /// It cannot be told.
    pub untold: u64,
}

/// Findings of one half of the rows on the other, both ways.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct HalvesRecord {
    /// Configs in the two halves.
    pub configs: Vec<u64>,
    /// How many hold.
    pub counts: Counts,
    /// Of those that can be told, the part that holds.
    pub precision: Option<f64>,
    /// Effects outside over effects inside (slope of their logarithms): below one, they were too large for having been found.
    pub slope: Option<f64>,
}

/// Findings on another file.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ElsewhereRecord {
    /// The path as the user gave it.
    pub file: String,
    /// One for each finding, in their order.
    pub tried: Vec<TriedRecord>,
    /// How many of them hold.
    pub counts: Counts,
    /// Of those that can be told, the part that holds.
    pub precision: Option<f64>,
    /// What becomes of each rule: contradicted or fading if one of its findings is, else whether any holds.
    pub rules: Vec<String>,
    /// How many rules hold.
    pub rule_counts: Counts,
    /// Of the rules that can be told, the part that holds.
    pub rule_precision: Option<f64>,
    /// The same of findings, by kind.
    pub by_kind: Vec<(String, Counts)>,
    /// What following the rules leaves there.
    pub followed: FollowedRecord,
}

/// A finding on another file.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct TriedRecord {
    /// `holds`, `fades`, `contradicted`, `untold`.
    pub held: String,
    /// Its number there with a 95 % interval: a ratio of costs, a share of groups, an exponent.
    pub effect: Option<[f64; 3]>,
    /// Observations of its kind there.
    pub support: u64,
}

/// What a file says of a rule of the design.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct JudgedRule {
    /// The file.
    pub file: String,
    /// The rule's name.
    pub rule: String,
    /// Where: values of other names.
    pub at: Config,
    /// What it takes or leaves (`v_lat = 5`).
    pub says: String,
    /// `holds`, `fades` (it makes no difference), `contradicted`, `untold`.
    pub held: String,
    /// Beside each other value: that value, the ratio of its cost to the rule's value with its interval, and the number of pairs.
    pub compared: Vec<JudgedValue>,
}

/// A rule's value beside another one.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct JudgedValue {
    /// The other value.
    pub other: Value,
    /// Cost of the other value over that of the rule's, with its interval.
    pub ratio: [f64; 3],
    /// How many pairs.
    pub pairs: u64,
    /// `holds`, `fades`, `contradicted`, `untold`.
    pub held: String,
}
