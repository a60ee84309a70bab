//! Settings for addition of numbers that are longer than any in training, with controls.
//!
//! Training has operands of up to 4 digits and, for 30 % of problems, 5 or 6. Digits of one significance have one id,
//! drawn anew for each problem as a sorted subset, so that an id that only long problems need is known from short ones.

use crate::spec::{
    Activation, Addition, Alignment, DataSpec, Injection, Lengths, Loops, Mlp, ModelSpec, Norm,
    NormKind, Optimiser, Positions, Precision, Randomness, Readout, Sampler, Schedule, Shape, Spec,
    TrainSpec,
};

/// Ids of digits; two less than the digits of the longest problem that can be asked.
pub const IDS: usize = 32;

/// Steps of a full run. Half of them reach 99.5 %, and the seed decides the rest.
pub const STEPS: u64 = 8000;

/// The recipe and what is changed in it to see what matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Random sorted ids, padded operands, a shared block that is run twice.
    Recipe,
    /// The block is run once: no recurrence.
    OnePass,
    /// The block is run two to five times, drawn for each step.
    DrawnLoops,
    /// Consecutive ids from a random start.
    ConsecutiveIds,
    /// No ids, rotary positions.
    PlainPositions,
    /// No ids, a learned row for each position.
    LearnedPositions,
    /// Random sorted ids, operands as long as they are.
    Unpadded,
}

impl Variant {
    /// All of them, the recipe first.
    pub const ALL: [Self; 7] = [
        Self::Recipe,
        Self::OnePass,
        Self::DrawnLoops,
        Self::ConsecutiveIds,
        Self::PlainPositions,
        Self::LearnedPositions,
        Self::Unpadded,
    ];

    /// Its name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Recipe => "recipe",
            Self::OnePass => "one-pass",
            Self::DrawnLoops => "drawn-loops",
            Self::ConsecutiveIds => "consecutive-ids",
            Self::PlainPositions => "plain-positions",
            Self::LearnedPositions => "learned-positions",
            Self::Unpadded => "unpadded",
        }
    }
}

/// The settings of a variant: one block of width 64 and about 58,000 parameters.
#[must_use]
pub fn spec(variant: Variant, seed: u64, steps: u64) -> Spec {
    let positions = match variant {
        Variant::PlainPositions => Positions::Rotary(10_000.0),
        // As many as a problem of as many digits as ids has tokens: all that can be asked.
        Variant::LearnedPositions => Positions::Learned(3 * IDS),
        _ => Positions::None,
    };
    let plain = positions != Positions::None;
    let alignment = match variant {
        _ if plain => Alignment::None,
        Variant::ConsecutiveIds => Alignment::Consecutive(IDS),
        _ => Alignment::RandomSorted(IDS),
    };
    let loops = match variant {
        Variant::OnePass => Loops::Fixed(1),
        Variant::DrawnLoops => Loops::Drawn(2, 5),
        _ => Loops::Fixed(2),
    };
    let model = ModelSpec {
        width: 64,
        heads: 4,
        blocks: 1,
        loops,
        injection: Injection::Add,
        loop_embedding: false,
        readout: Readout::Last,
        positions,
        id_tables: if plain { Vec::new() } else { vec![IDS + 1; 2] },
        norm: Norm { kind: NormKind::Layer, gain: true, epsilon: 1e-5 },
        norm_input: false,
        norm_output: true,
        mlp: Mlp::Plain { activation: Activation::GeluTanh, hidden: 256 },
        tied: false,
        causal: true,
        deviation: 0.02,
        scaled_start: false,
    };
    let data = DataSpec::Addition(Addition {
        reversed: true,
        padded: variant != Variant::Unpadded,
        packed: None,
        sampler: Sampler::Exact {
            lengths: Lengths { short: [1, 4], long: [5, 6], share: 0.3 },
            equal: 0.5,
            carry: 0.3,
        },
        alignment,
    });
    let train = TrainSpec {
        steps,
        batch: 128,
        part: 32,
        precision: Precision::Single,
        randomness: Randomness::Keyed(seed),
        optimiser: Optimiser { rate: 3e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 1e-4 },
        schedule: Schedule { warmup: 100, shape: Shape::Cosine, last: 0.0 },
        clip: Some(1.0),
        stages: Vec::new(),
    };
    Spec { model, data, train }
}
