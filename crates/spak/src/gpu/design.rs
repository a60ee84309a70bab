//! A design for a GPU with its workloads, and which configs of it are worth compiling.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Result, bail};
use spak_generate::Choices;
use spak_loop::{Candidates, DimensionKind};
use spak_model::Literal;
use spak_model::system::System;
use spak_records::bundle::BundledKnowledge;
use spak_records::{Config, ContentHash, Device, OperatorProblem, Problem, Toolchain, Value};
use spak_search::random::Random;
use spak_syntax::{Diagnostic, Severity};

use crate::engine::enumerated::EngineSpace;
use crate::engine::specify::{Specified, specify_for};
use crate::engine::symbols;
use crate::gpu::cover::{Cover, cover};
use crate::gpu::operator::{self, Operator};
use crate::project::Design;
use crate::verbs::check;

/// The backend of kernels for a GPU.
pub(crate) const CUTILE: &str = "cutile";

/// How many configs are drawn to choose those from that cover all.
const POOL: u128 = 4096;

/// How often more is drawn than is wanted, where knowledge speaks against much of a space.
const TRIES: usize = 50;

/// A design, specified for each of its workloads.
#[derive(Clone)]
pub(crate) struct GpuDesign {
    pub(crate) workloads: Vec<GpuWorkload>,
}

/// A design for one workload.
#[derive(Clone)]
pub(crate) struct GpuWorkload {
    pub(crate) specified: Rc<Specified>,
    pub(crate) operator: Operator,
    pub(crate) problem: OperatorProblem,
    /// A source in place of those that the templates write.
    pub(crate) given: Option<Rc<str>>,
}

/// The configs of a design that are different kernels.
pub(crate) struct Configs {
    /// Valid configs, if they can be numbered.
    pub(crate) space: Option<u64>,
    pub(crate) configs: Vec<Config>,
    /// Those of them that what the design knows advises against, and which are left out.
    pub(crate) advised_against: u64,
}

/// Reads the design at `path` for all its workloads, or the one that is wanted.
///
/// # Errors
/// As [`specify_for`]; the diagnostics of a design with errors come back with it.
pub(crate) fn open(
    path: &Path,
    wanted: Option<&str>,
    device: &Device,
    toolchain: &Toolchain,
) -> Result<Result<GpuDesign, (Design, Vec<Diagnostic>)>> {
    let (design, found) = check::checked(path)?;
    if found.iter().any(|d| d.severity == Severity::Error) {
        return Ok(Err((design, found)));
    }
    let system = System::of(&design.resolved.entries);
    let names: Vec<Option<String>> = match wanted {
        Some(name) => vec![Some(name.to_owned())],
        None if system.workloads.len() > 1 && system.workloads.iter().all(|w| w.name.is_some()) => {
            system.workloads.iter().map(|w| w.name.clone()).collect()
        }
        None => vec![None],
    };
    let mut workloads = Vec::with_capacity(names.len());
    for name in names {
        let specified = match specify_for(CUTILE, path, name.as_deref(), device, toolchain)? {
            Ok(specified) => specified,
            Err(broken) => return Ok(Err(broken)),
        };
        let Problem::Operator(problem) = specified.problem.clone() else { continue };
        let operator = operator::load(&problem.operator)?;
        workloads.push(GpuWorkload {
            specified: Rc::new(specified),
            operator,
            problem,
            given: None,
        });
    }
    Ok(Ok(GpuDesign { workloads }))
}

impl GpuDesign {
    /// Knows nothing any more.
    pub(crate) fn forget(&mut self) {
        for workload in &mut self.workloads {
            let Some(specified) = Rc::get_mut(&mut workload.specified) else { continue };
            specified.forget();
        }
    }

    /// Leaves tuning parameters alone to vary.
    pub(crate) fn keep_first_values_of_axes(&mut self) {
        for workload in &mut self.workloads {
            let Some(specified) = Rc::get_mut(&mut workload.specified) else { continue };
            let axes = specified.dimensions.iter_mut().filter(|d| d.kind == DimensionKind::Axis);
            axes.for_each(|axis| axis.values.truncate(1));
        }
    }
}

impl GpuWorkload {
    /// Valid configs, at most `limit` of them: the first one, what is recommended and what is near it, and others drawn with
    /// `seed`, or so many that they cover what they have; of those that are the same code one. What the design's knowledge
    /// advises against is left out.
    pub(crate) fn configs(&self, limit: u64, seed: u64, covered: Option<Cover>) -> Result<Configs> {
        let specified = &self.specified;
        let candidates = specified.candidates();
        let count = candidates.as_ref().map_or(0, Candidates::count);
        let space = candidates.as_ref().and_then(|_| u64::try_from(count).ok());
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        // The first values need not go with the problem.
        let is_valid = specified.validity(&specified.seed()).is_ok();
        let mut drawn: Vec<Config> = is_valid.then(|| specified.seed()).into_iter().collect();
        let recommended = self.recommended();
        if covered == Some(Cover::Neighbours) {
            let centre = recommended.first().cloned().unwrap_or_else(|| specified.seed());
            let near = self.neighbours(&centre);
            drawn.extend(std::iter::once(centre).chain(near));
            drawn.truncate(most);
        } else if let Some(candidates) = &candidates {
            let left = most.saturating_sub(drawn.len());
            match covered {
                Some(covered) => drawn.extend(self.covering(candidates, covered, seed, left)),
                None => {
                    let near = recommended.first().map(|config| self.neighbours(config));
                    let near = near.unwrap_or_default().into_iter().take(most / 2);
                    drawn.extend(recommended.iter().cloned().chain(near));
                    drawn.truncate(most);
                    let left = most.saturating_sub(drawn.len());
                    drawn.extend(self.drawn(candidates, seed, left));
                }
            }
        }
        // Not all that makes a config valid can be told to what numbers them.
        let (drawn, invalid): (Vec<Config>, Vec<Config>) =
            drawn.into_iter().partition(|config| specified.conditions_hold(config).is_ok());
        if drawn.is_empty() {
            let first = invalid.first().cloned().unwrap_or_else(|| specified.seed());
            let why = specified.conditions_hold(&first).err().unwrap_or_default();
            let of = specified.workload_name.as_deref().unwrap_or("the workload");
            bail!("no config is valid for {of}: {why}");
        }
        let mut seen = BTreeSet::new();
        let (mut configs, mut advised_against) = (Vec::new(), 0);
        for config in drawn {
            // A config that the templates refuse is told when it is compiled.
            let code = self.source(&config).map_or_else(
                |_| ContentHash::of_text(&config.to_string()),
                |text| ContentHash::of_text(without_head(&text)),
            );
            if !seen.insert(code) {
                continue;
            }
            match self.is_advised_against(&config, &recommended) {
                true => advised_against += 1,
                false => configs.push(config),
            }
        }
        Ok(Configs { space, configs, advised_against })
    }

    /// The config with this number.
    fn at(&self, candidates: &EngineSpace, number: u128) -> Option<Config> {
        let values = candidates.at(number)?;
        let pairs = self.specified.dimensions.iter().zip(values);
        let value = |(d, at): (&spak_loop::Dimension, usize)| {
            Some((d.name.clone(), d.values.get(at)?.clone()))
        };
        Some(Config(pairs.filter_map(value).collect()))
    }

    /// All configs, or so many of them.
    fn drawn(&self, candidates: &EngineSpace, seed: u64, limit: usize) -> Vec<Config> {
        let count = candidates.count();
        if count <= limit as u128 {
            return (0..count).filter_map(|number| self.at(candidates, number)).collect();
        }
        let recommended = self.recommended();
        let mut random = Random::new(seed);
        let (mut numbers, mut drawn) = (BTreeSet::new(), Vec::new());
        // Without repetition, so that the limit is what is compiled; knowledge may leave little of a space.
        let mut tries = limit.saturating_mul(TRIES);
        while drawn.len() < limit && numbers.len() as u128 != count && tries > 0 {
            tries -= 1;
            let number = random.wide(count);
            if numbers.insert(number) {
                let config = self.at(candidates, number);
                drawn
                    .extend(config.filter(|config| !self.is_advised_against(config, &recommended)));
            }
        }
        drawn
    }

    /// So many configs that they cover what they have.
    fn covering(
        &self,
        candidates: &EngineSpace,
        covered: Cover,
        seed: u64,
        limit: usize,
    ) -> Vec<Config> {
        let (count, specified) = (candidates.count(), &self.specified);
        let mut random = Random::new(seed);
        // Values that one config of thousands has are covered, too.
        let numbers: BTreeSet<u128> = match count <= POOL {
            true => (0..count).collect(),
            false => (0..POOL).map(|_| random.wide(count)).collect(),
        };
        let numbers: Vec<u128> = numbers.into_iter().collect();
        let pool: Vec<_> = numbers.iter().filter_map(|n| candidates.at(*n)).collect();
        let lengths: Vec<usize> = specified.dimensions.iter().map(|d| d.values.len()).collect();
        let is_valid = specified.validity(&specified.seed()).is_ok();
        let first = is_valid.then(|| vec![0; lengths.len()]);
        let chosen = cover(&pool, first.as_deref(), &lengths, covered, limit);
        chosen.iter().filter_map(|place| self.at(candidates, *numbers.get(*place)?)).collect()
    }

    /// Configs that facts or rules recommend, as far as they are valid.
    pub(crate) fn recommended(&self) -> Vec<Config> {
        let recommended = self.specified.guidance.recommended.iter();
        recommended.filter_map(|one| self.completed(&one.config)).collect()
    }

    /// A valid config with these values. The others are those of the first one; of a dimension that is younger than what
    /// is known the first value need not go with it, and then another one does.
    fn completed(&self, given: &Config) -> Option<Config> {
        let specified = &self.specified;
        let mut config = specified.seed();
        config.0.extend(given.0.clone());
        let valid = |config: &Config| {
            let config = specified.canonical(config);
            specified.validity(&config).is_ok().then_some(config)
        };
        let others = || {
            let open = specified.dimensions.iter().filter(|d| given.get(&d.name).is_none());
            open.flat_map(|d| d.values.iter().map(|value| (&d.name, value))).find_map(
                |(name, value)| {
                    let mut other = config.clone();
                    other.0.insert(name.clone(), value.clone());
                    valid(&other)
                },
            )
        };
        valid(&config).or_else(others)
    }

    /// Whether what the design knows speaks against a config, and nothing for it.
    pub(crate) fn is_advised_against(&self, config: &Config, recommended: &[Config]) -> bool {
        let specified = &self.specified;
        specified.guidance.avoid.iter().any(|avoid| avoid.covers(config))
            && *config != specified.seed()
            && !recommended.contains(config)
    }

    /// What a search of this problem is led by.
    pub(crate) fn knowledge(&self) -> BundledKnowledge {
        let guidance = &self.specified.guidance;
        let preferred = guidance.preferred.clone();
        BundledKnowledge { recommended: self.recommended(), preferred }
    }

    /// Valid configs that differ from `config` in one value.
    fn neighbours(&self, config: &Config) -> Vec<Config> {
        let other = |name: &str, value: &Value| {
            let mut other = config.clone();
            other.0.insert(name.to_owned(), value.clone());
            other
        };
        let dimensions = self.specified.dimensions.iter();
        dimensions
            .flat_map(|d| d.values.iter().map(|value| other(&d.name, value)))
            .filter(|one| one != config && self.specified.validity(one).is_ok())
            .collect()
    }

    /// The source of a config.
    ///
    /// # Errors
    /// What the templates say.
    pub(crate) fn source(&self, config: &Config) -> Result<String> {
        if let Some(given) = &self.given {
            return Ok(given.to_string());
        }
        let specified = &self.specified;
        let plan = specified.plan(config);
        Ok(spak_generate::render(&specified.family, &specified.templates, &plan)?.text)
    }

    /// What the templates choose for a config, by name.
    ///
    /// # Errors
    /// What the templates say.
    pub(crate) fn choices(&self, config: &Config) -> Result<BTreeMap<String, Literal>> {
        let choices = Choices::of(&self.specified.family, &self.specified.plan(config))?;
        let axes = choices.axes().map(|(name, value)| (name.to_owned(), symbols::literal(value)));
        let numbers = choices.numbers().map(|(name, n)| (name.to_owned(), Literal::Int(n)));
        Ok(axes.chain(numbers).collect())
    }
}

/// A source without the comments that it begins with.
fn without_head(text: &str) -> &str {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        if !line.is_empty() && !line.starts_with('#') {
            break;
        }
        rest = after;
    }
    rest
}
