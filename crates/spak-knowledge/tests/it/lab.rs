//! Trials of a simulated machine whose truth is known: times with drift between sessions, noise from
//! run to run, and noise of samples.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_knowledge::{Context, Dimension};
use spak_records::{
    CausalAlignment, Config, ContentHash, Device, Measurement, Outcome, Problem, Rejection, Stage,
    Toolchain, Trial, Value, Workload,
};

pub(crate) fn config(values: &[(&str, Value)]) -> Config {
    Config(values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
}

pub(crate) fn problem(causal: bool) -> Problem {
    Problem::AttentionForward {
        batch: 1,
        heads: 8,
        kv_heads: 8,
        seq_len: 1024,
        kv_len: 1024,
        head_dim: 64,
        causal: causal.then_some(CausalAlignment::BottomRight),
        store_lse: false,
    }
}

pub(crate) fn dimension(name: &str, values: &[Value]) -> Dimension {
    Dimension { name: name.to_owned(), values: values.to_vec() }
}

pub(crate) fn context(dimensions: Vec<Dimension>) -> Context {
    let workload: BTreeMap<String, Value> = [
        ("num_heads", Value::Int(8)),
        ("seq_len", Value::Int(1024)),
        ("head_dim", Value::Int(64)),
        ("causal", Value::Bool(true)),
    ]
    .map(|(n, v)| (n.to_owned(), v))
    .into();
    Context {
        device: Device {
            name: "Intel(R) Xeon(R) Processor".to_owned(),
            architecture: "x86_64".to_owned(),
            features: vec!["avx2".to_owned()],
            cores: 2,
            caches: vec![32 << 10, 2 << 20],
            system: "Linux 6.1".to_owned(),
        },
        toolchain: Toolchain {
            compiler: "gcc".to_owned(),
            version: "gcc (Debian 12.2.0-14) 12.2.0".to_owned(),
            flags: vec!["-O3".to_owned(), "-march=native".to_owned()],
        },
        problem: problem(true),
        workload: Workload(workload),
        workload_name: Some("Prefill".to_owned()),
        trace: "run-0001".to_owned(),
        date: "2026-02-13".to_owned(),
        seed: None,
        dimensions,
    }
}

/// All configs of the dimensions, the first value of each first.
pub(crate) fn grid(dimensions: &[Dimension]) -> Vec<Config> {
    let mut out = vec![Config::default()];
    for d in dimensions {
        out = out
            .iter()
            .flat_map(|c| {
                d.values.iter().map(move |v| {
                    let mut c = c.clone();
                    c.0.insert(d.name.clone(), v.clone());
                    c
                })
            })
            .collect();
    }
    out
}

/// How the simulated machine errs; all are relative standard deviations.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    /// Of a session: shared by the candidate and its incumbent.
    pub(crate) drift: f64,
    /// Of one trial against another one of the same config.
    pub(crate) run: f64,
    /// Of a median from its samples.
    pub(crate) sampling: f64,
    /// Whether the fastest config so far is timed in each session.
    pub(crate) interleaved: bool,
    /// Samples of each trial.
    pub(crate) samples: u32,
}

pub(crate) struct Lab {
    pub(crate) rng: ChaCha8Rng,
    pub(crate) machine: Machine,
    incumbent: Option<(Config, f64)>,
}

impl Lab {
    pub(crate) fn new(seed: u64, machine: Machine) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), machine, incumbent: None }
    }

    /// A standard normal number (the sum of twelve uniform ones).
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.rng.random::<f64>()).sum::<f64>() - 6.0
    }

    /// One trial of `config` whose true time is `ns`.
    pub(crate) fn trial(&mut self, config: &Config, ns: f64, problem: &Problem) -> Trial {
        let machine = self.machine;
        let drift = machine.drift * self.normal();
        let noisy = |lab: &mut Self, ns: f64| {
            let log = machine.run * lab.normal() + machine.sampling * lab.normal();
            ns * (drift + log).exp()
        };
        let median = noisy(self, ns);
        let half = (1.96 * machine.sampling).exp();
        let session = self.incumbent.clone().filter(|_| machine.interleaved);
        let incumbent = session.map(|(c, ns)| (c.id(), noisy(self, ns)));
        if self.incumbent.as_ref().is_none_or(|(_, best)| ns < 0.97 * best) {
            self.incumbent = Some((config.clone(), ns));
        }
        let m = Measurement {
            median_ns: median as u64,
            median_ci_ns: [(median / half) as u64, (median * half) as u64],
            min_ns: (median / half) as u64,
            samples: machine.samples,
            tflops: problem.flops() / median / 1e3,
            incumbent_median_ns: incumbent.as_ref().map(|(_, ns)| *ns as u64),
            incumbent: incumbent.map(|(id, _)| id),
            conditions: None,
            energy_mj: None,
            checks: Vec::new(),
        };
        trial(config, problem, Outcome::Measured(m))
    }
}

pub(crate) fn rejected(config: &Config, problem: &Problem, stage: Stage, reason: &str) -> Trial {
    let rejection =
        Rejection { stage, reason: reason.to_owned(), detail: "as simulated".to_owned() };
    trial(config, problem, Outcome::Rejected(rejection))
}

pub(crate) fn trial(config: &Config, problem: &Problem, outcome: Outcome) -> Trial {
    Trial {
        key: ContentHash::of_text(&format!("{config} {problem:?}")),
        config_id: config.id(),
        config: config.clone(),
        source: ContentHash::of_text(&config.to_string()),
        problem: problem.clone(),
        outcome,
        seconds: 1.0,
        needs: None,
    }
}

/// The root of the examples kept beside the repository, if they are there.
pub(crate) fn shared() -> Option<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    root.is_dir().then_some(root)
}
