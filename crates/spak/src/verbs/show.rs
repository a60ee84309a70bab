//! `spak show`: the model of a design.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use spak_model::entry::{Content, Entry};
use spak_model::reading::{Reading, SlotReading};
use spak_model::{Domain, Literal, System, normal};
use spak_records::Value;
use spak_records::report::{ShowReport, SlotRecord, StatementRecord};

use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Sources};

/// What `spak show` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design.
    file: PathBuf,
}

/// Prints the normal form for people, or every statement with its reading as JSON; problems are that the
/// design could not be read whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let design = project::open(&options.file)?;
    let entries = &design.resolved.entries;
    let diagnostics = diagnostics::errors(&design.sources, &design.errors(), format);
    let status = if diagnostics.is_empty() { Status::Fine } else { Status::Problems };
    match format {
        Format::Human => output::result(&normal::text(entries))?,
        Format::Json => {
            let result = ShowReport {
                file: options.file.to_string_lossy().into_owned(),
                design: normal::hash(entries),
                name: System::of(entries).name,
                front_matter: design
                    .resolved
                    .front_matter
                    .iter()
                    .map(|(k, v)| (k.clone(), v.record()))
                    .collect(),
                statements: entries.iter().map(|e| statement(&design.sources, e)).collect(),
            };
            json::result("spak.show", Diagnosed { result, diagnostics })?;
        }
    }
    Ok(status)
}

fn statement(sources: &Sources, entry: &Entry) -> StatementRecord {
    let (slot, statements) = match &entry.content {
        Content::Slot(slot) => (Some(self::slot(slot)), Vec::new()),
        Content::Block(children) => {
            (None, children.iter().map(|c| statement(sources, c)).collect())
        }
    };
    StatementRecord {
        head: normal::identity(entry),
        kind: entry.kind.map(|_| normal::kind_word(entry).to_owned()),
        name: entry.name_text().map(str::to_owned),
        arguments: entry.arguments.as_ref().map(|a| a.text.clone()),
        place: json::place(sources, entry.file, entry.span),
        slot,
        statements,
        override_reason: entry.override_reason.clone(),
    }
}

fn slot(slot: &SlotReading) -> SlotRecord {
    let (kind, values, words) = match &slot.reading {
        Reading::Nothing => ("nothing", Vec::new(), None),
        Reading::Open => ("open", Vec::new(), None),
        Reading::Literal(literal) => ("literal", vec![literal.record()], None),
        Reading::List(items) => {
            ("list", items.iter().filter_map(literal).map(Literal::record).collect(), None)
        }
        Reading::Map(_) => ("map", Vec::new(), None),
        Reading::Schedule(steps) => ("schedule", steps.iter().map(Literal::record).collect(), None),
        Reading::Domain(domain) => ("domain", domain_values(domain), None),
        Reading::Conditional(domain, _) => ("domain", domain_values(domain), None),
        Reading::Type(..) => ("type", Vec::new(), None),
        Reading::Formula(_) => ("formula", Vec::new(), None),
        Reading::Partial(_, rest) => ("partial", Vec::new(), Some(rest.clone())),
        Reading::Warning(_, conclusion) => ("warning", Vec::new(), Some(conclusion.clone())),
        Reading::Assignments(_, rest) => {
            ("assignments", Vec::new(), (!rest.is_empty()).then(|| rest.clone()))
        }
        Reading::Over(_) => ("variables", Vec::new(), None),
        Reading::Template(text, _) => ("template", Vec::new(), Some(text.clone())),
        Reading::Name(name) => ("name", Vec::new(), Some(name.clone())),
        Reading::Words(text) => ("words", Vec::new(), Some(text.clone())),
    };
    SlotRecord {
        class: slot.class.name().to_owned(),
        kind: kind.to_owned(),
        normal: normal::slot_text(slot),
        formula: match &slot.reading {
            Reading::Partial(formula, _) | Reading::Warning(Ok(formula), _) => {
                Some(formula.normal())
            }
            Reading::Conditional(_, when) => match &when.reading {
                Reading::Formula(formula) => Some(formula.normal()),
                _ => None,
            },
            _ => None,
        },
        values,
        words,
    }
}

fn literal(reading: &Reading) -> Option<&Literal> {
    match reading {
        Reading::Literal(literal) => Some(literal),
        _ => None,
    }
}

fn domain_values(domain: &Domain) -> Vec<Value> {
    match domain.count() {
        Some(count) if count <= 4096 => {
            domain.values().unwrap_or_default().iter().map(Literal::record).collect()
        }
        _ => Vec::new(),
    }
}
