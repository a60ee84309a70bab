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
}

/// The limits of an architecture by its number (90 for `sm_90`); none for one that is not known.
///
/// CUDA C++ Programming Guide, "Compute Capabilities", technical specifications: maximum amount of shared memory per thread
/// block, number of 32-bit registers per SM, maximum number of threads per block.
pub fn limits(architecture: u32) -> Option<Limits> {
    let kibibytes = match architecture {
        80 | 87 => 163,
        86 | 89 | 120 | 121 => 99,
        88 => 99,
        90 | 100 | 101 | 103 | 110 => 227,
        _ => return None,
    };
    Some(Limits { shared: kibibytes * 1024, registers: 64 * 1024, threads: 1024 })
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
}
