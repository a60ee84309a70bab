//! Mutants of the scored files: what is found must not hang on names, order, imports or form.
//!
//! A mutant is lifted where its original stands in a copy of the package; what was found is brought back to
//! the names and lines of the original and scored against the same truth. A row of the truth whose lines are
//! all gone (comments, docstrings) is left out on both sides.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use spak_mutate::{Mutant, Mutation, mutate};

use super::ratio::Ratio;
use super::report::{self, Lifted};
use super::score::{self, Counts, PUBLISHED};
use super::truth::Truth;
use super::words::Words;
use crate::run::root;

/// Where the copies of packages are.
const COPIES: &str = "target/lift-mutants";
/// How many points of a share may be lost.
const MAY_BE_LOST: f64 = 2.0;

/// Which mutants to score.
pub(super) struct Wanted {
    /// Each list is applied to one copy of the file, in its order.
    pub(super) mutations: Vec<Vec<Mutation>>,
    pub(super) seed: u64,
    /// Whether what a mutant misses is listed.
    pub(super) shows_misses: bool,
}

impl Wanted {
    /// Those that a word names: one mutation, or `all` for each by itself and then all in one file.
    pub(super) fn named(word: &str) -> Result<Self> {
        let mutations = if word == "all" {
            let single = Mutation::ALL.into_iter().map(|one| vec![one]);
            single.chain([Mutation::ALL.to_vec()]).collect()
        } else {
            let one = Mutation::named(word).with_context(|| format!("no mutation `{word}`"))?;
            vec![vec![one]]
        };
        Ok(Self { mutations, seed: 0, shows_misses: false })
    }
}

/// What one mutant scores beside its original.
pub(super) struct Compared {
    name: String,
    mutation: String,
    shares: Vec<(&'static str, Ratio, Ratio)>,
    failure: Option<String>,
}

impl Compared {
    /// The greatest loss in points.
    fn loss(&self) -> f64 {
        let lost = |(_, before, after): &(_, Ratio, Ratio)| {
            before.percent().zip(after.percent()).map_or(0.0, |(before, after)| before - after)
        };
        self.shares.iter().map(lost).fold(0.0, f64::max)
    }
}

/// Scores the mutants of one file.
pub(super) fn compare(
    (program, source): (&Path, &Path),
    (truth, lifted): (&Truth, &Lifted),
    words: &Words,
    wanted: &Wanted,
) -> Result<Vec<Compared>> {
    let copy = copy_of_package(source, truth)?;
    let text = std::fs::read_to_string(source)?;
    let mut out = Vec::new();
    for mutations in &wanted.mutations {
        let names: Vec<&str> = mutations.iter().map(|one| one.name()).collect();
        let mutant = mutate(&text, mutations, wanted.seed).map_err(anyhow::Error::msg)?;
        check_with_python(&mutant.text)?;
        // The copy may be a link to what was copied.
        let _ = std::fs::remove_file(&copy);
        std::fs::write(&copy, &mutant.text)?;
        let left = truth.without(&|line| mutant.is_gone(line));
        let before = score::score(&left, lifted, None, words).counts();
        let (lifted, failure) = match lift(program, &copy, &left, &mutant) {
            Ok(lifted) => (lifted, None),
            Err(error) => (Lifted::default(), Some(format!("{error:#}"))),
        };
        let scored = score::score(&left, &lifted, None, words);
        if wanted.shows_misses {
            print!("{}", super::show::details(&scored));
        }
        out.push(Compared {
            name: truth.name.clone(),
            mutation: names.join("+"),
            shares: shares(&before, &scored.counts()),
            failure,
        });
    }
    // The copy is of the package again.
    std::fs::write(&copy, &text)?;
    Ok(out)
}

fn shares(before: &Counts, after: &Counts) -> Vec<(&'static str, Ratio, Ratio)> {
    let p0 = |counts: &Counts| counts.recall.get("P0").copied().unwrap_or_default();
    vec![
        ("P0", p0(before), p0(after)),
        ("all", score::all(&before.recall), score::all(&after.recall)),
        ("precision", before.precision, after.precision),
        ("tuning", before.tuning, after.tuning),
        ("constraints", before.constraints, after.constraints),
        ("dead", before.dead, after.dead),
    ]
}

/// Lifts a mutant and brings what was found back to the names and lines of the original.
fn lift(program: &Path, file: &Path, truth: &Truth, mutant: &Mutant) -> Result<Lifted> {
    let mut value: Value = serde_json::from_str(&super::lifted_text(program, file)?)?;
    for file in value.get_mut("files").and_then(Value::as_array_mut).into_iter().flatten() {
        bring_back(file, "", mutant);
    }
    let mut lifted = report::read(&value.to_string(), "the report")?;
    let place = lifted.iter().position(|one| Path::new(&one.path).ends_with(&truth.file));
    Ok(lifted.swap_remove(place.context("the report does not have the file")?))
}

/// What a part of a report says, said of the original.
fn bring_back(value: &mut Value, key: &str, mutant: &Mutant) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                bring_back(value, key, mutant);
            }
        }
        Value::Array(items) if key == "lines" => {
            let lines = items.iter().filter_map(Value::as_u64);
            let old: Vec<u64> = lines.flat_map(|line| mutant.lines_back(line)).collect();
            *value = Value::from(old);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| bring_back(item, key, mutant)),
        // What is said of the source in these has no other names than the source.
        Value::String(text) if matches!(key, "statement" | "item") => {
            *text = mutant.names_back_strictly(text);
        }
        Value::String(text) if !matches!(key, "path" | "pattern" | "axis") => {
            *text = mutant.names_back(text);
        }
        _ => {}
    }
}

/// Copies the files of a truth's package, and says where the copy of the file is.
fn copy_of_package(source: &Path, truth: &Truth) -> Result<PathBuf> {
    let depth = Path::new(&truth.file).components().count();
    let from = source.ancestors().nth(depth).context("the file is in no package")?;
    let to = root().join(COPIES).join(&truth.package);
    let top = Path::new(&truth.file).components().next().context("no file")?;
    let mut open = vec![PathBuf::from(top.as_os_str())];
    while let Some(folder) = open.pop() {
        std::fs::create_dir_all(to.join(&folder))?;
        for entry in std::fs::read_dir(from.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "py") {
                let target = to.join(&path);
                if !target.is_file() {
                    std::fs::copy(from.join(&path), target)?;
                }
            }
        }
    }
    Ok(to.join(&truth.file))
}

/// Python must be able to read the mutant, too.
fn check_with_python(text: &str) -> Result<()> {
    let script = "import sys; compile(sys.stdin.read(), 'mutant', 'exec')";
    let python = Command::new("python3")
        .args(["-W", "ignore", "-c", script])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("SKIPPED: there is no python3 to read the mutants");
        return Ok(());
    };
    if let Some(mut input) = python.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = python.wait_with_output()?;
    if !output.status.success() {
        bail!("a mutant is no Python: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The table of all mutants, and an error if the published file loses too much.
pub(super) fn print(all: &[Compared], seed: u64) -> Result<()> {
    println!("shares of the original and of its mutants (seed {seed}), as found of all:");
    for one in all {
        let shares = one.shares.iter().map(|(what, before, after)| {
            if before == after {
                return format!("{what} {}/{}", before.hit, before.of);
            }
            format!("{what} {}/{} -> {}/{}", before.hit, before.of, after.hit, after.of)
        });
        let shares: Vec<String> = shares.collect();
        let loss = one.loss();
        println!("{} {}: {}; loses {loss:.1}", one.name, one.mutation, shares.join(", "));
        if let Some(failure) = &one.failure {
            println!("  FAILED: {failure}");
        }
    }
    let too_much = |one: &&Compared| one.name == PUBLISHED && one.loss() > MAY_BE_LOST;
    let failed: Vec<&str> = all.iter().filter(too_much).map(|one| one.mutation.as_str()).collect();
    if !failed.is_empty() {
        bail!("{PUBLISHED} loses more than {MAY_BE_LOST} points by: {}", failed.join(", "));
    }
    Ok(())
}
