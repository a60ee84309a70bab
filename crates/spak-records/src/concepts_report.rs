//! What `spak knowledge concepts` says.

use serde::Serialize;

use crate::report::PlaceRecord;

/// Concepts, and who uses them.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct ConceptsReport {
    /// The name that was asked for, if one was.
    pub asked: Option<String>,
    /// The operator in which names were looked up, if one was named.
    pub operator: Option<String>,
    /// Those that are called so; without a name all of them, or all that the operator uses. Several for one name: what it means
    /// depends on the operator.
    pub concepts: Vec<ConceptRecord>,
}

/// One meaning, with its names.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ConceptRecord {
    /// Its name.
    pub name: String,
    /// `dimension`, `operand`, `axis`, `parameter` or `property`.
    pub kind: String,
    /// What it is, in words.
    pub says: String,
    /// What it is counted in, if it is counted.
    pub unit: Option<String>,
    /// The dimension of the problem that it lies along, if it lies along one.
    pub along: Option<String>,
    /// The concept that it is a special case of.
    pub broader: Option<String>,
    /// The operators and groups that can have it; empty when all can.
    pub of: Vec<String>,
    /// Where it stands.
    pub place: PlaceRecord,
    /// Its names by scope.
    pub names: Vec<NamesRecord>,
    /// How these are written elsewhere.
    pub spellings: Vec<SpellingRecord>,
    /// Other words for its values: the first word, and those for the same.
    pub values: Vec<(String, Vec<String>)>,
    /// What operators and their templates call it.
    pub used_by: Vec<UseRecord>,
    /// Axes of patterns of `spak lift` that it is.
    pub lifted: Vec<String>,
    /// Rules that name it.
    pub rules: Vec<NamingRecord>,
}

/// Names in one scope.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct NamesRecord {
    /// An operator, a group, a back end, a language, or `any`.
    pub scope: String,
    /// The operators of the scope, if it is a group.
    pub operators: Vec<String>,
    /// The names; `{operand}` is a place for the name of an array.
    pub names: Vec<String>,
    /// Where that is said.
    pub place: PlaceRecord,
}

/// How a word is written elsewhere.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct SpellingRecord {
    /// The word.
    pub word: String,
    /// A language or a back end.
    pub language: String,
    /// The word there.
    pub words: Vec<String>,
}

/// What an operator calls a concept.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct UseRecord {
    /// The operator; `null` for a design that says of none.
    pub operator: Option<String>,
    /// Whose templates call it so; `null` for what the operator itself says of its problems, or a design.
    pub backend: Option<String>,
    /// The names.
    pub names: Vec<String>,
}

/// A rule that names a concept.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct NamingRecord {
    /// The rule.
    pub rule: String,
    /// The names in it.
    pub names: Vec<String>,
    /// Whether they can mean nothing else there.
    pub certain: bool,
    /// Where it stands.
    pub place: PlaceRecord,
}
