//! What `spak lift FILE --output json` says, as far as it is scored. The only place that knows the format.

use anyhow::{Result, bail};
use serde_json::Value;

use super::read::Node;

/// The name of the format.
const SCHEMA: &str = "spak.lift-report";
/// Its version.
const VERSION: &str = "1";

/// One lifted file.
#[derive(Default)]
pub(crate) struct Lifted {
    pub(crate) path: String,
    pub(crate) family: Option<String>,
    /// The names of the kernels that were found.
    pub(crate) kernels: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) tuning: Vec<Tuning>,
    pub(crate) constraints: Vec<Statement>,
    pub(crate) hazards: Vec<Statement>,
}

/// A decision that was found in the source.
pub(crate) struct Finding {
    pub(crate) axis: String,
    pub(crate) value: String,
    pub(crate) kernel: Option<String>,
    /// The operand, for a decision about one.
    pub(crate) role: Option<String>,
    pub(crate) lines: Vec<u64>,
    pub(crate) condition: Option<String>,
}

/// A list of configs that a kernel can be launched with.
pub(crate) struct Tuning {
    pub(crate) kernel: String,
    /// Architectures such as `sm_90`; empty means all.
    pub(crate) arch: Vec<String>,
    /// A key of a table of configs, where there is one.
    pub(crate) key: Option<String>,
    /// The rest of the condition, for people.
    pub(crate) other: String,
    pub(crate) parameters: Vec<String>,
    /// One tuple per config, in the order of `parameters`.
    pub(crate) values: Vec<Vec<String>>,
}

/// A constraint, or something dead, misleading or dangerous.
pub(crate) struct Statement {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) lines: Vec<u64>,
}

/// The lifted files of a report; `place` is what the report is called in errors.
pub(crate) fn read(text: &str, place: &str) -> Result<Vec<Lifted>> {
    let value: Value = serde_json::from_str(text)?;
    let node = Node::root(&value, place);
    let (schema, version) = (node.text("format")?, node.text("version")?);
    if (schema.as_str(), version.as_str()) != (SCHEMA, VERSION) {
        bail!("{place}: {schema} {version}, and {SCHEMA} {VERSION} is read here");
    }
    node.must("files")?.items()?.iter().map(lifted).collect()
}

fn lifted(node: &Node<'_>) -> Result<Lifted> {
    Ok(Lifted {
        path: node.text("path")?,
        family: node.optional("family")?,
        kernels: each(node, "kernels", |kernel| kernel.text("name"))?,
        findings: each(node, "findings", finding)?,
        tuning: each(node, "tuning", tuning)?,
        constraints: each(node, "constraints", |item| statement(item, "statement"))?,
        hazards: each(node, "hazards", |item| statement(item, "item"))?,
    })
}

fn each<T>(node: &Node<'_>, key: &str, read: impl Fn(&Node<'_>) -> Result<T>) -> Result<Vec<T>> {
    node.list(key)?.iter().map(read).collect()
}

fn finding(node: &Node<'_>) -> Result<Finding> {
    Ok(Finding {
        axis: node.text("axis")?,
        value: node.text("value")?,
        kernel: node.optional("kernel")?,
        role: node.optional("role")?,
        lines: node.lines()?,
        condition: node.optional("condition")?,
    })
}

fn tuning(node: &Node<'_>) -> Result<Tuning> {
    let condition = node.get("condition");
    let condition = condition.as_ref();
    Ok(Tuning {
        kernel: node.text("kernel")?,
        arch: condition.map_or_else(|| Ok(Vec::new()), |c| c.words("arch"))?,
        key: condition.map_or(Ok(None), |c| c.optional("key"))?,
        other: condition.map_or(Ok(None), |c| c.optional("other"))?.unwrap_or_default(),
        parameters: node.words("parameters")?,
        values: tuples(node)?,
    })
}

/// The tuples under `values`.
pub(crate) fn tuples(node: &Node<'_>) -> Result<Vec<Vec<String>>> {
    let tuple = |node: &Node<'_>| node.items()?.iter().map(Node::word).collect();
    node.list("values")?.iter().map(tuple).collect()
}

fn statement(node: &Node<'_>, text: &str) -> Result<Statement> {
    Ok(Statement { kind: node.text("kind")?, text: node.text(text)?, lines: node.lines()? })
}
