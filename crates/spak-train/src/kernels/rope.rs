//! Rotary positions (J. Su and others, 2104.09864): pairs of a head are turned by angles that grow with the position.

use crate::number::Number;

/// Cosines and sines for each position and pair.
#[derive(Debug, Clone)]
pub(crate) struct Angles<N> {
    pairs: usize,
    cosines: Vec<N>,
    sines: Vec<N>,
}

impl<N: Number> Angles<N> {
    /// Angles of `positions` positions for heads of `width` numbers, of which the first half is paired with the second.
    pub(crate) fn new(positions: usize, width: usize, base: f64) -> Self {
        let pairs = width / 2;
        let mut angles = Self { pairs, cosines: Vec::new(), sines: Vec::new() };
        for position in 0..positions {
            for pair in 0..pairs {
                let angle = position as f64 * base.powf(-2.0 * pair as f64 / width as f64);
                angles.cosines.push(N::of(angle.cos()));
                angles.sines.push(N::of(angle.sin()));
            }
        }
        angles
    }
}

/// Turns each head of each row in place, by the angles of row number modulo `time`; back if `back`.
pub(crate) fn rotate<N: Number>(
    values: &mut [N],
    width: usize,
    time: usize,
    angles: &Angles<N>,
    back: bool,
) {
    let pairs = angles.pairs;
    let positions = angles.cosines.len() / pairs.max(1);
    for (row, values) in values.chunks_exact_mut(width).enumerate() {
        let at = (row % time).min(positions.saturating_sub(1)) * pairs;
        let (cosines, sines) = (&angles.cosines[at..at + pairs], &angles.sines[at..at + pairs]);
        for head in values.chunks_exact_mut(2 * pairs) {
            let (first, second) = head.split_at_mut(pairs);
            for (((a, b), cosine), sine) in first.iter_mut().zip(second).zip(cosines).zip(sines) {
                let sine = if back { -*sine } else { *sine };
                (*a, *b) = (*a * *cosine - *b * sine, *a * sine + *b * *cosine);
            }
        }
    }
}
