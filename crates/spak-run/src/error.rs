//! What SPAK itself could not do. A candidate's failure is never an error: it is a rejection.

use std::io;
use std::path::PathBuf;

/// Why no verdict about a candidate was possible.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No C compiler could be started.
    #[error(
        "no C compiler: `{command}` cannot be started ({reason}); install gcc or clang, or name one with `--cc`"
    )]
    NoCompiler {
        /// The command that was tried.
        command: String,
        /// What the system said.
        reason: String,
    },
    /// The C compiler failed, and not because of what it was given.
    #[error(
        "the C compiler `{command}` fails without naming an error of the source: {messages}; see whether it compiles anything, or name another one with `--cc`"
    )]
    CompilerFailed {
        /// The command.
        command: String,
        /// What it said.
        messages: String,
    },
    /// A file or folder could not be written or read.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried (`write`).
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The memory that judge and candidate share could not be made.
    #[error("cannot make {bytes} bytes of shared memory")]
    Memory {
        /// How much was wanted.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The operator is none of those that this judge has a reference for.
    #[error("the operator `{0}` runs on a GPU only; there is no judge for it on a CPU")]
    NoReference(String),
    /// The problem's buffers do not fit the address space or the limit of the options.
    #[error("the problem needs {bytes} bytes of buffers, but the limit is {limit}")]
    TooLarge {
        /// How much the problem needs.
        bytes: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The program that limits itself and becomes the candidate did not do so.
    #[error("the sandbox program {program} did not start the child: {reason}")]
    Sandbox {
        /// The program.
        program: PathBuf,
        /// What it said, or what the system said.
        reason: String,
    },
    /// A system call on a child failed in a way that is not the child's doing.
    #[error("cannot {action} the child process")]
    Process {
        /// What was tried (`wait for`).
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The caller's flag asked to stop.
    #[error("interrupted")]
    Cancelled,
}
