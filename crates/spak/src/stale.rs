//! Whether what was learnt still stands: what it rests on, what of that changed, and what its witnesses show now.

mod ask;
mod evidence;
mod local;
mod node;
mod now;
mod print;
mod settle;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Result, anyhow};
use spak_knowledge::{Resting, Verdict, resting, write_marks};
use spak_records::ContentHash;
use spak_records::standing_report::{
    StandingCounts, StandingFile, StandingItem, StandingReport, WitnessRecord,
};
use spak_syntax::FileId;

use crate::engine::learn::replaced;
use crate::engine::paths::Paths;
use crate::output::{Format, json};
use crate::project::Design;
use ask::{Asked, ask};
use evidence::Evidence;
use now::Now;

pub(crate) use print::print;

/// What is wanted of a check.
pub(crate) struct Wanted<'a> {
    /// Traces with trials that facts are from, or that came back from a node.
    pub(crate) traces: &'a [PathBuf],
    /// A trace of the machine as it is now, which need not be here.
    pub(crate) against: Option<&'a Path>,
    /// The C compiler.
    pub(crate) cc: &'a str,
    /// Whether witnesses are measured on this machine.
    pub(crate) run: bool,
    /// Also those to which nothing happened.
    pub(crate) all: bool,
    /// A file for the witnesses that a node has to run.
    pub(crate) bundle: Option<&'a Path>,
    /// The described machine that it is for.
    pub(crate) hardware: Option<&'a str>,
    /// Whether the texts are only shown, not changed.
    pub(crate) keeps: bool,
    /// How is told what goes on.
    pub(crate) format: Format,
    /// Set by Ctrl-C.
    pub(crate) cancel: &'static AtomicBool,
}

/// A witness as it was measured again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) verdict: Verdict,
    /// What was seen, in words.
    pub(crate) said: String,
    /// In which run of a trace.
    pub(crate) run: String,
}

/// A fact or rule with what was found out about it.
pub(crate) struct Item {
    pub(crate) resting: Resting,
    pub(crate) asked: Asked,
    /// For each of its witnesses.
    pub(crate) seen: Vec<Option<Seen>>,
}

/// Looks through designs and libraries.
///
/// # Errors
/// Files that cannot be read or written, no compiler, a machine that is not described.
pub(crate) fn check(
    designs: Vec<(Option<PathBuf>, Design)>,
    wanted: &Wanted<'_>,
) -> Result<StandingReport> {
    let now = Now::new(wanted)?;
    let mut report = StandingReport::default();
    let mut to_node = Vec::new();
    for (path, design) in designs {
        let file = one(path.as_deref(), &design, wanted, &now, &mut to_node)?;
        file.items.iter().for_each(|item| count(&mut report.counts, &item.state));
        report.files.push(file);
    }
    if let Some(out) = wanted.bundle {
        report.bundle = Some(node::pack(&to_node, out, wanted)?);
    }
    Ok(report)
}

/// Looks through one text, measures what has to be, and says in it what came of that.
fn one(
    path: Option<&Path>,
    design: &Design,
    wanted: &Wanted<'_>,
    now: &Now,
    to_node: &mut Vec<node::Witnesses>,
) -> Result<StandingFile> {
    let text = design.sources.text(FileId(0)).to_owned();
    let shown = design.sources.get(FileId(0)).map(|f| f.shown.clone()).unwrap_or_default();
    let tree = spak_syntax::ast::file(&spak_syntax::parse(&text));
    let all = resting(&tree.items);
    let evidence = Evidence::of(path, &all, wanted.traces)?;
    let contexts = now.contexts(path, &all, &evidence)?;
    let mut items: Vec<Item> = all
        .iter()
        .map(|resting| {
            let asked = ask(resting, &all, &contexts, now, &evidence, path);
            let seen = vec![None; resting.witnesses.len()];
            Item { resting: resting.clone(), asked, seen }
        })
        .collect();
    let is_due = |item: &Item| {
        let state = item.asked.state;
        state == "stale" || wanted.all && matches!(state, "current" | "elsewhere" | "out")
    };
    for item in items.iter_mut().filter(|item| is_due(item)) {
        evidence.look(item, &contexts);
    }
    if let (true, Some(path)) = (wanted.run, path) {
        local::run(path, &mut items, &contexts, wanted, now, &is_due)?;
    }
    if let (Some(path), true) = (path, wanted.bundle.is_some()) {
        to_node.extend(node::witnesses(path, &items, &contexts, &is_due));
    }
    let stamp = |at: usize| contexts.get(at).map(|s| s.stamp.clone()).unwrap_or_default();
    let marks = settle::settle(&mut items, &stamp);
    let edited = write_marks(&text, &marks).map_err(|e| anyhow!("{shown}: {e}"))?;
    let paths = path.map(Paths::of).filter(|_| !wanted.keeps);
    let target = path.unwrap_or(Path::new(&shown));
    let learnt = replaced(target, &text, edited, paths.as_ref())?;
    let records = items.iter().map(|item| record(item, design)).collect();
    Ok(StandingFile { file: shown, items: records, diff: learnt.diff, written: learnt.written })
}

/// What a witness claims, without all that both of its configs have.
fn claim(witness: &str) -> &str {
    witness.split(" at ").next().unwrap_or(witness)
}

fn record(item: &Item, design: &Design) -> StandingItem {
    let Item { resting, asked, seen } = item;
    let witnesses = resting.witnesses.iter().zip(seen).map(|((text, read), seen)| WitnessRecord {
        text: text.clone(),
        can_run: read.is_some(),
        verdict: seen.as_ref().map(|seen| verdict_name(seen.verdict).to_owned()),
        seen: seen.as_ref().map(|seen| seen.said.clone()),
        run: seen.as_ref().map(|seen| seen.run.clone()),
    });
    let rests_on = match resting.keyword.as_str() {
        "rule" => resting.evidence.clone(),
        _ => resting.source.iter().cloned().collect(),
    };
    StandingItem {
        keyword: resting.keyword.clone(),
        name: resting.name.clone(),
        place: json::place(&design.sources, FileId(0), resting.span),
        when: resting.when.clone(),
        state: asked.state.to_owned(),
        reasons: asked.reasons.clone(),
        rests_on,
        measured_with: resting
            .stamp
            .parts()
            .map(|(word, part)| [word.to_owned(), part.to_owned()])
            .collect(),
        witnesses: witnesses.collect(),
    }
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Untold => "untold",
        Verdict::Fails => "fails",
    }
}

fn count(counts: &mut StandingCounts, state: &str) {
    let own = match state {
        "current" => &mut counts.current,
        "held" => &mut counts.held,
        "stale" => &mut counts.stale,
        "untold" => &mut counts.untold,
        "unsupported" => &mut counts.unsupported,
        "elsewhere" => &mut counts.elsewhere,
        "demoted" => &mut counts.demoted,
        _ => &mut counts.out,
    };
    *own += 1;
}

/// Whether a key begins with these digits, as facts name it.
fn begins(key: &ContentHash, digits: &str) -> bool {
    digits.len() >= 8 && key.short() == digits
}
