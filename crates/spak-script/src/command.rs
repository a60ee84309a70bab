//! Command lines as argument lists, without a shell.

use crate::template::{Values, fill};

/// Why a command line is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// It has no word.
    Empty,
    /// A quote is not closed.
    Unclosed,
    /// It wants a shell.
    NeedsShell(char),
    /// A place has no value.
    Unknown(String),
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => write!(f, "the command is empty"),
            Self::Unclosed => write!(f, "a quote of the command is not closed"),
            Self::NeedsShell(c) => write!(
                f,
                "`{c}` in a command means something to a shell, and there is none: quote it, or write `sh -c '…'` and allow that"
            ),
            Self::Unknown(name) => write!(f, "nothing has the name `{name}`"),
        }
    }
}

/// The words of a command line, templates as they are: quotes keep blanks together, a backslash keeps the next character.
///
/// # Errors
/// [`CommandError`].
pub fn words(line: &str) -> Result<Vec<String>, CommandError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut rest = line.chars().peekable();
    // Within a place nothing is a quote, a blank or a sign of a shell.
    let mut in_place = false;
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        if in_place {
            word.get_or_insert_default().push(c);
            if c == '}' && next == Some('}') {
                word.get_or_insert_default().extend(rest.next());
                in_place = false;
            }
            continue;
        }
        if c == '{' && next == Some('{') {
            word.get_or_insert_default().push(c);
            word.get_or_insert_default().extend(rest.next());
            in_place = true;
            continue;
        }
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some('"'), '\\') | (None, '\\') => {
                word.get_or_insert_default().extend(rest.next());
            }
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '|' | '&' | ';' | '<' | '>' | '`' | '$') => {
                return Err(CommandError::NeedsShell(c));
            }
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(CommandError::Unclosed);
    }
    words.extend(word);
    if words.is_empty() { Err(CommandError::Empty) } else { Ok(words) }
}

/// The argument list of a command line: split first, filled in then, so that a value is never more than a part of one argument.
///
/// # Errors
/// [`CommandError`].
pub fn argv(line: &str, values: &Values) -> Result<Vec<String>, CommandError> {
    let fill = |word: String| fill(&word, values).map_err(CommandError::Unknown);
    words(line)?.into_iter().map(fill).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_their_words() {
        let split = |line| words(line).unwrap();
        assert_eq!(split("echo 'a b'  \"c d\" e\\ f ''"), ["echo", "a b", "c d", "e f", ""]);
        assert_eq!(
            split("python x.py --t {{ Tile M }}"),
            ["python", "x.py", "--t", "{{ Tile M }}"]
        );
        assert_eq!(split("echo 'LLM said: {{greeting}}'"), ["echo", "LLM said: {{greeting}}"]);
        assert_eq!(split("echo \"a \\\" b\""), ["echo", "a \" b"]);
        assert_eq!(words("echo a | sh"), Err(CommandError::NeedsShell('|')));
        assert_eq!(words("echo $HOME"), Err(CommandError::NeedsShell('$')));
        assert_eq!(words("echo '$HOME | x'").unwrap(), ["echo", "$HOME | x"]);
        assert_eq!(words("echo 'a"), Err(CommandError::Unclosed));
        assert_eq!(words("  "), Err(CommandError::Empty));
    }

    #[test]
    fn a_value_is_one_argument_whatever_it_says() {
        let values: Values = [("x".to_owned(), "a'; rm -rf / #\n$(id) {{y}}".to_owned())].into();
        let argv = argv("echo {{x}} '{{x}}'", &values).unwrap();
        assert_eq!(argv.len(), 3);
        assert!(argv.iter().skip(1).all(|word| word == "a'; rm -rf / #\n$(id) {{y}}"));
    }
}
