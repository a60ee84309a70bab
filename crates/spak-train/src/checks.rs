//! Whether a network keeps the invariants of a causal, recurrent transformer: measured, not assumed.

use crate::data::Part;
use crate::evaluate::Asked;
use crate::model::Model;
use crate::number::Number;
use crate::random::{Stream, Use};

/// What was measured on one batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariants {
    /// Rows whose earlier scores changed when a later token was changed. Must be 0.
    pub leaking_rows: usize,
    /// Rows that were changed for that.
    pub rows: usize,
    /// The largest distance from 1 of the sum of a row of attention shares.
    pub share_sum_error: f64,
    /// The largest attention share of a later token. Must be 0.
    pub later_share: f64,
    /// Mean over the rows of their cross entropy in nats, after each loop.
    pub losses: Vec<f64>,
    /// Of all rows and loops but the first, the share in which the row's loss was higher than a loop before.
    pub rising: f64,
}

impl Invariants {
    /// Whether everything that must hold does; that losses fall from loop to loop is only expected.
    #[must_use]
    pub fn hold<N: Number>(&self) -> bool {
        let tolerance = if N::BYTES == 8 { 1e-12 } else { 1e-5 };
        self.leaking_rows == 0 && self.later_share == 0.0 && self.share_sum_error <= tolerance
    }
}

/// Measures the invariants on a part; `seed` says which tokens are changed.
pub fn invariants<N: Number>(
    model: &Model,
    parameters: &[N],
    part: &Part,
    loops: usize,
    seed: u64,
) -> Invariants {
    let mut asked = Asked::new(model, parameters);
    let (share_sum_error, later_share) = asked.share_errors(part, loops);
    let rows = asked.row_losses(part, loops);
    let mean = |losses: &Vec<f64>| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
    let losses = rows.iter().map(mean).collect();
    let pairs = || rows.windows(2).flat_map(|pair| pair[0].iter().zip(&pair[1]));
    let rising = match pairs().count() {
        0 => 0.0,
        count => pairs().filter(|(before, after)| after > before).count() as f64 / count as f64,
    };
    let leaking_rows = leaking(&mut asked, model, part, loops, seed);
    Invariants { leaking_rows, rows: part.rows(), share_sum_error, later_share, losses, rising }
}

/// Changes a token of each row and counts the rows whose scores before it are not the same bits.
fn leaking<N: Number>(
    asked: &mut Asked<'_, N>,
    model: &Model,
    part: &Part,
    loops: usize,
    seed: u64,
) -> usize {
    let mut stream = Stream::new(seed, Use::Evaluation, u64::MAX - 1);
    let vocabulary = model.vocabulary();
    let before = asked.scores(part, loops);
    let mut changed = part.clone();
    let mut places = Vec::new();
    for row in 0..part.rows() {
        let place = stream.between(1, part.time.saturating_sub(1).max(1)).min(part.time - 1);
        let at = row * part.time + place;
        let other = 1 + stream.below(vocabulary.saturating_sub(1).max(1));
        changed.tokens[at] =
            u32::try_from((changed.tokens[at] as usize + other) % vocabulary).unwrap_or(0);
        for ids in &mut changed.ids {
            ids[at] = 0;
        }
        places.push(place);
    }
    let after = asked.scores(&changed, loops);
    let rows =
        before.chunks_exact(part.time * vocabulary).zip(after.chunks_exact(part.time * vocabulary));
    let differ = rows.zip(places).filter(|((before, after), place)| {
        before[..place * vocabulary] != after[..place * vocabulary]
    });
    differ.count()
}

/// Parameters none of whose numbers has a slope, by name: a back end that cuts the graph shows here.
#[must_use]
pub fn without_slope<N: Number>(model: &Model, slopes: &[N]) -> Vec<String> {
    let dead =
        model.layout().parameters().iter().filter(|parameter| {
            slopes[parameter.range.clone()].iter().all(|slope| *slope == N::ZERO)
        });
    dead.map(|parameter| parameter.name.clone()).collect()
}
