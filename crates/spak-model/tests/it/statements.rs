//! Statements without a block or a colon, numbers and dates, and the mathematical form.

use spak_model::{Literal, Reading, normal};

use crate::{diagnostics, read, system};

/// The normal form without what only lays it out, so that these tests are about what is read.
fn shown(text: &str) -> String {
    plain(&normal::text(&read(text).entries))
}

fn plain(text: &str) -> String {
    let words = text.replace("==", "=").replace("require:", "");
    words.chars().filter(|c| !c.is_whitespace() && !"{}/:;".contains(*c)).collect()
}

#[test]
fn declarations_on_one_line_are_declarations() {
    let cases = [
        ("type Shape = int", "type Shape: int"),
        ("state n = 4", "state n: int = 4"),
        ("state name = \"x\"", "state name: string = \"x\""),
        (
            "variant S = Ok | Failed(reason: string)",
            "variant S { / case Failed { / reason: string / case Ok {",
        ),
        ("variant V { case Bare }", "variant V { / case Bare {"),
        (
            "variant V { case Pos(x: int, y: 'a' | 'b') }",
            "variant V { / case Pos { / x: int / y: \"a\" | \"b\"",
        ),
        ("axiom \"B\"", "axiom: \"B\""),
        ("operator Embed(a, b) -> c", "operator Embed (a, b) -> c {"),
        ("rule r { when \"x > 3\" then \"y = 3\" }", "rule r { / then: y = 3 / when: 3 < x"),
        ("rule r { when x > 3 then y = 3 }", "rule r { / then: y = 3 / when: 3 < x"),
        ("fact f(t: T.P) = t.x < 3", "fact f (t: T.P) { / return: t.x < 3"),
        ("fact f(t: T.P): t.x < 3", "fact f (t: T.P) { / return: t.x < 3"),
        (
            "training L { curriculum: max_steps: [2 -> 4 -> 8] }",
            "training L { / curriculum { / max_steps: 2 -> 4 -> 8",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), plain(expected), "{text}");
    }
    let system = system("trace_schema { variant S = Ok | Failed(reason: string) }\n");
    let cases: Vec<&str> = system.cases.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(cases, ["Ok", "Failed"]);
}

#[test]
fn a_text_after_a_bar_is_said() {
    let text = "llm.ask {\n  prompt: |\n    one\n}\n";
    let codes: Vec<_> = diagnostics(text).iter().map(|d| d.code.0).collect();
    assert!(codes.contains(&"missing-value"), "{codes:?}");
}

#[test]
fn recommendations_are_separated_by_commas_semicolons_and_and() {
    let then = |text: &str| {
        shown(&format!("rule r {{ recommend: \"{text}\" }}")).replace("rulerrecommend", "")
    };
    assert_eq!(then("select tile = 64 and stages = 2"), plain("stages = 2, tile = 64"));
    assert_eq!(then("a = 1; b = 2, c = 3 and set d = 4"), plain("a = 1, b = 2, c = 3, d = 4"));
    assert_eq!(then("a = 1 && b == 2"), plain("a = 1, b = 2"));
    assert_eq!(then("a = 'x and y = 3'"), plain("a = \"x and y = 3\""));
    assert_eq!(then("flag = causal and not masked"), plain("flag = causal and not masked"));
}

#[test]
fn numbers_dates_and_percents_are_what_they_say() {
    let literal = |written: &str| {
        let entries = read(&format!("workload W {{ x: {written} }}\n")).entries;
        match &entries[0].children()[0].slot().expect("a slot").reading {
            Reading::Literal(literal) => Some(literal.clone()),
            _ => None,
        }
    };
    let text = |t: &str| Some(Literal::Text(t.to_owned()));
    assert_eq!(literal("2026-03-01"), text("2026-03-01"));
    assert_eq!(literal("1-4"), text("1-4"));
    assert_eq!(literal(".95"), Some(Literal::Float(0.95)));
    assert_eq!(literal("-0x1F"), Some(Literal::Int(-31)));
    assert_eq!(literal("95%"), Some(Literal::Quantity(95.0, "%".to_owned())));
    assert_eq!(literal("3 GB"), Some(Literal::Quantity(3.0, "GB".to_owned())));
    assert_eq!(literal("9223372036854775807"), Some(Literal::Int(i64::MAX)));
    for prose in ["64 best", "12% faster", "9223372036854775808", "1e999", "1. numbered"] {
        assert_eq!(literal(prose), None, "{prose}");
    }
    assert_eq!(shown("constraint { accuracy >= 95% }"), plain("constraint { / 0.95 <= accuracy"));
    assert_eq!(shown("constraint { n % 16 == 0 }"), plain("constraint { / n % 16 == 0"));
}

#[test]
fn items_of_a_list_have_no_minus() {
    let text = "experiment E {\n  ablation:\n    - lr = 1e-4\n    - some words\n    1. numbered\n    2. x = 3\n}\n";
    assert_eq!(
        shown(text),
        plain(
            "experiment E { / ablation { / lr == 0.0001 / \"- some words\" / \"1. numbered\" / x == 3"
        )
    );
}

#[test]
fn a_minus_of_a_value_is_one() {
    assert_eq!(shown("workload W { x: - a + 1 }"), plain("workload W { / x: -a + 1"));
    assert_eq!(shown("constraints {\n  - t >= 16\n}"), plain("constraint { / 16 <= t"));
}

#[test]
fn the_mathematical_form_gives_values() {
    let cases = [
        ("let x = a + b", "x = a + b"),
        ("y ← f(x)", "y = f(x)"),
        ("z <- g(x)", "z = g(x)"),
        ("acc += a @ b", "acc = acc + a @ b"),
        ("acc -= a - b", "acc = acc - (a - b)"),
        ("q, k, v = split(x)", "q, k, v = split(x)"),
        ("x = x + f(x)", "x = x + f(x)"),
        ("h = norm(x)", "h = norm(x)"),
        ("x₁ = x + h", "x₁ = x + h"),
        ("d = √D", "d = sqrt(D)"),
        ("x <-3", "x < -3"),
        ("forall i: sum_j p(i,j) = 1", "forall i: sum_j(p(i, j)) == 1"),
    ];
    for (line, expected) in cases {
        let text = format!("operator F {{\n  computation:\n    {line}\n}}\n");
        let resolved = read(&text);
        let slot = resolved.entries[0].children()[0].children()[0].slot().expect("a slot");
        let is_assignment = matches!(slot.reading, Reading::Assignments(..));
        let is_equality = matches!(line, "h = norm(x)" | "x₁ = x + h" | "d = √D" | "x <-3")
            || line.starts_with("forall");
        assert_eq!(is_assignment, !is_equality, "{line}: {:?}", slot.reading);
        // Which side of an equality stands first is up to the normal form.
        let is_formula = matches!(slot.reading, Reading::Formula(_));
        let gives = format!("operatorFcomputation{}", plain(expected));
        assert!(is_formula || shown(&text) == gives, "{line}: {}", shown(&text));
    }
}

#[test]
fn numbers_with_exponents_have_units_too() {
    let text = "hardware H { peak: 1.2e3 TFLOPS, memory: 2E-1 GB, n: 1e6 }\nworkload W { budget: 1e18 FLOP }\n";
    let shown = normal::text(&read(text).entries);
    for line in ["peak: 1200TFLOPS", "memory: 0.2GB"] {
        assert!(shown.lines().any(|l| l.trim() == line), "{line}: {shown}");
    }
    assert!(!shown.contains("\"1.2e3"), "{shown}");
}

#[test]
fn a_type_in_brackets_is_a_list_of_it() {
    let shown = |field: &str| {
        let text = format!("trace_schema {{ variant T {{ case P {{ tags: {field} }} }} }}\n");
        normal::text(&read(&text).entries)
    };
    assert!(shown("[string]").contains("tags: [string]"), "{}", shown("[string]"));
    assert_ne!(shown("[string]"), shown("[\"string\"]"));
    assert!(shown("[float]").contains("tags: [float]"));
}

#[test]
fn axioms_are_numbered() {
    let shown = |a: &str, b: &str| {
        normal::text(
            &read(&format!("knowledge {{\n  axiom: \"{a}\"\n  axiom: \"{b}\"\n}}\n")).entries,
        )
    };
    assert_ne!(
        shown("Measure first.", "A rejection is data."),
        shown("A rejection is data.", "Measure first.")
    );
}

#[test]
fn a_rule_on_one_line_has_a_premise_and_a_conclusion() {
    let text =
        "knowledge {\n  rule \"a\": when kv > 3 then q = 4\n  rule \"b\": if kv > 3 => q = 4\n}\n";
    let shown = normal::text(&read(text).entries);
    assert!(shown.contains("rule a: if 3 < kv => q = 4"), "{shown}");
    assert!(shown.contains("rule b: if 3 < kv => q = 4"), "{shown}");
    assert_eq!(normal::text(&read(&shown).entries), shown);
}
