//! Architectures of NVIDIA by their names and compute capabilities.

/// Those for which lists of configs are evaluated, oldest first.
///
/// Source: CUDA C++ Programming Guide, compute capabilities.
pub const ARCHITECTURES: &[(&str, (i64, i64))] = &[
    ("sm_80", (8, 0)),
    ("sm_86", (8, 6)),
    ("sm_89", (8, 9)),
    ("sm_90", (9, 0)),
    ("sm_100", (10, 0)),
    ("sm_103", (10, 3)),
    ("sm_110", (11, 0)),
    ("sm_120", (12, 0)),
    ("sm_121", (12, 1)),
];

/// The name of an architecture by its compute capability.
pub fn architecture_of(capability: (i64, i64)) -> Option<&'static str> {
    ARCHITECTURES.iter().find(|(_, known)| *known == capability).map(|(name, _)| *name)
}
