//! Rules that contradict each other are found with a case; others are left alone.

use expect_test::expect;
use spak_rules::{Base, Rule, conflicts};

use crate::words::{base, rule};

fn found(base: &Base, rules: &[&str]) -> String {
    let rules: Vec<Rule> = rules.iter().map(|r| rule(r)).collect();
    let (found, all) = conflicts(base, &rules);
    assert!(all);
    let name = |i: usize| rules.get(i).map_or("?", |r| r.name.as_str());
    let lines = found.iter().map(|c| {
        let case: Vec<String> = c.case.0.iter().map(|(n, v)| format!("{n} = {v}")).collect();
        format!(
            "{}: {} | {}: {} | {}",
            name(c.first),
            c.says,
            name(c.second),
            c.other,
            case.join(", ")
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_case_shows_that_both_can_fire() {
    let base = base(&["tile_m in [32, 64, 128]", "stages in [1, 2]"]);
    expect![[r#"
        short: tile_m = 32 | causal: tile_m = 64 | causal = true, seq_len = 1024
        short: tile_m = 32 | never: not tile_m < 64 | device = "H200", seq_len = 1024
        bulk: stages = 2 | small: stages = 1 | arch = "sm_90", tile_m = 32"#]]
    .assert_eq(&found(
        &base,
        &[
            "short: when seq_len <= 1024; recommend tile_m = 32",
            "causal: when causal; recommend tile_m = 64",
            "higher: when causal; recommend tile_m = 128; priority 2",
            "never: when device == 'H200'; forbid tile_m < 64",
            "both: when device == 'H200'; forbid tile_m < 64 and stages == 1",
            "same: when seq_len > 7; recommend tile_n = 32",
            "again: when seq_len > 9; recommend tile_n = 32",
            "bulk: when hopper; conclude stages = 2",
            "hopper: when arch == 'sm_90'; conclude hopper",
            "small: when tile_m == 32; conclude stages = 1",
            "ada: when arch == 'sm_89'; recommend width = 4",
            "hopper width: when arch == 'sm_90'; recommend width = 8",
            "long: when seq_len > 4096; recommend depth = 4",
            "short2: when seq_len < 1024; recommend depth = 2",
        ],
    ));
}

#[test]
fn conditions_that_are_computed_are_solved_too() {
    let base = base(&[]);
    expect![[r#"aligned: x = 1 | odd: x = 2 | n = 64, rows = 3"#]].assert_eq(&found(
        &base,
        &[
            "aligned: when n % 64 == 0 and n > 0; recommend x = 1",
            "odd: when rows * 2 > 5 and rows < 4 and n < 100; recommend x = 2",
        ],
    ));
}
