//! Running the loop: carries out what the state machine asks for.

pub(crate) mod drive;
pub(crate) mod enumerated;
pub(crate) mod family;
mod know;
pub(crate) mod learn;
pub(crate) mod observe;
pub(crate) mod paths;
pub(crate) mod report;
pub(crate) mod specify;
pub(crate) mod stamp;
pub(crate) mod strategic;
pub(crate) mod symbols;
pub(crate) mod traces;
mod valid;
