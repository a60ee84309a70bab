//! `spak generate`: source from the parametric template of a lifted file, or from a design alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use spak_generate::parametric::{fill, slots};
use spak_syntax::diagnostic::suggest;

use crate::asking::Whom;
use crate::exit::Status;
use crate::output::{self, Format};

mod design;
mod engineered;

/// What `spak generate` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// A template that `spak lift --template` wrote, or a design (`.dsl`) of a family that there are templates for.
    template: PathBuf,
    /// A value for a hole, as in `tile_m_1=128`, or for an axis or a parameter of the design; may be given several times.
    /// All others keep what the source has, or the first value of the design.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Where to write the source; without it, to standard output.
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// List the holes with what the source has in them.
    #[arg(long, conflicts_with_all = ["set", "out"])]
    holes: bool,
    /// Whom to ask for the kernel of one config, in the place of the templates: it is judged as every candidate is.
    #[command(flatten)]
    whom: Whom,
    /// The workload that such a kernel is for; the first by default.
    #[arg(long, value_name = "NAME")]
    workload: Option<String>,
    /// The C compiler for such a kernel.
    #[arg(long, value_name = "COMMAND", default_value = "gcc", env = "SPAK_CC")]
    cc: String,
}

/// Fills a template.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if !options.whom.by.is_empty() || options.whom.replay.is_some() {
        return engineered::run(options, format);
    }
    if options.template.extension().is_some_and(|extension| extension == "dsl") {
        return design::run(options, format);
    }
    let shown = options.template.to_string_lossy();
    let text = std::fs::read_to_string(&options.template)
        .map_err(|error| anyhow!("cannot read `{shown}`: {error}"))?;
    let known = slots(&text);
    if options.holes {
        let rows = known.iter().map(|slot| vec![slot.name.clone(), slot.default.clone()]);
        output::result(&output::table(&["hole", "value"], rows))?;
        return Ok(Status::Fine);
    }
    let mut values = BTreeMap::new();
    for given in &options.set {
        let Some((name, value)) = given.split_once('=') else {
            bail!("`{given}` is not of the form NAME=VALUE");
        };
        if !known.iter().any(|slot| slot.name == name) {
            match suggest(name, known.iter().map(|slot| slot.name.as_str())) {
                Some(near) => bail!("`{shown}` has no hole `{name}`; did you mean `{near}`?"),
                None => bail!("`{shown}` has no hole `{name}`; `--holes` lists those it has"),
            }
        }
        // A hole is for a number or a truth value: nothing else can come into the source through it.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
        if value.is_empty() || !value.chars().all(plain) {
            bail!("`{value}` is neither a number nor a truth value, and only these go into a hole");
        }
        values.insert(name.to_owned(), value.to_owned());
    }
    let source = fill(&text, &values)?;
    match &options.out {
        Some(out) => std::fs::write(out, source)
            .with_context(|| format!("cannot write `{}`", out.to_string_lossy()))?,
        None => output::verbatim(&source)?,
    }
    Ok(Status::Fine)
}
