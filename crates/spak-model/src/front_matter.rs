//! The YAML between the two `---` lines: what the file says about itself, not about the design.

use spak_syntax::ast::Slot;
use spak_syntax::{Diagnostic, Span};
use yaml_rust2::{Yaml, YamlLoader};

use crate::codes::BAD_FRONT_MATTER;
use crate::literal::Literal;

/// Entries of front matter are short; more than this is something else by mistake.
const MAX_BYTES: usize = 64 << 10;
/// The YAML reader recurses over nested values.
const MAX_NESTING: usize = 64;

/// The entries of a front matter in order, and what is wrong with it.
pub fn read(slot: &Slot) -> (Vec<(String, Literal)>, Option<Diagnostic>) {
    let bad = |span: Span, message: String| {
        let diagnostic = Diagnostic::error(BAD_FRONT_MATTER, span, message)
            .because("front matter is YAML: `key: value` lines between two lines `---`")
            .repair("quote texts that contain `: ` or begin with a special character");
        (Vec::new(), Some(diagnostic))
    };
    if slot.text.len() > MAX_BYTES || nesting(&slot.text) > MAX_NESTING {
        return bad(slot.span, "the front matter is too large or nested too deep".to_owned());
    }
    let documents = match YamlLoader::load_from_str(&slot.text) {
        Ok(documents) => documents,
        Err(error) => {
            let marker = error.marker();
            let lines = slot.text.split_inclusive('\n').take(marker.line().saturating_sub(1));
            let start = slot.span.start + lines.map(str::len).sum::<usize>() as u32;
            let line = slot.text.lines().nth(marker.line().saturating_sub(1)).unwrap_or("");
            let span =
                Span::new(start.min(slot.span.end), (start + line.len() as u32).min(slot.span.end));
            return bad(span, format!("the front matter is not YAML: {}", error.info()));
        }
    };
    match documents.first() {
        None | Some(Yaml::Null) => (Vec::new(), None),
        Some(Yaml::Hash(entries)) => {
            let entries = entries
                .iter()
                .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), literal(value))));
            (entries.collect(), None)
        }
        Some(_) => bad(slot.span, "the front matter has no keys".to_owned()),
    }
}

/// An upper bound of how deep values are nested: brackets, dashes of one line, steps of indentation.
fn nesting(text: &str) -> usize {
    let brackets = text.matches(['[', '{']).count();
    let line =
        |l: &str| l.matches("- ").count() + l.matches(": ").count() + l.matches("? ").count();
    let dashes = text.lines().map(line).max().unwrap_or(0);
    let indent = text.lines().map(|l| l.len() - l.trim_start().len()).max().unwrap_or(0);
    brackets.max(dashes).max(indent)
}

fn literal(value: &Yaml) -> Literal {
    match value {
        Yaml::Boolean(b) => Literal::Bool(*b),
        Yaml::Integer(i) => Literal::Int(*i),
        Yaml::Real(text) => {
            text.parse().map_or_else(|_| Literal::Text(text.clone()), Literal::Float)
        }
        Yaml::String(text) => Literal::Text(text.clone()),
        Yaml::Array(items) => Literal::List(items.iter().map(literal).collect()),
        Yaml::Hash(entries) => Literal::List(entries.iter().map(|(_, v)| literal(v)).collect()),
        _ => Literal::Text(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(text: &str) -> Slot {
        Slot { span: Span::new(4, 4 + text.len() as u32), text: text.to_owned() }
    }

    #[test]
    fn entries_keep_their_order_and_types() {
        let (entries, wrong) = read(&slot(
            "title: \"FMHA – v3\"\ntags: [FMHA, cuTile]\nextraction-date: 2026-02-13\n",
        ));
        assert_eq!(wrong, None);
        let keys: Vec<&str> = entries.iter().map(|(k, _)| k.as_str()).collect();
        assert_eq!(keys, ["title", "tags", "extraction-date"]);
        let tags = ["FMHA", "cuTile"].map(|t| Literal::Text(t.to_owned())).to_vec();
        assert_eq!(entries.get(1).map(|e| &e.1), Some(&Literal::List(tags)));
    }

    #[test]
    fn what_is_no_yaml_is_said_at_its_line() {
        let (entries, wrong) = read(&slot("title: ok\ntags: [a, b\nstatus: x: y\n"));
        assert_eq!(entries, []);
        assert_eq!(wrong.map(|d| d.code), Some(BAD_FRONT_MATTER));
        let deep = format!("a: {}", "[".repeat(100_000));
        assert!(read(&slot(&deep)).1.is_some());
    }
}
