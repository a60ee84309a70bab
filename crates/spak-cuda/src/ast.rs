//! What a source says, as the run wants it: C++ without what does not matter to a kernel's values.

use std::collections::BTreeSet;
use std::rc::Rc;

use spak_program::{Constant, Op, Site};

/// An expression.
#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) site: Site,
}

/// What an expression is.
#[derive(Debug)]
pub(crate) enum ExprKind {
    Known(Constant),
    Name(Path),
    Unary(Op, Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `a, b`
    Both(Box<Expr>, Box<Expr>),
    /// `a = b`, `a += b`
    Assign(Option<Op>, Box<Expr>, Box<Expr>),
    /// `a++`, `--a`: by how much.
    Update(i64, Box<Expr>),
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(Box<Expr>, Vec<Expr>),
    /// `kernel<<<configuration>>>(arguments)`
    Launch(Box<Expr>, Vec<Expr>, Vec<Expr>),
    Index(Box<Expr>, Vec<Expr>),
    Member(Box<Expr>, Part),
    /// `(T)a`, `static_cast<T>(a)`
    Cast(TypeExpr, Box<Expr>),
    /// `T{…}`
    Make(TypeExpr, Vec<Expr>),
    /// `{…}`
    List(Vec<Expr>),
    Lambda(Rc<Function>),
    AddressOf(Box<Expr>),
    Deref(Box<Expr>),
    SizeOf(Option<TypeExpr>),
    Type(TypeExpr),
    Asm(String, Vec<Expr>, Vec<Expr>),
    /// Not understood, with what is within.
    Unknown(Vec<Expr>),
}

/// A name with what it is in.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) parts: Vec<Part>,
}

impl Path {
    /// The name itself.
    pub(crate) fn last(&self) -> &str {
        self.parts.last().map_or("", |part| part.name.as_str())
    }
}

/// A name, with arguments if it is a template.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) arguments: Option<Rc<Vec<TemplateArgument>>>,
}

/// An argument of a template. A name may be either, which the run decides.
#[derive(Debug)]
pub(crate) enum TemplateArgument {
    Type(TypeExpr),
    Value(Expr),
}

/// A type as it is written.
#[derive(Clone, Debug)]
pub(crate) struct TypeExpr {
    pub(crate) path: Option<Path>,
    pub(crate) of: Option<Rc<Expr>>,
    pub(crate) pointer: bool,
    pub(crate) reference: bool,
    pub(crate) constant: bool,
    pub(crate) site: Site,
}

/// A statement.
#[derive(Debug)]
pub(crate) enum Stmt {
    Expr(Expr),
    Declare(Vec<Declaration>),
    Block(Vec<Self>),
    If(Box<If>),
    /// The idiom that makes a constant of a condition: the body is run with the name for either value.
    Switched(Box<Switched>),
    For(Box<For>),
    Each(Box<Each>),
    While(Expr, Box<Self>),
    Return(Option<Expr>, Site),
    /// `break`, `continue`, `goto`
    Leave,
    Switch(Expr, Vec<(Option<Expr>, Vec<Self>)>),
    Using(String, TypeExpr),
    Class(Rc<Class>),
}

/// `if`
#[derive(Debug)]
pub(crate) struct If {
    pub(crate) init: Vec<Stmt>,
    pub(crate) condition: Expr,
    pub(crate) then: Stmt,
    pub(crate) otherwise: Option<Stmt>,
}

/// Both branches of an `if` differ only in the value of one constant.
#[derive(Debug)]
pub(crate) struct Switched {
    pub(crate) condition: Expr,
    pub(crate) name: String,
    pub(crate) body: Vec<Stmt>,
}

/// `for`
#[derive(Debug)]
pub(crate) struct For {
    pub(crate) init: Vec<Stmt>,
    pub(crate) condition: Option<Expr>,
    pub(crate) update: Option<Expr>,
    pub(crate) body: Stmt,
    /// What a pragma says before it: how often, if that is said.
    pub(crate) unroll: Option<Unroll>,
    pub(crate) site: Site,
}

/// A pragma before a loop.
#[derive(Clone, Debug)]
pub(crate) struct Unroll {
    pub(crate) count: String,
    pub(crate) site: Site,
}

/// `for (x : xs)`
#[derive(Debug)]
pub(crate) struct Each {
    pub(crate) name: String,
    pub(crate) of: Expr,
    pub(crate) body: Stmt,
    pub(crate) site: Site,
}

/// One name that is declared.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// Several where a tuple is taken apart.
    pub(crate) names: Vec<String>,
    pub(crate) of: TypeExpr,
    /// Sizes of an array.
    pub(crate) sizes: Vec<Option<Expr>>,
    pub(crate) init: Init,
    pub(crate) is_static: bool,
    pub(crate) is_constexpr: bool,
    pub(crate) site: Site,
}

/// How a variable gets its first value.
#[derive(Debug)]
pub(crate) enum Init {
    None,
    Value(Expr),
    Arguments(Vec<Expr>),
}

/// A function, a method or a lambda.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Names of classes that it is a method of, where it stands outside of them.
    pub(crate) scope: Vec<String>,
    pub(crate) template: Vec<TemplateParameter>,
    /// Of a specialization.
    pub(crate) special: Option<Rc<Vec<TemplateArgument>>>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Vec<Stmt>>,
    /// Members that a constructor sets.
    pub(crate) sets: Vec<(String, Vec<Expr>)>,
    pub(crate) is_kernel: bool,
    pub(crate) is_device: bool,
    pub(crate) bounds: Vec<Expr>,
    /// Names in the body of a function of the host, and whether it launches something.
    pub(crate) mentions: Rc<BTreeSet<String>>,
    pub(crate) launches: bool,
    pub(crate) site: Site,
}

/// A parameter of a function.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) of: TypeExpr,
    pub(crate) default: Option<Expr>,
    pub(crate) site: Site,
}

/// A parameter of a template.
#[derive(Debug)]
pub(crate) struct TemplateParameter {
    pub(crate) name: String,
    /// Of a value its type; a parameter without is a type itself.
    pub(crate) of: Option<TypeExpr>,
    pub(crate) default: Option<TemplateArgument>,
    pub(crate) site: Site,
}

/// A class.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) template: Vec<TemplateParameter>,
    pub(crate) special: Option<Rc<Vec<TemplateArgument>>>,
    pub(crate) bases: Vec<TypeExpr>,
    pub(crate) fields: Vec<Rc<Declaration>>,
    pub(crate) aliases: Vec<(String, TypeExpr)>,
    pub(crate) functions: Vec<Rc<Function>>,
    pub(crate) classes: Vec<Rc<Class>>,
    pub(crate) enumerators: Vec<(String, Option<Rc<Expr>>)>,
    pub(crate) site: Site,
}

/// All definitions of a file.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) functions: Vec<Rc<Function>>,
    pub(crate) classes: Vec<Rc<Class>>,
    pub(crate) variables: Vec<Rc<Declaration>>,
    pub(crate) aliases: Vec<(String, Rc<TypeExpr>)>,
    pub(crate) enumerators: Vec<(String, Option<Rc<Expr>>)>,
}
