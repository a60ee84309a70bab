//! The design that a transfer begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use spak_ontology::{Ontology, Side};
use spak_records::Value;
use spak_records::transfer_report::TransferItem;

use super::{Source, Transferred};
use crate::ontology::Described;

/// A size that nobody told of.
const UNTOLD: i64 = 1024;

/// A design of the target called `name`: axes and parameters that the source's design names, with the values of it that the
/// target can have, its conditions, and as comments what a person has to add or to look at.
pub(crate) fn draft(
    ontology: &Ontology,
    name: &str,
    source: &Source,
    target: &Described,
    transferred: &Transferred,
) -> String {
    let report = &transferred.report;
    let mut text = format!(
        "// Begun from {} ({}): what its design says of {}, through what names mean.\n",
        source.file, report.source.operator, target.operator
    );
    let _ = writeln!(
        text,
        "// Lines that begin with `// ?` are for a person to decide; a template's first value counts until then."
    );
    let _ = writeln!(text, "system {name} {{");
    for library in &source.libraries {
        let _ = writeln!(text, "    import \"{library}\"");
    }
    workload(&mut text, source, target);
    let chosen = chosen(ontology, source, &target.side, &report.items);
    for (head, kind) in [("design_space", "axis"), ("tuning_space", "parameter")] {
        let _ = writeln!(text, "\n    {head} {{");
        for item in report.items.iter().filter(|item| item.kind == kind) {
            if let Some((values, is_told)) = chosen.get(item.name.as_str()) {
                if !is_told {
                    let from = item.from.join(", ");
                    let _ = writeln!(text, "        // ? as {from} there, with other values");
                }
                let _ = writeln!(text, "        {}: [{}]", item.name, listed(values, kind));
            } else if item.found == "missing" {
                let all = listed(&item.values, kind);
                let _ = writeln!(text, "        // ? {}: [{all}]", item.name);
            }
        }
        let _ = writeln!(text, "    }}");
    }
    let names: BTreeSet<&str> = chosen.keys().copied().collect();
    conditions(&mut text, source, target, transferred, &names);
    text.push_str("}\n");
    text
}

fn workload(text: &mut String, source: &Source, target: &Described) {
    let _ = writeln!(text, "\n    workload start {{\n        operator: {}", target.operator);
    for (size, dimensions) in &target.side.maps.0 {
        let same = source.side.maps.0.iter().filter(|(own, all)| {
            source.sizes.contains_key(*own) && all.iter().any(|one| dimensions.contains(one))
        });
        // What is nearest in meaning has the most in common.
        let nearest = same.max_by_key(|(_, all)| {
            let common = all.iter().filter(|one| dimensions.contains(one)).count();
            (common, std::cmp::Reverse(all.len()))
        });
        let value = nearest.and_then(|(own, _)| source.sizes.get(own)).and_then(Value::as_int);
        match (value, nearest) {
            (Some(value), Some((own, _))) => {
                let _ = writeln!(text, "        // ? as `{own}` there\n        {size}: {value}");
            }
            _ => {
                let _ = writeln!(text, "        // ? not told\n        {size}: {UNTOLD}");
            }
        }
    }
    if let Some(dtype) = source.sizes.get("dtype").and_then(Value::as_text) {
        let _ = writeln!(text, "        dtype: \"{dtype}\"");
    }
    text.push_str("    }\n");
}

/// For each of the target's dimensions that the source's design names, the values of the design that it can have and `true`; all
/// that the source knows of where there is no design. Where they have no value in common it is all of the target's, and `false`.
fn chosen<'i>(
    ontology: &Ontology,
    source: &Source,
    target: &Side,
    items: &'i [TransferItem],
) -> BTreeMap<&'i str, (Vec<String>, bool)> {
    let mut chosen = BTreeMap::new();
    for item in items.iter().filter(|item| item.found != "not-there") {
        let concept = item.concept.as_deref().and_then(|name| ontology.concept(name));
        let first = |value: &str| concept.map_or(value, |c| c.value(value)).to_owned();
        let named: Vec<&Vec<String>> =
            item.from.iter().filter_map(|name| source.wanted.get(name)).collect();
        let wanted: BTreeSet<String> =
            named.iter().flat_map(|values| values.iter()).map(|value| first(value)).collect();
        let is_wanted = |value: &&String| match source.wanted.is_empty() {
            true => item.foreseen.contains(value),
            false => wanted.contains(&first(value)),
        };
        let there = target.dimension(&item.name).map(|d| d.values.as_slice()).unwrap_or_default();
        let values: Vec<String> = there.iter().filter(is_wanted).cloned().collect();
        if !values.is_empty() {
            chosen.insert(item.name.as_str(), (values, true));
        } else if !named.is_empty() {
            chosen.insert(item.name.as_str(), (there.to_vec(), false));
        }
    }
    chosen
}

fn conditions(
    text: &mut String,
    source: &Source,
    target: &Described,
    transferred: &Transferred,
    names: &BTreeSet<&str>,
) {
    let all = transferred.carried.iter().zip(&transferred.report.conditions);
    // Those of templates come with the target's own templates.
    for (number, (carried, _)) in all.enumerate().skip(source.of_templates) {
        let reason = literal(&carried.reason);
        match &carried.said {
            Ok(said) if !is_sayable(said, target, names) => {
                let _ = writeln!(text, "\n    // ? require: {said}");
            }
            Ok(said) => {
                let _ = writeln!(
                    text,
                    "\n    constraint \"carried over {}\" {{\n        require: {said}\n        reason: {reason}\n    }}",
                    number + 1 - source.of_templates
                );
            }
            Err(why) => {
                let source = carried.text.replace('\n', " ");
                let _ = writeln!(text, "\n    // ? `{source}` of the source: {why}");
            }
        }
    }
    if !target.has_templates {
        let _ = writeln!(
            text,
            "\n    // ? there are no templates for {}: kernels are to be brought along",
            target.operator
        );
    }
}

/// Whether a condition is about nothing that the draft leaves to the target's templates.
fn is_sayable(said: &str, target: &Described, names: &BTreeSet<&str>) -> bool {
    let free = spak_expr::parse(said, 0).expr.map(|expr| spak_expr::free_names(&expr));
    let is_there =
        |name: &String| target.side.dimension(name).is_none() || names.contains(name.as_str());
    free.is_some_and(|free| free.iter().all(is_there))
}

fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

/// Values as a list has them: numbers of parameters bare, words in quotes.
fn listed(values: &[String], kind: &str) -> String {
    let written = |value: &String| match kind == "parameter" && value.parse::<f64>().is_ok() {
        true => value.clone(),
        false => literal(value),
    };
    values.iter().map(written).collect::<Vec<_>>().join(", ")
}
