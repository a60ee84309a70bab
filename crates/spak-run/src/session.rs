//! One candidate's process and the protocol with its harness.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::candidate_memory::CandidateMemory;
use crate::child::{Arrival, LimitedChild, describe, ended_by};
use crate::compile::Program;
use crate::error::RunError;
use crate::fault::{Fault, Stop};
use crate::layout::FAILED_ALLOCATION;
use crate::options::RunOptions;
use crate::reason;
use crate::sandbox::{CANNOT_EXECUTE, FAILURE, Isolation, Request};

const HELLO: u32 = 1;
const PING: u32 = 2;
const RUN: u32 = 3;
const ANSWER_MAGIC: u32 = 0x4b41_5053;
const ANSWER_BYTES: usize = 32;
const ABI_VERSION: i64 = 1;
/// Fill the workspace with NaNs before the batch.
pub(crate) const DIRTY_WORKSPACE: u32 = 1;
/// Standard output beyond this much of garbage is a flood.
const FLOOD: usize = 64 << 10;
const PING_TIMEOUT: Duration = Duration::from_secs(10);
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// What one batch took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchTime {
    /// The judge's clock around command and answer.
    pub(crate) judge: Duration,
    /// What the child says it took.
    pub(crate) claimed_ns: u64,
}

/// A started candidate with its buffers.
pub(crate) struct Session<'a> {
    child: LimitedChild,
    pub(crate) buffers: CandidateMemory,
    sequence: u64,
    cancel: &'a AtomicBool,
    workspace_limit: u64,
    sanitized: bool,
}

impl<'a> Session<'a> {
    /// Starts `program` over `buffers` and has it say hello.
    pub(crate) fn start(
        program: &Program,
        buffers: CandidateMemory,
        options: &RunOptions,
        cancel: &'a AtomicBool,
    ) -> Result<Self, Stop> {
        let workspace_limit = options.limits.memory_bytes;
        buffers.memory.write(0, &buffers.layout.header(workspace_limit));
        let request = request(program, &buffers, options)?;
        let timeout = options.check.start_timeout;
        let child = LimitedChild::start(&options.sandbox, &request, timeout, cancel)?;
        let mut this = Self {
            child,
            buffers,
            sequence: 0,
            cancel,
            workspace_limit,
            sanitized: program.sanitized(),
        };
        let (version, workspace) = this.ask(HELLO, 0, 0, 0, timeout)?;
        if version != ABI_VERSION {
            let detail = format!("spak_abi_version returned {version}, not {ABI_VERSION}");
            return Err(Stop::fault(reason::ABI_VERSION, detail));
        }
        let workspace = workspace.cast_signed();
        if workspace < 0 {
            let detail = format!("spak_workspace_bytes returned {workspace}");
            return Err(Stop::fault(reason::BAD_WORKSPACE, detail));
        }
        let refused = this.failed_allocation();
        if workspace.cast_unsigned() > this.workspace_limit || refused > 0 {
            let detail = format!(
                "a workspace of {workspace} bytes does not fit the limit of {} bytes",
                this.workspace_limit
            );
            return Err(Stop::fault(reason::OUT_OF_MEMORY, detail));
        }
        Ok(this)
    }

    /// What is enforced on the process.
    pub(crate) fn isolation(&self) -> &Isolation {
        &self.child.isolation
    }

    /// The time of an empty round trip.
    pub(crate) fn ping(&mut self) -> Result<Duration, Stop> {
        let start = Instant::now();
        self.ask(PING, 0, 0, 0, PING_TIMEOUT)?;
        Ok(start.elapsed())
    }

    /// Calls the kernel `count` times on the slots from `first` on.
    pub(crate) fn run(
        &mut self,
        first: usize,
        count: usize,
        flags: u32,
        timeout: Duration,
    ) -> Result<BatchTime, Stop> {
        self.timed(Instant::now(), first, count, flags, timeout)
    }

    /// The same for a stopped process: the clock runs before it does, so that whatever it does with
    /// what was changed while it was stopped is timed.
    pub(crate) fn wake_and_run(
        &mut self,
        first: usize,
        count: usize,
        timeout: Duration,
    ) -> Result<BatchTime, Stop> {
        let start = Instant::now();
        self.thaw();
        self.timed(start, first, count, 0, timeout)
    }

    fn timed(
        &mut self,
        start: Instant,
        first: usize,
        count: usize,
        flags: u32,
        timeout: Duration,
    ) -> Result<BatchTime, Stop> {
        let (status, claimed_ns) = self.ask(RUN, flags, first as u64, count as u64, timeout)?;
        let judge = start.elapsed();
        if status == 0 {
            return Ok(BatchTime { judge, claimed_ns });
        }
        let refused = self.failed_allocation();
        if refused > 0 {
            let detail = format!("it gave up with {status} after {refused} bytes were refused");
            return Err(Stop::fault(reason::OUT_OF_MEMORY, detail));
        }
        Err(Stop::fault(reason::KERNEL_ERROR, format!("spak_run returned {status}")))
    }

    /// Stops all its threads.
    pub(crate) fn freeze(&mut self) -> Result<(), Stop> {
        self.child.freeze()
    }

    /// Lets it go on.
    pub(crate) fn thaw(&mut self) {
        self.child.thaw();
    }

    /// Ends the process in good order: its input is closed and it must leave with status 0.
    pub(crate) fn finish(mut self) -> Result<(), Stop> {
        self.child.hang_up();
        match self.child.wait(Instant::now() + EXIT_TIMEOUT, self.cancel)? {
            Some(status) if status.success() => {}
            Some(_) => return Err(self.ended()?.into()),
            None => {
                let detail = "it did not end after its input was closed".to_owned();
                return Err(Stop::fault(reason::TIMEOUT, detail));
            }
        }
        let mut byte = [0u8];
        if self.child.receive(&mut byte, Instant::now() + EXIT_TIMEOUT, self.cancel)?
            == Arrival::Whole
        {
            return Err(self.garbage("after the last answer")?.into());
        }
        Ok(())
    }

    /// Sends one command and reads its answer.
    fn ask(
        &mut self,
        op: u32,
        flags: u32,
        first: u64,
        count: u64,
        timeout: Duration,
    ) -> Result<(i64, u64), Stop> {
        self.sequence += 1;
        let mut command = Vec::with_capacity(ANSWER_BYTES);
        command.extend(op.to_ne_bytes());
        command.extend(flags.to_ne_bytes());
        for word in [first, count, self.sequence] {
            command.extend(word.to_ne_bytes());
        }
        let deadline = Instant::now() + timeout;
        if !self.child.send(&command) {
            return Err(self.ended()?.into());
        }
        let mut answer = [0u8; ANSWER_BYTES];
        match self.child.receive(&mut answer, deadline, self.cancel)? {
            Arrival::Whole => {}
            Arrival::Closed => return Err(self.ended()?.into()),
            Arrival::Late if self.child.has_flooded() => {
                return Err(Stop::fault(reason::OUTPUT_FLOOD, "standard error was flooded"));
            }
            Arrival::Late => {
                let detail = format!("no answer within {} s", timeout.as_secs_f64());
                return Err(Stop::fault(reason::TIMEOUT, detail));
            }
        }
        let word = |at: usize| -> u64 {
            answer.iter().skip(at).take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        let magic = u64::from(op) << 32 | u64::from(ANSWER_MAGIC);
        if word(0) != magic || word(8) != self.sequence {
            return Err(self.garbage("in place of an answer")?.into());
        }
        Ok((word(16).cast_signed(), word(24)))
    }

    fn failed_allocation(&self) -> u64 {
        let words = self.buffers.memory.read(FAILED_ALLOCATION, 2);
        words.iter().rev().fold(0, |word, part| word << 32 | u64::from(*part))
    }

    /// Why there is something on standard output that the harness did not write.
    fn garbage(&mut self, place: &str) -> Result<Fault, Stop> {
        let count = self.child.drain(FLOOD, Duration::from_millis(500), self.cancel)?;
        Ok(if count >= FLOOD {
            Fault::new(
                reason::OUTPUT_FLOOD,
                format!("more than {FLOOD} bytes came over standard output"),
            )
        } else {
            Fault::new(
                reason::PROTOCOL_VIOLATION,
                format!("other bytes came over standard output {place}"),
            )
        })
    }

    /// Why the process is gone.
    fn ended(&mut self) -> Result<Fault, Stop> {
        let status = self.child.wait(Instant::now() + Duration::from_secs(2), self.cancel)?;
        let flooded = self.child.has_flooded();
        let errors = self.child.error_text();
        let said = if errors.is_empty() {
            String::new()
        } else {
            format!("; standard error: {}", errors.chars().take(2000).collect::<String>())
        };
        let Some(status) = status else {
            let detail = "it closed its standard output and went on".to_owned();
            return Ok(Fault::new(reason::PROTOCOL_VIOLATION, detail));
        };
        let refused = self.failed_allocation();
        let how = describe(status);
        if self.sanitized && (said.contains("runtime error") || said.contains("Sanitizer")) {
            return Ok(Fault::new(reason::SANITIZER, format!("{how}{said}")));
        }
        Ok(if status.code() == Some(i32::from(CANNOT_EXECUTE)) && errors.contains(FAILURE) {
            Fault::new(reason::NOT_STARTED, errors)
        } else if flooded {
            Fault::new(reason::OUTPUT_FLOOD, "standard error was flooded")
        } else if ended_by(status, Signal::SYS) {
            let what = "it made a system call that candidates may not make (socket, process, signal to others, file to write)";
            Fault::new(reason::FORBIDDEN_CALL, format!("{what}: {how}{said}"))
        } else if ended_by(status, Signal::XCPU) {
            Fault::new(reason::TIMEOUT, "the limit of processor time was reached")
        } else if refused > 0 {
            Fault::new(
                reason::OUT_OF_MEMORY,
                format!("{how} after {refused} bytes were refused{said}"),
            )
        } else if ended_by(status, Signal::KILL) {
            Fault::new(
                reason::OUT_OF_MEMORY,
                format!("the system killed it, most likely for its memory{said}"),
            )
        } else if status.code().is_some() {
            Fault::new(reason::EARLY_EXIT, format!("it ended by itself with {how}{said}"))
        } else {
            Fault::new(reason::CRASH, format!("{how}{said}"))
        })
    }
}

fn request(
    program: &Program,
    buffers: &CandidateMemory,
    options: &RunOptions,
) -> Result<Request, RunError> {
    let folder = program.folder().join("empty");
    std::fs::create_dir_all(&folder).map_err(|source| RunError::File {
        action: "create",
        path: folder.clone(),
        source,
    })?;
    let path = |text: &str| PathBuf::from(text);
    let mut readable: Vec<PathBuf> = [
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/etc/ld.so.cache",
        "/etc/ld.so.preload",
        "/nix/store",
        "/sys/devices/system/cpu",
        "/sys/fs/cgroup/cpu.max",
    ]
    .map(path)
    .to_vec();
    let sanitize = program.sanitized();
    if sanitize {
        // The sanitizers read their own map of the address space.
        readable.push(path("/proc"));
    }
    let executable = [
        program.path().to_owned(),
        path("/lib64/ld-linux-x86-64.so.2"),
        path("/lib/ld-linux-aarch64.so.1"),
        path("/lib/ld-linux-riscv64-lp64d.so.1"),
        path("/lib/ld-musl-x86_64.so.1"),
        path("/lib/ld-musl-aarch64.so.1"),
        path("/nix/store"),
    ];
    let environment = [
        ("LC_ALL", "C"),
        ("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1"),
        ("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=0"),
    ];
    let limits = &options.limits;
    Ok(Request {
        parent: std::process::id().cast_signed(),
        memory: Some(buffers.memory.descriptor()),
        program: absolute(program.path())?,
        args: Vec::new(),
        environment: environment.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec(),
        folder: absolute(&folder)?,
        address_space: (!sanitize)
            .then(|| limits.memory_bytes.saturating_add(buffers.layout.total as u64)),
        cpu_seconds: limits.cpu_seconds,
        file_bytes: 0,
        open_files: limits.open_files,
        processes: limits.processes,
        readable,
        executable: executable.iter().map(|p| absolute(p)).collect::<Result<_, _>>()?,
        writable: Vec::new(),
        filter_calls: !sanitize,
        network: false,
    })
}

fn absolute(path: &Path) -> Result<PathBuf, RunError> {
    std::path::absolute(path).map_err(|source| RunError::File {
        action: "locate",
        path: path.to_owned(),
        source,
    })
}
