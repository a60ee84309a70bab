//! Which kernel of some files is meant.

use anyhow::{Result, bail};
use spak_records::lift_report::{LiftReport, LiftedFile, LiftedKernel};
use spak_syntax::diagnostic::suggest;

use crate::lifting::parts::identifier;

/// All kernels with their files, in order.
pub(crate) fn kernels(report: &LiftReport) -> Vec<(&LiftedFile, &LiftedKernel)> {
    report.files.iter().flat_map(|file| file.kernels.iter().map(move |k| (file, k))).collect()
}

/// The kernel that is named; else the only one, or the one that the design with this text is called by.
///
/// # Errors
/// When there is none, or several may be meant.
pub(crate) fn chosen<'r>(
    report: &'r LiftReport,
    wanted: Option<&str>,
    design: &str,
) -> Result<(&'r LiftedFile, &'r LiftedKernel)> {
    let all = kernels(report);
    let names: Vec<&str> = all.iter().map(|(_, kernel)| kernel.name.as_str()).collect();
    let items = spak_syntax::ast::file(&spak_syntax::parse(design)).items;
    let systems: Vec<&str> = items
        .iter()
        .filter_map(|item| item.head())
        .filter(|head| head.keyword() == "system")
        .filter_map(|head| Some(head.name()?.text.as_str()))
        .collect();
    let is_wanted = |kernel: &LiftedKernel| match wanted {
        Some(name) => kernel.name == name,
        None => all.len() == 1 || systems.contains(&identifier(&kernel.name).as_str()),
    };
    let mut those = all.iter().filter(|(_, kernel)| is_wanted(kernel));
    match (those.next(), those.next(), wanted) {
        (Some(one), None, _) => Ok(*one),
        (None, _, Some(name)) => match suggest(name, names.iter().copied()) {
            Some(near) => bail!("there is no kernel `{name}`; did you mean `{near}`?"),
            None => bail!("there is no kernel `{name}`; there are: {}", names.join(", ")),
        },
        _ if names.is_empty() => bail!("no kernels were found"),
        _ => bail!("a design is of one kernel; choose with `--kernel`: {}", names.join(", ")),
    }
}
