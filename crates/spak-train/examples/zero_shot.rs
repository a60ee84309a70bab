//! Addition of numbers longer than any in training: trains a variant for some seeds and prints exact answers by length.
//!
//! `cargo run --release -p spak-train --example zero_shot -- [VARIANT] [SEEDS] [STEPS] [THREADS]`, by default the recipe
//! for seeds `0,1,2`, 8000 steps, two threads. For each length 1000 problems of each set, of the same seed for all.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use std::time::Instant;

use spak_train::spec::{Addition, DataSpec};
use spak_train::zero_shot::{STEPS, Variant, spec};
use spak_train::{AdditionProblem, Asked, Corpus, Set, Trainer};

type Failure = Box<dyn std::error::Error>;

const COUNT: usize = 1000;
const EVALUATION: u64 = 20_261_123;
const ASKED: [(Set, &str, &[usize]); 3] = [
    (Set::Mixed, "mixed", &[4, 5, 6, 7, 8, 10, 12, 16, 20]),
    (Set::Equal, "equal", &[8, 10, 12, 20]),
    (Set::Carry, "carry", &[8, 10, 12, 20]),
];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize, otherwise: &str| {
        arguments.get(at).cloned().unwrap_or_else(|| otherwise.to_owned())
    };
    let name = argument(0, "recipe");
    let variant = Variant::ALL.into_iter().find(|variant| variant.name() == name);
    let variant = variant.ok_or_else(|| {
        format!("no variant `{name}`; there are {}", Variant::ALL.map(Variant::name).join(", "))
    })?;
    let seeds: Vec<u64> =
        argument(1, "0,1,2").split(',').map(str::parse).collect::<Result<_, _>>()?;
    let (steps, threads) = (argument(2, &STEPS.to_string()).parse()?, argument(3, "2").parse()?);

    let mut header = "| variant | seed | parameters | loops | minutes | load | loss |".to_owned();
    for (_, set, lengths) in ASKED {
        header.extend(lengths.iter().map(|digits| format!(" {set} {digits} |")));
    }
    println!("{header}\n|{}", "---|".repeat(header.matches('|').count() - 1));
    for seed in seeds {
        one(variant, seed, steps, threads)?;
    }
    Ok(())
}

fn one(variant: Variant, seed: u64, steps: u64, threads: usize) -> Result<(), Failure> {
    let spec = spec(variant, seed, steps);
    let DataSpec::Addition(format) = spec.data.clone() else { return Err("no additions".into()) };
    let corpus = Corpus::new(&spec.data, None)?;
    let begin = Instant::now();
    let mut trainer = Trainer::<f32>::with_threads(spec, corpus, threads)?;
    let mut late = Vec::new();
    for step in 0..steps {
        let report = trainer.advance()?;
        if step + 100 >= steps {
            late.push(report.loss);
        }
    }
    let minutes = begin.elapsed().as_secs_f64() / 60.0;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let loss = late.iter().sum::<f64>() / late.len().max(1) as f64;
    let most = trainer.spec().model.loops.most();
    let mut row = format!(
        "| {} | {seed} | {} | {most} | {minutes:.2} | {load} | {loss:.1e} |",
        variant.name(),
        trainer.parameters().len()
    );
    for (set, _, lengths) in ASKED {
        for digits in lengths {
            let right = ask(&trainer, &format, set, *digits, most)?;
            row += &format!(" {:.1} |", 100.0 * right as f64 / COUNT as f64);
        }
    }
    println!("{row}");
    if variant == Variant::DrawnLoops || variant == Variant::Recipe {
        let mut row = "  12 digits by loops at test:".to_owned();
        for loops in [1, 2, 3, 4, 6, 8, 12] {
            let right = ask(&trainer, &format, Set::Mixed, 12, loops)?;
            row += &format!(" {loops}: {:.1}", 100.0 * right as f64 / COUNT as f64);
        }
        println!("{row}");
    }
    Ok(())
}

fn ask(
    trainer: &Trainer<f32>,
    format: &Addition,
    set: Set,
    digits: usize,
    loops: usize,
) -> Result<usize, Failure> {
    let problems = AdditionProblem::set(set, digits, COUNT, EVALUATION);
    let mut asked = Asked::new(trainer.model(), trainer.parameters());
    Ok(asked.exact(&problems, format, loops, EVALUATION)?)
}
