//! The bound: the longest of the times that each ceiling alone needs for work that nothing can avoid.

use spak_records::prediction::{BoundRecord, ImpossibleRecord, TermRecord};

use crate::ceiling::{Ceiling, Ceilings, time_of};
use crate::family::{Case, Work};
use crate::formula::Symbols;
use crate::hardware::Hardware;
use crate::options::{Caches, Options};

/// One ceiling's time, before it is put into words.
struct Term<'a> {
    ceiling: &'a Ceiling,
    work: String,
}

/// The bound of `work` under `ceilings`; `None` when no ceiling is known.
///
/// # Errors
/// A sentence when a formula has no value, which is a fault of the family.
pub fn bound(
    case: &Case<'_>,
    work: &Work,
    hardware: &Hardware,
    ceilings: &Ceilings,
    options: &Options,
) -> Result<Option<BoundRecord>, String> {
    let mut symbols = work.symbols.clone();
    symbols.fix("reads", &work.reads)?;
    symbols.fix("writes", &work.writes)?;
    let mut terms = Vec::new();
    if let Some(ceiling) = &ceilings.products {
        terms.push(Term { ceiling, work: work.products.clone() });
    }
    if let (Some(ceiling), Some(exponentials)) = (&ceilings.exponentials, &work.exponentials) {
        terms.push(Term { ceiling, work: in_parentheses(exponentials) });
    }
    if let Some(ceiling) = &ceilings.memory {
        let traffic = traffic(hardware, options.caches, &mut symbols)?;
        terms.push(Term { ceiling, work: traffic });
    }
    if let Some(ceiling) = &ceilings.l2 {
        terms.push(Term { ceiling, work: "reads".to_owned() });
    }
    let mut records = Vec::with_capacity(terms.len());
    for term in &terms {
        symbols.define(term.ceiling.symbol, &term.ceiling.formula)?;
        let formula = format!("{} / {}", term.work, term.ceiling.symbol);
        let numbers = symbols.with_numbers(&formula);
        records.push(TermRecord {
            ceiling: term.ceiling.symbol.to_owned(),
            label: term.ceiling.label.clone(),
            ns: time_of(&symbols, &formula)?,
            formula,
            numbers,
        });
    }
    let Some(longest) = records.iter().reduce(|a, b| if b.ns > a.ns { b } else { a }) else {
        return Ok(None);
    };
    let all = |of: fn(&TermRecord) -> &str| match records.as_slice() {
        [only] => of(only).to_owned(),
        many => format!("max({})", many.iter().map(of).collect::<Vec<_>>().join(", ")),
    };
    let mut assumes = work.assumes.clone();
    assumes.extend(options.assumes(case, work.exponentials.is_some(), hardware.is_gpu()));
    Ok(Some(BoundRecord {
        ns: longest.ns,
        formula: all(|t| &t.formula),
        numbers: all(|t| &t.numbers),
        limited_by: longest.ceiling.clone(),
        limited_by_label: longest.label.clone(),
        assumes,
        terms: records,
    }))
}

/// Bytes that must cross to or from memory, as a formula.
fn traffic(hardware: &Hardware, caches: Caches, symbols: &mut Symbols) -> Result<String, String> {
    let Some((name, size)) = hardware.last_level_cache() else {
        // A cache of unknown size may hold all outputs.
        return Ok("reads".to_owned());
    };
    symbols.define(name, &size)?;
    // What the cache holds of inputs and what it holds of outputs are different moments of one call.
    Ok(match caches {
        Caches::Any => format!("(max(reads - {name}, 0 B) + max(writes - {name}, 0 B))"),
        Caches::Cold => format!("(reads + max(writes - {name}, 0 B))"),
    })
}

fn in_parentheses(text: &str) -> String {
    if text.contains(" + ") { format!("({text})") } else { text.to_owned() }
}

/// How much of a rate the rounding of data sheets may hide.
const ROUNDING: f64 = 0.01;

/// Reports `measured_ns` when it is below the bound.
///
/// Data sheets round their figures to two to four digits, so a hundredth is allowed, and measurements count in
/// whole nanoseconds, so half of one is.
pub fn impossible(measured_ns: f64, bound: &BoundRecord) -> Option<ImpossibleRecord> {
    (measured_ns + 0.5 < bound.ns * (1.0 - ROUNDING)).then(|| ImpossibleRecord {
        measured_ns,
        bound_ns: bound.ns,
        message: format!(
            "impossible: {} was measured, but {} take at least {} ({})",
            crate::words::time(measured_ns),
            bound.limited_by_label,
            crate::words::time(bound.ns),
            bound
                .terms
                .iter()
                .find(|t| t.ceiling == bound.limited_by)
                .map_or(bound.numbers.as_str(), |t| t.numbers.as_str()),
        ),
    })
}
