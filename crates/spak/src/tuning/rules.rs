//! Named rules laid over a space: constraints of a library or a file, over conventional names.
//!
//! `docs/decisions/0010` says why rules are constraints, and where names are looked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use spak_expr::{Expr, ExprKind, free_names};
use spak_model::entry::Entry;
use spak_model::formula;
use spak_model::reading::Reading;
use spak_model::system::{Condition, System};
use spak_model::vocabulary::Kind;
use spak_ontology::{MAX_WAYS, substituted, ways};
use spak_records::space_report::RuleRecord;
use spak_records::{Problem as Workload, Value};
use spak_space::Constraint;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Severity, Span};

use crate::engine::symbols;
use crate::ontology;
use crate::project::Sources;
use crate::tuning::{Origin, Subject};
use crate::verbs::{library, predict};

/// The folder of the libraries that `--rules` knows by their last name.
const FOLDER: &str = "std/rules/";

/// A space has some tens of parameters and a library some tens of rules.
const MAX_RULES: usize = 1_000;

/// What `spak space` is told about rules.
#[derive(clap::Args)]
pub(crate) struct Rules {
    /// Rules to lay over the space: a library (`attention`, `matmul`, `blocks`) or a `.dsl` file with
    /// constraints; may be given several times.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) rules: Vec<String>,
    /// The machine that rules and constraints speak of: one of the design, of its imports or of the
    /// libraries (`H200`, `RTX5090`), or a `.dsl` file with one.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) hardware: Option<String>,
    /// What a name of a rule stands for here, as in `head_dim=128`, `dtype=f16` or `tile_m=BM`; may be
    /// given several times.
    #[arg(long, value_name = "NAME=FORMULA", requires = "rules")]
    pub(crate) given: Vec<String>,
}

/// One rule as its file has it.
struct Rule {
    name: String,
    reason: Option<String>,
    source: Option<String>,
    file: FileId,
    span: Span,
    text: String,
    /// Why there is no formula, when there is none.
    formula: Result<Expr, String>,
}

impl Subject {
    /// Lays the rules over the space; what is wrong with their files goes to the diagnostics.
    ///
    /// # Errors
    /// When a file of rules cannot be read, a machine is not known, or something given is no formula.
    pub(crate) fn rule(&mut self, options: &Rules) -> Result<()> {
        let mut given = BTreeMap::new();
        for text in &options.given {
            let (name, expr) = self.given(text)?;
            if given.insert(name.clone(), expr).is_some() {
                bail!("`{name}` is given twice");
            }
        }
        if !options.rules.is_empty() {
            self.sizes();
        }
        let mut seen: BTreeSet<(FileId, Span)> =
            self.origins.iter().map(|o| (o.file, o.span)).collect();
        let mut used = BTreeSet::new();
        for wanted in &options.rules {
            let (from, file, entries) = self.library(wanted)?;
            if entries.is_empty() {
                continue;
            }
            let all = rules(&entries);
            let has_none = all.is_empty();
            for rule in all {
                if !seen.insert((rule.file, rule.span)) {
                    continue;
                }
                if self.rules.len() >= MAX_RULES {
                    bail!("`{wanted}` brings more than {MAX_RULES} rules");
                }
                self.take(rule, &from, &given, &mut used);
            }
            if has_none {
                let message = format!("`{from}` has no constraint, so no rule");
                self.diagnostics.push(
                    Diagnostic::error(spak_model::codes::UNKNOWN_KEY, Span::new(0, 0), message)
                        .repair("write `constraint \"name\" { require: …, reason: … }`")
                        .in_file(file),
                );
            }
        }
        for name in given.keys().filter(|name| !used.contains(*name)) {
            self.notes.push(format!("`{name}` is given, and no rule names it"));
        }
        Ok(())
    }

    /// `name=formula`, where the formula speaks of parameters and symbols of the space, or is a word.
    fn given(&self, text: &str) -> Result<(String, Expr)> {
        let (name, value) = text
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .ok_or_else(|| anyhow!("`{text}` is no `name=formula`"))?;
        let read = formula::parse(value).ok_or_else(|| anyhow!("`{value}` is no formula"))?;
        let expr = match &read.expr.kind {
            // `dtype=f16`
            ExprKind::Name(word)
                if !self.has(word) && spak_expr::dtype::bytes_of(word).is_some() =>
            {
                Expr::new(read.expr.span, ExprKind::Text(word.clone()))
            }
            _ => read.expr,
        };
        if let Some(unknown) = free_names(&expr).into_iter().find(|name| !self.has(name)) {
            let known = self.problem.parameters.iter().map(|p| p.name.as_str());
            match suggest(&unknown, known) {
                Some(near) => bail!("the space has no `{unknown}`; did you mean `{near}`?"),
                None => bail!("the space has no `{unknown}`; quote it, if it is a text"),
            }
        }
        Ok((name.to_owned(), expr))
    }

    fn has(&self, name: &str) -> bool {
        self.problem.symbols.contains_key(name)
            || self.problem.parameters.iter().any(|p| p.name == name)
    }

    /// Sizes of the problem that follow from those that the workload states.
    fn sizes(&mut self) {
        let fields = self.problem.symbols.iter().filter_map(|(name, value)| {
            let value = match value {
                spak_expr::Value::Int(i) => Value::Int(*i),
                spak_expr::Value::Bool(b) => Value::Bool(*b),
                spak_expr::Value::Text(text) => Value::Text(text.to_string()),
                _ => return None,
            };
            let name = name.strip_prefix("workload.").filter(|name| *name != "dtype")?;
            Some((name.to_owned(), value))
        });
        let workload = spak_records::Workload(fields.collect());
        let family = workload.get("family").or_else(|| workload.get("operator"));
        let Some(family) = family.and_then(Value::as_text).map(str::to_owned) else { return };
        let Ok(problem) = Workload::from_workload(&family, &workload) else { return };
        for (name, value) in problem.symbols() {
            if !self.has(name) {
                let value = formula::to_value(&symbols::literal(&value));
                self.problem.symbols.insert(name.to_owned(), value);
            }
        }
    }

    /// The statements of a library or a file; none when they have errors, which are kept.
    fn library(&mut self, wanted: &str) -> Result<(String, FileId, Vec<Entry>)> {
        let (shown, file, text) = open(&mut self.sources, wanted)?;
        let resolved = spak_model::resolve(file, &text, &mut self.sources);
        let mut found = resolved.diagnostics;
        found.extend(spak_model::check::check(&resolved.entries, &text));
        undeclared(&resolved.entries, &mut found);
        let own = ontology::own(&resolved.entries);
        if !own.is_empty() {
            found.extend(self.ontology.to_mut().read(&own));
        }
        found.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
        found.dedup();
        let is_broken = found.iter().any(|d| d.severity == Severity::Error);
        self.diagnostics.extend(found);
        Ok((shown, file, if is_broken { Vec::new() } else { resolved.entries }))
    }

    /// Applies one rule, or says why it does not apply.
    fn take(
        &mut self,
        rule: Rule,
        from: &str,
        given: &BTreeMap<String, Expr>,
        used: &mut BTreeSet<String>,
    ) {
        let mut record = RuleRecord {
            name: rule.name.clone(),
            from: self.sources.get(rule.file).map_or_else(|| from.to_owned(), |f| f.shown.clone()),
            text: rule.text.clone(),
            reason: rule.reason.clone(),
            source: rule.source,
            constraint: None,
            lacks: Vec::new(),
            does_not_apply: None,
        };
        match rule.formula {
            Err(why) => record.does_not_apply = Some(why),
            Ok(expr) => {
                let mut stands = BTreeMap::new();
                let mut reached = BTreeMap::new();
                for name in free_names(&expr) {
                    if let Some(expr) = given.get(&name) {
                        stands.insert(name.clone(), expr.clone());
                        used.insert(name);
                        continue;
                    }
                    match self.spelled(&name) {
                        known if known.is_empty() => record.lacks.push(name),
                        known if known == [name.as_str()] => {}
                        known => {
                            reached.insert(name, known);
                        }
                    }
                }
                let ways = ways(&reached);
                if !record.lacks.is_empty() {
                    record.does_not_apply = Some(lacking(&record.lacks));
                } else if let Some(ways) = ways {
                    for way in &ways {
                        let named = |(name, known): (&String, &String)| {
                            let known = ExprKind::Name(known.clone());
                            (name.clone(), Expr::new(expr.span, known))
                        };
                        let names: BTreeMap<String, Expr> = way.iter().map(named).collect();
                        let mut record = record.clone();
                        // What is one rule to a reader is several here, each about something else.
                        if ways.len() > 1 {
                            record.text = spak_expr::print(&substituted(expr.clone(), &names));
                        }
                        let mut stands = stands.clone();
                        stands.extend(names);
                        let expr = substituted(expr.clone(), &stands);
                        record.constraint = Some(self.problem.constraints.len() as u32);
                        let constraint = Constraint { text: record.text.clone(), expr };
                        let reason = rule.reason.as_deref();
                        self.lay(&rule.name, reason, (rule.file, rule.span), constraint);
                        self.rules.push(record);
                    }
                    return;
                } else {
                    record.does_not_apply = Some(format!(
                        "its names mean so many things here that it would be more than {MAX_WAYS} rules"
                    ));
                }
            }
        }
        self.rules.push(record);
    }

    /// Adds what a rule requires.
    fn lay(
        &mut self,
        name: &str,
        reason: Option<&str>,
        (file, span): (FileId, Span),
        constraint: Constraint,
    ) {
        self.problem.constraints.push(constraint);
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        let reason = Some(format!("of the rule \"{name}\"{reason}"));
        self.origins.push(Origin { file, span, base: 0, reason });
    }

    /// What the space calls the thing that rules call `name`: several names, where it is a concept.
    fn spelled(&self, name: &str) -> Vec<String> {
        if self.has(name) {
            return vec![name.to_owned()];
        }
        let parameters = self.problem.parameters.iter().map(|p| p.name.clone()).collect();
        let reached = self.ontology.reached(name, &self.scope, &parameters);
        if !reached.is_empty() {
            return reached;
        }
        let mut sizes = Workload::aliases(name).iter();
        sizes.find(|other| self.has(other)).map(|other| (*other).to_owned()).into_iter().collect()
    }
}

/// The text of a library or a file of rules, what it is called, and its place among the sources.
fn open(sources: &mut Sources, wanted: &str) -> Result<(String, FileId, String)> {
    if wanted.ends_with(".dsl") {
        let file = sources.read(Path::new(wanted), wanted)?;
        return Ok((wanted.to_owned(), file, sources.text(file).to_owned()));
    }
    let short = wanted.strip_prefix(FOLDER).unwrap_or(wanted);
    let name = format!("{FOLDER}{short}");
    if library::find(&name).is_none() {
        let known = || library::LIBRARIES.iter().filter_map(|(name, _)| name.strip_prefix(FOLDER));
        match suggest(short, known()) {
            Some(near) => bail!("there are no rules `{wanted}`; did you mean `{near}`?"),
            None => bail!(
                "there are no rules `{wanted}`; there are {}, and files that end in `.dsl`",
                known().collect::<Vec<_>>().join(", ")
            ),
        }
    }
    let loaded = spak_model::Files::load(sources, FileId(0), &name);
    let (file, text) = loaded.map_err(anyhow::Error::msg)?;
    Ok((name, file, text))
}

/// Every constraint of the statements, one for each formula that it requires.
fn rules(entries: &[Entry]) -> Vec<Rule> {
    let mut sources = BTreeMap::new();
    said(entries, &mut sources);
    let rule = |condition: &Condition, slot: &spak_model::reading::SlotReading| {
        let (text, formula) = match &slot.reading {
            Reading::Nothing => return None,
            Reading::Formula(formula) => (formula.text.trim().to_owned(), Ok(formula.expr.clone())),
            _ => (spak_model::normal::slot_text(slot), Err("it is not a formula".to_owned())),
        };
        let place = condition.place;
        Some(Rule {
            name: condition.name.clone().unwrap_or_else(|| text.clone()),
            reason: condition.reason.clone(),
            source: sources.get(&(place.file, place.span)).cloned(),
            file: place.file,
            span: slot.span,
            text,
            formula,
        })
    };
    let constraints = System::of(entries).constraints;
    constraints
        .iter()
        .flat_map(|c| c.slots.iter().filter_map(|s| rule(c, s)).collect::<Vec<_>>())
        .collect()
}

/// What constraints say of their sources, by place.
fn said(entries: &[Entry], out: &mut BTreeMap<(FileId, Span), String>) {
    for entry in entries {
        if entry.kind == Some(Kind::Constraint) {
            let source = entry.slots("source").find_map(|slot| match &slot.reading {
                Reading::Words(text) | Reading::Name(text) => Some(text.clone()),
                Reading::Literal(literal) => literal.as_text().map(str::to_owned),
                _ => None,
            });
            out.extend(source.map(|s| ((entry.file, entry.span), s)));
        }
        said(entry.children(), out);
    }
}

/// Names that rules use and no `type` of their file declares.
fn undeclared(entries: &[Entry], found: &mut Vec<Diagnostic>) {
    let system = System::of(entries);
    let declared: BTreeSet<&str> = system
        .types
        .iter()
        .flat_map(|t| t.fields.iter().map(|(name, _)| name.as_str()))
        .chain(system.dimensions.iter().map(|d| d.name.as_str()))
        .collect();
    if system.types.is_empty() {
        return;
    }
    for condition in &system.constraints {
        for slot in &condition.slots {
            let Reading::Formula(formula) = &slot.reading else { continue };
            for (name, span) in spak_expr::name_uses(&formula.expr) {
                let root = name.split('.').next().unwrap_or(&name);
                if declared.contains(name.as_str()) || matches!(root, "hardware" | "workload") {
                    continue;
                }
                let repair = match suggest(&name, declared.iter().copied()) {
                    Some(near) => format!("write `{near}`, or declare `{name}` in a `type`"),
                    None => format!("declare `{name}` in a `type` of this file, or quote a text"),
                };
                let message = format!("no `type` of these rules declares `{name}`");
                found.push(
                    Diagnostic::error(spak_expr::codes::UNKNOWN_NAME, span, message)
                        .because("a rule whose names are misspelled never applies")
                        .repair(repair)
                        .in_file(condition.place.file),
                );
            }
        }
    }
    for constraint in figures(&system) {
        found.push(constraint);
    }
}

/// Figures of machines that no description has.
fn figures(system: &System) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for condition in &system.constraints {
        for slot in &condition.slots {
            let Reading::Formula(formula) = &slot.reading else { continue };
            for (name, span) in spak_expr::name_uses(&formula.expr) {
                let Some(field) = name.strip_prefix("hardware.") else { continue };
                if spak_predict::kind_of(field).is_some() {
                    continue;
                }
                let known = spak_predict::FIGURES.iter().map(|(name, _)| *name);
                let Some(near) = suggest(field, known) else { continue };
                found.push(
                    Diagnostic::warning(
                        spak_expr::codes::UNKNOWN_NAME,
                        span,
                        format!("no machine of the libraries has `{field}`"),
                    )
                    .repair(format!("did you mean `hardware.{near}`?"))
                    .in_file(condition.place.file),
                );
            }
        }
    }
    found
}

/// Which names a rule lacks, and what can be done about it.
fn lacking(names: &[String]) -> String {
    let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let is_of_hardware = names.iter().any(|name| name.starts_with("hardware."));
    let advice = if is_of_hardware { "; `--hardware` names a machine" } else { "" };
    format!("no {}{advice}", listed.join(", no "))
}

/// The figures of the machine called `wanted` as `hardware.…`, for a space that no design declares.
///
/// # Errors
/// When there is no such machine.
pub(super) fn machine(wanted: &str) -> Result<BTreeMap<String, spak_expr::Value>> {
    let (_, fields) = predict::figures(None, wanted)?;
    Ok(fields.into_iter().map(|(key, value)| (format!("hardware.{key}"), value)).collect())
}

/// Puts the figures of the machine called `wanted` in the place of those that the design's machines agree
/// in: by their plain names, as `hardware.…`, and behind the machine's name.
///
/// # Errors
/// When there is no such machine.
pub(super) fn stand_on(
    symbols: &mut BTreeMap<String, spak_expr::Value>,
    design: (&crate::project::Design, &System),
    wanted: &str,
) -> Result<()> {
    let (name, fields) = predict::figures(Some(design), wanted)?;
    // Figures of two machines together would be those of none. What the workload says under a plain name
    // stays.
    let others: Vec<String> =
        symbols.keys().filter_map(|key| Some(key.strip_prefix("hardware.")?.to_owned())).collect();
    for key in others {
        let figure = symbols.remove(&format!("hardware.{key}"));
        if symbols.get(&key) == figure.as_ref() {
            symbols.remove(&key);
        }
    }
    for (key, value) in fields {
        symbols.insert(format!("hardware.{key}"), value.clone());
        symbols.insert(format!("{name}.{key}"), value.clone());
        symbols.entry(key).or_insert(value);
    }
    Ok(())
}
