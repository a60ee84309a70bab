//! `spak node`: what a machine with a GPU and nothing but its driver does.

use std::io::{BufReader, stdin, stdout};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use spak_node::{Parts, serve};
use spak_records::Outcome;

use crate::engine::report::duration;
use crate::exit::Status;
use crate::gpu::bundle::unpack;
use crate::gpu::node::{Run, Told};
use crate::output::{self, Format};

/// What `spak node` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

/// What a node does.
#[derive(Subcommand)]
enum Verb {
    /// Check and time the candidates of a bundle, and write each trial into a trace when it is known.
    Run {
        /// What `spak bundle` wrote.
        bundle: PathBuf,
        /// The trace; one that is there is gone on with.
        #[arg(long, value_name = "FILE")]
        trace: PathBuf,
        /// Seconds for all of it.
        #[arg(long, value_name = "SECONDS", default_value_t = 3600.0)]
        seconds: f64,
    },
    /// Serve a candidate; started by `run`.
    #[command(hide = true)]
    Candidate {
        /// The folder of the bundle's parts.
        parts: PathBuf,
        /// The part with the judge's own kernels.
        common: String,
        /// The file that outputs are written into.
        shared: PathBuf,
    },
}

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

/// Runs a bundle; a problem is one of whose candidates none was measured.
pub(crate) fn run(options: &Options, _format: Format) -> Result<Status> {
    match &options.verb {
        Verb::Candidate { parts, common, shared } => {
            let orders = BufReader::new(stdin());
            serve(&Parts::at(parts), common, shared, orders, stdout().lock())
                .map_err(|error| anyhow!(error))?;
            Ok(Status::Fine)
        }
        Verb::Run { bundle, trace, seconds } => {
            let folder = tempfile::tempdir()?;
            let bundle = unpack(bundle, folder.path())?;
            ctrlc::set_handler(|| STOP.store(true, std::sync::atomic::Ordering::Relaxed))?;
            let run = Run {
                bundle: &bundle,
                parts: folder.path(),
                trace,
                cancel: &STOP,
                seconds: *seconds,
            };
            let ended = run.go(&mut |told| say(&told))?;
            output::result(&format!(
                "{} measured, {} rejected, {} kept from before{}\n",
                ended.measured,
                ended.rejected,
                ended.kept,
                if ended.was_stopped { "; stopped, the same command goes on" } else { "" }
            ))?;
            let is_any = ended.measured + ended.kept > 0;
            Ok(if is_any { Status::Fine } else { Status::Problems })
        }
    }
}

fn say(told: &Told<'_>) {
    let line = match told {
        Told::Kept { at, all } => format!("{at}/{all} kept\n"),
        Told::Trial { trial, workload, at, all } => {
            let outcome = match &trial.outcome {
                Outcome::Measured(m) => {
                    format!("{} {:.1} TFLOPS", duration(m.median_ns), m.tflops)
                }
                Outcome::Rejected(r) => format!("{}: {}", r.reason, r.detail),
            };
            format!("{at}/{all} {} {}: {outcome}\n", workload.unwrap_or(""), trial.config)
        }
    };
    output::aside(&line);
}
