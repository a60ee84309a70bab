//! What names stand for while conditions are evaluated: the config, the problem, the machine.

use std::collections::BTreeMap;

use spak_model::Literal;
use spak_model::formula::{self, Formula};
use spak_model::reading::Reading;
use spak_model::system::{Record, System};
use spak_records::{Device, Problem, Toolchain, Value, Workload};

/// Values by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols(pub(crate) BTreeMap<String, Value>);

impl Symbols {
    /// These symbols and the values of a config, which go first.
    pub(crate) fn with(&self, config: &BTreeMap<String, Value>) -> Self {
        let mut all = self.0.clone();
        all.extend(config.iter().map(|(k, v)| (k.clone(), v.clone())));
        Self(all)
    }

    fn lookup(&self, name: &str) -> Option<Literal> {
        self.0.get(name).map(literal)
    }

    /// Whether `formula` holds.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub(crate) fn holds(&self, formula: &Formula) -> Result<bool, String> {
        formula.holds(&|name| self.lookup(name)).map_err(|d| d.message)
    }

    /// Whether the formula in `text` holds; `None` when that cannot be said.
    pub(crate) fn holds_text(&self, text: &str) -> Option<bool> {
        self.holds(&formula::parse(text)?).ok()
    }

    /// The value of the expression in `text`; `None` when it has none here.
    pub(crate) fn value_text(&self, text: &str) -> Option<Value> {
        let formula = formula::parse(text)?;
        formula.value(&|name| self.lookup(name)).ok().map(|l| crate::verbs::show::value(&l))
    }
}

/// A record value as a literal of the model.
pub(crate) fn literal(value: &Value) -> Literal {
    match value {
        Value::Bool(b) => Literal::Bool(*b),
        Value::Int(i) => Literal::Int(*i),
        Value::Float(f) => Literal::Float(*f),
        Value::Text(s) => Literal::Text(s.clone()),
        Value::List(items) => Literal::List(items.iter().map(literal).collect()),
    }
}

/// Sizes, hardware fields, device and toolchain by name; of equal names the workload's counts, then
/// what the machine says of itself.
pub(crate) fn bound(
    system: &System,
    workload: &Workload,
    problem: &Problem,
    (device, toolchain): (&Device, &Toolchain),
) -> Symbols {
    let mut all = BTreeMap::new();
    for (name, value) in sizes(problem) {
        all.insert(name.to_owned(), value);
    }
    all.extend(behind_names(&system.workloads));
    all.extend(behind_names(&system.hardware));
    for (key, value) in agreed(&system.hardware) {
        all.insert(format!("hardware.{key}"), value.clone());
        all.insert(key, value);
    }
    all.insert("architecture".to_owned(), Value::Text(device.architecture.clone()));
    all.insert("device".to_owned(), Value::Text(device.name.clone()));
    all.insert("cores".to_owned(), Value::Int(i64::from(device.cores)));
    all.insert("compiler".to_owned(), Value::Text(toolchain.compiler.clone()));
    all.insert("family".to_owned(), Value::Text(problem.family().to_owned()));
    all.extend(workload.0.iter().map(|(key, value)| (format!("workload.{key}"), value.clone())));
    all.extend(workload.0.clone());
    Symbols(all)
}

/// The values of a record; a bare name is a text.
pub(crate) fn fields(record: &Record) -> BTreeMap<String, Value> {
    let value = |reading: &Reading| match reading {
        Reading::Literal(literal) => Some(crate::verbs::show::value(literal)),
        Reading::Name(name) => Some(Value::Text(name.clone())),
        _ => None,
    };
    record.fields.iter().filter_map(|(key, s)| Some((key.clone(), value(&s.reading)?))).collect()
}

/// The fields of records with the record's name before them (`H200.sm_count`).
fn behind_names(records: &[Record]) -> BTreeMap<String, Value> {
    let named = records.iter().filter_map(|r| Some((r.name.as_ref()?, fields(r))));
    named
        .flat_map(|(name, fields)| {
            fields.into_iter().map(move |(key, value)| (format!("{name}.{key}"), value))
        })
        .collect()
}

/// The fields in which all records that have them agree; one in which two machines differ has no plain
/// name.
fn agreed(records: &[Record]) -> BTreeMap<String, Value> {
    let mut all: BTreeMap<String, Option<Value>> = BTreeMap::new();
    for (key, value) in records.iter().flat_map(fields) {
        let known = all.entry(key).or_insert_with(|| Some(value.clone()));
        if known.as_ref() != Some(&value) {
            *known = None;
        }
    }
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The sizes of a problem under the names that templates' constraints use.
fn sizes(problem: &Problem) -> Vec<(&'static str, Value)> {
    match problem {
        Problem::Matmul { m, n, k } => {
            vec![("m", (*m).into()), ("n", (*n).into()), ("k", (*k).into())]
        }
        Problem::AttentionForward {
            batch,
            heads,
            kv_heads,
            seq_len,
            kv_len,
            head_dim,
            causal,
            store_lse,
        } => vec![
            ("batch", (*batch).into()),
            ("heads", (*heads).into()),
            ("num_heads", (*heads).into()),
            ("kv_heads", (*kv_heads).into()),
            ("num_kv_heads", (*kv_heads).into()),
            ("num_head_kv", (*kv_heads).into()),
            ("seq_len", (*seq_len).into()),
            ("kv_len", (*kv_len).into()),
            ("k_len", (*kv_len).into()),
            ("head_dim", (*head_dim).into()),
            ("causal", causal.is_some().into()),
            ("store_lse", (*store_lse).into()),
        ],
    }
}
