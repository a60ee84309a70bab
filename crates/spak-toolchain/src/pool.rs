//! Several workers at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use spak_records::compiling::Job;

use crate::error::ToolchainError;
use crate::installed::Installed;
use crate::job::{Outcome, key};
use crate::kept::Kept;
use crate::worker::Worker;

/// Compiles many kernels.
#[derive(Clone, Debug)]
pub struct Pool<'t> {
    /// The compiler.
    pub toolchain: &'t Installed,
    /// Where answers are kept.
    pub kept: &'t Kept,
    /// How many kernels are compiled at once.
    pub workers: usize,
    /// How long one may take.
    pub limit: Duration,
}

/// One answer.
#[derive(Debug)]
pub struct Progress {
    /// Which job, by its place.
    pub job: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it was kept from before.
    pub was_kept: bool,
}

impl Pool<'_> {
    /// Asks for all of these, and tells each answer when it is there, in whatever order; `told` says whether to go on. Answers
    /// are kept before they are told, so that a run that is ended loses none. A kernel that kills its worker is tried once more
    /// by a new one.
    ///
    /// # Errors
    /// A worker that cannot be started, an answer that cannot be kept.
    pub fn compile(
        &self,
        jobs: &[Job],
        told: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), ToolchainError> {
        let next = AtomicUsize::new(0);
        let is_over = AtomicBool::new(false);
        let (sender, answers) = channel();
        std::thread::scope(|scope| {
            for _ in 0..self.workers.clamp(1, jobs.len().max(1)) {
                let sender = sender.clone();
                let (next, is_over) = (&next, &is_over);
                scope.spawn(move || {
                    let mut worker = None;
                    while !is_over.load(Ordering::Relaxed) {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(job) = jobs.get(at) else { return };
                        let answer = self.answer(job, &mut worker);
                        let answer = answer.map(|(outcome, was_kept)| Progress {
                            job: at,
                            outcome,
                            was_kept,
                        });
                        if sender.send(answer).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut result = Ok(());
            for answer in answers {
                let goes_on = match answer {
                    Ok(progress) => told(progress),
                    Err(error) => {
                        result = Err(error);
                        false
                    }
                };
                if !goes_on {
                    is_over.store(true, Ordering::Relaxed);
                    break;
                }
            }
            result
        })
    }

    fn answer(
        &self,
        job: &Job,
        worker: &mut Option<Worker>,
    ) -> Result<(Outcome, bool), ToolchainError> {
        let key = key(job, self.toolchain.identity());
        if let Some(outcome) = self.kept.get(&key, self.limit.as_secs_f64()) {
            return Ok((outcome, true));
        }
        let mut is_second = false;
        loop {
            let ready = match worker.take() {
                Some(worker) => worker,
                None => Worker::start(self.toolchain)?,
            };
            let (left, outcome) = ready.ask(job, self.limit);
            *worker = left;
            if matches!(outcome, Outcome::Died { .. }) && !is_second {
                is_second = true;
                continue;
            }
            self.kept.put(&key, &outcome)?;
            return Ok((outcome, false));
        }
    }
}
