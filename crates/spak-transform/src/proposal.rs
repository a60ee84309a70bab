//! Proposals of libraries: fragments of designs with when they are worth having.

use spak_model::entry::{Content, Entry};
use spak_model::system::Place;
use spak_model::vocabulary::Kind;
use spak_model::{Literal, Reading};

/// A fragment of a design, and when it belongs into one.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Its name.
    pub name: String,
    /// Operators and groups of operators that it is for; all of them when there are none.
    pub of: Vec<String>,
    /// The formula that has to hold, as it is written.
    pub when: Option<String>,
    /// Libraries that it imports.
    pub imports: Vec<String>,
    /// Its blocks, as text of a design.
    pub fragment: String,
    /// Why.
    pub reason: String,
    /// Where that is from.
    pub source: String,
    /// Where it stands.
    pub place: Place,
}

/// The proposals among `entries`, whose text is `text`, in order.
pub fn proposals(entries: &[Entry], text: &str) -> Vec<Proposal> {
    let mut found = Vec::new();
    for entry in entries {
        match entry.kind {
            Some(Kind::Proposal) => found.push(proposal(entry, text)),
            Some(Kind::System) => found.extend(proposals(entry.children(), text)),
            _ => {}
        }
    }
    found
}

fn proposal(entry: &Entry, text: &str) -> Proposal {
    let all = |key: &str| -> Vec<String> {
        entry.slots(key).flat_map(|slot| texts(&slot.reading)).collect()
    };
    let first = |key: &str| all(key).into_iter().next();
    let blocks = entry.children().iter().filter(|child| matches!(child.content, Content::Block(_)));
    let fragment: Vec<&str> = blocks.map(|child| child.span.slice(text)).collect();
    Proposal {
        name: entry.name_text().unwrap_or_default().to_owned(),
        of: all("of"),
        when: first("when"),
        imports: all("import"),
        fragment: fragment.join("\n"),
        reason: first("reason").unwrap_or_default(),
        source: first("source").unwrap_or_default(),
        place: Place { file: entry.file, span: entry.span },
    }
}

fn texts(reading: &Reading) -> Vec<String> {
    let plain = |literal: &Literal| match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    };
    match reading {
        Reading::Literal(Literal::List(items)) => items.iter().map(plain).collect(),
        Reading::Literal(literal) => vec![plain(literal)],
        Reading::List(items) => items.iter().flat_map(texts).collect(),
        Reading::Formula(formula) => vec![formula.text.clone()],
        Reading::Name(text) | Reading::Words(text) | Reading::Template(text, _) => {
            vec![text.clone()]
        }
        _ => Vec::new(),
    }
}
