//! Attention forward in float64, one query row at a time.
//!
//! # Tolerance
//! The exact row is `o = Σ wⱼvⱼ` with `wⱼ = pⱼ/l`, `pⱼ = exp(sⱼ − m)`, `l = Σ pⱼ`. A float32 program
//! has `pⱼ(1 + δⱼ)` in place of `pⱼ`, in numerator and denominator alike, so a common error cancels:
//! `o' − o = Σ wⱼδⱼ(vⱼ − o) / (1 + Σ wⱼδⱼ)`. With `|δⱼ| <= Dⱼ = exp(dⱼ) − 1`, where `dⱼ` is the sum of
//!
//! - the score: `(factor(d) + 4u)·Σ|q||k|/√d` (dot product; scale, its rounding and a change of base),
//! - the difference to the maximum and the exponent's own argument reduction: `4u·|sⱼ − m|`,
//! - the exponential itself, once and for each time the running maximum of an online softmax can
//!   change: `(r + 2)·ε`. `r` is the number of running maxima from the front or the back, whichever
//!   is larger; blocks have fewer. `ε` is [`FUNCTION_ERROR`].
//!
//! the element `o_c` may be off by
//! `[Σ wⱼDⱼ|vⱼ_c − o_c|] / (1 − Σ wⱼDⱼ) + factor(n)·Σ wⱼ|vⱼ_c| + (factor(n) + 8u)·|o_c|`,
//! with `n` visible keys: the products with V, the sum `l`, the division and rescaling. Subnormal
//! weights and products may be flushed: `2^-126·(n + Σ|vⱼ_c|)`.
//!
//! `LSE = m + ln l` may be off by `Σ wⱼDⱼ + factor(n) + ε·(1 + |ln l|) + 4u·(|m| + |LSE|)`.
//! A row that sees no key is exactly zero, with LSE exactly −∞.

use spak_records::Problem;

use super::bounds::{FUNCTION_ERROR, Rounding, SMALLEST_NORMAL, UNIT};
use super::{Expected, ExpectedRow};

struct Key {
    score: f64,
    /// `Dⱼ`.
    relative: f64,
    weight: f64,
}

/// The reference of query row `row` (over batch, heads and positions).
pub fn expected_row(
    problem: &Problem,
    inputs: &[Vec<f32>],
    row: usize,
    rounding: Rounding,
) -> ExpectedRow {
    let (Problem::AttentionForward { store_lse, .. }, [q, k, v]) = (problem, inputs) else {
        return ExpectedRow::default();
    };
    let Some(place) = Place::of(problem, row) else { return ExpectedRow::default() };
    let d = place.head_dim;
    let head = place.kv_head * place.kv_len * d;
    let (Some(q), Some(k), Some(v)) = (
        q.get(row * d..(row + 1) * d),
        k.get(head..head + place.visible * d),
        v.get(head..head + place.visible * d),
    ) else {
        return ExpectedRow::default();
    };
    let element = |output, index, value, tolerance| Expected { output, index, value, tolerance };
    let mut elements = Vec::with_capacity(d + 1);
    if place.visible == 0 {
        elements.extend((0..d).map(|c| element(0, row * d + c, 0.0, 0.0)));
        if *store_lse {
            elements.push(element(1, row, f64::NEG_INFINITY, 0.0));
        }
        return ExpectedRow { elements };
    }

    let (keys, maximum, sum) = weigh(q, k, d, rounding);
    let spread: f64 = keys.iter().map(|key| key.weight * key.relative).sum();
    let n = keys.len();
    let factor = rounding.factor(n);
    let mut o = vec![0.0f64; d];
    for (key, v) in keys.iter().zip(v.chunks_exact(d)) {
        for (o, v) in o.iter_mut().zip(v) {
            *o += key.weight * f64::from(*v);
        }
    }
    let mut from_weights = vec![0.0f64; d];
    let mut from_sums = vec![0.0f64; d];
    let mut magnitudes = vec![0.0f64; d];
    for (key, v) in keys.iter().zip(v.chunks_exact(d)) {
        let error = key.weight * key.relative;
        for (c, v) in v.iter().enumerate() {
            let v = f64::from(*v);
            if let (Some(a), Some(b), Some(m), Some(o)) =
                (from_weights.get_mut(c), from_sums.get_mut(c), magnitudes.get_mut(c), o.get(c))
            {
                *a += error * (v - o).abs();
                *b += key.weight * v.abs();
                *m += v.abs();
            }
        }
    }
    let room = (1.0 - spread).max(0.1);
    for (c, o) in o.iter().enumerate() {
        let at = |values: &[f64]| values.get(c).copied().unwrap_or(0.0);
        let tolerance = at(&from_weights) / room
            + factor * at(&from_sums)
            + (factor + 8.0 * UNIT) * o.abs()
            + SMALLEST_NORMAL * (n as f64 + at(&magnitudes));
        elements.push(element(0, row * d + c, *o, tolerance));
    }
    if *store_lse {
        let lse = maximum + sum.ln();
        let tolerance = spread / room
            + factor
            + FUNCTION_ERROR * (1.0 + sum.ln().abs())
            + 4.0 * UNIT * (maximum.abs() + lse.abs());
        elements.push(element(1, row, lse, tolerance));
    }
    ExpectedRow { elements }
}

/// Scores, errors and weights of the visible keys; the maximum and the sum of exponentials.
fn weigh(q: &[f32], k: &[f32], d: usize, rounding: Rounding) -> (Vec<Key>, f64, f64) {
    let scale = 1.0 / (d as f64).sqrt();
    let factor = rounding.factor(d) + 4.0 * UNIT;
    let mut keys: Vec<Key> = k
        .chunks_exact(d)
        .map(|k| {
            let mut score = 0.0;
            let mut magnitude = 0.0;
            let mut operands = 0.0;
            for (q, k) in q.iter().zip(k) {
                let (q, k) = (f64::from(*q), f64::from(*k));
                score += q * k;
                magnitude += (q * k).abs();
                operands += q.abs() + k.abs();
            }
            let flushed = SMALLEST_NORMAL * (operands + 2.0 * d as f64);
            Key {
                score: score * scale,
                relative: (factor * magnitude + flushed) * scale,
                weight: 0.0,
            }
        })
        .collect();
    let changes = running_maxima(keys.iter()).max(running_maxima(keys.iter().rev()));
    let maximum = keys.iter().fold(f64::NEG_INFINITY, |m, key| m.max(key.score));
    let mut sum = 0.0;
    for key in &mut keys {
        let below = key.score - maximum;
        let exponent =
            key.relative + 4.0 * UNIT * below.abs() + FUNCTION_ERROR * (changes as f64 + 2.0);
        key.relative = exponent.exp_m1();
        key.weight = below.exp();
        sum += key.weight;
    }
    for key in &mut keys {
        key.weight /= sum;
    }
    (keys, maximum, sum)
}

fn running_maxima<'a>(keys: impl Iterator<Item = &'a Key>) -> usize {
    let mut best = f64::NEG_INFINITY;
    keys.filter(|key| {
        let is_new = key.score > best;
        best = best.max(key.score);
        is_new
    })
    .count()
}

/// Where a row lies and what it sees.
struct Place {
    head_dim: usize,
    kv_len: usize,
    /// Which K and V matrix, over batch and key heads.
    kv_head: usize,
    /// The row sees keys `0..visible`.
    visible: usize,
}

impl Place {
    fn of(problem: &Problem, row: usize) -> Option<Self> {
        let Problem::AttentionForward { heads, kv_heads, seq_len, kv_len, head_dim, .. } = *problem
        else {
            return None;
        };
        let offset = problem.dims().last().copied()?;
        let row = i64::try_from(row).ok()?;
        let (head, position) = (row.checked_div(seq_len)?, row.checked_rem(seq_len)?);
        let (batch, head) = (head.checked_div(heads)?, head.checked_rem(heads)?);
        let group = heads.checked_div(kv_heads)?;
        let kv_head = batch.checked_mul(kv_heads)?.checked_add(head.checked_div(group)?)?;
        let visible = position.saturating_add(offset).saturating_add(1).clamp(0, kv_len);
        Some(Self {
            head_dim: usize::try_from(head_dim).ok()?,
            kv_len: usize::try_from(kv_len).ok()?,
            kv_head: usize::try_from(kv_head).ok()?,
            visible: usize::try_from(visible).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Rounding, expected_row};
    use spak_records::{CausalAlignment, Problem};

    fn problem(seq_len: i64, kv_len: i64, causal: Option<CausalAlignment>) -> Problem {
        Problem::AttentionForward {
            batch: 1,
            heads: 2,
            kv_heads: 1,
            seq_len,
            kv_len,
            head_dim: 1,
            causal,
            store_lse: true,
        }
    }

    #[test]
    fn two_keys_by_hand() {
        // Scores 0 and ln 3 give weights 1/4 and 3/4.
        let inputs = vec![vec![1.0, 1.0], vec![0.0, 3f32.ln()], vec![4.0, 8.0]];
        let row = expected_row(&problem(1, 2, None), &inputs, 1, Rounding::Independent);
        let [o, lse] = row.elements[..] else { panic!("{row:?}") };
        assert!((o.value - 7.0).abs() < 1e-6 && o.index == 1 && o.output == 0);
        assert!((lse.value - 4f64.ln()).abs() < 1e-7 && lse.index == 1 && lse.output == 1);
        assert!(o.tolerance < 1e-4 && lse.tolerance < 1e-4);
    }

    #[test]
    fn the_triangle_lies_as_its_alignment_says() {
        let inputs = vec![vec![0.0; 6], vec![0.0; 2], vec![4.0, 8.0]];
        let values = |alignment, row| {
            let p = problem(3, 2, Some(alignment));
            expected_row(&p, &inputs, row, Rounding::Independent)
                .elements
                .iter()
                .map(|e| e.value)
                .collect::<Vec<_>>()
        };
        assert_eq!(values(CausalAlignment::BottomRight, 0), [0.0, f64::NEG_INFINITY]);
        assert_eq!(values(CausalAlignment::BottomRight, 1), [4.0, 0.0]);
        assert_eq!(values(CausalAlignment::BottomRight, 2), [6.0, 2f64.ln()]);
        assert_eq!(values(CausalAlignment::TopLeft, 0), [4.0, 0.0]);
        assert_eq!(values(CausalAlignment::TopLeft, 2), [6.0, 2f64.ln()]);
    }
}
