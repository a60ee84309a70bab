//! Operators that are described by data: which arrays a problem has, what is computed of them, and how much work that is.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use spak_model::Literal;
use spak_model::system::System;
use spak_records::gpu::{ArrayPlan, Cut, Fill, Role};
use spak_records::{Dtype, OperatorProblem, Value, Workload};

use crate::engine::symbols::{Symbols, literal};

mod read;

pub(crate) use read::load;

/// An operator as its description says it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operator {
    pub(crate) name: String,
    /// Values of a problem in their order, with what they are where a workload says nothing.
    values: Vec<Definition>,
    /// Values that a problem has only where they are not what they are by default, so that adding one leaves problems of
    /// older traces what they were.
    optional: Vec<Definition>,
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
    /// Of additions that cut off: how many, and the bits that they keep.
    cut: Option<(String, String)>,
}

/// How arrays lie in memory for kernels of a config.
#[derive(Clone, Debug, PartialEq)]
struct Layout {
    condition: String,
    arrays: Vec<String>,
    order: Vec<usize>,
}

impl Operator {
    /// The problem that a workload describes.
    ///
    /// # Errors
    /// A sentence: a value is missing or none, or a condition does not hold.
    pub(crate) fn problem(&self, workload: &Workload) -> Result<OperatorProblem> {
        let mut values = BTreeMap::new();
        for definition in self.values.iter().chain(&self.optional) {
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
        for definition in &self.optional {
            if values.get(&definition.name) == default(definition).as_ref() {
                values.remove(&definition.name);
            }
        }
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
        for definition in &self.optional {
            let default = || default(definition).unwrap_or(Value::Bool(false));
            known.entry(definition.name.clone()).or_insert_with(default);
        }
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
        self.values.iter().chain(&self.optional).map(|definition| definition.name.as_str())
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
                    terms: count(&known, &array.terms)?,
                    cut: match &array.cut {
                        Some((additions, bits)) => Some(Cut {
                            additions: count(&known, additions)?,
                            bits: u32::try_from(count(&known, bits)?)?,
                        }),
                        None => None,
                    },
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

/// What a value is that nobody gives, where that depends on nothing.
fn default(definition: &Definition) -> Option<Value> {
    symbols(&BTreeMap::new()).value_text(definition.formula.as_deref()?)
}

fn count(known: &Symbols, formula: &str) -> Result<u64> {
    let count = known.value_text(formula).and_then(|count| count.as_float());
    let count = count.filter(|count| count.is_finite() && *count >= 0.0);
    // A part of an addition is one.
    count.map(|count| count.ceil() as u64).with_context(|| format!("`{formula}` is no count"))
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
