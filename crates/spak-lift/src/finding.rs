//! What is found.

use spak_program::{Condition, KernelId, LaunchId, Site};
use spak_syntax::Span;

/// A decision that a kernel has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The pack whose pattern found it.
    pub pack: String,
    /// The pattern.
    pub pattern: String,
    /// The case of the pattern.
    pub case: String,
    /// Where the case is written, in the file of the pattern.
    pub written: Span,
    /// What was decided.
    pub axis: String,
    /// How.
    pub value: String,
    /// The kernel that it is about.
    pub kernel: Option<KernelId>,
    /// The launch that it is about, for patterns that look at launches.
    pub launch: Option<LaunchId>,
    /// The operand that it is about.
    pub role: Option<String>,
    /// Where it shows, in order, each place once.
    pub sites: Vec<Site>,
    /// Under what it holds: what all ways to find it have in common.
    pub conditions: Vec<Condition>,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// Why, in a sentence.
    pub because: String,
}

/// Something to know about a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The pattern.
    pub pattern: String,
    /// The case of the pattern.
    pub case: String,
    /// The kernel.
    pub kernel: Option<KernelId>,
    /// What.
    pub text: String,
}

/// All that patterns have found in a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What is found, by pack and pattern, then by kernel.
    pub findings: Vec<Finding>,
    /// What was not looked at to the end.
    pub notes: Vec<Note>,
}
