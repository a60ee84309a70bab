//! What names stand for while conditions are evaluated: the config, the problem, the machine.

use std::collections::BTreeMap;

use spak_model::Literal;
use spak_model::formula::{self, Formula};
use spak_model::reading::Reading;
use spak_model::system::{Record, System};
use spak_records::{Device, Problem, Toolchain, Value, Workload};

/// Values by name; quantities keep their units.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols(BTreeMap<String, Literal>);

impl Symbols {
    /// These symbols and the values of a config, which go first.
    pub(crate) fn with(&self, config: BTreeMap<String, Literal>) -> Self {
        let mut all = self.0.clone();
        all.extend(config);
        Self(all)
    }

    /// All names with what they stand for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Literal)> {
        self.0.iter()
    }

    /// Whether `name` has a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn lookup(&self, name: &str) -> Option<Literal> {
        self.0.get(name).cloned()
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
        formula.value(&|name| self.lookup(name)).ok().map(|l| l.record())
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
    workload: &Record,
    problem: &Problem,
    (device, toolchain): (&Device, &Toolchain),
) -> Symbols {
    let text = |text: &str| Literal::Text(text.to_owned());
    let mut all = BTreeMap::new();
    for (name, value) in problem.symbols() {
        for name in [name].iter().chain(Problem::aliases(name)) {
            all.insert((*name).to_owned(), literal(&value));
        }
    }
    all.extend(behind_names(&system.workloads));
    all.extend(behind_names(&system.hardware));
    for (key, value) in agreed(&system.hardware) {
        all.insert(format!("hardware.{key}"), value.clone());
        all.insert(key, value);
    }
    all.insert("architecture".to_owned(), text(&device.architecture));
    // A design that describes no machine is for the one at hand.
    let own = all.entry("hardware.architecture".to_owned());
    own.or_insert_with(|| text(&device.architecture));
    all.insert("device".to_owned(), text(&device.name));
    all.insert("cores".to_owned(), Literal::Int(i64::from(device.cores)));
    all.insert("compiler".to_owned(), text(&toolchain.compiler));
    all.insert("family".to_owned(), text(problem.family()));
    for (key, value) in fields(workload) {
        all.insert(format!("workload.{key}"), value.clone());
        all.insert(key, value);
    }
    Symbols(all)
}

/// What a design alone says of its workload and its hardware, by name.
pub(crate) fn declared(system: &System, workload: Option<&Record>) -> BTreeMap<String, Literal> {
    let mut all = behind_names(&system.workloads);
    all.extend(behind_names(&system.hardware));
    for (key, value) in agreed(&system.hardware) {
        all.insert(format!("hardware.{key}"), value.clone());
        all.insert(key, value);
    }
    for (key, value) in workload.map(fields).unwrap_or_default() {
        all.insert(format!("workload.{key}"), value.clone());
        all.insert(key, value);
    }
    all
}

/// The values of a workload as records have them: a bare name is a text, and so is a quantity.
pub(crate) fn workload(record: &Record) -> Workload {
    let fields = fields(record).into_iter();
    Workload(fields.map(|(key, value)| (key, value.record())).collect())
}

/// The values of a record; a bare name is a text.
fn fields(record: &Record) -> BTreeMap<String, Literal> {
    let value = |reading: &Reading| match reading {
        Reading::Literal(literal) => Some(literal.clone()),
        Reading::Name(name) => Some(Literal::Text(name.clone())),
        _ => None,
    };
    record.fields.iter().filter_map(|(key, s)| Some((key.clone(), value(&s.reading)?))).collect()
}

/// The fields of records with the record's name before them (`H200.sm_count`).
fn behind_names(records: &[Record]) -> BTreeMap<String, Literal> {
    let named = records.iter().filter_map(|r| Some((r.name.as_ref()?, fields(r))));
    named
        .flat_map(|(name, fields)| {
            fields.into_iter().map(move |(key, value)| (format!("{name}.{key}"), value))
        })
        .collect()
}

/// The fields in which all records that have them agree; one in which two machines differ has no plain
/// name.
fn agreed(records: &[Record]) -> BTreeMap<String, Literal> {
    let mut all: BTreeMap<String, Option<Literal>> = BTreeMap::new();
    for (key, value) in records.iter().flat_map(fields) {
        let known = all.entry(key).or_insert_with(|| Some(value.clone()));
        if known.as_ref() != Some(&value) {
            *known = None;
        }
    }
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
