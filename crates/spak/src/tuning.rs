//! Tuning spaces from files: designs, and the formats of other tools.

use spak_space::Problem;
use spak_syntax::{Diagnostic, FileId, Label, Span};

use crate::project::Sources;

mod design;
mod exchange;
pub(crate) mod rules;

/// A space as a file says it, with where everything stands.
pub(crate) struct Subject {
    pub(crate) sources: Sources,
    /// What the space is called.
    pub(crate) name: String,
    pub(crate) problem: Problem,
    /// For each constraint of the problem where it stands and why it is there.
    pub(crate) origins: Vec<Origin>,
    /// What names mean, and where those of the space are used.
    pub(crate) ontology: std::borrow::Cow<'static, spak_ontology::Ontology>,
    pub(crate) scope: spak_ontology::Scope,
    /// The rules that were laid over it, applied or not.
    pub(crate) rules: Vec<spak_records::space_report::RuleRecord>,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
    /// What is wrong with the file; with errors there is no problem to speak of.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Where a constraint comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) file: FileId,
    /// The formula.
    pub(crate) span: Span,
    /// Where offsets of the formula count from: 0 when they are offsets in the file already.
    pub(crate) base: u32,
    pub(crate) reason: Option<String>,
}

impl Subject {
    /// The subject of a file, by what it is, for a workload of several and on a machine.
    ///
    /// # Errors
    /// When it cannot be read, or there is no such workload or machine.
    pub(crate) fn open(
        path: &std::path::Path,
        workload: Option<&str>,
        hardware: Option<&str>,
    ) -> anyhow::Result<Self> {
        let is_json = |end: &str| path.to_string_lossy().to_ascii_lowercase().ends_with(end);
        if is_json(".json") || is_json(".json.gz") {
            return exchange::open(path, hardware);
        }
        design::open(path, workload, hardware)
    }

    /// The subject of a design that was read and checked already.
    ///
    /// # Errors
    /// There is no such workload or machine.
    pub(crate) fn of_design(
        design: crate::project::Design,
        diagnostics: Vec<Diagnostic>,
        hardware: Option<&str>,
    ) -> anyhow::Result<Self> {
        design::of(design, diagnostics, "the design", None, hardware)
    }

    /// A diagnostic in the text of a constraint, as one in the file.
    pub(crate) fn located(
        &self,
        constraint: Option<u32>,
        mut diagnostic: Diagnostic,
    ) -> Diagnostic {
        let origin = constraint.and_then(|at| self.origins.get(at as usize));
        if let Some(origin) = origin {
            let text = constraint.and_then(|at| self.problem.constraints.get(at as usize));
            let length = text.map_or(0, |c| c.text.len() as u32);
            let shift = |span: Span| match origin.base {
                0 if span.end > span.start => span,
                // In JSON an escape takes more room than what it stands for.
                base if base > 0 && span.end <= length && origin.span.end - base == length => {
                    Span::new(span.start + base, span.end + base)
                }
                _ => origin.span,
            };
            diagnostic.primary = Label {
                file: origin.file,
                span: shift(diagnostic.primary.span),
                text: diagnostic.primary.text.clone(),
            };
        }
        diagnostic
    }
}
