//! What holds: tuples in the order in which they were concluded, each once, with one reason.
//!
//! Tuples lie one behind the other in one list, and so do the values for which rules concluded them: there
//! are many, and most are looked at once.

use rustc_hash::FxHashMap;
use spak_expr::Scalar;

use crate::atoms::{Key, key};
use crate::engine::Support;

/// No tuple.
const NONE: u32 = u32::MAX;

/// All tuples of which something holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relation {
    arity: usize,
    cells: Vec<Scalar>,
    supports: Vec<Why>,
    /// Values of the variables of the rules that concluded them.
    bindings: Vec<Scalar>,
    numbers: Chains,
    /// By which arguments are known, as bits: the tuples with these.
    indexes: FxHashMap<u64, Index>,
}

/// Who concluded a tuple, and where the values of the variables lie.
#[derive(Clone, Copy, Debug)]
struct Why {
    rule: u32,
    from: u32,
    to: u32,
}

/// Numbers of tuples by a hash of their keys: the last one with a hash, and for each the one before it.
#[derive(Clone, Debug, Default)]
struct Chains {
    last: FxHashMap<u64, u32>,
    before: Vec<u32>,
}

impl Chains {
    fn push(&mut self, hash: u64) {
        let number = self.before.len() as u32;
        self.before.push(self.last.insert(hash, number).unwrap_or(NONE));
    }

    fn each(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.last.get(&hash).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let number = (next != NONE).then_some(next)?;
            next = self.before.get(number as usize).copied().unwrap_or(NONE);
            Some(number)
        })
    }
}

#[derive(Clone, Debug, Default)]
struct Index {
    /// How many tuples are in it.
    upto: u32,
    tuples: FxHashMap<u64, Vec<u32>>,
}

impl Relation {
    /// Of things with this many arguments.
    pub(crate) fn new(arity: usize) -> Self {
        Self { arity, ..Self::default() }
    }

    /// How many tuples there are.
    pub(crate) fn len(&self) -> u32 {
        self.supports.len() as u32
    }

    /// Forgets everything, and keeps its room.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.supports.clear();
        self.bindings.clear();
        self.numbers.last.clear();
        self.numbers.before.clear();
        self.indexes.clear();
    }

    /// A tuple by number.
    pub(crate) fn tuple(&self, number: u32) -> &[Scalar] {
        let start = number as usize * self.arity;
        self.cells.get(start..start + self.arity).unwrap_or_default()
    }

    /// Why it holds of a tuple: the first rule that said so.
    pub(crate) fn support(&self, number: u32) -> Option<Support> {
        let why = self.supports.get(number as usize)?;
        let binding = self.bindings.get(why.from as usize..why.to as usize)?;
        Some(Support { rule: why.rule as usize, binding: binding.into() })
    }

    /// The number of a tuple.
    pub(crate) fn find(&self, tuple: &[Scalar]) -> Option<u32> {
        let same = |number: &u32| {
            let own = self.tuple(*number);
            own.iter().zip(tuple).all(|(a, b)| key(*a) == key(*b))
        };
        self.numbers.each(hash(tuple.iter())).find(same)
    }

    /// Adds a tuple; whether it is new.
    pub(crate) fn insert(&mut self, tuple: &[Scalar], rule: usize, binding: &[Scalar]) -> bool {
        if tuple.len() != self.arity || self.find(tuple).is_some() {
            return false;
        }
        self.numbers.push(hash(tuple.iter()));
        self.cells.extend_from_slice(tuple);
        let from = self.bindings.len() as u32;
        self.bindings.extend_from_slice(binding);
        self.supports.push(Why { rule: rule as u32, from, to: self.bindings.len() as u32 });
        true
    }

    /// Brings the index over the arguments in `mask` up to date.
    pub(crate) fn index(&mut self, mask: u64) {
        let mut index = self.indexes.remove(&mask).unwrap_or_default();
        for number in index.upto..self.len() {
            let tuple = self.tuple(number).iter().enumerate();
            let picked = tuple.filter(|(i, _)| mask & (1 << i) != 0).map(|(_, s)| s);
            index.tuples.entry(hash(picked)).or_default().push(number);
        }
        index.upto = self.len();
        self.indexes.insert(mask, index);
    }

    /// Tuples whose arguments in `mask` may be these, as far as the index goes: some may have others.
    pub(crate) fn matching(&self, mask: u64, known: &[Scalar]) -> &[u32] {
        let index = self.indexes.get(&mask);
        index.and_then(|i| i.tuples.get(&hash(known.iter()))).map_or(&[], Vec::as_slice)
    }
}

/// A hash of keys.
fn hash<'s>(scalars: impl Iterator<Item = &'s Scalar>) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    for scalar in scalars {
        let key: Key = key(*scalar);
        key.hash(&mut hasher);
    }
    hasher.finish()
}
