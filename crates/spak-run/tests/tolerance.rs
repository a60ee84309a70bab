//! The tolerance holds for honest float32 arithmetic in any order, on any distribution of inputs.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::{CausalAlignment, Problem};
use spak_run::reference::{Rounding, expected_row};

/// Sums products one after the other in `lanes` interleaved partial sums, as a vector unit does.
fn dot(a: &[f32], b: &[f32], lanes: usize, fused: bool) -> f32 {
    let mut sums = vec![0f32; lanes];
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        let sum = &mut sums[i % lanes];
        *sum = if fused { a.mul_add(*b, *sum) } else { *sum + a * b };
    }
    sums.iter().sum()
}

/// Values of one kind: normal-like, positive, of widely different magnitude, or all the same.
fn draw(kind: u8, count: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut unit = move || rng.random::<f32>();
    let same = unit() + 0.1;
    (0..count)
        .map(|_| match kind {
            0 => unit() + unit() + unit() - 1.5,
            1 => unit(),
            2 => (unit() - 0.5) * 2f32.powi((unit() * 24.0) as i32 - 12),
            _ => same,
        })
        .collect()
}

fn rounding(kind: u8) -> Rounding {
    if kind == 3 { Rounding::WorstCase } else { Rounding::Independent }
}

/// Online softmax over blocks of keys, in float32 throughout.
fn attention_row(q: &[f32], k: &[f32], v: &[f32], visible: usize, block: usize) -> (Vec<f32>, f32) {
    let d = q.len();
    let scale = 1.0 / (d as f32).sqrt();
    let (mut m, mut l, mut acc) = (f32::NEG_INFINITY, 0f32, vec![0f32; d]);
    for start in (0..visible).step_by(block) {
        let keys = start..visible.min(start + block);
        let s: Vec<f32> =
            keys.clone().map(|j| dot(q, &k[j * d..(j + 1) * d], 4, true) * scale).collect();
        let higher = s.iter().fold(m, |m, s| m.max(*s));
        // As kernels do it: a power of two, with the change of base folded into the argument.
        let fade = ((m - higher) * std::f32::consts::LOG2_E).exp2();
        l *= fade;
        acc.iter_mut().for_each(|a| *a *= fade);
        for (j, s) in keys.zip(s) {
            let p = ((s - higher) * std::f32::consts::LOG2_E).exp2();
            l += p;
            for (a, v) in acc.iter_mut().zip(&v[j * d..(j + 1) * d]) {
                *a = p.mul_add(*v, *a);
            }
        }
        m = higher;
    }
    (acc.iter().map(|a| a / l).collect(), m + l.ln())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_of_a_matrix_product_is_within_tolerance(
        seed: u64, kind in 0u8..4, k in 1usize..1500, lanes in 1usize..40, fused: bool,
    ) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let inputs = vec![draw(kind, k, &mut rng), draw(kind, k, &mut rng)];
        let problem = Problem::Matmul { m: 1, n: 1, k: k as i64 };
        let expected = expected_row(&problem, &inputs, 0, None, rounding(kind)).elements[0];
        let got = dot(&inputs[0], &inputs[1], lanes, fused);
        prop_assert!((f64::from(got) - expected.value).abs() <= expected.tolerance, "{got} {expected:?}");
    }

    #[test]
    fn a_missing_product_is_not(seed: u64, k in 2usize..1500) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let inputs = vec![draw(1, k, &mut rng), draw(1, k, &mut rng)];
        let problem = Problem::Matmul { m: 1, n: 1, k: k as i64 };
        let expected = expected_row(&problem, &inputs, 0, None, Rounding::Independent).elements[0];
        let lost = inputs[0][k - 1] * inputs[1][k - 1];
        prop_assume!(lost > 1e-2);
        let got = dot(&inputs[0][..k - 1], &inputs[1][..k - 1], 1, true);
        prop_assert!((f64::from(got) - expected.value).abs() > expected.tolerance);
    }

    #[test]
    fn online_softmax_with_any_block_is_within_tolerance(
        seed: u64, kind in 0u8..4, large: bool, kv_len in 1usize..300, width in 1usize..16,
        block in 1usize..80, row in 0usize..4,
    ) {
        let d = 8 * width;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let scale = if large { 6.0 } else { 1.0 };
        let draw = |count, rng: &mut ChaCha8Rng| draw(kind, count, rng);
        let mut q = draw(4 * d, &mut rng);
        q.iter_mut().for_each(|x| *x *= scale);
        let inputs = vec![q, draw(kv_len * d, &mut rng), draw(kv_len * d, &mut rng)];
        let problem = Problem::AttentionForward {
            batch: 1, heads: 1, kv_heads: 1, seq_len: 4, kv_len: kv_len as i64, head_dim: d as i64,
            causal: Some(CausalAlignment::BottomRight), store_lse: true,
        };
        let visible = (row + kv_len + 1).saturating_sub(4).min(kv_len);
        prop_assume!(visible > 0);
        let (o, lse) = attention_row(&inputs[0][row * d..(row + 1) * d], &inputs[1], &inputs[2], visible, block);
        let expected = expected_row(&problem, &inputs, row, None, rounding(kind));
        for (expected, got) in expected.elements.iter().zip(o.iter().chain([&lse])) {
            prop_assert!((f64::from(*got) - expected.value).abs() <= expected.tolerance, "{got} {expected:?}");
        }
    }
}
