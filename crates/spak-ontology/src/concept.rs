//! What an ontology consists of.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::system::Place;

/// What sort of thing a concept is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An extent of a problem: rows, columns, what is summed over.
    Dimension,
    /// What an array is to a kernel.
    Operand,
    /// A choice of what the kernel is.
    Axis,
    /// A number of how it is laid on the machine.
    Parameter,
    /// What a problem says besides its sizes.
    Property,
}

impl Kind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 5] =
        [Self::Dimension, Self::Operand, Self::Axis, Self::Parameter, Self::Property];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dimension => "dimension",
            Self::Operand => "operand",
            Self::Axis => "axis",
            Self::Parameter => "parameter",
            Self::Property => "property",
        }
    }

    /// The kind that is written so.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A name as an alias writes it: a word, or a word with a place for an operand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(pub String);

/// Stands for the name of an array.
const OPERAND: &str = "{operand}";

impl Name {
    /// Whether it has a place for an operand.
    pub fn has_operand(&self) -> bool {
        self.0.contains(OPERAND)
    }

    /// The word with this operand in its place.
    pub fn with(&self, operand: &str) -> String {
        self.0.replace(OPERAND, operand)
    }

    /// The operand that `word` has in its place, if it is this name otherwise.
    pub fn operand_of<'w>(&self, word: &'w str) -> Option<&'w str> {
        let (before, behind) = self.0.split_once(OPERAND)?;
        let operand = word.strip_prefix(before)?.strip_suffix(behind)?;
        (!operand.is_empty()).then_some(operand)
    }
}

/// Names of a concept in one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// An operator, a group, a back end, a language, or `any`.
    pub scope: String,
    /// What it is called there, the usual name first.
    pub names: Vec<Name>,
    /// Where that is said.
    pub place: Place,
}

/// One definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Concept {
    /// Its name, which is also one of its names everywhere.
    pub name: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What it is, in words.
    pub says: String,
    /// What it is counted in, if it is counted.
    pub unit: Option<String>,
    /// The operators and groups that have it; all of them when there are none.
    pub of: Vec<String>,
    /// The back ends and languages that have it; all of them when there are none.
    pub by: Vec<String>,
    /// The concept of the dimension that it lies along.
    pub along: Option<String>,
    /// The concept that it is a special case of.
    pub broader: Option<String>,
    /// Its names by scope: an operator, a group, a back end, a language, or `any`.
    pub aliases: Vec<Alias>,
    /// Other words for its values.
    pub values: Vec<(String, Vec<String>)>,
    /// Where it stands.
    pub place: Place,
}

impl Concept {
    /// The first word for a value.
    pub fn value<'v>(&'v self, value: &'v str) -> &'v str {
        let known = self.values.iter().find(|(_, others)| others.iter().any(|o| o == value));
        known.map_or(value, |(first, _)| first)
    }

    /// Every word for a value, the value itself among them.
    pub fn words<'v>(&'v self, value: &'v str) -> Vec<&'v str> {
        let first = self.value(value);
        let others = self.values.iter().filter(|(name, _)| name == first);
        let others = others.flat_map(|(_, others)| others.iter().map(String::as_str));
        let all: BTreeSet<&str> = [value, first].into_iter().chain(others).collect();
        all.into_iter().collect()
    }
}

/// Operators that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What they have in common.
    pub says: String,
    /// Where the names in it are from, for operators that SPAK has no description of.
    pub source: Option<String>,
    /// Its operators.
    pub operators: BTreeSet<String>,
    /// Where it stands first.
    pub place: Place,
}

/// How a word is written elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelling {
    /// The word.
    pub word: String,
    /// The same by language.
    pub by: Vec<(String, Vec<String>)>,
    /// Where it stands.
    pub place: Place,
}

/// All that libraries and designs say of names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ontology {
    /// Definitions, in the order in which they were read.
    pub concepts: Vec<Concept>,
    /// Groups by name.
    pub groups: BTreeMap<String, Group>,
    /// Spellings in order.
    pub spellings: Vec<Spelling>,
}

impl Ontology {
    /// The concept called `name`.
    pub fn concept(&self, name: &str) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.name == name)
    }

    /// Whether `scope`, an operator or a group, covers an operator.
    pub fn covers(&self, scope: &str, operator: &str) -> bool {
        scope == operator
            || self.groups.get(scope).is_some_and(|group| group.operators.contains(operator))
    }

    /// Whether an operator can have a concept.
    pub fn applies(&self, concept: &Concept, operator: &str) -> bool {
        concept.of.is_empty() || concept.of.iter().any(|scope| self.covers(scope, operator))
    }

    /// Whether what writes kernels there can have a concept; what is not known restricts nothing.
    pub fn is_had_by(&self, concept: &Concept, backend: Option<&str>) -> bool {
        concept.by.is_empty()
            || backend.is_none_or(|backend| concept.by.iter().any(|one| one == backend))
    }

    /// A word in all its spellings, itself first.
    pub fn spelled<'w>(&'w self, word: &'w str) -> Vec<&'w str> {
        let mut all = vec![word];
        for spelling in &self.spellings {
            let others = || spelling.by.iter().flat_map(|(_, words)| words.iter());
            if spelling.word == word || others().any(|other| other == word) {
                all.push(&spelling.word);
                all.extend(others().map(String::as_str));
            }
        }
        let mut seen = BTreeSet::new();
        all.retain(|word| seen.insert(*word));
        all
    }
}
