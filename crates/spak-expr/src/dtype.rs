//! Element types of tensors and how many bits one element has.

/// Spellings by size in bits: the names of PyTorch, JAX, NumPy, Triton, cuTile, PTX and MLIR.
const BITS: &[(u32, &[&str])] = &[
    (
        4,
        &[
            "f4",
            "fp4",
            "f4e2m1",
            "float4_e2m1fn",
            "e2m1",
            "mxfp4",
            "nvfp4",
            "i4",
            "int4",
            "u4",
            "uint4",
        ],
    ),
    (6, &["f6", "fp6", "f6e2m3", "f6e3m2", "e2m3", "e3m2"]),
    (
        8,
        &[
            "f8",
            "fp8",
            "f8e4m3",
            "f8e5m2",
            "f8e4m3fn",
            "float8_e4m3",
            "float8_e5m2",
            "float8_e4m3fn",
            "float8_e4m3fnuz",
            "float8_e5m2fnuz",
            "fp8_e4m3",
            "fp8_e5m2",
            "fp8e4m3",
            "fp8e5m2",
            "fp8e4nv",
            "fp8e5",
            "e4m3",
            "e5m2",
            "e8m0",
            "f8e8m0",
            "f8e8m0fnu",
            "float8_e8m0fnu",
            "i8",
            "int8",
            "u8",
            "uint8",
            "s8",
            "char",
            "byte",
            "bool",
            "i1",
            "int1",
        ],
    ),
    (
        16,
        &[
            "f16", "fp16", "float16", "half", "bf16", "bfloat16", "i16", "int16", "short", "u16",
            "uint16", "s16",
        ],
    ),
    // tf32 has 19 bits of content and is stored in 32.
    (
        32,
        &[
            "f32", "fp32", "float32", "float", "single", "tf32", "tfloat32", "i32", "int32", "int",
            "u32", "uint32", "s32",
        ],
    ),
    (
        64,
        &[
            "f64",
            "fp64",
            "float64",
            "double",
            "i64",
            "int64",
            "long",
            "u64",
            "uint64",
            "s64",
            "complex64",
        ],
    ),
    (128, &["f128", "float128", "complex128"]),
];

/// How many bytes one element of this type takes in memory: 0.5 for `fp4`, 1 for `bool` and `e4m3`,
/// 4 for `tf32`. A prefix such as `torch.` or `ct.` is ignored, and so is case.
pub fn bytes_of(dtype: &str) -> Option<f64> {
    let name = dtype.rsplit('.').next().unwrap_or(dtype).trim().to_ascii_lowercase();
    let (bits, _) = BITS.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    Some(f64::from(*bits) / 8.0)
}

/// Every spelling of a type.
pub fn names() -> impl Iterator<Item = &'static str> {
    BITS.iter().flat_map(|(_, names)| names.iter().copied())
}
