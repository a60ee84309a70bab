//! Reading a description.

use anyhow::{Context as _, Result, anyhow, bail};
use spak_model::entry::Entry;
use spak_model::reading::Reading;
use spak_model::vocabulary::Kind;
use spak_model::{Files, Literal, resolve};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, Severity};

use super::{Array, Definition, Layout, Operator};

/// A description stands alone.
struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _from: FileId, _spec: &str) -> Result<(FileId, String), String> {
        Err("an operator's description imports nothing".to_owned())
    }
}

/// The operator `name`.
///
/// # Errors
/// There is none, or its description is broken.
pub(crate) fn load(name: &str) -> Result<Operator> {
    let all = spak_generate::operators::operators();
    let Some(description) = all.iter().find(|one| one.name == name) else {
        let names: Vec<&str> = all.iter().map(|one| one.name).collect();
        let hint = suggest(name, names.iter().copied()).map_or_else(
            || format!("there are: {}", names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        bail!("no operator `{name}` is described for a GPU; {hint}");
    };
    read(description.path, description.text)
}

/// Reads a description.
fn read(path: &str, text: &str) -> Result<Operator> {
    let resolved = resolve(FileId(0), text, &mut NoFiles);
    if let Some(broken) = resolved.diagnostics.iter().find(|d| d.severity == Severity::Error) {
        bail!("{path}: {}", broken.message);
    }
    let mut entries = resolved.entries.iter().filter(|entry| entry.kind == Some(Kind::Operator));
    let entry = entries.next().with_context(|| format!("{path}: describes no operator"))?;
    operator(entry).map_err(|error| anyhow!("{path}: {error}"))
}

fn operator(entry: &Entry) -> Result<Operator> {
    let name = entry.name_text().context("the operator has no name")?.to_owned();
    let mut operator = Operator {
        name,
        values: definitions(entry, "values"),
        optional: definitions(entry, "optional"),
        aliases: Vec::new(),
        derived: definitions(entry, "derived"),
        scalars: definitions(entry, "scalars"),
        flops: text(entry, "flops").context("`flops` is missing")?,
        bytes: text(entry, "bytes").context("`bytes` is missing")?,
        arrays: Vec::new(),
        layouts: Vec::new(),
        checks: Vec::new(),
        conditions: Vec::new(),
    };
    for child in entry.children() {
        match child.key() {
            "aliases" => {
                let its = child
                    .children()
                    .iter()
                    .filter_map(|one| Some((one.head.text(), texts(&one.slot()?.reading))));
                operator.aliases.extend(its);
            }
            "input" | "output" => operator.arrays.push(array(child)?),
            "layout" => operator.layouts.push(Layout {
                condition: text(child, "where").context("a layout has no `where`")?,
                arrays: list(child, "arrays"),
                order: order(child)?,
            }),
            "check" => {
                let its = child.children().iter();
                let its = its.filter_map(|one| {
                    Some((one.head.text(), texts(&one.slot()?.reading).into_iter().next()?))
                });
                operator.checks.push(its.collect());
            }
            "constraint" => {
                let condition = text(child, "require").context("a constraint has no `require`")?;
                operator.conditions.push((condition, text(child, "reason").unwrap_or_default()));
            }
            _ => {}
        }
    }
    Ok(operator)
}

fn array(entry: &Entry) -> Result<Array> {
    let name = entry.name_text().context("an array has no name")?.to_owned();
    let is_output = entry.key() == "output";
    let dtype = text(entry, "dtype").unwrap_or_else(|| "dtype".to_owned());
    let rows = entry.slots("row").find_map(|slot| match &slot.reading {
        Reading::Literal(Literal::Int(count)) => usize::try_from(*count).ok(),
        _ => None,
    });
    if is_output && rows.is_none() {
        bail!("the output `{name}` does not say how many axes a `row` has");
    }
    Ok(Array {
        shape: list(entry, "shape"),
        present: text(entry, "present"),
        fill: text(entry, "fill").unwrap_or_else(|| "normal".to_owned()),
        row_axes: rows.unwrap_or(0),
        terms: text(entry, "terms").unwrap_or_else(|| "1".to_owned()),
        computed_in: text(entry, "computed_in").unwrap_or_else(|| "dtype".to_owned()),
        cut: text(entry, "additions").zip(text(entry, "kept_bits")),
        name,
        dtype,
        is_output,
    })
}

fn order(entry: &Entry) -> Result<Vec<usize>> {
    let numbers = list(entry, "order");
    let order: Option<Vec<usize>> = numbers.iter().map(|number| number.parse().ok()).collect();
    order.context("the `order` of a layout has something else than axes")
}

fn definitions(entry: &Entry, key: &str) -> Vec<Definition> {
    let read = |text: String| match text.split_once('=') {
        Some((name, formula)) => {
            Definition { name: name.trim().to_owned(), formula: Some(formula.trim().to_owned()) }
        }
        None => Definition { name: text.trim().to_owned(), formula: None },
    };
    list(entry, key).into_iter().map(read).collect()
}

fn list(entry: &Entry, key: &str) -> Vec<String> {
    entry.slots(key).flat_map(|slot| texts(&slot.reading)).collect()
}

fn text(entry: &Entry, key: &str) -> Option<String> {
    entry.slots(key).flat_map(|slot| texts(&slot.reading)).next()
}

/// What is written, whatever it was read as.
fn texts(reading: &Reading) -> Vec<String> {
    let plain = |literal: &Literal| match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    };
    match reading {
        Reading::Literal(Literal::List(items)) => items.iter().map(plain).collect(),
        Reading::Literal(literal) => vec![plain(literal)],
        Reading::List(items) => items.iter().flat_map(texts).collect(),
        Reading::Formula(formula) => vec![formula.text.clone()],
        Reading::Name(name) => vec![name.clone()],
        Reading::Words(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}
