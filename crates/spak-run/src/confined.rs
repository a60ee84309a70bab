//! A command of a user with only the rights that it was given: files, network, time, memory, output.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::child::{Arrival, LimitedChild};
use crate::error::RunError;
use crate::fault::Stop;
use crate::options::{Limits, Sandbox};
use crate::sandbox::{CANNOT_EXECUTE, FAILURE, Isolation, Request};

/// How long a program may take to end after it has closed its output.
const GRACE: Duration = Duration::from_secs(5);

/// A command and its rights.
#[derive(Clone, Debug)]
pub struct Confined {
    /// The program and its arguments; no shell reads them.
    pub argv: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// All of its environment.
    pub environment: Vec<(String, String)>,
    /// What it may read.
    pub readable: Vec<PathBuf>,
    /// What it may read and execute.
    pub executable: Vec<PathBuf>,
    /// What it may read and write.
    pub writable: Vec<PathBuf>,
    /// Whether it may reach a network.
    pub network: bool,
    /// How long it may take.
    pub timeout: Duration,
    /// Bytes of output that are read; a program that says more is stopped.
    pub output: usize,
    /// Memory, processor time, size of files, processes.
    pub limits: Limits,
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; none when it was killed.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// The beginning of what it wrote to standard error.
    pub stderr: String,
    /// Whether it took too long.
    pub late: bool,
    /// Whether it said more than is read.
    pub flooded: bool,
    /// What the kernel enforced.
    pub isolation: Isolation,
    /// Seconds.
    pub seconds: f64,
}

/// Runs a command to its end, and kills its whole group with it.
///
/// # Errors
/// Only what SPAK itself could not do, and `Cancelled`.
pub fn confined(
    command: &Confined,
    sandbox: &Sandbox,
    cancel: &AtomicBool,
) -> Result<Ended, RunError> {
    match run(command, sandbox, cancel) {
        Ok(ended) => Ok(ended),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Fault(fault)) => Err(RunError::Sandbox {
            program: sandbox.program.clone(),
            reason: format!("{}: {}", fault.reason, fault.detail),
        }),
    }
}

fn run(command: &Confined, sandbox: &Sandbox, cancel: &AtomicBool) -> Result<Ended, Stop> {
    let (program, args) = command
        .argv
        .split_first()
        .map_or((String::new(), Vec::new()), |all| (all.0.clone(), all.1.to_vec()));
    let limits = &command.limits;
    let request = Request {
        parent: std::process::id().cast_signed(),
        memory: None,
        program: PathBuf::from(program),
        args,
        environment: command.environment.clone(),
        folder: command.folder.clone(),
        address_space: None,
        cpu_seconds: limits.cpu_seconds,
        file_bytes: limits.file_bytes,
        open_files: limits.open_files.max(256),
        processes: limits.processes,
        readable: command.readable.clone(),
        executable: command.executable.clone(),
        writable: command.writable.clone(),
        filter_calls: false,
        network: command.network,
    };
    let began = Instant::now();
    let deadline = began + command.timeout;
    let mut child = LimitedChild::start(sandbox, &request, command.timeout, cancel)?;
    child.hang_up();
    let (bytes, arrival) = child.read_all(command.output, deadline, cancel)?;
    let status = match arrival {
        Arrival::Closed => child.wait(deadline.min(Instant::now() + GRACE), cancel)?,
        Arrival::Late | Arrival::Whole => None,
    };
    let isolation = child.isolation.clone();
    child.kill();
    let mut stderr = child.error_text();
    let mut code = status.and_then(|status| status.code());
    if code == Some(i32::from(CANNOT_EXECUTE)) && stderr.contains(FAILURE) {
        stderr = stderr.replace(FAILURE, "");
        code = Some(127);
    }
    Ok(Ended {
        code,
        stdout: String::from_utf8_lossy(&bytes).into_owned(),
        stderr,
        late: arrival == Arrival::Late,
        flooded: arrival == Arrival::Whole,
        isolation,
        seconds: began.elapsed().as_secs_f64(),
    })
}
