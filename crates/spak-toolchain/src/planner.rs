//! Which kernels a module starts for a problem: its own `launch` is asked, so that a grid or a scratch array is written down
//! once, in the source that users start, too.

use std::time::Duration;

use spak_records::compiling::{LaunchPlan, LaunchQuestion};

use crate::error::ToolchainError;
use crate::installed::Installed;
use crate::worker::Worker;

/// How long `launch` may take: it only counts.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks modules one after the other.
#[derive(Debug)]
pub struct Planner<'t> {
    toolchain: &'t Installed,
    worker: Option<Worker>,
}

impl<'t> Planner<'t> {
    /// One that was asked nothing yet; its process starts with the first question.
    pub fn new(toolchain: &'t Installed) -> Self {
        Self { toolchain, worker: None }
    }

    /// What `launch` of the module would do; the text is what it says against the problem.
    ///
    /// # Errors
    /// A worker that cannot be started or that died.
    pub fn plan(
        &mut self,
        question: &LaunchQuestion,
    ) -> Result<Result<LaunchPlan, String>, ToolchainError> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start(self.toolchain)?,
        };
        let answer = worker.plan(question, LIMIT)?;
        if worker.is_alive() {
            self.worker = Some(worker);
        }
        Ok(answer)
    }
}
