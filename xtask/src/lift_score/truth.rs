//! Ground truth of one source file, written by hand: `crates/spak-lift/truth/*.json`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::read::Node;
use super::report::tuples;

/// Everything that is true of one file.
#[derive(Clone)]
pub(crate) struct Truth {
    /// The name of the truth file without its ending.
    pub(crate) name: String,
    pub(crate) package: String,
    pub(crate) version: String,
    /// The path of the source inside the package.
    pub(crate) file: String,
    pub(crate) family: String,
    /// The names that a report may use for each kernel, by the kernel's short name here.
    pub(crate) kernels: BTreeMap<String, Vec<String>>,
    pub(crate) axes: Vec<Row>,
    pub(crate) tuning: Vec<Tuning>,
    pub(crate) constraints: Vec<Statement>,
    pub(crate) dead: Vec<Statement>,
}

/// One decision with one value, in some kernels.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) priority: String,
    pub(crate) axis: String,
    pub(crate) kernels: Vec<String>,
    /// The operands or parameters that the row speaks about, any of which counts; empty if about none.
    pub(crate) roles: Vec<String>,
    pub(crate) value: String,
    pub(crate) domain: Vec<String>,
    pub(crate) lines: Vec<u64>,
    /// Kernels of the row that have no evidence line in the truth.
    pub(crate) no_line_for: Vec<String>,
    pub(crate) condition: Option<String>,
    /// The value on each architecture, where `value` is a rule.
    pub(crate) resolved: BTreeMap<String, String>,
    /// The components of a key, where `value` only names it.
    pub(crate) key: Vec<String>,
    pub(crate) doubt: Option<String>,
}

/// A list of configs.
#[derive(Clone)]
pub(crate) struct Tuning {
    pub(crate) name: String,
    pub(crate) kernel: String,
    /// Empty means every architecture.
    pub(crate) arch: Vec<String>,
    pub(crate) key: Option<String>,
    pub(crate) other: String,
    pub(crate) parameters: Vec<String>,
    pub(crate) values: Vec<Vec<String>>,
    pub(crate) lines: Vec<u64>,
}

/// A constraint or a dead item.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) id: String,
    /// Dead items of most files have none.
    pub(crate) kind: Option<String>,
    pub(crate) text: String,
    /// The symbols that it is about, where the truth lists them.
    pub(crate) about: Vec<String>,
    pub(crate) lines: Vec<u64>,
}

impl Truth {
    /// What is left of it when the lines of which `is_gone` says so have nothing any more.
    pub(crate) fn without(&self, is_gone: &impl Fn(u64) -> bool) -> Self {
        let stays = |lines: &[u64]| lines.is_empty() || lines.iter().any(|line| !is_gone(*line));
        let mut left = self.clone();
        left.axes.retain(|row| stays(&row.lines));
        left.tuning.retain(|row| stays(&row.lines));
        // What is said of a comment has the lines of the code beside it, too.
        let whole = |lines: &[u64]| !lines.iter().any(|line| is_gone(*line));
        left.constraints.retain(|one| whole(&one.lines));
        left.dead.retain(|one| whole(&one.lines));
        left
    }
}

/// The truth in `text`; `name` is what it is called.
pub(crate) fn read(text: &str, name: &str) -> Result<Truth> {
    let value: Value = serde_json::from_str(text).with_context(|| name.to_owned())?;
    let node = Node::root(&value, name);
    let kernel = |(short, node): &(String, Node<'_>)| -> Result<_> {
        let mut names = vec![node.text("name")?];
        names.extend(node.optional("device")?);
        Ok((short.clone(), names))
    };
    Ok(Truth {
        name: name.to_owned(),
        package: node.text("package")?,
        version: node.text("version")?,
        file: node.text("file")?,
        family: node.text("family")?,
        kernels: node.must("kernels")?.fields()?.iter().map(kernel).collect::<Result<_>>()?,
        axes: node.list("axes")?.iter().map(row).collect::<Result<_>>()?,
        tuning: node.list("tuning")?.iter().enumerate().map(tuning).collect::<Result<_>>()?,
        constraints: statements(&node, "constraints", "statement")?,
        dead: statements(&node, "dead_or_misleading", "item")?,
    })
}

fn row(node: &Node<'_>) -> Result<Row> {
    let mut roles = node.words("parameters")?;
    roles.extend(node.optional("role")?);
    let resolved = node.get("resolved").map_or_else(|| Ok(Vec::new()), |node| node.fields())?;
    let resolved = resolved.iter().map(|(arch, node)| Ok((arch.clone(), node.word()?)));
    Ok(Row {
        id: node.text("id")?,
        priority: node.text("priority")?,
        axis: node.text("axis")?,
        kernels: node.words("kernels")?,
        roles,
        value: node.text("value")?,
        domain: node.words("domain")?,
        lines: node.lines()?,
        no_line_for: node.words("no_line_for")?,
        condition: node.optional("condition")?,
        resolved: resolved.collect::<Result<_>>()?,
        key: node.words("key")?,
        doubt: node.optional("doubt")?,
    })
}

fn tuning((number, node): (usize, &Node<'_>)) -> Result<Tuning> {
    let condition = node.must("condition")?;
    Ok(Tuning {
        name: node.optional("id")?.unwrap_or_else(|| format!("#{}", number + 1)),
        kernel: node.text("kernel")?,
        arch: condition.words("arch")?,
        key: condition.optional("key")?,
        other: condition.optional("other")?.unwrap_or_default(),
        parameters: node.words("parameters")?,
        values: tuples(node)?,
        lines: node.lines()?,
    })
}

fn statements(node: &Node<'_>, list: &str, text: &str) -> Result<Vec<Statement>> {
    let statement = |node: &Node<'_>| -> Result<Statement> {
        Ok(Statement {
            id: node.text("id")?,
            kind: node.optional("kind")?,
            text: node.text(text)?,
            about: node.words("about")?,
            lines: node.lines()?,
        })
    };
    node.list(list)?.iter().map(statement).collect()
}
