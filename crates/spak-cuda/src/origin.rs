//! Where the pieces of a text came from that the preprocessor made of several.

use spak_program::Site;
use spak_syntax::{FileId, Span};

/// A run of characters with one origin.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: u32,
    site: Site,
    /// Each character stands for one of the origin; otherwise all stand for the whole of it.
    exact: bool,
}

/// A text with the origins of its pieces.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    pieces: Vec<Piece>,
    /// Pragmas that ask for unrolling: before which character, how often if that is said, and where that is.
    pub(crate) pragmas: Vec<Pragma>,
}

/// `#pragma unroll`
#[derive(Clone, Debug)]
pub(crate) struct Pragma {
    pub(crate) at: u32,
    /// What is written after `unroll`.
    pub(crate) count: String,
    pub(crate) site: Site,
}

impl Expanded {
    /// Adds a piece of a file.
    pub(crate) fn push(&mut self, text: &str, site: Site) {
        let exact = text.len() == (site.span.end.saturating_sub(site.span.start)) as usize;
        let at = self.text.len() as u32;
        let continues = exact
            && self.pieces.last().is_some_and(|last| {
                let length = at - last.at;
                last.exact
                    && last.site.file == site.file
                    && last.site.span.start + length == site.span.start
            });
        if !continues {
            self.pieces.push(Piece { at, site, exact });
        }
        self.text.push_str(text);
    }

    /// The place that a piece of the text came from.
    pub(crate) fn site(&self, start: usize, end: usize) -> Site {
        let (start, end) = (start as u32, end as u32);
        let after = self.pieces.partition_point(|piece| piece.at <= start);
        let Some(first) = after.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return Site { file: FileId::default(), span: Span::new(0, 0) };
        };
        if !first.exact {
            return first.site;
        }
        let from = first.site.span.start + (start - first.at);
        let last = self.pieces.partition_point(|piece| piece.at < end);
        let last = last.checked_sub(1).and_then(|at| self.pieces.get(at)).unwrap_or(first);
        let to = if last.site.file == first.site.file && last.exact {
            last.site.span.start + (end - last.at)
        } else {
            from
        };
        // A piece that was put together from elsewhere is named by where it starts.
        let limit = self.pieces.get(after).map_or(end, |next| next.at) - first.at;
        let to = if to >= from { to } else { first.site.span.start + limit };
        Site { file: first.site.file, span: Span::new(from, to.max(from)) }
    }

    /// The unrolling that is asked for right before a character.
    pub(crate) fn pragma_before(&self, at: usize) -> Option<&Pragma> {
        let after = self.pragmas.partition_point(|pragma| pragma.at as usize <= at);
        let pragma = self.pragmas.get(after.checked_sub(1)?)?;
        let between = self.text.get(pragma.at as usize..at)?;
        between.chars().all(char::is_whitespace).then_some(pragma)
    }
}
