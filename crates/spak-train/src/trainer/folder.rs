//! Checkpoints in a folder: at any moment there is a whole one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{StepReport, Stop, Trainer, checkpoint};
use crate::data::Corpus;
use crate::number::Number;
use crate::problem::Problem;
use crate::spec::Spec;

/// The name of the last checkpoint.
const LAST: &str = "last.checkpoint";
/// The name of the one before it, for when the last one is broken by something else.
const BEFORE: &str = "before.checkpoint";

/// Why a run in a folder cannot begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The disk does not do what it should.
    #[error("checkpoints in {path}: {error}")]
    Disk {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Settings, data or a checkpoint are not what they should be.
    #[error("{0}")]
    Wrong(#[from] Problem),
    /// Training cannot go on; the last checkpoint is that of an earlier step.
    #[error("{0}")]
    Stopped(Stop),
}

/// Where a run keeps its checkpoints.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(path)?;
        Ok(Self { path: path.to_owned() })
    }

    /// The last checkpoint's file.
    #[must_use]
    pub fn last(&self) -> PathBuf {
        self.path.join(LAST)
    }

    /// The file of the one before it.
    #[must_use]
    pub fn before(&self) -> PathBuf {
        self.path.join(BEFORE)
    }

    /// The bytes of the last checkpoint, if there is one.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn read(&self) -> io::Result<Option<Vec<u8>>> {
        for path in [self.last(), self.before()] {
            match std::fs::read(path) {
                Ok(bytes) => return Ok(Some(bytes)),
                // Between two renames only the older one is there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Puts a checkpoint in the place of the last one, which becomes the one before it.
    ///
    /// The bytes are on the disk before the name is, so that a process or a machine that dies in between leaves the
    /// last whole one.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written to.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        match std::fs::rename(self.last(), self.before()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        file.persist(self.last()).map_err(|error| error.error)?;
        std::fs::File::open(&self.path)?.sync_all()
    }

    fn disk(&self, error: io::Error) -> Failure {
        Failure::Disk { path: self.path.clone(), error }
    }

    /// The trainer of the last checkpoint, or a new one if there is none.
    ///
    /// # Errors
    /// Settings that do not fit; a last checkpoint that is broken, or of other settings or data. A broken one is not
    /// passed over: the problem says of which step the one before it is.
    pub fn trainer<N: Number>(
        &self,
        spec: Spec,
        corpus: Corpus,
        threads: usize,
    ) -> Result<Trainer<N>, Failure> {
        let Some(bytes) = self.read().map_err(|error| self.disk(error))? else {
            return Ok(Trainer::with_threads(spec, corpus, threads)?);
        };
        Trainer::resume(spec, corpus, threads, &bytes).map_err(|mut problem| {
            let before = std::fs::read(self.before()).ok().and_then(|b| checkpoint::head(&b).ok());
            if problem.place == "checkpoint" {
                problem.place = self.last().display().to_string();
                if let Some(head) = before {
                    problem.repair = format!(
                        "remove it to go on from step {} with {}",
                        head.step,
                        self.before().display()
                    );
                }
            }
            Failure::Wrong(problem)
        })
    }

    /// Trains to the end, and keeps a checkpoint of every `every` steps and of the last one.
    ///
    /// `watch` is told each step and says whether to go on; a run that it ends keeps a checkpoint, too.
    ///
    /// # Errors
    /// Training cannot go on, or the disk is full. Checkpoints of earlier steps stay.
    pub fn train<N: Number>(
        &self,
        trainer: &mut Trainer<N>,
        every: u64,
        mut watch: impl FnMut(&StepReport) -> bool,
    ) -> Result<(), Failure> {
        loop {
            let report = match trainer.advance() {
                Ok(report) => report,
                Err(Stop::Finished { .. }) => return Ok(()),
                Err(stop) => return Err(Failure::Stopped(stop)),
            };
            let goes_on = watch(&report);
            let done = trainer.next_step() >= trainer.spec().train.steps;
            if !goes_on || done || trainer.next_step().is_multiple_of(every.max(1)) {
                self.write(&trainer.checkpoint()).map_err(|error| self.disk(error))?;
            }
            if !goes_on {
                return Ok(());
            }
        }
    }
}
