//! What a trained network can do: losses, exact answers, samples.

use crate::data::{AdditionProblem, Corpus, Part};
use crate::kernels::Angles;
use crate::model::Model;
use crate::number::Number;
use crate::problem::{Checked, Problem};
use crate::random::{PythonRandom, Stream, Use};
use crate::spec::{Addition, Positions};
use crate::tape::Tape;

/// A network with its parameters, to be asked.
#[derive(Debug)]
pub struct Asked<'a, N: Number> {
    model: &'a Model,
    parameters: &'a [N],
    tape: Tape<N>,
    angles: Option<Angles<N>>,
    angles_time: usize,
}

/// Rows that are asked together: enough to be fast, few enough to stay near the processor.
const TOGETHER: usize = 64;

impl<'a, N: Number> Asked<'a, N> {
    /// Parameters must be laid out as the model says.
    #[must_use]
    pub fn new(model: &'a Model, parameters: &'a [N]) -> Self {
        Self { model, parameters, tape: Tape::new(), angles: None, angles_time: 0 }
    }

    /// Mean cross entropy in nats after each of `loops` loops.
    pub fn losses(&mut self, part: &Part, loops: usize) -> Vec<f64> {
        let weight: f64 = part.weights.iter().map(|w| f64::from(*w)).sum();
        let weights: Vec<N> = part.weights.iter().map(|w| N::of(f64::from(*w) / weight)).collect();
        let scores = self.forward(part, &vec![true; loops]);
        let mut losses = Vec::with_capacity(loops);
        for score in scores {
            let loss = self.tape.cross_entropy(score, &part.targets, &weights);
            losses.push(self.tape.single(loss).double());
        }
        losses
    }

    /// Mean cross entropy in nats of each row that counts, after each of `loops` loops: loops of rows.
    pub fn row_losses(&mut self, part: &Part, loops: usize) -> Vec<Vec<f64>> {
        let vocabulary = self.model.vocabulary();
        let scores = self.forward(part, &vec![true; loops]);
        let each = scores.into_iter().map(|scores| {
            let rows = self.tape.values(scores).chunks_exact(part.time * vocabulary);
            let targets =
                part.targets.chunks_exact(part.time).zip(part.weights.chunks_exact(part.time));
            let loss = |(scores, (targets, weights)): (&[N], (&[u32], &[f32]))| {
                let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
                let tokens = scores.chunks_exact(vocabulary).zip(targets.iter().zip(weights));
                let sum: f64 = tokens
                    .map(|(scores, (target, weight))| {
                        surprise(scores, *target) * f64::from(*weight)
                    })
                    .sum();
                (total > 0.0).then(|| sum / total)
            };
            rows.zip(targets).filter_map(loss).collect()
        });
        each.collect()
    }

    /// The scores of each token after the last loop, row by row.
    pub fn scores(&mut self, part: &Part, loops: usize) -> Vec<N> {
        let scores = self.forward(part, &last(loops));
        scores.last().map_or_else(Vec::new, |scores| self.tape.values(*scores).to_vec())
    }

    /// The largest distance from 1 of a sum of attention shares over a row, and of a share that sees what it must not.
    pub(crate) fn share_errors(&mut self, part: &Part, loops: usize) -> (f64, f64) {
        self.forward(part, &last(loops));
        let (mut sums, mut hidden) = (0.0_f64, 0.0_f64);
        for (layout, shares) in self.tape.shares() {
            for (at, row) in shares.chunks_exact(layout.time).enumerate() {
                let sum: f64 = row.iter().map(|share| share.double()).sum();
                sums = sums.max((sum - 1.0).abs());
                let after = row.iter().skip(at % layout.time + 1);
                hidden = after.fold(hidden, |most, share| most.max(share.double().abs()));
            }
        }
        (sums, hidden)
    }

    fn forward(&mut self, part: &Part, read: &[bool]) -> Vec<crate::tape::Value> {
        if part.time > self.angles_time {
            self.angles = self.model.angles(part.time);
            self.angles_time = part.time;
        }
        self.tape.clear();
        let angles = self.angles.as_ref();
        self.model.forward(&mut self.tape, self.parameters, angles, part, read)
    }

    /// How many problems are answered exactly, newline included, if the likeliest token is taken each time.
    ///
    /// The whole answer is put in and each of its tokens must be the likeliest one after those before it: this is the
    /// same as going on from one's own tokens, since the first wrong one decides.
    ///
    /// # Errors
    /// A problem that is too long for the ids of its format.
    pub fn exact(
        &mut self,
        problems: &[AdditionProblem],
        format: &Addition,
        loops: usize,
        seed: u64,
    ) -> Checked<usize> {
        let longest = problems.iter().map(|p| p.a.len().max(p.b.len())).max().unwrap_or(0);
        if let Some(top) = format.alignment.top()
            && longest + 2 > top
        {
            return Err(Problem::new(
                "problems",
                format!("{longest} digits need {} ids, and there are {top}", longest + 2),
                "ask shorter problems, or train with more ids",
            ));
        }
        if let Positions::Learned(entries) = self.model.spec().positions
            && 3 * longest + 3 > entries
        {
            return Err(Problem::new(
                "problems",
                format!(
                    "{longest} digits are {} tokens, and there are {entries} positions",
                    3 * longest + 3
                ),
                "ask shorter problems, or train with more positions",
            ));
        }
        let mut stream = Stream::new(seed, Use::Evaluation, u64::MAX);
        let parts = AdditionProblem::parts(problems, format, TOGETHER, &mut stream);
        Ok(parts.iter().map(|part| self.exact_rows(part, loops)).sum())
    }

    fn exact_rows(&mut self, part: &Part, loops: usize) -> usize {
        let vocabulary = self.model.vocabulary();
        let scores = self.scores(part, loops);
        let rows = scores.chunks_exact(part.time * vocabulary);
        let targets =
            part.targets.chunks_exact(part.time).zip(part.weights.chunks_exact(part.time));
        let right = rows.zip(targets).filter(|(scores, (targets, weights))| {
            let tokens = scores.chunks_exact(vocabulary).zip(targets.iter().zip(*weights));
            tokens
                .filter(|(_, (_, weight))| **weight > 0.0)
                .all(|(scores, (target, _))| likeliest(scores) == Some(*target as usize))
        });
        right.count()
    }

    /// The likeliest token after these, of a row without ids.
    pub fn next(&mut self, tokens: &[u32], loops: usize) -> Option<u32> {
        let scores = self.after(tokens, loops);
        likeliest(&scores).and_then(|at| u32::try_from(at).ok())
    }

    /// The scores of the token after these, of a row without ids.
    ///
    /// With learned positions only as many of the last tokens are read as there are positions.
    fn after(&mut self, tokens: &[u32], loops: usize) -> Vec<N> {
        let tokens = match self.model.spec().positions {
            Positions::Learned(entries) => &tokens[tokens.len().saturating_sub(entries)..],
            Positions::None | Positions::Rotary(_) => tokens,
        };
        let ids = vec![vec![0; tokens.len()]; self.model.spec().id_tables.len()];
        let part = Part { time: tokens.len(), tokens: tokens.to_vec(), ids, ..Part::default() };
        let scores = self.scores(&part, loops);
        let at = scores.len().saturating_sub(self.model.vocabulary());
        scores[at..].to_vec()
    }

    /// A row that goes on from `begin` until `end` comes, or `most` tokens in all are there; without `begin` and `end`.
    /// The token is drawn in proportion to the exponential of its score divided by `temperature`.
    pub fn sample(
        &mut self,
        begin: &[u32],
        end: Option<u32>,
        most: usize,
        (temperature, loops): (f64, usize),
        draw: &mut Draw,
    ) -> Vec<u32> {
        let mut tokens = begin.to_vec();
        while tokens.len() < most + begin.len() && !tokens.is_empty() {
            let scores: Vec<f64> =
                self.after(&tokens, loops).iter().map(|s| s.double() / temperature).collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
            let total: f64 = powers.iter().sum();
            let shares: Vec<f64> = powers.iter().map(|p| p / total).collect();
            let Some(token) = draw.choose(&shares).and_then(|at| u32::try_from(at).ok()) else {
                break;
            };
            if Some(token) == end {
                break;
            }
            tokens.push(token);
        }
        tokens.split_off(begin.len())
    }
}

/// Where samples draw from.
#[derive(Debug, Clone)]
pub enum Draw {
    /// A stream of a seed.
    Keyed(Box<Stream>),
    /// Python's `random.choices`.
    Python(PythonRandom),
}

impl Draw {
    fn choose(&mut self, shares: &[f64]) -> Option<usize> {
        match self {
            Self::Python(random) => random.choose(shares),
            Self::Keyed(stream) => {
                let mut left = stream.unit();
                let at = shares.iter().position(|share| {
                    left -= share;
                    left < 0.0
                });
                at.or_else(|| shares.len().checked_sub(1))
            }
        }
    }
}

impl Corpus {
    /// `count` samples of a network that was trained on names: Python's draws follow each other.
    pub fn names<N: Number>(
        &self,
        asked: &mut Asked<'_, N>,
        count: usize,
        (most, temperature, loops): (usize, f64, usize),
        draw: &mut Draw,
    ) -> Vec<String> {
        let begin: Vec<u32> = self.end().into_iter().collect();
        let one =
            |_| self.text(&asked.sample(&begin, self.end(), most, (temperature, loops), draw));
        (0..count).map(one).collect()
    }
}

/// The cross entropy of one token in nats, in double precision.
fn surprise<N: Number>(scores: &[N], target: u32) -> f64 {
    let top = scores.iter().map(|s| s.double()).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|s| (s.double() - top).exp()).sum();
    scores.get(target as usize).map_or(f64::NAN, |score| top + total.ln() - score.double())
}

/// Only the last loop is read.
fn last(loops: usize) -> Vec<bool> {
    (1..=loops).map(|number| number == loops).collect()
}

/// The first of the largest; `None` if one is not a number.
fn likeliest<N: Number>(scores: &[N]) -> Option<usize> {
    let mut best = 0;
    for (at, score) in scores.iter().enumerate() {
        if !score.finite() {
            return None;
        }
        if *score > scores[best] {
            best = at;
        }
    }
    (!scores.is_empty()).then_some(best)
}
