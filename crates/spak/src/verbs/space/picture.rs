//! Survival as a picture.

use std::path::Path;

use anyhow::Result;
use spak_plot::{Parameter, Survival, ValueShare};
use spak_records::space_report::{CountRecord, SpaceReport};

use super::print::grouped;

/// Writes the shares of surviving configs, value by value.
pub(super) fn write(report: &SpaceReport, path: &Path) -> Result<()> {
    let survival = Survival {
        title: format!("{}: what survives", report.name),
        subtitle: format!(
            "{} of {} combinations are valid",
            grouped(&report.count),
            grouped(&report.combinations)
        ),
        parameters: report.parameters.iter().map(|p| parameter(report, p)).collect(),
    };
    crate::verbs::predict::picture::write(&survival.scene(), path)
}

fn parameter(
    report: &SpaceReport,
    parameter: &spak_records::space_report::ParameterRecord,
) -> Parameter {
    let share = |of: f64, count: f64| if of > 0.0 { count / of } else { 0.0 };
    let survivors = parameter.surviving.iter().map(|survivor| ValueShare {
        value: survivor.value.as_ref().map_or("absent".to_owned(), ToString::to_string),
        share: share(number(&survivor.of), number(&survivor.count)),
        count: grouped(&survivor.count),
        killed_by: None,
    });
    let killed = parameter.killed.iter().map(|killed| {
        let by: Vec<&str> = killed
            .by
            .iter()
            .filter_map(|at| report.constraints.get(*at as usize))
            .map(|c| c.text.as_str())
            .collect();
        ValueShare {
            value: killed.value.as_ref().map_or("absent".to_owned(), ToString::to_string),
            share: 0.0,
            count: "0".to_owned(),
            killed_by: (!by.is_empty()).then(|| by.join(" and ")),
        }
    });
    Parameter { name: parameter.name.clone(), values: survivors.chain(killed).collect() }
}

fn number(count: &CountRecord) -> f64 {
    match count {
        CountRecord::Number(number) => *number as f64,
        CountRecord::Digits(digits) => digits.parse().unwrap_or(f64::INFINITY),
    }
}
