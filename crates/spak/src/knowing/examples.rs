//! Examples of rules: what is given, what follows from it, and what does not. Libraries are tested by theirs.
//!
//! ```text
//! example "an A100 has no clusters" {
//!     given { hardware.architecture: "sm_80" }
//!     open: [num_ctas]
//!     follows: ["before_hopper", "forbid num_ctas > 1"]
//!     lacks: ["hopper", "prefer"]
//! }
//! ```

use spak_expr::{Expr, ExprKind};
use spak_knowledge::Program;
use spak_model::formula::to_value;
use spak_model::system::{Place, System};
use spak_model::vocabulary::Kind;
use spak_model::{Content, Entry, Literal, Reading};
use spak_rules::{Advice, Base, Conclusions, Engine, Known, Limits, Table};

use super::situation::later;
use crate::project::Design;

/// What came of an example.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tried {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// What does not follow although it should, or follows although it should not.
    pub(crate) wrong: Vec<String>,
    /// What does follow, for whoever mends it.
    pub(crate) follows: Vec<String>,
}

/// Tries the examples of rules in a design.
pub(crate) fn examples(design: &Design) -> Vec<Tried> {
    let system = System::of(&design.resolved.entries);
    let mut found = Vec::new();
    collect(&design.resolved.entries, &mut found);
    let own = crate::ontology::own(&design.resolved.entries);
    found.into_iter().map(|entry| tried(entry, &system, &own)).collect()
}

fn collect<'e>(entries: &'e [Entry], found: &mut Vec<&'e Entry>) {
    for entry in entries {
        if entry.kind == Some(Kind::Example) && entry.children().iter().any(|c| c.key() == "given")
        {
            found.push(entry);
        } else if let Content::Block(children) = &entry.content {
            collect(children, found);
        }
    }
}

fn tried(entry: &Entry, system: &System, own: &[Entry]) -> Tried {
    let mut program = Program::of(system, &|_| String::new());
    let tables = std::mem::take(&mut program.tables);
    let mut base = Base { tables, later: later(), ..Base::default() };
    base.tables.push(Table { name: "trials".to_owned(), ..Table::default() });
    for given in entry.children().iter().filter(|c| c.key() == "given") {
        for (name, value) in values(given, "") {
            base.values.insert(name, Known { value, origin: "the example".to_owned() });
        }
    }
    for name in texts(entry, "open") {
        base.dimensions.insert(name, Vec::new());
    }
    crate::ontology::reach(&mut program, &base, system, own);
    let (mut engine, _) = Engine::new(base, program.rules, Limits::default());
    engine.conclude();
    let follows = said(&engine.conclusions());
    let mut wrong = Vec::new();
    for expected in texts(entry, "follows") {
        if !follows.iter().any(|f| is(f, &expected)) {
            wrong.push(format!("`{expected}` does not follow"));
        }
    }
    for unexpected in texts(entry, "lacks") {
        if let Some(f) = follows.iter().find(|f| is(f, &unexpected) || begins(f, &unexpected)) {
            wrong.push(format!("`{f}` follows"));
        }
    }
    Tried {
        name: entry.name_text().unwrap_or_default().to_owned(),
        place: Place { file: entry.file, span: entry.span },
        wrong,
        follows,
    }
}

/// The values in a block, by dotted names.
fn values(entry: &Entry, prefix: &str) -> Vec<(String, spak_expr::Value)> {
    let mut all = Vec::new();
    for child in entry.children() {
        let key = child.head.text();
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match &child.content {
            Content::Block(_) => all.extend(values(child, &name)),
            Content::Slot(slot) => {
                let value = match &slot.reading {
                    Reading::Literal(literal) => to_value(literal),
                    Reading::Name(text) | Reading::Words(text) => {
                        spak_expr::Value::Text(text.as_str().into())
                    }
                    _ => continue,
                };
                all.push((name, value));
            }
        }
    }
    all
}

/// The texts under a key, of a list or of several.
fn texts(entry: &Entry, key: &str) -> Vec<String> {
    fn of(reading: &Reading, all: &mut Vec<String>) {
        match reading {
            Reading::Literal(Literal::Text(text)) | Reading::Name(text) | Reading::Words(text) => {
                all.push(text.clone());
            }
            Reading::List(items) => items.iter().for_each(|item| of(item, all)),
            Reading::Formula(formula) => all.push(formula.text.clone()),
            _ => {}
        }
    }
    let mut all = Vec::new();
    entry.slots(key).for_each(|slot| of(&slot.reading, &mut all));
    all
}

/// Each conclusion as a line: `bound = "memory"`, `slow(trial 3)`, `recommend tile_m = 64`.
fn said(all: &Conclusions) -> Vec<String> {
    let mut lines: Vec<String> =
        all.values.iter().map(|v| format!("{} = {}", v.name, v.value)).collect();
    lines.extend(all.holds.iter().map(|h| match h.of.as_slice() {
        [] => h.name.clone(),
        of => format!("{}({})", h.name, of.join(", ")),
    }));
    for advised in &all.advice {
        let what = match &advised.advice {
            Advice::Recommend(name, value) | Advice::Choose(name, value) => {
                format!("{name} = {value}")
            }
            Advice::Prefer(name, _) => name.clone(),
            Advice::Avoid(formula) | Advice::Forbid(formula) => spak_expr::print(formula),
            Advice::Warn(text) => text.clone(),
        };
        lines.push(format!("{} {what}", advised.advice.key()));
    }
    lines
}

/// Whether two lines say the same: formulas by their meaning, texts in any quotes.
fn is(line: &str, expected: &str) -> bool {
    let normal = |text: &str| {
        let (key, rest) = match text.split_once(' ') {
            Some((key, rest)) if KEYS.contains(&key) => (key, rest),
            _ => ("", text),
        };
        let options = spak_expr::Options { allow_equals: true, implicit_multiplication: false };
        let parsed: Option<Expr> = spak_expr::parse_with(rest, 0, options).expr;
        let rest = match parsed {
            Some(expr) if key != "warn" && !matches!(expr.kind, ExprKind::Text(_)) => {
                spak_expr::print(&spak_expr::normal(&expr))
            }
            _ => rest.trim().to_owned(),
        };
        format!("{key} {rest}")
    };
    normal(line) == normal(expected)
}

const KEYS: &[&str] = &["recommend", "choose", "prefer", "avoid", "forbid", "warn"];

/// Whether a line begins with these words: `forbid`, `avoid tile_m`.
fn begins(line: &str, words: &str) -> bool {
    line.strip_prefix(words)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}
