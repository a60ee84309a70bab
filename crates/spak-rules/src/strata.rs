//! The order in which rules are evaluated: what a rule asks for is complete before the rule is asked.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{BinaryOp, Expr, ExprKind, UnaryOp};
use spak_syntax::Diagnostic;

use crate::codes::{RULE_CIRCLE, RULE_WITHOUT_END};
use crate::compile::{Clause, Compiled, Head, plain_variable};
use crate::formula::{Formula, Slot};
use crate::graph::connected;
use crate::rule::{Complaint, Rule};

/// Something that is concluded: a name, or what holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Target {
    Name(u32),
    Holds(u32),
}

/// Clauses that are evaluated together, and what is complete after them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) targets: Vec<Target>,
    /// Numbers of clauses, in the order of their rules.
    pub(crate) clauses: Vec<usize>,
    /// They feed each other.
    pub(crate) recursive: bool,
}

/// What a clause asks for; `true` where it must be complete before.
pub(crate) fn reads(clause: &Clause) -> Vec<(Target, bool)> {
    let mut found = Vec::new();
    for condition in clause.conditions.iter().chain(&clause.open) {
        read(&condition.formula, !condition.negated, &mut found);
    }
    for head in &clause.heads {
        for formula in formulas(head) {
            // What follows must not change when more holds.
            for (target, _) in reads_of(formula) {
                found.push((target, true));
            }
        }
    }
    found
}

/// What a formula asks for, all of it.
pub(crate) fn reads_of(formula: &Formula) -> Vec<(Target, bool)> {
    let mut found = Vec::new();
    read(formula, true, &mut found);
    found
}

/// All formulas of what follows.
pub(crate) fn formulas(head: &Head) -> Vec<&Formula> {
    use crate::compile::Advised as A;
    match head {
        Head::Value(_, value) => vec![value],
        Head::Holds(_, all) | Head::Advice(A::Prefer(_, all)) => all.iter().collect(),
        Head::Advice(A::Recommend(_, one) | A::Choose(_, one) | A::Avoid(one) | A::Forbid(one)) => {
            vec![one]
        }
        Head::Advice(A::Warn(_, places)) => places.iter().map(|(_, f)| f).collect(),
    }
}

fn read(formula: &Formula, positive: bool, found: &mut Vec<(Target, bool)>) {
    for (name, slot) in &formula.slots {
        match slot {
            Slot::Concluded(n) => found.push((Target::Name(*n), true)),
            Slot::Some(r) | Slot::Holds(r, _) => {
                // It may only get truer when more holds.
                let only_positive = positive && grows(formula.rewritten(), name);
                found.push((Target::Holds(*r), !only_positive));
                if let Slot::Holds(_, arguments) = slot {
                    for argument in arguments {
                        for (target, _) in reads_of(argument) {
                            found.push((target, true));
                        }
                    }
                }
            }
            Slot::Known(_) | Slot::Variable(_) | Slot::Field(..) | Slot::Table(_) => {}
        }
    }
}

/// Whether a slot occurs only where more of what it stands for makes the formula truer.
fn grows(expr: &Expr, slot: &str) -> bool {
    let occurs = |expr: &Expr| spak_expr::free_names(expr).contains(slot);
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::And(items) | ExprKind::Or(items) => items.iter().all(|e| grows(e, slot)),
        ExprKind::Binary(BinaryOp::Implies, a, b) => !occurs(a) && grows(b, slot),
        ExprKind::Unary(UnaryOp::Not, inner) => !occurs(inner),
        _ => !occurs(expr),
    }
}

/// Sets of targets that depend on each other.
struct Sets {
    /// Those that others need come first.
    sets: Vec<Vec<Target>>,
    /// The number of the set of each.
    of: BTreeMap<Target, usize>,
}

impl Sets {
    fn together(&self, a: Target, b: Target) -> bool {
        self.of.get(&a).is_some_and(|set| self.of.get(&b) == Some(set))
    }
}

/// The groups in the order in which they are evaluated, and what is wrong with rules that have no place in
/// one: these are left out.
pub(crate) fn groups(compiled: &mut Compiled, rules: &[Rule]) -> (Vec<Group>, Vec<Complaint>) {
    let mut complaints = Vec::new();
    loop {
        let sets = components(compiled);
        let bad = circle(compiled, &sets, rules).or_else(|| without_end(compiled, &sets, rules));
        let Some((clauses, complaint)) = bad else {
            return (ordered(compiled, sets), complaints);
        };
        complaints.push(complaint);
        let mut number = 0;
        compiled.clauses.retain(|_| {
            number += 1;
            !clauses.contains(&(number - 1))
        });
    }
}

/// The names and relations that depend on each other.
fn components(compiled: &Compiled) -> Sets {
    let names = (0..compiled.concluded.len() as u32).map(Target::Name);
    let all: Vec<Target> =
        names.chain((0..compiled.relations.len() as u32).map(Target::Holds)).collect();
    let number = |target: &Target| match target {
        Target::Name(n) => *n as usize,
        Target::Holds(n) => compiled.concluded.len() + *n as usize,
    };
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for clause in &compiled.clauses {
        let concluded = concludes(clause);
        if concluded.is_empty() {
            continue;
        }
        let read: Vec<usize> = reads(clause).iter().map(|(t, _)| number(t)).collect();
        for target in concluded {
            if let Some(own) = needs.get_mut(number(&target)) {
                own.extend(&read);
            }
        }
    }
    let found = connected(&needs);
    let sets: Vec<Vec<Target>> = found
        .into_iter()
        .map(|set| set.into_iter().filter_map(|i| all.get(i).copied()).collect())
        .collect();
    let of =
        sets.iter().enumerate().flat_map(|(i, set)| set.iter().map(move |t| (*t, i))).collect();
    Sets { sets, of }
}

/// What a clause concludes.
pub(crate) fn concludes(clause: &Clause) -> Vec<Target> {
    let target = |head: &Head| match head {
        Head::Value(name, _) => Some(Target::Name(*name)),
        Head::Holds(relation, _) => Some(Target::Holds(*relation)),
        Head::Advice(_) => None,
    };
    clause.heads.iter().filter_map(target).collect()
}

/// A circle through something that must be complete before: the clauses that make it, and what to say.
fn circle(
    compiled: &Compiled,
    sets: &Sets,
    rules: &[Rule],
) -> Option<(BTreeSet<usize>, Complaint)> {
    for clause in &compiled.clauses {
        let own = concludes(clause);
        let with_own = |target: Target| own.iter().any(|t| sets.together(*t, target));
        if own.is_empty() {
            continue;
        }
        let strict = reads(clause).into_iter().find(|(t, strict)| *strict && with_own(*t));
        let Some((target, _)) = strict else { continue };
        let in_circle = |c: &Clause| {
            concludes(c).iter().any(|t| sets.together(*t, target))
                && reads(c).iter().any(|(t, _)| sets.together(*t, target))
        };
        let members: BTreeSet<usize> = (0..compiled.clauses.len())
            .filter(|i| compiled.clauses.get(*i).is_some_and(in_circle))
            .collect();
        let name = compiled.target(target);
        let what = match target {
            Target::Name(_) => format!("the value of `{name}` is needed to conclude it"),
            Target::Holds(_) => format!("that `{name}` holds depends on that it does not hold"),
        };
        let others = members.iter().filter_map(|i| compiled.clauses.get(*i));
        let mut others: Vec<&str> = others
            .filter(|c| c.rule != clause.rule)
            .filter_map(|c| rules.get(c.rule).map(|r| r.name.as_str()))
            .collect();
        others.sort_unstable();
        others.dedup();
        let mut diagnostic = Diagnostic::error(RULE_CIRCLE, span(rules, clause.rule), what)
            .repair("conclude something else, or ask for less");
        if !others.is_empty() {
            diagnostic = diagnostic.because(format!("the circle goes through {}", listed(&others)));
        }
        return Some((members, Complaint { rule: clause.rule, diagnostic }));
    }
    None
}

/// A computed value that gets back to where it was computed from.
fn without_end(
    compiled: &Compiled,
    sets: &Sets,
    rules: &[Rule],
) -> Option<(BTreeSet<usize>, Complaint)> {
    // Places of arguments, by relation and number.
    let mut offsets = Vec::new();
    let mut size = 0;
    for (_, arity) in &compiled.relations {
        offsets.push(size);
        size += arity;
    }
    let place =
        |relation: u32, argument: usize| offsets.get(relation as usize).map(|o| o + argument);
    let mut edges = vec![Vec::new(); size];
    let mut computed = Vec::new();
    for (number, clause) in compiled.clauses.iter().enumerate() {
        for head in &clause.heads {
            let Head::Holds(relation, arguments) = head else { continue };
            let from =
                sources(clause, |r| sets.together(Target::Holds(r), Target::Holds(*relation)));
            for (i, argument) in arguments.iter().enumerate() {
                // Fields are of rows, and there are finitely many of these.
                let is_name = matches!(argument.source.kind, ExprKind::Name(_));
                if is_name && matches!(argument.slots.as_slice(), [(_, Slot::Field(..))]) {
                    continue;
                }
                let Some(to) = place(*relation, i) else { continue };
                let used = from.iter().filter(|(v, _)| argument.variables() & (1 << v) != 0);
                for (_, (relation, i)) in used {
                    let Some(at) = place(*relation, *i) else { continue };
                    if let Some(edges) = edges.get_mut(at) {
                        edges.push(to);
                    }
                    if plain_variable(argument).is_none() {
                        computed.push((at, to, number));
                    }
                }
            }
        }
    }
    if computed.is_empty() {
        return None;
    }
    let found = connected(&edges);
    for (from, to, number) in computed {
        let together = found.iter().any(|set| set.contains(&from) && set.contains(&to));
        let Some(clause) = compiled.clauses.get(number).filter(|_| together) else { continue };
        let what = "this computes new values from what it concludes, without end";
        let diagnostic = Diagnostic::error(RULE_WITHOUT_END, span(rules, clause.rule), what)
            .because("conclusions have to come to an end, whatever the facts are")
            .repair("take values from rows, or from a list (`for: \"i in 0..8\"`)");
        return Some((BTreeSet::from([number]), Complaint { rule: clause.rule, diagnostic }));
    }
    None
}

/// The variables that get values from what holds, where it is one of `relations`: relation and argument.
fn sources(clause: &Clause, relations: impl Fn(u32) -> bool) -> Vec<(usize, (u32, usize))> {
    let mut found = Vec::new();
    for (relation, arguments) in clause.conditions.iter().filter_map(|c| c.atom.as_ref()) {
        if relations(*relation) {
            let variables = arguments.iter().enumerate();
            found.extend(variables.filter_map(|(i, a)| Some((plain_variable(a)?, (*relation, i)))));
        }
    }
    found
}

fn span(rules: &[Rule], rule: usize) -> spak_syntax::Span {
    rules.get(rule).map(|r| r.span).unwrap_or_default()
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// The clauses by group; those that only advise come last.
fn ordered(compiled: &Compiled, sets: Sets) -> Vec<Group> {
    let of = sets.of;
    let new = |targets| Group { targets, ..Group::default() };
    let mut groups: Vec<Group> = sets.sets.into_iter().map(new).collect();
    let mut last = Group::default();
    for (number, clause) in compiled.clauses.iter().enumerate() {
        let first = concludes(clause).iter().filter_map(|t| of.get(t)).min().copied();
        match first.and_then(|i| Some((i, groups.get_mut(i)?))) {
            Some((index, group)) => {
                let own = |target: &Target| of.get(target) == Some(&index);
                group.recursive |= reads(clause).iter().any(|(t, _)| own(t));
                group.clauses.push(number);
            }
            None => last.clauses.push(number),
        }
    }
    groups.push(last);
    groups
}
