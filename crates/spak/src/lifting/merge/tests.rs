//! Random findings into random designs: nothing of a design goes, a second run changes nothing, layout stays what it was.

use proptest::prelude::*;
use spak_model::system::System;
use spak_syntax::{Diagnostic, FileId, Severity};

use super::{Design, Merged, known, merge};
use crate::lifting::parts::{Axis, Parts, Statement, quoted};

struct NoFiles;

impl spak_model::Files for NoFiles {
    fn load(&mut self, _: FileId, spec: &str) -> Result<(FileId, String), String> {
        Err(format!("there is no {spec}"))
    }
}

fn check(text: &str) -> Vec<Diagnostic> {
    let resolved = spak_model::resolve(FileId(0), text, &mut NoFiles);
    let mut found = resolved.diagnostics;
    found.extend(spak_model::check::check(&resolved.entries, text));
    found
}

fn merged(text: &str, parts: &Parts) -> anyhow::Result<Merged> {
    let resolved = spak_model::resolve(FileId(0), text, &mut NoFiles);
    let design = Design { text, file: FileId(0), entries: &resolved.entries };
    merge(&design, parts, &mut check)
}

const VALUES: &[&str] = &["online", "two_pass", "unset", "1", "2", "64", "true", "false", "1.5"];

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(VALUES).prop_map(str::to_owned)
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(value(), 1..3).prop_map(|set| set.into_iter().collect())
}

fn fact(name: String, reason: &str) -> Statement {
    let entries = vec![("reason", quoted(reason)), ("source", quoted("k.py:1, 2"))];
    Statement { keyword: "fact", name, entries }
}

fn parts() -> impl Strategy<Value = Parts> {
    let axes = prop::collection::vec((0..5_u8, values(), values()), 0..4);
    let parameters = prop::collection::vec((0..3_u8, values()), 0..2);
    let texts = prop::collection::vec("[a-z]{1,8}( [a-z\"\\\\]{1,8}){0,3}", 0..3);
    let family = prop::option::of(Just("softmax".to_owned()));
    (axes, parameters, texts, family).prop_map(|(axes, parameters, texts, family)| {
        let mut all: Vec<Axis> = Vec::new();
        for (at, values, mut others) in axes {
            let name = format!("axis_{at}");
            others.retain(|value| !values.contains(value));
            if all.iter().all(|known| known.name != name) {
                all.push(Axis { name, values, others, lines: vec![3, 14] });
            }
        }
        let mut known: Vec<(String, Vec<String>)> = Vec::new();
        for (at, values) in parameters {
            let name = format!("TILE_{at}");
            if known.iter().all(|(other, _)| *other != name) {
                known.push((name, values));
            }
        }
        let invariant = |(at, text): (usize, &String)| Statement {
            keyword: "invariant",
            name: format!("Source_{}", at + 1),
            entries: vec![("assert", quoted(text)), ("source", quoted("k.py:7"))],
        };
        Parts {
            source: "k.py".to_owned(),
            family,
            facts: all
                .iter()
                .flat_map(|axis| axis.values.iter().map(move |value| (axis, value)))
                .map(|(axis, value)| fact(format!("{} is {value}", axis.name), "it is so"))
                .collect(),
            axes: all,
            parameters: known,
            configs: Vec::new(),
            invariants: texts.iter().enumerate().map(invariant).collect(),
            hazards: texts.iter().map(|text| fact("dead".to_owned(), text)).collect(),
        }
    })
}

/// A design as people write them.
fn design() -> impl Strategy<Value = String> {
    let list = prop::sample::select(vec![
        "[\"online\", \"two_pass\"]    // mine",
        "[\n            \"online\",   // first\n            \"other\",\n        ]",
        "[1, 2, 4]",
        "[64]",
        "[true, false]",
        "int range [0, 4]",
        "1..8",
        "\"online\" | \"two_pass\"",
        "bool",
    ]);
    let lines = prop::collection::btree_map(0..5_u8, list.clone(), 0..4);
    let tuned = prop::collection::btree_map(0..3_u8, list, 0..3);
    let more = prop::sample::subsequence(
        vec![
            "    // A comment of mine.\n",
            "    workload Rows { operator: \"softmax\", rows: 64 }\n",
            "    workload Rows {\n        rows: 64\n    }\n",
            "    constraint \"mine\" { require: axis_0 != \"online\" }\n",
            "    constraint { require: axis_1 != 2 or axis_2 == 1 }\n",
            "    constraint { require: TILE_0 < 64 }\n",
            "    knowledge {\n        fact \"axis_0 is two_pass\" {\n            reason: \"seen\"\n        }\n    }\n",
            "    knowledge {\n    }\n",
            "    tuning_space { TILE_1: [2] }\n",
        ],
        0..6,
    );
    (lines, tuned, more, any::<bool>(), any::<bool>()).prop_map(
        |(lines, tuned, more, tabs, crlf)| {
            let mut text = "// Written by hand.\nsystem K {\n".to_owned();
            let mut block = |head: &str, lines: Vec<String>| {
                if !lines.is_empty() {
                    text.push_str(&format!("    {head} {{\n"));
                    lines.iter().for_each(|line| text.push_str(&format!("        {line}\n")));
                    text.push_str("    }\n");
                }
            };
            block(
                "design_space",
                lines.iter().map(|(at, list)| format!("axis_{at}: {list}")).collect(),
            );
            block(
                "tuning_space",
                tuned.iter().map(|(at, list)| format!("TILE_{at}: {list}")).collect(),
            );
            more.iter().for_each(|part| text.push_str(part));
            text.push_str("}\n");
            if tabs {
                text = text.replace("    ", "  ");
            }
            if crlf { text.replace('\n', "\r\n") } else { text }
        },
    )
}

fn is_formatted(text: &str) -> bool {
    spak_syntax::format(text).text == text
}

fn errors(text: &str) -> usize {
    check(text).iter().filter(|one| one.severity == Severity::Error).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_there_stays_and_a_second_run_changes_nothing(text in design(), parts in parts()) {
        let first = merged(&text, &parts).unwrap();
        // Without what was inserted it is the old text, byte for byte.
        let mut back = first.text.clone();
        let mut edits = first.edits.clone();
        prop_assert!(edits.iter().all(|edit| edit.span.start == edit.span.end), "{edits:?}");
        edits.sort_by_key(|edit| edit.span.start);
        for edit in edits.iter() {
            // All insertions before it have been taken out again.
            let start = edit.span.start as usize;
            prop_assert_eq!(&back[start..start + edit.text.len()], edit.text.as_str());
            back.replace_range(start..start + edit.text.len(), "");
        }
        prop_assert_eq!(&back, &text);
        prop_assert!(errors(&first.text) <= errors(&text), "{}", first.text);
        if is_formatted(&text) {
            prop_assert!(is_formatted(&first.text), "{}", first.text);
        }

        let second = merged(&first.text, &parts).unwrap();
        prop_assert_eq!(&second.text, &first.text);
        prop_assert!(second.added.is_empty(), "{:?}", second.added);

        // What the source has is a value now, or it is said why not.
        let resolved = spak_model::resolve(FileId(0), &first.text, &mut NoFiles);
        let system = System::of(&resolved.entries);
        for axis in &parts.axes {
            for value in &axis.values {
                let is_there = system.dimension(&axis.name).is_some_and(|d| known::has(&d.domain, value));
                let is_said = first.conflicts.iter().any(|one| one.message.contains(&axis.name));
                prop_assert!(is_there || is_said, "{} = {value}\n{}", axis.name, first.text);
            }
        }
    }
}

#[test]
fn what_was_lifted_from_lines_that_have_changed_is_kept_and_said() {
    let mut parts = Parts {
        source: "k.py".to_owned(),
        family: None,
        axes: Vec::new(),
        parameters: Vec::new(),
        configs: Vec::new(),
        invariants: Vec::new(),
        facts: vec![fact("axis_0 is online".to_owned(), "it is so")],
        hazards: Vec::new(),
    };
    let first = merged("system K {\n}\n", &parts).unwrap();
    parts.facts[0].entries[1].1 = quoted("k.py:5");
    let second = merged(&first.text, &parts).unwrap();
    assert_eq!(second.text, first.text);
    assert_eq!(second.conflicts.len(), 1);
    assert!(second.conflicts[0].message.contains("says something else"), "{:?}", second.conflicts);
}

#[test]
fn designs_that_cannot_be_added_to_are_refused() {
    let parts = Parts {
        source: "k.py".to_owned(),
        family: Some("softmax".to_owned()),
        axes: Vec::new(),
        parameters: Vec::new(),
        configs: Vec::new(),
        invariants: Vec::new(),
        facts: Vec::new(),
        hazards: Vec::new(),
    };
    for (text, why) in [
        ("system K { tuning_space { a: [1] } }\n", "stands on one line"),
        ("system K {\n    tuning_space {\n", "errors"),
    ] {
        let error = merged(text, &parts).map(|merged| merged.text).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}
