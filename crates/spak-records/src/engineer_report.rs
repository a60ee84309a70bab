//! What `spak generate --by` says.

use serde::Serialize;

use crate::Config;
use crate::transform_report::{AskedRecord, NotDone};

/// A kernel that somebody wrote, and what came of judging it.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct EngineerReport {
    /// The design.
    pub design: String,
    /// The config that the kernel is of.
    pub config: Config,
    /// The problem, in words.
    pub problem: String,
    /// Who was asked.
    pub asked: AskedRecord,
    /// What was refused on the way, with the round it was of, from 1.
    pub refused: Vec<NotDone>,
    /// Level 4: comparisons with the reference that it passed; none when it was not accepted.
    pub checks: u64,
    /// Level 5: its median time in nanoseconds, timed by turns with the next.
    pub median_ns: Option<u64>,
    /// The median time of the template's kernel of the same config, in nanoseconds.
    pub template_median_ns: Option<u64>,
    /// Operations a second, in TFLOPS.
    pub tflops: Option<f64>,
    /// Where the source was written.
    pub written: Option<String>,
}
