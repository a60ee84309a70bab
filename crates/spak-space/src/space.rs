//! A space that has been made: components, each a diagram.

use num_bigint::BigUint;

use crate::dag::Node;
use crate::diagram::Diagram;
use crate::grow::{Budget, Grower, TooLarge};
use crate::lower::{Lowered, lower};
use crate::order;
use crate::problem::Problem;
use crate::program::{programs, split};
use crate::tree::{components, tree};

/// An exact space.
#[derive(Clone, Debug)]
pub struct Space {
    pub(crate) sizes: Vec<u32>,
    pub(crate) diagrams: Vec<Diagram>,
    /// Parameters that no condition names.
    pub(crate) free: Vec<u32>,
    is_empty: bool,
}

pub(crate) fn grow(
    lowered: &mut Lowered,
    roots: &[Node],
    orders: &dyn Fn(u128, &[u128]) -> Vec<Vec<u32>>,
    budget: Budget,
) -> Result<Space, TooLarge> {
    let sizes = lowered.sizes.clone();
    let mut space = Space { sizes, diagrams: Vec::new(), free: Vec::new(), is_empty: false };
    let Some(conditions) = split(&lowered.dag, roots.iter().copied()) else {
        space.is_empty = true;
        return Ok(space);
    };
    let supports: Vec<u128> = conditions.iter().map(|c| lowered.dag.support(*c)).collect();
    let named = supports.iter().fold(0, |all, s| all | s);
    let is_free = |index: u32| {
        let number = lowered.bound.iter().position(|b| *b == index);
        number.is_none_or(|number| named & (1 << number) == 0)
    };
    space.free = (0..lowered.sizes.len() as u32).filter(|index| is_free(*index)).collect();
    for component in components(named, &supports) {
        let own: Vec<Node> = conditions
            .iter()
            .copied()
            .filter(|c| lowered.dag.support(*c) & component != 0)
            .collect();
        let own_supports: Vec<u128> = own.iter().map(|c| lowered.dag.support(*c)).collect();
        let mut result = Err(TooLarge);
        for order in orders(component, &own_supports) {
            let positions = tree(&order, &own_supports);
            let programs = programs(&mut lowered.dag, &positions, &own);
            let (bound, sizes) = (&lowered.bound, &lowered.sizes);
            let mut grower = Grower {
                dag: &lowered.dag,
                slow: &mut lowered.slow,
                positions: &positions,
                programs: &programs,
            };
            let allowed = |number: u32| (0..sizes[bound[number as usize] as usize]).collect();
            result = grower.grow(&allowed, budget).map(|layers| {
                let mut positions = positions.clone();
                for position in &mut positions {
                    position.variable = bound[position.variable as usize];
                }
                Diagram::new(positions, layers)
            });
            if result.is_ok() {
                break;
            }
        }
        space.diagrams.push(result?);
    }
    Ok(space)
}

impl Space {
    /// The space of a problem.
    ///
    /// # Errors
    /// When a condition cannot be understood.
    pub fn of(problem: &Problem) -> Result<Self, String> {
        let mut lowered = lower(problem).map_err(|(_, d)| d.message.clone())?;
        let roots: Vec<Node> = lowered.roots.iter().map(|root| root.truth.yes).collect();
        let budget = Budget { edges: 8_000_000, work: 400_000_000 };
        grow(&mut lowered, &roots, &order::candidates, budget).map_err(|_| "too large".to_owned())
    }

    /// How many configs there are.
    pub fn count(&self) -> BigUint {
        if self.is_empty {
            return BigUint::from(0_u32);
        }
        let free = self.free.iter().map(|p| BigUint::from(self.sizes[*p as usize]));
        self.diagrams.iter().map(Diagram::count).chain(free).product()
    }

    /// Edges of all diagrams.
    pub fn edges(&self) -> usize {
        self.diagrams.iter().map(Diagram::edges).sum()
    }
}
