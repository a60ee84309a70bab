//! How a network is trained: steps, optimiser, schedule, stages.

use serde::{Deserialize, Serialize};

use super::{DataSpec, Loops, ModelSpec, within};
use crate::problem::{Checked, Problem};

/// Steps, optimiser and schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSpec {
    /// Steps in all.
    pub steps: u64,
    /// Rows of a batch.
    pub batch: usize,
    /// Rows that are computed together; the gradients of the parts are added in their order, so that results do not
    /// depend on how many threads there are. 0 is the whole batch.
    #[serde(default)]
    pub part: usize,
    /// What is computed with.
    pub precision: Precision,
    /// Where random numbers come from.
    pub randomness: Randomness,
    /// How slopes become changes.
    pub optimiser: Optimiser,
    /// How the rate changes over the steps.
    pub schedule: Schedule,
    /// The largest norm of all slopes together; larger ones are scaled down to it.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Changes of data and loops on the way, in order; nothing changes if there are none.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// What is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 32 bits.
    Single,
    /// 64 bits.
    Double,
}

/// Where random numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Randomness {
    /// A stream for each use and step, from this seed.
    Keyed(u64),
    /// Python's generator after `random.seed` of this: names are shuffled, then parameters drawn in order, row by row,
    /// then tokens; step `t` takes name `t`. Only for names, one a batch.
    Python(u64),
}

/// AdamW (D. Kingma, J. Ba, 1412.6980; I. Loshchilov, F. Hutter, 1711.05101); without decay it is Adam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optimiser {
    /// The rate that the schedule scales.
    pub rate: f64,
    /// How much of the mean slope is kept in a step.
    pub beta1: f64,
    /// How much of the mean square slope is kept in a step.
    pub beta2: f64,
    /// Added to the root of the mean square.
    pub epsilon: f64,
    /// Decay of matrices and tables, not of gains, a step and unit of rate.
    #[serde(default)]
    pub decay: f64,
}

/// How the rate changes over the steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Steps in which the rate grows from `1 / (warmup + 1)` to all of it.
    #[serde(default)]
    pub warmup: u64,
    /// How it falls afterwards.
    pub shape: Shape,
    /// The share of the rate at the end of all steps.
    #[serde(default)]
    pub last: f64,
}

/// How the rate falls after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Not at all.
    Constant,
    /// By the same amount in each step.
    Linear,
    /// As half a cosine (I. Loshchilov, F. Hutter, 1608.03983).
    Cosine,
}

impl Schedule {
    /// The share of the rate in `step` (from 0) of `steps`.
    #[must_use]
    pub fn share(&self, step: u64, steps: u64) -> f64 {
        if step < self.warmup {
            return (step + 1) as f64 / (self.warmup + 1) as f64;
        }
        let length = steps.saturating_sub(self.warmup).max(1) as f64;
        let gone = ((step - self.warmup) as f64 / length).min(1.0);
        let left = match self.shape {
            Shape::Constant => return 1.0,
            Shape::Linear => 1.0 - gone,
            Shape::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * gone).cos()),
        };
        self.last + (1.0 - self.last) * left
    }
}

/// From here on, other data or another number of loops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// The first step of the stage.
    pub from: u64,
    /// What batches are made of from then on.
    #[serde(default)]
    pub data: Option<DataSpec>,
    /// How often the blocks are run from then on.
    #[serde(default)]
    pub loops: Option<Loops>,
}

impl TrainSpec {
    pub(super) fn check(&self, model: &ModelSpec) -> Checked<()> {
        within("train.steps", self.steps, 1, 1 << 40)?;
        within("train.batch", self.batch, 1, 1 << 20)?;
        within("train.optimiser.rate", self.optimiser.rate, 0.0, 1e3)?;
        within("train.optimiser.beta1", self.optimiser.beta1, 0.0, 1.0 - 1e-12)?;
        within("train.optimiser.beta2", self.optimiser.beta2, 0.0, 1.0 - 1e-12)?;
        within("train.optimiser.epsilon", self.optimiser.epsilon, 0.0, 1.0)?;
        within("train.optimiser.decay", self.optimiser.decay, 0.0, 1e3)?;
        within("train.schedule.last", self.schedule.last, 0.0, 1.0)?;
        within("train.schedule.warmup", self.schedule.warmup, 0, self.steps)?;
        if let Some(clip) = self.clip {
            within("train.clip", clip, 1e-12, 1e12)?;
        }
        let mut before = None;
        for (number, stage) in self.stages.iter().enumerate() {
            let place = format!("train.stages[{number}]");
            if let Some(loops) = stage.loops {
                loops.check(&format!("{place}.loops"))?;
                if model.loop_embedding && loops.most() > model.loops.most() {
                    return Err(Problem::new(
                        format!("{place}.loops"),
                        format!(
                            "{} loops, and the model has a row for each of {}",
                            loops.most(),
                            model.loops.most()
                        ),
                        "raise `model.loops` or lower it here",
                    ));
                }
            }
            if before.is_some_and(|before| stage.from <= before) {
                return Err(Problem::new(
                    format!("{place}.from"),
                    "the stage does not begin after the one before it",
                    "order the stages by their first step",
                ));
            }
            if stage.from >= self.steps {
                return Err(Problem::new(
                    format!("{place}.from"),
                    format!(
                        "the stage begins at step {}, and training ends after {}",
                        stage.from, self.steps
                    ),
                    "begin it earlier or raise `train.steps`",
                ));
            }
            before = Some(stage.from);
        }
        Ok(())
    }

    /// The stage of a step, if one has begun.
    #[must_use]
    pub fn stage(&self, step: u64) -> Option<&Stage> {
        self.stages.iter().rev().find(|stage| stage.from <= step)
    }

    /// What batches of a step are made of: that of the last stage that says so, or `first`.
    #[must_use]
    pub fn data_at<'a>(&'a self, step: u64, first: &'a DataSpec) -> &'a DataSpec {
        let begun = self.stages.iter().rev().filter(|stage| stage.from <= step);
        begun.filter_map(|stage| stage.data.as_ref()).next().unwrap_or(first)
    }

    /// How often the blocks are run in a step: as the last stage that says so, or `first`.
    #[must_use]
    pub fn loops_at(&self, step: u64, first: Loops) -> Loops {
        let begun = self.stages.iter().rev().filter(|stage| stage.from <= step);
        begun.filter_map(|stage| stage.loops).next().unwrap_or(first)
    }
}
