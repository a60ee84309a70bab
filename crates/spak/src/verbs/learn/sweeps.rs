//! `spak learn --from FILE`: what tables of other programs and traces show, and whether it holds in other files.

mod judge;
mod print;
mod records;
mod rules;
mod table;
mod trace;

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_exchange::results;
use spak_learn::{Table, advice, calibrated, followed, holds, learn};
use spak_records::sweep_report::{
    ElsewhereRecord, FollowedRecord, HalvesRecord, NoiseRecord, SweepRecord, SweepReport,
};
use spak_syntax::{Diagnostic, Severity};

use super::Options;
use crate::exit::Status;
use crate::output::{Format, diagnostics, json};
use crate::project::Sources;
use crate::worth::{Threshold, decide, of_table};
use table::Source;

/// Learns from each file; problems are files that could not be read.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    let naming = table::Naming::of(options)?;
    let threshold = options.threshold()?;
    let mut problems: Vec<(String, Diagnostic)> = Vec::new();
    let mut sources = Sources::default();
    let mut read = |path: &Path| -> Result<Option<Source>> {
        let (found, said) = source(path, &naming)?;
        let bad = said.iter().any(|d| d.severity == Severity::Error);
        let shown = path.to_string_lossy().into_owned();
        let text = if said.is_empty() { None } else { text(path) };
        let file = sources.add(path, &shown, &text.unwrap_or_default());
        let said: Vec<Diagnostic> = said.into_iter().map(|d| d.in_file(file)).collect();
        diagnostics::errors(&sources, &said, format);
        problems.extend(said.into_iter().map(|d| (shown.clone(), d)));
        Ok(found.filter(|_| !bad))
    };
    let mut from = Vec::new();
    for path in &options.from {
        from.extend(read(path)?);
    }
    let mut others = Vec::new();
    for path in &options.holds_on {
        others.extend(read(path)?);
    }
    let first_error = problems.iter().find(|(_, d)| d.severity == Severity::Error);
    if from.is_empty() {
        if let (Format::Json, Some((file, problem))) = (format, first_error) {
            bail!("{file}: {}", problem.message);
        }
        return Ok(Status::Problems);
    }
    let is_whole = first_error.is_none();
    let sweeps: Vec<SweepRecord> =
        from.iter().map(|source| swept(source, &others, (options.halves, threshold))).collect();
    let judged = match &options.design {
        Some(design) => judge::rules(design, &from)?,
        None => Vec::new(),
    };
    let edit = match &options.design {
        Some(design) => {
            let of: Vec<(&Source, &SweepRecord)> = from.iter().zip(&sweeps).collect();
            rules::write(design, &of, options.keep_design)?
        }
        None => rules::Edit::default(),
    };
    let report = SweepReport {
        sweeps,
        judged,
        design: options.design.as_ref().map(|path| path.to_string_lossy().into_owned()),
        written: edit.written,
        diff: edit.diff,
    };
    match format {
        Format::Human => print::report(&report)?,
        Format::Json => json::result("spak.sweep-report", &report)?,
    }
    Ok(if is_whole { Status::Fine } else { Status::Problems })
}

fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    spak_exchange::text(&bytes).map(std::borrow::Cow::into_owned)
}

/// The table in a file, and what is wrong with it.
fn source(path: &Path, naming: &table::Naming) -> Result<(Option<Source>, Vec<Diagnostic>)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let shown = path.to_string_lossy().into_owned();
    if spak_exchange::text(&bytes).is_some_and(|text| trace::is_trace(&text)) {
        return Ok((Some(trace::source(path, naming)?), Vec::new()));
    }
    Ok(match results::read(&bytes) {
        Err(problem) => (None, vec![*problem]),
        Ok(read) => {
            let mut said = read.diagnostics;
            match table::source(shown, &read.recorded, naming) {
                Ok(source) => (Some(source), said),
                Err(problem) => {
                    said.push(*problem);
                    (None, said)
                }
            }
        }
    })
}

/// What a file shows, and whether the others show it, too.
fn swept(
    source: &Source,
    others: &[Source],
    (halves, threshold): (bool, Option<Threshold>),
) -> SweepRecord {
    let table = &source.table;
    let shown = learn(table);
    let advised = advice(table, &shown);
    let elsewhere = others
        .iter()
        .map(|other| {
            let tried = holds(&shown.findings, &other.table);
            let of_kind = records::by_kind(&shown.findings, &tried);
            let counts = records::counts(tried.iter().map(|t| t.held));
            let held = || advised.iter().map(|rule| records::rule_held(rule, &tried));
            let rule_counts = records::counts(held());
            ElsewhereRecord {
                file: other.file.clone(),
                precision: records::precision(counts),
                counts,
                rules: held().map(|held| records::held(held).to_owned()).collect(),
                rule_precision: records::precision(rule_counts),
                rule_counts,
                by_kind: of_kind,
                tried: tried.iter().map(records::tried).collect(),
                followed: left(&advised, &other.table),
            }
        })
        .collect();
    let given: Vec<String> = records::given(table, &shown);
    let named: Vec<(String, &spak_learn::Rule)> =
        advised.iter().map(|rule| (rules::rule(rule, source, &shown).name, rule)).collect();
    let worth = threshold.and_then(|threshold| {
        let mut worth = of_table(table, &given, &named)?;
        decide(&mut worth, threshold);
        Some(worth)
    });
    SweepRecord {
        file: source.file.clone(),
        kind: source.kind.clone(),
        device: source.device.clone(),
        metric: table.metric().to_owned(),
        more_is_better: table.goal() == spak_learn::Goal::More,
        measured: table.measured() as u64,
        rejected: table.rejected() as u64,
        names: table.factors().iter().map(|f| f.name.clone()).collect(),
        given,
        fixed: source.fixed.clone(),
        noise: NoiseRecord {
            deviation: shown.noise.deviation,
            freedom: shown.noise.freedom,
            repeated: shown.noise.is_repeated(),
            from: records::noise(&shown.noise),
        },
        tests: shown.tests.map(|n| n as u64),
        optima: shown.optima.iter().map(records::optimum).collect(),
        findings: shown.findings.iter().map(|f| records::finding(f, table)).collect(),
        too_few: shown.too_few.iter().map(|t| (t.name.clone(), t.pairs as u64)).collect(),
        untold: shown.untold.clone(),
        rules: advised.iter().map(|rule| rules::rule(rule, source, &shown)).collect(),
        followed: left(&advised, table),
        halves: halves.then(|| {
            let found = calibrated(table);
            let all = || found.halves.iter().flat_map(|h| h.told.iter().map(|(_, t)| t.held));
            let counts = records::counts(all());
            HalvesRecord {
                configs: found.halves.iter().map(|h| h.learnt_from as u64).collect(),
                counts,
                precision: records::precision(counts),
                slope: found.slope,
            }
        }),
        elsewhere,
        worth,
    }
}

fn left(rules: &[spak_learn::Rule], table: &Table) -> FollowedRecord {
    let of = |choosing| followed(rules, table, choosing).map(records::left);
    FollowedRecord { avoiding: of(false), choosing: of(true) }
}
