//! The loop led by the strategies of `spak tune`: every one of them ends, keeps to the space, and starts
//! from what the design knows.

use std::collections::BTreeSet;

use crate::support::Folder;

const DESIGN: &str = "system S {
    workload W { family: matmul, m: 40, n: 40, k: 40 }
    design_space { loop_order: [\"ijk\", \"tiled_ikj\"] }
    tuning_space {
        tile_m: [16, 32, 64] when loop_order == \"tiled_ikj\"
        tile_n: [16, 32]
    }
    constraint { require: tile_m * tile_n <= 1024 }
}
";

fn tried(report: &serde_json::Value) -> Vec<String> {
    report["trials"].as_array().unwrap().iter().map(|t| t["config"].to_string()).collect()
}

#[test]
fn strategies_exhaust_a_small_space_and_try_nothing_twice() {
    let mut sets = BTreeSet::new();
    for strategy in ["guided", "annealing"] {
        let folder = Folder::with("s.dsl", DESIGN);
        let (code, report) = folder.json(&[
            "loop",
            "s.dsl",
            "--strategy",
            strategy,
            "--seconds",
            "120",
            "--keep-design",
        ]);
        assert_eq!(code, 0, "{strategy}: {report}");
        let all = tried(&report);
        let set: BTreeSet<String> = all.iter().cloned().collect();
        assert_eq!(set.len(), all.len(), "{strategy}");
        // One without tiles, and the tiles that fit.
        assert_eq!(all.len(), 1 + 5, "{strategy}: {report}");
        sets.insert(set);
    }
    assert_eq!(sets.len(), 1);
}

#[test]
fn a_strategy_starts_from_what_the_design_knows_and_goes_on_where_it_was() {
    let folder = Folder::with("s.dsl", DESIGN);
    let run = |more: &[&str]| {
        let all = [&["loop", "s.dsl", "--strategy", "local", "--seconds", "120"], more].concat();
        folder.json(&all)
    };
    let (code, first) = run(&["--trials", "3", "--keep-design"]);
    assert_eq!((code, tried(&first).len()), (0, 3), "{first}");
    let (code, whole) = run(&[]);
    assert_eq!(code, 0, "{whole}");
    // With the budget of the first run gone the search asks the same questions and goes on.
    assert_eq!(tried(&whole).get(..3), tried(&first).get(..3).map(|t| t as _));
    // What it knows is in the fact: the best of the run may be another one that cannot be told from it.
    let known = known_best(&folder.read("s.dsl"));
    let (code, again) = run(&["--trials", "2"]);
    assert_eq!(code, 0, "{again}");
    assert_eq!(tried(&again).get(1), known.as_ref(), "{again}");
}

/// The config of the fact about the best, as a report writes it.
fn known_best(design: &str) -> Option<String> {
    let (_, fact) = design.split_once("fact best_")?;
    let (config, _) = fact.split_once("config: \"")?.1.split_once('"')?;
    let fields = config.split(", ").map(|field| field.replace('\'', "\"").replace(" = ", "\":"));
    Some(format!("{{\"{}}}", fields.collect::<Vec<_>>().join(",\"")))
}

#[test]
fn a_strategy_that_is_none_is_named_with_those_that_are() {
    let folder = Folder::with("s.dsl", DESIGN);
    let ran = folder.spak(&["loop", "s.dsl", "--strategy", "gided"]).ended(2);
    assert!(ran.err.contains("no strategy `gided`") && ran.err.contains("guided"), "{}", ran.err);
    folder.spak(&["loop", "s.dsl", "--margin", "0.1"]).ended(2);
    folder.spak(&["loop", "s.dsl", "--strategy", "random", "--margin", "2"]).ended(2);
}
