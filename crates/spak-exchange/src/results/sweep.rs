//! Sweeps: an object with a list of flat records, in each of which values and measurements stand side by side.
//!
//! Nothing in such a file says which entries are which, so names and values must:
//!
//! - Whether a row was accepted is said by a truth value called `passed`, `correct`, `valid`, `ok` or `success`; others are values.
//! - A number is a measurement when the last word of its name is a unit or a word for a time, rate or energy ([`UNITS`],
//!   [`RATES`]), or when some record has a fraction there and more than half of the records differ in it.
//! - `device`, `gpu` or `hardware` with the same text in all records is the machine.
//! - Everything else is a value of the config, numbers and texts alike.
//! - What was tuned for is what the file says in `metric` or `objective`, or else the first measurement whose name does not
//!   end in the name of an earlier or later one: `torch_tflops` is somebody else's `tflops`, and a baseline.
//!
//! A measurement of an accepted row is positive and finite; a row that was not accepted may have any, or none.

use spak_records::Value;
use spak_syntax::Diagnostic;

use super::Failure;
use super::build::{Builder, Entry};
use crate::json::Node;

/// Entries that hold the records.
pub(super) const LISTS: [&str; 4] = ["full_history", "history", "records", "trials"];
/// Entries that say whether a row was accepted.
const VERDICTS: [&str; 5] = ["passed", "correct", "valid", "ok", "success"];
/// Entries that name the machine.
const MACHINES: [&str; 3] = ["device", "gpu", "hardware"];
/// Last words of names of what less is better of.
const UNITS: [&str; 16] = [
    "time",
    "runtime",
    "elapsed",
    "duration",
    "seconds",
    "sec",
    "ms",
    "us",
    "ns",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "energy",
    "joules",
    "mj",
    "cycles",
];
/// Last words of names of what more is better of.
pub(super) const RATES: [&str; 12] = [
    "flops",
    "gflops",
    "tflops",
    "mflops",
    "pflops",
    "gbps",
    "tbps",
    "bandwidth",
    "throughput",
    "speedup",
    "gups",
    "efficiency",
];

type Fault = Box<Diagnostic>;

/// One record: names with what stands there.
type Record<'t> = Vec<(String, Node<'t>)>;

/// Whether a name's last word says that it is measured.
fn says_measured(name: &str) -> bool {
    let word = last_word(name);
    UNITS.contains(&word.as_str()) || RATES.contains(&word.as_str())
}

/// The last word of a name, in small letters; `GFLOP/s` is `gflops`.
pub(super) fn last_word(name: &str) -> String {
    let name = name.to_lowercase().replace("flop/s", "flops");
    name.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// Reads a whole text into a builder.
pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Fault> {
    let root = Node::of(text)?;
    let members = root.members(&"the file")?;
    let entry = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, node)| *node);
    let found = LISTS.iter().find_map(|name| Some((*name, entry(name)?)));
    let Some((list, node)) = found else {
        return Err(Box::new(root.fault(&"the file", "there is no list of records")));
    };
    let mut records: Vec<Record<'_>> = Vec::new();
    for (index, element) in node.elements(&list)?.into_iter().enumerate() {
        let place = format!("{list}[{index}]");
        let record = element.members(&place)?;
        for (position, (name, at)) in record.iter().enumerate() {
            if record.iter().take(position).any(|(earlier, _)| earlier == name) {
                return Err(Box::new(at.fault(&place, &format!("`{name}` stands here twice"))));
            }
        }
        records.push(record);
    }
    let names = names(&records);
    let device = MACHINES.iter().find_map(|name| constant_text(&records, name));
    builder.device = device.clone().or_else(|| {
        let node = MACHINES.iter().find_map(|name| entry(name))?;
        node.value(&"device").ok()?.as_text().map(str::to_owned)
    });
    let values = columns(&records, &names, list)?;
    let is_machine = |name: &str| device.is_some() && MACHINES.contains(&name);
    let is_verdict = |name: &str| VERDICTS.contains(&name);
    let measured: Vec<&str> = names
        .iter()
        .zip(&values)
        .filter(|(name, column)| !is_verdict(name) && is_measured(name, column))
        .map(|(name, _)| name.as_str())
        .collect();
    let said = ["metric", "objective"].iter().find_map(|name| {
        let value = entry(name)?.value(name).ok()?;
        let text = value.as_text()?.to_owned();
        measured.contains(&text.as_str()).then_some(text)
    });
    let objective = said.or_else(|| objective(&measured).map(str::to_owned));
    let objectives: Vec<String> = objective.iter().cloned().collect();
    for (index, record) in records.iter().enumerate() {
        let place = format!("{list}[{index}]");
        let at = |name: &str| {
            record
                .iter()
                .zip(values_of(&names, &values, record, index))
                .find_map(|((own, node), value)| (own == name).then_some((*node, value)))
        };
        let verdict = VERDICTS.iter().find_map(|name| Some((*name, at(name)?)));
        let passed = match verdict {
            None => true,
            Some((_, (_, Some(Value::Bool(passed))))) => *passed,
            Some((name, (node, _))) => {
                let path = format!("{place}.{name}");
                return Err(Box::new(node.fault(&path, "this is neither `true` nor `false`")));
            }
        };
        for name in &names {
            if is_verdict(name) || is_machine(name) {
                continue;
            }
            let path = format!("{place}.{name}");
            let is_metric = measured.contains(&name.as_str());
            let Some((node, value)) = at(name) else {
                if is_metric && !(passed && objective.as_ref() == Some(name)) {
                    continue;
                }
                let whole = records_node(record, node);
                let message = format!("this record lacks `{name}`, which others have");
                return Err(Box::new(whole.fault(&place, &message)));
            };
            let Some(value) = value else {
                return Err(Box::new(
                    node.fault(&path, "a value is a number, text or truth value"),
                ));
            };
            if is_metric {
                measurement(builder, name, value, passed).map_err(|m| {
                    Box::new(node.fault(&path, &m).repair(
                        "mend the number, or say `\"passed\": false` if the row was not accepted",
                    ))
                })?;
            } else {
                builder.value(name, value.clone()).map_err(|m| Box::new(node.fault(&path, &m)))?;
            }
        }
        builder.objectives(&objectives);
        let failure = (!passed).then_some(Failure::Correctness);
        let entry = Entry { failure, ..Entry::default() };
        let whole = records_node(record, node);
        builder.end_row(entry).map_err(|m| Box::new(whole.fault(&place, &m)))?;
    }
    Ok(())
}

/// Where a record is pointed at: its first value, or the list when it has none.
fn records_node<'t>(record: &Record<'t>, list: Node<'t>) -> Node<'t> {
    record.first().map_or(list, |(_, node)| *node)
}

/// A number that was measured; of an accepted row it must be possible.
fn measurement(
    builder: &mut Builder,
    name: &str,
    value: &Value,
    passed: bool,
) -> Result<(), String> {
    let number = value.as_float();
    match number {
        Some(x) if !passed || (x.is_finite() && x > 0.0) => {}
        Some(0.0) => return Err("an accepted row was measured, and this is zero".into()),
        Some(_) => return Err("an accepted row was measured, and this is below zero".into()),
        None if passed => return Err("an accepted row was measured, and this is no number".into()),
        None => {}
    }
    builder.measurement(name, None, number.filter(|_| passed));
    Ok(())
}

/// All names in the order in which they first occur.
fn names(records: &[Record<'_>]) -> Vec<String> {
    let mut known = std::collections::BTreeSet::new();
    let mut names = Vec::new();
    for (name, _) in records.iter().flatten() {
        if known.insert(name.as_str()) {
            names.push(name.clone());
        }
    }
    names
}

/// For each name its values by record; `None` where a record has none, or an object.
fn columns(
    records: &[Record<'_>],
    names: &[String],
    list: &str,
) -> Result<Vec<Vec<Option<Value>>>, Fault> {
    let mut columns: Vec<Vec<Option<Value>>> = vec![vec![None; records.len()]; names.len()];
    for (index, record) in records.iter().enumerate() {
        for (name, node) in record {
            let value = if node.is_object() {
                None
            } else {
                Some(node.value(&format_args!("{list}[{index}].{name}"))?)
            };
            let column = names.iter().position(|n| n == name);
            if let Some(slot) = column.and_then(|c| columns.get_mut(c)?.get_mut(index)) {
                *slot = value;
            }
        }
    }
    Ok(columns)
}

/// The values of a record in its own order.
fn values_of<'v>(
    names: &[String],
    columns: &'v [Vec<Option<Value>>],
    record: &Record<'_>,
    index: usize,
) -> Vec<Option<&'v Value>> {
    let of = |name: &String| {
        let column = names.iter().position(|n| n == name)?;
        columns.get(column)?.get(index)?.as_ref()
    };
    record.iter().map(|(name, _)| of(name)).collect()
}

/// The text that all records have under this name.
fn constant_text(records: &[Record<'_>], name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for record in records {
        let node = record.iter().find(|(own, _)| own == name)?.1;
        let text = node.value(&name).ok()?.as_text()?.to_owned();
        if found.get_or_insert_with(|| text.clone()) != &text {
            return None;
        }
    }
    found
}

fn is_measured(name: &str, column: &[Option<Value>]) -> bool {
    let numbers: Vec<f64> = column.iter().flatten().filter_map(Value::as_float).collect();
    if numbers.is_empty() {
        return false;
    }
    // A name that says so, or numbers with fractions that hardly repeat.
    let mut distinct = numbers.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let has_fraction = numbers.iter().any(|x| x.fract() != 0.0);
    says_measured(name) || (has_fraction && 2 * distinct.len() > column.len())
}

/// The first measurement that is nobody else's, or else the first one.
fn objective<'n>(measured: &[&'n str]) -> Option<&'n str> {
    let is_anothers = |name: &str| {
        measured.iter().any(|other| {
            name.strip_suffix(other).is_some_and(|rest| rest.ends_with(['_', '-', '.']))
        })
    };
    let own = measured.iter().find(|name| !is_anothers(name));
    own.or(measured.first()).copied()
}
