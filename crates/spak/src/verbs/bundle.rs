//! `spak bundle`: all that a machine with a GPU and its driver needs to try a design, in one file.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use spak_records::bundle::Schedule;

use crate::exit::Status;
use crate::gpu::bundle::{leave_out, make, write};
use crate::gpu::opened::{Which, open};
use crate::output::{self, Format};
use crate::verbs::check::plural;

/// What `spak bundle` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    compile: Which,
    /// The file to write.
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: PathBuf,
    /// Leave out what this trace (plain or `.gz`) has, but for the best of each workload.
    #[arg(long, value_name = "TRACE")]
    after: Option<PathBuf>,
    /// Judge at the timed sizes only, which is for a look around: small ragged problems are most of what is compiled.
    #[arg(long)]
    timed_sizes_only: bool,
    /// The most samples of a trial.
    #[arg(long, value_name = "N", default_value_t = 30)]
    samples: u32,
    /// Seconds that timing a trial may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5)]
    seconds: f64,
    /// Seconds after which a kernel that does not end is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 20.0)]
    patience: f64,
    /// Rows of each output that are compared with the reference at most.
    #[arg(long, value_name = "N", default_value_t = 1024)]
    rows: u64,
    /// Seconds for which each kernel runs without pause while its energy is read; 0 for not at all.
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    energy: f64,
}

/// Compiles and packs; a problem is a design with errors, or one of which no config can run.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let Some(mut opened) = open(&options.compile, format)? else {
        return Ok(Status::Problems);
    };
    let timed = opened.design.workloads.len();
    if !options.timed_sizes_only {
        opened.add_checks()?;
    }
    let mut batch = opened.compile(&options.compile, false, format)?;
    // What is chosen to show what each value is worth shows that one is worth nothing, too.
    if !options.compile.covers() {
        let twins = batch.leave_out_twins(timed);
        if twins > 0 {
            let twins = plural(twins, "config");
            output::aside(&format!("{twins} left out: the same programs as others\n"));
        }
    }
    let schedule = Schedule {
        seed: options.compile.seed(),
        samples: options.samples,
        seconds: options.seconds,
        patience: options.patience,
        rows: options.rows.max(1),
        energy: options.energy,
    };
    let mut packed = make(
        options.compile.file(),
        &opened.design.workloads,
        timed,
        &batch,
        &opened.target,
        (&opened.installed, &opened.cache, &opened.toolchain),
        schedule,
    )?;
    if let Some(trace) = &options.after {
        let left_out = leave_out(&mut packed, trace)?;
        output::aside(&match left_out {
            0 => "no trial of the trace left out: each is the best of its workload, of another architecture, or of a kernel \
                  that differs from those here\n"
                .to_owned(),
            _ => format!("{} of the trace left out\n", plural(left_out, "trial")),
        });
    }
    write(&packed, &options.out)?;
    let bytes = std::fs::metadata(&options.out)?.len();
    output::result(&format!(
        "{}: {} of {} on {} for {}, {} parts, {:.1} MB\n",
        options.out.display(),
        plural(packed.bundle.candidates.len(), "candidate"),
        opened.configs(),
        plural(timed, "workload"),
        packed.bundle.architecture,
        packed.parts.len(),
        bytes as f64 / 1e6,
    ))?;
    Ok(if packed.bundle.candidates.is_empty() { Status::Problems } else { Status::Fine })
}
