//! The samples of one program, and whether they can be believed as a whole.

use spak_records::Problem;

use crate::fault::Fault;
use crate::options::RunOptions;
use crate::reason;
use crate::statistics::{Summary, summarize};

/// One timed program.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Nanoseconds of one call, over the samples.
    pub summary: Summary,
    /// Calls in each sample.
    pub calls: u32,
    /// Median of what the program claimed for one call; the judge's number is what counts.
    pub claimed_median_ns: u64,
    /// Median time of an empty round trip, which each sample contains once.
    pub round_trip_ns: u64,
    /// Elements compared with the reference after timed calls.
    pub compared: u64,
}

/// What was measured of one program.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) samples: Vec<u64>,
    pub(crate) claims: Vec<u64>,
    pub(crate) pings: Vec<u64>,
    /// Difference between the judge's time of each batch and the claimed one, in nanoseconds.
    pub(crate) gaps: Vec<u64>,
    pub(crate) compared: u64,
    pub(crate) calls: usize,
}

impl Record {
    /// Whether the samples as a whole are possible.
    pub(crate) fn believable(&self, problem: &Problem, options: &RunOptions) -> Result<(), Fault> {
        let Some(timed) = self.timed() else { return Ok(()) };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let peak = options.time.peak_flops.unwrap_or(cores as f64 * 64.0 * 6e9);
        let rate = problem.flops() / (timed.summary.min_ns.max(1) as f64 * 1e-9);
        // A clock tick of 1 ns says nothing about calls of a few nanoseconds.
        if rate > peak && timed.summary.min_ns > 20 || rate > 1000.0 * peak {
            let detail = format!(
                "{} ns a call would be {:.1} GFLOP/s, but the peak is {:.1}",
                timed.summary.min_ns,
                rate / 1e9,
                peak / 1e9
            );
            return Err(Fault::new(reason::IMPOSSIBLE_TIME, detail));
        }
        // What the judge's sample holds beside the calls is the round trip. On a busy machine it may
        // be woken late now and then, but not every time: a clock that lies does so every time.
        // So the least that was ever beside a claim is held against the fastest round trip.
        let batch = timed.summary.min_ns.saturating_mul(self.calls as u64);
        let round_trip = self.pings.iter().min().copied().unwrap_or(0);
        let slack = (batch / 4).max(20 * round_trip).max(200_000);
        let gap = self.gaps.iter().min().copied().unwrap_or(0);
        if gap > slack {
            let detail = format!(
                "by its own clock every batch takes at least {gap} ns less than by the judge's ({batch} ns), \
                 but an empty round trip only takes {round_trip} ns"
            );
            return Err(Fault::new(reason::TIMER_MISMATCH, detail));
        }
        Ok(())
    }

    /// The figures, if there is a sample.
    pub(crate) fn timed(&self) -> Option<Timed> {
        let median = |values: &[u64]| summarize(values).map(|s| s.median_ns);
        Some(Timed {
            summary: summarize(&self.samples)?,
            calls: u32::try_from(self.calls).unwrap_or(u32::MAX),
            claimed_median_ns: median(&self.claims)?,
            round_trip_ns: median(&self.pings)?,
            compared: self.compared,
        })
    }
}
