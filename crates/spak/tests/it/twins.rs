//! Configs that are one program are tried once.

use std::collections::BTreeSet;

use crate::gpu::{cache, run};
use crate::support::Folder;

/// `occupancy` is a hint that the compiler has no use for where a kernel needs few registers, and a number of blocks where they
/// take tile after tile.
const ROWS: &str = "system Rows {
    import \"std/hardware/h200\"
    workload short {
        operator: rms_norm
        rows: 4096
        columns: 1024
        dtype: \"bf16\"
    }
    design_space {
        scheduling: [\"tile_per_cta\", \"static_persistent\"]
    }
    tuning_space {
        rows_per_tile: [1, 2]
        occupancy: [1, 2]
    }
}
";

#[test]
fn configs_that_are_one_program_are_bundled_once() {
    let Some(cache) = cache() else { return };
    let folder = Folder::with("rows.dsl", ROWS);
    let compiled = run(&folder, &cache, &["compile", "rows.dsl", "--output", "json"]).value();
    let configs = compiled["configs"].as_array().unwrap();
    assert_eq!(configs.len(), 8, "{compiled:#}");
    let programs = |scheduling: &str| -> BTreeSet<(i64, String)> {
        let own = configs.iter().filter(|one| one["config"]["scheduling"] == scheduling);
        let told = own.map(|one| {
            let rows = one["config"]["rows_per_tile"].as_i64().unwrap();
            (rows, one["program"].as_str().unwrap().to_owned())
        });
        told.collect()
    };
    // One for each size of tiles; with as many blocks as there is room for the number of blocks is a part of the program.
    assert_eq!(programs("tile_per_cta").len(), 2, "{compiled:#}");
    assert_eq!(programs("static_persistent").len(), 4, "{compiled:#}");
    let shown = run(&folder, &cache, &["compile", "rows.dsl"]).ended(0);
    assert!(shown.out.contains("8 ready, 6 different programs among these"), "{shown:?}");

    let bundled = run(&folder, &cache, &["bundle", "rows.dsl", "-o", "rows.spak"]).ended(0);
    assert!(bundled.err.contains("2 configs left out: the same programs as others"), "{bundled:?}");
    assert!(bundled.out.contains("6 candidates"), "{bundled:?}");
    // Who wants to see what each value is worth sees that one is worth nothing.
    let covering = ["bundle", "rows.dsl", "-o", "all.spak", "--cover", "neighbours"];
    let covering = run(&folder, &cache, &covering).ended(0);
    assert!(!covering.err.contains("left out"), "{covering:?}");
    assert!(covering.out.contains("4 candidates"), "{covering:?}");
}
