//! Formulas of rules, ready to be evaluated many times: names are slots, what holds is a slot, too.

use rustc_hash::FxHashMap;

use spak_expr::{Env, Expr, ExprKind, Program, Scalar, Value};

use crate::atoms::Atoms;
use crate::compile::Names;

/// Names of slots that stand for something no design can call by a name.
const SLOT: char = '\u{1}';

/// What a name in a formula stands for.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// A known value, by its number.
    Known(u32),
    /// What rules conclude a name to be, by its number.
    Concluded(u32),
    /// A variable itself.
    Variable(usize),
    /// A field of the row that a variable stands for.
    Field(usize, u32),
    /// Whether something holds of these.
    Holds(u32, Vec<Formula>),
    /// Whether something holds of anything.
    Some(u32),
    /// All rows of a table, as a list of records.
    Table(u32),
}

/// A formula with its slots.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    /// As it was written.
    pub(crate) source: Expr,
    /// With slots in the place of what is asked for.
    expr: Expr,
    program: Option<Program>,
    pub(crate) slots: Vec<(String, Slot)>,
    /// Names that are neither known nor concluded: bare words, or slips.
    pub(crate) unknown: Vec<String>,
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// This.
    Value(Value),
    /// It has none, because this name has none.
    Missing(String),
    /// It has none, for this reason.
    Fails(String),
}

/// Who knows the values of slots.
pub(crate) trait Slots {
    fn scalar(&self, slot: &Slot) -> Option<Scalar>;
    fn value(&self, slot: &Slot) -> Option<Value>;
}

impl Formula {
    /// Compiles `source`, whose variables are `variables` in this order.
    pub(crate) fn new(
        source: &Expr,
        names: &Names,
        variables: &[String],
        atoms: &mut Atoms,
    ) -> Self {
        let mut compiler =
            Compiler { names, variables, atoms, slots: Vec::new(), unknown: Vec::new() };
        let expr = compiler.rewrite(source.clone(), &mut Vec::new());
        let Compiler { slots, unknown, .. } = compiler;
        let slot_names: Vec<&str> = slots.iter().map(|(name, _)| name.as_str()).collect();
        let program = Program::compile(&expr, &slot_names, &mut atoms.symbols);
        Self { source: source.clone(), expr, program, slots, unknown }
    }

    /// It, with names of slots in the place of what is asked for.
    pub(crate) fn rewritten(&self) -> &Expr {
        &self.expr
    }

    /// The variables that it needs, as bits.
    pub(crate) fn variables(&self) -> u64 {
        self.slots.iter().fold(0, |all, (_, slot)| {
            all | match slot {
                Slot::Variable(v) | Slot::Field(v, _) => 1 << v,
                Slot::Holds(_, arguments) => arguments.iter().fold(0, |all, a| all | a.variables()),
                Slot::Known(_) | Slot::Concluded(_) | Slot::Some(_) | Slot::Table(_) => 0,
            }
        })
    }

    /// Its value as a scalar, where that can be said quickly.
    pub(crate) fn scalar(&self, from: &dyn Slots) -> Option<Scalar> {
        let program = self.program.as_ref()?;
        let mut values = [Scalar::Bool(false); 16];
        if let Some(room) = values.get_mut(..self.slots.len()) {
            for (place, (_, slot)) in room.iter_mut().zip(&self.slots) {
                *place = from.scalar(slot)?;
            }
            return program.run(room);
        }
        let all: Option<Vec<Scalar>> = self.slots.iter().map(|(_, s)| from.scalar(s)).collect();
        program.run(&all?)
    }

    /// Whether it holds; `None` where that cannot be said.
    pub(crate) fn holds(&self, from: &dyn Slots) -> Option<bool> {
        match self.scalar(from) {
            Some(Scalar::Bool(b)) => Some(b),
            Some(_) => None,
            None => self.value(from).as_bool(),
        }
    }

    /// Its value, or why it has none.
    pub(crate) fn value(&self, from: &dyn Slots) -> Outcome {
        let env = Named { formula: self, from };
        match spak_expr::eval(&self.expr, &env) {
            Ok(value) => Outcome::Value(value),
            Err(fault) => {
                // `false and unknown` is false, in whatever order it is written.
                let rest = spak_expr::partial(&self.expr, &env);
                if let ExprKind::Bool(b) = rest.kind {
                    return Outcome::Value(Value::Bool(b));
                }
                match self.missing(from) {
                    Some(name) => Outcome::Missing(name),
                    None => Outcome::Fails(fault.message),
                }
            }
        }
    }

    /// What is left of it where the slots have their values: a formula over what is open.
    pub(crate) fn rest(&self, from: &dyn Slots) -> Expr {
        spak_expr::partial(&self.expr, &Named { formula: self, from })
    }

    /// The first name in it that has no value.
    fn missing(&self, from: &dyn Slots) -> Option<String> {
        let valueless = |slot: &Slot| from.scalar(slot).is_none() && from.value(slot).is_none();
        let named = self.slots.iter().find(|(_, slot)| valueless(slot));
        let named = named.map(|(name, slot)| match slot {
            // What is missing is among the arguments.
            Slot::Holds(_, arguments) => {
                arguments.iter().find_map(|a| a.missing(from)).unwrap_or_default()
            }
            _ => name.clone(),
        });
        named.or_else(|| self.unknown.first().cloned())
    }
}

impl Outcome {
    /// The truth value, if it is one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Value(value) => value.as_bool(),
            Self::Missing(_) | Self::Fails(_) => None,
        }
    }
}

struct Named<'a> {
    formula: &'a Formula,
    from: &'a dyn Slots,
}

impl Env for Named<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let (_, slot) = self.formula.slots.iter().find(|(n, _)| n == name)?;
        self.from.value(slot)
    }
}

struct Compiler<'a> {
    names: &'a Names,
    variables: &'a [String],
    atoms: &'a mut Atoms,
    slots: Vec<(String, Slot)>,
    unknown: Vec<String>,
}

impl Compiler<'_> {
    /// The expression with slots in the place of what is asked for; `bound` are variables of quantifiers.
    fn rewrite(&mut self, expr: Expr, bound: &mut Vec<String>) -> Expr {
        let span = expr.span;
        match expr.kind {
            ExprKind::Name(name) => {
                let name = self.name(name, bound);
                Expr::new(span, ExprKind::Name(name))
            }
            ExprKind::Call(call) if self.names.relations.contains_key(&call.function) => {
                let relation =
                    self.names.relations.get(&call.function).copied().unwrap_or_default();
                let arguments = call.arguments.iter();
                let arguments: Vec<Formula> = arguments
                    .map(|a| Formula::new(&a.value, self.names, self.variables, self.atoms))
                    .collect();
                let slot = match arguments.as_slice() {
                    [] => Slot::Some(relation),
                    _ => Slot::Holds(relation, arguments),
                };
                let name = format!("{SLOT}{}", self.slots.len());
                self.slots.push((name.clone(), slot));
                Expr::new(span, ExprKind::Name(name))
            }
            ExprKind::Quantified(mut quantified) => {
                let outer = bound.len();
                for binding in &mut quantified.bindings {
                    binding.domain = binding.domain.take().map(|d| self.rewrite(d, bound));
                    bound.extend(binding.variables.iter().map(|v| v.name.clone()));
                }
                quantified.body = self.rewrite(quantified.body, bound);
                bound.truncate(outer);
                Expr::new(span, ExprKind::Quantified(quantified))
            }
            kind => Expr::new(span, kind).map_children(&mut |child| self.rewrite(child, bound)),
        }
    }

    /// The name of the slot that a name stands for; the name itself where it stands for nothing.
    fn name(&mut self, name: String, bound: &[String]) -> String {
        let root = name.split('.').next().unwrap_or(&name);
        if bound.iter().any(|b| b == root) || self.slots.iter().any(|(n, _)| *n == name) {
            return name;
        }
        let variable = self.variables.iter().position(|v| v == root);
        let field = name.get(root.len() + 1..).filter(|_| root.len() < name.len());
        let slot = match (variable, field) {
            (Some(v), None) => Some(Slot::Variable(v)),
            (Some(v), Some(field)) => self.atoms.text(field).map(|field| Slot::Field(v, field)),
            (None, _) => self.names.slot(&name),
        };
        match slot {
            Some(slot) => self.slots.push((name.clone(), slot)),
            None if !self.unknown.contains(&name) => self.unknown.push(name.clone()),
            None => {}
        }
        name
    }
}

/// Numbers of names.
pub(crate) type Numbers = FxHashMap<String, u32>;
