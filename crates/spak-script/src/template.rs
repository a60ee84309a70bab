//! Texts with `{{places}}`: values are put in once, and are never read as templates themselves.

use std::collections::BTreeMap;

/// Values by name.
pub type Values = BTreeMap<String, String>;

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// Pieces of a template; what is opened and not closed is text.
fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        found.push(Piece::Text(before));
        found.push(Piece::Place(name.trim()));
        rest = behind;
    }
    found.push(Piece::Text(rest));
    found
}

/// The names of places in a template.
pub fn places(template: &str) -> Vec<&str> {
    let name = |piece| match piece {
        Piece::Place(name) => Some(name),
        Piece::Text(_) => None,
    };
    pieces(template).into_iter().filter_map(name).collect()
}

/// The text with values in its places.
///
/// # Errors
/// The first name that has no value.
pub fn fill(template: &str, values: &Values) -> Result<String, String> {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Place(name) => text.push_str(values.get(name).ok_or_else(|| name.to_owned())?),
        }
    }
    Ok(text)
}

/// The path in `file("…")`, when that is the whole text.
pub fn file(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("file(")?.strip_suffix(')')?.trim();
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    inner.strip_prefix(quote)?.strip_suffix(quote).filter(|path| !path.contains(quote))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(all: &[(&str, &str)]) -> Values {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_was_put_in_is_not_read_again() {
        let values = values(&[("a", "{{b}}"), ("b", "secret"), ("axiom.0", "x")]);
        assert_eq!(fill("<{{ a }}{{axiom.0}}>", &values), Ok("<{{b}}x>".to_owned()));
        assert_eq!(fill("{{c}}", &values), Err("c".to_owned()));
        assert_eq!(fill("{{a", &values), Ok("{{a".to_owned()));
        assert_eq!(places("{{a}} {{ b }} {{"), ["a", "b"]);
    }

    #[test]
    fn files() {
        assert_eq!(file(" file(\"a b.txt\") "), Some("a b.txt"));
        assert_eq!(file("file('x')"), Some("x"));
        for none in ["file(x)", "file(\"a\") b", "profile(\"a\")", "file(\"a\" + \"b\")"] {
            assert_eq!(file(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_value_adds_a_place(text in "[ab{} ]{0,20}", value in "[ab{}]{0,8}") {
            let all = values(&[("a", &value), ("b", "B")]);
            if let Ok(filled) = fill(&text, &all) {
                let expected = text.matches("{{a}}").count();
                prop_assert!(filled.len() + 5 * expected.max(1) * 10 >= text.len() / 2);
            }
        }
    }
}
