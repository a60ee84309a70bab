//! `spak knowledge concepts`: what names mean, what things are called elsewhere, and who calls them so.

mod print;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use spak_model::resolve;
use spak_model::system::{Place, System};
use spak_ontology::{Concept, Lookup, Ontology, Scope};
use spak_records::concepts_report::{
    ConceptRecord, ConceptsReport, NamesRecord, NamingRecord, SpellingRecord, UseRecord,
};
use spak_records::report::PlaceRecord;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, LineIndex, Severity};

use crate::exit::Status;
use crate::ontology::{self, NoFiles};
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Design};
use crate::verbs::library;

/// What is told of concepts.
#[derive(Args)]
pub(super) struct Options {
    /// A concept, or what an operator, a back end or a language calls one; all concepts by default.
    name: Option<String>,
    /// The operator whose names are meant (`softmax`); without a name, what it calls things.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// A design or a library with concepts, names and rules of its own.
    #[arg(long, value_name = "FILE")]
    of: Option<String>,
}

/// What names are looked up in.
struct Asked<'a> {
    ontology: &'a Ontology,
    scope: Scope,
    /// What adds to the ontology.
    design: Option<&'a Design>,
    /// What it declares,
    system: Option<&'a System>,
    /// and its own rules.
    rules: Vec<ontology::Rule>,
    users: ontology::Users,
    /// Libraries with their rules.
    libraries: Vec<(&'static str, &'static str, Vec<ontology::Rule>)>,
}

/// Shows concepts; problems are those of a design that contradicts itself.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    let design = options.of.as_deref().map(open).transpose()?;
    let entries = design.as_ref().map(|design| design.resolved.entries.as_slice());
    let system = entries.map(System::of);
    let ontology = ontology::with(&entries.map(ontology::own).unwrap_or_default());
    let mut status = Status::Fine;
    if let Some(design) = &design {
        let mut found = design.errors();
        found.extend(ontology::problems(design));
        found.retain(|diagnostic| diagnostic.severity == Severity::Error);
        if !found.is_empty() {
            output::aside(&diagnostics::render(&design.sources, &found, false));
            status = Status::Problems;
        }
    }
    if let Some(operator) = &options.operator {
        known_operator(&ontology, operator)?;
    }
    let mut scope = system.as_ref().map(ontology::scope).unwrap_or_default();
    if options.operator.is_some() && options.operator != scope.operator {
        scope = Scope { operator: options.operator.clone(), backend: None };
    }
    let asked = Asked {
        ontology: &ontology,
        scope,
        design: design.as_ref(),
        system: system.as_ref(),
        rules: system
            .as_ref()
            .map(|system| ontology::rules(&ontology, system, &ontology::scope(system)))
            .unwrap_or_default(),
        users: ontology::Users::new(&ontology)?,
        libraries: libraries(&ontology),
    };
    let concepts = match &options.name {
        Some(name) => asked.called(name)?,
        None => ontology.concepts.iter().collect(),
    };
    let mut report = ConceptsReport {
        asked: options.name.clone(),
        operator: asked.scope.operator.clone(),
        concepts: Vec::new(),
    };
    for concept in concepts {
        let record = asked.record(concept);
        report.concepts.push(record);
    }
    if let (None, Some(operator)) = (&options.name, &options.operator) {
        // Of an operator what it has is asked for, and not what it could have; only others say of some what they have.
        let is_described = report.concepts.iter().any(|record| !record.used_by.is_empty());
        report.concepts.retain(|record| match is_described {
            true => !record.used_by.is_empty(),
            false => {
                let scopes = record.names.iter().map(|names| &names.scope).chain(&record.of);
                scopes.into_iter().any(|scope| ontology.covers(scope, operator))
            }
        });
    }
    match format {
        Format::Human => output::result(&print::report(&report))?,
        Format::Json => json::result("spak.concepts", report)?,
    }
    Ok(status)
}

fn open(name: &str) -> Result<Design> {
    match library::find(name.trim_end_matches(".dsl")) {
        Some(text) if !Path::new(name).exists() => {
            Ok(project::with_text(Path::new(&format!("library {name}")), text))
        }
        _ => project::open(Path::new(name)),
    }
}

/// Libraries that come with the program and have rules, each by itself.
fn libraries(ontology: &Ontology) -> Vec<(&'static str, &'static str, Vec<ontology::Rule>)> {
    let all = library::LIBRARIES.iter();
    let with_rules = all
        .filter(|(name, _)| !name.starts_with("std/lift/") && !name.starts_with("std/ontology/"));
    let read = with_rules.map(|(name, text)| {
        let resolved = resolve(FileId(0), text, &mut NoFiles);
        (*name, *text, {
            // A library does not say of which operator its rules are.
            let system = System::of(&resolved.entries);
            ontology::rules(ontology, &system, &Scope::default())
        })
    });
    read.collect()
}

/// # Errors
/// Nobody says that there is such an operator.
fn known_operator(ontology: &Ontology, operator: &str) -> Result<()> {
    let described = spak_generate::operators::operators().iter().map(|one| one.name);
    let grouped = ontology.groups.values().flat_map(|g| g.operators.iter().map(String::as_str));
    let known: BTreeSet<&str> = described.chain(grouped).collect();
    if known.contains(operator) {
        return Ok(());
    }
    match suggest(operator, known.iter().copied()) {
        Some(near) => bail!("there is no operator `{operator}`; did you mean `{near}`?"),
        None => {
            let known: Vec<&str> = known.into_iter().collect();
            bail!("there is no operator `{operator}`; there are: {}", known.join(", "))
        }
    }
}

impl Asked<'_> {
    /// The concepts that are called so.
    ///
    /// # Errors
    /// There are none.
    fn called(&self, name: &str) -> Result<Vec<&Concept>> {
        let of = |scope: &Scope| -> Vec<&Concept> {
            match self.ontology.meaning(name, scope) {
                Lookup::Known(meaning) => vec![meaning.concept],
                Lookup::Ambiguous(all) => all.into_iter().map(|one| one.concept).collect(),
                Lookup::Unknown => Vec::new(),
            }
        };
        let mut found = of(&self.scope);
        // Who asks for a concept by its own name means that one, whatever some operator calls so.
        if let Some(own) = self.ontology.concept(name)
            && !found.iter().any(|concept| concept.name == own.name)
        {
            found.push(own);
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let elsewhere: Vec<String> =
            of(&Scope::default()).iter().map(|one| format!("`{}`", one.name)).collect();
        match (&self.scope.operator, elsewhere.as_slice()) {
            (Some(operator), [_, ..]) => {
                let elsewhere = elsewhere.join(" or ");
                bail!("`{operator}` calls nothing `{name}`; elsewhere it is {elsewhere}")
            }
            _ => match suggest(name, self.words()) {
                Some(near) => bail!("nothing is called `{name}`; did you mean `{near}`?"),
                None => bail!("nothing is called `{name}`; `spak knowledge concepts` lists all"),
            },
        }
    }

    /// Every word that could be asked for.
    fn words(&self) -> BTreeSet<&str> {
        let aliases = self.ontology.concepts.iter().flat_map(|concept| &concept.aliases);
        let names = aliases.flat_map(|alias| &alias.names).map(|name| name.0.as_str());
        let spellings = self.ontology.spellings.iter().flat_map(|spelling| &spelling.by);
        let spelled = spellings.flat_map(|(_, words)| words).map(String::as_str);
        let own = self.ontology.concepts.iter().map(|concept| concept.name.as_str());
        own.chain(names.filter(|name| !name.contains('{'))).chain(spelled).collect()
    }

    fn record(&self, concept: &Concept) -> ConceptRecord {
        ConceptRecord {
            name: concept.name.clone(),
            kind: concept.kind.name().to_owned(),
            says: concept.says.clone(),
            unit: concept.unit.clone(),
            along: concept.along.clone(),
            broader: concept.broader.clone(),
            of: concept.of.clone(),
            place: self.place(concept.place),
            names: self.names(concept),
            spellings: self.spellings(concept),
            values: concept.values.clone(),
            used_by: self.uses(concept),
            lifted: self.users.lifted(concept),
            rules: self.rules(concept),
        }
    }

    /// Whether a scope has to do with the operator that is asked about, if one is.
    fn is_asked(&self, scope: &str) -> bool {
        let operators = || {
            let described = spak_generate::operators::operators().iter().map(|one| one.name);
            let grouped = self.ontology.groups.values().flat_map(|group| &group.operators);
            described.chain(grouped.map(String::as_str)).collect::<BTreeSet<_>>()
        };
        self.scope.operator.as_deref().is_none_or(|operator| {
            let is_of_others =
                self.ontology.groups.contains_key(scope) || operators().contains(scope);
            self.ontology.covers(scope, operator) || !is_of_others
        })
    }

    fn names(&self, concept: &Concept) -> Vec<NamesRecord> {
        let asked = concept.aliases.iter().filter(|alias| self.is_asked(&alias.scope));
        let record = asked.map(|alias| NamesRecord {
            scope: alias.scope.clone(),
            operators: self
                .ontology
                .groups
                .get(&alias.scope)
                .map(|group| group.operators.iter().cloned().collect())
                .unwrap_or_default(),
            names: alias.names.iter().map(|name| name.0.clone()).collect(),
            place: self.place(alias.place),
        });
        record.collect()
    }

    fn spellings(&self, concept: &Concept) -> Vec<SpellingRecord> {
        let asked = concept.aliases.iter().filter(|alias| self.is_asked(&alias.scope));
        let mut words: BTreeSet<&str> =
            asked.flat_map(|alias| &alias.names).map(|name| name.0.as_str()).collect();
        words.insert(&concept.name);
        let spellings = self.ontology.spellings.iter();
        let of = spellings.filter(|spelling| words.contains(spelling.word.as_str()));
        let record = of.flat_map(|spelling| {
            spelling.by.iter().map(|(language, words)| SpellingRecord {
                word: spelling.word.clone(),
                language: language.clone(),
                words: words.clone(),
            })
        });
        record.collect()
    }

    fn uses(&self, concept: &Concept) -> Vec<UseRecord> {
        let mut uses = self.users.uses(concept);
        if let Some(operator) = &self.scope.operator {
            uses.retain(|one| one.operator.as_ref() == Some(operator));
        }
        if let Some(system) = self.system {
            let scope = ontology::scope(system);
            let names = system.dimensions.iter().map(|dimension| dimension.name.as_str());
            let known = ontology::known(self.ontology, names, &scope);
            let its = known.into_iter().filter(|(_, is)| *is == concept.name);
            let names: Vec<String> = its.map(|(name, _)| name).collect();
            let is_asked = self.scope.operator == scope.operator;
            if !names.is_empty() && is_asked {
                uses.push(ontology::Use { operator: scope.operator, backend: None, names });
            }
        }
        let record = |one: ontology::Use| UseRecord {
            operator: one.operator,
            backend: one.backend,
            names: one.names,
        };
        uses.into_iter().map(record).collect()
    }

    fn rules(&self, concept: &Concept) -> Vec<NamingRecord> {
        let record = |naming: ontology::Naming, place: PlaceRecord| NamingRecord {
            rule: naming.rule,
            names: naming.names,
            certain: naming.is_certain,
            place,
        };
        let mut found = Vec::new();
        if let Some(design) = self.design {
            let its = ontology::namings(&self.rules, concept);
            found.extend(its.into_iter().map(|naming| {
                let place = json::place(&design.sources, naming.place.file, naming.place.span);
                record(naming, place)
            }));
        }
        for (name, text, rules) in &self.libraries {
            let its = ontology::namings(rules, concept);
            found.extend(its.into_iter().map(|naming| {
                let place = in_library(name, text, naming.place);
                record(naming, place)
            }));
        }
        found
    }

    fn place(&self, place: Place) -> PlaceRecord {
        match (ontology::library(place.file), self.design) {
            (Some((name, text)), _) => in_library(name, text, place),
            (None, Some(design)) => json::place(&design.sources, place.file, place.span),
            (None, None) => in_library("", "", place),
        }
    }
}

/// A place in the text of a library, which is shown by its name.
fn in_library(name: &str, text: &str, place: Place) -> PlaceRecord {
    let (line, column) = LineIndex::new(text).line_column(text, place.span.start);
    let (start, end) = (place.span.start, place.span.end);
    PlaceRecord { file: format!("library {name}"), start, end, line, column }
}
