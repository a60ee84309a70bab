//! Problems of addition as text, and sets of them for evaluation.

use super::{Part, Row};
use crate::problem::{Checked, Problem as Wrong};
use crate::random::{Stream, Use};
use crate::spec::{Addition, Alignment, Lengths, Sampler};

/// `\n`, `+`, the ten digits, `=`: the tokens in the order of their code points.
pub(super) const VOCABULARY: usize = 13;
/// The token that ends a problem.
pub(super) const NEWLINE: u32 = 0;
const PLUS: u32 = 1;
const ZERO: u32 = 2;
const EQUALS: u32 = 12;
const CHARACTERS: &[u8; VOCABULARY] = b"\n+0123456789=";

/// What tokens say.
pub(super) fn say(tokens: &[u32]) -> String {
    tokens
        .iter()
        .filter_map(|t| CHARACTERS.get(*t as usize))
        .map(|byte| char::from(*byte))
        .collect()
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Checked<Vec<u32>> {
    let token = |letter: char| {
        let at = CHARACTERS.iter().position(|byte| char::from(*byte) == letter);
        at.and_then(|at| u32::try_from(at).ok()).ok_or_else(|| {
            Wrong::new(
                "text",
                format!("{letter:?} is no part of an addition"),
                "use digits, `+`, `=` and newlines",
            )
        })
    };
    text.chars().map(token).collect()
}

/// Two numbers to add, digits lowest first and without zeros at the end but for a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The first number.
    pub a: Vec<u8>,
    /// The second number.
    pub b: Vec<u8>,
}

/// Which problems of a length are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// One operand has exactly this many digits, the other any smaller length, or the same if that is 1.
    Mixed,
    /// Both have exactly this many digits.
    Equal,
    /// Every place carries or passes a carry on: all nines and one digit, and digits that add up to nine after one
    /// that carries.
    Carry,
}

impl Problem {
    /// The digits of the sum, lowest first.
    #[must_use]
    pub fn sum(&self) -> Vec<u8> {
        let mut carry = 0;
        let mut sum = Vec::new();
        for place in 0..self.a.len().max(self.b.len()) {
            let digit = |n: &[u8]| n.get(place).copied().unwrap_or(0);
            let total = digit(&self.a) + digit(&self.b) + carry;
            sum.push(total % 10);
            carry = total / 10;
        }
        if carry > 0 {
            sum.push(carry);
        }
        sum
    }

    /// `count` problems of a set of this length, from the evaluation streams of a seed.
    #[must_use]
    pub fn set(set: Set, digits: usize, count: usize, seed: u64) -> Vec<Self> {
        let kind = match set {
            Set::Mixed => 0,
            Set::Equal => 1,
            Set::Carry => 2,
        };
        let mut stream = Stream::new(seed, Use::Evaluation, digits as u64 * 4 + kind);
        (0..count).map(|number| Self::of_set(set, digits.max(1), number, &mut stream)).collect()
    }

    fn of_set(set: Set, digits: usize, number: usize, stream: &mut Stream) -> Self {
        let (a, b) = match set {
            Set::Mixed => {
                let other = stream.between(1, digits.saturating_sub(1).max(1));
                (exact(digits, stream), exact(other, stream))
            }
            Set::Equal => (exact(digits, stream), exact(digits, stream)),
            Set::Carry if number.is_multiple_of(2) => {
                (vec![9; digits], vec![digit(stream.between(1, 9))])
            }
            Set::Carry => {
                let a = exact(digits, stream);
                let mut b: Vec<u8> = a.iter().map(|d| 9 - d).collect();
                b[0] = digit(stream.between(usize::from(10 - a[0].max(1)), 9));
                let a = if a[0] == 0 { [&[1], &a[1..]].concat() } else { a };
                (a, trimmed(b))
            }
        };
        if stream.chance(0.5) { Self { a, b } } else { Self { a: b, b: a } }
    }

    /// The problem as a row, with ids drawn from the stream if the format has them.
    pub(crate) fn row(&self, format: &Addition, stream: &mut Stream) -> Row {
        let length = self.a.len().max(self.b.len());
        let sum = self.sum();
        let mut sequence = Vec::new();
        let mut places = Vec::new();
        for (number, after) in [(&self.a, PLUS), (&self.b, EQUALS)] {
            let digits = if format.padded { length } else { number.len() };
            push(&mut sequence, &mut places, number, digits, format.reversed);
            sequence.push(after);
            places.push(None);
        }
        let asked = sequence.len() - 1;
        push(&mut sequence, &mut places, &sum, sum.len(), format.reversed);
        sequence.push(NEWLINE);
        let mut row = Row::plain(&sequence);
        row.weights[..asked].fill(0.0);
        if let Some(ids) = draw_ids(format.alignment, length + 2, stream) {
            let count = row.tokens.len();
            let id = |place: Option<usize>| place.map_or(0, |place| ids[place]);
            row.ids[0] = places[..count].iter().map(|place| id(*place)).collect();
            // The first digit of the answer is announced by `=`.
            row.ids[1] = (0..count).map(|at| id(at.checked_sub(asked))).collect();
        }
        row
    }

    /// Problems as parts of at most `part` rows with the indexes of those problems; ids come from the stream.
    pub(crate) fn parts(
        problems: &[Self],
        format: &Addition,
        part: usize,
        stream: &mut Stream,
    ) -> Vec<Part> {
        let mut rows: Vec<Row> = problems.iter().map(|p| p.row(format, stream)).collect();
        rows.sort_by_key(|row| row.tokens.len());
        let tables = if format.alignment == Alignment::None { 0 } else { 2 };
        rows.chunks(part.max(1)).map(|rows| Part::of(rows, tables)).collect()
    }
}

/// A row of training.
pub(super) fn row(format: &Addition, stream: &mut Stream) -> Row {
    let Some(length) = format.packed else {
        return draw(&format.sampler, stream).row(format, stream);
    };
    // Problems follow each other until the row is full; the last one is cut.
    let mut full = Row::default();
    while full.tokens.len() < length {
        let one = draw(&format.sampler, stream).row(format, stream);
        // After the newline of a problem comes the next one, which nobody can guess.
        full.tokens.extend(one.tokens);
        full.targets.extend(one.targets);
        full.weights.extend(one.weights);
        full.tokens.push(NEWLINE);
        full.targets.push(NEWLINE);
        full.weights.push(0.0);
    }
    full.tokens.truncate(length);
    full.targets.truncate(length);
    full.weights.truncate(length);
    full
}

/// A problem of a sampler.
fn draw(sampler: &Sampler, stream: &mut Stream) -> Problem {
    let choose = |lengths: &Lengths, stream: &mut Stream| {
        if stream.chance(lengths.share) { lengths.long } else { lengths.short }
    };
    match sampler {
        Sampler::Prototype(lengths) => {
            let [low, high] = choose(lengths, stream);
            // Long problems have one of the long largest lengths, all others the largest short one.
            let most = if [low, high] == lengths.long { stream.between(low, high) } else { high };
            let mut number = || {
                let digits = stream.between(1, most);
                trimmed((0..digits).map(|_| digit(stream.below(10))).collect())
            };
            Problem { a: number(), b: number() }
        }
        Sampler::Exact { lengths, equal, carry } => {
            let [low, high] = choose(lengths, stream);
            let longer = stream.between(low, high);
            let other = if stream.chance(*equal) { longer } else { stream.between(1, longer) };
            let a = exact(longer, stream);
            let b = if stream.chance(*carry) {
                let b = a[..other].iter().map(|d| digit(stream.between(usize::from(9 - d), 9)));
                trimmed(b.collect())
            } else {
                exact(other, stream)
            };
            if stream.chance(0.5) { Problem { a, b } } else { Problem { a: b, b: a } }
        }
    }
}

/// A number of exactly this many digits; one digit may be zero.
fn exact(digits: usize, stream: &mut Stream) -> Vec<u8> {
    let mut number: Vec<u8> = (0..digits).map(|_| digit(stream.below(10))).collect();
    if digits > 1
        && let Some(last) = number.last_mut()
    {
        *last = digit(stream.between(1, 9));
    }
    number
}

/// Without zeros before the first other digit.
fn trimmed(mut number: Vec<u8>) -> Vec<u8> {
    while number.len() > 1 && number.last() == Some(&0) {
        number.pop();
    }
    number
}

fn digit(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(9)
}

/// Adds a number of `digits` digits with zeros before it, and the significance of each.
fn push(
    sequence: &mut Vec<u32>,
    places: &mut Vec<Option<usize>>,
    number: &[u8],
    digits: usize,
    reversed: bool,
) {
    for at in 0..digits {
        let place = if reversed { at } else { digits - 1 - at };
        sequence.push(ZERO + u32::from(number.get(place).copied().unwrap_or(0)));
        places.push(Some(place));
    }
}

/// The id of each significance.
fn draw_ids(alignment: Alignment, count: usize, stream: &mut Stream) -> Option<Vec<u32>> {
    match alignment {
        Alignment::None => None,
        Alignment::Consecutive(top) => {
            let start = stream.between(1, (top + 1).saturating_sub(count).max(1));
            Some((start..start + count).map(|id| u32::try_from(id).unwrap_or(0)).collect())
        }
        Alignment::RandomSorted(top) => {
            let mut ids = stream.subset(count, top);
            // More places than ids: the last ones have none. Evaluation checks lengths before.
            ids.resize(count, 0);
            Some(ids)
        }
    }
}
