//! `spak learn --measure-utility`: only rules that a search is shorter for are written, and those that stand and are worth
//! nothing are retired.

use std::path::Path;

use anyhow::{Result, anyhow};
use spak_knowledge::{Became, Edited, Learned, Mark, RETIRED, resting, write_back, write_marks};
use spak_records::worth_report::WorthReport;
use spak_records::{Device, Toolchain, Trial, file};

use crate::engine::learn::{Learnt, replaced};
use crate::engine::paths::Paths;
use crate::engine::specify::specify_design;
use crate::project;
use crate::worth::{Threshold, decide, figures, of_design};

/// Where rules are worth something: a design for a workload on a machine.
pub(super) struct Worthy<'a> {
    pub(super) backend: &'static str,
    pub(super) design: &'a Path,
    pub(super) workload: Option<&'a str>,
    pub(super) device: &'a Device,
    pub(super) toolchain: &'a Toolchain,
}

impl Worthy<'_> {
    /// Writes what was learnt as far as it is worth something.
    ///
    /// # Errors
    /// When the design cannot be read or written.
    pub(super) fn write(
        &self,
        mut learned: Learned,
        trials: &[Trial],
        threshold: Threshold,
        paths: Option<&Paths>,
    ) -> Result<(Learnt, Option<WorthReport>)> {
        let before = file::read_text(self.design, 16 << 20)?;
        let told = |e: spak_knowledge::WriteError| anyhow!("{e}");
        // As it would be with all that was learnt, and with those back that were retired.
        let whole = write_back(&before, &learned).map_err(told)?;
        let whole = write_marks(&whole.text, &unretired(&whole.text)).map_err(told)?;
        let design = project::with_text(self.design, &whole.text);
        let specified =
            specify_design(self.backend, &design, self.workload, self.device, self.toolchain)?;
        let Some(mut worth) = of_design(specified, trials) else {
            let edited = write_back(&before, &learned).map_err(told)?;
            return Ok((replaced(self.design, &before, edited, paths)?, None));
        };
        decide(&mut worth, threshold);
        let is_kept = |name: &str| worth.rules.iter().all(|rule| rule.rule != name || rule.kept);
        learned.rules.retain(|rule| is_kept(&rule.name));
        let written = write_back(&before, &learned).map_err(told)?;
        let marked = write_marks(&written.text, &marks(&worth)).map_err(told)?;
        let edited = Edited { text: marked.text, ..written };
        Ok((replaced(self.design, &before, edited, paths)?, Some(worth)))
    }
}

/// Marks that take retirements back: whether they are right is measured anew.
fn unretired(text: &str) -> Vec<Mark> {
    let items = spak_syntax::ast::file(&spak_syntax::parse(text)).items;
    let retired = resting(&items).into_iter().filter(|r| r.status.as_deref() == Some(RETIRED));
    retired.map(|r| Mark { keyword: r.keyword, name: r.name, what: Became::Shared }).collect()
}

/// What is written of rules that were measured; what a person wrote is passed over.
pub(super) fn marks(worth: &WorthReport) -> Vec<Mark> {
    let of = |rule: &spak_records::worth_report::RuleWorth| Mark {
        keyword: "rule".to_owned(),
        name: rule.rule.clone(),
        what: match rule.kept {
            true => Became::Worth { trials: rule.saved_alone.max(rule.saved_beside) },
            false => Became::Retired { by: figures(rule, worth) },
        },
    };
    if !worth.decides {
        return Vec::new();
    }
    worth.rules.iter().map(of).collect()
}

/// The figures for people.
pub(super) fn table(worth: &WorthReport) -> String {
    let mut text = format!(
        "\nworth, over {} searches of {} recorded configs: {:.1} trials to within 2 % of the best without rules, {:.1} with all\n",
        worth.searches, worth.configs, worth.trials_without_rules, worth.trials_with_all
    );
    if !worth.decides {
        text.push_str(&format!(
            "  the trials have {:.0} % of the neighbours of their configs: too few to be searched again, so nothing is decided by this\n",
            100.0 * worth.covered
        ));
    }
    for rule in &worth.rules {
        let kept = if rule.kept { "" } else { "  not kept" };
        text.push_str(&format!(
            "  saves {:>6.1} alone (± {:.1}), {:>6.1} beside the others (± {:.1}), loses {:>4.1} %  {}{kept}\n",
            rule.saved_alone,
            rule.saved_alone_error,
            rule.saved_beside,
            rule.saved_beside_error,
            100.0 * rule.lost,
            rule.rule,
        ));
    }
    text
}
