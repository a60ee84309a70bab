//! Children that promised something and were not measured: they stand again for the next questions.

/// Points in the order of what they promise, lower first.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// Those in front stand; the others are memory to be used again.
    points: Vec<(f32, Vec<u32>)>,
    count: usize,
}

impl Standing {
    /// Lets a point stand if it is among the `most` best and does not stand yet.
    pub(super) fn enter(&mut self, promise: f32, point: &[u32], most: usize) {
        let standing = self.points.get(..self.count).unwrap_or_default();
        let place = standing.partition_point(|other| other.0 < promise);
        let equal = standing.iter().skip(place).take_while(|other| other.0 == promise);
        if place >= most || equal.into_iter().any(|other| other.1 == point) {
            return;
        }
        self.count = (self.count + 1).min(most);
        if self.points.len() < self.count {
            self.points.push((promise, Vec::new()));
        }
        if let Some((known, kept)) = self.points.get_mut(self.count - 1) {
            *known = promise;
            kept.clear();
            kept.extend_from_slice(point);
        }
        if let Some(behind) = self.points.get_mut(place..self.count) {
            behind.rotate_right(1);
        }
    }

    /// Writes the best and lets it go; false if none stands.
    pub(super) fn leave(&mut self, point: &mut [u32]) -> bool {
        let Some(last) = self.count.checked_sub(1) else { return false };
        let Some(standing) = self.points.get_mut(..self.count) else { return false };
        if let Some((_, best)) = standing.first()
            && best.len() == point.len()
        {
            point.copy_from_slice(best);
        }
        standing.rotate_left(1);
        self.count = last;
        true
    }
}
