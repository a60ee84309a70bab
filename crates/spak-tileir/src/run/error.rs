//! Why a run ended early, and where.

use std::fmt;
use std::sync::Arc;

use crate::module::Location;

/// A run that ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum RunError {
    /// It did not begin: the kernel is not there, or the arguments are not its own.
    Arguments(ArgumentError),
    /// An operation could not be run.
    Operation {
        /// Where.
        place: Box<Place>,
        /// Why.
        trouble: Box<Trouble>,
    },
}

/// Where a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The name of the kernel.
    pub kernel: Arc<str>,
    /// Along x, y and z.
    pub block: [u32; 3],
    /// The name of the operation.
    pub operation: &'static str,
    /// Where the operation stands in the bytecode, in bytes.
    pub offset: usize,
    /// Where it stands in the source, if the bytecode says.
    pub source: Option<Location>,
}

/// Why a run did not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// There is no such kernel.
    #[error("there is no kernel `{name}`; there is {}", list(.known))]
    NoKernel {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There are more or fewer arguments than the kernel takes.
    #[error("the kernel takes {takes} values, and the arguments are {given}")]
    Count {
        /// After arrays are spelt out as pointers, sizes and strides.
        takes: usize,
        /// Likewise.
        given: usize,
    },
    /// One is of another type.
    #[error(
        "value {value} of the kernel, of argument {argument}, is {takes}, and it is given {given}"
    )]
    Type {
        /// Its number among the values, from 0.
        value: usize,
        /// The number of the argument, from 0.
        argument: usize,
        /// What it should be.
        takes: String,
        /// What it is.
        given: String,
    },
    /// An array's elements do not fit into its bytes, or it has other sizes than strides.
    #[error("argument {argument}: {what}")]
    Array {
        /// The number of the argument, from 0.
        argument: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The grid is empty or too large.
    #[error("a grid of {0:?} blocks; each number is from 1 to 16,777,215")]
    Grid([u32; 3]),
    /// Its values need more memory than they may.
    #[error("a block of the kernel may need {needs} bytes, and it may have {limit}")]
    Memory {
        /// Bytes.
        needs: u64,
        /// Bytes.
        limit: u64,
    },
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Why an operation could not be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// An access beside the array that a pointer came from.
    #[error("an access of {size} bytes at byte {at} of array {array}, which has {length} bytes")]
    Outside {
        /// The number of the array among the arguments' arrays, from 0.
        array: usize,
        /// Where the element begins, in bytes from the beginning of the array.
        at: i64,
        /// Bytes of the element.
        size: usize,
        /// Bytes of the array.
        length: u64,
    },
    /// An access through a pointer that came from no array.
    #[error("an access at the address {address:#x}, which is in no array")]
    NoArray {
        /// The address.
        address: u64,
    },
    /// An access to parts of elements, or across them.
    #[error("an access of {size} bytes to array {array}, whose elements have {of}")]
    OtherElements {
        /// The number of the array among the arguments' arrays, from 0.
        array: usize,
        /// Bytes of the access.
        size: usize,
        /// Bytes of an element.
        of: usize,
    },
    /// A tile that the view does not have.
    #[error("the tile {index:?} of a view that has {space:?} tiles")]
    Index {
        /// Which tile.
        index: Vec<u64>,
        /// How many there are along each dimension.
        space: Vec<u64>,
    },
    /// A tile over the edge of an array, of which was said that it is not.
    #[error(
        "a tile over the edge along dimension {dimension}, where the bounds are said to need no check"
    )]
    NotInside {
        /// Of the tile, from 0.
        dimension: usize,
    },
    /// What was assumed of a value does not hold.
    #[error("{value} is not {assumed}, as is assumed of it")]
    Assumption {
        /// The value, as a number with a sign; of a pointer, its distance from a multiple of the divisor.
        value: i64,
        /// What was assumed.
        assumed: String,
    },
    /// A condition of the kernel's own does not hold.
    #[error("the kernel asserts: {message}")]
    Assert {
        /// What it says.
        message: Arc<str>,
    },
    /// A division by 0, or one whose quotient has no bits.
    #[error("{left} divided by {right} is not defined")]
    Division {
        /// As a number with a sign.
        left: i64,
        /// Likewise.
        right: i64,
    },
    /// A wrap-around that was said not to happen.
    #[error("the result for {left} and {right} wraps around, of which is said that it does not")]
    WrapAround {
        /// As a number with a sign.
        left: i64,
        /// Likewise.
        right: i64,
    },
    /// A part of a tile that it does not have.
    #[error("part {index:?} of a tile that has {space:?}")]
    Part {
        /// Which part.
        index: Vec<u64>,
        /// How many there are along each dimension.
        space: Vec<u64>,
    },
    /// A loop that does not go forward.
    #[error("a loop with the step {step}")]
    Step {
        /// As a number with a sign.
        step: i64,
    },
    /// It took more work than it may.
    #[error("it took more than {limit} elements of work")]
    Work {
        /// The limit.
        limit: u64,
    },
    /// Something that this interpreter cannot do.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// Operands or results that the operation cannot have; the compiler writes no such bytecode.
    #[error("the bytecode is malformed: {0}")]
    Malformed(&'static str),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(error) => error.fmt(f),
            Self::Operation { place, trouble } => write!(f, "{place}: {trouble}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.block;
        write!(f, "kernel `{}`, block ({x}, {y}, {z}), {}", self.kernel, self.operation)?;
        match &self.source {
            Some(source) => write!(f, " at {}:{}", source.file, source.line),
            None => write!(f, " at byte {}", self.offset),
        }
    }
}

impl std::error::Error for RunError {}

impl From<ArgumentError> for RunError {
    fn from(error: ArgumentError) -> Self {
        Self::Arguments(error)
    }
}
