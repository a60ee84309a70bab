//! One limited child process in a group of its own, with deadlines on everything it is asked.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::error::RunError;
use crate::fault::Stop;
use crate::options::Sandbox;
use crate::sandbox::{FAILURE, Isolation, REPORT, Request};

/// How much of standard error is kept for the report.
const KEPT_ERRORS: usize = 16 << 10;
/// Standard error beyond this is a flood.
const MOST_ERRORS: u64 = 1 << 20;
/// How often a wait looks at the caller's flag.
const SLICE: Duration = Duration::from_millis(100);
/// A longer first line than this was not written by the sandbox.
const LONGEST_LINE: usize = 8192;

/// What came of waiting for bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// All that were asked for.
    Whole,
    /// Nothing more can come: the other end is closed.
    Closed,
    /// The deadline passed.
    Late,
}

/// What a child wrote to standard error.
#[derive(Default)]
struct Errors {
    text: Vec<u8>,
    total: u64,
}

/// A running child; dropping it kills its whole group and waits for it.
pub(crate) struct LimitedChild {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    errors: Arc<Mutex<Errors>>,
    flooded: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    exited: Option<ExitStatus>,
    pub(crate) isolation: Isolation,
}

impl LimitedChild {
    /// Starts `request` through the sandbox and waits for the sandbox's report.
    pub(crate) fn start(
        sandbox: &Sandbox,
        request: &Request,
        timeout: Duration,
        cancel: &AtomicBool,
    ) -> Result<Self, Stop> {
        let failed =
            |reason: String| RunError::Sandbox { program: sandbox.program.clone(), reason };
        let text = serde_json::to_string(request).map_err(|e| failed(e.to_string()))?;
        let mut child = Command::new(&sandbox.program)
            .args(&sandbox.args)
            .arg(text)
            .env_clear()
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(failed("no pipes".to_owned()).into());
        };
        let errors = Arc::new(Mutex::new(Errors::default()));
        let flooded = Arc::new(AtomicBool::new(false));
        let reader = {
            let (errors, flooded) = (Arc::clone(&errors), Arc::clone(&flooded));
            std::thread::spawn(move || collect(stderr, &errors, &flooded))
        };
        let mut this = Self {
            child,
            stdin: Some(stdin),
            stdout,
            errors,
            flooded,
            reader: Some(reader),
            exited: None,
            isolation: Isolation::default(),
        };
        let line = this.first_line(Instant::now() + timeout, cancel)?;
        if let Some(report) = line.strip_prefix(REPORT) {
            this.isolation = serde_json::from_str(report).map_err(|e| failed(e.to_string()))?;
            return Ok(this);
        }
        let reason = line.strip_prefix(FAILURE).map_or_else(
            || format!("it does not know the sandbox entry (it wrote {line:?})"),
            str::to_owned,
        );
        Err(failed(reason).into())
    }

    /// Reads up to the first line end and not one byte further: the rest is the candidate's.
    fn first_line(&mut self, deadline: Instant, cancel: &AtomicBool) -> Result<String, Stop> {
        let mut line = Vec::new();
        let mut byte = [0u8];
        while line.len() < LONGEST_LINE {
            if self.receive(&mut byte, deadline, cancel)? != Arrival::Whole || byte == [b'\n'] {
                break;
            }
            line.extend_from_slice(&byte);
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// Sends all of `bytes`; `false` when the child no longer listens.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.stdin
            .as_mut()
            .is_some_and(|pipe| pipe.write_all(bytes).and_then(|()| pipe.flush()).is_ok())
    }

    /// Ends the child's standard input.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Whether standard output has bytes, or ends, within a slice of `patience`.
    fn has_more(&self, patience: Duration) -> Result<bool, Stop> {
        let slice = SLICE.min(patience);
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(slice.subsec_nanos()).max(1) };
        let mut fds = [PollFd::new(&self.stdout, PollFlags::IN)];
        match poll(&mut fds, Some(&timeout)) {
            Ok(n) => Ok(n > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(e) => Err(process("wait for", e.into())),
        }
    }

    /// Fills `buffer` from standard output.
    pub(crate) fn receive(
        &mut self,
        buffer: &mut [u8],
        deadline: Instant,
        cancel: &AtomicBool,
    ) -> Result<Arrival, Stop> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            if cancel.load(Ordering::Relaxed) {
                return Err(RunError::Cancelled.into());
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok(Arrival::Late);
            }
            if !self.has_more(deadline - now)? {
                continue;
            }
            match self.stdout.read(rest) {
                Ok(0) => return Ok(Arrival::Closed),
                Ok(n) => filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return Ok(Arrival::Closed),
            }
        }
        Ok(Arrival::Whole)
    }

    /// Everything that it writes to standard output until it closes that, at most `limit` bytes and not beyond `deadline`.
    pub(crate) fn read_all(
        &mut self,
        limit: usize,
        deadline: Instant,
        cancel: &AtomicBool,
    ) -> Result<(Vec<u8>, Arrival), Stop> {
        let mut all = Vec::new();
        let mut buffer = [0u8; 16 << 10];
        loop {
            if cancel.load(Ordering::Relaxed) {
                return Err(RunError::Cancelled.into());
            }
            let now = Instant::now();
            if now >= deadline {
                return Ok((all, Arrival::Late));
            }
            if all.len() >= limit {
                return Ok((all, Arrival::Whole));
            }
            if self.has_more(deadline - now)? {
                match self.stdout.read(&mut buffer) {
                    Ok(0) => return Ok((all, Arrival::Closed)),
                    Ok(n) => all.extend_from_slice(buffer.get(..n).unwrap_or_default()),
                    Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(_) => return Ok((all, Arrival::Closed)),
                }
            }
        }
    }

    /// Reads and drops at most `limit` bytes that come within `patience`; says how many came.
    pub(crate) fn drain(
        &mut self,
        limit: usize,
        patience: Duration,
        cancel: &AtomicBool,
    ) -> Result<usize, Stop> {
        let deadline = Instant::now() + patience;
        let mut count = 0;
        let mut byte = [0u8; 1];
        while count < limit {
            // The descriptor is left blocking, so bytes are taken one by one only while they are there.
            match self.receive(&mut byte, deadline, cancel)? {
                Arrival::Whole => count += 1,
                Arrival::Closed | Arrival::Late => break,
            }
        }
        Ok(count)
    }

    /// Waits until the process has ended; `None` when it has not by the deadline.
    pub(crate) fn wait(
        &mut self,
        deadline: Instant,
        cancel: &AtomicBool,
    ) -> Result<Option<ExitStatus>, Stop> {
        let mut pause = Duration::from_micros(50);
        loop {
            if let Some(status) = self.exited {
                return Ok(Some(status));
            }
            self.exited = self.child.try_wait().map_err(|e| process("wait for", e))?;
            if self.exited.is_none() {
                if cancel.load(Ordering::Relaxed) {
                    return Err(RunError::Cancelled.into());
                }
                if Instant::now() >= deadline {
                    return Ok(None);
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
            }
        }
    }

    /// Stops every thread of the group; returns when they have stopped or the process has ended.
    pub(crate) fn freeze(&mut self) -> Result<(), Stop> {
        self.signal(Signal::STOP);
        let Some(pid) = self.group() else { return Ok(()) };
        let deadline = Instant::now() + Duration::from_secs(5);
        let options = WaitIdOptions::STOPPED
            | WaitIdOptions::EXITED
            | WaitIdOptions::NOWAIT
            | WaitIdOptions::NOHANG;
        loop {
            match waitid(WaitId::Pid(pid), options) {
                Ok(Some(_)) => return Ok(()),
                Ok(None) | Err(rustix::io::Errno::INTR) => std::thread::yield_now(),
                Err(e) => return Err(process("stop", e.into())),
            }
            if Instant::now() > deadline {
                return Err(process("stop", std::io::ErrorKind::TimedOut.into()));
            }
        }
    }

    /// Lets the group go on.
    pub(crate) fn thaw(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Kills the group and waits for its leader.
    pub(crate) fn kill(&mut self) {
        self.stdin = None;
        if self.exited.is_none() {
            self.signal(Signal::KILL);
            self.exited = self.child.wait().ok();
        }
    }

    /// The start of what it wrote to standard error, after it has ended.
    pub(crate) fn error_text(&mut self) -> String {
        self.kill();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        let errors = self.errors.lock().map(|e| e.text.clone()).unwrap_or_default();
        String::from_utf8_lossy(&errors).trim().to_owned()
    }

    /// Whether it wrote more to standard error than is read.
    pub(crate) fn has_flooded(&self) -> bool {
        self.flooded.load(Ordering::Relaxed)
    }

    fn group(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    fn signal(&self, signal: Signal) {
        // Once it was waited for, the number may belong to someone else.
        if self.exited.is_none()
            && let Some(group) = self.group()
        {
            // Fails only when the group is gone, which the next wait reports.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for LimitedChild {
    fn drop(&mut self) {
        self.kill();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn process(action: &'static str, source: std::io::Error) -> Stop {
    RunError::Process { action, source }.into()
}

/// Reads standard error to its end, keeping only its start.
fn collect(mut pipe: ChildStderr, errors: &Mutex<Errors>, flooded: &AtomicBool) {
    let mut buffer = [0u8; 4096];
    while let Ok(n) = pipe.read(&mut buffer) {
        let Some(read) = buffer.get(..n).filter(|read| !read.is_empty()) else { return };
        let Ok(mut errors) = errors.lock() else { return };
        errors.total += n as u64;
        let room = KEPT_ERRORS.saturating_sub(errors.text.len());
        errors.text.extend(read.iter().take(room));
        if errors.total > MOST_ERRORS {
            // Closing the pipe ends the flood: the next write fails.
            flooded.store(true, Ordering::Relaxed);
            return;
        }
    }
}

/// How a process ended, for people, and the signal's name if one ended it.
pub(crate) fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => signal_name(signal).to_owned(),
        (None, None) => "an unknown end".to_owned(),
    }
}

fn signal_name(number: i32) -> &'static str {
    let named = [
        (Signal::SEGV, "SIGSEGV (invalid memory access)"),
        (Signal::ABORT, "SIGABRT (it gave up)"),
        (Signal::BUS, "SIGBUS (invalid memory access)"),
        (Signal::FPE, "SIGFPE (integer division)"),
        (Signal::ILL, "SIGILL (unknown instruction)"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SYS, "SIGSYS (forbidden system call)"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::PIPE, "SIGPIPE (its output was no longer read)"),
        (Signal::XCPU, "SIGXCPU (processor time limit)"),
        (Signal::XFSZ, "SIGXFSZ (file size limit)"),
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::ALARM, "SIGALRM"),
    ];
    named
        .iter()
        .find(|(signal, _)| signal.as_raw() == number)
        .map_or("an unnamed signal", |(_, name)| name)
}

/// Whether `status` says that signal `signal` ended the process.
pub(crate) fn ended_by(status: ExitStatus, signal: Signal) -> bool {
    status.signal() == Some(signal.as_raw())
}
