//! A process that compiles one kernel after the other, and is killed with all that it started when one takes too long.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use spak_records::compiling::{Job, LaunchPlan, LaunchQuestion, WorkerLine};

use crate::error::ToolchainError;
use crate::installed::Installed;
use crate::job::Outcome;

/// The program of a worker.
pub(crate) const PROGRAM: &str = include_str!("worker.py");
/// How long the compiler's modules may take to be loaded.
const START: Duration = Duration::from_secs(120);
/// What is said of a worker whose answer is to another question.
const DISAGREES: &str = "it does not speak as agreed";
/// How much of what a worker complains about is kept.
const KEPT: usize = 4096;

/// A running worker; dropping it kills it and its compiler.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<std::io::Result<String>>,
    complaints: Arc<Mutex<Vec<u8>>>,
    /// The folder that it and its compiler work in.
    folder: tempfile::TempDir,
}

impl Worker {
    /// Starts a worker and waits until it can be asked.
    pub(crate) fn start(toolchain: &Installed) -> Result<Self, ToolchainError> {
        let failed = |what: String| ToolchainError::Worker(what);
        let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
        let tools = toolchain.tools();
        let mut command = Command::new(toolchain.python());
        command.args(["-I", "-B", "-c", PROGRAM]);
        command.current_dir(folder.path()).env("TMPDIR", folder.path());
        command.env("CUDA_TILE_TEMP_DIR", folder.path());
        // Its own cache would tell nothing of times, and SPAK keeps answers by itself.
        command.env("CUDA_TILE_CACHE_DIR", "none");
        command.env("CUDA_HOME", &tools).env("CUDA_PATH", &tools);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let (sender, answers) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        let complaints = Arc::new(Mutex::new(Vec::new()));
        if let Some(errors) = child.stderr.take() {
            let complaints = Arc::clone(&complaints);
            std::thread::spawn(move || keep_the_end(errors, &complaints));
        }
        let input = child.stdin.take();
        let mut worker = Self { child, input, answers, complaints, folder };
        match worker.next(START) {
            Ok(WorkerLine::Ready { .. }) => Ok(worker),
            Ok(_) => Err(failed(DISAGREES.to_owned())),
            Err(Stop::Late) => {
                Err(failed("its compiler did not come up in two minutes".to_owned()))
            }
            Err(Stop::Gone) => Err(failed(worker.last_words())),
        }
    }

    /// Asks which kernels a module starts. Without an answer in time the worker is of no use any more.
    pub(crate) fn plan(
        &mut self,
        question: &LaunchQuestion,
        limit: Duration,
    ) -> Result<Result<LaunchPlan, String>, ToolchainError> {
        let line = if self.send(serde_json::to_string(question)) {
            self.next(limit)
        } else {
            Err(Stop::Gone)
        };
        match line {
            Ok(WorkerLine::Planned(plan)) => Ok(Ok(plan)),
            Ok(WorkerLine::Refused { refused }) => Ok(Err(refused)),
            Ok(_) => Err(ToolchainError::Worker(DISAGREES.to_owned())),
            Err(Stop::Late) => {
                self.kill();
                Ok(Err(format!("`launch` did not return in {} s", limit.as_secs())))
            }
            Err(Stop::Gone) => Err(ToolchainError::Worker(self.last_words())),
        }
    }

    fn send(&mut self, question: serde_json::Result<String>) -> bool {
        let line = question.unwrap_or_default() + "\n";
        let input = self.input.as_mut();
        input.is_some_and(|input| {
            input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_ok()
        })
    }

    /// Compiles one kernel. After a kernel that took too long or killed it the worker is gone.
    pub(crate) fn ask(mut self, job: &Job, limit: Duration) -> (Option<Self>, Outcome) {
        let begin = Instant::now();
        if !self.send(serde_json::to_string(job)) {
            let message = self.last_words();
            return (None, Outcome::Died { message });
        }
        match self.next(limit) {
            Ok(WorkerLine::Compiled { binary, seconds }) => {
                match std::fs::read(self.folder.path().join(binary)) {
                    Ok(binary) => (Some(self), Outcome::Compiled { binary, seconds }),
                    Err(error) => (None, Outcome::Died { message: error.to_string() }),
                }
            }
            Ok(WorkerLine::Refused { refused }) => {
                (Some(self), Outcome::Refused { message: refused })
            }
            Ok(WorkerLine::Ready { .. } | WorkerLine::Planned(_)) => {
                (None, Outcome::Died { message: DISAGREES.to_owned() })
            }
            Err(Stop::Late) => (None, Outcome::TimedOut { seconds: begin.elapsed().as_secs_f64() }),
            Err(Stop::Gone) => {
                let message = self.last_words();
                (None, Outcome::Died { message })
            }
        }
    }

    fn next(&mut self, limit: Duration) -> Result<WorkerLine, Stop> {
        match self.answers.recv_timeout(limit) {
            Ok(Ok(line)) => serde_json::from_str(&line).map_err(|_| Stop::Gone),
            Err(RecvTimeoutError::Timeout) => Err(Stop::Late),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(Stop::Gone),
        }
    }

    /// How a worker ended.
    fn last_words(&mut self) -> String {
        self.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
        let said = self.complaints.lock().map(|said| String::from_utf8_lossy(&said).into_owned());
        let said = said.unwrap_or_default();
        match said.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{status}: {}", line.trim()),
            None => status,
        }
    }

    /// Whether it can be asked again.
    pub(crate) fn is_alive(&self) -> bool {
        self.input.is_some()
    }

    fn kill(&mut self) {
        self.input = None;
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

/// Why there is no answer.
enum Stop {
    Late,
    Gone,
}

/// Reads to the end and keeps the last of it.
fn keep_the_end(mut errors: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut room = [0_u8; 1024];
    while let Ok(count @ 1..) = errors.read(&mut room) {
        let Ok(mut kept) = kept.lock() else { return };
        kept.extend_from_slice(room.get(..count).unwrap_or(&[]));
        let beyond = kept.len().saturating_sub(KEPT);
        kept.drain(..beyond);
    }
}
