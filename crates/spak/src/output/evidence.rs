//! Statements about places of sources, for people: each place with the lines around it.

use std::collections::BTreeMap;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};
use spak_syntax::{FileId, Label};

use super::diagnostics::{LONG_LINE, Window, phrase};
use crate::project::Sources;

/// A file and a line of it.
type Line = (u32, u32);

/// From and to which byte of its file something is marked.
type Marked = (usize, usize);

/// A statement about places of sources, each shown with the lines around it, and what else is to be said, by name.
pub(crate) fn shown(
    sources: &Sources,
    (kind, title): (&str, &str),
    places: &[Label],
    notes: &[(&str, String)],
) -> String {
    let level = Level::NOTE.with_name(Some(kind));
    let mut group =
        level.primary_title(phrase(title)).elements(None::<Snippet<'_, Annotation<'_>>>);
    for around in around(sources, places) {
        group = group.elements(around);
    }
    for (name, text) in notes {
        group = group.element(Level::NOTE.with_name(Some(*name)).message(phrase(text)));
    }
    format!("{}\n\n", Renderer::plain().render(&[group]))
}

/// The lines of some places with one before and after them; places near each other together.
fn around<'a>(sources: &'a Sources, places: &[Label]) -> Vec<Option<Snippet<'a, Annotation<'a>>>> {
    // What is marked in each line: from the first to the last of what is there.
    let mut lines: BTreeMap<Line, Marked> = BTreeMap::new();
    for label in places {
        let Some(file) = sources.get(label.file) else { continue };
        let text = file.source.text();
        let (line, _) = file.lines.line_column(text, label.span.start);
        let start = label.span.start as usize;
        let marked = label.span.slice(text).lines().next().unwrap_or("").trim_end().len();
        let marked = (start, start + marked.clamp(1, LONG_LINE));
        let known = lines.entry((label.file.0, line)).or_insert(marked);
        *known = (known.0.min(marked.0), known.1.max(marked.1));
    }
    let mut groups: Vec<Vec<(Line, Marked)>> = Vec::new();
    for (at, marked) in lines {
        match groups.last_mut().and_then(|group| Some((group.last()?.0, group))) {
            Some((last, group)) if last.0 == at.0 && at.1 <= last.1 + 3 => group.push((at, marked)),
            _ => groups.push(vec![(at, marked)]),
        }
    }
    groups.iter().map(|group| excerpt(sources, group)).collect()
}

fn excerpt<'a>(
    sources: &'a Sources,
    group: &[(Line, Marked)],
) -> Option<Snippet<'a, Annotation<'a>>> {
    let ((file, _), (first, _)) = group.first()?;
    let (_, (_, last)) = group.last()?;
    let file = sources.get(FileId(*file))?;
    let text = file.source.text();
    let begin = text.get(..*first)?.rfind('\n').map_or(0, |at| at + 1);
    // One line before it, unless that is empty or there is none.
    let before = text.get(..begin.saturating_sub(1))?.rfind('\n').map_or(0, |at| at + 1);
    let is_shown = |line: &str| !line.trim().is_empty() && line.len() <= LONG_LINE;
    let begin = if text.get(before..begin).is_some_and(is_shown) { before } else { begin };
    let last = (*last).min(text.len());
    let end = text.get(last..)?.find('\n').map_or(text.len(), |at| last + at);
    let after = text.get(end + 1..).map_or("", |rest| rest.lines().next().unwrap_or(""));
    let end = if is_shown(after) { end + 1 + after.len() } else { end };
    let (line, _) = file.lines.line_column(text, u32::try_from(begin).ok()?);
    let window = Window::of(text.get(begin..end)?.trim_end(), begin);
    let annotations: Vec<Annotation<'a>> = group
        .iter()
        .map(|(_, (start, end))| {
            AnnotationKind::Primary.span(window.place(*start)..window.place(*end))
        })
        .collect();
    let path = crate::output::visible(&file.shown).into_owned();
    let snippet = Snippet::source(window.text).line_start(line as usize).path(path);
    Some(snippet.fold(false).annotations(annotations))
}
