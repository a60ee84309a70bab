//! Text of a formula to tokens, one at a time and without copying.

use spak_syntax::{Code, Span};
use unicode_ident::{is_xid_continue, is_xid_start};

use crate::codes::{BAD_NUMBER, EXPECTED_EXPRESSION, UNKNOWN_UNIT};
use crate::unit::Unit;

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Numeral {
    /// The magnitude; the sign is an operator.
    Int(u64),
    Float(f64),
}

/// What a token is. Operators carry their canonical spelling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Number(Numeral, Option<Unit>),
    /// A name, possibly dotted; keywords are names that the parser knows.
    Name,
    /// A text in quotes, which the span includes.
    Text,
    /// `2026-03-01`: a date, which is a text and no subtraction.
    Date,
    /// An operator or bracket.
    Symbol(&'static str),
    /// Something that is no token, and the code that says why.
    Bad(Code),
    End,
}

/// A token and where it is, in bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn is(&self, symbol: &str) -> bool {
        matches!(self.kind, Kind::Symbol(s) if s == symbol)
    }

    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// The place in the file when the text starts at `base`.
    pub(crate) fn span(&self, base: u32) -> Span {
        place(base, self.start, self.end)
    }
}

/// The bytes `start..end` of a text that starts at `base` of its file.
pub(crate) fn place(base: u32, start: usize, end: usize) -> Span {
    let at = |offset: usize| base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    Span::new(at(start), at(end))
}

/// Longest first, so that the first match is the right one; the second column is canonical.
const SYMBOLS: &[(&str, &str)] = &[
    ("...", ".."),
    ("..=", ".."),
    ("..", ".."),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("=>", "=>"),
    ("&&", "and"),
    ("||", "or"),
    ("**", "**"),
    ("//", "//"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("@", "@"),
    ("^", "**"),
    ("<", "<"),
    (">", ">"),
    ("=", "="),
    ("!", "!"),
    ("?", "?"),
    (":", ":"),
    (",", ","),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    ("{", "{"),
    ("}", "}"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("∈", "in"),
    ("∉", "not in"),
    ("∧", "and"),
    ("∨", "or"),
    ("¬", "not"),
    ("⇒", "=>"),
    ("⟹", "=>"),
    ("∀", "forall"),
    ("∃", "exists"),
    ("×", "*"),
    ("·", "*"),
    ("⋅", "*"),
    ("÷", "/"),
    ("−", "-"),
    ("√", "√"),
];

/// Reads tokens from a position on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    position: usize,
    /// Whether `2 B` is twice `B` and not two bytes.
    letters_multiply: bool,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str, letters_multiply: bool) -> Self {
        Self { text, position: 0, letters_multiply }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.position..).unwrap_or("")
    }

    pub(crate) fn next(&mut self) -> Token {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.position += blank;
        let start = self.position;
        let rest = self.rest();
        let (length, kind) = match rest.chars().next() {
            None => (0, Kind::End),
            Some('"' | '\'') => quoted(rest),
            Some(c) if c.is_ascii_digit() => self.number(rest),
            Some('.') if tail(rest, 1).starts_with(|c: char| c.is_ascii_digit()) => {
                self.number(rest)
            }
            Some(c) if c == '_' || is_xid_start(c) => (name_length(rest), Kind::Name),
            Some(c) => match SYMBOLS.iter().find(|(symbol, _)| rest.starts_with(symbol)) {
                Some((symbol, canonical)) => (symbol.len(), Kind::Symbol(canonical)),
                None => (c.len_utf8(), Kind::Bad(EXPECTED_EXPRESSION)),
            },
        };
        self.position += length;
        Token { kind, start, end: self.position }
    }

    fn number(&self, rest: &str) -> (usize, Kind) {
        if let Some(length) = date_length(rest) {
            return (length, Kind::Date);
        }
        let (length, value) = numeral(rest);
        let Some(value) = value else { return (length, Kind::Bad(BAD_NUMBER)) };
        let after = tail(rest, length);
        if let Some(sign) = percent_length(after) {
            let number = match value {
                Numeral::Int(i) => i as f64,
                Numeral::Float(f) => f,
            };
            return (length + sign, Kind::Number(Numeral::Float(number / 100.0), None));
        }
        let attached = word_length(after);
        if attached > 0 {
            return match unit(after) {
                Some((unit, unit_length)) => {
                    (length + unit_length, Kind::Number(value, Some(unit)))
                }
                None => (length + attached, Kind::Bad(UNKNOWN_UNIT)),
            };
        }
        let spaced = after.trim_start_matches([' ', '\t']);
        let gap = after.len() - spaced.len();
        match unit(spaced) {
            Some((unit, unit_length)) if gap > 0 => {
                let next = tail(spaced, unit_length);
                // A name that is called, indexed or assigned is not the unit of the number before it.
                let is_name =
                    is_used(next) || self.letters_multiply && unit.to_string().chars().count() == 1;
                if is_name {
                    (length, Kind::Number(value, None))
                } else {
                    (length + gap + unit_length, Kind::Number(value, Some(unit)))
                }
            }
            _ => (length, Kind::Number(value, None)),
        }
    }
}

/// The length of a numeral and its value; `None` when it is none or does not fit.
fn numeral(rest: &str) -> (usize, Option<Numeral>) {
    for (prefix, radix) in [("0x", 16), ("0b", 2)] {
        if let Some(digits) = rest.strip_prefix(prefix).map(|r| head(r, digits_length(r, radix)))
            && !digits.is_empty()
        {
            let value = u64::from_str_radix(&digits.replace('_', ""), radix).ok();
            return (prefix.len() + digits.len(), value.map(Numeral::Int));
        }
    }
    let mut length = digits_length(rest, 10);
    let mut is_float = false;
    if let Some(fraction) = tail(rest, length).strip_prefix('.')
        && fraction.starts_with(|c: char| c.is_ascii_digit())
    {
        is_float = true;
        length += 1 + digits_length(fraction, 10);
    }
    if let Some(exponent) = tail(rest, length).strip_prefix(['e', 'E']) {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        // `2elements` is a number of elements, `2e5` is not.
        if count > 0 && word_length(tail(digits, count)) == 0 {
            is_float = true;
            length += 1 + (exponent.len() - digits.len()) + count;
        }
    }
    let written = head(rest, length);
    if written.ends_with('_') {
        return (length, None);
    }
    let plain = written.replace('_', "");
    let value = if is_float {
        plain.parse().ok().filter(|f: &f64| f.is_finite()).map(Numeral::Float)
    } else {
        plain.parse().ok().map(Numeral::Int)
    };
    (length, value)
}

/// The length of the `%` that makes a number a part of a hundred; `None` where it is a remainder:
/// between two operands.
fn percent_length(after: &str) -> Option<usize> {
    let spaced = after.trim_start_matches([' ', '\t']);
    let gap = after.len() - spaced.len();
    let next = spaced.strip_prefix('%')?;
    let operand = next.trim_start();
    let is_tight = operand.len() == next.len();
    let starts = |c: char| c.is_alphanumeric() || matches!(c, '_' | '(' | '[' | '{' | '.');
    let is_percent = match operand.chars().next() {
        None => true,
        Some(c) if c.is_alphabetic() => gap == 0 && !is_tight,
        Some(c) => !starts(c) && (gap == 0 || ")]},<>=!".contains(c)),
    };
    is_percent.then_some(gap + 1)
}

/// The length of the date that `text` starts with: `2026-03-01`, with a time behind it or not.
fn date_length(text: &str) -> Option<usize> {
    let shape = |text: &str, shape: &str| {
        let fits = |(c, s): (char, char)| if s == '0' { c.is_ascii_digit() } else { c == s };
        text.len() >= shape.len() && text.chars().zip(shape.chars()).all(fits)
    };
    if !shape(text, "0000-00-00") {
        return None;
    }
    let mut length = 10;
    if shape(tail(text, length), "T00:00") {
        let in_time = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '+' | '-');
        let time = tail(text, length);
        length += time.find(|c| !in_time(c)).unwrap_or(time.len());
    }
    let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'));
    tail(text, length).chars().next().is_none_or(ends).then_some(length)
}

fn digits_length(text: &str, radix: u32) -> usize {
    text.bytes().take_while(|b| char::from(*b).is_digit(radix) || *b == b'_').count()
}

/// The unit that `text` starts with, `GB` or `GB/s`, and its length.
fn unit(text: &str) -> Option<(Unit, usize)> {
    let top = word_length(text);
    let single = Unit::read(head(text, top))?;
    let quotient = tail(text, top).strip_prefix('/').and_then(|after| {
        let length = top + 1 + word_length(after);
        let is_name = is_used(tail(text, length));
        Unit::read(head(text, length)).filter(|_| !is_name).map(|unit| (unit, length))
    });
    quotient.or(Some((single, top)))
}

/// Whether what comes right after a word shows that it is called, indexed or a part of a path.
fn is_used(after: &str) -> bool {
    after.starts_with(['(', '[']) || after.strip_prefix('.').is_some_and(|r| word_length(r) > 0)
}

/// The text from byte `at` on; empty when that is no boundary of a character.
fn tail(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or("")
}

/// The text before byte `at`; empty when that is no boundary of a character.
fn head(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or("")
}

fn word_length(text: &str) -> usize {
    let starts = |c: char| c == '_' || is_xid_start(c) || c == '\u{b5}';
    if !text.starts_with(starts) {
        return 0;
    }
    text.find(|c| !(is_xid_continue(c) || c == '\u{b5}' || is_index(c))).unwrap_or(text.len())
}

/// Indices and primes, which belong to the name they follow: `x₁`, `x′`.
fn is_index(c: char) -> bool {
    matches!(c, '\u{2080}'..='\u{2089}' | '\u{2032}' | '\u{2033}')
}

/// The length of `a.b.c`; a dot that no name follows is left.
fn name_length(text: &str) -> usize {
    let mut length = word_length(text);
    while let Some(after) = tail(text, length).strip_prefix('.') {
        let next = word_length(after);
        if next == 0 {
            break;
        }
        length += 1 + next;
    }
    length
}

fn quoted(rest: &str) -> (usize, Kind) {
    let mut chars = rest.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    let mut escaped = false;
    for (at, c) in chars {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if Some(c) == quote => return (at + c.len_utf8(), Kind::Text),
            _ => {}
        }
    }
    (rest.len(), Kind::Bad(spak_syntax::codes::UNCLOSED_TEXT))
}

/// The value of a text in quotes: `\n`, `\t`, `\r`, `\0` and `\u{…}` are escapes, any other character
/// after a backslash stands for itself.
pub(crate) fn unquote(literal: &str) -> String {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or("");
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('u') => {
                let after = rest.as_str();
                let code = after.strip_prefix('{').and_then(|a| a.split_once('}'));
                let character = code
                    .and_then(|(hex, _)| u32::from_str_radix(hex, 16).ok())
                    .and_then(char::from_u32);
                match (code, character) {
                    (Some((_, tail)), Some(character)) => {
                        out.push(character);
                        rest = tail.chars();
                    }
                    _ => out.push('u'),
                }
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}
