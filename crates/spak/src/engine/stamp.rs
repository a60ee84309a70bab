//! What kernels of a design are made by, and whether a trial is of a kernel that would be made today.

use std::collections::BTreeMap;

use spak_knowledge::Learned;
use spak_model::normal::slot_text;
use spak_model::system::Space;
use spak_records::store::Trace;
use spak_records::{Config, ContentHash, Outcome, Problem, Stage, Trial};

use crate::engine::specify::Specified;

/// Of each trial, by its key, the hash of the design that it was made from: sources name it.
pub(crate) type Designs = BTreeMap<ContentHash, ContentHash>;

/// The designs that the trials of a trace were made from.
pub(crate) fn designs_of(trace: &Trace) -> Designs {
    let of = |run: &str| trace.run(run).map(|start| start.design.clone());
    trace.trials().filter_map(|(line, trial)| Some((trial.key.clone(), of(&line.run)?))).collect()
}

impl Specified {
    /// Hash of the templates that kernels are made by, in short.
    pub(crate) fn templates_hash(&self) -> String {
        let own = [
            format!("{}/{}/", self.backend, self.family.name),
            format!("{}/common/", self.backend),
        ];
        let of = |name: &str| own.iter().any(|folder| name.starts_with(folder.as_str()));
        let texts = self.templates.iter().filter(|(name, _)| of(name));
        let mut parts: Vec<String> =
            texts.flat_map(|(name, text)| [name.to_owned(), text.to_owned()]).collect();
        // What a family knows decides what configs mean.
        parts.push(format!("{:?}", self.family));
        ContentHash::of_parts(parts.iter().map(String::as_bytes)).short().to_owned()
    }

    /// Hash of what may be chosen: dimensions with their values, and constraints; what is known is no part of it.
    pub(crate) fn space_hash(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for dimension in &self.system.dimensions {
            let space = if dimension.space == Space::Design { "design" } else { "tuning" };
            let when: Vec<String> = dimension.when.iter().map(slot_text).collect();
            let values = dimension.domain.values().unwrap_or_default();
            parts.push(format!("{space} {} {values:?} {when:?}", dimension.name));
        }
        for constraint in &self.system.constraints {
            parts.push(constraint.slots.iter().map(slot_text).collect::<Vec<_>>().join(" "));
        }
        // Independent statements may stand in any order.
        parts.sort();
        ContentHash::of_parts(parts.iter().map(String::as_bytes)).short().to_owned()
    }

    /// Whether a trial is of the very code that its config makes today, on its own problem.
    pub(crate) fn makes(&self, trial: &Trial, designs: &Designs) -> bool {
        let design = designs.get(&trial.key).unwrap_or(&self.hash);
        let made = self.source_hash(&trial.config, &trial.problem, design);
        let had_none = matches!(&trial.outcome, Outcome::Rejected(r) if r.stage == Stage::Generate);
        made.map_or(had_none, |hash| hash == trial.source)
    }

    /// Hash of the source of a config, as trials name it; `None` if there is no code for it.
    fn source_hash(
        &self,
        config: &Config,
        problem: &Problem,
        design: &ContentHash,
    ) -> Option<ContentHash> {
        let mut plan = self.plan_for(config, problem);
        plan.design = design.clone();
        let artifact = spak_generate::render(&self.family, &self.templates, &plan).ok()?;
        Some(match self.backend {
            "c" => artifact.hash,
            _ => ContentHash::of_text(&artifact.text),
        })
    }

    /// Why a config is none of this design; values that it does not name are left open.
    pub(crate) fn is_config(&self, config: &Config) -> Result<(), String> {
        for (name, value) in &config.0 {
            let Some(dimension) = self.dimensions.iter().find(|d| d.name == *name) else {
                return Err(format!("the design has no `{name}`"));
            };
            if !dimension.values.contains(value) {
                return Err(format!("{value} is none of the values of `{name}`"));
            }
        }
        self.conditions_hold(&self.whole(config))
    }

    /// The config with the first value of everything that it does not name.
    pub(crate) fn whole(&self, config: &Config) -> Config {
        let mut whole = self.seed();
        whole.0.extend(config.0.clone());
        whole
    }

    /// What was learnt, stamped with templates and space as far as its witnesses are of code that is made today.
    pub(crate) fn stamped(&self, learned: Learned, trials: &[Trial], designs: &Designs) -> Learned {
        let shown: Vec<&Trial> = learned
            .facts
            .iter()
            .flat_map(|fact| fact.witnesses.iter().flat_map(|shown| &shown.trials))
            .filter_map(|key| trials.iter().find(|trial| trial.key == *key))
            .collect();
        let is_made = !shown.is_empty() && shown.iter().all(|trial| self.makes(trial, designs));
        let is_ours = shown.iter().all(|trial| self.is_config(&trial.config).is_ok());
        let (templates, design) = (self.templates_hash(), self.space_hash());
        learned.measured_with(
            is_made.then_some(templates.as_str()),
            is_ours.then_some(design.as_str()),
        )
    }
}
