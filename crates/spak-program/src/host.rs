//! What the host does with kernels: launches, and lists of configs to choose from.

use crate::graph::{Argument, Condition, KernelId, NodeId, ScopeId, Site};

/// A launch of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaunchId(pub u32);

/// A list of configs of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigsId(pub u32);

/// One config that may be chosen.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its fields, in order.
    pub fields: Vec<(String, NodeId)>,
    /// Under what it is in the list.
    pub conditions: Vec<Condition>,
    /// Where it is written.
    pub site: Site,
}

/// How one of several configs is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All are timed.
    Exhaustive,
    /// The first is taken.
    First,
    /// A formula decides.
    Heuristic,
    /// There is nothing to choose.
    Fixed,
}

impl Strategy {
    /// As it is printed, and as patterns call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exhaustive => "exhaustive",
            Self::First => "first",
            Self::Heuristic => "heuristic",
            Self::Fixed => "fixed",
        }
    }
}

/// A list of configs.
#[derive(Clone, Debug)]
pub struct Configs {
    /// In order.
    pub configs: Vec<Config>,
    /// How one is chosen.
    pub strategy: Strategy,
    /// What the choice is remembered by: parts of a key.
    pub key: Vec<NodeId>,
    /// Other things said to the tuner: `timeout`, `prune`, `reset`…
    pub options: Vec<Argument>,
    /// Where the choice is made.
    pub site: Site,
    /// The run in which that is.
    pub scope: ScopeId,
}

/// A hint that a launch carries.
#[derive(Clone, Debug)]
pub struct Hint {
    /// `occupancy`, `num_ctas`, `num_warps`, `num_stages`, `opt_level`…
    pub name: String,
    /// Its value.
    pub value: NodeId,
    /// Where it was set: at the declaration, or on the way to the launch.
    pub site: Site,
}

/// What a launch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaunchKind {
    /// The work itself.
    Real,
    /// A trial of an autotuner.
    Trial,
}

/// A launch.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What is launched.
    pub kernel: KernelId,
    /// What for.
    pub kind: LaunchKind,
    /// How many blocks, by axis.
    pub grid: Vec<NodeId>,
    /// For each parameter of the kernel its value, as far as it is known.
    pub arguments: Vec<Option<NodeId>>,
    /// Hints that reach the compiler by this launch.
    pub hints: Vec<Hint>,
    /// The list whose config it uses.
    pub configs: Option<ConfigsId>,
    /// The undecided conditions around it.
    pub conditions: Vec<Condition>,
    /// Where it is written.
    pub site: Site,
    /// The run in which it is.
    pub scope: ScopeId,
}
