//! From the bytes of a file to its JSON text, and from an error of the JSON reader to a place.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use spak_syntax::{Diagnostic, Span};

use crate::codes::{BAD_GZIP, BAD_JSON};

/// The longest text that is read, in bytes after decompression.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// The text of a file, decompressed when it begins as gzip does, without a byte order mark.
///
/// # Errors
/// When it does not decompress, is longer than `limit` bytes, or is not UTF-8.
pub(crate) fn text(bytes: &[u8], limit: u64) -> Result<Cow<'_, str>, Box<Diagnostic>> {
    let compressed = bytes.starts_with(&[0x1f, 0x8b]);
    let plain = if compressed { Cow::Owned(inflate(bytes, limit)?) } else { Cow::Borrowed(bytes) };
    if plain.len() as u64 > limit {
        return Err(too_long(limit));
    }
    match plain {
        Cow::Borrowed(bytes) => {
            std::str::from_utf8(bytes).map(|t| Cow::Borrowed(unmarked(t))).map_err(not_utf8)
        }
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(|t| if t.starts_with('\u{feff}') { unmarked(&t).to_owned() } else { t })
            .map(Cow::Owned)
            .map_err(|e| not_utf8(e.utf8_error())),
    }
}

fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn not_utf8(error: std::str::Utf8Error) -> Box<Diagnostic> {
    let at = offset(error.valid_up_to());
    let message = format!("byte {at} is not UTF-8");
    Box::new(
        Diagnostic::error(BAD_JSON, Span::at(at), message)
            .because("JSON is UTF-8 text")
            .repair("save the file as UTF-8"),
    )
}

fn too_long(limit: u64) -> Box<Diagnostic> {
    let message = format!("the text is longer than {limit} bytes");
    Box::new(
        Diagnostic::error(BAD_GZIP, Span::at(0), message).because(
            "a small file can decompress to any length, so there is a limit to what is read",
        ),
    )
}

fn inflate(bytes: &[u8], limit: u64) -> Result<Vec<u8>, Box<Diagnostic>> {
    // The length that gzip states is modulo 2^32 and may be a lie: only a guess of the capacity.
    let stated = bytes.last_chunk::<4>().map_or(0, |b| u64::from(u32::from_le_bytes(*b)));
    let likely = stated.min(limit).min((bytes.len() as u64).saturating_mul(16));
    let mut plain = Vec::with_capacity(usize::try_from(likely).unwrap_or(0));
    let read = MultiGzDecoder::new(bytes).take(limit.saturating_add(1)).read_to_end(&mut plain);
    match read {
        Ok(_) if plain.len() as u64 > limit => Err(too_long(limit)),
        Ok(_) => Ok(plain),
        Err(e) => {
            let line = plain.iter().filter(|b| **b == b'\n').count() + 1;
            let what = if e.kind() == std::io::ErrorKind::UnexpectedEof {
                "ends before its data does".to_owned()
            } else {
                format!("is damaged ({e})")
            };
            let message = format!(
                "the gzip file {what}, after {} bytes of text (line {line}) from {} bytes",
                plain.len(),
                bytes.len()
            );
            let at = Span::at(offset(plain.len()));
            Err(Box::new(
                Diagnostic::error(BAD_GZIP, at, message)
                    .because("what is missing cannot be told from what was never measured")
                    .repair("fetch the file again"),
            ))
        }
    }
}

/// An offset as spans have it; texts beyond 4 GiB are not read.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The byte at a 1-based line and (byte) column of `text`, as the JSON reader counts them.
pub(crate) fn at_line(text: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        match rest.iter().position(|b| *b == b'\n') {
            Some(length) => start += length + 1,
            None => break,
        }
    }
    (start + column.saturating_sub(1)).min(text.len())
}

/// What the JSON reader says about `text`, with the path of the entry in which it stopped.
pub(crate) fn json_error(text: &str, error: &serde_json::Error, path: &str) -> Box<Diagnostic> {
    let (line, column) = (error.line(), error.column());
    let whole = error.to_string();
    let what = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(what, _)| what);
    let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
    let message = format!("{what}{place}, line {line}, column {column}");
    let code = if error.is_data() { crate::codes::BAD_ENTRY } else { BAD_JSON };
    let at = Span::at(offset(at_line(text, line, column)));
    let diagnostic = Diagnostic::error(code, at, message);
    Box::new(if error.is_eof() {
        diagnostic.because("the text ends inside a value").repair("fetch or write the file again")
    } else if error.is_data() {
        diagnostic
    } else {
        diagnostic.because("the text is not JSON here")
    })
}

/// `text` with Python's `NaN` and `Infinity`, which are no JSON, as empty texts of the same length;
/// `None` when there are none.
pub(crate) fn without_non_finite(text: &str) -> Option<String> {
    const WORDS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut out = text.as_bytes().to_vec();
    let (mut at, mut quoted, mut changed) = (0, false, false);
    while let Some(&byte) = out.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'-' | b'I' | b'N' if !quoted => {
                let rest = out.get(at..).unwrap_or_default();
                let word = WORDS.into_iter().find(|w| rest.starts_with(w));
                if let Some(target) = word.and_then(|w| out.get_mut(at..at + w.len())) {
                    target.fill(b' ');
                    if let Some(quotes) = target.get_mut(..2) {
                        quotes.fill(b'"');
                    }
                    changed = true;
                    at += target_len(word);
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    if changed { String::from_utf8(out).ok() } else { None }
}

fn target_len(word: Option<&[u8]>) -> usize {
    word.map_or(1, <[u8]>::len)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::text;
    use crate::codes::BAD_GZIP;

    #[test]
    fn what_decompresses_to_too_much_is_refused() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![b' '; 10_000_000]).unwrap();
        let bomb = encoder.finish().unwrap();
        assert!(bomb.len() < 20_000);
        assert_eq!(text(&bomb, 1_000_000).unwrap_err().code, BAD_GZIP);
        assert_eq!(text(&bomb, 10_000_000).unwrap().len(), 10_000_000);
        assert_eq!(text(&[b' '; 11], 10).unwrap_err().code, BAD_GZIP);
    }

    #[test]
    fn non_finite_numbers_become_texts_of_the_same_length() {
        let json = r#"{"NaN": NaN, "a": [-Infinity, Infinity], "\"NaN": "Infinity"}"#;
        let changed = super::without_non_finite(json).unwrap();
        assert_eq!(changed.len(), json.len());
        let read: serde_json::Value = serde_json::from_str(&changed).unwrap();
        assert_eq!(read.get("NaN").unwrap(), "");
        assert_eq!(read.get("\"NaN").unwrap(), "Infinity");
        assert!(super::without_non_finite("[1]").is_none());
    }
}
