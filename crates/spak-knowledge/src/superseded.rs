//! Which learned statements of a design a later step contradicts although it puts nothing in their place.

use spak_records::Value;

use crate::advice::{Advice, advice};
use crate::design::{Statement, key_of, text_of};
use crate::facts::value_slug;
use crate::finding::Finding;
use crate::knowledge::{Compared, Learned};
use crate::wording::slug;

/// Whether the learned fact `statement` about the scope `scope` is contradicted: an effect whose ratio
/// lies outside of what was measured now, a bad region in which a config was accepted, a dependence of
/// something that makes no difference.
///
/// Silence alone contradicts nothing: times that are too noisy leave what quieter ones have shown.
pub(crate) fn fact_is_superseded(statement: Statement<'_>, scope: &str, learned: &Learned) -> bool {
    let kind = statement.texts("kind").next().unwrap_or_default();
    let Some(subject) = statement.name().strip_suffix(&format!("_{scope}")) else { return false };
    match kind.as_str() {
        "effect" => subject.strip_suffix("_effect").is_some_and(|dimension| {
            let own = |c: &&Compared| slug(&c.name) == dimension;
            learned.grounds.compared.iter().filter(own).any(|c| excludes(c, statement))
        }),
        "rejected" => was_accepted(statement, learned),
        "interaction" => learned.facts.iter().any(|fact| {
            matches!(&fact.finding, Finding::NoEffect { name, .. }
                if subject.starts_with(&format!("{}_by_", slug(name))))
        }),
        _ => false,
    }
}

/// Whether the learned rule `statement` is: a fact that it rests on was taken out or says now what no
/// rule follows from, or something that it forbids alone was accepted.
///
/// `facts` are the names of facts that this step wrote or took out.
pub(crate) fn rule_is_superseded(
    statement: Statement<'_>,
    facts: &[String],
    learned: &Learned,
) -> bool {
    let evidence: Vec<String> = statement
        .texts("evidence")
        .flat_map(|text| text.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let advises = statement.texts("recommend").next().is_some();
    evidence.iter().any(|name| facts.contains(name))
        || (!advises && was_accepted(statement, learned))
}

/// Whether what `compared` measured leaves out the speedup that the fact claims.
fn excludes(compared: &Compared, statement: Statement<'_>) -> bool {
    let Some(best) = statement.texts("best").next() else { return false };
    let [first, second] = &compared.values;
    let [low, high] = compared.ratio.interval;
    let is_best = |value: &Value| value.to_string() == best;
    let (other, high) = if is_best(first) {
        (second, high)
    } else if is_best(second) {
        (first, 1.0 / low)
    } else {
        return false;
    };
    let key = format!("speedup_over_{}", value_slug(other));
    let claimed = statement.texts(&key).next().and_then(|text| text.parse::<f64>().ok());
    // What is written has three digits.
    claimed.is_some_and(|claimed| 0.995 * claimed > high)
}

/// Whether a config was accepted in a region that the statement forbids.
fn was_accepted(statement: Statement<'_>, learned: &Learned) -> bool {
    statement.pairs().any(|pair| match advice(&key_of(&pair.key), &text_of(&pair.value)) {
        Some(Advice::Avoid(terms)) => learned
            .grounds
            .accepted
            .iter()
            .any(|config| terms.iter().all(|(name, value)| config.get(name) == Some(value))),
        _ => false,
    })
}
