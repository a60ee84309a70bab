//! `spak node`: what a machine with a GPU and nothing but its driver does.

use std::io::{BufReader, stdin, stdout};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use spak_node::{Parts, serve};
use spak_records::Outcome;
use spak_records::comparison::{Comparison, Contender};

use crate::engine::report::duration;
use crate::exit::Status;
use crate::gpu::errand::Errand;
use crate::gpu::node::{Told, Wanted};
use crate::output::{self, Format, json};

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
        /// Search: so many trials of each workload at most, instead of every candidate.
        #[arg(long, value_name = "N")]
        trials: Option<usize>,
        /// Compare the best of each workload with what this Python's PyTorch has, by turns.
        #[arg(long, value_name = "PYTHON")]
        compare: Option<String>,
        /// How many of the best of each workload are compared.
        #[arg(long, value_name = "N", default_value_t = 1, requires = "compare")]
        best: usize,
        /// Run on this machine, `user@host`: this program and the bundle go there, the trace comes back.
        #[arg(long = "node", value_name = "HOST")]
        host: Option<String>,
        /// What connects to it, with options.
        #[arg(long, value_name = "COMMAND", default_value = "ssh", requires = "host")]
        ssh: String,
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
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    match &options.verb {
        Verb::Candidate { parts, common, shared } => {
            let orders = BufReader::new(stdin());
            serve(&Parts::at(parts), common, shared, orders, stdout().lock())
                .map_err(|error| anyhow!(error))?;
            Ok(Status::Fine)
        }
        Verb::Run { bundle, trace, seconds, trials, compare, best, host, ssh } => {
            // A run elsewhere ends by itself, or with its connection; the trace is brought back in any case.
            ctrlc::set_handler(|| STOP.store(true, std::sync::atomic::Ordering::Relaxed))?;
            let (compare, best) = (compare.as_deref(), *best);
            let wanted = Wanted { seconds: *seconds, trials: *trials, compare, best };
            let errand = Errand { bundle, trace, wanted };
            let host = host.as_deref();
            let ended = errand.run(host, ssh, &STOP, &mut |told| say(&told))?;
            match format {
                Format::Human => output::result(&format!(
                    "{} measured, {} rejected, {} kept from before, {} compared{}\n",
                    ended.measured,
                    ended.rejected,
                    ended.kept,
                    ended.compared,
                    if ended.was_stopped { "; stopped, the same command goes on" } else { "" }
                ))?,
                Format::Json => {
                    json::result("spak.node-report", ended.report(bundle, trace, host))?;
                }
            }
            let is_any = ended.measured + ended.kept > 0;
            Ok(if is_any { Status::Fine } else { Status::Problems })
        }
    }
}

/// Shows what comes of a run while it runs.
pub(crate) fn say(told: &Told<'_>) {
    let line = match told {
        Told::Kept { at, all } => format!("{at}/{all} kept\n"),
        Told::Note(note) => format!("note: {note}\n"),
        Told::Compared(comparison) => compared(comparison),
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

/// A row for each contender, the fastest first.
fn compared(comparison: &Comparison) -> String {
    let time = |contender: &Contender| match &contender.outcome {
        Outcome::Measured(measurement) => measurement.median_ns,
        Outcome::Rejected(_) => u64::MAX,
    };
    let mut contenders: Vec<&Contender> = comparison.contenders.iter().collect();
    contenders.sort_by_key(|contender| time(contender));
    let ours = contenders.iter().find(|contender| contender.name == "candidate");
    let ours = ours.map(|contender| time(contender)).filter(|ns| *ns < u64::MAX);
    let rows = contenders.iter().map(|contender| {
        let mut row = vec![contender.name.clone()];
        match &contender.outcome {
            Outcome::Measured(measurement) => {
                row.push(duration(measurement.median_ns));
                row.push(format!("{:.1}", measurement.tflops));
                let ratio = ours.map(|ours| measurement.median_ns as f64 / ours as f64);
                row.push(ratio.map(|ratio| format!("{ratio:.3}")).unwrap_or_default());
                row.push(contender.note.clone().unwrap_or_default());
            }
            Outcome::Rejected(rejection) => {
                row.extend([String::new(), String::new(), String::new()]);
                let detail: String = rejection.detail.chars().take(100).collect();
                row.push(format!("{}: {detail}", rejection.reason));
            }
        }
        row
    });
    let name = comparison.workload.clone().unwrap_or_default();
    let heads = [name.as_str(), "time", "TFLOPS", "time / ours", ""];
    output::table(&heads, rows)
}
