//! `spak knowledge`: what designs and libraries know, listed, searched, shown, exported; and libraries tested by
//! their examples.

mod check;
mod concepts;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use spak_model::Literal;
use spak_model::reading::{Reading, SlotReading};
use spak_model::system::{Place, System};
use spak_records::knowledge_report::{
    ExampleRecord, KnowledgeItem, KnowledgeReport, KnowledgeTestReport,
};
use spak_syntax::FileId;

use crate::exit::Status;
use crate::knowing;
use crate::output::{self, Format, json};
use crate::project::{self, Design};
use crate::verbs::library;

/// What `spak knowledge` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

/// Which question.
#[derive(Subcommand)]
enum What {
    /// Everything that designs, or the libraries that come with SPAK, know: a line for each fact, rule and
    /// invariant
    List {
        /// Designs, libraries (`std/knowledge/cutile`), or folders with some; all of `std` by default.
        of: Vec<String>,
    },
    /// What has all of these words in it, wherever
    Search {
        /// The words.
        #[arg(required = true)]
        words: Vec<String>,
        /// Where to look: designs, libraries or folders; all of `std` by default.
        #[arg(long)]
        of: Vec<String>,
    },
    /// The text of a fact, rule or invariant
    Show {
        /// Its name.
        name: String,
        /// Where to look: designs, libraries or folders; all of `std` by default.
        #[arg(long)]
        of: Vec<String>,
    },
    /// Write what designs know into a library that others import
    Export {
        /// The designs.
        #[arg(required = true)]
        of: Vec<String>,
        /// The library.
        #[arg(long, short = 'o', value_name = "FILE")]
        to: PathBuf,
        /// Only what SPAK has learnt.
        #[arg(long)]
        learned: bool,
    },
    /// What names mean, and what is called otherwise elsewhere: concepts with their names by operator, back end and language,
    /// and who uses them
    Concepts(concepts::Options),
    /// Say whether what was learnt still stands: what it rests on, what of that changed, and what its witnesses show now.
    /// Ends with 1 when something has to be witnessed again or was demoted, so that it is a step of CI
    Check(check::Options),
    /// Try the examples of libraries: what is given, what follows, and what does not
    Test {
        /// Designs, libraries or folders; all of `std` by default.
        of: Vec<String>,
    },
}

/// Answers; problems are examples that say otherwise, and nothing being found.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    match &options.what {
        What::List { of } => {
            let items = items(of)?;
            listed(items, format)
        }
        What::Search { words, of } => {
            let words: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
            let mut items = items(of)?;
            items.retain(|item| {
                let text = format!("{} {}", item.place.file, item.text).to_lowercase();
                words.iter().all(|word| text.contains(word.as_str()))
            });
            listed(items, format)
        }
        What::Show { name, of } => {
            let mut items = items(of)?;
            let names: Vec<String> = items.iter().map(|i| i.name.clone()).collect();
            items.retain(|item| item.name == *name);
            if items.is_empty() {
                match spak_syntax::diagnostic::suggest(name, names.iter().map(String::as_str)) {
                    Some(near) => bail!("nothing is called `{name}`; did you mean `{near}`?"),
                    None => bail!("nothing is called `{name}`"),
                }
            }
            match format {
                Format::Human => {
                    for item in &items {
                        let (file, line) = (&item.place.file, item.place.line);
                        output::result(&format!("{file}:{line}\n{}\n", item.text))?;
                    }
                }
                Format::Json => json::result("spak.knowledge", KnowledgeReport { items })?,
            }
            Ok(Status::Fine)
        }
        What::Export { of, to, learned } => export(of, to, *learned, format),
        What::Concepts(options) => concepts::run(options, format),
        What::Check(options) => check::run(options, format),
        What::Test { of } => test(of, format),
    }
}

fn listed(items: Vec<KnowledgeItem>, format: Format) -> Result<Status> {
    let status = if items.is_empty() { Status::Problems } else { Status::Fine };
    match format {
        Format::Json => json::result("spak.knowledge", KnowledgeReport { items })?,
        Format::Human => {
            let mut text = String::new();
            let mut file = None;
            for item in &items {
                if file != Some(&item.place.file) {
                    text.push_str(&format!("{}\n", item.place.file));
                    file = Some(&item.place.file);
                }
                let says: Vec<String> = item.says.iter().map(|[k, v]| format!("{k} {v}")).collect();
                let says = says.join("; ");
                let when = item.when.as_ref().map_or_else(String::new, |w| format!("where {w}: "));
                text.push_str(&format!(
                    "  {:>5}  {:<9} {}\n         {when}{says}\n",
                    item.place.line, item.kind, item.name
                ));
            }
            if items.is_empty() {
                text.push_str("nothing is known there\n");
            }
            output::result(&text)?;
        }
    }
    Ok(status)
}

/// Designs by name: files, libraries, or what is in folders.
fn designs(of: &[String]) -> Result<Vec<Design>> {
    Ok(files(of)?.into_iter().map(|(_, design)| design).collect())
}

/// The same with their paths; a library that comes with the program has none.
fn files(of: &[String]) -> Result<Vec<(Option<PathBuf>, Design)>> {
    let library = |name: &str, text: &str| {
        (None, project::with_text(Path::new(&format!("library {name}")), text))
    };
    let file = |path: PathBuf| -> Result<(Option<PathBuf>, Design)> {
        let design = project::open(&path)?;
        Ok((Some(path), design))
    };
    let mut all = Vec::new();
    if of.is_empty() {
        return Ok(library::LIBRARIES.iter().map(|(name, text)| library(name, text)).collect());
    }
    for name in of {
        if let Some(text) = library::find(name.trim_end_matches(".dsl"))
            && !Path::new(name).exists()
        {
            all.push(library(name, text));
        } else if Path::new(name).is_dir() {
            let mut files: Vec<PathBuf> = std::fs::read_dir(name)
                .with_context(|| format!("cannot read `{name}`"))?
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|e| e == "dsl"))
                .collect();
            files.sort();
            for path in files {
                all.push(file(path)?);
            }
        } else {
            all.push(file(PathBuf::from(name))?);
        }
    }
    Ok(all)
}

/// What each design itself knows, without its imports.
fn items(of: &[String]) -> Result<Vec<KnowledgeItem>> {
    let mut all = Vec::new();
    for design in designs(of)? {
        all.extend(known(&design));
    }
    Ok(all)
}

fn known(design: &Design) -> Vec<KnowledgeItem> {
    let system = System::of(&design.resolved.entries);
    let mut all = Vec::new();
    let own = |place: Place| place.file == FileId(0);
    for fact in system.facts.iter().filter(|f| own(f.place)) {
        let kind = if fact.returns.is_some() { "predicate" } else { "fact" };
        let mut item = item(design, kind, &fact.name, fact.place, &fact.fields);
        if let Some(returned) = &fact.returns {
            item.says = vec![["return".to_owned(), words(returned)]];
        } else {
            let told = |key: &str| !TOLD_APART.contains(&key) && !key.is_empty();
            let fields = fact.fields.iter().filter(|(key, _)| told(key));
            item.says = fields.map(|(key, slot)| [key.clone(), words(slot)]).collect();
            item.when = fact.fields.iter().find(|(k, _)| k == "when").map(|(_, s)| words(s));
        }
        all.push(item);
    }
    for rule in system.rules.iter().filter(|r| own(r.place)) {
        let mut item = item(design, "rule", &rule.name, rule.place, &rule.fields);
        let when: Vec<String> = rule.when.iter().map(words).collect();
        let unless = rule.unless.iter().map(|slot| format!("not ({})", words(slot)));
        let when: Vec<String> = when.into_iter().chain(unless).collect();
        item.when = (!when.is_empty()).then(|| when.join(" and "));
        item.says = rule.then.iter().map(|(key, slot)| [key.clone(), words(slot)]).collect();
        all.push(item);
    }
    for invariant in system.invariants.iter().filter(|i| own(i.place)) {
        let name = invariant.name.clone().unwrap_or_default();
        let mut item = item(design, "invariant", &name, invariant.place, &[]);
        let says = invariant.slots.iter().map(|slot| ["assert".to_owned(), words(slot)]);
        item.says = says.collect();
        all.push(item);
    }
    all.sort_by_key(|item| item.place.start);
    all
}

/// Fields that stand in a column of their own.
const TOLD_APART: &[&str] = &["source", "evidence", "confidence", "learned_by", "when", "learned"];

fn item(
    design: &Design,
    kind: &str,
    name: &str,
    place: Place,
    fields: &[(String, SlotReading)],
) -> KnowledgeItem {
    let of = |key: &str| fields.iter().find(|(k, _)| k == key).map(|(_, slot)| words(slot));
    KnowledgeItem {
        kind: kind.to_owned(),
        name: name.to_owned(),
        place: json::place(&design.sources, place.file, place.span),
        when: None,
        says: Vec::new(),
        source: of("source"),
        evidence: of("evidence"),
        confidence: of("confidence").and_then(|c| c.parse().ok()),
        learned: of("learned_by").is_some(),
        text: place.span.slice(design.sources.text(place.file)).trim_end().to_owned(),
    }
}

/// A slot in one line.
fn words(slot: &SlotReading) -> String {
    let text = match &slot.reading {
        Reading::Literal(Literal::Text(text)) | Reading::Name(text) | Reading::Words(text) => {
            text.clone()
        }
        _ => {
            let text = spak_model::normal::slot_text(slot);
            text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(&text).to_owned()
        }
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes what designs know as a library; it is laid out in the one standard way.
fn export(of: &[String], to: &Path, only_learned: bool, format: Format) -> Result<Status> {
    let mut all = items(of)?;
    // A condition that has a name goes with what is said under it.
    let used: String = all.iter().filter(|i| i.learned).map(|i| i.text.clone()).collect();
    all.retain(|i| {
        !only_learned || i.learned || i.kind == "predicate" && used.contains(i.name.as_str())
    });
    if all.is_empty() {
        bail!("there is nothing to export");
    }
    let stem = to.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = stem.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let from = of.join(", ");
    let mut text = format!(
        "// What {from} knows, exported by `spak knowledge export`.\nsystem Knowledge_{name} {{\nknowledge {{\n"
    );
    for item in &all {
        text.push_str(&item.text);
        text.push('\n');
    }
    text.push_str("}\n}\n");
    let laid_out = spak_syntax::format(&text);
    std::fs::write(to, laid_out.text.as_bytes())
        .with_context(|| format!("cannot write `{}`", to.display()))?;
    match format {
        Format::Human => output::result(&format!("{}: {} written\n", to.display(), all.len()))?,
        Format::Json => json::result("spak.knowledge", KnowledgeReport { items: all })?,
    }
    Ok(Status::Fine)
}

fn test(of: &[String], format: Format) -> Result<Status> {
    let mut report = KnowledgeTestReport::default();
    for design in designs(of)? {
        for tried in knowing::examples(&design) {
            // An example is tried where it stands, and not again wherever that is imported.
            if tried.place.file != FileId(0) {
                continue;
            }
            report.wrong += u64::from(!tried.wrong.is_empty());
            report.examples.push(ExampleRecord {
                name: tried.name,
                place: json::place(&design.sources, tried.place.file, tried.place.span),
                wrong: tried.wrong,
                follows: tried.follows,
            });
        }
    }
    let status = if report.wrong == 0 { Status::Fine } else { Status::Problems };
    match format {
        Format::Json => json::result("spak.knowledge-test", report)?,
        Format::Human => {
            let mut text = String::new();
            for example in report.examples.iter().filter(|e| !e.wrong.is_empty()) {
                let (file, line) = (&example.place.file, example.place.line);
                text.push_str(&format!("{file}:{line}: {}\n", example.name));
                for wrong in &example.wrong {
                    text.push_str(&format!("  {wrong}\n"));
                }
                if !example.follows.is_empty() {
                    text.push_str(&format!("  what follows: {}\n", example.follows.join("; ")));
                }
            }
            text.push_str(&format!("{} examples, {} wrong\n", report.examples.len(), report.wrong));
            output::result(&text)?;
        }
    }
    Ok(status)
}
