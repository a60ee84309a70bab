//! The process of a candidate as the judge sees it: asked a line, it answers a line, or it is late, or it is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use spak_records::node::{NodeAnswer, Order};

/// How long a context may take to be made.
const START: Duration = Duration::from_secs(120);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// It could not be started.
    #[error("the candidate's process cannot be started: {0}")]
    Start(String),
    /// No answer in time: a kernel does not end.
    #[error("no answer in {0:.0} s")]
    Late(f64),
    /// The process ended.
    #[error("the candidate's process ended: {0}")]
    Gone(String),
}

/// A process that candidates run in; dropping it kills it, and with it all that it has on the GPU.
#[derive(Debug)]
pub struct Runner {
    child: Child,
    input: Option<ChildStdin>,
    answers: Receiver<String>,
    complaints: Arc<Mutex<String>>,
}

impl Runner {
    /// Starts a process that serves candidates and waits until it can be asked.
    ///
    /// # Errors
    /// It cannot be started, or has no GPU.
    pub fn start(mut command: Command) -> Result<Self, RunnerError> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| RunnerError::Start(error.to_string()))?;
        let (sender, answers) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        let complaints = Arc::new(Mutex::new(String::new()));
        if let Some(errors) = child.stderr.take() {
            let complaints = Arc::clone(&complaints);
            std::thread::spawn(move || {
                let mut text = String::new();
                let _ = BufReader::new(errors).take(64 << 10).read_to_string(&mut text);
                if let Ok(mut kept) = complaints.lock() {
                    *kept = text;
                }
            });
        }
        let input = child.stdin.take();
        let mut runner = Self { child, input, answers, complaints };
        match runner.answer(START)? {
            NodeAnswer::Ready => Ok(runner),
            NodeAnswer::Failed(reason) => Err(RunnerError::Start(reason)),
            other => Err(RunnerError::Start(format!("it begins with {other:?}"))),
        }
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// It is late, or the process is gone; either way it is of no use any more.
    pub fn ask(&mut self, order: &Order, patience: Duration) -> Result<NodeAnswer, RunnerError> {
        let line = serde_json::to_string(order).unwrap_or_default() + "\n";
        let sent = self.input.as_mut().is_some_and(|input| {
            input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_ok()
        });
        if !sent {
            return Err(self.gone());
        }
        self.answer(patience)
    }

    fn answer(&mut self, patience: Duration) -> Result<NodeAnswer, RunnerError> {
        match self.answers.recv_timeout(patience) {
            Ok(line) => serde_json::from_str(&line)
                .map_err(|error| RunnerError::Gone(format!("it says `{line}`: {error}"))),
            Err(RecvTimeoutError::Timeout) => {
                let _ = self.child.kill();
                Err(RunnerError::Late(patience.as_secs_f64()))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.gone()),
        }
    }

    fn gone(&mut self) -> RunnerError {
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
        let said = self.complaints.lock().map(|said| said.clone()).unwrap_or_default();
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        RunnerError::Gone(format!("{status} {last}").trim().to_owned())
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
