//! What is trained, on what, and how: plain settings, and whether they fit together.
//!
//! These are the border of this crate: a design's graph is translated into them. They are serializable so that a
//! checkpoint holds them and a trace can be read without its program.

mod data;
mod model;
mod train;

pub use data::{Addition, Alignment, DataSpec, Lengths, Sampler};
pub use model::{Activation, Injection, Loops, Mlp, ModelSpec, Norm, NormKind, Positions, Readout};
pub use train::{Optimiser, Precision, Randomness, Schedule, Shape, Stage, TrainSpec};

use serde::{Deserialize, Serialize};

use crate::problem::{Checked, Problem};

/// Everything that a run depends on besides the bytes of its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The network.
    pub model: ModelSpec,
    /// What batches are made of.
    pub data: DataSpec,
    /// Steps, optimiser and schedule.
    pub train: TrainSpec,
}

impl Spec {
    /// Whether the settings can be trained at all; the first problem otherwise.
    ///
    /// # Errors
    /// A setting that is out of range or does not fit another one.
    pub fn check(&self) -> Checked<()> {
        self.model.check()?;
        self.data.check("data", &self.model)?;
        self.train.check(&self.model)?;
        for (number, stage) in self.train.stages.iter().enumerate() {
            if let Some(data) = &stage.data {
                data.check(&format!("train.stages[{number}].data"), &self.model)?;
                if !data.same_kind(&self.data) {
                    return Err(Problem::new(
                        format!("train.stages[{number}].data"),
                        "a stage cannot change the kind of data, since tokens would change their meaning",
                        "give it the kind that `data` has",
                    ));
                }
            }
        }
        Ok(())
    }

    /// A hash of all settings, of its own scheme.
    #[must_use]
    pub fn hash(&self) -> String {
        // Settings are plain numbers, words and lists: they always have a text.
        let text = serde_json::to_string(self).unwrap_or_default();
        format!("spak-train-spec-1:{}", blake3::hash(text.as_bytes()).to_hex())
    }
}

/// A number that must lie in a range.
fn within<T: PartialOrd + std::fmt::Display>(
    place: &str,
    value: T,
    low: T,
    high: T,
) -> Checked<()> {
    if value >= low && value <= high {
        return Ok(());
    }
    let repair = format!("give it a value between {low} and {high}");
    Err(Problem::new(place, format!("{value} is out of range"), repair))
}
