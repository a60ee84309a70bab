//! `spak transform`: a seed and a goal give a design, as edits of the seed with a reason each.

mod print;
mod who;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_model::system::System;
use spak_records::file;
use spak_transform::Goal;

use crate::exit::Status;
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Design};
use crate::transforming::{machines, words};
use who::Who;

/// What `spak transform` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design to begin with.
    seed: PathBuf,
    /// What is wanted: a sentence, or a `.dsl` file with a `goal`; by default the goal in the seed.
    #[arg(long, value_name = "SENTENCE|FILE")]
    goal: Option<String>,
    /// The design to write; an existing file is never overwritten.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Also the proposals that are of no use here, each with the condition that failed.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    who: Who,
}

/// Transforms, and writes; problems are a goal that was not understood whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let shown = options.seed.display();
    if let Some(out) = options.out.as_ref().filter(|out| out.symlink_metadata().is_ok()) {
        bail!("`{}` exists already; name another file", out.display());
    }
    let design = project::open(&options.seed)?;
    let found = design.errors();
    if !found.is_empty() {
        output::aside(&diagnostics::render(&design.sources, &found, false));
        return Ok(Status::Problems);
    }
    let (goal, not_understood) = match &options.goal {
        None => (
            of_design(&design).with_context(|| {
                format!("`{shown}` has no `goal`; say what is wanted with `--goal`")
            })?,
            Vec::new(),
        ),
        Some(text) if text.ends_with(".dsl") => {
            let design = project::open(Path::new(text))?;
            let goal = of_design(&design).with_context(|| format!("`{text}` has no `goal`"))?;
            (goal, Vec::new())
        }
        Some(sentence) => of_sentence(sentence)?,
    };
    let text = std::fs::read_to_string(&options.seed)
        .with_context(|| format!("cannot read `{shown}` as text"))?;
    let beside = options.out.as_deref().unwrap_or(&options.seed);
    let Some(mut made) = options.who.transform(&options.seed, &text, &goal, beside)? else {
        return Ok(Status::Fine);
    };
    made.report.seed = shown.to_string();
    made.report.not_understood = not_understood;
    if let Some(out) = &options.out {
        file::replace(out, made.text.as_bytes())?;
        made.report.written = Some(out.to_string_lossy().into_owned());
    }
    let is_partial = made.report.asked.as_ref().is_some_and(|asked| asked.is_partial);
    let is_whole = made.report.not_understood.is_empty() && !is_partial;
    match format {
        Format::Human => {
            output::result(&print::report(&made.report, &text, &made.text, options.all))?;
        }
        Format::Json => json::result("spak.transform", made.report)?,
    }
    Ok(if is_whole { Status::Fine } else { Status::Problems })
}

fn of_design(design: &Design) -> Option<Goal> {
    let system = System::of(&design.resolved.entries);
    system.goals.first().map(|record| Goal::of_record(record).0)
}

/// A sentence as a goal, with what was not understood of it.
fn of_sentence(sentence: &str) -> Result<(Goal, Vec<String>)> {
    let understood = words(&machines()).read(sentence);
    if let Some((said, machines)) = understood.ambiguous.first() {
        bail!("`{said}` may be {}; say which", machines.join(", "));
    }
    if let Some((what, first, second)) = understood.twice.first() {
        bail!("the goal says two things of {what}: {first} and {second}");
    }
    let left = understood.left.iter().filter_map(|range| sentence.get(range.clone()));
    Ok((understood.goal, left.map(str::to_owned).collect()))
}
