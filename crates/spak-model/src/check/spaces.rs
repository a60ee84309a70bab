//! Dimensions: one name each, in both spaces, and conditions that can be decided one after another.

use std::collections::BTreeMap;

use spak_expr::free_names;
use spak_syntax::{Diagnostic, Label};

use crate::codes::{CIRCULAR_CONDITION, DUPLICATE_NAME};
use crate::reading::Reading;
use crate::system::{Dimension, System};

/// Dimensions of a circle that are named.
const MAX_NAMED: usize = 8;

pub(super) fn check(system: &System, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(Vec<String>, &str), &Dimension> = BTreeMap::new();
    for dimension in &system.dimensions {
        let key = (dimension.groups.clone(), dimension.name.as_str());
        if let Some(first) = seen.get(&key) {
            let mut diagnostic = Diagnostic::error(
                DUPLICATE_NAME,
                dimension.place.span,
                format!("the dimension `{}` is declared twice", dimension.name),
            )
            .because(
                "a config takes one value of each dimension, and conditions refer to it by name",
            )
            .repair("merge the two lists of values, or rename one")
            .in_file(dimension.place.file);
            diagnostic.related.push(Label {
                file: first.place.file,
                span: first.place.span,
                text: "the first is here".to_owned(),
            });
            found.push(diagnostic);
        } else {
            seen.insert(key, dimension);
        }
    }
    circles(system, found);
}

/// Conditions that cannot be decided, since each waits for the other.
fn circles(system: &System, found: &mut Vec<Diagnostic>) {
    let place: BTreeMap<&str, usize> =
        system.dimensions.iter().enumerate().map(|(i, d)| (d.name.as_str(), i)).collect();
    let waits: Vec<Vec<usize>> = system
        .dimensions
        .iter()
        .map(|d| {
            let formulas = d.when.iter().filter_map(|when| match &when.reading {
                Reading::Formula(formula) => Some(formula),
                _ => None,
            });
            let names = formulas.flat_map(|formula| free_names(&formula.expr));
            names.filter_map(|name| place.get(name.as_str()).copied()).collect()
        })
        .collect();
    // What waits for nothing that is undecided is decided; what is left at the end is in a circle or
    // behind one.
    let mut decided = vec![false; waits.len()];
    loop {
        let is_ready = |at: &usize| {
            waits.get(*at).is_some_and(|on| on.iter().all(|w| decided.get(*w) == Some(&true)))
        };
        let ready: Vec<usize> = (0..waits.len())
            .filter(|at| decided.get(*at) == Some(&false))
            .filter(is_ready)
            .collect();
        if ready.is_empty() {
            break;
        }
        for at in ready {
            if let Some(slot) = decided.get_mut(at) {
                *slot = true;
            }
        }
    }
    // Of a circle it is said once.
    let mut said = vec![false; waits.len()];
    for (at, dimension) in system.dimensions.iter().enumerate() {
        let is_open = decided.get(at) == Some(&false) && said.get(at) == Some(&false);
        let Some(when) = dimension.when.last().filter(|_| is_open) else { continue };
        let Some(route) = circle(at, &waits) else { continue };
        for member in &route {
            if let Some(slot) = said.get_mut(*member) {
                *slot = true;
            }
        }
        let dimensions = route.iter().filter_map(|at| system.dimensions.get(*at));
        let mut names: Vec<String> = dimensions.map(|d| format!("`{}`", d.name)).collect();
        let reason = match names.len() {
            ..=2 => "its condition names it".to_owned(),
            count => {
                if count > MAX_NAMED {
                    names.splice(MAX_NAMED - 1..count - 1, ["…".to_owned()]);
                }
                format!("the conditions go in a circle: {}", names.join(" needs "))
            }
        };
        let message = format!("whether `{}` is there depends on itself", dimension.name);
        found.push(
            Diagnostic::error(CIRCULAR_CONDITION, when.span, message)
                .because(reason)
                .repair("make the condition speak of dimensions that are there without it")
                .in_file(dimension.place.file),
        );
    }
}

/// The shortest way from `start` back to it.
fn circle(start: usize, waits: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut front = vec![start];
    while !front.is_empty() {
        let mut next = Vec::new();
        for at in front {
            for on in waits.get(at).into_iter().flatten() {
                if *on == start {
                    let mut route = vec![start, at];
                    while let Some(last) = route.last().and_then(|l| before.get(l)) {
                        route.push(*last);
                    }
                    if route.last() != Some(&start) {
                        route.push(start);
                    }
                    route.reverse();
                    return Some(route);
                }
                if !before.contains_key(on) {
                    before.insert(*on, at);
                    next.push(*on);
                }
            }
        }
        front = next;
    }
    None
}
