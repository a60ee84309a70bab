//! Bytes of a file as text, without losing any: invalid UTF-8 is remembered and can be written back.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// The text holds bytes that are not UTF-8.
pub const INVALID_UTF8: Code = Code("invalid-utf8");

/// A decoded file. `to_bytes` gives back exactly what was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    text: String,
    /// Offset in `text` of each replacement character that stands for one undecodable byte.
    replaced: Vec<(u32, u8)>,
}

impl Source {
    /// Decodes `bytes` as UTF-8; each byte that is not part of a character becomes U+FFFD.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut replaced = Vec::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for &byte in chunk.invalid() {
                replaced.push((u32::try_from(text.len()).unwrap_or(u32::MAX), byte));
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Self { text, replaced }
    }

    /// The decoded text; every span of the parse refers to it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes that were decoded.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.restore(&self.text)
    }

    /// `printed`, which must be a print of this source's tree, as the bytes it was read from.
    pub fn restore(&self, printed: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(printed.len());
        let mut done = 0;
        let width = char::REPLACEMENT_CHARACTER.len_utf8();
        for &(offset, byte) in &self.replaced {
            let offset = offset as usize;
            out.extend_from_slice(printed.as_bytes().get(done..offset).unwrap_or_default());
            out.push(byte);
            done = offset + width;
        }
        out.extend_from_slice(printed.as_bytes().get(done..).unwrap_or_default());
        out
    }

    /// One diagnostic for the undecodable bytes, at the first of them.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let &(offset, byte) = self.replaced.first()?;
        let count = self.replaced.len();
        let width = char::REPLACEMENT_CHARACTER.len_utf8() as u32;
        let reason = match count {
            1 => "a design is UTF-8 text; one byte of this file is not".to_owned(),
            _ => format!("a design is UTF-8 text; {count} bytes of this file are not"),
        };
        Some(
            Diagnostic::error(
                INVALID_UTF8,
                Span::new(offset, offset.saturating_add(width)),
                format!("byte 0x{byte:02x} is not valid UTF-8"),
            )
            .because(reason)
            .repair("save the file as UTF-8"),
        )
    }
}

/// 1-based line and column (in characters) of byte offsets in one text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1),
        );
        Self { starts }
    }

    /// 1-based line and column of `offset` in `text`, the text this index was made for.
    pub fn line_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|s| *s <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = text.get(start as usize..offset as usize).map_or(0, |s| s.chars().count());
        (line as u32, column as u32 + 1)
    }
}
