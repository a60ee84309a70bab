//! Making the nodes of a component, from the root outwards: two prefixes that hand the same words down
//! are one node.

use crate::dag::{Compare, Dag, Op, Real, Type, Unary, Whole, real, whole};
use crate::evaluate::{Slowness, compare, evaluate, unary};
use crate::program::{Action, Program, Source, Step};
use crate::table::{Table, hash_words};
use crate::tree::Position;

/// The nodes of one position, and the edges that leave them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    /// Where the edges of each node begin; one more at the end.
    pub(crate) starts: Vec<u32>,
    /// The index of the value of each edge in the variable's domain, ascending within a node.
    pub(crate) values: Vec<u32>,
    /// For each edge the node at each child position.
    pub(crate) targets: Vec<u32>,
}

/// What there was more of than was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooLarge {
    Edges,
    Work,
}

/// Words by which nodes are told apart, for each edge that is allowed: bounds the memory.
const WORDS_AN_EDGE: usize = 4;

/// An edge takes about as long as looking at so many values.
const WORK_AN_EDGE: u64 = 8;

/// How much may be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) edges: usize,
    /// Values looked at, over all nodes.
    pub(crate) work: u64,
}

/// The words of the nodes of a position, by which they are told apart.
#[derive(Default)]
struct Keys {
    width: usize,
    words: Vec<u64>,
    count: u32,
    table: Table,
}

impl Keys {
    fn get(&self, node: u32) -> &[u64] {
        &self.words[node as usize * self.width..(node as usize + 1) * self.width]
    }

    #[inline]
    fn intern(&mut self, key: &[u64]) -> u32 {
        if self.width == 0 {
            self.count = 1;
            return 0;
        }
        let (words, width, count) = (&self.words, self.width, self.count);
        let at = |id: u32| &words[id as usize * width..(id as usize + 1) * width];
        let id = self.table.intern(
            hash_words(key),
            |id| at(id) == key,
            |id| hash_words(at(id)),
            || count,
        );
        if id == count {
            self.words.extend_from_slice(key);
            self.count += 1;
        }
        id
    }
}

/// What running the programs takes besides the graph.
pub(crate) struct Grower<'g> {
    pub(crate) dag: &'g Dag,
    pub(crate) slow: &'g mut Slowness,
    pub(crate) positions: &'g [Position],
    pub(crate) programs: &'g [Program],
    /// Values looked at so far.
    pub(crate) work: u64,
}

/// The values of a position's variable, and its columns.
pub(crate) struct Domain {
    /// Indices of the values that its own conditions let pass, ascending.
    pub(crate) values: Vec<u32>,
    /// For each column a word for each of these values.
    pub(crate) columns: Vec<Vec<u64>>,
}

impl Grower<'_> {
    /// The values of the variable at a position, out of `allowed`.
    pub(crate) fn domain(&mut self, at: usize, allowed: &[u32]) -> Domain {
        let (position, program) = (&self.positions[at], &self.programs[at]);
        let mut config = vec![0_u32; position.variable as usize + 1];
        let mut word = |node, value: u32| {
            if let Some(slot) = config.last_mut() {
                *slot = value;
            }
            evaluate(self.dag, self.slow, node, &config)
        };
        let passes = |value: &u32, word: &mut dyn FnMut(u32, u32) -> u64| {
            program.filters.iter().all(|filter| word(*filter, *value) != 0)
        };
        let values: Vec<u32> =
            allowed.iter().copied().filter(|value| passes(value, &mut word)).collect();
        let columns = program
            .columns
            .iter()
            .map(|node| values.iter().map(|value| word(*node, *value)).collect())
            .collect();
        Domain { values, columns }
    }

    /// All layers, parents first.
    pub(crate) fn grow(
        &mut self,
        allowed: &dyn Fn(u32) -> Vec<u32>,
        budget: Budget,
    ) -> Result<Vec<Layer>, TooLarge> {
        let count = self.positions.len();
        let mut keys: Vec<Keys> = self
            .programs
            .iter()
            .map(|program| Keys { width: program.items.len(), ..Keys::default() })
            .collect();
        if let Some(root) = keys.first_mut() {
            root.count = 1;
        }
        let mut layers = Vec::with_capacity(count);
        let mut edges = 0_usize;
        for at in 0..count {
            let domain = self.domain(at, &allowed(self.positions[at].variable));
            let (before, after) = keys.split_at_mut(at + 1);
            let own = &before[at];
            let mut layer = Layer::default();
            let mut runner = Runner::new(&self.programs[at], &domain);
            layer.starts.reserve(own.count as usize + 1);
            for node in 0..own.count {
                layer.starts.push(layer.values.len() as u32);
                self.work += domain.values.len().max(1) as u64 * self.programs[at].weight;
                if self.work > budget.work {
                    return Err(TooLarge::Work);
                }
                runner.run(self.dag, self.slow, own.get(node));
                self.hand_down(at, &domain, &mut runner, own.get(node), after, &mut layer);
                self.work += WORK_AN_EDGE * runner.alive.len() as u64;
                let is_wide = |child: &u32| {
                    after[*child as usize - at - 1].words.len() / WORDS_AN_EDGE > budget.edges
                };
                if edges + layer.values.len() > budget.edges
                    || self.positions[at].children.iter().any(is_wide)
                {
                    return Err(TooLarge::Edges);
                }
            }
            // Nothing asks for these nodes by their words any more.
            keys[at] = Keys::default();
            layer.starts.push(layer.values.len() as u32);
            edges += layer.values.len();
            layers.push(layer);
        }
        Ok(layers)
    }

    /// The edges of one node.
    fn hand_down(
        &self,
        at: usize,
        domain: &Domain,
        runner: &mut Runner<'_>,
        items: &[u64],
        after: &mut [Keys],
        layer: &mut Layer,
    ) {
        let program = &self.programs[at];
        let children = &self.positions[at].children;
        for place in &runner.alive {
            layer.values.push(domain.values[*place as usize]);
        }
        if let ([child], [output]) = (children.as_slice(), program.outputs.as_slice()) {
            let keys = &mut after[*child as usize - at - 1];
            for place in &runner.alive {
                runner.key.clear();
                for source in output {
                    let word = read(*source, *place as usize, items, domain, &runner.results);
                    runner.key.push(word);
                }
                layer.targets.push(keys.intern(&runner.key));
            }
            return;
        }
        for place in &runner.alive {
            for (child, output) in children.iter().zip(&program.outputs) {
                runner.key.clear();
                for source in output {
                    let word = read(*source, *place as usize, items, domain, &runner.results);
                    runner.key.push(word);
                }
                layer.targets.push(after[*child as usize - at - 1].intern(&runner.key));
            }
        }
    }
}

#[inline]
fn read(source: Source, place: usize, items: &[u64], domain: &Domain, results: &[Vec<u64>]) -> u64 {
    match source {
        Source::Constant(word) => word,
        Source::Item(at) => items[at as usize],
        Source::Column(at) => domain.columns[at as usize][place],
        Source::Result(at) => results[at as usize][place],
    }
}

/// Runs the program of one position for one node after another.
pub(crate) struct Runner<'r> {
    program: &'r Program,
    domain: &'r Domain,
    /// A word for each value, for each step.
    pub(crate) results: Vec<Vec<u64>>,
    /// The places of the values that passed every check, ascending.
    pub(crate) alive: Vec<u32>,
    key: Vec<u64>,
}

/// An operand for all values.
#[derive(Clone, Copy)]
enum Words<'w> {
    One(u64),
    Each(&'w [u64]),
}

impl Words<'_> {
    #[inline]
    fn at(self, place: u32) -> u64 {
        match self {
            Self::One(word) => word,
            Self::Each(words) => words[place as usize],
        }
    }
}

impl<'r> Runner<'r> {
    pub(crate) fn new(program: &'r Program, domain: &'r Domain) -> Self {
        let results = vec![vec![0; domain.values.len()]; program.steps.len()];
        let alive = Vec::with_capacity(domain.values.len());
        Self { program, domain, results, alive, key: Vec::new() }
    }

    /// Computes every step for the node with these items, and which values pass.
    pub(crate) fn run(&mut self, dag: &Dag, slow: &mut Slowness, items: &[u64]) {
        self.alive.clear();
        self.alive.extend(0..self.domain.values.len() as u32);
        for action in &self.program.actions {
            match action {
                Action::Check(source) => {
                    match self.words(*source, items) {
                        Words::One(0) => self.alive.clear(),
                        Words::One(_) => {}
                        Words::Each(_) => {
                            let mut alive = std::mem::take(&mut self.alive);
                            if let Words::Each(words) = self.words(*source, items) {
                                alive.retain(|place| words[*place as usize] != 0);
                            }
                            self.alive = alive;
                        }
                    }
                    if self.alive.is_empty() {
                        return;
                    }
                }
                Action::Compute(at) => {
                    let mut out = std::mem::take(&mut self.results[*at as usize]);
                    self.compute(dag, slow, &self.program.steps[*at as usize], items, &mut out);
                    self.results[*at as usize] = out;
                }
            }
        }
    }

    fn words(&self, source: Source, items: &[u64]) -> Words<'_> {
        match source {
            Source::Constant(word) => Words::One(word),
            Source::Item(at) => Words::One(items[at as usize]),
            Source::Column(at) => Words::Each(&self.domain.columns[at as usize]),
            Source::Result(at) => Words::Each(&self.results[at as usize]),
        }
    }

    fn compute(&self, dag: &Dag, slow: &mut Slowness, step: &Step, items: &[u64], out: &mut [u64]) {
        let words = |at: usize| self.words(step.sources[at].0, items);
        let kind = |at: usize| step.sources[at].1;
        match &dag.info(step.node).op {
            Op::Sum(_, constant) => self.sum(step, *constant, items, out),
            Op::Product(_, factor) => self.product(step, *factor, items, out),
            Op::Whole(op, ..) => {
                let (a, b) = (words(0), words(1));
                let ints =
                    |f: fn(i64, i64) -> i64| move |a: u64, b: u64| f(a as i64, b as i64) as u64;
                match op {
                    Whole::FloorDivide => {
                        self.each(a, b, out, ints(|a, b| whole(Whole::FloorDivide, a, b)));
                    }
                    Whole::Remainder => {
                        self.each(a, b, out, |a, b| {
                            whole(Whole::Remainder, a as i64, b as i64) as u64
                        });
                    }
                    op => self.each(a, b, out, |a, b| whole(*op, a as i64, b as i64) as u64),
                }
            }
            Op::Real(op, ..) => {
                let (a, b) = (words(0), words(1));
                let on = |op: Real| {
                    move |a: u64, b: u64| real(op, f64::from_bits(a), f64::from_bits(b)).to_bits()
                };
                match op {
                    Real::Divide => self.each(a, b, out, on(Real::Divide)),
                    Real::Remainder => self.each(a, b, out, on(Real::Remainder)),
                    Real::Multiply => self.each(a, b, out, on(Real::Multiply)),
                    op => self.each(a, b, out, on(*op)),
                }
            }
            Op::Unary(op, _) => match op {
                Unary::Not => self.each(words(0), Words::One(0), out, |a, _| u64::from(a == 0)),
                op => self.each(words(0), Words::One(0), out, |a, _| unary(*op, a)),
            },
            Op::Compare(op, ..) => {
                let (a, b) = (words(0), words(1));
                match (op, kind(0)) {
                    (Compare::Equal, Type::Float(_)) => self
                        .each(a, b, out, |a, b| u64::from(f64::from_bits(a) == f64::from_bits(b))),
                    (Compare::Equal, _) => self.each(a, b, out, |a, b| u64::from(a == b)),
                    (Compare::LessEqual, Type::Int) => {
                        self.each(a, b, out, |a, b| u64::from(a as i64 <= b as i64));
                    }
                    (Compare::Less, Type::Int) => {
                        self.each(a, b, out, |a, b| u64::from((a as i64) < b as i64));
                    }
                    (op, kind) => {
                        self.each(a, b, out, |a, b| u64::from(compare(*op, kind, a, b)));
                    }
                }
            }
            Op::All(_) => self.fold(step, items, out, |a, b| a & b),
            Op::Any(_) => self.fold(step, items, out, |a, b| a | b),
            Op::Select(..) => {
                let (condition, a, b) = (words(0), words(1), words(2));
                for place in &self.alive {
                    let taken = if condition.at(*place) != 0 { a } else { b };
                    out[*place as usize] = taken.at(*place);
                }
            }
            Op::Among(_, set) => {
                let set = dag.set(*set);
                self.each(words(0), Words::One(0), out, |a, _| {
                    u64::from(set.binary_search(&a).is_ok())
                });
            }
            Op::Slow(..) => {
                let mut operands = Vec::with_capacity(step.sources.len());
                for place in &self.alive {
                    operands.clear();
                    operands
                        .extend((0..step.sources.len()).map(|at| (kind(at), words(at).at(*place))));
                    out[*place as usize] = slow.compute(dag, step.node, &operands);
                }
            }
            Op::IsTrue(_) => {
                self.each(words(0), Words::One(0), out, |a, _| u64::from(slow.is_true(a)));
            }
            Op::IsFalse(_) => {
                self.each(words(0), Words::One(0), out, |a, _| u64::from(slow.is_false(a)));
            }
            Op::IsValue(_) => {
                self.each(words(0), Words::One(0), out, |a, _| u64::from(slow.is_value(a)));
            }
            Op::Constant(_) | Op::Lookup(..) => {}
        }
    }

    /// `f` of two operands for every value that is alive.
    #[inline]
    fn each(&self, a: Words<'_>, b: Words<'_>, out: &mut [u64], f: impl Fn(u64, u64) -> u64) {
        match (a, b) {
            (Words::One(a), Words::One(b)) => {
                let word = f(a, b);
                self.alive.iter().for_each(|place| out[*place as usize] = word);
            }
            (Words::Each(a), Words::One(b)) => {
                self.alive.iter().for_each(|p| out[*p as usize] = f(a[*p as usize], b));
            }
            (Words::One(a), Words::Each(b)) => {
                self.alive.iter().for_each(|p| out[*p as usize] = f(a, b[*p as usize]));
            }
            (Words::Each(a), Words::Each(b)) => {
                self.alive
                    .iter()
                    .for_each(|p| out[*p as usize] = f(a[*p as usize], b[*p as usize]));
            }
        }
    }

    fn sum(&self, step: &Step, constant: i64, items: &[u64], out: &mut [u64]) {
        // Nothing here can leave 64 bits: the bounds of every operand say so.
        let mut base = constant;
        for ((source, _), factor) in step.sources.iter().zip(&step.factors) {
            if let Words::One(word) = self.words(*source, items) {
                base = base.wrapping_add((word as i64).wrapping_mul(*factor));
            }
        }
        let mut is_first = true;
        for ((source, _), factor) in step.sources.iter().zip(&step.factors) {
            let Words::Each(words) = self.words(*source, items) else { continue };
            for place in &self.alive {
                let at = *place as usize;
                let before = if is_first { base } else { out[at] as i64 };
                out[at] = before.wrapping_add((words[at] as i64).wrapping_mul(*factor)) as u64;
            }
            is_first = false;
        }
        if is_first {
            self.alive.iter().for_each(|place| out[*place as usize] = base as u64);
        }
    }

    fn product(&self, step: &Step, factor: i64, items: &[u64], out: &mut [u64]) {
        let mut base = factor;
        for (source, _) in &step.sources {
            if let Words::One(word) = self.words(*source, items) {
                base = base.wrapping_mul(word as i64);
            }
        }
        let mut is_first = true;
        for (source, _) in &step.sources {
            let Words::Each(words) = self.words(*source, items) else { continue };
            for place in &self.alive {
                let at = *place as usize;
                let before = if is_first { base } else { out[at] as i64 };
                out[at] = before.wrapping_mul(words[at] as i64) as u64;
            }
            is_first = false;
        }
        if is_first {
            self.alive.iter().for_each(|place| out[*place as usize] = base as u64);
        }
    }

    /// Operands are truth values.
    fn fold(
        &self,
        step: &Step,
        items: &[u64],
        out: &mut [u64],
        f: impl Fn(u64, u64) -> u64 + Copy,
    ) {
        let mut sources = step.sources.iter().map(|(source, _)| self.words(*source, items));
        let (Some(first), Some(second)) = (sources.next(), sources.next()) else { return };
        self.each(first, second, out, f);
        for words in sources {
            match words {
                Words::One(word) => {
                    self.alive.iter().for_each(|p| out[*p as usize] = f(out[*p as usize], word));
                }
                Words::Each(words) => self
                    .alive
                    .iter()
                    .for_each(|p| out[*p as usize] = f(out[*p as usize], words[*p as usize])),
            }
        }
    }
}
