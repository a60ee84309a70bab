//! A witness: two configs and what one is beside the other, as a sentence that can be read back and run again.

use std::collections::BTreeMap;

use spak_records::{Config, Value};

use crate::advice::{Advice, Assignment, Term, advice};
use crate::wording::literal;

/// What the first of two configs is beside the second one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relation {
    /// Its time is the other's divided by this, which is more than one.
    Faster(f64),
    /// Times differ by at most this part (0.03: 3 %).
    AsFast(f64),
    /// It is rejected, and the other one is accepted.
    Rejected,
}

/// The fewest trials that show a claim: two configs, or one config on two problems.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// Where the two differ: what the first one has, and what the second one. Of a claim about the workload these are
    /// symbols of the problem.
    pub apart: [Config; 2],
    /// What both have.
    pub both: Config,
    /// What the first is beside the second.
    pub relation: Relation,
}

impl Witness {
    /// The witness of two configs.
    pub fn of(first: &Config, second: &Config, relation: Relation) -> Self {
        let shared = |name: &String, value: &Value| second.get(name) == Some(value);
        let (both, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
            first.0.clone().into_iter().partition(|(name, value)| shared(name, value));
        let other = second.0.clone().into_iter().filter(|(name, _)| !both.contains_key(name));
        Self { apart: [Config(own), Config(other.collect())], both: Config(both), relation }
    }

    /// Both configs whole; of a claim about the workload the symbols of the problem are among the values.
    pub fn configs(&self) -> [Config; 2] {
        self.apart.each_ref().map(|own| {
            let mut config = self.both.clone();
            config.0.extend(own.0.clone());
            config
        })
    }

    /// The sentence, with names in the order of `order` first.
    pub fn text(&self, order: &[String]) -> String {
        let shown = |config: &Config| terms(config, order);
        let [first, second] = self.apart.each_ref().map(shown);
        let claim = match self.relation {
            Relation::Faster(ratio) => format!("{first} is {ratio:.3}x faster than {second}"),
            Relation::AsFast(within) => format!("{first} is within {within:.3} of {second}"),
            Relation::Rejected => format!("{first} is rejected beside {second}"),
        };
        if self.both.0.is_empty() { claim } else { format!("{claim} at {}", shown(&self.both)) }
    }

    /// The witness that a sentence says; `None` for other sentences, such as rows of a table.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, rest) = cut(text, " is ")?;
        let (claim, both) = match cut(rest, " at ") {
            Some((claim, both)) => (claim, config(both)?),
            None => (rest, Config::default()),
        };
        let (relation, second) = if let Some(second) = claim.strip_prefix("rejected beside ") {
            (Relation::Rejected, second)
        } else if let Some(rest) = claim.strip_prefix("within ") {
            let (within, second) = rest.split_once(" of ")?;
            (Relation::AsFast(number(within)?), second)
        } else {
            let (ratio, second) = claim.split_once("x faster than ")?;
            (Relation::Faster(number(ratio)?), second)
        };
        Some(Self { apart: [config(first)?, config(second)?], both, relation })
    }
}

/// A ratio or a bound: a finite number above zero.
fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0)
}

/// `tile_m = 64, scheme = 'online'`.
fn terms(config: &Config, order: &[String]) -> String {
    let first = order.iter().filter_map(|name| config.0.get_key_value(name));
    let rest = config.0.iter().filter(|(name, _)| !order.contains(name));
    let all: Vec<String> =
        first.chain(rest).map(|(name, value)| format!("{name} = {}", literal(value))).collect();
    if all.is_empty() { NOTHING.to_owned() } else { all.join(", ") }
}

/// Where one config has nothing that the other has not.
const NOTHING: &str = "nothing";

fn config(text: &str) -> Option<Config> {
    if text.trim() == NOTHING {
        return Some(Config::default());
    }
    let Advice::Recommend(items, note) = advice("recommend", text)? else { return None };
    let literal = |item: Assignment| match item.value {
        Term::Literal(value) => Some((item.name, value)),
        Term::Expression(_) => None,
    };
    let values: Option<BTreeMap<String, Value>> = items.into_iter().map(literal).collect();
    values.filter(|_| note.is_empty()).map(Config)
}

/// The text before and after the first `mark` outside quotes.
fn cut<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(q) if q == c => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {
                if let Some(rest) = text.get(at..).and_then(|rest| rest.strip_prefix(mark)) {
                    return Some((text.get(..at)?, rest));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(pairs: &[(&str, Value)]) -> Config {
        Config(pairs.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
    }

    #[test]
    fn a_witness_is_a_sentence_and_the_sentence_is_the_witness() {
        let first = made(&[
            ("tile_m", Value::Int(64)),
            ("scheme", "online at is".into()),
            ("fast", Value::Bool(true)),
            ("scale", Value::Float(0.5)),
        ]);
        let mut second = first.clone();
        second.0.insert("tile_m".to_owned(), Value::Int(8));
        let order = ["tile_m".to_owned(), "scheme".to_owned()];
        for (relation, said) in [
            (Relation::Faster(2.31), "tile_m = 64 is 2.310x faster than tile_m = 8"),
            (Relation::AsFast(0.03), "tile_m = 64 is within 0.030 of tile_m = 8"),
            (Relation::Rejected, "tile_m = 64 is rejected beside tile_m = 8"),
        ] {
            let witness = Witness::of(&first, &second, relation);
            let text = witness.text(&order);
            assert_eq!(
                text,
                format!("{said} at scheme = 'online at is', fast = true, scale = 0.5")
            );
            let read = Witness::parse(&text).expect("its own sentence");
            assert_eq!(read, witness);
            assert_eq!(read.configs(), [first.clone(), second.clone()]);
        }
    }

    #[test]
    fn a_name_that_only_one_has_is_kept() {
        let (first, second) = (made(&[("a", 1.into())]), made(&[("a", 1.into()), ("b", 2.into())]));
        let witness = Witness::of(&first, &second, Relation::Faster(1.5));
        let text = witness.text(&[]);
        assert_eq!(text, "nothing is 1.500x faster than b = 2 at a = 1");
        assert_eq!(Witness::parse(&text).map(|w| w.configs()), Some([first, second]));
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "#6 #10",
            "",
            "tile_m = 64 is 0x faster than tile_m = 8",
            "tile_m = 64 is NaNx faster than tile_m = 8",
            "tile_m = 64 is -2x faster than tile_m = 8",
            "tile_m = f(x) is 2x faster than tile_m = 8",
            "tile_m is 2x faster than 8",
            "a = 1 is 2x faster than a = 2 at and so on",
        ] {
            assert_eq!(Witness::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            let _ = Witness::parse(&text);
        }
    }
}
