//! Whether the place of a statement among its siblings matters: statements are done one after the other,
//! declarations hold all at once.

use crate::entry::{Content, Entry};
use crate::vocabulary::{Expect, Kind};

/// How the statements of a block follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Declarations; what is a statement by its own word keeps its place.
    No,
    /// Blocks that the language does not know are steps, too.
    Steps,
    /// Every statement has its place.
    Yes,
}

/// Parts of a layer that say what is done, one line after the other.
const COMPUTATIONS: &[&str] = &[
    "adaptive_compute",
    "backpropagation",
    "bptt",
    "computation",
    "for",
    "For",
    "halting",
    "Init",
    "initialization",
    "loss",
    "Loss",
    "procedure",
    "readout",
    "transition",
    "Transition",
    "Update",
];

/// Words that begin a statement, whatever the language calls it.
const STATEMENTS: &[&str] = &[
    "elif", "else", "emit", "except", "finally", "for", "For", "foreach", "if", "let", "parallel",
    "repeat", "return", "try", "until", "while",
];

impl Order {
    /// The order of what is inside of `entry`, which stands in a block of order `outer`.
    pub(crate) fn inside(outer: Self, entry: &Entry) -> Self {
        use Kind as K;
        match entry.kind {
            Some(K::Step | K::If | K::Success) => Self::Yes,
            Some(K::AgentLoop | K::EngineeringLoop | K::ServiceLoop | K::Task) => Self::Steps,
            // The first case that holds is the one that is found.
            Some(K::Pattern) => Self::Yes,
            Some(K::Part) if COMPUTATIONS.contains(&entry.key()) => Self::Yes,
            None if is_statement(entry) => Self::Yes,
            // A group of its own kind inside of a computation.
            None => outer,
            Some(_) => Self::No,
        }
    }

    /// Whether the place of `child` in a block of this order matters.
    pub(crate) fn keeps(self, child: &Entry) -> bool {
        use Kind as K;
        if child.is_line() {
            return child.slot().is_none_or(|s| s.expect != Expect::Condition);
        }
        // Prompts refer to them by number: `{{axiom.1}}`.
        if matches!(child.kind, Some(K::Axiom | K::Heuristic | K::Prediction))
            && child.name.is_none()
        {
            return true;
        }
        let is_block = matches!(child.content, Content::Block(_));
        match self {
            Self::Yes => true,
            Self::Steps if child.kind.is_none() && is_block => true,
            Self::Steps | Self::No => {
                matches!(child.kind, Some(K::Step | K::If | K::Tool | K::Llm))
                    || is_statement(child)
            }
        }
    }
}

/// Whether an entry is a statement by its own words: a loop, a branch, something that is given a value.
pub(crate) fn is_statement(entry: &Entry) -> bool {
    let is_block = matches!(entry.content, Content::Block(_));
    let begins = matches!(entry.kind, None | Some(Kind::Part | Kind::If))
        && STATEMENTS.contains(&entry.key())
        && (is_block || matches!(entry.key(), "else" | "emit" | "let" | "return"));
    begins || entry.kind.is_none() && gives_value(entry)
}

fn gives_value(entry: &Entry) -> bool {
    let signs = ["=", ":=", "+=", "-=", "*=", "/=", "@=", "←", "<-"];
    entry.head.words.iter().skip(1).any(|w| signs.contains(&w.text.as_str()))
}
