//! What became of learnt statements when their witnesses were run, as entries of theirs.

use spak_syntax::parse;

use super::{Edited, WriteError, Writer, edited, errors};
use crate::design::{Statement, key_of};
use crate::knowledge::Entry;
use crate::resting::{DEMOTED, RETIRED};
use crate::stamp::Stamp;

/// A change of one learnt statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// `fact` or `rule`.
    pub keyword: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub what: Became,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Became {
    /// All that stands in its scope was shown again: of the fact that says what a scope was measured with.
    Stamped {
        /// What that is now.
        stamp: Stamp,
        /// When and where that can be looked up, in words.
        witnessed: String,
    },
    /// Its witness was run and shows it, and so did those of all others of its scope: the stamp of the scope is its own.
    Shared,
    /// Its witness was run and shows it.
    Held {
        /// What it was run with, and when and where that can be looked up, in words.
        with: String,
    },
    /// Its witness was run and does not show it.
    Demoted {
        /// What was measured.
        by: String,
        /// As in `Held`.
        with: String,
    },
    /// A search is no shorter for it.
    Retired {
        /// The figures.
        by: String,
    },
    /// A search is shorter by so many trials.
    Worth {
        /// How many.
        trials: f64,
    },
}

/// Keys that a mark writes, so that another mark takes them away.
const OF_STANDING: [&str; 4] = ["status", "demoted_by", "demoted_with", "retired_by"];

impl Became {
    fn entries(&self) -> Vec<Entry> {
        match self {
            Self::Stamped { stamp, witnessed } => {
                let parts = stamp.parts().map(|(word, part)| Entry::text(word, part));
                parts.chain([Entry::text("witnessed", witnessed.clone())]).collect()
            }
            Self::Shared => Vec::new(),
            Self::Held { with } => vec![Entry::text("witnessed", with.clone())],
            Self::Demoted { by, with } => vec![
                Entry::text("status", DEMOTED),
                Entry::text("demoted_by", by.clone()),
                Entry::text("demoted_with", with.clone()),
            ],
            Self::Retired { by } => {
                vec![Entry::text("status", RETIRED), Entry::text("retired_by", by.clone())]
            }
            Self::Worth { trials } => vec![Entry::number("saves_trials", format!("{trials:.1}"))],
        }
    }

    /// What of an earlier mark no longer holds.
    fn removes(&self) -> Vec<&'static str> {
        let own: Vec<String> = self.entries().into_iter().map(|entry| entry.key).collect();
        let more: &[&str] = match self {
            Self::Retired { .. } => &["saves_trials"],
            Self::Shared => &["witnessed"],
            _ => &[],
        };
        let other = OF_STANDING.iter().chain(more).copied();
        other.filter(|key| !own.iter().any(|o| o == key)).collect()
    }
}

/// `design` with these marks on its learnt statements; one that there is not is passed over.
///
/// Nothing else changes: figures, comments and what a person wrote keep their bytes.
///
/// # Errors
/// When `design` has errors.
pub fn write_marks(design: &str, marks: &[Mark]) -> Result<Edited, WriteError> {
    let before = parse(design);
    let found = errors(before.diagnostics);
    if !found.is_empty() {
        return Err(WriteError::Unreadable(found));
    }
    let file =
        spak_syntax::ast::file(&spak_syntax::Parse { tree: before.tree, diagnostics: Vec::new() });
    let mut writer = Writer::new(design, &file.items);
    for mark in marks {
        writer.mark(mark);
    }
    edited(design, writer)
}

impl Writer<'_> {
    fn mark(&mut self, mark: &Mark) {
        let same = |s: &&Statement<'_>| {
            s.keyword() == mark.keyword && s.name() == mark.name && s.is_learned()
        };
        let Some(statement) = self.known.iter().find(same).copied() else { return };
        let before = self.edits.len();
        let gone = mark.what.removes();
        let gone = statement.pairs().filter(|p| gone.contains(&key_of(&p.key).as_str()));
        let gone: Vec<_> = gone.map(|p| p.span).collect();
        self.remove_pairs(statement, &gone);
        self.set(statement, &mark.what.entries());
        let changed = self.edits.len() > before;
        let list = if changed { &mut self.replaced } else { &mut self.unchanged };
        list.push(mark.name.clone());
    }
}

/// Whether a demoted statement stays so although something was learnt that says it again: what was learnt was measured
/// with something else than what demoted it, and so was the claim before.
pub(super) fn stays_out(statement: Statement<'_>, learned_with: &Stamp) -> bool {
    let text = |key: &str| statement.texts(key).next();
    match text("status").as_deref() {
        Some(RETIRED) => true,
        Some(DEMOTED) => {
            let demoted = Stamp::parse(&text("demoted_with").unwrap_or_default());
            demoted.toolchain.is_none()
                || [&demoted.toolchain, &demoted.driver, &demoted.templates]
                    != [&learned_with.toolchain, &learned_with.driver, &learned_with.templates]
        }
        _ => false,
    }
}
