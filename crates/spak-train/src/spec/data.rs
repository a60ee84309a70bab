//! What batches are made of.

use serde::{Deserialize, Serialize};

use super::{ModelSpec, Positions, within};
use crate::problem::{Checked, Problem};

/// The kind of data with its settings; the bytes of files are given apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataSpec {
    /// Lines of a file, one a row, between marks of begin and end.
    Names {
        /// The most tokens of a row; longer lines are cut.
        context: usize,
    },
    /// Windows of a text.
    Text {
        /// Tokens of a window.
        context: usize,
        /// Share of the text, at its end, that is kept for evaluation.
        #[serde(default)]
        held_out: f64,
    },
    /// Problems of addition.
    Addition(Addition),
}

/// Problems of addition as text: `321+654=975` and a newline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Whether numbers are written lowest digit first.
    pub reversed: bool,
    /// Whether both operands have as many digits as the longer one.
    pub padded: bool,
    /// Tokens of a row that is filled with one problem after the other; one problem a row if there are none.
    #[serde(default)]
    pub packed: Option<usize>,
    /// Which problems.
    pub sampler: Sampler,
    /// Ids that say which digits belong together.
    #[serde(default)]
    pub alignment: Alignment,
}

/// Which problems are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// The prototype's: a largest length (`long` with its share, else the largest of `short`), each operand's length
    /// below it, each number below the power of ten, so that leading zeros vanish.
    Prototype(Lengths),
    /// The length of the longer operand (each of `short` alike, or each of `long` with its share), then the other's.
    Exact {
        /// How long the longer operand is.
        lengths: Lengths,
        /// How often the other one is as long; else it is any length up to that.
        equal: f64,
        /// How often digits are drawn so that most places carry, or pass a carry on.
        carry: f64,
    },
}

/// Lengths of operands in digits, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// Short ones.
    pub short: [usize; 2],
    /// Long ones.
    pub long: [usize; 2],
    /// How often a long one.
    pub share: f64,
}

/// Ids that say which digits belong together. Digits of one significance have one id in both operands and the sum, in
/// the first id table; `=` and the digits of the answer have the id of the next digit in the second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    /// No ids.
    #[default]
    None,
    /// Consecutive ids from a random start up to this (S. McLeish and others, 2405.17399).
    Consecutive(usize),
    /// A random sorted subset of the ids up to this.
    RandomSorted(usize),
}

/// The most digits of an operand.
pub(crate) const MOST_DIGITS: usize = 1000;

impl DataSpec {
    pub(super) fn same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The most tokens of a row.
    pub(crate) fn longest(&self) -> usize {
        match self {
            Self::Names { context } | Self::Text { context, .. } => *context,
            Self::Addition(addition) => addition.packed.unwrap_or(3 * addition.most_digits() + 3),
        }
    }

    pub(super) fn check(&self, place: &str, model: &ModelSpec) -> Checked<()> {
        let tables = match self {
            Self::Names { .. } => 0,
            Self::Text { held_out, .. } => {
                within(&format!("{place}.text.held_out"), *held_out, 0.0, 0.9)?;
                0
            }
            Self::Addition(addition) => {
                let place = format!("{place}.addition");
                addition.check(&place, model)?;
                if addition.alignment == Alignment::None { 0 } else { 2 }
            }
        };
        let longest = self.longest();
        within(&format!("{place}.context"), longest, 1, 1 << 20)?;
        if let Positions::Learned(entries) = model.positions
            && entries < longest
        {
            return Err(Problem::new(
                "model.positions",
                format!(
                    "rows of {place} have up to {longest} tokens, and there are {entries} positions"
                ),
                "raise the positions or shorten the rows",
            ));
        }
        if model.id_tables.len() != tables {
            return Err(Problem::new(
                "model.id_tables",
                format!(
                    "{place} gives {tables} ids a token, and the model has {} tables",
                    model.id_tables.len()
                ),
                "give the model a table for each",
            ));
        }
        Ok(())
    }
}

impl Addition {
    /// The most digits of an operand in training.
    #[must_use]
    pub fn most_digits(&self) -> usize {
        let (Sampler::Prototype(lengths) | Sampler::Exact { lengths, .. }) = &self.sampler;
        lengths.short[1].max(lengths.long[1])
    }

    fn check(&self, place: &str, model: &ModelSpec) -> Checked<()> {
        let (Sampler::Prototype(lengths) | Sampler::Exact { lengths, .. }) = &self.sampler;
        for (name, [low, high]) in [("short", lengths.short), ("long", lengths.long)] {
            within(&format!("{place}.lengths.{name}"), low, 1, MOST_DIGITS)?;
            within(&format!("{place}.lengths.{name}"), high, low, MOST_DIGITS)?;
        }
        within(&format!("{place}.lengths.share"), lengths.share, 0.0, 1.0)?;
        if let Sampler::Exact { equal, carry, .. } = &self.sampler {
            within(&format!("{place}.equal"), *equal, 0.0, 1.0)?;
            within(&format!("{place}.carry"), *carry, 0.0, 1.0)?;
        }
        if let Some(packed) = self.packed {
            // Shorter rows could end before the first `=`, and then nothing is learnt from them.
            within(&format!("{place}.packed"), packed, 2 * self.most_digits() + 3, 1 << 20)?;
        }
        let Some(top) = self.alignment.top() else { return Ok(()) };
        if self.packed.is_some() || !self.reversed {
            return Err(Problem::new(
                format!("{place}.alignment"),
                "ids are given to single problems with the lowest digit first",
                "leave out `packed` and set `reversed`, or leave out the ids",
            ));
        }
        // A sum has a digit more than its operands, and the token after it has an id, too.
        within(&format!("{place}.alignment"), top, self.most_digits() + 2, 1 << 20)?;
        for (number, entries) in model.id_tables.iter().enumerate() {
            if *entries <= top {
                return Err(Problem::new(
                    format!("model.id_tables[{number}]"),
                    format!("{entries} entries, and ids go up to {top}"),
                    format!("give it {}", top + 1),
                ));
            }
        }
        Ok(())
    }
}

impl Alignment {
    /// The largest id.
    #[must_use]
    pub fn top(self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Consecutive(top) | Self::RandomSorted(top) => Some(top),
        }
    }
}
