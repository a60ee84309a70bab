//! What may be chosen: dimensions with their values, and which combinations are valid.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use spak_records::{Config, Value};

/// Whether a dimension says what the kernel is or how it is laid on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DimensionKind {
    /// A design axis.
    Axis,
    /// A tuning parameter.
    Parameter,
}

/// One axis or parameter with its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Name as the design gives it.
    pub name: String,
    /// Axis or parameter.
    pub kind: DimensionKind,
    /// Its values; the first one is the seed config's.
    pub values: Vec<Value>,
}

/// A finite set of configs that a search walks in.
pub trait Space {
    /// The dimensions, in the design's order, names distinct, values of each distinct.
    fn dimensions(&self) -> &[Dimension];

    /// Whether the config, which has a value for each dimension, may be tried.
    ///
    /// # Errors
    /// Why not, in a sentence.
    fn validity(&self, config: &Config) -> Result<(), String>;

    /// The config that stands for `config` and all others that mean the same: what changes nothing there
    /// has its first value.
    fn canonical(&self, config: &Config) -> Config {
        config.clone()
    }

    /// The combinations among which all valid ones are, where that is known; `None`: any may be valid.
    fn candidates(&self) -> Option<&dyn Candidates> {
        None
    }
}

/// Numbered combinations of values. What is none of them is not valid.
pub trait Candidates {
    /// How many there are.
    fn count(&self) -> u128;

    /// The one with this number, below [`Self::count`], as an index of a value for each dimension.
    fn at(&self, number: u128) -> Option<Vec<usize>>;
}

/// All combinations of the dimensions' values that a test accepts.
pub struct ProductSpace<'a> {
    dimensions: Vec<Dimension>,
    validity: &'a dyn Fn(&Config) -> Result<(), String>,
    canonical: Option<&'a dyn Fn(&Config) -> Config>,
    candidates: Option<Box<dyn Candidates + 'a>>,
}

/// Two dimensions have the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateDimension(pub String);

impl fmt::Display for DuplicateDimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is both an axis and a parameter, or is there twice", self.0)
    }
}

impl std::error::Error for DuplicateDimension {}

impl<'a> ProductSpace<'a> {
    /// The space over `dimensions`; of equal values of one dimension the first one stays.
    ///
    /// # Errors
    /// [`DuplicateDimension`] names a name that is there twice.
    pub fn new(
        mut dimensions: Vec<Dimension>,
        validity: &'a dyn Fn(&Config) -> Result<(), String>,
    ) -> Result<Self, DuplicateDimension> {
        let mut names = BTreeSet::new();
        for dimension in &mut dimensions {
            if !names.insert(dimension.name.clone()) {
                return Err(DuplicateDimension(dimension.name.clone()));
            }
            let mut seen = BTreeSet::new();
            // `Debug` tells 1, 1.0 and "1" apart, `Display` does not.
            dimension.values.retain(|value| seen.insert(format!("{value:?}")));
        }
        Ok(Self { dimensions, validity, canonical: None, candidates: None })
    }

    /// The same space, in which `canonical` says which config stands for others that mean the same.
    #[must_use]
    pub fn standing_for(mut self, canonical: &'a dyn Fn(&Config) -> Config) -> Self {
        self.canonical = Some(canonical);
        self
    }

    /// The same space, of which it is known that all valid configs are among these.
    #[must_use]
    pub fn among(mut self, candidates: Box<dyn Candidates + 'a>) -> Self {
        self.candidates = Some(candidates);
        self
    }
}

impl fmt::Debug for ProductSpace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProductSpace").field("dimensions", &self.dimensions).finish_non_exhaustive()
    }
}

impl Space for ProductSpace<'_> {
    fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    fn validity(&self, config: &Config) -> Result<(), String> {
        (self.validity)(config)
    }

    fn canonical(&self, config: &Config) -> Config {
        self.canonical.map_or_else(|| config.clone(), |canonical| canonical(config))
    }

    fn candidates(&self) -> Option<&dyn Candidates> {
        self.candidates.as_deref()
    }
}

/// How large a space is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Combinations of values, valid or not; `None` when they are more than 2^128.
    pub combinations: Option<u128>,
    /// How many of them were looked at.
    pub examined: u64,
    /// How many of those are valid.
    pub valid: u64,
}

impl Count {
    /// Whether `valid` is the number of all valid configs.
    pub fn is_complete(&self) -> bool {
        self.combinations == Some(u128::from(self.examined))
    }
}

/// The size of `space`, found by looking at no more than `examine` combinations.
pub fn count(space: &dyn Space, examine: u64) -> Count {
    let dimensions = space.dimensions();
    let combinations = combinations(dimensions);
    let mut count = Count { combinations, examined: 0, valid: 0 };
    for point in points(dimensions).take(usize::try_from(examine).unwrap_or(usize::MAX)) {
        count.examined += 1;
        count.valid += u64::from(space.validity(&config_at(dimensions, &point)).is_ok());
    }
    count
}

/// A config as one value index for each dimension.
pub(crate) type Point = Vec<usize>;

pub(crate) fn combinations(dimensions: &[Dimension]) -> Option<u128> {
    dimensions.iter().try_fold(1_u128, |n, d| n.checked_mul(d.values.len() as u128))
}

/// Every point, the seed first, the last dimension fastest.
pub(crate) fn points(dimensions: &[Dimension]) -> impl Iterator<Item = Point> {
    let empty = dimensions.iter().any(|d| d.values.is_empty());
    let first = (!empty).then(|| vec![0; dimensions.len()]);
    std::iter::successors(first, move |point| {
        let mut next = point.clone();
        for (index, dimension) in next.iter_mut().zip(dimensions).rev() {
            *index += 1;
            if *index < dimension.values.len() {
                return Some(next);
            }
            *index = 0;
        }
        None
    })
}

pub(crate) fn config_at(dimensions: &[Dimension], point: &[usize]) -> Config {
    let values = dimensions.iter().zip(point);
    let named = values.filter_map(|(d, i)| Some((d.name.clone(), d.values.get(*i)?.clone())));
    Config(named.collect::<BTreeMap<_, _>>())
}

/// Where `config` lies; `None` if it has another name or value than the dimensions do.
pub(crate) fn point_of(dimensions: &[Dimension], config: &Config) -> Option<Point> {
    if config.0.len() != dimensions.len() {
        return None;
    }
    let index = |d: &Dimension| {
        let value = config.get(&d.name)?;
        d.values.iter().position(|v| v == value)
    };
    dimensions.iter().map(index).collect()
}
