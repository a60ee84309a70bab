//! `spak schema`: the JSON Schema of what the program prints and writes.

use anyhow::{Result, bail};
use clap::Args;
use spak_records::report as r;
use spak_syntax::diagnostic::suggest;

use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format};
use crate::verbs::explain::CodesReport;

/// What `spak schema` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The format (`spak.check`); without one, all are listed.
    format: Option<String>,
}

/// Makes the schema of one format.
type Make = fn() -> schemars::Schema;

/// Every format with a function that makes its schema.
pub(crate) const SCHEMAS: &[(&str, Make)] = &[
    ("spak.bench", || schemars::schema_for!(r::Envelope<r::BenchReport>)),
    ("spak.bench-spaces", || {
        schemars::schema_for!(r::Envelope<spak_records::space_report::SpaceBenchReport>)
    }),
    ("spak.check", || schemars::schema_for!(r::Envelope<r::CheckReport>)),
    ("spak.codes", || schemars::schema_for!(r::Envelope<CodesReport>)),
    ("spak.compile-report", || {
        schemars::schema_for!(r::Envelope<spak_records::compile_report::CompileReport>)
    }),
    ("spak.concepts", || {
        schemars::schema_for!(r::Envelope<spak_records::concepts_report::ConceptsReport>)
    }),
    ("spak.diff", || schemars::schema_for!(r::Envelope<Diagnosed<r::DiffReport>>)),
    ("spak.engineer-report", || {
        schemars::schema_for!(r::Envelope<spak_records::engineer_report::EngineerReport>)
    }),
    ("spak.error", || schemars::schema_for!(r::Envelope<r::ErrorReport>)),
    ("spak.explain", || schemars::schema_for!(r::Envelope<r::ExplainReport>)),
    ("spak.fmt", || schemars::schema_for!(r::Envelope<Diagnosed<r::FormatReport>>)),
    ("spak.gpu-loop-report", || {
        schemars::schema_for!(r::Envelope<spak_records::node_report::GpuLoopReport>)
    }),
    ("spak.hash", || schemars::schema_for!(r::Envelope<Diagnosed<r::HashReport>>)),
    ("spak.journal", || schemars::schema_for!(spak_records::journal::Entry)),
    ("spak.knowledge", || {
        schemars::schema_for!(r::Envelope<spak_records::knowledge_report::KnowledgeReport>)
    }),
    ("spak.knowledge-check", || {
        schemars::schema_for!(r::Envelope<spak_records::standing_report::StandingReport>)
    }),
    ("spak.knowledge-test", || {
        schemars::schema_for!(r::Envelope<spak_records::knowledge_report::KnowledgeTestReport>)
    }),
    ("spak.learn-report", || {
        schemars::schema_for!(r::Envelope<spak_records::learn_report::LearnReport>)
    }),
    ("spak.lift-diff", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::lift_report::LiftDiffReport>>)
    }),
    ("spak.lift-explain", || {
        schemars::schema_for!(r::Envelope<spak_records::lift_report::LiftExplainReport>)
    }),
    ("spak.lift-into", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::lift_report::LiftIntoReport>>)
    }),
    ("spak.lift-report", || {
        schemars::schema_for!(r::Envelope<spak_records::lift_report::LiftReport>)
    }),
    ("spak.lift-test", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::lift_report::LiftTestReport>>)
    }),
    ("spak.lock", || schemars::schema_for!(r::Lock)),
    ("spak.lock-report", || schemars::schema_for!(r::Envelope<Diagnosed<r::LockReport>>)),
    ("spak.loop-report", || schemars::schema_for!(r::Envelope<r::LoopReport>)),
    ("spak.new", || schemars::schema_for!(r::Envelope<r::NewReport>)),
    ("spak.node-report", || {
        schemars::schema_for!(r::Envelope<spak_records::node_report::NodeReport>)
    }),
    ("spak.predict", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::prediction::PredictReport>>)
    }),
    ("spak.replay", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::tune_report::ReplayReport>>)
    }),
    ("spak.report", || schemars::schema_for!(r::Envelope<spak_records::page_report::PagesReport>)),
    ("spak.run", || {
        schemars::schema_for!(r::Envelope<spak_records::program_report::ProgramReport>)
    }),
    ("spak.schemas", || schemars::schema_for!(r::Envelope<r::SchemasReport>)),
    ("spak.show", || schemars::schema_for!(r::Envelope<Diagnosed<r::ShowReport>>)),
    ("spak.space", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::space_report::SpaceReport>>)
    }),
    ("spak.sweep-report", || {
        schemars::schema_for!(r::Envelope<spak_records::sweep_report::SweepReport>)
    }),
    ("spak.toolchain-report", || schemars::schema_for!(r::Envelope<r::ToolchainReport>)),
    ("spak.trace-report", || {
        schemars::schema_for!(r::Envelope<spak_records::trace_report::TraceReport>)
    }),
    ("spak.transcript", || schemars::schema_for!(spak_records::transcript::Entry)),
    ("spak.transcript-report", || {
        schemars::schema_for!(r::Envelope<spak_records::transcript_report::TranscriptReport>)
    }),
    ("spak.transfer", || {
        schemars::schema_for!(r::Envelope<spak_records::transfer_report::TransferReport>)
    }),
    ("spak.transform", || {
        schemars::schema_for!(r::Envelope<spak_records::transform_report::TransformReport>)
    }),
    ("spak.trial", || schemars::schema_for!(spak_records::Trial)),
    ("spak.verify-report", || {
        schemars::schema_for!(r::Envelope<spak_records::verify_report::VerifyReport>)
    }),
    ("spak.why", || {
        schemars::schema_for!(r::Envelope<Diagnosed<spak_records::knowledge_report::WhyReport>>)
    }),
];

/// Prints a schema.
pub(crate) fn run(options: &Options, output: Format) -> Result<Status> {
    let Some(format) = options.format.as_deref() else {
        let formats: Vec<String> = SCHEMAS.iter().map(|(name, _)| (*name).to_owned()).collect();
        match output {
            Format::Human => output::result(&format!("{}\n", formats.join("\n")))?,
            Format::Json => output::json::result("spak.schemas", r::SchemasReport { formats })?,
        }
        return Ok(Status::Fine);
    };
    let Some((_, schema)) = SCHEMAS.iter().find(|(name, _)| *name == format) else {
        match suggest(format, SCHEMAS.iter().map(|(name, _)| *name)) {
            Some(known) => bail!("there is no format `{format}`; did you mean `{known}`?"),
            None => bail!("there is no format `{format}`; `spak schema` lists all"),
        }
    };
    output::result(&format!("{}\n", serde_json::to_string_pretty(&schema())?))?;
    Ok(Status::Fine)
}
