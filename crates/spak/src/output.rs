//! What the program prints: results on standard output, everything else on standard error.

pub(crate) mod diagnostics;
pub(crate) mod json;

use std::io::Write as _;

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON object with a format name and a version.
    Json,
}

/// Prints `text` on standard output.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn result(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints `text` on standard error; nothing can be done when that fails.
pub(crate) fn aside(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Says why something could not be done.
pub(crate) fn error(error: &anyhow::Error) {
    aside(&format!("spak: {error:#}\n"));
}

/// Says that this is a bug.
pub(crate) fn bug() {
    aside("spak: this is a bug in SPAK; please report it with the command and the files that show it\n");
}
