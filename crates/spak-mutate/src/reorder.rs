//! Functions, classes and methods in another order, where what runs when the file is imported allows it.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt};
use ruff_text_size::Ranged as _;

use crate::chance::Chance;
use crate::names::Names;
use crate::original::Original;
use crate::rewrite::{Lines, Rewritten};

/// The file in another order; with seed 0 as much the other way round as can be.
pub(crate) fn reorder(original: &Original<'_>, seed: u64) -> Rewritten {
    let mut chance = Chance::of(seed, "reorder");
    let lines = Lines::of(original.text);
    let end = original.text.len() as u32;
    let order = block(original.body(), (0, end), seed, &mut chance, &lines);
    let anchors = original.anchors();
    let mut text = String::new();
    let mut places = Vec::new();
    for (start, end) in order {
        // The last line of a file may have no end.
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let from = anchors.partition_point(|at| *at < start);
        let to = anchors.partition_point(|at| *at < end);
        let here = anchors.get(from..to).unwrap_or_default();
        places.extend(here.iter().map(|at| (*at, text.len() as u32 + (at - start))));
        text.push_str(original.slice(start, end));
    }
    places.sort_unstable();
    Rewritten { text, anchors: places }
}

/// Parts of the text between two places, in their new order.
fn block(
    body: &[Stmt],
    (start, end): (u32, u32),
    seed: u64,
    chance: &mut Chance,
    lines: &Lines,
) -> Vec<(u32, u32)> {
    let Some(pieces) = pieces(body, (start, end), lines) else { return vec![(start, end)] };
    let needs: Vec<BTreeSet<usize>> = needs(body);
    let mut left: BTreeSet<usize> = (0..body.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let ready: Vec<usize> = left
            .iter()
            .copied()
            .filter(|at| needs.get(*at).is_none_or(|needs| needs.is_disjoint(&left)))
            .collect();
        // What is imported and computed stays before the functions, unless these are needed for it.
        let plain = ready.iter().copied().find(|at| !body.get(*at).is_some_and(is_movable));
        let last =
            if seed == 0 { ready.len().saturating_sub(1) } else { chance.below(ready.len()) };
        let Some(next) = plain.or_else(|| ready.get(last).copied()) else { break };
        left.remove(&next);
        order.push(next);
    }
    // Nothing may be lost where the order cannot be understood.
    order.extend(left);
    let mut out = Vec::new();
    for at in order {
        let (Some(statement), Some(piece)) = (body.get(at), pieces.get(at)) else { continue };
        match statement {
            Stmt::ClassDef(class) => {
                let first = class.body.first().map_or(piece.1, |s| lines_start(s, lines));
                let first = first.max(piece.0);
                out.push((piece.0, first));
                out.extend(block(&class.body, (first, piece.1), seed, chance, lines));
            }
            _ => out.push(*piece),
        }
    }
    out
}

fn is_movable(statement: &Stmt) -> bool {
    matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_))
}

fn lines_start(statement: &Stmt, lines: &Lines) -> u32 {
    lines.start(lines.line(statement.start().to_u32())).unwrap_or(0)
}

/// The text of each statement with what stands before it, or none if two share a line.
fn pieces(body: &[Stmt], (start, end): (u32, u32), lines: &Lines) -> Option<Vec<(u32, u32)>> {
    let mut pieces = Vec::new();
    let mut from = start;
    for (at, statement) in body.iter().enumerate() {
        let last = lines.line(statement.end().to_u32());
        let to = if at + 1 == body.len() { end } else { lines.start(last + 1).unwrap_or(end) };
        if lines_start(statement, lines) < from {
            return None;
        }
        pieces.push((from, to));
        from = to;
    }
    Some(pieces)
}

/// Which statements must stand before each one.
fn needs(body: &[Stmt]) -> Vec<BTreeSet<usize>> {
    let all: Vec<Used<'_>> = body.iter().map(Used::of).collect();
    let mut defined: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, used) in all.iter().enumerate() {
        for name in &used.defines {
            defined.entry(name).or_default().insert(at);
        }
    }
    let mut out = Vec::new();
    for (at, used) in all.iter().enumerate() {
        let mut before = BTreeSet::new();
        let mut open: Vec<&str> = used.now.iter().copied().collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for other in defined.get(name).into_iter().flatten().filter(|other| **other != at) {
                // What a function needs when it is called must be there when it may be called.
                before.insert(*other);
                open.extend(
                    all.get(*other).into_iter().flat_map(|used| used.later.iter().copied()),
                );
            }
        }
        // Of two that define the same name, the later one stays the later one.
        for name in &used.defines {
            before.extend(defined.get(name).into_iter().flatten().filter(|other| **other < at));
        }
        if !used.is_movable {
            let plain = all.iter().take(at).enumerate().filter(|(_, used)| !used.is_movable);
            before.extend(plain.map(|(other, _)| other));
        }
        out.push(before);
    }
    // A need of something later cannot be met, and was not met before: it is no need.
    for at in 0..out.len() {
        let later: Vec<usize> = out.get(at).into_iter().flatten().copied().collect();
        for other in later.into_iter().filter(|other| *other > at) {
            if let Some(needs) = out.get_mut(at) {
                needs.remove(&other);
            }
        }
    }
    out
}

/// What a statement defines and uses.
struct Used<'a> {
    defines: BTreeSet<&'a str>,
    /// Names that are read when the statement runs.
    now: BTreeSet<&'a str>,
    /// Names that are read when what it defines is called.
    later: BTreeSet<&'a str>,
    is_movable: bool,
}

impl<'a> Used<'a> {
    fn of(statement: &'a Stmt) -> Self {
        let mut all = Reads::default();
        all.visit_stmt(statement);
        let mut now = Reads::default();
        let mut defines = BTreeSet::new();
        match statement {
            Stmt::FunctionDef(function) => {
                defines.insert(function.name.id.as_str());
                for decorator in &function.decorator_list {
                    now.visit_decorator(decorator);
                }
                now.visit_parameters(&function.parameters);
                if let Some(returns) = &function.returns {
                    now.visit_expr(returns);
                }
            }
            Stmt::ClassDef(class) => {
                defines.insert(class.name.id.as_str());
                now.visit_stmt(statement);
            }
            _ => {
                let names = Names::of(std::slice::from_ref(statement));
                defines.extend(&names.bound);
                defines.extend(&names.imported);
                now.visit_stmt(statement);
            }
        }
        Self { defines, now: now.0, later: all.0, is_movable: is_movable(statement) }
    }
}

/// Names that are read.
#[derive(Default)]
struct Reads<'a>(BTreeSet<&'a str>);

impl<'a> SourceOrderVisitor<'a> for Reads<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx == ExprContext::Load
        {
            self.0.insert(&name.id);
        }
        walk_expr(self, expr);
    }
}
