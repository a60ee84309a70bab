//! Monotone fits: isotonic regression and monotone cubic interpolation, as the scoring methodology uses them.

/// A non-increasing fit of scattered points, by pooling adjacent violators.
///
/// Between the points it is linear, outside it is constant, as in scikit-learn's `IsotonicRegression`
/// with `increasing=False, out_of_bounds="clip"`.
#[derive(Debug, Clone)]
pub(crate) struct Decreasing {
    knots: Vec<(f64, f64)>,
}

struct Block {
    first: f64,
    last: f64,
    sum: f64,
    weight: f64,
}

impl Decreasing {
    /// The fit with the least squared error. Points need not be sorted; none of them is NaN.
    pub(crate) fn fit(mut points: Vec<(f64, f64)>) -> Self {
        // Each run's points come in order; the stable sort merges such stretches.
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut blocks: Vec<Block> = Vec::new();
        for (x, y) in points {
            match blocks.last_mut() {
                Some(last) if last.first == x && last.last == x => {
                    last.sum += y;
                    last.weight += 1.0;
                }
                _ => blocks.push(Block { first: x, last: x, sum: y, weight: 1.0 }),
            }
        }
        let mut pooled: Vec<Block> = Vec::new();
        for mut block in blocks {
            while let Some(before) = pooled.pop() {
                if before.sum / before.weight > block.sum / block.weight {
                    pooled.push(before);
                    break;
                }
                block.first = before.first;
                block.sum += before.sum;
                block.weight += before.weight;
            }
            pooled.push(block);
        }
        let knots = pooled
            .iter()
            .flat_map(|block| {
                let y = block.sum / block.weight;
                [(block.first, y), (block.last, y)]
            })
            .collect();
        Self { knots }
    }

    /// The fit at ascending places; NaN if there were no points.
    pub(crate) fn at(&self, places: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut next = 0;
        places
            .map(|x| {
                while self.knots.get(next).is_some_and(|knot| knot.0 < x) {
                    next += 1;
                }
                let before = next.checked_sub(1).and_then(|at| self.knots.get(at));
                match (before, self.knots.get(next)) {
                    (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
                    (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
                    (None, None) => f64::NAN,
                }
            })
            .collect()
    }
}

/// Monotone piecewise cubic interpolation (Fritsch and Butland 1984, as SciPy's `PchipInterpolator`)
/// of points with ascending `x`, at ascending places.
pub(crate) fn monotone_cubic(points: &[(f64, f64)], places: impl Iterator<Item = f64>) -> Vec<f64> {
    let pairs: Vec<(f64, f64)> = points
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] => Some((b.0 - a.0, (b.1 - a.1) / (b.0 - a.0))),
            _ => None,
        })
        .collect();
    let slopes = derivatives(&pairs);
    let mut at = 0;
    places
        .map(|x| {
            while at + 2 < points.len() && points.get(at + 1).is_some_and(|point| point.0 <= x) {
                at += 1;
            }
            let (Some(&(x0, y0)), Some(&(x1, y1))) = (points.get(at), points.get(at + 1)) else {
                return points.first().map_or(f64::NAN, |point| point.1);
            };
            let (d0, d1) = (value(&slopes, at), value(&slopes, at + 1));
            let width = x1 - x0;
            let t = (x - x0) / width;
            let (t2, t3) = (t * t, t * t * t);
            y0 * (2.0 * t3 - 3.0 * t2 + 1.0)
                + width * d0 * (t3 - 2.0 * t2 + t)
                + y1 * (3.0 * t2 - 2.0 * t3)
                + width * d1 * (t3 - t2)
        })
        .collect()
}

fn value(values: &[f64], at: usize) -> f64 {
    values.get(at).copied().unwrap_or(0.0)
}

/// The slope at every point from widths and slopes of the pieces between them.
fn derivatives(pieces: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(pieces.len() + 1);
    let edge = |near: (f64, f64), far: (f64, f64)| {
        let slope = ((2.0 * near.0 + far.0) * near.1 - near.0 * far.1) / (near.0 + far.0);
        if slope * near.1 <= 0.0 {
            0.0
        } else if near.1 * far.1 <= 0.0 && slope.abs() > 3.0 * near.1.abs() {
            3.0 * near.1
        } else {
            slope
        }
    };
    match pieces {
        [] => slopes.push(0.0),
        [only] => slopes.extend([only.1, only.1]),
        [first, second, ..] => {
            slopes.push(edge(*first, *second));
            for pair in pieces.windows(2) {
                let [(h0, m0), (h1, m1)] = pair else { continue };
                slopes.push(if m0 * m1 <= 0.0 {
                    0.0
                } else {
                    let (w0, w1) = (2.0 * h1 + h0, h1 + 2.0 * h0);
                    (w0 + w1) / (w0 / m0 + w1 / m1)
                });
            }
            if let [.., before, last] = pieces {
                slopes.push(edge(*last, *before));
            }
        }
    }
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fit_is_monotone_and_keeps_the_mean(
            points in proptest::collection::vec((0u32..50, -10.0f64..10.0), 1..60)
        ) {
            let points: Vec<(f64, f64)> = points.iter().map(|&(x, y)| (f64::from(x), y)).collect();
            let mean = points.iter().map(|point| point.1).sum::<f64>() / points.len() as f64;
            let fit = Decreasing::fit(points.clone());
            let mut xs: Vec<f64> = points.iter().map(|point| point.0).collect();
            xs.sort_unstable_by(f64::total_cmp);
            let values = fit.at(xs.into_iter());
            prop_assert!(values.windows(2).all(|pair| pair[0] >= pair[1] - 1e-9));
            let fitted = values.iter().sum::<f64>() / values.len() as f64;
            prop_assert!((mean - fitted).abs() < 1e-9);
        }

        #[test]
        fn what_is_monotone_is_its_own_fit(steps in proptest::collection::vec(0.1f64..5.0, 1..40)) {
            let mut level = 0.0;
            let points: Vec<(f64, f64)> = steps
                .iter()
                .enumerate()
                .map(|(at, step)| { level -= step; (at as f64, level) })
                .collect();
            let values = Decreasing::fit(points.clone()).at(points.iter().map(|point| point.0));
            for (value, point) in values.iter().zip(&points) {
                prop_assert!((value - point.1).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn cubic_agrees_with_scipy() {
        // SciPy 1.14: PchipInterpolator([1, 2, 4, 7], [9, 5, 4, 1])([1, 1.5, 2, 3, 5.5, 7])
        let points = [(1.0, 9.0), (2.0, 5.0), (4.0, 4.0), (7.0, 1.0)];
        let found = monotone_cubic(&points, [1.0, 2.0, 4.0, 7.0].into_iter());
        for (found, point) in found.iter().zip(&points) {
            assert!((found - point.1).abs() < 1e-12);
        }
        let between = monotone_cubic(&points, (0..=60).map(|at| 1.0 + f64::from(at) / 10.0));
        assert!(between.windows(2).all(|pair| pair[0] >= pair[1]));
    }
}
