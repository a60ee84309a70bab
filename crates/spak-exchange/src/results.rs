//! What was measured, by whatever tool: configs, what became of them, and what that cost.

mod build;
mod cache;
mod read;
mod sweep;
mod t4;
mod write;

pub use read::{Read, read};
use spak_records::Value;
pub use write::write_t4;

/// The format of a file of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// T4 of the TuningSchema: `{"results": [..], "metadata": ..}`.
    T4,
    /// A cache file of Kernel Tuner: `{"tune_params_keys": .., "cache": {..}}`.
    KernelTunerCache,
    /// A list of flat records, in which names and values say what is what: `{"full_history": [..]}`.
    Sweep,
    /// A problem of one of SPAK's own traces, which [`read`] does not read: they are in `spak-records`.
    Trace,
}

impl Format {
    /// As it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::T4 => "T4",
            Self::KernelTunerCache => "Kernel Tuner cache",
            Self::Sweep => "sweep",
            Self::Trace => "SPAK trace",
        }
    }
}

/// Everything that a file says about measured configs.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// How it was written.
    pub format: Format,
    /// The kernel, when the file names it.
    pub kernel: Option<String>,
    /// The device, when the file names it.
    pub device: Option<String>,
    /// The parameters in the order of the file, with the values that occur.
    pub parameters: Vec<Parameter>,
    /// What was measured; `Row::measured` has one entry for each.
    pub metrics: Vec<Metric>,
    /// The positions in `metrics` of what was tuned for, the first one the most important.
    pub objectives: Vec<usize>,
    /// One for each config that was tried, in the order of the file.
    pub rows: Vec<Row>,
}

/// A parameter and the values of it that occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The distinct values: as the file declares them, else numbers ascending, else as they occur.
    pub values: Vec<Value>,
}

/// Something that is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `time`, `GFLOP/s`
    pub name: String,
    /// `ms`; empty when the file does not say.
    pub unit: String,
}

impl Metric {
    /// Whether more of it is better, as far as its name and unit say: a rate and not a time.
    pub fn is_rate(&self) -> bool {
        let is = |name: &str| sweep::RATES.contains(&sweep::last_word(name).as_str());
        is(&self.name) || is(&self.unit)
    }

    /// Whether it is the same of another program: its name ends in the other's (`torch_tflops`, `tflops`).
    pub fn is_baseline_of(&self, other: &Self) -> bool {
        let rest = self.name.strip_suffix(other.name.as_str());
        rest.is_some_and(|rest| rest.ends_with(['_', '-', '.']))
    }
}

/// One config and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// For each parameter, the position of its value in `Parameter::values`.
    pub config: Vec<u32>,
    /// Whether it could be measured, and why not.
    pub outcome: Outcome,
    /// A number for each of `Recorded::metrics` that was measured; finite.
    pub measured: Vec<Option<f64>>,
    /// What trying it cost.
    pub cost: Cost,
    /// When, as the file writes it.
    pub timestamp: Option<String>,
}

/// What became of a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, was correct as far as that was checked, and its first objective is a finite number.
    Measured,
    /// It was not, for this reason.
    Failed(Failure),
}

/// Why a config has no measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It did not compile.
    Compile,
    /// It did not run to its end.
    Runtime,
    /// It gave a wrong result.
    Correctness,
    /// It violates a restriction.
    Constraints,
    /// It took too long.
    Timeout,
    /// The file does not say, or has no finite number for the first objective.
    Unknown,
}

impl Failure {
    /// As T4 writes it in `invalidity`; what T4 has no word for is `runtime`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Runtime | Self::Unknown => "runtime",
            Self::Correctness => "correctness",
            Self::Constraints => "constraints",
            Self::Timeout => "timeout",
        }
    }
}

/// What trying a config cost, in seconds by part; `None` is what the file does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Compiling: `compilation`, `compile_time`.
    pub compilation: Option<f64>,
    /// Running for measurements, with all that belongs to it: `benchmark`, `benchmark_time`.
    pub benchmark: Option<f64>,
    /// The tuner itself: `framework`, `framework_time`.
    pub framework: Option<f64>,
    /// The search strategy: `search_algorithm`, `strategy_time`.
    pub search: Option<f64>,
    /// Checking the result: `validation`, `verification_time`.
    pub validation: Option<f64>,
    /// Each measured run: `runtimes`, `times`.
    pub runtimes: Vec<f64>,
}

impl Cost {
    /// The measuring part in seconds: `benchmark`, or the sum of the runs when the file has none.
    pub fn measuring(&self) -> f64 {
        self.benchmark.unwrap_or_else(|| self.runtimes.iter().sum())
    }

    /// What the methodology of Willemsen et al. (2024) counts as the time of one evaluation when
    /// `objective_time_keys` is `all`, in seconds: compilation, benchmark, framework, search
    /// algorithm and validation; parts that are absent count nothing.
    pub fn total(&self) -> f64 {
        let part = |seconds: Option<f64>| seconds.unwrap_or(0.0);
        part(self.compilation)
            + self.measuring()
            + part(self.framework)
            + part(self.search)
            + part(self.validation)
    }
}

impl Recorded {
    /// The values of a row's config, in the order of the parameters.
    pub fn values<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = &'r Value> {
        self.parameters
            .iter()
            .zip(&row.config)
            .filter_map(|(parameter, at)| parameter.values.get(*at as usize))
    }

    /// The first objective of a row that could be measured.
    pub fn objective(&self, row: &Row) -> Option<f64> {
        match row.outcome {
            Outcome::Measured => *row.measured.get(*self.objectives.first()?)?,
            Outcome::Failed(_) => None,
        }
    }
}
