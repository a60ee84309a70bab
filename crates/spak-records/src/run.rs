//! The state of a loop on disk: small, replaced as a whole after every step, readable by a person.
//!
//! It holds only what cannot be had from the trace. The search's own state is not here: it follows from the
//! run's trials, so that the two can never disagree.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::file::{self, FileError};
use crate::hash::ContentHash;

/// The format's name.
pub const FORMAT: &str = "spak.loop";
/// The version that is written. The reader also takes the one before it, once there is one.
pub const VERSION: u32 = 1;

/// Largest state that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Where a loop is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LoopState {
    /// Id of the run, under which its lines stand in the trace.
    pub run: String,
    /// The design's path as the user gave it.
    pub design_path: String,
    /// Hash of the design's normal form when the run began: another design is another run.
    pub design_hash: ContentHash,
    /// Path of the trace, as the design's path relative or not.
    pub trace_path: String,
    /// Seed of the search.
    pub seed: u64,
    /// What else the trials of a run have in common, as the caller sees it (problem, device, compiler,
    /// options): other conditions are another run. Absent in states that older programs wrote.
    #[serde(default)]
    pub conditions: Option<ContentHash>,
    /// Which phase it is in.
    pub phase: Phase,
    /// Steps taken.
    pub seq: u64,
    /// Batches that were analysed.
    pub rounds: u64,
    /// Trials that came out, reused ones included.
    pub trials: u64,
    /// The batch at work in the phases program and measure; empty in the others.
    pub batch: Vec<Planned>,
}

/// What the loop is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The design is read, resolved and checked, its space and its knowledge taken out.
    Specify,
    /// Configs are chosen and lowered to artifacts.
    Program,
    /// Artifacts are compiled, checked and timed.
    Measure,
    /// The outcomes are weighed; more is tried, or not.
    Analyse,
    /// What was learnt is written back.
    Learn {
        /// Why nothing more was tried.
        reason: DoneReason,
    },
    /// Nothing is left to do.
    Done {
        /// Why it ended.
        reason: DoneReason,
    },
}

impl Phase {
    /// The phase's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Specify => "specify",
            Self::Program => "program",
            Self::Measure => "measure",
            Self::Analyse => "analyse",
            Self::Learn { .. } => "learn",
            Self::Done { .. } => "done",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a search or a loop ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoneReason {
    /// A full round brought no significant improvement.
    Converged {
        /// Rounds over all dimensions, the last one included.
        rounds: u32,
    },
    /// What the design recommends was measured, and no neighbour tried is significantly better.
    Confirmed {
        /// How many neighbours were tried.
        neighbours: u32,
    },
    /// Every valid config was tried.
    Exhausted {
        /// How many there are.
        configs: u64,
    },
    /// What is expected to be left to gain is below what was asked for; both in thousandths of the best
    /// time.
    LittleToGain {
        /// Expected at most.
        expected: u32,
        /// Asked for.
        asked: u32,
    },
    /// The strategy had nothing more to ask.
    Finished {
        /// How many configs it tried.
        configs: u64,
    },
    /// The trials granted are used up.
    TrialBudget,
    /// The seconds granted are used up.
    TimeBudget,
    /// A dimension has no value.
    EmptySpace {
        /// Its name.
        dimension: String,
    },
    /// No config satisfies the constraints, as far as was looked.
    NothingValid {
        /// Why the seed config does not.
        why: String,
    },
    /// Every config tried was rejected.
    NothingWorks {
        /// How many were tried.
        tried: u32,
        /// Why the first one was rejected.
        why: String,
    },
    /// A person ended it.
    Stopped,
    /// SPAK could not go on.
    Failed {
        /// Why.
        why: String,
    },
}

impl fmt::Display for DoneReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Converged { rounds } => {
                write!(f, "converged: round {rounds} brought no significant improvement")
            }
            Self::Confirmed { neighbours } => {
                let s = if *neighbours == 1 { "" } else { "s" };
                write!(
                    f,
                    "confirmed: what the design recommends holds against {neighbours} neighbouring config{s}"
                )
            }
            Self::Exhausted { configs } => {
                write!(f, "exhausted: every valid config was tried; there are {configs}")
            }
            Self::LittleToGain { expected, asked } => write!(
                f,
                "little is left to gain: at most {:.1} % is expected, and {:.1} % was asked for",
                f64::from(*expected) / 10.0,
                f64::from(*asked) / 10.0
            ),
            Self::Finished { configs } => {
                write!(f, "finished: the strategy asks for nothing more after {configs} configs")
            }
            Self::TrialBudget => f.write_str("the trials granted are used up"),
            Self::TimeBudget => f.write_str("the time granted is used up"),
            Self::EmptySpace { dimension } => {
                write!(f, "the space is empty: `{dimension}` has no value")
            }
            Self::NothingValid { why } => {
                write!(f, "no valid config was found; the seed config is invalid: {why}")
            }
            Self::NothingWorks { tried, why } => {
                write!(
                    f,
                    "nothing that was tried was accepted; configs tried: {tried}; the first was rejected: {why}"
                )
            }
            Self::Stopped => f.write_str("stopped by the user"),
            Self::Failed { why } => write!(f, "failed: {why}"),
        }
    }
}

/// One config of the batch at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Planned {
    /// The config.
    pub config: Config,
    /// Why it is tried, in a sentence.
    pub why: String,
    /// The config to interleave with, if there is one.
    pub incumbent: Option<Config>,
    /// How far it is.
    pub progress: Progress,
}

/// How far a planned config is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Nothing was done for it.
    Proposed,
    /// Its artifact exists.
    Generated,
    /// Its trial came out.
    Finished,
}

/// Why a loop state could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not a loop state; since it is replaced as a whole, something else wrote it.
    #[error("{path}: is not a {FORMAT} file: {why}")]
    NotAState {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A newer SPAK wrote the file, or one that is too old.
    #[error("{path}: this is {FORMAT} version {found}, and this SPAK reads version {VERSION}")]
    OtherVersion {
        /// The file.
        path: String,
        /// Version found.
        found: u64,
    },
}

/// The file's outer object.
#[derive(Serialize, Deserialize)]
struct Wire<S> {
    format: String,
    version: u32,
    state: S,
}

impl LoopState {
    /// The state before the first step.
    pub fn new(
        run: String,
        design_path: String,
        design_hash: ContentHash,
        trace_path: String,
        seed: u64,
        conditions: ContentHash,
    ) -> Self {
        Self {
            run,
            design_path,
            design_hash,
            trace_path,
            seed,
            conditions: Some(conditions),
            phase: Phase::Specify,
            seq: 0,
            rounds: 0,
            trials: 0,
            batch: Vec::new(),
        }
    }

    /// The state at `path`; `None` when there is none.
    ///
    /// # Errors
    /// [`RunError`], which names the path and what is wrong.
    pub fn read(path: &Path) -> Result<Option<Self>, RunError> {
        let text = match file::read_text(path, LARGEST) {
            Err(FileError::Missing { .. }) => return Ok(None),
            other => other?,
        };
        let shown = || path.display().to_string();
        let not_a_state = |why: String| RunError::NotAState { path: shown(), why };
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|e| not_a_state(e.to_string()))?;
        if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
            return Err(not_a_state(format!("its \"format\" is not \"{FORMAT}\"")));
        }
        // The version comes first: what else is in the file is another version's business.
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(found) if found == u64::from(VERSION) => {}
            Some(found) => return Err(RunError::OtherVersion { path: shown(), found }),
            None => return Err(not_a_state("it has no \"version\"".to_owned())),
        }
        let wire: Wire<Self> =
            serde_json::from_value(value).map_err(|e| not_a_state(e.to_string()))?;
        Ok(Some(wire.state))
    }

    /// Replaces the state at `path`, all or nothing.
    ///
    /// # Errors
    /// [`RunError::File`] with the reason; the old state is then untouched.
    pub fn write(&self, path: &Path) -> Result<(), RunError> {
        let wire = Wire { format: FORMAT.to_owned(), version: VERSION, state: self };
        let text = serde_json::to_string_pretty(&wire).map_err(|e| RunError::NotAState {
            path: path.display().to_string(),
            why: e.to_string(),
        })?;
        file::make_folder(&file::folder_of(path))?;
        Ok(file::replace(path, (text + "\n").as_bytes())?)
    }
}
