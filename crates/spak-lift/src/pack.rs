//! Packs of patterns: designs whose blocks say what to look for.
//!
//! ```text
//! system Lift_X {
//!     predicate name(x, y) { when: CONDITION }        // for all patterns of the pack
//!     pattern name {
//!         axis: "what is decided"                      // else the name
//!         says: "what it is, in a sentence"
//!         per: kernel                                  // or role, launch, file
//!         values: ["one", "other"]
//!         predicate name(x) { when: CONDITION }
//!         case "one" {
//!             when: CONDITION                          // each may be repeated: all must hold
//!             value: v                                 // else the name of the case
//!             role: r
//!             kernel: k                                // in patterns per file
//!             evidence: [x, y]                         // else all that was matched
//!             confidence: 0.9                          // else 1
//!             because: "text with {x}"
//!             all: true                                // also where an earlier case was found
//!         }
//!     }
//! }
//! ```

pub(crate) mod read;

use spak_model::Entry;
use spak_syntax::{Diagnostic, FileId, Span};

use crate::kinds::Kind;
use crate::term::{Goal, Mode, Set, Term};

/// Where a pattern is looked for, and for what only the first case that holds counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// In each kernel.
    #[default]
    Kernel,
    /// In each kernel, for each operand.
    Role,
    /// In each launch with its kernel.
    Launch,
    /// In each file with its functions, its kernels and those that it launches.
    File,
}

/// Patterns that belong together.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// The name of the design.
    pub name: String,
    /// In order.
    pub patterns: Vec<Pattern>,
}

/// A decision that kernels may have taken, and how it shows.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Its name.
    pub name: String,
    /// What is decided.
    pub axis: String,
    /// What it is, in a sentence.
    pub says: String,
    /// Where it is looked for.
    pub per: Per,
    /// How it may be decided.
    pub values: Vec<String>,
    /// In the order in which they are tried.
    pub cases: Vec<Case>,
    /// The file that it is written in.
    pub file: FileId,
    /// Its head.
    pub span: Span,
}

impl Pattern {
    /// How many conditions its cases have, those of predicates included.
    pub(crate) fn conditions(&self) -> usize {
        self.cases.iter().flat_map(|case| &case.goals).map(Goal::size).sum()
    }
}

/// One way in which a decision shows.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// How sure a finding is.
    pub confidence: f64,
    /// Whether it counts although an earlier case was found.
    pub all: bool,
    /// Its head.
    pub span: Span,
    pub(crate) goals: Vec<Goal>,
    pub(crate) modes: Vec<Mode>,
    /// Of each variable which nodes it can stand for.
    pub(crate) kinds: Vec<Kind>,
    pub(crate) value: Term,
    pub(crate) role: Option<Term>,
    pub(crate) kernel: Option<Term>,
    pub(crate) evidence: Option<Vec<usize>>,
    pub(crate) because: Vec<Piece>,
    /// Whether it asks which launch it is.
    pub(crate) asks_launch: bool,
    /// The variables that what is said depends on; `None` if it depends on what was matched, too.
    pub(crate) shown: Option<Set>,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Words.
    Words(String),
    /// What a variable stands for.
    Variable(usize),
}

impl Pack {
    /// Reads the patterns of a resolved design. A case with an error is left out.
    pub fn load(entries: &[Entry]) -> (Self, Vec<Diagnostic>) {
        read::pack(entries)
    }
}
