//! RMS norm (B. Zhang, R. Sennrich, 1910.07467) and layer norm (J. Ba and others, 1607.06450) of rows.

use super::row::{dot, total};
use crate::number::Number;
use crate::spec::NormKind;
use crate::wide::wide;

wide! {
    fn layer(into: &mut [N], scales: &mut [N], from: &[N], width: usize, epsilon: N, centred: bool) {
        let count = N::of(width as f64);
        for ((y, x), scale) in
            into.chunks_exact_mut(width).zip(from.chunks_exact(width)).zip(scales)
        {
            let mean = if centred { total(x) / count } else { N::ZERO };
            for (y, x) in y.iter_mut().zip(x) {
                *y = *x - mean;
            }
            *scale = N::ONE / (dot(y, y) / count + epsilon).root();
            for y in y {
                *y *= *scale;
            }
        }
    }
}

wide! {
    fn layer_backward(into: &mut [N], slope: &[N], normal: &[N], scales: &[N], width: usize, centred: bool) {
        let count = N::of(width as f64);
        let rows = into.chunks_exact_mut(width).zip(slope.chunks_exact(width));
        for (((dx, dy), y), scale) in rows.zip(normal.chunks_exact(width)).zip(scales) {
            let along = dot(dy, y) / count;
            let mean = if centred { total(dy) / count } else { N::ZERO };
            for ((dx, dy), y) in dx.iter_mut().zip(dy).zip(y) {
                *dx += *scale * (*dy - mean - along * *y);
            }
        }
    }
}

wide! {
    fn times_row(into: &mut [N], from: &[N], row: &[N]) {
        let width = row.len();
        for (y, x) in into.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
            for ((y, x), g) in y.iter_mut().zip(x).zip(row) {
                *y = *x * *g;
            }
        }
    }
}

wide! {
    fn gain_slope(gain: &mut [N], slope: &[N], normal: &[N]) {
        let width = gain.len();
        for (dy, y) in slope.chunks_exact(width).zip(normal.chunks_exact(width)) {
            for ((g, dy), y) in gain.iter_mut().zip(dy).zip(y) {
                *g += *dy * *y;
            }
        }
    }
}

/// Normalises each row of `from` into `normal` and keeps each row's factor in `scales`; with a gain, its products
/// with the normal rows go to `into`.
pub(crate) fn normalise<N: Number>(
    kind: NormKind,
    epsilon: f64,
    width: usize,
    from: &[N],
    (normal, scales): (&mut [N], &mut [N]),
    gain: Option<(&[N], &mut [N])>,
) {
    layer(normal, scales, from, width, N::of(epsilon), kind == NormKind::Layer);
    if let Some((gain, into)) = gain {
        times_row(into, normal, gain);
    }
}

/// Adds the slope of a norm's input to `into`, and that of its gain to `gain`'s second slice.
pub(crate) fn normalise_backward<N: Number>(
    kind: NormKind,
    width: usize,
    into: &mut [N],
    slope: &mut [N],
    (normal, scales): (&[N], &[N]),
    gain: Option<(&[N], &mut [N])>,
) {
    if let Some((gain, gain_into)) = gain {
        gain_slope(gain_into, slope, normal);
        let copy = slope.to_vec();
        times_row(slope, &copy, gain);
    }
    layer_backward(into, slope, normal, scales, width, kind == NormKind::Layer);
}
