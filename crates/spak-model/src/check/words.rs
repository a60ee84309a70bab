//! Words inside of blocks that are slips of words of the language, and names of actions and measures that
//! nothing has.

use std::collections::BTreeMap;

use spak_expr::Unit;
use spak_expr::codes::UNKNOWN_UNIT;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Span};

use super::structure::slip;
use crate::codes::{BAD_VALUE, UNKNOWN_BLOCK, UNKNOWN_KEY, UNKNOWN_REFERENCE};
use crate::entry::{Content, Entry};
use crate::reading::Reading;
use crate::system::System;
use crate::vocabulary::{KEYWORDS, Kind};

/// How many words are compared with the known ones.
const MAX_COMPARED: usize = 2000;

/// What loops and tasks are made of.
const IN_LOOPS: &[&str] = &[
    "else",
    "emit",
    "if",
    "measure",
    "on",
    "parameter",
    "require",
    "return",
    "state",
    "step",
    "success",
    "success_condition",
    "success_criteria",
];

/// What predicates are made of.
const IN_FACTS: &[&str] = &["return"];

/// The tools and questions that loops know.
const ACTIONS: &[&str] = &[
    "tool.agent_loop",
    "tool.dsl_integrate",
    "tool.engineering_loop",
    "tool.loop",
    "tool.read",
    "tool.run",
    "tool.service_loop",
    "tool.task",
    "tool.write",
    "llm.chat",
    "llm.generate",
    "llm.query",
];

/// Measures that a run reports.
const MEASURES: &[&str] = &[
    "gflops",
    "latency",
    "max_error",
    "median_ns",
    "memory",
    "occupancy",
    "registers",
    "shared_memory",
    "speedup",
    "spills",
    "tflops",
    "throughput",
    "time",
    "time_ms",
];

pub(super) fn check<'s>(entries: &'s [Entry], system: &'s System, found: &mut Vec<Diagnostic>) {
    let mut measures: Vec<&str> = MEASURES.to_vec();
    for case in &system.cases {
        measures.extend(case.fields.iter().map(|(name, _)| name.as_str()));
    }
    measures.truncate(1000);
    let mut words = Words { measures, left: MAX_COMPARED, seen: BTreeMap::new(), found };
    entries.iter().for_each(|e| words.walk(None, e));
}

struct Words<'s, 'f> {
    measures: Vec<&'s str>,
    left: usize,
    /// Words that were compared, by what they were compared with.
    seen: BTreeMap<(usize, &'s str), Option<&'static str>>,
    found: &'f mut Vec<Diagnostic>,
}

impl<'s> Words<'s, '_> {
    fn walk(&mut self, parent: Option<&'s Entry>, entry: &'s Entry) {
        self.statement(parent, entry);
        match entry.kind {
            Some(Kind::Tool | Kind::Llm) => self.action(entry),
            Some(Kind::Measure) => self.metric(entry),
            _ => {}
        }
        entry.children().iter().for_each(|c| self.walk(Some(entry), c));
    }

    /// A head or the first word of a line that is nearly one of those that may stand here.
    fn statement(&mut self, parent: Option<&'s Entry>, entry: &'s Entry) {
        let Some(kind) = parent.and_then(|p| p.kind).filter(|_| entry.kind.is_none()) else {
            return;
        };
        let (word, span) = match (entry.is_line(), entry.slot().map(|s| &s.reading)) {
            (false, _) => (entry.key(), entry.head.span),
            // Words are prose, and prose may begin with anything, but not with a slip of `return` here.
            (true, Some(Reading::Words(text))) if kind == Kind::Fact => {
                (first_word(text), entry.span)
            }
            (true, Some(Reading::Partial(formula, _) | Reading::Formula(formula)))
                if kind == Kind::Fact =>
            {
                (first_word(&formula.text), entry.span)
            }
            _ => return,
        };
        if word.len() < 3 || self.left == 0 {
            return;
        }
        let is_block = matches!(entry.content, Content::Block(_));
        let is_predicate = parent.is_some_and(|p| p.arguments.is_some()) || entry.is_line();
        let known: &'static [&'static str] = match kind {
            Kind::AgentLoop | Kind::EngineeringLoop | Kind::ServiceLoop | Kind::Task => IN_LOOPS,
            Kind::Fact if is_predicate => IN_FACTS,
            Kind::Kernel | Kind::Operator | Kind::Dynamics | Kind::Training | Kind::Experiment => {
                &[]
            }
            _ => return,
        };
        let near = match self.seen.get(&(known.len(), word)) {
            Some(near) => *near,
            None => {
                self.left -= 1;
                let parts = KEYWORDS.iter().filter(|k| k.kind == Kind::Part).map(|k| k.word);
                let near = match known {
                    [] => near(word, parts),
                    known => near(word, known.iter().copied()),
                };
                self.seen.insert((known.len(), word), near);
                near
            }
        };
        let Some(near) = near else { return };
        let message = format!("`{word}` is no word of the language here; did you mean `{near}`?");
        let code = if is_block { UNKNOWN_BLOCK } else { UNKNOWN_KEY };
        self.found.push(
            Diagnostic::warning(code, head_span(entry, word, span), message)
                .because("it is kept and shown, but it decides nothing")
                .repair(format!("write `{near}`, or leave it if it is meant so"))
                .in_file(entry.file),
        );
    }

    /// `tool.rum`
    fn action(&mut self, entry: &Entry) {
        let word = entry.key();
        if !word.contains('.') || ACTIONS.contains(&word) || self.left == 0 {
            return;
        }
        self.left -= 1;
        let Some(near) = near(word, ACTIONS.iter().copied()) else { return };
        self.found.push(
            Diagnostic::warning(
                UNKNOWN_REFERENCE,
                entry.head.span,
                format!("nothing does `{word}`"),
            )
            .because("the step would have nothing to run")
            .repair(format!("did you mean `{near}`?"))
            .in_file(entry.file),
        );
    }

    /// `metric: "tflopps"`
    fn metric(&mut self, entry: &Entry) {
        for slot in entry.slots("metric") {
            let Reading::Name(name) = &slot.reading else { continue };
            let stem = name.rsplit('.').next().unwrap_or(name);
            if self.measures.contains(&stem) || self.left == 0 {
                continue;
            }
            self.left -= 1;
            let Some(near) = near(stem, self.measures.iter().copied()) else { continue };
            self.found.push(
                Diagnostic::warning(
                    UNKNOWN_REFERENCE,
                    slot.span,
                    format!("nothing measures `{name}`"),
                )
                .because("a search compares what the trials report under that name")
                .repair(format!("did you mean `{near}`?"))
                .in_file(entry.file),
            );
        }
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("")
}

fn head_span(entry: &Entry, word: &str, span: Span) -> Span {
    match entry.head.words.first() {
        Some(first) => first.span,
        None => Span::new(span.start, span.start + word.len() as u32),
    }
}

/// The known word that `word` is a slip of; of short ones, one letter. Several of something are no slip.
fn near<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    if known.clone().any(|k| k == word) {
        return None;
    }
    let near = slip(word, known.clone()).or_else(|| {
        let near = suggest(word, known)?;
        (strsim::damerau_levenshtein(word, near) == 1).then_some(near)
    })?;
    let one_is_plural =
        word.strip_suffix('s') == Some(near) || near.strip_suffix('s') == Some(word);
    (!one_is_plural).then_some(near)
}

/// `memory: 12 GiG`: a number and a word that is nearly a unit, where a machine or a problem is described.
pub(super) fn misspelt_unit(parent: Option<Kind>, entry: &Entry) -> Option<Diagnostic> {
    if !matches!(parent, Some(Kind::Hardware | Kind::Workload | Kind::Goal)) {
        return None;
    }
    let slot = entry.slot()?;
    let Reading::Words(text) = &slot.reading else { return None };
    let (number, unit) = text.trim().split_once(char::is_whitespace)?;
    let unit = unit.trim();
    number.parse::<f64>().ok()?;
    let same = |known: &&str| known.eq_ignore_ascii_case(unit);
    // `TFLOPS` is a rate, `TFLOPs` a number of operations; the former stands in descriptions of machines.
    let capitals = |known: &&str| known.bytes().filter(u8::is_ascii_uppercase).count();
    let near = Unit::symbols().filter(same).max_by_key(capitals);
    let near = near.or_else(|| suggest(unit, Unit::symbols()))?;
    Some(
        Diagnostic::warning(UNKNOWN_UNIT, slot.span, format!("`{unit}` is not a unit"))
            .because("the value is kept as a text, and nothing can be calculated with it")
            .repair(format!("did you mean `{number} {near}`?"))
            .in_file(entry.file),
    )
}

/// `confidence: 1.7`: it is a probability.
pub(super) fn impossible_confidence(parent: Option<Kind>, entry: &Entry) -> Option<Diagnostic> {
    if !matches!(parent, Some(Kind::Rule | Kind::Fact)) || entry.key() != "confidence" {
        return None;
    }
    let slot = entry.slot()?;
    let Reading::Literal(value) = &slot.reading else { return None };
    let number = value.as_float().filter(|x| !(0.0..=1.0).contains(x))?;
    let message = format!("a confidence of {number} is none");
    let diagnostic = Diagnostic::warning(BAD_VALUE, slot.span, message)
        .because("it is a probability, from 0 to 1")
        .repair("write a number from 0 to 1, or a percentage with its sign");
    Some(diagnostic.in_file(entry.file))
}
