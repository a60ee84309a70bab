//! Rules as the engine takes them: read, and not yet looked at together.

use spak_expr::{Expr, Value};
use spak_syntax::{Diagnostic, Span};

/// What follows where a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// How it is called in proofs and messages.
    pub name: String,
    /// Of rules that give one name different values the highest decides.
    pub priority: i64,
    /// What it is about, besides the situation.
    pub over: Vec<Over>,
    /// All of these must hold.
    pub when: Vec<Expr>,
    /// None of these may hold.
    pub unless: Vec<Expr>,
    /// Then this.
    pub then: Vec<Claim>,
    /// Where it stands; the caller knows in which file.
    pub span: Span,
}

/// Variables of a rule and what they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// One name, or one for each argument of what holds.
    pub names: Vec<String>,
    /// Where their values come from.
    pub domain: Domain,
    /// Where it is written.
    pub span: Span,
}

/// Where the values of variables come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Domain {
    /// Rows of a table, or what holds: whatever is called so.
    Named(String),
    /// These values.
    Values(Vec<Value>),
    /// What the conditions of the rule hold for (`for: "x, y"`, `when: "edge(x, y)"`).
    Conditions,
}

/// What follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// A name has this value.
    Value(String, Expr),
    /// This holds of these.
    Holds(String, Vec<Expr>),
    /// What to do about configs.
    Advice(Advice<Expr>),
}

/// What a rule says about configs. In a rule its parts are formulas, in a conclusion values or formulas
/// over dimensions.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice<V> {
    /// Start with this value and try it first.
    Recommend(String, V),
    /// Try no other value.
    Choose(String, V),
    /// Try values in this order.
    Prefer(String, Vec<V>),
    /// Configs for which this holds are not tried while there are others.
    Avoid(Expr),
    /// Configs for which this holds are never tried.
    Forbid(Expr),
    /// A sentence for people; `{{x}}` stands for a value.
    Warn(String),
}

impl<V> Advice<V> {
    /// The key that says it in a rule.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Recommend(..) => "recommend",
            Self::Choose(..) => "choose",
            Self::Prefer(..) => "prefer",
            Self::Avoid(_) => "avoid",
            Self::Forbid(_) => "forbid",
            Self::Warn(_) => "warn",
        }
    }

    /// The dimension that it gives a value to.
    pub fn dimension(&self) -> Option<&str> {
        match self {
            Self::Recommend(name, _) | Self::Choose(name, _) | Self::Prefer(name, _) => Some(name),
            Self::Avoid(_) | Self::Forbid(_) | Self::Warn(_) => None,
        }
    }
}

/// What is wrong with a rule, at a place of its file. The other rules are not affected.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// Which rule.
    pub rule: usize,
    /// What.
    pub diagnostic: Diagnostic,
}
