//! Rules from a few words, for tests.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where its own words mean nothing"
)]

use spak_expr::{Expr, Options, Value, parse_with};
use spak_rules::{Advice, Base, Claim, Domain, Engine, Known, Limits, Over, Row, Rule, Table};
use spak_syntax::Span;

pub(crate) fn expr(text: &str) -> Expr {
    let options = Options { allow_equals: true, implicit_multiplication: false };
    parse_with(text, 0, options).expr.unwrap_or_else(|| panic!("no formula: {text}"))
}

/// `name: for x in t; when a; unless b; conclude c; priority 3`, clauses behind semicolons.
pub(crate) fn rule(text: &str) -> Rule {
    let (name, rest) = text.split_once(':').expect("a name");
    let mut rule = Rule {
        name: name.trim().to_owned(),
        priority: 0,
        over: Vec::new(),
        when: Vec::new(),
        unless: Vec::new(),
        then: Vec::new(),
        span: Span::default(),
    };
    for clause in rest.split(';').map(str::trim).filter(|c| !c.is_empty()) {
        let (key, value) = clause.split_once(' ').expect("a key and a value");
        match key {
            "for" => rule.over.push(over(value)),
            "when" => rule.when.push(expr(value)),
            "unless" => rule.unless.push(expr(value)),
            "priority" => rule.priority = value.parse().expect("a number"),
            "conclude" => rule.then.push(claim(value)),
            "recommend" => rule.then.push(Claim::Advice(assigned(value, Advice::Recommend))),
            "choose" => rule.then.push(Claim::Advice(assigned(value, Advice::Choose))),
            "avoid" => rule.then.push(Claim::Advice(Advice::Avoid(expr(value)))),
            "forbid" => rule.then.push(Claim::Advice(Advice::Forbid(expr(value)))),
            "warn" => rule.then.push(Claim::Advice(Advice::Warn(value.to_owned()))),
            other => panic!("no key: {other}"),
        }
    }
    rule
}

fn over(text: &str) -> Over {
    let (names, domain) = match text.split_once(" in ") {
        Some((names, domain)) => (names, Some(domain.trim())),
        None => (text, None),
    };
    let names = names.trim_matches(['(', ')', ' ']).split(',');
    let domain = match domain {
        None => Domain::Conditions,
        Some(list) if list.starts_with('[') => {
            match spak_expr::eval(&expr(list), &spak_expr::Empty) {
                Ok(Value::List(items)) => Domain::Values(items.to_vec()),
                _ => panic!("no list: {list}"),
            }
        }
        Some(name) => Domain::Named(name.to_owned()),
    };
    Over { names: names.map(|n| n.trim().to_owned()).collect(), domain, span: Span::default() }
}

fn assigned(text: &str, of: impl Fn(String, Expr) -> Advice<Expr>) -> Advice<Expr> {
    let (name, value) = text.split_once('=').expect("an assignment");
    of(name.trim().to_owned(), expr(value))
}

fn claim(text: &str) -> Claim {
    if let Some((name, value)) = text.split_once(" = ") {
        return Claim::Value(name.trim().to_owned(), expr(value));
    }
    match text.split_once('(') {
        None => Claim::Holds(text.to_owned(), Vec::new()),
        Some((name, arguments)) => {
            let arguments = arguments.trim_end_matches(')').split(',');
            Claim::Holds(name.to_owned(), arguments.map(expr).collect())
        }
    }
}

/// A base of values (`head_dim = 128`) and dimensions (`tile_m in [32, 64]`).
pub(crate) fn base(lines: &[&str]) -> Base {
    let mut base = Base::default();
    for line in lines {
        if let Some((name, values)) = line.split_once(" in ") {
            let Ok(Value::List(values)) = spak_expr::eval(&expr(values), &spak_expr::Empty) else {
                panic!("no list: {values}");
            };
            base.dimensions.insert(name.to_owned(), values.to_vec());
        } else {
            let (name, value) = line.split_once(" = ").expect("a value");
            let value = spak_expr::eval(&expr(value), &spak_expr::Empty).expect("a value");
            let known = Known { value, origin: "the test".to_owned() };
            base.values.insert(name.to_owned(), known);
        }
    }
    base
}

/// A table of whole numbers and texts, row by row.
pub(crate) fn table(name: &str, fields: &[&str], rows: &[&[&str]]) -> Table {
    let value = |text: &&str| {
        (*text != "-").then(|| spak_expr::eval(&expr(text), &spak_expr::Empty).expect("a value"))
    };
    let rows = rows.iter().enumerate().map(|(i, row)| Row {
        name: format!("{name} {i}"),
        values: row.iter().map(value).collect(),
        origin: format!("line {i}"),
    });
    Table {
        name: name.to_owned(),
        fields: fields.iter().map(|f| (*f).to_owned()).collect(),
        rows: rows.collect(),
    }
}

/// Everything that follows, a line for each conclusion.
pub(crate) fn concluded(base: Base, rules: &[&str]) -> String {
    let rules: Vec<Rule> = rules.iter().map(|r| rule(r)).collect();
    let (mut engine, complaints) = Engine::new(base, rules, Limits::default());
    engine.conclude();
    let mut lines: Vec<String> = complaints
        .iter()
        .map(|c| {
            format!("{}: {} {}", c.diagnostic.code.0, c.diagnostic.message, c.diagnostic.reason)
        })
        .collect();
    lines.extend(shown(&engine));
    lines.join("\n")
}

pub(crate) fn shown(engine: &Engine) -> Vec<String> {
    let all = engine.conclusions();
    let rule = |i: &usize| engine.rules().get(*i).map_or("?", |r| r.name.as_str());
    let rules = |all: &[usize]| all.iter().map(rule).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    for c in &all.values {
        let over = if c.overruled.is_empty() {
            String::new()
        } else {
            format!(", not {}", rules(&c.overruled))
        };
        lines.push(format!("{} = {} [{}{over}]", c.name, c.value, rules(&c.by)));
    }
    for h in &all.holds {
        lines.push(format!("{}({}) [{}]", h.name, h.of.join(", "), rule(&h.by)));
    }
    for a in &all.advice {
        let what = match &a.advice {
            Advice::Recommend(n, v) | Advice::Choose(n, v) => format!("{n} = {v}"),
            Advice::Prefer(n, v) => format!("{n}: {} values", v.len()),
            Advice::Avoid(e) | Advice::Forbid(e) => spak_expr::print(e),
            Advice::Warn(text) => text.clone(),
        };
        let only = a.only_where.as_ref();
        let only = only.map_or_else(String::new, |e| format!(" where {}", spak_expr::print(e)));
        lines.push(format!("{} {what}{only} [{}]", a.advice.key(), rules(&a.by)));
    }
    for u in &all.undecided {
        lines.push(format!("undecided {}: {}", rule(&u.rule), u.why));
    }
    for u in &all.unsettled {
        let values: Vec<String> = u
            .values
            .iter()
            .map(|(v, by)| format!("{v} by {}", by.as_ref().map_or("what is given", rule)))
            .collect();
        lines.push(format!("unsettled {}: {}", u.name, values.join(", ")));
    }
    lines
}
