//! Python sources written otherwise, with the same meaning: what is said of the one must be said of the other.
//!
//! Each mutation says where every token went and what every name became, so that what was found in the
//! mutant can be compared with what is true of the original.

mod alias;
mod chance;
mod format;
mod names;
mod original;
mod rename;
mod reorder;
mod rewrite;
mod strings;

use std::collections::{BTreeMap, BTreeSet};

use rewrite::Rewritten;
use ruff_text_size::Ranged as _;

/// A way to write a file otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// Whatever the file itself defines gets a name that means nothing.
    Rename,
    /// Functions, classes and methods stand in another order.
    Reorder,
    /// What is imported is imported in another way, or has a second name.
    Alias,
    /// Lines, indentation, quotes, brackets, comments and docstrings are others.
    Format,
}

impl Mutation {
    /// All of them, in the order in which they can be applied to one file.
    pub const ALL: [Self; 4] = [Self::Rename, Self::Reorder, Self::Alias, Self::Format];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Reorder => "reorder",
            Self::Alias => "alias",
            Self::Format => "format",
        }
    }

    /// The mutation of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// A file that was written otherwise.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Its text.
    pub text: String,
    /// The lines of the original on each of its lines, from line 1 on.
    lines: Vec<BTreeSet<u64>>,
    /// What each new name was.
    names: BTreeMap<String, String>,
    /// Lines of the original that had something and have nothing left: comments and docstrings.
    gone: BTreeSet<u64>,
}

/// Writes `text` otherwise by each of `mutations`, one after the other; the same seed gives the same text.
///
/// # Errors
/// When the text, or what becomes of it, is not Python.
pub fn mutate(text: &str, mutations: &[Mutation], seed: u64) -> Result<Mutant, String> {
    let count = text.lines().count() as u64;
    let mut mutant = Mutant {
        text: text.to_owned(),
        lines: (1..=count.max(1)).map(|line| BTreeSet::from([line])).collect(),
        names: BTreeMap::new(),
        gone: BTreeSet::new(),
    };
    for mutation in mutations {
        mutant = mutant.then(*mutation, seed)?;
    }
    Ok(mutant)
}

impl Mutant {
    fn then(self, mutation: Mutation, seed: u64) -> Result<Self, String> {
        let before = self.text.clone();
        let original = original::Original::of(&before)?;
        let (rewritten, new_names) = match mutation {
            Mutation::Rename => rename::rename(&original, seed),
            Mutation::Reorder => (reorder::reorder(&original, seed), BTreeMap::new()),
            Mutation::Alias => alias::alias(&original, seed),
            Mutation::Format => (format::format(&original, seed), BTreeMap::new()),
        };
        ruff_python_parser::parse_module(&rewritten.text)
            .map_err(|error| format!("{} made no Python: {error}", mutation.name()))?;
        Ok(self.with(&original, rewritten, new_names))
    }

    fn with(
        self,
        original: &original::Original<'_>,
        rewritten: Rewritten,
        new_names: BTreeMap<String, String>,
    ) -> Self {
        let Rewritten { text, anchors } = rewritten;
        let (old_lines, new_lines) = (rewrite::Lines::of(original.text), rewrite::Lines::of(&text));
        let mut lines: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); new_lines.count()];
        let mut kept = BTreeSet::new();
        for (old, new) in &anchors {
            let old = old_lines.line(*old);
            kept.insert(old);
            if let Some(line) = lines.get_mut(new_lines.line(*new)) {
                line.extend(self.lines.get(old).into_iter().flatten());
            }
        }
        let had: BTreeSet<usize> =
            original.anchors().iter().map(|at| old_lines.line(*at)).collect();
        let lost = had.difference(&kept).filter_map(|line| self.lines.get(*line)).flatten();
        let lost: BTreeSet<u64> = lost.copied().collect();
        let there: BTreeSet<u64> = lines.iter().flatten().copied().collect();
        let gone = self.gone.iter().chain(&lost).filter(|line| !there.contains(line));
        let gone = gone.copied().collect();
        let mut names: BTreeMap<String, String> =
            new_names.into_iter().map(|(new, old)| (new, back(&old, &self.names))).collect();
        for (new, old) in self.names {
            names.entry(new).or_insert(old);
        }
        Self { text, lines, names, gone }
    }

    /// The lines of the original that are on a line of the mutant, or on the next one that has some.
    pub fn lines_back(&self, line: u64) -> BTreeSet<u64> {
        let at = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
        let from = self.lines.get(at..).unwrap_or_default();
        let before = self.lines.get(..at.min(self.lines.len())).unwrap_or_default();
        let nearest = from.iter().chain(before.iter().rev()).find(|lines| !lines.is_empty());
        nearest.cloned().unwrap_or_default()
    }

    /// A text about the mutant with the names of the original.
    pub fn names_back(&self, text: &str) -> String {
        back(text, &self.names)
    }

    /// A text about the mutant with the names of the original, in which what was a name of the original, and is
    /// none of the mutant, is marked: nobody who read the mutant alone can know it.
    pub fn names_back_strictly(&self, text: &str) -> String {
        let mut old: BTreeSet<&str> = self.names.values().map(String::as_str).collect();
        for word in self.written() {
            old.remove(word);
        }
        words(text, |word| match self.names.get(word) {
            Some(name) => name.clone(),
            None if old.contains(word) => format!("not_{word}"),
            None => word.to_owned(),
        })
    }

    /// The words of the mutant's code: its names, and its texts of one word.
    fn written(&self) -> Vec<&str> {
        let Ok(parsed) = ruff_python_parser::parse_module(&self.text) else { return Vec::new() };
        let code = parsed.tokens().iter().filter(|token| !token.kind().is_comment());
        let text = |range: ruff_text_size::TextRange| self.text.get(range.to_std_range());
        code.filter_map(|token| text(token.range()))
            .map(|text| text.trim_matches(['\'', '"']))
            .collect()
    }

    /// How many names are others.
    pub fn renamed(&self) -> usize {
        self.names.len()
    }

    /// Whether a line of the original had something of which nothing is left.
    pub fn is_gone(&self, line: u64) -> bool {
        self.gone.contains(&line)
    }
}

/// The text with each word that is a new name replaced by the old one.
fn back(text: &str, names: &BTreeMap<String, String>) -> String {
    words(text, |word| names.get(word).map_or(word, String::as_str).to_owned())
}

/// The text with each word replaced.
fn words(text: &str, mut by: impl FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let mut end = |word: &mut String, out: &mut String| {
        if !word.is_empty() {
            out.push_str(&by(word));
            word.clear();
        }
    };
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            end(&mut word, &mut out);
            out.push(c);
        }
    }
    end(&mut word, &mut out);
    out
}
