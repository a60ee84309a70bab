//! Text as tokens, so that `RTX-5070`, `rtx 5070` and `RTX5070에서` begin alike.

use std::ops::Range;

/// A piece of text: letters of one kind of script, a number, or one mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// In small letters.
    pub(crate) text: String,
    /// Bytes of the original.
    pub(crate) at: Range<usize>,
    /// Whether nothing stands between it and the one before.
    pub(crate) is_joined: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Latin,
    Letter,
    Mark,
}

fn class(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit,
        c if c.is_ascii_alphabetic() => Class::Latin,
        c if c.is_alphanumeric() => Class::Letter,
        _ => Class::Mark,
    }
}

/// The tokens of a text; a point between digits belongs to the number.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let mut end = None;
    let mut chars = text.char_indices().peekable();
    let mut last: Option<Class> = None;
    while let Some((at, c)) = chars.next() {
        let next_is_digit = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let mut class = class(c);
        // `1.5`, `8,192`
        if matches!(c, '.' | ',') && last == Some(Class::Digit) && end == Some(at) && next_is_digit
        {
            class = Class::Digit;
        }
        if c.is_whitespace() {
            last = None;
            continue;
        }
        let small: String = c.to_lowercase().collect();
        let behind = at + c.len_utf8();
        match all
            .last_mut()
            .filter(|_| last == Some(class) && class != Class::Mark && end == Some(at))
        {
            Some(token) => {
                token.text.push_str(&small);
                token.at.end = behind;
            }
            None => {
                let is_joined = end == Some(at);
                all.push(Token { text: small, at: at..behind, is_joined });
            }
        }
        (end, last) = (Some(behind), Some(class));
    }
    all
}

/// Words to look for: tokens without marks between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase(Vec<String>);

impl Phrase {
    /// The phrase that `text` is; nothing if it has no letter and no digit.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words: Vec<String> =
            tokens(text).into_iter().map(|token| token.text).filter(|t| !is_mark(t)).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// How many tokens from `at` on it takes, if they are this phrase. Hyphens count for nothing. A last word may go on with one
    /// of `endings`, and then has to be of another script than the Latin one.
    pub(crate) fn length(&self, tokens: &[Token], at: usize, endings: &[String]) -> Option<usize> {
        let mut here = at;
        for (number, word) in self.0.iter().enumerate() {
            while number > 0
                && tokens
                    .get(here)
                    .is_some_and(|token| matches!(token.text.as_str(), "-" | "_" | "/"))
            {
                here += 1;
            }
            let token = tokens.get(here)?;
            let is_last = number + 1 == self.0.len();
            let is_it = token.text == *word
                || is_last
                    && token
                        .text
                        .strip_prefix(word.as_str())
                        .is_some_and(|rest| endings.iter().any(|ending| ending == rest));
            if !is_it {
                return None;
            }
            here += 1;
        }
        // A word goes on: `RTX 5070Ti` is no RTX 5070.
        let goes_on = tokens.get(here).is_some_and(|next| {
            next.is_joined
                && next.text.chars().all(|c| c.is_ascii_alphanumeric())
                && tokens
                    .get(here - 1)
                    .is_some_and(|own| own.text.chars().all(|c| c.is_ascii_alphanumeric()))
        });
        (!goes_on).then_some(here - at)
    }

    /// How many letters and digits it has: the longest of several phrases is meant.
    pub(crate) fn weight(&self) -> usize {
        self.0.iter().map(|word| word.chars().count()).sum()
    }
}

pub(crate) fn is_mark(text: &str) -> bool {
    text.chars().all(|c| class(c) == Class::Mark)
}
