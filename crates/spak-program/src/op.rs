//! The operations of a program, the same for every language.

macro_rules! ops {
    ($($(#[doc = $doc:literal])+ $name:ident $word:literal,)+) => {
        /// What a node does. Each has a name, by which patterns call it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Op { $($(#[doc = $doc])+ $name,)+ }

        impl Op {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As patterns call it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it is, with its arguments; documentation is made from it.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

ops! {
    /// A known value.
    Constant "constant",
    /// A parameter of a kernel or of a host function.
    Parameter "parameter",
    /// A value about which nothing is known.
    Unknown "unknown",

    /// A variable of a loop: `init`, and `next`, which the turn before gives. After the loop it is its last value.
    Carried "carried",
    /// What counts the turns of a loop: `start`, `stop`, `step`.
    Induction "induction",
    /// One of two values: `condition`, `then`, `otherwise`.
    Choice "choice",

    /// The number of the block: `axis`.
    BlockId "block_id",
    /// How many blocks there are: `axis`.
    NumBlocks "num_blocks",

    /// `a`, `b`
    Add "add",
    /// `a`, `b`
    Sub "sub",
    /// `a`, `b`
    Mul "mul",
    /// `a`, `b`; `rounding`, `flush_to_zero`
    Div "div",
    /// `a`, `b`, rounded down
    FloorDiv "floordiv",
    /// `a`, `b`, rounded up
    CeilDiv "cdiv",
    /// `a`, `b`
    Mod "mod",
    /// `a`, `b`
    Pow "pow",
    /// `a`
    Neg "neg",
    /// `a`, `b`, element by element
    Max "max",
    /// `a`, `b`, element by element
    Min "min",
    /// `a`, `b`, of truth values or bits
    And "and",
    /// `a`, `b`, of truth values or bits
    Or "or",
    /// `a`, `b`
    Xor "xor",
    /// `a`
    Not "not",
    /// `a`, `b`
    ShiftLeft "shl",
    /// `a`, `b`
    ShiftRight "shr",
    /// `a`, `b`
    Less "lt",
    /// `a`, `b`
    LessEqual "le",
    /// `a`, `b`
    Greater "gt",
    /// `a`, `b`
    GreaterEqual "ge",
    /// `a`, `b`
    Equal "eq",
    /// `a`, `b`
    NotEqual "ne",
    /// `a` in `b`
    In "in",

    /// `a`; `flush_to_zero`, `rounding`
    Exp "exp",
    /// `a`; `flush_to_zero`
    Exp2 "exp2",
    /// `a`
    Log "log",
    /// `a`
    Log2 "log2",
    /// `a`
    Sqrt "sqrt",
    /// `a`
    Rsqrt "rsqrt",
    /// `a`
    Abs "abs",
    /// `a`
    Sin "sin",
    /// `a`
    Cos "cos",
    /// `a`
    Tanh "tanh",
    /// `a`
    Erf "erf",
    /// `a`
    Sigmoid "sigmoid",
    /// `a`
    Floor "floor",
    /// `a`
    Ceil "ceil",
    /// `a` × `b` + `c` in one step
    Fma "fma",

    /// `a`; `axis`, `keepdims`
    ReduceMax "reduce_max",
    /// `a`; `axis`, `keepdims`
    ReduceMin "reduce_min",
    /// `a`; `axis`, `keepdims`
    ReduceSum "reduce_sum",
    /// `a`; `axis`
    ReduceProd "reduce_prod",
    /// `a`; `axis`
    ReduceArgmax "reduce_argmax",
    /// Any other reduction: `a`; `axis`
    Reduce "reduce",
    /// `a`; `axis`
    Scan "scan",

    /// `a` × `b` + `acc` of matrices
    Mma "mma",

    /// A tile of one value: `value`, `shape`, `dtype`
    Full "full",
    /// 0, 1, 2, …: `start`, `stop`, `dtype`
    Arange "arange",
    /// `condition`, `then`, `otherwise`, element by element
    Select "select",
    /// `a`, `dtype`
    Cast "cast",
    /// `a`, `dtype`: the same bits
    Bitcast "bitcast",
    /// `a`, `shape`
    Reshape "reshape",
    /// `a`, `order`
    Permute "permute",
    /// `a` with two axes exchanged
    Transpose "transpose",
    /// `a`, `shape`
    Broadcast "broadcast",
    /// `a` with a new axis of one element
    ExpandDims "expand_dims",
    /// `a`, `b`
    Cat "cat",
    /// A part of a tile: `a`, `index`
    Extract "extract",

    /// Reads a tile: `array`, `index`, `shape`, `path` (`tile`, `gather`, `pointer`, `descriptor`), `mask`, `padding`, `latency`, `allow_tma`…
    Load "load",
    /// Writes a tile: `array`, `index`, `value`, `path`, `mask`, `latency`, `allow_tma`…
    Store "store",
    /// Reads, changes and writes in one step: `array`, `index`, `value`, `operation`
    Atomic "atomic",
    /// A size of an array: `array`, `axis`
    Extent "extent",
    /// A stride of an array: `array`, `axis`
    Stride "stride",
    /// The type of an array's elements: `array`
    DtypeOf "dtype_of",
    /// A random number: `seed`, `offset`
    Random "random",
    /// Waits for the other threads of the block.
    Barrier "barrier",

    /// Several values in order.
    Tuple "tuple",
    /// A value out of several: `of`, `index`
    Item "item",
    /// A named part of an object: `of`; the name is the label `name`.
    Field "field",
    /// A field of a config of an autotuner: `name`
    ConfigField "config_field",
    /// A figure of the machine: `name` (`compute_capability`, `multiprocessors`).
    Machine "machine",
    /// A new array on the host: `shape`, `dtype`, `fill` (`none` if it is not set), `like`
    Alloc "alloc",
    /// The same array with dense strides, copied if it has others: `array`
    Contiguous "contiguous",
    /// Any other call: `function` is its name, `receiver` what it is called on.
    Call "call",
}

impl Op {
    /// The operation of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|op| op.name() == name)
    }

    /// Whether the first two arguments may be exchanged.
    #[inline]
    pub fn commutes(self) -> bool {
        matches!(
            self,
            Self::Add
                | Self::Mul
                | Self::Max
                | Self::Min
                | Self::And
                | Self::Or
                | Self::Xor
                | Self::Equal
                | Self::NotEqual
        )
    }

    /// Whether it passes its first argument on, as far as mathematics goes.
    #[inline]
    pub fn is_transparent(self) -> bool {
        matches!(
            self,
            Self::Cast | Self::Reshape | Self::Broadcast | Self::ExpandDims | Self::Contiguous
        )
    }

    /// The comparison that says the same with its sides exchanged.
    #[inline]
    pub fn mirrored(self) -> Option<Self> {
        Some(match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            _ => return None,
        })
    }
}
