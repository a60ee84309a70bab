//! The tree of an expression. It owns its data; spans are byte offsets in the file it was read from.

use spak_syntax::Span;

use crate::unit::Unit;

/// The greatest height of a tree that is ever built, so that walking one cannot exhaust the stack.
pub const MAX_DEPTH: usize = 100;

/// An expression and its place. Two are equal when they are the same tree, wherever they stand.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where, parentheses around it included.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// A number as it was written, before its unit is applied.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// `128`
    Int(i64),
    /// `5.2`
    Float(f64),
}

impl Number {
    /// As a float; whole numbers beyond 2^53 are rounded.
    pub fn as_float(self) -> f64 {
        match self {
            Self::Int(i) => i as f64,
            Self::Float(f) => f,
        }
    }
}

/// Floats by their bits, so that equality of trees is an equivalence.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            _ => false,
        }
    }
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `128`, `1e-4`
    Number(Number),
    /// `12 GB`, `900 GB/s`
    Quantity(Number, Unit),
    /// `true`
    Bool(bool),
    /// `"online"`
    Text(String),
    /// `tile_m`, `trace.latest`, `θ.γ`
    Name(String),
    /// `-x`, `not x`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`, `a => b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a and b and c`; at least two.
    And(Vec<Expr>),
    /// `a or b or c`; at least two.
    Or(Vec<Expr>),
    /// `0 < x <= 8`: every neighbouring pair must hold, as in Python; at least one operator.
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// `5 if causal else 4`
    Conditional(Box<Conditional>),
    /// `cdiv(n, 4)`
    Call(Call),
    /// `h[l + 1]`, `w[i, j]`
    Index(Box<Expr>, Vec<Expr>),
    /// `h[l].norm.weight`: a field, possibly dotted, of something that is not a name.
    Field(Box<Expr>, String),
    /// `[1, 2]`, `(1, 2)`, `{1, 2}`; a range among the elements stands for its values.
    List(Vec<Expr>),
    /// `0..n-1`: whole numbers, both bounds included.
    Range(Box<Expr>, Box<Expr>),
    /// `for all i, j in 0..n: f(i) <= f(j)`
    Quantified(Box<Quantified>),
}

/// `then if condition else otherwise`
#[derive(Clone, Debug, PartialEq)]
pub struct Conditional {
    /// What decides.
    pub condition: Expr,
    /// The value when it holds.
    pub then: Expr,
    /// The value when it does not.
    pub otherwise: Expr,
}

/// A call of a function by its name.
#[derive(Clone, Debug)]
pub struct Call {
    /// `min`, `ct.mma`
    pub function: String,
    /// Where the function's name is.
    pub name_span: Span,
    /// In order.
    pub arguments: Vec<Argument>,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function && self.arguments == other.arguments
    }
}

/// `x`, or `scale=x`
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name of a named argument.
    pub name: Option<String>,
    /// Its value.
    pub value: Expr,
}

/// A statement about all or some values of variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantified {
    /// All or some.
    pub quantifier: Quantifier,
    /// The variables, in groups that share a domain.
    pub bindings: Vec<Binding>,
    /// What holds.
    pub body: Expr,
}

/// All or some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// `forall`
    All,
    /// `exists`
    Some,
}

/// `i, j in 0..n`; without a domain the values come from what the variables index.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The variables.
    pub variables: Vec<Variable>,
    /// Their values.
    pub domain: Option<Expr>,
}

/// A quantified variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where it is introduced.
    pub span: Span,
}

impl PartialEq for Variable {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Minus,
    /// `not x`
    Not,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`: true division, a float
    Divide,
    /// `a // b`: rounded down
    FloorDivide,
    /// `a % b`: has the sign of `b`, as in Python
    Remainder,
    /// `a ** b`
    Power,
    /// `a @ b`: product of matrices
    MatrixProduct,
    /// `a => b`
    Implies,
}

impl BinaryOp {
    /// As it is printed.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Remainder => "%",
            Self::Power => "**",
            Self::MatrixProduct => "@",
            Self::Implies => "=>",
        }
    }
}

/// An operator of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOp {
    /// As it is printed.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

impl Expr {
    /// An expression at a place.
    pub fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }

    /// Whether it is a name and nothing else: a word, until something says what it names.
    pub fn is_bare_name(&self) -> bool {
        matches!(self.kind, ExprKind::Name(_))
    }

    /// The name, when it is nothing else.
    pub fn as_name(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is a value written out: a number, quantity, truth value, text, or a list of them.
    pub fn is_literal(&self) -> bool {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Bool(_)
            | ExprKind::Text(_) => true,
            ExprKind::List(items) => items.iter().all(Self::is_literal),
            _ => false,
        }
    }

    /// Whether its value is a truth value whatever its names stand for.
    pub fn is_condition(&self) -> bool {
        match &self.kind {
            ExprKind::Bool(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::Quantified(_)
            | ExprKind::Unary(UnaryOp::Not, _)
            | ExprKind::Binary(BinaryOp::Implies, ..) => true,
            ExprKind::Conditional(c) => c.then.is_condition() && c.otherwise.is_condition(),
            _ => false,
        }
    }

    /// The expressions directly inside, in the order they are written.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Bool(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_) => Vec::new(),
            ExprKind::Unary(_, operand) | ExprKind::Field(operand, _) => vec![operand],
            ExprKind::Binary(_, a, b) | ExprKind::Range(a, b) => vec![a, b],
            ExprKind::And(items) | ExprKind::Or(items) | ExprKind::List(items) => {
                items.iter().collect()
            }
            ExprKind::Compare(first, rest) => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, e)| e)).collect()
            }
            ExprKind::Conditional(c) => vec![&c.then, &c.condition, &c.otherwise],
            ExprKind::Call(call) => call.arguments.iter().map(|a| &a.value).collect(),
            ExprKind::Index(base, indices) => std::iter::once(&**base).chain(indices).collect(),
            ExprKind::Quantified(q) => {
                q.bindings.iter().filter_map(|b| b.domain.as_ref()).chain([&q.body]).collect()
            }
        }
    }

    /// The same expression with `f` applied to each expression directly inside.
    #[must_use]
    pub fn map_children(self, f: &mut dyn FnMut(Self) -> Self) -> Self {
        let boxed = |e: Box<Self>, f: &mut dyn FnMut(Self) -> Self| Box::new(f(*e));
        let kind = match self.kind {
            ExprKind::Unary(op, operand) => ExprKind::Unary(op, boxed(operand, f)),
            ExprKind::Field(operand, name) => ExprKind::Field(boxed(operand, f), name),
            ExprKind::Binary(op, a, b) => {
                let a = boxed(a, f);
                ExprKind::Binary(op, a, boxed(b, f))
            }
            ExprKind::Range(a, b) => {
                let a = boxed(a, f);
                ExprKind::Range(a, boxed(b, f))
            }
            ExprKind::And(items) => ExprKind::And(items.into_iter().map(f).collect()),
            ExprKind::Or(items) => ExprKind::Or(items.into_iter().map(f).collect()),
            ExprKind::List(items) => ExprKind::List(items.into_iter().map(f).collect()),
            ExprKind::Compare(first, rest) => {
                let first = boxed(first, f);
                ExprKind::Compare(first, rest.into_iter().map(|(op, e)| (op, f(e))).collect())
            }
            ExprKind::Conditional(c) => {
                let (then, condition) = (f(c.then), f(c.condition));
                let otherwise = f(c.otherwise);
                ExprKind::Conditional(Box::new(Conditional { condition, then, otherwise }))
            }
            ExprKind::Call(mut call) => {
                call.arguments = call
                    .arguments
                    .into_iter()
                    .map(|a| Argument { value: f(a.value), ..a })
                    .collect();
                ExprKind::Call(call)
            }
            ExprKind::Index(base, indices) => {
                let base = boxed(base, f);
                ExprKind::Index(base, indices.into_iter().map(f).collect())
            }
            ExprKind::Quantified(mut q) => {
                q.bindings = q
                    .bindings
                    .into_iter()
                    .map(|b| Binding { domain: b.domain.map(&mut *f), ..b })
                    .collect();
                q.body = f(q.body);
                ExprKind::Quantified(q)
            }
            leaf @ (ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Bool(_)
            | ExprKind::Text(_)
            | ExprKind::Name(_)) => leaf,
        };
        Self { span: self.span, kind }
    }
}
