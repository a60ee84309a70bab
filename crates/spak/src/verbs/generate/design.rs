//! `spak generate DESIGN.dsl`: a kernel for cuTile from what a design says, and what it says that the kernel does not have.

use anyhow::{Context as _, Result, bail};
use spak_generate::Templates;
use spak_generate::regenerate::{Regenerated, Wanted, regenerate};
use spak_model::system::System;
use spak_records::Value;
use spak_syntax::Severity;
use spak_syntax::diagnostic::suggest;

use super::Options;
use crate::engine::{family, symbols};
use crate::exit::Status;
use crate::output::{self, Format};
use crate::verbs::check;

/// Makes the kernel of a design.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    let (design, found) = check::checked(&options.template)?;
    if found.iter().any(|d| d.severity == Severity::Error) {
        check::show(&options.template, &design, &found, format)?;
        return Ok(Status::Problems);
    }
    let system = System::of(&design.resolved.entries);
    let mut wanted = wanted(&system);
    for given in &options.set {
        set(&mut wanted, given)?;
    }
    let Some(operator) = operator(&system) else {
        bail!(
            "`{}` has no workload that names an `operator`, so that there is no family to generate",
            options.template.to_string_lossy()
        );
    };
    let family = family::load_for("cutile", &operator)?;
    let made = regenerate("cutile", &family, &Templates::builtin(), &wanted)?;
    if options.holes {
        let rows = made.taken.iter().map(|one| vec![one.name.clone(), plain(&one.value)]);
        output::result(&output::table(&["axis", "value"], rows))?;
        return Ok(Status::Fine);
    }
    report(&made);
    match &options.out {
        Some(out) => std::fs::write(out, &made.text)
            .with_context(|| format!("cannot write `{}`", out.to_string_lossy()))?,
        None => output::verbatim(&made.text)?,
    }
    Ok(Status::Fine)
}

/// Axes and parameters of a design with their values in its order.
fn wanted(system: &System) -> Wanted {
    let dimensions = system.dimensions.iter().filter_map(|dimension| {
        let values = dimension.domain.values()?.iter().map(spak_model::Literal::record).collect();
        Some((dimension.name.clone(), values))
    });
    Wanted { system: system.name.clone().unwrap_or_default(), dimensions: dimensions.collect() }
}

fn set(wanted: &mut Wanted, given: &str) -> Result<()> {
    let Some((name, text)) = given.split_once('=') else {
        bail!("`{given}` is not of the form NAME=VALUE");
    };
    let Some((_, values)) = wanted.dimensions.iter_mut().find(|(own, _)| own == name) else {
        let known = wanted.dimensions.iter().map(|(own, _)| own.as_str());
        match suggest(name, known) {
            Some(near) => bail!("the design has no `{name}`; did you mean `{near}`?"),
            None => bail!("the design has no axis or parameter `{name}`"),
        }
    };
    let value = match values.iter().find(|value| plain(value) == text) {
        Some(known) => known.clone(),
        None => {
            let known: Vec<String> = values.iter().map(plain).collect();
            bail!("`{name}` has no value `{text}` in the design; it has: {}", known.join(", "))
        }
    };
    *values = vec![value];
    Ok(())
}

fn operator(system: &System) -> Option<String> {
    let mut workloads = system.workloads.iter().map(symbols::workload);
    workloads.find_map(|workload| Some(plain(workload.0.get("operator")?)))
}

/// Says what the kernel does not have of the design.
fn report(made: &Regenerated) {
    let followed = made.taken.iter().filter(|one| one.from.is_some()).count();
    output::aside(&format!(
        "{followed} choices follow the design, {} do not:\n",
        made.left_out.len()
    ));
    for one in &made.left_out {
        output::aside(&format!("  {}: {}: {}\n", one.name, plain(&one.value), one.reason));
    }
}

fn plain(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}
