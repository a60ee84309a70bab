//! What a reference's process is told, as `host/after.hpp` reads it.

use spak_records::gpu::ArrayPlan;

use crate::error::VerifyError;

/// Threads of a block.
pub(crate) const THREADS: u32 = 256;
/// The most axes of an array.
const MOST_AXES: usize = 6;

/// A piece of memory of the process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory(u64);

/// Orders, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    bytes: Vec<u8>,
    /// How long each piece of memory is.
    lengths: Vec<u64>,
    /// How long each answer is.
    pub(crate) answers: Vec<u64>,
    /// The last thread of a block first.
    is_descending: bool,
}

/// Arguments of a kernel.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    bytes: Vec<u8>,
    count: u32,
}

impl Orders {
    /// None yet. `is_descending`: the last thread of each block goes first.
    pub(crate) fn new(is_descending: bool) -> Self {
        Self { is_descending, ..Self::default() }
    }

    /// Memory of so many bytes.
    pub(crate) fn allocate(&mut self, bytes: u64) -> Memory {
        self.bytes.push(b'a');
        self.bytes.extend(bytes.to_le_bytes());
        self.bytes.push(0);
        self.lengths.push(bytes);
        Memory(self.lengths.len() as u64 - 1)
    }

    /// Memory that holds these bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Memory {
        let memory = self.allocate(bytes.len() as u64);
        self.bytes.push(b'w');
        self.bytes.extend(memory.0.to_le_bytes());
        self.bytes.extend(bytes);
        memory
    }

    /// Asks for what it holds.
    pub(crate) fn read(&mut self, memory: Memory) {
        self.bytes.push(b'r');
        self.bytes.extend(memory.0.to_le_bytes());
        self.answers.extend(usize::try_from(memory.0).ok().and_then(|at| self.lengths.get(at)));
    }

    /// Starts a kernel.
    pub(crate) fn start(&mut self, kernel: &str, blocks: u32, given: &Given) {
        self.bytes.push(b's');
        self.bytes.extend((kernel.len() as u32).to_le_bytes());
        self.bytes.extend(kernel.as_bytes());
        self.bytes.extend(blocks.to_le_bytes());
        self.bytes.extend(THREADS.to_le_bytes());
        self.bytes.push(u8::from(self.is_descending));
        self.bytes.extend(given.count.to_le_bytes());
        self.bytes.extend(&given.bytes);
    }

    /// All of them as bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl Given {
    fn add<const N: usize>(&mut self, kind: u8, bytes: [u8; N]) {
        self.count += 1;
        self.bytes.push(kind);
        self.bytes.extend(bytes);
    }

    pub(crate) fn memory(&mut self, memory: Memory) {
        self.add(b'p', memory.0.to_le_bytes());
    }

    pub(crate) fn double(&mut self, number: f64) {
        self.add(b'd', number.to_le_bytes());
    }

    pub(crate) fn int(&mut self, number: i32) {
        self.add(b'i', number.to_le_bytes());
    }

    pub(crate) fn long(&mut self, number: u64) {
        self.add(b'l', number.to_le_bytes());
    }

    /// An array as the judge's kernels see it.
    pub(crate) fn array(&mut self, memory: Memory, plan: &ArrayPlan) -> Result<(), VerifyError> {
        if plan.shape.len() > MOST_AXES || plan.shape.len() != plan.strides.len() {
            let what = "an array has at most six axes, and a stride for each";
            return Err(VerifyError::Array { array: plan.name.clone(), what });
        }
        self.add(b'A', memory.0.to_le_bytes());
        self.bytes.extend(plan.dtype.code().to_le_bytes());
        self.bytes.extend((plan.shape.len() as i32).to_le_bytes());
        for number in plan.shape.iter().chain(&plan.strides) {
            self.bytes.extend(number.to_le_bytes());
        }
        Ok(())
    }
}
