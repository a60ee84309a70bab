//! Which file sees which, and which files define a name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

/// Files that define one name and are asked for each time; of more, the answer is kept.
const FEW: usize = 4;

/// A set of files.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileSet(Vec<u64>);

impl FileSet {
    pub(crate) fn insert(&mut self, file: usize) {
        if self.0.len() <= file / 64 {
            self.0.resize(file / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(file / 64) {
            *word |= 1 << (file % 64);
        }
    }

    pub(crate) fn contains(&self, file: usize) -> bool {
        self.0.get(file / 64).is_some_and(|word| word & (1 << (file % 64)) != 0)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

/// Files with how far they are from the one that includes them, by their numbers.
type Ranks = Rc<[(u32, u32)]>;

/// Finds the files that define a name. What a file sees is found out when it is first asked for: most never are.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    includes: Vec<Vec<usize>>,
    /// All files that each sees, itself included.
    sees: Vec<FileSet>,
    /// Files that define a name, ascending.
    definers: BTreeMap<String, Vec<u32>>,
    ranks: BTreeMap<usize, Ranks>,
    kept: BTreeMap<usize, BTreeMap<String, Option<usize>>>,
}

impl Visible {
    pub(crate) fn new(includes: Vec<Vec<usize>>, sees: Vec<FileSet>) -> Self {
        Self { includes, sees, ..Self::default() }
    }

    /// Whether a file includes another, itself or through others.
    pub(crate) fn sees(&self, from: usize, file: usize) -> bool {
        self.sees.get(from).is_some_and(|all| all.contains(file))
    }

    /// Notes the names that a file defines; files come in order.
    pub(crate) fn define<'n>(&mut self, file: usize, names: impl Iterator<Item = &'n String>) {
        for name in names {
            self.definers.entry(name.clone()).or_default().push(file as u32);
        }
    }

    /// The file that defines a name for another: of several, the one that is reached first.
    pub(crate) fn definer(&mut self, name: &str, file: usize) -> Option<usize> {
        let all = self.definers.get(name)?;
        if all.binary_search(&(file as u32)).is_ok() {
            return Some(file);
        }
        let many = all.len() > FEW;
        if many && let Some(known) = self.kept.get(&file).and_then(|kept| kept.get(name)) {
            return *known;
        }
        let ranks = self.ranks(file);
        let all = self.definers.get(name)?;
        let seen = all.iter().filter_map(|one| Some((rank(&ranks, *one)?, *one as usize)));
        let nearest = seen.min().map(|(_, at)| at);
        if many {
            self.kept.entry(file).or_default().insert(name.to_owned(), nearest);
        }
        nearest
    }

    /// All files that a file sees and that define a name, nearest first.
    pub(crate) fn all_definers(&mut self, name: &str, file: usize) -> Vec<usize> {
        let ranks = self.ranks(file);
        let all = self.definers.get(name).map_or(&[][..], Vec::as_slice);
        let seen = all.iter().filter_map(|one| Some((rank(&ranks, *one)?, *one as usize)));
        let mut seen: Vec<(u32, usize)> = seen.collect();
        seen.sort_unstable();
        seen.into_iter().map(|(_, at)| at).collect()
    }

    fn ranks(&mut self, file: usize) -> Ranks {
        if let Some(known) = self.ranks.get(&file) {
            return Rc::clone(known);
        }
        let mut seen = BTreeSet::new();
        let mut ranks: Vec<(u32, u32)> = Vec::new();
        let mut open = VecDeque::from([file]);
        while let Some(next) = open.pop_front() {
            if seen.insert(next) {
                ranks.push((next as u32, ranks.len() as u32));
                open.extend(self.includes.get(next).into_iter().flatten().copied());
            }
        }
        ranks.sort_unstable();
        let ranks: Ranks = ranks.into();
        self.ranks.insert(file, Rc::clone(&ranks));
        ranks
    }
}

fn rank(ranks: &[(u32, u32)], file: u32) -> Option<u32> {
    let at = ranks.binary_search_by_key(&file, |(file, _)| *file).ok()?;
    ranks.get(at).map(|(_, rank)| *rank)
}
