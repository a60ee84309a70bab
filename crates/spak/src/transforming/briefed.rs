//! What an architect is told: the goal, the machine, the seed as the model has it, and what is known.

use spak_expr::{Env, ExprKind, Value};
use spak_model::entry::{Content, Entry};
use spak_model::normal::{slot_text, text};
use spak_model::system::{Record, Rule, System};
use spak_model::vocabulary::Kind;
use spak_model::{Resolved, resolve};
use spak_rules::Base;
use spak_syntax::FileId;
use spak_transform::card::{Function, card};
use spak_transform::prompt::Brief;

use super::{Begun, Draft, Transformed, asked, imports};
use crate::gpu::design::CUTILE;
use crate::ontology::{self, NoFiles};
use crate::verbs::library::LIBRARIES;

/// Values of an axis that are shown; a list of more is a range.
const SHOWN: usize = 16;

/// All of it, for a seed that has its goal and its machine.
pub(super) fn brief(begun: &Begun<'_, '_>, seed: &Resolved, by_rules: &Transformed) -> Brief {
    let operator = begun.goal.operator.as_deref();
    let own = of_the_seed(&seed.entries);
    let record = begun.machine.map(|machine| &machine.record);
    Brief {
        goal: begun.goal.block(""),
        machine: record.map(figures).unwrap_or_default(),
        seed: text(&own),
        axes: operator.map(axes).unwrap_or_default(),
        known: known(begun, &by_rules.text),
        proposed: proposed(by_rules),
        card: card(&functions()),
    }
}

/// What stands in the seed's own file; the goal is told apart from it.
fn of_the_seed(entries: &[Entry]) -> Vec<Entry> {
    let own = |entry: &&Entry| entry.file == FileId(0) && entry.kind != Some(Kind::Goal);
    entries
        .iter()
        .filter(own)
        .map(|entry| {
            let mut entry = entry.clone();
            if entry.kind == Some(Kind::System)
                && let Content::Block(children) = &mut entry.content
            {
                *children = of_the_seed(children);
            }
            entry
        })
        .collect()
}

/// The figures of a machine, as a description has them.
fn figures(record: &Record) -> Vec<(String, String)> {
    let fields = record.fields.iter();
    fields.map(|(name, slot)| (name.clone(), slot_text(slot))).collect()
}

fn functions() -> Vec<Function> {
    let all = spak_expr::builtins::BUILTINS.iter();
    let function = |one: &spak_expr::builtins::Builtin| Function {
        name: one.name.to_owned(),
        summary: one.summary.to_owned(),
    };
    all.map(function).collect()
}

/// What templates can choose for an operator, as a space: those for a GPU, else those for this machine's processor.
fn axes(operator: &str) -> String {
    let ontology = ontology::standard_ontology();
    let side = [CUTILE, "c"].into_iter().find_map(|backend| {
        let side = ontology::family_side(ontology, backend, operator).ok()?;
        (!side.dimensions.is_empty()).then_some(side)
    });
    let Some(side) = side else { return String::new() };
    let mut text = String::new();
    for (is_axis, block) in [(true, "design_space"), (false, "tuning_space")] {
        text.push_str(&format!("{block} {{\n"));
        for one in side.dimensions.iter().filter(|one| one.is_axis == is_axis) {
            let values = one.values.iter().take(SHOWN).map(|value| match value.parse::<f64>() {
                Ok(_) => value.clone(),
                Err(_) if value == "true" || value == "false" => value.clone(),
                Err(_) => format!("\"{value}\""),
            });
            let values: Vec<String> = values.collect();
            text.push_str(&format!("    {}: [{}]\n", one.name, values.join(", ")));
        }
        text.push_str("}\n");
    }
    text
}

fn proposed(by_rules: &Transformed) -> Vec<String> {
    let changes = by_rules.report.changes.iter();
    let changes = changes.filter(|change| matches!(change.what.as_str(), "added" | "extended"));
    changes
        .map(|change| {
            let values = match change.values.as_slice() {
                [] => String::new(),
                values => format!(": {}", values.join(", ")),
            };
            format!("`{}`{values} ({})", change.name, change.reason)
        })
        .collect()
}

/// Rules that the libraries of the machine have, and that may hold there.
fn known(begun: &Begun<'_, '_>, with_rules: &str) -> Vec<String> {
    let draft = Draft { path: begun.draft.path, text: with_rules.to_owned() };
    let (resolved, _) = draft.read();
    let base = asked::situation(begun, &resolved);
    let mut found = Vec::new();
    for (name, text) in LIBRARIES {
        let is_asked = name.starts_with("std/knowledge/") && imports(&resolved, name);
        if !is_asked {
            continue;
        }
        let system = System::of(&resolve(FileId(0), text, &mut NoFiles).entries);
        let rules = system.rules.iter().filter(|rule| may_hold(rule, &base));
        found.extend(rules.map(|rule| said(rule, name)));
    }
    found
}

/// Whether no condition of a rule is known to fail.
fn may_hold(rule: &Rule, base: &Base) -> bool {
    struct Known<'a>(&'a Base);
    impl Env for Known<'_> {
        fn lookup(&self, name: &str) -> Option<Value> {
            self.0.values.get(name).map(|known| known.value.clone())
        }
    }
    let fails = |text: &str| {
        let Some(expr) = spak_expr::parse(text, 0).expr else { return false };
        let left = spak_expr::partial(&expr, &Known(base));
        matches!(left.kind, ExprKind::Bool(false))
    };
    !rule.when.iter().any(|slot| fails(&slot_text(slot)))
}

/// A rule in a line.
fn said(rule: &Rule, library: &str) -> String {
    let all = |slots: &[spak_model::SlotReading]| {
        let texts: Vec<String> = slots.iter().map(slot_text).collect();
        texts.join(" and ")
    };
    let then: Vec<String> =
        rule.then.iter().map(|(key, slot)| format!("{key} {}", slot_text(slot))).collect();
    let reason = rule.fields.iter().find(|(key, _)| key == "reason");
    let reason = reason.map(|(_, slot)| format!(": {}", slot_text(slot))).unwrap_or_default();
    format!("{}: when {}, {}{reason} [{library}]", rule.name, all(&rule.when), then.join(", "))
}
