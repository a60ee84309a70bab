//! Whether a text that reads as an expression was meant as one.
//!
//! `per-token entropy` and `reads in parallel` have the shape of formulas and are prose. What tells
//! them apart is how they are written: symbols, numbers, calls, and names that no one writes in a
//! sentence.

use crate::lexer::{Kind, Lexer, Token};
use crate::parse::Options;

/// How formal a text is that reads as an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formality {
    /// Words that happen to look like an expression: `and/or`, `reads in parallel`.
    Words,
    /// One name: `is_memory_bound`, or any single word.
    Name,
    /// A value written out: `64`, `"online"`, `[1, 2]`.
    Value,
    /// Something that is computed or holds.
    Formula,
}

/// What a sequence of tokens contains.
#[derive(Default)]
struct Traits {
    names: usize,
    /// Names that are not words of a sentence: with `_`, a digit, a dot, or of one letter.
    identifiers: usize,
    values: usize,
    words: usize,
    symbols: usize,
    comparisons: usize,
    calls: usize,
}

/// How formal the first `end` bytes of `text` are, given that they read as an expression.
pub(crate) fn formality(text: &str, end: usize, options: Options) -> Formality {
    let traits = traits(text, end, options);
    let is_formal_words = traits.words > 0
        && (traits.values > 0 || traits.identifiers == traits.names && traits.names > 0);
    if traits.symbols + traits.calls > 0 || is_formal_words {
        Formality::Formula
    } else if traits.words > 0 {
        Formality::Words
    } else if traits.names == 0 {
        Formality::Value
    } else if traits.names == 1 && traits.values == 0 {
        Formality::Name
    } else {
        Formality::Words
    }
}

/// Whether the first `end` bytes of `text`, which read as an expression and are followed by prose,
/// state something by themselves: they compare, or compute with calls.
pub(crate) fn states_something(text: &str, end: usize, options: Options) -> bool {
    let traits = traits(text, end, options);
    traits.comparisons > 0 || traits.calls > 0 && traits.symbols > 0
}

/// Whether `name` is one that no one writes in a sentence.
pub(crate) fn is_identifier(name: &str) -> bool {
    let marked = |c: char| c == '_' || c == '.' || c.is_ascii_digit();
    name.contains(marked) || name.chars().count() == 1 || !name.is_ascii()
}

fn traits(text: &str, end: usize, options: Options) -> Traits {
    let mut lexer = Lexer::new(text, options.implicit_multiplication);
    let mut traits = Traits::default();
    let mut before: Option<Token> = None;
    let mut token = lexer.next();
    while token.kind != Kind::End && token.end <= end {
        let next = lexer.next();
        count(&mut traits, text, before, token, next);
        before = Some(token);
        token = next;
    }
    traits
}

fn count(traits: &mut Traits, text: &str, before: Option<Token>, token: Token, next: Token) {
    let is_after = |kinds: &[&str]| {
        before.is_some_and(|b| {
            b.end == token.start
                && (b.kind == Kind::Name || matches!(b.kind, Kind::Symbol(s) if kinds.contains(&s)))
        })
    };
    match token.kind {
        Kind::Number(..) | Kind::Text | Kind::Date => traits.values += 1,
        Kind::Name => match token.text(text) {
            "and" | "or" | "not" | "in" | "if" | "else" | "implies" => traits.words += 1,
            "true" | "false" | "True" | "False" => traits.values += 1,
            "for" | "all" | "every" | "each" | "forall" | "exists" => {}
            name => {
                traits.names += 1;
                traits.identifiers += usize::from(is_identifier(name));
            }
        },
        Kind::Symbol("(") => traits.calls += usize::from(is_after(&[])),
        Kind::Symbol("[") if is_after(&[")", "]"]) => traits.symbols += 1,
        Kind::Symbol("[") => traits.values += 1,
        // Between two words without blanks it is a hyphen or a slash of prose.
        Kind::Symbol("-" | "/") => {
            let is_tight = is_after(&[]) && next.start == token.end && next.kind == Kind::Name;
            if is_tight {
                traits.words += 1;
            } else if before.is_some() {
                traits.symbols += 1;
            }
        }
        Kind::Symbol("==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "=>" | "forall" | "exists") => {
            traits.symbols += 1;
            traits.comparisons += 1;
        }
        Kind::Symbol(":") => {
            traits.symbols += 1;
            traits.comparisons += 1;
        }
        // Either side of these is what tells whether they are formal.
        Kind::Symbol("]" | ")" | "{" | "}" | ",") => {}
        Kind::Symbol(_) => traits.symbols += 1,
        Kind::Bad(_) | Kind::End => {}
    }
}
