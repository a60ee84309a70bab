//! What the program prints: results on standard output, everything else on standard error.

pub(crate) mod diagnostics;
pub(crate) mod evidence;
pub(crate) mod json;

use std::borrow::Cow;
use std::io::Write as _;

use anyhow::Context as _;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use spak_records::Config;

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
    verbatim(&visible(text))
}

/// Prints `text` on standard output as it is: it is a file's.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn verbatim(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(NobodyReads.into()),
        written => written.context("cannot write to standard output"),
    }
}

/// Whoever read standard output has closed it: nothing is left to say, and nothing is wrong.
#[derive(Debug, thiserror::Error)]
#[error("standard output was closed")]
pub(crate) struct NobodyReads;

/// Prints `text` on standard error; nothing can be done when that fails.
pub(crate) fn aside(text: &str) {
    rendered(&visible(text));
}

/// Prints `text`, in which escape sequences are our own, on standard error.
pub(crate) fn rendered(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// `text` without characters that a terminal would act upon or that reorder what is around them.
///
/// What comes from files and arguments must not be able to change what a reader sees. They are written as
/// JSON writes them (`\u001b`), so that JSON stays what it is.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends_line = c == '\n' || c == '\r' && rest.peek() == Some(&'\n');
        if acts(c) && !ends_line {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a terminal may act upon `c` instead of showing it.
fn acts(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Why something could not be done, in one line.
pub(crate) fn reason(error: &anyhow::Error) -> String {
    without_numbers(&format!("{error:#}"))
}

/// `text` without the numbers that the system gives its errors: the words before them say the same.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                out.push_str(rest);
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Names whose values differ between configs.
pub(crate) fn varied(configs: &[&Config]) -> Vec<String> {
    let Some((first, others)) = configs.split_first() else { return Vec::new() };
    let differs = |name: &&String| others.iter().any(|one| one.get(name) != first.get(name));
    first.0.keys().filter(differs).cloned().collect()
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
