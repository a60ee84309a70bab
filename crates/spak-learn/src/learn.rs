//! From a table to what it shows: which hypotheses are tested, which of them are told.

use crate::family::{Candidate, LEVEL, SHARES, corrected, level_of_each};
use crate::finding::{Claim, Finding, Shown};
use crate::noise::{given_by_baseline, noise};
use crate::table::{Role, Table};
use crate::tell::Teller;
use crate::values::{Grouped, contrasts};
use crate::{interact, limits, optimum, scaling, values};

/// The table with names that change the baseline taken as given: no choice of a kernel changes what another one takes.
pub(crate) fn with_roles(table: &Table) -> Table {
    given_by_baseline(table)
        .iter()
        .fold(table.clone(), |table, name| table.with_role(name, Role::Given))
}

/// What `table` shows. The chance of one or more false claims is [`LEVEL`].
///
/// Names that change the baseline column are taken as given besides those that the table says are.
pub fn learn(table: &Table) -> Shown {
    let table = &with_roles(table);
    let noise = noise(table);
    let grouped = Grouped::new(table);
    let contrasts = contrasts(table, &grouped, &noise);
    let mut last = scaling::candidates(table, &noise);
    last.extend(limits::candidates(table));
    let families: [Vec<Candidate>; 3] = [
        values::candidates(table, &grouped, &contrasts),
        interact::candidates(table, &noise),
        last,
    ];
    let tests = [0, 1, 2].map(|at| families.get(at).map_or(0, Vec::len));
    let mut levels = [LEVEL; 3];
    for ((level, share), tests) in levels.iter_mut().zip(SHARES).zip(tests) {
        *level = level_of_each(share, tests);
    }
    let mut kept: Vec<Candidate> = Vec::new();
    for (family, share) in families.into_iter().zip(SHARES) {
        kept.extend(corrected(family, share).into_iter().filter(|c| c.p < LEVEL));
    }
    let teller = Teller { table, noise: &noise, grouped: &grouped, contrasts: &contrasts, levels };
    let mut findings = teller.of_values(&kept);
    findings.extend(teller.of_dependences(&kept));
    findings.extend(teller.of_the_rest(&kept));
    findings.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    // What depends on another name was told there.
    let depends = |own: &str| {
        findings.iter().any(|f| matches!(&f.claim, Claim::Interaction { name, .. } if name == own))
    };
    let untold = teller.untold().into_iter().filter(|(name, _)| !depends(name)).collect();
    Shown {
        optima: optimum::optima(table, &noise),
        findings,
        too_few: teller.too_few(),
        untold,
        noise,
        tests,
    }
}

/// The order in which findings are told: effects from large to small, then what qualifies them.
fn rank(finding: &Finding) -> f64 {
    let large_first = |ratio: f64| 1.0 / (1.0 + ratio.ln().abs());
    match &finding.claim {
        Claim::Slower { ratio, .. } => large_first(ratio.mean),
        Claim::NeverBest { loss, .. } => 2.0 + large_first(loss.mean),
        Claim::Interaction { crossing: true, .. } => 4.0,
        Claim::Interaction { crossing: false, at: [(_, a), (_, b)], .. } => {
            5.0 + large_first(a.mean / b.mean)
        }
        Claim::Threshold { .. } => 7.0,
        Claim::Monotone { .. } => 8.0,
        Claim::Scaling { .. } => 9.0,
        Claim::Limit { .. } => 10.0,
        Claim::Refused { .. } => 11.0,
        Claim::Equal { .. } => 12.0,
    }
}
