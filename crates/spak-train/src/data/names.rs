//! Names: lines of a file, each between two marks.

use super::{Letters, Row};
use crate::problem::{Checked, Problem};
use crate::random::PythonRandom;

/// The lines of a file as tokens.
#[derive(Debug, Clone)]
pub(super) struct Names {
    letters: Letters,
    names: Vec<Vec<u32>>,
}

impl Names {
    /// Lines without the white space around them; empty ones are left out.
    pub(super) fn new(text: &str) -> Checked<Self> {
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() {
            return Err(Problem::new("data", "the file has no line", "give a name on each line"));
        }
        let letters = Letters::of(lines.iter().flat_map(|line| line.chars()));
        let names =
            lines.iter().map(|line| line.chars().filter_map(|c| letters.token(c)).collect());
        Ok(Self { names: names.collect(), letters })
    }

    pub(super) fn letters(&self) -> &Letters {
        &self.letters
    }

    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// The letters and the mark.
    pub(super) fn vocabulary(&self) -> usize {
        self.letters.count() + 1
    }

    /// The mark before and after each name.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.letters.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn shuffle(&mut self, random: &mut PythonRandom) {
        random.shuffle(&mut self.names);
    }

    /// A name as a row of at most `context` tokens.
    pub(super) fn row(&self, number: usize, context: usize) -> Row {
        let mut sequence = vec![self.end()];
        sequence.extend(self.names.get(number).into_iter().flatten());
        sequence.push(self.end());
        sequence.truncate(context + 1);
        Row::plain(&sequence)
    }
}
