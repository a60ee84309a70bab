//! `spak lift test`: the examples of packs are tried.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use spak_lift::{Coverage, Engine, Example, Language, Pack, examples, judge};
use spak_program::Program;
use spak_python::Source;
use spak_records::lift_report::{LiftTestReport, TestedPack};
use spak_syntax::{Diagnostic, FileId, Severity};

use crate::exit::Status;
use crate::lifting::on_a_deep_stack;
use crate::lifting::packs::is_pack;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project::Sources;
use crate::verbs::library::LIBRARIES;

/// The folder beside a pack that has its examples, where they do not stand in the pack.
const CASES: &str = "cases";

/// What `spak lift test` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Packs (`.dsl`), or folders that have them; without any, those that come with the program.
    /// Examples stand in the pack, or in a file of its name in the folder `cases` beside it.
    packs: Vec<PathBuf>,
}

/// A pack with its examples.
struct Tested {
    shown: String,
    pack: Pack,
    examples: Vec<Example>,
}

/// Tries all examples; problems are those in which something else is found.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let mut all = Vec::new();
    for (spec, file, text) in files(options, &mut sources)? {
        all.extend(read(&spec, file, &text, &mut sources, &mut found));
    }
    if all.is_empty() && found.is_empty() {
        bail!("there are no patterns in these files");
    }
    let mut report = LiftTestReport::default();
    for tested in &all {
        let (record, failures) = on_a_deep_stack(|| try_all(tested))?;
        report.packs.push(record);
        found.extend(failures);
    }
    let is_wrong = found.iter().any(|one| one.severity == Severity::Error);
    match format {
        Format::Human => {
            output::rendered(&diagnostics::render(&sources, &found, false));
            output::result(&table(&report))?;
        }
        Format::Json => {
            let diagnostics = found.iter().map(|one| json::diagnostic(&sources, one)).collect();
            json::result("spak.lift-test", Diagnosed { result: report, diagnostics })?;
        }
    }
    Ok(if is_wrong { Status::Problems } else { Status::Fine })
}

/// The files to look for packs in: how an import names each, and its text.
fn files(options: &Options, sources: &mut Sources) -> Result<Vec<(String, FileId, String)>> {
    let mut all = Vec::new();
    if options.packs.is_empty() {
        for (name, _) in LIBRARIES.iter().filter(|(name, _)| is_pack(name)) {
            let loaded = spak_model::Files::load(sources, FileId(0), name);
            let (file, text) = loaded.map_err(anyhow::Error::msg)?;
            all.push(((*name).to_owned(), file, text));
        }
    }
    for path in &options.packs {
        let mut paths = vec![path.clone()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path)?.filter_map(|entry| Some(entry.ok()?.path()));
            paths = entries.filter(|p| p.extension().is_some_and(|e| e == "dsl")).collect();
            paths.sort_unstable();
        }
        for path in paths {
            let shown = path.to_string_lossy().into_owned();
            let file = sources.read(&path, &shown)?;
            let text = sources.text(file).to_owned();
            all.push((shown, file, text));
        }
    }
    Ok(all)
}

/// Where the examples of a pack are if they do not stand in it, as the pack would import it.
fn beside(spec: &str) -> String {
    if LIBRARIES.iter().any(|(name, _)| *name == spec) {
        let (folder, name) = spec.rsplit_once('/').unwrap_or(("", spec));
        return format!("{folder}/{CASES}/{name}");
    }
    let name = Path::new(spec).file_name().unwrap_or_default();
    Path::new(CASES).join(name).to_string_lossy().into_owned()
}

/// The pack of a file with its examples; nothing if the file has no pattern.
fn read(
    spec: &str,
    file: FileId,
    text: &str,
    sources: &mut Sources,
    found: &mut Vec<Diagnostic>,
) -> Option<Tested> {
    let resolved = spak_model::resolve(file, text, sources);
    let (pack, wrong) = Pack::load(&resolved.entries);
    let has_patterns = !pack.patterns.is_empty();
    found.extend(wrong.into_iter().chain(resolved.diagnostics));
    let (mut all, wrong) = examples(&resolved.entries, sources);
    found.extend(wrong);
    if !has_patterns {
        return None;
    }
    let is_there = |sources: &Sources| match LIBRARIES.iter().any(|(name, _)| *name == spec) {
        true => LIBRARIES.iter().any(|(name, _)| *name == beside(spec)),
        false => sources.get(file).is_some_and(|_| {
            Path::new(spec).parent().unwrap_or(Path::new("")).join(beside(spec)).is_file()
        }),
    };
    if is_there(sources)
        && let Ok((file, text)) = spak_model::Files::load(sources, file, &beside(spec))
    {
        let resolved = spak_model::resolve(file, &text, sources);
        let (others, wrong) = examples(&resolved.entries, sources);
        found.extend(wrong.into_iter().chain(resolved.diagnostics));
        all.extend(others);
    }
    Some(Tested { shown: spec.to_owned(), pack, examples: all })
}

/// Tries the examples of a pack, each by itself.
fn try_all(tested: &Tested) -> (TestedPack, Vec<Diagnostic>) {
    let packs = std::slice::from_ref(&tested.pack);
    let mut coverage = Coverage::default();
    let mut failures = Vec::new();
    let mut record = TestedPack {
        file: tested.shown.clone(),
        pack: tested.pack.name.clone(),
        patterns: tested.pack.patterns.len() as u64,
        examples: tested.examples.len() as u64,
        ..TestedPack::default()
    };
    for example in &tested.examples {
        let program = match program(&example.source, example.language) {
            Ok(program) => program,
            Err(why) => {
                let message = format!("the source of this example cannot be read: {why}");
                let code = spak_lift::codes::BAD_EXAMPLE;
                failures.push(Diagnostic::error(code, example.span, message).in_file(example.file));
                continue;
            }
        };
        let report = Engine::new(packs).find(&program);
        let verdict = judge(&tested.pack, example, &report.findings, &mut coverage);
        record.expected += verdict.expected as u64;
        record.failed += verdict.failures.len() as u64;
        failures.extend(verdict.failures);
    }
    let mut seen = BTreeSet::new();
    for pattern in tested.pack.patterns.iter().filter(|pattern| seen.insert(&pattern.name)) {
        match coverage.get(&pattern.name).copied().unwrap_or_default() {
            (0, _) => record.untested.push(pattern.name.clone()),
            (_, 0) => record.only_found.push(pattern.name.clone()),
            _ => {}
        }
    }
    (record, failures)
}

/// The program of an example, or what is wrong with its source.
fn program(text: &str, language: Language) -> Result<Program, String> {
    let (file, wanted) = (FileId(0), true);
    let (program, error) = match language {
        Language::Python => {
            let source = Source { file, module: "example", package: false, wanted, text };
            let reading = spak_python::read(&[source]);
            (reading.program, reading.errors.into_iter().next().map(|error| error.message))
        }
        Language::Cuda => {
            let source = spak_cuda::Source { file, path: "example.cu", wanted, text };
            let reading = spak_cuda::read(&[source]);
            (reading.program, reading.errors.into_iter().next().map(|error| error.message))
        }
    };
    error.map_or(Ok(program), Err)
}

fn table(report: &LiftTestReport) -> String {
    let rows = report.packs.iter().map(|one| {
        let as_expected = one.expected - one.failed;
        vec![
            one.pack.clone(),
            one.patterns.to_string(),
            one.examples.to_string(),
            format!("{as_expected} of {}", one.expected),
            list(&one.untested),
            list(&one.only_found),
        ]
    });
    let header =
        &["pack", "patterns", "examples", "as expected", "untested", "without a near miss"];
    let mut text = format!("{}\n", output::table(header, rows).trim_end());
    let sum = |of: fn(&TestedPack) -> u64| report.packs.iter().map(of).sum::<u64>();
    text.push_str(&format!(
        "\n{} of {} expectations hold; {} of {} patterns are untested, {} have no near miss\n",
        sum(|one| one.expected - one.failed),
        sum(|one| one.expected),
        sum(|one| one.untested.len() as u64),
        sum(|one| one.patterns),
        sum(|one| one.only_found.len() as u64),
    ));
    text
}

/// How many there are, and the first ones.
fn list(names: &[String]) -> String {
    const MOST: usize = 3;
    let mut text = match names.len() {
        0 => return "0".to_owned(),
        count => {
            format!("{count}: {}", names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", "))
        }
    };
    if names.len() > MOST {
        text.push('…');
    }
    text
}
