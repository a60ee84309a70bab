//! Every name that comes with the program has a concept, and no more than one.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::resolve;
use spak_model::vocabulary::Kind;
use spak_ontology::{Lookup, Name, Ontology, Scope, Side};
use spak_syntax::FileId;

use super::uses::lifted;
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
    for (library, name) in lifted() {
        // A pattern of one role has the names of arrays before it in what is lifted.
        if let Err(why) = meaning(&STANDARD, &name, &Scope::default()) {
            wrong.insert(format!("{library}: {why}"));
        }
        seen.insert(name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 120, "only {} axes were looked at", seen.len());
}

/// What operators and their templates call things: operator, back end, names of dimensions, values and arrays.
fn sides() -> Vec<Side> {
    let backends: BTreeSet<&str> = spak_generate::families().iter().map(|m| m.backend).collect();
    let each = operators().into_iter().flat_map(|operator| {
        backends.iter().map(move |backend| family_side(&STANDARD, backend, operator).unwrap())
    });
    each.collect()
}

/// Names that the rules over spaces declare.
fn declared() -> BTreeSet<String> {
    let rules = library::LIBRARIES.iter().filter(|(name, _)| name.starts_with("std/rules/"));
    let mut found = BTreeSet::new();
    for (_, text) in rules {
        let mut todo = resolve(FileId(0), text, &mut NoFiles).entries;
        while let Some(entry) = todo.pop() {
            if entry.kind == Some(Kind::Type) {
                found.extend(entry.children().iter().map(|field| field.head.text()));
            }
            todo.extend(entry.children().iter().cloned());
        }
    }
    found
}

/// Whether somebody else says what names of this scope are.
fn has_source(scope: &str) -> bool {
    STANDARD.groups.get(scope).is_some_and(|group| group.source.is_some())
}

/// Whether something in this scope is called so, be it in another spelling.
fn is_there(name: &Name, scope: &str, sides: &[Side], others: &BTreeSet<String>) -> bool {
    let is_in = |side: &&Side| {
        let operator = side.scope.operator.as_deref().unwrap();
        let is_writer = side.scope.backend.as_deref() == Some(scope);
        scope == "any" || is_writer || STANDARD.covers(scope, operator)
    };
    let is_of = |name: &str, side: &Side, word: &str| {
        let meaning = STANDARD.known(name, &side.scope);
        meaning.and_then(|meaning| meaning.operand).is_some_and(|operand| operand == word)
    };
    // Dimensions of templates have names of arrays in them that are short for the operator's own.
    let is_called = |word: &str, side: &Side| {
        side.dimension(word).is_some()
            || side.values.contains(word)
            || side.operands.iter().any(|array| array == word)
            || side.dimensions.iter().any(|one| is_of(&one.name, side, word))
    };
    sides.iter().filter(is_in).any(|side| match name.has_operand() {
        true => {
            let names = side.dimensions.iter().map(|one| &one.name).chain(&side.values);
            names.into_iter().any(|one| name.operand_of(one).is_some())
        }
        false => STANDARD.spelled(&name.0).into_iter().any(|word| is_called(word, side)),
    }) || others.contains(name.with("").trim_start_matches('_'))
}

#[test]
fn every_alias_is_a_name_of_something_or_says_whose_it_is() {
    let mut others = declared();
    others.extend(lifted().into_iter().map(|(_, name)| name));
    let (sides, mut wrong) = (sides(), Vec::new());
    for concept in &STANDARD.concepts {
        for alias in concept.aliases.iter().filter(|alias| !has_source(&alias.scope)) {
            let names = alias.names.iter();
            for name in names.filter(|name| !is_there(name, &alias.scope, &sides, &others)) {
                wrong.push(format!("{} in {}: {}", concept.name, alias.scope, name.0));
            }
        }
    }
    assert!(wrong.is_empty(), "nothing is called so: {wrong:#?}");
}

#[test]
fn every_concept_is_used_or_says_by_whom() {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for side in sides() {
        used.extend(side.maps.0.values().flatten().cloned());
        let names = side.dimensions.iter().map(|dimension| &dimension.name).chain(&side.values);
        let known = names.filter_map(|name| STANDARD.known(name, &side.scope));
        let mut arrays = side.operands.clone();
        for meaning in known {
            used.insert(meaning.concept.name.clone());
            arrays.extend(meaning.operand);
        }
        let roles = arrays.iter().filter_map(|array| STANDARD.role(array, &side.scope));
        used.extend(roles.map(|role| role.name.clone()));
    }
    let others = lifted().into_iter().map(|(_, name)| name).chain(declared());
    for name in others {
        used.extend(STANDARD.known(&name, &Scope::default()).map(|m| m.concept.name.clone()));
    }
    for concept in &STANDARD.concepts {
        used.extend(concept.broader.clone());
        let scopes = concept.aliases.iter().map(|alias| &alias.scope).chain(&concept.of);
        used.extend(scopes.filter(|scope| has_source(scope)).map(|_| concept.name.clone()));
    }
    let idle: Vec<&str> = STANDARD
        .concepts
        .iter()
        .map(|concept| concept.name.as_str())
        .filter(|name| !used.contains(*name))
        .collect();
    assert!(idle.is_empty(), "nobody uses {idle:?}");
}

#[test]
fn every_word_for_a_value_is_a_value_somewhere() {
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for side in sides() {
        for dimension in &side.dimensions {
            let Some(meaning) = STANDARD.known(&dimension.name, &side.scope) else { continue };
            let values = dimension.values.iter().cloned();
            known.extend(values.map(|value| (meaning.concept.name.clone(), value)));
        }
    }
    for concept in &STANDARD.concepts {
        for (first, others) in &concept.values {
            let is_known = |word: &String| known.contains(&(concept.name.clone(), word.clone()));
            let unknown: Vec<&String> = others.iter().filter(|word| !is_known(word)).collect();
            assert!(unknown.is_empty(), "{}: {first} is never {unknown:?}", concept.name);
        }
    }
}

#[test]
fn no_name_means_two_things_where_the_operator_is_known() {
    let mut wrong = BTreeSet::new();
    for side in sides() {
        for alias in STANDARD.concepts.iter().flat_map(|concept| &concept.aliases) {
            for name in &alias.names {
                let words = match name.has_operand() {
                    true => side.operands.iter().map(|array| name.with(array)).collect(),
                    false => vec![name.0.clone()],
                };
                for word in words {
                    if let Lookup::Ambiguous(_) = STANDARD.meaning(&word, &side.scope) {
                        let why = meaning(&STANDARD, &word, &side.scope).unwrap_err();
                        wrong.insert(format!("{}: {why}", side.scope.operator.as_deref().unwrap()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_word_is_spelled_in_one_way_only() {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for spelling in &STANDARD.spellings {
        let others = spelling.by.iter().flat_map(|(_, words)| words).map(String::as_str);
        for word in others.chain([spelling.word.as_str()]) {
            let before = known.insert(word, &spelling.word);
            assert_eq!(before, None, "`{word}` is a spelling of `{}`, too", spelling.word);
        }
    }
}

#[test]
fn usual_spellings_of_parameters_reach_each_other() {
    for all in [
        &["tile_m", "block_m", "BLOCK_M", "BLOCK_SIZE_M", "TILE_M"][..],
        &["tile_n", "block_n", "BLOCK_N", "BLOCK_SIZE_N", "TILE_N"],
        &["tile_k", "block_k", "BLOCK_K", "BLOCK_SIZE_K", "TILE_K"],
        &["tile_d", "block_d", "BLOCK_D", "BLOCK_DMODEL", "TILE_D"],
        &["stages", "num_stages"],
        &["num_warps", "warps"],
        &["split_k", "SPLIT_K"],
    ] {
        for (wanted, there) in all.iter().flat_map(|one| all.iter().map(move |two| (one, two))) {
            let dimensions = BTreeSet::from([(*there).to_owned(), "other".to_owned()]);
            let reached = STANDARD.reached(wanted, &Scope::default(), &dimensions);
            assert_eq!(reached, [*there], "{wanted}");
        }
    }
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
