//! What rules are worth to a search, by searching recorded trials again with and without each.

use serde::Serialize;

/// What the rules of one workload, or of one table, are worth.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct WorthReport {
    /// The workload, if it has a name.
    pub workload: Option<String>,
    /// Recorded configs that were searched again.
    pub configs: u64,
    /// Searches that were made, over all sets of rules.
    pub searches: u64,
    /// Of the configs that differ from recorded ones in one value the part that is recorded.
    pub covered: f64,
    /// Whether that is enough to decide anything: what is not recorded cannot be searched.
    pub decides: bool,
    /// Trials, on average, until a config within 2 % of the best recorded one is found, without any rule.
    pub trials_without_rules: f64,
    /// The same with all rules.
    pub trials_with_all: f64,
    /// Each rule that says something of configs.
    pub rules: Vec<RuleWorth>,
}

/// What one rule is worth.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RuleWorth {
    /// Its name.
    pub rule: String,
    /// Trials more without it than with all rules.
    pub saved_beside: f64,
    /// Standard error of that.
    pub saved_beside_error: f64,
    /// Trials fewer with it alone than without any rule.
    pub saved_alone: f64,
    /// Standard error of that.
    pub saved_alone_error: f64,
    /// The part of the best recorded speed that is out of reach when it is followed (0.02: 2 %).
    pub lost: f64,
    /// Whether it is worth keeping.
    pub kept: bool,
}
