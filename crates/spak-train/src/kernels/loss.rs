//! Cross entropy of rows of scores against targets, with a weight for each row.

use crate::wide::wide;

wide! {
    /// The weighted sum of the rows' losses; `slopes` becomes the slope of it by each score.
    ///
    /// Rows of weight 0 cost nothing and have no slope, whatever their target.
    pub(crate) fn cross_entropy(slopes: &mut [N], scores: &[N], width: usize, targets: &[u32], weights: &[N]) -> N {
        let mut loss = N::ZERO;
        let rows = slopes.chunks_exact_mut(width).zip(scores.chunks_exact(width));
        for (((slopes, scores), target), weight) in rows.zip(targets).zip(weights) {
            if *weight == N::ZERO {
                slopes.fill(N::ZERO);
                continue;
            }
            let mut top = scores[0];
            for score in scores {
                top = score.larger(top);
            }
            let mut sum = N::ZERO;
            for (slope, score) in slopes.iter_mut().zip(scores) {
                *slope = (*score - top).exponential();
                sum += *slope;
            }
            let target = *target as usize;
            let share = slopes[target] / sum;
            // Through double precision: the logarithm is one a row.
            let log = if share > N::ZERO {
                N::of(share.double().ln())
            } else {
                scores[target] - top - N::of(sum.double().ln())
            };
            loss -= *weight * log;
            for slope in &mut *slopes {
                *slope = *slope / sum * *weight;
            }
            slopes[target] -= *weight;
        }
        loss
    }
}
