//! Rules that contradict each other: pairs that can fire together and say different things, with a case.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{BinaryOp, CompareOp, Expr, ExprKind, Number, UnaryOp, Value};
use spak_space::{Constraint, Dialect, Limits, Parameter, Problem, Space};

use crate::base::Base;
use crate::compile::{concluders, conjuncts};
use crate::open::condition_of;
use crate::rule::{Advice, Claim, Rule};

/// How many pairs are looked at.
const MAX_PAIRS: usize = 50_000;
/// How many values of a name are tried.
const MAX_VALUES: usize = 24;

/// Two rules that contradict each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The number of the first,
    pub first: usize,
    /// and of the second, which comes later.
    pub second: usize,
    /// What the first says (`tile_m = 64`),
    pub says: String,
    /// and what the second says about the same.
    pub other: String,
    /// Where both apply.
    pub case: Case,
}

/// A situation, as far as it matters: names with values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case(pub Vec<(String, Value)>);

/// What a rule says about one thing.
struct Saying<'r> {
    rule: usize,
    priority: i64,
    what: What<'r>,
}

enum What<'r> {
    /// A name or dimension has this value.
    Is(&'r Expr),
    /// Configs for which this holds are not wanted.
    Not(&'r Expr),
}

/// All pairs of rules that contradict each other, and whether all pairs were looked at.
///
/// A case that is found is a true one; where none is found there is none among the values that were tried.
pub fn conflicts(base: &Base, rules: &[Rule]) -> (Vec<Conflict>, bool) {
    let mut about: BTreeMap<(bool, &str), Vec<Saying<'_>>> = BTreeMap::new();
    for (number, rule) in rules.iter().enumerate() {
        // What rules with variables say depends on rows.
        if !rule.over.is_empty() {
            continue;
        }
        for claim in &rule.then {
            let mut add = |of_dimension, name, what| {
                let saying = Saying { rule: number, priority: rule.priority, what };
                about.entry((of_dimension, name)).or_default().push(saying);
            };
            match claim {
                Claim::Value(name, value) => add(false, name.as_str(), What::Is(value)),
                Claim::Advice(Advice::Recommend(name, value) | Advice::Choose(name, value)) => {
                    add(true, name, What::Is(value));
                }
                Claim::Advice(Advice::Avoid(formula) | Advice::Forbid(formula)) => {
                    for name in names_of(formula, base) {
                        add(true, name, What::Not(formula));
                    }
                }
                Claim::Holds(..) | Claim::Advice(Advice::Prefer(..) | Advice::Warn(_)) => {}
            }
        }
    }
    let mut finder = Finder {
        base,
        rules,
        concluders: concluders(rules),
        concluded: BTreeSet::new(),
        conditions: BTreeMap::new(),
        pairs: 0,
    };
    finder.concluded = finder.concluders.keys().map(|n| (*n).to_owned()).collect();
    let mut found: Vec<Conflict> = Vec::new();
    for ((_, name), sayings) in &about {
        for (i, a) in sayings.iter().enumerate() {
            for b in sayings.iter().skip(i + 1) {
                if finder.pairs >= MAX_PAIRS {
                    return (found, false);
                }
                if let Some(conflict) = finder.pair(name, a, b)
                    && !found
                        .iter()
                        .any(|f| (f.first, f.second) == (conflict.first, conflict.second))
                {
                    found.push(conflict);
                }
            }
        }
    }
    found.sort_by_key(|c| (c.first, c.second));
    (found, true)
}

/// The dimensions that a formula is about.
fn names_of<'b>(formula: &Expr, base: &'b Base) -> Vec<&'b str> {
    let names = spak_expr::free_names(formula);
    let known = names.iter().filter_map(|n| base.dimensions.get_key_value(n));
    known.map(|(name, _)| name.as_str()).collect()
}

struct Finder<'a> {
    base: &'a Base,
    rules: &'a [Rule],
    concluders: BTreeMap<&'a str, Vec<usize>>,
    concluded: BTreeSet<String>,
    /// The conditions of rules, with what others conclude written out.
    conditions: BTreeMap<usize, Option<Expr>>,
    pairs: usize,
}

impl Finder<'_> {
    fn pair(&mut self, name: &str, a: &Saying<'_>, b: &Saying<'_>) -> Option<Conflict> {
        if a.rule == b.rule || a.priority != b.priority {
            return None;
        }
        let differ = match (&a.what, &b.what) {
            (What::Is(x), What::Is(y)) if x == y => return None,
            (What::Is(x), What::Is(y)) => {
                let both_known = x.is_literal() && y.is_literal();
                let differ = ExprKind::Compare(
                    Box::new((*x).clone()),
                    vec![(CompareOp::NotEqual, (*y).clone())],
                );
                (!both_known).then(|| Expr::new(x.span, differ))
            }
            (What::Is(value), What::Not(formula)) | (What::Not(formula), What::Is(value)) => {
                Some(self.excluded(name, value, formula)?)
            }
            (What::Not(_), What::Not(_)) => return None,
        };
        let (first, second) = if a.rule < b.rule { (a, b) } else { (b, a) };
        let conditions = [self.condition(first.rule)?, self.condition(second.rule)?];
        // What is not wanted of some configs leaves a value for the others.
        for (saying, condition) in [first, second].into_iter().zip(&conditions) {
            let of_configs = names_of(condition, self.base).iter().any(|n| self.base.is_open(n));
            if matches!(saying.what, What::Not(_)) && of_configs {
                return None;
            }
        }
        if let [x, y] = &conditions
            && disjoint(x, y)
        {
            return None;
        }
        self.pairs += 1;
        let all: Vec<Expr> = conditions.into_iter().chain(differ).collect();
        let case = self.case(&all)?;
        let said = |saying: &Saying<'_>| match saying.what {
            What::Is(value) => format!("{name} = {}", spak_expr::print(value)),
            What::Not(formula) => format!("not {}", spak_expr::print(formula)),
        };
        Some(Conflict {
            first: first.rule,
            second: second.rule,
            says: said(first),
            other: said(second),
            case,
        })
    }

    /// That `formula` excludes `name = value`, where it is about nothing else that is open.
    fn excluded(&self, name: &str, value: &Expr, formula: &Expr) -> Option<Expr> {
        let others = names_of(formula, self.base);
        let alone = others.iter().all(|n| *n == name || !self.base.is_open(n));
        alone.then(|| replaced(formula, name, value))
    }

    fn condition(&mut self, rule: usize) -> Option<Expr> {
        if let Some(known) = self.conditions.get(&rule) {
            return known.clone();
        }
        let own = self.rules.get(rule)?;
        let made = condition_of(own, self.rules, &self.concluders, &self.concluded);
        self.conditions.insert(rule, made.clone());
        made
    }

    /// Values of names for which all conditions hold.
    fn case(&self, conditions: &[Expr]) -> Option<Case> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for condition in conditions {
            names.extend(spak_expr::free_names(condition));
        }
        let mut parameters = Vec::new();
        let mut meanings: Vec<(String, Vec<Value>)> = Vec::new();
        for name in names {
            let values = self.values(&name, conditions);
            if values.is_empty() {
                // A bare word, or something that nothing is compared with.
                continue;
            }
            let mut parameter = Parameter::new(
                name.clone(),
                (0..values.len() as i64).map(spak_records::Value::Int).collect(),
            );
            parameter.meanings = Some(values.clone());
            parameters.push(parameter);
            meanings.push((name, values));
        }
        let constraints =
            conditions.iter().map(|e| Constraint { text: spak_expr::print(e), expr: e.clone() });
        let problem = Problem {
            parameters,
            constraints: constraints.collect(),
            symbols: BTreeMap::new(),
            dialect: Dialect::Design,
        };
        let space = Space::within(&problem, Limits::default()).ok()?;
        let first = space.configs().advance()?.to_vec();
        let case = meanings.into_iter().zip(first).filter_map(|((name, values), chosen)| {
            Some((name, values.into_iter().nth(chosen as usize)?))
        });
        Some(Case(case.collect()))
    }

    /// Values of a name that tell the conditions apart.
    fn values(&self, name: &str, conditions: &[Expr]) -> Vec<Value> {
        if let Some(values) = self.base.dimensions.get(name) {
            return values.clone();
        }
        let mut found = Vec::new();
        found.extend(self.base.value(name).cloned());
        for condition in conditions {
            compared(condition, name, &mut found);
        }
        let mut out: Vec<Value> = Vec::new();
        let mut push = |value: Value| {
            if out.len() < MAX_VALUES && !out.contains(&value) {
                out.push(value);
            }
        };
        let has_text = found.iter().any(|v| matches!(v, Value::Text(_)));
        for value in &found {
            push(value.clone());
        }
        for value in &found {
            match value {
                Value::Int(i) => {
                    push(Value::Int(i.saturating_add(1)));
                    push(Value::Int(i.saturating_sub(1)));
                }
                Value::Float(f) => {
                    push(Value::Float(f * 2.0 + 1.0));
                    push(Value::Float(f / 2.0 - 1.0));
                }
                Value::Quantity(q) => {
                    for factor in [2.0, 0.5] {
                        let mut other = *q;
                        other.magnitude *= factor;
                        push(Value::Quantity(other));
                    }
                }
                Value::Bool(b) => push(Value::Bool(!b)),
                Value::Text(_) | Value::Range(..) | Value::List(_) | Value::Record(_) => {}
            }
        }
        if has_text {
            push(Value::Text("something else".into()));
        }
        out
    }
}

/// Whether two conditions want one name to be two different values.
fn disjoint(a: &Expr, b: &Expr) -> bool {
    let wanted = |e: &Expr| -> BTreeMap<String, Expr> {
        let parts = conjuncts(e).into_iter().filter_map(|part| {
            let ExprKind::Compare(first, rest) = &part.kind else { return None };
            let [(CompareOp::Equal, second)] = rest.as_slice() else { return None };
            match (first.as_name(), second.as_name()) {
                (Some(name), None) if second.is_literal() => {
                    Some((name.to_owned(), second.clone()))
                }
                (None, Some(name)) if first.is_literal() => {
                    Some((name.to_owned(), (**first).clone()))
                }
                _ => None,
            }
        });
        parts.collect()
    };
    let (a, b) = (wanted(a), wanted(b));
    a.iter().any(|(name, value)| {
        b.get(name).is_some_and(|other| {
            let known = |e: &Expr| spak_expr::eval(e, &spak_expr::Empty).ok();
            matches!((known(value), known(other)), (Some(x), Some(y)) if x != y && same_kind(&x, &y))
        })
    })
}

fn same_kind(a: &Value, b: &Value) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// `expr` with a value in the place of a name.
fn replaced(expr: &Expr, name: &str, value: &Expr) -> Expr {
    if expr.as_name() == Some(name) {
        return value.clone();
    }
    expr.clone().map_children(&mut |child| replaced(&child, name, value))
}

/// What `name` is compared with in `expr`: constants, and values at which something changes.
fn compared(expr: &Expr, name: &str, found: &mut Vec<Value>) {
    let literal =
        |e: &Expr| e.is_literal().then(|| spak_expr::eval(e, &spak_expr::Empty).ok()).flatten();
    let mentions = |e: &Expr| spak_expr::free_names(e).contains(name);
    match &expr.kind {
        ExprKind::Name(n) if n == name => found.push(Value::Bool(true)),
        ExprKind::And(items) | ExprKind::Or(items) => {
            for item in items {
                compared(item, name, found);
            }
        }
        ExprKind::Unary(UnaryOp::Not, inner) => compared(inner, name, found),
        ExprKind::Binary(BinaryOp::Implies, a, b) => {
            compared(a, name, found);
            compared(b, name, found);
        }
        ExprKind::Conditional(c) => {
            compared(&c.condition, name, found);
            compared(&c.then, name, found);
            compared(&c.otherwise, name, found);
        }
        ExprKind::Compare(first, rest) => {
            let operands: Vec<&Expr> =
                std::iter::once(&**first).chain(rest.iter().map(|(_, e)| e)).collect();
            if !operands.iter().any(|e| mentions(e)) {
                return;
            }
            let plain = operands.iter().any(|e| e.as_name() == Some(name));
            for operand in &operands {
                match literal(operand) {
                    Some(Value::List(items)) => found.extend(items.iter().cloned()),
                    Some(Value::Range(a, b)) => found.extend([Value::Int(a), Value::Int(b)]),
                    Some(value) if plain => found.push(value),
                    Some(_) | None => {}
                }
                // A bare word beside a name is a text.
                let word = operand.as_name().filter(|w| *w != name && plain && !w.contains('.'));
                if let Some(word) = word.filter(|_| operands.len() == 2) {
                    found.push(Value::Text(word.into()));
                }
            }
            if !plain {
                // `n % 64 == 0`, `batch * heads < cores`: numbers around those that stand there, and small ones.
                for number in numbers(expr) {
                    found.push(Value::Int(number));
                }
                found.extend([1, 2, 16, 100, 4096].map(Value::Int));
            }
        }
        _ => {}
    }
}

/// The whole numbers that stand in an expression.
fn numbers(expr: &Expr) -> Vec<i64> {
    let (mut found, mut open) = (Vec::new(), vec![expr]);
    while let Some(e) = open.pop() {
        if let ExprKind::Number(Number::Int(i)) = e.kind {
            found.push(i);
        }
        open.extend(e.children());
    }
    found
}
