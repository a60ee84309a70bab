//! Cases: what conditions that nothing decides may be together.
//!
//! Comparisons of one value with numbers are not independent, so such a value is tried around each of these numbers, and what
//! its comparisons say together is one case. Everything else is true or false by itself.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::constant::Constant;
use crate::evaluate::{Assumptions, binary};
use crate::graph::{NodeId, Program};
use crate::op::Op;

/// The most cases that are told apart.
const MOST: usize = 96;

/// One way in which undecided conditions may be.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// What each of them is.
    pub values: BTreeMap<NodeId, Constant>,
    /// The value that one subject has, if all conditions ask what it is equal to: a constant, or `other`.
    pub key: Option<String>,
    /// In words.
    pub text: String,
}

/// Conditions about one value.
#[derive(Debug, Default)]
struct Subject {
    /// The comparison of each, and with what.
    comparisons: Vec<(NodeId, Op, Constant)>,
}

/// Nodes in words, written out once for all architectures.
#[derive(Debug, Default)]
pub(crate) struct Words(RefCell<BTreeMap<NodeId, String>>);

impl Words {
    fn of(&self, program: &Program, id: NodeId) -> String {
        self.0.borrow_mut().entry(id).or_insert_with(|| program.describe(id)).clone()
    }
}

impl Program {
    /// The conditions that decide a value and that the assumptions leave open, each in its smallest parts.
    pub fn open_conditions(&self, id: NodeId, assumptions: &Assumptions) -> Vec<NodeId> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        self.collect_open(id, assumptions, false, &mut found, &mut seen);
        found
    }

    fn collect_open(
        &self,
        id: NodeId,
        assumptions: &Assumptions,
        is_condition: bool,
        found: &mut Vec<NodeId>,
        seen: &mut BTreeSet<(NodeId, bool)>,
    ) {
        if seen.len() > 4000 || !seen.insert((id, is_condition)) {
            return;
        }
        if self.evaluate(id, assumptions).is_some() {
            return;
        }
        let Some(node) = self.node(id) else { return };
        if is_condition && !matches!(node.op, Op::And | Op::Or | Op::Not | Op::Choice) {
            if !found.contains(&id) {
                found.push(id);
            }
            return;
        }
        for argument in &node.arguments {
            let decides = is_condition || (node.op == Op::Choice && argument.label == "condition");
            self.collect_open(argument.value, assumptions, decides, found, seen);
        }
    }

    /// All ways in which conditions may be together; one empty case if there are none or too many.
    pub(crate) fn cases(
        &self,
        conditions: &[NodeId],
        assumptions: &Assumptions,
        words: &Words,
    ) -> Vec<Case> {
        let mut subjects: BTreeMap<String, Subject> = BTreeMap::new();
        let mut free: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
        for id in conditions {
            match self.comparison(*id, assumptions) {
                Some((subject, op, number)) => {
                    let subject = subjects.entry(words.of(self, subject)).or_default();
                    subject.comparisons.push((*id, op, number));
                }
                None => free.entry(words.of(self, *id)).or_default().push(*id),
            }
        }
        let single = subjects.len() == 1 && free.is_empty();
        let compared = subjects.iter().map(|(name, subject)| subject.ways(name, single));
        let others = free.iter().map(|(name, ids)| {
            let way = |truth: bool| Case {
                values: ids.iter().map(|id| (*id, Constant::Bool(truth))).collect(),
                key: None,
                text: if truth { name.clone() } else { format!("not {name}") },
            };
            vec![way(true), way(false)]
        });
        let all: Vec<Vec<Case>> =
            compared.chain(others).filter(|ways: &Vec<Case>| !ways.is_empty()).collect();
        let count = all.iter().try_fold(1usize, |count, ways| {
            count.checked_mul(ways.len()).filter(|count| *count <= MOST)
        });
        if count.is_none() {
            return vec![Case::default()];
        }
        all.iter().fold(vec![Case::default()], |cases, ways| combine(&cases, ways))
    }

    /// A comparison of something with a known value.
    fn comparison(&self, id: NodeId, assumptions: &Assumptions) -> Option<(NodeId, Op, Constant)> {
        let node = self.node(id)?;
        let ordered = matches!(
            node.op,
            Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual
        );
        ordered.then_some(())?;
        let (a, b) = (node.argument("a")?, node.argument("b")?);
        if let Some(value) = self.evaluate(b, assumptions) {
            return Some((a, node.op, value));
        }
        let value = self.evaluate(a, assumptions)?;
        Some((b, node.op.mirrored().unwrap_or(node.op), value))
    }
}

impl Subject {
    fn ways(&self, name: &str, single: bool) -> Vec<Case> {
        let mut samples: Vec<Constant> = Vec::new();
        for (_, _, value) in &self.comparisons {
            match value {
                Constant::Int(number) => {
                    let around = [number.checked_sub(1), Some(*number), number.checked_add(1)];
                    samples.extend(around.into_iter().flatten().map(Constant::Int));
                }
                Constant::Float(number) => {
                    let around = [number - 1.0, *number, number + 1.0];
                    samples.extend(around.into_iter().map(Constant::Float));
                }
                other => samples.push(other.clone()),
            }
        }
        // Something that is none of the values.
        samples.push(Constant::Symbol("other".to_owned()));
        let mut ways: Vec<Case> = Vec::new();
        for sample in samples {
            let truths: Option<BTreeMap<NodeId, Constant>> = self
                .comparisons
                .iter()
                .map(|(id, op, value)| Some((*id, Constant::Bool(compare(*op, &sample, value)?))))
                .collect();
            let Some(values) = truths else { continue };
            if ways.iter().any(|way| way.values == values) {
                continue;
            }
            let equal = self.comparisons.iter().find(|(_, op, value)| {
                *op == Op::Equal && compare(*op, &sample, value) == Some(true)
            });
            let all_equalities = self.comparisons.iter().all(|(_, op, _)| *op == Op::Equal);
            let key = equal.map_or("other".to_owned(), |(_, _, value)| value.to_string());
            let text: Vec<String> = match equal {
                Some((_, _, value)) => vec![format!("{name} == {value}")],
                None => self
                    .comparisons
                    .iter()
                    .filter_map(|(id, op, value)| {
                        let holds = values.get(id)?.truth()?;
                        let symbol = symbol(*op, holds)?;
                        Some(format!("{name} {symbol} {value}"))
                    })
                    .collect(),
            };
            let mut said: Vec<String> = Vec::new();
            for part in text {
                if !said.contains(&part) {
                    said.push(part);
                }
            }
            let key = (single && all_equalities).then_some(key);
            ways.push(Case { values, key, text: said.join(" and ") });
        }
        ways
    }
}

/// A comparison, also with something that is none of the values that are known.
fn compare(op: Op, a: &Constant, b: &Constant) -> Option<bool> {
    match op {
        Op::Equal => Some(a == b),
        Op::NotEqual => Some(a != b),
        _ => binary(op, a, b)?.truth(),
    }
}

/// How a comparison that holds, or the one that holds instead, is written.
fn symbol(op: Op, holds: bool) -> Option<&'static str> {
    Some(match (op, holds) {
        (Op::Equal, true) | (Op::NotEqual, false) => "==",
        (Op::Equal, false) | (Op::NotEqual, true) => "!=",
        (Op::Less, true) | (Op::GreaterEqual, false) => "<",
        (Op::LessEqual, true) | (Op::Greater, false) => "<=",
        (Op::Greater, true) | (Op::LessEqual, false) => ">",
        (Op::GreaterEqual, true) | (Op::Less, false) => ">=",
        _ => return None,
    })
}

fn combine(cases: &[Case], ways: &[Case]) -> Vec<Case> {
    cases
        .iter()
        .flat_map(|case| {
            ways.iter().map(move |way| {
                let mut joined = case.clone();
                joined.values.extend(way.values.clone());
                joined.key = way.key.clone().or(joined.key);
                if !joined.text.is_empty() && !way.text.is_empty() {
                    joined.text.push_str(" and ");
                }
                joined.text.push_str(&way.text);
                joined
            })
        })
        .collect()
}
