//! Settings that do not fit are refused with their place; schedules and stages do what they say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use spak_train::spec::{
    Alignment, DataSpec, Loops, Mlp, Positions, Precision, Randomness, Readout, Schedule, Shape,
    Stage,
};
use spak_train::zero_shot::{Variant, spec};
use spak_train::{AdditionProblem, Asked, Corpus, Set, Spec, Trainer, microgpt};

fn good() -> Spec {
    spec(Variant::Recipe, 0, 100)
}

/// The place of the problem after a change.
fn place(change: impl Fn(&mut Spec)) -> String {
    let mut spec = good();
    change(&mut spec);
    let problem = spec.check().unwrap_err();
    assert!(!problem.reason.is_empty() && !problem.repair.is_empty());
    problem.place
}

fn addition(spec: &mut Spec) -> &mut spak_train::spec::Addition {
    match &mut spec.data {
        DataSpec::Addition(addition) => addition,
        _ => panic!("not an addition"),
    }
}

#[test]
fn what_does_not_fit_is_named() {
    good().check().unwrap();
    assert_eq!(place(|s| s.model.heads = 5), "model.heads");
    assert_eq!(place(|s| s.model.heads = 0), "model.heads");
    assert_eq!(place(|s| s.model.width = 0), "model.width");
    assert_eq!(place(|s| s.model.loops = Loops::Drawn(3, 2)), "model.loops");
    assert_eq!(place(|s| s.model.loops = Loops::Fixed(0)), "model.loops");
    assert_eq!(place(|s| s.model.readout = Readout::Weighted(vec![0.0])), "model.readout");
    assert_eq!(place(|s| s.model.readout = Readout::Weighted(vec![])), "model.readout");
    assert_eq!(place(|s| s.model.positions = Positions::Rotary(f64::NAN)), "model.positions");
    assert_eq!(place(|s| s.model.positions = Positions::Learned(3)), "model.positions");
    assert_eq!(place(|s| s.model.mlp = Mlp::SwiGlu { hidden: 0 }), "model.mlp.hidden");
    assert_eq!(place(|s| s.model.id_tables = vec![]), "model.id_tables");
    assert_eq!(place(|s| s.model.id_tables[1] = 20), "model.id_tables[1]");
    assert_eq!(place(|s| s.model.deviation = -1.0), "model.deviation");
    assert_eq!(place(|s| s.train.steps = 0), "train.steps");
    assert_eq!(place(|s| s.train.batch = 0), "train.batch");
    assert_eq!(place(|s| s.train.clip = Some(0.0)), "train.clip");
    assert_eq!(place(|s| s.train.optimiser.beta1 = 1.0), "train.optimiser.beta1");
    assert_eq!(place(|s| s.train.schedule.warmup = 101), "train.schedule.warmup");
    assert_eq!(
        place(|s| addition(s).alignment = Alignment::RandomSorted(7)),
        "data.addition.alignment"
    );
    assert_eq!(place(|s| addition(s).packed = Some(9)), "data.addition.packed");
    assert_eq!(place(|s| addition(s).reversed = false), "data.addition.alignment");
    let stage = |from| Stage { from, data: None, loops: None };
    assert_eq!(place(|s| s.train.stages = vec![stage(5), stage(5)]), "train.stages[1].from");
    assert_eq!(place(|s| s.train.stages = vec![stage(100)]), "train.stages[0].from");
    assert_eq!(
        place(|s| {
            let data = Some(DataSpec::Names { context: 4 });
            s.model.id_tables = vec![];
            addition(s).alignment = Alignment::None;
            s.train.stages = vec![Stage { data, ..stage(1) }];
        }),
        "train.stages[0].data"
    );
    assert_eq!(
        place(|s| {
            s.model.loop_embedding = true;
            s.train.stages = vec![Stage { loops: Some(Loops::Fixed(9)), ..stage(1) }];
        }),
        "train.stages[0].loops"
    );
}

#[test]
fn a_trainer_refuses_what_its_numbers_and_its_order_cannot_be() {
    let spec = good();
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let problem = Trainer::<f64>::new(spec.clone(), corpus.clone()).unwrap_err();
    assert_eq!(problem.place, "train.precision");
    let names = DataSpec::Names { context: 16 };
    let names = Corpus::new(&names, Some(b"ada")).unwrap();
    assert_eq!(Trainer::<f32>::new(spec.clone(), names).unwrap_err().place, "data");
    let mut python = spec;
    python.train.randomness = Randomness::Python(1);
    assert_eq!(Trainer::<f32>::new(python, corpus).unwrap_err().place, "train.randomness");
}

#[test]
fn a_stage_whose_windows_are_longer_than_the_text_is_refused() {
    let mut spec = microgpt::spec(Precision::Double);
    let text = |context| DataSpec::Text { context, held_out: 0.0 };
    spec.data = text(4);
    spec.train.randomness = Randomness::Keyed(1);
    spec.train.stages = vec![Stage { from: 1, data: Some(text(12)), loops: None }];
    let corpus = Corpus::new(&spec.data, Some(b"abcabcabc")).unwrap();
    let problem = Trainer::<f64>::new(spec, corpus).unwrap_err();
    assert_eq!(problem.reason, "9 characters to train on are too few for windows of 12");
}

#[test]
fn problems_that_are_too_long_for_a_network_are_refused() {
    let asked = |spec: Spec, digits| {
        let corpus = Corpus::new(&spec.data, None).unwrap();
        let trainer = Trainer::<f32>::new(spec.clone(), corpus).unwrap();
        let DataSpec::Addition(format) = &spec.data else { panic!("not an addition") };
        let problems = AdditionProblem::set(Set::Equal, digits, 2, 0);
        let mut asked = Asked::new(trainer.model(), trainer.parameters());
        asked.exact(&problems, format, 1, 0).map_err(|problem| problem.reason)
    };
    assert!(asked(good(), 30).is_ok());
    assert_eq!(asked(good(), 31).unwrap_err(), "31 digits need 33 ids, and there are 32");
    let mut learned = spec(Variant::PlainPositions, 0, 1);
    learned.train.schedule.warmup = 0;
    learned.model.positions = Positions::Learned(24);
    assert!(asked(learned.clone(), 7).is_ok());
    let reason = asked(learned, 8).unwrap_err();
    assert_eq!(reason, "8 digits are 27 tokens, and there are 24 positions");
}

#[test]
fn what_does_not_fit_into_memory_is_refused_before_memory_is_asked_for() {
    let place = |change: &dyn Fn(&mut Spec)| {
        let mut spec = good();
        change(&mut spec);
        let corpus = Corpus::new(&spec.data, None).unwrap();
        Trainer::<f32>::new(spec, corpus).unwrap_err().place
    };
    assert_eq!(place(&|s| s.model.blocks = 900_000), "model.blocks");
    assert_eq!(place(&|s| (s.model.blocks, s.model.width) = (1000, 1 << 16)), "model");
    assert_eq!(place(&|s| (s.train.part, s.train.batch) = (0, 1 << 20)), "train.part");
}

#[test]
fn specs_are_text_and_back() {
    for variant in Variant::ALL {
        let spec = spec(variant, 7, 100);
        spec.check().unwrap();
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<Spec>(&text).unwrap(), spec);
        assert_eq!(serde_json::from_str::<Spec>(&text).unwrap().hash(), spec.hash());
    }
    let one = microgpt::spec(Precision::Double).hash();
    assert_ne!(one, microgpt::spec(Precision::Single).hash());
}

#[test]
fn schedules_are_their_formulas() {
    let schedule = |warmup, shape, last| Schedule { warmup, shape, last };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    let linear = schedule(0, Shape::Linear, 0.0);
    close(linear.share(0, 333), 1.0);
    close(linear.share(100, 333), 1.0 - 100.0 / 333.0);
    let cosine = schedule(100, Shape::Cosine, 0.1);
    close(cosine.share(0, 1100), 1.0 / 101.0);
    close(cosine.share(99, 1100), 100.0 / 101.0);
    close(cosine.share(100, 1100), 1.0);
    close(cosine.share(600, 1100), 0.55);
    close(cosine.share(1100, 1100), 0.1);
    close(cosine.share(5000, 1100), 0.1);
    close(schedule(2, Shape::Constant, 0.0).share(50, 60), 1.0);
}

#[test]
fn stages_change_lengths_and_loops_at_their_step() {
    let mut spec = good();
    let mut later = spec.data.clone();
    if let DataSpec::Addition(addition) = &mut later
        && let spak_train::spec::Sampler::Exact { lengths, .. } = &mut addition.sampler
    {
        (lengths.short, lengths.share) = ([6, 6], 0.0);
    }
    spec.train.stages = vec![
        Stage { from: 10, data: Some(later), loops: None },
        Stage { from: 20, data: None, loops: Some(Loops::Drawn(3, 5)) },
    ];
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let trainer = Trainer::<f32>::new(spec, corpus).unwrap();
    let shortest = |step| trainer.batch(step).iter().map(|part| part.time).min().unwrap();
    assert!(shortest(9) < 20);
    // Two operands of 6 digits, the sum, two signs: at least 20 tokens.
    assert!(shortest(10) >= 20 && shortest(30) >= 20);
    assert_eq!((trainer.loops(9), trainer.loops(19)), (2, 2));
    let drawn: std::collections::BTreeSet<usize> = (20..60).map(|s| trainer.loops(s)).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn readouts_weigh_loops() {
    assert_eq!(Readout::Last.weights(3), [0.0, 0.0, 1.0]);
    assert_eq!(Readout::SecondHalf.weights(4), [0.0, 0.0, 0.5, 0.5]);
    assert_eq!(Readout::SecondHalf.weights(1), [1.0]);
    assert_eq!(Readout::Weighted(vec![1.0, 3.0]).weights(2), [0.25, 0.75]);
    assert_eq!(Readout::Weighted(vec![0.0, 1.0]).weights(1), [1.0]);
}
