//! The problems a candidate is checked on: ragged and degenerate ones derived from the timed one.

use spak_records::Problem;

use crate::inputs::Distribution;

/// Problems with the distributions to check on each, cheapest first and `timed` itself last.
///
/// What a kernel may be specialised on is kept: head width, number of query heads for each key head,
/// masking and whether LSE is stored. Sizes are primes and neighbours of powers of two, one, and
/// both directions of `kv_len != seq_len`.
pub fn checked_problems(timed: &Problem) -> Vec<(Problem, Vec<Distribution>)> {
    use Distribution::{ConstantRows, Large, Normal, Positive, Sparse};
    let mut problems = match *timed {
        Problem::Matmul { .. } => [
            ((1, 1, 1), vec![Normal]),
            ((7, 5, 3), vec![Normal, Sparse]),
            ((1, 131, 67), vec![Normal]),
            ((67, 1, 131), vec![Normal]),
            ((17, 31, 13), vec![Normal, Large, ConstantRows]),
            ((64, 64, 64), vec![Normal]),
            ((67, 131, 61), vec![Normal, Positive, Sparse, Large, ConstantRows]),
            ((129, 65, 257), vec![Normal, Positive, ConstantRows]),
        ]
        .into_iter()
        .map(|((m, n, k), how)| (Problem::Matmul { m, n, k }, how))
        .collect::<Vec<_>>(),
        Problem::AttentionForward { heads, kv_heads, head_dim, causal, store_lse, .. } => {
            let group = heads.checked_div(kv_heads).unwrap_or(1).max(1);
            [
                ((1, 1, 1, 1), vec![Normal]),
                ((1, 2, 7, 7), vec![Normal, Sparse]),
                ((1, 1, 1, 67), vec![Normal, Large]),
                ((2, 1, 37, 1), vec![Normal]),
                ((2, 2, 67, 67), vec![Normal, Large, Positive, Sparse, ConstantRows]),
                ((1, 1, 64, 128), vec![Normal]),
                ((1, 1, 37, 131), vec![Normal, Large]),
                ((1, 1, 131, 37), vec![Normal, ConstantRows]),
                ((1, 1, 129, 257), vec![Normal, Large]),
            ]
            .into_iter()
            .map(|((batch, kv_heads, seq_len, kv_len), how)| {
                let heads = kv_heads * group;
                let problem = Problem::AttentionForward {
                    batch,
                    heads,
                    kv_heads,
                    seq_len,
                    kv_len,
                    head_dim,
                    causal,
                    store_lse,
                };
                (problem, how)
            })
            .collect()
        }
        Problem::Operator(_) => Vec::new(),
    };
    problems.retain(|(problem, _)| problem != timed);
    problems.push((timed.clone(), vec![Normal, Large]));
    problems
}

#[cfg(test)]
mod tests {
    use super::checked_problems;
    use spak_records::{CausalAlignment, Problem};

    #[test]
    fn what_a_kernel_may_be_specialised_on_is_kept() {
        let timed = Problem::AttentionForward {
            batch: 3,
            heads: 12,
            kv_heads: 3,
            seq_len: 512,
            kv_len: 512,
            head_dim: 80,
            causal: Some(CausalAlignment::TopLeft),
            store_lse: true,
        };
        let problems = checked_problems(&timed);
        assert_eq!(problems.last().map(|(p, _)| p), Some(&timed));
        let (mut longer, mut shorter) = (false, false);
        for (problem, how) in &problems {
            let Problem::AttentionForward {
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                causal,
                store_lse,
                ..
            } = *problem
            else {
                panic!("{problem:?}")
            };
            assert_eq!((heads / kv_heads, head_dim, store_lse), (4, 80, true));
            assert_eq!(causal, Some(CausalAlignment::TopLeft));
            assert!(!how.is_empty());
            longer |= kv_len > seq_len && seq_len > 1;
            shorter |= kv_len < seq_len;
        }
        assert!(longer && shorter);
    }
}
