//! What witnesses decide: the state of what they are of, and what is written of it.

use std::collections::BTreeSet;

use spak_knowledge::{Became, DEMOTED, Mark, Stamp, Verdict};

use crate::engine::drive;
use crate::stale::{Item, Seen, claim};

/// Names of facts by what became of them.
#[derive(Default)]
struct Decided {
    held: BTreeSet<String>,
    untold: BTreeSet<String>,
    demoted: BTreeSet<String>,
}

/// Sets the states that witnesses decide and returns what is written; `stamp` is that of a context.
pub(super) fn settle(items: &mut [Item], stamp: &dyn Fn(usize) -> Stamp) -> Vec<Mark> {
    let mut decided = Decided::default();
    let mut marks = Vec::new();
    for item in items.iter_mut().filter(|item| item.seen.iter().any(Option::is_some)) {
        marks.extend(of_fact(item, stamp, &mut decided));
    }
    for item in items.iter_mut().filter(|item| item.resting.keyword == "rule") {
        marks.extend(of_rule(item, stamp, &decided));
    }
    shared(items, stamp, &mut marks);
    marks
}

fn mark(item: &Item, what: Became) -> Mark {
    Mark { keyword: item.resting.keyword.clone(), name: item.resting.name.clone(), what }
}

fn stamp_of(item: &Item, stamp: &dyn Fn(usize) -> Stamp) -> Stamp {
    item.asked.context.map(stamp).unwrap_or_default()
}

/// When something was witnessed, and where that can be looked up.
fn occasion(item: &Item) -> String {
    let runs: BTreeSet<&str> = item.seen.iter().flatten().map(|seen| seen.run.as_str()).collect();
    let runs: Vec<&str> = runs.into_iter().collect();
    format!("on {}; in {}", drive::today(), runs.join(" and "))
}

fn of_fact(item: &mut Item, stamp: &dyn Fn(usize) -> Stamp, decided: &mut Decided) -> Option<Mark> {
    let seen: Vec<&Seen> = item.seen.iter().flatten().collect();
    let worst = seen.iter().map(|s| s.verdict).max()?;
    let is_whole = seen.len() == item.seen.len();
    let name = item.resting.name.clone();
    let with = format!("{}; {}", stamp_of(item, stamp).text(), occasion(item));
    match worst {
        Verdict::Fails => {
            let by = said(item, Verdict::Fails).join("; ");
            item.asked.reasons.push(format!("no longer so: {by}"));
            item.asked.state = "demoted";
            decided.demoted.insert(name);
            Some(mark(item, Became::Demoted { by, with }))
        }
        Verdict::Holds if is_whole => {
            item.asked.state = "held";
            decided.held.insert(name);
            Some(mark(item, Became::Held { with }))
        }
        // A part of it was not asked: it stays as it was.
        Verdict::Holds => None,
        Verdict::Untold => {
            let told = said(item, Verdict::Untold);
            item.asked.reasons.extend(told);
            item.asked.state = "untold";
            decided.untold.insert(name);
            None
        }
    }
}

/// What witnesses with this verdict say.
fn said(item: &Item, wanted: Verdict) -> Vec<String> {
    let own = item.resting.witnesses.iter().zip(&item.seen);
    let own = own.filter_map(|((text, _), seen)| Some((text, seen.as_ref()?)));
    let own = own.filter(|(_, seen)| seen.verdict == wanted);
    own.map(|(text, seen)| format!("{}: {}", claim(text), seen.said)).collect()
}

/// A rule goes with the facts that it rests on.
fn of_rule(item: &mut Item, stamp: &dyn Fn(usize) -> Stamp, decided: &Decided) -> Option<Mark> {
    let evidence = &item.resting.evidence;
    let among = |names: &BTreeSet<String>| evidence.iter().find(|name| names.contains(*name));
    let is_out = item.resting.status.is_some();
    let with = stamp_of(item, stamp).text();
    if let Some(fact) = among(&decided.demoted).filter(|_| !is_out) {
        let by = format!("it rests on `{fact}`, which was demoted");
        item.asked.reasons = vec![by.clone()];
        item.asked.state = "demoted";
        return Some(mark(item, Became::Demoted { by, with }));
    }
    if !evidence.is_empty() && evidence.iter().all(|name| decided.held.contains(name)) {
        let was_demoted = item.resting.status.as_deref() == Some(DEMOTED);
        if was_demoted || !is_out {
            item.asked.state = "held";
        }
        return was_demoted.then(|| mark(item, Became::Shared));
    }
    if among(&decided.untold).is_some() && !is_out {
        item.asked.state = "untold";
    }
    None
}

/// Where all that leads in a scope held, the scope is stamped once instead of each of its facts.
fn shared(items: &[Item], stamp: &dyn Fn(usize) -> Stamp, marks: &mut Vec<Mark>) {
    let scopes: BTreeSet<&String> =
        items.iter().filter_map(|item| item.resting.measured.as_ref()).collect();
    for scope in scopes {
        let own = |item: &&Item| {
            item.resting.keyword == "fact" && item.resting.measured.as_ref() == Some(scope)
        };
        let leads = |item: &&Item| !matches!(item.asked.state, "demoted" | "out");
        let leading: Vec<&Item> = items.iter().filter(own).filter(leads).collect();
        let Some(first) = leading.first() else { continue };
        if !leading.iter().all(|item| item.asked.state == "held") {
            continue;
        }
        let names: BTreeSet<&str> = leading.iter().map(|item| item.resting.name.as_str()).collect();
        for mark in marks.iter_mut() {
            if mark.keyword == "fact" && names.contains(mark.name.as_str()) {
                mark.what = Became::Shared;
            }
        }
        let what = Became::Stamped { stamp: stamp_of(first, stamp), witnessed: occasion(first) };
        marks.push(Mark { keyword: "fact".to_owned(), name: scope.clone(), what });
    }
}
