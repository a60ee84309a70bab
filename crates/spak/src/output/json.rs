//! Results as JSON.

use serde::Serialize;
use spak_records::report::{DiagnosticRecord, Envelope, FixRecord, PlaceRecord, RelatedRecord};
use spak_syntax::{Diagnostic, FileId, Span};

use crate::project::Sources;

/// Prints `data` as version 1 of `format`.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn result<T: Serialize>(format: &str, data: T) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(&Envelope::v1(format, data))?;
    text.push('\n');
    super::result(&text)
}

/// A result with what is wrong in the designs it was made from.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct Diagnosed<T> {
    /// The result.
    #[serde(flatten)]
    pub(crate) result: T,
    /// Everything wrong with the designs; the result is of what could be read.
    pub(crate) diagnostics: Vec<DiagnosticRecord>,
}

/// A place with line and column.
pub(crate) fn place(sources: &Sources, file: FileId, span: Span) -> PlaceRecord {
    let (shown, (line, column)) = match sources.get(file) {
        Some(f) => (f.shown.clone(), f.lines.line_column(f.source.text(), span.start)),
        None => (String::new(), (1, 1)),
    };
    PlaceRecord { file: shown, start: span.start, end: span.end, line, column }
}

/// A diagnostic as a record.
pub(crate) fn diagnostic(sources: &Sources, diagnostic: &Diagnostic) -> DiagnosticRecord {
    DiagnosticRecord {
        code: diagnostic.code.0.to_owned(),
        severity: diagnostic.severity.name().to_owned(),
        message: diagnostic.message.clone(),
        place: place(sources, diagnostic.primary.file, diagnostic.primary.span),
        related: diagnostic
            .related
            .iter()
            .map(|l| RelatedRecord { place: place(sources, l.file, l.span), text: l.text.clone() })
            .collect(),
        reason: diagnostic.reason.clone(),
        repair: diagnostic.repair.clone(),
        fix: diagnostic
            .fix
            .iter()
            .map(|e| FixRecord { start: e.span.start, end: e.span.end, text: e.text.clone() })
            .collect(),
    }
}
