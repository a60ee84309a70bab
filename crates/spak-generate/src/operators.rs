//! What operators are that run on a GPU: descriptions in the language of designs, and references in CUDA C++.

/// An operator that comes with SPAK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name (`rms_norm`).
    pub name: &'static str,
    /// Path below the repository's root, for diagnostics.
    pub path: &'static str,
    /// Its values, arrays and counts, in the language of designs.
    pub text: &'static str,
    /// What it computes, in CUDA C++; see `operators/README.md`.
    pub reference: &'static str,
}

macro_rules! operators {
    ($($name:literal),* $(,)?) => {
        [$(Description {
            name: $name,
            path: concat!("operators/", $name, "/operator.dsl"),
            text: include_str!(concat!("../../../operators/", $name, "/operator.dsl")),
            reference: include_str!(concat!("../../../operators/", $name, "/reference.cu")),
        }),*]
    };
}

const OPERATORS: [Description; 13] = operators![
    "attention_backward",
    "attention_decode",
    "attention_forward",
    "cross_entropy",
    "layer_norm",
    "layer_norm_backward",
    "linear",
    "matmul",
    "rms_norm",
    "rms_norm_backward",
    "rope",
    "softmax",
    "swiglu",
];

/// What every reference begins with, and the kernels that fill, compare and scan arrays.
pub const COMMON: &str = include_str!("../../../operators/common.cu");

/// All operators, by name.
pub fn operators() -> &'static [Description] {
    &OPERATORS
}
