//! Where findings hold: a condition with a name, which stands once in a design as a predicate.

use std::collections::BTreeMap;

use spak_records::{ContentHash, Value};
use spak_syntax::ast::{Item, WordKind};

use crate::design::{Statement, statements};

/// How wide a line of a design gets before a formula goes on in the next one.
pub(crate) const WIDTH: usize = 100;
/// How deep a predicate may rest on others.
const MAX_DEPTH: u32 = 8;
/// How long a formula may get with the predicates in it written out.
const MAX_FORMULA: usize = 1 << 14;

/// A condition with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// Name of the predicate (`prefill_on_xeon_2c`).
    pub name: String,
    /// The symbols that it compares and the values they have, in order.
    pub terms: Vec<(String, Value)>,
}

impl Scope {
    /// The formula that holds exactly there.
    pub fn formula(&self) -> String {
        self.written().join(" && ")
    }

    /// Each term as it is written.
    fn written(&self) -> Vec<String> {
        self.terms.iter().map(|(name, value)| format!("{name} == {}", quoted(value))).collect()
    }

    /// Names for this scope, the first one best: later ones tell it from others of the same name.
    pub(crate) fn names(&self) -> Vec<String> {
        let hash = ContentHash::of_text(&self.formula());
        let digits = |n: usize| hash.short().get(..n).unwrap_or_default();
        let mut names = vec![self.name.clone()];
        names.extend([4, 8, 12].map(|n| format!("{}_{}", self.name, digits(n))));
        names
    }

    /// The predicate as lines, where tabs at the beginning stand for steps of indent.
    pub(crate) fn predicate(&self, name: &str, indent: usize) -> Vec<String> {
        let mut lines = vec![format!("fact {name}() {{")];
        let mut line = "\treturn".to_owned();
        for (index, term) in self.written().into_iter().enumerate() {
            let joined = if index == 0 { format!(" {term}") } else { format!(" && {term}") };
            // A line that goes on has one step more than the first one.
            let step = if lines.len() > 1 { 4 } else { 0 };
            let width = indent + step + line.trim_start().chars().count() + joined.chars().count();
            if index > 0 && width > WIDTH {
                lines.push(std::mem::replace(&mut line, format!("\t\t{}", joined.trim_start())));
            } else {
                line.push_str(&joined);
            }
        }
        lines.push(line);
        lines.push("}".to_owned());
        lines
    }

    /// Whether a formula says the same: the same terms in any order and any quotes.
    pub(crate) fn is(&self, formula: &str) -> bool {
        let mut own: Vec<String> = self.written().iter().map(|t| normal(t)).collect();
        let mut other: Vec<String> = conjuncts(formula).iter().map(|t| normal(t)).collect();
        own.sort();
        other.sort();
        own == other
    }
}

/// A value in a formula of its own, texts in double quotes.
fn quoted(value: &Value) -> String {
    match value {
        Value::Text(text) if !text.contains(['"', '\\']) => format!("\"{text}\""),
        other => crate::wording::literal(other),
    }
}

/// The formula that a predicate without parameters returns.
pub(crate) fn returned(statement: Statement<'_>) -> Option<String> {
    let words = &statement.block.head.words;
    let groups: Vec<&str> =
        words.iter().filter(|w| w.kind == WordKind::Group).map(|w| w.text.trim()).collect();
    if statement.keyword() != "fact" || groups != [""] {
        return None;
    }
    let [Item::Line(line)] = statement.block.items.as_slice() else {
        let [Item::Pair(pair)] = statement.block.items.as_slice() else { return None };
        let returns = pair.key.text() == "return";
        return returns.then(|| crate::design::text_of(&pair.value));
    };
    let rest = line.text.trim().strip_prefix("return")?;
    let formula = rest.trim().trim_end_matches(';').trim_end();
    (rest.starts_with([' ', '\t', '(', '\n', '\r']) && !formula.is_empty())
        .then(|| on_one_line(formula))
}

/// The predicates without parameters under `items`, by name.
pub(crate) fn predicates(items: &[Item]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in statements(items) {
        if let Some(formula) = returned(statement) {
            found.entry(statement.name().to_owned()).or_insert(formula);
        }
    }
    found
}

/// `formula` with the names of predicates written out; a name that stands for itself stays.
pub(crate) fn resolved(formula: &str, predicates: &BTreeMap<String, String>) -> String {
    written_out(formula, predicates, &mut Vec::new()).unwrap_or_else(|| formula.to_owned())
}

/// `None` when it gets too deep or too long.
fn written_out(
    formula: &str,
    predicates: &BTreeMap<String, String>,
    open: &mut Vec<String>,
) -> Option<String> {
    if open.len() as u32 > MAX_DEPTH {
        return None;
    }
    let mut out = String::new();
    let words = words(formula);
    for (index, (word, plain)) in words.iter().enumerate() {
        let next = words.get(index + 1).map_or("", |(w, _)| w.trim());
        let inner = predicates.get(*word).filter(|_| *plain && !open.iter().any(|o| o == word));
        // `p.x` is a field of something and `p(t)` another predicate.
        let called = next.starts_with('(') && !next.starts_with("()");
        let Some(inner) = inner.filter(|_| !next.starts_with('.') && !called) else {
            let after = index.checked_sub(1).and_then(|i| words.get(i));
            let done = after.is_some_and(|(before, plain)| {
                *plain && predicates.contains_key(*before) && !open.iter().any(|o| o == before)
            });
            // The parentheses of `p()` are gone with its name.
            let rest = word.trim_start().strip_prefix("()").filter(|_| done);
            out.push_str(rest.unwrap_or(word));
            continue;
        };
        open.push((*word).to_owned());
        let inner = written_out(inner, predicates, open)?;
        open.pop();
        let alone = words.len() == 1 || (words.len() == 2 && next == "()");
        out.push_str(&if alone { inner } else { format!("({inner})") });
        if out.len() > MAX_FORMULA {
            return None;
        }
    }
    Some(out)
}

/// The words outside quotes (`true`) and everything between them.
fn words(text: &str) -> Vec<(&str, bool)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut parts = Vec::new();
    let mut quote = None;
    let (mut start, mut in_word) = (0, false);
    for (i, c) in text.char_indices() {
        let word = quote.is_none() && is_word(c);
        if word != in_word {
            parts.push((text.get(start..i).unwrap_or_default(), in_word));
            (start, in_word) = (i, word);
        }
        match quote {
            Some(q) if q == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(_) | None => {}
        }
    }
    parts.push((text.get(start..).unwrap_or_default(), in_word));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// Line ends and indent outside quotes as one space.
fn on_one_line(formula: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for c in formula.chars() {
        match quote {
            Some(q) if q == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(_) | None => {}
        }
        if quote.is_none() && c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The parts that `&&` or `and` joins, outside quotes; parentheses round all of it do not count.
fn conjuncts(formula: &str) -> Vec<String> {
    let formula = formula.trim();
    let inner = formula.strip_prefix('(').and_then(|f| f.strip_suffix(')'));
    let formula = inner.filter(|f| !f.contains(['(', ')'])).unwrap_or(formula);
    let mut parts = vec![String::new()];
    let mut quote = None;
    let mut chars = formula.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(q) if q == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '&' && chars.peek() == Some(&'&') => {
                chars.next();
                parts.push(String::new());
                continue;
            }
            Some(_) | None => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// The comparison of a symbol with its value, as terms of conditions are compared.
pub(crate) fn term((name, value): &(String, Value)) -> String {
    normal(&format!("{name} == {}", quoted(value)))
}

/// The terms of a condition, as they are compared.
pub(crate) fn terms(condition: &str) -> Vec<String> {
    let terms = conjuncts(condition).into_iter().map(|part| normal(&part));
    terms.filter(|term| !term.is_empty()).collect()
}

/// The text that a condition compares a symbol with; `None` when it says nothing of it.
pub(crate) fn compared(condition: &str, symbol: &str) -> Option<String> {
    conjuncts(condition).iter().find_map(|part| {
        let (name, value) = part.split_once("==")?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim() == symbol).then(|| value.to_owned())
    })
}

/// A term without spaces and with one kind of quotes.
fn normal(term: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for c in term.trim().chars() {
        match quote {
            Some(q) if q == c => {
                quote = None;
                out.push('"');
            }
            Some(_) => out.push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                out.push('"');
            }
            None if c.is_whitespace() => {}
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeMap<String, String> {
        [
            ("here", "device == \"Intel(R) here\" && cores == 2"),
            ("hot", "here || cores > 8"),
            ("self_made", "self_made && causal"),
            ("a", "b"),
            ("b", "a"),
        ]
        .map(|(n, f)| (n.to_owned(), f.to_owned()))
        .into()
    }

    #[test]
    fn names_of_predicates_are_written_out() {
        for (formula, expected) in [
            ("here", "device == \"Intel(R) here\" && cores == 2"),
            ("here()", "device == \"Intel(R) here\" && cores == 2"),
            ("here && x == 1", "(device == \"Intel(R) here\" && cores == 2) && x == 1"),
            ("not here() and x", "not (device == \"Intel(R) here\" && cores == 2) and x"),
            ("hot", "(device == \"Intel(R) here\" && cores == 2) || cores > 8"),
            ("name == 'here'", "name == 'here'"),
            ("here.x == 1", "here.x == 1"),
            ("here(t)", "here(t)"),
            ("there", "there"),
            ("self_made", "self_made && causal"),
            ("a", "a"),
            ("", ""),
        ] {
            assert_eq!(resolved(formula, &known()), expected, "{formula}");
        }
    }

    #[test]
    fn growth_without_end_is_cut_off() {
        let mut many: BTreeMap<String, String> = BTreeMap::new();
        for i in 0..40 {
            many.insert(format!("p{i}"), format!("p{0} && p{0} && p{0}", i + 1));
        }
        assert_eq!(resolved("p0", &many), "p0");
    }

    #[test]
    fn a_scope_knows_itself_in_another_order_and_other_quotes() {
        let scope = Scope {
            name: "s".to_owned(),
            terms: vec![
                ("device".to_owned(), Value::from("A && B")),
                ("cores".to_owned(), Value::Int(2)),
            ],
        };
        assert!(scope.is("cores==2 && device == 'A && B'"));
        assert!(scope.is("( device == \"A && B\" && cores == 2 )"));
        assert!(!scope.is("cores == 2"));
        assert!(!scope.is("cores == 2 && device == 'A && C'"));
    }

    proptest::proptest! {
        #[test]
        fn any_formula_is_resolved_without_panic(text in "[ -~예]{0,40}") {
            let _ = resolved(&text, &known());
            let scope = Scope { name: "s".to_owned(), terms: Vec::new() };
            let _ = scope.is(&text);
        }
    }
}
