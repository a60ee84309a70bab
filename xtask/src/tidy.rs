//! Rules about files that no compiler checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::run::root;

/// A file is one idea; longer ones are a place to look.
const MAX_LINES: usize = 800;
/// Larger files are data, and data is downloaded or generated.
const MAX_BYTES: u64 = 256 << 10;

/// Checks every rule and reports all that are broken.
pub(crate) fn check() -> Result<()> {
    println!("== tidy");
    let mut broken = Vec::new();
    dependencies(&mut broken)?;
    let files = tracked()?;
    for file in &files {
        one_file(file, &mut broken)?;
    }
    crate::figures::quotes::check(&mut broken)?;
    if broken.is_empty() {
        println!("{} files are in order", files.len());
        return Ok(());
    }
    for line in &broken {
        println!("{line}");
    }
    bail!("{} rules of tidiness are broken", broken.len())
}

fn tracked() -> Result<Vec<PathBuf>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("cannot ask git for the files")?;
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(PathBuf::from).filter(|f| root().join(f).is_file()).collect())
}

fn one_file(file: &Path, broken: &mut Vec<String>) -> Result<()> {
    let path = root().join(file);
    let shown = file.display();
    let size = path.metadata()?.len();
    let is_lock = file.file_name().is_some_and(|n| n == "Cargo.lock");
    if size > MAX_BYTES && !is_lock {
        broken.push(format!("{shown}: {size} bytes, at most {MAX_BYTES}"));
    }
    if file.extension().is_none_or(|e| e != "rs") {
        return Ok(());
    }
    let text = std::fs::read_to_string(&path)?;
    let lines = text.lines().count();
    if lines > MAX_LINES {
        broken.push(format!("{shown}: {lines} lines, at most {MAX_LINES}; is it still one idea?"));
    }
    let first = text.lines().find(|l| !l.starts_with("#!")).unwrap_or("");
    if !first.starts_with("//!") {
        broken.push(format!("{shown}: does not begin with a `//!` line that says what it is"));
    }
    for (number, line) in text.lines().enumerate() {
        let attribute = line.trim_start().strip_prefix("#[").unwrap_or("");
        if attribute.starts_with("ignore") || attribute.starts_with("should_panic") {
            broken.push(format!("{shown}:{}: a test that is ignored or must panic", number + 1));
        }
    }
    Ok(())
}

/// Compares the dependencies between crates with the table in docs/ARCHITECTURE.md, whose rows are
/// ``| `crate` | duty | `a`, `b` |``.
fn dependencies(broken: &mut Vec<String>) -> Result<()> {
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
    let metadata =
        MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec()?;
    for package in &metadata.packages {
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
