//! One value for every axis and parameter of a family: the design's, the problem's, or the default.

use std::collections::BTreeMap;

use spak_records::{Plan, Problem, Value};

use crate::error::{GenerateError, Unsupported};
use crate::family::Family;
use crate::regenerate::{Wanted, choose};

/// A finished choice for each axis and each parameter of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    axes: BTreeMap<String, Value>,
    numbers: BTreeMap<String, i64>,
}

/// Spellings of axis values that designs use beside the manifest's own.
const SPELLINGS: [(&str, &str, &str); 12] = [
    ("accum_dtype", "fp16", "f16"),
    ("accum_dtype", "float16", "f16"),
    ("accum_dtype", "half", "f16"),
    ("accum_dtype", "fp32", "f32"),
    ("accum_dtype", "float32", "f32"),
    ("accum_dtype", "float", "f32"),
    ("accum_dtype", "fp64", "f64"),
    ("accum_dtype", "float64", "f64"),
    ("accum_dtype", "double", "f64"),
    ("attention_variant", "mha", "MHA"),
    ("attention_variant", "gqa", "GQA"),
    ("attention_variant", "mqa", "MQA"),
];

/// Values that a backend will never have code for, and why.
const REFUSALS: [(&str, &str, &str, &str); 2] = [
    (
        "c",
        "accum_dtype",
        "f16",
        "C11 has no 16-bit floating type, and sums of float32 products kept in 11 bits fail any check",
    ),
    (
        "c",
        "accum_dtype",
        "bf16",
        "C11 has no bfloat16 type, and sums of float32 products kept in 8 bits fail any check",
    ),
];

/// Largest value of a parameter; no machine has a use for more, and sizes stay far from overflow.
const LARGEST: [(&str, i64); 6] = [
    ("threads", 1024),
    ("unroll", 16),
    ("prefetch", 256),
    ("micro_m", 64),
    ("micro_n", 64),
    ("opt_level", 3),
];
const LARGEST_OTHER: i64 = 1 << 16;

impl Choices {
    /// Fills in what the plan leaves open: `kernel_mode` and `attention_variant` follow the problem,
    /// everything else takes the first value of the manifest.
    ///
    /// # Errors
    /// [`GenerateError::Unsupported`] or [`GenerateError::OutOfRange`] for a value without code.
    pub fn of(family: &Family, plan: &Plan) -> Result<Self, GenerateError> {
        if plan.backend != "c" {
            return Self::of_lifted_names(family, plan);
        }
        let mut axes = BTreeMap::new();
        for axis in &family.axes {
            let chosen = match plan.config.get(&axis.name) {
                Some(value) => spelled_as_in_manifest(&axis.name, value),
                None => match bound_by_problem(&axis.name, &plan.problem) {
                    Some(value) => Value::from(value),
                    None => axis.values.first().cloned().unwrap_or(Value::Bool(false)),
                },
            };
            if !axis.values.contains(&chosen) {
                let refusal = REFUSALS.iter().find(|(backend, name, value, _)| {
                    *backend == plan.backend
                        && *name == axis.name
                        && chosen.as_text() == Some(*value)
                });
                return Err(GenerateError::Unsupported(Box::new(Unsupported {
                    backend: plan.backend.clone(),
                    family: family.name.clone(),
                    axis: axis.name.clone(),
                    value: chosen,
                    supported: axis.values.clone(),
                    reason: refusal.map(|(_, _, _, reason)| *reason),
                })));
            }
            axes.insert(axis.name.clone(), chosen);
        }
        let mut numbers = BTreeMap::new();
        for parameter in &family.parameters {
            let default = parameter.values.first().cloned().unwrap_or(Value::Int(0));
            let value = plan.config.get(&parameter.name).cloned().unwrap_or(default);
            numbers.insert(parameter.name.clone(), in_range(&parameter.name, &value)?);
        }
        Ok(Self { axes, numbers })
    }

    /// Axes and parameters by the names that lifting finds; whole numbers from 0 on are sizes, and 0 leaves a hint out.
    fn of_lifted_names(family: &Family, plan: &Plan) -> Result<Self, GenerateError> {
        let values = plan.config.0.iter().map(|(name, value)| (name.clone(), vec![value.clone()]));
        let wanted = Wanted { system: plan.system.clone(), dimensions: values.collect() };
        let (taken, left_out) = choose(family, &wanted);
        for one in left_out {
            if let Some(axis) = family.axis(&one.name) {
                return Err(GenerateError::Unsupported(Box::new(Unsupported {
                    backend: plan.backend.clone(),
                    family: family.name.clone(),
                    axis: one.name,
                    value: one.value,
                    supported: axis.values.clone(),
                    reason: None,
                })));
            }
        }
        let (mut axes, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        for one in taken {
            if family.axis(&one.name).is_some() {
                axes.insert(one.name, one.value);
                continue;
            }
            match one.value.as_int() {
                Some(number) if (0..=LARGEST_OTHER).contains(&number) => {
                    numbers.insert(one.name, number);
                }
                _ => {
                    return Err(GenerateError::OutOfRange {
                        parameter: one.name,
                        value: one.value,
                        expected: format!("a whole number from 0 to {LARGEST_OTHER}"),
                    });
                }
            }
        }
        Ok(Self { axes, numbers })
    }

    /// The value of an axis; `false` for one the family does not have.
    pub fn axis(&self, name: &str) -> &Value {
        self.axes.get(name).unwrap_or(&Value::Bool(false))
    }

    /// Whether an axis has the value `text`.
    pub fn is(&self, axis: &str, text: &str) -> bool {
        self.axis(axis).as_text() == Some(text)
    }

    /// The value of a parameter; 0 for one the family does not have.
    pub fn number(&self, name: &str) -> i64 {
        self.numbers.get(name).copied().unwrap_or(0)
    }

    /// All axes by name.
    pub fn axes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.axes.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// All parameters by name.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, i64)> {
        self.numbers.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

/// Names in the plan's config that the family has neither as an axis nor as a parameter, in order.
/// They do not change the code (`occupancy` means nothing to a CPU) and are worth a note, not an error.
pub fn unused(family: &Family, plan: &Plan) -> Vec<String> {
    let names = plan.config.0.keys();
    names.filter(|name| !family.knows(&plan.backend, name)).cloned().collect()
}

fn spelled_as_in_manifest(axis: &str, value: &Value) -> Value {
    let Some(text) = value.as_text() else { return value.clone() };
    let lower = text.to_lowercase();
    let known = SPELLINGS.iter().find(|(name, from, _)| *name == axis && *from == lower);
    known.map_or_else(|| value.clone(), |(_, _, to)| Value::from(*to))
}

fn bound_by_problem(axis: &str, problem: &Problem) -> Option<&'static str> {
    match (axis, problem) {
        ("kernel_mode", Problem::AttentionForward { store_lse: true, .. }) => Some("training"),
        ("attention_variant", Problem::AttentionForward { heads, kv_heads, .. })
            if heads != kv_heads =>
        {
            Some("GQA")
        }
        _ => None,
    }
}

fn in_range(name: &str, value: &Value) -> Result<i64, GenerateError> {
    let smallest = if name == "prefetch" || name == "opt_level" { 0 } else { 1 };
    let largest = LARGEST.iter().find(|(n, _)| *n == name).map_or(LARGEST_OTHER, |(_, l)| *l);
    let lanes = name == "simd_width";
    match value.as_int() {
        Some(i) if lanes && [4, 8, 16].contains(&i) => Ok(i),
        Some(i) if !lanes && (smallest..=largest).contains(&i) => Ok(i),
        _ => Err(GenerateError::OutOfRange {
            parameter: name.to_owned(),
            value: value.clone(),
            expected: if lanes {
                "4, 8 or 16 floats".to_owned()
            } else {
                format!("a whole number from {smallest} to {largest}")
            },
        }),
    }
}
