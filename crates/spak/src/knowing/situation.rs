//! A situation: a design on a machine for a workload, and what it starts from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use spak_knowledge::{About, Program};
use spak_model::system::{Place, Record, System};
use spak_records::{Problem, Value};
use spak_rules::{Base, Complaint, Engine, Known, Limits};
use spak_space::Problem as Space;
use spak_syntax::Diagnostic;

use crate::engine::specify::OF_BINARIES;
use crate::engine::symbols;
use crate::gpu::design::CUTILE;
use crate::gpu::operator;
use crate::ontology;
use crate::project::{Design, Sources};
use crate::tuning::Subject;
use crate::verbs::check;

/// Where rules are asked.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Where {
    /// The workload, when the design has several.
    #[arg(long)]
    pub(crate) workload: Option<String>,
    /// The machine: one of the design, of its imports or of the libraries (`H200`, `RTX5090`), or a `.dsl`
    /// file with one.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) hardware: Option<String>,
    /// What else holds, such as `compiler=cutile` or `cores=2`; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) given: Vec<String>,
    /// The config that is asked about, such as `tile_m=128,tile_n=64`; what is left out stays open.
    #[arg(long, value_name = "NAME=VALUE,…")]
    pub(crate) config: Option<String>,
    /// Traces whose trials rules may speak of (`for: "t in trials"`).
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Vec<PathBuf>,
}

/// Rules over what is known somewhere, concluded.
pub(crate) struct Situation {
    pub(crate) sources: Sources,
    pub(crate) system: System,
    /// What stands beside each rule of the engine.
    pub(crate) about: Vec<About>,
    pub(crate) engine: Engine,
    /// The space, before rules say anything about it.
    pub(crate) problem: Space,
    /// What names mean, and where those of the design are used.
    pub(crate) ontology: std::borrow::Cow<'static, spak_ontology::Ontology>,
    pub(crate) scope: spak_ontology::Scope,
    /// What is wrong with rules.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Situation {
    /// Opens a design, looks where `at` says, and concludes. A design with errors gives these.
    ///
    /// # Errors
    /// Files that cannot be read; a workload, a machine or a value that there is not.
    pub(crate) fn open(path: &Path, at: &Where) -> Result<Result<Self, (Design, Vec<Diagnostic>)>> {
        let (design, found) = check::checked(path)?;
        if check::is_broken(&found) {
            return Ok(Err((design, found)));
        }
        let subject = Subject::open(path, at.workload.as_deref(), at.hardware.as_deref())?;
        let system = System::of(&design.resolved.entries);
        let shown = |place: Place| origin(&design.sources, place);
        let mut program = Program::of(&system, &shown);
        let mut base = base(&system, &subject.problem, &shown, at.workload.as_deref());
        of_the_machine(&mut base);
        of_the_problem(&mut base, &system, chosen(&system, at.workload.as_deref()));
        for text in &at.given {
            give(&mut base, text, "given on the command line")?;
        }
        for text in at.config.iter().flat_map(|c| c.split(',')).filter(|t| !t.trim().is_empty()) {
            configure(&mut base, text)?;
        }
        base.tables = std::mem::take(&mut program.tables);
        super::trials::add(&mut base, &at.trace)?;
        let own = ontology::own(&design.resolved.entries);
        ontology::reach(&mut program, &base, &system, &own);
        let (mut engine, complaints) = Engine::new(base, program.rules, Limits::default());
        engine.conclude();
        let diagnostics = located(complaints, &program.about);
        Ok(Ok(Self {
            sources: design.sources,
            system,
            about: program.about,
            engine,
            problem: subject.problem,
            ontology: subject.ontology,
            scope: subject.scope,
            diagnostics,
        }))
    }

    /// The numbers of the rules with this name.
    pub(crate) fn rules_called(&self, name: &str) -> Vec<usize> {
        let rules = self.engine.rules().iter().enumerate();
        rules.filter(|(_, rule)| rule.name == name).map(|(number, _)| number).collect()
    }
}

/// What is wrong with rules, in their files.
pub(crate) fn located(complaints: Vec<Complaint>, about: &[About]) -> Vec<Diagnostic> {
    let located = complaints.into_iter().map(|complaint| {
        let place = about.get(complaint.rule).map(|a| a.place);
        match place {
            Some(place) => complaint.diagnostic.in_file(place.file),
            None => complaint.diagnostic,
        }
    });
    located.collect()
}

/// What is known of a config once it was compiled.
pub(crate) fn later() -> BTreeSet<String> {
    OF_BINARIES.iter().map(|name| (*name).to_owned()).collect()
}

/// `fmha.dsl:12`
pub(crate) fn origin(sources: &Sources, place: Place) -> String {
    let Some(file) = sources.get(place.file) else { return String::new() };
    let (line, _) = file.lines.line_column(file.source.text(), place.span.start);
    format!("{}:{line}", file.shown)
}

/// What the design and the machine say.
pub(crate) fn base(
    system: &System,
    problem: &Space,
    shown: &dyn Fn(Place) -> String,
    workload: Option<&str>,
) -> Base {
    let mut base = Base { later: later(), ..Base::default() };
    let chosen = chosen(system, workload);
    let record = |name: &str, key: &str| {
        let named = |r: &&Record| name.is_empty() || r.fields.iter().any(|(k, _)| k == key);
        let workload = chosen.into_iter().find(named);
        let hardware = || system.hardware.iter().find(named);
        match workload {
            Some(w) => {
                Some(format!("workload {}, {}", w.name.as_deref().unwrap_or(""), shown(w.place)))
            }
            None => hardware().map(|h| {
                format!("hardware {}, {}", h.name.as_deref().unwrap_or(""), shown(h.place))
            }),
        }
    };
    for (name, value) in &problem.symbols {
        let key = name.rsplit_once('.').map_or(name.as_str(), |(_, key)| key);
        let origin = record(name, key).unwrap_or_else(|| "the machine".to_owned());
        base.values.insert(name.clone(), Known { value: value.clone(), origin });
    }
    for parameter in &problem.parameters {
        base.dimensions.insert(parameter.name.clone(), parameter.meaning());
    }
    base
}

/// What a run would find out of a machine that is described: its name, its architecture, its processors.
fn of_the_machine(base: &mut Base) {
    for (name, field) in [
        ("device", "hardware.device_name"),
        ("architecture", "hardware.architecture"),
        ("cores", "hardware.sm_count"),
    ] {
        if let Some(known) = base.values.get(field).cloned() {
            base.values.entry(name.to_owned()).or_insert(known);
        }
    }
}

/// The workload that was asked for, or the first.
fn chosen<'s>(system: &'s System, wanted: Option<&str>) -> Option<&'s Record> {
    system.workloads.iter().find(|w| wanted.is_none() || w.name.as_deref() == wanted)
}

/// What the operator says of its problem where the workload does not: defaults, and what follows from them.
fn of_the_problem(base: &mut Base, system: &System, record: Option<&Record>) {
    let Some(record) = record else { return };
    let mut workload = symbols::workload(record);
    let name = workload.get("family").or_else(|| workload.get("operator"));
    let Some(name) = name.and_then(Value::as_text).map(str::to_owned) else { return };
    let on_a_gpu = base.values.contains_key("hardware.device_name");
    let problem = if on_a_gpu {
        operator::load(&name).and_then(|operator| {
            operator::follow(&operator, system, &mut workload);
            Ok(Problem::Operator(operator.problem(&workload)?))
        })
    } else {
        Problem::from_workload(&name, &workload).map_err(anyhow::Error::msg)
    };
    let mut add = |name: &str, value: spak_expr::Value, origin: &str| {
        let known = Known { value, origin: origin.to_owned() };
        base.values.entry(name.to_owned()).or_insert(known);
    };
    add("family", spak_expr::Value::Text(name.as_str().into()), "the workload");
    if on_a_gpu {
        let cutile = spak_expr::Value::Text(CUTILE.into());
        add("compiler", cutile, "kernels for a described GPU are compiled by it");
    }
    for (name, value) in problem.iter().flat_map(Problem::symbols) {
        let value = spak_model::formula::to_value(&symbols::literal(&value));
        for name in [name].iter().chain(Problem::aliases(name)) {
            add(name, value.clone(), "the operator's default");
        }
    }
}

/// Takes in `name=value`.
fn give(base: &mut Base, text: &str, origin: &str) -> Result<()> {
    let (name, value) =
        text.split_once('=').with_context(|| format!("`{text}` is no `name=value`"))?;
    let parsed = spak_expr::parse(value.trim(), 0).expr;
    let known = parsed.and_then(|expr| match expr.as_name() {
        Some(word) => Some(spak_expr::Value::Text(word.into())),
        None => spak_expr::eval(&expr, &spak_expr::Empty).ok(),
    });
    let value = known.unwrap_or_else(|| spak_expr::Value::Text(value.trim().into()));
    let known = Known { value, origin: origin.to_owned() };
    base.values.insert(name.trim().to_owned(), known);
    Ok(())
}

/// Takes in a value of a dimension, which has to be one of its values.
fn configure(base: &mut Base, text: &str) -> Result<()> {
    give(base, text, "the config that is asked about")?;
    let name = text.split('=').next().unwrap_or_default().trim();
    let Some(values) = base.dimensions.get(name) else {
        let known = base.dimensions.keys().map(String::as_str);
        match spak_syntax::diagnostic::suggest(name, known) {
            Some(near) => bail!("there is no dimension `{name}`; did you mean `{near}`?"),
            None => bail!("there is no dimension `{name}`"),
        }
    };
    let given = base.value(name);
    if !values.iter().any(|v| Some(v) == given) {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        bail!("`{text}` is none of the values of `{name}`, which are {}", values.join(", "));
    }
    Ok(())
}
