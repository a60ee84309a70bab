//! Rules that somebody else wrote, judged by a table: is the value they take better than what else could be taken?

use spak_records::Value;

use crate::compare::{differences, pairs, strata, test};
use crate::elsewhere::Held;
use crate::family::LEVEL;
use crate::finding::Ratio;
use crate::noise::noise;
use crate::table::Table;
use crate::tell::{EQUAL_WITHIN, LEAST_EFFECT, ratio};

/// One value that a rule takes or leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Where: values of other names.
    pub when: Vec<(String, Value)>,
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Whether it is said to be bad.
    pub avoid: bool,
}

/// The value beside another one of its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The other value.
    pub other: Value,
    /// Cost of the other value over that of the rule's.
    pub ratio: Ratio,
    /// Whether the rule's value is what the rule says it is, beside this one.
    pub held: Held,
}

/// What a table says of a proposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// `Holds` when it is told from some other value as the rule says and from none the other way; `Fades` when all are the
    /// same within 3 %.
    pub held: Held,
    /// Each other value.
    pub compared: Vec<Compared>,
}

/// Judges a proposal; `None` when the table does not have the name, the value, or what it depends on.
pub fn judged(table: &Table, proposal: &Proposal) -> Option<Verdict> {
    let factor = table.position(&proposal.name)?;
    let own = table.value_at(factor, &proposal.value)?;
    let mut when: Vec<(usize, u32)> = Vec::new();
    for (name, value) in &proposal.when {
        let at = table.position(name)?;
        when.push((at, table.value_at(at, value)?));
    }
    let noise = noise(&crate::learn::with_roles(table));
    let part = table.part(|row| when.iter().all(|(at, v)| row.at.get(*at) == Some(v)))?;
    let strata = strata(&part, factor);
    let others: Vec<u32> = (0..crate::values::size(table, factor)).filter(|v| *v != own).collect();
    let level = LEVEL / others.len().max(1) as f64;
    let sign = if proposal.avoid { -1.0 } else { 1.0 };
    let mut compared = Vec::new();
    for other in others {
        let differences = differences(&part, &pairs(&strata, own, other));
        let Some(test) = test(&differences, 2, &noise) else { continue };
        let [low, high] = test.interval(level);
        let least = LEAST_EFFECT.ln();
        let held = if test.p < level && sign * test.mean >= least {
            Held::Holds
        } else if test.p < level && sign * test.mean <= -least {
            Held::Contradicted
        } else if low.abs().max(high.abs()) <= (1.0 + EQUAL_WITHIN).ln() {
            Held::Fades
        } else {
            Held::Untold
        };
        let other = table.value(factor, other)?.clone();
        compared.push(Compared { other, ratio: ratio(&test, level), held });
    }
    let any = |held: Held| compared.iter().any(|c| c.held == held);
    let held = match () {
        () if any(Held::Contradicted) => Held::Contradicted,
        () if any(Held::Holds) => Held::Holds,
        () if any(Held::Untold) || compared.is_empty() => Held::Untold,
        () => Held::Fades,
    };
    Some(Verdict { held, compared })
}
