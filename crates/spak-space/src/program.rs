//! What has to be computed at each position of the tree: a straight line of steps from what the
//! parent hands down and the values of the position's own variable.

use std::collections::BTreeMap;

use crate::dag::{Dag, FALSE, Node, Op, Range, TRUE, Type};
use crate::tree::Position;

/// So many steps take about as long as what else is done for a value.
const STEPS_A_VALUE: u64 = 8;

/// How many machine operations a slow one takes about as long as.
const SLOW_WEIGHT: u64 = 24;

/// Where an operand is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Constant(u64),
    /// A word that the parent hands down.
    Item(u32),
    /// A word for each value of the variable, known before anything runs.
    Column(u32),
    /// The result of a step, a word for each value.
    Result(u32),
}

/// One step; its result is the one of its number.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) node: Node,
    pub(crate) sources: Vec<(Source, Type)>,
    /// Factors of a sum, in the order of its sources.
    pub(crate) factors: Vec<i64>,
}

/// What happens next.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Compute(u32),
    /// Only values where this is true go on.
    Check(Source),
}

/// The program of a position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) actions: Vec<Action>,
    /// The nodes whose words are the columns.
    pub(crate) columns: Vec<Node>,
    /// The node of each word that the parent hands down.
    pub(crate) items: Vec<Node>,
    /// For each child the words handed down.
    pub(crate) outputs: Vec<Vec<Source>>,
    /// Conditions on the value alone.
    pub(crate) filters: Vec<Node>,
    /// What looking at a value costs: 1, and more for many steps and slow ones.
    pub(crate) weight: u64,
}

/// Which conditions need a word: some, each unless it is decided already, or one that always does.
#[derive(Clone, Debug, PartialEq)]
enum Need {
    Always,
    For(Vec<u32>),
}

impl Need {
    fn join(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Always, _) => {}
            (_, Self::Always) => *self = Self::Always,
            (Self::For(mine), Self::For(others)) => {
                mine.extend(others);
                mine.sort_unstable();
                mine.dedup();
            }
        }
    }
}

/// The programs of a tree for conditions that must all hold.
pub(crate) fn programs(dag: &mut Dag, positions: &[Position], conditions: &[Node]) -> Vec<Program> {
    let mut wanted: Vec<BTreeMap<Node, Need>> = vec![BTreeMap::new(); positions.len()];
    let mut programs: Vec<Program> = vec![Program::default(); positions.len()];
    let mut decided: Vec<Vec<u32>> = vec![Vec::new(); positions.len()];
    for (index, condition) in conditions.iter().enumerate() {
        let support = dag.support(*condition);
        if let Some(at) = positions.iter().position(|p| support & !p.path == 0) {
            decided[at].push(index as u32);
        }
    }
    // Children say what they need before their parent is looked at.
    for at in (0..positions.len()).rev() {
        let position = &positions[at];
        let above = position.parent.map_or(0, |p| positions[p as usize].path);
        let mut maker = Maker {
            dag,
            conditions,
            path: position.path,
            above,
            program: Program::default(),
            sources: BTreeMap::new(),
            items: BTreeMap::new(),
        };
        // Cheap conditions first: the values they refuse cost nothing later.
        let mut checks = decided[at].clone();
        checks.sort_by_key(|c| {
            let support = maker.dag.support(conditions[*c as usize]);
            (support.count_ones(), *c)
        });
        for index in checks {
            maker.check(index);
        }
        for child in &position.children {
            let needs = std::mem::take(&mut wanted[*child as usize]);
            maker.hand_down(&needs);
        }
        let Maker { mut program, items, .. } = maker;
        // Words of one child stand in the order of their nodes.
        program.items = items.keys().copied().collect();
        wanted[at] = items;
        programs[at] = program;
    }
    // Items were named by node; now they have places.
    for program in &mut programs {
        let items = program.items.clone();
        let place = |source: &mut Source| {
            if let Source::Item(node) = source {
                let at = items.binary_search(node).unwrap_or(0);
                *source = Source::Item(at as u32);
            }
        };
        for step in &mut program.steps {
            step.sources.iter_mut().for_each(|(source, _)| place(source));
        }
        for action in &mut program.actions {
            if let Action::Check(source) = action {
                place(source);
            }
        }
        program.outputs.iter_mut().flatten().for_each(place);
        let is_slow = |step: &&Step| matches!(dag.info(step.node).op, Op::Slow(..));
        let slow = program.steps.iter().filter(is_slow).count() as u64;
        program.weight = 1 + program.steps.len() as u64 / STEPS_A_VALUE + SLOW_WEIGHT * slow;
    }
    programs
}

struct Maker<'d> {
    dag: &'d mut Dag,
    conditions: &'d [Node],
    /// The variables that have values here, and one position up.
    path: u128,
    above: u128,
    program: Program,
    sources: BTreeMap<Node, Source>,
    items: BTreeMap<Node, Need>,
}

impl Maker<'_> {
    fn check(&mut self, index: u32) {
        let condition = self.conditions[index as usize];
        let support = self.dag.support(condition);
        if support & self.above == 0 {
            self.program.filters.push(condition);
            return;
        }
        let need = match self.dag.info(condition).op {
            Op::Any(_) => Need::For(vec![index]),
            _ => Need::Always,
        };
        let source = self.source(condition, &need);
        self.program.actions.push(Action::Check(source));
    }

    fn hand_down(&mut self, needs: &BTreeMap<Node, Need>) {
        let mut output = Vec::with_capacity(needs.len());
        for (node, need) in needs {
            let word = match self.needed(need) {
                Some(needed) => {
                    // Whether it is needed must itself never be masked.
                    self.source(needed, &Need::Always);
                    self.masked(*node, needed)
                }
                None => *node,
            };
            output.push(self.source(word, need));
        }
        self.program.outputs.push(output);
    }

    /// Whether some condition of these is still open; `None` when that is always so.
    fn needed(&mut self, need: &Need) -> Option<Node> {
        let Need::For(conditions) = need else { return None };
        let mut open = Vec::with_capacity(conditions.len());
        for index in conditions {
            let Op::Any(items) = &self.dag.info(self.conditions[*index as usize]).op else {
                return None;
            };
            let items = items.iter().copied();
            let early: Vec<Node> =
                items.filter(|item| self.dag.support(*item) & !self.path == 0).collect();
            if early.is_empty() {
                return None;
            }
            let decided = self.dag.any(&early);
            open.push(self.dag.not(decided));
        }
        Some(self.dag.any(&open))
    }

    /// The word of a node, or a constant one where it is not needed: prefixes that differ only in what
    /// nothing reads any more are the same.
    fn masked(&mut self, node: Node, needed: Node) -> Node {
        let info = self.dag.info(node);
        let (kind, range) = (info.kind, info.range);
        let filler = match (kind, range) {
            (Type::Bool, _) => FALSE,
            // Within the bounds that everything computed from it relies on.
            (Type::Int, Range::Int(low, _)) => self.dag.int(low),
            (Type::Float(_), Range::Float(low, _)) => self.dag.constant(kind, low.to_bits()),
            _ => return node,
        };
        self.dag.select(needed, node, filler)
    }

    /// Where the word of `node` is found here; steps are added as needed.
    fn source(&mut self, node: Node, need: &Need) -> Source {
        if let Some(word) = self.dag.constant_of(node) {
            return Source::Constant(word);
        }
        let support = self.dag.support(node);
        if support & !self.above == 0 {
            self.items
                .entry(node)
                .and_modify(|known| known.join(need))
                .or_insert_with(|| need.clone());
            return Source::Item(node);
        }
        if let Some(source) = self.sources.get(&node).copied() {
            // Its operands are needed for this as well.
            self.renew(node, need);
            return source;
        }
        if support & self.above == 0 {
            let at = self.program.columns.len() as u32;
            self.program.columns.push(node);
            let source = Source::Column(at);
            self.sources.insert(node, source);
            return source;
        }
        let (operands, factors) = self.operands(node);
        let is_choice = matches!(self.dag.info(node).op, Op::Any(_));
        let mut sources = Vec::with_capacity(operands.len());
        for operand in operands {
            let kind = self.dag.kind(operand);
            // Whether a condition is decided already is always needed, until it is.
            let early = is_choice && self.dag.support(operand) & !self.above == 0;
            let need = if early { Need::Always } else { need.clone() };
            sources.push((self.source(operand, &need), kind));
        }
        let at = self.program.steps.len() as u32;
        self.program.steps.push(Step { node, sources, factors });
        self.program.actions.push(Action::Compute(at));
        let source = Source::Result(at);
        self.sources.insert(node, source);
        source
    }

    /// Says of everything below `node` that it is needed for more.
    fn renew(&mut self, node: Node, need: &Need) {
        let support = self.dag.support(node);
        if support & self.above == 0 {
            return;
        }
        if support & !self.above == 0 {
            if let Some(known) = self.items.get_mut(&node) {
                known.join(need);
            }
            return;
        }
        let (operands, _) = self.operands(node);
        for operand in operands {
            self.renew(operand, need);
        }
    }

    /// What `node` is computed from here. Of sums, products and connectives, the operands that were
    /// known before are one operand: that is the word that the parent hands down.
    fn operands(&mut self, node: Node) -> (Vec<Node>, Vec<i64>) {
        let above = self.above;
        let op = self.dag.info(node).op.clone();
        let early = |dag: &Dag, node: Node| dag.support(node) & !above == 0;
        match op {
            Op::Sum(terms, _) => {
                let (known, late): (Vec<_>, Vec<_>) =
                    terms.iter().copied().partition(|(node, _)| early(self.dag, *node));
                let mut operands: Vec<Node> = late.iter().map(|(node, _)| *node).collect();
                let mut factors: Vec<i64> = late.iter().map(|(_, factor)| *factor).collect();
                match known.as_slice() {
                    [] => {}
                    [(only, factor)] => {
                        operands.push(*only);
                        factors.push(*factor);
                    }
                    _ => match self.dag.sum(&known, 0) {
                        Some(sum) => {
                            operands.push(sum);
                            factors.push(1);
                        }
                        None => {
                            operands.extend(known.iter().map(|(node, _)| *node));
                            factors.extend(known.iter().map(|(_, factor)| *factor));
                        }
                    },
                }
                (operands, factors)
            }
            Op::Product(items, _) => {
                let (known, mut late): (Vec<Node>, Vec<Node>) =
                    items.iter().copied().partition(|node| early(self.dag, *node));
                match known.as_slice() {
                    [] => {}
                    [only] => late.push(*only),
                    [first, rest @ ..] => {
                        let product =
                            rest.iter().try_fold(*first, |all, node| self.dag.product(all, *node));
                        match product {
                            Some(product) => late.push(product),
                            None => late.extend(&known),
                        }
                    }
                }
                (late, Vec::new())
            }
            Op::All(items) | Op::Any(items) => {
                let is_all = matches!(self.dag.info(node).op, Op::All(_));
                let (known, mut late): (Vec<Node>, Vec<Node>) =
                    items.iter().copied().partition(|node| early(self.dag, *node));
                if !known.is_empty() {
                    late.push(if is_all { self.dag.all(&known) } else { self.dag.any(&known) });
                }
                // What the value alone decides comes before what takes computing.
                late.sort_by_key(|node| self.dag.support(*node).count_ones());
                (late, Vec::new())
            }
            _ => (self.dag.operands(node), Vec::new()),
        }
    }
}

/// Conditions that must hold, split at their top; `None` when one never does.
pub(crate) fn split(dag: &Dag, roots: impl Iterator<Item = Node>) -> Option<Vec<Node>> {
    let mut conditions = Vec::new();
    for root in roots {
        match &dag.info(root).op {
            _ if root == TRUE => {}
            _ if root == FALSE => return None,
            Op::All(items) => conditions.extend(items.iter().copied()),
            _ => conditions.push(root),
        }
    }
    conditions.sort_unstable();
    conditions.dedup();
    Some(conditions)
}
