//! Changes of a text. Trees are never changed: an edit makes a new text, which is parsed again.

use crate::span::Span;

/// Replace the bytes of `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes.
    pub text: String,
}

impl Edit {
    /// Insert `text` before the byte at `offset`.
    pub fn insert(offset: u32, text: impl Into<String>) -> Self {
        Self { span: Span::at(offset), text: text.into() }
    }

    /// Replace `span` by `text`.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// Why a set of edits could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// Two edits change the same bytes.
    Overlap(Span, Span),
    /// An edit lies outside the text or inside a character.
    OutOfText(Span),
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Overlap(a, b) => {
                write!(f, "edits overlap: {}..{} and {}..{}", a.start, a.end, b.start, b.end)
            }
            Self::OutOfText(s) => write!(f, "edit outside the text: {}..{}", s.start, s.end),
        }
    }
}

impl std::error::Error for EditError {}

/// `text` with all `edits` made at once; insertions at one place keep their order.
///
/// # Errors
/// When two edits overlap or one does not lie on character boundaries of `text`.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|e| (e.span.start, e.span.end));
    let mut out =
        String::with_capacity(text.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut done = Span::at(0);
    for edit in order {
        if edit.span.start < done.end {
            return Err(EditError::Overlap(done, edit.span));
        }
        let kept = text
            .get(done.end as usize..edit.span.start as usize)
            .ok_or(EditError::OutOfText(edit.span))?;
        if text.get(edit.span.start as usize..edit.span.end as usize).is_none() {
            return Err(EditError::OutOfText(edit.span));
        }
        out.push_str(kept);
        out.push_str(&edit.text);
        done = edit.span;
    }
    out.push_str(text.get(done.end as usize..).ok_or(EditError::OutOfText(done))?);
    Ok(out)
}
