//! What is said of a space, as a record.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use spak_records::space_report::{
    ConfigRecord, ConflictRecord, ConstraintRecord, CountRecord, KilledRecord, ParameterRecord,
    SpaceReport, SurvivorRecord, WhyRecord,
};
use spak_records::{Config, Value};
use spak_space::{
    BigUint, Conflict, Constraint, Explainer, Killed, MakeError, Parameter, Space, Streamed,
};
use spak_syntax::diagnostic::suggest;

use super::{Made, Options};
use crate::tuning::Subject;

/// Values listed for one parameter.
const MAX_LISTED: usize = 256;

/// Values looked at when a space is streamed to be counted.
const STREAMED_WORK: u64 = 10_000_000;

/// A count as a record.
pub(crate) fn count(count: &BigUint) -> CountRecord {
    match u64::try_from(count) {
        Ok(number) => CountRecord::Number(number),
        Err(_) => CountRecord::Digits(count.to_string()),
    }
}

/// The report of a file whose space cannot be told.
pub(super) fn nothing(file: &Path, subject: &Subject) -> SpaceReport {
    SpaceReport {
        file: file.to_string_lossy().into_owned(),
        name: subject.name.clone(),
        combinations: CountRecord::Number(0),
        count: CountRecord::Number(0),
        exact: false,
        milliseconds: 0.0,
        nodes: 0,
        edges: 0,
        parameters: Vec::new(),
        constraints: Vec::new(),
        rules: subject.rules.clone(),
        without_rules: None,
        example: None,
        conflict: None,
        why: Vec::new(),
        config: None,
        notes: subject.notes.clone(),
    }
}

pub(super) fn report(
    options: &Options,
    subject: &Subject,
    made: Made,
    milliseconds: f64,
    explainer: &mut Explainer,
) -> Result<SpaceReport> {
    let mut report = nothing(&options.file, subject);
    report.milliseconds = milliseconds;
    let parameters = &subject.problem.parameters;
    let unconstrained = explainer.unconstrained().ok();
    let combinations = match &unconstrained {
        Some(space) => space.count(),
        None => parameters.iter().map(|p| BigUint::from(p.values.len())).product(),
    };
    report.combinations = count(&combinations);
    match made {
        Made::Exact(space) => {
            report.exact = true;
            report.count = count(&space.count());
            report.nodes = space.nodes() as u64;
            report.edges = space.edges() as u64;
            report.parameters = survival(parameters, (&space, unconstrained.as_ref()), explainer);
            report.example =
                space.unrank(&BigUint::from(0_u32)).map(|config| values(parameters, &config));
            report.constraints = removals(subject, &space, &combinations, explainer);
            report.without_rules = super::ruled::without(subject, explainer);
        }
        Made::Streamed(mut streamed) => {
            let walked = streamed.count(STREAMED_WORK);
            report.exact = walked.is_complete;
            report.count = count(&walked.found);
            streamed.walk(STREAMED_WORK, &mut |config| {
                report.example = Some(values(parameters, config));
                false
            });
            report.constraints = subject
                .problem
                .constraints
                .iter()
                .zip(&subject.origins)
                .map(|(constraint, origin)| ConstraintRecord {
                    text: constraint.text.clone(),
                    reason: origin.reason.clone(),
                    removes_alone: None,
                    only_it_removes: None,
                    without_value: CountRecord::Number(0),
                })
                .collect();
            report.parameters = parameters
                .iter()
                .map(|p| ParameterRecord {
                    name: p.name.clone(),
                    values: p.values.len() as u64,
                    when: p.when.as_ref().map(spak_expr::print),
                    survive: None,
                    surviving: Vec::new(),
                    killed: Vec::new(),
                })
                .collect();
        }
    }
    if report.example.is_none() && report.exact {
        report.conflict = explainer.conflict().map(|conflict| record(subject, &conflict, &[]));
    }
    for why in &options.why {
        report.why.push(self::why(subject, why, explainer)?);
    }
    if let Some(config) = &options.config {
        report.config = Some(self::config(subject, config, explainer)?);
    }
    Ok(report)
}

/// A config by names; parameters that are absent are left out.
pub(super) fn values(parameters: &[Parameter], config: &[u32]) -> Config {
    let value = |(p, index): (&Parameter, &u32)| {
        Some((p.name.clone(), p.values.get(*index as usize)?.clone()))
    };
    Config(parameters.iter().zip(config).filter_map(value).collect::<BTreeMap<_, _>>())
}

/// A conflict where parameters, by index, were given values.
fn record(subject: &Subject, conflict: &Conflict, fixed: &[(u32, u32)]) -> ConflictRecord {
    let parameters = &subject.problem.parameters;
    let given = || fixed.iter().filter_map(|(at, v)| Some((parameters.get(*at as usize)?, *v)));
    let mut known = subject.problem.symbols.clone();
    known.extend(given().filter_map(|(parameter, value)| {
        Some((parameter.name.clone(), parameter.meaning().into_iter().nth(value as usize)?))
    }));
    // Those whose condition holds for what was given are not to blame.
    let is_there = |p: &Parameter| {
        let holds = |when| spak_expr::check(when, &known, spak_expr::Limits::default());
        p.when.as_ref().is_none_or(|when| holds(when).is_ok_and(|verdict| verdict.holds))
    };
    let conditional = given().map(|(p, _)| p).filter(|p| !is_there(p)).map(|p| p.name.clone());
    ConflictRecord {
        constraints: conflict.constraints.clone(),
        smallest: conflict.is_smallest,
        conditional: conditional.collect(),
    }
}

fn survival(
    parameters: &[Parameter],
    (space, unconstrained): (&Space, Option<&Space>),
    explainer: &mut Explainer,
) -> Vec<ParameterRecord> {
    let before = unconstrained.map(Space::marginals).unwrap_or_default();
    // An empty space kills everything for one reason, which is told once.
    let dead = if space.is_empty() { Vec::new() } else { explainer.killed(space) };
    let mut found = Vec::with_capacity(parameters.len());
    for (index, (parameter, alive)) in parameters.iter().zip(space.marginals()).enumerate() {
        let of = |value: u32| {
            let all = before.get(index).and_then(|all| all.iter().find(|(v, _)| *v == value));
            all.map_or(CountRecord::Number(0), |(_, n)| count(n))
        };
        let survivor = |(value, n): &(u32, BigUint)| SurvivorRecord {
            value: parameter.values.get(*value as usize).cloned(),
            of: of(*value),
            count: count(n),
        };
        let is_value = |(value, _): &&(u32, BigUint)| (*value as usize) < parameter.values.len();
        let killed = dead.iter().filter(|killed| killed.parameter == index as u32);
        let record = |killed: &Killed| KilledRecord {
            value: parameter.values.get(killed.value as usize).cloned(),
            by: killed.by.as_ref().map(|by| by.constraints.clone()).unwrap_or_default(),
        };
        found.push(ParameterRecord {
            name: parameter.name.clone(),
            values: parameter.values.len() as u64,
            when: parameter.when.as_ref().map(spak_expr::print),
            survive: Some(alive.iter().filter(is_value).count() as u64),
            surviving: alive.iter().take(MAX_LISTED).map(survivor).collect(),
            killed: killed.take(MAX_LISTED).map(record).collect(),
        });
    }
    found
}

fn removals(
    subject: &Subject,
    space: &Space,
    combinations: &BigUint,
    explainer: &mut Explainer,
) -> Vec<ConstraintRecord> {
    let removals = explainer.removals();
    let undefined = explainer.undefined();
    let all = space.count();
    let constraints = subject.problem.constraints.iter().zip(&subject.origins).enumerate();
    constraints
        .map(|(index, (constraint, origin))| {
            let removal = removals.get(index);
            let lost = undefined.iter().find(|u| u.constraint == index as u32);
            ConstraintRecord {
                text: constraint.text.clone(),
                reason: origin.reason.clone(),
                removes_alone: removal
                    .and_then(|r| r.alone.as_ref())
                    .map(|alone| count(&(combinations - alone))),
                only_it_removes: removal
                    .and_then(|r| r.without.as_ref())
                    .map(|without| count(&(without - &all))),
                without_value: lost.map_or(CountRecord::Number(0), |u| count(&u.count)),
            }
        })
        .collect()
}

fn why(subject: &Subject, text: &str, explainer: &mut Explainer) -> Result<WhyRecord> {
    let (parameter, value) = pair(subject, text)?;
    let fixed = [(parameter, value)];
    let number = at_least(subject, explainer, &fixed)?;
    let excluded = if number == BigUint::from(0_u32) { explainer.exclusion(&fixed) } else { None };
    let one = |index: usize| explainer.count_where(&fixed, Some(&[index as u32]));
    // All or none: with some of them left out nobody could tell which is which.
    let leaves: Result<Vec<BigUint>, MakeError> =
        (0..subject.problem.constraints.len()).map(one).collect();
    let leaves = leaves.unwrap_or_default().iter().map(count).collect();
    let known = subject.problem.parameters.get(parameter as usize).context("a known parameter")?;
    Ok(WhyRecord {
        parameter: known.name.clone(),
        value: known.values.get(value as usize).cloned().context("a known value")?,
        count: count(&number),
        excluded: excluded.map(|conflict| record(subject, &conflict, &fixed)),
        leaves,
    })
}

fn config(subject: &Subject, text: &str, explainer: &mut Explainer) -> Result<ConfigRecord> {
    let parameters = &subject.problem.parameters;
    let mut fixed: Vec<(u32, u32)> = Vec::new();
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        let (parameter, value) = pair(subject, part)?;
        if fixed.iter().any(|(known, _)| *known == parameter) {
            bail!("`{}` is given twice", part.split('=').next().unwrap_or(part).trim());
        }
        fixed.push((parameter, value));
    }
    let given = |index: usize| fixed.iter().find(|(p, _)| *p as usize == index).map(|(_, v)| *v);
    let named = parameters
        .iter()
        .enumerate()
        .filter_map(|(i, p)| Some((p.name.clone(), p.values.get(given(i)? as usize)?.clone())));
    let named = Config(named.collect());
    // What has one value need not be given; what may be absent is, when it is not given.
    let whole: Option<Vec<u32>> = parameters
        .iter()
        .enumerate()
        .map(|(i, p)| match (given(i), p.values.len()) {
            (Some(value), _) => Some(value),
            (None, 1) if p.when.is_none() => Some(0),
            (None, n) if p.when.is_some() => Some(n as u32),
            (None, _) => None,
        })
        .collect();
    let number = at_least(subject, explainer, &fixed)?;
    let valid = number != BigUint::from(0_u32);
    let breaks = match &whole {
        Some(config) if !valid => explainer.broken(config),
        _ => Vec::new(),
    };
    // Where no constraint is broken, something is given that is not there, or left out that is.
    let excluded = match valid || !breaks.is_empty() {
        true => None,
        false => explainer.exclusion(&fixed).map(|conflict| record(subject, &conflict, &fixed)),
    };
    Ok(ConfigRecord { config: named, valid, count: count(&number), breaks, excluded })
}

/// How many valid configs have these values; of a space without a diagram, as many as are found.
fn at_least(subject: &Subject, explainer: &mut Explainer, fixed: &[(u32, u32)]) -> Result<BigUint> {
    match explainer.count_where(fixed, None) {
        Ok(number) => return Ok(number),
        Err(MakeError::TooLarge(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut problem = subject.problem.clone();
    for (parameter, value) in fixed {
        let Some(parameter) = problem.parameters.get_mut(*parameter as usize) else { continue };
        // Who has a value is there.
        if let Some(expr) = parameter.when.take() {
            problem.constraints.push(Constraint { text: String::new(), expr });
        }
        let (at, one) = (*value as usize, |at: usize| at..(at + 1));
        parameter.values = parameter.values.get(one(at)).unwrap_or_default().to_vec();
        if let Some(meanings) = &mut parameter.meanings {
            *meanings = meanings.get(one(at)).unwrap_or_default().to_vec();
        }
    }
    let walked = Streamed::of(&problem)?.count(STREAMED_WORK);
    if walked.found == BigUint::from(0_u32) && !walked.is_complete {
        bail!("no config with these values was found, and the search was not finished");
    }
    Ok(walked.found)
}

/// `name=value` as indices.
fn pair(subject: &Subject, text: &str) -> Result<(u32, u32)> {
    let parameters = &subject.problem.parameters;
    let (name, value) =
        text.split_once('=').ok_or_else(|| anyhow!("`{}` is not `name=value`", text.trim()))?;
    let (name, value) = (name.trim(), value.trim().trim_matches(['"', '\'']));
    let Some(at) = parameters.iter().position(|p| p.name == name) else {
        match suggest(name, parameters.iter().map(|p| p.name.as_str())) {
            Some(near) => bail!("there is no parameter `{name}`; did you mean `{near}`?"),
            None => bail!("there is no parameter `{name}`"),
        }
    };
    let known = parameters.get(at).map(|p| p.values.as_slice()).unwrap_or_default();
    let found = known.iter().position(|v| is_meant(v, value));
    let Some(index) = found else {
        let listed: Vec<String> = known.iter().take(16).map(Value::to_string).collect();
        let more = if known.len() > 16 { ", …" } else { "" };
        bail!("`{value}` is no value of `{name}`; it has {}{more}", listed.join(", "));
    };
    Ok((at as u32, index as u32))
}

/// Whether a value is what was typed; numbers are compared as numbers.
fn is_meant(value: &Value, typed: &str) -> bool {
    match value {
        Value::Int(i) => {
            typed.parse() == Ok(*i) || typed.parse::<f64>().is_ok_and(|x| x == *i as f64)
        }
        Value::Float(x) => typed.parse() == Ok(*x),
        Value::Bool(b) => typed.eq_ignore_ascii_case(if *b { "true" } else { "false" }),
        other => other.to_string() == typed,
    }
}
