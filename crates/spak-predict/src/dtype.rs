//! Element types as predictions tell them apart: by what units multiply them.

use std::fmt;

/// A family of element types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dtype {
    /// 64-bit floats.
    F64,
    /// 32-bit floats.
    F32,
    /// 32-bit floats of which matrix units read 19 bits.
    Tf32,
    /// 16-bit floats with 5 bits of exponent.
    F16,
    /// 16-bit floats with 8 bits of exponent.
    Bf16,
    /// 8-bit floats.
    F8,
    /// 4-bit floats.
    F4,
    /// 8-bit whole numbers.
    I8,
}

/// Spellings that designs use.
const NAMES: &[(&str, Dtype)] = &[
    ("f64", Dtype::F64),
    ("fp64", Dtype::F64),
    ("float64", Dtype::F64),
    ("double", Dtype::F64),
    ("f32", Dtype::F32),
    ("fp32", Dtype::F32),
    ("float32", Dtype::F32),
    ("float", Dtype::F32),
    ("tf32", Dtype::Tf32),
    ("f16", Dtype::F16),
    ("fp16", Dtype::F16),
    ("float16", Dtype::F16),
    ("half", Dtype::F16),
    ("bf16", Dtype::Bf16),
    ("bfloat16", Dtype::Bf16),
    ("f8", Dtype::F8),
    ("fp8", Dtype::F8),
    ("e4m3", Dtype::F8),
    ("e5m2", Dtype::F8),
    ("fp8_e4m3", Dtype::F8),
    ("fp8_e5m2", Dtype::F8),
    ("float8_e4m3fn", Dtype::F8),
    ("float8_e5m2", Dtype::F8),
    ("f4", Dtype::F4),
    ("fp4", Dtype::F4),
    ("nvfp4", Dtype::F4),
    ("mxfp4", Dtype::F4),
    ("i8", Dtype::I8),
    ("int8", Dtype::I8),
];

impl Dtype {
    /// The type that designs spell `text`.
    ///
    /// # Errors
    /// A sentence with the spellings there are.
    pub fn read(text: &str) -> Result<Self, String> {
        let known = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        known.map(|(_, dtype)| *dtype).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            format!(
                "no element type `{text}` is known to predictions; there are: {}",
                names.join(", ")
            )
        })
    }

    /// Bits of one element in memory.
    pub fn bits(self) -> u32 {
        match self {
            Self::F64 => 64,
            Self::F32 | Self::Tf32 => 32,
            Self::F16 | Self::Bf16 => 16,
            Self::F8 | Self::I8 => 8,
            Self::F4 => 4,
        }
    }

    /// Its shortest spelling.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::Tf32 => "tf32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::F8 => "fp8",
            Self::F4 => "fp4",
            Self::I8 => "int8",
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
