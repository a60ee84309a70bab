//! What is to be done with a bundle, on this machine or on another one.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};

use crate::gpu::bundle::unpack;
use crate::gpu::node::{Ended, Run, Told};
use crate::gpu::remote::Remote;

/// A run of a bundle as it is asked for.
pub(crate) struct Errand<'a> {
    pub(crate) bundle: &'a Path,
    /// The trace here; it is there afterwards whatever happened.
    pub(crate) trace: &'a Path,
    /// Seconds for all of it.
    pub(crate) seconds: f64,
    /// The most trials of each workload, chosen by a search; all candidates without it.
    pub(crate) trials: Option<usize>,
    /// The Python there whose PyTorch the best are compared with.
    pub(crate) compare: Option<&'a str>,
    /// How many of the best of each workload are compared.
    pub(crate) best: usize,
}

impl Errand<'_> {
    /// Runs it on the GPU of this machine.
    ///
    /// # Errors
    /// As [`Run::go`]; a bundle that cannot be read.
    pub(crate) fn here(
        &self,
        cancel: &AtomicBool,
        told: &mut dyn FnMut(Told<'_>),
    ) -> Result<Ended> {
        let folder = tempfile::tempdir()?;
        let bundle = unpack(self.bundle, folder.path())?;
        let run = Run {
            bundle: &bundle,
            parts: folder.path(),
            trace: self.trace,
            cancel,
            seconds: self.seconds,
            trials: self.trials,
            python: self.compare,
            best: self.best,
        };
        run.go(told)
    }

    /// Runs it on another machine, which shows what comes of it; whether anything was measured.
    ///
    /// # Errors
    /// As [`Remote::run`]; a run there that did not end well.
    pub(crate) fn there(&self, host: &str, ssh: &str) -> Result<bool> {
        match Remote::new(host, ssh)?.run(self)? {
            0 => Ok(true),
            1 => Ok(false),
            code => bail!(
                "the run on {host} ended with {code}; what it measured is in `{}`, and the same command goes on",
                self.trace.display()
            ),
        }
    }

    /// The same as options of `spak node run`.
    pub(crate) fn options(&self) -> Vec<String> {
        let mut options = vec!["--seconds".to_owned(), self.seconds.to_string()];
        if let Some(trials) = self.trials {
            options.extend(["--trials".to_owned(), trials.to_string()]);
        }
        if let Some(python) = self.compare {
            options.extend(["--compare".to_owned(), python.to_owned()]);
            options.extend(["--best".to_owned(), self.best.to_string()]);
        }
        options
    }
}
