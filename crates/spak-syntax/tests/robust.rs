//! No input is too bad: every text comes back, every place lies in it, the time is linear and the
//! stack suffices.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use spak_syntax::{Source, ast, parse};

/// Parses `bytes` and checks all that holds of any input.
fn check(bytes: &[u8]) {
    let source = Source::decode(bytes);
    let text = source.text();
    let parse = parse(text);
    assert_eq!(source.restore(&parse.tree.text()), bytes);
    for diagnostic in parse.diagnostics.iter().chain(source.diagnostic().as_ref()) {
        let places = std::iter::once(diagnostic.primary.span)
            .chain(diagnostic.related.iter().map(|l| l.span))
            .chain(diagnostic.fix.iter().map(|e| e.span));
        for span in places {
            assert!(span.end as usize <= text.len(), "{diagnostic:?}");
            assert!(text.is_char_boundary(span.start as usize), "{diagnostic:?}");
            assert!(text.is_char_boundary(span.end as usize), "{diagnostic:?}");
        }
    }
    let file = ast::file(&parse);
    for item in &file.items {
        let span = item.span();
        assert!(text.get(span.start as usize..span.end as usize).is_some());
    }
}

const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "'",
    ":",
    ",",
    ";",
    "\n",
    "\n    ",
    "\n\t",
    " ",
    "  ",
    "\r\n",
    "\r",
    "//",
    "/*",
    "*/",
    "# ",
    "#",
    "{{",
    "}}",
    "{{x}}",
    "a",
    "key:",
    "step \"x\" {",
    "42",
    "1e-5",
    "->",
    "=",
    "<=",
    "\\",
    "\\\"",
    "---\n",
    "---",
    "가",
    "θ",
    "∈",
    "🚀",
    "\u{feff}",
    "\0",
    "...",
    "system S {",
    "agent_loop A {",
    "fact f(t: T) {",
    "if",
    "else",
    "for",
    "http://x",
    "- ",
    "```dsl\n",
    "<<<<<<< a\n",
    "_{",
    "<int, ",
    "+",
    "|",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_come_back(bytes in vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn any_sequence_of_fragments_comes_back(parts in vec(select(FRAGMENTS), 0..120)) {
        check(parts.concat().as_bytes());
    }

    #[test]
    fn damaged_designs_come_back(
        file in any::<Index>(),
        damage in vec((any::<Index>(), 0..4u8, select(FRAGMENTS)), 1..6),
    ) {
        let paths = support::all_designs();
        let mut text = support::read(&paths[file.index(paths.len())]);
        for (place, kind, fragment) in damage {
            let places: Vec<usize> =
                text.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(i, _)| i).collect();
            if places.is_empty() {
                break;
            }
            let at = *place.get(&places);
            let width = text[at..].chars().next().map_or(0, char::len_utf8);
            match kind {
                0 => text.replace_range(at..at + width, ""),
                1 => text.insert_str(at, fragment),
                2 => { let again = text[at..at + width].to_owned(); text.insert_str(at, &again); }
                _ => text.truncate(at),
            }
        }
        check(text.as_bytes());
    }
}

fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

fn growing_sections(count: usize) -> String {
    (0..count).map(|i| format!("{}a:\n", " ".repeat(i))).collect()
}

/// Inputs that make a careless reader quadratic or overflow its stack, about `bytes` long.
fn hostile(bytes: usize) -> Vec<(String, String)> {
    let units = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "'",
        "/*",
        "#",
        "# ",
        "{{",
        "\"\"\"",
        "\\\"\n",
        "'a ",
        "a:\n",
        "a{}",
        "a {",
        "a{\n",
        "a:{",
        "[{",
        "([",
        "(\n",
        "// a\n",
        "a // b ",
        "a: [\n",
        "a(b\n",
        "x;",
        "x, ",
        "key: \"",
        "\"\n",
        "\"a\nb",
        "- a\n  - b\n",
        "a: \"b\" c: ",
        "a +\n +",
        "/**/",
        "a: /**/",
        "---\n",
        "\r",
        "\t",
        "\u{3000}",
        "가:",
        "if a { } else ",
        "system s {\n",
        "a: \"\"\"\n",
        "{{a",
        "1",
        "1e",
        "system {\nagent_loop {\n",
        "a; b c ",
        "\n",
        " ",
        ":",
        ",",
        "}\n{",
        "[]",
        "()",
        "a\n{\n",
        "a<b, ",
        "a // b > 2 ",
        "f(a // b) ",
        "x:a) ",
        "[a, ",
        "```\n",
        "<<<<<<< a\n=======\n",
        "a: [\n -> b\n",
        "key: some words\n  more words\n",
        "a if b\n  else c\n",
        "x_{i}^{2} ",
        "a\n    b\n}\n",
    ];
    let mut out: Vec<(String, String)> =
        units.iter().map(|u| (format!("{u:?} repeated"), repeated(u, bytes))).collect();
    // The indentation itself is quadratic in the number of lines.
    out.push(("growing sections".into(), growing_sections((2 * bytes).isqrt())));
    out.push(("sections below a comment".into(), format!("a:\n{}", repeated("  // c\n", bytes))));
    out.push((
        "lone paren above comments".into(),
        format!("a ( b\n{}", repeated("  # c\n", bytes)),
    ));
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut mix = String::new();
    while mix.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        mix.push_str(FRAGMENTS[(state % FRAGMENTS.len() as u64) as usize]);
    }
    out.push(("random mix".into(), mix));
    out
}

fn time_of(text: &str) -> Duration {
    let begin = Instant::now();
    let parse = parse(text);
    assert_eq!(parse.tree.text().len(), text.len());
    drop(ast::file(&parse));
    drop(parse);
    drop(spak_syntax::format(text));
    begin.elapsed()
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

/// Eight times the input takes about eight times as long; a quadratic reader would need sixty-four
/// times. Only times long enough to be measured are compared.
#[test]
fn time_is_linear_in_hostile_input() {
    on_a_small_stack(|| {
        let size = 1 << 13;
        let mut slow = Vec::new();
        for ((name, small), (_, large)) in hostile(size).iter().zip(hostile(8 * size)) {
            // A machine that stalls does so once; a quadratic reader is slow whenever it is asked.
            let mut tries = (0..5).map(|_| (time_of(small), time_of(&large)));
            let is_slow = |(first, second): &(Duration, Duration)| {
                *second > Duration::from_millis(250) && *second > *first * 24
            };
            let mut last = None;
            if tries.all(|times| is_slow(last.insert(times))) {
                slow.push(format!("{name}: {last:?}"));
            }
        }
        assert!(slow.is_empty(), "{slow:#?}");
    });
}

#[test]
fn hundred_thousand_levels_do_not_overflow_the_stack() {
    let count = 100_000;
    let mut texts = vec![
        "{".repeat(count) + &"}".repeat(count),
        "a{\n".repeat(count) + &"}\n".repeat(count),
        "a: {".repeat(count) + &"}".repeat(count),
        format!("a: {}{}", "[".repeat(count), "]".repeat(count)),
        format!("a: {}{}", "[{a: ".repeat(count), "}]".repeat(count)),
        format!("a: {}{}", "(".repeat(count), ")".repeat(count)),
        "a:\n ".repeat(count),
    ];
    // Sections this deep are too many bytes of spaces; tabs are columns as well.
    texts.push((0..3_000).map(|i| format!("{}a:\n", "\t".repeat(i))).collect());
    on_a_small_stack(move || {
        for text in texts {
            let parse = parse(&text);
            assert_eq!(parse.tree.text(), text);
            let file = ast::file(&parse);
            assert!(!file.items.is_empty());
            drop(file.clone());
            drop(parse);
        }
    });
}

#[test]
fn a_million_errors_are_not_a_million_diagnostics() {
    let parse = parse(&"}".repeat(1_000_000));
    assert_eq!(parse.diagnostics.len(), spak_syntax::parser::MAX_REPORTED + 1);
    assert_eq!(parse.diagnostics.last().unwrap().code.0, "too-many-errors");
}

#[test]
fn empty_and_blank_texts_are_empty_files() {
    for text in ["", " ", "\n", "\r\n\r\n", "\u{feff}", "\t\t", "// only a comment", "/* a */"] {
        check(text.as_bytes());
        let parse = parse(text);
        assert!(parse.diagnostics.is_empty(), "{text:?}");
        assert!(ast::file(&parse).items.is_empty(), "{text:?}");
    }
}
