//! Slopes against differences: every kind of layer, in double precision.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use proptest::prelude::*;
use spak_train::spec::{
    Activation, Addition, Alignment, DataSpec, Injection, Lengths, Loops, Mlp, ModelSpec, Norm,
    NormKind, Optimiser, Positions, Precision, Randomness, Readout, Sampler, Schedule, Shape, Spec,
    TrainSpec,
};
use spak_train::{Corpus, Trainer, checks};

fn spec(model: ModelSpec, alignment: Alignment, packed: Option<usize>) -> Spec {
    let lengths = Lengths { short: [1, 2], long: [3, 3], share: 0.3 };
    let sampler = Sampler::Exact { lengths, equal: 0.5, carry: 0.3 };
    let data = Addition { reversed: true, padded: packed.is_none(), packed, sampler, alignment };
    let train = TrainSpec {
        steps: 10,
        batch: 6,
        part: 4,
        precision: Precision::Double,
        randomness: Randomness::Keyed(1),
        optimiser: Optimiser { rate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1 },
        schedule: Schedule { warmup: 0, shape: Shape::Constant, last: 0.0 },
        clip: None,
        stages: Vec::new(),
    };
    Spec { model, data: DataSpec::Addition(data), train }
}

fn model() -> impl Strategy<Value = (ModelSpec, Alignment, Option<usize>)> {
    let mlp = prop_oneof![
        Just(Mlp::Plain { activation: Activation::Relu, hidden: 9 }),
        Just(Mlp::Plain { activation: Activation::Silu, hidden: 5 }),
        Just(Mlp::Plain { activation: Activation::GeluTanh, hidden: 7 }),
        Just(Mlp::SwiGlu { hidden: 6 }),
    ];
    let positions = prop_oneof![
        Just(Positions::None),
        Just(Positions::Learned(40)),
        Just(Positions::Rotary(100.0)),
    ];
    let readout = prop_oneof![
        Just(Readout::Last),
        Just(Readout::SecondHalf),
        Just(Readout::Weighted(vec![0.0, 1.0, 0.5])),
    ];
    let norm = (prop_oneof![Just(NormKind::Rms), Just(NormKind::Layer)], any::<bool>())
        .prop_map(|(kind, gain)| Norm { kind, gain, epsilon: 1e-5 });
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let ids = prop_oneof![
        Just((Alignment::None, None)),
        Just((Alignment::None, Some(17))),
        Just((Alignment::Consecutive(9), None)),
        Just((Alignment::RandomSorted(9), None)),
    ];
    (mlp, positions, readout, norm, flags, ids, 1..3_usize, 1..4_usize).prop_map(
        |(mlp, positions, readout, norm, flags, (alignment, packed), blocks, loops)| {
            let (inject, loop_embedding, norm_input, norm_output, tied) = flags;
            let model = ModelSpec {
                width: 8,
                heads: 2,
                blocks,
                loops: Loops::Fixed(loops),
                injection: if inject { Injection::Add } else { Injection::None },
                loop_embedding,
                readout,
                positions,
                id_tables: if alignment == Alignment::None { Vec::new() } else { vec![10; 2] },
                norm,
                norm_input,
                norm_output,
                mlp,
                tied,
                causal: true,
                deviation: 0.3,
                scaled_start: blocks > 1,
            };
            (model, alignment, packed)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The slope along a direction in which every parameter changes is the limit of differences, and each parameter
    /// alone has the slope that its differences have.
    #[test]
    fn slopes_are_limits_of_differences((model, alignment, packed) in model()) {
        let spec = spec(model, alignment, packed);
        let corpus = Corpus::new(&spec.data, None).unwrap();
        let mut trainer = Trainer::<f64>::new(spec.clone(), corpus.clone()).unwrap();
        let batch = trainer.batch(0);
        let loops = trainer.loops(0);
        let slopes = trainer.slopes(&batch, loops).1.to_vec();
        prop_assert_eq!(checks::without_slope(trainer.model(), &slopes), Vec::<String>::new());
        let start = trainer.parameters().to_vec();
        let loss_at = |change: &dyn Fn(usize) -> f64, by: f64| {
            let moved = start.iter().enumerate().map(|(at, p)| p + by * change(at)).collect();
            let mut other = Trainer::<f64>::new(spec.clone(), corpus.clone()).unwrap();
            other.start_from(moved).unwrap();
            other.slopes(&batch, loops).0
        };
        let agree = |change: &dyn Fn(usize) -> f64, name: &str| {
            let slope: f64 = slopes.iter().enumerate().map(|(at, s)| s * change(at)).sum();
            let distance = |by: f64| {
                let difference = (loss_at(change, by) - loss_at(change, -by)) / (2.0 * by);
                (difference - slope).abs() / (1.0 + slope.abs())
            };
            // A corner of ReLU may lie between two points, but not between all pairs of them.
            let nearest = [1e-5, 1e-6, 1e-7].into_iter().map(distance).fold(f64::INFINITY, f64::min);
            prop_assert!(nearest <= 1e-6, "{name}: slope {slope}, differences are {nearest} away");
            Ok(())
        };
        agree(&|at| ((at * 7919) % 13) as f64 / 6.0 - 1.0, "all")?;
        for parameter in trainer.model().layout().parameters() {
            let range = parameter.range.clone();
            let change = |at: usize| {
                if range.contains(&at) { ((at * 31) % 7) as f64 / 3.0 - 1.0 } else { 0.0 }
            };
            agree(&change, &parameter.name)?;
        }
    }

    /// Threads and parts of the batch change nothing but, for parts, the last bits.
    #[test]
    fn threads_change_no_bit((model, alignment, packed) in model()) {
        let spec = spec(model, alignment, packed);
        let corpus = Corpus::new(&spec.data, None).unwrap();
        let run = |threads: usize| {
            let mut trainer =
                Trainer::<f64>::with_threads(spec.clone(), corpus.clone(), threads).unwrap();
            for _ in 0..3 {
                trainer.advance().unwrap();
            }
            trainer.parameters().to_vec()
        };
        let one = run(1);
        prop_assert_eq!(&one, &run(1));
        prop_assert_eq!(&one, &run(2));
        prop_assert_eq!(&one, &run(5));
    }
}
