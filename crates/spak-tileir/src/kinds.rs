//! What operations do.

use std::sync::Arc;

use crate::module::Element;
use crate::number::Mode;

/// What an operation does, with what it says about how.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the specification of Tile IR says what each of them means")]
pub enum Kind {
    // One element of each operand at a time.
    FloatUnary {
        what: FloatUnary,
        mode: Mode,
        flush: bool,
    },
    FloatBinary {
        what: FloatBinary,
        mode: Mode,
        flush: bool,
    },
    Fma {
        mode: Mode,
        flush: bool,
    },
    PowerInteger,
    IntegerUnary(IntegerUnary),
    IntegerBinary {
        what: IntegerBinary,
        overflow: Overflow,
    },
    CompareFloat {
        predicate: Predicate,
        ordered: bool,
    },
    CompareInteger {
        predicate: Predicate,
        signedness: Signedness,
    },
    Select,
    Bitcast,
    FloatToFloat {
        mode: Mode,
    },
    FloatToInteger {
        signedness: Signedness,
        saturating: bool,
    },
    IntegerToFloat {
        signedness: Signedness,
        mode: Mode,
    },
    Extend(Signedness),
    Truncate(Overflow),
    IntegerToPointer,
    PointerToInteger,
    PointerToPointer,
    Offset,
    Assume(Bounds),
    // Shapes.
    Constant {
        constant: u32,
        cached: u32,
    },
    Iota,
    Broadcast,
    Reshape,
    Permute(Vec<usize>),
    Cat {
        dimension: usize,
    },
    Extract,
    Insert,
    Pack,
    Unpack,
    // Many elements at a time.
    MatrixFloat,
    MatrixInteger {
        left: Signedness,
        right: Signedness,
    },
    MatrixScaled,
    Reduce {
        dimension: usize,
        identities: Vec<Scalar>,
    },
    Scan {
        dimension: usize,
        reverse: bool,
        identities: Vec<Scalar>,
    },
    // What runs next.
    If,
    For {
        unsigned: bool,
    },
    Loop,
    Break,
    Continue,
    Yield,
    Return,
    // The grid and memory.
    BlockId,
    BlockCount,
    GetGlobal(Arc<str>),
    MakeTensorView {
        shape: usize,
        strides: usize,
    },
    MakeView,
    IndexSpace,
    TensorShape,
    LoadView {
        inside: Vec<bool>,
    },
    StoreView {
        inside: Vec<bool>,
    },
    AtomicView {
        mode: AtomicMode,
        inside: Vec<bool>,
    },
    LoadPointer {
        mask: bool,
        padding: bool,
    },
    StorePointer {
        mask: bool,
    },
    AtomicCompare {
        mask: bool,
    },
    AtomicUpdate {
        mask: bool,
        mode: AtomicMode,
    },
    Token,
    Assert(Arc<str>),
    Print(Arc<str>),
    /// Read, but not run.
    Unsupported(&'static str),
}

/// Of one float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compute")]
pub enum FloatUnary {
    Abs,
    Neg,
    Ceil,
    Floor,
    Cos,
    Cosh,
    Exp,
    Exp2,
    Log,
    Log2,
    Rsqrt,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
}

/// Of two floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compute")]
pub enum FloatBinary {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Atan2,
    Max { nan: bool },
    Min { nan: bool },
}

/// Of one integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compute")]
pub enum IntegerUnary {
    Abs,
    Neg,
}

/// Of two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compute")]
pub enum IntegerBinary {
    Add,
    Sub,
    Mul,
    MulHigh,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight(Signedness),
    Div(Signedness, Mode),
    Rem(Signedness),
    Max(Signedness),
    Min(Signedness),
}

/// How the bits of an integer are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signedness {
    /// From 0 on.
    Unsigned,
    /// Two's complement.
    Signed,
}

/// What the compiler may assume of wrap-around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overflow {
    /// None of the operands as numbers with a sign.
    pub no_signed: bool,
    /// None of the operands as numbers without one.
    pub no_unsigned: bool,
}

/// Which comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compare")]
pub enum Predicate {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What an atomic access makes of the value that it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they compute")]
pub enum AtomicMode {
    And,
    Or,
    Xor,
    Add,
    AddFloat,
    Max,
    Min,
    UnsignedMax,
    UnsignedMin,
    Exchange,
}

/// What the compiler was told to assume of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// That it can be divided by `divisor`; of a tile, the first of each `every` elements along a dimension, which rise by
    /// one.
    Divisible {
        /// By what.
        divisor: u64,
        /// How many elements form a group, and along which dimension.
        groups: Option<(u64, usize)>,
    },
    /// That it lies between two numbers, both included, as a number with a sign.
    Between {
        /// Not below.
        low: Option<i64>,
        /// Not above.
        high: Option<i64>,
    },
}

/// One element of a known type, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Of what type; `None` for a truth value, which the bytecode writes without one.
    pub element: Option<Element>,
    /// Its bits.
    pub bits: u64,
}

impl Kind {
    /// The name of the operation in Tile IR.
    pub fn name(&self) -> &'static str {
        match self {
            Self::FloatUnary { what, .. } => what.name(),
            Self::FloatBinary { what, .. } => what.name(),
            Self::Fma { .. } => "fma",
            Self::PowerInteger => "fpowi",
            Self::IntegerUnary(IntegerUnary::Abs) => "absi",
            Self::IntegerUnary(IntegerUnary::Neg) => "negi",
            Self::IntegerBinary { what, .. } => what.name(),
            Self::CompareFloat { .. } => "cmpf",
            Self::CompareInteger { .. } => "cmpi",
            Self::Select => "select",
            Self::Bitcast => "bitcast",
            Self::FloatToFloat { .. } => "ftof",
            Self::FloatToInteger { .. } => "ftoi",
            Self::IntegerToFloat { .. } => "itof",
            Self::Extend(_) => "exti",
            Self::Truncate(_) => "trunci",
            Self::IntegerToPointer => "int_to_ptr",
            Self::PointerToInteger => "ptr_to_int",
            Self::PointerToPointer => "ptr_to_ptr",
            Self::Offset => "offset",
            Self::Assume(_) => "assume",
            Self::Constant { .. } => "constant",
            Self::Iota => "iota",
            Self::Broadcast => "broadcast",
            Self::Reshape => "reshape",
            Self::Permute(_) => "permute",
            Self::Cat { .. } => "cat",
            Self::Extract => "extract",
            Self::Insert => "insert",
            Self::Pack => "pack",
            Self::Unpack => "unpack",
            Self::MatrixFloat => "mmaf",
            Self::MatrixInteger { .. } => "mmai",
            Self::MatrixScaled => "mmaf_scaled",
            Self::Reduce { .. } => "reduce",
            Self::Scan { .. } => "scan",
            Self::If => "if",
            Self::For { .. } => "for",
            Self::Loop => "loop",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Yield => "yield",
            Self::Return => "return",
            Self::BlockId => "get_tile_block_id",
            Self::BlockCount => "get_num_tile_blocks",
            Self::GetGlobal(_) => "get_global",
            Self::MakeTensorView { .. } => "make_tensor_view",
            Self::MakeView => "make_view",
            Self::IndexSpace => "get_index_space_shape",
            Self::TensorShape => "get_tensor_shape",
            Self::LoadView { .. } => "load_view_tko",
            Self::StoreView { .. } => "store_view_tko",
            Self::AtomicView { .. } => "atomic_red_view_tko",
            Self::LoadPointer { .. } => "load_ptr_tko",
            Self::StorePointer { .. } => "store_ptr_tko",
            Self::AtomicCompare { .. } => "atomic_cas_tko",
            Self::AtomicUpdate { .. } => "atomic_rmw_tko",
            Self::Token => "token",
            Self::Assert(_) => "assert",
            Self::Print(_) => "print_tko",
            Self::Unsupported(name) => name,
        }
    }

    /// Whether it ends its block.
    pub fn ends_block(&self) -> bool {
        matches!(self, Self::Break | Self::Continue | Self::Yield | Self::Return)
    }
}

impl FloatUnary {
    fn name(self) -> &'static str {
        match self {
            Self::Abs => "absf",
            Self::Neg => "negf",
            Self::Ceil => "ceil",
            Self::Floor => "floor",
            Self::Cos => "cos",
            Self::Cosh => "cosh",
            Self::Exp => "exp",
            Self::Exp2 => "exp2",
            Self::Log => "log",
            Self::Log2 => "log2",
            Self::Rsqrt => "rsqrt",
            Self::Sin => "sin",
            Self::Sinh => "sinh",
            Self::Sqrt => "sqrt",
            Self::Tan => "tan",
            Self::Tanh => "tanh",
        }
    }
}

impl FloatBinary {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "addf",
            Self::Sub => "subf",
            Self::Mul => "mulf",
            Self::Div => "divf",
            Self::Rem => "remf",
            Self::Pow => "pow",
            Self::Atan2 => "atan2",
            Self::Max { .. } => "maxf",
            Self::Min { .. } => "minf",
        }
    }
}

impl IntegerBinary {
    fn name(self) -> &'static str {
        match self {
            Self::Add => "addi",
            Self::Sub => "subi",
            Self::Mul => "muli",
            Self::MulHigh => "mulhii",
            Self::And => "andi",
            Self::Or => "ori",
            Self::Xor => "xori",
            Self::ShiftLeft => "shli",
            Self::ShiftRight(_) => "shri",
            Self::Div(..) => "divi",
            Self::Rem(_) => "remi",
            Self::Max(_) => "maxi",
            Self::Min(_) => "mini",
        }
    }
}
