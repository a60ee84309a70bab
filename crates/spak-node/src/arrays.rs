//! Arrays of a problem in the memory of a GPU.

use spak_records::Dtype;
use spak_records::compiling::Array;
use spak_records::gpu::{ArrayPlan, Fill, Role};

use crate::driver::{Arguments, DriverError, Gpu, Memory, Module};

/// Threads of a block of the judge's own kernels.
pub(crate) const THREADS: u32 = 256;

/// The number that the judge's kernels have for an element type.
pub(crate) fn code(dtype: Dtype) -> i32 {
    match dtype {
        Dtype::F32 => 0,
        Dtype::F16 => 1,
        Dtype::Bf16 => 2,
        Dtype::F8e4m3 => 3,
        Dtype::F8e5m2 => 4,
        Dtype::I32 => 5,
        Dtype::I64 => 6,
    }
}

/// Adds an array as the judge's kernels see it.
pub(crate) fn describe(arguments: &mut Arguments, memory: &Memory, plan: &ArrayPlan) {
    arguments.described(memory, code(plan.dtype), &plan.shape, &plan.strides);
}

/// Bytes of a scratch array.
pub(crate) fn scratch_bytes(array: &Array) -> u64 {
    // The types of scratch are cuTile's own; one that is not known here takes as much as the widest.
    let item = Dtype::of_cutile(&array.dtype).map_or(8, Dtype::bytes);
    array.shape.iter().fold(item, |all, length| all.saturating_mul(*length))
}

/// Fills an input from a seed: its elements are the same however it lies in memory.
pub(crate) fn fill(
    gpu: &Gpu,
    common: &Module,
    memory: &Memory,
    plan: &ArrayPlan,
    seed: u64,
) -> Result<(), DriverError> {
    let Role::Input { fill } = &plan.role else { return Ok(()) };
    let (kind, bound) = match fill {
        Fill::Normal => (0_i32, 1_i64),
        Fill::Below(bound) => (1, (*bound).max(1) as i64),
    };
    let mut arguments = Arguments::default();
    describe(&mut arguments, memory, plan);
    arguments.bytes(seed.to_le_bytes().to_vec());
    arguments.bytes(kind.to_le_bytes().to_vec());
    arguments.bytes(bound.to_le_bytes().to_vec());
    let blocks = blocks(plan.elements());
    gpu.start(&common.kernel("spak_fill")?, [blocks, 1, 1], THREADS, &arguments)
}

/// The seed of an array of a problem: others for others.
pub(crate) fn seed_of(seed: u64, array: usize) -> u64 {
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(array as u64 + 1)
}

/// Blocks that go over so many elements.
pub(crate) fn blocks(elements: u64) -> u32 {
    elements.div_ceil(u64::from(THREADS)).clamp(1, 16_384) as u32
}
