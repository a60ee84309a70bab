//! A finding tried on another table: one hypothesis, tested there alone.

use spak_records::Value;

use crate::compare::{Test, differences, pairs, test};
use crate::family::LEVEL;
use crate::finding::{Claim, Finding};
use crate::interact;
use crate::limits::product;
use crate::noise::{Noise, noise};
use crate::scaling::power;
use crate::stats::share_at_most;
use crate::table::Table;
use crate::tell::{EQUAL_WITHIN, LEAST_EFFECT};
use crate::values::{Grouped, wins};

/// A value that is best in at most this share of its groups is hardly ever worth trying.
const RARELY: f64 = 0.05;
/// The fewest groups in which a value that is never best can be tried.
const MIN_GROUPS: usize = 5;

/// What another table says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// It is there, too.
    Holds,
    /// It is not, or too small to be worth anything.
    Fades,
    /// The opposite is there.
    Contradicted,
    /// The table cannot tell.
    Untold,
}

/// A finding tried elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// What the table says.
    pub held: Held,
    /// The number of the claim there, with its 95 % interval: a ratio of costs, a share of groups, an exponent.
    pub effect: Option<[f64; 3]>,
    /// How many pairs, groups or configs of the other table it rests on.
    pub support: usize,
}

impl Tried {
    fn untold(support: usize) -> Self {
        Self { held: Held::Untold, effect: None, support }
    }
}

/// A table on which findings are tried, with what all of them need.
pub(crate) struct Ground<'a> {
    table: &'a Table,
    noise: Noise,
    grouped: Grouped,
}

impl<'a> Ground<'a> {
    pub(crate) fn new(table: &'a Table) -> Self {
        Self { table, noise: noise(table), grouped: Grouped::new(table) }
    }

    /// Cost of `b` over `a`.
    fn contrast(&self, name: &str, a: &Value, b: &Value) -> Result<Test, usize> {
        let own = (|| {
            let factor = self.table.position(name)?;
            let (a, b) = (self.table.value_at(factor, a)?, self.table.value_at(factor, b)?);
            Some(differences(self.table, &pairs(self.grouped.of(factor), a, b)))
        })();
        let own = own.unwrap_or_default();
        test(&own, 2, &self.noise).ok_or(own.len())
    }
}

/// Whether findings of one table hold on `elsewhere`, in their order.
pub fn holds(findings: &[Finding], elsewhere: &Table) -> Vec<Tried> {
    let elsewhere = &crate::learn::with_roles(elsewhere);
    let ground = Ground::new(elsewhere);
    findings.iter().map(|finding| tried(&finding.claim, &ground)).collect()
}

pub(crate) fn tried(claim: &Claim, ground: &Ground<'_>) -> Tried {
    match claim {
        Claim::Slower { name, value, than, .. } => match ground.contrast(name, than, value) {
            Ok(test) => of_test(&test, 1.0),
            Err(n) => Tried::untold(n),
        },
        Claim::NeverBest { name, value, .. } => never_best(name, value, ground),
        Claim::Equal { name, values, .. } => equal(name, values, ground),
        Claim::Monotone { name, rising, .. } => monotone(name, *rising, ground),
        Claim::Threshold { name, below, above, rising, .. } => {
            let (cheap, dear) = if *rising { (below, above) } else { (above, below) };
            match ground.contrast(name, cheap, dear) {
                Ok(test) => of_test(&test, 1.0),
                Err(n) => Tried::untold(n),
            }
        }
        Claim::Interaction { name, values, by, at, crossing } => {
            let [(low, first), (high, second)] = at;
            let sign = (second.mean / first.mean).ln().signum();
            dependence((name, values), (by, [low, high]), (*crossing, sign), ground)
        }
        Claim::Scaling { name, exponent, .. } => scaling(name, *exponent, ground),
        Claim::Limit { names, accepted, .. } => limit(names, *accepted, ground),
        Claim::Refused { region, .. } => refused(region, ground),
    }
}

/// A mean that should be above zero when `sign` is positive.
fn of_test(test: &Test, sign: f64) -> Tried {
    let [low, high] = test.interval(LEVEL);
    let least = LEAST_EFFECT.ln();
    let held = if test.p < LEVEL && sign * test.mean >= least {
        Held::Holds
    } else if test.p < LEVEL && sign * test.mean <= -least {
        Held::Contradicted
    } else if low.abs().max(high.abs()) <= (1.0 + EQUAL_WITHIN).ln() {
        Held::Fades
    } else {
        Held::Untold
    };
    Tried { held, effect: Some([test.mean, low, high].map(f64::exp)), support: test.n }
}

fn never_best(name: &str, value: &Value, ground: &Ground<'_>) -> Tried {
    let table = ground.table;
    let found = table
        .position(name)
        .and_then(|factor| wins(table, ground.grouped.of(factor), table.value_at(factor, value)?));
    let Some(wins) = found else { return Tried::untold(0) };
    if wins.groups < MIN_GROUPS {
        return Tried::untold(wins.groups);
    }
    let share = wins.wins as f64 / wins.groups as f64;
    let held = if share <= RARELY {
        Held::Holds
    } else if wins.p < LEVEL {
        // Less often than by chance, but often enough to be tried.
        Held::Fades
    } else {
        Held::Contradicted
    };
    let high = share_at_most(wins.wins, wins.groups, LEVEL / 2.0);
    let low = 1.0 - share_at_most(wins.groups - wins.wins, wins.groups, LEVEL / 2.0);
    Tried { held, effect: Some([share, low, high]), support: wins.groups }
}

fn equal(name: &str, values: &[Value], ground: &Ground<'_>) -> Tried {
    let Some((first, others)) = values.split_first() else { return Tried::untold(0) };
    let tests: Result<Vec<Test>, usize> =
        others.iter().map(|other| ground.contrast(name, first, other)).collect();
    let tests = match tests {
        Ok(tests) => tests,
        Err(n) => return Tried::untold(n),
    };
    let level = LEVEL / tests.len().max(1) as f64;
    let within = (1.0 + EQUAL_WITHIN).ln();
    let bound = |t: &Test| t.mean.abs() + t.half_width(level);
    let held = if tests.iter().all(|t| bound(t) <= within) {
        Held::Holds
    } else if tests.iter().any(|t| t.mean.abs() - t.half_width(level) > LEAST_EFFECT.ln()) {
        Held::Contradicted
    } else {
        Held::Untold
    };
    let widest = tests.iter().max_by(|a, b| bound(a).total_cmp(&bound(b)));
    let effect = widest.map(|t| {
        let [low, high] = t.interval(level);
        [t.mean, low, high].map(f64::exp)
    });
    Tried { held, effect, support: tests.iter().map(|t| t.n).min().unwrap_or(0) }
}

fn monotone(name: &str, rising: bool, ground: &Ground<'_>) -> Tried {
    let Some(values) = ground.table.position(name).and_then(|at| ground.table.factor(at)) else {
        return Tried::untold(0);
    };
    let values = &values.values;
    let ends = values.first().zip(values.last());
    let Some(Ok(whole)) = ends.map(|(a, b)| ground.contrast(name, a, b)) else {
        return Tried::untold(0);
    };
    let sign = if rising { 1.0 } else { -1.0 };
    let mut tried = of_test(&whole, sign);
    let back = values.windows(2).any(|step| match step {
        [a, b] => ground.contrast(name, a, b).is_ok_and(|t| t.p < LEVEL && sign * t.mean < 0.0),
        _ => false,
    });
    if back && tried.held == Held::Holds {
        tried.held = Held::Fades;
    }
    tried
}

fn dependence(
    (name, values): (&str, &[Value; 2]),
    (by, at): (&str, [&Value; 2]),
    (crossing, sign): (bool, f64),
    ground: &Ground<'_>,
) -> Tried {
    let table = ground.table;
    let found = (|| {
        let (factor, by) = (table.position(name)?, table.position(by)?);
        let [a, b] = values;
        let [low, high] = at;
        let values = [table.value_at(factor, a)?, table.value_at(factor, b)?];
        let at = [table.value_at(by, low)?, table.value_at(by, high)?];
        interact::of(table, factor, values, by, at, &ground.noise)
    })();
    let Some(found) = found else { return Tried::untold(0) };
    let mut tried = of_test(&found.between, sign);
    if crossing {
        let [first, second] = &found.tests;
        let sides = [of_test(first, 1.0).held, of_test(second, -1.0).held];
        tried.held = match sides {
            [Held::Holds, Held::Holds] => Held::Holds,
            [Held::Contradicted, _] | [_, Held::Contradicted] => Held::Contradicted,
            [Held::Fades, _] | [_, Held::Fades] => Held::Fades,
            _ => Held::Untold,
        };
    }
    tried
}

fn scaling(name: &str, exponent: f64, ground: &Ground<'_>) -> Tried {
    let found = ground.table.position(name).and_then(|at| power(ground.table, at, &ground.noise));
    let Some(found) = found else { return Tried::untold(0) };
    let [low, high] = found.test.interval(LEVEL);
    // An exponent within a tenth is the same for whoever plans with it.
    let near = (found.test.mean - exponent).abs() <= 0.1 * exponent.abs().max(1.0);
    let held = match (near, low <= exponent && exponent <= high) {
        (true, _) => Held::Holds,
        (false, true) => Held::Untold,
        (false, false) => Held::Contradicted,
    };
    Tried { held, effect: Some([found.test.mean, low, high]), support: found.test.n }
}

fn limit(names: &[String], accepted: f64, ground: &Ground<'_>) -> Tried {
    let table = ground.table;
    let factors: Option<Vec<usize>> = names.iter().map(|name| table.position(name)).collect();
    let Some(factors) = factors else { return Tried::untold(0) };
    let above = |at: &[u32]| product(table, &factors, at).is_some_and(|x| x > accepted);
    let taken = table.cells.iter().filter(|c| above(&c.at)).count();
    let refused = table.refused.iter().filter(|r| above(&r.at)).count();
    of_counts(taken, refused)
}

fn refused(region: &[(String, Value)], ground: &Ground<'_>) -> Tried {
    let table = ground.table;
    let terms: Option<Vec<(usize, u32)>> = region
        .iter()
        .map(|(name, value)| {
            let factor = table.position(name)?;
            Some((factor, table.value_at(factor, value)?))
        })
        .collect();
    let Some(terms) = terms else { return Tried::untold(0) };
    let is_in = |at: &[u32]| terms.iter().all(|(factor, value)| at.get(*factor) == Some(value));
    let taken = table.cells.iter().filter(|c| is_in(&c.at)).count();
    let refused = table.refused.iter().filter(|r| is_in(&r.at)).count();
    of_counts(taken, refused)
}

fn of_counts(taken: usize, refused: usize) -> Tried {
    let held = match (taken, refused) {
        (0, 0) => return Tried::untold(0),
        (0, _) => Held::Holds,
        _ => Held::Contradicted,
    };
    Tried { held, effect: None, support: taken + refused }
}
