//! What is wrong with a spec, with data or with a checkpoint.

/// A problem with its place, its reason and its repair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}; {repair}")]
pub struct Problem {
    /// Which setting, file or parameter, as `model.heads`.
    pub place: String,
    /// What is wrong.
    pub reason: String,
    /// What would put it right.
    pub repair: String,
}

impl Problem {
    pub(crate) fn new(
        place: impl Into<String>,
        reason: impl Into<String>,
        repair: impl Into<String>,
    ) -> Self {
        Self { place: place.into(), reason: reason.into(), repair: repair.into() }
    }
}

/// The work or what is wrong.
pub type Checked<T> = Result<T, Problem>;
