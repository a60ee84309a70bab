//! From trials to findings: which comparisons are made, in which order they are told.

use std::collections::{BTreeMap, BTreeSet};

use spak_records::{Config, Outcome, Trial, Value};

use crate::context::{Context, problem_fields};
use crate::effects::{self, Contrast, Dimension, LEVEL};
use crate::finding::{Finding, Optimal, Ratio};
use crate::knowledge::{Compared, Grounds, Learned, Sample, Spread};
use crate::pairs::{Place, Table};
use crate::rejects::rejections;
use crate::sample::{MIN_SAMPLES, Noise, Point, points, value_of};
use crate::spills::spills;
use crate::stats::critical;
use crate::witnessing::{Evidence, Looked};
use crate::wording::literal;

/// What `trials` show about the design within `context`, as facts and rules.
///
/// All trials must come from the context's device and toolchain; pass every stored one, not only those
/// of the last run, in the order in which they were made. Nothing is claimed that the trials cannot
/// carry: all comparisons of a call are corrected together, see [`LEVEL`].
pub fn learn(trials: &[Trial], context: &Context) -> Learned {
    let accepted = points(trials);
    let all = &accepted.points;
    let here: Vec<Point> = all.iter().filter(|p| p.problem == context.problem).cloned().collect();
    let dimensions = config_dimensions(&here, context);
    let noise = accepted.noise(effects::scatter(&here, &dimensions));
    let mut findings = Vec::new();
    let best = here.iter().min_by(|a, b| a.log_ns.total_cmp(&b.log_ns));
    findings.extend(best.map(|b| Finding::Optimal(optimal(b, &here, trials, context, &noise))));
    let contrasts = effects::contrasts(&here, &dimensions, &noise);
    let comparisons: usize = contrasts.iter().map(Vec::len).sum();
    for (dimension, own) in dimensions.iter().zip(&contrasts) {
        let fastest_with = |literal: &str| {
            let with = here
                .iter()
                .filter(|p| p.keys.get(&dimension.name).is_some_and(|value| value == literal));
            with.map(|p| p.log_ns).min_by(f64::total_cmp)
        };
        let value = best.and_then(|b| value_of(b, &dimension.name));
        findings.extend(effects::findings(
            dimension,
            own,
            comparisons,
            value.as_ref(),
            &fastest_with,
        ));
    }
    findings.extend(effects::interactions(&here, &dimensions, &contrasts, &noise));
    findings.extend(rejections(trials, &context.problem));
    findings.extend(workload_findings(all, context, &noise));
    findings.extend(spills(all, &noise));
    findings.sort_by_key(rank);
    let rejected = rejected(&here, trials, context);
    let sample = Sample { accepted: here.len(), rejected, spread: spread(&here, &noise) };
    let level = LEVEL / comparisons.max(1) as f64;
    let compared = dimensions.iter().zip(&contrasts).flat_map(|(dimension, own)| {
        own.iter().filter_map(move |contrast| compared(dimension, contrast, level))
    });
    let grounds = Grounds {
        compared: compared.collect(),
        accepted: here.iter().map(|p| p.config.clone()).collect(),
    };
    let workloads = workload_dimensions(all);
    let looked = Looked {
        here: &here,
        dimensions: &dimensions,
        all,
        workloads: &workloads,
        trials,
        problem: &context.problem,
        seed: context.seed.as_ref(),
    };
    let shown = findings.into_iter().map(|finding| {
        let evidence = looked.evidence(&finding);
        (finding, evidence)
    });
    Learned::new(shown.collect(), context, &sample, grounds)
}

/// What `trials` show of the machine and the compiler of `context`, whatever was computed, and of whatever design they are: what a
/// library may hold for all designs.
///
/// Of the context only the machine, the compiler, the source and the date count.
pub fn learn_of_machine(trials: &[Trial], context: &Context) -> Learned {
    let accepted = points(trials);
    let all = &accepted.points;
    let noise = accepted.noise(None);
    let sample = Sample {
        accepted: all.len(),
        rejected: trials.iter().filter(|t| matches!(t.outcome, Outcome::Rejected(_))).count(),
        spread: spread(all, &noise),
    };
    // What was compared and accepted says something of workloads only.
    let looked = Looked {
        here: &[],
        dimensions: &[],
        all,
        workloads: &[],
        trials,
        problem: &context.problem,
        seed: None,
    };
    let found: Vec<(Finding, Evidence)> = spills(all, &noise)
        .into_iter()
        .map(|finding| {
            let evidence = looked.evidence(&finding);
            (finding, evidence)
        })
        .collect();
    Learned::new(found, context, &sample, Grounds::default())
}

fn spread(points: &[Point], noise: &Noise) -> Spread {
    let samples = points.iter().map(|p| p.measurement.samples).min().unwrap_or(0);
    match points.iter().any(|p| p.sampling.is_none()) {
        true => Spread::Unknown { samples },
        false => Spread::Known { noise: noise.origin.clone(), samples },
    }
}

fn compared(dimension: &Dimension, contrast: &Contrast, level: f64) -> Option<Compared> {
    let [a, b] = contrast.values;
    let values = [dimension.values.get(a)?.clone(), dimension.values.get(b)?.clone()];
    Some(Compared { name: dimension.name.clone(), values, ratio: contrast.ratio(a, level) })
}

/// How many configs were rejected and never accepted.
fn rejected(here: &[Point], trials: &[Trial], context: &Context) -> usize {
    let rejected: BTreeSet<&str> = trials
        .iter()
        .filter(|t| t.problem == context.problem && matches!(t.outcome, Outcome::Rejected(_)))
        .filter(|t| !here.iter().any(|p| p.config_id == t.config_id))
        .map(|t| t.config_id.as_str())
        .collect();
    rejected.len()
}

/// The order in which findings are told: the best first, then effects from large to small.
fn rank(finding: &Finding) -> (u8, i64) {
    let large_first = |ratio: f64| -((ratio.max(1.0).ln() * 1e6) as i64);
    match finding {
        Finding::Optimal(_) => (0, 0),
        Finding::Effect { slower, .. } => {
            (1, large_first(slower.first().map_or(1.0, |(_, r)| r.mean)))
        }
        Finding::Interaction { crossing: true, .. } => (3, 0),
        Finding::Interaction { crossing: false, .. } => (4, 0),
        Finding::NoEffect { .. } => (5, 0),
        Finding::Rejected { .. } => (6, 0),
        Finding::Workload { .. } => (7, 0),
        Finding::Spills { .. } => (8, 0),
    }
}

fn optimal(
    best: &Point,
    here: &[Point],
    trials: &[Trial],
    context: &Context,
    noise: &Noise,
) -> Optimal {
    let variance = |p: &Point| noise.variance(p).unwrap_or(noise.deviation.powi(2) / p.runs as f64);
    let link = |a: &Point, b: &Point| {
        if a.anchor == b.anchor { 0.0 } else { 2.0 * noise.deviation.powi(2) }
    };
    // Each other config is compared with the best one: one level for all of them.
    let others = here.len().saturating_sub(1).max(1);
    let reach = critical(LEVEL / others as f64, noise.freedom);
    let told_from = |p: &Point| {
        p.log_ns - best.log_ns > reach * (variance(p) + variance(best) + link(p, best)).sqrt()
    };
    let equal: Vec<Config> = here
        .iter()
        .filter(|p| p.config_id != best.config_id && !told_from(p))
        .map(|p| p.config.clone())
        .collect();
    let mut equal_values: Vec<(String, Vec<Value>)> = Vec::new();
    for name in names(here, context) {
        let own = best.config.get(&name);
        let mut values: Vec<Value> = Vec::new();
        for value in equal.iter().filter_map(|c| c.get(&name)) {
            if Some(value) != own && !values.contains(value) {
                values.push(value.clone());
            }
        }
        if !values.is_empty() {
            equal_values.push((name, values));
        }
    }
    let seed = context
        .seed
        .as_ref()
        .and_then(|id| here.iter().find(|p| p.config_id == *id))
        .filter(|seed| seed.config_id != best.config_id);
    let over_seed = seed.map(|seed| {
        let log = seed.log_ns - best.log_ns;
        let error = (variance(seed) + variance(best) + link(seed, best)).sqrt();
        let half = critical(LEVEL, noise.freedom) * error;
        let known = seed.sampling.is_some() && best.sampling.is_some();
        (log.exp(), known.then(|| [(log - half).exp(), (log + half).exp()]))
    });
    let m = &best.measurement;
    Optimal {
        config: best.config.clone(),
        median_ns: m.median_ns,
        median_ci_ns: (m.samples >= MIN_SAMPLES).then_some(m.median_ci_ns),
        tflops: m.tflops,
        over_seed,
        samples: m.samples,
        measured: here.len(),
        rejected: rejected(here, trials, context),
        noise: noise.session,
        equal,
        equal_values,
    }
}

/// All names: the design's in its order, then those that only configs have.
fn names(points: &[Point], context: &Context) -> Vec<String> {
    let mut names: Vec<String> = context.dimensions.iter().map(|d| d.name.clone()).collect();
    for name in points.iter().flat_map(|p| p.keys.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn config_dimensions(here: &[Point], context: &Context) -> Vec<Dimension> {
    names(here, context)
        .into_iter()
        .filter_map(|name| {
            let places: Vec<Option<Place>> = here
                .iter()
                .map(|point| {
                    let value = point.keys.get(&name)?.clone();
                    let mut background = point.keys.clone();
                    background.remove(&name);
                    Some(Place { value, background })
                })
                .collect();
            let design = context.dimensions.iter().find(|d| d.name == name);
            let known = design.map(|d| d.values.clone()).unwrap_or_default();
            let measured = here.iter().filter_map(|p| value_of(p, &name));
            dimension(name.clone(), places, known.into_iter().chain(measured))
        })
        .collect()
}

/// A dimension with the values that occur at its places, in the order of `candidates`; `None` when
/// there is nothing to compare.
fn dimension(
    name: String,
    places: Vec<Option<Place>>,
    candidates: impl Iterator<Item = Value>,
) -> Option<Dimension> {
    let table = Table::new(&places);
    let occurring: BTreeSet<&String> = table.values().collect();
    let mut values = Vec::new();
    let mut literals: Vec<String> = Vec::new();
    for value in candidates {
        let text = literal(&value);
        if occurring.contains(&text) && !literals.contains(&text) {
            literals.push(text);
            values.push(value);
        }
    }
    (values.len() > 1).then_some(Dimension { name, values, literals, places, table })
}

/// How the workload's symbols act, from configs that were measured on problems that differ in one.
fn workload_findings(all: &[Point], context: &Context, noise: &Noise) -> Vec<Finding> {
    let dimensions = workload_dimensions(all);
    let contrasts = effects::contrasts(all, &dimensions, noise);
    let comparisons: usize = contrasts.iter().map(Vec::len).sum();
    let level = LEVEL / comparisons.max(1) as f64;
    let mut by_config: Vec<Dimension> = config_dimensions(all, context);
    by_config.extend(workload_dimensions(all));
    let dependences = effects::interactions_by(all, &dimensions, &by_config, &contrasts, noise);
    let mut found = Vec::new();
    for (dimension, own) in dimensions.iter().zip(&contrasts) {
        for contrast in own.iter().filter(|c| c.p < LEVEL) {
            found.extend(workload_finding(all, dimension, contrast, level, &dependences));
        }
    }
    found
}

fn workload_finding(
    all: &[Point],
    dimension: &Dimension,
    contrast: &Contrast,
    level: f64,
    dependences: &[Finding],
) -> Option<Finding> {
    let [a, b] = contrast.values;
    let values = [dimension.values.get(a)?.clone(), dimension.values.get(b)?.clone()];
    let rates: Vec<f64> = contrast
        .pairs
        .iter()
        .filter_map(|(i, j)| Some((all.get(*i)?, all.get(*j)?)))
        .map(|(x, y)| (y.measurement.tflops / x.measurement.tflops).ln())
        .filter(|r| r.is_finite())
        .collect();
    let depends_on = dependences.iter().find_map(|finding| match finding {
        Finding::Interaction { name, values: told, by, at, .. } if *name == dimension.name => {
            let turned = told.first() != values.first();
            let same = told.iter().all(|v| values.contains(v));
            let at =
                at.iter().map(|(v, r)| (v.clone(), if turned { inverse(r) } else { r.clone() }));
            same.then(|| (by.clone(), at.collect()))
        }
        _ => None,
    });
    Some(Finding::Workload {
        name: dimension.name.clone(),
        values,
        time: contrast.ratio(a, level),
        rate: crate::stats::mean(&rates).exp(),
        depends_on,
    })
}

fn inverse(ratio: &Ratio) -> Ratio {
    let turn = |[low, high]: [f64; 2]| [1.0 / high, 1.0 / low];
    Ratio {
        mean: 1.0 / ratio.mean,
        interval: turn(ratio.interval),
        range: turn(ratio.range),
        ..ratio.clone()
    }
}

/// The fields in which problems of one family differ, as dimensions of all points.
fn workload_dimensions(all: &[Point]) -> Vec<Dimension> {
    let mut fields: Vec<BTreeMap<String, Value>> =
        all.iter().map(|p| problem_fields(&p.problem)).collect();
    // Sizes that follow another one by default are not varied on their own.
    for (follower, leader) in [("kv_len", "seq_len"), ("kv_heads", "heads")] {
        if fields.iter().all(|f| f.get(follower) == f.get(leader)) {
            for f in &mut fields {
                f.remove(follower);
            }
        }
    }
    let names: BTreeSet<String> = fields.iter().flat_map(|f| f.keys().cloned()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let places: Vec<Option<Place>> = all
                .iter()
                .zip(&fields)
                .map(|(point, fields)| {
                    let value = literal(fields.get(&name)?);
                    let mut background = point.keys.clone();
                    // A config that names the same thing changes with the problem.
                    background.remove(&name);
                    for (other, value) in fields.iter().filter(|(n, _)| **n != name) {
                        background.insert(format!("problem {other}"), literal(value));
                    }
                    Some(Place { value, background })
                })
                .collect();
            let mut values: Vec<Value> =
                fields.iter().filter_map(|f| f.get(&name).cloned()).collect();
            values.sort_by_key(|v| match v {
                Value::Int(i) => *i,
                Value::Bool(b) => i64::from(*b),
                Value::Float(_) | Value::Text(_) | Value::List(_) => 0,
            });
            dimension(name.clone(), places, values.into_iter())
        })
        .collect()
}
