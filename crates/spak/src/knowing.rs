//! What a design knows, asked of the rule engine: in which situation, what follows, and what that does to the
//! space.

mod effects;
mod print;
mod question;
mod report;
mod situation;
mod trials;

pub(crate) use effects::{equals, implies, not};
pub(crate) use print::print;
pub(crate) use question::Question;
pub(crate) use report::{Told, report};
pub(crate) use situation::{Situation, Where, located};
