//! Diagnostics for people.

use std::borrow::Cow;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use spak_records::report::DiagnosticRecord;
use spak_syntax::{Diagnostic, Label, Severity};

use crate::project::Sources;

/// More than this many are counted instead of shown.
const MAX_SHOWN: usize = 100;

/// A line of more bytes is shown in part.
pub(super) const LONG_LINE: usize = 400;

/// Quoted text may be as long as a file; a reader needs its beginning.
const MAX_PHRASE: usize = 400;

/// All of `diagnostics` as text, worst first within each file's order.
pub(crate) fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        out.push_str(&one(&renderer, sources, diagnostic));
        out.push_str("\n\n");
    }
    if diagnostics.len() > MAX_SHOWN {
        out.push_str(&format!(
            "… and {} more; `--output json` has them all\n\n",
            diagnostics.len() - MAX_SHOWN
        ));
    }
    out
}

/// What is wrong with a design that a verb read for something else: shown to people, or as records.
pub(crate) fn errors(
    sources: &Sources,
    errors: &[Diagnostic],
    format: super::Format,
) -> Vec<DiagnosticRecord> {
    if format == super::Format::Human {
        super::aside(&render(sources, errors, false));
    }
    errors.iter().map(|d| super::json::diagnostic(sources, d)).collect()
}

fn one(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(phrase(&diagnostic.message)).id(diagnostic.code.0);
    let mut group = title.elements(None::<Snippet<'_, Annotation<'_>>>);
    let primary = (AnnotationKind::Primary, &diagnostic.primary);
    let mut shown = vec![vec![primary]];
    for label in &diagnostic.related {
        let label = (AnnotationKind::Context, label);
        match shown.first_mut() {
            Some(first) if is_near(sources, &diagnostic.primary, label.1) => first.push(label),
            _ => shown.push(vec![label]),
        }
    }
    for labels in &shown {
        group = group.elements(snippet(sources, labels));
    }
    if !diagnostic.reason.is_empty() {
        group = group.element(Level::NOTE.message(phrase(&diagnostic.reason)));
    }
    if !diagnostic.repair.is_empty() {
        group = group.element(Level::HELP.message(phrase(&diagnostic.repair)));
    }
    renderer.render(&[group])
}

/// Whether two labels are shown in one piece of text. The renderer folds lines between them, but it does not
/// fold within a line.
fn is_near(sources: &Sources, one: &Label, other: &Label) -> bool {
    if one.file != other.file {
        return false;
    }
    let begin = one.span.start.min(other.span.start) as usize;
    let end = one.span.end.max(other.span.end) as usize;
    let between = sources.text(one.file).get(begin..end).unwrap_or_default();
    between.lines().all(|line| line.len() <= LONG_LINE)
}

/// The lines from the first to the last of some labels of one file.
fn snippet<'a>(
    sources: &'a Sources,
    labels: &[(AnnotationKind, &'a Label)],
) -> Option<Snippet<'a, Annotation<'a>>> {
    let file = sources.get(labels.first()?.1.file)?;
    let text = file.source.text();
    let first = labels.iter().map(|(_, l)| l.span.start as usize).min()?;
    let last = labels.iter().map(|(_, l)| l.span.start as usize + length(text, l)).max()?;
    let begin = text.get(..first)?.rfind('\n').map_or(0, |i| i + 1);
    let end = text.get(last..)?.find('\n').map_or(text.len(), |i| last + i);
    // The renderer knows `\r\n` as the end of a line, but not a lone `\r` that is left of it.
    let end = if end > last && text.get(..end)?.ends_with('\r') { end - 1 } else { end };
    let (line, _) = file.lines.line_column(text, u32::try_from(begin).ok()?);
    let window = Window::of(text.get(begin..end)?, begin);
    let annotations = labels.iter().map(|(kind, label)| {
        let start = label.span.start as usize;
        let range = window.place(start)..window.place(start + length(text, label));
        kind.span(range).label(crate::output::visible(&label.text))
    });
    let annotations: Vec<Annotation<'a>> = annotations.collect();
    let path = crate::output::visible(&file.shown).into_owned();
    Some(Snippet::source(window.text).line_start(line as usize).path(path).annotations(annotations))
}

/// How many bytes of the label's place are marked: all, unless that is a long line or reaches into one.
fn length(text: &str, label: &Label) -> usize {
    let marked = label.span.slice(text);
    let mut shown = 0;
    for line in marked.split_inclusive('\n') {
        if line.len() > LONG_LINE {
            let cut = line.char_indices().nth(LONG_LINE / 4).map_or(line.len(), |(at, _)| at);
            return shown + cut;
        }
        shown += line.len();
    }
    shown
}

/// Some lines of a file as they may be shown, and where their places went.
pub(super) struct Window<'a> {
    pub(super) text: Cow<'a, str>,
    begin: usize,
    /// Offsets in the file's lines of the characters that were replaced by one that is a byte longer.
    longer: Vec<usize>,
}

impl<'a> Window<'a> {
    /// `text`, which begins at `begin` of its file. The renderer shows C0 controls as pictures; the two-byte C1
    /// controls, which some terminals obey, are replaced here.
    pub(super) fn of(text: &'a str, begin: usize) -> Self {
        let is_c1 = |c: char| matches!(c, '\u{80}'..='\u{9f}');
        let longer: Vec<usize> = text.match_indices(is_c1).map(|(at, _)| at).collect();
        let text = match longer.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(text.replace(is_c1, "\u{fffd}")),
        };
        Self { text, begin, longer }
    }

    /// Where the byte `at` of the file is in the shown text.
    pub(super) fn place(&self, at: usize) -> usize {
        let at = at.saturating_sub(self.begin);
        (at + self.longer.partition_point(|c| *c < at)).min(self.text.len())
    }
}

/// A message as it may be shown: in one piece, of bounded length.
pub(super) fn phrase(text: &str) -> Cow<'_, str> {
    let shown = crate::output::visible(text);
    match shown.char_indices().nth(MAX_PHRASE) {
        Some((end, _)) => Cow::Owned(format!("{}…", shown.get(..end).unwrap_or_default())),
        None => shown,
    }
}
