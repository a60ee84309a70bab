//! A machine on which configs have times, and the loop around a search that measures on it.

use std::collections::BTreeMap;

use spak_loop::{
    Decision, Dimension, DimensionKind, History, Next, Proposal, Remaining, Search, Space,
};
use spak_records::run::DoneReason;
use spak_records::{
    Config, ContentHash, Measurement, Outcome, Problem, Rejection, Stage, Trial, Value,
};

/// A machine: the true time of a config in nanoseconds, or the reason of its rejection.
pub(crate) struct Machine<'a> {
    pub(crate) cost: &'a dyn Fn(&Config) -> Result<f64, String>,
    /// Half the width of the noise of a median (0.004: ±0.4 %), which is also what its interval says.
    pub(crate) noise: f64,
    /// How far the machine's speed wanders in the course of the trials (0.1: ±10 %).
    pub(crate) drift: f64,
}

impl Machine<'_> {
    /// The trial of `config`, as the `number`-th one.
    pub(crate) fn measure(
        &self,
        config: &Config,
        incumbent: Option<&Config>,
        number: usize,
    ) -> Trial {
        let outcome = match (self.cost)(config) {
            Err(reason) => {
                let detail = format!("{config}: {reason}");
                Outcome::Rejected(Rejection { stage: Stage::Check, reason, detail })
            }
            Ok(time) => {
                let speed = 1.0 + self.drift * (number as f64 / 9.0).sin();
                let noisy = |time: f64, salt: &str| {
                    time * speed * (1.0 + self.noise * unit(&format!("{config} {number} {salt}")))
                };
                let median = noisy(time, "candidate");
                let incumbent = incumbent.map(|i| (i.id(), (self.cost)(i).unwrap()));
                Outcome::Measured(Measurement {
                    median_ns: median as u64,
                    median_ci_ns: [1.0 - self.noise, 1.0 + self.noise].map(|f| (median * f) as u64),
                    min_ns: (median * 0.99) as u64,
                    samples: 50,
                    tflops: 1e6 / median,
                    incumbent_median_ns: incumbent
                        .as_ref()
                        .map(|(_, time)| noisy(*time, "incumbent") as u64),
                    incumbent: incumbent.map(|(id, _)| id),
                    conditions: None,
                    energy_mj: None,
                    checks: Vec::new(),
                })
            }
        };
        Trial {
            key: ContentHash::of_text(&format!("key of {config}")),
            config_id: config.id(),
            config: config.clone(),
            source: ContentHash::of_text(&config.to_string()),
            problem: Problem::Matmul { m: 1, n: 1, k: 1 },
            outcome,
            seconds: 1.0,
            needs: None,
        }
    }
}

/// A number in -1..1 that depends on `text` only.
pub(crate) fn unit(text: &str) -> f64 {
    let hash = ContentHash::of_text(text);
    let digits = u64::from_str_radix(hash.short(), 16).unwrap();
    digits as f64 / (1_u64 << 47) as f64 - 1.0
}

/// How a search ended.
pub(crate) struct Run {
    pub(crate) trials: Vec<Trial>,
    pub(crate) reason: DoneReason,
    pub(crate) last: Decision,
}

/// Searches to the end; of each batch no more than `batch` trials are made before the search is asked again.
pub(crate) fn run(
    search: &Search<'_>,
    machine: &Machine<'_>,
    granted: Option<u64>,
    batch: usize,
) -> Run {
    let mut history = History::default();
    loop {
        let done = history.trials().len() as u64;
        let remaining =
            Remaining { trials: granted.map(|g| g.saturating_sub(done)), seconds: None };
        let decision = search.next(&history, &remaining);
        match &decision.next {
            Next::Done(reason) => {
                let reason = reason.clone();
                return Run { trials: history.trials().to_vec(), reason, last: decision };
            }
            Next::Try(proposals) => {
                assert!(!proposals.is_empty());
                for Proposal { config, incumbent, .. } in proposals.iter().take(batch) {
                    let number = history.trials().len();
                    history.tell(machine.measure(config, incumbent.as_ref(), number));
                }
            }
        }
        assert!(history.trials().len() < 20_000, "the search does not end");
    }
}

pub(crate) fn axis(name: &str, values: &[&str]) -> Dimension {
    let values = values.iter().map(|v| Value::from(*v)).collect();
    Dimension { name: name.to_owned(), kind: DimensionKind::Axis, values }
}

pub(crate) fn parameter(name: &str, values: &[i64]) -> Dimension {
    let values = values.iter().map(|v| Value::from(*v)).collect();
    Dimension { name: name.to_owned(), kind: DimensionKind::Parameter, values }
}

/// Attention on a CPU as one would write a model of it: 34,560 combinations.
pub(crate) fn attention_space() -> Vec<Dimension> {
    vec![
        axis("softmax_scheme", &["naive", "online"]),
        axis("mask_fusion", &["separate", "fused", "skip_tiles"]),
        axis("accumulate", &["f64", "f32"]),
        axis("exponential", &["libm", "polynomial"]),
        axis("loop_order", &["row", "column"]),
        parameter("tile_m", &[4, 8, 16, 32, 64, 128]),
        parameter("tile_n", &[4, 8, 16, 32, 64, 128]),
        parameter("unroll", &[1, 2, 4, 8, 16]),
        parameter("threads", &[1, 2]),
        parameter("prefetch", &[0, 1]),
    ]
}

/// What the compiler's and the language's constraints leave of it.
pub(crate) fn attention_validity(config: &Config) -> Result<(), String> {
    let int = |name: &str| config.get(name).and_then(Value::as_int).unwrap();
    if int("unroll") > int("tile_n") {
        return Err(format!("unroll <= tile_n: {} > {}", int("unroll"), int("tile_n")));
    }
    Ok(())
}

/// True nanoseconds. The tiles share a cache, the unrolling fights with the tile for registers, and what the
/// mask costs depends on the softmax.
pub(crate) fn attention_cost(config: &Config) -> Result<f64, String> {
    let int = |name: &str| config.get(name).and_then(Value::as_int).unwrap() as f64;
    let is = |name: &str, value: &str| config.get(name) == Some(&Value::from(value));
    let (tile_m, tile_n, unroll) = (int("tile_m"), int("tile_n"), int("unroll"));
    if is("accumulate", "f32") && is("softmax_scheme", "naive") && tile_n > 64.0 {
        return Err("wrong-result".to_owned());
    }
    if tile_m * unroll > 1024.0 {
        return Err("compile-error".to_owned());
    }
    let mut time = 4e7;
    time *= if is("softmax_scheme", "online") { 0.7 } else { 1.0 };
    time *= match (is("mask_fusion", "separate"), is("softmax_scheme", "online")) {
        (true, _) => 1.0,
        (false, true) if is("mask_fusion", "skip_tiles") => 0.55,
        (false, true) => 0.85,
        (false, false) => 0.95,
    };
    time *= if is("accumulate", "f32") { 0.6 } else { 1.0 };
    time *= if is("exponential", "polynomial") { 0.65 } else { 1.0 };
    time *= if is("loop_order", "column") { 1.9 } else { 1.0 };
    // Best where the working set is half the cache; steeper when too large than when too small.
    let fill = (tile_m * tile_n / 2048.0).log2();
    time *= 1.0 + if fill > 0.0 { 0.25 } else { 0.12 } * fill.abs();
    time *= 1.0 + 0.08 * (tile_m / 32.0).log2().abs();
    time *= 1.0 + 0.1 * (unroll * tile_m / 128.0).log2().abs();
    time *= if int("threads") > 1.0 { 0.53 } else { 1.0 };
    time *= if int("prefetch") > 0.0 && tile_n >= 64.0 { 0.97 } else { 1.0 };
    Ok(time)
}

/// The least true time over all configs of the space.
pub(crate) fn least_cost(
    space: &dyn Space,
    cost: &dyn Fn(&Config) -> Result<f64, String>,
) -> (f64, usize) {
    let mut configs = vec![Config::default()];
    for dimension in space.dimensions() {
        configs = configs
            .into_iter()
            .flat_map(|config| {
                dimension.values.iter().map(move |value| {
                    let mut config = config.clone();
                    config.0.insert(dimension.name.clone(), value.clone());
                    config
                })
            })
            .collect();
    }
    configs.retain(|config| space.validity(config).is_ok());
    let valid = configs.len();
    let times = configs.iter().filter_map(|config| cost(config).ok());
    (times.fold(f64::INFINITY, f64::min), valid)
}

pub(crate) fn config(values: &[(&str, Value)]) -> Config {
    Config(values.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect::<BTreeMap<_, _>>())
}
