//! What `spak knowledge check` says.

use serde::Serialize;

use crate::report::PlaceRecord;

/// Whether what was learnt still stands.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct StandingReport {
    /// Each design or library.
    pub files: Vec<StandingFile>,
    /// How many facts and rules are in each state.
    pub counts: StandingCounts,
    /// The bundle that was written for a node, with how many configs it has.
    pub bundle: Option<WitnessBundle>,
}

/// Facts and rules by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StandingCounts {
    /// All that they rest on is as it was.
    pub current: u64,
    /// Their witnesses were measured again and show them.
    pub held: u64,
    /// Something that they rest on changed: their witnesses have to be run.
    pub stale: u64,
    /// Their witnesses were run, and noise hides the answer.
    pub untold: u64,
    /// There is no witness that can be run, and the trials that they are from are not there.
    pub unsupported: u64,
    /// They are about another machine.
    pub elsewhere: u64,
    /// They were demoted now: their witnesses do not show them any more.
    pub demoted: u64,
    /// They were demoted or retired before, and lead nothing.
    pub out: u64,
}

/// A bundle of witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct WitnessBundle {
    /// The file.
    pub file: String,
    /// Configs in it.
    pub configs: u64,
}

/// One design or library.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct StandingFile {
    /// The path, or the name of a library.
    pub file: String,
    /// What was learnt, in the order of the text.
    pub items: Vec<StandingItem>,
    /// The change of the text as a unified diff; empty when nothing has to be said.
    pub diff: String,
    /// Whether the text was changed.
    pub written: bool,
}

/// A fact or a rule.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct StandingItem {
    /// `fact` or `rule`.
    pub keyword: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: PlaceRecord,
    /// Where it holds, as written.
    pub when: String,
    /// `current`, `held`, `stale`, `untold`, `unsupported`, `elsewhere`, `demoted` or `out`.
    pub state: String,
    /// What changed, or why it is in that state.
    pub reasons: Vec<String>,
    /// What it rests on: evidence of a rule, source of a fact.
    pub rests_on: Vec<String>,
    /// What it was measured with: `toolchain`, `driver`, `templates`, `design`.
    pub measured_with: Vec<[String; 2]>,
    /// Its witnesses, and what came of them if they were measured again.
    pub witnesses: Vec<WitnessRecord>,
}

/// A witness.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct WitnessRecord {
    /// In words.
    pub text: String,
    /// Whether it can be run: rows of a table cannot.
    pub can_run: bool,
    /// `holds`, `untold` or `fails`; `null` if it was not measured again.
    pub verdict: Option<String>,
    /// What was seen.
    pub seen: Option<String>,
    /// The run of a trace in which it was seen.
    pub run: Option<String>,
}
