//! Kernels for a GPU: from a design and its workloads to binaries, and to a file that a node runs.

pub(crate) mod bundle;
pub(crate) mod choose;
pub(crate) mod compare;
pub(crate) mod compile;
pub(crate) mod cover;
pub(crate) mod design;
pub(crate) mod errand;
pub(crate) mod examine;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod looped;
pub(crate) mod node;
pub(crate) mod opened;
pub(crate) mod operator;
pub(crate) mod propose;
pub(crate) mod remote;
pub(crate) mod taken;
pub(crate) mod target;
pub(crate) mod trying;
pub(crate) mod twins;
pub(crate) mod verify;
