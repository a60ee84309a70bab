//! Findings against rows of axes: recall over what is true, precision over what was said.
//!
//! A row stands for one item per kernel. An item is found by a finding whose axis, kernel, role (if the row
//! has one) and value agree in meaning, and of whose lines one is a line of the row, or next to one.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Finding, Lifted};
use super::truth::{Row, Truth};
use super::words::{Words, plain};

/// How far a line of a finding may be from a line of the truth.
const NEAR: u64 = 1;

/// A row in one of its kernels.
pub(crate) struct Item<'t> {
    pub(crate) row: &'t Row,
    /// The short name of the kernel in the truth.
    pub(crate) kernel: &'t str,
    pub(crate) outcome: Outcome,
    /// What was said about this axis, kernel and role.
    pub(crate) said: Vec<String>,
}

/// How far the best finding for an item gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing was said about it.
    Silent,
    /// Only other values were said.
    OtherValue,
    /// The value was said, with lines that are elsewhere.
    OtherLine,
    /// It was found, by a line next to one of the truth.
    Near,
    /// It was found, by a line of the truth or where none is needed.
    Exact,
}

/// Everything that was said about one axis, kernel and role with one value.
pub(crate) struct Said {
    pub(crate) axis: String,
    pub(crate) role: Option<String>,
    pub(crate) kernel: Option<String>,
    pub(crate) value: String,
    pub(crate) lines: BTreeSet<u64>,
    pub(crate) conditions: Vec<String>,
    pub(crate) verdict: Verdict,
}

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    WrongValue,
    WrongLine,
    WrongKernel,
    /// The axis is about operands, and the finding names none.
    NoRole,
    /// The truth does not speak about this: neither right nor wrong.
    Beyond,
}

impl Verdict {
    /// Whether the finding counts for precision.
    pub(crate) fn counts(self) -> bool {
        self != Self::Beyond
    }

    /// In words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::WrongValue => "wrong value",
            Self::WrongLine => "wrong line",
            Self::WrongKernel => "wrong kernel",
            Self::NoRole => "no role",
            Self::Beyond => "beyond the truth",
        }
    }
}

/// The scored items and findings of one file.
pub(crate) struct Axes<'t> {
    pub(crate) items: Vec<Item<'t>>,
    pub(crate) said: Vec<Said>,
}

/// Compares the findings with the rows.
pub(crate) fn score<'t>(truth: &'t Truth, lifted: &Lifted, words: &Words) -> Axes<'t> {
    let mut said = merge(&lifted.findings, words);
    let each = |row: &'t Row| row.kernels.iter().map(move |kernel| (row, kernel.as_str()));
    let scorer = Scorer { truth, words };
    let items: Vec<Item<'t>> =
        truth.axes.iter().flat_map(each).map(|place| scorer.item(place, &said)).collect();
    for one in &mut said {
        one.verdict = scorer.verdict(one, &items);
    }
    Axes { items, said }
}

/// Findings that say the same are one, so that a value found at ten places counts once.
fn merge(findings: &[Finding], words: &Words) -> Vec<Said> {
    let mut merged: BTreeMap<_, Said> = BTreeMap::new();
    for finding in findings {
        let (axis, implied) = words.axis(&finding.axis);
        let role = finding.role.clone().or(implied).map(|role| words.role(&role));
        let key = (finding.kernel.clone(), axis.clone(), role.clone(), plain(&finding.value));
        let one = merged.entry(key).or_insert_with(|| Said {
            axis,
            role,
            kernel: finding.kernel.clone(),
            value: finding.value.clone(),
            lines: BTreeSet::new(),
            conditions: Vec::new(),
            verdict: Verdict::Beyond,
        });
        one.lines.extend(&finding.lines);
        one.conditions.extend(finding.condition.clone());
    }
    merged.into_values().collect()
}

/// Whether one of `lines` is at most `far` from one of `truth`.
pub(crate) fn meets(lines: &BTreeSet<u64>, truth: &[u64], far: u64) -> bool {
    truth.iter().any(|t| lines.iter().any(|line| line.abs_diff(*t) <= far))
}

/// Whether one of `lines` is a line of the truth, or next to one.
pub(crate) fn is_near(lines: &[u64], truth: &[u64]) -> bool {
    meets(&lines.iter().copied().collect(), truth, NEAR)
}

struct Scorer<'t, 'w> {
    truth: &'t Truth,
    words: &'w Words,
}

impl<'t> Scorer<'t, '_> {
    fn item(&self, (row, kernel): (&'t Row, &'t str), said: &[Said]) -> Item<'t> {
        let about: Vec<&Said> = said
            .iter()
            .filter(|s| self.is_topic(s, row, Some(kernel)) && self.is_kernel(s, kernel))
            .collect();
        let outcome = about.iter().map(|s| self.outcome(s, row, kernel)).max();
        let show = |s: &&Said| format!("{} at {:?}", s.value, s.lines);
        Item {
            row,
            kernel,
            outcome: outcome.unwrap_or(Outcome::Silent),
            said: about.iter().map(show).collect(),
        }
    }

    /// How far a finding on the right axis, kernel and role gets.
    fn outcome(&self, said: &Said, row: &Row, kernel: &str) -> Outcome {
        let place = (self.truth.name.as_str(), row, kernel);
        if !self.words.is_value_of(place, &said.value, &said.conditions) {
            return Outcome::OtherValue;
        }
        let needs_no_line = row.lines.is_empty() || row.no_line_for.iter().any(|k| k == kernel);
        if needs_no_line || meets(&said.lines, &row.lines, 0) {
            return Outcome::Exact;
        }
        if meets(&said.lines, &row.lines, NEAR) { Outcome::Near } else { Outcome::OtherLine }
    }

    /// Whether a finding is about the axis and role of a row, whatever its kernel.
    ///
    /// Where the axis is not about operands, a finding without a role is about the row if there is no
    /// other role that it could mean in `kernel`.
    fn is_topic(&self, said: &Said, row: &Row, kernel: Option<&str>) -> bool {
        let (axis, roles) = self.topic(row);
        if axis != said.axis {
            return false;
        }
        match &said.role {
            _ if roles.is_empty() => true,
            Some(role) => roles.contains(role),
            None => !self.words.is_about_operands(&axis) && self.roles(&axis, kernel).len() == 1,
        }
    }

    fn topic(&self, row: &Row) -> (String, BTreeSet<String>) {
        let (axis, implied) = self.words.axis(&row.axis);
        let roles = row.roles.iter().chain(implied.as_ref().filter(|_| row.roles.is_empty()));
        (axis, roles.map(|role| self.words.role(role)).collect())
    }

    /// The roles of an axis in a kernel, or in all.
    fn roles(&self, axis: &str, kernel: Option<&str>) -> BTreeSet<String> {
        let is_in =
            |row: &&Row| kernel.is_none_or(|k| row.kernels.iter().any(|kernel| kernel == k));
        let topics = self.truth.axes.iter().filter(is_in).map(|row| self.topic(row));
        topics.filter(|(name, _)| name == axis).flat_map(|(_, roles)| roles).collect()
    }

    /// Whether a finding is about a kernel. One that names none is about the only one.
    fn is_kernel(&self, said: &Said, kernel: &str) -> bool {
        let names = self.truth.kernels.get(kernel);
        match &said.kernel {
            Some(name) => names.is_some_and(|names| names.contains(name)),
            None => self.truth.kernels.len() == 1,
        }
    }

    fn verdict(&self, said: &Said, items: &[Item<'_>]) -> Verdict {
        let names_of_truth = self.truth.kernels.values().flatten();
        if said.kernel.as_ref().is_some_and(|name| names_of_truth.clone().all(|n| n != name)) {
            return Verdict::Beyond;
        }
        let axis = items.iter().filter(|item| self.topic(item.row).0 == said.axis);
        let topic: Vec<_> =
            axis.clone().filter(|i| self.is_topic(said, i.row, Some(i.kernel))).collect();
        if topic.is_empty() {
            let lacks_role = said.role.is_none() && axis.count() > 0;
            return if lacks_role { Verdict::NoRole } else { Verdict::Beyond };
        }
        let here: Vec<_> = topic.iter().filter(|i| self.is_kernel(said, i.kernel)).collect();
        let best = here.iter().map(|item| self.outcome(said, item.row, item.kernel)).max();
        match best {
            None => Verdict::WrongKernel,
            Some(Outcome::Near | Outcome::Exact) => Verdict::Right,
            Some(Outcome::OtherLine) => Verdict::WrongLine,
            Some(Outcome::Silent | Outcome::OtherValue) if self.is_other_operand(said, &here) => {
                Verdict::Beyond
            }
            Some(Outcome::Silent | Outcome::OtherValue) => Verdict::WrongValue,
        }
    }

    /// Whether the truth speaks about an operand without saying which, and another finding is about that
    /// one: then this finding is about an operand that the truth leaves out.
    fn is_other_operand(&self, said: &Said, here: &[&&Item<'_>]) -> bool {
        let found = |item: &&&&Item<'_>| item.row.roles.is_empty() && item.outcome >= Outcome::Near;
        let is_operand = said.role.is_some() && self.words.is_about_operands(&said.axis);
        is_operand && here.iter().filter(found).count() == here.len()
    }
}
