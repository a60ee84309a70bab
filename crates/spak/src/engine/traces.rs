//! Traces as users name them: also compressed ones, as repositories keep them.

use std::fs::File;
use std::io::{Read, copy};
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;
use spak_records::store::Trace;

/// The most bytes that a compressed trace may have when it is unpacked.
const LARGEST: u64 = 4 << 30;

/// The trace at `path`; one whose name ends with `.gz` is unpacked for reading.
///
/// # Errors
/// It cannot be read, or is no trace.
pub(crate) fn read(path: &Path) -> Result<Trace> {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Ok(Trace::read(path)?);
    }
    let shown = path.display();
    let packed = File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
    let mut unpacked = tempfile::NamedTempFile::new()?;
    copy(&mut MultiGzDecoder::new(packed).take(LARGEST), &mut unpacked)
        .with_context(|| format!("cannot unpack `{shown}`"))?;
    // What is wrong with it is told of the file that the user knows.
    Trace::read(unpacked.path()).map_err(|error| {
        let text = error.to_string().replace(&unpacked.path().display().to_string(), "");
        anyhow::anyhow!("{shown}: {}", text.trim_start_matches([':', ' ']))
    })
}
