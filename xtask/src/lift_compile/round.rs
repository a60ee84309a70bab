//! A kernel that was made from a design, lifted again: does it show the choices that it was made with?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::spak;

/// Choices of a generated kernel, by what lifting says of them.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// Found with the value that they were made with.
    pub(super) same: usize,
    /// Found with another value.
    pub(super) other: Vec<String>,
    /// Not found.
    pub(super) missing: Vec<String>,
}

/// Lifts a generated file and compares it with the choices in its head.
pub(super) fn compare(program: &Path, generated: &Path) -> Result<Round> {
    let source = std::fs::read_to_string(generated)?;
    let answer =
        spak(program, &["lift".as_ref(), generated, "--output".as_ref(), "json".as_ref()])?;
    let report: Value = serde_json::from_slice(&answer)?;
    Ok(against(&choices(&source), &found(&report).context("the report has no findings")?))
}

/// The choices that the first lines of a generated file name.
fn choices(source: &str) -> BTreeMap<String, String> {
    let head = source.lines().skip(1).map_while(|line| line.strip_prefix("# "));
    let all = head.flat_map(|line| line.split("; ")).filter_map(|one| one.split_once(": "));
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The values of each axis, by the name that designs have for it.
fn found(report: &Value) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let files = report.pointer("/files").or_else(|| report.pointer("/result/files"))?;
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in files.get(0)?.get("findings")?.as_array()? {
        let text = |key: &str| finding.get(key).and_then(Value::as_str);
        let (Some(axis), Some(value)) = (text("axis"), text("value")) else { continue };
        let of_role = text("role").map(|role| format!("{role}_{axis}"));
        for name in of_role.into_iter().chain([axis.to_owned()]) {
            all.entry(name).or_default().insert(value.to_owned());
        }
    }
    Some(all)
}

fn against(
    choices: &BTreeMap<String, String>,
    found: &BTreeMap<String, BTreeSet<String>>,
) -> Round {
    let mut round = Round::default();
    // Sizes are arguments of the kernel, and its source does not have them.
    for (name, value) in choices.iter().filter(|(name, _)| !name.starts_with("tile_")) {
        match found.get(name) {
            Some(values) if values.iter().any(|found| is_same(name, value, found)) => {
                round.same += 1;
            }
            Some(values) => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                round.other.push(format!("{name} is {} and not {value}", values.join(", ")));
            }
            None => round.missing.push(name.clone()),
        }
    }
    round
}

/// A hint that is left to the compiler is a number here, and is not there in the source.
fn is_same(name: &str, made: &str, found: &str) -> bool {
    let left_alone = [("occupancy", "0"), ("num_ctas", "1"), ("opt_level", "3")];
    let is_unset = left_alone.contains(&(name, made));
    made == found || is_unset && found == "unset"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::{against, choices, found};

    #[test]
    fn choices_are_compared_by_their_names_in_designs() {
        let made = choices(
            "# title\n# softmax_scheme: online; k_load_latency: 2\n# occupancy: 0; tile_m: 64\nimport\n",
        );
        assert_eq!(made.len(), 4);
        let report = json!({"files": [{"findings": [
            {"axis": "softmax_scheme", "value": "two_pass"},
            {"axis": "load_latency", "role": "k", "value": "2"},
            {"axis": "occupancy", "value": "unset"},
        ]}]});
        let found = found(&report).unwrap();
        assert_eq!(found["k_load_latency"], BTreeSet::from(["2".to_owned()]));
        let round = against(&made, &found);
        assert_eq!(round.same, 2);
        assert_eq!(round.other, ["softmax_scheme is two_pass and not online"]);
        assert!(round.missing.is_empty());
    }
}
