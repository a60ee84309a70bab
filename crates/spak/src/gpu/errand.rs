//! What is to be done with a bundle, on this machine or on another one.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};
use spak_records::node_report::NodeReport;

use crate::gpu::bundle::unpack;
use crate::gpu::node::{Ended, Run, Told, Wanted};
use crate::gpu::remote::Remote;

/// A run of a bundle as it is asked for.
pub(crate) struct Errand<'a> {
    pub(crate) bundle: &'a Path,
    /// The trace here; it is there afterwards whatever happened.
    pub(crate) trace: &'a Path,
    pub(crate) wanted: Wanted<'a>,
}

impl Errand<'_> {
    /// Runs it on the GPU of this machine.
    ///
    /// # Errors
    /// As [`Run::go`]; a bundle that cannot be read.
    fn here(&self, cancel: &AtomicBool, told: &mut dyn FnMut(Told<'_>)) -> Result<Ended> {
        let folder = tempfile::tempdir()?;
        let bundle = unpack(self.bundle, folder.path())?;
        let run = Run {
            bundle: &bundle,
            parts: folder.path(),
            trace: self.trace,
            cancel,
            wanted: self.wanted,
        };
        run.go(told)
    }

    /// Runs it on another machine, which shows what comes of it while it runs.
    ///
    /// # Errors
    /// As [`Remote::run`]; a run there that did not end well.
    fn there(&self, host: &str, ssh: &str) -> Result<Ended> {
        let (code, said) = Remote::new(host, ssh)?.run(self)?;
        // It says at its end, for programs, how it ended.
        match (code, serde_json::from_str::<NodeReport>(&said)) {
            (0 | 1, Ok(report)) => Ok(Ended::of(&report)),
            _ => bail!(
                "the run on {host} ended with {code}; what it measured is in `{}`, and the same command goes on",
                self.trace.display()
            ),
        }
    }

    /// Runs it where it is to run: on another machine, if one is named.
    ///
    /// # Errors
    /// As [`Errand::here`] and [`Errand::there`].
    pub(crate) fn run(
        &self,
        host: Option<&str>,
        ssh: &str,
        cancel: &AtomicBool,
        told: &mut dyn FnMut(Told<'_>),
    ) -> Result<Ended> {
        match host {
            None => self.here(cancel, told),
            Some(host) => self.there(host, ssh),
        }
    }

    /// The same as options of `spak node run`.
    pub(crate) fn options(&self) -> Vec<String> {
        let Wanted { seconds, trials, compare, best } = self.wanted;
        let given = ["--output", "json", "--seconds"];
        let mut options: Vec<String> = given.map(str::to_owned).into();
        options.push(seconds.to_string());
        if let Some(trials) = trials {
            options.extend(["--trials".to_owned(), trials.to_string()]);
        }
        if let Some(python) = compare {
            options.extend(["--compare".to_owned(), python.to_owned()]);
            options.extend(["--best".to_owned(), best.to_string()]);
        }
        options
    }
}
