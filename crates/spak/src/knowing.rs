//! What a design knows, asked of the rule engine: in which situation, what follows, and what that does to the
//! space.

mod checked;
mod effects;
mod examples;
mod print;
mod question;
mod report;
mod situation;
mod trials;

pub(crate) use checked::checked;
pub(crate) use examples::examples;
pub(crate) use print::print;
pub(crate) use question::Question;
pub(crate) use report::{Told, report};
pub(crate) use situation::{Situation, Where};
