//! What the caller decides: compiler, limits, how much to check and how long to time.

use std::path::PathBuf;
use std::time::Duration;

use spak_records::Problem;

/// How a program is made to limit itself before it becomes the child.
///
/// SPAK starts `program args… REQUEST`; that program must hand its last argument to
/// [`crate::sandbox::enter`]. For the `spak` binary itself this is `spak __sandbox REQUEST`.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// The program that calls [`crate::sandbox::enter`].
    pub program: PathBuf,
    /// Arguments that lead it there.
    pub args: Vec<String>,
}

/// Limits of one child process.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Address space in bytes beyond the shared buffers.
    pub memory_bytes: u64,
    /// Processor seconds over all threads.
    pub cpu_seconds: u64,
    /// Largest file in bytes it may make (the compiler only; candidates may make none).
    pub file_bytes: u64,
    /// Open file descriptors.
    pub open_files: u64,
    /// Processes and threads of the user together.
    pub processes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 8 << 30,
            cpu_seconds: 900,
            file_bytes: 1 << 28,
            open_files: 256,
            processes: 8192,
        }
    }
}

/// Which compiler, with which flags.
#[derive(Clone, Debug)]
pub struct CompilerOptions {
    /// Command, looked up in `PATH`.
    pub command: String,
    /// Flags of every candidate, before the artifact's own.
    pub flags: Vec<String>,
    /// Build with the address and undefined-behaviour sanitizers. Such a program is for checks: it is
    /// slow, and its address space cannot be limited.
    pub sanitize: bool,
    /// Wall-clock limit of one compilation.
    pub timeout: Duration,
    /// Limits of the compiler's process.
    pub limits: Limits,
}

impl Default for CompilerOptions {
    fn default() -> Self {
        let flags = "-std=c11 -O3 -march=native -fno-math-errno -ffp-contract=fast -Wall -Wextra";
        Self {
            command: "cc".to_owned(),
            flags: flags.split(' ').map(str::to_owned).collect(),
            sanitize: false,
            timeout: Duration::from_secs(60),
            limits: Limits { memory_bytes: 4 << 30, cpu_seconds: 120, ..Limits::default() },
        }
    }
}

/// How much is compared with the reference.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// Wall-clock limit of one call; a large problem has more, see [`CheckOptions::call_limit`].
    pub call_timeout: Duration,
    /// Wall-clock limit from the start of the process to its first answer.
    pub start_timeout: Duration,
    /// Multiply-add operations the reference may spend on one call; beyond that, rows drawn after
    /// the call are compared instead of all.
    pub reference_operations: u64,
    /// Bytes of shared buffers allowed for one process.
    pub buffer_limit: u64,
    /// Also check the problem that is timed (its own sizes), not only the small ones.
    pub timed_problem: bool,
}

/// Floating-point operations per second below which a candidate counts as hanging: less than a chain of
/// dependent scalar operations does on one core.
const SLOWEST: f64 = 2e8;

impl CheckOptions {
    /// Wall-clock limit of one call on `problem`.
    #[must_use]
    pub fn call_limit(&self, problem: &Problem) -> Duration {
        let slow = Duration::try_from_secs_f64(problem.flops() / SLOWEST).unwrap_or(Duration::MAX);
        self.call_timeout.max(slow)
    }
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            call_timeout: Duration::from_secs(20),
            start_timeout: Duration::from_secs(20),
            reference_operations: 1 << 24,
            buffer_limit: 4 << 30,
            timed_problem: true,
        }
    }
}

/// How long and how often is timed.
#[derive(Clone, Debug)]
pub struct TimeOptions {
    /// How often both programs are started anew, with samples spread evenly over the starts: where
    /// the system happens to place memory changes times by a few per cent for a whole process.
    pub launches: u32,
    /// Least wall-clock time of calls before the first sample (at least one call is made).
    pub warm_up: Duration,
    /// Samples that are taken even when the budget is spent, unless the candidate is hopeless.
    pub min_samples: u32,
    /// Samples after which no more are taken.
    pub max_samples: u32,
    /// Wall-clock time for the samples of one trial, incumbent and verification included.
    pub budget: Duration,
    /// Calls are batched until a sample lasts at least this long.
    pub min_sample: Duration,
    /// Bytes of all buffer sets of one batch; bounds the number of calls in a sample.
    pub batch_bytes: u64,
    /// Before every sample the judge writes this many bytes of its own, to push the data out of the
    /// shared cache; `None`: caches are warm.
    pub flush_bytes: Option<usize>,
    /// Most float operations a second that are possible; `None`: a generous estimate from the device
    /// (64 a cycle and core at 6 GHz).
    pub peak_flops: Option<f64>,
    /// A candidate whose fastest sample is this many times slower than the incumbent's slowest is
    /// timed no longer than `hopeless_samples`.
    pub hopeless_ratio: f64,
    /// See `hopeless_ratio`; six is the least number for which a 95 % interval exists.
    pub hopeless_samples: u32,
}

impl Default for TimeOptions {
    fn default() -> Self {
        Self {
            launches: 3,
            warm_up: Duration::from_millis(30),
            min_samples: 15,
            max_samples: 99,
            budget: Duration::from_millis(1000),
            min_sample: Duration::from_millis(5),
            batch_bytes: 16 << 20,
            flush_bytes: None,
            peak_flops: None,
            hopeless_ratio: 1.5,
            hopeless_samples: 6,
        }
    }
}

/// Everything about running candidates.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How children are limited.
    pub sandbox: Sandbox,
    /// Limits of a candidate's process.
    pub limits: Limits,
    /// How much is checked.
    pub check: CheckOptions,
    /// How long is timed.
    pub time: TimeOptions,
    /// Seed of the inputs; `None`: drawn from the system, so that no candidate can know it. It is
    /// recorded either way.
    pub seed: Option<u64>,
}

impl RunOptions {
    /// Defaults with `sandbox`.
    pub fn new(sandbox: Sandbox) -> Self {
        Self {
            sandbox,
            limits: Limits::default(),
            check: CheckOptions::default(),
            time: TimeOptions::default(),
            seed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use spak_records::Problem;

    use super::CheckOptions;

    #[test]
    fn a_large_problem_may_take_longer() {
        let options = CheckOptions::default();
        let small = Problem::Matmul { m: 64, n: 64, k: 64 };
        assert_eq!(options.call_limit(&small), options.call_timeout);
        let large = Problem::Matmul { m: 4000, n: 4000, k: 4000 };
        assert_eq!(options.call_limit(&large), Duration::from_secs(640));
        let absurd = Problem::Matmul { m: 1 << 40, n: 1 << 40, k: 1 << 40 };
        assert!(options.call_limit(&absurd) > Duration::from_secs(1 << 40));
    }
}
