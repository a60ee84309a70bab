//! White space between the words of a head and of other text that is no formula: one spelling, however
//! it was written.

/// Words behind which a bracket begins something new instead of the arguments of a call.
const CONNECTIVES: &[&str] = &[
    "and", "elif", "else", "for", "foreach", "if", "in", "let", "not", "of", "or", "return",
    "then", "to", "until", "when", "where", "while",
];

/// Signs that stand between two spaces.
const SPACED: &[&str] = &[
    "<=>", "==", "!=", "<=", ">=", "=>", "->", "<-", ":=", "+=", "-=", "*=", "/=", "@=", "&&",
    "||", "=", "<", ">", "|", "≤", "≥", "≠", "→", "←", "⇒", "∈", "≈",
];

/// Signs of arithmetic, which stand without spaces inside of brackets.
const TIGHT: &[&str] = &["..", "**", "//", "+", "-", "*", "/", "^", "%", "@"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A name, a number or a text in quotes.
    Word(&'a str),
    Open(&'a str),
    Close(&'a str),
    /// A comma or a semicolon.
    Comma(&'a str),
    Colon,
    Spaced(&'a str),
    Tight(&'a str),
    /// Any other sign; white space around it is kept.
    Other(&'a str),
}

/// `text` with the white space that its tokens need: `h[L + 1]` as `h[L+1]`, `F( a,b )` as `F(a, b)`.
/// With `is_formula`, arithmetic outside of brackets is written without spaces, too.
pub(super) fn spaced(text: &str, is_formula: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<Token<'_>> = None;
    let mut open: Vec<char> = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let gap = trimmed.len() < rest.len();
        let Some((token, behind)) = token(trimmed, out.chars().next_back().filter(|_| !gap)) else {
            break;
        };
        if let Some(before) = before
            && is_apart(
                before,
                token,
                gap,
                (is_formula || !open.is_empty(), open.last() == Some(&'[')),
            )
        {
            out.push(' ');
        }
        match token {
            Token::Open(sign) => open.extend(sign.chars().next()),
            Token::Close(_) => {
                open.pop();
            }
            _ => {}
        }
        out.push_str(written(token));
        before = Some(token);
        rest = behind;
    }
    out
}

fn written(token: Token<'_>) -> &str {
    match token {
        Token::Colon => ":",
        Token::Word(text)
        | Token::Open(text)
        | Token::Close(text)
        | Token::Comma(text)
        | Token::Spaced(text)
        | Token::Tight(text)
        | Token::Other(text) => text,
    }
}

/// Whether a space stands between two tokens; `gap` when one was written. Arithmetic may be tight, and the
/// place may be an index.
fn is_apart(
    before: Token<'_>,
    token: Token<'_>,
    gap: bool,
    (is_tight, is_index): (bool, bool),
) -> bool {
    let connects = |word: &str| CONNECTIVES.contains(&word);
    match (before, token) {
        (Token::Open(_), _) | (_, Token::Close(_) | Token::Comma(_)) => false,
        (Token::Comma(_) | Token::Spaced(_), _) | (_, Token::Spaced(_)) => true,
        (_, Token::Colon) => false,
        // `0:T` in an index is a range; `t: T` names a type.
        (Token::Colon, _) => !is_index,
        (Token::Word(word), _) if connects(word) => gap || matches!(token, Token::Open(_)),
        (_, Token::Word(word)) if connects(word) => gap || matches!(before, Token::Close(_)),
        (Token::Word(_) | Token::Close(_), Token::Open(_)) => false,
        (Token::Word(_) | Token::Close(_), Token::Word(_)) => true,
        (Token::Tight(_), _) | (_, Token::Tight(_)) => gap && !is_tight,
        (Token::Other(_), _) | (_, Token::Other(_)) => gap,
    }
}

/// The first token of `text`, and what stands behind it; `touches` is the character right before it.
fn token(text: &str, touches: Option<char>) -> Option<(Token<'_>, &str)> {
    let first = text.chars().next()?;
    let split = |at: usize| text.split_at_checked(at).unwrap_or((text, ""));
    // An apostrophe behind a letter is part of a name (`x'`) or of a word (`don't`).
    let is_quote = first == '"' || first == '\'' && !touches.is_some_and(char::is_alphanumeric);
    if is_quote && let Some(end) = end_of_quoted(text, first) {
        let (word, rest) = split(end);
        return Some((Token::Word(word), rest));
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if is_word(first) {
        let (word, rest) = split(text.find(|c| !is_word(c)).unwrap_or(text.len()));
        return Some((Token::Word(word), rest));
    }
    let sign = |signs: &[&'static str]| signs.iter().find(|s| text.starts_with(**s)).copied();
    if let Some(sign) = sign(SPACED) {
        return Some((Token::Spaced(sign), split(sign.len()).1));
    }
    if let Some(sign) = sign(TIGHT) {
        return Some((Token::Tight(sign), split(sign.len()).1));
    }
    let (sign, rest) = split(first.len_utf8());
    let token = match first {
        '(' | '[' => Token::Open(sign),
        ')' | ']' => Token::Close(sign),
        ',' | ';' => Token::Comma(sign),
        ':' => Token::Colon,
        _ => Token::Other(sign),
    };
    Some((token, rest))
}

fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn white_space_has_one_spelling() {
        for (text, wanted) in [
            ("h[L + 1]", "h[L+1]"),
            ("fact f (t:T.P)", "fact f(t: T.P)"),
            ("operator F( a,b )", "operator F(a, b)"),
            ("if steps>8", "if steps > 8"),
            ("if (a>b)", "if (a > b)"),
            ("for l in 0..n-1", "for l in 0..n-1"),
            ("for x in[1,2]", "for x in [1, 2]"),
            ("system GPT-2", "system GPT-2"),
            ("Attention - Forward", "Attention - Forward"),
            ("4 * D", "4 * D"),
            ("rule \"a  ( b\"", "rule \"a  ( b\""),
            ("x[0:T,:]", "x[0:T, :]"),
            ("don't do", "don't do"),
        ] {
            assert_eq!(spaced(text, false), wanted);
            assert_eq!(spaced(wanted, false), wanted);
        }
        assert_eq!(spaced("4 * D", true), "4*D");
    }
}
