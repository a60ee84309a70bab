//! The gateway of models that proposers are tried with: `LiteLLM` from PyPI, which makes answers up by itself.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What is installed: exactly one version, so that what it says does not change under the test.
const PACKAGE: &str = "litellm[proxy]==1.106.2";
/// The key that the test's gateway takes.
pub(crate) const KEY: &str = "sk-test-of-the-gateway";

/// Its program, installed now when it was not.
pub(crate) fn installed() -> Result<PathBuf> {
    let folder = crate::lift_score::target()?.join("gateway");
    let program = folder.join("bin/litellm");
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|of| of == PACKAGE) {
        return Ok(program);
    }
    println!("== gateway of models, into {}", folder.display());
    python(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    python(pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir", PACKAGE]))?;
    std::fs::write(&mark, PACKAGE)?;
    Ok(program)
}

/// Installs it, and says how it is tried.
pub(crate) fn show() -> Result<()> {
    let program = installed()?;
    println!(
        "SPAK_GATEWAY={} SPAK_GATEWAY_KEY={KEY} cargo test -p spak-llm gateway",
        program.display()
    );
    Ok(())
}

fn python(command: &mut Command) -> Result<()> {
    let output = command.output().context("python3 is not installed")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}", said.lines().last().unwrap_or("python3 failed"));
    }
    Ok(())
}
