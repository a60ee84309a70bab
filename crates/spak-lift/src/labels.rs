//! The arguments of operations by position, and all labels that a pattern may name.

use spak_program::Op;

/// The labels of an operation in order. Arguments without a name stand for the first ones.
pub fn labels(op: Op) -> &'static [&'static str] {
    match op {
        Op::Constant | Op::Unknown | Op::Barrier => &[],
        Op::Parameter | Op::ConfigField | Op::Machine => &["name"],
        Op::Carried => &["init", "next"],
        Op::Induction => &["start", "stop", "step"],
        Op::Choice | Op::Select => &["condition", "then", "otherwise"],
        Op::BlockId | Op::NumBlocks => &["axis"],
        Op::Div => &["a", "b", "rounding", "flush_to_zero"],
        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::FloorDiv
        | Op::CeilDiv
        | Op::Mod
        | Op::Pow
        | Op::Max
        | Op::Min
        | Op::And
        | Op::Or
        | Op::Xor
        | Op::ShiftLeft
        | Op::ShiftRight
        | Op::Less
        | Op::LessEqual
        | Op::Greater
        | Op::GreaterEqual
        | Op::Equal
        | Op::NotEqual
        | Op::In
        | Op::Cat => &["a", "b"],
        Op::Exp => &["a", "flush_to_zero", "rounding"],
        Op::Exp2 => &["a", "flush_to_zero"],
        Op::Neg
        | Op::Not
        | Op::Log
        | Op::Log2
        | Op::Sqrt
        | Op::Rsqrt
        | Op::Abs
        | Op::Sin
        | Op::Cos
        | Op::Tanh
        | Op::Erf
        | Op::Sigmoid
        | Op::Floor
        | Op::Ceil
        | Op::Transpose
        | Op::ExpandDims => &["a"],
        Op::Fma => &["a", "b", "c"],
        Op::Mma => &["a", "b", "acc"],
        Op::ReduceMax | Op::ReduceMin | Op::ReduceSum => &["a", "axis", "keepdims"],
        Op::ReduceProd | Op::ReduceArgmax | Op::Reduce | Op::Scan => &["a", "axis"],
        Op::Full => &["value", "shape", "dtype"],
        Op::Arange => &["start", "stop", "dtype"],
        Op::Cast | Op::Bitcast => &["a", "dtype"],
        Op::Reshape | Op::Broadcast => &["a", "shape"],
        Op::Permute => &["a", "order"],
        Op::Extract => &["a", "index"],
        Op::Load => {
            &["array", "index", "shape", "path", "mask", "padding", "latency", "allow_tma", "order"]
        }
        Op::Store => &["array", "index", "value", "path", "mask", "latency", "allow_tma"],
        Op::Atomic => &["array", "index", "value", "operation"],
        Op::Extent | Op::Stride => &["array", "axis"],
        Op::DtypeOf | Op::Contiguous => &["array"],
        Op::Random => &["seed", "offset"],
        Op::Tuple => &["0", "1", "2", "3", "4", "5", "6", "7"],
        Op::Item => &["of", "index"],
        Op::Field => &["of", "name"],
        Op::Alloc => &["shape", "dtype", "fill", "like"],
        Op::Call => &["function", "receiver"],
    }
}

/// Labels by which an operation only says how or where, not what a value is made from.
pub(crate) fn is_value(label: &str) -> bool {
    !matches!(
        label,
        "index"
            | "mask"
            | "condition"
            | "shape"
            | "axis"
            | "dtype"
            | "padding"
            | "latency"
            | "keepdims"
            | "order"
            | "path"
            | "rounding"
            | "flush_to_zero"
            | "seed"
            | "offset"
            | "allow_tma"
            | "like"
            | "operation"
            | "check_bounds"
    )
}
