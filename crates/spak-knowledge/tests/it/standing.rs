//! What stands in a design when a later step writes: scopes, contradictions, lines that are shared.

use crate::design_text::{DESIGN, advice, assert_only_insertions, learned, trials};
use spak_knowledge::{learn, read_back, write_back};

const SCOPE: &str = "prefill_on_xeon_2c";

#[test]
fn another_scope_of_the_same_name_gets_digits_and_keeps_them() {
    let (trials, context) = trials(1, 8);
    let once = write_back(DESIGN, &learn(&trials, &context)).expect("a clean design").text;
    let mut other = context.clone();
    other.toolchain.compiler = "clang".to_owned();
    let there = learn(&trials, &other);
    let both = write_back(&once, &there).expect("still clean");
    assert_only_insertions(&once, &both.edits, &both.text);
    let name = both.added.last().expect("a predicate").clone();
    let digits = name.strip_prefix(&format!("{SCOPE}_")).expect("the same name and digits");
    assert!(digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    assert!(both.added.iter().all(|n| n.ends_with(&name)), "{:?}", both.added);
    let again = write_back(&both.text, &there).expect("still clean");
    assert_eq!(again.text, both.text);
    // Each machine reads its own.
    let here: Vec<String> = advice(&both.text, &context).starts.into_iter().map(|s| s.1).collect();
    assert_eq!(here, [format!("best_{SCOPE}")]);
    let there: Vec<String> = advice(&both.text, &other).starts.into_iter().map(|s| s.1).collect();
    assert_eq!(there, [format!("best_{name}")]);
}

#[test]
fn a_predicate_that_a_person_renamed_keeps_its_name() {
    let (learned, context) = learned(1);
    let once = write_back(DESIGN, &learned).expect("a clean design").text;
    let renamed =
        once.replace(SCOPE, "at_home").replace(" && cores == 2", "\n        && cores == 2");
    let again = write_back(&renamed, &learned).expect("still clean");
    assert_eq!(again.text, renamed);
    assert_eq!(advice(&renamed, &context).starts.len(), 1);
}

#[test]
fn what_is_contradicted_is_taken_out_unless_a_person_wrote_into_it() {
    let (first, context) = learned(1);
    let once = write_back(DESIGN, &first).expect("a clean design").text;
    let rule = format!("rule \"tile_m on {SCOPE}\" {{");
    assert!(once.contains(&rule));
    // The same machine shows later that the tile makes no difference at all.
    let (later, _) = trials(4, 0);
    let second = learn(&later, &context);
    let again = write_back(&once, &second).expect("still clean");
    assert_eq!(again.removed, [format!("tile_m on {SCOPE}")]);
    assert!(!again.text.contains(&rule) && !again.text.contains("\n\n\n"), "{}", again.text);
    assert!(again.text.contains("kind: \"no_effect\""), "{}", again.text);
    assert!(!again.text.contains("speedup_over_8"), "{}", again.text);
    assert_eq!(write_back(&again.text, &second).expect("clean").text, again.text);
    let noted = once.replace(&rule, &format!("{rule} // seen elsewhere too"));
    let kept = write_back(&noted, &second).expect("still clean");
    assert!(kept.removed.is_empty() && kept.text.contains("// seen elsewhere too"));
    // Noise is no contradiction.
    let mut few = later.clone();
    few.truncate(2);
    let silent = write_back(&once, &learn(&few, &context)).expect("still clean");
    assert!(silent.removed.is_empty() && silent.text.contains(&rule));
}

#[test]
fn a_few_trials_do_not_make_a_design_forget_what_many_have_shown() {
    let (all, context) = trials(1, 8);
    let once = write_back(DESIGN, &learn(&all, &context)).expect("a clean design").text;
    // A fresh copy of the design without its trace: one trial, and it is the slowest.
    let mut few = all.clone();
    few.truncate(1);
    let again = write_back(&once, &learn(&few, &context)).expect("still clean");
    assert_eq!(again.text, once);
    assert_eq!(again.known_better, [(SCOPE.to_owned(), all.len() as u64, 1)]);
    assert!(again.replaced.is_empty() && again.removed.is_empty());
    // As many trials are a reason.
    let (others, _) = trials(5, 8);
    let later = write_back(&once, &learn(&others, &context)).expect("still clean");
    assert!(later.known_better.is_empty());
}

#[test]
fn pairs_that_share_a_line_come_and_go_one_by_one() {
    let (learned, _) = learned(1);
    let once = write_back(DESIGN, &learned).expect("a clean design").text;
    let rule = once.find("    rule \"tile_m on").expect("the rule");
    let (head, tail) = once.split_at(rule);
    for (from, to) in [
        (", avoid: \"tile_m = 8\"", ""),
        (", avoid: \"tile_m = 8\"", ", avoid: \"tile_m = 8\", avoid: \"tile_m = 9\""),
        ("influence: 2.31, ", "reason: \"x\", influence: 2.31, stage: \"y\", "),
        ("recommend: ", "reason: \"a\", stage: \"z\", recommend: "),
        (", confidence: 0.83", ", confidence: 0.83, reason: \"x\", stage: \"y\""),
        ("evidence:", "reason: \"x\"\n      evidence:"),
        ("evidence:", "reason: \"x\", stage: \"y\"\n      note: \"kept\", evidence:"),
    ] {
        let changed = format!("{head}{}", tail.replacen(from, to, 1));
        assert_ne!(changed, once, "{from}");
        let again = write_back(&changed, &learned).expect("clean");
        assert!(again.replaced.iter().any(|n| n.starts_with("tile_m on")), "{to}: {again:?}");
        let rules = |text: &str| {
            let known = read_back(text).into_iter().filter(|k| k.learned);
            known.map(|k| (k.name, k.advice, k.influence, k.support)).collect::<Vec<_>>()
        };
        assert_eq!(rules(&again.text), rules(&once), "{}", again.text);
        assert_eq!(again.text.contains("note: \"kept\""), to.contains("note"));
        assert_eq!(write_back(&again.text, &learned).expect("clean").text, again.text);
    }
}

#[test]
fn rules_of_people_may_use_the_predicates_too() {
    let (learned, context) = learned(1);
    let once = write_back(DESIGN, &learned).expect("a clean design").text;
    let by_hand = format!(
        "fact is_slow(t: TraceItem.Performance) {{ return t.tflops < 50 }}
    rule \"ours\" {{
      when: \"{SCOPE}() && seq_len == 1024\"
      recommend: \"unroll = 4\"
    }}
    rule \"theirs\" {{ when: \"is_slow\", recommend: \"unroll = 8\" }}
    rule \"words\" {{ when: \"the name is '{SCOPE}'\", recommend: \"unroll = 16\" }}
    rule \"Tile Size"
    );
    let design = once.replacen("rule \"Tile Size", &by_hand, 1);
    let when = |name: &str| {
        let known = read_back(&design).into_iter().find(|k| k.name == name);
        known.and_then(|k| k.when).expect("a condition")
    };
    let formula = context.scope().formula();
    assert_eq!(when("ours"), format!("({formula}) && seq_len == 1024"));
    assert_eq!(when("theirs"), "is_slow", "a predicate over observations has no value here");
    assert_eq!(when("words"), format!("the name is '{SCOPE}'"));
    let undecided: Vec<String> =
        advice(&design, &context).undecided.into_iter().map(|(name, _)| name).collect();
    assert!(undecided.contains(&"theirs".to_owned()), "{undecided:?}");
    // What a person adds does not make the next step write anything.
    assert_eq!(write_back(&design, &learned).expect("clean").text, design);
}
