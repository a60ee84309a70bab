//! Solutions to findings.

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{Condition, KernelId, LaunchId, NodeId, Op, Site};

use crate::finding::Finding;
use crate::pack::{Case, Pack, Pattern, Piece};
use crate::solve::{Solver, Value};
use crate::term::Term;

/// What one solution says.
#[derive(Clone)]
pub(super) struct Solution {
    pub(super) kernel: Option<KernelId>,
    pub(super) role: Option<String>,
    pub(super) launch: Option<LaunchId>,
    value: String,
    sites: BTreeSet<Site>,
    conditions: Vec<Condition>,
    because: String,
}

/// What solutions say alike: the kernel, the case, the operand, the value, and what tells statements apart.
type Said = (Option<KernelId>, usize, Option<String>, String, String);

/// The solutions of a pattern, put together.
pub(super) struct Gathered<'a> {
    pack: &'a Pack,
    pattern: &'a Pattern,
    found: BTreeMap<Said, Sum>,
}

/// Solutions that say the same.
struct Sum {
    launch: Option<LaunchId>,
    sites: BTreeSet<Site>,
    conditions: Vec<Condition>,
    /// The sentence of the solution whose places come first.
    because: (BTreeSet<Site>, String),
}

impl<'a> Gathered<'a> {
    pub(super) fn new(pack: &'a Pack, pattern: &'a Pattern) -> Self {
        Self { pack, pattern, found: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, case: usize, solution: Solution) {
        // What must hold is said once for each thing that must.
        let is_statement = matches!(self.pattern.axis.as_str(), "constraint" | "hazard");
        let said = if is_statement { solution.because.clone() } else { String::new() };
        let key = (solution.kernel, case, solution.role, solution.value, said);
        match self.found.get_mut(&key) {
            None => {
                let sum = Sum {
                    launch: solution.launch,
                    conditions: solution.conditions,
                    because: (solution.sites.clone(), solution.because),
                    sites: solution.sites,
                };
                self.found.insert(key, sum);
            }
            Some(sum) => {
                sum.conditions.retain(|c| solution.conditions.contains(c));
                sum.launch = sum.launch.filter(|launch| Some(*launch) == solution.launch);
                sum.sites.extend(solution.sites.iter().copied());
                let because = (solution.sites, solution.because);
                if because < sum.because {
                    sum.because = because;
                }
            }
        }
    }

    pub(super) fn findings(self) -> impl Iterator<Item = Finding> {
        let Self { pack, pattern, found } = self;
        found.into_iter().filter_map(move |((kernel, case, role, value, _), sum)| {
            let case = pattern.cases.get(case)?;
            Some(Finding {
                pack: pack.name.clone(),
                pattern: pattern.name.clone(),
                case: case.name.clone(),
                written: case.span,
                axis: pattern.axis.clone(),
                value,
                kernel,
                launch: sum.launch,
                role,
                sites: sum.sites.into_iter().collect(),
                conditions: sum.conditions,
                confidence: case.confidence,
                because: sum.because.1,
            })
        })
    }
}

/// What the values of the variables say.
pub(super) fn solution(solver: &Solver<'_>, case: &Case, launch: Option<LaunchId>) -> Solution {
    let said = |term: &Term| match term {
        Term::Variable(variable) => {
            solver.value(*variable).map_or_else(String::new, |value| text(solver, value))
        }
        Term::Text(text) => text.clone(),
        _ => String::new(),
    };
    let nodes = evidence(solver, case);
    let stated = case.kernel.as_ref().and_then(|term| match term {
        Term::Variable(variable) => match solver.value(*variable)? {
            Value::Kernel(id) => Some(id),
            _ => None,
        },
        _ => None,
    });
    let common = || {
        let mut kernels = nodes.iter().filter_map(|n| solver.facts.kernel_of(*n));
        let first = kernels.next()?;
        kernels.all(|k| k == first).then_some(first)
    };
    let mut conditions = solver.assumed.clone();
    for node in &nodes {
        for condition in solver.facts.conditions(*node) {
            if !conditions.contains(condition) {
                conditions.push(*condition);
            }
        }
    }
    conditions.sort();
    let because = case.because.iter().map(|piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Variable(variable) => {
            solver.value(*variable).map_or_else(|| "…".to_owned(), |value| text(solver, value))
        }
    });
    Solution {
        kernel: stated.or(solver.view.kernel).or_else(common),
        role: case.role.as_ref().map(said),
        launch,
        value: said(&case.value),
        sites: sites(solver, case, &nodes),
        conditions,
        because: because.collect(),
    }
}

/// The nodes that show it: those that the case names, else all that were matched in kernels.
fn evidence(solver: &Solver<'_>, case: &Case) -> Vec<NodeId> {
    let node = |variable: usize| match solver.value(variable)? {
        Value::Node(node) => Some(node),
        _ => None,
    };
    if let Some(named) = &case.evidence {
        return named.iter().filter_map(|v| node(*v)).collect();
    }
    let bound = (0..case.modes.len()).filter_map(node);
    let all = bound.chain(solver.matched.iter().copied());
    let program = solver.facts.program;
    all.filter(|n| program.op(*n) != Op::Parameter && solver.facts.kernel_of(*n).is_some())
        .collect()
}

fn sites(solver: &Solver<'_>, case: &Case, nodes: &[NodeId]) -> BTreeSet<Site> {
    let program = solver.facts.program;
    let mut sites: BTreeSet<Site> =
        nodes.iter().filter_map(|n| program.node(*n)).map(|n| n.site).collect();
    // What a helper of another file computes shows where the host takes it.
    for node in nodes {
        let site = program.node(*node).map(|n| n.site.file);
        let named = program.names.get(node).map(|(_, site)| *site);
        sites.extend(named.filter(|named| Some(named.file) != site));
        sites.extend(program.asked.get(node));
    }
    // What an access is given shows where it is given, too, not only where it was made.
    for (node, places) in
        nodes.iter().filter_map(|n| Some((program.node(*n)?, program.written.get(n)?)))
    {
        let is_shown = |label: &str| node.given(label).is_some_and(|value| nodes.contains(&value));
        sites.extend(places.iter().filter(|(label, _)| is_shown(label)).map(|(_, site)| *site));
    }
    for variable in case.evidence.iter().flatten() {
        let site = match solver.value(*variable) {
            Some(Value::Loop(id)) => program.loops.get(id.index()).map(|l| l.site),
            Some(Value::Kernel(id)) => program.kernels.get(id.index()).map(|k| k.site),
            Some(Value::Launch(id)) => program.launches.get(id.0 as usize).map(|l| l.site),
            _ => None,
        };
        sites.extend(site);
    }
    sites
}

fn text(solver: &Solver<'_>, value: Value<'_>) -> String {
    let program = solver.facts.program;
    match value {
        Value::Text(text) => text.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Node(node) => match solver.text_in(Value::Node(node)) {
            Some(text) => text.to_owned(),
            None => solver.facts.words(node).to_owned(),
        },
        Value::Kernel(id) => {
            program.kernels.get(id.index()).map_or_else(String::new, |k| k.name.clone())
        }
        Value::Loop(id) => match program.loops.get(id.index()).and_then(|l| l.induction) {
            Some(node) => solver.facts.words(node).to_owned(),
            None => "the loop".to_owned(),
        },
        Value::Launch(id) => {
            let kernel = program.launches.get(id.0 as usize).map(|l| l.kernel);
            let kernel = kernel.and_then(|id| program.kernels.get(id.index()));
            kernel.map_or_else(|| "the launch".to_owned(), |k| format!("the launch of {}", k.name))
        }
    }
}
