//! Bundles and trials for tests, without a compiler and without a GPU.

use std::collections::BTreeMap;

use spak_records::bundle::{
    Bundle, BundledCandidate, BundledEntry, BundledKnowledge, BundledProblem, FORMAT, NodeKernel,
    NodeProgram, Schedule, VERSION,
};
use spak_records::{
    Config, ContentHash, Device, Measurement, OperatorProblem, Outcome, Problem, Rejection, Stage,
    Toolchain, Trial, Value,
};

/// Names of parts are hashes in hexadecimal; here of any text.
pub(crate) fn part(text: &str) -> String {
    crate::gpu::bundle::name_of(text.as_bytes())
}

/// A bundle with configs of two parameters, `a` of eight values and `b` of six, on problems of these sizes.
pub(crate) fn bundle(sizes: &[i64]) -> Bundle {
    let problems = sizes.iter().map(|size| BundledProblem {
        workload: Some(format!("size_{size}")),
        problem: OperatorProblem {
            operator: "softmax".to_owned(),
            values: [("rows".to_owned(), Value::Int(*size))].into_iter().collect(),
            flops: 1_000_000,
            bytes: 1_000,
        },
        reference: part("reference"),
        numbers: Vec::new(),
        scalars: BTreeMap::new(),
        arrays: Vec::new(),
        is_timed: true,
        knowledge: BundledKnowledge::default(),
    });
    let mut candidates = Vec::new();
    for a in 0..8 {
        for b in 0..6 {
            let pairs = [("a", a), ("b", b)].map(|(n, v)| (n.to_owned(), Value::Int(v)));
            let name = part(&format!("{a} {b}"));
            let kernel = NodeKernel {
                part: name.clone(),
                kernel: "softmax".to_owned(),
                grid: [1, 1, 1],
                arguments: Vec::new(),
            };
            let program = NodeProgram { kernels: vec![kernel], ..NodeProgram::default() };
            candidates.push(BundledCandidate {
                config: Config(pairs.into_iter().collect()),
                source: ContentHash::of_text(&name),
                text: part(&format!("source {name}")),
                entries: (0..sizes.len())
                    .map(|problem| BundledEntry { problem, program: program.clone() })
                    .collect(),
            });
        }
    }
    Bundle {
        format: FORMAT.to_owned(),
        version: VERSION,
        tool: "test".to_owned(),
        created: String::new(),
        architecture: "sm_90".to_owned(),
        toolchain: Toolchain {
            compiler: "cutile".to_owned(),
            version: "1".to_owned(),
            flags: Vec::new(),
        },
        system: "Test".to_owned(),
        design_path: "test.dsl".to_owned(),
        design: ContentHash::of_text("design"),
        common: part("common"),
        problems: problems.collect(),
        candidates,
        schedule: Schedule {
            seed: 7,
            samples: 20,
            seconds: 0.1,
            patience: 1.0,
            rows: 8,
            energy: 0.0,
        },
    }
}

/// A GPU.
pub(crate) fn device() -> Device {
    Device {
        name: "NVIDIA H200".to_owned(),
        architecture: "sm_90".to_owned(),
        features: Vec::new(),
        cores: 132,
        caches: vec![60 << 20],
        system: "CUDA 13.0".to_owned(),
    }
}

/// What came of a candidate: nanoseconds, or that it was wrong.
pub(crate) fn trial(bundle: &Bundle, at: usize, problem: usize, ns: Option<u64>) -> Trial {
    let candidate = &bundle.candidates[at];
    let entry = candidate.entries.iter().find(|entry| entry.problem == problem).unwrap();
    let outcome = match ns {
        Some(median_ns) => Outcome::Measured(Measurement {
            median_ns,
            median_ci_ns: [median_ns - 5, median_ns + 5],
            min_ns: median_ns - 10,
            samples: 20,
            tflops: 1.0,
            incumbent_median_ns: None,
            incumbent: None,
            checks: Vec::new(),
            conditions: None,
            energy_mj: None,
        }),
        None => Outcome::Rejected(Rejection {
            stage: Stage::Check,
            reason: "wrong-result".to_owned(),
            detail: String::new(),
        }),
    };
    Trial {
        key: crate::gpu::node::trial_key(bundle, candidate, entry, &device()).unwrap(),
        config_id: candidate.config.id(),
        config: candidate.config.clone(),
        source: candidate.source.clone(),
        problem: Problem::Operator(bundle.problems[problem].problem.clone()),
        outcome,
        seconds: 0.1,
        needs: None,
    }
}
