//! References in CUDA C++ as binaries, by the compiler that comes with the toolchain.

use std::process::Command;
use std::time::Instant;

use crate::error::ToolchainError;
use crate::installed::Installed;
use crate::job::Outcome;
use crate::kept::Kept;

/// Compiles CUDA C++ without headers for an architecture; a C++ compiler of the machine preprocesses it.
///
/// # Errors
/// The compiler cannot be started or does not take the text, which is ours.
pub fn reference(
    toolchain: &Installed,
    kept: &Kept,
    source: &str,
    architecture: &str,
) -> Result<Vec<u8>, ToolchainError> {
    let mut hash = blake3::Hasher::new();
    for part in ["cuda", toolchain.identity(), architecture, source] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let key = hash.finalize().to_hex().as_str().to_owned();
    if let Some(Outcome::Compiled { binary, .. }) = kept.get(&key, f64::MAX) {
        return Ok(binary);
    }
    let folder =
        tempfile::tempdir().map_err(|error| ToolchainError::Reference(error.to_string()))?;
    let (from, to) = (folder.path().join("reference.cu"), folder.path().join("reference.cubin"));
    std::fs::write(&from, source).map_err(|error| ToolchainError::Reference(error.to_string()))?;
    let begin = Instant::now();
    let output = Command::new(toolchain.tools().join("bin/nvcc"))
        .arg(format!("-arch={architecture}"))
        .args(["-cubin", "-O3", "-o"])
        .args([&to, &from])
        .env("TMPDIR", folder.path())
        .output()
        .map_err(|error| ToolchainError::Reference(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(ToolchainError::Reference(said.lines().take(5).collect::<Vec<_>>().join("; ")));
    }
    let binary =
        std::fs::read(&to).map_err(|error| ToolchainError::Reference(error.to_string()))?;
    let seconds = begin.elapsed().as_secs_f64();
    kept.put(&key, &Outcome::Compiled { binary: binary.clone(), seconds })?;
    Ok(binary)
}
