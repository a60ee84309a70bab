//! One file a verb.

pub(crate) mod bench;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod generate;
pub(crate) mod hash;
pub(crate) mod learn;
pub(crate) mod library;
pub(crate) mod lift;
pub(crate) mod lock;
pub(crate) mod new;
pub(crate) mod node;
pub(crate) mod predict;
pub(crate) mod report;
pub(crate) mod run_loop;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod space;
pub(crate) mod toolchain;
pub(crate) mod trace;
pub(crate) mod tune;
pub(crate) mod verify;
pub(crate) mod why;
