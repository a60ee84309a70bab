//! Milliseconds of a training step by shape and threads: `cargo run --release -p spak-train --example speed`.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use std::time::Instant;

use spak_train::spec::{DataSpec, Loops, Mlp, ModelSpec, Positions, Precision, Randomness, Spec};
use spak_train::{Corpus, Number, Trainer, microgpt, spec::Activation};

type Failure = Box<dyn std::error::Error>;

/// Vocabulary, width, loops, batch, tokens of a row.
const SHAPES: [[usize; 5]; 3] = [[27, 16, 1, 1, 8], [14, 64, 2, 128, 20], [65, 128, 1, 256, 40]];

fn spec([_, width, loops, batch, time]: [usize; 5], precision: Precision) -> Spec {
    let mut spec = microgpt::spec(precision);
    spec.model = ModelSpec {
        width,
        loops: Loops::Fixed(loops),
        injection: spak_train::spec::Injection::Add,
        positions: Positions::Learned(time),
        mlp: Mlp::Plain { activation: Activation::GeluTanh, hidden: 4 * width },
        ..spec.model
    };
    spec.data = DataSpec::Text { context: time, held_out: 0.0 };
    spec.train.batch = batch;
    spec.train.part = 32;
    spec.train.steps = 1 << 20;
    spec.train.randomness = Randomness::Keyed(1);
    spec
}

fn measure<N: Number>(
    shape: [usize; 5],
    precision: Precision,
    threads: usize,
) -> Result<f64, Failure> {
    let letters = u32::try_from(shape[0])?;
    let text: String = (0..20_000_u32)
        .filter_map(|at| char::from_u32(u32::from('0') + at.wrapping_mul(2_654_435_761) % letters))
        .collect();
    let spec = spec(shape, precision);
    let corpus = Corpus::new(&spec.data, Some(text.as_bytes()))?;
    let mut trainer = Trainer::<N>::with_threads(spec, corpus, threads)?;
    let mut times = Vec::new();
    let begin = Instant::now();
    while times.len() < 5 || begin.elapsed().as_secs_f64() < 1.5 {
        let step = Instant::now();
        trainer.advance()?;
        times.push(step.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn main() -> Result<(), Failure> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load before: {}", load.trim());
    println!("| letters | width | loops | batch | tokens | threads | 32 bits, ms | 64 bits, ms |");
    println!("|---|---|---|---|---|---|---|---|");
    for shape in SHAPES {
        for threads in [1, 2] {
            let [letters, width, loops, batch, time] = shape;
            let single = measure::<f32>(shape, Precision::Single, threads)?;
            let double = measure::<f64>(shape, Precision::Double, threads)?;
            println!(
                "| {letters} | {width} | {loops} | {batch} | {time} | {threads} | {single:.3} | {double:.3} |"
            );
        }
    }
    Ok(())
}
