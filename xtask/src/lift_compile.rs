//! `cargo xtask lift-compile`: kernels that were lifted and made again, by the real compiler of cuTile and without a GPU.
//!
//! For each kernel of `cutile/kernels.json`: its file made again from the parametric template has the same bytes and the same
//! Tile IR; with another value in a hole the Tile IR is another one; and a kernel that is made from nothing but the lifted
//! design compiles for each GPU and, lifted again, shows the choices that it was made with.

mod round;
mod show;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use spak_toolchain::{CUTILE, Cache, Installed, ToolchainError, install};

use crate::run::root;

/// What kernels that are made from designs are compiled for.
const GPUS: [&str; 2] = ["sm_90", "sm_120"];

#[derive(Deserialize)]
struct Kernels {
    package: String,
    kernels: Vec<Kernel>,
}

/// One kernel of a package, and what to compile it with.
#[derive(Deserialize)]
struct Kernel {
    name: String,
    file: String,
    kernel: String,
    /// The name of its lifted design.
    design: String,
    /// A hole within the kernel, with a value that the source does not have.
    hole: Option<String>,
    parameters: Vec<Value>,
    /// The kernel that is made from the design.
    generated: String,
    generated_parameters: Vec<Value>,
}

/// What came of one kernel.
struct Outcome {
    name: String,
    is_same_text: bool,
    /// The compiler's answers: for the original, the same made again, with another value, and made from the design.
    original: Value,
    again: Value,
    other: Option<Value>,
    generated: Value,
    round: round::Round,
}

pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`lift-compile` takes no options");
    }
    let Some(packages) = crate::packages::folder()? else {
        eprintln!("SKIPPED: no package could be fetched, so that nothing is compiled");
        return Ok(());
    };
    let Some(compiler) = compiler()? else { return Ok(()) };
    let kernels: Kernels =
        serde_json::from_str(&std::fs::read_to_string(root().join("xtask/cutile/kernels.json"))?)?;
    let package = folder_of(&packages, &kernels.package)?;
    let program = crate::lift_score::build()?;
    let work = root().join("target/lift-compile");
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work)?;
    let mut outcomes = Vec::new();
    for kernel in &kernels.kernels {
        let places = Places { program: &program, package: &package, work: &work };
        outcomes.push(outcome(kernel, &kernels.package, &places, &compiler.python())?);
    }
    print!("{}", show::table(&outcomes));
    let failures = show::failures(&outcomes);
    if failures.is_empty() {
        return Ok(());
    }
    bail!("{}", failures.join("; "))
}

struct Places<'a> {
    program: &'a Path,
    package: &'a Path,
    work: &'a Path,
}

fn outcome(kernel: &Kernel, top: &str, places: &Places<'_>, python: &Path) -> Result<Outcome> {
    let Places { program, package, work } = places;
    let source = package.join(&kernel.file);
    let at = |suffix: &str| work.join(format!("{}{suffix}", kernel.name));
    let (template, again, other) = (at(".j2"), at("_again.py"), at("_other.py"));
    let (design, generated) = (at(".dsl"), at("_generated.py"));
    spak(program, &["lift".as_ref(), &source, "--template".as_ref(), &template])?;
    spak(program, &["generate".as_ref(), &template, "-o".as_ref(), &again])?;
    let designs = at("_designs");
    spak(program, &["lift".as_ref(), &source, "--design".as_ref(), &designs])?;
    std::fs::copy(designs.join(format!("{}.dsl", kernel.design)), &design)
        .with_context(|| format!("{} has no design {}", kernel.name, kernel.design))?;
    spak(program, &["generate".as_ref(), &design, "-o".as_ref(), &generated])?;
    let file = |text: Option<&Path>| {
        json!({
            "name": kernel.name, "file": source, "text": text, "kernel": kernel.kernel,
            "packages": {top: package.join(top)}, "parameters": kernel.parameters,
        })
    };
    let mut jobs = vec![file(None), file(Some(&again))];
    jobs.push(json!({
        "name": kernel.name, "file": generated, "kernel": kernel.generated, "gpus": GPUS,
        "parameters": kernel.generated_parameters,
    }));
    if let Some(hole) = &kernel.hole {
        let set: &Path = hole.as_ref();
        spak(
            program,
            &["generate".as_ref(), &template, "--set".as_ref(), set, "-o".as_ref(), &other],
        )?;
        jobs.push(file(Some(&other)));
    }
    let mut answers = compile(python, &jobs)?.into_iter();
    let mut next = || answers.next().unwrap_or(Value::Null);
    Ok(Outcome {
        name: kernel.name.clone(),
        is_same_text: std::fs::read(&source)? == std::fs::read(&again)?,
        original: next(),
        again: next(),
        generated: next(),
        other: kernel.hole.as_ref().map(|_| next()),
        round: round::compare(program, &generated)?,
    })
}

/// Runs the program; its exit code is 1 if it has something to complain about.
fn spak(program: &Path, arguments: &[&Path]) -> Result<Vec<u8>> {
    let output = Command::new(program).args(arguments).output()?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        bail!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

/// One answer for each job.
fn compile(python: &Path, jobs: &[Value]) -> Result<Vec<Value>> {
    let mut child = Command::new(python)
        .arg(root().join("xtask/cutile/export.py"))
        .env_remove("CUDA_HOME")
        .env_remove("CUDA_PATH")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("no way to speak to Python")?;
    input.write_all(json!({ "jobs": jobs }).to_string().as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("the compiler's script ended with {}", output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| serde_json::from_str(line).context(line.to_owned())).collect()
}

/// The compiler, where tests have it, too; none, with a word, where it cannot be installed.
fn compiler() -> Result<Option<Installed>> {
    let cache = Cache::at(root().join("target/tmp/spak-cache"));
    match install(&CUTILE, &cache, None, false, &mut |_| ()) {
        Ok(installed) => Ok(Some(installed)),
        Err(error @ (ToolchainError::Install { .. } | ToolchainError::NoPython { .. })) => {
            eprintln!("SKIPPED: nothing is compiled, since there is no compiler: {error}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn folder_of(packages: &Path, name: &str) -> Result<PathBuf> {
    let start = format!("{name}-");
    for entry in std::fs::read_dir(packages)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&start) {
            return Ok(entry.path());
        }
    }
    bail!("the package {name} is not in {}", packages.display())
}
