//! Findings as sentences that a kernel engineer would sign.

use spak_records::Value;

use crate::finding::{Claim, Finding, Ratio};
use crate::table::{Goal, Table};

/// A value as it stands in a formula: texts in single quotes.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) if text.contains('\'') => format!("\"{}\"", text.replace('"', "'")),
        Value::Text(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

/// A ratio: `2.31x`, and more digits next to one, so that 1.002x is not 1.00x.
fn times(x: f64) -> String {
    match (x - 1.0).abs() {
        off if off < 0.02 => format!("{x:.4}x"),
        off if off < 0.1 => format!("{x:.3}x"),
        _ if x >= 10.0 => format!("{x:.1}x"),
        _ => format!("{x:.2}x"),
    }
}

fn percent(x: f64) -> String {
    if x < 0.0995 { format!("{:.1}%", 100.0 * x) } else { format!("{:.0}%", 100.0 * x) }
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn listed(values: &[Value]) -> String {
    values.iter().map(literal).collect::<Vec<_>>().join(", ")
}

/// How ratios of costs are said of a table: of times as they are, of rates turned round.
struct Said<'a>(&'a Table);

impl Said<'_> {
    fn turned(&self, x: f64) -> f64 {
        match self.0.goal() {
            Goal::Less => x,
            Goal::More => 1.0 / x,
        }
    }

    fn metric(&self) -> String {
        self.0.metric().to_owned()
    }

    fn ratio(&self, ratio: &Ratio) -> String {
        times(self.turned(ratio.mean))
    }

    fn basis(&self, ratio: &Ratio, noun: &str) -> String {
        let ends = |[a, b]: [f64; 2]| {
            let (a, b) = (self.turned(a), self.turned(b));
            format!("{} to {}", times(a.min(b)), times(a.max(b)))
        };
        format!(
            "interval {}; {} over {}",
            ends(ratio.interval),
            ends(ratio.range),
            count(ratio.pairs, noun)
        )
    }
}

/// The sentence that says it.
pub fn sentence(finding: &Finding, table: &Table) -> String {
    let said = Said(table);
    let mut text = match &finding.claim {
        Claim::Scaling { .. } | Claim::Limit { .. } | Claim::Refused { .. } => {
            of_the_rest(&finding.claim, &said)
        }
        claim => of_values(claim, &said),
    };
    if finding.against > 0 {
        text.push_str(&format!("; {} the other way", finding.against));
    }
    text
}

/// Claims about values and what they depend on.
fn of_values(claim: &Claim, said: &Said<'_>) -> String {
    let metric = said.metric();
    match claim {
        Claim::Slower { name, value, than, ratio } => format!(
            "{name} = {} has {} the {metric} of {} ({})",
            literal(value),
            said.ratio(ratio),
            literal(than),
            said.basis(ratio, "pair")
        ),
        Claim::NeverBest { name, value, groups, wins, share, loss } => {
            let never = match wins {
                0 => "is never the best".to_owned(),
                n => format!("is the best in {n}"),
            };
            format!(
                "{name} = {} {never} of {} (in at most {} of such groups); it has {} the {metric} of the best other value ({})",
                literal(value),
                count(*groups, "group"),
                percent(*share),
                said.ratio(loss),
                said.basis(loss, "group")
            )
        }
        Claim::Equal { name, values, within, single, pairs } => format!(
            "on average {name} makes no difference beyond {} between {} ({} or more; single ones differ by up to {})",
            percent(*within),
            listed(values),
            count(*pairs, "pair"),
            percent(*single)
        ),
        Claim::Monotone { name, rising, values, ratio } => format!(
            "each step up of {name} ({values} values) {}; the largest has {} the {metric} of the smallest ({})",
            if *rising { "costs more" } else { "costs less" },
            said.ratio(ratio),
            said.basis(ratio, "pair")
        ),
        Claim::Threshold { name, below, above, rising, ratio } => {
            let (dear, cheap) = if *rising { (above, below) } else { (below, above) };
            format!(
                "{name} has a step between {} and {}: {} has {} the {metric} of {} ({})",
                literal(below),
                literal(above),
                literal(dear),
                said.ratio(ratio),
                literal(cheap),
                said.basis(ratio, "pair")
            )
        }
        Claim::Interaction {
            name,
            values: [a, b],
            by,
            at: [(low, first), (high, second)],
            crossing,
        } => {
            let claim = match crossing {
                true => format!("the best {name} depends on {by}"),
                false => format!("what {name} does depends on {by}"),
            };
            format!(
                "{claim}: {} has {} the {metric} of {} at {by} = {} ({}), and {} at {} ({})",
                literal(b),
                said.ratio(first),
                literal(a),
                literal(low),
                said.basis(first, "pair"),
                said.ratio(second),
                literal(high),
                said.basis(second, "pair")
            )
        }
        Claim::Scaling { .. } | Claim::Limit { .. } | Claim::Refused { .. } => String::new(),
    }
}

/// Claims about scaling and what is refused.
fn of_the_rest(claim: &Claim, said: &Said<'_>) -> String {
    let metric = said.metric();
    match claim {
        Claim::Scaling { name, exponent, interval: [low, high], configs, values, misfit } => {
            let fit = match values {
                2 => String::new(),
                _ => format!(", single ones off by up to {}", times(*misfit)),
            };
            let (exponent, low, high) = match said.0.goal() {
                Goal::Less => (*exponent, *low, *high),
                Goal::More => (-exponent, -high, -low),
            };
            format!(
                "{metric} grows as {name} to the power {exponent:.3} (interval {low:.3} to {high:.3}, {} at {values} values{fit})",
                count(*configs, "config")
            )
        }
        Claim::Limit { names, accepted, refused, configs, reason } => format!(
            "all {} with {} above {accepted} were refused ({reason}); the least of them has {refused}",
            count(*configs, "config"),
            names.join(" * ")
        ),
        Claim::Refused { region, configs, reason } => {
            let terms: Vec<String> =
                region.iter().map(|(n, v)| format!("{n} = {}", literal(v))).collect();
            format!(
                "all {} with {} were refused ({reason})",
                count(*configs, "config"),
                terms.join(" and ")
            )
        }
        _ => String::new(),
    }
}
