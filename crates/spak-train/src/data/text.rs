//! Characters of a text, in windows.

use super::{Letters, Row};
use crate::problem::{Checked, Problem};
use crate::random::Stream;

/// A text as tokens, of which the end may be kept for evaluation.
#[derive(Debug, Clone)]
pub(super) struct Text {
    letters: Letters,
    tokens: Vec<u32>,
    trained: usize,
}

impl Text {
    pub(super) fn new(text: &str, context: usize, held_out: f64) -> Checked<Self> {
        let letters = Letters::of(text.chars());
        let tokens: Vec<u32> = text.chars().filter_map(|c| letters.token(c)).collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a length is a length"
        )]
        let kept = (tokens.len() as f64 * held_out) as usize;
        let trained = tokens.len() - kept;
        let text = Self { letters, tokens, trained };
        text.fits(context)?;
        Ok(text)
    }

    /// Whether there are windows of this length in both parts.
    pub(super) fn fits(&self, context: usize) -> Checked<()> {
        let kept = self.tokens.len() - self.trained;
        for (what, count) in [("to train on", self.trained), ("to evaluate on", kept)] {
            if count <= context && !(kept == 0 && what == "to evaluate on") {
                return Err(Problem::new(
                    "data",
                    format!("{count} characters {what} are too few for windows of {context}"),
                    "give a longer text, a shorter context or another share to hold out",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn letters(&self) -> &Letters {
        &self.letters
    }

    pub(super) fn vocabulary(&self) -> usize {
        self.letters.count()
    }

    /// A window of what is trained on.
    pub(super) fn row(&self, stream: &mut Stream, context: usize) -> Row {
        Self::window(&self.tokens[..self.trained], stream, context).unwrap_or_default()
    }

    /// A window of what is held out.
    pub(super) fn held_out_row(&self, stream: &mut Stream, context: usize) -> Option<Row> {
        Self::window(&self.tokens[self.trained..], stream, context)
    }

    fn window(tokens: &[u32], stream: &mut Stream, context: usize) -> Option<Row> {
        let starts = tokens.len().checked_sub(context).filter(|starts| *starts > 0)?;
        let start = stream.below(starts);
        Some(Row::plain(&tokens[start..=start + context]))
    }
}
