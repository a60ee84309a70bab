//! Diagnostics for people.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use spak_syntax::{Diagnostic, Label, Severity};

use crate::project::Sources;

/// More than this many are counted instead of shown.
const MAX_SHOWN: usize = 100;

/// All of `diagnostics` as text, worst first within each file's order.
pub(crate) fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        out.push_str(&one(&renderer, sources, diagnostic));
        out.push_str("\n\n");
    }
    if diagnostics.len() > MAX_SHOWN {
        out.push_str(&format!("… and {} more; `--output json` has them all\n\n", diagnostics.len() - MAX_SHOWN));
    }
    out
}

fn one(renderer: &Renderer, sources: &Sources, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(&diagnostic.message).id(diagnostic.code.0).elements([]  as [Snippet<'_, annotate_snippets::Annotation<'_>>; 0]);
    let (same, other): (Vec<&Label>, Vec<&Label>) =
        diagnostic.related.iter().partition(|l| l.file == diagnostic.primary.file);
    if let Some(snippet) = snippet(sources, &diagnostic.primary, &same) {
        group = group.element(snippet);
    }
    for label in other {
        if let Some(snippet) = self::snippet(sources, label, &[]) {
            group = group.element(snippet);
        }
    }
    if !diagnostic.reason.is_empty() {
        group = group.element(Level::NOTE.message(&diagnostic.reason));
    }
    if !diagnostic.repair.is_empty() {
        group = group.element(Level::HELP.message(&diagnostic.repair));
    }
    renderer.render(&[group])
}

/// The lines from the first to the last label of one file.
fn snippet<'a>(
    sources: &'a Sources,
    primary: &'a Label,
    others: &[&'a Label],
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let file = sources.get(primary.file)?;
    let text = file.source.text();
    let labels = || others.iter().copied().chain([primary]);
    let first = labels().map(|l| l.span.start as usize).min()?;
    let last = labels().map(|l| l.span.end as usize).max()?.min(text.len());
    let begin = text.get(..first)?.rfind('\n').map_or(0, |i| i + 1);
    let end = text.get(last..)?.find('\n').map_or(text.len(), |i| last + i);
    let window = text.get(begin..end)?;
    let (line, _) = file.lines.line_column(text, begin as u32);
    let range = |l: &Label| {
        let start = (l.span.start as usize).saturating_sub(begin).min(window.len());
        start..(l.span.end as usize).saturating_sub(begin).clamp(start, window.len())
    };
    let mut snippet = Snippet::source(window).line_start(line as usize).path(file.shown.as_str());
    snippet = snippet.annotation(AnnotationKind::Primary.span(range(primary)).label(text_of(primary)));
    for label in others {
        snippet = snippet.annotation(AnnotationKind::Context.span(range(label)).label(text_of(label)));
    }
    Some(snippet)
}

fn text_of(label: &Label) -> &str {
    &label.text
}
