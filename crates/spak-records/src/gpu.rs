//! What runs on a GPU: arrays of a problem, kernels that were compiled for it, and what a node is sent.

use serde::{Deserialize, Serialize};

use crate::dtype::Dtype;

/// An array of a problem as it lies in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrayPlan {
    /// The name that operator and kernel have for it.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Type of its elements.
    pub dtype: Dtype,
    /// Its sizes in the order of the operator's description.
    pub shape: Vec<u64>,
    /// How many elements apart neighbours are along each of these axes; memory has no gaps.
    pub strides: Vec<u64>,
    /// The axes of the description in the order in which the kernel sees them.
    pub order: Vec<usize>,
}

/// What an array is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It is read.
    Input {
        /// What it holds.
        fill: Fill,
    },
    /// It is written.
    Output {
        /// How many of the last axes the reference computes at once.
        row_axes: usize,
        /// The type that sums of this output are kept in at least, operands of later products included.
        computed_in: Dtype,
        /// How many terms such a sum has.
        terms: u64,
        /// Where additions cut off instead of rounding.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut: Option<Cut>,
    },
}

/// Additions that cut off, as those of matrix units do: what is lost all points to zero, and adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// How many of them a sum takes, one after the other.
    pub additions: u64,
    /// How many bits behind the leading one are kept.
    pub bits: u32,
}

impl Cut {
    /// What a sum may be off by, relative to what it is: each addition by a unit in the last place of what there is by
    /// then, which in the mean is half of it.
    fn drift(self) -> f64 {
        self.additions as f64 * 0.5 * (-f64::from(self.bits)).exp2()
    }
}

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Independent normal numbers.
    Normal,
    /// Whole numbers from 0 to one below this.
    Below(u64),
    /// What follows from the inputs before it, such as what a forward pass left: the reference has a kernel for it.
    Computed,
}

impl ArrayPlan {
    /// How many elements it has.
    pub fn elements(&self) -> u64 {
        self.shape.iter().fold(1, |all, length| all.saturating_mul(*length))
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> u64 {
        self.elements().saturating_mul(self.dtype.bytes())
    }

    /// Sizes in the order in which the kernel sees them.
    pub fn seen_shape(&self) -> Vec<u64> {
        self.order.iter().filter_map(|axis| self.shape.get(*axis).copied()).collect()
    }

    /// Strides in the order in which the kernel sees them.
    pub fn seen_strides(&self) -> Vec<u64> {
        self.order.iter().filter_map(|axis| self.strides.get(*axis).copied()).collect()
    }

    /// What an honest kernel's result, and each term of its sums, may be off by, relative to itself
    /// (`operators/README.md`); configs of a problem may differ in it.
    pub fn roundoffs(&self) -> (f64, f64) {
        let (term, drift) = match &self.role {
            Role::Output { computed_in, terms, cut, .. } => {
                let rounded = Dtype::F32.roundoff() * (*terms as f64).sqrt();
                (computed_in.roundoff() + rounded, cut.map_or(0.0, Cut::drift))
            }
            Role::Input { .. } => (0.0, 0.0),
        };
        // Terms count eight times where they are compared, which is for what is independent of each other.
        (self.dtype.roundoff() + drift, term + drift / 8.0)
    }

    /// Whether it is written.
    pub fn is_output(&self) -> bool {
        matches!(self.role, Role::Output { .. })
    }
}
