//! `spak predict`: what a config must cost before it runs, and a time that nothing can beat.

mod local;
mod machine;
mod measured;
pub(crate) mod picture;
mod print;

pub(crate) use machine::figures;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use spak_model::Literal;
use spak_model::system::{Record, System};
use spak_predict::{Caches, Dtype, Launch, Request};
use spak_records::prediction::{PredictReport, Prediction};
use spak_records::{Config, Problem, Value, Workload};
use spak_syntax::Severity;
use spak_syntax::diagnostic::suggest;

use crate::engine::symbols;
use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::verbs::check;

/// What `spak predict` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design.
    file: PathBuf,
    /// The workload; the design's first by default.
    #[arg(long)]
    workload: Option<String>,
    /// The machine: one of the design, of its imports or of the libraries (`H200`, `RTX5090`), a `.dsl`
    /// file, or `local`. By default the design's own, else this processor.
    #[arg(long)]
    hardware: Option<String>,
    /// Values of axes and parameters (`tile_m=64,tile_n=128`) instead of the design's first ones; may be
    /// given several times.
    #[arg(long, value_name = "NAME=VALUE,…")]
    config: Vec<String>,
    /// What a compiled kernel takes (`registers=128,shared_memory=83968,threads=512`).
    #[arg(long, value_name = "NAME=NUMBER,…")]
    compiled: Option<String>,
    /// What may be in caches before a call: `any` (a benchmark that repeats calls) or `cold`.
    #[arg(long, value_parser = ["any", "cold"], default_value = "any")]
    caches: String,
    /// Draw the roofline with every config on it, as `.svg` or `.png`.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Names besides a design's own that change a prediction.
const KNOWN: &[&str] = &[
    "tile_m",
    "tile_n",
    "tile_k",
    "stages",
    "num_stages",
    "num_warps",
    "threads_per_block",
    "exponentials",
    "math_approximation",
    "precision",
    "accum_dtype",
];

/// Predicts each config; problems are those of the design and of the machine's description.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let (design, found) = check::checked(&options.file)?;
    if found.iter().any(|d| d.severity == Severity::Error) {
        check::show(&options.file, &design, &found, format)?;
        return Ok(Status::Problems);
    }
    let system = System::of(&design.resolved.entries);
    let record = workload(&system, options.workload.as_deref())?;
    let mut workload = symbols::workload(record);
    let (problem, dtype) = problem(&mut workload)?;
    let machine = machine::find(&design, &system, options.hardware.as_deref())?;
    let compiled = options.compiled.as_deref().map(compiled).transpose()?;
    let caches = if options.caches == "cold" { Caches::Cold } else { Caches::Any };
    let mut configs = Vec::new();
    for text in &options.config {
        configs.push(config(&system, &workload, text)?);
    }
    if configs.is_empty() {
        configs.push(config(&system, &workload, "")?);
    }
    let hardware = &machine.hardware;
    let predictions: Vec<Prediction> = configs
        .iter()
        .map(|config| {
            let problem = &problem;
            spak_predict::predict(&Request { problem, dtype, config, hardware, caches, compiled })
        })
        .collect::<Result<_, _>>()
        .map_err(anyhow::Error::msg)?;
    let mut notes = machine.notes;
    let device = machine.device.filter(|_| dtype == Dtype::F32);
    let measured = device.and_then(|device| {
        measured::compare(&options.file, &device, hardware, &problem).unwrap_or_else(|why| {
            notes.push(format!("the trace is not compared: {why}"));
            None
        })
    });
    let is_impossible = measured.as_ref().is_some_and(|m| !m.impossible.is_empty());
    let report = PredictReport {
        file: options.file.to_string_lossy().into_owned(),
        workload: record.name.clone(),
        hardware: machine.record,
        notes,
        predictions,
        measured,
    };
    if let Some(path) = &options.plot {
        picture::write(&picture::roofline(&report).scene(), path)?;
    }
    let sources = machine.sources.as_ref().unwrap_or(&design.sources);
    let diagnostics = diagnostics::errors(sources, &machine.diagnostics, format);
    let fine = diagnostics.is_empty() && !is_impossible;
    let status = if fine { Status::Fine } else { Status::Problems };
    match format {
        Format::Human => output::result(&print::report(&report))?,
        Format::Json => json::result("spak.predict", Diagnosed { result: report, diagnostics })?,
    }
    Ok(status)
}

/// Trials of the design's trace that were faster than anything on this processor can be, in sentences.
///
/// The rates of the processor are measured for it, a third of a second each time; a calibration that
/// something disturbed would make the bound too long, so only what a second one finds impossible as well
/// is reported.
pub(crate) fn impossible(
    design: &std::path::Path,
    device: &spak_records::Device,
    problem: &Problem,
) -> Vec<String> {
    let found = || {
        let (hardware, _) = local::hardware(device);
        let compared = measured::compare(design, device, &hardware, problem).ok().flatten();
        compared.map(|measured| measured.impossible).unwrap_or_default()
    };
    let mut all = found();
    if !all.is_empty() {
        let again = found();
        if again.len() < all.len() {
            all = again;
        }
    }
    all.into_iter().map(|one| one.message).collect()
}

/// The workload that was asked for, or the first.
fn workload<'a>(system: &'a System, wanted: Option<&str>) -> Result<&'a Record> {
    let Some(wanted) = wanted else {
        return system
            .workloads
            .first()
            .context("the design has no `workload` block, so there is nothing to predict");
    };
    let names: Vec<&str> = system.workloads.iter().filter_map(|w| w.name.as_deref()).collect();
    let found = system.workloads.iter().find(|w| w.name.as_deref() == Some(wanted));
    found.ok_or_else(|| match suggest(wanted, names.iter().copied()) {
        Some(near) => anyhow!("there is no workload `{wanted}`; did you mean `{near}`?"),
        None => anyhow!("there is no workload `{wanted}`; there are: {}", names.join(", ")),
    })
}

/// The problem of a workload and its element type, which the problem itself takes as f32.
fn problem(workload: &mut Workload) -> Result<(Problem, Dtype)> {
    let family = workload.get("family").or_else(|| workload.get("operator"));
    let family = family.and_then(Value::as_text).map(str::to_owned).context(
        "the workload names no operator family; add `family: attention_forward` or `family: matmul`",
    )?;
    let dtype = match workload.0.remove("dtype") {
        None => Dtype::F32,
        Some(Value::Text(text)) => Dtype::read(&text).map_err(anyhow::Error::msg)?,
        Some(other) => {
            bail!("the workload's `dtype` is {other}, and an element type is needed, as in `bf16`")
        }
    };
    let problem = Problem::from_workload(&family, workload).map_err(anyhow::Error::msg)?;
    Ok((problem, dtype))
}

/// The design's first values, those that the workload fixes, and those of `text`.
fn config(system: &System, workload: &Workload, text: &str) -> Result<Config> {
    let mut values = BTreeMap::new();
    for dimension in &system.dimensions {
        let first = dimension.domain.values().and_then(|values| values.into_iter().next());
        let fixed = workload.get(&dimension.name).cloned();
        if let Some(value) = fixed.or_else(|| first.as_ref().map(Literal::record)) {
            values.insert(dimension.name.clone(), value);
        }
    }
    for (name, value) in pairs(text)? {
        let value =
            Literal::read(&value).map_or_else(|| Value::Text(value.clone()), |l| l.record());
        let dimension = system.dimensions.iter().find(|d| d.name == name);
        match dimension {
            Some(dimension) => {
                let all: Option<Vec<Value>> = dimension
                    .domain
                    .values()
                    .map(|values| values.iter().map(Literal::record).collect());
                if let Some(all) = all
                    && !all.contains(&value)
                {
                    let all: Vec<String> = all.iter().take(40).map(Value::to_string).collect();
                    bail!(
                        "`{name}={value}`: the design gives `{name}` the values {}",
                        all.join(", ")
                    );
                }
            }
            None if KNOWN.contains(&name.as_str()) => {}
            None => {
                let own = system.dimensions.iter().map(|d| d.name.as_str());
                match suggest(&name, own.chain(KNOWN.iter().copied())) {
                    Some(near) => bail!("the design has no `{name}`; did you mean `{near}`?"),
                    None => bail!("the design has no `{name}`, and no prediction depends on it"),
                }
            }
        }
        values.insert(name, value);
    }
    Ok(Config(values))
}

/// The pairs of `a=1,b=2`.
fn pairs(text: &str) -> Result<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok((name.trim().to_owned(), value.trim().trim_matches('"').to_owned()))
            }
            _ => bail!("`{part}` is no `name=value`"),
        })
        .collect()
}

/// What a compiled kernel takes.
fn compiled(text: &str) -> Result<Launch> {
    let mut launch = Launch { registers: 0, shared_memory: 0, threads: 0 };
    for (name, value) in pairs(text)? {
        let bytes = match Literal::read(&value) {
            Some(Literal::Int(n)) => u64::try_from(n).ok(),
            Some(quantity @ Literal::Quantity(..)) => {
                match spak_model::formula::to_value(&quantity) {
                    spak_expr::Value::Quantity(q)
                        if q.dimension == spak_expr::Dimension::BYTES && q.magnitude >= 0.0 =>
                    {
                        Some(q.magnitude as u64)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let number = bytes.ok_or_else(|| anyhow!("`{name}={value}`: a whole number is needed"))?;
        match name.as_str() {
            "registers" => launch.registers = number,
            "shared_memory" => launch.shared_memory = number,
            "threads" => launch.threads = number,
            other => match suggest(other, ["registers", "shared_memory", "threads"]) {
                Some(near) => bail!("a compiled kernel has no `{other}`; did you mean `{near}`?"),
                None => bail!(
                    "a compiled kernel has `registers`, `shared_memory` and `threads`, and no `{other}`"
                ),
            },
        }
    }
    if launch.registers == 0 || launch.threads == 0 {
        bail!(
            "`--compiled` needs `registers` and `threads`, as in `registers=128,shared_memory=82KiB,threads=512`"
        );
    }
    Ok(launch)
}
