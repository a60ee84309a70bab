//! Which candidate of a bundle is tried next, where not all of them are.
//!
//! As the loop's search by strategies, it keeps no state: it asks from the beginning and answers out of the trace, so that a
//! run that was killed goes on where it was. What was good on other problems is tried first.

use std::collections::{BTreeMap, BTreeSet};

use spak_records::bundle::{Bundle, BundledKnowledge};
use spak_records::{Config, ContentHash, Levels, OperatorProblem, Outcome, Problem, Trial, Value};
use spak_search::memory::Outcome as Told;
use spak_search::search::{Limits, Search};
use spak_search::space::Domain;
use spak_search::strategies::Method;
use spak_search::strategies::guided::Guided;
use spak_search::strategies::seeded::Knowledge;
use spak_search::table::TableSpace;

/// The part of the trials that may go to what was good elsewhere.
const LEANT: usize = 3;
/// Trials that lean on it, and others, before the two are compared.
const TRUST: usize = 6;
/// A value in which problems differ makes the one tell so much less of the other.
const APART: f64 = 0.5;

/// The place of the candidate that comes next for the problem at `problem`, after `trials`; none when `limit` were tried or
/// there are no others.
pub(crate) fn next(
    bundle: &Bundle,
    problem: usize,
    trials: &[&Trial],
    limit: usize,
) -> Option<usize> {
    let bundled = &bundle.problems.get(problem)?.problem;
    let of = Problem::Operator(bundled.clone());
    let own: Vec<&Trial> = trials.iter().copied().filter(|trial| trial.problem == of).collect();
    let tried: BTreeMap<&ContentHash, &Trial> =
        own.iter().map(|trial| (&trial.config_id, *trial)).collect();
    if tried.len() >= limit {
        return None;
    }
    let has_entry = |at: &usize| {
        let candidate = bundle.candidates.get(*at);
        candidate.is_some_and(|one| one.entries.iter().any(|entry| entry.problem == problem))
    };
    let candidates: Vec<usize> = (0..bundle.candidates.len()).filter(has_entry).collect();
    let Table { names, values, domains, rows } = Table::of(bundle, &candidates);
    // Configs of a bundle are distinct, and so are their rows.
    let space = TableSpace::new(domains, &rows).ok()?;
    let levels = Levels::of(own.iter().copied());
    let value = |trial: &Trial| match trial.outcome {
        Outcome::Measured(_) => levels.log_ns(&trial.problem, &trial.config_id).map(f64::exp),
        Outcome::Rejected(_) => None,
    };
    let known = &bundle.problems.get(problem)?.knowledge;
    let recommended = recommended(bundle, &candidates, known);
    let elsewhere = good_elsewhere(bundle, bundled, trials, &candidates, limit.div_ceil(LEANT));
    let mut points: Vec<Vec<u32>> = Vec::new();
    for row in recommended.iter().chain(&elsewhere).filter_map(|at| rows.get(*at)) {
        if !points.contains(row) {
            points.push(row.clone());
        }
    }
    let preferred: Vec<(usize, u32)> = known
        .preferred
        .iter()
        .filter_map(|(name, good)| Some((names.iter().position(|n| n == name)?, good)))
        .flat_map(|(d, good)| good.iter().map(move |value| (d, value)))
        .filter_map(|(d, value)| {
            let at = values.get(d)?.iter().position(|v| *v == Some(value))?;
            Some((d, at as u32))
        })
        .collect();
    let mut method = Method::Guided(Guided::thorough());
    if !points.is_empty() || !preferred.is_empty() {
        let knowledge = Knowledge { points, preferred, avoided: Vec::new(), trust: TRUST };
        method = Method::Seeded(knowledge, Box::new(method));
    }
    let limits = Limits::default();
    let mut search = Search::new(&space, method.start(), bundle.schedule.seed, limits);
    while let Some(question) = search.ask() {
        let row = rows.iter().position(|row| row == question.point)?;
        let at = *candidates.get(row)?;
        let config = bundle.candidates.get(at)?.config.id();
        let Some(trial) = tried.get(&config) else { return Some(at) };
        let samples = u32::MAX;
        search.tell(
            value(trial).map_or(Told::Failed, |value| Told::Measured { value, samples }),
            0.0,
        );
    }
    None
}

/// Places in `candidates` of those that the design recommends; a recommendation may leave values open.
fn recommended(bundle: &Bundle, candidates: &[usize], known: &BundledKnowledge) -> Vec<usize> {
    let fits = |recommended: &Config, at: &usize| {
        let config = bundle.candidates.get(*at).map(|candidate| &candidate.config);
        let has = |(name, value): (&String, &Value)| {
            config.is_some_and(|config| config.get(name).is_none_or(|own| own == value))
        };
        recommended.0.iter().all(has)
    };
    known
        .recommended
        .iter()
        .filter_map(|recommended| candidates.iter().position(|at| fits(recommended, at)))
        .collect()
}

/// The values in which candidates differ, and each candidate by these.
struct Table<'a> {
    /// What differs.
    names: Vec<&'a str>,
    /// Its values; none where a config says nothing of it.
    values: Vec<Vec<Option<&'a Value>>>,
    domains: Vec<Domain>,
    /// Indices of values, a row for each candidate.
    rows: Vec<Vec<u32>>,
}

impl<'a> Table<'a> {
    fn of(bundle: &'a Bundle, candidates: &[usize]) -> Self {
        let configs: Vec<&Config> = candidates
            .iter()
            .filter_map(|at| bundle.candidates.get(*at))
            .map(|candidate| &candidate.config)
            .collect();
        let all: BTreeSet<&str> =
            configs.iter().flat_map(|config| config.0.keys().map(String::as_str)).collect();
        let rows = vec![Vec::new(); configs.len()];
        let mut table = Self { names: Vec::new(), values: Vec::new(), domains: Vec::new(), rows };
        for name in all {
            let mut values: Vec<Option<&Value>> = Vec::new();
            for config in &configs {
                let value = config.get(name);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            if values.len() < 2 {
                continue;
            }
            let ordered = values.iter().all(|value| value.is_some_and(|v| v.as_int().is_some()));
            values.sort_by_key(|value| value.and_then(Value::as_int));
            for (config, row) in configs.iter().zip(&mut table.rows) {
                let at = values.iter().position(|value| *value == config.get(name));
                row.push(at.unwrap_or(0) as u32);
            }
            table.domains.push(Domain { size: values.len() as u32, ordered });
            table.names.push(name);
            table.values.push(values);
        }
        table
    }
}

/// Places in `candidates` of those that were the best on other problems, the nearer ones counting more.
fn good_elsewhere(
    bundle: &Bundle,
    problem: &OperatorProblem,
    trials: &[&Trial],
    candidates: &[usize],
    count: usize,
) -> Vec<usize> {
    // By config: the sum of weights, and of weighted distances to the best, in logarithms.
    let mut regrets: BTreeMap<&ContentHash, (f64, f64)> = BTreeMap::new();
    for other in bundle.problems.iter().filter(|one| one.is_timed && one.problem != *problem) {
        let of = Problem::Operator(other.problem.clone());
        let its: Vec<&Trial> = trials.iter().copied().filter(|trial| trial.problem == of).collect();
        let levels = Levels::of(its.iter().copied());
        let level = |trial: &Trial| match trial.outcome {
            Outcome::Measured(_) => levels.log_ns(&of, &trial.config_id),
            Outcome::Rejected(_) => None,
        };
        let best = its.iter().filter_map(|trial| level(trial)).fold(f64::INFINITY, f64::min);
        let differ = other.problem.values.iter();
        let differ =
            differ.filter(|(name, value)| problem.values.get(*name) != Some(value)).count();
        let weight = APART.powi(differ as i32);
        for trial in &its {
            // What failed there is far from the best.
            let regret = level(trial).map_or(1.0, |level| level - best);
            let (weights, sum) = regrets.entry(&trial.config_id).or_insert((0.0, 0.0));
            *weights += weight;
            *sum += weight * regret;
        }
    }
    let ids = candidates.iter().filter_map(|at| bundle.candidates.get(*at)).map(|c| c.config.id());
    let mut known: Vec<(f64, usize)> = ids
        .enumerate()
        .filter_map(|(place, id)| regrets.get(&id).map(|(weights, sum)| (sum / weights, place)))
        .collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    known.into_iter().take(count).map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests;
