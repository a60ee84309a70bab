//! Latin hypercube: points that meet every part of every domain equally often.

use crate::memory::Outcome;
use crate::space::{Points, repair};
use crate::strategies::batch::Batch;
use crate::strategies::plain::RandomOrder;
use crate::strategy::{Strategy, View, Wish};

/// Options of the Latin hypercube (McKay, Beckman and Conover 1979).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latin {
    /// Points of the design; random points follow when it is measured.
    pub points: usize,
}

impl Default for Latin {
    fn default() -> Self {
        Self { points: 64 }
    }
}

/// The state of a Latin hypercube.
#[derive(Debug, Clone)]
pub struct LatinSearch {
    options: Latin,
    design: Option<Batch>,
    then: RandomOrder,
}

impl Latin {
    /// A strategy with these options.
    pub fn start(self) -> LatinSearch {
        LatinSearch { options: self, design: None, then: RandomOrder::default() }
    }
}

/// A Latin hypercube of the space: each domain is divided into as many strata as there are points, and
/// each point is in another one; combinations that are invalid are repaired, which blurs the strata.
pub(crate) fn design(view: &mut View<'_>, count: usize) -> Batch {
    let domains = view.space.domains();
    let mut batch = Batch::new(domains.len());
    let mut columns: Vec<Vec<u32>> = Vec::new();
    for domain in domains {
        let mut column: Vec<u32> = (0..count)
            .map(|at| {
                let place = (at as f64 + view.random.unit()) / count as f64;
                ((place * f64::from(domain.size)) as u32).min(domain.size.saturating_sub(1))
            })
            .collect();
        view.random.shuffle(&mut column);
        columns.push(column);
    }
    let mut scratch = Points::new(domains.len());
    let mut point = vec![0; domains.len()];
    for at in 0..count {
        for (index, column) in point.iter_mut().zip(&columns) {
            *index = column.get(at).copied().unwrap_or(0);
        }
        if !repair(view.space, &mut point, view.random, &mut scratch) {
            break;
        }
        batch.points.push(&point);
    }
    batch
}

impl Strategy for LatinSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let count = self.options.points;
        let batch = self.design.get_or_insert_with(|| design(view, count));
        if batch.ask(point) { Wish::Try { samples: 0 } } else { self.then.ask(view, point) }
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        if let Some(design) = &mut self.design {
            design.tell(point, outcome);
        }
    }
}
