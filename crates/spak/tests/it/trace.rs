//! What a trace on disk says, read without the program.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// The whole lines of a trace.
pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// The lines of one type.
pub(crate) fn of_type<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == name).collect()
}

/// Keys of all trials, in order.
pub(crate) fn trial_keys(lines: &[Value]) -> Vec<String> {
    of_type(lines, "trial").iter().map(|t| t["data"]["key"].as_str().unwrap().to_owned()).collect()
}

/// The runs in order of their first line.
pub(crate) fn runs(lines: &[Value]) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for start in of_type(lines, "run") {
        let run = start["run"].as_str().unwrap().to_owned();
        if !runs.contains(&run) {
            runs.push(run);
        }
    }
    runs
}

/// No trial was measured twice, and no config was measured twice in one run.
pub(crate) fn assert_nothing_twice(lines: &[Value]) {
    let mut seen = BTreeMap::new();
    for trial in of_type(lines, "trial") {
        for name in ["key", "config_id"] {
            let key = (name, trial["data"][name].to_string());
            let before = seen.insert(key, &trial["seq"]);
            assert!(before.is_none(), "seq {} and {before:?} have the same {name}", trial["seq"]);
        }
    }
}
