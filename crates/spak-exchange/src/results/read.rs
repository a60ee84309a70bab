//! Reads a file of results, whichever of the formats it has.

use std::borrow::Cow;

use serde::de::DeserializeSeed as _;
use spak_syntax::{Diagnostic, Span};

use super::build::Builder;
use super::{Format, Recorded, cache, sweep, t4};
use crate::bytes::{self, json_error, offset};
use crate::codes::{DOUBTFUL_ENTRY, UNKNOWN_FORMAT};

/// What was read, with what should be known about it.
#[derive(Clone, Debug)]
pub struct Read {
    /// What the file says.
    pub recorded: Recorded,
    /// Warnings; their places are byte offsets in the text, decompressed when it was compressed.
    pub diagnostics: Vec<Diagnostic>,
}

/// Milliseconds: what Kernel Tuner measures times in, and T4 files that do not name a unit have.
const MILLISECOND: f64 = 1e-3;

/// Reads T4, a cache file of Kernel Tuner, or a sweep of flat records, plain or compressed with gzip; the format is told by the
/// content. Times come out in seconds.
///
/// # Errors
/// When it is none of these, is damaged, ends early, or has an entry that its format does not allow:
/// one error, whose place is a byte offset in the text (decompressed, without a byte order mark) and
/// whose message has the entry, line and column.
pub fn read(bytes: &[u8]) -> Result<Read, Box<Diagnostic>> {
    let text = bytes::text(bytes, bytes::MAX_BYTES)?;
    let format = format_of(&text).ok_or_else(|| unknown(&text))?;
    let error = match parse(format, &text) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    if error.code == crate::codes::BAD_JSON
        && let Some(finite) = bytes::without_non_finite(&text)
    {
        return match parse(format, &finite) {
            Ok(read) => Ok(read),
            Err(error) => closed(format, &finite, error),
        };
    }
    closed(format, &text, error)
}

/// Reads an interrupted cache file as Kernel Tuner does: as if its last braces were there.
fn closed(format: Format, text: &str, error: Box<Diagnostic>) -> Result<Read, Box<Diagnostic>> {
    let open = format == Format::KernelTunerCache && error.code == crate::codes::BAD_JSON;
    // Only an end that is missing is supplied; what is wrong in the middle stays wrong.
    if !open || (error.primary.span.start as usize) + 1 < text.trim_end().len() {
        return Err(error);
    }
    let whole = text.trim_end();
    let ended = whole.strip_suffix(',').unwrap_or(whole);
    let mut warning = Diagnostic::warning(
        DOUBTFUL_ENTRY,
        Span::at(offset(whole.len())),
        "the file is not closed: the tuning run that wrote it did not end",
    );
    // The last entry may be whole, or cut anywhere.
    let cut = whole.rfind("},").map(|at| at + 1);
    let attempts =
        [(Some(ended.len()), "}", false), (Some(ended.len()), "}\n}", false), (cut, "}\n}", true)];
    for (end, braces, lost) in attempts {
        let Some(kept) = end.and_then(|end| whole.get(..end)) else { continue };
        if let Ok(mut read) = parse(format, &format!("{kept}\n{braces}")) {
            if lost {
                warning = warning.because("its last entry is incomplete and was left out");
            }
            read.diagnostics.push(warning);
            return Ok(read);
        }
    }
    Err(error)
}

fn parse(format: Format, text: &str) -> Result<Read, Box<Diagnostic>> {
    let mut builder = Builder::default();
    if format == Format::Sweep {
        sweep::read(text, &mut builder)?;
        let recorded = builder.finish(format, MILLISECOND);
        let diagnostics = repeated(&recorded).into_iter().collect();
        return Ok(Read { recorded, diagnostics });
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let (list, parsed) = match format {
        Format::T4 => ("results", t4::File(&mut builder).deserialize(&mut json).map(|()| false)),
        // Traces are never found among other programs' files.
        Format::KernelTunerCache | Format::Sweep | Format::Trace => {
            ("cache", cache::File(&mut builder).deserialize(&mut json))
        }
    };
    let again = match parsed.and_then(|again| json.end().map(|()| again)) {
        Ok(again) => again,
        Err(e) => return Err(json_error(text, &e, &builder.path(list))),
    };
    if again {
        let mut json = serde_json::Deserializer::from_str(text);
        let result = cache::File(&mut builder).deserialize(&mut json);
        result.map_err(|e| json_error(text, &e, &builder.path(list)))?;
    }
    let mut diagnostics = Vec::new();
    if format == Format::T4 && builder.time_unit.is_none() {
        diagnostics.push(
            Diagnostic::warning(DOUBTFUL_ENTRY, Span::at(0), "the file names no unit of time")
                .because("its times are taken as milliseconds, as Kernel Tuner writes them")
                .repair("write `\"metadata\": {\"timeunit\": \"milliseconds\"}`"),
        );
    }
    let recorded = builder.finish(format, MILLISECOND);
    diagnostics.extend(repeated(&recorded));
    Ok(Read { recorded, diagnostics })
}

/// A warning when configs occur more than once.
fn repeated(recorded: &Recorded) -> Option<Diagnostic> {
    let mut configs: Vec<&[u32]> = recorded.rows.iter().map(|r| r.config.as_slice()).collect();
    configs.sort_unstable();
    let total = configs.len();
    configs.dedup();
    let more = total - configs.len();
    (more > 0).then(|| {
        let message = format!("{more} of {total} entries repeat the config of another one");
        Diagnostic::warning(DOUBTFUL_ENTRY, Span::at(0), message)
            .because("all are kept, in the order of the file")
    })
}

/// Which format a text has, by the names at its top level.
fn format_of(text: &str) -> Option<Format> {
    // Only the keys are looked at, up to the first that tells; a damaged rest is no matter here.
    for key in top_level_keys(text) {
        match &*key {
            "results" | "schema_version" => return Some(Format::T4),
            "cache" | "tune_params_keys" => return Some(Format::KernelTunerCache),
            list if sweep::LISTS.contains(&list) => return Some(Format::Sweep),
            _ => {}
        }
    }
    None
}

/// The keys of the outermost object, in order, as far as the text is well-formed.
fn top_level_keys(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut key) = (0_usize, 0_usize, true);
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' if depth == 1 => key = true,
                b':' if depth == 1 => key = false,
                b'"' => {
                    let start = at;
                    while let Some(byte) = bytes.get(at) {
                        at += match byte {
                            b'\\' => 2,
                            b'"' => break,
                            _ => 1,
                        };
                    }
                    let content = text.get(start..at.min(text.len()));
                    at += 1;
                    if depth == 1 && key {
                        return content.map(Cow::Borrowed);
                    }
                }
                _ => {}
            }
        }
        None
    })
}

fn unknown(text: &str) -> Box<Diagnostic> {
    let keys: Vec<_> = top_level_keys(text).take(8).map(|k| format!("`{k}`")).collect();
    let has = if keys.is_empty() {
        "it is not a JSON object with entries".to_owned()
    } else {
        format!("its entries are {}", keys.join(", "))
    };
    let diagnostic = Diagnostic::error(
        UNKNOWN_FORMAT,
        Span::at(0),
        "this is no file of results that is read",
    )
    .because(format!(
        "{has}; T4 has `results`, a cache of Kernel Tuner has `cache`, a sweep has `full_history`"
    ));
    Box::new(diagnostic.repair("export the results as T4, or give the cache file"))
}
