//! Conditions as one graph of typed operations with shared parts.
//!
//! Whole numbers, truth values, floats and texts are machine words whose type is known before anything
//! runs. Interval analysis over the domains shows which operations on whole numbers stay within 64
//! bits; only those are built here, so that sums and products may be formed in any order. Everything
//! else is [`Op::Slow`].

use spak_expr::Dimension;

use crate::slow::SlowOp;
use crate::table::{Table, hash_words, mix};

mod build;
mod range;

pub(crate) use build::{real, whole};
pub(crate) use range::{Range, magnitude};

/// A node by its number; operands have smaller numbers.
pub(crate) type Node = u32;

/// The constant `false`.
pub(crate) const FALSE: Node = 0;
/// The constant `true`.
pub(crate) const TRUE: Node = 1;

/// What the word of a node stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Type {
    /// 0 or 1.
    Bool,
    /// An `i64`.
    Int,
    /// The bits of an `f64`, which counts this.
    Float(Dimension),
    /// A text by its number.
    Text,
    /// A value by its number in the pool of slow values.
    Mixed,
}

/// Operations on two whole numbers. What has no value for some operands gives 0 there: the condition
/// that it has one stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole {
    FloorDivide,
    Remainder,
    Min,
    Max,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

/// Operations on two floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Real {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Min,
    Max,
}

/// Operations on one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    ToFloat,
    AbsWhole,
    IsPow2,
    /// Floats to whole numbers; only built where the result fits.
    Floor,
    Ceil,
    Truncate,
    Round,
}

/// Comparisons; both operands have the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Less,
    LessEqual,
    Equal,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Constant(u64),
    /// What a table says for the value of a parameter; both by their numbers.
    Lookup(u32, u32),
    /// The sum of whole numbers with factors, and a constant; operands ascend.
    Sum(Box<[(Node, i64)]>, i64),
    /// The product of whole numbers and a factor that is not 0; operands ascend.
    Product(Box<[Node]>, i64),
    Whole(Whole, Node, Node),
    Real(Real, Node, Node),
    Unary(Unary, Node),
    Compare(Compare, Node, Node),
    /// Operands ascend, no two are the same.
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Select(Node, Node, Node),
    /// Whether a word is in a sorted set.
    Among(Node, u32),
    Slow(SlowOp, Box<[Node]>),
    /// Whether a mixed value is true.
    IsTrue(Node),
    /// Whether a mixed value is false.
    IsFalse(Node),
    /// Whether there is a value at all.
    IsValue(Node),
}

/// A node with what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) op: Op,
    pub(crate) kind: Type,
    pub(crate) range: Range,
    /// The parameters it reads, a bit each.
    pub(crate) support: u128,
}

/// All nodes.
#[derive(Clone, Debug)]
pub(crate) struct Dag {
    nodes: Vec<Info>,
    table: Table,
    sets: Vec<Vec<u64>>,
    tables: Vec<Vec<u64>>,
}

impl Dag {
    /// Only the two truth values.
    pub(crate) fn new() -> Self {
        let mut dag = Self {
            nodes: Vec::new(),
            table: Table::default(),
            sets: Vec::new(),
            tables: Vec::new(),
        };
        dag.constant(Type::Bool, 0);
        dag.constant(Type::Bool, 1);
        dag
    }

    pub(crate) fn info(&self, node: Node) -> &Info {
        &self.nodes[node as usize]
    }

    pub(crate) fn kind(&self, node: Node) -> Type {
        self.info(node).kind
    }

    pub(crate) fn support(&self, node: Node) -> u128 {
        self.info(node).support
    }

    /// The words of a set, ascending.
    pub(crate) fn set(&self, set: u32) -> &[u64] {
        &self.sets[set as usize]
    }

    /// The word of a constant.
    pub(crate) fn constant_of(&self, node: Node) -> Option<u64> {
        match self.info(node).op {
            Op::Constant(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn constant(&mut self, kind: Type, word: u64) -> Node {
        let range = match kind {
            Type::Int => Range::Int(word as i64, word as i64),
            Type::Float(_) => Range::Float(f64::from_bits(word), f64::from_bits(word)),
            _ => Range::Unknown,
        };
        self.add(Op::Constant(word), kind, range, 0)
    }

    pub(crate) fn int(&mut self, value: i64) -> Node {
        self.constant(Type::Int, value as u64)
    }

    /// A function of the value of one parameter: its word for each value, in order.
    pub(crate) fn lookup(&mut self, parameter: u32, kind: Type, words: Vec<u64>) -> Node {
        if let Some(first) = words.first()
            && words.iter().all(|word| word == first)
        {
            return self.constant(kind, *first);
        }
        let range = Range::of_words(kind, &words);
        let table = match self.tables.iter().position(|table| *table == words) {
            Some(at) => at,
            None => {
                self.tables.push(words);
                self.tables.len() - 1
            }
        };
        self.add(Op::Lookup(parameter, table as u32), kind, range, 1 << parameter)
    }

    /// The words of a table.
    pub(crate) fn table(&self, table: u32) -> &[u64] {
        &self.tables[table as usize]
    }

    pub(crate) fn add_set(&mut self, words: Vec<u64>) -> u32 {
        match self.sets.iter().position(|set| *set == words) {
            Some(at) => at as u32,
            None => {
                self.sets.push(words);
                self.sets.len() as u32 - 1
            }
        }
    }

    /// The node of this operation, an old one if there is one.
    pub(crate) fn add(&mut self, op: Op, kind: Type, range: Range, support: u128) -> Node {
        let hash = hash_op(&op, kind);
        let nodes = &self.nodes;
        let same = |id: Node| {
            let info = &nodes[id as usize];
            info.kind == kind && info.op == op
        };
        let hash_of = |id: Node| hash_op(&nodes[id as usize].op, nodes[id as usize].kind);
        let next = nodes.len() as u32;
        let id = self.table.intern(hash, same, hash_of, || next);
        if id == next {
            self.nodes.push(Info { op, kind, range, support });
        }
        id
    }

    /// The nodes that an operation reads.
    pub(crate) fn operands(&self, node: Node) -> Vec<Node> {
        match &self.info(node).op {
            Op::Constant(_) | Op::Lookup(..) => Vec::new(),
            Op::Sum(terms, _) => terms.iter().map(|(node, _)| *node).collect(),
            Op::Product(items, _) | Op::All(items) | Op::Any(items) | Op::Slow(_, items) => {
                items.to_vec()
            }
            Op::Whole(_, a, b) | Op::Real(_, a, b) | Op::Compare(_, a, b) => vec![*a, *b],
            Op::Unary(_, a) | Op::Among(a, _) | Op::IsTrue(a) | Op::IsFalse(a) | Op::IsValue(a) => {
                vec![*a]
            }
            Op::Select(c, a, b) => vec![*c, *a, *b],
        }
    }
}

fn hash_op(op: &Op, kind: Type) -> u64 {
    let tag = |n: u64| mix(n, discriminant(kind));
    let many = |hash: u64, items: &[Node]| {
        items.iter().fold(hash, |hash, item| mix(hash, u64::from(*item)))
    };
    match op {
        Op::Constant(word) => mix(tag(1), *word),
        Op::Lookup(parameter, table) => many(tag(2), &[*parameter, *table]),
        Op::Sum(terms, constant) => terms
            .iter()
            .fold(mix(tag(3), *constant as u64), |h, (n, k)| mix(mix(h, u64::from(*n)), *k as u64)),
        Op::Product(items, factor) => many(mix(tag(4), *factor as u64), items),
        Op::Whole(op, a, b) => many(mix(tag(5), *op as u64), &[*a, *b]),
        Op::Real(op, a, b) => many(mix(tag(6), *op as u64), &[*a, *b]),
        Op::Unary(op, a) => many(mix(tag(7), *op as u64), &[*a]),
        Op::Compare(op, a, b) => many(mix(tag(8), *op as u64), &[*a, *b]),
        Op::All(items) => many(tag(9), items),
        Op::Any(items) => many(tag(10), items),
        Op::Select(c, a, b) => many(tag(11), &[*c, *a, *b]),
        Op::Among(a, set) => many(tag(12), &[*a, *set]),
        // Rare enough that a weak hash does not matter.
        Op::Slow(_, items) => many(tag(13), items),
        Op::IsTrue(a) => many(tag(14), &[*a]),
        Op::IsFalse(a) => many(tag(15), &[*a]),
        Op::IsValue(a) => many(tag(16), &[*a]),
    }
}

fn discriminant(kind: Type) -> u64 {
    match kind {
        Type::Bool => 0,
        Type::Int => 1,
        Type::Float(dimension) if dimension.is_none() => 2,
        Type::Float(_) => 3,
        Type::Text => 4,
        Type::Mixed => hash_words(&[5]),
    }
}
