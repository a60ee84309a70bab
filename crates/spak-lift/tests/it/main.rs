//! Patterns over programs that are built by hand.

mod kernels;
mod language;
mod matching;
mod packs;
mod properties;
mod reference;
mod relations;
mod speed;
mod support;
mod tuning;
