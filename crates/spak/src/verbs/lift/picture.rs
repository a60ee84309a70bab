//! What kernels decide, as a picture.

use std::path::Path;

use anyhow::{Result, bail};
use spak_plot::{Choice, Choices};
use spak_records::lift_report::{LiftReport, LiftedFile, LiftedKernel};

use crate::verbs::predict::picture;

/// Draws the kernels of a report, or those of one name.
pub(super) fn write(report: &LiftReport, wanted: Option<&str>, path: &Path) -> Result<()> {
    let all = report.files.iter().flat_map(|file| file.kernels.iter().map(move |k| (file, k)));
    let kernels: Vec<(&LiftedFile, &LiftedKernel)> =
        all.filter(|(_, kernel)| wanted.is_none_or(|name| kernel.name == name)).collect();
    if kernels.is_empty() {
        bail!("there is no such kernel to draw");
    }
    picture::write(&choices(report, &kernels).scene(), path)
}

fn choices(report: &LiftReport, kernels: &[(&LiftedFile, &LiftedKernel)]) -> Choices {
    let mut choices: Vec<Choice> = Vec::new();
    for (at, (file, kernel)) in kernels.iter().enumerate() {
        for finding in file.findings.iter().filter(|f| f.kernel.as_ref() == Some(&kernel.name)) {
            let name = match &finding.role {
                Some(role) => format!("{} of {role}", finding.axis),
                None => finding.axis.clone(),
            };
            let place = choices.iter().position(|choice| choice.name == name);
            let place = place.unwrap_or_else(|| {
                choices.push(Choice { name, values: vec![None; kernels.len()] });
                choices.len() - 1
            });
            let choice = choices.get_mut(place).and_then(|choice| choice.values.get_mut(at));
            if let Some(known) = choice {
                match known {
                    None => *known = Some(finding.value.clone()),
                    Some(said) if *said != finding.value => {
                        said.push_str(" | ");
                        said.push_str(&finding.value);
                    }
                    Some(_) => {}
                }
            }
        }
    }
    choices.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = report.files.iter().map(|file| file.path.as_str()).collect();
    let title = match names.as_slice() {
        [one] => one.rsplit('/').next().unwrap_or(one).to_owned(),
        several => format!("{} files", several.len()),
    };
    let families: Vec<&str> = kernels.iter().filter_map(|(_, k)| k.family.as_deref()).collect();
    Choices {
        title: format!("{title}: what its kernels decide"),
        subtitle: format!(
            "{} kernels, {} decisions; {}",
            kernels.len(),
            choices.len(),
            unique(&families)
        ),
        kernels: kernels.iter().map(|(_, kernel)| kernel.name.clone()).collect(),
        choices,
    }
}

fn unique(families: &[&str]) -> String {
    let mut all: Vec<&str> = families.to_vec();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => "no family was recognised".to_owned(),
        some => some.join(", "),
    }
}
