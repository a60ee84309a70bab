//! Knowledge that a loop puts into a design: through the gates of transformation, part by part.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_records::file;

use crate::transforming::know;

/// Puts statements of a `knowledge` block into the design at `path`; says what was taken. What is no statement becomes a hint: it is
/// kept and shown, and nothing follows from it.
///
/// # Errors
/// The design cannot be read or has errors, or nothing was taken.
pub(super) fn integrate(path: &Path, insights: &str) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let made = know(path, &text, insights)?;
    if made.taken.is_empty() {
        bail!("{}", made.refused.join("; "));
    }
    file::replace(path, made.text.as_bytes())?;
    let mut said = format!("taken: {}", made.taken.join(", "));
    if !made.refused.is_empty() {
        said.push_str(&format!("; refused: {}", made.refused.join("; ")));
    }
    Ok(said)
}
