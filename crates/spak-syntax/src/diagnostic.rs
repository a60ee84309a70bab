//! What SPAK says about a text: the one diagnostic type of the whole workspace.
//!
//! A message states the fact in one phrase, `reason` says why it matters, `repair` says what to do;
//! none of them ends with a full stop. Rendering (terminal, JSON) is the program's business.

use crate::edit::Edit;
use crate::span::{FileId, Span};

/// How bad it is. `Error` makes a check fail; the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text does not mean anything definite here.
    Error,
    /// It means something, probably not what was intended.
    Warning,
    /// Worth knowing, nothing is wrong.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`, as printed and as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A stable kebab-case name of a kind of diagnostic; `spak explain` has a page for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file the place is in.
    pub file: FileId,
    /// The place.
    pub span: Span,
    /// What is there, in a few words; may be empty for the primary place.
    pub text: String,
}

/// One thing said about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// The fact, in one phrase.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// Why it is so; empty when the message says it all.
    pub reason: String,
    /// What to do about it; empty when there is nothing to propose.
    pub repair: String,
    /// Edits of the primary file that make the repair, when it is mechanical.
    pub fix: Vec<Edit>,
}

impl Diagnostic {
    /// An error at `span` of the file that is being read.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at `span` of the file that is being read.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// A note at `span` of the file that is being read.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label { file: FileId::default(), span, text: String::new() },
            related: Vec::new(),
            reason: String::new(),
            repair: String::new(),
            fix: Vec::new(),
        }
    }

    /// With a few words at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// With another place of the same file.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { file: self.primary.file, span, text: text.into() });
        self
    }

    /// With the reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// With the repair in words.
    #[must_use]
    pub fn repair(mut self, repair: impl Into<String>) -> Self {
        self.repair = repair.into();
        self
    }

    /// With a mechanical repair of the primary file.
    #[must_use]
    pub fn fix(mut self, edit: Edit) -> Self {
        self.fix.push(edit);
        self
    }

    /// The same diagnostic about a place `by` bytes further on, for a slot that was parsed on its own.
    #[must_use]
    pub fn shift(mut self, by: u32) -> Self {
        self.primary.span = self.primary.span.shift(by);
        for label in &mut self.related {
            label.span = label.span.shift(by);
        }
        for edit in &mut self.fix {
            edit.span = edit.span.shift(by);
        }
        self
    }

    /// The same diagnostic, all its places in `file`.
    #[must_use]
    pub fn in_file(mut self, file: FileId) -> Self {
        self.primary.file = file;
        for label in &mut self.related {
            label.file = file;
        }
        self
    }
}

/// The known name nearest to `name`, when it is near enough to be what was meant.
///
/// Distance is Damerau-Levenshtein, at most a third of the longer name's length; case is ignored.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(distance, k)| {
            *distance <= name.chars().count().max(k.chars().count()).div_ceil(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}
