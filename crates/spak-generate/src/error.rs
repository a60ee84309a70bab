//! Why no source can be made from a plan.

use spak_records::Value;

/// A plan that the templates have no code for, or a template that failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GenerateError {
    /// The plan's family, the manifest's and the problem's are not the same.
    #[error(
        "the plan is for `{plan}`, its problem is a `{problem}` and the manifest is that of `{family}`"
    )]
    FamilyMismatch {
        /// Family the plan names.
        plan: String,
        /// Family of the plan's problem.
        problem: String,
        /// Family of the manifest.
        family: String,
    },
    /// There is no template for this backend and family.
    #[error("no template `{wanted}`; there are: {}", known.join(", "))]
    NoTemplate {
        /// Name of the missing template.
        wanted: String,
        /// Names of all kernel templates.
        known: Vec<String>,
    },
    /// An axis has a value that the template has no code for.
    #[error(transparent)]
    Unsupported(Box<Unsupported>),
    /// A tuning parameter is not a whole number of its range.
    #[error("`{parameter}` is `{value}`, but has to be {expected}")]
    OutOfRange {
        /// The parameter.
        parameter: String,
        /// Its value.
        value: Value,
        /// What it may be, in words.
        expected: String,
    },
    /// Values that are each understood but cannot stand together.
    #[error("{0}")]
    Conflict(String),
    /// The template itself is wrong.
    #[error("template `{template}`: {detail}")]
    Template {
        /// Name of the template.
        template: String,
        /// The engine's message with line and chain of causes.
        detail: String,
    },
}

/// An axis with a value that the template has no code for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "backend `{backend}` has no code of `{family}` for `{axis}: {value}`; it has: {}{}",
    listed(supported),
    reason.map(|r| format!(" ({r})")).unwrap_or_default()
)]
pub struct Unsupported {
    /// Backend of the plan.
    pub backend: String,
    /// Family of the plan.
    pub family: String,
    /// The axis.
    pub axis: String,
    /// Its value.
    pub value: Value,
    /// Every value the template has code for.
    pub supported: Vec<Value>,
    /// Why it cannot have code for this one, where that is known.
    pub reason: Option<&'static str>,
}

fn listed(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}
