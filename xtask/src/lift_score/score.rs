//! The score of one file, its counts, and the bars that they are held against.

use std::collections::BTreeMap;

use super::axes::{self, Axes, Item, Outcome, Verdict};
use super::ratio::Ratio;
use super::report::Lifted;
use super::statements::{self, Scored as Statement};
use super::truth::Truth;
use super::tuning::{self, Scored as Tuning};
use super::words::Words;

/// The truth file whose axes were published; the bars for it are higher.
pub(crate) const PUBLISHED: &str = "tilegym-attention";
/// Dead items of the published file that must be found.
const DEAD_OF_PUBLISHED: usize = 8;

/// The score of one file.
pub(crate) struct Score<'t> {
    pub(crate) truth: &'t Truth,
    /// What kept the file from being lifted.
    pub(crate) failure: Option<String>,
    pub(crate) family: Option<String>,
    /// Kernels of the truth that were found by name.
    pub(crate) kernels: Ratio,
    pub(crate) axes: Axes<'t>,
    pub(crate) tuning: Vec<Tuning<'t>>,
    pub(crate) constraints: Vec<Statement<'t>>,
    pub(crate) dead: Vec<Statement<'t>>,
}

/// The counts of one file or of several.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    pub(crate) kernels: Ratio,
    /// Found items, by priority.
    pub(crate) recall: BTreeMap<String, Ratio>,
    /// The same, by exact lines only.
    pub(crate) strict: BTreeMap<String, Ratio>,
    /// Rows of the truth of which every item was found.
    pub(crate) whole: Ratio,
    /// Right findings of those on axes that the truth speaks about.
    pub(crate) precision: Ratio,
    /// Findings that the truth does not speak about.
    pub(crate) beyond: usize,
    pub(crate) tuning: Ratio,
    pub(crate) constraints: Ratio,
    pub(crate) dead: Ratio,
}

/// Something that must be reached.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) reached: String,
    pub(crate) asked: String,
    pub(crate) met: bool,
}

/// Compares what was lifted from a file with what is true of it.
pub(crate) fn score<'t>(
    truth: &'t Truth,
    lifted: &Lifted,
    failure: Option<String>,
    words: &Words,
) -> Score<'t> {
    let is_found = |names: &&Vec<String>| names.iter().any(|name| lifted.kernels.contains(name));
    Score {
        truth,
        failure,
        family: lifted.family.clone(),
        kernels: Ratio::count(truth.kernels.values(), is_found),
        axes: axes::score(truth, lifted, words),
        tuning: tuning::score(truth, lifted, words),
        constraints: statements::constraints(truth, lifted, words),
        dead: statements::dead(truth, lifted, words),
    }
}

impl Score<'_> {
    /// The counts of this file.
    pub(crate) fn counts(&self) -> Counts {
        let items = &self.axes.items;
        let mut whole: BTreeMap<&str, bool> = BTreeMap::new();
        for item in items {
            *whole.entry(&item.row.id).or_insert(true) &= item.outcome >= Outcome::Near;
        }
        let judged = self.axes.said.iter().filter(|said| said.verdict.counts());
        Counts {
            kernels: self.kernels,
            recall: by_priority(items, Outcome::Near),
            strict: by_priority(items, Outcome::Exact),
            whole: Ratio::count(whole.values(), |found| **found),
            precision: Ratio::count(judged, |said| said.verdict == Verdict::Right),
            beyond: self.axes.said.iter().filter(|said| !said.verdict.counts()).count(),
            tuning: Ratio::count(&self.tuning, |row| row.matched.is_some()),
            constraints: Ratio::count(&self.constraints, |one| one.matched.is_some()),
            dead: Ratio::count(&self.dead, |one| one.matched.is_some()),
        }
    }
}

fn by_priority(items: &[Item<'_>], least: Outcome) -> BTreeMap<String, Ratio> {
    let mut counts: BTreeMap<String, Ratio> = BTreeMap::new();
    for item in items {
        counts.entry(item.row.priority.clone()).or_default().add(item.outcome >= least);
    }
    counts
}

/// Items of all priorities.
pub(crate) fn all(counts: &BTreeMap<String, Ratio>) -> Ratio {
    let mut sum = Ratio::default();
    for count in counts.values() {
        sum += *count;
    }
    sum
}

impl Counts {
    /// Adds the counts of another file.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.recall, &other.recall), (&mut self.strict, &other.strict)]
        {
            for (priority, count) in theirs {
                *mine.entry(priority.clone()).or_default() += *count;
            }
        }
        self.kernels += other.kernels;
        self.whole += other.whole;
        self.precision += other.precision;
        self.beyond += other.beyond;
        self.tuning += other.tuning;
        self.constraints += other.constraints;
        self.dead += other.dead;
    }
}

/// The bars for the published file and for each of the others.
pub(crate) fn bars(scores: &[(&str, Counts)]) -> Vec<Bar> {
    let mut bars = Vec::new();
    for (name, counts) in scores {
        if *name == PUBLISHED {
            published(name, counts, &mut bars);
        } else {
            bars.push(other(name, counts));
        }
    }
    let mut sum = Counts::default();
    for (_, counts) in scores.iter().filter(|(name, _)| *name != PUBLISHED) {
        sum.add(counts);
    }
    if scores.iter().filter(|(name, _)| *name != PUBLISHED).count() > 1 {
        bars.push(other("the others together", &sum));
    }
    bars
}

fn published(name: &str, counts: &Counts, bars: &mut Vec<Bar>) {
    let p0 = counts.recall.get("P0").copied().unwrap_or_default();
    let shares = [
        ("recall of P0", p0, 95.0),
        ("recall", all(&counts.recall), 85.0),
        ("precision", counts.precision, 95.0),
        ("tuning", counts.tuning, 100.0),
        ("constraints", counts.constraints, 80.0),
    ];
    for (what, ratio, least) in shares {
        bars.push(Bar {
            name: format!("{name}: {what}"),
            reached: ratio.to_string(),
            asked: format!("at least {least}%"),
            met: ratio.percent().is_some_and(|percent| percent >= least),
        });
    }
    bars.push(Bar {
        name: format!("{name}: dead items"),
        reached: counts.dead.to_string(),
        asked: format!("at least {DEAD_OF_PUBLISHED}"),
        met: counts.dead.hit >= DEAD_OF_PUBLISHED,
    });
}

fn other(name: &str, counts: &Counts) -> Bar {
    let (recall, precision) = (all(&counts.recall), counts.precision);
    let reaches = |ratio: Ratio, least| ratio.percent().is_some_and(|percent| percent >= least);
    Bar {
        name: format!("{name}: recall at precision"),
        reached: format!("{recall} at {precision}"),
        asked: "at least 70% at 90%".to_owned(),
        met: reaches(recall, 70.0) && reaches(precision, 90.0),
    }
}
