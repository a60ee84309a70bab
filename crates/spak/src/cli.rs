//! The command line.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::exit::Status;
use crate::knowing::Told;
use crate::output::Format;
use crate::verbs;

/// Semantic normal form for kernels: check, compare, tune and teach designs.
///
/// Exit codes: 0 done and nothing wrong; 1 done, and problems were found; 2 could not be done; 70 a bug.
#[derive(Parser)]
#[command(name = "spak", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    /// How results are printed; `csv` and `parquet` are for rows (`spak space --enumerate`).
    #[arg(long, global = true, value_enum, default_value = "human")]
    output: Output,
}

/// What `--output` may be.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Output {
    /// For people.
    Human,
    /// One JSON object with a format name and a version.
    Json,
    /// Rows of comma-separated values.
    Csv,
    /// Rows as an Apache Parquet file.
    Parquet,
}

#[derive(Subcommand)]
enum Verb {
    /// Say what is wrong with designs, and how much of them a machine can check.
    Check(verbs::check::Options),
    /// Lay designs out in the one standard way.
    Fmt(verbs::fmt::Options),
    /// Say what is different between two designs, by meaning.
    Diff(verbs::diff::Options),
    /// Print the hash of the normal form: equal for designs that mean the same.
    Hash(verbs::hash::Options),
    /// Print the model of a design, inherited items included.
    Show(verbs::show::Options),
    /// Explain a diagnostic.
    Explain(verbs::explain::Options),
    /// Start a new design.
    New(verbs::new::Options),
    /// Pin the files that a design imports by content.
    Lock(verbs::lock::Options),
    /// Run the loop on a design: specify, program, measure, analyse, learn.
    Loop(verbs::run_loop::Options),
    /// Run a loop that a design describes, each effect through a policy.
    Run(verbs::run::Options),
    /// Say what follows from what a design knows on a machine, and why, back to the evidence
    Why(verbs::why::Options),
    /// Say which condition keeps a rule from applying
    WhyNot(verbs::why::Options),
    /// What designs and libraries know: list, search, show, export, test
    Knowledge(verbs::knowledge::Options),
    /// Learn from traces: facts and rules, as an edit of the design.
    Learn(verbs::learn::Options),
    /// Measure generated kernels against NumPy in one run.
    Bench(verbs::bench::Options),
    /// Read kernels, and say which design they are.
    Lift(verbs::lift::Options),
    /// Write the source of a kernel from a template, with other values in its holes.
    Generate(verbs::generate::Options),
    /// Say what a config must cost before it runs, and a time that nothing can beat.
    Predict(verbs::predict::Options),
    /// Count a tuning space, and say which values survive and who removes the others.
    Space(verbs::space::Options),
    /// Make a design out of a seed and a goal.
    Transform(verbs::transform::Options),
    /// Say what a design of one operator tells of another, and begin a design of that.
    Transfer(verbs::transfer::Options),
    /// Show what was asked of models and people, what they answered, and what became of it.
    Transcript(verbs::transcript::Options),
    /// Run search strategies against recorded spaces, and score them.
    Tune(verbs::tune::Options),
    /// Show what a trace holds, or write its trials for other tools.
    Trace(verbs::trace::Options),
    /// Render pages from traces: every number in them leads to the lines that it comes from.
    Report(verbs::report::Options),
    /// Compile the configs of a design for a GPU, which need not be here.
    Compile(verbs::compile::Options),
    /// Run the kernels of a design without a GPU, and judge what they compute.
    Verify(verbs::verify::Options),
    /// Pack compiled configs and references into one file for a machine with a GPU.
    Bundle(verbs::bundle::Options),
    /// Run a bundle on the GPU of this machine.
    Node(verbs::node::Options),
    /// Fetch the compilers of GPU kernels into SPAK's cache, or say which are there.
    Toolchain(verbs::toolchain::Options),
    /// Print the JSON Schema of an output or file format.
    Schema(verbs::schema::Options),
}

/// Files that a verb works on.
#[derive(Args)]
pub(crate) struct Files {
    /// Designs (`.dsl` files).
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// A command line that was understood.
pub(crate) struct Command {
    verb: Verb,
    /// How results, and why there is none, are printed.
    pub(crate) format: Format,
    /// How rows are printed, when something else than the format was asked for.
    table: Option<verbs::space::Table>,
}

/// Reads the command line; prints help and the version itself.
///
/// # Errors
/// What is wrong with it, and how to print that.
pub(crate) fn parse() -> Result<Command, (clap::Error, Format)> {
    match Arguments::try_parse() {
        Ok(Arguments { verb, output }) => {
            let (format, table) = match output {
                Output::Human => (Format::Human, None),
                Output::Json => (Format::Json, None),
                Output::Csv => (Format::Human, Some(verbs::space::Table::Csv)),
                Output::Parquet => (Format::Human, Some(verbs::space::Table::Parquet)),
            };
            if table.is_some() && !matches!(verb, Verb::Space(_)) {
                let message =
                    "`--output csv` and `--output parquet` are for the rows of `spak space`\n";
                let kind = clap::error::ErrorKind::InvalidValue;
                return Err((clap::Error::raw(kind, message), format));
            }
            Ok(Command { verb, format, table })
        }
        Err(error) => Err((error, wanted_format())),
    }
}

/// The format that a command line asks for that is otherwise not understood.
fn wanted_format() -> Format {
    let arguments: Vec<_> = std::env::args_os().collect();
    let json = arguments.windows(2).any(|pair| pair == ["--output", "json"])
        || arguments.iter().any(|argument| argument == "--output=json");
    if json { Format::Json } else { Format::Human }
}

/// Runs the verb.
pub(crate) fn main(command: Command) -> Result<Status> {
    let format = command.format;
    match command.verb {
        Verb::Check(options) => verbs::check::run(&options, format),
        Verb::Fmt(options) => verbs::fmt::run(&options, format),
        Verb::Diff(options) => verbs::diff::run(&options, format),
        Verb::Hash(options) => verbs::hash::run(&options, format),
        Verb::Show(options) => verbs::show::run(&options, format),
        Verb::Explain(options) => verbs::explain::run(&options, format),
        Verb::New(options) => verbs::new::run(&options, format),
        Verb::Lock(options) => verbs::lock::run(&options, format),
        Verb::Loop(options) => verbs::run_loop::run(&options, format),
        Verb::Why(options) => verbs::why::run(&options, Told::Why, format),
        Verb::WhyNot(options) => verbs::why::run(&options, Told::WhyNot, format),
        Verb::Knowledge(options) => verbs::knowledge::run(&options, format),
        Verb::Learn(options) => verbs::learn::run(&options, format),
        Verb::Bench(options) => verbs::bench::run(&options, format),
        Verb::Compile(options) => verbs::compile::run(&options, format),
        Verb::Verify(options) => verbs::verify::run(&options, format),
        Verb::Bundle(options) => verbs::bundle::run(&options, format),
        Verb::Node(options) => verbs::node::run(&options, format),
        Verb::Toolchain(options) => verbs::toolchain::run(&options, format),
        Verb::Lift(options) => verbs::lift::run(&options, format),
        Verb::Generate(options) => verbs::generate::run(&options, format),
        Verb::Predict(options) => verbs::predict::run(&options, format),
        Verb::Space(options) => verbs::space::run(&options, format, command.table),
        Verb::Run(options) => verbs::run::run(&options, format),
        Verb::Transform(options) => verbs::transform::run(&options, format),
        Verb::Transcript(options) => verbs::transcript::run(&options, format),
        Verb::Transfer(options) => verbs::transfer::run(&options, format),
        Verb::Tune(options) => verbs::tune::run(&options, format),
        Verb::Trace(options) => verbs::trace::run(&options, format),
        Verb::Report(options) => verbs::report::run(&options, format),
        Verb::Schema(options) => verbs::schema::run(&options, format),
    }
}
