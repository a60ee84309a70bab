//! Rules of a design, over trials of a trace: the engine itself says how they lead.

use std::collections::BTreeMap;

use spak_loop::Dimension;
use spak_records::worth_report::WorthReport;
use spak_records::{Config, ContentHash, Levels, Outcome, Trial};

use crate::engine::specify::Specified;
use crate::worth::{Led, Recorded, worth};

/// What the rules of a design that say something of its configs here are worth, on trials of its problem; `None` where
/// there are too few, or no such rule.
pub(crate) fn of_design(mut specified: Specified, trials: &[Trial]) -> Option<WorthReport> {
    let levels = Levels::of(trials);
    let time = |trial: &Trial| match trial.outcome {
        Outcome::Measured(_) => levels.log_ns(&trial.problem, &trial.config_id).map(f64::exp),
        Outcome::Rejected(_) => None,
    };
    let own = trials.iter().filter(|trial| trial.problem == specified.problem);
    // Accepted once is accepted.
    let (accepted, rejected): (Vec<&Trial>, Vec<&Trial>) = own.partition(|t| time(t).is_some());
    let dimensions: Vec<Dimension> = specified.dimensions.clone();
    let rows = accepted.iter().chain(&rejected).map(|t| (t.config.clone(), time(t)));
    let recorded = Recorded::new(dimensions, rows)?;
    let names: Vec<String> = specified.system.rules.iter().map(|r| r.name.clone()).collect();
    let nothing = led(&mut specified, &recorded, &|_| false);
    let leads: Vec<String> = names
        .into_iter()
        .filter(|name| {
            let own = led(&mut specified, &recorded, &|rule| rule == name);
            own.guidance != nothing.guidance || own.excluded != nothing.excluded
        })
        .collect();
    if leads.is_empty() {
        return None;
    }
    specified.know_only(&|_| false);
    let mut tried: BTreeMap<ContentHash, bool> = BTreeMap::new();
    let neighbours = recorded.neighbours();
    for config in neighbours {
        tried.insert(config.id(), specified.validity(&config).is_ok());
    }
    let may_be_tried = |config: &Config| tried.get(&config.id()) == Some(&true);
    let mut report = {
        let records = [recorded];
        let mut lead = |_: usize, follows: &dyn Fn(usize) -> bool| {
            let follows =
                |name: &str| leads.iter().position(|own| own == name).is_some_and(follows);
            led(&mut specified, &records[0], &follows)
        };
        worth(&records, &leads, &may_be_tried, &mut lead)
    };
    report.workload.clone_from(&specified.workload_name);
    Some(report)
}

fn led(specified: &mut Specified, recorded: &Recorded, follows: &dyn Fn(&str) -> bool) -> Led {
    specified.know_only(follows);
    let guidance = specified.guidance.clone();
    let is_out = |config: &&Config| {
        specified.conditions_hold(config).is_err()
            || guidance.avoid.iter().any(|avoid| avoid.covers(config))
    };
    let excluded = recorded.configs.iter().filter(is_out).map(|config| config.id()).collect();
    Led { guidance: specified.guidance.clone(), excluded }
}
