//! Formatting: what it does to small texts, and what it never does to any text.

mod support;

use expect_test::{Expect, expect};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use spak_syntax::tree::{Element, Kind};
use spak_syntax::{ast, format, parse};

#[track_caller]
fn check(text: &str, expected: &Expect) {
    let formatted = format(text);
    assert_eq!(formatted.diagnostics, [], "{text}");
    expected.assert_eq(&formatted.text);
    assert_eq!(format(&formatted.text).text, formatted.text, "formatting twice");
}

/// Tokens that mean something, separators apart.
fn words(text: &str) -> Vec<String> {
    let root = parse(text).tree.root();
    let tokens = root.descendants_with_tokens().filter_map(Element::into_token);
    let means = |k: Kind| !k.is_trivia() && !matches!(k, Kind::Comma | Kind::Semicolon);
    tokens.filter(|t| means(t.kind())).map(|t| t.text().replace("\r\n", "\n")).collect()
}

fn comments(text: &str) -> Vec<String> {
    let root = parse(text).tree.root();
    let tokens = root.descendants_with_tokens().filter_map(Element::into_token);
    let comments = tokens.filter(|t| t.kind().is_comment());
    comments.map(|t| t.text().trim_end().replace("\r\n", "\n")).collect()
}

/// What holds of the formatted form of any text.
fn properties(text: &str) -> Result<(), TestCaseError> {
    let formatted = format(text);
    if !formatted.diagnostics.is_empty() {
        prop_assert_eq!(&formatted.text, text);
        return Ok(());
    }
    let again = format(&formatted.text);
    prop_assert_eq!(&again.text, &formatted.text);
    prop_assert_eq!(words(&formatted.text), words(text));
    prop_assert_eq!(comments(&formatted.text), comments(text));
    let outline = |text: &str| support::outline(&ast::file(&parse(text)));
    prop_assert_eq!(outline(&formatted.text), outline(text));
    let one_end = formatted.text.is_empty() || formatted.text.ends_with('\n');
    prop_assert!(one_end && !formatted.text.ends_with("\n\n"));
    Ok(())
}

#[test]
fn spaces_and_indentation_become_uniform() {
    check(
        "system   S\t{\r\n  a :1\r\n\r\n\r\n\r\n  b:[1,2 ,3,]   \r\n  key   : {x:1,y:2}\r\n}",
        &expect![[r#"
            system S {
                a: 1

                b: [1, 2, 3]
                key: { x: 1, y: 2 }
            }
        "#]],
    );
}

#[test]
fn braces_join_their_heads_and_comments_go_with_them() {
    check(
        "rule \"x\" // why\n// and why\n{\nwhen: \"a\"\n}\nstep a: tool.run\n{\n}\nfact f(t: T)\n{ return t.x }\n",
        &expect![[r#"
            rule "x" { // why
                // and why
                when: "a"
            }
            step a: tool.run {}
            fact f(t: T) { return t.x }
        "#]],
    );
}

#[test]
fn comments_between_a_head_and_its_brace_go_behind_it() {
    check(
        "system S  // c\n{ // d\n  a: 1 }\nrule r  # c\n{ /* x */ a: 1 }\nstep x: tool.run // c\n{\n a: 1\n}\n",
        &expect![[r#"
            system S { // c
                // d
                a: 1
            }
            rule r { # c
                /* x */
                a: 1
            }
            step x: tool.run { // c
                a: 1
            }
        "#]],
    );
}

#[test]
fn formulas_and_prose_keep_their_columns() {
    check(
        "loss:\n  L_token = mean(x)\n  L       = L_token\n          + λ y\n  prose  with   spaces\n    deeper prose\n  call(a,\n       b)\n",
        &expect![[r#"
            loss:
                L_token = mean(x)
                L       = L_token
                        + λ y
                prose  with   spaces
                  deeper prose
                call(a,
                     b)
        "#]],
    );
}

#[test]
fn long_texts_are_not_touched() {
    check(
        "a {\n prompt: \"\"\"\n   {{x}}\t\n  y   \n\n\n\"\"\"\n text: \"one\n     two\"\n}",
        &expect![[r#"
            a {
                prompt: """
               {{x}}	
              y   


            """
                text: "one
                 two"
            }
        "#]],
    );
}

#[test]
fn what_does_not_fit_on_a_line_is_broken() {
    check(
        "a { description: \"a text of some length that says what was seen\", confidence: 0.95, source: \"bench.md\" }\n\
         b { description: \"short\", confidence: 0.95 }\n",
        &expect![[r#"
            a {
                description: "a text of some length that says what was seen"
                confidence: 0.95
                source: "bench.md"
            }
            b { description: "short", confidence: 0.95 }
        "#]],
    );
}

#[test]
fn lists_keep_their_lines_and_comments() {
    check(
        "a: [\n1, 2,\n  // why\n\n 3 // three\n  ]\nb: [1,\n    2]\nc: [\n{ a: 1,\n b: 2 },\n{}\n]\n",
        &expect![[r#"
            a: [
                1, 2,
                // why

                3 // three
            ]
            b: [1,
                2]
            c: [
                {
                    a: 1
                    b: 2
                },
                {}
            ]
        "#]],
    );
}

#[test]
fn comments_stay_with_what_they_are_about() {
    check(
        "a:\n   // first\n   x = 1  // x\n\n      // about y\n   y = 2\n   // last\n// about b\nb { // open\n // only\n} // close\n",
        &expect![[r#"
            a:
                // first
                x = 1  // x

                // about y
                y = 2
                // last
            // about b
            b { // open
                // only
            } // close
        "#]],
    );
}

#[test]
fn slashes_stay_what_they_are() {
    check(
        "# this file comments with hashes\na:\n  x = y//2\n  z = y // 2\n",
        &expect![[r#"
        # this file comments with hashes
        a:
            x = y//2
            z = y // 2
    "#]],
    );
}

#[test]
fn a_text_with_errors_comes_back_as_it_is() {
    let text = "a   {\n b: [1,2\n";
    let formatted = format(text);
    assert_eq!(formatted.text, text);
    assert!(!formatted.diagnostics.is_empty());
}

#[test]
fn every_design_is_formatted_and_says_the_same() {
    for path in support::all_designs() {
        let text = support::read(&path);
        let formatted = format(&text);
        let broken = !parse(&text).diagnostics.is_empty();
        assert_eq!(
            formatted.diagnostics.is_empty(),
            !broken,
            "{}: {:?}",
            path.display(),
            formatted.diagnostics
        );
        if let Err(e) = properties(&text) {
            panic!("{}: {e}", path.display());
        }
    }
}

/// Changes of layout that mean nothing, or not what was meant: whatever comes out must hold.
const LAYOUT: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\n\n\n",
    "\t",
    "\r\n",
    " // c\n",
    " /* c */ ",
    "\n// c\n",
    "\n    # c\n",
    ",",
    ";",
    ", ",
    "; ",
    "{",
    "}",
    " {\n",
    "}\n",
    "\n{\n",
    "[",
    "]",
    "a",
    "b: 1",
    "c:\n",
    "(",
    ")",
    "+",
    "\n+ d",
    "\"e\"",
];

const PIECES: &[&str] = &[
    "a",
    " ",
    " ",
    "b c",
    ": ",
    ":",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n      ",
    "\n\n",
    "{",
    "}",
    " { ",
    " }",
    "{\n",
    "\n}",
    "[",
    "]",
    "[1, 2]",
    "(x,\n y)",
    ", ",
    ",",
    ";",
    "; ",
    "// c\n",
    " // c",
    "# c\n",
    "/* c */",
    "/* c\n   d */",
    "\"e\"",
    "'f'",
    "\"\"\"\n  g\n\"\"\"",
    "1",
    "=",
    " + ",
    "- ",
    "if x",
    "else",
    "return h",
    "\t",
    "\r\n",
    "key: value",
    "key: {a: 1, b: 2}",
    "state s: T",
    "가",
    "θ ∈ {x, y}",
    "...",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_keeps_its_meaning(parts in vec(select(PIECES), 0..40)) {
        properties(&parts.concat())?;
    }

    #[test]
    fn balanced_texts_keep_their_meaning(parts in vec(select(PIECES), 0..40)) {
        let text: String = parts.concat();
        let open = text.matches('{').count();
        let close = text.matches('}').count();
        let text = format!("{}{text}{}", "x {".repeat(close.saturating_sub(open)), "}".repeat(open.saturating_sub(close)));
        properties(&text)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn designs_with_another_layout_keep_their_meaning(
        file in any::<Index>(),
        changes in vec((any::<Index>(), select(LAYOUT)), 1..8),
    ) {
        let paths = support::all_designs();
        let mut text = support::read(&paths[file.index(paths.len())]);
        for (place, layout) in changes {
            let places: Vec<usize> =
                text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i).collect();
            let at = places[place.index(places.len())];
            text.insert_str(at, layout);
        }
        properties(&text)?;
    }
}
