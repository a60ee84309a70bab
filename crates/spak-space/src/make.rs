//! Making a space: orders are tried under a budget, and what exceeds it for every order is said.

use std::fmt;

use spak_syntax::Diagnostic;

use crate::bounds::strengthened;
use crate::dag::Node;
use crate::diagram::Diagram;
use crate::grow::{Budget, Grower, TooLarge};
use crate::lower::{Lowered, lower};
use crate::order;
use crate::problem::Problem;
use crate::program::{programs, split};
use crate::space::{Factor, Space};
use crate::stream::{Chain, chain};
use crate::tree::{components, tree};

/// How large a diagram may become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Edges of one component; one takes 8 to 12 bytes.
    pub edges: usize,
    /// Values looked at for one component, over all orders that are tried.
    pub work: u64,
    /// Components with fewer combinations than this are made faster than what follows early from their
    /// conditions is found out.
    pub analysed_from: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { edges: 4_000_000, work: 400_000_000, analysed_from: 20_000.0 }
    }
}

/// Values looked at before another order is tried, at first.
const FIRST_WORK: u64 = 400_000;

/// Taking conditions apart for an order takes about so long for each parameter that one reads.
const WORK_A_READ: u64 = 64;

/// Values looked at to find one config.
const SEARCH_WORK: u64 = 20_000;

/// Why there is no exact space.
#[derive(Clone, Debug, PartialEq)]
pub enum MakeError {
    /// A condition cannot be understood: the one with this index, or the `when` of a parameter.
    Condition(Option<u32>, Box<Diagnostic>),
    /// These parameters, by index, hang together so densely that the limits were exceeded.
    TooLarge(Vec<u32>),
}

impl fmt::Display for MakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Condition(_, diagnostic) => f.write_str(&diagnostic.message),
            Self::TooLarge(parameters) => write!(
                f,
                "conditions connect {} parameters so densely that the space does not fit its limits",
                parameters.len()
            ),
        }
    }
}

impl std::error::Error for MakeError {}

impl Space {
    /// The space of a problem, within the usual limits.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub fn of(problem: &Problem) -> Result<Self, MakeError> {
        Self::within(problem, Limits::default())
    }

    /// The space of a problem.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub fn within(problem: &Problem, limits: Limits) -> Result<Self, MakeError> {
        let mut lowered = lower(problem)
            .map_err(|(constraint, diagnostic)| MakeError::Condition(constraint, diagnostic))?;
        let roots: Vec<Node> = lowered.roots.iter().map(|root| root.truth.yes).collect();
        make(&mut lowered, &roots, &[], limits)
    }
}

/// The space of configs where every root holds and the parameters `fixed` (by their numbers in the
/// graph) have these values.
pub(crate) fn make(
    lowered: &mut Lowered,
    roots: &[Node],
    fixed: &[(u32, u32)],
    limits: Limits,
) -> Result<Space, MakeError> {
    let sizes = lowered.sizes.clone();
    let mut factors = Vec::new();
    let Some(conditions) = split(&lowered.dag, roots.iter().copied()) else {
        return Ok(Space { sizes, factors: vec![Factor::Empty] });
    };
    let fixed_ones = fixed.iter().fold(0, |all, (number, _)| all | 1 << number);
    let apart = apart(lowered, &conditions, fixed_ones);
    let named = apart.iter().fold(0, |all, (component, _)| all | component);
    for (component, own) in apart {
        factors.push(Factor::Diagram(component_diagram(lowered, component, &own, fixed, limits)?));
    }
    let mut is_named = vec![false; sizes.len()];
    for number in crate::tree::members(named) {
        let index = lowered.bound.get(number as usize).copied().unwrap_or(0);
        if let Some(slot) = is_named.get_mut(index as usize) {
            *slot = true;
        }
    }
    for (index, size) in sizes.iter().enumerate() {
        if !is_named.get(index).copied().unwrap_or(false) {
            factors.push(Factor::Free(index as u32, *size));
        }
    }
    Ok(Space { sizes, factors })
}

/// The components of the parameters that conditions name, and of `more`, each with its conditions.
fn apart(lowered: &Lowered, conditions: &[Node], more: u128) -> Vec<(u128, Vec<Node>)> {
    let supports: Vec<u128> = conditions.iter().map(|c| lowered.dag.support(*c)).collect();
    let named = supports.iter().fold(more, |all, support| all | support);
    let own = |component: u128| -> Vec<Node> {
        let with = conditions.iter().zip(&supports);
        with.filter(|(_, support)| *support & component != 0).map(|(c, _)| *c).collect()
    };
    components(named, &supports).into_iter().map(|part| (part, own(part))).collect()
}

/// Whether no config satisfies every root with the parameters `fixed`. One is looked for first, which
/// is quick where there are many; a diagram tells where there is none.
///
/// # Errors
/// When neither comes to an end within the limits.
pub(crate) fn is_empty(
    lowered: &mut Lowered,
    roots: &[Node],
    fixed: &[(u32, u32)],
    limits: Limits,
) -> Result<bool, MakeError> {
    let Some(conditions) = split(&lowered.dag, roots.iter().copied()) else { return Ok(true) };
    let mut unknown = None;
    for (component, own) in apart(lowered, &conditions, 0) {
        match found(lowered, component, &own, fixed) {
            Some(true) => continue,
            Some(false) => return Ok(true),
            None => {}
        }
        match component_diagram(lowered, component, &own, fixed, limits) {
            Ok(diagram) if diagram.is_empty() => return Ok(true),
            Ok(_) => {}
            // Another component may still tell.
            Err(error) => unknown = Some(error),
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// Whether a short search finds a config of a component; `None` when it does not end.
fn found(
    lowered: &mut Lowered,
    component: u128,
    conditions: &[Node],
    fixed: &[(u32, u32)],
) -> Option<bool> {
    let supports: Vec<u128> = conditions.iter().map(|c| lowered.dag.support(*c)).collect();
    let order = order::candidates(component, &supports).into_iter().next()?;
    let positions = chain(&order);
    let strong = strengthened(&mut lowered.dag, &positions, conditions);
    let programs = programs(&mut lowered.dag, &positions, &strong);
    let Lowered { dag, slow, bound, sizes, spent, .. } = lowered;
    let allowed = |number: u32| allowed(number, fixed, bound, sizes);
    let mut chain = Chain { dag, slow, positions: &positions, programs: &programs };
    let (mut work, mut is_found) = (SEARCH_WORK, false);
    let is_complete = chain.walk(&allowed, &mut work, &mut |_| {
        is_found = true;
        false
    });
    let read: u32 = supports.iter().map(|s| s.count_ones()).sum();
    *spent += SEARCH_WORK - work + WORK_A_READ * u64::from(read);
    if is_found { Some(true) } else { is_complete.then_some(false) }
}

/// The values that a parameter, by its number in the graph, may have.
fn allowed(number: u32, fixed: &[(u32, u32)], bound: &[u32], sizes: &[u32]) -> Vec<u32> {
    match fixed.iter().find(|(n, _)| *n == number) {
        Some((_, value)) => vec![*value],
        None => (0..sizes[bound[number as usize] as usize]).collect(),
    }
}

fn component_diagram(
    lowered: &mut Lowered,
    component: u128,
    conditions: &[Node],
    fixed: &[(u32, u32)],
    limits: Limits,
) -> Result<Diagram, MakeError> {
    let supports: Vec<u128> = conditions.iter().map(|c| lowered.dag.support(*c)).collect();
    let orders = order::candidates(component, &supports);
    // A bad order is given up early; all of them together have the work that is allowed.
    let end = lowered.spent.saturating_add(limits.work);
    let mut orders: Vec<&Vec<u32>> = orders.iter().collect();
    let mut work = FIRST_WORK;
    while !orders.is_empty() && lowered.spent < end {
        let mut promising = Vec::new();
        for order in orders {
            let left = end.saturating_sub(lowered.spent);
            let granted = Limits { work: work.min(left), ..limits };
            match diagram(lowered, order, conditions, &supports, fixed, granted) {
                Ok(made) => return Ok(made),
                // More work would end there again.
                Err(TooLarge::Edges) => {}
                Err(TooLarge::Work) => promising.push(order),
            }
        }
        orders = promising;
        work = work.saturating_mul(8);
    }
    let parameters = crate::tree::members(component)
        .filter_map(|number| lowered.bound.get(number as usize).copied())
        .collect();
    Err(MakeError::TooLarge(parameters))
}

fn diagram(
    lowered: &mut Lowered,
    order: &[u32],
    conditions: &[Node],
    supports: &[u128],
    fixed: &[(u32, u32)],
    limits: Limits,
) -> Result<Diagram, TooLarge> {
    let mut positions = tree(order, supports);
    let sizes = order.iter().filter_map(|number| {
        let index = lowered.bound.get(*number as usize)?;
        lowered.sizes.get(*index as usize)
    });
    let combinations: f64 = sizes.map(|size| f64::from(*size)).product();
    let programs = if combinations < limits.analysed_from {
        programs(&mut lowered.dag, &positions, conditions)
    } else {
        let strong = strengthened(&mut lowered.dag, &positions, conditions);
        programs(&mut lowered.dag, &positions, &strong)
    };
    let (bound, sizes) = (&lowered.bound, &lowered.sizes);
    let allowed = |number: u32| allowed(number, fixed, bound, sizes);
    let mut grower = Grower {
        dag: &lowered.dag,
        slow: &mut lowered.slow,
        positions: &positions,
        programs: &programs,
        work: 0,
    };
    let read: u32 = supports.iter().map(|s| s.count_ones()).sum();
    let grown = grower.grow(&allowed, Budget { edges: limits.edges, work: limits.work });
    lowered.spent += grower.work + WORK_A_READ * u64::from(read);
    let layers = grown?;
    for position in &mut positions {
        position.variable = bound[position.variable as usize];
    }
    Ok(Diagram::new(positions, layers))
}
