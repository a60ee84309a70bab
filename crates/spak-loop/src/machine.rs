//! The loop as an explicit state machine: a state and an event give the next state and what is to be done.
//!
//! ```text
//! specify ──Specified──► program ──all generated──► measure ──all tried──► analyse ──Decided(Done)──► learn ──Learnt──► done
//!                           ▲                                                 │
//!                           └───────────────── Decided(Try) ──────────────────┘
//! ```
//!
//! The caller writes the new state to disk, then executes the effects, and tells what came of them as events.
//! Outcomes are in the trace before their event is told. So a kill between any two of these steps costs at most
//! the repetition of an effect whose outcome is already in the trace.

use std::fmt;

use spak_records::run::{DoneReason, LoopState, Phase, Planned, Progress};
use spak_records::{Config, ContentHash};

use crate::search::Next;

/// What came of an effect, or what a person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The design is read, and its space and knowledge are at hand.
    Specified,
    /// The search has decided; answers [`Effect::Decide`].
    Decided(Next),
    /// The artifact of this config exists; answers [`Effect::GenerateArtifact`].
    Generated {
        /// Id of the config.
        config: ContentHash,
    },
    /// A trial of this config is in the trace: measured, reused or rejected. Answers [`Effect::RunTrial`], and
    /// [`Effect::GenerateArtifact`] when there is no artifact to be had, or when the outcome was stored already.
    Tried {
        /// Id of the config.
        config: ContentHash,
    },
    /// The knowledge is written; answers [`Effect::WriteKnowledge`].
    Learnt,
    /// A person ends the loop; what was measured is still learnt from.
    Stop,
    /// SPAK cannot go on.
    Fail {
        /// Why.
        why: String,
    },
}

impl Event {
    /// The event's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Specified => "specified",
            Self::Decided(_) => "decided",
            Self::Generated { .. } => "generated",
            Self::Tried { .. } => "tried",
            Self::Learnt => "learnt",
            Self::Stop => "stop",
            Self::Fail { .. } => "fail",
        }
    }
}

/// Something for the caller to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read, resolve and check the design; answer [`Event::Specified`].
    Specify,
    /// Ask the search with the history of the run; answer [`Event::Decided`].
    Decide,
    /// Lower the config and make its artifact; answer [`Event::Generated`] or [`Event::Tried`].
    GenerateArtifact {
        /// The config.
        config: Config,
        /// Why it is tried.
        why: String,
    },
    /// Compile, check and time the artifact unless its key is in the trace; answer [`Event::Tried`].
    RunTrial {
        /// The config.
        config: Config,
        /// The config to interleave with.
        incumbent: Option<Config>,
        /// Why it is tried.
        why: String,
    },
    /// Weigh what came out and show it; needs no answer.
    Analyse,
    /// Write what was learnt into the design; answer [`Event::Learnt`].
    WriteKnowledge {
        /// Why nothing more was tried.
        reason: DoneReason,
    },
    /// Tell the user how it ended; needs no answer.
    Report {
        /// Why it ended.
        reason: DoneReason,
    },
}

/// An event that the phase has no use for: a mistake of the caller, never of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalEvent {
    /// Name of the phase.
    pub phase: &'static str,
    /// Name of the event.
    pub event: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for IllegalEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the event `{}` in the phase `{}`: {}", self.event, self.phase, self.why)
    }
}

impl std::error::Error for IllegalEvent {}

/// The next state, and what is to be done once it is on disk.
///
/// # Errors
/// [`IllegalEvent`] when the phase does not expect the event; the state is then what it was.
pub fn step(state: &LoopState, event: Event) -> Result<(LoopState, Vec<Effect>), IllegalEvent> {
    let (phase, name) = (state.phase.name(), event.name());
    let illegal = |why: &str| Err(IllegalEvent { phase, event: name, why: why.to_owned() });
    let mut next = state.clone();
    next.seq = next.seq.saturating_add(1);
    let effects = match (&state.phase, event) {
        (Phase::Done { .. }, _) => return illegal("the loop has ended"),
        (_, Event::Fail { why }) => end(&mut next, DoneReason::Failed { why }),
        (Phase::Learn { .. }, Event::Stop) => return illegal("it is ending already"),
        (_, Event::Stop) => conclude(&mut next, DoneReason::Stopped),
        (Phase::Specify, Event::Specified) => {
            next.phase = Phase::Program;
            vec![Effect::Decide]
        }
        (Phase::Program | Phase::Analyse, Event::Decided(decided)) => {
            if !state.batch.is_empty() {
                return illegal("the last decision is still being carried out");
            }
            match decided {
                Next::Done(reason) => conclude(&mut next, reason),
                Next::Try(proposals) if proposals.is_empty() => {
                    return illegal("there is nothing to try in it");
                }
                Next::Try(proposals) => {
                    next.phase = Phase::Program;
                    next.batch = proposals.into_iter().map(Planned::from).collect();
                    generate(&next)
                }
            }
        }
        (Phase::Program, Event::Generated { config }) => {
            match planned(&mut next, &config) {
                Some(planned) if planned.progress == Progress::Proposed => {
                    planned.progress = Progress::Generated;
                }
                _ => return illegal("this config is not waiting for an artifact"),
            }
            advance(&mut next)
        }
        (Phase::Program | Phase::Measure, Event::Tried { config }) => {
            match planned(&mut next, &config) {
                Some(planned) if planned.progress != Progress::Finished => {
                    planned.progress = Progress::Finished;
                }
                _ => return illegal("this config is not waiting for a trial"),
            }
            next.trials = next.trials.saturating_add(1);
            advance(&mut next)
        }
        (Phase::Learn { reason }, Event::Learnt) => end(&mut next, reason.clone()),
        (_, _) => return illegal("it is not expected there"),
    };
    Ok((next, effects))
}

/// The state to go on with after an interruption, and what is to be done.
///
/// Artifacts of the batch at work are made again: they follow from the configs, and nobody knows what is left of them.
pub fn resume(state: &LoopState) -> (LoopState, Vec<Effect>) {
    let mut next = state.clone();
    for planned in &mut next.batch {
        if planned.progress == Progress::Generated {
            planned.progress = Progress::Proposed;
        }
    }
    let effects = match &state.phase {
        Phase::Specify => vec![Effect::Specify],
        Phase::Program | Phase::Measure => {
            next.phase = Phase::Program;
            if next.batch.is_empty() { vec![Effect::Decide] } else { generate(&next) }
        }
        Phase::Analyse => vec![Effect::Analyse, Effect::Decide],
        Phase::Learn { reason } => vec![Effect::WriteKnowledge { reason: reason.clone() }],
        Phase::Done { reason } => vec![Effect::Report { reason: reason.clone() }],
    };
    (next, effects)
}

fn planned<'a>(state: &'a mut LoopState, config: &ContentHash) -> Option<&'a mut Planned> {
    state.batch.iter_mut().find(|planned| planned.config.id() == *config)
}

fn generate(state: &LoopState) -> Vec<Effect> {
    let proposed = state.batch.iter().filter(|planned| planned.progress == Progress::Proposed);
    let effect = |planned: &Planned| Effect::GenerateArtifact {
        config: planned.config.clone(),
        why: planned.why.clone(),
    };
    proposed.map(effect).collect()
}

/// Moves on when the batch's artifacts, or its trials, are complete.
fn advance(state: &mut LoopState) -> Vec<Effect> {
    if state.batch.iter().any(|planned| planned.progress == Progress::Proposed) {
        return Vec::new();
    }
    match state.batch.iter().find(|planned| planned.progress == Progress::Generated) {
        Some(planned) => {
            let trial = Effect::RunTrial {
                config: planned.config.clone(),
                incumbent: planned.incumbent.clone(),
                why: planned.why.clone(),
            };
            state.phase = Phase::Measure;
            vec![trial]
        }
        None => {
            state.phase = Phase::Analyse;
            state.batch.clear();
            state.rounds = state.rounds.saturating_add(1);
            vec![Effect::Analyse, Effect::Decide]
        }
    }
}

/// Ends the search: there is something to learn only if something was tried.
fn conclude(state: &mut LoopState, reason: DoneReason) -> Vec<Effect> {
    if state.trials == 0 {
        return end(state, reason);
    }
    state.batch.clear();
    state.phase = Phase::Learn { reason: reason.clone() };
    vec![Effect::WriteKnowledge { reason }]
}

fn end(state: &mut LoopState, reason: DoneReason) -> Vec<Effect> {
    state.batch.clear();
    state.phase = Phase::Done { reason: reason.clone() };
    vec![Effect::Report { reason }]
}
