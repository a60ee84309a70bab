//! Where the loop keeps what it writes: `.spak/` beside the design.

use std::path::{Path, PathBuf};

/// The files of one design's loop.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// The append-only record of all runs.
    pub(crate) trace: PathBuf,
    /// The state of the run at work.
    pub(crate) state: PathBuf,
    /// Compiled candidates; may be deleted at any time.
    pub(crate) build: PathBuf,
    /// Source of the best kernel of the last run.
    pub(crate) kernel: PathBuf,
    /// The design's text before each edit, by hash.
    pub(crate) earlier: PathBuf,
}

impl Paths {
    /// The paths for the design at `design`.
    pub(crate) fn of(design: &Path) -> Self {
        let root = design.with_file_name(".spak");
        let stem = design.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self {
            trace: root.join("traces").join(format!("{stem}.jsonl")),
            state: root.join("loops").join(format!("{stem}.json")),
            build: root.join("build").join(&stem),
            kernel: root.join("kernels").join(format!("{stem}.c")),
            earlier: root.join("designs"),
        }
    }
}
