//! Batches: a function of the data, a seed and the number of the step.

mod addition;
mod names;
mod text;

pub use addition::{Problem as AdditionProblem, Set};

use crate::problem::{Checked, Problem};
use crate::random::{PythonRandom, Stream, Use};
use crate::spec::DataSpec;

/// Rows of equal length that are computed together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// Tokens of each row.
    pub time: usize,
    /// Row by row.
    pub tokens: Vec<u32>,
    /// For each id table of the model an id for each token.
    pub ids: Vec<Vec<u32>>,
    /// The token that should follow each token.
    pub targets: Vec<u32>,
    /// How much it counts that it does; 0 for what is not learnt.
    pub weights: Vec<f32>,
}

impl Part {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.tokens.len() / self.time.max(1)
    }

    /// Rows of different lengths, filled up with token 0 of weight 0.
    pub(crate) fn of(rows: &[Row], tables: usize) -> Self {
        let time = rows.iter().map(|row| row.tokens.len()).max().unwrap_or(0);
        let mut part = Self { time, ids: vec![Vec::new(); tables], ..Self::default() };
        for row in rows {
            let filling = time - row.tokens.len();
            part.tokens.extend(row.tokens.iter().copied().chain(std::iter::repeat_n(0, filling)));
            part.targets.extend(row.targets.iter().copied().chain(std::iter::repeat_n(0, filling)));
            part.weights
                .extend(row.weights.iter().copied().chain(std::iter::repeat_n(0.0, filling)));
            for (into, ids) in part.ids.iter_mut().zip(&row.ids) {
                into.extend(ids.iter().copied().chain(std::iter::repeat_n(0, filling)));
            }
        }
        part
    }
}

/// One row before it is put beside others.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Row {
    pub(crate) tokens: Vec<u32>,
    pub(crate) ids: [Vec<u32>; 2],
    pub(crate) targets: Vec<u32>,
    pub(crate) weights: Vec<f32>,
}

impl Row {
    /// A row from which every next token is learnt.
    fn plain(sequence: &[u32]) -> Self {
        let inputs = &sequence[..sequence.len().saturating_sub(1)];
        Self {
            tokens: inputs.to_vec(),
            targets: sequence.get(1..).unwrap_or(&[]).to_vec(),
            weights: vec![1.0; inputs.len()],
            ids: Default::default(),
        }
    }
}

/// Data that batches are made of.
#[derive(Debug, Clone)]
pub struct Corpus {
    kind: Kind,
    hash: String,
}

#[derive(Debug, Clone)]
enum Kind {
    Names(names::Names),
    Text(text::Text),
    Addition,
}

impl Corpus {
    /// Reads the bytes of a data file; problems of addition have none.
    ///
    /// # Errors
    /// Bytes that are no text, or too little of it.
    pub fn new(spec: &DataSpec, bytes: Option<&[u8]>) -> Checked<Self> {
        let text = || -> Checked<&str> {
            let Some(bytes) = bytes else {
                return Err(Problem::new(
                    "data",
                    "no file is given",
                    "name the file of names or text",
                ));
            };
            std::str::from_utf8(bytes).map_err(|error| {
                let at = error.valid_up_to();
                Problem::new(
                    "data",
                    format!("byte {at} of the file is not UTF-8"),
                    "convert the file",
                )
            })
        };
        let kind = match spec {
            DataSpec::Names { .. } => Kind::Names(names::Names::new(text()?)?),
            DataSpec::Text { context, held_out } => {
                Kind::Text(text::Text::new(text()?, *context, *held_out)?)
            }
            DataSpec::Addition(_) => Kind::Addition,
        };
        let hash = match kind {
            // Problems are made, not read: what they are is in the settings.
            Kind::Addition => "none".to_owned(),
            _ => blake3::hash(bytes.unwrap_or(&[])).to_hex().to_string(),
        };
        Ok(Self { kind, hash })
    }

    /// Whether batches of these settings can be made of it.
    ///
    /// # Errors
    /// Another kind of data, or rows that are longer than the data.
    pub fn fits(&self, spec: &DataSpec) -> Checked<()> {
        match (&self.kind, spec) {
            (Kind::Names(_), DataSpec::Names { .. }) | (Kind::Addition, DataSpec::Addition(_)) => {
                Ok(())
            }
            (Kind::Text(text), DataSpec::Text { context, .. }) => text.fits(*context),
            _ => Err(Problem::new(
                "data",
                "the data was read as another kind",
                "read it with the settings that it is used with",
            )),
        }
    }

    /// A hash of the bytes that it was read from.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many tokens there are.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        match &self.kind {
            Kind::Names(names) => names.vocabulary(),
            Kind::Text(text) => text.vocabulary(),
            Kind::Addition => addition::VOCABULARY,
        }
    }

    /// The token that begins and ends a name, or ends a problem.
    #[must_use]
    pub fn end(&self) -> Option<u32> {
        match &self.kind {
            Kind::Names(names) => Some(names.end()),
            Kind::Text(_) => None,
            Kind::Addition => Some(addition::NEWLINE),
        }
    }

    /// What tokens say; those that stand for no character say nothing.
    #[must_use]
    pub fn text(&self, tokens: &[u32]) -> String {
        match &self.kind {
            Kind::Names(names) => names.letters().say(tokens),
            Kind::Text(text) => text.letters().say(tokens),
            Kind::Addition => addition::say(tokens),
        }
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// A character that the data does not have.
    pub fn tokens(&self, text: &str) -> Checked<Vec<u32>> {
        match &self.kind {
            Kind::Names(names) => names.letters().tokens(text),
            Kind::Text(known) => known.letters().tokens(text),
            Kind::Addition => addition::tokens(text),
        }
    }

    /// Puts names into the order in which Python's `random.shuffle` leaves them; other data has no order.
    pub fn shuffle_python(&mut self, random: &mut PythonRandom) {
        if let Kind::Names(names) = &mut self.kind {
            names.shuffle(random);
        }
    }

    /// The rows of a step in parts of at most `part` rows (0: all in one); short rows are put together.
    ///
    /// `spec` must be of the kind that the data was read as.
    #[must_use]
    pub fn batch(
        &self,
        spec: &DataSpec,
        seed: u64,
        step: u64,
        rows: usize,
        part: usize,
    ) -> Vec<Part> {
        let mut stream = Stream::new(seed, Use::Batch, step);
        let tables = spec.tables();
        let mut rows: Vec<Row> = match (&self.kind, spec) {
            (Kind::Names(names), DataSpec::Names { context }) => {
                (0..rows).map(|_| names.row(stream.below(names.count()), *context)).collect()
            }
            (Kind::Text(text), DataSpec::Text { context, .. }) => {
                (0..rows).map(|_| text.row(&mut stream, *context)).collect()
            }
            (Kind::Addition, DataSpec::Addition(settings)) => {
                (0..rows).map(|_| addition::row(settings, &mut stream)).collect()
            }
            _ => Vec::new(),
        };
        // Rows of one length need no filling; a stable order is a part of the result.
        rows.sort_by_key(|row| row.tokens.len());
        let part = if part == 0 { rows.len().max(1) } else { part };
        rows.chunks(part).map(|rows| Part::of(rows, tables)).collect()
    }

    /// Name number `step`, the first one following the last one, as a batch of one row.
    #[must_use]
    pub fn in_order(&self, spec: &DataSpec, step: u64) -> Vec<Part> {
        let (Kind::Names(names), DataSpec::Names { context }) = (&self.kind, spec) else {
            return Vec::new();
        };
        let number = usize::try_from(step % names.count().max(1) as u64).unwrap_or(0);
        vec![Part::of(&[names.row(number, *context)], 0)]
    }

    /// Windows of the part of a text that is not trained on, for a measure of the loss.
    #[must_use]
    pub fn held_out(&self, spec: &DataSpec, seed: u64, rows: usize) -> Option<Part> {
        let (Kind::Text(text), DataSpec::Text { context, .. }) = (&self.kind, spec) else {
            return None;
        };
        let mut stream = Stream::new(seed, Use::Evaluation, 0);
        let rows: Option<Vec<Row>> =
            (0..rows).map(|_| text.held_out_row(&mut stream, *context)).collect();
        Some(Part::of(&rows?, 0))
    }
}

impl DataSpec {
    /// How many ids each token has.
    pub(crate) fn tables(&self) -> usize {
        match self {
            Self::Addition(settings) if settings.alignment != crate::spec::Alignment::None => 2,
            _ => 0,
        }
    }
}

/// The characters of a text as tokens, in the order of their code points.
#[derive(Debug, Clone)]
pub(crate) struct Letters(Vec<char>);

impl Letters {
    fn of(text: impl Iterator<Item = char>) -> Self {
        let letters: std::collections::BTreeSet<char> = text.collect();
        Self(letters.into_iter().collect())
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn token(&self, letter: char) -> Option<u32> {
        self.0.binary_search(&letter).ok().and_then(|at| u32::try_from(at).ok())
    }

    fn say(&self, tokens: &[u32]) -> String {
        tokens.iter().filter_map(|token| self.0.get(*token as usize)).collect()
    }

    fn tokens(&self, text: &str) -> Checked<Vec<u32>> {
        let token = |letter| {
            self.token(letter).ok_or_else(|| {
                let reason = format!("the data has no character {letter:?}");
                Problem::new("text", reason, "use characters that the data has")
            })
        };
        text.chars().map(token).collect()
    }
}
