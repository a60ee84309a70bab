//! Loops of a design, run: a policy before every effect, a journal behind it. Decision 0024.

mod integrated;
mod performed;
mod policy;
mod service;
pub(crate) mod swept;
mod world;

pub(crate) use performed::Performer;
pub(crate) use policy::Policy;
pub(crate) use service::serve;
pub(crate) use world::{Dry, Live};
