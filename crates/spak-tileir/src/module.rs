//! What a file of bytecode holds: types, constants, kernels and their operations.

use std::sync::Arc;

use crate::kinds::Kind;

/// Which version of the bytecode a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 13 of 13.4.
    pub major: u8,
    /// 4 of 13.4.
    pub minor: u8,
}

/// A file of bytecode.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Its version.
    pub version: Version,
    /// Its types; [`TypeId`] counts them.
    pub types: Vec<Type>,
    /// The bytes of its constants.
    pub constants: Vec<Vec<u8>>,
    /// Its variables in global memory.
    pub globals: Vec<Global>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Where in the source something stands; operations count them.
    pub locations: Vec<Location>,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The name of the file.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: u64,
    /// The column, as the compiler counts it.
    pub column: u64,
}

/// The number of a type in [`Module::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// The number of a value within a function; blocks that are not one within the other share numbers.
pub type ValueId = u32;

/// A type of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A truth value.
    I1,
    /// 4 bits, two in a byte.
    I4,
    /// 8 bits; whether integers have a sign is said by operations.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// IEEE 754 with 16 bits.
    F16,
    /// The upper half of an [`Element::F32`].
    BF16,
    /// IEEE 754 with 32 bits.
    F32,
    /// 8 bits of exponent and 10 of mantissa, in 32 bits.
    TF32,
    /// IEEE 754 with 64 bits.
    F64,
    /// 4 bits of exponent, 3 of mantissa, no infinities.
    F8E4M3,
    /// 5 bits of exponent, 2 of mantissa.
    F8E5M2,
    /// A power of two.
    F8E8M0,
    /// 2 bits of exponent, 1 of mantissa, finite values only.
    F4E2M1,
    /// No sign, 5 bits of exponent, 3 of mantissa.
    F8E5M3,
    /// An address in global memory.
    Pointer,
}

/// A type of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// An element alone; no value has this type.
    Element(Element),
    /// A pointer to an element; no value has this type.
    Pointer(Element),
    /// Elements in a shape of powers of two.
    Tile {
        /// Of what type they are.
        element: Element,
        /// Where they are pointers: to what.
        pointee: Option<Element>,
        /// Its sizes; none for a scalar.
        shape: Vec<usize>,
    },
    /// An array in global memory.
    TensorView {
        /// Of what type its elements are.
        element: Element,
        /// Its sizes, as far as the compiler knows them.
        shape: Vec<Option<u64>>,
        /// How many elements apart neighbours are, as far as the compiler knows.
        strides: Vec<Option<u64>>,
    },
    /// An array as tiles.
    View(View),
    /// Orders accesses; not a value of a run.
    Token,
    /// Of a function.
    Function {
        /// What it takes.
        parameters: Vec<TypeId>,
        /// What it gives.
        results: Vec<TypeId>,
    },
}

/// How an array is cut into tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The array.
    pub tensor: TypeId,
    /// Of what type its elements are.
    pub element: Element,
    /// The sizes of a tile.
    pub tile: Vec<usize>,
    /// Where tiles begin.
    pub layout: Layout,
    /// What elements beside the array read as; `None` leaves it undetermined.
    pub padding: Option<Padding>,
}

/// Where the tiles of a view begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Side by side, or `steps` elements apart.
    Grid {
        /// For each dimension of a tile, the dimension of the array.
        dimensions: Vec<usize>,
        /// For each dimension of a tile, how many elements lie between the beginnings of two.
        steps: Vec<u64>,
    },
    /// The index along this dimension is a tile of positions; along the others it is the first position.
    Gather {
        /// The dimension.
        sparse: usize,
    },
}

/// What an element beside an array reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// 0.
    Zero,
    /// −0.
    NegativeZero,
    /// NaN.
    Nan,
    /// ∞.
    Infinity,
    /// −∞.
    NegativeInfinity,
}

/// A variable in global memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// Its name.
    pub name: Arc<str>,
    /// Of what type its elements are.
    pub element: Element,
    /// The number of its first bytes in [`Module::constants`].
    pub constant: u32,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// Whether it can be launched.
    pub entry: bool,
    /// How many numbers its values need.
    pub values: u32,
    /// How many operations of it are constants.
    pub constants: u32,
    /// Its parameters and operations.
    pub body: Block,
}

/// Operations in a row, the last of which says what follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The number of its first argument.
    pub first: ValueId,
    /// What its arguments are.
    pub arguments: Vec<TypeId>,
    /// Arguments that nothing in it uses.
    pub unused: Vec<ValueId>,
    /// In order.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Where it stands in the bytes.
    pub offset: usize,
    /// Where it stands in the source: a number in [`Module::locations`].
    pub location: Option<u32>,
    /// What it does.
    pub kind: Kind,
    /// What it takes, tokens left out.
    pub operands: Vec<Operand>,
    /// The number of its first result.
    pub first: ValueId,
    /// What its results are.
    pub results: Vec<TypeId>,
    /// The blocks in it.
    pub blocks: Vec<Block>,
    /// Values of this block that nothing after it uses, except those that its operands say.
    pub dead: Vec<ValueId>,
}

/// A value that an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Its number.
    pub value: ValueId,
    /// Whether nothing uses it afterwards.
    pub last: bool,
}

impl Module {
    /// The function that is launched under this name.
    pub fn kernel(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|one| one.entry && *one.name == *name)
    }

    /// The type with this number.
    pub fn type_of(&self, id: TypeId) -> Option<&Type> {
        self.types.get(id.0 as usize)
    }

    /// Where in the source an operation stands.
    pub fn location(&self, operation: &Operation) -> Option<&Location> {
        self.locations.get(operation.location? as usize)
    }
}

impl Element {
    /// Bits of a value.
    pub fn bits(self) -> u32 {
        match self {
            Self::I1 => 1,
            Self::I4 | Self::F4E2M1 => 4,
            Self::I8 | Self::F8E4M3 | Self::F8E5M2 | Self::F8E8M0 | Self::F8E5M3 => 8,
            Self::I16 | Self::F16 | Self::BF16 => 16,
            Self::TF32 => 19,
            Self::I32 | Self::F32 => 32,
            Self::I64 | Self::F64 | Self::Pointer => 64,
        }
    }

    /// Bytes of a value in an array; two of 4 bits share one.
    pub fn bytes(self) -> usize {
        match self {
            Self::TF32 => 4,
            _ => (self.bits() as usize).div_ceil(8),
        }
    }

    /// Whether it is a floating-point type.
    pub fn is_float(self) -> bool {
        !self.is_integer() && self != Self::Pointer
    }

    /// Whether it is an integer or a truth value.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::I1 | Self::I4 | Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// By the name that cuTile has for a type of elements, `bfloat16` or `uint8`; integers with and without a sign are one
    /// type here.
    pub fn of_dtype(name: &str) -> Option<Self> {
        Some(match name {
            "bool_" | "bool" => Self::I1,
            "int8" | "uint8" => Self::I8,
            "int16" | "uint16" => Self::I16,
            "int32" | "uint32" => Self::I32,
            "int64" | "uint64" => Self::I64,
            "float16" => Self::F16,
            "bfloat16" => Self::BF16,
            "float32" => Self::F32,
            "tfloat32" => Self::TF32,
            "float64" => Self::F64,
            "float8_e4m3fn" => Self::F8E4M3,
            "float8_e5m2" => Self::F8E5M2,
            "float8_e8m0fnu" => Self::F8E8M0,
            "float8_e5m3fnu" => Self::F8E5M3,
            "float4_e2m1fn" => Self::F4E2M1,
            _ => return None,
        })
    }

    /// Its name, as Tile IR writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::I1 => "i1",
            Self::I4 => "i4",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::F32 => "f32",
            Self::TF32 => "tf32",
            Self::F64 => "f64",
            Self::F8E4M3 => "f8E4M3FN",
            Self::F8E5M2 => "f8E5M2",
            Self::F8E8M0 => "f8E8M0FNU",
            Self::F4E2M1 => "f4E2M1FN",
            Self::F8E5M3 => "f8E5M3FNU",
            Self::Pointer => "ptr",
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
