//! What is said of constraints and values, against trying every config.

use std::collections::BTreeSet;

use proptest::prelude::*;
use spak_model::formula::{Read, read as read_formula};
use spak_model::{Literal, System};

use crate::{diagnostics, read};

const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "scheme"];

fn domains() -> impl Strategy<Value = Vec<Vec<Literal>>> {
    let numbers = || {
        prop::collection::btree_set(0_i64..9, 1..5)
            .prop_map(|s| s.into_iter().map(Literal::Int).collect())
    };
    let texts =
        prop::collection::btree_set(prop::sample::select(vec!["online", "naive", "fused"]), 1..4)
            .prop_map(|s| s.into_iter().map(|t| Literal::Text(t.to_owned())).collect::<Vec<_>>());
    (numbers(), numbers(), numbers(), texts)
        .prop_map(|(a, b, c, d): (Vec<_>, Vec<_>, Vec<_>, Vec<_>)| vec![a, b, c, d])
}

fn condition() -> impl Strategy<Value = String> {
    let number = || {
        prop_oneof![
            prop::sample::select(vec!["alpha", "beta", "gamma", "limit"]).prop_map(str::to_owned),
            (0_i64..9).prop_map(|i| i.to_string()),
        ]
    };
    let order = || prop::sample::select(vec!["<", "<=", "==", "!=", ">="]);
    let comparison =
        (number(), prop::sample::select(vec!["+", "*", "-", "%"]), number(), order(), number())
            .prop_map(|(a, op, b, order, c)| format!("{a} {op} {b} {order} {c}"));
    let text = prop::sample::select(vec!["online", "naive", "fused", "other"])
        .prop_map(|t| format!("scheme == \"{t}\""));
    let one = prop_oneof![3 => comparison, 1 => text];
    (one.clone(), prop::sample::select(vec!["and", "or", "=>", ""]), one)
        .prop_map(|(a, op, b)| if op.is_empty() { a } else { format!("{a} {op} {b}") })
}

fn configs(domains: &[Vec<Literal>]) -> Vec<Vec<usize>> {
    domains.iter().fold(vec![Vec::new()], |all, domain| {
        all.iter()
            .flat_map(|config| {
                (0..domain.len()).map(|v| config.iter().copied().chain([v]).collect::<Vec<usize>>())
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dead_values_and_empty_spaces_are_the_ones_that_trying_all_finds(
        domains in domains(),
        conditions in prop::collection::vec(condition(), 1..5),
    ) {
        let shown = |domain: &Vec<Literal>| domain.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut text = "workload { limit: 5 }\ntuning_space {\n".to_owned();
        for (name, domain) in NAMES.iter().zip(&domains) {
            text.push_str(&format!("  {name}: [{}]\n", shown(domain)));
        }
        text.push_str("}\n");
        for condition in &conditions {
            text.push_str(&format!("constraint {{ require: {condition} }}\n"));
        }
        let formulas: Vec<_> = conditions.iter().filter_map(|c| match read_formula(c, 0) {
            Read::Whole(formula) => Some(formula),
            _ => None,
        }).collect();
        prop_assert_eq!(formulas.len(), conditions.len());
        // A condition without a value at a config does not exclude it: the run reports that.
        let alive: Vec<Vec<usize>> = configs(&domains).into_iter().filter(|config| {
            let lookup = |name: &str| match NAMES.iter().position(|n| *n == name) {
                Some(i) => Some(domains[i][config[i]].clone()),
                None => (name == "limit").then_some(Literal::Int(5)),
            };
            formulas.iter().all(|f| f.holds(&lookup).unwrap_or(true))
        }).collect();
        let found = diagnostics(&text);
        let is_empty = found.iter().any(|d| d.code.0 == "empty-space");
        prop_assert_eq!(is_empty, alive.is_empty(), "{}\n{:?}", text, found);
        if !is_empty {
            let mut dead = BTreeSet::new();
            for (i, domain) in domains.iter().enumerate() {
                for (v, value) in domain.iter().enumerate() {
                    if alive.iter().all(|config| config[i] != v) {
                        dead.insert(format!("`{}` {value}", NAMES[i]));
                    }
                }
            }
            let mut said = BTreeSet::new();
            for d in found.iter().filter(|d| d.code.0 == "dead-value") {
                let rest = d.message.strip_prefix("no config has ").expect("the message");
                let (name, values) = rest.split_once(" = ").expect("a value");
                said.extend(values.split(" or ").map(|v| format!("{name} {v}")));
            }
            prop_assert_eq!(said, dead, "{}", text);
        }
    }

    #[test]
    fn what_is_named_as_the_conflict_is_one(
        domains in domains(),
        conditions in prop::collection::vec(condition(), 1..6),
    ) {
        let shown = |domain: &Vec<Literal>| domain.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut spaces = "workload { limit: 5 }\ntuning_space {\n".to_owned();
        for (name, domain) in NAMES.iter().zip(&domains) {
            spaces.push_str(&format!("  {name}: [{}]\n", shown(domain)));
        }
        spaces.push_str("}\n");
        let with = |conditions: &[&str]| {
            let all: String = conditions.iter().map(|c| format!("constraint {{ require: {c} }}\n")).collect();
            format!("{spaces}{all}")
        };
        let all: Vec<&str> = conditions.iter().map(String::as_str).collect();
        let text = with(&all);
        for conflict in diagnostics(&text).iter().filter(|d| d.code.0 == "empty-space") {
            let spans = conflict.related.iter().map(|l| l.span).chain([conflict.primary.span]);
            let named: Vec<&str> = spans.map(|s| s.slice(&text).trim()).collect();
            let is_empty = |conditions: &[&str]| diagnostics(&with(conditions)).iter().any(|d| d.code.0 == "empty-space");
            prop_assert!(is_empty(&named), "{:?} of {}", named, text);
            for left_out in 0..named.len() {
                let fewer: Vec<&str> = named.iter().enumerate().filter(|(i, _)| *i != left_out).map(|(_, c)| *c).collect();
                prop_assert!(!is_empty(&fewer), "{:?} without {} of {}", named, left_out, text);
            }
        }
    }
}

#[test]
fn constraints_of_an_inherited_design_count() {
    let text = "tuning_space { a: [1, 2] }\nconstraint { require: a == 1 }\n";
    let resolved = read(text);
    assert_eq!(System::of(&resolved.entries).constraints.len(), 1);
    assert_eq!(diagnostics(text).len(), 1);
}
