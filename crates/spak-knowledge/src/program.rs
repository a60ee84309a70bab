//! What a design knows as rules for the engine: its rules, its predicates, its invariants, its facts as rows.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Argument, Call, CompareOp, Expr, ExprKind, UnaryOp, Value};
use spak_model::formula::{self, Formula, to_value};
use spak_model::over::Over as Written;
use spak_model::reading::{Reading, SlotReading};
use spak_model::system::{Fact, Place, Record, System};
use spak_model::{Literal, assignment::Assignment};
use spak_rules::{Advice, Claim, Domain, Over, Row, Rule, Table};
use spak_syntax::FileId;

use crate::advice;
use crate::knowledge::LEARNED_BY;
use crate::resting::{DEMOTED, RETIRED};

/// The table of a design's facts.
pub const FACTS: &str = "facts";

/// What a rule of the engine is in the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `rule "…" { … }`
    Rule,
    /// `fact p(t: TraceItem.Performance) { return … }`
    Predicate,
    /// `invariant … { assert: … }`
    Invariant,
    /// A fact that says which config was the fastest: a place to start from.
    Optimum,
}

/// What stands beside a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// What it is.
    pub origin: Origin,
    /// Where it stands.
    pub place: Place,
    /// What it rests on: names of facts, or words.
    pub evidence: Vec<String>,
    /// Where it is from, in words.
    pub source: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Between 0 and 1, if it says.
    pub confidence: Option<f64>,
    /// Ratio of times that is at stake, if it says.
    pub influence: Option<f64>,
    /// How many observations it rests on, if it says.
    pub support: Option<u64>,
    /// Whether this program wrote it.
    pub learned: bool,
    /// What no machine can check, and why the rule is not applied, if it is not: conditions in words.
    pub words: Vec<String>,
    /// `demoted` or `retired`, with why, if it is: then nothing follows from it.
    pub out: Option<String>,
    /// What it says in words: for a person or a language model, never executed.
    pub prose: Vec<(String, String)>,
}

/// The knowledge of a design, for the engine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Rules in the order of the design. One whose condition is in words has no conclusions.
    pub rules: Vec<Rule>,
    /// What stands beside each.
    pub about: Vec<About>,
    /// Facts with fields, and an empty table for each kind of observation.
    pub tables: Vec<Table>,
}

impl Program {
    /// The rules, predicates, invariants and facts of `system`; `origin` says in words where something
    /// stands.
    pub fn of(system: &System, origin: &dyn Fn(Place) -> String) -> Self {
        let mut program = Self::default();
        let ambiguous = ambiguous(&system.facts);
        for fact in &system.facts {
            match &fact.returns {
                Some(returned) => program.predicate(fact, returned, &ambiguous),
                None => program.optimum(fact),
            }
        }
        for rule in &system.rules {
            program.rule(rule);
        }
        for invariant in &system.invariants {
            program.invariant(invariant);
        }
        for (rule, about) in program.rules.iter_mut().zip(&program.about) {
            own_names(rule, about.place.file, &ambiguous);
        }
        program.tables.push(facts(&system.facts, origin));
        let mut cases: BTreeMap<String, Vec<String>> = system
            .cases
            .iter()
            .map(|case| {
                let fields = case.fields.iter().map(|(name, _)| name.clone()).collect();
                (format!("{}.{}", case.variant, case.name), fields)
            })
            .collect();
        // A design without a schema has the usual observations.
        let of_predicates = system.facts.iter().flat_map(|f| &f.parameters);
        for (_, ty) in of_predicates.filter(|(_, ty)| !ty.is_empty()) {
            cases.entry(ty.clone()).or_default();
        }
        let tables = cases.into_iter();
        program.tables.extend(tables.map(|(name, fields)| Table {
            name,
            fields,
            rows: Vec::new(),
        }));
        program
    }

    /// The rules as they can contradict each other: what was the fastest is an observation, and contradicts
    /// nobody.
    pub fn claims(&self) -> Vec<Rule> {
        claims_of(&self.rules, &self.about)
    }

    fn push(&mut self, rule: Rule, about: About) {
        self.rules.push(rule);
        self.about.push(about);
    }

    fn predicate(&mut self, fact: &Fact, returned: &SlotReading, ambiguous: &BTreeSet<String>) {
        let mut about = about(Origin::Predicate, fact.place, &fact.fields);
        let mut rule = empty(&fact.name, fact.place);
        // Of a parameter without a type nobody knows what it may be.
        if fact.parameters.iter().any(|(_, ty)| ty.is_empty()) {
            about.words.push("a parameter without a type".to_owned());
            self.push(rule, about);
            return;
        }
        for (name, ty) in &fact.parameters {
            rule.over.push(Over {
                names: vec![name.clone()],
                domain: Domain::Named(ty.clone()),
                span: fact.place.span,
            });
        }
        let name = qualified(&fact.name, fact.place.file, ambiguous);
        match condition(returned) {
            Ok(expr) => {
                rule.when.push(expr);
                let name_of = |n: &String| Expr::new(fact.place.span, ExprKind::Name(n.clone()));
                let arguments = fact.parameters.iter().map(|(n, _)| name_of(n)).collect();
                rule.then.push(Claim::Holds(name, arguments));
            }
            Err(words) => about.words.push(words),
        }
        self.push(rule, about);
    }

    /// The config of a learned optimum.
    fn optimum(&mut self, fact: &Fact) {
        let mut about = about(Origin::Optimum, fact.place, &fact.fields);
        let kind = texts(&fact.fields, "kind").next();
        if !about.learned || kind.as_deref() != Some("optimal") || about.out.is_some() {
            return;
        }
        let mut rule = empty(&fact.name, fact.place);
        for text in texts(&fact.fields, "when") {
            match formula::parse(&text) {
                Some(formula) => rule.when.push(formula.expr),
                None => about.words.push(text),
            }
        }
        for text in texts(&fact.fields, "config") {
            let (items, _) = assignment_items(&text);
            rule.then.extend(
                items
                    .into_iter()
                    .map(|item| Claim::Advice(Advice::Recommend(item.name, item.value.expr))),
            );
        }
        self.push(rule, about);
    }

    fn rule(&mut self, rule: &spak_model::system::Rule) {
        let mut about = about(Origin::Rule, rule.place, &rule.fields);
        let mut out = empty(&rule.name, rule.place);
        out.priority = priority(&rule.fields);
        for slot in &rule.over {
            match &slot.reading {
                Reading::Over(all) => out.over.extend(all.iter().map(over)),
                other => about.words.push(words_of(other)),
            }
        }
        for (slots, into) in [(&rule.when, &mut out.when), (&rule.unless, &mut out.unless)] {
            for slot in slots {
                match condition(slot) {
                    Ok(expr) => into.push(expr),
                    Err(words) => about.words.push(words),
                }
            }
        }
        for (key, slot) in &rule.then {
            let (claims, prose) = claims(key, slot);
            out.then.extend(claims);
            about.prose.extend(prose.map(|text| (key.clone(), text)));
        }
        for key in ["action", "suggestion", "hint"] {
            let all = texts(&rule.fields, key);
            about.prose.extend(all.map(|text| (key.to_owned(), text)));
        }
        if about.out.is_some() || !about.words.is_empty() {
            // Nothing follows from what was taken out, nor from a condition that nobody can check.
            out.then.clear();
        }
        self.push(out, about);
    }

    fn invariant(&mut self, invariant: &spak_model::system::Condition) {
        let name = invariant.name.clone().unwrap_or_else(|| "invariant".to_owned());
        let mut about = about(Origin::Invariant, invariant.place, &[]);
        about.reason.clone_from(&invariant.reason);
        let mut rule = empty(&name, invariant.place);
        for slot in &invariant.slots {
            match condition(slot) {
                Ok(expr) => {
                    let not = ExprKind::Unary(UnaryOp::Not, Box::new(expr));
                    let broken = Expr::new(slot.span, not);
                    rule.then.push(Claim::Advice(Advice::Forbid(broken)));
                }
                Err(words) => about.prose.push(("assert".to_owned(), words)),
            }
        }
        self.push(rule, about);
    }
}

/// See [`Program::claims`].
pub fn claims_of(rules: &[Rule], about: &[About]) -> Vec<Rule> {
    let own = rules.iter().zip(about).map(|(rule, about)| {
        let mut rule = rule.clone();
        if about.origin == Origin::Optimum {
            rule.then.clear();
        }
        rule
    });
    own.collect()
}

fn empty(name: &str, place: Place) -> Rule {
    Rule {
        name: name.to_owned(),
        priority: 0,
        over: Vec::new(),
        when: Vec::new(),
        unless: Vec::new(),
        then: Vec::new(),
        span: place.span,
    }
}

fn about(origin: Origin, place: Place, fields: &[(String, SlotReading)]) -> About {
    let number = |key: &str| {
        fields.iter().find(|(k, _)| k == key).and_then(|(_, slot)| match &slot.reading {
            Reading::Literal(Literal::Int(i)) => Some(*i as f64),
            Reading::Literal(Literal::Float(f)) => Some(*f),
            other => words_of(other).parse().ok(),
        })
    };
    let counted = ["support", "pairs", "configs", "trials"].into_iter().find_map(number);
    About {
        origin,
        place,
        evidence: texts(fields, "evidence").flat_map(parts).collect(),
        source: texts(fields, "source").next(),
        reason: texts(fields, "reason").next(),
        confidence: number("confidence"),
        influence: number("influence"),
        support: counted.map(|n| n as u64),
        learned: texts(fields, "learned_by").any(|by| by == LEARNED_BY),
        words: Vec::new(),
        out: out(fields),
        prose: Vec::new(),
    }
}

/// What took a learnt statement out, in words.
fn out(fields: &[(String, SlotReading)]) -> Option<String> {
    let text = |key: &str| texts(fields, key).next();
    let (status, by) = match text("status")?.as_str() {
        DEMOTED => (DEMOTED, text("demoted_by")),
        RETIRED => (RETIRED, text("retired_by")),
        _ => return None,
    };
    Some(by.map_or_else(|| status.to_owned(), |by| format!("{status}: {by}")))
}

/// Several names of facts; a sentence is one.
fn parts(text: String) -> Vec<String> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let is_name = |n: &&str| !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || c == '_');
    match names.iter().all(is_name) {
        true => names.into_iter().map(str::to_owned).collect(),
        false => vec![text],
    }
}

fn priority(fields: &[(String, SlotReading)]) -> i64 {
    let slot = fields.iter().find(|(k, _)| k == "priority").map(|(_, slot)| &slot.reading);
    match slot {
        Some(Reading::Literal(Literal::Int(i))) => *i,
        Some(other) => words_of(other).parse().unwrap_or_default(),
        None => 0,
    }
}

/// The texts under a key.
fn texts<'f>(fields: &'f [(String, SlotReading)], key: &'f str) -> impl Iterator<Item = String> {
    fields.iter().filter(move |(k, _)| k == key).map(|(_, slot)| words_of(&slot.reading))
}

/// A slot in words.
fn words_of(reading: &Reading) -> String {
    match reading {
        Reading::Words(text) | Reading::Name(text) | Reading::Template(text, _) => text.clone(),
        Reading::Literal(Literal::Text(text)) => text.clone(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::Formula(formula) => formula.text.clone(),
        Reading::Partial(formula, rest) => format!("{} {rest}", formula.text),
        Reading::Warning(Ok(premise), conclusion) => format!("if {} => {conclusion}", premise.text),
        Reading::Warning(Err(premise), conclusion) => format!("if {premise} => {conclusion}"),
        Reading::Assignments(items, rest) => {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            let text = items.join(", ");
            if rest.is_empty() { text } else { format!("{text} {rest}") }
        }
        _ => String::new(),
    }
}

/// The formula of a condition, or its words.
fn condition(slot: &SlotReading) -> Result<Expr, String> {
    match &slot.reading {
        Reading::Formula(formula) => Ok(formula.expr.clone()),
        Reading::Name(name) => Ok(Expr::new(slot.span, ExprKind::Name(name.clone()))),
        Reading::Literal(Literal::Bool(b)) => Ok(Expr::new(slot.span, ExprKind::Bool(*b))),
        other => Err(words_of(other)),
    }
}

fn over(written: &Written) -> Over {
    let domain = match &written.domain {
        None => Domain::Conditions,
        Some(expr) => match expr.as_name() {
            Some(name) => Domain::Named(name.to_owned()),
            None => match spak_expr::eval(expr, &spak_expr::Empty) {
                Ok(Value::List(items)) => Domain::Values(items.to_vec()),
                Ok(Value::Range(a, b)) if b.saturating_sub(a) < 4096 => {
                    Domain::Values((a..=b).map(Value::Int).collect())
                }
                // It is said where the engine looks for rows of this name.
                _ => Domain::Named(spak_expr::print(expr)),
            },
        },
    };
    Over { names: written.names.clone(), domain, span: written.span }
}

/// What follows from a key of a rule, and what of it is words.
fn claims(key: &str, slot: &SlotReading) -> (Vec<Claim>, Option<String>) {
    let words = || (Vec::new(), Some(words_of(&slot.reading)).filter(|w| !w.is_empty()));
    let all = |items: &[Assignment], of: &dyn Fn(String, Expr) -> Claim, rest: &str| {
        let claims = items.iter().map(|i| of(i.name.clone(), i.value.expr.clone())).collect();
        (claims, Some(rest.to_owned()).filter(|r| !r.is_empty()))
    };
    let recommend = |name, value| Claim::Advice(Advice::Recommend(name, value));
    let choose = |name, value| Claim::Advice(Advice::Choose(name, value));
    match (key, &slot.reading) {
        ("recommend" | "apply" | "then", Reading::Assignments(items, rest)) => {
            all(items, &recommend, rest)
        }
        ("choose", Reading::Assignments(items, rest)) => all(items, &choose, rest),
        ("conclude", Reading::Assignments(items, rest)) => all(items, &Claim::Value, rest),
        ("conclude", Reading::Formula(formula)) => match &formula.expr.kind {
            ExprKind::Name(name) => (vec![Claim::Holds(name.clone(), Vec::new())], None),
            ExprKind::Call(Call { function, arguments, .. }) => {
                let arguments = arguments.iter().map(|Argument { value, .. }| value.clone());
                (vec![Claim::Holds(function.clone(), arguments.collect())], None)
            }
            _ => words(),
        },
        ("conclude", Reading::Name(name)) => (vec![Claim::Holds(name.clone(), Vec::new())], None),
        ("avoid" | "forbid", _) => match unwanted(&slot.reading) {
            Some(expr) if key == "avoid" => (vec![Claim::Advice(Advice::Avoid(expr))], None),
            Some(expr) => (vec![Claim::Advice(Advice::Forbid(expr))], None),
            None => words(),
        },
        ("prefer", _) => match advice::preferred(&words_of(&slot.reading)) {
            Some((name, values)) => (vec![Claim::Advice(Advice::Prefer(name, values))], None),
            None => words(),
        },
        ("warn", reading) => (vec![Claim::Advice(Advice::Warn(words_of(reading)))], None),
        _ => words(),
    }
}

/// What is not wanted, as a condition: values that are not to come together, or a formula.
fn unwanted(reading: &Reading) -> Option<Expr> {
    match reading {
        Reading::Formula(Formula { expr, .. }) => Some(expr.clone()),
        Reading::Assignments(items, rest) if rest.is_empty() => {
            let mut parts: Vec<Expr> = items
                .iter()
                .map(|item| {
                    let name = Expr::new(item.span, ExprKind::Name(item.name.clone()));
                    let rest = vec![(CompareOp::Equal, item.value.expr.clone())];
                    Expr::new(item.span, ExprKind::Compare(Box::new(name), rest))
                })
                .collect();
            match parts.len() {
                0 => None,
                1 => parts.pop(),
                _ => Some(Expr::new(items.first()?.span, ExprKind::And(parts))),
            }
        }
        _ => None,
    }
}

fn assignment_items(text: &str) -> (Vec<Assignment>, String) {
    spak_model::assignment::read(text, 0)
}

/// The facts with fields, as rows.
fn facts(facts: &[Fact], origin: &dyn Fn(Place) -> String) -> Table {
    let records: Vec<&Fact> = facts.iter().filter(|f| f.returns.is_none()).collect();
    let mut fields = vec!["name".to_owned()];
    for (name, _) in records.iter().flat_map(|f| &f.fields) {
        if !name.is_empty() && !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    let rows = records.iter().map(|fact| {
        let record = Record { name: None, fields: fact.fields.clone(), place: fact.place };
        let values = fields.iter().map(|field| match field.as_str() {
            "name" => Some(Value::Text(fact.name.as_str().into())),
            field => record.literal(field).map(to_value).or_else(|| {
                let text = texts(&record.fields, field).next()?;
                Some(Value::Text(text.as_str().into()))
            }),
        });
        Row {
            name: format!("fact {}", fact.name),
            values: values.collect(),
            origin: origin(fact.place),
        }
    });
    let rows = rows.collect();
    Table { name: FACTS.to_owned(), fields, rows }
}

/// Predicates without parameters that are defined in more than one file: each file means its own.
fn ambiguous(facts: &[Fact]) -> BTreeSet<String> {
    let mut files: BTreeMap<&str, BTreeSet<FileId>> = BTreeMap::new();
    for fact in facts.iter().filter(|f| f.returns.is_some()) {
        files.entry(&fact.name).or_default().insert(fact.place.file);
    }
    let many = files.into_iter().filter(|(_, files)| files.len() > 1);
    many.map(|(name, _)| name.to_owned()).collect()
}

fn qualified(name: &str, file: FileId, ambiguous: &BTreeSet<String>) -> String {
    if ambiguous.contains(name) { format!("{name}@{}", file.0) } else { name.to_owned() }
}

/// Puts what a file means by a name that others define as well in its place.
fn own_names(rule: &mut Rule, file: FileId, ambiguous: &BTreeSet<String>) {
    if ambiguous.is_empty() {
        return;
    }
    for expr in rule.when.iter_mut().chain(&mut rule.unless) {
        *expr = renamed(expr.clone(), file, ambiguous);
    }
}

fn renamed(expr: Expr, file: FileId, ambiguous: &BTreeSet<String>) -> Expr {
    let span = expr.span;
    match expr.kind {
        ExprKind::Name(name) => Expr::new(span, ExprKind::Name(qualified(&name, file, ambiguous))),
        ExprKind::Call(mut call) => {
            call.function = qualified(&call.function, file, ambiguous);
            Expr::new(span, ExprKind::Call(call)).map_children(&mut |e| renamed(e, file, ambiguous))
        }
        kind => Expr::new(span, kind).map_children(&mut |e| renamed(e, file, ambiguous)),
    }
}
