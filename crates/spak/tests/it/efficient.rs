//! Energy beside time: the front of what nothing beats in both.

use crate::support::Folder;

#[test]
fn energy_beside_time_shows_what_nothing_beats_in_both() {
    let folder = Folder::new();
    let stored =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/results/gpu/fmha_h200_first.jsonl.gz");
    let mut text = String::new();
    let file = std::fs::File::open(stored).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    // Larger tiles take less energy here, whatever they took there.
    let mut least = f64::INFINITY;
    let lines = text.lines().map(|line| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["type"] == "trial" {
            let data = &mut line["data"];
            let tile = |name: &str| data["config"][name].as_f64().unwrap();
            let energy = 1e6 / (tile("tile_m") * tile("tile_n") + tile("occupancy"));
            least = least.min(energy);
            data["outcome"]["measured"]["energy_mj"] = energy.into();
        }
        format!("{line}\n")
    });
    folder.write("t.jsonl", lines.collect::<String>());
    let ran = folder.spak(&["trace", "t.jsonl", "--output", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.value();
    let front = report["runs"][0]["efficient"].as_array().unwrap();
    let problems: std::collections::BTreeSet<&str> =
        front.iter().map(|one| one["problem"].as_str().unwrap()).collect();
    assert_eq!(problems.len(), 2);
    for problem in problems {
        let own = front.iter().filter(|one| one["problem"] == problem);
        let numbers: Vec<(u64, f64)> = own
            .map(|one| (one["ns"].as_u64().unwrap(), one["energy_mj"].as_f64().unwrap()))
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1), "{numbers:?}");
        assert!(numbers.last().is_some_and(|(_, energy)| *energy <= least * 1.001));
    }
    let shown = folder.spak(&["trace", "t.jsonl"]);
    assert!(shown.out.contains("no other config is both faster and needs less energy"));
}
