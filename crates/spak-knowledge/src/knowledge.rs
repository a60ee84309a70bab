//! Facts and rules: findings with their names, their provenance and the entries that are written.

use spak_records::{Config, Value};

use crate::context::Context;
use crate::finding::{Finding, Ratio};
use crate::scope::Scope;
use crate::stamp::Stamp;
use crate::witnessing::{Evidence, Shown};
use crate::wording::{literal, times};

/// The value of `learned_by` that marks what this program may replace.
pub const LEARNED_BY: &str = "spak";
/// No number of pairs makes anything surer than this.
const HIGHEST_CONFIDENCE: f64 = 0.99;

/// What a learning step found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// What was observed, the best config first, then effects from large to small.
    pub facts: Vec<Fact>,
    /// What to do about it, the most influential first.
    pub rules: Vec<Rule>,
    /// Where they hold and what was measured there, each scope once.
    pub scopes: Vec<Measured>,
    /// What the step looked at, whether or not it found anything.
    pub grounds: Grounds,
}

/// A scope with what its facts and rules were measured with.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The scope.
    pub scope: Scope,
    /// What is written between the braces of the fact `measured_<scope>`, in order.
    pub entries: Vec<Entry>,
}

/// What a step had to go by: where it is silent, this decides whether an earlier statement still stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grounds {
    /// All values that were compared.
    pub compared: Vec<Compared>,
    /// All configs that were accepted.
    pub accepted: Vec<Config>,
}

/// Two values of an axis or parameter, with or without a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The axis or parameter.
    pub name: String,
    /// The two values.
    pub values: [Value; 2],
    /// The second one's time over the first one's.
    pub ratio: Ratio,
}

/// One observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Subject and scope: the same in every run.
    pub name: String,
    /// Name of the scope, which the name ends with.
    pub scope: String,
    /// The numbers.
    pub finding: Finding,
    /// See [`confidence`].
    pub confidence: f64,
    /// The smallest number of pairs (for a region: of configs) behind any of its claims.
    pub support: usize,
    /// The trials that show it, a pair for each claim.
    pub witnesses: Vec<Shown>,
    /// What is written between the braces, in order.
    pub entries: Vec<Entry>,
}

/// One piece of advice about one axis or parameter, or about a pair of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Subject and scope: the same in every run.
    pub name: String,
    /// Name of the scope, which the name ends with.
    pub scope: String,
    /// The formula under which it was observed to hold; it begins with the scope.
    pub when: String,
    /// The value to choose.
    pub recommend: Option<(String, Value)>,
    /// Values, or pairs of values, to stay away from.
    pub avoid: Vec<Vec<(String, Value)>>,
    /// The largest ratio of times that the subject makes; 1 for a region that is only rejected.
    pub influence: f64,
    /// The smallest confidence of the facts it rests on.
    pub confidence: f64,
    /// The smallest support of the facts it rests on.
    pub support: usize,
    /// Names of these facts.
    pub evidence: Vec<String>,
    /// What is written between the braces, in order.
    pub entries: Vec<Entry>,
}

/// One `key: value` of a fact or rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Written,
    /// What a difference from the text that stands in the design means.
    pub role: Role,
}

/// How a value is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// In quotes.
    Text(String),
    /// As it is: a number, a truth value.
    Bare(String),
}

/// What an entry is for, when a later run is compared with an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// The claim itself: another text is another claim, unless it is one of these, which say the same
    /// as far as the trials can tell.
    Claim {
        /// Texts that mean the same.
        same: Vec<String>,
    },
    /// A number with the interval it lies in: an earlier number inside is still good.
    Estimate {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// How many observations there are: more than twice as many, or fewer, is a difference.
    Support,
    /// Where it comes from; no difference on its own.
    Provenance,
}

/// What is known of the spread of the times.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spread {
    /// The noise, in words, and the smallest number of samples of any config.
    Known { noise: String, samples: u32 },
    /// Some config has too few samples for an interval; this is the smallest number.
    Unknown { samples: u32 },
}

/// How many configs a step rests on, and how well they were timed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) accepted: usize,
    pub(crate) rejected: usize,
    pub(crate) spread: Spread,
}

impl Spread {
    pub(crate) fn samples(&self) -> u32 {
        match self {
            Self::Known { samples, .. } | Self::Unknown { samples } => *samples,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Known { noise, .. } => noise.clone(),
            Self::Unknown { samples: 0 | 1 } => {
                "not known: single samples, only what all pairs show together is claimed".to_owned()
            }
            Self::Unknown { samples } => format!(
                "not known: only {samples} samples, only what all pairs show together is claimed"
            ),
        }
    }
}

/// How much to trust a claim: `(agree + 1) / (pairs + 2) · (1 - p)`, at most 0.99.
///
/// The first factor is Laplace's rule of succession, the chance that the next pair points the same
/// way (0.67 after one pair, 0.83 after four, 0.94 after sixteen); the second one falls with the
/// chance `p`, corrected for all comparisons, that there is no difference at all. For an optimum it is
/// the chance of being the fastest if all configs that cannot be told from it are equally likely, which
/// says more about how many these are than about their speed and is therefore not written down; "no
/// effect" has the level of its interval; a rejected region has Laplace's rule over its configs.
pub fn confidence(finding: &Finding) -> f64 {
    let pairs = |agree: usize, pairs: usize, p: f64| {
        (agree as f64 + 1.0) / (pairs as f64 + 2.0) * (1.0 - p)
    };
    let raw = match finding {
        Finding::Optimal(o) => 1.0 / (1.0 + o.equal.len() as f64),
        Finding::Effect { slower, .. } => {
            slower.iter().map(|(_, r)| pairs(r.agree, r.pairs, r.p)).fold(1.0, f64::min)
        }
        Finding::NoEffect { .. } => 0.95,
        Finding::Rejected { configs, .. } | Finding::Spills { configs, .. } => {
            pairs(*configs, *configs, 0.0)
        }
        Finding::Interaction { at, .. } => {
            at.iter().map(|(_, r)| pairs(r.agree, r.pairs, r.p)).fold(1.0, f64::min)
        }
        Finding::Workload { time, .. } => pairs(time.agree, time.pairs, time.p),
    };
    raw.min(HIGHEST_CONFIDENCE)
}

/// The smallest number of observations behind any claim of the finding.
pub(crate) fn support(finding: &Finding) -> usize {
    let fewest = |n: &mut dyn Iterator<Item = usize>| n.min().unwrap_or(0);
    match finding {
        Finding::Optimal(o) => o.measured,
        Finding::Effect { slower, .. } => fewest(&mut slower.iter().map(|(_, r)| r.pairs)),
        Finding::NoEffect { pairs, .. } => *pairs,
        Finding::Rejected { configs, .. } | Finding::Spills { configs, .. } => *configs,
        Finding::Interaction { at, .. } => fewest(&mut at.iter().map(|(_, r)| r.pairs)),
        Finding::Workload { time, .. } => time.pairs,
    }
}

impl Measured {
    /// What it was measured with, as far as its entries say.
    pub fn stamp(&self) -> Stamp {
        let mut stamp = Stamp::default();
        for entry in &self.entries {
            if let Written::Text(text) = &entry.value {
                stamp.set(&entry.key, text);
            }
        }
        stamp
    }
}

impl Learned {
    /// The same, of which it is known what templates and what space of the design it was measured with.
    #[must_use]
    pub fn measured_with(mut self, templates: Option<&str>, design: Option<&str>) -> Self {
        for measured in &mut self.scopes {
            let own = [("templates", templates), ("design", design)];
            let new = own.into_iter().filter_map(|(word, part)| Some(Entry::text(word, part?)));
            let at = measured.entries.iter().position(|entry| entry.key == "trials");
            let at = at.unwrap_or(measured.entries.len());
            measured.entries.splice(at..at, new);
        }
        self
    }

    pub(crate) fn new(
        findings: Vec<(Finding, Evidence)>,
        context: &Context,
        sample: &Sample,
        grounds: Grounds,
    ) -> Self {
        let mut scopes: Vec<Measured> = Vec::new();
        for (finding, _) in &findings {
            let scope = crate::facts::scope(finding, context);
            if !scopes.iter().any(|m| m.scope.name == scope.name) {
                let entries = crate::facts::measured(context, &scope, sample);
                scopes.push(Measured { scope, entries });
            }
        }
        let facts: Vec<Fact> = findings
            .into_iter()
            .map(|(finding, evidence)| crate::facts::fact(finding, evidence, context))
            .collect();
        let rules = crate::rules::rules(&facts);
        Self { facts, rules, scopes, grounds }
    }
}

impl Entry {
    pub(crate) fn claim(key: &str, text: impl Into<String>) -> Self {
        Self::claim_or(key, text, Vec::new())
    }

    pub(crate) fn claim_or(key: &str, text: impl Into<String>, same: Vec<String>) -> Self {
        Self::new(key, Written::Text(text.into()), Role::Claim { same })
    }

    /// A value of a dimension, with others that would do as well.
    pub(crate) fn value(key: &str, value: &Value, same: &[Value]) -> Self {
        let written = match value {
            Value::Text(text) => Written::Text(text.clone()),
            Value::List(_) => Written::Text(literal(value)),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Written::Bare(value.to_string()),
        };
        Self::new(key, written, Role::Claim { same: same.iter().map(Value::to_string).collect() })
    }

    pub(crate) fn estimate(key: &str, shown: String, interval: [f64; 2]) -> Self {
        let [low, high] = interval;
        Self::new(key, Written::Bare(shown), Role::Estimate { low, high })
    }

    pub(crate) fn support(key: &str, n: usize) -> Self {
        Self::new(key, Written::Bare(n.to_string()), Role::Support)
    }

    /// A count that is part of the claim.
    pub(crate) fn exactly(key: &str, n: usize) -> Self {
        Self::new(key, Written::Bare(n.to_string()), Role::Claim { same: Vec::new() })
    }

    pub(crate) fn number(key: &str, shown: impl ToString) -> Self {
        Self::new(key, Written::Bare(shown.to_string()), Role::Provenance)
    }

    pub(crate) fn text(key: &str, text: impl Into<String>) -> Self {
        Self::new(key, Written::Text(text.into()), Role::Provenance)
    }

    fn new(key: &str, value: Written, role: Role) -> Self {
        Self { key: key.to_owned(), value, role }
    }

    /// The value as it stands in a design.
    pub fn rendered(&self) -> String {
        match &self.value {
            Written::Text(text) => quoted(text),
            Written::Bare(text) => text.clone(),
        }
    }
}

/// A text in double quotes with what would end or change it escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `2.10x to 2.50x over 4 pairs`, `1 pair`: what a ratio rests on.
pub(crate) fn basis(ratio: &Ratio) -> String {
    let [low, high] = ratio.range;
    match ratio.pairs {
        1 => "1 pair".to_owned(),
        n => format!("{} to {} over {n} pairs", times(low), times(high)),
    }
}
