//! What a Python variable may hold while a source is run abstractly.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{Expr, StmtClassDef, StmtFunctionDef};
use spak_program::{Argument, Condition, ConfigsId, Constant, Hint, KernelId, NodeId, Site};

use crate::frame::Frame;

/// A value: known, or a node of the graph, or a structure of such.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    /// A node.
    Node(NodeId),
    /// Known, and where it was written.
    Constant(Constant, Site),
    /// A dotted name of a library, or of a file that is not there.
    Path(Rc<str>),
    /// A module that is being read, by its position.
    Module(usize),
    /// A tuple.
    Tuple(Rc<[Self]>),
    /// A list, a set or what a generator gives.
    List(Rc<RefCell<List<'a>>>),
    /// A dictionary.
    Dict(Rc<RefCell<Dict<'a>>>),
    /// An object with named fields.
    Record(Rc<Record<'a>>),
    /// A function or a lambda.
    Function(Rc<Function<'a>>),
    /// A method together with what it is called on.
    Method(Rc<(Self, String)>),
    /// A class.
    Class(Rc<Class<'a>>),
    /// A kernel with hints.
    Kernel(Rc<KernelValue>),
    /// A kernel with a grid, ready to be called with arguments (Triton).
    Launcher(Rc<(Self, Self)>),
    /// The sizes of an array, whose number is not known.
    Shape(NodeId),
    /// The strides of an array, whose number is not known.
    Strides(NodeId),
    /// The config that is chosen from a list.
    Config(ConfigsId),
    /// One of two, by a condition.
    Choice(Rc<(NodeId, Self, Self)>),
    /// Bounds of a part: `a:b:c`.
    Slice(Rc<[Option<Self>; 3]>),
    /// An array seen as tiles: of a view, a block pointer or a descriptor.
    View(Rc<View>),
    /// A decorator, or another function of a library, with arguments that it was given.
    Partial(Rc<Partial<'a>>),
}

/// A list: each element is there under conditions.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'a> {
    pub(crate) items: Vec<(Value<'a>, Vec<Condition>)>,
    /// Something was done to it that could not be followed.
    pub(crate) open: bool,
}

/// A dictionary, in order of insertion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dict<'a> {
    pub(crate) items: Vec<(Value<'a>, Value<'a>)>,
    /// Something was done to it that could not be followed.
    pub(crate) open: bool,
    /// Conditions that stood when it was made.
    pub(crate) depth: usize,
}

/// An object.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) class: Option<Rc<Class<'a>>>,
    pub(crate) fields: RefCell<Vec<(String, Value<'a>)>>,
    pub(crate) site: Site,
}

/// A function with what it sees.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    /// Its number; each run of a definition makes another function.
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) code: Code<'a>,
    pub(crate) frame: Rc<Frame<'a>>,
    pub(crate) module: usize,
    pub(crate) site: Site,
    /// Values of parameters that have a default, in order of all parameters.
    pub(crate) defaults: Vec<Option<Value<'a>>>,
}

/// What a function does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code<'a> {
    Definition(&'a StmtFunctionDef),
    Lambda(&'a ruff_python_ast::ExprLambda),
}

impl<'a> Code<'a> {
    pub(crate) fn parameters(self) -> Option<&'a ruff_python_ast::Parameters> {
        match self {
            Self::Definition(definition) => Some(&definition.parameters),
            Self::Lambda(lambda) => lambda.parameters.as_deref(),
        }
    }
}

/// A class.
#[derive(Debug)]
pub(crate) struct Class<'a> {
    pub(crate) name: String,
    pub(crate) definition: &'a StmtClassDef,
    pub(crate) bases: Vec<Value<'a>>,
    pub(crate) members: Rc<Frame<'a>>,
    pub(crate) site: Site,
}

/// A kernel as the host holds it.
#[derive(Clone, Debug)]
pub(crate) struct KernelValue {
    pub(crate) kernel: KernelId,
    pub(crate) hints: Vec<Hint>,
    /// The configs of its decorator.
    pub(crate) configs: Option<ConfigsId>,
    /// The call by which it got its hints.
    pub(crate) hinted: Option<NodeId>,
}

/// An array with what is said of loads and stores through it.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) array: NodeId,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) path: &'static str,
}

impl View {
    pub(crate) fn argument(&self, label: &str) -> Option<NodeId> {
        self.arguments.iter().find(|one| one.label == label).map(|one| one.value)
    }
}

/// A function of a library that waits for what it is applied to.
#[derive(Clone, Debug)]
pub(crate) struct Partial<'a> {
    pub(crate) special: &'static str,
    pub(crate) arguments: Arguments<'a>,
}

/// Arguments of a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments<'a> {
    pub(crate) positional: Vec<Value<'a>>,
    pub(crate) named: Vec<(String, Value<'a>)>,
    /// Where arguments stand that are written with their names.
    pub(crate) written: Vec<(String, Site)>,
    /// A list or a dictionary of unknown content was spread over them.
    pub(crate) open: bool,
}

impl<'a> Arguments<'a> {
    /// The argument at a position or by a name.
    pub(crate) fn get(&self, position: usize, name: &str) -> Option<&Value<'a>> {
        self.positional.get(position).or_else(|| self.name(name))
    }

    /// The argument by a name.
    pub(crate) fn name(&self, name: &str) -> Option<&Value<'a>> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<'a> Value<'a> {
    /// A list of elements that are all there.
    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        let items = items.into_iter().map(|item| (item, Vec::new())).collect();
        Self::List(Rc::new(RefCell::new(List { items, ..List::default() })))
    }

    pub(crate) fn tuple(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(items.into_iter().collect())
    }

    pub(crate) fn constant(&self) -> Option<&Constant> {
        match self {
            Self::Constant(constant, _) => Some(constant),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self.constant()? {
            Constant::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match self.constant()? {
            Constant::Int(value) => Some(*value),
            Constant::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// Whether both are the same, without looking into what may change.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(a), Self::Node(b)) => a == b,
            (Self::Shape(a), Self::Shape(b)) | (Self::Strides(a), Self::Strides(b)) => a == b,
            (Self::Constant(a, _), Self::Constant(b, _)) => a == b,
            (Self::Path(a), Self::Path(b)) => a == b,
            (Self::Module(a), Self::Module(b)) => a == b,
            (Self::Config(a), Self::Config(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Dict(a), Self::Dict(b)) => Rc::ptr_eq(a, b),
            (Self::Record(a), Self::Record(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Kernel(a), Self::Kernel(b)) => Rc::ptr_eq(a, b),
            (Self::Choice(a), Self::Choice(b)) => a.0 == b.0 && a.1.same(&b.1) && a.2.same(&b.2),
            _ => false,
        }
    }
}

/// The expressions of a class' or a call's positional arguments.
pub(crate) fn positional(arguments: Option<&ruff_python_ast::Arguments>) -> &[Expr] {
    arguments.map_or(&[], |arguments| &arguments.args)
}
