//! What is learned as text in designs: the style, the bytes that stay, and the way back.

use crate::lab::{Lab, Machine, context, dimension, grid, problem, shared};
use proptest::prelude::*;
use spak_knowledge::{
    Context, Guidance, Learned, WriteError, guidance, learn, read_back, write_back,
};
use spak_records::{Config, Trial, Value};
use spak_syntax::parse;

const QUIET: Machine =
    Machine { drift: 0.02, run: 0.003, sampling: 0.002, interleaved: true, samples: 31 };

pub(crate) fn trials(seed: u64, slow_tile: i64) -> (Vec<Trial>, Context) {
    let dimensions = vec![
        dimension("softmax_scheme", &["naive".into(), "online".into()]),
        dimension("tile_m", &[8, 32, 64].map(Value::Int)),
        dimension("k_latency", &[2, 3].map(Value::Int)),
    ];
    let mut lab = Lab::new(seed, QUIET);
    let configs = grid(&dimensions);
    let truth = |c: &Config| {
        let naive = c.get("softmax_scheme") == Some(&Value::from("naive"));
        let slow = c.get("tile_m") == Some(&Value::Int(slow_tile));
        5e6 * if naive { 3.0 } else { 1.0 } * if slow { 2.3 } else { 1.0 }
    };
    let trials = configs.iter().map(|c| lab.trial(c, truth(c), &problem(true))).collect();
    let mut context = context(dimensions);
    context.seed = configs.first().map(Config::id);
    (trials, context)
}

pub(crate) fn learned(seed: u64) -> (Learned, Context) {
    let (trials, context) = trials(seed, 8);
    (learn(&trials, &context), context)
}

pub(crate) const DESIGN: &str = r#"// A seed.
system Seed {
  design_space { softmax_scheme: ["naive", "online"] }  // what it is

  knowledge {
    // by hand
    fact optimal_elsewhere { description: "kept" }
    rule "Tile Size Heuristic" {
      when: "device == 'NVIDIA GeForce RTX 5070'"
      recommend: "tile_m = 64"   // measured once
    }
  } // end of knowledge
}
"#;

#[test]
fn the_text_is_one_that_a_kernel_engineer_would_sign() {
    let (learned, _) = learned(1);
    let edited = write_back(DESIGN, &learned).expect("a clean design");
    let [edit] = edited.edits.as_slice() else { panic!("one place: {:?}", edited.edits) };
    expect_test::expect_file!["learned.dsl"].assert_eq(&edit.text);
    assert!(edited.replaced.is_empty() && edited.unchanged.is_empty());
    // And the predicate with what was measured there.
    assert_eq!(edited.added.len(), learned.facts.len() + learned.rules.len() + 2);
    let new: Vec<&str> = edit.text.lines().collect();
    assert!(new.len() < 60, "{} lines", new.len());
    // Only a long text of its own may be wider than the page.
    let alone = |line: &&str| line.matches("\"").count() == 2 && line.trim_end().ends_with('"');
    assert!(new.iter().filter(|l| !alone(l)).all(|l| l.chars().count() <= 100), "{new:#?}");
}

#[test]
fn nothing_but_the_insertion_changes() {
    let (learned, _) = learned(1);
    let edited = write_back(DESIGN, &learned).expect("a clean design");
    assert_only_insertions(DESIGN, &edited.edits, &edited.text);
    assert_eq!(edited.edits.len(), 1, "one place in the diff");
    assert!(edited.text.contains("  } // end of knowledge\n}\n"));
}

/// Every edit inserts, and the text without what was inserted is the old one.
pub(crate) fn assert_only_insertions(old: &str, edits: &[spak_syntax::Edit], new: &str) {
    let mut rest = new.to_owned();
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    for edit in sorted {
        assert!(edit.span.is_empty(), "{edit:?}");
        let start = edit.span.start as usize;
        assert!(rest[start..].starts_with(&edit.text));
        rest.replace_range(start..start + edit.text.len(), "");
    }
    assert_eq!(rest, old);
}

#[test]
fn the_second_time_changes_nothing() {
    let (trials, mut context) = trials(1, 8);
    let once = write_back(DESIGN, &learn(&trials, &context)).expect("a clean design");
    context.trace = "run-0002".to_owned();
    context.date = "2026-03-01".to_owned();
    let twice = write_back(&once.text, &learn(&trials, &context)).expect("still clean");
    assert_eq!(twice.text, once.text);
    assert_eq!((twice.edits.len(), twice.added.len(), twice.replaced.len()), (0, 0, 0));
    assert_eq!(twice.unchanged.len(), once.added.len());
}

#[test]
fn a_later_run_on_the_same_machine_mostly_confirms() {
    let (first, _) = learned(1);
    let once = write_back(DESIGN, &first).expect("a clean design");
    let mut touched = 0;
    for seed in 2..22 {
        let (later, _) = learned(seed);
        let again = write_back(&once.text, &later).expect("still clean");
        assert!(again.added.iter().all(|n| n.starts_with("k_latency")), "{:?}", again.added);
        assert_eq!(again.removed, Vec::<String>::new(), "chance takes nothing away");
        // What was measured with changes with whatever was measured.
        let claims = again.replaced.iter().filter(|n| !n.starts_with("measured_"));
        touched += claims.count();
    }
    let all = 20 * (first.facts.len() + first.rules.len());
    eprintln!("{touched} of {all} statements were rewritten by independent runs");
    assert!(touched * 8 < all, "{touched} of {all}");
}

#[test]
fn new_evidence_replaces_the_old_numbers_in_place() {
    let (first, _) = learned(1);
    let once = write_back(DESIGN, &first).expect("a clean design").text;
    // A person comments on what was learned, and adds a key.
    let name = "fact best_prefill_on_xeon_2c {";
    let noted = once.replace(name, &format!("{name} // checked by hand\n      note: \"mine\""));
    assert_ne!(noted, once);
    let (trials, mut context) = trials(9, 32);
    context.trace = "run-0009".to_owned();
    let second = learn(&trials, &context);
    let again = write_back(&noted, &second).expect("still clean");
    let effect = "tile_m_effect_prefill_on_xeon_2c";
    assert!(again.replaced.iter().any(|n| n == effect), "{:?}", again.replaced);
    assert!(again.text.contains("// checked by hand\n      note: \"mine\""));
    assert_eq!(again.text.matches(&format!("fact {effect} {{")).count(), 1);
    assert!(again.text.contains("trace run-0009"));
    let settled = write_back(&again.text, &second).expect("still clean");
    assert_eq!(settled.text, again.text);
    assert!(!again.text.contains("tile_m = 8'"), "the advice against it is gone: {}", again.text);
}

#[test]
fn what_a_person_wrote_under_the_same_name_is_left_to_them() {
    let (learned, _) = learned(1);
    let name = "best_prefill_on_xeon_2c";
    let design = format!("system S {{\n\tknowledge {{\n\t\tfact {name} {{ a: 1 }}\n\t}}\n}}\n");
    let edited = write_back(&design, &learned).expect("clean");
    assert!(edited.text.contains(&format!("\t\tfact {name} {{ a: 1 }}\n")));
    assert!(edited.added.contains(&format!("{name}_learned")));
    assert!(edited.text.contains("\t\t\tdescription: "), "tabs stay tabs");
    let again = write_back(&edited.text, &learned).expect("clean");
    assert_eq!(again.text, edited.text);
}

#[test]
fn a_design_without_knowledge_gets_some_at_the_end_of_the_system() {
    let (learned, _) = learned(1);
    for (design, begins) in [
        (
            "system S {\n  model { x: 1 }\n}\n",
            "system S {\n  model { x: 1 }\n\n  knowledge {\n    fact ",
        ),
        ("system S { }", "system S { \n    knowledge {\n        fact "),
        ("system S { knowledge { } }", "system S { knowledge { \n    fact "),
        (
            "design_space {\r\n  a: [1]\r\n}\r\n",
            "design_space {\r\n  a: [1]\r\n}\r\n\r\nknowledge {\r\n  fact ",
        ),
        ("", "knowledge {\n    fact "),
        ("// only a comment", "// only a comment\nknowledge {\n    fact "),
    ] {
        let edited = write_back(design, &learned).expect(design);
        assert!(edited.text.starts_with(begins), "{}", &edited.text[..200]);
        assert_eq!(edited.text.contains("\r\n"), design.contains("\r\n"));
        let again = write_back(&edited.text, &learned).expect(design);
        assert_eq!(again.text, edited.text);
    }
}

#[test]
fn a_broken_design_is_not_touched() {
    let (learned, _) = learned(1);
    let broken = "system S {\n    knowledge {\n        fact x { a: 1 \n    }\n}\n";
    assert!(matches!(write_back(broken, &learned), Err(WriteError::Unreadable(_))));
}

/// Decides formulas made of `name == literal` and `&&` only.
fn decide(context: &Context, formula: &str) -> Option<bool> {
    let symbols = context.symbols();
    let mut all = true;
    for term in formula.split(" && ") {
        let (name, value) = term.split_once(" == ")?;
        let (_, own) = symbols.iter().find(|(n, _)| n == name)?;
        all &= own.to_string() == value.trim_matches(['\'', '"']);
    }
    Some(all)
}

pub(crate) fn advice(design: &str, context: &Context) -> Guidance {
    guidance(&read_back(design), &|formula| decide(context, formula), &|_| None)
}

#[test]
fn what_was_written_is_read_back_as_advice() {
    let (learned, context) = learned(1);
    let edited = write_back(DESIGN, &learned).expect("a clean design");
    let advice = advice(&edited.text, &context);
    let chosen: Vec<(String, Value)> =
        advice.recommended.iter().map(|c| (c.name.clone(), c.value.clone())).collect();
    let expected: Vec<(String, Value)> =
        learned.rules.iter().filter_map(|r| r.recommend.clone()).collect();
    assert_eq!(chosen, expected);
    let avoid: Vec<_> = advice.avoid.iter().map(|(terms, _)| terms.clone()).collect();
    let expected: Vec<_> = learned.rules.iter().flat_map(|r| r.avoid.clone()).collect();
    assert_eq!(avoid, expected);
    assert!(!expected.is_empty());
    let rules = read_back(&edited.text);
    let formula = context.scope().formula();
    let learned_rules = || rules.iter().filter(|k| k.learned);
    assert!(learned_rules().all(|k| k.when.as_ref() == Some(&formula)), "{rules:#?}");
    let [(start, _)] = advice.starts.as_slice() else { panic!("{:?}", advice.starts) };
    let Some(spak_knowledge::Finding::Optimal(best)) = learned.facts.first().map(|f| &f.finding)
    else {
        panic!("no optimum")
    };
    assert_eq!(start, &best.config);
    assert!(advice.undecided.is_empty() && advice.prose.is_empty());
    // On another machine nothing of it holds, and the rule of the other machine does.
    let mut other = context.clone();
    other.device.name = "NVIDIA GeForce RTX 5070".to_owned();
    let there = self::advice(&edited.text, &other);
    assert!(there.starts.is_empty() && there.avoid.is_empty());
    let by: Vec<&str> = there.recommended.iter().map(|c| c.by.as_str()).collect();
    assert_eq!(by, ["Tile Size Heuristic"]);
}

#[test]
fn rules_of_the_prototype_are_advice_as_far_as_they_are_formal() {
    let Some(shared) = shared() else {
        eprintln!("SKIPPED: the prototype's designs are not beside the repository");
        return;
    };
    let folder = shared.join("corpus/prototype/examples/KernelEngineer/FMHAv4");
    let text = std::fs::read_to_string(folder.join("fmha_system_v4.dsl")).expect("v4");
    let known = read_back(&text);
    let holds = |formula: &str| match formula {
        "device == 'NVIDIA GeForce RTX 5070'" | "num_heads > num_head_kv" => Some(true),
        "k_len % tile_n != 0" => Some(false),
        _ => None,
    };
    let value = |text: &str| (text == "5 if causal else 4").then_some(Value::Int(5));
    let advice = guidance(&known, &holds, &value);
    let shown: Vec<String> = advice
        .recommended
        .iter()
        .map(|c| format!("{} = {} by {}", c.name, c.value, c.by))
        .collect();
    expect_test::expect![[r#"
        k_load_latency = 2 by Blackwell TMA Pipelining
        v_load_latency = 5 by Blackwell TMA Pipelining
        tile_m = 64 by Tile Size Heuristic
        attention_variant = GQA by GQA Mapping"#]]
    .assert_eq(&shown.join("\n"));
    assert_eq!(
        advice.undecided,
        [("TMA Optimization".to_owned(), "load_latency_strategy == 'tma_optimized'".to_owned())]
    );
    let text = std::fs::read_to_string(folder.join("fmha_system_v3.dsl")).expect("v3");
    let advice = guidance(&read_back(&text), &|_| Some(true), &|_| None);
    let shown: Vec<String> = advice
        .recommended
        .iter()
        .map(|c| format!("{} = {} by {}", c.name, c.value, c.by))
        .collect();
    expect_test::expect![[r#"
        mask_fusion = fused_qk by Memory Bottleneck → Fuse QK and PV
        tile_m = 64 by RTX50 Series Tile Size Heuristic
        tile_n = 64 by RTX50 Series Tile Size Heuristic"#]]
    .assert_eq(&shown.join("\n"));
    assert_eq!(advice.prose.len(), 1, "{:?}", advice.prose);
}

#[test]
fn every_readable_design_of_the_corpus_can_be_written_to_and_keeps_its_bytes() {
    let Some(shared) = shared() else {
        eprintln!("SKIPPED: the corpus is not beside the repository");
        return;
    };
    let (learned, _) = learned(1);
    let mut open = vec![shared.join("corpus")];
    let (mut written, mut refused) = (0, 0);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "dsl") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            match write_back(&text, &learned) {
                Ok(edited) => {
                    assert_only_insertions(&text, &edited.edits, &edited.text);
                    assert!(parse(&edited.text).diagnostics.is_empty());
                    let again = write_back(&edited.text, &learned).expect("clean");
                    assert_eq!(again.text, edited.text, "{}", path.display());
                    let expected = learned.rules.len() + 1;
                    let found = read_back(&edited.text).iter().filter(|k| k.learned).count();
                    assert_eq!(found, expected, "{}", path.display());
                    written += 1;
                }
                Err(WriteError::Unreadable(_)) => refused += 1,
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
    eprintln!("{written} designs written to, {refused} with errors refused");
    assert!(written >= 30 && refused <= 5, "{written} {refused}");
}

/// A system with blocks, comments and odd layout.
fn designs() -> impl Strategy<Value = String> {
    let indent = prop::sample::select(vec!["  ", "    ", "\t", ""]);
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    let line = prop::sample::select(vec![
        "model { type T matches { a: int } }",
        "design_space {NL>softmax_scheme: [\"naive\", \"online\"] // 예NL}",
        "// a comment with a brace {",
        "/* fact x { */",
        "knowledge { }",
        "knowledge {NL>// nothing yetNL}",
        "knowledge {NL>fact a { b: 1, c: \"}\" }NL>rule \"r\" { when: \"x == 1\" }NL}",
        "knowledge { fact a { b: 1 } }",
        "objective: \"fast\"",
        "agent_loop L { step \"s\" { llm.query { prompt: \"\"\"a { b\"\"\" } } }",
        "",
    ]);
    let lines = prop::collection::vec(line, 0..7);
    let wrapped = any::<bool>();
    (indent, newline, lines, wrapped).prop_map(|(indent, newline, lines, wrapped)| {
        let outer = if wrapped { indent } else { "" };
        let body: String = lines
            .iter()
            .map(|l| {
                let inner = format!("{newline}{outer}{indent}");
                let l = l.replace("NL>", &inner).replace("NL", &format!("{newline}{outer}"));
                format!("{outer}{l}{newline}")
            })
            .collect();
        if wrapped { format!("system S {{{newline}{body}}}{newline}") } else { body }
    })
}

proptest! {
    #[test]
    fn any_layout_keeps_its_bytes_and_settles_at_once(design in designs()) {
        let (learned, _) = learned(1);
        prop_assume!(parse(&design).diagnostics.is_empty());
        let edited = write_back(&design, &learned).expect("clean");
        assert_only_insertions(&design, &edited.edits, &edited.text);
        prop_assert!(parse(&edited.text).diagnostics.is_empty());
        let again = write_back(&edited.text, &learned).expect("clean");
        prop_assert_eq!(&again.text, &edited.text);
        let (other, _) = {
            let (trials, context) = trials(9, 32);
            (learn(&trials, &context), context)
        };
        let changed = write_back(&edited.text, &other).expect("clean");
        prop_assert!(parse(&changed.text).diagnostics.is_empty());
        prop_assert_eq!(
            &write_back(&changed.text, &other).expect("clean").text,
            &changed.text
        );
    }

    #[test]
    fn any_text_is_refused_or_edited_without_panic(text in "[ -~\n\"{}:#/가]{0,120}") {
        let (learned, _) = learned(1);
        let _ = read_back(&text);
        if let Ok(edited) = write_back(&text, &learned) {
            assert_only_insertions(&text, &edited.edits, &edited.text);
        }
    }
}
