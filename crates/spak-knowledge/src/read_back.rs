//! Facts and rules of a design, learned or written by hand, as advice for the next search.

use std::collections::BTreeMap;

use spak_records::{Config, Value};
use spak_syntax::Span;
use spak_syntax::ast::Item;

use crate::advice::{Advice, Assignment, Term, advice};
use crate::design::{Statement, key_of, statements, text_of};
use crate::resting::{DEMOTED, RETIRED};
use crate::scope::{predicates, resolved};

/// A fact or rule of a design that advises something.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whether this program wrote it.
    pub learned: bool,
    /// The formula under which it holds, with the names of the design's predicates without parameters
    /// written out; `None` when it always does.
    pub when: Option<String>,
    /// What it advises, in order.
    pub advice: Vec<Advice>,
    /// A whole config that was the fastest: a place to start from.
    pub start: bool,
    /// Between 0 and 1, if it says.
    pub confidence: Option<f64>,
    /// Ratio of times that is at stake, if it says.
    pub influence: Option<f64>,
    /// How many observations it rests on, if it says.
    pub support: Option<u64>,
}

/// A value that is recommended, and by what.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The axis or parameter.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Name of the fact or rule.
    pub by: String,
    /// Its confidence, if it says.
    pub confidence: Option<f64>,
    /// Its influence, if it says.
    pub influence: Option<f64>,
}

/// What the knowledge of a design advises in one situation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guidance {
    /// Configs to start from, as far as they are named, with the fact that says so.
    pub starts: Vec<(Config, String)>,
    /// Recommended values, the most influential first, then in the order of the design; there may be
    /// several for one name.
    pub recommended: Vec<Choice>,
    /// Values, or combinations of values, to stay away from, with the fact or rule that says so.
    pub avoid: Vec<(Vec<(String, Value)>, String)>,
    /// Conditions to stay away from, with the fact or rule that says so.
    pub avoid_where: Vec<(String, String)>,
    /// Orders in which to try the values of a dimension.
    pub preferred: Vec<(String, Vec<Value>)>,
    /// Advice for people: name, key and text. Never executed.
    pub prose: Vec<(String, String, String)>,
    /// Facts and rules whose `when`, or a value, could not be evaluated: name and formula.
    pub undecided: Vec<(String, String)>,
}

/// The facts and rules of `design` that advise something; a design with errors is read as far as it goes.
pub fn read_back(design: &str) -> Vec<Known> {
    read_items(&spak_syntax::ast::file(&spak_syntax::parse(design)).items)
}

/// The same from the statements of a file or of a system.
pub fn read_items(items: &[Item]) -> Vec<Known> {
    let predicates = predicates(items);
    statements(items).into_iter().filter_map(|s| known(s, &predicates)).collect()
}

fn known(statement: Statement<'_>, predicates: &BTreeMap<String, String>) -> Option<Known> {
    let is_fact = statement.keyword() == "fact";
    let kind = statement.texts("kind").next().unwrap_or_default();
    let learned = statement.is_learned();
    if matches!(statement.texts("status").next().as_deref(), Some(DEMOTED | RETIRED)) {
        return None;
    }
    // A fact states, a rule advises; of facts only the learned optimum is a place to start from.
    if is_fact && !(learned && kind == "optimal") {
        return None;
    }
    let advice: Vec<Advice> = statement
        .pairs()
        .filter_map(|pair| advice(&key_of(&pair.key), &text_of(&pair.value)))
        .collect();
    let number = |key: &str| statement.texts(key).next().and_then(|t| t.parse::<f64>().ok());
    let counted = ["support", "pairs", "configs", "trials"]
        .into_iter()
        .find_map(|key| statement.texts(key).next().and_then(|t| t.parse().ok()));
    (!advice.is_empty()).then(|| Known {
        name: statement.name().to_owned(),
        span: statement.block.span,
        learned,
        when: condition(statement, predicates),
        advice,
        start: is_fact,
        confidence: number("confidence"),
        influence: number("influence"),
        support: counted,
    })
}

/// What has to hold for the advice to count: every `when` and `if`, and no `unless`.
fn condition(statement: Statement<'_>, predicates: &BTreeMap<String, String>) -> Option<String> {
    let positive = ["when", "if"].into_iter().flat_map(|key| statement.texts(key));
    let positive = positive.map(|text| resolved(&text, predicates));
    let negative = statement.texts("unless");
    let negative = negative.map(|text| format!("not ({})", resolved(&text, predicates)));
    let mut all: Vec<String> = positive.chain(negative).collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(all.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(" && ")),
    }
}

/// What `known` advises where `holds` says whether a formula is true (`None`: cannot be evaluated) and
/// `value` gives the value of an expression.
///
/// A rule that only names a symbol nobody knows is reported as undecided, never applied.
pub fn guidance(
    known: &[Known],
    holds: &dyn Fn(&str) -> Option<bool>,
    value: &dyn Fn(&str) -> Option<Value>,
) -> Guidance {
    let mut out = Guidance::default();
    for item in known {
        match item.when.as_deref().map(holds) {
            None | Some(Some(true)) => out.add(item, value),
            Some(Some(false)) => {}
            Some(None) => {
                out.undecided.push((item.name.clone(), item.when.clone().unwrap_or_default()));
            }
        }
    }
    let weight = |c: &Choice| c.influence.unwrap_or(1.0);
    out.recommended.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    out
}

impl Guidance {
    fn add(&mut self, item: &Known, value: &dyn Fn(&str) -> Option<Value>) {
        for advice in &item.advice {
            match advice {
                Advice::Recommend(assignments, _) => {
                    let mut chosen = BTreeMap::new();
                    for Assignment { name, value: term } in assignments {
                        match term {
                            Term::Literal(v) => chosen.insert(name.clone(), v.clone()),
                            Term::Expression(text) => match value(text) {
                                Some(v) => chosen.insert(name.clone(), v),
                                None => {
                                    self.undecided.push((item.name.clone(), text.clone()));
                                    continue;
                                }
                            },
                        };
                    }
                    if item.start {
                        self.starts.push((Config(chosen), item.name.clone()));
                    } else {
                        self.recommended.extend(chosen.into_iter().map(|(name, value)| Choice {
                            name,
                            value,
                            by: item.name.clone(),
                            confidence: item.confidence,
                            influence: item.influence,
                        }));
                    }
                }
                Advice::Avoid(terms) => self.avoid.push((terms.clone(), item.name.clone())),
                Advice::AvoidWhere(formula) => {
                    self.avoid_where.push((formula.clone(), item.name.clone()));
                }
                Advice::Prefer(name, values) => {
                    self.preferred.push((name.clone(), values.clone()));
                }
                Advice::Prose(key, text) => {
                    self.prose.push((item.name.clone(), key.clone(), text.clone()));
                }
            }
        }
    }
}
