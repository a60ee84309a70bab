//! What follows from what.

use expect_test::expect;

use crate::words::{base, concluded, table};

#[test]
fn rules_build_on_each_other_in_any_order() {
    let situation =
        base(&["intensity = 80", "ridge = 200", "head_dim = 128", "device = \"NVIDIA H200\""]);
    expect![[r#"
        bound = "memory" [low intensity]
        load_path = "bulk" [memory-bound]
        hopper() [device]
        recommend stages = 4 [bulk copies]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "bulk copies: when load_path == 'bulk' and hopper; recommend stages = 4",
            "memory-bound: when bound == 'memory'; conclude load_path = 'bulk'",
            "low intensity: when intensity < ridge; conclude bound = 'memory'",
            "device: when device == 'NVIDIA H200'; conclude hopper",
        ],
    ));
}

#[test]
fn the_highest_priority_decides_and_equals_that_differ_decide_nothing() {
    let situation = base(&["head_dim = 128"]);
    expect![[r#"
        tile = 64 [own, not general]
        undecided reader: `stages` has no value here
        unsettled stages: 2 by two, 3 by three"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "general: when head_dim > 1; conclude tile = 128",
            "own: when head_dim == 128; conclude tile = 64; priority 5",
            "two: conclude stages = 2",
            "three: conclude stages = 3",
            "reader: when stages > 1; recommend pipelined = true",
        ],
    ));
}

#[test]
fn what_is_given_is_not_overruled() {
    let situation = base(&["tile = 32"]);
    expect![[r#"
        recommend seen = 32 [reader]
        unsettled tile: 32 by what is given, 64 by other"#]]
    .assert_eq(&concluded(
        situation,
        &["other: conclude tile = 64; priority 9", "reader: recommend seen = tile"],
    ));
}

#[test]
fn rows_are_joined_and_what_holds_may_be_recursive() {
    let mut situation = base(&[]);
    situation.tables.push(table(
        "edges",
        &["a", "b"],
        &[&["1", "2"], &["2", "3"], &["3", "1"], &["4", "5"]],
    ));
    expect![[r#"
        path(1, 2) [direct]
        path(2, 3) [direct]
        path(3, 1) [direct]
        path(4, 5) [direct]
        path(1, 3) [further]
        path(2, 1) [further]
        path(3, 2) [further]
        path(1, 1) [further]
        path(2, 2) [further]
        path(3, 3) [further]
        circle(1) [circles]
        circle(2) [circles]
        circle(3) [circles]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "direct: for e in edges; conclude path(e.a, e.b)",
            "further: for x, y, z; when path(x, y) and path(y, z); conclude path(x, z)",
            "circles: for (x, y) in path; when x == y; conclude circle(x)",
        ],
    ));
}

#[test]
fn a_negation_is_asked_when_all_is_known() {
    let mut situation = base(&["limit = 10", "tile in [64, 128]"]);
    situation.tables.push(table(
        "trials",
        &["tile", "ms"],
        &[&["64", "8"], &["128", "30"], &["256", "-"]],
    ));
    expect![[r#"
        good(64) [good]
        good(256) [good]
        slow(trials 1) [slow]
        avoid tile == 128 [slow tiles]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "good: for t in trials; unless slow(t); conclude good(t.tile)",
            "slow tiles: for t in trials; when slow(t); avoid tile == t.tile",
            "slow: for t in trials; when t.ms > limit; conclude slow(t)",
        ],
    ));
}

#[test]
fn circles_are_said_and_the_rest_still_works() {
    let mut situation = base(&["n = 1"]);
    situation.tables.push(table("numbers", &["n"], &[&["1"]]));
    expect![[r#"
        rule-circle: that `q` holds depends on that it does not hold the circle goes through `b`
        rule-circle: the value of `x` is needed to conclude it 
        rule-without-end: this computes new values from what it concludes, without end conclusions have to come to an end, whatever the facts are
        fine() [fine]
        count(1) [first]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "a: when not q; conclude p",
            "b: when p; conclude q",
            "fine: when n == 1; conclude fine",
            "c: when x > 1; conclude x = 2",
            "first: for r in numbers; conclude count(r.n)",
            "next: for i; when count(i); conclude count(i + 1)",
        ],
    ));
}

#[test]
fn what_computes_and_comes_to_an_end_is_allowed() {
    expect![[r#"
        double(2) [double]
        double(4) [double]
        double(6) [double]"#]]
    .assert_eq(&concluded(base(&[]), &["double: for i in [1, 2, 3]; conclude double(2 * i)"]));
}

#[test]
fn unknown_is_not_false() {
    expect![[r#"
        quiet() [quiet]
        loud_of(2) [loud_of]
        undecided asks: `sm_count` has no value here
        undecided negated: `causal` has no value here
        undecided shy: `sm_count` has no value here
        undecided bold: `shy` has no value here
        undecided free: `u` has no value here"#]]
    .assert_eq(&concluded(
        base(&["dtype = \"bf16\""]),
        &[
            "asks: when sm_count > 100; recommend x = 1",
            "negated: when not causal; recommend x = 2",
            "decided: when sm_count > 100 and dtype == 'f32'; recommend x = 3",
            "words: when dtype == f32; recommend x = 4",
            "quiet: unless loud; conclude quiet",
            "loud: when dtype == f32; conclude loud",
            "shy: when sm_count > 3; conclude shy",
            "bold: unless shy; conclude bold",
            "free: when loud_of(u); recommend x = 5",
            "loud_of: for i in [1, 2]; when i > 1; conclude loud_of(i)",
        ],
    ));
}

#[test]
fn conditions_over_configs_stay_conditions() {
    let situation =
        base(&["head_dim = 128", "limit = 8192", "tile_m in [32, 64, 128]", "tile_n in [32, 64]"]);
    expect![[r#"
        recommend num_warps = 8 where tile_m == 128 [wide]
        forbid tile_m * 128 + tile_n > 8192 [registers]
        avoid true where tile_m * 128 > 8192 and tile_n == 64 [pressure]
        avoid tile_n == 64 where 8 * (4 if tile_m == 128 else 2) > 31 [computed]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "wide: when tile_m == head_dim and head_dim > 64; recommend num_warps = 8",
            "never: when tile_m == 64 and head_dim < 64; recommend num_warps = 4",
            "registers: forbid tile_m * head_dim + tile_n > limit",
            "pressure: when pressed and tile_n == 64; avoid true",
            "pressed: when tile_m * head_dim > limit; conclude pressed",
            "many: when tile_m == head_dim; conclude warps = 4; priority 1",
            "few: conclude warps = 2",
            "computed: when 8 * warps > 31; avoid tile_n == 64",
        ],
    ));
}

#[test]
fn with_a_config_given_dimensions_are_values() {
    let situation = base(&["tile_m in [32, 64, 128]", "tile_m = 128", "head_dim = 128"]);
    expect![[r#"
        pressed() [pressed]
        forbid true [pressure]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "pressed: when tile_m * head_dim > 8192; conclude pressed",
            "pressure: when pressed; forbid tile_m > 64",
            "other: when pressed; forbid tile_m > 256",
        ],
    ));
}

#[test]
fn slips_are_said_at_their_rule() {
    let mut situation = base(&[]);
    situation.tables.push(table("trials", &["ms"], &[&["1"]]));
    expect![[r#"
        unknown-source: there are no rows called `trails` here 
        unbound-variable: nothing says what `y` may be 
        wrong-arity: `fast` is said of 1 things, and here of 2 
        two-kinds-of-name: `fast` is concluded to hold, and here to have a value 
        fast(trials 0) [fast]"#]]
    .assert_eq(&concluded(
        situation,
        &[
            "slip: for t in trails; conclude slow(t)",
            "free: for y; conclude z(y)",
            "fast: for t in trials; when t.ms < 2; conclude fast(t)",
            "two: for t in trials; when fast(t, t); recommend x = 1",
            "value: conclude fast = 3",
        ],
    ));
}

#[test]
fn warnings_have_values_in_their_places() {
    expect!["warn 128 rows do not fit 64.0 kB [w]"].assert_eq(&concluded(
        base(&["tile = 128"]),
        &["w: when tile > 64; warn {{tile}} rows do not fit {{tile / 2}} kB"],
    ));
}
