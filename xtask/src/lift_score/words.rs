//! Which words mean the same: `xtask/lift-synonyms.json`, whose first field says how it is read.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::read::Node;
use super::truth::Row;

/// The table of the repository.
const TABLE: &str = include_str!("../../lift-synonyms.json");

/// Everything that the table says.
pub(crate) struct Words {
    /// Canonical axis and the role that the name implies, by other name.
    axes: BTreeMap<String, (String, Option<String>)>,
    roles: Vec<BTreeSet<String>>,
    operand_axes: BTreeSet<String>,
    values: Vec<Group>,
    accepted: Vec<Accepted>,
    constraint_kinds: BTreeMap<String, BTreeSet<String>>,
    hazard_kinds: Vec<BTreeSet<String>>,
    symbols: Vec<BTreeSet<String>>,
    no_symbols: BTreeSet<String>,
}

/// Words that mean the same on some axes.
struct Group {
    axes: BTreeSet<String>,
    words: BTreeSet<String>,
    within_domain: bool,
}

/// What may be said where the truth has another word.
struct Accepted {
    axis: String,
    truth: String,
    said: BTreeSet<String>,
    /// The truth file and the id of its row; any if there is none.
    only: Option<(String, String)>,
    /// The kernels of that row; all if empty.
    kernels: Vec<String>,
}

/// A word as it is compared: lower case, one `_` between parts, nothing around punctuation.
pub(crate) fn plain(word: &str) -> String {
    let mut out = String::new();
    for part in word.trim().to_lowercase().split_whitespace() {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if joins(out.chars().next_back()) && joins(part.chars().next()) {
            out.push('_');
        }
        out.push_str(part);
    }
    out
}

/// Whether two plain words are the same number.
fn same_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn is_finite(word: &str) -> bool {
    word.parse::<f64>().is_ok_and(f64::is_finite)
}

impl Words {
    /// The table of the repository.
    pub(crate) fn load() -> Result<Self> {
        let value: Value = serde_json::from_str(TABLE).context("lift-synonyms.json")?;
        let node = Node::root(&value, "lift-synonyms.json");
        let mut axes = BTreeMap::new();
        for item in node.list("axes")? {
            for other in item.words("also")? {
                axes.insert(other, (item.text("axis")?, item.optional("role")?));
            }
        }
        let kinds = node.must("constraint_kinds")?.fields()?;
        let kinds = kinds.into_iter().map(|(kind, list)| Ok((kind, set(&list)?)));
        Ok(Self {
            axes,
            roles: sets(&node, "roles")?,
            operand_axes: node.words("operand_axes")?.into_iter().collect(),
            values: node.list("values")?.iter().map(Group::read).collect::<Result<_>>()?,
            accepted: node.list("accepted")?.iter().map(Accepted::read).collect::<Result<_>>()?,
            constraint_kinds: kinds.collect::<Result<_>>()?,
            hazard_kinds: sets(&node, "hazard_kinds")?,
            symbols: sets(&node, "symbols")?,
            no_symbols: node.words("no_symbols")?.into_iter().collect(),
        })
    }

    /// The axis as the truth calls it, and the role that this name of it implies.
    pub(crate) fn axis(&self, name: &str) -> (String, Option<String>) {
        let name = plain(name);
        self.axes.get(&name).cloned().unwrap_or((name, None))
    }

    /// One name for all names of a role.
    pub(crate) fn role(&self, name: &str) -> String {
        first_of(&self.roles, plain(name))
    }

    /// Whether the axis is about single operands, so that a finding without a role says nothing.
    pub(crate) fn is_about_operands(&self, axis: &str) -> bool {
        self.operand_axes.contains(axis)
    }

    /// Whether two values of an axis mean the same.
    pub(crate) fn same_value(&self, axis: &str, a: &str, b: &str) -> bool {
        let (a, b) = (plain(a), plain(b));
        let group = |g: &Group| g.is_for(axis) && g.words.contains(&a) && g.words.contains(&b);
        a == b || same_number(&a, &b) || self.values.iter().any(group)
    }

    /// Whether `said` (under `conditions`) is the value of `row` in `kernel`.
    pub(crate) fn is_value_of(
        &self,
        (file, row, kernel): (&str, &Row, &str),
        said: &str,
        conditions: &[String],
    ) -> bool {
        let axis = self.axis(&row.axis).0;
        let (truth, word) = (plain(&row.value), plain(said));
        let accepts = |a: &Accepted| {
            let only = a.only.as_ref();
            let here = only.is_none_or(|(f, id)| f == file && *id == row.id)
                && (a.kernels.is_empty() || a.kernels.iter().any(|k| k == kernel));
            here && a.axis == axis && a.truth == truth && a.said.contains(&word)
        };
        self.same_value(&axis, &truth, &word)
            || (truth == "finite" && is_finite(&word))
            || self.accepted.iter().any(accepts)
            || self.is_resolved(row, &axis, &word, conditions)
            || is_key(row, said)
    }

    /// Whether `said` is what the row's rule gives on the architecture that `conditions` name, or on all.
    fn is_resolved(&self, row: &Row, axis: &str, said: &str, conditions: &[String]) -> bool {
        let mut fitting = row.resolved.iter().filter(|(_, v)| self.same_value(axis, v, said));
        let all = row.resolved.values().all(|v| self.same_value(axis, v, said));
        let named = |arch: &String| {
            let is_name = |word: &str| word == arch;
            let words =
                |c: &String| c.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(is_name);
            conditions.iter().any(words)
        };
        fitting.any(|(arch, _)| all || named(arch))
    }

    /// Whether a report may call a constraint `said` where the truth calls it `truth`.
    pub(crate) fn same_constraint_kind(&self, truth: &str, said: &str) -> bool {
        let first = |kind: &str| plain(kind.split([' ', '(']).next().unwrap_or(kind));
        let (truth, said) = (first(truth), first(said));
        truth == said || self.constraint_kinds.get(&truth).is_some_and(|k| k.contains(&said))
    }

    /// Whether a report may call a dead item `said` where the truth calls it `truth`.
    pub(crate) fn same_hazard_kind(&self, truth: &str, said: &str) -> bool {
        first_of(&self.hazard_kinds, plain(truth)) == first_of(&self.hazard_kinds, plain(said))
    }

    /// The names in `text` that are no words of the notation, each under one spelling.
    pub(crate) fn symbols(&self, text: &str) -> BTreeSet<String> {
        let names = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let names = names.filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
        let names = names.map(str::to_lowercase).filter(|name| !self.no_symbols.contains(name));
        names.map(|name| first_of(&self.symbols, name)).collect()
    }

    /// Two words of the row's domain that a group makes equal without saying why, if there are such.
    pub(crate) fn merged_within(&self, row: &Row) -> Option<(String, String)> {
        let axis = self.axis(&row.axis).0;
        let domain: BTreeSet<String> = row.domain.iter().map(|word| plain(word)).collect();
        let unexplained = self.values.iter().filter(|g| g.is_for(&axis) && !g.within_domain);
        unexplained.into_iter().find_map(|group| {
            let mut both = group.words.intersection(&domain);
            both.next().cloned().zip(both.next().cloned())
        })
    }
}

/// Whether `said` lists the components of the row's key, in any order.
fn is_key(row: &Row, said: &str) -> bool {
    let part = |text: &str| plain(text).replace("str(", "").replace(')', "");
    let truth: BTreeSet<String> = row.key.iter().map(|text| part(text)).collect();
    let said = said.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    let said: BTreeSet<String> = said.split(',').map(part).filter(|p| !p.is_empty()).collect();
    !truth.is_empty() && truth == said
}

/// The first word of the group that `word` is in, or `word`.
fn first_of(groups: &[BTreeSet<String>], word: String) -> String {
    let group = groups.iter().find(|group| group.contains(&word));
    group.and_then(BTreeSet::first).cloned().unwrap_or(word)
}

fn set(node: &Node<'_>) -> Result<BTreeSet<String>> {
    node.items()?.iter().map(Node::word).collect()
}

fn sets(node: &Node<'_>, key: &str) -> Result<Vec<BTreeSet<String>>> {
    node.list(key)?.iter().map(set).collect()
}

impl Group {
    fn read(node: &Node<'_>) -> Result<Self> {
        Ok(Self {
            axes: node.words("axes")?.into_iter().collect(),
            words: node.words("words")?.into_iter().collect(),
            within_domain: node.get("within_domain").is_some(),
        })
    }

    fn is_for(&self, axis: &str) -> bool {
        self.axes.contains(axis) || self.axes.contains("*")
    }
}

impl Accepted {
    fn read(node: &Node<'_>) -> Result<Self> {
        let only = node.optional("file")?.zip(node.optional("id")?);
        Ok(Self {
            axis: node.text("axis")?,
            truth: node.text("truth")?,
            said: node.words("said")?.into_iter().collect(),
            only,
            kernels: node.words("kernels")?,
        })
    }
}
