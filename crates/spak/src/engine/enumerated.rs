//! The configs of a design by their numbers, for the loop's own search and for the strategies of
//! `spak-search`.

use spak_loop::{Candidates, Dimension};
use spak_records::Value;
use spak_search::random::Random;
use spak_search::space::{Domain, Space as Searched};
use spak_space::Space;

/// Configs out of a decision diagram.
#[derive(Clone, Debug)]
pub(crate) struct EngineSpace {
    space: Space,
    count: u128,
    domains: Vec<Domain>,
    /// For each dimension the index that says that it is not there.
    absent: Vec<u32>,
}

impl EngineSpace {
    /// The configs of `space`, whose parameters are `dimensions`; `None` when there are more than 2^128.
    pub(crate) fn of(space: Space, dimensions: &[Dimension]) -> Option<Self> {
        let count = space.small_count()?;
        let domains = dimensions.iter().enumerate().map(|(at, dimension)| Domain {
            size: space.size_of(at),
            ordered: is_ordered(&dimension.values),
        });
        Some(Self {
            count,
            domains: domains.collect(),
            absent: dimensions.iter().map(|d| d.values.len() as u32).collect(),
            space,
        })
    }

    /// The index of a value for each dimension; of what is not there, that of its first value.
    pub(crate) fn values(&self, point: &[u32]) -> Vec<usize> {
        let index = |(at, absent): (&u32, &u32)| if at == absent { 0 } else { *at as usize };
        point.iter().zip(&self.absent).map(index).collect()
    }
}

/// Whether the values are numbers that ascend.
fn is_ordered(values: &[Value]) -> bool {
    let numbers: Option<Vec<f64>> = values.iter().map(Value::as_float).collect();
    numbers.is_some_and(|n| n.windows(2).all(|pair| matches!(pair, [a, b] if a < b)))
}

impl Candidates for EngineSpace {
    fn count(&self) -> u128 {
        self.count
    }

    fn at(&self, number: u128) -> Option<Vec<usize>> {
        if number >= self.count {
            return None;
        }
        let mut point = vec![0; self.absent.len()];
        self.space.unrank_into(number, &mut point);
        Some(self.values(&point))
    }
}

impl Searched for EngineSpace {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn contains(&self, point: &[u32]) -> bool {
        point.len() == self.domains.len() && self.space.contains(point)
    }

    fn sample(&self, random: &mut Random, point: &mut [u32]) -> bool {
        if self.count == 0 {
            return false;
        }
        let number = random.wide(self.count);
        self.space.unrank_into(number, point);
        true
    }

    fn count(&self) -> Option<u64> {
        u64::try_from(self.count).ok()
    }

    fn rank(&self, point: &[u32]) -> Option<u64> {
        self.space.rank_small(point)?.try_into().ok()
    }

    fn unrank(&self, rank: u64, point: &mut [u32]) -> bool {
        let is_there = u128::from(rank) < self.count;
        if is_there {
            self.space.unrank_into(u128::from(rank), point);
        }
        is_there
    }
}
