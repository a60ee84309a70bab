//! The checks of a network: they hold where they must, and fail where something is wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use spak_train::checks::{invariants, without_slope};
use spak_train::spec::{DataSpec, Loops, Positions, Precision, Readout, Sampler};
use spak_train::zero_shot::{Variant, spec};
use spak_train::{AdditionProblem, Asked, Corpus, Number, Set, Spec, Trainer};

fn small(variant: Variant) -> Spec {
    let mut spec = spec(variant, 1, 300);
    spec.model.width = 32;
    spec.model.loops = Loops::Fixed(3);
    spec.train.batch = 32;
    spec.train.part = 16;
    spec
}

/// Sums of two digits, which are learnt in a second.
fn easy(loops: usize) -> Spec {
    let mut spec = small(Variant::PlainPositions);
    spec.model.loops = Loops::Fixed(loops);
    spec.model.positions = Positions::Learned(32);
    spec.train.optimiser.rate = 5e-3;
    if let DataSpec::Addition(addition) = &mut spec.data
        && let Sampler::Exact { lengths, .. } = &mut addition.sampler
    {
        (lengths.short, lengths.share) = ([1, 1], 0.0);
    }
    spec
}

fn trainer<N: Number>(spec: &Spec) -> Trainer<N> {
    let corpus = Corpus::new(&spec.data, None).unwrap();
    Trainer::new(spec.clone(), corpus).unwrap()
}

#[test]
fn masks_and_shares_hold_in_both_precisions_before_and_after_training() {
    let mut spec = small(Variant::PlainPositions);
    let mut single = trainer::<f32>(&spec);
    for _ in 0..2 {
        let batch = single.batch(1000);
        let found = invariants(single.model(), single.parameters(), &batch[1], 3, 5);
        assert!(found.hold::<f32>(), "{found:?}");
        assert_eq!(found.rows, 16);
        assert_eq!(found.losses.len(), 3);
        for _ in 0..30 {
            single.advance().unwrap();
        }
    }
    spec.train.precision = Precision::Double;
    let double = trainer::<f64>(&spec);
    let batch = double.batch(0);
    let found = invariants(double.model(), double.parameters(), &batch[0], 3, 5);
    assert!(found.hold::<f64>(), "{found:?}");
}

#[test]
fn a_network_that_sees_later_tokens_is_found_out() {
    let mut spec = small(Variant::Recipe);
    spec.model.causal = false;
    spec.model.deviation = 0.3;
    let trainer = trainer::<f32>(&spec);
    let batch = trainer.batch(0);
    let found = invariants(trainer.model(), trainer.parameters(), &batch[1], 3, 5);
    assert!(!found.hold::<f32>());
    assert!(found.later_share > 0.0);
    assert!(found.leaking_rows > found.rows / 2, "{found:?}");
}

#[test]
fn losses_fall_from_loop_to_loop_where_every_loop_is_learnt_from() {
    let mut spec = easy(3);
    spec.model.readout = Readout::Weighted(vec![1.0]);
    let mut trained = trainer::<f32>(&spec);
    for _ in 0..300 {
        trained.advance().unwrap();
    }
    let batch = trained.batch(1000);
    let found = invariants(trained.model(), trained.parameters(), &batch[1], 3, 5);
    assert!(found.losses[2] < found.losses[0], "{found:?}");
    // Some rows are worse off after a loop; most are not.
    assert!(found.rising < 0.5, "{found:?}");
    // A network that was trained for one loop gets worse by more of them.
    let mut once = easy(1);
    once.model.readout = Readout::Last;
    let mut trained = trainer::<f32>(&once);
    for _ in 0..300 {
        trained.advance().unwrap();
    }
    let found = invariants(trained.model(), trained.parameters(), &batch[1], 3, 5);
    assert!(found.rising > 0.5, "{found:?}");
}

#[test]
fn a_cut_graph_is_named() {
    let trainer = trainer::<f32>(&small(Variant::Recipe));
    let mut slopes = vec![1.0_f32; trainer.parameters().len()];
    let keys = trainer.model().layout().parameters().iter().find(|p| p.name == "block.0.keys");
    slopes[keys.unwrap().range.clone()].fill(0.0);
    assert_eq!(without_slope(trainer.model(), &slopes), ["block.0.keys"]);
}

/// Exact answers are counted with the answer put in; that is what greedy decoding says.
#[test]
fn exact_answers_are_those_of_greedy_decoding() {
    let spec = easy(1);
    let mut trainer = trainer::<f32>(&spec);
    for _ in 0..250 {
        trainer.advance().unwrap();
    }
    let DataSpec::Addition(format) = &spec.data else { panic!() };
    let problems = AdditionProblem::set(Set::Mixed, 1, 200, 9);
    let corpus = trainer.corpus();
    let mut asked = Asked::new(trainer.model(), trainer.parameters());
    let counted = asked.exact(&problems, format, 1, 0).unwrap();
    let mut decoded = 0;
    for problem in &problems {
        let text = format!("{}+{}=", problem.a[0], problem.b[0]);
        let mut tokens = corpus.tokens(&text).unwrap();
        let asked_tokens = tokens.len();
        while tokens.len() < asked_tokens + 4 && tokens.last() != corpus.end().as_ref() {
            tokens.push(asked.next(&tokens, 1).unwrap());
        }
        let sum = u32::from(problem.a[0]) + u32::from(problem.b[0]);
        let reversed: String = sum.to_string().chars().rev().collect();
        decoded += usize::from(corpus.text(&tokens) == format!("{text}{reversed}\n"));
    }
    assert_eq!(counted, decoded);
    // Neither none nor all, or the comparison says nothing.
    assert!((10..200).contains(&counted), "{counted}");
}
