//! Typed formal expressions with units and checked arithmetic.
//!
//! [`parse`] reads a text, [`infer`] checks it without values, [`eval`] computes it in an [`Env`].
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod aggregation;
pub mod arithmetic;
mod broken;
pub mod builtins;
pub mod codes;
pub mod compare;
pub mod dtype;
mod env;
mod eval;
mod expr;
mod fault;
mod formality;
mod infer;
mod lexer;
mod names;
mod normal;
mod parse;
mod partial;
mod prefix;
mod print;
mod program;
mod types;
mod unit;
mod value;

pub use broken::broken;
pub use env::{Empty, Env};
pub use eval::{Limits, Verdict, check, eval, eval_with};
pub use expr::{
    Argument, BinaryOp, Binding, Call, CompareOp, Conditional, Expr, ExprKind, MAX_DEPTH, Number,
    Quantified, Quantifier, UnaryOp, Variable,
};
pub use fault::{Fallible, Fault};
pub use formality::Formality;
pub use infer::{infer, infer_condition};
pub use names::{called_functions, free_names, name_uses};
pub use normal::normal;
pub use parse::{Options, Parse, parse, parse_with};
pub use partial::partial;
pub use prefix::{Prefix, parse_prefix};
pub use print::print;
pub use program::{Program, Scalar, Symbols};
pub use types::{Type, TypeEnv};
pub use unit::{Dimension, Unit};
pub use value::{Quantity, Value};
