//! Many files in one table: what was recognised, and how much was found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use spak_records::lift_report::{LiftReport, LiftedFile};

use crate::output;

/// What is counted of some kernels.
#[derive(Default)]
struct Count {
    files: usize,
    kernels: usize,
    findings: usize,
    axes: usize,
    tuning: usize,
    constraints: usize,
    hazards: usize,
}

/// Prints a row for each file that has kernels, then one for each family, then how much was recognised.
pub(super) fn print(report: &LiftReport) -> Result<()> {
    let files: Vec<&LiftedFile> = report.files.iter().filter(|f| !f.kernels.is_empty()).collect();
    let mut text = output::table(
        &["file", "language", "kernels", "families", "decisions", "tuning", "must hold", "to know"],
        files.iter().map(|file| row(file)),
    );
    let mut families: BTreeMap<String, Count> = BTreeMap::new();
    let mut all = Count::default();
    let mut named = 0;
    for file in &files {
        all.files += 1;
        all.tuning += file.tuning.len();
        all.constraints += file.constraints.len();
        all.hazards += file.hazards.len();
        for kernel in &file.kernels {
            let its = |name: Option<&String>| name == Some(&kernel.name);
            let findings = file.findings.iter().filter(|one| its(one.kernel.as_ref())).count();
            named += usize::from(kernel.family.is_some());
            let family = kernel.family.clone().unwrap_or_else(|| "not recognised".to_owned());
            let count = families.entry(family).or_default();
            for count in [count, &mut all] {
                count.kernels += 1;
                count.findings += findings;
                count.axes += usize::from(findings > 0);
            }
        }
    }
    let rows = families.iter().map(|(family, count)| {
        vec![family.clone(), count.kernels.to_string(), mean(count.findings, count.kernels)]
    });
    text.push_str("\n\n");
    text.push_str(&output::table(&["family", "kernels", "decisions a kernel"], rows));
    let _ = writeln!(
        text,
        "\n\n{} files of {} have kernels: {} kernels, the family of {named} recognised, {} of them with decisions ({} in the \
         mean); {} rows of tuning, {} statements of what must hold, {} to know",
        all.files,
        report.files.len(),
        all.kernels,
        all.axes,
        mean(all.findings, all.kernels),
        all.tuning,
        all.constraints,
        all.hazards,
    );
    output::result(&text)
}

fn row(file: &LiftedFile) -> Vec<String> {
    let mut families: Vec<&str> = file.kernels.iter().filter_map(|k| k.family.as_deref()).collect();
    families.sort_unstable();
    families.dedup();
    let number = |count: usize| count.to_string();
    vec![
        file.path.clone(),
        file.language.clone(),
        number(file.kernels.len()),
        families.join(" "),
        number(file.findings.iter().filter(|finding| finding.kernel.is_some()).count()),
        number(file.tuning.len()),
        number(file.constraints.len()),
        number(file.hazards.len()),
    ]
}

fn mean(sum: usize, count: usize) -> String {
    format!("{:.1}", sum as f64 / count.max(1) as f64)
}
