//! The libraries that come with the program, imported by name.

/// The text of the library called `name` (`std/hardware/cpu`).
pub(crate) fn find(name: &str) -> Option<&'static str> {
    LIBRARIES.iter().chain(SOURCES).find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Sources of kernels from which examples of packs begin.
const SOURCES: &[(&str, &str)] = &[
    (
        "std/lift/cases/matmul_kernel.cu",
        include_str!("../../../../std/lift/cases/matmul_kernel.cu"),
    ),
    (
        "std/lift/cases/softmax_kernel.cu",
        include_str!("../../../../std/lift/cases/softmax_kernel.cu"),
    ),
    (
        "std/lift/cases/attention_kernel.py",
        include_str!("../../../../std/lift/cases/attention_kernel.py"),
    ),
    (
        "std/lift/cases/attention_backward_kernels.py",
        include_str!("../../../../std/lift/cases/attention_backward_kernels.py"),
    ),
    (
        "std/lift/cases/attention_twins.py",
        include_str!("../../../../std/lift/cases/attention_twins.py"),
    ),
    (
        "std/lift/cases/decode_kernels.py",
        include_str!("../../../../std/lift/cases/decode_kernels.py"),
    ),
];

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
    ("std/knowledge/cutile", include_str!("../../../../std/knowledge/cutile.dsl")),
    ("std/knowledge/generations", include_str!("../../../../std/knowledge/generations.dsl")),
    ("std/knowledge/h200", include_str!("../../../../std/knowledge/h200.dsl")),
    ("std/knowledge/rtx5070", include_str!("../../../../std/knowledge/rtx5070.dsl")),
    ("std/knowledge/training", include_str!("../../../../std/knowledge/training.dsl")),
    ("std/lift/attention", include_str!("../../../../std/lift/attention.dsl")),
    ("std/lift/attention_backward", include_str!("../../../../std/lift/attention_backward.dsl")),
    ("std/lift/attention_masks", include_str!("../../../../std/lift/attention_masks.dsl")),
    ("std/lift/attention_operands", include_str!("../../../../std/lift/attention_operands.dsl")),
    ("std/lift/attention_variants", include_str!("../../../../std/lift/attention_variants.dsl")),
    ("std/lift/cases/attention", include_str!("../../../../std/lift/cases/attention.dsl")),
    (
        "std/lift/cases/attention_backward",
        include_str!("../../../../std/lift/cases/attention_backward.dsl"),
    ),
    (
        "std/lift/cases/attention_masks",
        include_str!("../../../../std/lift/cases/attention_masks.dsl"),
    ),
    (
        "std/lift/cases/attention_operands",
        include_str!("../../../../std/lift/cases/attention_operands.dsl"),
    ),
    (
        "std/lift/cases/attention_variants",
        include_str!("../../../../std/lift/cases/attention_variants.dsl"),
    ),
    ("std/lift/cases/choices", include_str!("../../../../std/lift/cases/choices.dsl")),
    ("std/lift/cases/constraints", include_str!("../../../../std/lift/cases/constraints.dsl")),
    ("std/lift/cases/cuda", include_str!("../../../../std/lift/cases/cuda.dsl")),
    ("std/lift/cases/elementwise", include_str!("../../../../std/lift/cases/elementwise.dsl")),
    (
        "std/lift/cases/gated_products",
        include_str!("../../../../std/lift/cases/gated_products.dsl"),
    ),
    ("std/lift/cases/groups", include_str!("../../../../std/lift/cases/groups.dsl")),
    ("std/lift/cases/hazards", include_str!("../../../../std/lift/cases/hazards.dsl")),
    ("std/lift/cases/host", include_str!("../../../../std/lift/cases/host.dsl")),
    ("std/lift/cases/launches", include_str!("../../../../std/lift/cases/launches.dsl")),
    ("std/lift/cases/leftovers", include_str!("../../../../std/lift/cases/leftovers.dsl")),
    (
        "std/lift/cases/losses_and_gates",
        include_str!("../../../../std/lift/cases/losses_and_gates.dsl"),
    ),
    ("std/lift/cases/matmul", include_str!("../../../../std/lift/cases/matmul.dsl")),
    ("std/lift/cases/memory", include_str!("../../../../std/lift/cases/memory.dsl")),
    ("std/lift/cases/needs", include_str!("../../../../std/lift/cases/needs.dsl")),
    ("std/lift/cases/random", include_str!("../../../../std/lift/cases/random.dsl")),
    ("std/lift/cases/rotations", include_str!("../../../../std/lift/cases/rotations.dsl")),
    ("std/lift/cases/rows", include_str!("../../../../std/lift/cases/rows.dsl")),
    ("std/lift/cases/softmax", include_str!("../../../../std/lift/cases/softmax.dsl")),
    (
        "std/lift/cases/softmax_constraints",
        include_str!("../../../../std/lift/cases/softmax_constraints.dsl"),
    ),
    ("std/lift/cases/tiles", include_str!("../../../../std/lift/cases/tiles.dsl")),
    ("std/lift/cases/work", include_str!("../../../../std/lift/cases/work.dsl")),
    ("std/lift/choices", include_str!("../../../../std/lift/choices.dsl")),
    ("std/lift/constraints", include_str!("../../../../std/lift/constraints.dsl")),
    ("std/lift/cuda", include_str!("../../../../std/lift/cuda.dsl")),
    ("std/lift/elementwise", include_str!("../../../../std/lift/elementwise.dsl")),
    ("std/lift/gated_products", include_str!("../../../../std/lift/gated_products.dsl")),
    ("std/lift/groups", include_str!("../../../../std/lift/groups.dsl")),
    ("std/lift/hazards", include_str!("../../../../std/lift/hazards.dsl")),
    ("std/lift/host", include_str!("../../../../std/lift/host.dsl")),
    ("std/lift/launches", include_str!("../../../../std/lift/launches.dsl")),
    ("std/lift/leftovers", include_str!("../../../../std/lift/leftovers.dsl")),
    ("std/lift/losses_and_gates", include_str!("../../../../std/lift/losses_and_gates.dsl")),
    ("std/lift/matmul", include_str!("../../../../std/lift/matmul.dsl")),
    ("std/lift/memory", include_str!("../../../../std/lift/memory.dsl")),
    ("std/lift/needs", include_str!("../../../../std/lift/needs.dsl")),
    ("std/lift/random", include_str!("../../../../std/lift/random.dsl")),
    ("std/lift/rotations", include_str!("../../../../std/lift/rotations.dsl")),
    ("std/lift/rows", include_str!("../../../../std/lift/rows.dsl")),
    ("std/lift/softmax", include_str!("../../../../std/lift/softmax.dsl")),
    ("std/lift/softmax_constraints", include_str!("../../../../std/lift/softmax_constraints.dsl")),
    ("std/lift/tiles", include_str!("../../../../std/lift/tiles.dsl")),
    ("std/lift/work", include_str!("../../../../std/lift/work.dsl")),
    ("std/operators/attention", include_str!("../../../../std/operators/attention.dsl")),
    ("std/operators/matmul", include_str!("../../../../std/operators/matmul.dsl")),
    ("std/operators/rows", include_str!("../../../../std/operators/rows.dsl")),
    ("std/rules/attention", include_str!("../../../../std/rules/attention.dsl")),
    ("std/rules/blocks", include_str!("../../../../std/rules/blocks.dsl")),
    ("std/rules/matmul", include_str!("../../../../std/rules/matmul.dsl")),
    ("std/rules/tiles", include_str!("../../../../std/rules/tiles.dsl")),
];
