//! Installing: a virtual environment beside the place where it belongs, with pinned files, moved there when it works.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::FlockOperation;
use spak_records::compiling::InstalledToolchain;

use crate::error::{ToolchainError, at};
use crate::folder::Cache;
use crate::installed::{Installed, RECORD, State, python_of, state};
use crate::pins::Pins;
use crate::python;

/// How the names of folders begin that are being made.
const PART: &str = ".part-";

/// What is being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Another installation is waited for.
    Waiting,
    /// A virtual environment is made with this Python.
    Environment(PathBuf),
    /// So many packages are fetched.
    Packages(usize),
    /// The compiler is asked whether it is there.
    Check,
}

/// What is asked of a new environment: the version of its Python, and those of its packages.
const ASK: &str = "import sys, importlib, importlib.metadata as m
importlib.import_module(sys.argv[1])
print('python', '.'.join(map(str, sys.version_info[:3])))
for name in sys.argv[2:]: print(name, m.version(name))";

/// Installs a toolchain, unless it is there; with `anew` also if it is. Two installations at once wait for each other; one
/// that is ended in the middle leaves nothing that is taken for a toolchain, and the next one clears it away.
///
/// # Errors
/// No Python, no network, files with other hashes, a compiler that does not start.
pub fn install(
    pins: &'static Pins,
    cache: &Cache,
    python: Option<&Path>,
    anew: bool,
    told: &mut dyn FnMut(Step),
) -> Result<Installed, ToolchainError> {
    let all = cache.toolchains();
    fs::create_dir_all(&all).map_err(at(&all))?;
    let _lock = lock(&all.join(".lock"), told)?;
    if let (State::Whole(installed), false) = (state(pins, cache)?, anew) {
        return Ok(installed);
    }
    clear(&all)?;
    let python = python::find(pins, python)?;
    told(Step::Environment(python.clone()));
    let part = tempfile::Builder::new().prefix(PART).tempdir_in(&all).map_err(at(&all))?;
    let mut environment = Command::new(&python);
    environment.args(["-I", "-m", "venv"]).arg(part.path());
    run("making a virtual environment", &mut environment)?;
    told(Step::Packages(pins.packages().count()));
    packages(pins, part.path())?;
    told(Step::Check);
    let record = check(pins, part.path())?;
    let text = serde_json::to_string_pretty(&record).unwrap_or_default();
    let file = part.path().join(RECORD);
    fs::write(&file, text + "\n").map_err(at(&file))?;
    let place = all.join(pins.folder());
    if place.exists() {
        let old = tempfile::Builder::new().prefix(PART).tempdir_in(&all).map_err(at(&all))?;
        fs::rename(&place, old.path().join("old")).map_err(at(&place))?;
    }
    fs::rename(part.path(), &place).map_err(at(&place))?;
    // It is somewhere else now.
    drop(part.keep());
    Installed::of(pins, cache)
}

/// Waits until nobody else installs anything here.
fn lock(path: &Path, told: &mut dyn FnMut(Step)) -> Result<File, ToolchainError> {
    let file = File::options().create(true).append(true).open(path).map_err(at(path))?;
    let held = |operation| rustix::fs::flock(&file, operation).map_err(std::io::Error::from);
    if held(FlockOperation::NonBlockingLockExclusive).is_err() {
        told(Step::Waiting);
        held(FlockOperation::LockExclusive).map_err(at(path))?;
    }
    Ok(file)
}

/// Takes away what installations left that were ended in the middle.
fn clear(all: &Path) -> Result<(), ToolchainError> {
    for entry in fs::read_dir(all).map_err(at(all))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PART) {
            fs::remove_dir_all(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    Ok(())
}

fn packages(pins: &Pins, folder: &Path) -> Result<(), ToolchainError> {
    let file = folder.join("requirements.txt");
    fs::write(&file, pins.requirements).map_err(at(&file))?;
    let mut pip = Command::new(python_of(folder));
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]);
    pip.args(["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r"]).arg(&file);
    run("fetching the packages", &mut pip)
}

fn check(pins: &Pins, folder: &Path) -> Result<InstalledToolchain, ToolchainError> {
    let mut ask = Command::new(python_of(folder));
    let names: Vec<&str> = pins.packages().map(|(name, _)| name).collect();
    ask.args(["-I", "-c", ASK, pins.module]).args(&names);
    ask.env_remove("CUDA_HOME").env_remove("CUDA_PATH");
    let said = run_for("asking the compiler whether it is there", &mut ask)?;
    let mut found: BTreeMap<String, String> = said
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, version)| (name.to_owned(), version.trim().to_owned()))
        .collect();
    let python = found.remove("python").unwrap_or_default();
    Ok(InstalledToolchain {
        name: pins.name.to_owned(),
        version: found.get(pins.package).cloned().unwrap_or_default(),
        python,
        packages: found,
        requirements: pins.hash(),
    })
}

fn run(step: &'static str, command: &mut Command) -> Result<(), ToolchainError> {
    run_for(step, command).map(drop)
}

/// What a command says; if it fails, the end of what it complained about.
fn run_for(step: &'static str, command: &mut Command) -> Result<String, ToolchainError> {
    let failed = |message: String| ToolchainError::Install { step, message };
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|l| !l.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(8)..).unwrap_or(&[]).join("\n");
    Err(failed(if last.is_empty() { output.status.to_string() } else { last }))
}
