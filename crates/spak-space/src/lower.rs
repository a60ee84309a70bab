//! From a problem in words to the graph of its conditions.

use std::collections::BTreeMap;

use spak_expr::{Dimension, Env, Expr, Value};
use spak_syntax::Diagnostic;

use crate::dag::{Dag, FALSE, Node, Op, TRUE, Type};
use crate::evaluate::{Slowness, evaluate};
use crate::problem::{Dialect, Problem};
use crate::slow::{Opaque, Pool, Slow, SlowOp};

mod truth;
mod value;

pub(crate) use truth::Truth;

/// Parameters that conditions name; more are refused.
pub(crate) const MAX_BOUND: usize = 128;

/// Functions of one parameter are tabulated up to this many values.
const MAX_TABLE: usize = 1 << 16;

/// A condition in the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    /// Where in the problem it stands; `None` for what a parameter's `when` says.
    pub(crate) constraint: Option<u32>,
    /// When it holds, and when it is refuted; where neither is, it has no value.
    pub(crate) truth: Truth,
}

/// The graph with what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    pub(crate) dag: Dag,
    pub(crate) slow: Slowness,
    pub(crate) roots: Vec<Root>,
    /// The parameters of the problem that conditions read, by their numbers in the graph.
    pub(crate) bound: Vec<u32>,
    /// How many values each parameter of the problem has, absence included.
    pub(crate) sizes: Vec<u32>,
    /// Values looked at so far, in all that was made of it.
    pub(crate) spent: u64,
}

/// A value with when there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) node: Node,
    pub(crate) ok: Node,
}

pub(crate) struct Lowering<'p> {
    problem: &'p Problem,
    by_name: BTreeMap<&'p str, u32>,
    /// The number in the graph of each parameter that was named.
    numbers: Vec<Option<u32>>,
    nodes: BTreeMap<u32, Part>,
    texts: BTreeMap<String, u64>,
    pub(crate) dag: Dag,
    slow: Slowness,
    bound: Vec<u32>,
    sizes: Vec<u32>,
}

/// The graph of all conditions of `problem`.
///
/// # Errors
/// A diagnostic in the text of the constraint with this index, or of the `when` of a parameter (`None`).
pub(crate) fn lower(problem: &Problem) -> Result<Lowered, (Option<u32>, Box<Diagnostic>)> {
    let mut lowering = Lowering::new(problem);
    let mut roots = Vec::with_capacity(problem.constraints.len());
    for (index, parameter) in problem.parameters.iter().enumerate() {
        let Some(when) = &parameter.when else { continue };
        let alive = lowering.condition(when).map_err(|e| (None, e))?;
        let number = lowering.number(index as u32).map_err(|e| (None, e))?;
        let present = lowering.present(index as u32, number);
        // Absent exactly where the condition does not hold.
        let dag = &mut lowering.dag;
        let (there, gone) = (dag.not(present), dag.not(alive.yes));
        let (a, b) = (dag.any(&[there, alive.yes]), dag.any(&[present, gone]));
        let yes = dag.all(&[a, b]);
        let no = dag.not(yes);
        roots.push(Root { constraint: None, truth: Truth { yes, no } });
    }
    for (index, constraint) in problem.constraints.iter().enumerate() {
        let place = Some(index as u32);
        let mut truth = lowering.condition(&constraint.expr).map_err(|e| (place, e))?;
        // A condition that names what is absent says nothing.
        let mut absent = Vec::new();
        for name in spak_expr::free_names(&constraint.expr) {
            let Some(at) = lowering.by_name.get(name.as_str()).copied() else { continue };
            if problem.parameters.get(at as usize).is_some_and(|p| p.when.is_some()) {
                let number = lowering.number(at).map_err(|e| (place, e))?;
                let present = lowering.present(at, number);
                absent.push(lowering.dag.not(present));
            }
        }
        if !absent.is_empty() {
            let there = absent.iter().map(|a| lowering.dag.not(*a)).collect::<Vec<_>>();
            let mut holds = absent.clone();
            holds.push(truth.yes);
            truth.yes = lowering.dag.any(&holds);
            let mut fails = there;
            fails.push(truth.no);
            truth.no = lowering.dag.all(&fails);
        }
        roots.push(Root { constraint: place, truth });
    }
    let Lowering { dag, slow, bound, sizes, .. } = lowering;
    Ok(Lowered { dag, slow, roots, bound, sizes, spent: 0 })
}

impl<'p> Lowering<'p> {
    fn new(problem: &'p Problem) -> Self {
        let named = problem.parameters.iter().enumerate();
        let sizes = problem
            .parameters
            .iter()
            .map(|p| p.values.len() as u32 + u32::from(p.when.is_some()))
            .collect();
        Self {
            problem,
            by_name: named.map(|(i, p)| (p.name.as_str(), i as u32)).collect(),
            numbers: vec![None; problem.parameters.len()],
            nodes: BTreeMap::new(),
            texts: BTreeMap::new(),
            dag: Dag::new(),
            slow: Slowness {
                dialect: problem.dialect,
                pool: Pool::default(),
                opaque: Vec::new(),
                texts: Vec::new(),
            },
            bound: Vec::new(),
            sizes,
        }
    }

    fn dialect(&self) -> Dialect {
        self.problem.dialect
    }

    /// The number of a parameter in the graph.
    fn number(&mut self, index: u32) -> Result<u32, Box<Diagnostic>> {
        if let Some(Some(number)) = self.numbers.get(index as usize) {
            return Ok(*number);
        }
        if self.bound.len() >= MAX_BOUND {
            let message = format!("conditions name more than {MAX_BOUND} parameters");
            let span = spak_syntax::Span::default();
            return Err(Box::new(
                Diagnostic::error(crate::codes::TOO_MANY_PARAMETERS, span, message)
                    .because("the engine keeps the parameters of a condition as bits of one word")
                    .repair("give parameters that never change as constants"),
            ));
        }
        let number = self.bound.len() as u32;
        self.bound.push(index);
        if let Some(slot) = self.numbers.get_mut(index as usize) {
            *slot = Some(number);
        }
        Ok(number)
    }

    /// Whether a parameter has a value; it does unless it has the last one, which stands for absence.
    fn present(&mut self, index: u32, number: u32) -> Node {
        let size = self.sizes.get(index as usize).copied().unwrap_or(1) as usize;
        let mut words = vec![1; size];
        if let Some(last) = words.last_mut() {
            *last = 0;
        }
        self.dag.lookup(number, Type::Bool, words)
    }

    /// The value of a parameter.
    fn parameter(&mut self, index: u32) -> Result<Part, Box<Diagnostic>> {
        if let Some(part) = self.nodes.get(&index) {
            return Ok(*part);
        }
        let Some(parameter) = self.problem.parameters.get(index as usize) else {
            return Ok(Part { node: FALSE, ok: FALSE });
        };
        let values = parameter.meaning();
        let kind = common(&values);
        let mut words: Vec<u64> = values.into_iter().map(|v| self.word(kind, v)).collect();
        if parameter.when.is_some() {
            // Absence looks like the first value; no condition that reads it counts.
            words.push(words.first().copied().unwrap_or(0));
        }
        let node = match words.as_slice() {
            [] => FALSE,
            [only] => self.dag.constant(kind, *only),
            _ => {
                let number = self.number(index)?;
                self.dag.lookup(number, kind, words)
            }
        };
        let ok = TRUE;
        self.nodes.insert(index, Part { node, ok });
        Ok(Part { node, ok })
    }

    /// The word for a value, as one of type `kind`.
    fn word(&mut self, kind: Type, value: Value) -> u64 {
        match (kind, value) {
            (Type::Bool, Value::Bool(b)) => u64::from(b),
            (Type::Int, Value::Int(i)) => i as u64,
            (Type::Float(_), Value::Float(x)) => x.to_bits(),
            (Type::Float(_), Value::Quantity(q)) => q.magnitude.to_bits(),
            (Type::Text, Value::Text(text)) => self.text(&text),
            (_, value) => u64::from(self.slow.pool.number(Slow::Value(value))),
        }
    }

    fn text(&mut self, text: &str) -> u64 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = self.slow.texts.len() as u64;
        self.texts.insert(text.to_owned(), number);
        self.slow.texts.push(text.to_owned());
        number
    }

    fn constant(&mut self, value: Value) -> Part {
        let kind = common(std::slice::from_ref(&value));
        let word = self.word(kind, value);
        Part { node: self.dag.constant(kind, word), ok: TRUE }
    }

    /// A value that only the pool knows, as a typed word when it has a type.
    fn known(&mut self, value: &Slow) -> Part {
        match value {
            Slow::Value(value) => self.constant(value.clone()),
            Slow::Big(_) => {
                let word = u64::from(self.slow.pool.number(value.clone()));
                Part { node: self.dag.constant(Type::Mixed, word), ok: TRUE }
            }
            Slow::None => self.nothing(),
        }
    }

    fn nothing(&mut self) -> Part {
        let word = u64::from(self.slow.pool.number(Slow::None));
        Part { node: self.dag.constant(Type::Mixed, word), ok: FALSE }
    }

    /// A slow operation; computed at once where it reads constants, tabulated where it reads one
    /// parameter.
    fn slow(&mut self, op: SlowOp, operands: &[Part]) -> Part {
        let oks: Vec<Node> = operands.iter().map(|part| part.ok).collect();
        let ok = self.dag.all(&oks);
        let nodes: Vec<Node> = operands.iter().map(|part| part.node).collect();
        let support = nodes.iter().fold(0, |all, node| all | self.dag.support(*node));
        let node = self.dag.add(
            Op::Slow(op, nodes.into()),
            Type::Mixed,
            crate::dag::Range::Unknown,
            support,
        );
        if support == 0 {
            let word = evaluate(&self.dag, &mut self.slow, node, &[]);
            let value = self.slow.pool.value(word as u32).clone();
            let known = self.known(&value);
            return Part { node: known.node, ok: self.dag.all(&[known.ok, ok]) };
        }
        if support.count_ones() == 1
            && let Some(part) = self.tabulate(node, support.trailing_zeros())
        {
            return Part { node: part.node, ok: self.dag.all(&[part.ok, ok]) };
        }
        let there =
            self.dag.add(Op::IsValue(node), Type::Bool, crate::dag::Range::Unknown, support);
        Part { node, ok: self.dag.all(&[there, ok]) }
    }

    /// The same as a table over the values of the one parameter that it reads.
    fn tabulate(&mut self, node: Node, number: u32) -> Option<Part> {
        let index = *self.bound.get(number as usize)?;
        let size = *self.sizes.get(index as usize)? as usize;
        if size > MAX_TABLE {
            return None;
        }
        let mut config = vec![0; number as usize + 1];
        let mut values = Vec::with_capacity(size);
        for value in 0..size {
            if let Some(slot) = config.last_mut() {
                *slot = value as u32;
            }
            let word = evaluate(&self.dag, &mut self.slow, node, &config);
            values.push(self.slow.pool.value(word as u32).clone());
        }
        let there: Vec<u64> = values.iter().map(|v| u64::from(*v != Slow::None)).collect();
        let known: Vec<Value> = values
            .iter()
            .filter_map(|v| match v {
                Slow::Value(value) => Some(value.clone()),
                _ => None,
            })
            .collect();
        let any_big = values.iter().any(|v| matches!(v, Slow::Big(_)));
        let kind = if any_big { Type::Mixed } else { common(&known) };
        // Where there is no value any word of the type will do.
        let filler = known.first().cloned();
        let mut words = Vec::with_capacity(size);
        for value in values {
            words.push(match (value, &filler) {
                (Slow::Value(value), _) => self.word(kind, value),
                (Slow::None, Some(filler)) if kind != Type::Mixed => {
                    self.word(kind, filler.clone())
                }
                (other, _) => u64::from(self.slow.pool.number(other)),
            });
        }
        let ok = self.dag.lookup(number, Type::Bool, there);
        Some(Part { node: self.dag.lookup(number, kind, words), ok })
    }

    /// An expression that is only evaluated as a whole.
    fn opaque(&mut self, expr: &Expr) -> Result<Part, Box<Diagnostic>> {
        let mut operands = Vec::new();
        let mut names = Vec::new();
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for name in spak_expr::free_names(expr) {
            if let Some(index) = self.by_name.get(name.as_str()).copied() {
                operands.push(self.parameter(index)?);
                names.push(name);
            } else if let Some(value) = self.symbol(&name) {
                known.insert(name, value);
            }
        }
        // Symbols go in first; what is left are parameters and words.
        let expr = spak_expr::partial(expr, &known);
        self.slow.opaque.push(Opaque { expr, names });
        let index = self.slow.opaque.len() as u32 - 1;
        Ok(self.slow(SlowOp::Opaque(index), &operands))
    }

    /// The value of a name that is no parameter.
    fn symbol(&self, name: &str) -> Option<Value> {
        let symbols = &self.problem.symbols;
        if let Some(value) = symbols.lookup(name) {
            return Some(value);
        }
        name.rmatch_indices('.').find_map(|(dot, _)| {
            let (record, fields) = name.split_at_checked(dot)?;
            let value = symbols.lookup(record)?;
            fields.get(1..)?.split('.').try_fold(value, |value, field| value.field(field))
        })
    }
}

/// The type that holds all of these values.
fn common(values: &[Value]) -> Type {
    let plain = Dimension::NONE;
    let kind = |value: &Value| match value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Float(x) if !x.is_nan() => Type::Float(plain),
        Value::Quantity(q) if !q.magnitude.is_nan() => Type::Float(q.dimension),
        Value::Text(_) => Type::Text,
        _ => Type::Mixed,
    };
    let Some(first) = values.first().map(kind) else { return Type::Bool };
    if values.iter().all(|value| kind(value) == first) { first } else { Type::Mixed }
}

/// A value of a record as expressions know it.
pub(crate) fn to_expression_value(value: &spak_records::Value) -> Value {
    use spak_records::Value as Record;
    match value {
        Record::Bool(b) => Value::Bool(*b),
        Record::Int(i) => Value::Int(*i),
        Record::Float(x) => Value::Float(*x),
        Record::Text(text) => Value::from(text.as_str()),
        Record::List(items) => Value::list(items.iter().map(to_expression_value)),
    }
}
