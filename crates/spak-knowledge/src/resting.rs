//! What stands in a design or library and what it rests on: its scope, its stamp, its witnesses, its evidence.

use std::collections::BTreeMap;

use spak_syntax::Span;
use spak_syntax::ast::Item;

use crate::design::{Statement, statements};
use crate::scope::{predicates, resolved};
use crate::stamp::Stamp;
use crate::witness::Witness;

/// The value of `status` of what a witness did not show any more.
pub const DEMOTED: &str = "demoted";
/// The value of `status` of a rule that is worth nothing to a search.
pub const RETIRED: &str = "retired";

/// A fact or rule that was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Resting {
    /// `fact` or `rule`.
    pub keyword: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// `effect`, `optimal`, `rejected` and so on; empty for a rule, and for a fact that does not say.
    pub kind: String,
    /// The condition under which it holds, as written; empty when there is none.
    pub when: String,
    /// The same with the names of predicates written out.
    pub condition: String,
    /// `demoted` or `retired`, if it is.
    pub status: Option<String>,
    /// Why, as far as the text says.
    pub status_reason: Option<String>,
    /// What it names as its evidence: names of facts, or words.
    pub evidence: Vec<String>,
    /// Where it says that it is from.
    pub source: Option<String>,
    /// What it was measured with.
    pub stamp: Stamp,
    /// The fact that says what its scope was measured with, if there is one.
    pub measured: Option<String>,
    /// Its witnesses; of one that cannot be read, such as rows of a table, there is only the text.
    pub witnesses: Vec<(String, Option<Witness>)>,
    /// The first digits of the keys of the trials that each witness is.
    pub shown_by: Vec<[String; 2]>,
    /// What else it says: key and text.
    pub says: Vec<(String, String)>,
}

impl Resting {
    /// The text under a key.
    pub fn says(&self, key: &str) -> Option<&str> {
        self.says.iter().find(|(k, _)| k == key).map(|(_, text)| text.as_str())
    }

    /// What its condition compares a symbol with (`device`, `compiler`).
    pub fn compared(&self, symbol: &str) -> Option<String> {
        crate::scope::compared(&self.condition, symbol)
    }

    /// Whether it concludes nothing, whatever it says.
    pub fn is_out(&self) -> bool {
        matches!(self.status.as_deref(), Some(DEMOTED | RETIRED))
    }
}

/// All learnt facts and rules under `items`, in the order of the text, but for predicates and what only says what others
/// were measured with; a fact without a source or stamp of its own has that of its scope.
pub fn resting(items: &[Item]) -> Vec<Resting> {
    let predicates = predicates(items);
    let all = statements(items);
    let mut measured: BTreeMap<String, OfScope> = BTreeMap::new();
    for statement in all.iter().filter(|s| is_measurement(**s)) {
        let scope = statement.texts("when").next().unwrap_or_default();
        measured.entry(scope).or_insert_with(|| OfScope {
            name: statement.name().to_owned(),
            stamp: stamp_of(*statement),
            source: statement.texts("source").next(),
        });
    }
    let learned = all.iter().filter(|s| s.is_learned() && !is_measurement(**s));
    learned.map(|statement| one(*statement, &predicates, &measured)).collect()
}

/// What the fact of a scope says.
struct OfScope {
    name: String,
    stamp: Stamp,
    source: Option<String>,
}

fn is_measurement(statement: Statement<'_>) -> bool {
    statement.texts("kind").next().as_deref() == Some("measurement")
}

/// The parts of a stamp that stand as entries of their own.
fn stamp_of(statement: Statement<'_>) -> Stamp {
    let mut stamp = Stamp::default();
    for word in ["toolchain", "driver", "templates", "design"] {
        if let Some(text) = statement.texts(word).next() {
            stamp.set(word, &text);
        }
    }
    stamp
}

fn one(
    statement: Statement<'_>,
    predicates: &BTreeMap<String, String>,
    measured: &BTreeMap<String, OfScope>,
) -> Resting {
    let text = |key: &str| statement.texts(key).next();
    let when = text("when").unwrap_or_default();
    // `scope && tile_m == 64`: what a rule adds to its scope does not change what was measured with.
    let scope = when.split("&&").next().unwrap_or_default().trim();
    let known = measured.get(scope);
    let stamp = match text("witnessed") {
        Some(own) => Stamp::parse(&own),
        None => known.map(|known| known.stamp.clone()).unwrap_or_default(),
    };
    let status = text("status").filter(|s| matches!(s.as_str(), DEMOTED | RETIRED));
    let reason = match status.as_deref() {
        Some(DEMOTED) => text("demoted_by"),
        Some(_) => text("retired_by"),
        None => None,
    };
    let names = |text: String| text.split(',').map(|n| n.trim().to_owned()).collect::<Vec<_>>();
    let pair = |text: &str| {
        let mut keys = text.split_whitespace().map(str::to_owned);
        Some([keys.next()?, keys.next()?])
    };
    Resting {
        keyword: statement.keyword().to_owned(),
        name: statement.name().to_owned(),
        span: statement.block.span,
        kind: text("kind").unwrap_or_default(),
        condition: resolved(&when, predicates),
        when,
        status,
        status_reason: reason,
        evidence: statement.texts("evidence").flat_map(names).filter(|n| !n.is_empty()).collect(),
        source: text("source").or_else(|| known.and_then(|known| known.source.clone())),
        stamp,
        measured: known.map(|known| known.name.clone()),
        witnesses: statement
            .texts("witness")
            .map(|text| (text.clone(), Witness::parse(&text)))
            .collect(),
        shown_by: text("shown_by").iter().flat_map(|t| t.split(',')).filter_map(pair).collect(),
        says: statement
            .pairs()
            .map(|p| (crate::design::key_of(&p.key), crate::design::text_of(&p.value)))
            .collect(),
    }
}
