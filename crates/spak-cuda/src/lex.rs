//! Pieces of a C++ text: what the preprocessor looks at.

use spak_syntax::Span;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word that may be a macro.
    Name,
    /// Anything that starts with a digit.
    Number,
    /// A string or a character, quotes included.
    Text,
    /// A sign of one or more characters.
    Sign,
    /// Blanks, comments and line continuations.
    Blank,
    /// The end of a line.
    Line,
}

/// A piece and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// The text of a place.
pub(crate) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or("")
}

/// All pieces in order; together they are the text.
pub(crate) fn lex(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, end) = piece(bytes, at, byte);
        // Signs are the only pieces that may start within a character of several bytes; these are taken whole.
        let mut end = end.max(at + 1);
        while end < bytes.len() && !text.is_char_boundary(end) {
            end += 1;
        }
        tokens.push(Token { kind, span: Span::new(at as u32, end as u32) });
        at = end;
    }
    tokens
}

fn piece(bytes: &[u8], at: usize, byte: u8) -> (Kind, usize) {
    let next = bytes.get(at + 1).copied();
    match byte {
        b'\n' => (Kind::Line, at + 1),
        b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
            let is_blank = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | 0x0b | 0x0c);
            (Kind::Blank, run(bytes, at, is_blank))
        }
        b'\\' if next == Some(b'\n') => (Kind::Blank, at + 2),
        b'\\' if next == Some(b'\r') && bytes.get(at + 2) == Some(&b'\n') => (Kind::Blank, at + 3),
        b'/' if next == Some(b'/') => (Kind::Blank, line_end(bytes, at)),
        b'/' if next == Some(b'*') => (Kind::Blank, comment_end(bytes, at)),
        b'R' if next == Some(b'"') => (Kind::Text, raw_end(bytes, at + 1)),
        b'"' | b'\'' => (Kind::Text, text_end(bytes, at, byte)),
        b'0'..=b'9' => (Kind::Number, number_end(bytes, at)),
        b'.' if next.is_some_and(|b| b.is_ascii_digit()) => (Kind::Number, number_end(bytes, at)),
        _ if is_word(byte) => (Kind::Name, run(bytes, at, is_word)),
        _ => {
            let two = bytes.get(at..at + 2).unwrap_or(&[]);
            let is_pair = matches!(
                two,
                b"##" | b"&&" | b"||" | b"==" | b"!=" | b"<=" | b">=" | b"::" | b"->"
            );
            (Kind::Sign, at + if is_pair { 2 } else { 1 })
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

fn run(bytes: &[u8], from: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    rest.iter().position(|byte| !belongs(*byte)).map_or(bytes.len(), |length| from + length)
}

/// Where a line ends, those that are continued included.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\n' && bytes.get(at - 1) != Some(&b'\\') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn comment_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from + 2..).unwrap_or(&[]);
    rest.windows(2).position(|two| two == b"*/").map_or(bytes.len(), |at| from + 2 + at + 2)
}

fn text_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            // A text that is not closed ends with its line.
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The end of `"mark(…)mark"`.
fn raw_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from + 1..).unwrap_or(&[]);
    let Some(open) = rest.iter().take(18).position(|byte| *byte == b'(') else {
        return text_end(bytes, from, b'"');
    };
    let mut close = vec![b')'];
    close.extend(rest.get(..open).unwrap_or(&[]));
    close.push(b'"');
    let found = rest.windows(close.len()).position(|part| part == close);
    found.map_or(bytes.len(), |at| from + 1 + at + close.len())
}

fn number_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
        let is_hex = bytes.get(from + 1).is_some_and(|b| matches!(b, b'x' | b'X'));
        let is_sign = matches!(byte, b'+' | b'-')
            && (matches!(before, b'p' | b'P') || (matches!(before, b'e' | b'E') && !is_hex));
        let is_mark = byte == b'\'' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        if !(is_word(byte) || byte == b'.' || (at > from && (is_sign || is_mark))) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}
