//! A quick look at a text before it is parsed: how deep could its tree be?
//!
//! The parser and the destructor of its tree recurse, so depth must be bounded before. What is
//! counted is an upper bound: levels of brackets, plus the operators that can nest without them.

/// The greatest bound that is let through; measured to be far from exhausting 2 MiB of stack.
const MAX_BOUND: usize = 1000;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Where the bound is exceeded, and the bound.
    pub(super) too_deep: Option<(u32, usize)>,
    /// Where a text with computed parts begins (`f"{x}"`): what is inside was not looked at.
    pub(super) interpolated: Option<u32>,
    /// There is a `&&`, `||` or `!` outside of texts and comments.
    pub(super) c_operators: bool,
}

/// Operators since the last place at which nesting starts anew.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Those that bind tighter than `and` and `or`; these make one flat node, so they start anew.
    tight: usize,
    /// `if`, `else`, `lambda`, `for`: only a comma ends what they nest.
    loose: usize,
}

/// Looks at `text`.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut levels = vec![Level::default()];
    let mut sum = 0_usize;
    for token in Tokens::new(text) {
        let Some(level) = levels.last_mut() else { break };
        let before = level.tight + level.loose;
        match token.kind {
            Kind::Open => {
                level.tight += 1;
                sum += level.tight + level.loose - before;
                levels.push(Level::default());
                if sum > MAX_BOUND {
                    scan.too_deep.get_or_insert((token.at, MAX_BOUND));
                    return scan;
                }
                continue;
            }
            Kind::Close => {
                if levels.len() > 1 {
                    sum -= before;
                    levels.pop();
                }
                continue;
            }
            Kind::Comma => *level = Level::default(),
            Kind::Junction => level.tight = 0,
            Kind::Operator => level.tight += 1,
            Kind::Loose => {
                level.loose += 1 + level.tight;
                level.tight = 0;
            }
            Kind::COperator => {
                level.tight += 1;
                scan.c_operators = true;
            }
            Kind::Interpolated => {
                scan.interpolated.get_or_insert(token.at);
            }
        }
        sum = sum - before + level.tight + level.loose;
        if sum > MAX_BOUND {
            scan.too_deep.get_or_insert((token.at, MAX_BOUND));
            return scan;
        }
    }
    scan
}

/// What matters of a text, token by token; texts and comments are skipped.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// A token that matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its first byte.
    pub(super) at: u32,
}

/// What a token does to nesting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    Comma,
    /// `and`, `or`
    Junction,
    Operator,
    Loose,
    COperator,
    Interpolated,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn word(&mut self) -> Option<Kind> {
        let start = self.at;
        while self.byte(self.at) >= 128
            || self.byte(self.at).is_ascii_alphanumeric()
            || self.byte(self.at) == b'_'
        {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        if matches!(self.byte(self.at), b'"' | b'\'')
            && word.len() <= 2
            && word.bytes().any(|b| matches!(b, b'f' | b'F' | b't' | b'T'))
        {
            return Some(Kind::Interpolated);
        }
        match word {
            "and" | "or" => Some(Kind::Junction),
            "not" | "in" | "is" | "await" | "yield" | "from" => Some(Kind::Operator),
            "if" | "else" | "lambda" | "for" | "async" => Some(Kind::Loose),
            _ => None,
        }
    }

    /// Skips a text whose quote is next. A simple one ends at the end of its line at the latest,
    /// as it does for the parser.
    fn skip_text(&mut self) {
        let quote = self.byte(self.at);
        let triple = self.byte(self.at + 1) == quote && self.byte(self.at + 2) == quote;
        self.at += if triple { 3 } else { 1 };
        while self.at < self.text.len() {
            match self.byte(self.at) {
                b'\\' => self.at += 1,
                b'\n' | b'\r' if !triple => return,
                byte if byte == quote => {
                    let ends = !triple
                        || (self.byte(self.at + 1) == quote && self.byte(self.at + 2) == quote);
                    if ends {
                        self.at += if triple { 3 } else { 1 };
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.at < self.text.len() {
            let at = self.at;
            let (byte, next) = (self.byte(at), self.byte(at + 1));
            let kind = match byte {
                b'#' => {
                    while self.at < self.text.len() && !matches!(self.byte(self.at), b'\n' | b'\r')
                    {
                        self.at += 1;
                    }
                    None
                }
                b'"' | b'\'' => {
                    self.skip_text();
                    None
                }
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 128.. => self.word(),
                _ => {
                    self.at += 1;
                    match (byte, next) {
                        (b'(' | b'[' | b'{', _) => Some(Kind::Open),
                        (b')' | b']' | b'}', _) => Some(Kind::Close),
                        (b',', _) => Some(Kind::Comma),
                        (b'&', b'&') | (b'|', b'|') => {
                            self.at += 1;
                            Some(Kind::COperator)
                        }
                        (b'!', b'=') => {
                            self.at += 1;
                            Some(Kind::Operator)
                        }
                        (b'!', _) => Some(Kind::COperator),
                        (b' ' | b'\t' | b'\n' | b'\r', _) => None,
                        _ => Some(Kind::Operator),
                    }
                }
            };
            if let Some(kind) = kind {
                return Some(Token { kind, at: crate::bytes::offset(at) });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::scan;

    #[test]
    fn nesting_is_bounded_whatever_nests() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("-", ""),
            ("not ", ""),
            ("f(", ")"),
            ("1 if a else ", ""),
            ("a ** ", ""),
            ("lambda x: ", ""),
            ("x if a or b else ", ""),
            ("a.", "b"),
        ] {
            let deep = format!("{}1{}", open.repeat(2000), close.repeat(2000));
            assert!(scan(&deep).too_deep.is_some(), "{open}");
            let flat = format!("{}1{}", open.repeat(200), close.repeat(200));
            assert!(scan(&flat).too_deep.is_none(), "{open}");
        }
    }

    #[test]
    fn what_is_flat_is_let_through() {
        let alternatives = vec!["(a == -1 and b[1] > 2)"; 5000].join(" or ");
        assert!(scan(&alternatives).too_deep.is_none());
        let list = format!("x in [{}]", vec!["-1 + 2"; 50_000].join(", "));
        assert!(scan(&list).too_deep.is_none());
    }

    #[test]
    fn brackets_in_texts_and_comments_do_not_count() {
        let text = format!("x == '{}' # {}", "(".repeat(5000), "(".repeat(5000));
        assert!(scan(&text).too_deep.is_none());
        // A text that is not closed ends with its line.
        let open = format!("'abc\n{}", "(".repeat(5000));
        assert!(scan(&open).too_deep.is_some());
    }
}
