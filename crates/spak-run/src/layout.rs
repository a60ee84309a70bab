//! Where each buffer lies in the shared memory.
//!
//! A header page, then `slots` equal slots. A slot holds every input and output once, each 64-byte
//! aligned, with a guard zone before and after; everything in a slot that is not a buffer is guard.
//! Starts are staggered by a few cache lines so that equal rows of different buffers do not fall into
//! the same cache set.

use spak_records::Problem;

use crate::error::RunError;

/// Bytes of the header; see `struct header` in the harness.
pub(crate) const HEADER_BYTES: usize = 4096;
const LINE: usize = 64;
const GUARD: usize = 1024;
const STAGGER_LINES: usize = 5;
const MAX_BUFFERS: usize = 8;
const MAX_DIMS: usize = 16;
const MAGIC: u64 = 0x3152_444b_4150_5331;
/// Byte offset of the word in which the harness leaves the size of a refused allocation.
pub(crate) const FAILED_ALLOCATION: usize = 72;

/// One buffer of a slot.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    pub(crate) name: &'static str,
    /// Bytes from the start of the slot.
    pub(crate) offset: usize,
    /// Number of 4-byte elements.
    pub(crate) elements: usize,
}

impl Buffer {
    fn end(&self) -> usize {
        self.offset + 4 * self.elements
    }
}

/// Places of all buffers.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) inputs: Vec<Buffer>,
    pub(crate) outputs: Vec<Buffer>,
    pub(crate) slots: usize,
    pub(crate) stride: usize,
    pub(crate) total: usize,
    dims: Vec<i64>,
}

impl Layout {
    /// The layout of `problem` with `slots` sets of buffers.
    ///
    /// # Errors
    /// `TooLarge` when it would need more than `limit` bytes.
    pub(crate) fn new(problem: &Problem, slots: usize, limit: u64) -> Result<Self, RunError> {
        if let Problem::Operator(problem) = problem {
            return Err(RunError::NoReference(problem.operator.clone()));
        }
        let too_large = |bytes: u64| RunError::TooLarge { bytes, limit };
        let mut position = GUARD;
        let mut index = 0;
        let mut place = |(name, elements): (&'static str, u64)| -> Result<Buffer, RunError> {
            let bytes = elements.saturating_mul(4);
            if bytes > limit {
                return Err(too_large(bytes));
            }
            let elements = usize::try_from(elements).map_err(|_| too_large(bytes))?;
            let offset = position.next_multiple_of(LINE) + LINE * STAGGER_LINES * index;
            index += 1;
            position = offset + 4 * elements + GUARD;
            Ok(Buffer { name, offset, elements })
        };
        let inputs = problem.inputs().into_iter().map(&mut place).collect::<Result<Vec<_>, _>>()?;
        let outputs =
            problem.outputs().into_iter().map(&mut place).collect::<Result<Vec<_>, _>>()?;
        let stride = position.next_multiple_of(LINE) + LINE * STAGGER_LINES;
        let total = stride
            .checked_mul(slots)
            .and_then(|bytes| bytes.checked_add(HEADER_BYTES))
            .filter(|bytes| *bytes as u64 <= limit)
            .ok_or_else(|| too_large((stride as u64).saturating_mul(slots as u64)))?;
        Ok(Self { inputs, outputs, slots, stride, total, dims: problem.dims() })
    }

    /// First byte of `slot` in the file.
    pub(crate) fn slot(&self, slot: usize) -> usize {
        HEADER_BYTES + slot * self.stride
    }

    /// Start and end byte of each guard zone of a slot, from the slot's start, with the names of the
    /// buffers it lies between.
    pub(crate) fn guards(&self) -> Vec<(usize, usize, String)> {
        let buffers: Vec<&Buffer> = self.inputs.iter().chain(&self.outputs).collect();
        let mut guards = Vec::with_capacity(buffers.len() + 1);
        let mut start = 0;
        let mut before: Option<&str> = None;
        for buffer in &buffers {
            let place = before.map_or_else(
                || format!("before {}", buffer.name),
                |name| format!("between {name} and {}", buffer.name),
            );
            guards.push((start, buffer.offset, place));
            start = buffer.end();
            before = Some(buffer.name);
        }
        guards.push((start, self.stride, format!("after {}", before.unwrap_or("nothing"))));
        guards
    }

    /// The header page as words; `workspace_limit` in bytes.
    pub(crate) fn header(&self, workspace_limit: u64) -> Vec<u32> {
        let mut words: Vec<u64> = vec![
            MAGIC,
            self.total as u64,
            self.slots as u64,
            self.stride as u64,
            HEADER_BYTES as u64,
            self.inputs.len() as u64,
            self.outputs.len() as u64,
            self.dims.len() as u64,
            workspace_limit,
        ];
        words.resize(16, 0);
        words.extend(self.dims.iter().map(|d| d.cast_unsigned()));
        words.resize(16 + MAX_DIMS, 0);
        words.extend(self.inputs.iter().map(|b| b.offset as u64));
        words.resize(16 + MAX_DIMS + MAX_BUFFERS, 0);
        words.extend(self.outputs.iter().map(|b| b.offset as u64));
        words.resize(HEADER_BYTES / 8, 0);
        words
            .iter()
            .flat_map(|word| {
                let [a, b, c, d, e, f, g, h] = word.to_ne_bytes();
                [u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;
    use spak_records::Problem;

    #[test]
    fn guards_and_buffers_tile_the_slot() {
        let layout = Layout::new(&Problem::Matmul { m: 3, n: 5, k: 7 }, 4, 1 << 20).unwrap();
        let mut pieces: Vec<(usize, usize)> =
            layout.guards().iter().map(|(start, end, _)| (*start, *end)).collect();
        assert!(pieces.iter().all(|(start, end)| end - start >= 1024 / 2), "{pieces:?}");
        for buffer in layout.inputs.iter().chain(&layout.outputs) {
            assert_eq!(buffer.offset % 64, 0);
            pieces.push((buffer.offset, buffer.offset + 4 * buffer.elements));
        }
        pieces.sort_unstable();
        let mut at = 0;
        for (start, end) in pieces {
            assert_eq!(start, at);
            at = end;
        }
        assert_eq!(at, layout.stride);
        assert!(
            Layout::new(&Problem::Matmul { m: 1 << 31, n: 1 << 31, k: 1 << 31 }, 1, 1 << 30)
                .is_err()
        );
    }
}
