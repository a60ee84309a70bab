//! The stable names under which candidates are rejected; traces and learnt facts refer to them.

/// The compiler refused the source.
pub const COMPILE_ERROR: &str = "compile-error";
/// The artifact asks for a compiler flag outside the allowed kinds.
pub const FORBIDDEN_FLAG: &str = "forbidden-flag";
/// It (or the compiler) took longer than it may.
pub const TIMEOUT: &str = "timeout";
/// The program could not be started at all.
pub const NOT_STARTED: &str = "not-started";
/// `spak_abi_version` is not the one this judge speaks.
pub const ABI_VERSION: &str = "abi-version";
/// `spak_workspace_bytes` is negative.
pub const BAD_WORKSPACE: &str = "bad-workspace";
/// An allocation was refused, or the system killed the program for its memory.
pub const OUT_OF_MEMORY: &str = "out-of-memory";
/// A signal ended the program.
pub const CRASH: &str = "crash";
/// The program ended by itself before it was told to.
pub const EARLY_EXIT: &str = "early-exit";
/// It made a system call that candidates have no use for (a socket, a process, a file to write).
pub const FORBIDDEN_CALL: &str = "forbidden-call";
/// Something other than the harness's answers came over standard output.
pub const PROTOCOL_VIOLATION: &str = "protocol-violation";
/// It wrote more to standard output or standard error than is kept.
pub const OUTPUT_FLOOD: &str = "output-flood";
/// `spak_run` returned something other than zero.
pub const KERNEL_ERROR: &str = "kernel-error";
/// An element of an output still has the value the judge put there before the call.
pub const OUTPUT_NOT_WRITTEN: &str = "output-not-written";
/// An output differs from the reference by more than the arithmetic explains.
pub const WRONG_RESULT: &str = "wrong-result";
/// It was right when it was first asked, and answered changed inputs as if they were the old ones.
pub const CACHED_RESULT: &str = "cached-result";
/// An input was changed.
pub const INPUT_MODIFIED: &str = "input-modified";
/// Memory between the buffers was changed.
pub const OUT_OF_BOUNDS_WRITE: &str = "out-of-bounds-write";
/// The program's own clock and the judge's disagree.
pub const TIMER_MISMATCH: &str = "timer-mismatch";
/// No such machine can do that many operations in that time.
pub const IMPOSSIBLE_TIME: &str = "impossible-time";
/// A sanitizer found something; only programs that were built with sanitizers are rejected for this.
pub const SANITIZER: &str = "sanitizer";
