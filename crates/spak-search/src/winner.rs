//! Which config wins: the same one whatever the order of the trials, on every rank and after every restart.
//!
//! Measured values are noisy, so configs that cannot be told apart are a tie. The champion is the one with the lowest mean
//! (equal means: the canonically first). A config ties with it if its mean is at most a margin higher: the larger of a relative
//! floor and the half-width of Welch's confidence interval for the difference of the two means. Among the tied ones the
//! rules decide: fewer resources, then simpler, then the canonical order of the points. Ties are with the champion, not with
//! each other, so that no chain of small differences leads to a bad config, and the result is a function of the *set* of candidates.

/// One measured config.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its point; the canonical order is that of the indices.
    pub point: Vec<u32>,
    /// Its samples, lower is better; those that are not finite are left out.
    pub samples: Vec<f64>,
    /// What it uses of each resource, in the order of importance; lower is better. Not finite counts as the most.
    pub resources: Vec<f64>,
    /// How complicated it is (for example how many of its parameters are off their defaults); lower is better.
    pub complexity: u32,
}

/// What counts as a tie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// Means closer than this fraction of the lower one are a tie whatever the samples say.
    pub relative: f64,
    /// Standard errors of the difference of the means that are a tie: 1.96 for 95 %.
    pub errors: f64,
}

impl Default for Margin {
    fn default() -> Self {
        Self { relative: 0.005, errors: 1.96 }
    }
}

/// The winner and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Winner {
    /// Its position among the candidates.
    pub at: usize,
    /// Its mean.
    pub mean: f64,
    /// The lowest mean of all.
    pub lowest: f64,
    /// How many candidates tied for the lowest mean, itself included.
    pub tied: usize,
}

#[derive(Debug, Clone, Copy)]
struct Summary {
    mean: f64,
    /// Squared standard error of the mean; 0 from one sample.
    error: f64,
}

/// The winner of these candidates; `None` if none has a usable sample. Several candidates of the same
/// point are the same config measured again and are pooled.
pub fn winner(candidates: &[Candidate], margin: Margin) -> Option<Winner> {
    // Sums of floats depend on their order, so everything is put in order first.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let at = |position: usize| candidates.get(position);
    order.sort_by(|&a, &b| {
        at(a).map(|candidate| &candidate.point).cmp(&at(b).map(|candidate| &candidate.point))
    });
    let mut entries: Vec<(Vec<usize>, Summary)> = Vec::new();
    for group in order.chunk_by(|&a, &b| at(a).map(|c| &c.point) == at(b).map(|c| &c.point)) {
        let mut samples: Vec<f64> = group
            .iter()
            .filter_map(|&position| at(position))
            .flat_map(|candidate| candidate.samples.iter().copied())
            .filter(|sample| sample.is_finite())
            .collect();
        samples.sort_unstable_by(f64::total_cmp);
        if let Some(summary) = summarise(&samples) {
            entries.push((group.to_vec(), summary));
        }
    }
    let champion = entries.iter().min_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?.1;
    let mut tied: Vec<&(Vec<usize>, Summary)> =
        entries.iter().filter(|entry| ties(champion, entry.1, margin)).collect();
    let count = tied.len();
    // Stable: what the rules leave equal stays in canonical order.
    tied.sort_by(|a, b| {
        let rules = |entry: &(Vec<usize>, Summary)| {
            entry
                .0
                .iter()
                .filter_map(|&position| at(position))
                .map(merits)
                .reduce(|a, b| if less(&b, &a) { b } else { a })
        };
        match (rules(a), rules(b)) {
            (Some(a), Some(b)) if less(&a, &b) => std::cmp::Ordering::Less,
            (Some(a), Some(b)) if less(&b, &a) => std::cmp::Ordering::Greater,
            _ => std::cmp::Ordering::Equal,
        }
    });
    let (group, summary) = tied.first()?;
    // Of candidates with the same point the one with the best merits, then the first given.
    let best = group.iter().copied().reduce(|a, b| match (at(a), at(b)) {
        (Some(x), Some(y)) if less(&merits(y), &merits(x)) => b,
        _ => a,
    })?;
    Some(Winner { at: best, mean: summary.mean, lowest: champion.mean, tied: count })
}

type Merits = (Vec<f64>, u32);

fn merits(candidate: &Candidate) -> Merits {
    let finite = |&value: &f64| if value.is_finite() { value } else { f64::INFINITY };
    (candidate.resources.iter().map(finite).collect(), candidate.complexity)
}

fn less(a: &Merits, b: &Merits) -> bool {
    for place in 0..a.0.len().max(b.0.len()) {
        // A resource that is not stated counts as the most.
        let of = |merits: &Merits| merits.0.get(place).copied().unwrap_or(f64::INFINITY);
        match of(a).total_cmp(&of(b)) {
            std::cmp::Ordering::Equal => {}
            other => return other.is_lt(),
        }
    }
    a.1 < b.1
}

fn summarise(samples: &[f64]) -> Option<Summary> {
    if samples.is_empty() {
        return None;
    }
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let error = if samples.len() < 2 {
        0.0
    } else {
        samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0) / count
    };
    Some(Summary { mean, error })
}

fn ties(champion: Summary, other: Summary, margin: Margin) -> bool {
    let floor = champion.mean.abs() * margin.relative.max(0.0);
    let interval = margin.errors.max(0.0) * (champion.error + other.error).sqrt();
    other.mean - champion.mean <= floor.max(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use proptest::prelude::*;

    fn candidate() -> impl Strategy<Value = Candidate> {
        (
            proptest::collection::vec(0u32..3, 2),
            proptest::collection::vec(prop_oneof![9 => 1.0f64..1.2, 1 => Just(f64::NAN)], 0..5),
            proptest::collection::vec(prop_oneof![Just(1.0), Just(2.0), Just(f64::NAN)], 0..3),
            0u32..3,
        )
            .prop_map(|(point, samples, resources, complexity)| Candidate {
                point,
                samples,
                resources,
                complexity,
            })
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(
            candidates in proptest::collection::vec(candidate(), 0..12),
            seed in any::<u64>(),
            relative in 0.0f64..0.1,
        ) {
            let margin = Margin { relative, ..Margin::default() };
            let mut shuffled = candidates.clone();
            let mut random = Random::new(seed);
            random.shuffle(&mut shuffled);
            for candidate in &mut shuffled {
                random.shuffle(&mut candidate.samples);
            }
            let (a, b) = (winner(&candidates, margin), winner(&shuffled, margin));
            prop_assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                prop_assert_eq!(&candidates[a.at].point, &shuffled[b.at].point);
                prop_assert_eq!(a.mean.to_bits(), b.mean.to_bits());
                prop_assert_eq!(a.tied, b.tied);
                prop_assert_eq!(merits(&candidates[a.at]).1, merits(&shuffled[b.at]).1);
            }
        }

        #[test]
        fn the_winner_is_within_the_margin(candidates in proptest::collection::vec(candidate(), 1..12)) {
            let margin = Margin { relative: 0.01, errors: 0.0 };
            if let Some(found) = winner(&candidates, margin) {
                prop_assert!(found.mean <= found.lowest * 1.01);
                prop_assert!(found.tied >= 1);
            }
        }
    }

    fn plain(point: u32, mean: f64, resources: f64, complexity: u32) -> Candidate {
        Candidate {
            point: vec![point],
            samples: vec![mean],
            resources: vec![resources],
            complexity,
        }
    }

    #[test]
    fn rules_decide_ties_in_their_order() {
        let margin = Margin { relative: 0.01, errors: 1.96 };
        let all = [
            plain(0, 1.0, 3.0, 0),
            plain(1, 1.005, 2.0, 5),
            plain(2, 1.009, 2.0, 4),
            plain(3, 1.02, 1.0, 0),
        ];
        assert_eq!(winner(&all, margin), Some(Winner { at: 2, mean: 1.009, lowest: 1.0, tied: 3 }));
        let noisy = Candidate { samples: vec![0.8, 1.3], ..plain(3, 0.0, 1.0, 0) };
        let all = [plain(0, 1.0, 3.0, 0), noisy];
        assert_eq!(winner(&all, margin).map(|found| found.at), Some(1));
        assert_eq!(winner(&[], margin), None);
        assert_eq!(
            winner(&[Candidate { samples: vec![f64::NAN], ..plain(0, 1.0, 1.0, 0) }], margin),
            None
        );
    }
}
