//! Operators that are described by data: which arrays a problem has, what is computed of them, and how much work that is.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow, bail};
use spak_model::entry::Entry;
use spak_model::reading::Reading;
use spak_model::system::System;
use spak_model::vocabulary::Kind;
use spak_model::{Files, Literal, resolve};
use spak_records::gpu::{ArrayPlan, Fill, Role};
use spak_records::{Dtype, OperatorProblem, Value, Workload};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, Severity};

use crate::engine::symbols::{Symbols, literal};

/// An operator as its description says it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operator {
    pub(crate) name: String,
    /// Values of a problem in their order, with what they are where a workload says nothing.
    values: Vec<Definition>,
    aliases: Vec<(String, Vec<String>)>,
    /// Numbers that follow from values.
    derived: Vec<Definition>,
    /// Numbers that a kernel is given.
    scalars: Vec<Definition>,
    flops: String,
    bytes: String,
    arrays: Vec<Array>,
    layouts: Vec<Layout>,
    /// Other problems that show errors which the timed one may hide: ragged sizes.
    checks: Vec<Vec<(String, String)>>,
    /// What a problem has to satisfy, and why.
    conditions: Vec<(String, String)>,
}

/// `name = formula`, or a name alone.
#[derive(Clone, Debug, PartialEq)]
struct Definition {
    name: String,
    formula: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Array {
    name: String,
    shape: Vec<String>,
    dtype: String,
    /// Where it is there; everywhere without.
    present: Option<String>,
    is_output: bool,
    fill: String,
    row_axes: usize,
    /// How many terms a sum has.
    terms: String,
    computed_in: String,
}

/// How arrays lie in memory for kernels of a config.
#[derive(Clone, Debug, PartialEq)]
struct Layout {
    condition: String,
    arrays: Vec<String>,
    order: Vec<usize>,
}

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

impl Operator {
    /// The problem that a workload describes.
    ///
    /// # Errors
    /// A sentence: a value is missing or none, or a condition does not hold.
    pub(crate) fn problem(&self, workload: &Workload) -> Result<OperatorProblem> {
        let mut values = BTreeMap::new();
        for definition in &self.values {
            let aliases = self.aliases.iter().filter(|(name, _)| *name == definition.name);
            let names = aliases.flat_map(|(_, others)| others);
            let given = workload.get(&definition.name);
            let given = given.or_else(|| names.into_iter().find_map(|name| workload.get(name)));
            let value = match (given, &definition.formula) {
                (Some(value), _) => value.clone(),
                (None, Some(formula)) => {
                    symbols(&values).value_text(formula).with_context(|| {
                        format!("`{}` is not given, and `{formula}` has no value", definition.name)
                    })?
                }
                (None, None) => {
                    bail!("the workload of {} needs `{}`", self.name, definition.name)
                }
            };
            let value = self.checked(definition, value)?;
            values.insert(definition.name.clone(), value);
        }
        let known = self.known(&values)?;
        for (condition, reason) in &self.conditions {
            if known.holds_text(condition) != Some(true) {
                bail!("{reason}: {} needs `{condition}`", self.name);
            }
        }
        let count = |formula: &str| -> Result<u64> {
            let value = known.value_text(formula).and_then(|value| value.as_float());
            let value = value.with_context(|| format!("`{formula}` has no value"))?;
            Ok(value.round().max(0.0) as u64)
        };
        let (flops, bytes) = (count(&self.flops)?, count(&self.bytes)?);
        Ok(OperatorProblem { operator: self.name.clone(), values, flops, bytes })
    }

    /// Small problems of the same kind as this one, on which kernels for it are checked, too.
    ///
    /// # Errors
    /// A formula of the description has no value.
    pub(crate) fn checks(&self, problem: &OperatorProblem) -> Result<Vec<OperatorProblem>> {
        let known = self.known(&problem.values)?;
        let mut checks = Vec::new();
        for check in &self.checks {
            let mut workload = Workload(problem.values.clone());
            for (name, formula) in check {
                let value = known.value_text(formula);
                let value = value.with_context(|| format!("`{formula}` has no value"))?;
                let whole = value.as_float().map(|value| Value::Int(value as i64));
                workload.0.insert(
                    name.clone(),
                    value.as_int().map(Value::Int).or(whole).unwrap_or(value),
                );
            }
            checks.push(self.problem(&workload)?);
        }
        Ok(checks)
    }

    /// A value of a workload in the spelling of records: sizes from 1 on, truth values, one name for each type.
    fn checked(&self, definition: &Definition, value: Value) -> Result<Value> {
        let name = &definition.name;
        if name == "dtype" {
            let text = value.as_text().unwrap_or_default();
            let dtype = Dtype::parse(text).with_context(|| {
                let known: Vec<&str> = Dtype::all().map(Dtype::name).collect();
                format!("the workload's `dtype` is `{value}`; there are: {}", known.join(", "))
            })?;
            return Ok(Value::Text(dtype.name().to_owned()));
        }
        let is_flag = matches!(definition.formula.as_deref(), Some("false" | "true"));
        match value {
            Value::Int(truth @ (0 | 1)) if is_flag => Ok(Value::Bool(truth == 1)),
            Value::Bool(_) if is_flag => Ok(value),
            Value::Int(size) if !is_flag && (1..=1 << 31).contains(&size) => Ok(value),
            Value::Text(_)
                if definition.formula.as_deref().is_some_and(|f| f.starts_with('\'')) =>
            {
                Ok(value)
            }
            _ if is_flag => bail!("the workload's `{name}` is `{value}`, not a truth value"),
            _ => bail!("the workload's `{name}` is `{value}`, but a size is 1 to 2147483648"),
        }
    }

    /// Values, and what follows from them.
    fn known(&self, values: &BTreeMap<String, Value>) -> Result<Symbols> {
        let mut known = values.clone();
        let dtype = values.get("dtype").and_then(Value::as_text).and_then(Dtype::parse);
        if let Some(dtype) = dtype {
            known.insert("itemsize".to_owned(), Value::Int(dtype.bytes() as i64));
        }
        for definition in &self.derived {
            let formula = definition.formula.as_deref().unwrap_or_default();
            let value = symbols(&known).value_text(formula);
            let value = value.with_context(|| format!("`{formula}` has no value"))?;
            known.insert(definition.name.clone(), value);
        }
        Ok(symbols(&known))
    }

    /// Numbers that a kernel is given for a problem.
    ///
    /// # Errors
    /// A formula of the description has no value.
    pub(crate) fn scalars(&self, problem: &OperatorProblem) -> Result<BTreeMap<String, Value>> {
        let known = self.known(&problem.values)?;
        let value = |one: &Definition| {
            let formula = one.formula.as_deref().unwrap_or(&one.name);
            let value = known.value_text(formula);
            Ok((one.name.clone(), value.with_context(|| format!("`{formula}` has no value"))?))
        };
        self.scalars.iter().map(value).collect()
    }

    /// What references are given of a problem besides arrays: numbers for kernels, then what follows from values; truth values
    /// are 1 and 0.
    ///
    /// # Errors
    /// A formula of the description has no value.
    pub(crate) fn reference_numbers(&self, problem: &OperatorProblem) -> Result<Vec<f64>> {
        let known = self.known(&problem.values)?;
        let number = |one: &Definition| {
            let formula = one.formula.as_deref().unwrap_or(&one.name);
            let value = known.value_text(formula);
            match value {
                Some(Value::Bool(truth)) => Ok(Some(f64::from(u8::from(truth)))),
                // What has a name has a number among what is derived.
                Some(Value::Text(_)) => Ok(None),
                value => value
                    .and_then(|value| value.as_float())
                    .map(Some)
                    .with_context(|| format!("`{formula}` is no number")),
            }
        };
        let all = self.scalars.iter().chain(&self.derived).map(number);
        Ok(all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The values that a problem has, in their order.
    pub(crate) fn value_names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|definition| definition.name.as_str())
    }

    /// Arrays of a problem, laid out as kernels with these choices see them.
    ///
    /// # Errors
    /// A formula of the description has no value.
    pub(crate) fn arrays(
        &self,
        problem: &OperatorProblem,
        choices: &BTreeMap<String, Literal>,
    ) -> Result<Vec<ArrayPlan>> {
        let known = self.known(&problem.values)?;
        let chosen = known.with(choices.clone());
        let mut arrays = Vec::new();
        for array in &self.arrays {
            let is_there =
                array.present.as_deref().is_none_or(|p| known.holds_text(p) == Some(true));
            if !is_there {
                continue;
            }
            let shape = array.shape.iter().map(|formula| {
                let size = known.value_text(formula).and_then(|value| value.as_int());
                let size = size.and_then(|size| u64::try_from(size).ok());
                size.with_context(|| format!("`{formula}` is no size"))
            });
            let shape: Vec<u64> = shape.collect::<Result<_>>()?;
            let of = |formula: &str| dtype(&known, formula);
            let fill = match array.fill.split_once(' ') {
                None if array.fill == "normal" => Fill::Normal,
                None if array.fill == "computed" => Fill::Computed,
                Some(("below", formula)) => {
                    let bound = known.value_text(formula).and_then(|value| value.as_int());
                    Fill::Below(bound.unwrap_or(1).unsigned_abs())
                }
                _ => bail!("`{}` is filled with `{}`, which is nothing", array.name, array.fill),
            };
            let role = if array.is_output {
                Role::Output {
                    row_axes: array.row_axes.min(shape.len()),
                    // Kernels that compute in less are judged by less; of those of others nobody knows.
                    computed_in: match choices.is_empty() {
                        true => dtype(&chosen, &array.computed_in).or_else(|_| of("dtype"))?,
                        false => dtype(&chosen, &array.computed_in)?,
                    },
                    terms: known
                        .value_text(&array.terms)
                        .and_then(|terms| terms.as_int())
                        .with_context(|| format!("`{}` is no count", array.terms))?
                        .unsigned_abs(),
                }
            } else {
                Role::Input { fill }
            };
            let fits = |layout: &&Layout| {
                layout.order.len() == shape.len()
                    && layout.arrays.contains(&array.name)
                    && chosen.holds_text(&layout.condition) == Some(true)
            };
            let order = self.layouts.iter().find(fits).map(|layout| layout.order.clone());
            let order = order.unwrap_or_else(|| (0..shape.len()).collect());
            arrays.push(ArrayPlan {
                name: array.name.clone(),
                role,
                dtype: of(&array.dtype)?,
                strides: strides(&shape, &order),
                shape,
                order,
            });
        }
        Ok(arrays)
    }
}

/// Where a workload leaves open what the design has an axis for, such as how a mask lies, the axis says it; all configs of one
/// problem compute the same.
pub(crate) fn follow(operator: &Operator, system: &System, workload: &mut Workload) {
    for name in operator.value_names() {
        if workload.get(name).is_some() {
            continue;
        }
        let first = system.dimension(name).and_then(|d| d.domain.values()?.first().cloned());
        if let Some(first) = first {
            workload.0.insert(name.to_owned(), first.record());
        }
    }
}

/// Strides of an array that is dense in the order in which it is seen, by its own axes.
fn strides(shape: &[u64], order: &[usize]) -> Vec<u64> {
    let mut strides = vec![0; shape.len()];
    let mut step = 1_u64;
    for axis in order.iter().rev() {
        if let (Some(stride), Some(length)) = (strides.get_mut(*axis), shape.get(*axis)) {
            *stride = step;
            step = step.saturating_mul(*length);
        }
    }
    strides
}

fn dtype(known: &Symbols, formula: &str) -> Result<Dtype> {
    let named = Dtype::parse(formula);
    let value = || known.value_text(formula)?.as_text().and_then(Dtype::parse);
    named.or_else(value).with_context(|| format!("`{formula}` is no element type"))
}

fn symbols(values: &BTreeMap<String, Value>) -> Symbols {
    let literals = values.iter().map(|(name, value)| (name.clone(), literal(value)));
    Symbols::default().with(literals.collect())
}

#[cfg(test)]
mod tests;
