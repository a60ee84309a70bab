//! A process that takes rights away from itself and then becomes another program.
//!
//! The judge cannot limit a child from outside without code between `fork` and `exec`, which is
//! unsafe in a threaded program. Instead it starts a trusted program (`spak` itself) that limits
//! *itself* through safe calls and then executes the candidate in its own place.
//!
//! Order: death with the parent, resource limits, folder, landlock, system calls, one line to
//! standard output that says what could be enforced, `exec`.
//!
//! What is not covered: time and memory bandwidth that the candidate takes from the machine, and
//! side channels. Resource limits hold for the process, not for the machine.

mod calls;
mod files;
mod limits;

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};

/// Start of the line that tells what was enforced.
pub(crate) const REPORT: &str = "spak-sandbox ";
/// Start of the line that tells why nothing was started.
pub(crate) const FAILURE: &str = "spak-sandbox-failure ";
/// Exit status after the program could not be executed.
pub(crate) const CANNOT_EXECUTE: u8 = 71;

/// What the kernel enforces on a child, as the sandbox program found out when it asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// Access to files: `full`, `partial` (an older kernel), or why there is none.
    pub files: String,
    /// System calls: `filtered`, `all` when that was asked for, or why there is no filter.
    pub calls: String,
    /// Resource limits that could not be set.
    pub missing_limits: Vec<String>,
}

impl Isolation {
    /// Whether everything that was asked for is enforced.
    pub fn is_complete(&self) -> bool {
        self.files == "full" && self.calls == "filtered" && self.missing_limits.is_empty()
    }
}

/// What the judge asks the sandbox program to become.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Process id of the judge.
    pub(crate) parent: i32,
    /// Descriptor of the shared memory in the judge; the child gets it as its last argument.
    pub(crate) memory: Option<i32>,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) folder: PathBuf,
    /// Address space in bytes; `None`: not limited.
    pub(crate) address_space: Option<u64>,
    pub(crate) cpu_seconds: u64,
    pub(crate) file_bytes: u64,
    pub(crate) open_files: u64,
    pub(crate) processes: u64,
    pub(crate) readable: Vec<PathBuf>,
    pub(crate) executable: Vec<PathBuf>,
    pub(crate) writable: Vec<PathBuf>,
    /// Whether system calls are limited to what a kernel needs.
    pub(crate) filter_calls: bool,
    /// Whether it may reach a network.
    pub(crate) network: bool,
}

/// Limits this process as `request` (its JSON text) says and becomes the program named there.
///
/// Returns only if that failed; the reason went to standard output as one line, for the judge.
#[must_use]
pub fn enter(request: Option<OsString>) -> ExitCode {
    let reason = match prepare(request) {
        Ok(mut command) => {
            let error = command.exec();
            // The report has been sent already, so this can only be told on the other channel.
            let name = command.get_program();
            let _ = writeln!(std::io::stderr(), "{FAILURE}cannot execute {name:?}: {error}");
            return ExitCode::from(CANNOT_EXECUTE);
        }
        Err(reason) => reason,
    };
    let _ = writeln!(std::io::stdout(), "{FAILURE}{}", reason.replace('\n', " "));
    ExitCode::from(CANNOT_EXECUTE)
}

fn prepare(request: Option<OsString>) -> Result<Command, String> {
    let text =
        request.ok_or("no request")?.into_string().map_err(|_| "the request is not UTF-8")?;
    let request: Request = serde_json::from_str(&text).map_err(|e| format!("bad request: {e}"))?;
    limits::die_with(request.parent)?;
    let memory = request.memory.map(|fd| open_memory(request.parent, fd)).transpose()?;
    let mut isolation =
        Isolation { missing_limits: limits::apply(&request), ..Isolation::default() };
    std::env::set_current_dir(&request.folder)
        .map_err(|e| format!("cannot enter {}: {e}", request.folder.display()))?;
    isolation.files = files::restrict(&request);
    isolation.calls = match (request.filter_calls, request.network) {
        (true, _) => calls::restrict(),
        (false, false) => calls::without_network(),
        (false, true) => "all".to_owned(),
    };

    let mut command = Command::new(&request.program);
    command.args(&request.args).env_clear().envs(request.environment.iter().map(|(k, v)| (k, v)));
    if let Some(memory) = memory {
        // From here on the descriptor belongs to the program that this process becomes.
        command.arg(memory.into_raw_fd().to_string());
    }
    let report = serde_json::to_string(&isolation).map_err(|e| e.to_string())?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{REPORT}{report}")
        .and_then(|()| stdout.flush())
        .map_err(|e| e.to_string())?;
    Ok(command)
}

/// The judge's memory file under a descriptor that survives `exec`.
fn open_memory(parent: i32, fd: i32) -> Result<OwnedFd, String> {
    let path = format!("/proc/{parent}/fd/{fd}");
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|e| format!("cannot open {path}: {e}"))?;
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())
        .map_err(|e| format!("cannot keep {path} open: {e}"))?;
    Ok(file.into())
}
