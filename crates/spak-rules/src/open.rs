//! Conclusions that depend on a config, written out: where they are asked for stands what they mean.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Conditional, Expr, ExprKind, UnaryOp};
use spak_syntax::{Diagnostic, Span};

use crate::base::Base;
use crate::codes::{NOT_ABOUT_CONFIGS, RULE_CIRCLE};
use crate::compile::concluders;
use crate::engine::all_of;
use crate::rule::{Advice, Claim, Complaint, Rule};

/// How large a formula may get.
const MAX_NODES: usize = 20_000;

/// The rules with everything that depends on a config written out, with their numbers; what only concludes
/// such things is gone.
pub(crate) fn written_out(base: &Base, rules: &[Rule]) -> (Vec<(usize, Rule)>, Vec<Complaint>) {
    let numbered = || rules.iter().cloned().enumerate();
    if base.dimensions.keys().all(|d| !base.is_open(d)) {
        return (numbered().collect(), Vec::new());
    }
    let concluders = concluders(rules);
    let open = open_names(base, rules, &concluders);
    if open.is_empty() {
        return (numbered().collect(), Vec::new());
    }
    let mut writer = Writer {
        rules,
        concluders: &concluders,
        open: &open,
        done: BTreeMap::new(),
        under_way: Vec::new(),
        complaints: Vec::new(),
    };
    let mut out = Vec::new();
    for (index, mut rule) in numbered() {
        let open_claims = |claim: &Claim| match claim {
            Claim::Value(name, _) | Claim::Holds(name, _) => open.contains(name),
            Claim::Advice(_) => false,
        };
        let of_rows = rule.then.iter().find(|c| open_claims(c) && !rule.over.is_empty());
        if let Some(Claim::Value(name, _) | Claim::Holds(name, _)) = of_rows {
            let diagnostic = *not_about_configs(rule.span, name);
            writer.complaints.push(Complaint { rule: index, diagnostic });
        }
        let mentions = all_formulas(&rule).iter().any(|e| writer.mentions(e));
        rule.then.retain(|claim| !open_claims(claim));
        if rule.then.is_empty() && !rules.get(index).is_some_and(|r| r.then.is_empty()) {
            continue;
        }
        if !mentions {
            out.push((index, rule));
            continue;
        }
        match writer.rule(&rule) {
            Ok(rule) => out.push((index, rule)),
            Err(diagnostic) => {
                writer.complaints.push(Complaint { rule: index, diagnostic: *diagnostic });
            }
        }
    }
    (out, writer.complaints)
}

/// The conditions of a rule as one formula, with all that other rules conclude written out; `None` where that
/// cannot be done.
pub(crate) fn condition_of(
    rule: &Rule,
    rules: &[Rule],
    concluders: &BTreeMap<&str, Vec<usize>>,
    all: &BTreeSet<String>,
) -> Option<Expr> {
    let mut writer = Writer {
        rules,
        concluders,
        open: all,
        done: BTreeMap::new(),
        under_way: Vec::new(),
        complaints: Vec::new(),
    };
    let mut conditions = Vec::new();
    for expr in &rule.when {
        let written = writer.written(expr, &mut conditions).ok()?;
        conditions.push(written);
    }
    for expr in &rule.unless {
        let written = writer.written(expr, &mut conditions).ok()?;
        conditions.push(not(written));
    }
    let always = || Expr::new(rule.span, ExprKind::Bool(true));
    Some(all_of(&conditions).unwrap_or_else(always))
}

/// The formulas of conditions, and of what is concluded.
fn all_formulas(rule: &Rule) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = rule.when.iter().chain(&rule.unless).collect();
    for claim in &rule.then {
        match claim {
            Claim::Value(_, value) => all.push(value),
            Claim::Holds(_, arguments) => all.extend(arguments),
            Claim::Advice(Advice::Recommend(_, value) | Advice::Choose(_, value)) => {
                all.push(value);
            }
            Claim::Advice(Advice::Avoid(e) | Advice::Forbid(e)) => all.push(e),
            Claim::Advice(Advice::Prefer(_, values)) => all.extend(values),
            Claim::Advice(Advice::Warn(_)) => {}
        }
    }
    all
}

/// Whether one of `names` stands in a formula, as a name or as a call.
fn stands(expr: &Expr, has: &dyn Fn(&str) -> bool) -> bool {
    spak_expr::free_names(expr).iter().any(|n| has(n))
        || spak_expr::called_functions(expr).iter().any(|n| has(n))
}

/// What depends on a config: concluded where a dimension stands, or where something of this kind does.
fn open_names(
    base: &Base,
    rules: &[Rule],
    concluders: &BTreeMap<&str, Vec<usize>>,
) -> BTreeSet<String> {
    let mut open: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = open.len();
        for (name, by) in concluders {
            if open.contains(*name) {
                continue;
            }
            let has = |n: &str| base.is_open(n) || open.contains(n);
            let depends = by.iter().filter_map(|i| rules.get(*i)).any(|rule| {
                let conditions = rule.when.iter().chain(&rule.unless);
                let said = rule.then.iter().flat_map(|claim| match claim {
                    Claim::Value(n, value) if n == name => vec![value],
                    Claim::Holds(n, arguments) if n == name => arguments.iter().collect(),
                    _ => Vec::new(),
                });
                conditions.chain(said).any(|e| stands(e, &has))
            });
            if depends {
                open.insert((*name).to_owned());
            }
        }
        if open.len() == before {
            return open;
        }
    }
}

/// What a name that depends on a config means.
#[derive(Clone, Debug)]
struct Meaning {
    /// Where it has a value; always, without.
    defined: Option<Expr>,
    value: Expr,
}

struct Writer<'a> {
    rules: &'a [Rule],
    concluders: &'a BTreeMap<&'a str, Vec<usize>>,
    open: &'a BTreeSet<String>,
    done: BTreeMap<String, Meaning>,
    under_way: Vec<String>,
    complaints: Vec<Complaint>,
}

type Fallible<T> = Result<T, Box<Diagnostic>>;

impl Writer<'_> {
    fn mentions(&self, expr: &Expr) -> bool {
        stands(expr, &|n| self.open.contains(n))
    }

    fn rule(&mut self, rule: &Rule) -> Fallible<Rule> {
        let mut out = rule.clone();
        let mut defined = Vec::new();
        for expr in out.when.iter_mut().chain(&mut out.unless) {
            *expr = self.written(expr, &mut defined)?;
        }
        for claim in &mut out.then {
            let formulas: Vec<&mut Expr> = match claim {
                Claim::Value(_, value)
                | Claim::Advice(
                    Advice::Recommend(_, value)
                    | Advice::Choose(_, value)
                    | Advice::Avoid(value)
                    | Advice::Forbid(value),
                ) => vec![value],
                Claim::Holds(_, all) | Claim::Advice(Advice::Prefer(_, all)) => {
                    all.iter_mut().collect()
                }
                Claim::Advice(Advice::Warn(_)) => Vec::new(),
            };
            for formula in formulas {
                *formula = self.written(formula, &mut defined)?;
            }
        }
        out.when.splice(0..0, defined);
        Ok(out)
    }

    /// `expr` with what depends on a config written out; `defined` gets the conditions under which that has
    /// a meaning.
    fn written(&mut self, expr: &Expr, defined: &mut Vec<Expr>) -> Fallible<Expr> {
        if !self.mentions(expr) {
            return Ok(expr.clone());
        }
        let name = match &expr.kind {
            ExprKind::Name(name) if self.open.contains(name) => Some(name),
            ExprKind::Call(call) if self.open.contains(&call.function) => {
                if !call.arguments.is_empty() {
                    return Err(not_about_configs(expr.span, &call.function));
                }
                Some(&call.function)
            }
            _ => None,
        };
        if let Some(name) = name {
            let meaning = self.meaning(name, expr)?;
            defined.extend(meaning.defined);
            return Ok(meaning.value);
        }
        let mut failed = None;
        let out = expr.clone().map_children(&mut |child| match self.written(&child, defined) {
            Ok(written) => written,
            Err(diagnostic) => {
                failed = failed.take().or(Some(diagnostic));
                child
            }
        });
        match failed {
            Some(diagnostic) => Err(diagnostic),
            None if nodes(&out) > MAX_NODES => Err(not_about_configs(expr.span, "this")),
            None => Ok(out),
        }
    }

    fn meaning(&mut self, name: &str, at: &Expr) -> Fallible<Meaning> {
        if let Some(meaning) = self.done.get(name) {
            return Ok(meaning.clone());
        }
        if self.under_way.iter().any(|n| n == name) {
            let circle = self.under_way.join("`, `");
            let what = format!("`{name}` is needed to conclude it");
            return Err(Box::new(
                Diagnostic::error(RULE_CIRCLE, at.span, what)
                    .because(format!("the circle goes through `{circle}`")),
            ));
        }
        self.under_way.push(name.to_owned());
        let meaning = self.make(name, at);
        self.under_way.pop();
        let meaning = meaning?;
        self.done.insert(name.to_owned(), meaning.clone());
        Ok(meaning)
    }

    fn make(&mut self, name: &str, at: &Expr) -> Fallible<Meaning> {
        let rules = self.rules;
        let by = self.concluders.get(name).into_iter().flatten();
        let mut by: Vec<&Rule> = by.filter_map(|i| rules.get(*i)).collect();
        by.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        let mut cases: Vec<(Option<Expr>, Expr)> = Vec::new();
        for rule in by {
            if !rule.over.is_empty() {
                return Err(not_about_configs(at.span, name));
            }
            let mut conditions = Vec::new();
            for expr in &rule.when {
                let written = self.written(expr, &mut conditions)?;
                conditions.push(written);
            }
            for expr in &rule.unless {
                let written = self.written(expr, &mut conditions)?;
                conditions.push(not(written));
            }
            for claim in &rule.then {
                match claim {
                    Claim::Holds(n, arguments) if n == name => {
                        if !arguments.is_empty() {
                            return Err(not_about_configs(at.span, name));
                        }
                        let holds = all_of(&conditions);
                        let holds =
                            holds.unwrap_or_else(|| Expr::new(at.span, ExprKind::Bool(true)));
                        cases.push((None, holds));
                    }
                    Claim::Value(n, value) if n == name => {
                        let value = self.written(value, &mut conditions)?;
                        cases.push((all_of(&conditions), value));
                    }
                    _ => {}
                }
            }
        }
        let holds = self.concluders.get(name).into_iter().flatten().filter_map(|i| rules.get(*i));
        let holds =
            holds.flat_map(|r| &r.then).any(|c| matches!(c, Claim::Holds(n, _) if n == name));
        if holds {
            let all: Vec<Expr> = cases.into_iter().map(|(_, holds)| holds).collect();
            return Ok(Meaning { defined: None, value: any_of(all, at) });
        }
        // The highest priority first; the last case is what is left.
        let mut defined = Vec::new();
        let mut always = false;
        let mut value: Option<Expr> = None;
        for (condition, case) in cases.into_iter().rev() {
            value = Some(match (condition, value) {
                (None, _) => {
                    always = true;
                    case
                }
                (Some(condition), None) => {
                    defined.push(condition);
                    case
                }
                (Some(condition), Some(otherwise)) => {
                    defined.push(condition.clone());
                    let choice = Conditional { condition, then: case, otherwise };
                    Expr::new(at.span, ExprKind::Conditional(Box::new(choice)))
                }
            });
        }
        let Some(value) = value else { return Err(not_about_configs(at.span, name)) };
        Ok(Meaning { defined: (!always).then(|| any_of(defined, at)), value })
    }
}

fn not(expr: Expr) -> Expr {
    Expr::new(expr.span, ExprKind::Unary(UnaryOp::Not, Box::new(expr)))
}

fn any_of(mut all: Vec<Expr>, at: &Expr) -> Expr {
    match all.len() {
        0 => Expr::new(at.span, ExprKind::Bool(false)),
        1 => all.swap_remove(0),
        _ => Expr::new(at.span, ExprKind::Or(all)),
    }
}

fn nodes(expr: &Expr) -> usize {
    let (mut count, mut open) = (0, vec![expr]);
    while let Some(e) = open.pop() {
        count += 1;
        open.extend(e.children());
    }
    count
}

fn not_about_configs(at: Span, name: &str) -> Box<Diagnostic> {
    let what = format!("what `{name}` says of a config cannot be written as one condition");
    Box::new(
        Diagnostic::error(NOT_ABOUT_CONFIGS, at, what)
            .because("it depends on dimensions, and on rows or arguments")
            .repair("say what to do about such configs in the rule itself (`avoid`, `forbid`)"),
    )
}
