//! Rules about files that no compiler checks.

mod architecture;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::root;

/// A file is one idea; longer ones are a place to look.
const MAX_LINES: usize = 800;
/// Larger files are data, and data is downloaded or generated.
const MAX_BYTES: u64 = 256 << 10;

/// Checks every rule and reports all that are broken.
pub(crate) fn check() -> Result<()> {
    println!("== tidy");
    let mut broken = Vec::new();
    let files = tracked()?;
    architecture::check(&files, &mut broken)?;
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
