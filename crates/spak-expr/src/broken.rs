//! Texts that were meant as formulas and are none: what is wrong with them, and where.
//!
//! Where a formula or prose may stand, prose is no mistake. A text that has signs of a formula and then
//! breaks where no sentence would is one: `tile_m >=`, `(tile_m > 3`, `tile_m > 3 &&& causal`.

use spak_syntax::Diagnostic;

use crate::codes::{BAD_NUMBER, EXPRESSION_TOO_DEEP, UNCLOSED_BRACKET, UNKNOWN_UNIT};
use crate::formality::is_identifier;
use crate::lexer::{Kind, Lexer, Token, place};
use crate::parse::{Options, parse_with};
use crate::unit::Unit;

/// The longest word behind a number that is taken for a unit that does not exist.
const LONGEST_UNIT: usize = 5;

/// What is wrong with `text`, if it begins like a formula and fails where prose would not.
///
/// `None` for a formula and for prose, also for prose behind a formula
/// (`tile_q >= 128 causes register spill`).
pub fn broken(text: &str, base: u32, options: Options) -> Option<Diagnostic> {
    let parsed = parse_with(text, base, options);
    if parsed.expr.is_some() {
        return None;
    }
    let error = parsed.diagnostics.into_iter().next_back()?;
    if error.code == EXPRESSION_TOO_DEEP {
        return Some(error);
    }
    let at = error.primary.span.start.checked_sub(base)? as usize;
    let (before, rest) = tokens(text, at, options);
    let signs = Signs::of(text, &before);
    let found = *rest.first()?;
    let last = before.last().copied();
    let is_broken = match error.code {
        UNCLOSED_BRACKET => unclosed(text, &signs, &before, &rest),
        _ if last.is_some_and(|l| ends_operand(text, l)) => {
            if let Some(unit) = unknown_unit(text, base, last, &rest) {
                return Some(unit);
            }
            goes_on(text, &signs, &rest, base, options)
        }
        _ => lacks_operand(text, &signs, last, found, &rest),
    };
    is_broken.then_some(error)
}

/// The tokens before byte `at`, and those from there on with the end.
fn tokens(text: &str, at: usize, options: Options) -> (Vec<Token>, Vec<Token>) {
    let mut lexer = Lexer::new(text, options.implicit_multiplication);
    let (mut before, mut rest) = (Vec::new(), Vec::new());
    loop {
        let token = lexer.next();
        if token.start < at && token.kind != Kind::End {
            before.push(token);
        } else {
            rest.push(token);
        }
        if token.kind == Kind::End {
            return (before, rest);
        }
    }
}

/// What was read before it failed.
struct Signs {
    /// `<`, `==`, `&&` and others that no sentence has.
    strong: bool,
    /// `+`, or a `-` or `/` with blanks around it, which may be a dash.
    weak: bool,
    /// Every name is one that no one writes in a sentence.
    only_identifiers: bool,
    /// `f(`
    calls: bool,
}

impl Signs {
    fn of(text: &str, tokens: &[Token]) -> Self {
        let mut signs = Self { strong: false, weak: false, only_identifiers: true, calls: false };
        let mut previous: Option<Token> = None;
        for token in tokens {
            let is_tight = previous.is_some_and(|p| p.end == token.start && p.kind == Kind::Name);
            match token.kind {
                Kind::Symbol("(") => signs.calls |= is_tight,
                Kind::Symbol("[" | "]" | ")" | "{" | "}" | "," | ":" | "?" | "!") => {}
                Kind::Symbol("-" | "/") => signs.weak |= !is_tight && previous.is_some(),
                Kind::Symbol("and" | "or" | "not" | "in") | Kind::Symbol("=>") => {
                    signs.strong |= previous.is_some();
                }
                Kind::Symbol(_) => signs.strong |= previous.is_some(),
                Kind::Name if !is_logic(token.text(text)) => {
                    signs.only_identifiers &= is_identifier(token.text(text));
                }
                _ => {}
            }
            previous = Some(*token);
        }
        signs
    }

    fn any(&self) -> bool {
        self.strong || self.weak
    }
}

fn is_logic(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "in" | "if" | "else" | "implies")
}

/// Whether a token can be the last of an operand.
fn ends_operand(text: &str, token: Token) -> bool {
    match token.kind {
        Kind::Number(..) | Kind::Text | Kind::Date => true,
        Kind::Name => !is_logic(token.text(text)),
        Kind::Symbol(s) => matches!(s, ")" | "]" | "}"),
        Kind::Bad(_) | Kind::End => false,
    }
}

/// Whether tokens contain two words in a row, as sentences do.
fn has_prose(tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| pair.iter().all(|t| t.kind == Kind::Name))
}

fn is_comparison(token: &Token) -> bool {
    matches!(token.kind, Kind::Symbol("<" | "<=" | ">" | ">=" | "==" | "!="))
}

/// A bracket is still open where the reading ended.
fn unclosed(text: &str, signs: &Signs, before: &[Token], rest: &[Token]) -> bool {
    let Some(found) = rest.first() else { return false };
    match found.kind {
        Kind::End => signs.any() || signs.calls && !has_prose(before),
        Kind::Name | Kind::Number(..) | Kind::Text => {
            let closes = rest.iter().any(|t| matches!(t.kind, Kind::Symbol(")" | "]" | "}")));
            signs.strong && !closes && rest.len() <= 2 && !is_logic(found.text(text))
        }
        Kind::Symbol(")" | "]" | "}") => signs.any() || signs.calls,
        _ => signs.strong && !has_prose(rest),
    }
}

/// An operator or an opening bracket is followed by something that is no operand.
fn lacks_operand(
    text: &str,
    signs: &Signs,
    last: Option<Token>,
    found: Token,
    rest: &[Token],
) -> bool {
    // `a -> b` in a sentence, and `x >= ...`, which is left open on purpose.
    let is_arrow = last.is_some_and(|l| l.is("-")) && found.is(">");
    if is_arrow || found.is("..") || last.is_some_and(|l| l.is("..")) {
        return false;
    }
    match found.kind {
        Kind::End => {
            signs.any() || last.is_some_and(|l| l.kind == Kind::Name) && signs.only_identifiers
        }
        Kind::Bad(BAD_NUMBER | UNKNOWN_UNIT) => {
            let next = rest.get(1).is_none_or(|t| t.kind != Kind::Name || is_logic(t.text(text)));
            signs.any() && next
        }
        Kind::Symbol(_) if last.is_none() => {
            is_comparison(&found)
                && matches!(
                    rest,
                    [_, Token { kind: Kind::Number(..), .. }, Token { kind: Kind::End, .. }]
                )
        }
        Kind::Name => signs.strong && !has_prose(rest),
        _ => signs.strong || signs.weak && !has_prose(rest),
    }
}

/// A complete formula is followed by something that does not continue it. Words may.
fn goes_on(text: &str, signs: &Signs, rest: &[Token], base: u32, options: Options) -> bool {
    let Some(found) = rest.first() else { return false };
    let written = found.text(text);
    match found.kind {
        // A second formula without an operator between them.
        Kind::Name => signs.strong && rest.get(1).is_some_and(is_comparison),
        Kind::Number(..) | Kind::Text | Kind::Date => signs.strong && !has_prose(rest),
        Kind::Symbol(")" | "]" | "}") => signs.any() && !has_prose(rest),
        Kind::Bad(_) if matches!(written, "&" | "|") => signs.strong,
        Kind::Symbol(",") | Kind::Bad(_) if matches!(written, "," | ";") => {
            let behind = text.get(found.end..).unwrap_or("");
            signs.strong && parse_with(behind, base, options).is_formula()
        }
        _ => false,
    }
}

/// `12 GX`: a word behind a number that no sentence goes on with.
fn unknown_unit(
    text: &str,
    base: u32,
    number: Option<Token>,
    rest: &[Token],
) -> Option<Diagnostic> {
    let number = number.filter(|n| matches!(n.kind, Kind::Number(_, None)))?;
    let (word, next) = (rest.first()?, rest.get(1)?);
    let written = word.text(text);
    let is_last = matches!(next.kind, Kind::End | Kind::Symbol(_)) || is_logic(next.text(text));
    let is_unit = written.len() <= LONGEST_UNIT && written.contains(|c: char| c.is_uppercase());
    if word.kind != Kind::Name || !is_last || !is_unit {
        return None;
    }
    let repair = match spak_syntax::diagnostic::suggest(written, Unit::symbols()) {
        Some(near) => format!("write `{} {near}`", number.text(text)),
        None => "write a unit such as KiB, GB/s, ms or TFLOPS, or leave it out".to_owned(),
    };
    let span = place(base, word.start, word.end);
    let diagnostic = Diagnostic::error(UNKNOWN_UNIT, span, format!("`{written}` is not a unit"))
        .because("a word right behind a number is its unit");
    Some(diagnostic.repair(repair))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        let options = Options { allow_equals: true, implicit_multiplication: false };
        broken(text, 0, options).map(|d| d.code.0)
    }

    #[test]
    fn formulas_that_break_off_are_said() {
        let cases = [
            ("t.tflops <", "expected-expression"),
            ("tile_m >=", "expected-expression"),
            ("a ==", "expected-expression"),
            ("tile_m * <= 48", "expected-expression"),
            ("tile_m <== 3", "expected-expression"),
            ("tile_m > 3 &&& x", "expected-expression"),
            ("tile_m > 3 & x < 2", "expected-expression"),
            ("is_memory_bound and", "expected-expression"),
            ("(t.tflops < 10.0", "unclosed-bracket"),
            ("(tile_m * 2 <= 48", "unclosed-bracket"),
            ("cdiv(tile_m, 2 > 3", "unclosed-bracket"),
            ("tile_m > 3)", "text-after-formula"),
            ("tile_m > 3 tile_n < 4", "text-after-formula"),
            ("tile_m > 3, tile_n < 4", "text-after-formula"),
            ("tile_m < 12 GX", "unknown-unit"),
            ("tile_m < 12GX", "unknown-unit"),
            ("scheme == \"onlin", "unclosed-text"),
            ("tile_m < 99999999999999999999", "bad-number"),
            (">= 3", "expected-expression"),
        ];
        for (text, expected) in cases {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        assert_eq!(code(&"(".repeat(100_000)), Some("expression-too-deep"));
    }

    #[test]
    fn prose_is_none_of_them() {
        for text in [
            "C matches the float64 product within k * u.",
            "CE(t+1) <= CE(t) mostly",
            "tile_q >= 128 causes register spill",
            "tile_q = 64 optimal",
            "steps>8 and no curriculum",
            "the kernel reads -> writes",
            "reads -> writes",
            "low - in the end",
            "memory/compute ratio > 4",
            "kernel is compute-bound (large tiles",
            "(see the paper",
            "(a > 3 by far) wins",
            "tile_m > 3 (it fits)",
            "fast, and correct",
            "tile_m >= ...",
            "speedup < 1.0 ...",
            "softmax(x) and friends",
            "doesn't spill",
            "2nd try",
            "> quoted words",
            "compute bound and",
            "tile_m > 3",
            "",
        ] {
            assert_eq!(code(text), None, "{text}");
        }
    }
}
