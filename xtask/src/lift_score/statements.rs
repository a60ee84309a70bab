//! Constraints and dead items, each matched with at most one statement of the report.
//!
//! A statement may be matched if its kind is compatible and one of its lines is a line of the truth or next
//! to one; for a constraint that the truth writes as a formula, they must also share at least half of its
//! symbols. Whether both mean the same is for a person to judge, so what was matched is printed.

use std::collections::BTreeSet;

use super::axes::is_near;
use super::report::{Lifted, Statement as Said};
use super::truth::{Statement, Truth};
use super::words::Words;

/// A statement of the truth and what was matched with it.
pub(crate) struct Scored<'t> {
    pub(crate) truth: &'t Statement,
    pub(crate) matched: Option<Match>,
}

/// The matched statement of a report.
pub(crate) struct Match {
    pub(crate) text: String,
    pub(crate) lines: Vec<u64>,
}

/// Signs that make a statement a formula.
const SIGNS: [&str; 8] = ["==", "!=", "<", ">", "%", "&&", "||", " in {"];

/// How well two statements go together: symbols, then lines that both have.
type Strength = (usize, usize);

/// The constraints of the truth. Hazards of the report can only be what the truth calls a hazard.
pub(crate) fn constraints<'t>(truth: &'t Truth, lifted: &Lifted, words: &Words) -> Vec<Scored<'t>> {
    let hazards = lifted.hazards.iter().map(|said| ("hazard", said));
    let constraints = lifted.constraints.iter().map(|said| (said.kind.as_str(), said));
    let said: Vec<(&str, &Said)> = constraints.chain(hazards).collect();
    let strength = |truth: &Statement, (kind, said): &(&str, &Said)| {
        let truth_kind = truth.kind.as_deref().unwrap_or("implied");
        if !words.same_constraint_kind(truth_kind, kind) {
            return None;
        }
        let symbols = symbols(truth, words);
        let shared = symbols.intersection(&words.symbols(&said.text)).count();
        let is_formula = SIGNS.iter().any(|sign| truth.text.contains(sign)) && !symbols.is_empty();
        // Without a line there must be a formula to compare.
        let is_there =
            if truth.lines.is_empty() { is_formula } else { is_near(&said.lines, &truth.lines) };
        let fits = is_there && (!is_formula || shared * 2 >= symbols.len());
        fits.then(|| (shared, common_lines(truth, said)))
    };
    assign(&truth.constraints, &said, strength, |(_, said)| said)
}

/// The dead or misleading items of the truth. One without a line cannot be found.
pub(crate) fn dead<'t>(truth: &'t Truth, lifted: &Lifted, words: &Words) -> Vec<Scored<'t>> {
    let strength = |truth: &Statement, said: &Said| {
        let kind = truth.kind.as_ref();
        let same_kind = kind.is_none_or(|kind| words.same_hazard_kind(kind, &said.kind));
        let shared = symbols(truth, words).intersection(&words.symbols(&said.text)).count();
        let fits = same_kind && is_near(&said.lines, &truth.lines);
        fits.then(|| (shared, common_lines(truth, said)))
    };
    assign(&truth.dead, &lifted.hazards, strength, |said| said)
}

fn common_lines(truth: &Statement, said: &Said) -> usize {
    truth.lines.iter().filter(|line| said.lines.contains(line)).count()
}

/// What a statement of the truth is about: as listed, or the names in it that look like code.
fn symbols(truth: &Statement, words: &Words) -> BTreeSet<String> {
    if !truth.about.is_empty() {
        return words.symbols(&truth.about.join(" "));
    }
    let names = truth.text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let is_code = |name: &&str| {
        let inner = name.chars().skip(1);
        name.len() == 1
            || inner.into_iter().any(|c| c == '_' || c.is_uppercase() || c.is_ascii_digit())
    };
    words.symbols(&names.filter(is_code).collect::<Vec<_>>().join(" "))
}

/// Gives each of `truth` at most one of `said` so that as many as possible have one.
fn assign<'t, S>(
    truth: &'t [Statement],
    said: &[S],
    strength: impl Fn(&Statement, &S) -> Option<Strength>,
    statement: impl Fn(&S) -> &Said,
) -> Vec<Scored<'t>> {
    let edges: Vec<Vec<usize>> = truth
        .iter()
        .map(|truth| {
            let mut edges: Vec<(Strength, usize)> = said
                .iter()
                .enumerate()
                .filter_map(|(n, said)| Some((strength(truth, said)?, n)))
                .collect();
            edges.sort_by_key(|(strength, n)| (std::cmp::Reverse(*strength), *n));
            edges.into_iter().map(|(_, n)| n).collect()
        })
        .collect();
    let mut owners = vec![None; said.len()];
    for from in 0..truth.len() {
        improve(from, &edges, &mut owners, &mut vec![false; said.len()]);
    }
    let of = |number: usize| {
        let place = owners.iter().position(|owner| *owner == Some(number));
        let said = place.and_then(|place| said.get(place)).map(&statement)?;
        Some(Match { text: format!("{}: {}", said.kind, said.text), lines: said.lines.clone() })
    };
    truth.iter().enumerate().map(|(n, truth)| Scored { truth, matched: of(n) }).collect()
}

/// Finds a partner for `from`, moving others to their next choice: an augmenting path.
fn improve(
    from: usize,
    edges: &[Vec<usize>],
    owners: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for &to in edges.get(from).into_iter().flatten() {
        let Some(visited) = seen.get_mut(to) else { continue };
        if std::mem::replace(visited, true) {
            continue;
        }
        let owner = owners.get(to).copied().flatten();
        if owner.is_none_or(|owner| improve(owner, edges, owners, seen)) {
            if let Some(slot) = owners.get_mut(to) {
                *slot = Some(from);
            }
            return true;
        }
    }
    false
}
