//! What docs/ARCHITECTURE.md and docs/decisions/dependencies.md say, compared with the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::run::root;

/// Crates that are functions of their arguments.
const PURE: [&str; 10] = [
    "spak-syntax",
    "spak-expr",
    "spak-model",
    "spak-generate",
    "spak-loop",
    "spak-learn",
    "spak-knowledge",
    "spak-report",
    "spak-script",
    "spak-tileir",
];
/// What such a crate has no business with.
const OUTSIDE: [&str; 6] =
    ["std::fs", "std::process", "std::net", "std::env", "Instant::now", "SystemTime"];
/// Libraries that only these crates may name.
const OWNED: [(&str, &str); 8] = [
    ("rowan", "spak-syntax"),
    ("minijinja", "spak-generate"),
    ("minijinja", "spak-report"),
    ("minijinja", "spak-transform"),
    ("clap", "spak"),
    ("annotate-snippets", "spak"),
    ("comfy-table", "spak"),
    ("indicatif", "spak"),
];
/// Where something is serializable outside `spak-records`.
const SERIALIZABLE: [&str; 11] = [
    "crates/spak-exchange/src/results/write.rs",
    "crates/spak-exchange/src/rows/parquet.rs",
    "crates/spak-run/src/inputs.rs",
    "crates/spak-run/src/sandbox/mod.rs",
    "crates/spak-train/src/spec/data.rs",
    "crates/spak-train/src/spec/mod.rs",
    "crates/spak-train/src/spec/model.rs",
    "crates/spak-train/src/spec/train.rs",
    "crates/spak-train/src/trainer/checkpoint.rs",
    "crates/spak/src/output/json.rs",
    "crates/spak/src/verbs/explain.rs",
];

/// Adds every difference.
pub(crate) fn check(files: &[PathBuf], broken: &mut Vec<String>) -> Result<()> {
    let metadata =
        MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec()?;
    dependencies(&metadata.packages, broken)?;
    libraries(&metadata.packages, broken)?;
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "rs")) {
        source(file, broken)?;
    }
    Ok(())
}

/// What a source file may name.
fn source(file: &Path, broken: &mut Vec<String>) -> Result<()> {
    let shown = file.display().to_string();
    let Some((name, _)) = shown.strip_prefix("crates/").and_then(|rest| rest.split_once("/src/"))
    else {
        return Ok(());
    };
    let text = std::fs::read_to_string(root().join(file))?;
    // Tests inside a file may do what they need.
    let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
    for (number, line) in code.lines().enumerate() {
        let line = line.split("//").next().unwrap_or(line);
        let outside = OUTSIDE.iter().find(|word| line.contains(**word));
        if let Some(word) = outside.filter(|_| PURE.contains(&name)) {
            broken.push(format!("{shown}:{}: `{word}` in a crate without outside", number + 1));
        }
        let serializes = line.contains("Serialize") && name != "spak-records";
        if serializes && !SERIALIZABLE.contains(&shown.as_str()) {
            broken.push(format!("{shown}:{}: serializable outside spak-records", number + 1));
        }
    }
    Ok(())
}

/// Each library is named in docs/decisions/dependencies.md, and by no crate but its owner.
fn libraries(packages: &[Package], broken: &mut Vec<String>) -> Result<()> {
    let text = std::fs::read_to_string(root().join("docs/decisions/dependencies.md"))?;
    let first_cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let words = first_cells.flat_map(|cell| cell.split([',', ' ', '(', ')']));
    let known: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    for package in packages {
        for dependency in package.dependencies.iter().filter(|d| d.path.is_none()) {
            let (crate_name, name) = (package.name.as_str(), dependency.name.as_str());
            if !known.contains(name) {
                broken.push(format!(
                    "docs/decisions/dependencies.md: no line for `{name}`, which {crate_name} uses"
                ));
            }
            let owners = OWNED.iter().filter(|(library, _)| *library == name);
            let owners: Vec<&str> = owners.map(|(_, owner)| *owner).collect();
            let is_test = dependency.kind == DependencyKind::Development;
            if !owners.is_empty() && !owners.contains(&crate_name) && !is_test {
                let owners = owners.join(" and ");
                broken.push(format!("crates/{crate_name}: `{name}` is for {owners} alone"));
            }
        }
    }
    Ok(())
}

/// Compares the dependencies between crates with the table in docs/ARCHITECTURE.md, whose rows are
/// ``| `crate` | duty | `a`, `b` |``.
fn dependencies(packages: &[Package], broken: &mut Vec<String>) -> Result<()> {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md"))?;
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [name, .., uses] = cells.as_slice() else { continue };
        let Some(name) = name.strip_prefix('`').and_then(|n| n.strip_suffix('`')) else { continue };
        if !(name.starts_with("spak") || name == "xtask") {
            continue;
        }
        let uses = uses.split('`').filter(|u| u.starts_with("spak")).map(str::to_owned);
        allowed.insert(name.to_owned(), uses.collect());
    }
    for package in packages {
        let name = package.name.to_string();
        let Some(may_use) = allowed.remove(&name) else {
            broken.push(format!("docs/ARCHITECTURE.md: no row for the crate `{name}`"));
            continue;
        };
        let uses: BTreeSet<String> = package
            .dependencies
            .iter()
            .filter(|d| d.path.is_some() && d.kind != DependencyKind::Development)
            .map(|d| d.name.clone())
            .collect();
        for extra in uses.difference(&may_use) {
            broken.push(format!(
                "crates/{name}: uses `{extra}`, which docs/ARCHITECTURE.md does not allow"
            ));
        }
        for missing in may_use.difference(&uses) {
            broken.push(format!("docs/ARCHITECTURE.md: `{name}` does not use `{missing}`"));
        }
    }
    for name in allowed.keys() {
        broken.push(format!("docs/ARCHITECTURE.md: there is no crate `{name}`"));
    }
    Ok(())
}
