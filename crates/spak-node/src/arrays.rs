//! Arrays of a problem in the memory of a GPU.

use spak_records::Dtype;
use spak_records::compiling::Array;
use spak_records::gpu::{ArrayPlan, Fill, Role};

use crate::driver::{Arguments, DriverError, Gpu, Memory, Module};

/// Threads of a block of the judge's own kernels.
pub(crate) const THREADS: u32 = 256;

/// Adds an array as the judge's kernels see it.
pub(crate) fn describe(arguments: &mut Arguments, memory: &Memory, plan: &ArrayPlan) {
    arguments.described(memory, plan.dtype.code(), &plan.shape, &plan.strides);
}

/// Bytes of a scratch array.
pub(crate) fn scratch_bytes(array: &Array) -> u64 {
    // The types of scratch are cuTile's own; one that is not known here takes as much as the widest.
    let item = Dtype::of_cutile(&array.dtype).map_or(8, Dtype::bytes);
    array.shape.iter().fold(item, |all, length| all.saturating_mul(*length))
}

/// Fills inputs of a problem, in their order: in the judge's process and in the candidate's the same.
pub(crate) struct Filler<'a> {
    pub(crate) gpu: &'a Gpu,
    pub(crate) common: &'a Module,
    /// The reference with the numbers of the problem, for inputs that follow from others.
    pub(crate) reference: Option<(&'a Module, &'a [f64])>,
    pub(crate) seed: u64,
}

impl Filler<'_> {
    /// Fills the input at this place among the arrays, of which `before` are the inputs before it. Its elements are the same
    /// however it lies in memory.
    pub(crate) fn fill<'m>(
        &self,
        at: usize,
        plan: &ArrayPlan,
        memory: &Memory,
        before: impl Iterator<Item = (&'m Memory, &'m ArrayPlan)>,
    ) -> Result<(), DriverError> {
        let Role::Input { fill } = &plan.role else { return Ok(()) };
        let mut arguments = Arguments::default();
        let (kernel, blocks) = match fill {
            Fill::Normal | Fill::Below(_) => {
                let (kind, bound) = match fill {
                    Fill::Below(bound) => (1_i32, (*bound).max(1) as i64),
                    _ => (0, 1),
                };
                describe(&mut arguments, memory, plan);
                arguments.bytes(seed_of(self.seed, at).to_le_bytes().to_vec());
                arguments.bytes(kind.to_le_bytes().to_vec());
                arguments.bytes(bound.to_le_bytes().to_vec());
                (self.common.kernel("spak_fill")?, blocks(plan.elements()))
            }
            Fill::Computed => {
                let name = format!("input_{}", plan.name);
                let Some((reference, numbers)) = self.reference else {
                    return Err(DriverError::Name(name));
                };
                for (memory, plan) in before {
                    describe(&mut arguments, memory, plan);
                }
                for number in numbers {
                    arguments.bytes(number.to_le_bytes().to_vec());
                }
                describe(&mut arguments, memory, plan);
                // It takes as many of them as it needs.
                (reference.kernel(&name)?, plan.elements().clamp(1, 16_384) as u32)
            }
        };
        self.gpu.start(&kernel, [blocks, 1, 1], THREADS, &arguments)
    }
}

/// The seed of an array of a problem: others for others.
fn seed_of(seed: u64, array: usize) -> u64 {
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(array as u64 + 1)
}

/// Blocks that go over so many elements.
pub(crate) fn blocks(elements: u64) -> u32 {
    elements.div_ceil(u64::from(THREADS)).clamp(1, 16_384) as u32
}

/// A sum over the bits of memory and their places, after all that was started.
pub(crate) fn hash(gpu: &Gpu, common: &Module, memory: &Memory) -> Result<u64, DriverError> {
    let sum = gpu.allocate(8)?;
    gpu.set(&sum, 0)?;
    let mut arguments = Arguments::default();
    arguments.memory(memory);
    arguments.bytes(memory.bytes().to_le_bytes().to_vec());
    arguments.memory(&sum);
    let kernel = common.kernel("spak_hash")?;
    gpu.start(&kernel, [blocks(memory.bytes() / 4), 1, 1], THREADS, &arguments)?;
    let mut bytes = [0; 8];
    gpu.download(&sum, &mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
