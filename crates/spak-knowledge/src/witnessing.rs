//! Which trials show a finding: of all pairs behind a claim the one that is nearest to their median, and those that go the
//! other way.

use spak_records::{Config, ContentHash, Outcome, Problem, Trial, Value};

use crate::context::problem_fields;
use crate::effects::Dimension;
use crate::finding::{Finding, Optimal};
use crate::sample::Point;
use crate::stats::median;
use crate::witness::{Relation, Witness};
use crate::wording::literal;

/// How many counter-examples are named; more of them are no claim.
const MOST_COUNTER_EXAMPLES: usize = 3;

/// A witness with the trials that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What they show.
    pub witness: Witness,
    /// Keys of the two trials, in its order.
    pub trials: [ContentHash; 2],
}

/// The evidence of one finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    /// One for each claim.
    pub(crate) witnesses: Vec<Shown>,
    /// Pairs that go the other way than the mean, those that do so farthest first.
    pub(crate) against: Vec<[ContentHash; 2]>,
}

/// What a learning step looked at.
pub(crate) struct Looked<'a> {
    /// Accepted configs on the problem of the facts.
    pub(crate) here: &'a [Point],
    /// Along which they were compared.
    pub(crate) dimensions: &'a [Dimension],
    /// Accepted configs on all problems.
    pub(crate) all: &'a [Point],
    /// Along which problems were compared.
    pub(crate) workloads: &'a [Dimension],
    /// Everything, rejected configs included.
    pub(crate) trials: &'a [Trial],
    /// The problem of the facts.
    pub(crate) problem: &'a Problem,
    /// The config that the design starts from.
    pub(crate) seed: Option<&'a ContentHash>,
}

impl Looked<'_> {
    /// The evidence of a finding.
    pub(crate) fn evidence(&self, finding: &Finding) -> Evidence {
        match finding {
            Finding::Optimal(optimal) => self.optimal(optimal),
            Finding::Effect { name, best, slower, .. } => {
                let pairs = slower.iter().map(|(value, _)| (name.as_str(), best, value, None));
                self.compared(pairs)
            }
            Finding::NoEffect { name, values, within, .. } => {
                let Some((first, others)) = values.split_first() else {
                    return Evidence::default();
                };
                let mut evidence =
                    self.compared(others.iter().map(|v| (name.as_str(), first, v, None)));
                for shown in &mut evidence.witnesses {
                    shown.witness.relation = Relation::AsFast(*within);
                }
                // What makes no difference goes either way.
                evidence.against.clear();
                evidence
            }
            Finding::Interaction { name, values: [a, b], by, at, .. } => {
                // The first value wins at one of them and may lose at the other.
                self.compared(at.iter().map(|(value, ratio)| {
                    let by = Some((by.as_str(), value));
                    let [fast, slow] = if ratio.mean >= 1.0 { [a, b] } else { [b, a] };
                    (name.as_str(), fast, slow, by)
                }))
            }
            Finding::Rejected { region, .. } => self.rejected(region),
            Finding::Workload { name, values: [a, b], time, .. } => {
                let [fast, slow] = if time.mean >= 1.0 { [a, b] } else { [b, a] };
                let found = pairs_of(self.workloads, self.all, name, fast, slow, None);
                let mut evidence = Evidence::default();
                evidence.add(self.all, found, |first, second| {
                    let side = |point: &Point, value: &Value| {
                        let mut config = point.config.clone();
                        config.0.insert(name.clone(), value.clone());
                        config
                    };
                    [side(first, fast), side(second, slow)]
                });
                evidence
            }
            Finding::Spills { bytes, .. } => self.spills(*bytes),
        }
    }

    /// The evidence for one value over others, each claim as name, faster value, slower value, and where.
    fn compared<'v>(
        &self,
        claims: impl Iterator<Item = (&'v str, &'v Value, &'v Value, Option<(&'v str, &'v Value)>)>,
    ) -> Evidence {
        let mut evidence = Evidence::default();
        for (name, fast, slow, at) in claims {
            let found = pairs_of(self.dimensions, self.here, name, fast, slow, at);
            evidence.add(self.here, found, |first, second| {
                [first.config.clone(), second.config.clone()]
            });
        }
        evidence
    }

    /// The best config beside the seed; where there is none, or it is the best, beside the fastest that can be told from it.
    fn optimal(&self, optimal: &Optimal) -> Evidence {
        let id = optimal.config.id();
        let Some(best) = self.here.iter().find(|p| p.config_id == id) else {
            return Evidence::default();
        };
        let seed = self.here.iter().find(|p| Some(&p.config_id) == self.seed);
        let seed =
            seed.filter(|seed| seed.log_ns > best.log_ns && !optimal.equal.contains(&seed.config));
        let told = |p: &&Point| p.config_id != id && !optimal.equal.contains(&p.config);
        let next = || self.here.iter().filter(told).min_by(|a, b| a.log_ns.total_cmp(&b.log_ns));
        let Some(other) = seed.or_else(next) else { return Evidence::default() };
        let relation = Relation::Faster((other.log_ns - best.log_ns).exp());
        let witness = Witness::of(&best.config, &other.config, relation);
        let trials = [best.key.clone(), other.key.clone()];
        Evidence { witnesses: vec![Shown { witness, trials }], against: Vec::new() }
    }

    /// A rejected config of the region and, for each of its names, an accepted one that differs in that value alone.
    fn rejected(&self, region: &[(String, Value)]) -> Evidence {
        let is_in = |t: &&Trial| region.iter().all(|(n, v)| t.config.get(n) == Some(v));
        let tried = || self.trials.iter().filter(|t| t.problem == *self.problem);
        let inside =
            || tried().filter(is_in).filter(|trial| matches!(trial.outcome, Outcome::Rejected(_)));
        let accepted = |t: &&Trial| matches!(t.outcome, Outcome::Measured(_));
        let witnesses = region.iter().filter_map(|(name, _)| {
            inside().find_map(|trial| {
                let differs = |t: &&Trial| differ_only_in(&trial.config, &t.config, name);
                let other = tried().filter(accepted).find(differs)?;
                let witness = Witness::of(&trial.config, &other.config, Relation::Rejected);
                Some(Shown { witness, trials: [trial.key.clone(), other.key.clone()] })
            })
        });
        Evidence { witnesses: witnesses.collect(), against: Vec::new() }
    }

    /// The fastest that spills beside the fastest that does not, on the problem where they are nearest.
    fn spills(&self, bytes: u32) -> Evidence {
        let spilled = |p: &Point| Some(p.needs.as_ref()?.local_memory > bytes);
        let fastest = |problem: &Problem, wanted: bool| {
            let own =
                self.all.iter().filter(|p| p.problem == *problem && spilled(p) == Some(wanted));
            own.min_by(|a, b| a.log_ns.total_cmp(&b.log_ns))
        };
        let both = |point: &Point| {
            let (slow, fast) = (fastest(&point.problem, true)?, fastest(&point.problem, false)?);
            Some((slow.log_ns - fast.log_ns, fast, slow))
        };
        let nearest = self.all.iter().filter_map(both).min_by(|a, b| a.0.total_cmp(&b.0));
        let shown = nearest.map(|(log, fast, slow)| Shown {
            witness: Witness::of(&fast.config, &slow.config, Relation::Faster(log.exp())),
            trials: [fast.key.clone(), slow.key.clone()],
        });
        Evidence { witnesses: shown.into_iter().collect(), against: Vec::new() }
    }
}

impl Evidence {
    /// Adds the witness and the counter-examples of pairs, each as faster and slower point.
    fn add(
        &mut self,
        points: &[Point],
        pairs: Vec<(usize, usize)>,
        configs: impl Fn(&Point, &Point) -> [Config; 2],
    ) {
        let both = |(i, j): &(usize, usize)| Some((points.get(*i)?, points.get(*j)?));
        let sides: Vec<(&Point, &Point)> = pairs.iter().filter_map(both).collect();
        let log = |(fast, slow): &(&Point, &Point)| slow.log_ns - fast.log_ns;
        let logs: Vec<f64> = sides.iter().map(log).collect();
        if logs.is_empty() {
            return;
        }
        let center = median(&logs);
        let far = |side: &(&Point, &Point)| (log(side) - center).abs();
        // The first of equals: no clock and no order of a map decides.
        if let Some(side) = sides.iter().min_by(|a, b| far(a).total_cmp(&far(b))) {
            let (fast, slow) = side;
            let [first, second] = configs(fast, slow);
            let witness = Witness::of(&first, &second, Relation::Faster(log(side).exp()));
            let trials = [fast.key.clone(), slow.key.clone()];
            self.witnesses.push(Shown { witness, trials });
        }
        let mut against: Vec<&(&Point, &Point)> = sides.iter().filter(|s| log(s) < 0.0).collect();
        against.sort_by(|a, b| log(a).total_cmp(&log(b)));
        let left = MOST_COUNTER_EXAMPLES.saturating_sub(self.against.len());
        let named = against.iter().take(left);
        self.against.extend(named.map(|(fast, slow)| [fast.key.clone(), slow.key.clone()]));
    }
}

/// Pairs of points along a dimension, the one with `fast` first, where another dimension has a value if it is said which.
fn pairs_of(
    dimensions: &[Dimension],
    points: &[Point],
    name: &str,
    fast: &Value,
    slow: &Value,
    at: Option<(&str, &Value)>,
) -> Vec<(usize, usize)> {
    let Some(dimension) = dimensions.iter().find(|d| d.name == name) else { return Vec::new() };
    let pairs = dimension.table.pairs(&literal(fast), &literal(slow), &dimension.places);
    let is_there = |index: usize, name: &str, value: &Value| {
        let own = points.get(index).map(|p| (p.keys.get(name), problem_fields(&p.problem)));
        own.is_some_and(|(key, fields)| {
            key == Some(&literal(value)) || fields.get(name) == Some(value)
        })
    };
    let wanted = |(i, j): &(usize, usize)| {
        at.is_none_or(|(name, value)| is_there(*i, name, value) && is_there(*j, name, value))
    };
    pairs.into_iter().filter(wanted).collect()
}

fn differ_only_in(a: &Config, b: &Config, name: &str) -> bool {
    a.0.len() == b.0.len() && a.0.iter().all(|(n, value)| (b.get(n) == Some(value)) != (n == name))
}
