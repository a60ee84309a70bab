//! Hypotheses that passed as findings: which of them are told, in which words' place, with which rows.

use spak_records::Value;

use crate::compare::{Test, differences, pairs, ranking, test};
use crate::family::{Candidate, Draft, LEVEL};
use crate::finding::{Claim, Finding, Ratio, TooFew};
use crate::interact::{Dependence, LEAST_DEPENDENCE, squares};
use crate::limits::{Refusing, refused_by, strongest};
use crate::noise::Noise;
use crate::scaling::{lines, typical};
use crate::stats::share_at_most;
use crate::table::{Role, Table};
use crate::values::{Contrast, Grouped, Wins, between, size};
use crate::witness::{against, ids, of_differences};

/// Ratios nearer to one than this are not worth knowing.
pub(crate) const LEAST_EFFECT: f64 = 1.01;
/// Values count as equal when no difference is larger than this.
pub(crate) const EQUAL_WITHIN: f64 = 0.03;
/// A value that wins in more than this share of its groups may be worth choosing.
const RARELY: f64 = 0.05;

/// What is known when findings are told.
pub(crate) struct Teller<'a> {
    pub(crate) table: &'a Table,
    pub(crate) noise: &'a Noise,
    pub(crate) grouped: &'a Grouped,
    pub(crate) contrasts: &'a [Contrast],
    /// The level of one interval of each family.
    pub(crate) levels: [f64; 3],
}

/// A test of logarithms as a ratio.
pub(crate) fn ratio(test: &Test, level: f64) -> Ratio {
    Ratio {
        mean: test.mean.exp(),
        interval: test.interval(level).map(f64::exp),
        range: test.range.map(f64::exp),
        pairs: test.n,
        agree: test.agree,
    }
}

impl Teller<'_> {
    fn name(&self, factor: usize) -> String {
        self.table.factor(factor).map(|f| f.name.clone()).unwrap_or_default()
    }

    fn value(&self, factor: usize, at: u32) -> Option<Value> {
        self.table.value(factor, at).cloned()
    }

    /// Pairs with their differences.
    fn groups(&self, factor: usize, a: u32, b: u32) -> Vec<(f64, Vec<usize>)> {
        let pairs = pairs(self.grouped.of(factor), a, b);
        let differences = differences(self.table, &pairs);
        differences.into_iter().zip(pairs).map(|(d, (a, b))| (d, vec![a, b])).collect()
    }

    /// The best value of a name on the whole, unless another one beats it directly.
    fn pivot(&self, factor: usize) -> Option<u32> {
        let count = size(self.table, factor) as usize;
        let (first, _) = *ranking(self.table, self.grouped.of(factor), count).first()?;
        let beaten = (0..size(self.table, factor))
            .filter_map(|v| between(self.contrasts, factor, first, v))
            .filter(|c| c.test.interval(self.level(0)).iter().all(|x| *x < 0.0))
            .min_by(|a, b| a.test.mean.total_cmp(&b.test.mean));
        Some(beaten.map_or(first, |c| c.b))
    }

    fn level(&self, family: usize) -> f64 {
        self.levels.get(family).copied().unwrap_or(LEVEL)
    }

    /// Slower values, values that are never best, steps, and values that are alike.
    pub(crate) fn of_values(&self, kept: &[Candidate]) -> Vec<Finding> {
        let mut found = Vec::new();
        for factor in 0..self.table.factors().len() {
            let Some(pivot) = self.pivot(factor) else { continue };
            let passed = kept.iter().filter_map(|c| match &c.draft {
                Draft::Contrast(own) if own.factor == factor => Some((c.p, own)),
                _ => None,
            });
            for (p, own) in passed.filter(|(_, own)| own.a == pivot || own.b == pivot) {
                let other = if own.a == pivot { own.b } else { own.a };
                let Some(own) = between(self.contrasts, factor, pivot, other) else { continue };
                found.extend(self.slower(p, &own));
            }
            found.extend(self.equal(factor, pivot));
        }
        for candidate in kept {
            found.extend(match &candidate.draft {
                Draft::NeverBest { factor, value, wins } => {
                    self.never_best(candidate.p, *factor, *value, wins)
                }
                Draft::Monotone { factor, rising } => self.monotone(candidate.p, *factor, *rising),
                Draft::Threshold { factor, cut, rising } => {
                    self.threshold(candidate.p, *factor, *cut, *rising)
                }
                _ => None,
            });
        }
        found
    }

    /// A finding that rests on differences.
    fn finding(
        &self,
        claim: Claim,
        p: f64,
        groups: Vec<(f64, Vec<usize>)>,
        mean: f64,
        terms: usize,
    ) -> Finding {
        let support = groups.len();
        let (count, counter_examples) = against(self.table, groups.clone(), mean);
        let witness = of_differences(self.table, groups, terms, self.noise);
        Finding { claim, p, support, against: count, counter_examples, witness }
    }

    fn slower(&self, p: f64, own: &Contrast) -> Option<Finding> {
        if own.test.mean < LEAST_EFFECT.ln() {
            return None;
        }
        let claim = Claim::Slower {
            name: self.name(own.factor),
            value: self.value(own.factor, own.b)?,
            than: self.value(own.factor, own.a)?,
            ratio: ratio(&own.test, self.level(0)),
        };
        let groups = self.groups(own.factor, own.a, own.b);
        Some(self.finding(claim, p, groups, own.test.mean, 2))
    }

    /// The values that are as good as the best one, if any is.
    fn equal(&self, factor: usize, pivot: u32) -> Option<Finding> {
        let mut values = vec![self.value(factor, pivot)?];
        let (mut within, mut single) = (0.0_f64, 0.0_f64);
        let (mut pairs, mut groups) = (usize::MAX, Vec::new());
        for other in 0..size(self.table, factor) {
            let Some(own) = between(self.contrasts, factor, pivot, other) else { continue };
            let [low, high] = own.test.interval(self.level(0));
            let bound = high.abs().max(low.abs()).exp() - 1.0;
            if bound <= EQUAL_WITHIN {
                values.push(self.value(factor, other)?);
                within = within.max(bound);
                let off = own.test.range.map(f64::abs);
                single = off.into_iter().fold(single, f64::max);
                pairs = pairs.min(own.test.n);
                groups.extend(self.groups(factor, pivot, other));
            }
        }
        if values.len() < 2 {
            return None;
        }
        // Two that are both near the best one may differ by both distances.
        let within = if values.len() > 2 { 2.0 * within } else { within };
        let name = self.name(factor);
        let single = single.exp() - 1.0;
        let claim = Claim::Equal { name, values, within, single, pairs };
        // All pairs are needed to show that there is nothing; none of them goes the other way.
        let witness = ids(self.table, groups.iter().flat_map(|(_, cells)| cells.iter().copied()));
        Some(Finding {
            claim,
            p: LEVEL,
            support: pairs,
            against: 0,
            counter_examples: Vec::new(),
            witness,
        })
    }

    fn never_best(&self, p: f64, factor: usize, value: u32, wins: &Wins) -> Option<Finding> {
        let share = share_at_most(wins.wins, wins.groups, LEVEL);
        if wins.wins > 0 && share > RARELY {
            return None;
        }
        let groups: Vec<(f64, Vec<usize>)> = against_best(self.table, self.grouped, factor, value);
        let losses: Vec<f64> = groups.iter().map(|(d, _)| *d).collect();
        let test = test(&losses, 2, self.noise)?;
        if test.mean < LEAST_EFFECT.ln() {
            return None;
        }
        let claim = Claim::NeverBest {
            name: self.name(factor),
            value: self.value(factor, value)?,
            groups: wins.groups,
            wins: wins.wins,
            share,
            loss: ratio(&test, self.level(0)),
        };
        Some(self.finding(claim, p, groups, test.mean, 2))
    }

    fn monotone(&self, p: f64, factor: usize, rising: bool) -> Option<Finding> {
        let last = size(self.table, factor).checked_sub(1)?;
        let own = between(self.contrasts, factor, 0, last)?;
        let claim = Claim::Monotone {
            name: self.name(factor),
            rising,
            values: last as usize + 1,
            ratio: ratio(&own.test, self.level(0)),
        };
        Some(self.finding(claim, p, self.groups(factor, 0, last), own.test.mean, 2))
    }

    fn threshold(&self, p: f64, factor: usize, cut: u32, rising: bool) -> Option<Finding> {
        let (low, high) = if rising { (cut, cut + 1) } else { (cut + 1, cut) };
        let own = between(self.contrasts, factor, low, high)?;
        if own.test.mean < LEAST_EFFECT.ln() {
            return None;
        }
        let claim = Claim::Threshold {
            name: self.name(factor),
            below: self.value(factor, cut)?,
            above: self.value(factor, cut + 1)?,
            rising,
            ratio: ratio(&own.test, self.level(0)),
        };
        Some(self.finding(claim, p, self.groups(factor, low, high), own.test.mean, 2))
    }

    /// Of each pair of names the best value that changes, or else the dependence that matters most.
    pub(crate) fn of_dependences(&self, kept: &[Candidate]) -> Vec<Finding> {
        let (mut all, mut crosses) = (Vec::new(), Vec::new());
        for candidate in kept {
            match &candidate.draft {
                Draft::Dependence(own) => all.push((candidate.p, own)),
                Draft::Crossing(own) => crosses.push((candidate.p, own)),
                _ => {}
            }
        }
        let count = self.table.factors().len();
        let mut found = Vec::new();
        for factor in 0..count {
            for by in factor + 1..count {
                let crossing: Vec<Finding> = [(factor, by), (by, factor)]
                    .into_iter()
                    .filter_map(|(factor, by)| self.crossing(&crosses, factor, by))
                    .collect();
                if crossing.is_empty() {
                    found.extend(self.strongest(&all, factor, by));
                }
                found.extend(crossing);
            }
        }
        found
    }

    /// The change of best value that gains most, between values that are best where they are said to be.
    fn crossing(&self, all: &[(f64, &Dependence)], factor: usize, by: usize) -> Option<Finding> {
        if self.table.factor(factor)?.role == Role::Given {
            return None;
        }
        let own = all.iter().filter(|(_, d)| d.factor == factor && d.by == by);
        let is_best = |value: u32, at: u32| {
            let here: Vec<_> = self
                .grouped
                .of(factor)
                .iter()
                .filter(|s| {
                    let cell = s.first().and_then(|(_, cell)| self.table.cells.get(*cell));
                    cell.and_then(|c| c.at.get(by)) == Some(&at)
                })
                .cloned()
                .collect();
            let ranks = ranking(self.table, &here, size(self.table, factor) as usize);
            let best = ranks.first().map_or(0.0, |(_, score)| *score);
            let own = ranks.iter().find(|(v, _)| *v == value).map(|(_, score)| *score);
            own.is_some_and(|own| own <= best + LEAST_EFFECT.ln())
        };
        let gain = |d: &Dependence| {
            let [first, second] = d.tests;
            first.mean.min(-second.mean)
        };
        let best = own
            .filter(|(_, d)| {
                let ([a, b], [low, high]) = (d.values, d.at);
                is_best(a, low) && is_best(b, high)
            })
            .max_by(|(_, a), (_, b)| gain(a).total_cmp(&gain(b)))?;
        self.dependence(best.0, best.1, true)
    }

    fn strongest(&self, all: &[(f64, &Dependence)], factor: usize, by: usize) -> Option<Finding> {
        // Told of what is given, if one of them is: what a problem does depends on the choice.
        let is_given = |at: usize| self.table.factor(at).is_some_and(|f| f.role == Role::Given);
        let turned = is_given(by) && !is_given(factor);
        let sure = |d: &Dependence| d.between.mean.abs() - d.between.half_width(self.level(1));
        let (p, own) = all
            .iter()
            .filter(|(_, d)| d.factor == factor && d.by == by)
            .filter(|(_, d)| d.between.mean.abs() >= LEAST_DEPENDENCE.ln() && sure(d) > 0.0)
            .max_by(|(_, a), (_, b)| sure(a).total_cmp(&sure(b)))?;
        if turned {
            let own = crate::interact::of(self.table, by, own.at, factor, own.values, self.noise)?;
            return self.dependence(*p, &own, false);
        }
        self.dependence(*p, own, false)
    }

    fn dependence(&self, p: f64, own: &Dependence, crossing: bool) -> Option<Finding> {
        let [a, b] = own.values;
        let [low, high] = own.at;
        let [first, second] = &own.tests;
        let level = self.level(1);
        let claim = Claim::Interaction {
            name: self.name(own.factor),
            values: [self.value(own.factor, a)?, self.value(own.factor, b)?],
            by: self.name(own.by),
            at: [
                (self.value(own.by, low)?, ratio(first, level)),
                (self.value(own.by, high)?, ratio(second, level)),
            ],
            crossing,
        };
        let log = |cell: usize| self.table.log(cell);
        let groups = squares(self.table, own.factor, own.values, own.by, own.at)
            .into_iter()
            .map(|[a, b, c, d]| (log(d) - log(c) - log(b) + log(a), vec![a, b, c, d]))
            .collect();
        Some(self.finding(claim, p, groups, own.between.mean, 4))
    }

    /// Scaling and limits.
    pub(crate) fn of_the_rest(&self, kept: &[Candidate]) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut refusing: Vec<(f64, Refusing)> = Vec::new();
        for candidate in kept {
            match &candidate.draft {
                Draft::Power(power) => {
                    let test = &power.test;
                    let claim = Claim::Scaling {
                        name: self.name(power.factor),
                        exponent: test.mean,
                        interval: test.interval(self.level(2)),
                        configs: test.n,
                        values: size(self.table, power.factor) as usize,
                        misfit: power.misfit.exp(),
                    };
                    let lines = typical(lines(self.table, power.factor), test.mean);
                    let witness = lines.first().map(|line| ids(self.table, line.cells.clone()));
                    let against = lines.iter().filter(|l| l.exponent * test.mean < 0.0).count();
                    found.push(Finding {
                        claim,
                        p: candidate.p,
                        support: test.n,
                        against,
                        counter_examples: Vec::new(),
                        witness: witness.unwrap_or_default(),
                    });
                }
                Draft::Refusing(own) => refusing.push((candidate.p, own.clone())),
                _ => {}
            }
        }
        let kept = strongest(self.table, refusing);
        found.extend(kept.into_iter().filter_map(|(p, own)| self.refused(p, &own)));
        found
    }

    fn refused(&self, p: f64, own: &Refusing) -> Option<Finding> {
        let rows = refused_by(self.table, own);
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for row in &rows {
            match reasons.iter_mut().find(|(reason, _)| *reason == row.reason) {
                Some((_, n)) => *n += 1,
                None => reasons.push((&row.reason, 1)),
            }
        }
        let reason = reasons.iter().max_by_key(|(_, n)| *n)?.0.to_owned();
        let claim = match own {
            Refusing::Above { factors, accepted, refused, configs } => Claim::Limit {
                names: factors.iter().map(|f| self.name(*f)).collect(),
                accepted: *accepted,
                refused: *refused,
                configs: *configs,
                reason,
            },
            Refusing::With { region, configs } => Claim::Refused {
                region: region
                    .iter()
                    .filter_map(|(f, v)| Some((self.name(*f), self.value(*f, *v)?)))
                    .collect(),
                configs: *configs,
                reason,
            },
        };
        Some(Finding {
            claim,
            p,
            support: rows.len(),
            against: 0,
            counter_examples: Vec::new(),
            witness: rows.iter().take(crate::limits::MIN_REFUSED).map(|r| r.id.clone()).collect(),
        })
    }

    /// Names with no comparison at all.
    pub(crate) fn too_few(&self) -> Vec<TooFew> {
        let mut found = Vec::new();
        for (at, factor) in self.table.factors().iter().enumerate() {
            if factor.values.len() < 2 || self.contrasts.iter().any(|c| c.factor == at) {
                continue;
            }
            let strata = self.grouped.of(at);
            let count = |a: u32, b: u32| pairs(strata, a, b).len();
            let all = 0..size(self.table, at);
            let most =
                all.clone().flat_map(|a| all.clone().skip(a as usize + 1).map(move |b| (a, b)));
            found.push(TooFew {
                name: factor.name.clone(),
                values: factor.values.clone(),
                pairs: most.map(|(a, b)| count(a, b)).max().unwrap_or(0),
            });
        }
        found
    }

    /// Names of which no two values can be told apart although not all are alike.
    pub(crate) fn untold(&self) -> Vec<(String, f64)> {
        let mut found = Vec::new();
        for (at, factor) in self.table.factors().iter().enumerate() {
            let own: Vec<&Contrast> = self.contrasts.iter().filter(|c| c.factor == at).collect();
            let bound = |c: &&Contrast| {
                let [low, high] = c.test.interval(self.level(0));
                low.abs().max(high.abs())
            };
            let is_told = own.iter().any(|c| {
                let [low, high] = c.test.interval(self.level(0));
                low * high > 0.0 && c.test.mean.abs() >= LEAST_EFFECT.ln()
            });
            let widest = own.iter().map(bound).fold(0.0, f64::max);
            if !own.is_empty() && !is_told && widest.exp() - 1.0 > EQUAL_WITHIN {
                found.push((factor.name.clone(), widest.exp()));
            }
        }
        found
    }
}

/// For each group with the value: its cost over that of the best other value, as a logarithm, and the two cells.
pub(crate) fn against_best(
    table: &Table,
    grouped: &Grouped,
    factor: usize,
    value: u32,
) -> Vec<(f64, Vec<usize>)> {
    let mut found = Vec::new();
    for stratum in grouped.of(factor) {
        let Some((_, own)) = stratum.iter().find(|(v, _)| *v == value) else { continue };
        let others = stratum.iter().filter(|(v, _)| *v != value).map(|(_, cell)| *cell);
        let best = others.min_by(|a, b| table.log(*a).total_cmp(&table.log(*b)));
        found.extend(best.map(|best| (table.log(*own) - table.log(best), vec![best, *own])));
    }
    found
}
