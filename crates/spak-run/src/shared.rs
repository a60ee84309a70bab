//! Memory that the judge and one candidate both map.

use std::os::fd::{AsRawFd, OwnedFd};

use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};

use crate::error::RunError;

/// An anonymous file of fixed size, mapped for reading and writing.
///
/// Its size is sealed: a candidate that shrank it could otherwise crash the judge.
/// The judge only ever copies bytes in and out; it holds no reference into memory that another
/// process may be writing.
pub(crate) struct SharedMemory {
    file: OwnedFd,
    map: MmapRaw,
}

impl SharedMemory {
    /// `bytes` zero bytes.
    pub(crate) fn new(bytes: usize) -> Result<Self, RunError> {
        let failed = |source: std::io::Error| RunError::Memory { bytes: bytes as u64, source };
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = memfd_create("spak-buffers", flags).map_err(|e| failed(e.into()))?;
        ftruncate(&file, bytes as u64).map_err(|e| failed(e.into()))?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(|e| failed(e.into()))?;
        let map = MmapOptions::new().len(bytes).map_raw(&file).map_err(failed)?;
        Ok(Self { file, map })
    }

    /// The descriptor's number in this process.
    pub(crate) fn descriptor(&self) -> i32 {
        self.file.as_raw_fd()
    }

    /// Copies `count` words from byte `offset` on (a multiple of four); shorter at the end of the file.
    pub(crate) fn read(&self, offset: usize, count: usize) -> Vec<u32> {
        let count = count.min(self.map.len().saturating_sub(offset) / 4);
        let mut words = vec![0u32; count];
        #[expect(unsafe_code, reason = "copying out of memory another process maps")]
        // SAFETY: `offset + 4·count <= len` by the line above, the vector has room for `count` words,
        // and the two do not overlap. The source may change under the copy, which yields arbitrary
        // words but no invalid ones: every bit pattern is a `u32`.
        unsafe {
            std::ptr::copy_nonoverlapping(
                self.map.as_ptr().add(offset),
                words.as_mut_ptr().cast::<u8>(),
                4 * count,
            );
        }
        words
    }

    /// Copies `words` to byte `offset` (a multiple of four); what does not fit is dropped.
    pub(crate) fn write(&self, offset: usize, words: &[u32]) {
        let count = words.len().min(self.map.len().saturating_sub(offset) / 4);
        #[expect(unsafe_code, reason = "copying into memory another process maps")]
        // SAFETY: `offset + 4·count <= len` and `count <= words.len()` by the line above; the map is
        // writable, lives as long as `self`, and no Rust reference into it exists.
        unsafe {
            std::ptr::copy_nonoverlapping(
                words.as_ptr().cast::<u8>(),
                self.map.as_mut_ptr().add(offset),
                4 * count,
            );
        }
    }

    /// Writes `word` `count` times from byte `offset` on.
    pub(crate) fn fill(&self, offset: usize, count: usize, word: u32) {
        const PIECE: usize = 4096;
        let piece = vec![word; PIECE.min(count)];
        for start in (0..count).step_by(PIECE) {
            let length = PIECE.min(count - start);
            self.write(offset + 4 * start, piece.get(..length).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SharedMemory;

    #[test]
    fn what_is_written_is_read_and_the_end_is_kept() {
        let memory = SharedMemory::new(64).unwrap();
        memory.write(56, &[1, 2, 3, 4]);
        assert_eq!(memory.read(52, 10), [0, 1, 2]);
        memory.fill(0, 100, 7);
        assert_eq!(memory.read(0, 100), [7; 16]);
        assert!(memory.read(1000, 1).is_empty());
    }
}
