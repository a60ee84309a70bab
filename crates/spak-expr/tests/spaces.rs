//! The restrictions of published auto-tuning spaces: all are read, and the smaller spaces have exactly
//! as many valid configs as published.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stderr, reason = "skipped inputs and measured speeds are told")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;
use spak_expr::{Env, Expr, Program, Scalar, Symbols, Value, eval, infer_condition, parse};

/// Beyond this many configs a count takes too long for an unoptimised test.
const MAX_CONFIGS: u64 = 1_000_000;

struct Space {
    name: String,
    parameters: Vec<(String, Vec<i64>)>,
    restrictions: Vec<Expr>,
    size: u64,
    valid: u64,
}

fn spaces() -> Vec<Space> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spaces");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no published spaces at {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    files.sort();
    files.iter().filter(|f| f.extension().is_some_and(|e| e == "json")).map(|f| read(f)).collect()
}

fn read(file: &std::path::Path) -> Space {
    let json: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let values =
        |list: &Json| list.as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect();
    let restrictions = json["constraints"].as_array().unwrap().iter().map(|text| {
        let text = text.as_str().unwrap();
        let read = parse(text, 0);
        assert!(read.is_formula() && read.diagnostics.is_empty(), "{text}: {:?}", read.diagnostics);
        read.expr.unwrap()
    });
    let restrictions = restrictions.collect();
    let params = json["params"].as_object().unwrap();
    Space {
        name: json["name"].as_str().unwrap().to_owned(),
        parameters: params.iter().map(|(name, list)| (name.clone(), values(list))).collect(),
        restrictions,
        size: json["cartesian_size"].as_u64().unwrap(),
        valid: json["valid_configs"].as_u64().unwrap(),
    }
}

/// Calls `visit` with each config, the last parameter changing fastest.
fn each_config(space: &Space, mut visit: impl FnMut(&[i64])) {
    let mut digits = vec![0_usize; space.parameters.len()];
    let mut config: Vec<i64> = space.parameters.iter().map(|(_, values)| values[0]).collect();
    loop {
        visit(&config);
        let mut place = digits.len();
        loop {
            if place == 0 {
                return;
            }
            place -= 1;
            let values = &space.parameters[place].1;
            digits[place] = (digits[place] + 1) % values.len();
            config[place] = values[digits[place]];
            if digits[place] > 0 {
                break;
            }
        }
    }
}

fn programs(space: &Space) -> Vec<Program> {
    let slots: Vec<&str> = space.parameters.iter().map(|(name, _)| name.as_str()).collect();
    let mut symbols = Symbols::default();
    space.restrictions.iter().map(|r| Program::compile(r, &slots, &mut symbols).unwrap()).collect()
}

fn count(space: &Space) -> u64 {
    let programs = programs(space);
    let mut slots = vec![Scalar::Int(0); space.parameters.len()];
    let mut valid = 0;
    each_config(space, |config| {
        for (slot, value) in slots.iter_mut().zip(config) {
            *slot = Scalar::Int(*value);
        }
        valid += u64::from(programs.iter().all(|p| p.holds(&slots).unwrap()));
    });
    valid
}

#[test]
fn restrictions_are_read_and_well_typed() {
    for space in spaces() {
        let domains: BTreeMap<String, Vec<Value>> = space
            .parameters
            .iter()
            .map(|(name, values)| (name.clone(), values.iter().map(|v| Value::Int(*v)).collect()))
            .collect();
        for restriction in &space.restrictions {
            let diagnostics = infer_condition(restriction, &domains);
            let errors: Vec<_> =
                diagnostics.iter().filter(|d| d.severity == spak_syntax::Severity::Error).collect();
            assert!(errors.is_empty(), "{}: {restriction}: {errors:?}", space.name);
        }
    }
}

#[test]
fn small_spaces_have_the_published_number_of_configs() {
    for space in spaces().iter().filter(|s| s.size < MAX_CONFIGS) {
        assert_eq!(count(space), space.valid, "{}", space.name);
    }
}

#[test]
fn larger_spaces_have_the_published_number_of_configs() {
    if cfg!(debug_assertions) {
        eprintln!(
            "SKIPPED: counting 25 million configs needs an optimised build (cargo test --release)"
        );
        return;
    }
    for space in spaces().iter().filter(|s| (MAX_CONFIGS..30_000_000).contains(&s.size)) {
        let start = std::time::Instant::now();
        assert_eq!(count(space), space.valid, "{}", space.name);
        eprintln!("{}: {} configs in {:?}", space.name, space.size, start.elapsed());
    }
}

struct Config<'s>(&'s Space, &'s [i64]);

impl Env for Config<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let at = self.0.parameters.iter().position(|(n, _)| n == name)?;
        self.1.get(at).map(|v| Value::Int(*v))
    }
}

#[test]
fn programs_agree_with_the_evaluator() {
    for space in spaces().iter().filter(|s| s.size < MAX_CONFIGS) {
        let programs = programs(space);
        let mut number = 0_u64;
        each_config(space, |config| {
            number += 1;
            if !number.is_multiple_of(97) {
                return;
            }
            let slots: Vec<Scalar> = config.iter().map(|v| Scalar::Int(*v)).collect();
            for (program, restriction) in programs.iter().zip(&space.restrictions) {
                let value = eval(restriction, &Config(space, config)).unwrap();
                assert_eq!(program.holds(&slots), value.as_bool(), "{restriction} at {config:?}");
            }
        });
    }
}
