//! The judge's view of the buffers: its own copy of the inputs, and what it put everywhere else.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use spak_records::Problem;

use crate::fault::Fault;
use crate::inputs::{Distribution, draw, flip_signs, row_width};
use crate::layout::Layout;
use crate::reason;
use crate::shared::SharedMemory;

/// Slots in shared memory together with what the judge knows about them.
pub(crate) struct CandidateMemory {
    pub(crate) memory: SharedMemory,
    pub(crate) layout: Layout,
    problem: Problem,
    /// `[slot][buffer]`.
    inputs: Vec<Vec<Vec<f32>>>,
    distributions: Vec<Distribution>,
    /// A NaN that only the judge knows beforehand, in every output element before a call.
    poison: u32,
    guard: u32,
}

impl CandidateMemory {
    /// Draws the inputs of every slot (slot `i` with `distributions[i]`, the last one repeated) and
    /// writes inputs, guards and poison.
    pub(crate) fn new(
        problem: &Problem,
        layout: Layout,
        distributions: &[Distribution],
        rng: &mut ChaCha8Rng,
    ) -> Result<Self, crate::error::RunError> {
        let memory = SharedMemory::new(layout.total)?;
        let distributions: Vec<Distribution> = (0..layout.slots)
            .map(|slot| {
                let last = distributions.last().copied().unwrap_or(Distribution::Normal);
                distributions.get(slot).copied().unwrap_or(last)
            })
            .collect();
        let inputs = distributions.iter().map(|how| draw(problem, *how, rng)).collect();
        // Quiet NaNs whose payloads differ from each other and from the NaN that arithmetic makes.
        let poison = 0x7fc0_0001 | rng.next_u32() & 0x803f_fffc;
        let guard = 0x7fc0_0002 | rng.next_u32() & 0x803f_fffc;
        let this =
            Self { memory, layout, problem: problem.clone(), inputs, distributions, poison, guard };
        for slot in 0..this.layout.slots {
            this.write_guards(slot);
            this.write_inputs(slot);
            this.poison(slot);
        }
        Ok(this)
    }

    /// The judge's copy of the inputs of `slot`.
    pub(crate) fn inputs(&self, slot: usize) -> &[Vec<f32>] {
        self.inputs.get(slot).map_or(&[], Vec::as_slice)
    }

    /// How the inputs of `slot` were drawn.
    pub(crate) fn distribution(&self, slot: usize) -> Distribution {
        self.distributions.get(slot).copied().unwrap_or(Distribution::Normal)
    }

    /// The bit pattern that outputs have before a call.
    pub(crate) fn poison_word(&self) -> u32 {
        self.poison
    }

    /// Flips random signs in all inputs of `slot`.
    pub(crate) fn change_all(&mut self, slot: usize, rng: &mut ChaCha8Rng) {
        for values in self.inputs.get_mut(slot).into_iter().flatten() {
            flip_signs(values, rng);
        }
        self.write_inputs(slot);
    }

    /// Redraws one row of each input of `slot` and leaves the rest; returns the changed row of each
    /// input. A candidate that recognises old inputs by a few samples does not see the difference.
    pub(crate) fn change_one_row(&mut self, slot: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let mut changed = Vec::new();
        for (index, values) in self.inputs.get_mut(slot).into_iter().flatten().enumerate() {
            let width = row_width(&self.problem, index);
            let row = rng.random_range(0..(values.len() / width).max(1));
            let scale = values.iter().take(64).fold(0.5f32, |m, v| m.max(v.abs()));
            for value in values.iter_mut().skip(row * width).take(width) {
                *value = scale * (rng.random::<f32>() - 0.5);
            }
            changed.push(row);
        }
        self.write_inputs(slot);
        changed
    }

    /// Puts the poison into every output element of `slot`.
    pub(crate) fn poison(&self, slot: usize) {
        for buffer in &self.layout.outputs {
            self.memory.fill(self.layout.slot(slot) + buffer.offset, buffer.elements, self.poison);
        }
    }

    /// Elements `start..start + count` of output `index` of `slot`, as bits.
    pub(crate) fn output(&self, slot: usize, index: usize, start: usize, count: usize) -> Vec<u32> {
        let Some(buffer) = self.layout.outputs.get(index) else { return Vec::new() };
        let count = count.min(buffer.elements.saturating_sub(start));
        self.memory.read(self.layout.slot(slot) + buffer.offset + 4 * start, count)
    }

    /// A fault if an input of `slot` is not what the judge wrote.
    pub(crate) fn verify_inputs(&self, slot: usize) -> Result<(), Fault> {
        for (buffer, own) in self.layout.inputs.iter().zip(self.inputs(slot)) {
            let found = self.memory.read(self.layout.slot(slot) + buffer.offset, buffer.elements);
            if let Some(at) = found.iter().zip(own).position(|(f, o)| *f != o.to_bits()) {
                return Err(Fault::new(
                    reason::INPUT_MODIFIED,
                    format!("element {at} of input {} was changed by the call", buffer.name),
                ));
            }
        }
        Ok(())
    }

    /// A fault if memory between the buffers of `slot` is not what the judge wrote.
    pub(crate) fn verify_guards(&self, slot: usize) -> Result<(), Fault> {
        for (start, end, place) in self.layout.guards() {
            let found = self.memory.read(self.layout.slot(slot) + start, (end - start) / 4);
            if let Some(at) = found.iter().position(|word| *word != self.guard) {
                return Err(Fault::new(
                    reason::OUT_OF_BOUNDS_WRITE,
                    format!("memory {place} was changed ({} bytes from its start)", 4 * at),
                ));
            }
        }
        Ok(())
    }

    /// A fault if one of `tries` random elements of each output of `slot` was not written.
    pub(crate) fn probe_written(
        &self,
        slot: usize,
        tries: usize,
        rng: &mut ChaCha8Rng,
    ) -> Result<(), Fault> {
        for (index, buffer) in self.layout.outputs.iter().enumerate() {
            for _ in 0..tries {
                let at = rng.random_range(0..buffer.elements.max(1));
                if self.output(slot, index, at, 1).first() == Some(&self.poison) {
                    return Err(Fault::new(
                        reason::OUTPUT_NOT_WRITTEN,
                        format!(
                            "element {at} of output {} was not written by a timed call",
                            buffer.name
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    fn write_inputs(&self, slot: usize) {
        for (buffer, values) in self.layout.inputs.iter().zip(self.inputs(slot)) {
            let words: Vec<u32> = values.iter().map(|v| v.to_bits()).collect();
            self.memory.write(self.layout.slot(slot) + buffer.offset, &words);
        }
    }

    fn write_guards(&self, slot: usize) {
        for (start, end, _) in self.layout.guards() {
            self.memory.fill(self.layout.slot(slot) + start, (end - start) / 4, self.guard);
        }
    }
}
