//! Rows as text: CSV (RFC 4180, with line feeds) and JSON.

use std::io::Write;

use spak_records::Value;

use super::{Column, Error, count};

/// A header and one line a row. A text is quoted when it has a comma, quote or line break, begins or
/// ends with a space, is empty, or would be read as a number or truth value without quotes.
///
/// # Errors
/// When writing fails or a row has another number of values than there are columns.
pub fn write_csv<R: AsRef<[Value]>>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Result<u64, Error> {
    let mut line = String::new();
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        csv_text(&column.name, &mut line);
    }
    line.push('\n');
    out.write_all(line.as_bytes())?;
    let mut written = 0;
    for row in rows {
        let row = row.as_ref();
        if row.len() != columns.len() {
            return Err(count(written, row.len(), columns.len()));
        }
        line.clear();
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            csv_value(value, &mut line);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
        written += 1;
    }
    Ok(written)
}

fn csv_value(value: &Value, line: &mut String) {
    use std::fmt::Write as _;
    // Writing to a `String` cannot fail.
    let _ = match value {
        Value::Bool(b) => write!(line, "{b}"),
        Value::Int(i) => write!(line, "{i}"),
        Value::Float(x) => write!(line, "{x:?}"),
        Value::Text(s) => {
            csv_text(s, line);
            Ok(())
        }
        Value::List(_) => {
            csv_text(&value.to_string(), line);
            Ok(())
        }
    };
}

fn csv_text(text: &str, line: &mut String) {
    let special = text.contains([',', '"', '\n', '\r'])
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.is_empty()
        || text.parse::<f64>().is_ok()
        || text.parse::<bool>().is_ok();
    if !special {
        line.push_str(text);
        return;
    }
    line.push('"');
    for c in text.chars() {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}

/// One object a line.
///
/// # Errors
/// When writing fails or a row has another number of values than there are columns.
pub fn write_json_lines<R: AsRef<[Value]>>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Result<u64, Error> {
    json(out, columns, rows, ["", "\n", "\n"])
}

/// A list of objects, one a line.
///
/// # Errors
/// When writing fails or a row has another number of values than there are columns.
pub fn write_json<R: AsRef<[Value]>>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Result<u64, Error> {
    out.write_all(b"[")?;
    let written = json(out, columns, rows, ["\n", ",\n", ""])?;
    out.write_all(b"\n]\n")?;
    Ok(written)
}

/// Objects with what goes before the first, between two, and after the last.
fn json<R: AsRef<[Value]>>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
    [before, between, after]: [&str; 3],
) -> Result<u64, Error> {
    let keys: Vec<String> =
        columns.iter().map(|c| serde_json::to_string(&c.name).unwrap_or_default()).collect();
    let mut line = Vec::new();
    let mut written = 0_u64;
    for row in rows {
        let row = row.as_ref();
        if row.len() != columns.len() {
            return Err(count(written, row.len(), columns.len()));
        }
        line.clear();
        line.extend(if written == 0 { before } else { between }.as_bytes());
        line.push(b'{');
        for (at, (key, value)) in keys.iter().zip(row).enumerate() {
            if at > 0 {
                line.push(b',');
            }
            line.extend(key.as_bytes());
            line.push(b':');
            serde_json::to_writer(&mut line, value).map_err(|e| Error::Format(e.to_string()))?;
        }
        line.push(b'}');
        out.write_all(&line)?;
        written += 1;
    }
    if written > 0 {
        out.write_all(after.as_bytes())?;
    }
    Ok(written)
}
