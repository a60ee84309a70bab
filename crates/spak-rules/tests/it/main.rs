//! The engine through its public interface.

mod conclusions;
mod conflicts;
mod many;
mod proofs;
mod random;
mod speed;
mod words;
