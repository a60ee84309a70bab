//! Every name that comes with the program has a concept, and no more than one.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::vocabulary::Kind;
use spak_model::{Reading, resolve};
use spak_ontology::{Lookup, Ontology, Scope};
use spak_syntax::FileId;

use super::{NoFiles, STANDARD, family_side, standard};
use crate::verbs::library;

fn operators() -> Vec<&'static str> {
    spak_generate::operators::operators().iter().map(|one| one.name).collect()
}

fn meaning(ontology: &Ontology, name: &str, scope: &Scope) -> Result<String, String> {
    match ontology.meaning(name, scope) {
        Lookup::Known(meaning) => Ok(meaning.concept.name.clone()),
        Lookup::Ambiguous(all) => {
            let names: Vec<&str> = all.iter().map(|one| one.concept.name.as_str()).collect();
            Err(format!("`{name}` is one of {}", names.join(", ")))
        }
        Lookup::Unknown => Err(format!("`{name}` has no concept")),
    }
}

#[test]
fn the_libraries_contradict_nothing() {
    let (ontology, found) = standard();
    assert!(found.is_empty(), "{found:?}");
    let found = ontology.problems(&operators());
    assert!(found.is_empty(), "{found:#?}");
    let mut names: Vec<&str> = ontology.concepts.iter().map(|c| c.name.as_str()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    let silent: Vec<&str> =
        ontology.concepts.iter().filter(|c| c.says.is_empty()).map(|c| c.name.as_str()).collect();
    assert!(silent.is_empty(), "{silent:?} say nothing");
}

#[test]
fn every_dimension_of_every_family_has_one_concept() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for manifest in spak_generate::families() {
        let side = family_side(&STANDARD, manifest.backend, manifest.family).unwrap();
        // One concept, and one array, is one dimension.
        let mut taken: BTreeMap<(String, Option<String>), String> = BTreeMap::new();
        for dimension in &side.dimensions {
            seen += 1;
            let place = format!("{}/{}", manifest.backend, manifest.family);
            match STANDARD.meaning(&dimension.name, &side.scope) {
                Lookup::Known(meaning) => {
                    let key = (meaning.concept.name.clone(), meaning.operand.clone());
                    if let Some(other) = taken.insert(key, dimension.name.clone()) {
                        wrong.push(format!(
                            "{place}: `{other}` and `{}` are the same",
                            dimension.name
                        ));
                    }
                }
                _ => wrong.push(format!(
                    "{place}: {}",
                    meaning(&STANDARD, &dimension.name, &side.scope).unwrap_err()
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 300, "only {seen} dimensions were looked at");
}

#[test]
fn every_axis_that_lifting_finds_has_a_concept() {
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
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
            let name = axis.or_else(|| pattern.name_text().map(str::to_owned)).unwrap();
            seen.insert(name.clone());
            // A pattern of one role has the names of arrays before it in what is lifted.
            if let Err(why) = meaning(&STANDARD, &name, &Scope::default()) {
                wrong.insert(format!("{library}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 120, "only {} axes were looked at", seen.len());
}

#[test]
fn every_value_and_array_of_every_operator_has_a_concept() {
    let mut wrong = Vec::new();
    for operator in operators() {
        let side = family_side(&STANDARD, "cutile", operator).unwrap();
        for value in side.values.iter().filter(|value| !side.maps.0.contains_key(*value)) {
            if let Err(why) = meaning(&STANDARD, value, &side.scope) {
                wrong.push(format!("{operator}: {why}"));
            }
        }
        for array in &side.operands {
            if STANDARD.role(array, &side.scope).is_none() {
                wrong.push(format!("{operator}: nothing says what the array `{array}` is"));
            }
        }
        // A size that is only counted has no place in a shape.
        assert!(!side.maps.0.is_empty(), "{operator} maps nothing");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_operator_maps_its_sizes_to_dimensions() {
    for one in spak_generate::operators::operators() {
        let resolved = resolve(FileId(0), one.text, &mut NoFiles);
        let entry = resolved.entries.iter().find(|e| e.kind == Some(Kind::Operator)).unwrap();
        let (maps, found) = spak_ontology::maps(&STANDARD, entry);
        assert!(found.is_empty(), "{}: {found:#?}", one.name);
        assert!(maps.has("rows"), "{} has no rows", one.name);
    }
}

#[test]
fn one_word_is_another_concept_in_another_operator() {
    let of = |name: &str, operator: &str| meaning(&STANDARD, name, &Scope::of(operator)).unwrap();
    assert_eq!(of("tile_n", "matmul"), "column_tile");
    assert_eq!(of("tile_n", "attention_forward"), "reduction_tile");
    assert_eq!(of("BLOCK_SIZE_K", "matmul"), of("tile_n", "attention_forward"));
    assert_eq!(of("tile_size", "softmax"), "reduction_tile");
    assert_eq!(of("tile_size", "swiglu"), "column_tile");
    assert!(meaning(&STANDARD, "tile_n", &Scope::default()).is_err());
    assert_eq!(of("weight_load_latency", "layer_norm"), "load_latency");
    assert!(meaning(&STANDARD, "weight_load_latency", &Scope::of("softmax")).is_err());
}
