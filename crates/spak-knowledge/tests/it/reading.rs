//! What rules say, wherever and however a person wrote it.

use spak_knowledge::{Advice, read_back};

#[test]
fn every_condition_of_a_rule_counts() {
    let design = r#"
system A {
    knowledge {
        rule "both" {
            when: "a == 1"
            if: "b == 2"
            recommend: "use x = 3"
        }
        rule "twice" {
            when: "a == 1"
            when: "b == 2"
            recommend: "x := 3"
        }
        rule "not" {
            when: "a == 1"
            unless: "b == 2"
            recommend: "x = 'p'; y = 4 and z = 5"
        }
    }
}
"#;
    let known = read_back(design);
    let conditions: Vec<Option<&str>> = known.iter().map(|k| k.when.as_deref()).collect();
    let not = "(a == 1) && (not (b == 2))";
    assert_eq!(conditions, [Some("(a == 1) && (b == 2)"), Some("(a == 1) && (b == 2)"), Some(not)]);
    let given: Vec<usize> = known
        .iter()
        .map(|k| match k.advice.as_slice() {
            [Advice::Recommend(all, note)] if note.is_empty() => all.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(given, [1, 1, 3]);
}
