//! Contenders for one problem, timed by turns in one process: what of ours is compared with what others have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::hash::ContentHash;
use crate::problem::Problem;
use crate::trial::{Conditions, Outcome};

/// A comparison. Its times are of one process and one clock, and are not those of trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comparison {
    /// Hash over everything that can change the answer.
    pub key: ContentHash,
    /// What was computed.
    pub problem: Problem,
    /// The workload's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Versions of what it ran in, by name.
    pub software: BTreeMap<String, String>,
    /// Who took part, in the order of their turns.
    pub contenders: Vec<Contender>,
    /// How the GPU was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// Wall-clock seconds it took, everything included.
    pub seconds: f64,
}

/// One of those that take part in a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Contender {
    /// `candidate`, `jit`, or the name of a baseline.
    pub name: String,
    /// The config, of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Config>,
    /// What it chose by itself, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it computes nothing, and only shows what the memory can do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_ceiling: bool,
    /// Hash of its outputs: two contenders with the same one agree in every bit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<ContentHash>,
    /// What came out.
    pub outcome: Outcome,
}
