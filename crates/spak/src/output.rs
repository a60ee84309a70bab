//! What the program prints: results on standard output, everything else on standard error.

pub(crate) mod diagnostics;
pub(crate) mod json;

use std::io::Write as _;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

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

/// A table with a line below its header and no others; all columns but the last and the first are
/// numbers.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for index in 1..header.len().saturating_sub(1) {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
