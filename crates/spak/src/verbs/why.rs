//! `spak why` and `spak why-not`: what follows from what a design knows, and why.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::exit::Status;
use crate::knowing::{Question, Situation, Told, Where, print, report};
use crate::output::json::{self, Diagnosed};
use crate::output::{self, Format, diagnostics};
use crate::verbs::check;

/// What `spak why` and `spak why-not` are told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design.
    design: PathBuf,
    /// The name of a rule, a name or dimension (`tile_m`, `tile_m=64`), or something that holds
    /// (`slow(trial 3f2a)`); without it, everything that follows is shown.
    what: Option<String>,
    #[command(flatten)]
    at: Where,
}

/// Says what follows, or why something does or does not; problems are errors in the design or in rules.
pub(crate) fn run(options: &Options, told: Told, format: Format) -> Result<Status> {
    let situation = match Situation::open(&options.design, &options.at)? {
        Ok(situation) => situation,
        Err((design, found)) => {
            check::show(&options.design, &design, &found, format)?;
            return Ok(Status::Problems);
        }
    };
    let asked = options.what.as_deref().map(|what| Question(what).asked(&situation)).transpose()?;
    let design = options.design.to_string_lossy().into_owned();
    let result = report(&situation, &design, asked.as_ref(), told);
    let found = diagnostics::errors(&situation.sources, &situation.diagnostics, format);
    match format {
        Format::Human => output::result(&print(&result))?,
        Format::Json => json::result("spak.why", Diagnosed { result, diagnostics: found })?,
    }
    Ok(if situation.diagnostics.is_empty() { Status::Fine } else { Status::Problems })
}
