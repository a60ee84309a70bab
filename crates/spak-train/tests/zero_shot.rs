//! Addition beyond the lengths of training, at a quarter of the steps of the full recipe, with a control that must fail.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use spak_train::spec::DataSpec;
use spak_train::zero_shot::{Variant, spec};
use spak_train::{AdditionProblem, Asked, Corpus, Set, Trainer};

/// The share of 500 problems of a length that are answered exactly, for each of these lengths.
fn exact(variant: Variant, steps: u64, lengths: &[usize]) -> Vec<f64> {
    let spec = spec(variant, 0, steps);
    let DataSpec::Addition(format) = spec.data.clone() else { panic!("not an addition") };
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let loops = spec.model.loops.most();
    let mut trainer = Trainer::<f32>::with_threads(spec, corpus, 2).unwrap();
    assert!(trainer.parameters().len() <= 60_000);
    for _ in 0..steps {
        trainer.advance().unwrap();
    }
    let mut asked = Asked::new(trainer.model(), trainer.parameters());
    let mut share = |digits: &usize| {
        let problems = AdditionProblem::set(Set::Mixed, *digits, 500, 4);
        asked.exact(&problems, &format, loops, 4).unwrap() as f64 / 500.0
    };
    lengths.iter().map(&mut share).collect()
}

#[test]
fn random_sorted_ids_carry_to_twice_the_length() {
    let found = exact(Variant::Recipe, 2000, &[4, 6, 8, 12]);
    assert!(found[0] >= 0.99 && found[1] >= 0.99, "{found:?}");
    assert!(found[2] >= 0.97 && found[3] >= 0.95, "{found:?}");
}

#[test]
fn consecutive_ids_do_not() {
    let found = exact(Variant::ConsecutiveIds, 1000, &[4, 8, 12]);
    assert!(found[0] >= 0.9, "what was in training was not learnt: {found:?}");
    assert!(found[1] < 0.5 && found[2] < 0.05, "{found:?}");
}
