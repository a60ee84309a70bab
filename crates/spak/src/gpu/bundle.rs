//! A bundle: one file with all that a node needs, a table of contents and binaries under their hashes, packed by tar and gzip.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use spak_generate::operators::{COMMON, operators};
use spak_records::bundle::{
    Bundle, BundledCandidate, BundledEntry, BundledProblem, FORMAT, InputKernels, NodeKernel,
    NodeProgram, Schedule, VERSION,
};
use spak_records::compile_report::CompiledState;
use spak_records::gpu::{Fill, Role};
use spak_records::trace::Record;
use spak_records::{ContentHash, Device, OperatorProblem, Outcome, Toolchain};
use spak_toolchain::{Cache, Installed, Kept, reference};

use crate::engine::drive::now;
use crate::engine::traces;
use crate::gpu::compile::Batch;
use crate::gpu::design::GpuWorkload;
use crate::gpu::node::trial_key;
use crate::gpu::target::Target;

/// The table of contents, as a part.
const CONTENTS: &str = "bundle.json";
/// The most bytes that a bundle may take when it is unpacked.
const LARGEST: u64 = 8 << 30;

/// A bundle with its parts.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) bundle: Bundle,
    pub(crate) parts: BTreeMap<String, Vec<u8>>,
}

/// What a part is called: a hash of its bytes.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    let hash = ContentHash::of_parts([bytes]);
    hash.as_str().split_once(':').map_or_else(String::new, |(_, digits)| digits.to_owned())
}

/// Makes a bundle of what was compiled for workloads; those behind the first `timed` are only checked.
///
/// # Errors
/// A reference that does not compile.
pub(crate) fn make(
    path: &Path,
    workloads: &[GpuWorkload],
    timed: usize,
    batch: &Batch,
    target: &Target,
    (installed, cache, toolchain): (&Installed, &Cache, &Toolchain),
    schedule: Schedule,
) -> Result<Packed> {
    let first = workloads.first().context("the design has no workload")?;
    let kept = Kept::of(cache);
    let mut parts = BTreeMap::new();
    let binary = reference(installed, &kept, COMMON, &target.architecture)?;
    let common = name_of(&binary);
    parts.insert(common.clone(), binary);
    let mut problems = Vec::new();
    for (at, workload) in workloads.iter().enumerate() {
        let name = &workload.problem.operator;
        let of = operators().iter().find(|one| one.name == name);
        let of = of.with_context(|| format!("no operator `{name}`"))?;
        let source = format!("{COMMON}\n{}", of.reference);
        let binary = reference(installed, &kept, &source, &target.architecture)?;
        let reference = name_of(&binary);
        parts.insert(reference.clone(), binary);
        problems.push(BundledProblem {
            workload: workload.specified.workload_name.clone(),
            problem: workload.problem.clone(),
            reference,
            numbers: workload.operator.reference_numbers(&workload.problem)?,
            scalars: workload.operator.scalars(&workload.problem)?,
            arrays: workload.operator.arrays(&workload.problem, &BTreeMap::new())?,
            is_timed: at < timed,
            knowledge: workload.knowledge(),
        });
    }
    let mut candidates: Vec<BundledCandidate> = Vec::new();
    for one in batch.compiled.iter().filter(|one| one.state == CompiledState::Ready) {
        let mut kernels = Vec::new();
        for (launch, key) in one.plan.launches.iter().zip(&one.keys) {
            let binary = batch.binaries.get(key).context("a binary is missing")?;
            let part = name_of(binary);
            parts.entry(part.clone()).or_insert_with(|| binary.clone());
            kernels.push(NodeKernel {
                part,
                kernel: launch.kernel.clone(),
                grid: launch.grid,
                arguments: launch.arguments.clone(),
            });
        }
        // The candidate's process computes such inputs itself: what it is told then does not come from the judge's memory.
        let has_computed =
            one.arrays.iter().any(|a| a.role == Role::Input { fill: Fill::Computed });
        let of = problems.get(one.workload).filter(|_| has_computed);
        let inputs =
            of.map(|of| InputKernels { part: of.reference.clone(), numbers: of.numbers.clone() });
        let arrays = one.arrays.clone();
        let program = NodeProgram { arrays, scratch: one.plan.scratch.clone(), kernels, inputs };
        let entry = BundledEntry { problem: one.workload, program };
        match candidates.iter_mut().find(|candidate| candidate.config == one.config) {
            Some(candidate) => candidate.entries.push(entry),
            None => {
                let text = one.source.clone().into_bytes();
                let part = name_of(&text);
                parts.insert(part.clone(), text);
                candidates.push(BundledCandidate {
                    config: one.config.clone(),
                    source: ContentHash::of_text(&one.source),
                    text: part,
                    entries: vec![entry],
                });
            }
        }
    }
    let bundle = Bundle {
        format: FORMAT.to_owned(),
        version: VERSION,
        tool: concat!("spak ", env!("CARGO_PKG_VERSION")).to_owned(),
        created: now(),
        architecture: target.architecture.clone(),
        toolchain: toolchain.clone(),
        system: first.specified.system.name.clone().unwrap_or_default(),
        design_path: path.to_string_lossy().into_owned(),
        design: first.specified.hash.clone(),
        common,
        problems,
        candidates,
        schedule,
    };
    Ok(Packed { bundle, parts })
}

/// Leaves out what a trace has: trials of this bundle on whichever machine of its architecture the trace is from, but for the
/// best of each problem, which others are compared with.
///
/// # Errors
/// A trace that cannot be read.
pub(crate) fn leave_out(packed: &mut Packed, trace: &Path) -> Result<usize> {
    let trace = traces::read(trace)?;
    let bundle = &packed.bundle;
    let devices: Vec<&Device> = trace
        .lines
        .iter()
        .filter_map(|line| match &line.record {
            Record::Device(device) if bundle.architecture.starts_with(&device.architecture) => {
                Some(device)
            }
            _ => None,
        })
        .collect();
    // By problem: what is there, and how fast it was.
    let mut there: BTreeMap<usize, Vec<(u64, usize)>> = BTreeMap::new();
    for (at, candidate) in bundle.candidates.iter().enumerate() {
        for entry in &candidate.entries {
            for device in &devices {
                let key = trial_key(bundle, candidate, entry, device)?;
                let Some(trial) = trace.trial(&key) else { continue };
                let time = match &trial.outcome {
                    Outcome::Measured(measurement) => measurement.median_ns,
                    Outcome::Rejected(_) => u64::MAX,
                };
                there.entry(entry.problem).or_default().push((time, at));
            }
        }
    }
    let mut left_out = 0;
    for (problem, trials) in there {
        let best = trials.iter().min().map(|(_, at)| *at);
        for (_, at) in trials.iter().filter(|(_, at)| Some(*at) != best) {
            let Some(candidate) = packed.bundle.candidates.get_mut(*at) else { continue };
            let before = candidate.entries.len();
            candidate.entries.retain(|entry| entry.problem != problem);
            left_out += before - candidate.entries.len();
        }
    }
    let Packed { bundle, parts } = packed;
    let is_timed: Vec<bool> = bundle.problems.iter().map(|problem| problem.is_timed).collect();
    bundle.candidates.retain(|candidate| {
        candidate.entries.iter().any(|entry| is_timed.get(entry.problem) == Some(&true))
    });
    let used: BTreeSet<String> = parts_of(bundle).map(str::to_owned).collect();
    parts.retain(|name, _| used.contains(name));
    Ok(left_out)
}

/// The names of all parts that a bundle speaks of.
fn parts_of(bundle: &Bundle) -> impl Iterator<Item = &str> {
    let programs = || bundle.candidates.iter().flat_map(|c| &c.entries).map(|e| &e.program);
    let kernels = programs().flat_map(|program| &program.kernels).map(|k| k.part.as_str());
    let inputs = programs().filter_map(|program| Some(program.inputs.as_ref()?.part.as_str()));
    let sources = bundle.candidates.iter().map(|candidate| candidate.text.as_str());
    let references = bundle.problems.iter().map(|problem| problem.reference.as_str());
    kernels.chain(inputs).chain(sources).chain(references).chain([bundle.common.as_str()])
}

/// Small problems on which kernels for these workloads are checked, as workloads of their own; each once.
///
/// # Errors
/// A formula of a description has no value.
pub(crate) fn check_problems(workloads: &[GpuWorkload]) -> Result<Vec<(usize, OperatorProblem)>> {
    let mut found: Vec<(usize, OperatorProblem)> = Vec::new();
    for (at, workload) in workloads.iter().enumerate() {
        for problem in workload.operator.checks(&workload.problem)? {
            if !found.iter().any(|(_, known)| *known == problem) {
                found.push((at, problem));
            }
        }
    }
    Ok(found)
}

/// Writes a bundle as a whole or not at all.
///
/// # Errors
/// What the system says.
pub(crate) fn write(packed: &Packed, path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    let mut archive = tar::Builder::new(GzEncoder::new(&file, Compression::default()));
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes)
    };
    add(CONTENTS, &serde_json::to_vec(&packed.bundle)?)?;
    for (name, bytes) in &packed.parts {
        add(name, bytes)?;
    }
    archive.into_inner()?.finish()?;
    file.persist(path)
        .map_err(|error| anyhow!("cannot write `{}`: {}", path.display(), error.error))?;
    Ok(())
}

/// Reads a bundle and puts its parts into a folder.
///
/// # Errors
/// It is none, it breaks off, a part is not what its name says, or it is of another version.
pub(crate) fn unpack(path: &Path, folder: &Path) -> Result<Bundle> {
    let shown = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let mut unzipped = GzDecoder::new(file).take(LARGEST);
    let mut archive = tar::Archive::new(&mut unzipped);
    let broken = |error: std::io::Error| anyhow!("`{shown}` is no whole bundle: {error}");
    let mut bundle: Option<Bundle> = None;
    let mut there: BTreeSet<String> = BTreeSet::new();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(broken)?;
        if name == CONTENTS {
            bundle = Some(contents(&bytes, &shown.to_string())?);
            continue;
        }
        // A name is a hash, so that none leads out of the folder.
        if name_of(&bytes) != name {
            bail!("`{shown}` is damaged: its part `{name}` is not what it was");
        }
        std::fs::write(folder.join(&name), &bytes)?;
        there.insert(name);
    }
    // The sum over all of it stands at the end.
    std::io::copy(&mut unzipped, &mut std::io::sink()).map_err(broken)?;
    let bundle = bundle.with_context(|| format!("`{shown}` has no table of contents"))?;
    for part in parts_of(&bundle) {
        if !there.contains(part) {
            bail!("`{shown}` breaks off: its part `{part}` is missing");
        }
    }
    Ok(bundle)
}

fn contents(bytes: &[u8], shown: &str) -> Result<Bundle> {
    let value: serde_json::Value = serde_json::from_slice(bytes)
        .with_context(|| format!("the table of contents of `{shown}` cannot be read"))?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
        bail!("`{shown}` is no bundle");
    }
    if version != Some(u64::from(VERSION)) {
        bail!(
            "`{shown}` is a bundle of version {}, and this program reads version {VERSION}; make it anew with this version of SPAK",
            version.map_or_else(|| "none".to_owned(), |v| v.to_string())
        );
    }
    serde_json::from_value(value).with_context(|| format!("`{shown}` cannot be read"))
}

#[cfg(test)]
mod tests;
