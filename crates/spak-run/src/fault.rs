//! Inside the crate: why work on a candidate stopped, either by its fault or by ours.

use spak_records::{Rejection, Stage};

use crate::error::RunError;

/// Something the candidate did.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) reason: &'static str,
    pub(crate) detail: String,
}

impl Fault {
    pub(crate) fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    pub(crate) fn at(self, stage: Stage) -> Rejection {
        Rejection { stage, reason: self.reason.to_owned(), detail: self.detail }
    }
}

/// Why work stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Fault(Fault),
    Error(RunError),
}

impl Stop {
    pub(crate) fn fault(reason: &'static str, detail: impl Into<String>) -> Self {
        Self::Fault(Fault::new(reason, detail))
    }

    /// The rejection at `stage`, or the error that is not the candidate's.
    pub(crate) fn rejection(self, stage: Stage) -> Result<Rejection, RunError> {
        match self {
            Self::Fault(fault) => Ok(fault.at(stage)),
            Self::Error(error) => Err(error),
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Self {
        Self::Error(error)
    }
}
