//! Effects, done: programs in the sandbox, files as a whole, questions to whoever was named.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::Result;
use spak_llm::AskError;
use spak_model::system::LoopKind;
use spak_records::file;
use spak_records::journal::{Effect, Outcome, Status};
use spak_records::transcript::{Message, Request, Role, Speaker};
use spak_run::{Confined, Limits, Sandbox, confined};
use spak_script::Stop;

use super::integrated::integrate;
use super::policy::Policy;
use crate::asking::Chosen;
use crate::output;

/// Seconds for a program that nobody limits.
const TIMEOUT: u64 = 600;
/// Bytes of a program's output, and of a file that is read.
const LARGEST: usize = 4 << 20;
/// Bytes of standard error in a note.
const NOTE: usize = 2000;
/// Where programs and what they need stand.
const SYSTEM: &[&str] = &[
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/opt", "/nix", "/etc", "/proc", "/sys",
    "/dev",
];
/// Variables that programs are told.
const VARIABLES: &[&str] = &[
    "PATH",
    "LANG",
    "LC_ALL",
    "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
];

/// Whoever does what is allowed.
pub(crate) struct Performer<'a> {
    pub(crate) policy: &'a Policy,
    /// The design that the loop stands in, relative to its folder.
    pub(crate) design: String,
    pub(crate) sandbox: Sandbox,
    /// Whoever is asked; nobody when the command line names nobody.
    pub(crate) chosen: Option<Chosen>,
    pub(crate) cancel: &'a AtomicBool,
    /// Whether what the kernel does not enforce was said.
    pub(crate) is_told: bool,
}

fn failed(note: String) -> Outcome {
    Outcome { status: Status::Failed, text: String::new(), note, seconds: 0.0 }
}

fn done(text: String) -> Outcome {
    Outcome { status: Status::Done, text, note: String::new(), seconds: 0.0 }
}

impl Performer<'_> {
    /// Does an effect that is allowed.
    ///
    /// # Errors
    /// [`Stop::Suspended`] and [`Stop::Broken`]; what fails is an outcome.
    pub(crate) fn perform(&mut self, by: LoopKind, effect: &Effect) -> Result<Outcome, Stop> {
        let began = Instant::now();
        let mut outcome = match effect {
            Effect::Run { argv, timeout } => self.run(by, argv, *timeout)?,
            Effect::Write { path, text } => self.write(path, text),
            Effect::Read { path } => self.read(path),
            Effect::Exists { path } => done(self.policy.file(path).exists().to_string()),
            Effect::Query { role, prompt } => self.query(by, role, prompt)?,
            Effect::Emit { .. } => done(String::new()),
            Effect::Integrate { path, text } => {
                let name = if path.is_empty() { &self.design } else { path };
                match integrate(&self.policy.file(name), text) {
                    Ok(said) => done(said),
                    Err(error) => failed(output::reason(&error)),
                }
            }
        };
        outcome.seconds = began.elapsed().as_secs_f64();
        Ok(outcome)
    }

    fn write(&self, path: &str, text: &str) -> Outcome {
        let path = self.policy.file(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = made {
            return failed(format!("its folder cannot be made: {error}"));
        }
        match file::replace(&path, text.as_bytes()) {
            Ok(()) => done(String::new()),
            Err(error) => failed(error.to_string()),
        }
    }

    fn read(&self, path: &str) -> Outcome {
        match file::read_bytes(&self.policy.file(path), LARGEST as u64) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => done(text),
                Err(_) => failed("it is not UTF-8 text".to_owned()),
            },
            Err(error) => failed(error.to_string()),
        }
    }

    fn run(
        &mut self,
        by: LoopKind,
        argv: &[String],
        timeout: Option<u64>,
    ) -> Result<Outcome, Stop> {
        let root = &self.policy.root;
        let own = root.join(&self.policy.own);
        let broken = |error: String| Stop::Broken(error);
        std::fs::create_dir_all(&own).map_err(|error| broken(error.to_string()))?;
        let shown = own.to_string_lossy().into_owned();
        let variable = |name: &&str| Some(((*name).to_owned(), std::env::var(name).ok()?));
        let mut environment: Vec<(String, String)> =
            VARIABLES.iter().filter_map(variable).collect();
        for name in ["HOME", "TMPDIR", "SPAK_OUT"] {
            environment.push((name.to_owned(), shown.clone()));
        }
        environment.push(("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()));
        let system: Vec<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
        let given = self.policy.folders(by, "read");
        let mut writable = self.policy.folders(by, "write");
        writable.extend([own, PathBuf::from("/dev/null"), PathBuf::from("/dev/shm")]);
        let command = Confined {
            argv: argv.to_vec(),
            folder: root.clone(),
            environment,
            readable: given.clone(),
            executable: system.into_iter().chain([root.clone()]).chain(given).collect(),
            writable,
            network: self.policy.network(by),
            timeout: Duration::from_secs(timeout.unwrap_or(TIMEOUT)),
            output: LARGEST,
            limits: Limits { cpu_seconds: 24 * 3600, file_bytes: 1 << 34, ..Limits::default() },
        };
        let ended = match confined(&command, &self.sandbox, self.cancel) {
            Ok(ended) => ended,
            Err(spak_run::RunError::Cancelled) => {
                return Err(Stop::Suspended("interrupted; the same command goes on".to_owned()));
            }
            Err(error) => return Err(Stop::Broken(error.to_string())),
        };
        if ended.isolation.files != "full" && !self.is_told {
            self.is_told = true;
            output::aside(&format!(
                "what programs may read and write is not enforced here: {}\n",
                ended.isolation.files
            ));
        }
        let errors: String = ended.stderr.trim().chars().take(NOTE).collect();
        let (status, note) = match (ended.late, ended.flooded, ended.code) {
            (true, _, _) => {
                (Status::Late, format!("it took longer than {} s", command.timeout.as_secs()))
            }
            (_, true, _) => (Status::Failed, format!("it printed more than {LARGEST} bytes")),
            (_, _, Some(0)) => (Status::Done, String::new()),
            (_, _, Some(127)) => (Status::Failed, format!("it cannot be started: {errors}")),
            (_, _, Some(code)) => {
                let last = errors.lines().last().unwrap_or_default();
                (Status::Failed, format!("it ended with exit code {code}: {last}"))
            }
            (_, _, None) => (Status::Failed, "it was killed".to_owned()),
        };
        Ok(Outcome { status, text: ended.stdout, note, seconds: ended.seconds })
    }

    fn query(&mut self, by: LoopKind, role: &str, prompt: &str) -> Result<Outcome, Stop> {
        let Some(chosen) = &mut self.chosen else {
            return Ok(failed("nobody was named whom to ask; `--by` does".to_owned()));
        };
        let request = Request {
            role: if by == LoopKind::Engineering { Role::KernelEngineer } else { Role::Architect },
            prompt: "loop 1".to_owned(),
            system: format!(
                "You are asked as: {role}. Your answer is kept as a text, and nothing that it says is done."
            ),
            messages: vec![Message { by: Speaker::User, text: prompt.to_owned() }],
            max_tokens: chosen.max_tokens,
        };
        if let Some(limit) = chosen.conversation.is_over() {
            return Ok(failed(limit));
        }
        match chosen.conversation.ask(&request, self.cancel) {
            Ok(answer) => Ok(done(answer.text)),
            Err(error) => match error.downcast_ref::<AskError>() {
                Some(stop @ (AskError::Waiting { .. } | AskError::Cancelled)) => {
                    Err(Stop::Suspended(stop.to_string()))
                }
                Some(why) => Ok(failed(why.to_string())),
                None => Err(Stop::Broken(output::reason(&error))),
            },
        }
    }
}
