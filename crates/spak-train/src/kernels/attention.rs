//! Softmax attention of several heads over rows of equal length.

use super::row::{dot, total};
use crate::number::{Number, View, product};
use crate::wide::wide;

/// How the rows of queries, keys and values are laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads {
    /// Sequences.
    pub(crate) batch: usize,
    /// Rows of each sequence.
    pub(crate) time: usize,
    /// Heads, each a part of every row.
    pub(crate) heads: usize,
    /// Numbers of a row: heads times their width.
    pub(crate) width: usize,
    /// Whether a row sees only itself and those before it.
    pub(crate) causal: bool,
}

impl Heads {
    fn head_width(self) -> usize {
        self.width / self.heads
    }

    fn scale<N: Number>(self) -> N {
        N::ONE / N::of(self.head_width() as f64).root()
    }

    /// Each head of each sequence: where its numbers begin in the rows, and where its scores begin.
    fn each(self) -> impl Iterator<Item = (View, usize)> {
        let Self { batch, time, heads, width, .. } = self;
        (0..batch * heads).map(move |at| {
            let start = (at / heads) * time * width + (at % heads) * (width / heads);
            (View { start, row: width, column: 1 }, at * time * time)
        })
    }
}

wide! {
    /// Softmax of each row of a square of scores; rows see columns up to their own number if `causal`.
    fn softmax_rows(scores: &mut [N], time: usize, causal: bool) {
        for (row, scores) in scores.chunks_exact_mut(time).enumerate() {
            if causal {
                // The exponential makes exact zeros of these, and whole rows become vector instructions.
                scores[row + 1..].fill(N::of(f64::NEG_INFINITY));
            }
            let mut top = scores[0];
            for score in &*scores {
                top = score.larger(top);
            }
            for score in &mut *scores {
                *score = (*score - top).exponential();
            }
            let sum = total(scores);
            for score in scores {
                *score /= sum;
            }
        }
    }
}

wide! {
    /// Slopes of scores from slopes of shares, in place: `s (d - sum(s d))`, times `scale`.
    fn softmax_rows_backward(slopes: &mut [N], shares: &[N], time: usize, scale: N) {
        for (slopes, shares) in slopes.chunks_exact_mut(time).zip(shares.chunks_exact(time)) {
            let along = dot(slopes, shares);
            for (slope, share) in slopes.iter_mut().zip(shares) {
                *slope = *share * (*slope - along) * scale;
            }
        }
    }
}

/// Attends: shares go to `shares` (sequence, head, row, column), results to `into`.
pub(crate) fn attend<N: Number>(
    layout: Heads,
    (q, k, v): (&[N], &[N], &[N]),
    shares: &mut [N],
    into: &mut [N],
) {
    let (time, head) = (layout.time, layout.head_width());
    for (view, at) in layout.each() {
        let square = View { start: at, ..View::rows(time) };
        product(
            [time, head, time],
            layout.scale(),
            (q, view),
            (k, view.transposed()),
            N::ZERO,
            (shares, square),
        );
        softmax_rows(&mut shares[at..at + time * time], time, layout.causal);
        product([time, time, head], N::ONE, (shares, square), (v, view), N::ZERO, (into, view));
    }
}

/// Adds the slopes of queries, keys and values to theirs.
pub(crate) fn attend_backward<N: Number>(
    layout: Heads,
    (q, k, v): (&[N], &[N], &[N]),
    shares: &[N],
    slope: &[N],
    [q_slope, k_slope, v_slope]: [&mut [N]; 3],
) {
    let (time, head) = (layout.time, layout.head_width());
    let mut scores = vec![N::ZERO; time * time];
    let own = View::rows(time);
    for (view, at) in layout.each() {
        let square = View { start: at, ..own };
        let transposed = view.transposed();
        product(
            [time, head, time],
            N::ONE,
            (slope, view),
            (v, transposed),
            N::ZERO,
            (&mut scores, own),
        );
        product(
            [time, time, head],
            N::ONE,
            (shares, square.transposed()),
            (slope, view),
            N::ONE,
            (v_slope, view),
        );
        softmax_rows_backward(&mut scores, &shares[at..at + time * time], time, layout.scale());
        product([time, time, head], N::ONE, (&scores, own), (k, view), N::ONE, (q_slope, view));
        product(
            [time, time, head],
            N::ONE,
            (&scores, own.transposed()),
            (q, view),
            N::ONE,
            (k_slope, view),
        );
    }
}
