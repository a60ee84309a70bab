//! Several questions at once, for several workers.
//!
//! A strategy is asked one thing at a time. So for a second question a copy of the search is told what the first may turn out to be
//! (the median of what was measured: neither a reason to go there nor one to stay away), and asked in turn; the copy is thrown away
//! when something is really told. This is the "constant liar" of Ginsbourger, Le Riche and Carraro (2010) for any strategy.
//! With one worker nothing is copied and nothing differs from asking and telling.

use crate::memory::Outcome;
use crate::search::{Limits, Search};

/// No more questions than this are open at once: the copy is told about each of them.
pub const MOST_JOBS: usize = 4096;

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number; numbers go up.
    pub ticket: u64,
    /// The point to measure.
    pub point: Vec<u32>,
    /// From at least so many samples; 0 leaves it to the caller.
    pub samples: u32,
}

impl Search<'_> {
    /// New questions, so that `jobs` of them are open (at most [`MOST_JOBS`]); fewer when there is nothing else to ask before
    /// something is told. The search has ended when none is open and none comes.
    ///
    /// No point is in two open questions. What is asked depends on the space, the strategy, the seed and on what was told, in
    /// which order.
    pub fn ask_batch(&mut self, jobs: usize) -> Vec<Job> {
        let mut new = Vec::new();
        while self.open.len() < jobs.min(MOST_JOBS) {
            let asked = if self.open.is_empty() {
                self.ask().map(|question| (question.point.to_vec(), question.samples))
            } else {
                self.ask_ahead()
            };
            let Some((point, samples)) = asked else { break };
            let job = Job { ticket: self.ticket, point, samples };
            self.ticket += 1;
            self.open.push(job.clone());
            new.push(job);
        }
        new
    }

    /// The outcome of an open question, in any order, and how many seconds it took to get. False if no such question is open.
    pub fn tell_job(&mut self, ticket: u64, outcome: Outcome, seconds: f64) -> bool {
        let Some(at) = self.open.iter().position(|job| job.ticket == ticket) else { return false };
        let job = self.open.remove(at);
        self.ahead = None;
        self.answer(&job.point, outcome, seconds);
        true
    }

    /// What came of a point that was not asked for here: of an earlier search, or of another's. In contrast to
    /// [`Search::remember`] the strategy is told at once, as if it had asked. A point outside the space is left out.
    pub fn inform(&mut self, point: &[u32], outcome: Outcome) {
        if self.space.contains(point) {
            self.ahead = None;
            self.answer(point, outcome, 0.0);
        }
    }

    /// Questions that wait for their answers, in the order in which they were asked.
    pub fn open(&self) -> &[Job] {
        &self.open
    }

    fn ask_ahead(&mut self) -> Option<(Vec<u32>, u32)> {
        if self.stop.is_none() {
            self.stop = self.limit();
        }
        let most = self.limits.trials.unwrap_or(u64::MAX);
        if self.stop.is_some() || self.trials.saturating_add(self.open.len() as u64) >= most {
            return None;
        }
        let guess = self.guess();
        let mut ahead = match self.ahead.take() {
            Some(ahead) => ahead,
            None => {
                let open = std::mem::take(&mut self.open);
                let mut copy = Box::new(self.clone());
                copy.limits = Limits::default();
                for job in &open {
                    copy.answer(&job.point, guess, 0.0);
                }
                self.open = open;
                copy
            }
        };
        let asked = ahead.ask().map(|question| (question.point.to_vec(), question.samples));
        ahead.tell(guess, 0.0);
        self.ahead = Some(ahead);
        asked
    }

    /// What a measurement may turn out to be, from as many samples as anybody may want.
    fn guess(&self) -> Outcome {
        let mut values: Vec<f64> = self.memory.outcomes().iter().map(Outcome::value).collect();
        values.retain(|value| value.is_finite());
        if values.is_empty() {
            return Outcome::Failed;
        }
        let middle = values.len() / 2;
        let (_, value, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
        Outcome::Measured { value: *value, samples: u32::MAX }
    }

    /// Tells the strategy the outcome of a point that it need not have asked for. It is told one outcome for each question,
    /// so it is asked first if it has no open one.
    fn answer(&mut self, point: &[u32], outcome: Outcome, seconds: f64) {
        if self.pending.is_none() {
            let stop = self.stop.take();
            self.pending = self.question();
            // Whether the search has ended is found out when the next question is wanted.
            self.stop = stop;
        }
        if self.pending.is_some() {
            self.skipped |= self.point != point;
            self.point.copy_from_slice(point);
            self.tell(outcome, seconds);
        } else {
            self.memory.record(point, outcome);
            self.trials += 1;
            self.seconds += seconds.max(0.0);
        }
    }
}
