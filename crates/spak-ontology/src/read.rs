//! Reading `concept`, `group` and `spelling` blocks, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::entry::Entry;
use spak_model::reading::Reading;
use spak_model::system::Place;
use spak_model::{Literal, vocabulary};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Label};

use crate::codes::{TWO_MEANINGS, UNKNOWN_CONCEPT};
use crate::concept::{Alias, Concept, Group, Kind, Name, Ontology, Spelling};
use crate::lookup::ANYWHERE;

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
            known.aliases.extend(aliases);
            known.values.extend(values);
            known.of.extend(list(entry, "of"));
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

    /// What contradicts itself: names with two meanings in one scope, concepts and scopes that there are not. `operators` are
    /// those that are known besides the groups' own.
    pub fn problems(&self, operators: &[&str]) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut known: BTreeSet<&str> = operators.iter().copied().collect();
        known.extend(self.groups.keys().map(String::as_str));
        known.extend(self.groups.values().flat_map(|g| g.operators.iter().map(String::as_str)));
        for concept in &self.concepts {
            let scopes = concept.aliases.iter().map(|alias| (&alias.scope, alias.place));
            let of = concept.of.iter().map(|scope| (scope, concept.place));
            for (scope, place) in scopes.chain(of) {
                if known.contains(scope.as_str()) || self.is_backend(scope) || scope == ANYWHERE {
                    continue;
                }
                let message =
                    format!("`{}` has names in `{scope}`, which is no scope", concept.name);
                let near = suggest(scope, known.iter().copied());
                let repair = near.map_or_else(
                    || {
                        "write an operator, a group, a back end or `any`; `group` makes one"
                            .to_owned()
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                found.push(
                    Diagnostic::error(UNKNOWN_CONCEPT, place.span, message)
                        .because("a name that is looked for nowhere is never found")
                        .repair(repair)
                        .in_file(place.file),
                );
            }
            for (of, wanted) in [(&concept.along, Some(Kind::Dimension)), (&concept.broader, None)]
            {
                let Some(of) = of else { continue };
                let there = self.concept(of).filter(|c| wanted.is_none_or(|kind| c.kind == kind));
                if there.is_none() {
                    found.push(self.unknown(of, wanted, &concept.name, concept.place));
                }
            }
        }
        found.extend(self.two_meanings());
        found
    }

    /// Says that there is no concept `name`.
    pub(crate) fn unknown(
        &self,
        name: &str,
        kind: Option<Kind>,
        asker: &str,
        place: Place,
    ) -> Diagnostic {
        let of_kind = self.concepts.iter().filter(|c| kind.is_none_or(|kind| c.kind == kind));
        let names: Vec<&str> = of_kind.map(|c| c.name.as_str()).collect();
        let what = kind.map_or("concept", Kind::name);
        let message = format!("`{asker}` names the {what} `{name}`, which there is not");
        let repair = match suggest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("`spak explain --concepts` lists all; or write `concept {name} {{ … }}`")
            }
        };
        Diagnostic::error(UNKNOWN_CONCEPT, place.span, message)
            .because("what is said of a concept that nobody defines reaches nothing")
            .repair(repair)
            .in_file(place.file)
    }

    /// Names that mean two things in one scope.
    fn two_meanings(&self) -> Vec<Diagnostic> {
        let mut by_name: BTreeMap<(bool, &str, &str), Vec<(&str, Place)>> = BTreeMap::new();
        for concept in &self.concepts {
            // An array and a tile may be called the same: nothing asks for both.
            let is_operand = concept.kind == Kind::Operand;
            for alias in &concept.aliases {
                for name in &alias.names {
                    let key = (is_operand, alias.scope.as_str(), name.0.as_str());
                    let all = by_name.entry(key).or_default();
                    if !all.iter().any(|(known, _)| *known == concept.name) {
                        all.push((&concept.name, alias.place));
                    }
                }
            }
        }
        let twice = by_name.into_iter().filter_map(|((_, scope, name), all)| {
            let [(first, before), (second, place), ..] = all.as_slice() else { return None };
            let message = format!("`{name}` is both `{first}` and `{second}` in `{scope}`");
            let mut diagnostic = Diagnostic::error(TWO_MEANINGS, place.span, message)
                .because("what is said of one of them would be said of the other")
                .repair("give it to one of the two, or say in which operator it is which");
            let text = format!("`{first}` has it here");
            diagnostic.related.push(Label { file: before.file, span: before.span, text });
            Some(diagnostic.in_file(place.file))
        });
        twice.collect()
    }
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
