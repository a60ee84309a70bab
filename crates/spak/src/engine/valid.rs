//! Which configs may be tried, which mean the same, and among which the valid ones are.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::free_names;
use spak_generate::Choices;
use spak_model::Literal;
use spak_model::formula::to_value;
use spak_model::space::declared;
use spak_records::{Config, Value};
use spak_space::{Constraint, Limits, Problem, Space};

use crate::engine::enumerated::EngineSpace;
use crate::engine::specify::Specified;
use crate::engine::symbols::{self, Symbols};

impl Specified {
    /// Whether `config` may be tried.
    ///
    /// # Errors
    /// Why not: the condition it breaks, the value without code, or the parameter that changes nothing.
    pub(crate) fn validity(&self, config: &Config) -> Result<(), String> {
        let symbols = self.meaning(config)?;
        let absent = self.absent(&symbols)?;
        for name in &absent {
            if !self.is_first(config, name) {
                return Err(format!("`{name}` is not there; only its first value is tried"));
            }
        }
        self.keeps(&symbols, &absent)?;
        for name in self.without_effect(config)? {
            if !self.is_first(config, &name) {
                return Err(format!(
                    "`{name}` changes nothing here; only its first value is tried"
                ));
            }
        }
        Ok(())
    }

    /// Whether `config` keeps all conditions, also if another config means the same.
    ///
    /// # Errors
    /// The condition it breaks, or the value without code.
    pub(crate) fn conditions_hold(&self, config: &Config) -> Result<(), String> {
        let symbols = self.meaning(config)?;
        let absent = self.absent(&symbols)?;
        self.keeps(&symbols, &absent)
    }

    fn keeps(&self, symbols: &Symbols, absent: &BTreeSet<&str>) -> Result<(), String> {
        for (formula, reason) in &self.conditions {
            if free_names(&formula.expr).iter().any(|name| absent.contains(name.as_str())) {
                continue;
            }
            match symbols.holds(formula) {
                Ok(true) => {}
                Ok(false) => return Err(format!("{reason} ({formula})")),
                Err(why) => return Err(format!("`{formula}` cannot be evaluated: {why}")),
            }
        }
        Ok(())
    }

    /// The config that stands for all that mean the same: what is not there or changes nothing has its
    /// first value.
    pub(crate) fn canonical(&self, config: &Config) -> Config {
        let mut canonical = config.clone();
        let absent = self.meaning(config).and_then(|symbols| {
            let absent = self.absent(&symbols)?;
            Ok(absent.into_iter().map(str::to_owned).collect::<Vec<String>>())
        });
        let inert = self.without_effect(config);
        for name in absent.unwrap_or_default().into_iter().chain(inert.unwrap_or_default()) {
            let dimension = self.dimensions.iter().find(|d| d.name == name);
            if let Some(first) = dimension.and_then(|d| d.values.first()) {
                canonical.0.insert(name, first.clone());
            }
        }
        canonical
    }

    /// The config that stands for a point, given by the places of its values, and for all that mean the same.
    pub(crate) fn at(&self, places: impl Iterator<Item = usize>) -> Config {
        let named = self.dimensions.iter().zip(places);
        let named = named.filter_map(|(d, at)| Some((d.name.clone(), d.values.get(at)?.clone())));
        self.canonical(&Config(named.collect()))
    }

    /// The point of the engine for `config`, which has a value of each dimension: what is not there has
    /// the index behind the last value.
    pub(crate) fn point(&self, config: &Config) -> Option<Vec<u32>> {
        let absent = self.meaning(config).ok()?;
        let absent = self.absent(&absent).ok()?;
        let index = |d: &spak_loop::Dimension| {
            if absent.contains(d.name.as_str()) {
                return Some(d.values.len() as u32);
            }
            let value = config.get(&d.name)?;
            d.values.iter().position(|v| v == value).map(|at| at as u32)
        };
        self.dimensions.iter().map(index).collect()
    }

    /// What names stand for where `config` is tried. What a constraint speaks of and the design leaves open
    /// has the value the generator gives it.
    fn meaning(&self, config: &Config) -> Result<Symbols, String> {
        let choices = Choices::of(&self.family, &self.plan(config)).map_err(|e| e.to_string())?;
        let mut values: BTreeMap<String, Literal> = choices
            .axes()
            .map(|(name, value)| (name.to_owned(), symbols::literal(value)))
            .collect();
        values
            .extend(choices.numbers().map(|(name, value)| (name.to_owned(), Literal::Int(value))));
        let own = config.0.iter().filter(|(name, _)| !choices.axes().any(|(n, _)| n == *name));
        values.extend(own.map(|(name, value)| (name.clone(), self.literal(name, value))));
        Ok(self.symbols.with(values))
    }

    /// What a value of a dimension is in the design: `64 KiB` is a quantity there, and a text in a config.
    fn literal(&self, name: &str, value: &Value) -> Literal {
        let plain = symbols::literal(value);
        if !matches!(value, Value::Text(_)) {
            return plain;
        }
        let values = self.system.dimension(name).and_then(|d| d.domain.values());
        let written = values.into_iter().flatten().find(|literal| literal.record() == *value);
        written.unwrap_or(plain)
    }

    /// Dimensions that are not there: a condition of theirs does not hold, or names what is not there.
    fn absent(&self, symbols: &Symbols) -> Result<BTreeSet<&str>, String> {
        let mut absent: BTreeSet<&str> = BTreeSet::new();
        // Once for each in the longest chain of conditions; circles were reported.
        loop {
            let before = absent.len();
            for (name, conditions) in &self.presence {
                for condition in conditions {
                    let names = free_names(&condition.expr);
                    let is_there = !names.iter().any(|n| absent.contains(n.as_str()))
                        && symbols.holds(condition).map_err(|why| {
                            format!("when `{name}` is there cannot be evaluated: {why}")
                        })?;
                    if !is_there {
                        absent.insert(name);
                    }
                }
            }
            if absent.len() == before {
                return Ok(absent);
            }
        }
    }

    /// Dimensions whose other values would be the same code.
    fn without_effect(&self, config: &Config) -> Result<Vec<String>, String> {
        let plan = self.plan(config);
        let inert = spak_generate::inert(&self.family, &self.templates, &plan)
            .map_err(|e| e.to_string())?;
        Ok(inert.into_iter().chain(spak_generate::unused(&self.family, &plan)).collect())
    }

    /// Whether `config` has the first value of a dimension, or there is no such dimension.
    fn is_first(&self, config: &Config, name: &str) -> bool {
        let dimension = self.dimensions.iter().find(|d| d.name == name);
        dimension.is_none_or(|d| d.values.first() == config.get(name))
    }

    /// The configs that satisfy every condition the engine can be told; `None` when there are too many
    /// ties between dimensions, or more of them than can be numbered.
    pub(crate) fn candidates(&self) -> Option<EngineSpace> {
        let space = Space::within(&self.problem_of_engine(), Limits::default()).ok()?;
        EngineSpace::of(space, &self.dimensions)
    }

    fn problem_of_engine(&self) -> Problem {
        // What the generator decides is not known here.
        let is_chosen =
            |name: &str| self.family.axis(name).is_some() || self.family.parameter(name).is_some();
        let symbols = self.symbols.iter().filter(|(name, _)| !is_chosen(name));
        let symbols = symbols.map(|(name, literal)| (name.clone(), to_value(literal))).collect();
        let mut declared = declared(&self.system, symbols, u64::MAX);
        // The templates have conditions, too.
        let conditions = self.conditions.iter().filter_map(|(formula, _)| {
            let text = formula.text.clone();
            declared.applicable(formula).map(|expr| Constraint { text, expr })
        });
        declared.problem.constraints = conditions.collect();
        // The workload fixes some, and values without code are not tried.
        for (parameter, dimension) in declared.problem.parameters.iter_mut().zip(&self.dimensions) {
            let literal = |value: &Value| to_value(&self.literal(&dimension.name, value));
            parameter.meanings = Some(dimension.values.iter().map(literal).collect());
            parameter.values.clone_from(&dimension.values);
        }
        declared.problem
    }
}
