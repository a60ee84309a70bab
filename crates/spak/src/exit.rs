//! How the program ends: 0 done and nothing wrong, 1 done and problems were found, 2 could not be done,
//! 70 a bug in SPAK. A closed pipe is 0.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// How a verb ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing is wrong.
    Fine,
    /// It was done, and problems were found.
    Problems,
}

/// Runs the program and turns how it ended into an exit code.
pub(crate) fn run(main: fn() -> anyhow::Result<Status>) -> ExitCode {
    match catch_unwind(AssertUnwindSafe(main)) {
        Ok(Ok(Status::Fine)) => ExitCode::SUCCESS,
        Ok(Ok(Status::Problems)) => ExitCode::from(1),
        Ok(Err(error)) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            crate::output::error(&error);
            ExitCode::from(2)
        }
        Err(_) => {
            crate::output::bug();
            ExitCode::from(70)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
