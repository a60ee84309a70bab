//! How the program ends: 0 done and nothing wrong, 1 done and problems were found, 2 could not be done,
//! 70 a bug in SPAK. A closed pipe is 0.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use spak_records::report::ErrorReport;

use crate::cli;
use crate::output::{Format, NobodyReads};

const NOT_DONE: u8 = 2;
const A_BUG: u8 = 70;
const BUG: &str =
    "this is a bug in SPAK; please report it with the command and the files that show it";

/// How a verb ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing is wrong.
    Fine,
    /// It was done, and problems were found.
    Problems,
    /// A part of it could not be done, which has been said; the rest was.
    Partly,
}

/// Runs the program and turns how it ended into an exit code.
pub(crate) fn run() -> ExitCode {
    let command = match cli::parse() {
        Ok(command) => command,
        Err((error, format)) => return misunderstood(&error, format),
    };
    let format = command.format;
    match catch_unwind(AssertUnwindSafe(|| cli::main(command))) {
        Ok(Ok(Status::Fine)) => ExitCode::SUCCESS,
        Ok(Ok(Status::Problems)) => ExitCode::from(1),
        Ok(Ok(Status::Partly)) => ExitCode::from(NOT_DONE),
        Ok(Err(error)) if error.is::<NobodyReads>() => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&crate::output::reason(&error), NOT_DONE, format),
        Err(_) => fail(BUG, A_BUG, format),
    }
}

/// Says why there is no result, for people and, if asked, for programs.
fn fail(message: &str, code: u8, format: Format) -> ExitCode {
    crate::output::aside(&format!("spak: {message}\n"));
    if format == Format::Json {
        let report = ErrorReport { message: message.to_owned(), exit_code: code };
        // When standard output is what fails, standard error has the reason.
        let _ = crate::output::json::result("spak.error", report);
    }
    ExitCode::from(code)
}

/// Ends a run whose command line asks for help or was not understood.
fn misunderstood(error: &clap::Error, format: Format) -> ExitCode {
    // What clap prints has its own layout and colours.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if format == Format::Json {
        let text = error.to_string();
        let message = text.trim_start_matches("error: ").trim_end().to_owned();
        let report = ErrorReport { message, exit_code: NOT_DONE };
        let _ = crate::output::json::result("spak.error", report);
    }
    ExitCode::from(NOT_DONE)
}
