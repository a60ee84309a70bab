//! What a variable may hold while a source is run abstractly.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use spak_program::{Constant, KernelId, NodeId, Site};

use crate::ast::{Class, Function};

/// A variable in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Loc(pub(crate) u32);

/// What is known about a value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A node of the graph.
    Node(NodeId),
    /// Known, and where it was written.
    Known(Constant, Site),
    /// An array, a tensor, a pointer or a reference: something whose elements are read and written.
    View(Place),
    Type(Rc<Type>),
    Object(Rc<Object>),
    Function(Rc<Callable>),
    Tuple(Rc<[Self]>),
    /// One of two that are no plain values, by a condition.
    Choice(Rc<(NodeId, Self, Self)>),
    Nothing,
}

/// Where something is kept.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A variable; an array is one variable, which stands for all its elements.
    Local(Loc, Vec<NodeId>),
    /// Memory of the device, by its address.
    Global(Address),
    /// Nowhere that is known.
    Unknown,
}

/// A place in the memory of the device.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The pointer with all that was added to it.
    pub(crate) pointer: NodeId,
    /// The tile that is meant, if it is one.
    pub(crate) shape: Option<NodeId>,
    /// How many elements are read at once.
    pub(crate) width: Option<NodeId>,
}

/// A type.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) kind: TypeKind,
    pub(crate) pointer: bool,
}

/// What a type is.
#[derive(Clone, Debug)]
pub(crate) enum TypeKind {
    /// Numbers, by the canonical name of their type.
    Scalar(&'static str),
    /// Several numbers.
    Vector(&'static str, i64),
    /// A class of the source.
    Class(Rc<Instance>),
    /// Anything else, by its name.
    Named(String, Vec<Value>),
    /// Not said: `auto`.
    Auto,
}

/// A class with the arguments of its template.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) class: Rc<Class>,
    pub(crate) arguments: Vec<(String, Value)>,
    pub(crate) frame: Rc<Frame>,
}

/// An object of a class.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) of: Rc<Instance>,
    pub(crate) fields: RefCell<BTreeMap<String, Loc>>,
}

/// A function with what it sees.
#[derive(Clone, Debug)]
pub(crate) struct Callable {
    /// All of that name.
    pub(crate) functions: Vec<Rc<Function>>,
    pub(crate) frame: Rc<Frame>,
    pub(crate) this: Option<Rc<Object>>,
    /// What was written between angles.
    pub(crate) arguments: Vec<Value>,
    pub(crate) kernel: Option<KernelId>,
}

/// The names of a block, a function, a class or a file.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) names: RefCell<BTreeMap<String, Slot>>,
    pub(crate) outer: Option<Rc<Self>>,
    pub(crate) this: Option<Rc<Object>>,
    /// The class whose members are seen here, with the arguments of its template.
    pub(crate) class: RefCell<Option<std::rc::Weak<Instance>>>,
    /// The file whose definitions are seen.
    pub(crate) file: usize,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    Value(Value),
    Place(Place),
}

impl Frame {
    /// A frame within another.
    pub(crate) fn within(outer: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self {
            outer: Some(Rc::clone(outer)),
            this: outer.this.clone(),
            file: outer.file,
            ..Self::default()
        })
    }

    pub(crate) fn set(&self, name: &str, slot: Slot) {
        self.names.borrow_mut().insert(name.to_owned(), slot);
    }
}

impl Value {
    pub(crate) fn constant(&self) -> Option<&Constant> {
        match self {
            Self::Known(constant, _) => Some(constant),
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

    /// Whether both are the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Node(a), Self::Node(b)) => a == b,
            (Self::Known(a, _), Self::Known(b, _)) => {
                a == b || matches!((a.number(), b.number()), (Some(a), Some(b)) if a == b)
            }
            (Self::Nothing, Self::Nothing) => true,
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            (Self::Type(a), Self::Type(b)) => a.same(b),
            (Self::View(a), Self::View(b)) => a.same(b),
            (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            _ => false,
        }
    }
}

impl Place {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local(a, i), Self::Local(b, j)) => a == b && i == j,
            (Self::Global(a), Self::Global(b)) => a.pointer == b.pointer,
            _ => false,
        }
    }
}

impl Type {
    pub(crate) fn scalar(name: &'static str) -> Self {
        Self { kind: TypeKind::Scalar(name), pointer: false }
    }

    pub(crate) fn named(name: &str, arguments: Vec<Value>) -> Self {
        Self { kind: TypeKind::Named(name.to_owned(), arguments), pointer: false }
    }

    fn same(&self, other: &Self) -> bool {
        self.pointer == other.pointer
            && match (&self.kind, &other.kind) {
                (TypeKind::Scalar(a), TypeKind::Scalar(b)) => a == b,
                (TypeKind::Vector(a, n), TypeKind::Vector(b, m)) => a == b && n == m,
                (TypeKind::Class(a), TypeKind::Class(b)) => {
                    Rc::ptr_eq(&a.class, &b.class)
                        && a.arguments.len() == b.arguments.len()
                        && a.arguments.iter().zip(&b.arguments).all(|(a, b)| a.1.same(&b.1))
                }
                (TypeKind::Named(a, x), TypeKind::Named(b, y)) => {
                    a == b && x.len() == y.len() && x.iter().zip(y).all(|(a, b)| a.same(b))
                }
                _ => false,
            }
    }

    /// The canonical name of the type of numbers, if it is one.
    pub(crate) fn dtype(&self) -> Option<&'static str> {
        match self.kind {
            TypeKind::Scalar(name) | TypeKind::Vector(name, _) if !self.pointer => Some(name),
            _ => None,
        }
    }
}
