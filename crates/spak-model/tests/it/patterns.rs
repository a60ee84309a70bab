//! Blocks that say what to look for in kernels.

use spak_model::vocabulary::Kind;
use spak_model::{Class, Reading, normal};

use crate::{diagnostics, entry, read};

const PACK: &str = r#"system X {
    predicate exponential(x) { when: x == exp(_) or x == exp2(_) }
    pattern p {
        axis: "a"
        per: role
        values: ["two", "one"]
        case "two" {
            when: (x == load(array=t, latency=n)
                and not (x == a * b + (c // 2)))
            when: exponential(y) and x != -1
            role: r
            value: "two"
            evidence: [x, y]
            confidence: 0.9
            because: "text with {x}"
        }
        case "one" { when: exponential(x) }
    }
}
"#;

#[test]
fn conditions_are_formal() {
    let resolved = read(PACK);
    assert!(resolved.diagnostics.is_empty(), "{:?}", resolved.diagnostics);
    let case = entry(&resolved.entries, &["system X", "pattern p", "case two"]);
    assert_eq!(case.kind, Some(Kind::Finding));
    let whens: Vec<_> = case.slots("when").collect();
    assert_eq!(whens.len(), 2);
    for key in ["when", "role", "value"] {
        for slot in case.slots(key) {
            assert_eq!(slot.class, Class::Formal);
            assert!(matches!(slot.reading, Reading::Formula(_)), "{key}: {:?}", slot.reading);
        }
    }
    let predicate = entry(&resolved.entries, &["system X", "predicate exponential x"]);
    assert_eq!(predicate.kind, Some(Kind::Predicate));
    assert_eq!(predicate.arguments.as_ref().map(|a| a.text.as_str()), Some("x"));
}

#[test]
fn what_is_shown_is_read_again_and_cases_keep_their_order() {
    let resolved = read(PACK);
    let text = normal::text(&resolved.entries);
    assert_eq!(normal::text(&read(&text).entries), text);
    assert!(text.find("case two") < text.find("case one"), "{text}");
    assert!(text.contains("role: r") && text.contains("value: \"two\""), "{text}");
}

#[test]
fn a_condition_is_never_prose() {
    let codes = |when: &str| -> Vec<&str> {
        let text = format!("system X {{ pattern p {{ case \"c\" {{ when: {when} }} }} }}");
        diagnostics(&text).iter().map(|d| d.code.0).collect()
    };
    assert_eq!(codes("x == exp(_)"), Vec::<&str>::new());
    assert!(!codes("x == exp(_, ]").is_empty());
    assert!(!codes("the loads are slow").is_empty());
    assert_eq!(codes("x = exp(_)"), ["single-equals"]);
}

#[test]
fn slips_of_keys_are_said() {
    let text = "system X { pattern p { case \"c\" { wen: x == exp(_) } } }";
    let found = diagnostics(text);
    assert!(found.iter().any(|d| d.repair.contains("`when`")), "{found:?}");
}
