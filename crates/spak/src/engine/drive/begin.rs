//! How a run begins: with the state that an interrupted one left, or anew.

use anyhow::Result;
use spak_loop::Candidates;
use spak_records::ContentHash;
use spak_records::run::{LoopState, Phase, Progress as Stage};
use spak_records::space_report::CountRecord;
use spak_records::store::Trace;

use crate::engine::drive::{Driver, Machine, Progress, now};
use crate::engine::specify::Specified;
use crate::verbs::space::grouped;

impl Driver<'_> {
    /// Says what of the trace could not be read.
    pub(super) fn say_damage(&self, trace: &Trace) {
        let damage = &trace.damage;
        let shown = self.paths.trace.display();
        if let Some((line, why)) = damage.corrupt_lines.first() {
            let (count, s) = (damage.corrupt, if damage.corrupt == 1 { "" } else { "s" });
            (self.progress)(Progress::Note(&format!(
                "{shown}: {count} broken line{s} skipped, the first is line {line}: {why}"
            )));
        }
        if damage.torn_bytes > 0 {
            (self.progress)(Progress::Note(&format!(
                "{shown}: an incomplete last line was cut off"
            )));
        }
    }

    /// Says how large the space is.
    pub(super) fn say_size(&self, candidates: &dyn Candidates) {
        let sizes = self.specified.dimensions.iter().map(|d| d.values.len() as u128);
        let all = sizes.fold(1_u128, u128::saturating_mul);
        let shown = |count: u128| grouped(&CountRecord::Digits(count.to_string()));
        (self.progress)(Progress::Note(&format!(
            "{} of {} combinations satisfy the constraints",
            shown(candidates.count()),
            shown(all),
        )));
    }

    /// The state to go on with, or a new one. A run goes on while the design is the one it began with.
    pub(super) fn state(&self) -> Result<(LoopState, bool)> {
        let conditions = self.conditions();
        if let Some(mut state) = LoopState::read(&self.paths.state)? {
            let same_design = state.design_hash == self.specified.hash
                || matches!(state.phase, Phase::Learn { .. });
            let same_conditions = state.conditions.as_ref() == Some(&conditions);
            if !matches!(state.phase, Phase::Done { .. }) {
                if same_design && same_conditions {
                    self.grant(&mut state);
                    let note = format!(
                        "going on with {}, which was interrupted after {} trials",
                        state.run, state.trials
                    );
                    (self.progress)(Progress::Resumed(state.trials));
                    (self.progress)(Progress::Note(&note));
                    return Ok((state, true));
                }
                let what = if same_design {
                    "the run that was interrupted had another workload, machine, compiler or option"
                } else {
                    "the design has changed since the run that was interrupted"
                };
                (self.progress)(Progress::Note(&format!("{what}; a new run begins")));
            }
        }
        let run = format!("run-{}", now().replace([':', '-'], "").replace('.', "-"));
        let state = LoopState::new(
            run,
            self.design.to_string_lossy().into_owned(),
            self.specified.hash.clone(),
            self.paths.trace.to_string_lossy().into_owned(),
            self.seed,
            conditions,
        );
        Ok((state, false))
    }

    /// What all trials of a run have in common beside the design: only then can they be compared, and
    /// only then does the search propose them again.
    fn conditions(&self) -> ContentHash {
        let Specified { problem, .. } = self.specified;
        let Machine { device, toolchain, .. } = self.machine;
        let (seed, ignores) = (self.seed, self.ignores_knowledge);
        let mut all = format!("{problem:?}\n{device:?}\n{toolchain:?}\n{seed}\n{ignores}");
        if let Some(strategy) = &self.strategy {
            all.push_str(&format!("\n{strategy:?}"));
        }
        ContentHash::of_text(&all)
    }

    /// Drops from the batch at work what is more than this call grants; the search proposes it again.
    fn grant(&self, state: &mut LoopState) {
        let Some(granted) = self.budget.trials else { return };
        let mut left = granted.saturating_sub(state.trials);
        state.batch.retain(|planned| {
            let is_open = planned.progress != Stage::Finished;
            let stays = !is_open || left > 0;
            left = left.saturating_sub(u64::from(is_open));
            stays
        });
        if state.batch.iter().all(|planned| planned.progress == Stage::Finished) {
            state.batch.clear();
        }
    }
}
