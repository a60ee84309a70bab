//! So many of so many.

use std::fmt;
use std::ops::AddAssign;

/// A count within a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) hit: usize,
    pub(crate) of: usize,
}

impl Ratio {
    /// How many of `items` are hits.
    pub(crate) fn count<T>(
        items: impl IntoIterator<Item = T>,
        is_hit: impl Fn(&T) -> bool,
    ) -> Self {
        let mut ratio = Self::default();
        for item in items {
            ratio.add(is_hit(&item));
        }
        ratio
    }

    /// One more, hit or not.
    pub(crate) fn add(&mut self, is_hit: bool) {
        self.hit += usize::from(is_hit);
        self.of += 1;
    }

    /// In per cent; nothing of nothing is none.
    pub(crate) fn percent(self) -> Option<f64> {
        let share = |value: usize| u32::try_from(value).map_or(f64::NAN, f64::from);
        (self.of > 0).then(|| 100.0 * share(self.hit) / share(self.of))
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.hit += other.hit;
        self.of += other.of;
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(out, "{}/{} {percent:.1}%", self.hit, self.of),
            None => write!(out, "-"),
        }
    }
}
