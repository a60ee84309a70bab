//! Which compiler this is.

use std::process::{Command, Stdio};

use spak_records::Toolchain;

use crate::error::RunError;
use crate::options::CompilerOptions;

/// The compiler of `options` with its version and all flags that every candidate gets.
///
/// # Errors
/// `NoCompiler` when the command cannot be started or does not know `--version`.
pub fn detect_toolchain(options: &CompilerOptions) -> Result<Toolchain, RunError> {
    let missing =
        |reason: String| RunError::NoCompiler { command: options.command.clone(), reason };
    let output = Command::new(&options.command)
        .arg("--version")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|e| missing(e.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.lines().next().map(str::trim).filter(|line| !line.is_empty());
    let Some(version) = version.filter(|_| output.status.success()) else {
        return Err(missing("it does not answer --version".to_owned()));
    };
    let mut flags = options.flags.clone();
    if options.sanitize {
        let extra = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        flags.extend(extra.map(str::to_owned));
    }
    // Where it lies says nothing about it; its version does.
    let path = std::path::Path::new(&options.command);
    let name = path.file_name().map_or(options.command.clone(), |n| n.to_string_lossy().into());
    Ok(Toolchain { compiler: name, version: version.to_owned(), flags })
}
