//! What a block may take on an architecture.

use crate::read::Kernel;

/// What one block may take, and a processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of shared memory of a block that asks for as many as it may.
    pub shared: u64,
    /// Registers of a processor.
    pub registers: u32,
    /// Threads of a block.
    pub threads: u32,
    /// Warps of a processor.
    pub warps: u32,
    /// Blocks of a processor.
    pub blocks: u32,
}

/// Bytes of shared memory that the system takes for each block from compute capability 8.0 on.
const RESERVED: u64 = 1024;
/// Shared memory is given to blocks in units of so many bytes.
const SHARED_UNIT: u64 = 128;
/// Warps of a block are given room in units of so many: one for each part of a processor.
const WARP_UNIT: u32 = 4;

/// The limits of an architecture by its number (90 for `sm_90`); none for one that is not known.
///
/// CUDA C++ Programming Guide, "Compute Capabilities", technical specifications: maximum amount of shared memory per thread
/// block, number of 32-bit registers per SM, maximum number of threads per block, of resident warps and of resident blocks per SM.
pub fn limits(architecture: u32) -> Option<Limits> {
    let (kibibytes, warps, blocks) = match architecture {
        80 => (163, 64, 32),
        86 | 88 => (99, 48, 16),
        87 => (163, 48, 16),
        89 => (99, 48, 24),
        90 | 100 | 103 => (227, 64, 32),
        101 | 110 => (227, 48, 24),
        120 | 121 => (99, 48, 24),
        _ => return None,
    };
    let shared = kibibytes * 1024;
    Some(Limits { shared, registers: 64 * 1024, threads: 1024, warps, blocks })
}

impl Limits {
    /// Why a kernel cannot run under these limits; nothing if it can.
    pub fn obstacle(&self, kernel: &Kernel) -> Option<String> {
        if kernel.shared > self.shared {
            return Some(format!(
                "a block needs {} bytes of shared memory, and may have {}",
                kernel.shared, self.shared
            ));
        }
        let threads = kernel.threads.map(|axes| axes.iter().product::<u32>())?;
        if threads > self.threads {
            return Some(format!("a block has {threads} threads, and may have {}", self.threads));
        }
        // Registers are given to warps in units of 256.
        let of_warp = (kernel.registers? * 32).next_multiple_of(256);
        let needed = of_warp.saturating_mul(threads.div_ceil(32));
        (needed > self.registers)
            .then(|| format!("a block needs {needed} registers, and there are {}", self.registers))
    }

    /// How many blocks of a kernel a processor holds at once; none if the binary does not say what they need.
    ///
    /// As NVIDIA's occupancy calculator counts (`cuda_occupancy.h`): a processor has as much shared memory as its largest block
    /// may have and what is reserved for one, registers are given to warps in units of 256.
    pub fn resident(&self, kernel: &Kernel) -> Option<u32> {
        let threads = kernel.threads.map(|axes| axes.iter().product::<u32>())?.max(1);
        let warps = threads.div_ceil(32);
        let of_warp = (kernel.registers?.max(1) * 32).next_multiple_of(256);
        // Each of the four parts of a processor has a fourth of the registers.
        let by_registers = self.registers / WARP_UNIT / of_warp * WARP_UNIT / warps;
        let of_block = kernel.shared.next_multiple_of(SHARED_UNIT) + RESERVED;
        let by_shared = (self.shared + RESERVED) / of_block;
        let by_shared = u32::try_from(by_shared).unwrap_or(u32::MAX);
        Some(by_registers.min(by_shared).min(self.warps / warps).min(self.blocks))
    }
}

#[cfg(test)]
mod tests {
    use super::limits;
    use crate::read::Kernel;

    fn kernel(registers: u32, shared: u64, threads: u32) -> Kernel {
        Kernel {
            registers: Some(registers),
            shared,
            threads: Some([threads, 1, 1]),
            ..Kernel::default()
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let hopper = limits(90).unwrap();
        assert_eq!(hopper.obstacle(&kernel(255, 232_448, 256)), None);
        assert!(hopper.obstacle(&kernel(32, 232_449, 256)).unwrap().contains("shared"));
        assert_eq!(hopper.obstacle(&kernel(128, 0, 512)), None);
        assert!(hopper.obstacle(&kernel(129, 0, 512)).unwrap().contains("69632 registers"));
        assert!(hopper.obstacle(&kernel(16, 0, 1056)).unwrap().contains("1056 threads"));
        assert!(limits(120).unwrap().obstacle(&kernel(32, 102_400, 128)).is_some());
        assert_eq!(limits(70), None);
    }

    #[test]
    fn as_many_blocks_are_held_as_there_is_room_for() {
        let hopper = limits(90).unwrap();
        let held =
            |registers, shared, threads| hopper.resident(&kernel(registers, shared, threads));
        // Attention with tiles of 64 by 128: two, by registers and by shared memory.
        assert_eq!(held(128, 83_040, 256), Some(2));
        // 128 bytes too many for two, though half of a processor's shared memory is more.
        assert_eq!(held(128, 115_840, 256), Some(1));
        assert_eq!(held(128, 115_712, 256), Some(2));
        assert_eq!(held(255, 99_600, 256), Some(1));
        assert_eq!(held(168, 0, 384), Some(1));
        assert_eq!(held(32, 0, 1024), Some(2));
        assert_eq!(held(16, 0, 32), Some(32));
        assert_eq!(held(0, 0, 0), Some(32));
        assert_eq!(limits(120).unwrap().resident(&kernel(32, 0, 128)), Some(12));
    }
}
