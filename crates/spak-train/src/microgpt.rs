//! MicroGPT's settings: the published program as a spec.

use crate::spec::{
    Activation, DataSpec, Injection, Loops, Mlp, ModelSpec, Norm, NormKind, Optimiser, Positions,
    Precision, Randomness, Readout, Schedule, Shape, Spec, TrainSpec,
};

/// Tokens of a row.
pub const CONTEXT: usize = 16;
/// Steps of a run.
pub const STEPS: u64 = 333;
/// What scores are divided by before a token is drawn.
pub const TEMPERATURE: f64 = 0.5;

/// The network and training of MicroGPT (A. Karpathy, 2026) with 333 steps: one block of width 16, four heads, RMS
/// norms without gain, ReLU, an untied readout without a norm before it, Adam with a rate that falls to nothing, one
/// name a step, Python's random numbers after `random.seed(42)`.
#[must_use]
pub fn spec(precision: Precision) -> Spec {
    let model = ModelSpec {
        width: 16,
        heads: 4,
        blocks: 1,
        loops: Loops::Fixed(1),
        injection: Injection::None,
        loop_embedding: false,
        readout: Readout::Last,
        positions: Positions::Learned(CONTEXT),
        id_tables: Vec::new(),
        norm: Norm { kind: NormKind::Rms, gain: false, epsilon: 1e-5 },
        norm_input: true,
        norm_output: false,
        mlp: Mlp::Plain { activation: Activation::Relu, hidden: 64 },
        tied: false,
        causal: true,
        deviation: 0.08,
        scaled_start: false,
    };
    let train = TrainSpec {
        steps: STEPS,
        batch: 1,
        part: 0,
        precision,
        randomness: Randomness::Python(42),
        optimiser: Optimiser { rate: 0.01, beta1: 0.85, beta2: 0.99, epsilon: 1e-8, decay: 0.0 },
        schedule: Schedule { warmup: 0, shape: Shape::Linear, last: 0.0 },
        clip: None,
        stages: Vec::new(),
    };
    Spec { model, data: DataSpec::Names { context: CONTEXT }, train }
}
