//! `spak check`: what is wrong with designs, and how much of them a machine can check.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use spak_model::entry::each_slot;
use spak_model::{Class, check, normal};
use spak_records::report::{CheckReport, CheckedFile, RewriteRecord, SlotCounts, UnreadFile};
use spak_syntax::{Diagnostic, FileId, Severity, Span};

use crate::cli::Files;
use crate::exit::Status;
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Design};

/// What `spak check` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    files: Files,
    /// Show how prose and half formal statements could be made checkable.
    #[arg(long)]
    rewrites: bool,
}

/// Checks every file; problems are errors in any of them.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let mut report = CheckReport { files: Vec::new(), errors: 0, warnings: 0, unread: Vec::new() };
    for path in &options.files.files {
        let (design, found) = match checked(path) {
            Ok(checked) => checked,
            // The others can be checked all the same.
            Err(error) => {
                let file = path.to_string_lossy().into_owned();
                report.unread.push(UnreadFile { file, message: output::reason(&error) });
                continue;
            }
        };
        let count = |severity| found.iter().filter(|d| d.severity == severity).count() as u64;
        report.errors += count(Severity::Error);
        report.warnings += count(Severity::Warning);
        let file = record(path, &design, &found);
        if format == Format::Human {
            print(options.rewrites, &design, &found, &file)?;
        }
        report.files.push(file);
    }
    let messages: Vec<&str> = report.unread.iter().map(|u| u.message.as_str()).collect();
    if report.files.is_empty() {
        anyhow::bail!("{}", messages.join("; "));
    }
    for message in &messages {
        output::aside(&format!("spak: {message}\n"));
    }
    let status = match (messages.is_empty(), report.errors) {
        (false, _) => Status::Partly,
        (true, 0) => Status::Fine,
        (true, _) => Status::Problems,
    };
    if format == Format::Json {
        json::result("spak.check", report)?;
    }
    Ok(status)
}

/// Says what is wrong with one design, as `spak check` on it would.
pub(crate) fn show(
    path: &Path,
    design: &Design,
    found: &[Diagnostic],
    format: Format,
) -> Result<()> {
    let count = |severity| found.iter().filter(|d| d.severity == severity).count() as u64;
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let file = record(path, design, found);
    match format {
        Format::Human => print(false, design, found, &file),
        Format::Json => json::result(
            "spak.check",
            CheckReport { files: vec![file], errors, warnings, unread: Vec::new() },
        ),
    }
}

/// A design with everything said about it, by place.
pub(crate) fn checked(path: &Path) -> Result<(Design, Vec<Diagnostic>)> {
    let mut design = project::open(path)?;
    let found = found(&mut design);
    Ok((design, found))
}

/// Whether errors keep a design from being used: a rule that means nothing is left out, and the others still
/// count.
pub(crate) fn is_broken(found: &[Diagnostic]) -> bool {
    let of_a_rule = |d: &Diagnostic| spak_rules::codes::ALL.contains(&d.code);
    found.iter().any(|d| d.severity == Severity::Error && !of_a_rule(d))
}

/// What would be said about the design at `path` if this were its text.
pub(crate) fn text_of(path: &Path, text: &str) -> Vec<Diagnostic> {
    found(&mut project::with_text(path, text))
}

/// Everything said about a design, by place.
pub(crate) fn found(design: &mut Design) -> Vec<Diagnostic> {
    let mut found = design.resolved.diagnostics.clone();
    found.extend(check::check(&design.resolved.entries, design.sources.text(FileId(0))));
    crate::ontology::forgive(&mut found, design);
    if !found.iter().any(|d| d.severity == Severity::Error) {
        found.extend(crate::knowing::checked(design));
    }
    found.extend(crate::ontology::problems(design));
    found.extend(spak_lift::Pack::load(&design.resolved.entries).1);
    found.extend(spak_lift::examples(&design.resolved.entries, &mut design.sources).1);
    // A bracket that the structure lacks is lacking in the formula as well: once is enough.
    let open: BTreeSet<(FileId, Span)> = found
        .iter()
        .filter(|d| d.code == spak_syntax::codes::UNMATCHED_BRACKET)
        .map(|d| (d.primary.file, d.primary.span))
        .collect();
    let is_told = |d: &Diagnostic| {
        d.code == spak_expr::codes::UNCLOSED_BRACKET
            && d.related.iter().any(|label| open.contains(&(d.primary.file, label.span)))
    };
    found.retain(|d| !is_told(d));
    found.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
    found.dedup();
    found
}

fn record(path: &Path, design: &Design, found: &[Diagnostic]) -> CheckedFile {
    let entries = &design.resolved.entries;
    let mut slots = SlotCounts::default();
    let mut rewrites = Vec::new();
    each_slot(entries, &mut |entry, slot| {
        match slot.class {
            Class::Formal => slots.formal += 1,
            Class::Semiformal => slots.semiformal += 1,
            Class::Prose => slots.prose += 1,
        }
        if let Some(rewrite) = &slot.rewrite {
            rewrites.push(RewriteRecord {
                place: json::place(&design.sources, entry.file, slot.span),
                text: slot.span.slice(design.sources.text(entry.file)).trim().to_owned(),
                rewrite: rewrite.clone(),
            });
        }
    });
    CheckedFile {
        file: path.to_string_lossy().into_owned(),
        design: normal::hash(entries),
        slots,
        rewrites,
        diagnostics: found.iter().map(|d| json::diagnostic(&design.sources, d)).collect(),
    }
}

fn print(rewrites: bool, design: &Design, found: &[Diagnostic], file: &CheckedFile) -> Result<()> {
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    output::rendered(&diagnostics::render(&design.sources, found, colour));
    let SlotCounts { formal, semiformal, prose } = file.slots;
    let total = formal + semiformal + prose;
    let share = |n: u64| 100.0 * n as f64 / total as f64;
    let count = |severity| found.iter().filter(|d| d.severity == severity).count();
    let mut text = format!(
        "{}: {}, {}; {}",
        file.file,
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(total as usize, "statement"),
    );
    if total > 0 {
        text.push_str(&format!(
            ": {formal} formal ({:.0} %), {semiformal} semiformal ({:.0} %), {prose} prose ({:.0} %)",
            share(formal),
            share(semiformal),
            share(prose),
        ));
    }
    text.push('\n');
    if rewrites {
        for rewrite in &file.rewrites {
            text.push_str(&format!(
                "  line {}: {}\n    could be: {}\n",
                rewrite.place.line, rewrite.text, rewrite.rewrite
            ));
        }
    } else if !file.rewrites.is_empty() {
        text.push_str(&format!(
            "  {} of them could be made checkable; `--rewrites` shows how\n",
            file.rewrites.len()
        ));
    }
    output::result(&text)
}

/// `1 error`, `2 errors`, `no errors`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
