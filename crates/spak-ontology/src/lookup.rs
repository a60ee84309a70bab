//! What a name means somewhere, and what something is called there.

use std::collections::BTreeSet;

use crate::concept::{Alias, Concept, Kind, Ontology};

/// Where a name is used. What is not known restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The operator that is computed (`softmax`).
    pub operator: Option<String>,
    /// Who writes it: the back end or the language (`cutile`, `c`, `triton`).
    pub backend: Option<String>,
}

impl Scope {
    /// A scope in which nothing but the operator is known.
    pub fn of(operator: &str) -> Self {
        Self { operator: Some(operator.to_owned()), backend: None }
    }
}

/// What a name means.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning<'o> {
    /// The concept.
    pub concept: &'o Concept,
    /// The array that it is about, when the name has one in it.
    pub operand: Option<String>,
}

/// What is known of a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup<'o> {
    /// It means this.
    Known(Meaning<'o>),
    /// It means one of these, depending on what is not known of the scope.
    Ambiguous(Vec<Meaning<'o>>),
    /// Nobody says what it means.
    Unknown,
}

/// How near a scope is; the highest counts.
const OPERATOR: u8 = 5;
const GROUP: u8 = 4;
const BACKEND: u8 = 3;
const ANY: u8 = 2;
const OWN: u8 = 1;

/// Everywhere.
pub(crate) const ANYWHERE: &str = "any";

impl Ontology {
    /// What `name` means in `scope`: as it is written there, else as the same word is spelled elsewhere.
    pub fn meaning(&self, name: &str, scope: &Scope) -> Lookup<'_> {
        for word in self.spelled(name) {
            let found = self.word(word, scope);
            if found != Lookup::Unknown {
                return found;
            }
        }
        Lookup::Unknown
    }

    /// The meaning, where there is exactly one.
    pub fn known(&self, name: &str, scope: &Scope) -> Option<Meaning<'_>> {
        match self.meaning(name, scope) {
            Lookup::Known(meaning) => Some(meaning),
            Lookup::Ambiguous(_) | Lookup::Unknown => None,
        }
    }

    fn word<'o>(&'o self, word: &str, scope: &Scope) -> Lookup<'o> {
        // Names that are written out are nearer than those with a place for an operand.
        let mut best: Vec<((u8, bool), Meaning<'o>)> = Vec::new();
        let mut take = |rank: (u8, bool), meaning: Meaning<'o>| {
            let highest = best.first().map(|(rank, _)| *rank);
            if highest.is_none_or(|highest| rank > highest) {
                best.clear();
            }
            if highest.is_none_or(|highest| rank >= highest)
                && !best.iter().any(|(_, known)| known.concept.name == meaning.concept.name)
            {
                best.push((rank, meaning));
            }
        };
        for concept in &self.concepts {
            if scope.operator.as_ref().is_some_and(|operator| !self.applies(concept, operator)) {
                continue;
            }
            if concept.name == word {
                take((OWN, true), Meaning { concept, operand: None });
            }
            for alias in &concept.aliases {
                let Some(rank) = self.rank(&alias.scope, scope) else { continue };
                for name in &alias.names {
                    if name.0 == word {
                        take((rank, true), Meaning { concept, operand: None });
                    } else if let Some(operand) = name.operand_of(word)
                        && self.is_operand(operand, scope)
                    {
                        let operand = Some(operand.to_owned());
                        take((rank, false), Meaning { concept, operand });
                    }
                }
            }
        }
        let mut best = best.into_iter().map(|(_, meaning)| meaning);
        match (best.next(), best.next()) {
            (Some(only), None) => Lookup::Known(only),
            (Some(first), Some(second)) => {
                Lookup::Ambiguous([first, second].into_iter().chain(best).collect())
            }
            (None, _) => Lookup::Unknown,
        }
    }

    /// How near the scope of an alias is to where a name is used; `None` when it is elsewhere.
    fn rank(&self, of: &str, scope: &Scope) -> Option<u8> {
        if of == ANYWHERE {
            return Some(ANY);
        }
        if self.groups.contains_key(of) {
            return match &scope.operator {
                Some(operator) => self.covers(of, operator).then_some(if of == operator {
                    OPERATOR
                } else {
                    GROUP
                }),
                None => Some(GROUP),
            };
        }
        if self.is_backend(of) {
            return scope.backend.as_ref().is_none_or(|backend| backend == of).then_some(BACKEND);
        }
        match &scope.operator {
            Some(operator) => (operator == of).then_some(OPERATOR),
            // Of an unknown operator those of one and those of a group are as likely.
            None => Some(GROUP),
        }
    }

    /// Whether a scope is who writes, and not what is computed.
    pub(crate) fn is_backend(&self, scope: &str) -> bool {
        BACKENDS.contains(&scope)
    }

    /// Whether `word` is the name of an array there.
    fn is_operand(&self, word: &str, scope: &Scope) -> bool {
        self.role(word, scope).is_some()
    }

    /// What an array is to a kernel: a concept of the kind `operand`.
    pub fn role(&self, array: &str, scope: &Scope) -> Option<&Concept> {
        let operands = self.concepts.iter().filter(|concept| concept.kind == Kind::Operand);
        let ranked = operands.filter_map(|concept| {
            let named = |alias: &&Alias| alias.names.iter().any(|name| name.0 == array);
            let of = concept.aliases.iter().filter(named);
            Some((of.filter_map(|alias| self.rank(&alias.scope, scope)).max()?, concept))
        });
        // An array may be one thing for the operator and another for the group that it is in.
        ranked.max_by_key(|(rank, _)| *rank).map(|(_, concept)| concept)
    }

    /// What a concept is called in `scope`, the nearest names first; `{operand}` stands for each of `operands`.
    pub fn names(&self, concept: &Concept, scope: &Scope, operands: &[String]) -> Vec<String> {
        let ranked = concept.aliases.iter().filter_map(|alias| {
            let rank = self.rank(&alias.scope, scope)?;
            Some((rank, &alias.names))
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        let mut seen = BTreeSet::new();
        let mut all: Vec<String> = Vec::new();
        for (_, names) in ranked {
            for name in names {
                match (name.has_operand(), operands.is_empty()) {
                    (false, true) => all.push(name.0.clone()),
                    (true, false) => all.extend(operands.iter().map(|one| name.with(one))),
                    _ => {}
                }
            }
        }
        if operands.is_empty() {
            all.push(concept.name.clone());
        }
        all.retain(|name| seen.insert(name.clone()));
        all
    }
}

/// Those who write kernels.
pub(crate) const BACKENDS: &[&str] = &["c", "cuda", "cutile", "triton"];
