//! Compile a generated C artifact, run it in its own limited process, check it against a float64
//! reference that never is in that process, then time it believably.
//!
//! # Three levels of trust
//! The *judge* is this library in the caller's process. The *candidate* is foreign code: it is
//! compiled together with `harness/harness.c` and runs as a child under limits ([`sandbox`]). The
//! *reference* is computed by the judge from its own copy of the inputs. Everything that the child
//! says is a claim; the judge believes its own clock, its own copy of the data, and the exit status
//! that the kernel reports.
//!
//! # The C interface of a candidate
//! ```c
//! int64_t spak_abi_version(void);                      // 1
//! int64_t spak_workspace_bytes(const int64_t *dims);   // scratch, 64-byte aligned, contents undefined
//! int     spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace);
//! ```
//! Buffers are `float`, row-major, 64-byte aligned, as [`spak_records::Problem`] lists them.
//!
//! # What happens to a candidate
//! 1. [`compile()`]: time, memory and output of the compiler are limited; it may write in its build
//!    folder only.
//! 2. [`check()`]: one process for each problem (ragged ones first, the timed one last), inputs of
//!    several distributions, outputs filled with a NaN before, guard zones around every buffer, dirty
//!    workspace. Every element is compared where that is affordable, otherwise rows that are drawn
//!    after the call. Inputs are then changed in place, wholly and in one row, and the call repeated,
//!    which finds answers that were kept from before.
//! 3. [`time()`]: candidate and incumbent live at the same time and take turns (A B B A); whoever is
//!    not timed is stopped by a signal, threads included, so it neither disturbs nor works ahead.
//!    While it is stopped the judge changes the inputs of every call of the next sample, poisons the
//!    outputs, and afterwards compares rows of a random call. A batch has a buffer set of its own for
//!    each of its calls, so no call can be skipped or answered from another.
//!
//! Times are the judge's wall clock around one round trip over a pipe, divided by the number of
//! calls. Nothing is subtracted; the empty round trip is measured beside and reported. Caches are
//! warm as far as the last level unless [`TimeOptions::flush_bytes`] says otherwise: the judge has
//! just written the inputs, so they come from the shared cache and not from the core's own. Cores are
//! kept awake while it writes them, because the first call on a sleeping core measures its waking up.

mod awake;
mod candidate_memory;
mod check;
mod child;
mod compile;
mod confined;
mod device;
mod error;
mod fault;
mod inputs;
mod layout;
mod options;
pub mod reason;
mod record;
pub mod reference;
pub mod sandbox;
mod session;
mod shapes;
mod shared;
mod statistics;
mod timing;
mod toolchain;
mod trial;
mod verify;

pub use check::{CheckReport, check};
pub use compile::{Compiled, Program, compile};
pub use confined::{Confined, Ended, confined};
pub use device::detect_device;
pub use error::RunError;
pub use inputs::Distribution;
pub use options::{CheckOptions, CompilerOptions, Limits, RunOptions, Sandbox, TimeOptions};
pub use record::Timed;
pub use sandbox::Isolation;
pub use shapes::checked_problems;
pub use statistics::{Summary, summarize};
pub use timing::{TimeReport, time};
pub use toolchain::detect_toolchain;
pub use trial::{
    Incumbent, JUDGE_VERSION, Progress, TrialReport, TrialRequest, run_trial, trial_key,
};
