//! How the values of a dimension may be written, and what is said of everything else.

use proptest::prelude::*;
use spak_model::normal;

use crate::{diagnostics, read, system};

/// The dimension in normal form, and the codes of what is said of it.
fn domain(written: &str) -> String {
    one(&format!("d: {written}"))
}

fn one(line: &str) -> String {
    let text = format!("tuning_space {{\n  {line}\n}}\n");
    let shown = normal::text(&read(&text).entries);
    let inside: Vec<&str> =
        shown.lines().filter_map(|l| l.strip_prefix("  ")).map(str::trim_end).collect();
    let said: Vec<String> =
        diagnostics(&text).iter().map(|d| format!("{} {}", d.severity.name(), d.code.0)).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    format!("{}{said}", inside.join(" "))
}

#[test]
fn a_dimension_may_be_there_only_where_a_condition_holds() {
    let cases = [
        ("[1, 2] when s == \"a\"", "d: [1, 2] when s == \"a\""),
        (
            "pow2 range [16, 64] when s in [\"a\", \"b\"]",
            "d: [16, 32, 64] when s in [\"a\", \"b\"]",
        ),
        ("\"x\" | \"y\" when s == a or s == b", "d: [\"x\", \"y\"] when a == s or b == s"),
        ("[1, 2, 4] default 2 when s != a", "d: [2, 1, 4] when a != s"),
        ("{ values: [1, 2], when: s == \"a\" }", "d: [1, 2] when s == \"a\""),
        ("{ min: 1, max: 2, when: \"s == a\" }", "d: [1, 2] when a == s"),
        ("bool when(s == a)", "d: [false, true] when a == s"),
    ];
    for (written, expected) in cases {
        let text = format!("tuning_space {{\n  s: [\"a\", \"b\"]\n  d: {written}\n}}\n");
        assert_eq!(diagnostics(&text), [], "{written}");
        let shown = normal::text(&read(&text).entries);
        assert!(shown.contains(&format!("  {expected}\n")), "{written}\n{shown}");
        assert_eq!(normal::text(&read(&shown).entries), shown, "{written}");
        let dimension = system(&text).dimension("d").cloned().expect("the dimension");
        assert_eq!(dimension.when.len(), 1, "{written}");
    }
}

#[test]
fn the_condition_of_a_group_is_one_of_everything_in_it() {
    let text = "tuning_space {
  s: [\"a\", \"b\"]
  online {
    when: s == \"a\"
    stages: [1, 2] when s != \"b\"
    deeper { depth: [1, 2] }
  }
  last: [1, 2]
}
";
    assert_eq!(diagnostics(text), []);
    let all = system(text);
    let when = |name: &str| all.dimension(name).map(|d| d.when.len());
    assert_eq!(
        [when("s"), when("stages"), when("depth"), when("last")],
        [Some(0), Some(2), Some(1), Some(0)]
    );
    let shown = normal::text(&read(text).entries);
    assert_eq!(normal::text(&read(&shown).entries), shown);
    assert_eq!(system(&shown).dimension("depth").map(|d| d.when.len()), Some(1));
    // A list under that name is a dimension.
    assert_eq!(system("tuning_space { when: [1, 2] }").dimensions.len(), 1);
}

#[test]
fn conditions_of_dimensions_are_checked() {
    let said = |when: &str| {
        let text = format!(
            "tuning_space {{\n  s: [\"a\", \"b\"]\n  t: [1, 2] when s == \"a\"\n  d: [1, 2] when {when}\n}}\n"
        );
        diagnostics(&text).iter().map(|d| format!("{} {}", d.code.0, d.message)).collect::<Vec<_>>()
    };
    let none: [String; 0] = [];
    assert_eq!(said("t == 1"), none);
    assert_eq!(said("d == 1"), ["circular-condition whether `d` is there depends on itself"]);
    assert_eq!(said("sheme == \"a\""), ["unknown-name nothing is called `sheme` here"]);
    assert_eq!(
        said("s == \"c\""),
        ["dead-value `d` is in no config", "impossible-comparison `s` is never \"c\""]
    );
    assert_eq!(
        said("it is needed"),
        ["prose-in-formula when this dimension is there is said in words, so it always is"]
    );
    let circle =
        "tuning_space {\n  a: [1] when b == 1\n  b: [1] when c == 1\n  c: [1] when a == 1\n}\n";
    let found = diagnostics(circle);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].reason, "the conditions go in a circle: `a` needs `b` needs `c` needs `a`");
}

#[test]
fn lists_alternatives_and_ranges_are_read_however_they_are_written() {
    let cases = [
        ("'two_pass' | 'atomic'", "[\"two_pass\", \"atomic\"]"),
        ("two_pass | atomic", "[\"two_pass\", \"atomic\"]"),
        ("| \"a\" | \"b\"", "[\"a\", \"b\"]"),
        ("32 or 64", "[32, 64]"),
        ("(1, 2, 4)", "[1, 2, 4]"),
        ("{f32, f16}", "[\"f32\", \"f16\"]"),
        ("{16, 32}", "[16, 32]"),
        ("{1..4}", "[1, 2, 3, 4]"),
        ("1, 2, 4", "[1, 2, 4]"),
        ("\"1\", \"2\"", "[\"1\", \"2\"]"),
        ("enum [\"a\",\"b\"]", "[\"a\", \"b\"]"),
        ("one of (1, 2)", "[1, 2]"),
        ("range(16, 65, 16)", "[16, 32, 48, 64]"),
        ("range(3)", "[0, 1, 2]"),
        ("int[1, 3]", "[1, 2, 3]"),
        ("int(1, 3)", "[1, 2, 3]"),
        ("range [1, 4]", "[1, 2, 3, 4]"),
        ("integer range [0,4]", "[0, 1, 2, 3, 4]"),
        ("1 to 4", "[1, 2, 3, 4]"),
        ("-1..1", "[-1, 0, 1]"),
        ("0 to 8 step 4", "[0, 4, 8]"),
        ("2^2..2^3", "[4, 5, 6, 7, 8]"),
        ("[2**4, 2**5]", "[16, 32]"),
        ("pow2 16..64", "[16, 32, 64]"),
        ("pow2[16, 64]", "[16, 32, 64]"),
        ("0.1..0.5", "float range [0.1, 0.5]"),
        ("float range [0, 1]", "float range [0, 1]"),
        ("[1, 2, 4] default 2", "[2, 1, 4]"),
        ("\"a\" | \"b\" default \"b\"", "[\"b\", \"a\"]"),
        ("{ values: [1, 2, 4], default: 2 }", "[2, 1, 4]"),
        ("{ type: \"int\", min: 1, max: 8, step: 3, description: \"how many\" }", "[1, 4, 7]"),
        ("{ range: [1, 3] }", "[1, 2, 3]"),
        ("{ type: bool }", "[false, true]"),
        ("[(64, 64), (128, 64)]", "[[64, 64], [128, 64]]"),
        ("[[1, 2], [3]]", "[[1, 2], [3]]"),
        ("[16x16, 32x8]", "[\"16x16\", \"32x8\"]"),
        ("[32KiB, 64 KiB]", "[32KiB, 64KiB]"),
        ("0x1F", "[31]"),
        (".5", "[0.5]"),
        ("[sm_90, sm-120]", "[\"sm_90\", \"sm-120\"]"),
    ];
    for (written, expected) in cases {
        assert_eq!(domain(written), format!("d: {expected}"), "{written}");
    }
    assert_eq!(one("d:\n    - 32\n    - 64"), "d: [32, 64]");
    assert_eq!(one("d { values: [1, 2] }"), "d: [1, 2]");
    assert_eq!(one("axis d: [1, 2]"), "d: [1, 2]");
    assert_eq!(domain("..."), "d: ...");
}

#[test]
fn what_has_no_one_meaning_is_said_and_its_words_are_kept() {
    let cases = [
        ("1-4", "\"1-4\" (error unreadable-domain)"),
        ("uniform(0, 1)", "\"uniform(0, 1)\" (error unreadable-domain)"),
        ("int >= 1", "\"int >= 1\" (error unreadable-domain)"),
        ("head_dim / 2", "\"head_dim / 2\" (error unreadable-domain)"),
        ("a | two words", "\"a | two words\" (error unreadable-domain)"),
        ("32 and 64", "\"32 and 64\" (error unreadable-domain)"),
        ("64 best", "\"64 best\" (error unreadable-domain)"),
        ("depends on the cache", "\"depends on the cache\" (warning unreadable-domain)"),
        ("int range (0, 4)", "\"int range (0, 4)\" (error bad-range)"),
        ("pow2", "\"pow2\" (error bad-range)"),
        ("99999999999999999999", "\"99999999999999999999\" (error bad-number)"),
        ("1e999", "\"1e999\" (error bad-number)"),
        ("[\"causal\" \"none\"]", "[\"causal\", \"none\"] (warning unreadable-domain)"),
        ("[32 64 128]", "[32, 64, 128] (warning unreadable-domain)"),
        ("[top left, none]", "[\"top left\", \"none\"] (warning unreadable-domain)"),
        ("\"[1, 2]\"", "[\"[1, 2]\"] (warning unreadable-domain)"),
        ("64best", "[64best] (warning unknown-unit)"),
        ("{ values: [1, 2], default: 3 }", "[1, 2] (error bad-value)"),
    ];
    for (written, expected) in cases {
        // Whether words stand in quotes is up to the normal form.
        let plain = |text: &str| text.replace('"', "");
        assert_eq!(plain(&domain(written)), plain(&format!("d: {expected}")), "{written}");
    }
}

#[test]
fn lines_of_a_space_are_dimensions_or_said() {
    let cases = [
        ("tile_n = [32, 64]", "tile_n: [32, 64] (warning not-a-dimension)"),
        ("stages in [1,2]", "stages: [1, 2] (warning not-a-dimension)"),
        ("tile_m [32,64]", "tile_m: [32, 64] (warning not-a-dimension)"),
        ("tile_m int range [1, 2]", "tile_m: [1, 2] (warning not-a-dimension)"),
        ("scheme := naive", "scheme: [\"naive\"] (warning not-a-dimension)"),
        ("scheme += [\"x\"]", "\"scheme += [\\\"x\\\"]\" (error not-a-dimension)"),
        ("tile_m * tile_n <= 64", "\"tile_m * tile_n <= 64\" (error not-a-dimension)"),
        ("some words", "\"some words\" (warning not-a-dimension)"),
        ("mask alignment: [1]", "mask alignment: [1] (warning not-a-dimension)"),
    ];
    for (line, expected) in cases {
        assert_eq!(one(line), expected, "{line}");
    }
}

#[test]
fn the_colon_that_is_missing_can_be_put_there() {
    let text = "tuning_space {\n  tile_n = [32, 64]\n}\n";
    let found = diagnostics(text);
    let fixed = spak_syntax::edit::apply(text, &found[0].fix).expect("an edit that fits");
    assert_eq!(fixed, "tuning_space {\n  tile_n: [32, 64]\n}\n");
    assert_eq!(diagnostics(&fixed), []);
}

#[test]
fn a_dimension_may_have_any_name() {
    for name in [
        "action",
        "note",
        "logic",
        "support",
        "confidence",
        "repeats",
        "timeout",
        "source",
        "role",
        "mechanism",
        "when",
        "require",
        "condition",
        "accept",
        "state",
        "parameter",
        "constraint",
    ] {
        let text = format!(
            "design_space {{\n  {name}: int range [1, 3]\n}}\nconstraint {{ require: {name} <= 3 }}\n"
        );
        let system = system(&text);
        assert_eq!(system.dimension(name).and_then(|d| d.domain.count()), Some(3), "{name}");
        assert_eq!(system.dimensions.len(), 1, "{name}");
        assert_eq!(diagnostics(&text), [], "{name}");
    }
}

#[test]
fn fields_of_records_may_be_called_like_declarations() {
    let text = "workload W { state: \"x\" }\nhardware { state: \"idle\" }\nknowledge { fact a { state: \"y\" } }\n";
    let shown = normal::text(&read(text).entries);
    for line in ["state: \"x\"", "state: \"idle\"", "state: \"y\""] {
        assert!(shown.lines().any(|l| l.trim() == line), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands behind a dimension: it has values, or something is said.
    #[test]
    fn no_dimension_is_lost_silently(written in "[a-c1-4 .,|()\\[\\]\"'*^-]{1,16}") {
        let text = format!("tuning_space {{\n  d: {written}\n}}\n");
        let is_there = system(&text).dimension("d").is_some();
        // Three dots leave the values to a later version of the design, in so many words.
        let is_open = written.trim_matches([' ', ',']) == "...";
        prop_assert!(is_there || is_open || !diagnostics(&text).is_empty(), "{}", text);
    }

    /// A list means the same in any brackets, with or without them, and as alternatives.
    #[test]
    fn brackets_do_not_matter(values in prop::collection::btree_set(0_i64..100, 2..6)) {
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        let commas = texts.join(", ");
        let forms =
            [format!("({commas})"), format!("{{{commas}}}"), commas.clone(), texts.join(" | ")];
        for form in forms {
            prop_assert_eq!(domain(&form), domain(&format!("[{commas}]")));
        }
    }
}
