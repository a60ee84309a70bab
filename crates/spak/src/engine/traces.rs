//! Traces as users name them: also compressed ones, as repositories keep them.

use std::fs::File;
use std::io::{Read, copy};
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;
use spak_records::learn_report::LeftOutLine;
use spak_records::store::Trace;

use crate::output;

/// Lines that are named one by one.
const MOST_SAID: usize = 10;

/// The most bytes that a compressed trace may have when it is unpacked.
const LARGEST: u64 = 4 << 30;

/// Lines of a trace that nothing may be concluded from: those that are broken, and trials with numbers that cannot be.
pub(crate) fn left_out(shown: &str, trace: &Trace) -> Vec<LeftOutLine> {
    let line = |line: u64, why: String| LeftOutLine { trace: shown.to_owned(), line, why };
    let broken = trace.damage.corrupt_lines.iter().map(|(at, why)| line(*at, why.clone()));
    let impossible =
        trace.trials().filter_map(|(at, trial)| Some(line(at.number, trial.impossible()?)));
    let mut all: Vec<LeftOutLine> = broken.chain(impossible).collect();
    all.sort_by_key(|one| one.line);
    all
}

/// Says which lines were left out.
pub(crate) fn say_left_out(lines: &[LeftOutLine]) {
    for LeftOutLine { trace, line, why } in lines.iter().take(MOST_SAID) {
        output::aside(&format!("{trace}:{line}: left out: {why}\n"));
    }
    if let Some(more) = lines.len().checked_sub(MOST_SAID).filter(|more| *more > 0) {
        output::aside(&format!("and {more} more lines\n"));
    }
}

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
