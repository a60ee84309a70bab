//! `spak diff` where a side is the source of a kernel: axis by axis.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use spak_model::system::System;
use spak_records::lift_report::{AxisDifference, KernelDifference, LiftDiffReport, LiftReport};
use spak_syntax::FileId;

use super::Options;
use crate::exit::Status;
use crate::lifting::compare::Side;
use crate::lifting::on_a_deep_stack;
use crate::lifting::packs::Packs;
use crate::lifting::select::{chosen, kernels};
use crate::lifting::sources::Gathered;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project;
use crate::verbs::lift::{self, Lifted};

/// What files of kernels end with.
const ENDINGS: &[&str] = &["py", "cu", "cuh"];

/// A file, and the kernel of it that is named behind a colon.
struct Named {
    path: PathBuf,
    kernel: Option<String>,
}

impl Named {
    fn of(path: &Path) -> Self {
        let text = path.to_string_lossy();
        match text.rsplit_once(':') {
            Some((front, kernel)) if !path.exists() && !kernel.contains('/') => {
                Self { path: PathBuf::from(front), kernel: Some(kernel.to_owned()) }
            }
            _ => Self { path: path.to_owned(), kernel: None },
        }
    }

    fn is_source(&self) -> bool {
        let ending = self.path.extension().map(|e| e.to_string_lossy().into_owned());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    }
}

/// Whether one of the sides is the source of a kernel.
pub(super) fn is_wanted(options: &Options) -> bool {
    [&options.old, &options.new].into_iter().any(|path| Named::of(path).is_source())
}

/// Prints the differences; problems are that there are some.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    let packs = Packs::read(&options.pack)?;
    let (old, new) = (Named::of(&options.old), Named::of(&options.new));
    let mut report = LiftDiffReport {
        old: options.old.to_string_lossy().into_owned(),
        new: options.new.to_string_lossy().into_owned(),
        ..LiftDiffReport::default()
    };
    let mut diagnostics = Vec::new();
    let name = |side: &Named| side.kernel.clone().or_else(|| options.kernel.clone());
    match (old.is_source(), new.is_source()) {
        (true, true) => {
            let (a, b) = (lifted(&packs, &old)?, lifted(&packs, &new)?);
            pairs(&a, &b, (name(&old), name(&new)), &mut report)?;
        }
        (is_old, _) => {
            let (source, design) = if is_old { (&old, &new) } else { (&new, &old) };
            let design = project::open(&design.path)?;
            diagnostics = diagnostics::errors(&design.sources, &design.errors(), format);
            let text = design.sources.text(FileId(0));
            let lifted = lifted(&packs, source)?;
            let (file, kernel) = chosen(&lifted, name(source).as_deref(), text)?;
            let system = System::of(&design.resolved.entries);
            let line = |place: &spak_model::system::Place| {
                json::place(&design.sources, place.file, place.span).line
            };
            let (its, written) = (Side::of_kernel(file, kernel), Side::of_design(&system, &line));
            let called = system.name.clone().unwrap_or_default();
            let (old, new, axes) = match is_old {
                true => (kernel.name.clone(), called, its.compare(&written)),
                false => (called, kernel.name.clone(), written.compare(&its)),
            };
            report.kernels.push(KernelDifference { old, new, axes });
        }
    }
    let is_same = |one: &KernelDifference| one.axes.iter().all(|axis| axis.state == "same");
    let is_fine = report.kernels.iter().all(is_same)
        && report.only_old.is_empty()
        && report.only_new.is_empty()
        && diagnostics.is_empty();
    match format {
        Format::Human => output::result(&text(&report, options.all))?,
        Format::Json => {
            json::result("spak.lift-diff", Diagnosed { result: report, diagnostics })?;
        }
    }
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}

fn lifted(packs: &Packs, side: &Named) -> Result<LiftReport> {
    let files = Gathered::gather(std::slice::from_ref(&side.path))?;
    let Lifted { report, broken, warnings, .. } = on_a_deep_stack(|| lift::lift(packs, &files))??;
    broken.iter().chain(&warnings).for_each(|line| output::aside(line));
    Ok(report)
}

/// The kernels that are named; else those of one name, or the only ones of both sides.
fn pairs(
    old: &LiftReport,
    new: &LiftReport,
    (first, second): (Option<String>, Option<String>),
    report: &mut LiftDiffReport,
) -> Result<()> {
    let (a, b) = (kernels(old), kernels(new));
    if a.is_empty() || b.is_empty() {
        let file = if a.is_empty() { &report.old } else { &report.new };
        bail!("no kernels were found in `{file}`");
    }
    let mut add =
        |(file, kernel): (&_, &spak_records::lift_report::LiftedKernel),
         (other_file, other): (&_, &spak_records::lift_report::LiftedKernel)| {
            let axes = Side::of_kernel(file, kernel).compare(&Side::of_kernel(other_file, other));
            let (old, new) = (kernel.name.clone(), other.name.clone());
            report.kernels.push(KernelDifference { old, new, axes });
        };
    if first.is_some() || second.is_some() {
        // One name is that of both, unless the other side has only one kernel.
        let wanted = |own: &Option<String>, other: &Option<String>, count: usize| match own {
            None if count == 1 => None,
            own => own.clone().or_else(|| other.clone()),
        };
        let one = chosen(old, wanted(&first, &second, a.len()).as_deref(), "")?;
        let other = chosen(new, wanted(&second, &first, b.len()).as_deref(), "")?;
        add(one, other);
        return Ok(());
    }
    if let ([one], [other]) = (a.as_slice(), b.as_slice()) {
        add(*one, *other);
        return Ok(());
    }
    let mut taken = vec![false; b.len()];
    let mut only_old = Vec::new();
    for one in &a {
        let other = b
            .iter()
            .enumerate()
            .find(|(at, (_, kernel))| kernel.name == one.1.name && taken.get(*at) == Some(&false));
        match other {
            Some((at, other)) => {
                taken.iter_mut().skip(at).take(1).for_each(|slot| *slot = true);
                add(*one, *other);
            }
            None => only_old.push(one.1.name.clone()),
        }
    }
    let left = b.iter().zip(&taken).filter(|(_, taken)| !**taken);
    report.only_new = left.map(|((_, kernel), _)| kernel.name.clone()).collect();
    report.only_old = only_old;
    Ok(())
}

fn text(report: &LiftDiffReport, all: bool) -> String {
    let mut text = String::new();
    for kernel in &report.kernels {
        text.push_str(&format!(
            "{} of {} and {} of {}\n",
            kernel.old, report.old, kernel.new, report.new
        ));
        let is_same = |axis: &&AxisDifference| axis.state == "same";
        let same = kernel.axes.iter().filter(is_same).count();
        let rows = kernel.axes.iter().filter(|axis| all || !is_same(axis)).map(|axis| {
            let sign = match axis.state.as_str() {
                "same" => "=",
                "differs" => "~",
                "only-old" => "-",
                _ => "+",
            };
            vec![
                sign.to_owned(),
                axis.axis.clone(),
                axis.old.join(" "),
                lines(&axis.old_lines, &axis.old),
                axis.new.join(" "),
                lines(&axis.new_lines, &axis.new),
            ]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if !rows.is_empty() {
            let table = output::table(&["", "axis", "old", "lines", "new", "lines"], rows);
            text.push_str(&format!("{}\n", table.trim_end()));
        }
        text.push_str(&match kernel.axes.len() - same {
            0 => format!("all {same} are the same\n\n"),
            other => format!("{other} differ, {same} are the same\n\n"),
        });
    }
    for (names, file) in [(&report.only_old, &report.old), (&report.only_new, &report.new)] {
        if !names.is_empty() {
            text.push_str(&format!("only in {file}: {}\n", names.join(", ")));
        }
    }
    format!("{}\n", text.trim_end())
}

fn lines(lines: &[u32], values: &[String]) -> String {
    if values.is_empty() {
        return String::new();
    }
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
