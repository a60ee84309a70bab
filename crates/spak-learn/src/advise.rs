//! What follows from findings for whoever chooses: values to take, values to leave, and what following that costs elsewhere.

use spak_records::Value;

use crate::finding::{Claim, Finding, Ratio, Shown};
use crate::learn::with_roles;
use crate::limits::product;
use crate::optimum::settings;
use crate::stats::{mean, median};
use crate::table::{Cell, Role, Table};
use crate::tell::EQUAL_WITHIN;

/// A value to leave loses at least this on average.
const LEAST_LOSS: f64 = 1.05;
/// No number of pairs makes anything surer than this.
const HIGHEST_CONFIDENCE: f64 = 0.99;

/// One piece of advice.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// Take this value.
    Choose(String, Value),
    /// Take the first value where the other name has the first of its values, and the second where it has the second.
    ChooseBy {
        /// The name to choose for.
        name: String,
        /// The name that decides.
        by: String,
        /// For two values of that name, what to take.
        at: [(Value, Value); 2],
        /// Whether that name has no other value in the table.
        all: bool,
    },
    /// Leave these values together.
    Avoid(Vec<(String, Value)>),
    /// Leave what makes the product of these larger than that.
    AvoidAbove(Vec<String>, f64),
}

/// Advice with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What to do.
    pub advice: Advice,
    /// Positions of the findings that it follows from.
    pub findings: Vec<usize>,
    /// Ratio of costs that is at stake; 1 where nothing was measured.
    pub influence: f64,
    /// The fewest observations behind any of its findings.
    pub support: usize,
    /// The chance that the next observation agrees, by Laplace's rule of succession, times the chance that there is anything.
    pub confidence: f64,
    /// The fewest rows that show it.
    pub witness: Vec<String>,
    /// Rows that go the other way.
    pub counter_examples: Vec<String>,
}

/// The rules that findings carry; nothing is advised that leads away from the fastest config of any setting, alone or together.
pub fn advice(table: &Table, shown: &Shown) -> Vec<Rule> {
    let table = &with_roles(table);
    let mut rules: Vec<Rule> = Vec::new();
    for factor in table.of_role(Role::Choice) {
        let Some(name) = table.factor(factor).map(|f| &f.name) else { continue };
        rules.extend(by_another(table, shown, name));
        rules.extend(one_value(table, shown, name));
    }
    let mut avoided: Vec<(Advice, Vec<usize>)> = Vec::new();
    for (at, finding) in shown.findings.iter().enumerate() {
        let advice = match &finding.claim {
            Claim::NeverBest { name, value, loss, .. } => left_out(table, name, value, loss.mean),
            // A value that loses in every pair.
            Claim::Slower { name, value, ratio, .. } => {
                let least = ratio.range.iter().copied().fold(f64::INFINITY, f64::min);
                left_out(table, name, value, least)
            }
            Claim::Limit { names, accepted, .. } => {
                Some(Advice::AvoidAbove(names.clone(), *accepted))
            }
            Claim::Refused { region, .. } => Some(Advice::Avoid(region.clone())),
            _ => None,
        };
        let Some(advice) = advice else { continue };
        match avoided.iter_mut().find(|(known, _)| *known == advice) {
            Some((_, findings)) => findings.push(at),
            None => avoided.push((advice, vec![at])),
        }
    }
    rules.extend(avoided.into_iter().map(|(advice, at)| rule(advice, shown, at)));
    // What more observations contradict than support is no advice.
    rules.retain(|rule| rule.confidence >= 0.5);
    rules.sort_by(|a, b| b.influence.total_cmp(&a.influence));
    together(table, rules)
}

/// The rules that can be followed together: the most influential first, each kept only if what it takes and all before it take
/// still has a config nearly as fast as the fastest. What is best by itself need not be best beside the rest.
fn together(table: &Table, rules: Vec<Rule>) -> Vec<Rule> {
    let mut kept: Vec<Rule> = Vec::new();
    for rule in rules {
        let chooses = matches!(rule.advice, Advice::Choose(..) | Advice::ChooseBy { .. });
        kept.push(rule);
        let left = followed(&kept, table, true);
        if chooses && left.is_none_or(|left| left.best > 1.0 + EQUAL_WITHIN) {
            kept.pop();
        }
    }
    kept
}

/// A value to avoid, if it can be chosen, loses enough, and no setting's fastest config has it.
fn left_out(table: &Table, name: &str, value: &Value, loss: f64) -> Option<Advice> {
    let factor = table.position(name).and_then(|at| table.factor(at))?;
    let avoid = factor.role == Role::Choice && loss >= LEAST_LOSS && is_behind(table, name, value);
    avoid.then(|| Advice::Avoid(vec![(name.to_owned(), value.clone())]))
}

fn rule(advice: Advice, shown: &Shown, at: Vec<usize>) -> Rule {
    let own: Vec<&Finding> = at.iter().filter_map(|at| shown.findings.get(*at)).collect();
    let confidence = own.iter().map(|f| confidence(f)).fold(HIGHEST_CONFIDENCE, f64::min);
    let mut witness: Vec<String> = Vec::new();
    let mut counter_examples: Vec<String> = Vec::new();
    for finding in &own {
        for (to, from) in
            [(&mut witness, &finding.witness), (&mut counter_examples, &finding.counter_examples)]
        {
            to.extend(from.iter().filter(|id| !to.contains(id)).cloned().collect::<Vec<_>>());
        }
    }
    Rule {
        advice,
        influence: own.iter().map(|f| influence(f)).fold(1.0, f64::max),
        support: own.iter().map(|f| f.support).min().unwrap_or(0),
        confidence,
        findings: at,
        witness,
        counter_examples,
    }
}

fn confidence(finding: &Finding) -> f64 {
    let agree = finding.support.saturating_sub(finding.against) as f64;
    (agree + 1.0) / (finding.support as f64 + 2.0) * (1.0 - finding.p)
}

fn influence(finding: &Finding) -> f64 {
    let of = |ratio: &Ratio| ratio.mean.max(1.0 / ratio.mean);
    match &finding.claim {
        Claim::Slower { ratio, .. } => of(ratio),
        Claim::NeverBest { loss, .. } => of(loss),
        Claim::Interaction { at: [(_, a), (_, b)], .. } => of(a).max(of(b)),
        _ => 1.0,
    }
}

/// The value of a name that is best on the whole, if the fastest configs have it, or one that cannot be told from it.
fn one_value(table: &Table, shown: &Shown, name: &str) -> Option<Rule> {
    let own: Vec<(usize, &Value)> = shown
        .findings
        .iter()
        .enumerate()
        .filter_map(|(at, f)| match &f.claim {
            Claim::Slower { name: own, than, .. } if own == name => Some((at, than)),
            _ => None,
        })
        .collect();
    let (_, value) = *own.first()?;
    let near = settings(table).values().all(|cells| is_near(table, cells, name, value));
    near.then(|| {
        let advice = Advice::Choose(name.to_owned(), value.clone());
        rule(advice, shown, own.iter().map(|(at, _)| *at).collect())
    })
}

/// The values of a name that are best at two values of another one.
fn by_another(table: &Table, shown: &Shown, name: &str) -> Vec<Rule> {
    let mut found = Vec::new();
    for (index, finding) in shown.findings.iter().enumerate() {
        let Claim::Interaction { name: own, values: [a, b], by, at, crossing: true } =
            &finding.claim
        else {
            continue;
        };
        if own != name {
            continue;
        }
        let [(low, _), (high, _)] = at;
        let near = [(low, a), (high, b)].iter().all(|(at, value)| {
            settings(table).values().all(|cells| {
                let here: Vec<usize> = cells
                    .iter()
                    .copied()
                    .filter(|c| table.cells.get(*c).is_some_and(|c| has(table, c, by, at)))
                    .collect();
                is_near(table, &here, name, value)
            })
        });
        if near {
            let values = table.position(by).and_then(|at| table.factor(at));
            let advice = Advice::ChooseBy {
                name: name.to_owned(),
                by: by.clone(),
                at: [(low.clone(), a.clone()), (high.clone(), b.clone())],
                all: values.is_some_and(|f| f.values.len() == 2),
            };
            found.push(rule(advice, shown, vec![index]));
        }
    }
    found
}

fn has(table: &Table, cell: &Cell, name: &str, value: &Value) -> bool {
    let factor = table.position(name);
    factor.is_some_and(|factor| {
        table.value_at(factor, value).is_some_and(|v| cell.at.get(factor) == Some(&v))
    })
}

fn fastest(table: &Table, cells: &[usize], keep: impl Fn(&Cell) -> bool) -> Option<f64> {
    let kept = cells.iter().filter_map(|at| table.cells.get(*at)).filter(|c| keep(c));
    kept.map(|c| c.log).min_by(f64::total_cmp)
}

/// Whether the fastest of `cells` with a value is as good as the fastest of all; yes where none has it, for nothing says otherwise.
fn is_near(table: &Table, cells: &[usize], name: &str, value: &Value) -> bool {
    let own = fastest(table, cells, |c| has(table, c, name, value));
    let all = fastest(table, cells, |_| true);
    own.zip(all).is_none_or(|(own, all)| own <= all + (1.0 + EQUAL_WITHIN).ln())
}

/// Whether in every setting the fastest config with a value is worse than the fastest without.
fn is_behind(table: &Table, name: &str, value: &Value) -> bool {
    settings(table).values().all(|cells| {
        let own = fastest(table, cells, |c| has(table, c, name, value));
        let other = fastest(table, cells, |c| !has(table, c, name, value));
        own.zip(other).is_none_or(|(own, other)| own > other)
    })
}

/// What is left of a table when rules are followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Followed {
    /// Configs that were measured.
    pub configs: usize,
    /// Those that no rule excludes.
    pub left: usize,
    /// Cost of the fastest that is left over that of the fastest of all; the mean over settings.
    pub best: f64,
    /// The same of the medians: below one, what is left is better than what there was.
    pub median: f64,
}

/// What is left of `table` when configs that the rules say to avoid are left, and with `choosing`, when what they say to take is
/// taken as well. `None` when nothing is left in a setting.
pub fn followed(rules: &[Rule], table: &Table, choosing: bool) -> Option<Followed> {
    let table = &with_roles(table);
    let keeps = |cell: &Cell| rules.iter().all(|rule| follows(table, cell, &rule.advice, choosing));
    let (mut left, mut best, mut medians) = (0, Vec::new(), Vec::new());
    for cells in settings(table).values() {
        let logs = |keep: &dyn Fn(&Cell) -> bool| {
            let kept = cells.iter().filter_map(|at| table.cells.get(*at)).filter(|c| keep(c));
            kept.map(|c| c.log).collect::<Vec<f64>>()
        };
        let (all, own) = (logs(&|_| true), logs(&keeps));
        let least = |logs: &[f64]| logs.iter().copied().fold(f64::INFINITY, f64::min);
        if own.is_empty() {
            return None;
        }
        left += own.len();
        best.push(least(&own) - least(&all));
        medians.push(median(&own) - median(&all));
    }
    Some(Followed {
        configs: table.cells.len(),
        left,
        best: mean(&best).exp(),
        median: mean(&medians).exp(),
    })
}

fn follows(table: &Table, cell: &Cell, advice: &Advice, choosing: bool) -> bool {
    match advice {
        Advice::Avoid(terms) => !terms.iter().all(|(name, value)| has(table, cell, name, value)),
        Advice::AvoidAbove(names, limit) => {
            let factors: Option<Vec<usize>> =
                names.iter().map(|name| table.position(name)).collect();
            let product = factors.and_then(|factors| product(table, &factors, &cell.at));
            product.is_none_or(|x| x <= *limit)
        }
        Advice::Choose(name, value) => !choosing || has(table, cell, name, value),
        Advice::ChooseBy { name, by, at, .. } => {
            !choosing
                || at
                    .iter()
                    .all(|(at, value)| !has(table, cell, by, at) || has(table, cell, name, value))
        }
    }
}
