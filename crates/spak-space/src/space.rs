//! A space that has been made: a product of components, each a diagram, and of free parameters.
//!
//! A config is the index of the value of each parameter, in the problem's order; a parameter that is
//! absent has the index behind its last value. Its rank is its place in the order of [`Space::configs`];
//! that order belongs to this version of the engine, so what is stored of a config is its values.

use num_bigint::BigUint;

use crate::diagram::Diagram;
use crate::number::Number;

/// An exact space.
#[derive(Clone, Debug)]
pub struct Space {
    pub(crate) sizes: Vec<u32>,
    pub(crate) factors: Vec<Factor>,
}

/// What the space is a product of.
#[derive(Clone, Debug)]
pub(crate) enum Factor {
    Diagram(Diagram),
    /// A parameter that no condition names, and how many values it has.
    Free(u32, u32),
    /// Nothing at all: a condition without parameters does not hold.
    Empty,
}

impl Factor {
    pub(crate) fn count(&self) -> BigUint {
        match self {
            Self::Diagram(diagram) => diagram.count(),
            Self::Free(_, size) => BigUint::from(*size),
            Self::Empty => BigUint::from(0_u32),
        }
    }

    fn small_count(&self) -> Option<u128> {
        match self {
            Self::Diagram(diagram) => diagram.small_count(),
            Self::Free(_, size) => Some(u128::from(*size)),
            Self::Empty => Some(0),
        }
    }

    fn unrank(&self, rank: &BigUint, config: &mut [u32]) {
        match self {
            Self::Diagram(diagram) => diagram.unrank(rank, config),
            Self::Free(..) => self.unrank_small(u128::from_big(rank).unwrap_or(0), config),
            Self::Empty => {}
        }
    }

    fn unrank_small(&self, rank: u128, config: &mut [u32]) {
        match self {
            Self::Diagram(diagram) => diagram.unrank_small(rank, config),
            Self::Free(parameter, _) => {
                if let Some(slot) = config.get_mut(*parameter as usize) {
                    *slot = rank as u32;
                }
            }
            Self::Empty => {}
        }
    }

    fn rank(&self, config: &[u32]) -> Option<BigUint> {
        match self {
            Self::Diagram(diagram) => diagram.rank(config),
            Self::Free(..) | Self::Empty => self.rank_small(config).map(BigUint::from),
        }
    }

    fn rank_small(&self, config: &[u32]) -> Option<u128> {
        match self {
            Self::Diagram(diagram) => diagram.rank_small(config),
            Self::Free(parameter, size) => {
                let value = *config.get(*parameter as usize)?;
                (value < *size).then_some(u128::from(value))
            }
            Self::Empty => None,
        }
    }

    fn contains(&self, config: &[u32]) -> bool {
        match self {
            Self::Diagram(diagram) => diagram.contains(config),
            Self::Free(..) | Self::Empty => self.rank_small(config).is_some(),
        }
    }
}

impl Space {
    /// How many parameters a config has.
    pub fn parameters(&self) -> usize {
        self.sizes.len()
    }

    /// How many values a parameter has, absence included.
    pub fn size_of(&self, parameter: usize) -> u32 {
        self.sizes.get(parameter).copied().unwrap_or(0)
    }

    /// All combinations of values, valid or not.
    pub fn combinations(&self) -> BigUint {
        self.sizes.iter().map(|size| BigUint::from(*size)).product()
    }

    /// How many configs there are; exact.
    pub fn count(&self) -> BigUint {
        self.factors.iter().map(Factor::count).product()
    }

    /// As [`Self::count`], when 128 bits hold it.
    pub fn small_count(&self) -> Option<u128> {
        let counts: Option<Vec<u128>> = self.factors.iter().map(Factor::small_count).collect();
        let counts = counts?;
        if counts.contains(&0) {
            return Some(0);
        }
        counts.into_iter().try_fold(1_u128, u128::checked_mul)
    }

    /// Whether there is no config.
    pub fn is_empty(&self) -> bool {
        self.factors.iter().any(|factor| factor.count() == BigUint::from(0_u32))
    }

    /// Whether a config is valid.
    pub fn contains(&self, config: &[u32]) -> bool {
        config.len() == self.sizes.len() && self.factors.iter().all(|f| f.contains(config))
    }

    /// The config of this rank; `None` when there are not so many.
    pub fn unrank(&self, rank: &BigUint) -> Option<Vec<u32>> {
        if *rank >= self.count() {
            return None;
        }
        let mut config = vec![0; self.sizes.len()];
        let mut rest = rank.clone();
        // The last factor counts fastest.
        for factor in self.factors.iter().rev() {
            let count = factor.count();
            factor.unrank(&(&rest % &count), &mut config);
            rest /= count;
        }
        Some(config)
    }

    /// As [`Self::unrank`] for a rank of 128 bits, into a config of the right length.
    pub fn unrank_into(&self, rank: u128, config: &mut [u32]) {
        let mut rest = rank;
        for factor in self.factors.iter().rev() {
            match factor.small_count() {
                Some(count) => {
                    let (quotient, digit) = rest.split(&count);
                    factor.unrank_small(digit, config);
                    rest = quotient;
                }
                None => {
                    // Its count is beyond every rank of 128 bits.
                    factor.unrank_small(rest, config);
                    rest = 0;
                }
            }
        }
    }

    /// The rank of a config; `None` when it is not valid.
    pub fn rank(&self, config: &[u32]) -> Option<BigUint> {
        if config.len() != self.sizes.len() {
            return None;
        }
        let mut rank = BigUint::from(0_u32);
        for factor in &self.factors {
            rank = rank * factor.count() + factor.rank(config)?;
        }
        Some(rank)
    }

    /// As [`Self::rank`]; also `None` when the space has more than 2^128 configs.
    pub fn rank_small(&self, config: &[u32]) -> Option<u128> {
        if config.len() != self.sizes.len() {
            return None;
        }
        self.factors.iter().try_fold(0_u128, |rank, factor| {
            rank.checked_mul(factor.small_count()?)?.checked_add(factor.rank_small(config)?)
        })
    }

    /// For each parameter and each of its values how many configs have it; values that none has are
    /// left out.
    pub fn marginals(&self) -> Vec<Vec<(u32, BigUint)>> {
        let mut found = vec![Vec::new(); self.sizes.len()];
        let counts: Vec<BigUint> = self.factors.iter().map(Factor::count).collect();
        if counts.iter().any(|count| *count == BigUint::from(0_u32)) {
            return found;
        }
        let total: BigUint = counts.iter().product();
        for (factor, count) in self.factors.iter().zip(&counts) {
            let others = &total / count;
            match factor {
                Factor::Diagram(diagram) => {
                    for (position, values) in diagram.positions.iter().zip(diagram.marginals()) {
                        if let Some(slot) = found.get_mut(position.variable as usize) {
                            *slot = values.into_iter().map(|(v, n)| (v, n * &others)).collect();
                        }
                    }
                }
                Factor::Free(parameter, size) => {
                    if let Some(slot) = found.get_mut(*parameter as usize) {
                        *slot = (0..*size).map(|v| (v, others.clone())).collect();
                    }
                }
                Factor::Empty => {}
            }
        }
        found
    }

    /// Nodes of all diagrams.
    pub fn nodes(&self) -> usize {
        self.diagrams().map(Diagram::nodes).sum()
    }

    /// Edges of all diagrams.
    pub fn edges(&self) -> usize {
        self.diagrams().map(Diagram::edges).sum()
    }

    fn diagrams(&self) -> impl Iterator<Item = &Diagram> {
        self.factors.iter().filter_map(|factor| match factor {
            Factor::Diagram(diagram) => Some(diagram),
            _ => None,
        })
    }
}
