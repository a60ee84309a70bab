//! MicroGPT beside the scalar program in Python: the same losses and samples, and how fast each is.
//!
//! `cargo run --release -p spak-train --example microgpt -- NAMES [TRACE]`, where NAMES is the list of names and TRACE
//! a JSON list of objects with `step` and `loss`. Both programs use one thread, one after the other.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use spak_train::microgpt::{CONTEXT, STEPS, TEMPERATURE, spec};
use spak_train::spec::Precision;
use spak_train::{Asked, Corpus, Draw, Number, Trainer};

type Failure = Box<dyn std::error::Error>;

struct Run {
    losses: Vec<f64>,
    milliseconds: Vec<f64>,
    samples: Vec<String>,
    parameters: usize,
}

fn train<N: Number>(precision: Precision, names: &[u8]) -> Result<Run, Failure> {
    let spec = spec(precision);
    let corpus = Corpus::new(&spec.data, Some(names))?;
    let mut trainer = Trainer::<N>::new(spec, corpus)?;
    let (mut losses, mut milliseconds) = (Vec::new(), Vec::new());
    for _ in 0..STEPS {
        let begin = Instant::now();
        losses.push(trainer.advance()?.loss);
        milliseconds.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let mut draw = Draw::Python(trainer.python().ok_or("no generator")?);
    let mut asked = Asked::new(trainer.model(), trainer.parameters());
    let samples = trainer.corpus().names(&mut asked, 20, (CONTEXT, TEMPERATURE, 1), &mut draw);
    Ok(Run { losses, milliseconds, samples, parameters: trainer.parameters().len() })
}

fn scalar(names: &str) -> Result<Run, Failure> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/microgpt_scalar.py");
    let output = Command::new("python3").arg(program).arg(names).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let value: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let numbers = |key: &str| -> Vec<f64> {
        value[key].as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
    };
    let words = value["samples"].as_array().into_iter().flatten();
    Ok(Run {
        losses: numbers("losses"),
        milliseconds: numbers("milliseconds"),
        samples: words.filter_map(|word| Some(word.as_str()?.to_owned())).collect(),
        parameters: 0,
    })
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    if one.len() != other.len() {
        return f64::NAN;
    }
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let names = arguments.next().ok_or("give the list of names")?;
    let bytes = std::fs::read(&names)?;
    let double = train::<f64>(Precision::Double, &bytes)?;
    let single = train::<f32>(Precision::Single, &bytes)?;
    let scalar = scalar(&names)?;
    let reference = match arguments.next() {
        None => scalar.losses.clone(),
        Some(trace) => {
            let value: serde_json::Value = serde_json::from_slice(&std::fs::read(trace)?)?;
            let items = value.as_array().into_iter().flatten();
            items.filter_map(|item| item["loss"].as_f64()).collect()
        }
    };
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "{} parameters, {STEPS} steps, one thread each; load {}",
        double.parameters,
        load.trim()
    );
    println!(
        "| program | largest difference of a loss | samples | ms a step, median | times the scalar program |"
    );
    println!("|---|---|---|---|---|");
    let yardstick = median(&scalar.milliseconds);
    for (name, run) in [
        ("scalar Python", &scalar),
        ("spak-train, 64 bits", &double),
        ("spak-train, 32 bits", &single),
    ] {
        let step = median(&run.milliseconds);
        let same = run.samples.iter().zip(&scalar.samples).filter(|(a, b)| a == b).count();
        println!(
            "| {name} | {:.1e} | {same} of {} the same | {step:.3} | {:.0} |",
            distance(&run.losses, &reference),
            scalar.samples.len(),
            yardstick / step
        );
    }
    println!("samples: {}", double.samples.join(" "));
    Ok(())
}
