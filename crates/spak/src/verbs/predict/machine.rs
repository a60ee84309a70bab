//! Which machine a prediction is for: one of the design, of its imports, of the libraries, or this one.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use spak_model::reading::Reading;
use spak_model::system::{Record, System};
use spak_predict::{Complaint, Hardware};
use spak_records::Device;
use spak_records::prediction::HardwareRecord;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId};

use crate::project::{self, Design, Sources};
use crate::verbs::library;

/// A machine with where it was found.
pub(super) struct Machine {
    pub(super) hardware: Hardware,
    pub(super) record: HardwareRecord,
    /// The files that describe it, when they are not the design's.
    pub(super) sources: Option<Sources>,
    /// What is wrong with its description, by place.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What is to be said besides.
    pub(super) notes: Vec<String>,
    /// This machine, when it is the one.
    pub(super) device: Option<Device>,
}

/// The name of this machine on the command line.
const LOCAL: &str = "local";

/// The machine called `wanted`, or the one that the design is for.
///
/// # Errors
/// When there is none of that name, or the design leaves open which one is meant.
pub(super) fn find(design: &Design, system: &System, wanted: Option<&str>) -> Result<Machine> {
    let Some(wanted) = wanted else {
        let own: Vec<&Record> =
            system.hardware.iter().filter(|r| r.place.file == FileId(0)).collect();
        return match (own.as_slice(), system.hardware.as_slice()) {
            ([], []) => Ok(local()),
            ([one], _) => Ok(described(&design.sources, one)),
            ([], [one]) => Ok(described(&design.sources, one)),
            (own, all) => {
                let among = if own.is_empty() { all.iter().collect() } else { own.to_vec() };
                bail!(
                    "the design describes {} machines; name one with `--hardware`: {}",
                    among.len(),
                    names(among.into_iter()).join(", ")
                )
            }
        };
    };
    if wanted == LOCAL {
        return Ok(local());
    }
    if wanted.ends_with(".dsl") {
        return from_file(Path::new(wanted));
    }
    let is_it = |record: &&Record| record.name.as_deref().is_some_and(|n| same_name(n, wanted));
    if let Some(record) = system.hardware.iter().find(is_it) {
        return Ok(described(&design.sources, record));
    }
    let (sources, libraries) = libraries();
    if let Some(record) = libraries.hardware.iter().find(is_it) {
        let machine = described(&sources, record);
        return Ok(Machine { sources: Some(sources), ..machine });
    }
    let mut known = names(system.hardware.iter().chain(&libraries.hardware));
    known.push(LOCAL.to_owned());
    Err(unknown(wanted, known))
}

/// The name and the figures of the machine called `wanted`: one of the design, of the libraries, or of a
/// `.dsl` file.
///
/// # Errors
/// When there is none.
pub(crate) fn figures(
    design: Option<(&Design, &System)>,
    wanted: &str,
) -> Result<(String, Vec<(String, spak_expr::Value)>)> {
    let taken = |record: &Record| {
        (record.name.clone().unwrap_or_else(|| "unnamed".to_owned()), values(record))
    };
    if wanted == LOCAL {
        bail!("`local` has no figures but those that are measured; name a described machine");
    }
    if wanted.ends_with(".dsl") {
        let file = project::open(Path::new(wanted))?;
        let system = System::of(&file.resolved.entries);
        return Ok(taken(only(Path::new(wanted), &system)?));
    }
    let is_it = |record: &&Record| record.name.as_deref().is_some_and(|n| same_name(n, wanted));
    let own = design.map_or(&[][..], |(_, system)| system.hardware.as_slice());
    let (_, libraries) = libraries();
    match own.iter().chain(&libraries.hardware).find(is_it) {
        Some(record) => Ok(taken(record)),
        None => Err(unknown(wanted, names(own.iter().chain(&libraries.hardware)))),
    }
}

/// What is said about a machine that nothing describes.
fn unknown(wanted: &str, known: Vec<String>) -> anyhow::Error {
    match suggest(wanted, known.iter().map(String::as_str)) {
        Some(near) => anyhow!("there is no hardware `{wanted}`; did you mean `{near}`?"),
        None => anyhow!("there is no hardware `{wanted}`; there are: {}", known.join(", ")),
    }
}

/// `H100_SXM`, `h100-sxm`, `H100 SXM`.
fn same_name(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace(['-', ' '], "_").to_lowercase();
    plain(a) == plain(b)
}

fn names<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<String> {
    let mut names: Vec<String> = records
        .map(|r| r.name.clone().unwrap_or_else(|| "one without a name".to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn local() -> Machine {
    let device = spak_run::detect_device();
    let (hardware, notes) = super::local::hardware(&device);
    let record = HardwareRecord {
        name: hardware.name.clone(),
        source: hardware.source.clone(),
        found: "this machine".to_owned(),
    };
    Machine {
        hardware,
        record,
        sources: None,
        diagnostics: Vec::new(),
        notes,
        device: Some(device),
    }
}

fn from_file(path: &Path) -> Result<Machine> {
    let design = project::open(path)?;
    let system = System::of(&design.resolved.entries);
    let machine = described(&design.sources, only(path, &system)?);
    Ok(Machine { sources: Some(design.sources), ..machine })
}

/// The machine that a file describes.
fn only<'s>(path: &Path, system: &'s System) -> Result<&'s Record> {
    match system.hardware.as_slice() {
        [] => bail!("`{}` describes no hardware", path.display()),
        [one] => Ok(one),
        many => bail!(
            "`{}` describes {} machines, and one is needed: import the file and name it with `--hardware`",
            path.display(),
            many.len()
        ),
    }
}

/// Everything that the libraries describe.
fn libraries() -> (Sources, System) {
    let imports: String =
        library::LIBRARIES.iter().map(|(name, _)| format!("import \"{name}\"\n")).collect();
    let mut sources = Sources::default();
    let root = FileId(u32::MAX);
    let resolved = spak_model::resolve(root, &imports, &mut sources);
    (sources, System::of(&resolved.entries))
}

/// The machine that `record` describes, with what was measured on it.
fn described(sources: &Sources, record: &Record) -> Machine {
    let name = record.name.clone().unwrap_or_else(|| "unnamed".to_owned());
    let fields = values(record);
    let (mut hardware, complaints) =
        Hardware::read(&name, fields.iter().map(|(key, value)| (key.as_str(), value.clone())));
    let (_, libraries) = libraries();
    for fact in &libraries.facts {
        let of = fact.fields.iter().find(|(key, _)| key == "hardware");
        let of = of.and_then(|(_, slot)| text(&slot.reading));
        if of.is_some_and(|of| same_name(of, &name)) {
            let measured = Record { name: None, fields: fact.fields.clone(), place: fact.place };
            let measured = values(&measured);
            hardware.sustain(measured.iter().map(|(key, value)| (key.as_str(), value.clone())));
        }
    }
    let found = sources.get(record.place.file).map_or_else(String::new, |f| f.shown.clone());
    Machine {
        record: HardwareRecord { name, source: hardware.source.clone(), found },
        diagnostics: complaints.iter().map(|c| diagnostic(record, c)).collect(),
        hardware,
        sources: None,
        notes: Vec::new(),
        device: None,
    }
}

fn text(reading: &Reading) -> Option<&str> {
    match reading {
        Reading::Literal(literal) => literal.as_text(),
        Reading::Name(name) | Reading::Words(name) => Some(name),
        _ => None,
    }
}

/// The values of a record for the expression language. What is no value stays words.
fn values(record: &Record) -> Vec<(String, spak_expr::Value)> {
    let value = |reading: &Reading| match reading {
        Reading::Literal(literal) => Some(spak_model::formula::to_value(literal)),
        Reading::Name(name) | Reading::Words(name) => Some(name.as_str().into()),
        _ => None,
    };
    record.fields.iter().filter_map(|(k, s)| Some((k.clone(), value(&s.reading)?))).collect()
}

fn diagnostic(record: &Record, complaint: &Complaint) -> Diagnostic {
    let slot = record.fields.iter().find(|(key, _)| *key == complaint.field);
    let span = slot.map_or(record.place.span, |(_, slot)| slot.span);
    let code = match spak_predict::kind_of(&complaint.field) {
        Some(_) => spak_expr::codes::UNIT_MISMATCH,
        None => spak_model::codes::UNKNOWN_KEY,
    };
    Diagnostic::warning(code, span, complaint.message.clone())
        .because("a prediction leaves out what it cannot read, and says what it lacks")
        .repair("correct the figure, or remove it")
        .in_file(record.place.file)
}
