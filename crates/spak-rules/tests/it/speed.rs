//! Ten thousand rules against a thousand facts come to an end; how long it takes is printed by
//! `cargo run --release -p spak-rules --example rules`.

use spak_rules::{Engine, Limits};

use crate::many::many;

#[test]
fn many_rules_conclude() {
    let (situation, rules) = many();
    let (mut engine, complaints) = Engine::new(situation, rules, Limits::default());
    assert!(complaints.is_empty(), "{:?}", complaints.first());
    engine.conclude();
    let all = engine.conclusions();
    assert!(!all.cut_off);
    assert!(all.holds.len() > 10_000, "{}", all.holds.len());
    assert!(all.advice.len() > 10, "{}", all.advice.len());
}
