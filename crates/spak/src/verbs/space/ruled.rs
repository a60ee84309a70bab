//! What rules remove of a space: the table for people.

use spak_records::space_report::{CountRecord, SpaceReport};
use spak_space::Explainer;

use super::print::{grouped, shown};
use crate::output;
use crate::tuning::Subject;

/// A formula that needs this many characters is cut; its name says what it is about.
const MAX_FORMULA: usize = 64;

/// How many of the constraints are the file's own; those of rules come behind them.
pub(super) fn first(report: &SpaceReport) -> usize {
    let ruled = report.rules.iter().filter_map(|rule| rule.constraint).min();
    ruled.map_or(report.constraints.len(), |at| at as usize)
}

/// How many configs are valid without the rules; `None` when there are none, or that cannot be told.
pub(super) fn without(subject: &Subject, explainer: &mut Explainer) -> Option<CountRecord> {
    let first = subject.rules.iter().filter_map(|rule| rule.constraint).min()?;
    let own: Vec<u32> = (0..first).collect();
    explainer.count_where(&[], Some(&own)).ok().map(|n| super::count(&n))
}

/// The rules by name with what each removes, then those that do not apply.
pub(super) fn print(report: &SpaceReport, out: &mut String) {
    let rows: Vec<Vec<String>> = report
        .rules
        .iter()
        .filter_map(|rule| {
            let constraint = report.constraints.get(rule.constraint? as usize)?;
            Some(vec![
                rule.name.clone(),
                shown(&constraint.removes_alone),
                shown(&constraint.only_it_removes),
                cut(&rule.text, MAX_FORMULA),
            ])
        })
        .collect();
    if !rows.is_empty() {
        let titles = ["rule", "alone removes", "only it removes", "requires"];
        out.push_str(&output::table(&titles, rows));
        out.push_str("\n\n");
    }
    if let Some(without) = &report.without_rules {
        out.push_str(&format!(
            "without the rules {} configs are valid, with them {}\n",
            grouped(without),
            grouped(&report.count)
        ));
    }
    for rule in &report.rules {
        if let Some(why) = &rule.does_not_apply {
            out.push_str(&format!("does not apply: {}: {why}\n", rule.name));
        }
    }
    if !report.rules.is_empty() {
        out.push('\n');
    }
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}
