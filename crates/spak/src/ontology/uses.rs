//! Who uses a concept: operators with their templates, patterns of lifting, rules of libraries and of a design.

use std::collections::BTreeSet;

use anyhow::Result;
use spak_expr::free_names;
use spak_knowledge::Program;
use spak_model::system::{Place, System};
use spak_model::vocabulary::Kind;
use spak_model::{Reading, resolve};
use spak_ontology::{Concept, Lookup, Ontology, Scope, Side};
use spak_syntax::FileId;

use super::{NoFiles, family_side, reach};
use crate::verbs::library;

/// What something calls a concept.
pub(crate) struct Use {
    /// The operator.
    pub(crate) operator: Option<String>,
    /// The back end whose templates call it so; `None` for what the operator itself says.
    pub(crate) backend: Option<String>,
    /// The names.
    pub(crate) names: Vec<String>,
}

/// Names with the concept that each means, in the order in which they are declared.
type Known = Vec<(String, String)>;

/// What comes with the program and calls things by names; what these mean is looked up once.
pub(crate) struct Users {
    sides: Vec<(Use, Known)>,
    lifted: Known,
}

impl Users {
    /// All of them.
    ///
    /// # Errors
    /// A description that comes with the program is broken.
    pub(crate) fn new(ontology: &Ontology) -> Result<Self> {
        let mut sides = Vec::new();
        let families = spak_generate::families();
        for operator in spak_generate::operators::operators().iter().map(|one| one.name) {
            let its = families.iter().filter(|one| one.family == operator);
            for (number, manifest) in its.enumerate() {
                let side = family_side(ontology, manifest.backend, operator)?;
                let mut add = |backend: Option<&str>, known: Known| {
                    let (operator, backend) =
                        (Some(operator.to_owned()), backend.map(str::to_owned));
                    sides.push((Use { operator, backend, names: Vec::new() }, known));
                };
                if number == 0 {
                    add(None, of_problem(ontology, &side));
                }
                let names = side.dimensions.iter().map(|one| one.name.as_str());
                add(Some(manifest.backend), known(ontology, names, &side.scope));
            }
        }
        let lifted: BTreeSet<String> = lifted().into_iter().map(|(_, name)| name).collect();
        let lifted = known(ontology, lifted.iter().map(String::as_str), &Scope::default());
        Ok(Self { sides, lifted })
    }

    /// What operators and their templates call a concept.
    pub(crate) fn uses(&self, concept: &Concept) -> Vec<Use> {
        let all = self.sides.iter().map(|(by, known)| Use {
            operator: by.operator.clone(),
            backend: by.backend.clone(),
            names: of(known, concept),
        });
        all.filter(|one| !one.names.is_empty()).collect()
    }

    /// Axes of patterns that are a concept.
    pub(crate) fn lifted(&self, concept: &Concept) -> Vec<String> {
        of(&self.lifted, concept)
    }
}

fn of(known: &Known, concept: &Concept) -> Vec<String> {
    let its = known.iter().filter(|(_, is)| *is == concept.name);
    its.map(|(name, _)| name.clone()).collect()
}

/// What the description of an operator has: sizes, arrays, and what else its problems have.
fn of_problem(ontology: &Ontology, side: &Side) -> Known {
    let sizes = side.maps.0.iter().flat_map(|(size, dimensions)| {
        dimensions.iter().map(|dimension| (size.clone(), dimension.clone()))
    });
    let arrays = side
        .operands
        .iter()
        .filter_map(|array| Some((array.clone(), ontology.role(array, &side.scope)?.name.clone())));
    let rest = side.values.iter().filter(|name| !side.maps.0.contains_key(*name));
    let rest = known(ontology, rest.map(String::as_str), &side.scope);
    sizes.chain(arrays).chain(rest).collect()
}

/// Those of `names` that have one meaning there.
pub(crate) fn known<'n>(
    ontology: &Ontology,
    names: impl Iterator<Item = &'n str>,
    scope: &Scope,
) -> Known {
    let meaning =
        |name: &'n str| Some((name.to_owned(), ontology.known(name, scope)?.concept.name.clone()));
    names.filter_map(meaning).collect()
}

/// Axes that patterns find, with the library that each pattern is in.
pub(super) fn lifted() -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (library, text) in library::LIBRARIES
        .iter()
        .filter(|(name, _)| name.starts_with("std/lift/") && !name.starts_with("std/lift/cases/"))
    {
        let resolved = resolve(FileId(0), text, &mut NoFiles);
        let systems = resolved.entries.iter().flat_map(|entry| entry.children());
        for pattern in systems.filter(|entry| entry.kind == Some(Kind::Pattern)) {
            let axis = pattern.slots("axis").find_map(|slot| match &slot.reading {
                Reading::Literal(literal) => literal.as_text().map(str::to_owned),
                Reading::Words(text) | Reading::Name(text) => Some(text.clone()),
                _ => None,
            });
            let name = axis.or_else(|| pattern.name_text().map(str::to_owned));
            found.extend(name.map(|name| (*library, name)));
        }
    }
    found
}

/// A rule or a constraint that names something.
pub(crate) struct Naming {
    /// The rule.
    pub(crate) rule: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// Names in it that mean the concept,
    pub(crate) names: Vec<String>,
    /// and whether they can mean nothing else there.
    pub(crate) is_certain: bool,
}

/// A rule or a constraint, and what each name in it can mean.
pub(crate) struct Rule {
    name: String,
    place: Place,
    names: Vec<(String, BTreeSet<String>)>,
}

/// Rules and constraints that stand in the file of `system` itself.
pub(crate) fn rules(ontology: &Ontology, system: &System, scope: &Scope) -> Vec<Rule> {
    let program = Program::of(system, &|_| String::new());
    let rules = program.rules.iter().zip(&program.about);
    let rules = rules.map(|(rule, about)| (rule.name.clone(), about.place, reach::names(rule)));
    let conditions = system.constraints.iter().map(|constraint| {
        let formulas = constraint.slots.iter().filter_map(|slot| match &slot.reading {
            Reading::Formula(formula) => Some(free_names(&formula.expr)),
            _ => None,
        });
        let name = constraint.name.clone().unwrap_or_default();
        (name, constraint.place, formulas.flatten().collect())
    });
    let meanings = |name: &str| -> BTreeSet<String> {
        match ontology.meaning(name, scope) {
            Lookup::Known(meaning) => BTreeSet::from([meaning.concept.name.clone()]),
            Lookup::Ambiguous(all) => all.iter().map(|one| one.concept.name.clone()).collect(),
            Lookup::Unknown => BTreeSet::new(),
        }
    };
    let own = rules.chain(conditions).filter(|(_, place, _)| place.file == FileId(0));
    own.map(|(name, place, names)| {
        let names = names.into_iter().map(|name| {
            let all = meanings(&name);
            (name, all)
        });
        Rule { name, place, names: names.collect() }
    })
    .collect()
}

/// Those that name a concept, by any of its names.
pub(crate) fn namings(rules: &[Rule], concept: &Concept) -> Vec<Naming> {
    let named = rules.iter().filter_map(|rule| {
        let its = rule.names.iter().filter(|(_, all)| all.contains(&concept.name));
        let is_certain = its.clone().any(|(_, all)| all.len() == 1);
        // Beside a name that means it for certain, one that may is most likely something else.
        let names = its.filter(|(_, all)| !is_certain || all.len() == 1);
        let names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
        let (rule, place) = (rule.name.clone(), rule.place);
        (!names.is_empty()).then_some(Naming { rule, place, names, is_certain })
    });
    named.collect()
}
