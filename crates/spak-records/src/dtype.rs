//! Element types of arrays on a GPU.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An element type, called as designs call it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of a binary32.
    Bf16,
    /// OCP FP8 E4M3: no infinities, largest number 448.
    F8e4m3,
    /// OCP FP8 E5M2.
    F8e5m2,
    /// Signed whole numbers of 32 bits.
    I32,
    /// Signed whole numbers of 64 bits.
    I64,
}

/// Type, name in designs, name in cuTile, bytes, bits of the significand, other spellings.
type Row = (Dtype, &'static str, &'static str, u64, i32, &'static [&'static str]);

const TABLE: [Row; 7] = [
    (Dtype::F32, "f32", "float32", 4, 24, &["fp32", "float32", "float"]),
    (Dtype::F16, "f16", "float16", 2, 11, &["fp16", "float16", "half"]),
    (Dtype::Bf16, "bf16", "bfloat16", 2, 8, &["bfloat16"]),
    (
        Dtype::F8e4m3,
        "f8e4m3",
        "float8_e4m3fn",
        1,
        4,
        &["fp8", "f8", "e4m3", "f8e4m3fn", "float8_e4m3fn", "float8_e4m3", "fp8_e4m3"],
    ),
    (Dtype::F8e5m2, "f8e5m2", "float8_e5m2", 1, 3, &["e5m2", "float8_e5m2", "fp8_e5m2"]),
    (Dtype::I32, "i32", "int32", 4, 31, &["int32", "int"]),
    (Dtype::I64, "i64", "int64", 8, 63, &["int64", "long"]),
];

impl Dtype {
    /// The number that the judge's kernels have for it (`operators/common.cu`).
    pub fn code(self) -> i32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Bf16 => 2,
            Self::F8e4m3 => 3,
            Self::F8e5m2 => 4,
            Self::I32 => 5,
            Self::I64 => 6,
        }
    }

    fn row(self) -> &'static Row {
        match self {
            Self::F32 => &TABLE[0],
            Self::F16 => &TABLE[1],
            Self::Bf16 => &TABLE[2],
            Self::F8e4m3 => &TABLE[3],
            Self::F8e5m2 => &TABLE[4],
            Self::I32 => &TABLE[5],
            Self::I64 => &TABLE[6],
        }
    }

    /// The type that a design calls so, in any spelling of the field.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let found = TABLE.iter().find(|row| row.1 == text || row.5.contains(&text.as_str()));
        found.map(|row| row.0)
    }

    /// The type that cuTile calls so.
    pub fn of_cutile(text: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.2 == text).map(|row| row.0)
    }

    /// Its name in designs (`bf16`).
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Its name in cuTile (`bfloat16`).
    pub fn cutile(self) -> &'static str {
        self.row().2
    }

    /// Bytes of an element.
    pub fn bytes(self) -> u64 {
        self.row().3
    }

    /// Half the distance between neighbouring numbers, relative to them: 2^-8 for `bf16`. Nothing for whole numbers.
    pub fn roundoff(self) -> f64 {
        if self.is_float() { 0.5_f64.powi(self.row().4) } else { 0.0 }
    }

    /// Whether its values are floating-point numbers.
    pub fn is_float(self) -> bool {
        !matches!(self, Self::I32 | Self::I64)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Dtype, TABLE};

    #[test]
    fn each_type_has_its_own_row_and_spellings() {
        for dtype in Dtype::all() {
            assert_eq!(dtype.row().0, dtype);
            assert_eq!(Dtype::parse(dtype.name()), Some(dtype));
            assert_eq!(Dtype::of_cutile(dtype.cutile()), Some(dtype));
            assert_eq!(serde_json::to_value(dtype).unwrap(), dtype.name());
        }
        let mut words: Vec<&str> =
            TABLE.iter().flat_map(|row| row.5.iter().chain([&row.1])).copied().collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count, "a spelling names two types");
    }

    #[test]
    fn roundoffs_are_those_of_the_formats() {
        assert_eq!(Dtype::F32.roundoff(), f64::from(f32::EPSILON) / 2.0);
        assert_eq!(Dtype::Bf16.roundoff(), 1.0 / 256.0);
        assert_eq!(Dtype::I32.roundoff(), 0.0);
    }
}
