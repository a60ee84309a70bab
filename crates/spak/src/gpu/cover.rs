//! Few configs that together have every value, or every pair of values: what is wrong only with some value is not left to
//! chance.

/// What is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Cover {
    /// Every value of every axis and parameter.
    Values,
    /// Every two values of two of them.
    Pairs,
    /// The config that the design recommends, else its first one, and each that differs from it in one value: what each choice
    /// is worth.
    Neighbours,
}

/// Numbers for all that is to be covered.
struct Items {
    /// Where the values of each dimension begin.
    starts: Vec<usize>,
    values: usize,
    cover: Cover,
}

impl Items {
    fn new(lengths: &[usize], cover: Cover) -> Self {
        let mut values = 0;
        let starts = lengths.iter().map(|length| {
            values += length;
            values - length
        });
        Self { starts: starts.collect(), values, cover }
    }

    /// What a config has.
    fn of(&self, config: &[usize], mut told: impl FnMut(usize)) {
        let numbers = || self.starts.iter().zip(config).map(|(start, value)| start + value);
        for (at, one) in numbers().enumerate() {
            match self.cover {
                Cover::Values | Cover::Neighbours => told(one),
                Cover::Pairs => {
                    numbers().skip(at + 1).for_each(|other| told(one * self.values + other));
                }
            }
        }
    }

    fn count(&self) -> usize {
        if self.cover == Cover::Pairs { self.values * self.values } else { self.values }
    }
}

/// Configs of `pool` by their places that together with `first` have all that any of them has: each time the one that adds the
/// most, at most `limit`. `lengths` are the numbers of values of each dimension, configs are indices of these.
pub(crate) fn cover(
    pool: &[Vec<usize>],
    first: Option<&[usize]>,
    lengths: &[usize],
    cover: Cover,
    limit: usize,
) -> Vec<usize> {
    let items = Items::new(lengths, cover);
    let mut missing = vec![false; items.count()];
    let mut note = |config: &[usize], is_missing: bool| {
        items
            .of(config, |item| missing.iter_mut().skip(item).take(1).for_each(|m| *m = is_missing));
    };
    pool.iter().for_each(|config| note(config, true));
    first.into_iter().for_each(|config| note(config, false));
    let mut chosen = Vec::new();
    let adds = |config: &[usize], missing: &[bool]| {
        let mut count = 0;
        items.of(config, |item| count += usize::from(missing.get(item) == Some(&true)));
        count
    };
    // What a config adds only becomes less, so that one which added little before need not be looked at first.
    let mut bounds: Vec<(usize, usize)> =
        pool.iter().enumerate().map(|(at, config)| (adds(config, &missing), at)).collect();
    while chosen.len() < limit {
        bounds.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut best: Option<(usize, usize)> = None;
        for (bound, at) in &mut bounds {
            if best.is_some_and(|(most, _)| *bound <= most) {
                break;
            }
            *bound = pool.get(*at).map_or(0, |config| adds(config, &missing));
            if best.is_none_or(|(most, _)| *bound > most) {
                best = Some((*bound, *at));
            }
        }
        let Some((1.., at)) = best else { break };
        if let Some(config) = pool.get(at) {
            items.of(config, |item| missing.iter_mut().skip(item).take(1).for_each(|m| *m = false));
        }
        chosen.push(at);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::{Cover, cover};

    /// All configs of dimensions with so many values each.
    fn all(lengths: &[usize]) -> Vec<Vec<usize>> {
        lengths.iter().fold(vec![Vec::new()], |all, length| {
            let longer = |one: Vec<usize>| (0..*length).map(move |v| [&one[..], &[v]].concat());
            all.into_iter().flat_map(longer).collect()
        })
    }

    #[test]
    fn values_take_as_many_configs_as_the_longest_dimension_has() {
        let lengths = [4, 2, 3, 1];
        let pool = all(&lengths);
        let chosen = cover(&pool, Some(&[0, 0, 0, 0]), &lengths, Cover::Values, 100);
        assert_eq!(chosen.len(), 3);
        let has = |d: usize, v: usize| v == 0 || chosen.iter().any(|at| pool[*at][d] == v);
        assert!(lengths.iter().enumerate().all(|(d, length)| (0..*length).all(|v| has(d, v))));
        assert_eq!(cover(&pool, Some(&[0, 0, 0, 0]), &lengths, Cover::Values, 2), chosen[..2]);
    }

    #[test]
    fn pairs_are_covered_with_few() {
        let lengths = [3, 3, 3, 3, 3];
        let pool = all(&lengths);
        let mut chosen = cover(&pool, Some(&[0; 5]), &lengths, Cover::Pairs, 100);
        assert!(chosen.len() < 20, "{}", chosen.len());
        chosen.push(0);
        for (a, b) in (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b))) {
            for (v, w) in (0..3).flat_map(|v| (0..3).map(move |w| (v, w))) {
                assert!(chosen.iter().any(|at| pool[*at][a] == v && pool[*at][b] == w));
            }
        }
        // What none of the pool has is not waited for.
        let some = [vec![1, 1], vec![0, 2]];
        assert_eq!(cover(&some, None, &[3, 3], Cover::Pairs, 100), [0, 1]);
    }
}
