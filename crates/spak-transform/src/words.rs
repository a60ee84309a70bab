//! The words of goals: which phrases of which languages mean what. Data of libraries (`std/transform/words.dsl`), and the names
//! of machines that libraries describe.

use spak_model::entry::Entry;
use spak_model::system::Record;
use spak_model::{Literal, Reading};

use crate::phrase::Phrase;

/// What a phrase says of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One of these machines.
    Hardware(Vec<String>),
    Operator(String),
    Objective(String),
    Uses(String),
    /// A size of the problem that a number beside it gives.
    Size(String),
    /// A field of the problem and its value.
    Field(String, String),
    /// Something of which a number with a unit beside it is the most.
    Limit(String),
    /// What follows is not to be used.
    Not,
    /// Words that say nothing.
    Nothing,
}

/// Phrases with their meanings.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub(crate) all: Vec<(Phrase, Meaning)>,
    /// Endings that words of a language may have without meaning something else.
    pub(crate) endings: Vec<String>,
    /// Phrases that are the whole name of a machine.
    whole: Vec<Phrase>,
}

impl Words {
    /// Takes in `goal_words KIND { meaning: [phrases] }` blocks of a library; says which kinds of them it does not know.
    pub fn add(&mut self, entries: &[Entry]) -> Vec<String> {
        let mut unknown = Vec::new();
        for entry in entries {
            if entry.key() == "goal_words" {
                let kind = entry.name_text().unwrap_or_default().to_owned();
                self.block(entry, &kind, &mut unknown);
            } else {
                unknown.extend(self.add(entry.children()));
            }
        }
        unknown
    }

    fn block(&mut self, entry: &Entry, kind: &str, unknown: &mut Vec<String>) {
        for child in entry.children() {
            let head = child.head.text();
            let phrases: Vec<String> =
                child.slot().map(|slot| texts(&slot.reading)).unwrap_or_default();
            if kind == "endings" {
                self.endings.extend(phrases);
                continue;
            }
            let Some(meaning) = meaning(kind, &head) else {
                unknown.push(kind.to_owned());
                return;
            };
            for phrase in phrases.iter().filter_map(|text| Phrase::of(text)) {
                self.all.push((phrase, meaning.clone()));
            }
        }
    }

    /// Takes in a machine: by its name, by what its driver calls it, by that without the maker, and by how its name begins
    /// (`A100`), which may be that of several.
    pub fn machine(&mut self, record: &Record) {
        let Some(name) = &record.name else { return };
        let driver = record.fields.iter().find(|(key, _)| key == "device_name");
        let driver: Vec<String> = driver.map(|(_, slot)| texts(&slot.reading)).unwrap_or_default();
        let mut own = vec![name.clone()];
        for text in &driver {
            let words: Vec<&str> = text.split_whitespace().collect();
            own.extend(
                (0..words.len().min(3))
                    .map(|at| words.iter().skip(at).copied().collect::<Vec<_>>().join(" ")),
            );
        }
        // A number alone is no machine.
        own.retain(|text| text.chars().any(char::is_alphabetic));
        for phrase in own.iter().filter_map(|text| Phrase::of(text)) {
            self.is_machine(phrase, name, true);
        }
        let parts: Vec<&str> = name.split('_').collect();
        for length in 1..parts.len() {
            let beginning = parts.iter().take(length).copied().collect::<Vec<_>>().join(" ");
            if let Some(phrase) = Phrase::of(&beginning) {
                self.is_machine(phrase, name, false);
            }
        }
    }

    /// A whole name is that machine's alone; the beginning of one may be that of several.
    fn is_machine(&mut self, phrase: Phrase, name: &str, is_whole: bool) {
        if is_whole {
            self.whole.push(phrase.clone());
        } else if self.whole.contains(&phrase) {
            return;
        }
        let known = self.all.iter_mut().find_map(|(known, meaning)| match meaning {
            Meaning::Hardware(all) if *known == phrase => Some(all),
            _ => None,
        });
        match known {
            Some(all) if is_whole => *all = vec![name.to_owned()],
            Some(all) => all.push(name.to_owned()),
            None => self.all.push((phrase, Meaning::Hardware(vec![name.to_owned()]))),
        }
    }
}

fn meaning(kind: &str, head: &str) -> Option<Meaning> {
    let head = head.to_owned();
    Some(match kind {
        "objective" => Meaning::Objective(head),
        "operator" => Meaning::Operator(head),
        "uses" => Meaning::Uses(head),
        "size" => Meaning::Size(head),
        "limit" => Meaning::Limit(head),
        "field" => {
            let (name, value) = head.split_once(' ')?;
            Meaning::Field(name.to_owned(), value.trim().to_owned())
        }
        "not" => Meaning::Not,
        "nothing" => Meaning::Nothing,
        _ => return None,
    })
}

fn texts(reading: &Reading) -> Vec<String> {
    match reading {
        Reading::Literal(Literal::List(items)) => items
            .iter()
            .map(|item| match item {
                Literal::Text(text) => text.clone(),
                other => other.to_string(),
            })
            .collect(),
        Reading::Literal(Literal::Text(text)) => vec![text.clone()],
        Reading::List(items) => items.iter().flat_map(texts).collect(),
        Reading::Words(text) | Reading::Name(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
