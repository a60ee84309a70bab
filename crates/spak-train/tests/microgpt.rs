//! MicroGPT in exact mode: every loss of the scalar program, the same samples, a slope for every number.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]
#![expect(clippy::print_stderr, reason = "skipped inputs are told")]

use std::path::{Path, PathBuf};

use spak_train::microgpt::{CONTEXT, STEPS, TEMPERATURE, spec};
use spak_train::spec::Precision;
use spak_train::{Asked, Corpus, Draw, Number, Trainer, checks};

fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

/// Recorded data beside the repository; says so if it is not there.
fn shared(file: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("SKIPPED: no recorded data at {}", path.display());
    }
    bytes
}

fn trainer<N: Number>(precision: Precision, names: &[u8]) -> Trainer<N> {
    let spec = spec(precision);
    let corpus = Corpus::new(&spec.data, Some(names)).unwrap();
    Trainer::new(spec, corpus).unwrap()
}

fn losses<N: Number>(trainer: &mut Trainer<N>, steps: u64) -> Vec<f64> {
    (0..steps).map(|_| trainer.advance().unwrap().loss).collect()
}

fn samples<N: Number>(trainer: &Trainer<N>) -> Vec<String> {
    let mut draw = Draw::Python(trainer.python().unwrap());
    let mut asked = Asked::new(trainer.model(), trainer.parameters());
    trainer.corpus().names(&mut asked, 20, (CONTEXT, TEMPERATURE, 1), &mut draw)
}

fn largest_difference(one: &[f64], other: &[f64]) -> f64 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The losses and samples of `examples/microgpt_scalar.py` for the names beside them.
fn recorded() -> (Vec<f64>, Vec<String>) {
    let text = std::fs::read(golden("microgpt.json")).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let losses = value["losses"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
    let samples =
        value["samples"].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned());
    (losses.collect(), samples.collect())
}

#[test]
fn losses_and_samples_are_those_of_the_scalar_program() {
    let names = std::fs::read(golden("names.txt")).unwrap();
    let (expected, said) = recorded();
    let mut double = trainer::<f64>(Precision::Double, &names);
    assert_eq!(double.parameters().len(), 4192);
    let difference = largest_difference(&losses(&mut double, 24), &expected);
    assert!(difference <= 1e-9, "{difference}");
    assert_eq!(samples(&double), said);
    let mut single = trainer::<f32>(Precision::Single, &names);
    let difference = largest_difference(&losses(&mut single, 24), &expected);
    assert!(difference <= 1e-5, "{difference}");
}

#[test]
fn all_333_losses_of_the_golden_trace() {
    let (Some(names), Some(trace)) = (shared("names.txt"), shared("microgpt_baseline_trace.json"))
    else {
        return;
    };
    let trace: serde_json::Value = serde_json::from_slice(&trace).unwrap();
    let expected: Vec<f64> =
        trace.as_array().unwrap().iter().map(|item| item["loss"].as_f64().unwrap()).collect();
    let mut double = trainer::<f64>(Precision::Double, &names);
    let difference = largest_difference(&losses(&mut double, STEPS), &expected);
    assert!(difference <= 1e-9, "{difference}");
    let said = samples(&double);
    assert_eq!(said[..6], ["kelme", "ameyn", "jaenn", "aume", "mamah", "karie"]);
    assert_eq!(said[19], "laren");
    let mut single = trainer::<f32>(Precision::Single, &names);
    let difference = largest_difference(&losses(&mut single, STEPS), &expected);
    assert!(difference <= 1e-5, "{difference}");
}

#[test]
fn every_number_of_every_parameter_has_a_slope_somewhere() {
    let names = std::fs::read(golden("names.txt")).unwrap();
    let mut trainer = trainer::<f64>(Precision::Double, &names);
    let mut touched = vec![false; 4192];
    let mut dead_matrices = Vec::new();
    for step in 0..STEPS {
        let batch = trainer.batch(step);
        let slopes = trainer.slopes(&batch, 1).1.to_vec();
        if step == 0 {
            dead_matrices = checks::without_slope(trainer.model(), &slopes);
        }
        for (touched, slope) in touched.iter_mut().zip(slopes) {
            *touched |= slope != 0.0;
        }
    }
    assert_eq!(dead_matrices, Vec::<String>::new());
    let untouched: Vec<String> = trainer
        .model()
        .layout()
        .parameters()
        .iter()
        .flat_map(|p| p.range.clone().map(move |at| (p, at)))
        .filter(|(_, at)| !touched[*at])
        .map(|(p, at)| {
            let within = at - p.range.start;
            format!("{}[{}][{}]", p.name, within / p.columns, within % p.columns)
        })
        .collect();
    // One name is longer than the context, so that all positions are read.
    assert_eq!(untouched, Vec::<String>::new());
}

#[test]
fn with_all_names_every_number_has_a_slope() {
    let Some(names) = shared("names.txt") else { return };
    let mut trainer = trainer::<f64>(Precision::Double, &names);
    let mut touched = vec![false; 4192];
    for step in 0..32_032 {
        let batch = trainer.batch(step);
        for (touched, slope) in touched.iter_mut().zip(trainer.slopes(&batch, 1).1) {
            *touched |= *slope != 0.0;
        }
        if touched.iter().all(|touched| *touched) {
            return;
        }
    }
    let left = touched.iter().filter(|touched| !**touched).count();
    panic!("{left} numbers never have a slope");
}
