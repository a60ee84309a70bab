//! Reading `concept`, `group` and `spelling` blocks.

use std::collections::BTreeSet;

use spak_model::entry::Entry;
use spak_model::reading::Reading;
use spak_model::system::Place;
use spak_model::{Literal, vocabulary};
use spak_syntax::{Diagnostic, Label};

use crate::codes::{TWO_MEANINGS, UNKNOWN_CONCEPT};
use crate::concept::{Alias, Concept, Group, Kind, Name, Ontology, Spelling};

impl Ontology {
    /// Adds what `entries` and the systems in them say. A concept of a name that is known already adds its aliases and values
    /// to the first one, which is how a design gives a concept a name of its own; blocks that cannot be read are left out and
    /// told.
    pub fn read(&mut self, entries: &[Entry]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        self.collect(entries, &mut found);
        found
    }

    fn collect(&mut self, entries: &[Entry], found: &mut Vec<Diagnostic>) {
        for entry in entries {
            match entry.kind {
                Some(vocabulary::Kind::Concept) => self.concept_of(entry, found),
                Some(vocabulary::Kind::Group) => self.group_of(entry),
                Some(vocabulary::Kind::Spelling) => self.spelling_of(entry),
                Some(vocabulary::Kind::System) => self.collect(entry.children(), found),
                _ => {}
            }
        }
    }

    fn concept_of(&mut self, entry: &Entry, found: &mut Vec<Diagnostic>) {
        let Some(name) = entry.name_text().map(str::to_owned) else { return };
        let alias = |(scope, names, place): (String, Vec<String>, Place)| Alias {
            scope,
            names: names.into_iter().map(Name).collect(),
            place,
        };
        let aliases: Vec<Alias> = by_key(entry, "aliases").map(alias).collect();
        let values: Vec<_> = by_key(entry, "values").map(|(v, others, _)| (v, others)).collect();
        let place = Place { file: entry.file, span: entry.span };
        if let Some(known) = self.concepts.iter_mut().find(|concept| concept.name == name) {
            if let Some(kind) = text(entry, "kind").filter(|kind| kind != known.kind.name()) {
                found.push(other_kind(known, &kind, entry));
                return;
            }
            known.aliases.extend(aliases);
            known.values.extend(values);
            // What every operator can have already would only lose some by it.
            if !known.of.is_empty() {
                known.of.extend(list(entry, "of"));
            }
            return;
        }
        let written = text(entry, "kind");
        let Some(kind) = written.as_deref().and_then(Kind::read) else {
            let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            let message = match written {
                Some(written) => format!("`{name}` is of the kind `{written}`, which there is not"),
                None => format!("`{name}` does not say of which `kind` it is"),
            };
            let diagnostic = Diagnostic::error(UNKNOWN_CONCEPT, entry.head.span, message)
                .because("what a concept is decides where its names are looked for")
                .repair(format!("write `kind:` with one of {}", kinds.join(", ")));
            found.push(diagnostic.in_file(entry.file));
            return;
        };
        self.concepts.push(Concept {
            name,
            kind,
            says: text(entry, "says").unwrap_or_default(),
            unit: text(entry, "unit"),
            of: list(entry, "of"),
            by: list(entry, "by"),
            along: text(entry, "along"),
            broader: text(entry, "broader"),
            aliases,
            values,
            place,
        });
    }

    fn group_of(&mut self, entry: &Entry) {
        let Some(name) = entry.name_text() else { return };
        let place = Place { file: entry.file, span: entry.span };
        let group = self.groups.entry(name.to_owned()).or_insert_with(|| Group {
            name: name.to_owned(),
            says: text(entry, "says").unwrap_or_default(),
            source: text(entry, "source"),
            operators: BTreeSet::new(),
            place,
        });
        group.operators.extend(list(entry, "operators"));
    }

    fn spelling_of(&mut self, entry: &Entry) {
        let Some(word) = entry.name_text() else { return };
        let by = entry
            .children()
            .iter()
            .filter_map(|child| Some((child.head.text(), texts(&child.slot()?.reading))));
        self.spellings.push(Spelling {
            word: word.to_owned(),
            by: by.collect(),
            place: Place { file: entry.file, span: entry.span },
        });
    }
}

/// A concept of this name is something else already.
fn other_kind(known: &Concept, kind: &str, entry: &Entry) -> Diagnostic {
    let (name, is) = (&known.name, known.kind.name());
    let message = format!("`{name}` is of the kind `{kind}` here, and `{is}` elsewhere");
    let mut diagnostic = Diagnostic::error(TWO_MEANINGS, entry.head.span, message)
        .because("a second `concept` of a name adds names to the first one")
        .repair("leave `kind` out to add names to it, or call this one something else")
        .in_file(entry.file);
    let text = format!("`{name}` is defined here");
    diagnostic.related.push(Label { file: known.place.file, span: known.place.span, text });
    diagnostic
}

/// `aliases { scope: [names] }`, with the place of each line.
fn by_key<'e>(
    entry: &'e Entry,
    key: &'e str,
) -> impl Iterator<Item = (String, Vec<String>, Place)> + 'e {
    let blocks = entry.children().iter().filter(move |child| child.key() == key);
    blocks.flat_map(|block| block.children().iter()).filter_map(|one| {
        let place = Place { file: one.file, span: one.span };
        Some((one.head.text(), texts(&one.slot()?.reading), place))
    })
}

fn list(entry: &Entry, key: &str) -> Vec<String> {
    entry.slots(key).flat_map(|slot| texts(&slot.reading)).collect()
}

fn text(entry: &Entry, key: &str) -> Option<String> {
    list(entry, key).into_iter().next()
}

/// What is written, whatever it was read as.
pub(crate) fn texts(reading: &Reading) -> Vec<String> {
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
