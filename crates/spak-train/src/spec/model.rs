//! The network: tables, blocks, loops, readout.

use serde::{Deserialize, Serialize};

use super::within;
use crate::problem::{Checked, Problem};

/// A transformer whose blocks may be run several times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Numbers of a row between blocks.
    pub width: usize,
    /// Attention heads; they divide the width.
    pub heads: usize,
    /// Different blocks, run one after the other in each loop.
    pub blocks: usize,
    /// How often the blocks are run.
    pub loops: Loops,
    /// What each loop but the first adds to the state.
    #[serde(default)]
    pub injection: Injection,
    /// Whether each loop adds a learned row of its own.
    #[serde(default)]
    pub loop_embedding: bool,
    /// After which loops the scores are read and learnt from.
    #[serde(default)]
    pub readout: Readout,
    /// How rows know where they are.
    pub positions: Positions,
    /// Entries of each further table of ids, 0 being "no id"; the data says which ids a row has.
    #[serde(default)]
    pub id_tables: Vec<usize>,
    /// The norm before each half of a block.
    pub norm: Norm,
    /// Whether the sum of the tables is normalised before the first block.
    #[serde(default)]
    pub norm_input: bool,
    /// Whether the state is normalised before it is read.
    #[serde(default = "yes")]
    pub norm_output: bool,
    /// The feed-forward half of a block.
    pub mlp: Mlp,
    /// Whether the table of tokens is also the readout's matrix.
    #[serde(default)]
    pub tied: bool,
    /// Whether a row sees only those before it. Only tests have a reason to say no.
    #[serde(default = "yes")]
    pub causal: bool,
    /// Deviation of initial matrices and tables.
    pub deviation: f64,
    /// Whether matrices that write to the state start smaller, by the root of how many write.
    #[serde(default)]
    pub scaled_start: bool,
}

fn yes() -> bool {
    true
}

/// How often the blocks are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loops {
    /// The same number in each step.
    Fixed(usize),
    /// A number drawn anew for each step, both ends included; evaluation takes the larger one.
    Drawn(usize, usize),
}

impl Loops {
    /// The most loops of a training step.
    #[must_use]
    pub fn most(self) -> usize {
        match self {
            Self::Fixed(count) | Self::Drawn(_, count) => count,
        }
    }

    pub(super) fn check(self, place: &str) -> Checked<()> {
        let (low, high) = match self {
            Self::Fixed(count) => (count, count),
            Self::Drawn(low, high) => (low, high),
        };
        within(place, low, 1, 1000)?;
        within(place, high, low, 1000)
    }
}

/// What each loop but the first adds to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Injection {
    /// Nothing.
    #[default]
    None,
    /// What the blocks got first.
    Add,
}

/// After which loops the scores are read and learnt from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readout {
    /// After the last one.
    #[default]
    Last,
    /// After each of the second half, all alike (loop `l` of `n` with `l >= n / 2`, from 0).
    SecondHalf,
    /// After each, with these weights; the last weight is repeated, and their sum is divided out.
    Weighted(Vec<f64>),
}

impl Readout {
    /// The weight of each of `loops` loops; they add up to 1.
    #[must_use]
    pub fn weights(&self, loops: usize) -> Vec<f64> {
        let raw: Vec<f64> = (0..loops)
            .map(|l| match self {
                Self::Last => f64::from(u8::from(l + 1 == loops)),
                Self::SecondHalf => f64::from(u8::from(l >= loops / 2)),
                Self::Weighted(weights) => {
                    weights.get(l).or(weights.last()).copied().unwrap_or(0.0)
                }
            })
            .collect();
        let total: f64 = raw.iter().sum();
        // Weights whose first ones are 0 may all be 0 in a short draw: then the last loop is read.
        if total > 0.0 {
            raw.iter().map(|w| w / total).collect()
        } else {
            Self::Last.weights(loops)
        }
    }
}

/// How rows know where they are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Positions {
    /// Not at all, but for what the causal mask and id tables tell.
    None,
    /// A learned row for each position up to this many.
    Learned(usize),
    /// Queries and keys are turned by angles of this base.
    Rotary(f64),
}

/// Which norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// Divided by the root of the mean square.
    Rms,
    /// Centred, and divided by the deviation.
    Layer,
}

/// A norm with its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norm {
    /// Which one.
    pub kind: NormKind,
    /// Whether it has a learned factor for each number.
    #[serde(default)]
    pub gain: bool,
    /// What is added to the mean square.
    pub epsilon: f64,
}

/// A function between the products of a feed-forward layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// x times its sigmoid.
    Silu,
    /// GELU in its approximation by tanh.
    GeluTanh,
}

/// The feed-forward half of a block.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Mlp {
    /// Two products with a function between them.
    Plain {
        /// Which function.
        activation: Activation,
        /// Rows between the products.
        hidden: usize,
    },
    /// `silu(x w) (x v)` and a product.
    SwiGlu {
        /// Rows between the products.
        hidden: usize,
    },
}

impl Mlp {
    /// Rows between the products.
    #[must_use]
    pub fn hidden(self) -> usize {
        match self {
            Self::Plain { hidden, .. } | Self::SwiGlu { hidden } => hidden,
        }
    }
}

impl ModelSpec {
    /// Whether the network can be built.
    pub(super) fn check(&self) -> Checked<()> {
        within("model.width", self.width, 1, 1 << 16)?;
        within("model.heads", self.heads, 1, self.width)?;
        within("model.blocks", self.blocks, 1, 1000)?;
        self.loops.check("model.loops")?;
        within("model.deviation", self.deviation, 0.0, 100.0)?;
        within("model.norm.epsilon", self.norm.epsilon, 0.0, 1.0)?;
        if !self.width.is_multiple_of(self.heads) {
            return Err(Problem::new(
                "model.heads",
                format!("{} heads do not divide a width of {}", self.heads, self.width),
                "choose a divisor",
            ));
        }
        within("model.mlp.hidden", self.mlp.hidden(), 1, 1 << 18)?;
        for (number, entries) in self.id_tables.iter().enumerate() {
            within(&format!("model.id_tables[{number}]"), *entries, 1, 1 << 20)?;
        }
        if let Readout::Weighted(weights) = &self.readout
            && !(weights.iter().all(|w| w.is_finite() && *w >= 0.0)
                && weights.iter().any(|w| *w > 0.0))
        {
            return Err(Problem::new(
                "model.readout",
                "no loop is read, or a weight is negative",
                "give weights that are not negative, at least one of them positive",
            ));
        }
        match self.positions {
            Positions::Rotary(base) => {
                within("model.positions", base, 1.0 + 1e-9, 1e12)?;
                if !(self.width / self.heads).is_multiple_of(2) {
                    return Err(Problem::new(
                        "model.positions",
                        format!(
                            "rotary positions turn pairs, and a head has {} numbers",
                            self.width / self.heads
                        ),
                        "choose width and heads so that a head has an even number",
                    ));
                }
                Ok(())
            }
            Positions::Learned(entries) => within("model.positions", entries, 1, 1 << 20),
            Positions::None => Ok(()),
        }
    }
}
