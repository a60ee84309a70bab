//! Specify: from a design to a space that can be searched, a problem that can be timed, and what is
//! known about both.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_expr::Expr;
use spak_generate::{Choices, Family, Templates};
use spak_knowledge::Context;
use spak_loop::{Dimension, DimensionKind, Guidance};
use spak_model::entry::Entry;
use spak_model::formula::Formula;
use spak_model::normal;
use spak_model::reading::Reading;
use spak_model::system::{Record, Space, System};
use spak_model::vocabulary::Kind;
use spak_records::{Config, ContentHash, Device, Plan, Problem, Toolchain, Value, Workload};
use spak_syntax::Diagnostic;

use crate::engine::family;
use crate::engine::observe;
use crate::engine::symbols::{self, Symbols};
use crate::gpu::operator;
use crate::project::Design;
use crate::verbs::check;

/// What a binary says of a kernel, by the names that conditions have for it.
pub(crate) const OF_BINARIES: [&str; 6] =
    ["registers", "local_memory", "shared_memory", "block_threads", "resident_blocks", "code_size"];

/// A design as the loop needs it.
pub(crate) struct Specified {
    /// What kernels are written in (`c`, `cutile`), also the name of the templates' folder.
    pub(crate) backend: &'static str,
    /// Hash of the normal form.
    pub(crate) hash: ContentHash,
    /// All that the design declares.
    pub(crate) system: System,
    /// What the design adds to the ontology.
    pub(super) concepts: Vec<Entry>,
    /// Templates and what they understand.
    pub(crate) family: Family,
    pub(crate) templates: Templates,
    /// Name of the workload, if it has one.
    pub(crate) workload_name: Option<String>,
    /// The problem, in the design's names and as a typed problem.
    pub(crate) workload: Workload,
    pub(crate) problem: Problem,
    /// What may be chosen; the first value of each is the seed's.
    pub(crate) dimensions: Vec<Dimension>,
    /// Conditions of the design and of the templates, with their reasons.
    pub(super) conditions: Vec<(Formula, String)>,
    /// How many of them are not from rules.
    pub(super) own_conditions: usize,
    /// Those that speak of what a binary says ([`OF_BINARIES`]): they are known when a config was compiled.
    pub(crate) of_binaries: Vec<(Formula, String)>,
    /// The same as facts and rules advise it.
    pub(crate) advised_of_binaries: Vec<(Formula, String)>,
    /// The conditions under which dimensions are there, by name; others always are.
    pub(super) presence: BTreeMap<String, Vec<Formula>>,
    /// What names stand for besides the config.
    pub(crate) symbols: Symbols,
    /// What the design knows about this problem on this machine.
    pub(crate) guidance: Guidance,
    /// Advice that could not be evaluated here, and why it was not applied.
    pub(crate) notes: Vec<String>,
}

/// Reads, checks and specifies the design at `path` for `device` and `toolchain`.
///
/// # Errors
/// When it has errors (the diagnostics are returned with the design by [`check::checked`]), names no
/// problem, or has no templates.
pub(crate) fn specify(
    path: &Path,
    wanted: Option<&str>,
    device: &Device,
    toolchain: &Toolchain,
) -> Result<Result<Specified, (Design, Vec<Diagnostic>)>> {
    specify_for("c", path, wanted, device, toolchain)
}

/// As [`specify`], for kernels of another backend.
///
/// # Errors
/// As [`specify`].
pub(crate) fn specify_for(
    backend: &'static str,
    path: &Path,
    wanted: Option<&str>,
    device: &Device,
    toolchain: &Toolchain,
) -> Result<Result<Specified, (Design, Vec<Diagnostic>)>> {
    let (design, found) = check::checked(path)?;
    if check::is_broken(&found) {
        return Ok(Err((design, found)));
    }
    specify_design(backend, &design, wanted, device, toolchain).map(Ok)
}

/// The same of a design that was read and has no errors.
///
/// # Errors
/// When it names no problem, or has no templates.
pub(crate) fn specify_design(
    backend: &'static str,
    design: &Design,
    wanted: Option<&str>,
    device: &Device,
    toolchain: &Toolchain,
) -> Result<Specified> {
    let entries = &design.resolved.entries;
    one_system(entries)?;
    let system = System::of(entries);
    let record = workload_record(&system, wanted)?;
    let workload_name = record.name.clone();
    let mut workload = symbols::workload(record);
    let name = workload
        .get("family")
        .or_else(|| workload.get("operator"))
        .and_then(Value::as_text)
        .map(str::to_owned)
        .context("the workload names no operator family; add `family: attention_forward` or `family: matmul`")?;
    let name = name.as_str();
    let family = family::load_for(backend, name)?;
    let problem = if backend == "c" {
        Problem::from_workload(name, &workload).map_err(anyhow::Error::msg)?
    } else {
        let operator = operator::load(name)?;
        operator::follow(&operator, &system, &mut workload);
        Problem::Operator(operator.problem(&workload)?)
    };
    let symbols = symbols::bound(&system, record, &problem, (device, toolchain));
    let (of_binaries, conditions) = conditions(&system, &family)
        .into_iter()
        .partition(|(formula, _)| backend != "c" && is_of_binaries(formula));
    let mut specified = Specified {
        backend,
        of_binaries,
        advised_of_binaries: Vec::new(),
        hash: ContentHash::parse(&normal::hash(entries)).context("the design has no hash")?,
        dimensions: dimensions(&system, &workload)?,
        conditions,
        own_conditions: 0,
        presence: presence(&system),
        family,
        templates: Templates::builtin(),
        workload,
        workload_name,
        problem,
        symbols,
        guidance: Guidance::default(),
        notes: Vec::new(),
        concepts: crate::ontology::own(entries),
        system,
    };
    specified.leave_out_what_has_no_code();
    specified.leave_out_what_is_unknown();
    specified.note_slips();
    specified.note_what_has_no_code();
    specified.notes.extend(observe::unobserved(&specified.system));
    specified.know();
    Ok(specified)
}

/// Whether a condition speaks of what a binary says.
pub(super) fn is_of_binaries(formula: &Formula) -> bool {
    spak_expr::free_names(&formula.expr).iter().any(|name| OF_BINARIES.contains(&name.as_str()))
}

/// Several systems are designs of their own; which one was meant cannot be told.
fn one_system(entries: &[Entry]) -> Result<()> {
    let systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    let names: Vec<&str> = systems.map(|e| e.name_text().unwrap_or("one without a name")).collect();
    if names.len() > 1 {
        bail!(
            "the file holds {} systems ({}), and the loop works on one; give each a file of its own, or let one extend the other",
            names.len(),
            names.join(", ")
        );
    }
    Ok(())
}

/// The workload to time: the only one, or the one that was asked for.
fn workload_record<'a>(system: &'a System, wanted: Option<&str>) -> Result<&'a Record> {
    let names =
        || -> Vec<&str> { system.workloads.iter().filter_map(|w| w.name.as_deref()).collect() };
    match (wanted, system.workloads.as_slice()) {
        (_, []) => bail!("the design has no `workload` block, so there is nothing to time"),
        (None, [first, ..]) => Ok(first),
        (Some(wanted), all) => match all.iter().find(|w| w.name.as_deref() == Some(wanted)) {
            Some(found) => Ok(found),
            None => bail!("there is no workload `{wanted}`; there are: {}", names().join(", ")),
        },
    }
}

/// Axes and parameters with their values; one that the workload fixes has only that value.
fn dimensions(system: &System, workload: &Workload) -> Result<Vec<Dimension>> {
    let mut out = Vec::with_capacity(system.dimensions.len());
    for dimension in &system.dimensions {
        let Some(values) = dimension.domain.values() else {
            bail!(
                "the values of `{}` cannot be listed; give it a list or a range of whole numbers",
                dimension.name
            );
        };
        let mut values: Vec<Value> = values.iter().map(spak_model::Literal::record).collect();
        if let Some(fixed) = workload.get(&dimension.name) {
            if !values.contains(fixed) {
                bail!(
                    "the workload wants `{}` to be {fixed}, which is none of its values",
                    dimension.name
                );
            }
            values = vec![fixed.clone()];
        }
        let kind = match dimension.space {
            Space::Design => DimensionKind::Axis,
            Space::Tuning => DimensionKind::Parameter,
        };
        out.push(Dimension { name: dimension.name.clone(), kind, values });
    }
    Ok(out)
}

/// Every formal condition of the design and of the family's manifest.
fn conditions(system: &System, family: &Family) -> Vec<(Formula, String)> {
    let mut out = Vec::new();
    for constraint in &system.constraints {
        let reason = constraint.reason.clone().or_else(|| constraint.name.clone());
        for slot in &constraint.slots {
            if let Reading::Formula(formula) = &slot.reading {
                out.push((formula.clone(), reason.clone().unwrap_or_else(|| formula.text.clone())));
            }
        }
    }
    for constraint in &family.constraints {
        if let spak_model::formula::Read::Whole(formula) =
            spak_model::formula::read(&constraint.formula, 0)
        {
            out.push((formula, constraint.reason.clone()));
        }
    }
    out
}

/// The formal conditions under which dimensions are there.
fn presence(system: &System) -> BTreeMap<String, Vec<Formula>> {
    let mut out: BTreeMap<String, Vec<Formula>> = BTreeMap::new();
    for dimension in &system.dimensions {
        for when in &dimension.when {
            if let Reading::Formula(formula) = &when.reading {
                out.entry(dimension.name.clone()).or_default().push(formula.clone());
            }
        }
    }
    out
}

impl Specified {
    /// The config of all first values.
    pub(crate) fn seed(&self) -> Config {
        let first = |d: &Dimension| d.values.first().map(|v| (d.name.clone(), v.clone()));
        Config(self.dimensions.iter().filter_map(first).collect())
    }

    /// What the generator needs for `config`.
    pub(crate) fn plan(&self, config: &Config) -> Plan {
        self.plan_for(config, &self.problem)
    }

    /// The same for another problem of the family.
    pub(crate) fn plan_for(&self, config: &Config, problem: &Problem) -> Plan {
        let mut config = config.clone();
        // What the problem says of an axis that the design does not have is not left to the template.
        if let Problem::Operator(problem) = problem {
            let of_problem = problem.values.iter().filter(|(n, _)| self.family.axis(n).is_some());
            for (name, value) in of_problem {
                config.0.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Plan {
            system: self.system.name.clone().unwrap_or_else(|| "anonymous".to_owned()),
            design: self.hash.clone(),
            backend: self.backend.to_owned(),
            family: self.family.name.clone(),
            config,
            problem: problem.clone(),
        }
    }

    /// Dimensions that the templates do not know keep their first value: another one would be the same code,
    /// and its time would be taken for a difference.
    fn leave_out_what_has_no_code(&mut self) {
        for dimension in &mut self.dimensions {
            let name = &dimension.name;
            if !self.family.knows(self.backend, name) {
                dimension.values.truncate(1);
            }
        }
    }

    /// Leaves out conditions that speak of something that has no value here, such as the limits of a
    /// baseline on another machine.
    fn leave_out_what_is_unknown(&mut self) {
        let dimensions = self.dimensions.iter().map(|d| d.name.as_str());
        let axes = self.family.axes.iter().map(|a| a.name.as_str());
        let parameters = self.family.parameters.iter().map(|p| p.name.as_str());
        let known: Vec<&str> = dimensions.chain(axes).chain(parameters).collect();
        let mut notes = Vec::new();
        self.conditions.retain(|(formula, _)| {
            let names = spak_expr::free_names(&formula.expr);
            let unknown = names.iter().find(|n| !known.contains(&n.as_str()) && !self.symbols.has(n));
            if let Some(name) = unknown {
                notes.push(format!("the constraint `{formula}` is not applied: it speaks of `{name}`, which has no value here"));
            }
            unknown.is_none()
        });
        self.notes.append(&mut notes);
    }

    /// Notes fields of the workload that look like slips: they would make another problem than was meant.
    fn note_slips(&mut self) {
        let symbols = self.problem.symbols();
        let mut known: Vec<&str> = vec!["family", "operator"];
        for (name, _) in &symbols {
            known.push(name);
            known.extend(Problem::aliases(name));
        }
        let dimensions = self.dimensions.iter().map(|d| d.name.as_str());
        known.extend(dimensions.chain(self.family.axes.iter().map(|a| a.name.as_str())));
        for name in self.workload.0.keys().filter(|name| !known.contains(&name.as_str())) {
            if let Some(near) = spak_syntax::diagnostic::suggest(name, known.iter().copied()) {
                self.notes.push(format!(
                    "the workload's `{name}` says nothing about {}; did you mean `{near}`?",
                    self.family.name
                ));
            }
        }
    }

    /// Notes dimensions and values that the templates have no code for: they are never tried.
    fn note_what_has_no_code(&mut self) {
        let seed = self.seed();
        let unknown = spak_generate::unused(&self.family, &self.plan(&seed));
        for name in unknown.iter().filter(|n| self.workload.get(n).is_none()) {
            self.notes.push(format!(
                "the templates of {} know no `{name}`; it changes nothing, and only its first value is used",
                self.family.name
            ));
        }
        if let Err(error) = Choices::of(&self.family, &self.plan(&seed)) {
            // Every config next to it would fail for the same reason.
            self.notes.push(format!("the first values together are no config: {error}"));
            return;
        }
        for dimension in &self.dimensions {
            let Some(axis) = self.family.axis(&dimension.name) else { continue };
            let mut config = seed.clone();
            for value in &dimension.values {
                config.0.insert(dimension.name.clone(), value.clone());
                if let Err(error) = Choices::of(&self.family, &self.plan(&config)) {
                    self.notes.push(format!("`{}: {value}` is not tried: {error}", axis.name));
                }
            }
        }
    }

    /// Whether a condition over dimensions holds for a config; not where that cannot be said.
    pub(super) fn holds_for(&self, condition: &Expr, config: &Config) -> bool {
        let values = config.0.iter().map(|(n, v)| (n.clone(), symbols::literal(v)));
        let text = spak_expr::print(condition);
        let formula = spak_model::formula::parse(&text);
        formula.is_some_and(|f| self.symbols.with(values.collect()).holds(&f) == Ok(true))
    }

    /// The scope of what is learnt from trials of this design here.
    pub(crate) fn context(
        &self,
        device: &Device,
        toolchain: &Toolchain,
        trace: &str,
        date: &str,
    ) -> Context {
        let dimensions = self
            .dimensions
            .iter()
            .map(|d| spak_knowledge::Dimension { name: d.name.clone(), values: d.values.clone() });
        Context {
            device: device.clone(),
            toolchain: toolchain.clone(),
            problem: self.problem.clone(),
            workload: self.workload.clone(),
            workload_name: self.workload_name.clone(),
            trace: trace.to_owned(),
            date: date.to_owned(),
            seed: Some(self.seed().id()),
            dimensions: dimensions.collect(),
        }
    }
}
