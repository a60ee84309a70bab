//! What is wrong with an ontology: names with two meanings in one scope, concepts and scopes that there are not.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::system::Place;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Label};

use crate::codes::{TWO_MEANINGS, UNKNOWN_CONCEPT};
use crate::concept::{Alias, Concept, Kind, Ontology};
use crate::lookup::{ANYWHERE, BACKENDS};

/// Concepts that have a name, each with the place that says so.
type Having<'o> = Vec<(&'o str, Place)>;

impl Ontology {
    /// What contradicts itself, and what reaches nothing. `operators` are those that are known besides the groups' own.
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
            for by in concept.by.iter().filter(|by| !self.is_backend(by)) {
                let message = format!("`{}` is by `{by}`, which writes no kernels", concept.name);
                found.push(
                    Diagnostic::error(UNKNOWN_CONCEPT, concept.place.span, message)
                        .because("what nobody has is never foreseen")
                        .repair(format!("the back ends are {}", BACKENDS.join(", ")))
                        .in_file(concept.place.file),
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
        found.extend(self.out_of_reach());
        found.extend(self.two_meanings());
        found.extend(self.overlaps());
        found.extend(self.two_words());
        found
    }

    /// Names in operators that cannot have the concept.
    fn out_of_reach(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for concept in self.concepts.iter().filter(|concept| !concept.of.is_empty()) {
            for alias in &concept.aliases {
                let scope = &alias.scope;
                let operators: Vec<&str> = match self.groups.get(scope) {
                    Some(group) => group.operators.iter().map(String::as_str).collect(),
                    None => vec![scope.as_str()],
                };
                let is_everywhere = scope == ANYWHERE || self.is_backend(scope);
                if is_everywhere || operators.iter().any(|one| self.applies(concept, one)) {
                    continue;
                }
                let (name, of) = (&concept.name, concept.of.join("` and `"));
                let message =
                    format!("`{name}` has names in `{scope}`, and only `{of}` can have it");
                found.push(
                    Diagnostic::error(UNKNOWN_CONCEPT, alias.place.span, message)
                        .because("a name of what an operator cannot have is never looked for")
                        .repair(format!("write `of: [\"{scope}\"]` as well, or take the names out"))
                        .in_file(alias.place.file),
                );
            }
        }
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
                format!("`spak knowledge concepts` lists all; or write `concept {name} {{ … }}`")
            }
        };
        Diagnostic::error(UNKNOWN_CONCEPT, place.span, message)
            .because("what is said of a concept that nobody defines reaches nothing")
            .repair(repair)
            .in_file(place.file)
    }

    /// Names that mean two things in one scope.
    fn two_meanings(&self) -> Vec<Diagnostic> {
        let mut by_name: BTreeMap<(bool, &str, &str), Having<'_>> = BTreeMap::new();
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
            Some(both(message, first, *before, *place))
        });
        twice.collect()
    }

    /// Names that two groups of one operator use differently, where the operator itself does not decide.
    fn overlaps(&self) -> Vec<Diagnostic> {
        let mut found = BTreeMap::new();
        let operators = self.groups.values().flat_map(|group| &group.operators);
        for operator in operators.collect::<BTreeSet<_>>() {
            let of = |alias: &Alias| {
                self.groups.contains_key(&alias.scope) && self.covers(&alias.scope, operator)
            };
            let mut by_name: BTreeMap<(bool, &str), Vec<(&Concept, &Alias)>> = BTreeMap::new();
            let mut decided: BTreeSet<(bool, &str)> = BTreeSet::new();
            for concept in self.concepts.iter().filter(|c| self.applies(c, operator)) {
                let is_operand = concept.kind == Kind::Operand;
                for alias in &concept.aliases {
                    for name in alias.names.iter().map(|name| (is_operand, name.0.as_str())) {
                        if alias.scope == *operator {
                            decided.insert(name);
                        } else if of(alias) {
                            by_name.entry(name).or_default().push((concept, alias));
                        }
                    }
                }
            }
            for ((is_operand, name), all) in by_name {
                let Some((first, before)) =
                    all.first().filter(|_| !decided.contains(&(is_operand, name)))
                else {
                    continue;
                };
                // In one group it is an error of that group, which is told already.
                let other = all.iter().find(|(concept, alias)| {
                    concept.name != first.name && alias.scope != before.scope
                });
                let Some((second, after)) = other else { continue };
                let message = format!(
                    "`{name}` is `{}` in `{}` and `{}` in `{}`, and `{operator}` is in both",
                    first.name, before.scope, second.name, after.scope
                );
                let key = (name, &first.name, &second.name);
                found
                    .entry(key)
                    .or_insert_with(|| both(message, &first.name, before.place, after.place));
            }
        }
        found.into_values().collect()
    }

    /// Words that are spellings of two others.
    fn two_words(&self) -> Vec<Diagnostic> {
        let (mut found, mut known) = (Vec::new(), BTreeMap::new());
        for spelling in &self.spellings {
            let others = spelling.by.iter().flat_map(|(_, words)| words).map(String::as_str);
            for word in others.chain([spelling.word.as_str()]) {
                let before = *known.entry(word).or_insert((&spelling.word, spelling.place));
                if *before.0 != spelling.word {
                    let (first, second) = (before.0, &spelling.word);
                    let message =
                        format!("`{word}` is a spelling of both `{first}` and `{second}`");
                    found.push(both(message, first, before.1, spelling.place));
                }
            }
        }
        found
    }
}

/// A name that two concepts have. The other place may be in another file, and its label keeps it.
fn both(message: String, first: &str, before: Place, place: Place) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(TWO_MEANINGS, place.span, message)
        .because("what is said of one of them would be said of the other")
        .repair("give it to one of the two, or say in which operator it is which")
        .in_file(place.file);
    let text = format!("`{first}` has it here");
    diagnostic.related.push(Label { file: before.file, span: before.span, text });
    diagnostic
}
