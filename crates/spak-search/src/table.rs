//! A space that is a list of its valid points, as recorded spaces are.

use crate::random::{Random, mix};
use crate::space::{Domain, Points, Space};

/// Spaces with at most this many combinations are indexed by position: 16 MiB at most.
const DENSE: u64 = 1 << 22;

/// Why rows are no space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableError {
    /// A row has more or fewer values than there are domains.
    Width {
        /// The position of the row.
        row: usize,
    },
    /// A row has an index that is not below the size of its domain.
    Outside {
        /// The position of the row.
        row: usize,
        /// The position of the parameter.
        parameter: usize,
    },
    /// Two rows are the same point.
    Twice {
        /// The position of the second of them.
        row: usize,
        /// The position of the first of them.
        first: usize,
    },
    /// More than 2^31 rows.
    TooMany,
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Width { row } => {
                write!(f, "row {row} has another number of values than there are parameters")
            }
            Self::Outside { row, parameter } => {
                write!(f, "row {row} has a value of parameter {parameter} outside its domain")
            }
            Self::Twice { row, first } => {
                write!(f, "row {row} is the same configuration as row {first}")
            }
            Self::TooMany => write!(f, "more than 2^31 rows"),
        }
    }
}

impl std::error::Error for TableError {}

/// A list of points with an index; ranks are positions in the list.
#[derive(Debug, Clone)]
pub struct TableSpace {
    domains: Vec<Domain>,
    points: Points,
    index: Index,
}

#[derive(Debug, Clone)]
enum Index {
    /// Row + 1 at the mixed-radix code of its point, 0 elsewhere.
    Dense { rows: Vec<u32> },
    /// Open addressing: row + 1 at a place found from the hash of its point.
    Hashed { slots: Vec<u32> },
}

impl TableSpace {
    /// A space of these points. Rows are indices into the domains.
    ///
    /// # Errors
    ///
    /// Rows that do not fit the domains, or are there twice.
    pub fn new(domains: Vec<Domain>, rows: &[Vec<u32>]) -> Result<Self, TableError> {
        if rows.len() >= 1 << 31 {
            return Err(TableError::TooMany);
        }
        let mut points = Points::new(domains.len());
        for (row, point) in rows.iter().enumerate() {
            if point.len() != domains.len() {
                return Err(TableError::Width { row });
            }
            if let Some(parameter) =
                point.iter().zip(&domains).position(|(&index, domain)| index >= domain.size)
            {
                return Err(TableError::Outside { row, parameter });
            }
            points.push(point);
        }
        let cells = domains.iter().try_fold(1u64, |product, domain| {
            product.checked_mul(u64::from(domain.size)).filter(|&cells| cells <= DENSE)
        });
        let index = match cells {
            Some(cells) => Index::Dense { rows: vec![0; cells as usize] },
            None => Index::Hashed { slots: vec![0; (rows.len() * 2).next_power_of_two().max(4)] },
        };
        let mut space = Self { domains, points, index };
        for row in 0..space.points.len() {
            space.insert(row)?;
        }
        Ok(space)
    }

    /// The points; their positions are their ranks.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// The row of a point.
    pub fn row(&self, point: &[u32]) -> Option<u32> {
        if point.len() != self.domains.len() {
            return None;
        }
        match &self.index {
            Index::Dense { rows } => {
                let (code, fits) = self.code(point);
                rows.get(code as usize)?.checked_sub(1).filter(|_| fits)
            }
            Index::Hashed { slots } => self.look_up(slots, point),
        }
    }

    /// The mixed-radix code of a point, and whether its indices are in their domains. By fours: it is what a replay does most.
    fn code(&self, point: &[u32]) -> (u32, bool) {
        let with = |(code, fits): (u32, bool), at: u32, domain: &Domain| {
            (code.wrapping_mul(domain.size).wrapping_add(at), fits & (at < domain.size))
        };
        let ((points, last), (domains, last_domain)) =
            (point.as_chunks::<4>(), self.domains.as_chunks::<4>());
        let mut all = (0, true);
        for ([a, b, c, d], [i, j, k, l]) in points.iter().zip(domains) {
            all = with(with(with(with(all, *a, i), *b, j), *c, k), *d, l);
        }
        last.iter().zip(last_domain).fold(all, |all, (&at, domain)| with(all, at, domain))
    }

    // By itself, so that the other way has no registers to save.
    #[inline(never)]
    fn look_up(&self, slots: &[u32], point: &[u32]) -> Option<u32> {
        let mask = slots.len() - 1;
        let mut at = hash(point) as usize & mask;
        loop {
            let row = slots.get(at)?.checked_sub(1)?;
            if self.points.get(row as usize) == Some(point) {
                return Some(row);
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&mut self, row: usize) -> Result<(), TableError> {
        let Some(point) = self.points.get(row) else {
            return Ok(());
        };
        let (code, _) = self.code(point);
        if let Some(first) = self.row(point) {
            return Err(TableError::Twice { row, first: first as usize });
        }
        match &mut self.index {
            Index::Dense { rows } => {
                if let Some(place) = rows.get_mut(code as usize) {
                    *place = row as u32 + 1;
                }
            }
            Index::Hashed { slots } => {
                let mask = slots.len() - 1;
                let mut at = hash(point) as usize & mask;
                while slots.get(at).is_some_and(|&slot| slot != 0) {
                    at = (at + 1) & mask;
                }
                if let Some(slot) = slots.get_mut(at) {
                    *slot = row as u32 + 1;
                }
            }
        }
        Ok(())
    }
}

/// A hash of a point that is the same everywhere.
pub(crate) fn hash(point: &[u32]) -> u64 {
    let mut state = point.len() as u64;
    let (pairs, rest) = point.as_chunks::<2>();
    let last = rest.first().map(|&index| [index, 0]);
    for [a, b] in pairs.iter().chain(&last) {
        let both = u64::from(*a) | u64::from(*b) << 32;
        state = (state.rotate_left(5) ^ both).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    mix(state)
}

impl Space for TableSpace {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn contains(&self, point: &[u32]) -> bool {
        self.row(point).is_some()
    }

    fn sample(&self, random: &mut Random, point: &mut [u32]) -> bool {
        let row = random.index(self.points.len());
        self.unrank(row as u64, point)
    }

    fn count(&self) -> Option<u64> {
        Some(self.points.len() as u64)
    }

    fn rank(&self, point: &[u32]) -> Option<u64> {
        self.row(point).map(u64::from)
    }

    fn unrank(&self, rank: u64, point: &mut [u32]) -> bool {
        match usize::try_from(rank).ok().and_then(|row| self.points.get(row)) {
            Some(found) if found.len() == point.len() => {
                point.copy_from_slice(found);
                true
            }
            _ => false,
        }
    }
}
