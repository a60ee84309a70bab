//! The libraries that come with the program, imported by name.

/// The text of the library called `name` (`std/hardware/cpu`).
pub(crate) fn find(name: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Every library: name and text.
pub(crate) const LIBRARIES: &[(&str, &str)] = &[
    ("std/observations", include_str!("../../../../std/observations.dsl")),
    ("std/hardware/a100", include_str!("../../../../std/hardware/a100.dsl")),
    ("std/hardware/apple", include_str!("../../../../std/hardware/apple.dsl")),
    ("std/hardware/b200", include_str!("../../../../std/hardware/b200.dsl")),
    ("std/hardware/h100", include_str!("../../../../std/hardware/h100.dsl")),
    ("std/hardware/h200", include_str!("../../../../std/hardware/h200.dsl")),
    ("std/hardware/measured", include_str!("../../../../std/hardware/measured.dsl")),
    ("std/hardware/nvidia", include_str!("../../../../std/hardware/nvidia.dsl")),
    ("std/hardware/rtx4090", include_str!("../../../../std/hardware/rtx4090.dsl")),
    ("std/hardware/rtx5070", include_str!("../../../../std/hardware/rtx5070.dsl")),
    ("std/hardware/rtx5090", include_str!("../../../../std/hardware/rtx5090.dsl")),
    ("std/lift/choices", include_str!("../../../../std/lift/choices.dsl")),
    ("std/lift/constraints", include_str!("../../../../std/lift/constraints.dsl")),
    ("std/lift/cutile", include_str!("../../../../std/lift/cutile.dsl")),
    ("std/lift/hazards", include_str!("../../../../std/lift/hazards.dsl")),
    ("std/lift/host", include_str!("../../../../std/lift/host.dsl")),
    ("std/lift/softmax_constraints", include_str!("../../../../std/lift/softmax_constraints.dsl")),
    ("std/rules/attention", include_str!("../../../../std/rules/attention.dsl")),
    ("std/rules/blocks", include_str!("../../../../std/rules/blocks.dsl")),
    ("std/rules/matmul", include_str!("../../../../std/rules/matmul.dsl")),
    ("std/rules/tiles", include_str!("../../../../std/rules/tiles.dsl")),
];
