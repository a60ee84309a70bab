//! `spak toolchain`: the compilers of GPU kernels that SPAK keeps for itself.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use spak_records::report::{ToolchainReport, ToolchainState};
use spak_toolchain::{CUTILE, Cache, Installed, Pins, State, Step, install, state};

use crate::exit::Status;
use crate::output::{self, Format, json};
use crate::verbs::check::plural;

/// What `spak toolchain` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

/// What is done with toolchains.
#[derive(Subcommand)]
enum Verb {
    /// Fetch a compiler into SPAK's cache: pinned versions from the Python package index, checked by their hashes.
    Install {
        /// Which.
        name: Name,
        /// The Python that the compiler's front end runs in; without it, the first of the path that will do.
        #[arg(long, value_name = "FILE")]
        python: Option<PathBuf>,
        /// Fetch it anew, even if it is there.
        #[arg(long)]
        force: bool,
    },
    /// Say what is there, and where.
    Show,
}

/// A toolchain.
#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// NVIDIA's cuTile with tileiras, for every architecture from `sm_80` on; no GPU is needed. About 550 MB.
    Cutile,
}

impl Name {
    fn pins(self) -> &'static Pins {
        match self {
            Self::Cutile => &CUTILE,
        }
    }
}

/// Installs a toolchain, or says what is there; a problem is one that is not whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let cache = Cache::of_user()?;
    if let Verb::Install { name, python, force } = &options.verb {
        let mut told = |step: Step| {
            let words = match step {
                Step::Waiting => "waiting for another installation".to_owned(),
                Step::Environment(python) => {
                    format!("making a virtual environment with `{}`", python.to_string_lossy())
                }
                Step::Packages(count) => format!("fetching {}", plural(count, "package")),
                Step::Check => "asking the compiler whether it is there".to_owned(),
            };
            output::aside(&format!("{words}\n"));
        };
        install(name.pins(), &cache, python.as_deref(), *force, &mut told)?;
    }
    let states = [&CUTILE].into_iter().map(|pins| Ok(told(pins, state(pins, &cache)?)));
    let toolchains: Vec<ToolchainState> = states.collect::<Result<_>>()?;
    let is_broken = toolchains.iter().any(|one| one.problem.is_some());
    match format {
        Format::Human => toolchains.iter().try_for_each(print)?,
        Format::Json => json::result("spak.toolchain-report", ToolchainReport { toolchains })?,
    }
    Ok(if is_broken { Status::Problems } else { Status::Fine })
}

fn told(pins: &Pins, state: State) -> ToolchainState {
    let of = |state: &str| ToolchainState {
        name: pins.name.to_owned(),
        version: pins.version().to_owned(),
        state: state.to_owned(),
        folder: None,
        python: None,
        packages: pins.packages().map(|(name, version)| (name.into(), version.into())).collect(),
        problem: None,
    };
    match state {
        State::Absent => of("absent"),
        State::Whole(Installed { folder, record }) => ToolchainState {
            folder: Some(folder.to_string_lossy().into_owned()),
            python: Some(record.python),
            packages: record.packages,
            ..of("installed")
        },
        State::Broken(folder, problem) => ToolchainState {
            folder: Some(folder.to_string_lossy().into_owned()),
            problem: Some(problem),
            ..of("broken")
        },
    }
}

fn print(toolchain: &ToolchainState) -> Result<()> {
    let ToolchainState { name, version, state, folder, python, packages, problem } = toolchain;
    let mut text = format!("{name} {version}: {state}\n");
    let mut line = |what: &str, value: &str| text.push_str(&format!("  {what}: {value}\n"));
    if let Some(folder) = folder {
        line("folder", folder);
    }
    if let Some(problem) = problem {
        line("problem", problem);
    }
    if let Some(python) = python {
        line("Python", python);
        for (package, version) in packages {
            line(package, version);
        }
    } else {
        line("to install it", &format!("spak toolchain install {name}"));
    }
    output::result(&text)?;
    Ok(())
}
