//! `spak generate DESIGN.dsl --by NAME`: a kernel of one config, written by whoever is asked.

use anyhow::{Context as _, Result, bail};
use spak_records::engineer_report::EngineerReport;
use spak_records::{Config, Value, file};

use super::Options;
use crate::asking::RULES;
use crate::engine::specify::specify;
use crate::engineering::Wanted;
use crate::exit::Status;
use crate::interrupt;
use crate::output::{self, Format, json};
use crate::verbs::{check, run_loop};

/// Asks, judges and writes; a problem is that no kernel was accepted.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    let name = match (options.whom.by.as_slice(), &options.whom.replay) {
        (_, Some(_)) => String::new(),
        ([one], None) if one != RULES => one.clone(),
        _ => bail!("`--by` of a kernel is one name, and rules write none"),
    };
    let Some(out) = &options.out else {
        bail!("say with `-o` where the kernel goes: files of the run are named after it");
    };
    if out.symlink_metadata().is_ok() {
        bail!("`{}` exists already; name another file", out.display());
    }
    let machine = run_loop::machine(&options.cc)?;
    let design = &options.template;
    let specified =
        specify(design, options.workload.as_deref(), &machine.device, &machine.toolchain)?;
    let specified = match specified {
        Ok(specified) => specified,
        Err((opened, found)) => {
            check::show(design, &opened, &found, format)?;
            return Ok(Status::Problems);
        }
    };
    let mut config = Config::default();
    for given in &options.set {
        let Some((name, text)) = given.split_once('=') else {
            bail!("`{given}` is not of the form NAME=VALUE");
        };
        let known = specified.dimensions.iter().find(|dimension| dimension.name == name);
        let known = known.with_context(|| format!("the design has no `{name}`"))?;
        let value = known.values.iter().find(|value| plain(value) == text);
        let value =
            value.with_context(|| format!("`{name}` has no value `{text}` in the design"))?;
        config.0.insert(name.to_owned(), value.clone());
    }
    if let Err(why) = specified.is_config(&config) {
        bail!("{why}");
    }
    let config = specified.whole(&config);
    let about = format!("generate {}", design.display());
    let mut chosen = options.whom.open(&name, out, &about)?;
    let wanted = Wanted {
        design,
        specified: &specified,
        config,
        machine: &machine,
        cancel: interrupt::flag(),
    };
    let mut written = wanted.write(&mut chosen)?;
    if let Some(source) = &written.source {
        file::replace(out, source.as_bytes())?;
        written.report.written = Some(out.to_string_lossy().into_owned());
    }
    match format {
        Format::Human => output::result(&print(&written.report))?,
        Format::Json => json::result("spak.engineer-report", &written.report)?,
    }
    Ok(if written.source.is_some() { Status::Fine } else { Status::Problems })
}

fn plain(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

fn print(report: &EngineerReport) -> String {
    let mut text = format!("{}\n", report.problem);
    for one in &report.refused {
        text.push_str(&format!("refused, {}: {}\n", one.proposal, one.why));
    }
    let asked = &report.asked;
    if let (Some(own), Some(tflops)) = (report.median_ns, report.tflops) {
        text.push_str(&format!(
            "level 4: {} comparisons with the reference passed\nlevel 5: {:.3} ms, {tflops:.4} TFLOPS",
            report.checks,
            own as f64 / 1e6
        ));
        if let Some(other) = report.template_median_ns {
            let ratio = other as f64 / own.max(1) as f64;
            let word = if ratio >= 1.0 { "better" } else { "not better" };
            text.push_str(&format!(
                "; the template's kernel {:.3} ms by turns: {ratio:.2} times as fast, {word}",
                other as f64 / 1e6
            ));
        }
        text.push('\n');
    } else {
        text.push_str("no kernel was accepted, and none was written\n");
    }
    text.push_str(&format!(
        "{} ({}): {}; {}\n{}: all questions and answers\n",
        asked.proposer,
        asked.models.join(", "),
        check::plural(asked.rounds as usize, "round"),
        asked.how,
        asked.transcript
    ));
    if let Some(written) = &report.written {
        text.push_str(&format!("{written}: written\n"));
    }
    text
}
