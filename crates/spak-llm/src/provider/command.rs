//! A program that answers: an argument list, the prompt on its standard input, the answer on its standard output.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use spak_records::transcript::{Answer, Message, Request, Speaker};

use super::{Asking, Proposer};
use crate::error::AskError;

/// How often a wait looks at the clock and at the caller's flag.
const SLICE: Duration = Duration::from_millis(20);
/// Bytes of standard error that are kept.
const COMPLAINT: u64 = 4 << 10;

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// Its name in the configuration.
    pub(crate) name: String,
    /// The program and its arguments; no shell reads them.
    pub(crate) argv: Vec<String>,
    /// What it calls its model, when the configuration says so.
    pub(crate) model: String,
    pub(crate) timeout: Duration,
    /// Bytes that an answer may have.
    pub(crate) largest: u64,
}

/// A conversation as one text, for programs and people that are asked once.
pub(crate) fn as_text(request: &Request) -> String {
    let mut text = request.system.clone();
    for Message { by, text: said } in &request.messages {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        if request.messages.len() > 1 {
            text.push_str(match by {
                Speaker::User => "# You were asked\n\n",
                Speaker::Assistant => "# You answered\n\n",
            });
        }
        text.push_str(said);
    }
    text.push('\n');
    text
}

impl Proposer for Command {
    fn name(&self) -> String {
        format!("{} ({})", self.name, self.argv.first().map_or("", String::as_str))
    }

    fn ask(&mut self, request: &Request, asking: Asking<'_>) -> Result<Answer, AskError> {
        let broken = |why: String| AskError::Broken { provider: self.name.clone(), why };
        let Some((program, arguments)) = self.argv.split_first() else {
            return Err(AskError::NotConfigured(format!("`{}` has no command", self.name)));
        };
        let started = Instant::now();
        let mut child = std::process::Command::new(program)
            .args(arguments)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| broken(format!("`{program}` cannot be started: {error}")))?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut group = Group(child);
        let prompt = as_text(request);
        // It may answer before it has read everything, or read nothing: each pipe has a thread.
        thread::spawn(move || {
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(prompt.as_bytes());
            }
        });
        let largest = self.largest;
        let answer = thread::spawn(move || read(stdout, largest.saturating_add(1)));
        let complaint = thread::spawn(move || read(stderr, COMPLAINT));
        let status = loop {
            if asking.is_cancelled() {
                return Err(AskError::Cancelled);
            }
            if started.elapsed() > self.timeout {
                return Err(AskError::Late { provider: self.name.clone(), within: self.timeout });
            }
            // Whoever has said more than is read is not waited for.
            if answer.is_finished() {
                break match group.0.try_wait() {
                    Ok(status) => status,
                    Err(error) => return Err(broken(error.to_string())),
                };
            }
            thread::sleep(SLICE);
        };
        let text = answer.join().unwrap_or_default();
        if text.len() as u64 > self.largest {
            return Err(AskError::TooLarge { provider: self.name.clone(), limit: self.largest });
        }
        let status = match status {
            Some(status) => status,
            None => group.ends(started + self.timeout).ok_or_else(|| AskError::Late {
                provider: self.name.clone(),
                within: self.timeout,
            })?,
        };
        if !status.success() {
            drop(group);
            let said = complaint.join().unwrap_or_default();
            let said = String::from_utf8_lossy(&said).trim().to_owned();
            let how = match status.code() {
                Some(code) => format!("it ended with exit code {code}"),
                None => "it was killed".to_owned(),
            };
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(broken(format!("{how}{said}")));
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        (asking.heard)(&text);
        Ok(Answer {
            text,
            model: self.model.clone(),
            provider: "command".to_owned(),
            stop: None,
            usage: None,
            seconds: started.elapsed().as_secs_f64(),
        })
    }
}

fn read(from: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take(limit).read_to_end(&mut bytes);
    }
    bytes
}

/// A child with all its children; none outlives this.
struct Group(Child);

impl Group {
    /// Waits for its end until `deadline`.
    fn ends(&mut self, deadline: Instant) -> Option<std::process::ExitStatus> {
        loop {
            if let Ok(Some(status)) = self.0.try_wait() {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            thread::sleep(SLICE);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Ok(Some(pid)) = i32::try_from(self.0.id()).map(Pid::from_raw) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}
