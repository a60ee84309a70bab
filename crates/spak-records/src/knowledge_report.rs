//! What `spak why`, `spak why-not` and `spak knowledge` say.

use serde::Serialize;

use crate::report::PlaceRecord;

/// What follows from what a design knows somewhere, and why.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct WhyReport {
    /// The design's path as the user gave it.
    pub design: String,
    /// Everything that follows; of a question, what it is about.
    pub conclusions: Vec<ConclusionRecord>,
    /// Why; empty without a question.
    pub proofs: Vec<ProofRecord>,
    /// Why not: rules that would conclude what was asked, and what became of their conditions.
    pub missing: Vec<MissingRecord>,
    /// Rules of which cannot be said whether they apply, and why.
    pub undecided: Vec<UndecidedRecord>,
    /// Names to which rules of one priority give different values.
    pub unsettled: Vec<UnsettledRecord>,
    /// Pairs of rules that can fire together and contradict each other.
    pub conflicts: Vec<ConflictRecord>,
    /// What rules say in words, for a person or a language model; it is never executed.
    pub prose: Vec<ProseRecord>,
    /// More would follow, and was cut off.
    pub cut_off: bool,
}

/// A rule, and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RuleRef {
    /// `rule`, `fact` or `invariant`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub place: PlaceRecord,
}

/// Something that follows.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ConclusionRecord {
    /// `value`, `holds`, `recommend`, `choose`, `prefer`, `avoid`, `forbid` or `warn`.
    pub kind: String,
    /// What (`bound = "memory"`, `tile_m = 64`, `tile_m * tile_n > 8192`).
    pub what: String,
    /// A condition over dimensions under which it counts; `null` where it always does.
    pub only_where: Option<String>,
    /// The rules that say so.
    pub by: Vec<RuleRef>,
    /// Rules of a lower priority that say otherwise.
    pub overruled: Vec<RuleRef>,
    /// What it does to the space; `null` for what is not about configs, or not known before compiling.
    pub configs: Option<ConfigsRecord>,
}

/// What a conclusion does to the configs of a space.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ConfigsRecord {
    /// `removed`, or `first` for those that are tried before others.
    pub effect: String,
    /// How many, in decimal digits.
    pub count: String,
    /// Of how many that satisfy the design's constraints, in decimal digits.
    pub of: String,
}

/// Something that is so, and why.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ProofRecord {
    /// What.
    pub what: String,
    /// Who gave it, for what no rule concluded.
    pub given: Option<String>,
    /// Shown above already.
    pub above: bool,
    /// No rule that applies says otherwise.
    pub nothing_says_so: bool,
    /// The rule that says so.
    pub by: Option<RuleRef>,
    /// What its variables stand for.
    pub variables: Vec<[String; 2]>,
    /// Its conditions, each with what makes it so.
    pub conditions: Vec<StepRecord>,
    /// What its value was computed from, if it was computed.
    pub computed: Option<StepRecord>,
    /// What the rule names as its evidence.
    pub evidence: Vec<EvidenceRecord>,
}

/// A condition that holds.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct StepRecord {
    /// The condition.
    pub condition: String,
    /// What makes it so.
    pub because: Vec<ProofRecord>,
}

/// What a rule rests on.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct EvidenceRecord {
    /// As the rule says it: the name of a fact, or words.
    pub text: String,
    /// The fact, where there is one of this name.
    pub fact: Option<PlaceRecord>,
    /// What the fact, or the rule, names as its source.
    pub source: Option<String>,
}

/// A rule that does not apply.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct MissingRecord {
    /// The rule.
    pub rule: RuleRef,
    /// Why it is not looked at at all, if it is not: its condition is in words, or there is an error in it.
    pub not_applied: Option<String>,
    /// It applies, and a rule of a higher priority says otherwise.
    pub overruled: Option<RuleRef>,
    /// Its conditions in the order in which they were asked.
    pub conditions: Vec<FailureRecord>,
}

/// What became of a condition.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct FailureRecord {
    /// The condition.
    pub condition: String,
    /// `holds`, `fails`, `unknown`, `rows` or `of configs`.
    pub outcome: String,
    /// Names in it with their values, where it fails.
    pub values: Vec<[String; 2]>,
    /// Why it is unknown.
    pub why: Option<String>,
    /// How many rows got so far, and how many got further.
    pub rows: Option<[u64; 2]>,
    /// Rules that would make it hold, and why they do not.
    pub rules: Vec<MissingRecord>,
}

/// A rule that could not be decided.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct UndecidedRecord {
    /// The rule.
    pub rule: RuleRef,
    /// Why.
    pub why: String,
}

/// A name with several values.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct UnsettledRecord {
    /// The name.
    pub name: String,
    /// Its values, and the rule that says each; `null` for what is given.
    pub values: Vec<ValueRecord>,
}

/// A value that is said.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ValueRecord {
    /// The value.
    pub value: String,
    /// The rule.
    pub by: Option<RuleRef>,
}

/// Two rules that contradict each other.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ConflictRecord {
    /// The rules,
    pub rules: [RuleRef; 2],
    /// what each says,
    pub say: [String; 2],
    /// and a case in which both apply: names and values.
    pub case: Vec<[String; 2]>,
}

/// What a rule says in words.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ProseRecord {
    /// The rule.
    pub rule: RuleRef,
    /// The key.
    pub key: String,
    /// The words.
    pub text: String,
}

/// What designs and libraries know.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct KnowledgeReport {
    /// Facts, rules and invariants, in the order of files and lines.
    pub items: Vec<KnowledgeItem>,
}

/// A fact, a rule or an invariant.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct KnowledgeItem {
    /// `rule`, `fact`, `predicate` or `invariant`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: PlaceRecord,
    /// Where it holds, as written; `null` where it always does.
    pub when: Option<String>,
    /// What it says: key and words.
    pub says: Vec<[String; 2]>,
    /// Where it is from.
    pub source: Option<String>,
    /// What it rests on.
    pub evidence: Option<String>,
    /// Between 0 and 1, if it says.
    pub confidence: Option<f64>,
    /// Whether SPAK wrote it.
    pub learned: bool,
    /// Its text.
    pub text: String,
}

/// What came of the examples of libraries.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct KnowledgeTestReport {
    /// Each example.
    pub examples: Vec<ExampleRecord>,
    /// How many of them say otherwise.
    pub wrong: u64,
}

/// What came of an example.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ExampleRecord {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: PlaceRecord,
    /// What does not follow although it should, or follows although it should not.
    pub wrong: Vec<String>,
    /// All that follows.
    pub follows: Vec<String>,
}
