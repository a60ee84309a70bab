//! What was printed of figures: a number on a page counts as one only if it stands here as it stands there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// What one text was made as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Issued {
    /// Traces of the figures that print like this.
    pub(crate) traces: BTreeSet<String>,
    /// Whether it was given.
    pub(crate) is_given: bool,
}

/// The texts of all figures of a page.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<String, Issued>>);

impl Ledger {
    /// Notes a figure's text.
    pub(crate) fn issue(&self, text: &str, traces: impl IntoIterator<Item = String>) {
        self.with(text, |issued| issued.traces.extend(traces));
    }

    /// Notes a given text.
    pub(crate) fn issue_given(&self, text: &str) {
        self.with(text, |issued| issued.is_given = true);
    }

    fn with(&self, text: &str, note: impl FnOnce(&mut Issued)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        note(all.entry(text.to_owned()).or_default());
    }

    /// What `text` was made as.
    pub(crate) fn issued(&self, text: &str) -> Option<Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }
}
