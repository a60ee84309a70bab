//! What compilers of GPU kernels are asked and answer, and what is kept of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::value::Value;

/// What comes out of a compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A binary for the architecture.
    Cubin,
    /// Bytecode of Tile IR.
    TileIr,
}

/// A kernel to compile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The text of a Python module.
    pub source: String,
    /// The function in it.
    pub kernel: String,
    /// Compiler options in place of those that the source has: of a kernel that the host changed before it started it.
    pub hints: BTreeMap<String, i64>,
    /// Its arguments in order.
    pub parameters: Vec<Parameter>,
    /// The architecture, `sm_90`.
    pub architecture: String,
    /// What comes out.
    pub format: Format,
}

/// Asks which kernels the function `launch` of a module would start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchQuestion {
    /// The text of a Python module.
    pub source: String,
    /// Arrays by the names that `launch` has for them.
    pub arrays: BTreeMap<String, Array>,
    /// Numbers by the names that `launch` has for them.
    pub scalars: BTreeMap<String, Value>,
    /// Processors of the GPU.
    pub processors: u32,
}

/// What `launch` would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaunchPlan {
    /// Kernels in the order in which they are started.
    pub launches: Vec<Launch>,
    /// Arrays that kernels leave to later ones.
    pub scratch: Vec<Array>,
}

/// A kernel that is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    /// Its name in the module.
    pub kernel: String,
    /// Compiler options in place of those that the source has.
    #[serde(default)]
    pub hints: BTreeMap<String, i64>,
    /// Blocks along each axis.
    pub grid: [u64; 3],
    /// What the compiler is told of its arguments.
    pub parameters: Vec<Parameter>,
    /// What it is given: its arguments but for those that the compiler knows.
    pub arguments: Vec<Argument>,
}

/// What a kernel is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Argument {
    /// An array of the problem.
    Array(String),
    /// An array of the plan, by its place.
    Scratch(usize),
    /// A whole number.
    Int32(i32),
    /// A number.
    Float32(f32),
}

/// An argument of a kernel, as far as the compiler knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// An array.
    Array(Array),
    /// A number of this type that is known at the launch.
    Scalar(String),
    /// A whole number that is known to the compiler.
    Int(i64),
    /// A number that is known to the compiler.
    Float(f64),
    /// A truth value that is known to the compiler.
    Bool(bool),
}

/// An array that begins at a multiple of 256 bytes, as those do that the driver gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Array {
    /// The type of its elements, as cuTile calls it: `bfloat16`, `float32`, `int32`…
    pub dtype: String,
    /// Its sizes.
    pub shape: Vec<u64>,
    /// How many elements apart neighbours are, along each axis.
    pub strides: Vec<u64>,
}

/// One line of a compiler's worker.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum WorkerLine {
    /// It can be asked.
    Ready {
        /// The version of the compiler.
        ready: String,
    },
    /// A kernel was compiled.
    Compiled {
        /// The file in the worker's folder that it is in.
        binary: String,
        /// How long that took.
        seconds: f64,
    },
    /// What `launch` would do.
    Planned(LaunchPlan),
    /// The compiler does not take it.
    Refused {
        /// What it says.
        refused: String,
    },
}

/// What is kept of an answer; a binary stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptAnswer {
    /// A binary.
    Compiled {
        /// Its hash, so that one that was damaged is not taken for it.
        hash: String,
        /// How long it took.
        seconds: f64,
    },
    /// The compiler does not take the kernel.
    Refused {
        /// What it says.
        message: String,
    },
    /// It took longer than it was given.
    TimedOut {
        /// How long that was.
        seconds: f64,
    },
}

/// A compiler that was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalledToolchain {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of Python that it runs in.
    pub python: String,
    /// Its packages with their versions.
    pub packages: BTreeMap<String, String>,
    /// The hash of what was asked for.
    pub requirements: String,
}

impl Array {
    /// One whose last axis is dense, and whose others follow without gaps.
    pub fn dense(dtype: &str, shape: &[u64]) -> Self {
        let mut strides: Vec<u64> = Vec::with_capacity(shape.len());
        let mut step = 1_u64;
        for length in shape.iter().rev() {
            strides.push(step);
            step = step.saturating_mul(*length);
        }
        strides.reverse();
        Self { dtype: dtype.to_owned(), shape: shape.to_vec(), strides }
    }
}

#[cfg(test)]
mod tests {
    use super::Array;

    #[test]
    fn dense_arrays_have_the_strides_of_rows() {
        assert_eq!(Array::dense("float32", &[2, 3, 5]).strides, [15, 5, 1]);
        assert_eq!(Array::dense("float32", &[7]).strides, [1]);
        assert_eq!(Array::dense("float32", &[]).strides, [] as [u64; 0]);
    }
}
