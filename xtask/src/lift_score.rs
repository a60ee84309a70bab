//! `cargo xtask lift-score`: what `spak lift` finds in published kernels, against truth written by hand.
//!
//! The kernels come from packages that are fetched, not from this repository. The truth is in
//! `crates/spak-lift/truth`; which words mean the same is in `xtask/lift-synonyms.json`.

mod axes;
mod held;
mod json;
mod mutants;
mod published;
mod ratio;
mod read;
mod report;
mod score;
mod show;
mod statements;
#[cfg(test)]
mod tests;
mod truth;
mod tuning;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::root;
use report::Lifted;
use score::Score;
use truth::Truth;
use words::Words;

/// Where the truth is.
const TRUTH: &str = "crates/spak-lift/truth";

/// What to score and what to print.
#[derive(Default)]
struct Options {
    /// The folder with the packages; they are fetched if there is none.
    packages: Option<PathBuf>,
    /// Truth files; all if empty.
    truth: Vec<PathBuf>,
    /// A stored report to score instead of lifting.
    report: Option<PathBuf>,
    json: bool,
    misses: bool,
    /// Ways to write each file otherwise, whose findings are compared with those of the file.
    mutants: Option<mutants::Wanted>,
    seed: u64,
    /// The program; it is built if none is named.
    program: Option<PathBuf>,
    /// Whether what was reached is compared with what is kept.
    hold: bool,
    /// Whether what was reached is kept.
    bless: bool,
}

impl Options {
    /// The program that lifts.
    fn program(&self) -> Result<PathBuf> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None => build(),
        }
    }
}

/// Runs the task.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let options = parse(arguments)?;
    let truths = truths(&options)?;
    let words = Words::load()?;
    check_words(&words, &truths)?;
    if let Some(truth) = truths.iter().find(|truth| truth.name == score::PUBLISHED) {
        check_translation(truth, options.json)?;
    }
    let mut scores = Vec::new();
    if let Some(wanted) = &options.mutants {
        return mutate_all(&options, wanted, &truths, &words);
    }
    if let Some(path) = &options.report {
        let lifted = report::read(&read(path)?, &path.display().to_string())?;
        for truth in &truths {
            match entry(&lifted, truth) {
                Some(entry) => scores.push(score::score(truth, entry, None, &words)),
                None => skipped(truth, "the report has no such file"),
            }
        }
    } else {
        lift_all(&options, &truths, &words, &mut scores)?;
    }
    if options.bless {
        held::bless(&scores)?;
    }
    if options.hold {
        return held::compare(&scores);
    }
    print(&scores, &options)
}

fn parse(arguments: &[&str]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let mut value = || {
            let value = rest.next_if(|value| !value.starts_with("--"));
            value.map(PathBuf::from).with_context(|| format!("{argument} needs a value"))
        };
        match *argument {
            "--packages" => options.packages = Some(value()?),
            "--report" => options.report = Some(value()?),
            "--truth" => {
                options.truth.push(value()?);
                while let Ok(more) = value() {
                    options.truth.push(more);
                }
            }
            "--program" => options.program = Some(value()?),
            "--hold" => options.hold = true,
            "--bless" => options.bless = true,
            "--json" => options.json = true,
            "--mutate" => {
                let word = value()?;
                options.mutants = Some(mutants::Wanted::named(&word.to_string_lossy())?);
            }
            "--seed" => options.seed = value()?.to_string_lossy().parse().context("--seed")?,
            "--misses" => options.misses = true,
            other => bail!("lift-score does not know `{other}`"),
        }
    }
    Ok(options)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn truths(options: &Options) -> Result<Vec<Truth>> {
    let mut files = options.truth.clone();
    if files.is_empty() {
        let folder = root().join(TRUTH);
        for entry in std::fs::read_dir(&folder).with_context(|| format!("no folder {TRUTH}"))? {
            files.push(entry?.path());
        }
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
    }
    let one = |file: &PathBuf| {
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned());
        truth::read(&read(file)?, &name.unwrap_or_default())
    };
    files.iter().map(one).collect()
}

/// No synonym may make two answers to one question the same.
fn check_words(words: &Words, truths: &[Truth]) -> Result<()> {
    for (truth, row) in truths.iter().flat_map(|t| t.axes.iter().map(move |row| (t, row))) {
        if let Some((a, b)) = words.merged_within(row) {
            bail!("lift-synonyms.json: `{a}` and `{b}` differ in {} {}", truth.name, row.id);
        }
    }
    Ok(())
}

/// The published truth and its translation must have the same ids, and the translation no line more.
fn check_translation(truth: &Truth, quiet: bool) -> Result<()> {
    let original = root().join(published::ORIGINAL);
    if !original.is_file() {
        eprintln!("SKIPPED: no {} to compare {} with", published::ORIGINAL, truth.name);
        return Ok(());
    }
    let differences = published::differences(&read(&original)?, truth)?;
    if !differences.is_empty() {
        bail!("{} is not what was published:\n{}", truth.name, differences.join("\n"));
    }
    if !quiet {
        println!("{} has every published id and no other line", truth.name);
    }
    Ok(())
}

fn skipped(truth: &Truth, reason: &str) {
    eprintln!("SKIPPED: {}: {reason}", truth.name);
}

/// The part of a report that is about the file of `truth`. Lifting a file may also lift what it imports.
fn entry<'r>(lifted: &'r [Lifted], truth: &Truth) -> Option<&'r Lifted> {
    lifted.iter().find(|one| Path::new(&one.path).ends_with(&truth.file))
}

fn lift_all<'t>(
    options: &Options,
    truths: &'t [Truth],
    words: &Words,
    scores: &mut Vec<Score<'t>>,
) -> Result<()> {
    let folder = match &options.packages {
        Some(folder) => Some(folder.clone()),
        None => crate::packages::folder()?,
    };
    let Some(folder) = folder else {
        eprintln!("SKIPPED: no package could be fetched, so nothing is scored");
        return Ok(());
    };
    let program = options.program()?;
    for truth in truths {
        let Some(source) = source(&folder, truth) else {
            skipped(truth, "its package is not there");
            continue;
        };
        let (lifted, failure) = match lift(&program, &source, truth) {
            Ok(lifted) => (lifted, None),
            Err(error) => {
                eprintln!("FAILED: {}: {error:#}", truth.name);
                (Lifted::default(), Some(format!("{error:#}")))
            }
        };
        scores.push(score::score(truth, &lifted, failure, words));
    }
    Ok(())
}

/// Compares every file with its mutants.
fn mutate_all(
    options: &Options,
    wanted: &mutants::Wanted,
    truths: &[Truth],
    words: &Words,
) -> Result<()> {
    let wanted = mutants::Wanted {
        mutations: wanted.mutations.clone(),
        seed: options.seed,
        shows_misses: options.misses,
    };
    let folder = match &options.packages {
        Some(folder) => Some(folder.clone()),
        None => crate::packages::folder()?,
    };
    let Some(folder) = folder else {
        eprintln!("SKIPPED: no package could be fetched, so no mutant is compared");
        return Ok(());
    };
    let program = options.program()?;
    let mut compared = Vec::new();
    for truth in truths {
        let Some(source) = source(&folder, truth) else {
            skipped(truth, "its package is not there");
            continue;
        };
        if source.extension().is_none_or(|ending| ending != "py") {
            skipped(truth, "only Python is written otherwise");
            continue;
        }
        let lifted = lift(&program, &source, truth)?;
        let places = (program.as_path(), source.as_path());
        compared.extend(mutants::compare(places, (truth, &lifted), words, &wanted)?);
    }
    mutants::print(&compared, options.seed)
}

/// The files that there is a truth of, as far as their packages are there.
pub(crate) fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let truths = truths(&Options::default())?;
    Ok(truths.iter().filter_map(|truth| source(folder, truth)).collect())
}

/// The source of a truth in a folder of packages, as this tool unpacks them or named otherwise.
fn source(folder: &Path, truth: &Truth) -> Option<PathBuf> {
    let names = [
        format!("{}-{}", truth.package, truth.version),
        truth.package.replace('-', "_"),
        truth.package.clone(),
        String::new(),
    ];
    names.iter().map(|name| folder.join(name).join(&truth.file)).find(|path| path.is_file())
}

/// Builds the program and says where it is.
pub(crate) fn build() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--package", "spak"]).current_dir(root());
    if !cargo.status()?.success() {
        bail!("the program cannot be built");
    }
    Ok(target()?.join("release/spak"))
}

/// The folder of what was built.
pub(crate) fn target() -> Result<PathBuf> {
    let mut metadata = cargo_metadata::MetadataCommand::new();
    let metadata = metadata.manifest_path(root().join("Cargo.toml")).no_deps().exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// What the program says about one file. Its exit code is 1 if it has something to complain about, which
/// is no failure if there is a report.
fn lifted_text(program: &Path, source: &Path) -> Result<String> {
    let mut command = Command::new(program);
    let output = command.arg("lift").arg(source).args(["--output", "json"]).output()?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", output.status, said.lines().next().unwrap_or("nothing said"));
    }
    String::from_utf8(output.stdout).context("the report is no text")
}

fn lift(program: &Path, source: &Path, truth: &Truth) -> Result<Lifted> {
    let text = lifted_text(program, source)?;
    let mut lifted = report::read(&text, "the report")?;
    let place = lifted.iter().position(|one| Path::new(&one.path).ends_with(&truth.file));
    Ok(lifted.swap_remove(place.context("the report does not have the file")?))
}

fn print(scores: &[Score<'_>], options: &Options) -> Result<()> {
    let counts: Vec<_> =
        scores.iter().map(|score| (score.truth.name.as_str(), score.counts())).collect();
    let bars = score::bars(&counts);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&json::document(scores, &bars))?);
        return Ok(());
    }
    if options.misses {
        for score in scores {
            print!("{}", show::details(score));
        }
        println!();
    }
    print!("{}", show::summary(&counts, &bars));
    Ok(())
}
