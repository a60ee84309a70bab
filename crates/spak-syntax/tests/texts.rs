//! Where texts end, and what they say.

mod support;

use expect_test::{Expect, expect};
use spak_syntax::{ast, format, parse};

/// The outline of `text`, and what is said about it with the words it is said of.
#[track_caller]
fn check(text: &str, expected: &Expect) {
    let parsed = parse(text);
    assert_eq!(parsed.tree.text(), text);
    let mut out = support::outline(&ast::file(&parsed));
    for said in &parsed.diagnostics {
        let span = said.primary.span;
        let line = text[..span.start as usize].matches('\n').count() + 1;
        let place = &text[span.start as usize..span.end as usize];
        out.push_str(&format!("{line}: {} at {place:?}: {}\n", said.code.0, said.repair));
    }
    expected.assert_eq(&out);
    let formatted = format(text);
    assert_eq!(format(&formatted.text).text, formatted.text, "formatting twice");
}

#[test]
fn a_text_runs_over_deeper_lines_whatever_they_look_like() {
    check(
        r#"step a {
    prompt: "Roles:
        role: expert
        tile_m: [32, 64]
        emit nothing"
    prompt: "Answer
        Format: JSON {\"a\": 1}

        step 1 { x }
    "
    cmds: ["Say:
            key: value", "b"]
    c: 1
}
"#,
        &expect![[r#"
            block step a
              pair prompt: text Roles: role: expert tile_m: [32, 64] emit nothing
              pair prompt: text Answer Format: JSON {"a": 1} step 1 { x }
              pair cmds: list of 2: "Say: key: value" | "b"
              pair c: raw 1
        "#]],
    );
}

#[test]
fn a_quote_that_is_missing_is_found_in_its_line() {
    check(
        r##"rule "a {
    when: "b
    sep: ","
    x: 1
}
rule "c {
    color: "#fff"
    more: "
}
step b {
    x: "open
        y: 1
        z: ","
}
"##,
        &expect![[r#"
            block rule a {
              pair when: text b
              pair sep: text ,
              pair x: raw 1
            block rule c {
              pair color: text #fff
              pair more: text 
            block step b
              pair x: text open
              pair y: raw 1
              pair z: text ,
            1: unmatched-brace at "rule \"a {": open the block behind its head
            1: unclosed-text at "\"a {": close it with `"`; until then it ends with its line
            2: unclosed-text at "\"b": close it with `"`; until then it ends with its line
            6: unmatched-brace at "rule \"c {": open the block behind its head
            6: unclosed-text at "\"c {": close it with `"`; until then it ends with its line
            8: unclosed-text at "\"": close it with `"`; until then it ends with its line
            11: unclosed-text at "\"open": close it with `"`; until then it ends with its line
        "#]],
    );
}

#[test]
fn line_ends_of_another_system_mean_the_same() {
    let text = "r {\n  a: \"b\n     c\"\n  d: \"\"\"\n    e\n    f\n  \"\"\"\n  g: we go on\n    over two lines\n  when: x > 3\n    && y\n}\n";
    let words = |text: &str| {
        let outline = support::outline(&ast::file(&parse(text)));
        outline.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(words(&crlf), words(text));
    assert!(!format!("{:?}", ast::file(&parse(&crlf))).contains("\\r"));
    assert_eq!(parse(&crlf).tree.text(), crlf);
}

#[test]
fn a_missing_quote_is_looked_for_where_it_is_likely_missing() {
    check(
        r##"space {
    a: ["fixed", "adaptive, "stream_k"]   // c
    b: ["fixed", adaptive"]
    role: GPU expert"
    step 1: tool.run { cmd: "x, timeout: 900 }
    step 2: tool.run { cmd: "x }  // c
    c: ["x", "y]
    d: f("x)
    e: "as before, with a comma
    g { h: ["x, k] }
    z: 1
}
p {
    prompt: """
        Do it:
        step x { y }

        and that

    role: "x"
    other: """
        a
    """
}
"##,
        &expect![[r#"
            block space
              pair a: list of 3: "fixed" | "adaptive" | "stream_k"
              pair b: list of 2: "fixed" | adaptive"
              pair role: raw GPU expert"
              pair step 1: map tool.run
                pair cmd: text x
                pair timeout: raw 900
              pair step 2: map tool.run
                pair cmd: text x
              pair c: list of 2: "x" | "y"
              pair d: raw f("x)
              pair e: text as before, with a comma
              block g
                pair h: list of 1: "x, k"
              pair z: raw 1
            block p
              pair prompt: text Do it: step x { y } and that
              pair role: text x
              pair other: text a
            2: unclosed-text at "\"adaptive": close it with `"`
            3: unclosed-text at "\"": write the `"` that it should close, or remove it
            4: unclosed-text at "\"": write the `"` that it should close, or remove it
            5: unclosed-text at "\"x": close it with `"`, here or where it should end
            6: unclosed-text at "\"x": close it with `"`, here or where it should end
            7: unclosed-text at "\"y": close it with `"`, here or where it should end
            8: unclosed-text at "\"x": close it with `"`, here or where it should end
            9: unclosed-text at "\"as before, with a comma": close it with `"`; until then it ends with its line
            10: unclosed-text at "\"x, k": close it with `"`, here or where it should end
            14: unclosed-text at "\"\"\"": add `"""` after its last line; until then it ends with the deeper lines below it
        "#]],
    );
}
