//! `spak learn --from` on sweeps that other programs made.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use expect_test::expect;
use serde_json::Value;

use crate::schemas::faults;
use crate::support::Folder;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if path.exists() {
        return Some(path.canonicalize().unwrap());
    }
    eprintln!("SKIPPED: there is no {}", path.display());
    None
}

const PROTOTYPE: &str = "corpus/prototype/examples/KernelEngineer/FMHAv4";

/// What JSON has under a key of each element.
fn texts(list: &Value, keys: &[&str]) -> String {
    let line = |one: &Value| {
        let parts: Vec<String> = keys
            .iter()
            .map(|key| match &one[*key] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        parts.join(" | ")
    };
    list.as_array().unwrap().iter().map(|one| line(one) + "\n").collect()
}

#[test]
fn the_sweep_of_the_prototype_shows_what_its_authors_wrote_and_what_it_does_not() {
    let Some(folder) = shared(PROTOTYPE) else { return };
    let own = Folder::new();
    own.write("sweep.json", std::fs::read(folder.join("last_engineering_trace.json")).unwrap());
    own.write("v4.dsl", std::fs::read(folder.join("fmha_system_v4.dsl")).unwrap());
    let before = own.read("v4.dsl");
    let names = ["--rename", "k_lat=k_load_latency", "--rename", "v_lat=v_load_latency"];
    let arguments = [&["learn", "v4.dsl", "--from", "sweep.json"], names.as_slice()].concat();
    let (code, report) = own.json(&arguments);
    assert_eq!(code, 0, "{report}");
    assert_eq!(faults(&report), Vec::<String>::new());
    let sweep = &report["sweeps"][0];
    assert_eq!(sweep["given"], serde_json::json!(["causal"]));
    assert_eq!(sweep["noise"]["repeated"], true);
    expect![[r##"
        slower | tile_m = 128 has 0.46x the tflops of 64 (interval 0.41x to 0.53x; 0.39x to 0.56x over 16 pairs) | ["#0","#8"]
        slower | causal = false has 0.63x the tflops of true (interval 0.55x to 0.71x; 0.54x to 0.73x over 16 pairs) | ["#21","#5"]
        slower | tile_n = 128 has 0.90x the tflops of 64 (interval 0.85x to 0.949x; 0.83x to 0.974x over 16 pairs) | ["#1","#5"]
        never-best | tile_m = 128 is never the best of 16 groups (in at most 17% of such groups); it has 0.46x the tflops of the best other value (interval 0.41x to 0.53x; 0.39x to 0.56x over 16 groups) | ["#0","#8"]
        never-best | tile_n = 128 is never the best of 16 groups (in at most 17% of such groups); it has 0.90x the tflops of the best other value (interval 0.85x to 0.949x; 0.83x to 0.974x over 16 groups) | ["#1","#5"]
        depends | what causal does depends on tile_m: true has 1.81x the tflops of false at tile_m = 64 (interval 1.72x to 1.90x; 1.77x to 1.85x over 8 pairs), and 1.41x at 128 (interval 1.32x to 1.51x; 1.37x to 1.45x over 8 pairs) | ["#3","#19","#11","#27"]
        depends | what tile_m does depends on tile_n: 128 has 0.44x the tflops of 64 at tile_n = 64 (interval 0.33x to 0.58x; 0.39x to 0.50x over 8 pairs), and 0.49x at 128 (interval 0.36x to 0.66x; 0.43x to 0.56x over 8 pairs) | ["#1","#9","#5","#13"]
        equal | on average k_load_latency makes no difference beyond 0.3% between 2, 3 (16 pairs or more; single ones differ by up to 0.2%) | ["#0","#2","#16","#18","#1","#3","#17","#19","#4","#6","#20","#22","#5","#7","#21","#23","#8","#10","#24","#26","#9","#11","#25","#27","#12","#14","#28","#30","#13","#15","#29","#31"]
        equal | on average v_load_latency makes no difference beyond 0.3% between 4, 5 (16 pairs or more; single ones differ by up to 0.1%) | ["#0","#1","#16","#17","#2","#3","#18","#19","#4","#5","#20","#21","#6","#7","#22","#23","#8","#9","#24","#25","#10","#11","#26","#27","#12","#13","#28","#29","#14","#15","#30","#31"]
    "##]].assert_eq(&texts(&sweep["findings"], &["kind", "sentence", "witness"]));
    expect![[r#"
        tile_m on NVIDIA GeForce RTX 5070 | device == 'NVIDIA GeForce RTX 5070' | recommend | tile_m = 64
        not tile_m = 128 on NVIDIA GeForce RTX 5070 | device == 'NVIDIA GeForce RTX 5070' | avoid | tile_m = 128
        tile_n on NVIDIA GeForce RTX 5070 | device == 'NVIDIA GeForce RTX 5070' | recommend | tile_n = 64
        not tile_n = 128 on NVIDIA GeForce RTX 5070 | device == 'NVIDIA GeForce RTX 5070' | avoid | tile_n = 128
    "#]].assert_eq(&texts(&sweep["rules"], &["name", "when", "key", "advice"]));
    // What the authors wrote by hand: the tile is there, the latencies are not.
    expect![[r#"
        Blackwell TMA Pipelining | k_load_latency = 2 | {} | fades
        Blackwell TMA Pipelining | v_load_latency = 4 | {"causal":false} | fades
        Blackwell TMA Pipelining | v_load_latency = 5 | {"causal":true} | fades
        Tile Size Heuristic | tile_m = 64 | {} | holds
    "#]]
    .assert_eq(&texts(&report["judged"], &["rule", "says", "at", "held"]));

    // What was learnt stands in the design, which is good and says it once.
    assert_eq!(report["written"], true);
    let after = own.read("v4.dsl");
    for line in before.lines().filter(|line| !line.trim().is_empty()) {
        assert!(after.contains(line), "`{line}` is gone");
    }
    for part in [
        "fact swept_on_nvidia_geforce_rtx_5070() {",
        "return device == \"NVIDIA GeForce RTX 5070\"",
        "avoid: \"tile_m = 128\"",
        "witness: \"#0 #8\"",
    ] {
        assert!(after.contains(part), "no `{part}` in:\n{after}");
    }
    own.spak(&["check", "v4.dsl"]).ended(0);
    let again = own.json(&arguments).1;
    assert_eq!((&again["written"], &again["diff"]), (&Value::Bool(false), &Value::from("")));
    assert_eq!(own.read("v4.dsl"), after);
}

/// How findings of one recorded space hold on another.
fn elsewhere(from: &str, on: &str) -> Option<String> {
    let (from, on) = (shared(&format!("tuning/{from}"))?, shared(&format!("tuning/{on}"))?);
    let folder = Folder::new();
    let (from, on) = (from.to_string_lossy(), on.to_string_lossy());
    let (code, report) = folder.json(&["learn", "--from", &from, "--holds-on", &on, "--halves"]);
    assert_eq!(code, 0, "{report}");
    let sweep = &report["sweeps"][0];
    let other = &sweep["elsewhere"][0];
    let part = |x: &Value| x.as_f64().map_or("-".to_owned(), |x| format!("{x:.3}"));
    let left = |of: &Value, how: &str| {
        let of = &of["followed"][how];
        format!(
            "{} of {}, best {}, median {}",
            of["left"],
            of["configs"],
            part(&of["best"]),
            part(&of["median"])
        )
    };
    let counts = |of: &Value| {
        format!(
            "{} hold, {} fade, {} contradicted, {} untold",
            of["hold"], of["fade"], of["contradicted"], of["untold"]
        )
    };
    Some(format!(
        "{} findings, {} rules\nhalves: {}; precision {}, slope {}\nelsewhere: {}; precision {}\nrules elsewhere: {}; precision {}\n\
         avoiding here: {}\navoiding there: {}\nchoosing here: {}\nchoosing there: {}\n{}",
        sweep["findings"].as_array().unwrap().len(),
        sweep["rules"].as_array().unwrap().len(),
        counts(&sweep["halves"]["counts"]),
        part(&sweep["halves"]["precision"]),
        part(&sweep["halves"]["slope"]),
        counts(&other["counts"]),
        part(&other["precision"]),
        counts(&other["rule_counts"]),
        part(&other["rule_precision"]),
        left(sweep, "avoiding"),
        left(other, "avoiding"),
        left(sweep, "choosing"),
        left(other, "choosing"),
        texts(&sweep["rules"], &["key", "advice", "confidence", "support"]),
    ))
}

#[test]
fn what_a_convolution_shows_on_one_device_holds_in_part_on_another() {
    let (a100, w6600) = ("convolution_A100_T4.json.gz", "convolution_W6600_T4.json.gz");
    let Some(there) = elsewhere(a100, w6600) else { return };
    expect![[r#"
        47 findings, 6 rules
        halves: 43 hold, 0 fade, 0 contradicted, 1 untold; precision 1.000, slope 0.936
        elsewhere: 28 hold, 4 fade, 11 contradicted, 4 untold; precision 0.651
        rules elsewhere: 1 hold, 2 fade, 3 contradicted, 0 untold; precision 0.167
        avoiding here: 2810 of 4201, best 1.000, median 0.961
        avoiding there: 2918 of 4362, best 1.000, median 0.558
        choosing here: 195 of 4201, best 1.000, median 0.595
        choosing there: 198 of 4362, best 1.328, median 0.489
        recommend | read_only = 1 if use_shmem == 1 else 0 | 0.99 | 758
        recommend | use_shmem = 1 | 0.8314102564102565 | 1558
        recommend | tile_size_y = 3 | 0.7228682170542635 | 1030
        avoid | block_size_x = 144 | 0.9810298844910613 | 262
        avoid | tile_size_x = 3 | 0.9655850540806293 | 1015
        avoid | block_size_x = 176 | 0.9782284300700964 | 238
    "#]]
    .assert_eq(&there);
    let Some(back) = elsewhere(w6600, a100) else { return };
    expect![[r#"
        39 findings, 7 rules
        halves: 43 hold, 0 fade, 0 contradicted, 0 untold; precision 1.000, slope 0.887
        elsewhere: 28 hold, 2 fade, 7 contradicted, 2 untold; precision 0.757
        rules elsewhere: 4 hold, 1 fade, 2 contradicted, 0 untold; precision 0.571
        avoiding here: 3644 of 4362, best 1.000, median 0.904
        avoiding there: 3504 of 4201, best 1.000, median 0.993
        choosing here: 30 of 4362, best 1.010, median 0.062
        choosing there: 29 of 4201, best 1.742, median 0.982
        recommend | block_size_x = 64 | 0.6881829581998202 | 142
        avoid | block_size_x = 240 | 0.9815402792407157 | 196
        avoid | block_size_x = 192 | 0.9894639352287998 | 162
        avoid | block_size_x = 112 | 0.9806629826951712 | 360
        recommend | tile_size_x = 1 | 0.7359307359307359 | 922
        recommend | tile_size_x = 4 if tile_size_y == 3 else 1 | 0.99 | 222
        recommend | read_only = 1 | 0.5782882457963976 | 2181
    "#]]
    .assert_eq(&back);
}

#[test]
fn what_dedispersion_shows_on_one_device_holds_in_part_on_another() {
    let (a100, w6600) = ("dedispersion_A100_T4.json.gz", "dedispersion_W6600_T4.json.gz");
    let Some(there) = elsewhere(a100, w6600) else { return };
    expect![[r#"
        73 findings, 17 rules
        halves: 125 hold, 1 fade, 0 contradicted, 1 untold; precision 0.992, slope 0.989
        elsewhere: 59 hold, 6 fade, 8 contradicted, 0 untold; precision 0.808
        rules elsewhere: 14 hold, 1 fade, 2 contradicted, 0 untold; precision 0.824
        avoiding here: 3150 of 11130, best 1.000, median 0.967
        avoiding there: 3150 of 11130, best 1.000, median 0.995
        choosing here: 1 of 11130, best 1.007, median 0.946
        choosing there: 1 of 11130, best 1.235, median 0.906
        recommend | block_size_y = 256 | 0.7602523659305994 | 315
        avoid | block_size_y = 40 | 0.99 | 525
        avoid | block_size_x = 1 | 0.99 | 3045
        avoid | block_size_y = 72 | 0.99 | 420
        avoid | block_size_y = 136 | 0.99 | 315
        avoid | block_size_y = 168 | 0.99 | 315
        avoid | block_size_y = 104 | 0.99 | 420
        avoid | block_size_y = 200 | 0.99 | 315
        avoid | block_size_y = 88 | 0.99 | 420
        avoid | block_size_x = 2 | 0.99 | 3045
        avoid | block_size_y = 152 | 0.99 | 315
        recommend | tile_size_y = 1 | 0.9045698924731183 | 742
        avoid | block_size_y = 144 | 0.99 | 315
        avoid | block_size_y = 232 | 0.99 | 315
        avoid | block_size_y = 184 | 0.9543876362606117 | 315
        avoid | block_size_y = 120 | 0.99 | 420
        recommend | tile_size_x = 1 | 0.9560301507537688 | 1590
    "#]]
    .assert_eq(&there);
    let Some(back) = elsewhere(w6600, a100) else { return };
    expect![[r#"
        72 findings, 21 rules
        halves: 110 hold, 0 fade, 0 contradicted, 0 untold; precision 1.000, slope 1.000
        elsewhere: 54 hold, 8 fade, 10 contradicted, 0 untold; precision 0.750
        rules elsewhere: 16 hold, 1 fade, 4 contradicted, 0 untold; precision 0.762
        avoiding here: 2970 of 11130, best 1.000, median 0.937
        avoiding there: 2970 of 11130, best 1.000, median 0.983
        choosing here: 15 of 11130, best 1.025, median 0.800
        choosing there: 15 of 11130, best 1.004, median 0.954
        recommend | block_size_y = 256 | 0.7570977917981072 | 315
        avoid | block_size_y = 40 | 0.99 | 525
        avoid | block_size_y = 48 | 0.9886148006084631 | 525
        avoid | block_size_y = 72 | 0.99 | 420
        avoid | block_size_y = 56 | 0.9810244653619834 | 525
        avoid | block_size_y = 80 | 0.99 | 420
        avoid | block_size_y = 136 | 0.99 | 315
        recommend | tile_size_x = 1 | 0.8881909547738693 | 1590
        recommend | block_size_x = 8 if block_size_y == 104 else 2 | 0.971962616815661 | 105
        avoid | block_size_y = 88 | 0.99 | 420
        avoid | tile_size_x = 4 | 0.9783155248271528 | 3180
        avoid | block_size_y = 168 | 0.99 | 315
        avoid | tile_size_y = 7 | 0.9818304172274562 | 1484
        avoid | block_size_y = 144 | 0.99 | 315
        avoid | tile_size_y = 6 | 0.9650067294751009 | 1484
        avoid | block_size_y = 96 | 0.9892004465246953 | 420
        avoid | block_size_y = 200 | 0.99 | 315
        avoid | block_size_y = 184 | 0.99 | 315
        avoid | block_size_y = 216 | 0.99 | 315
        avoid | block_size_y = 232 | 0.99 | 315
        recommend | tile_stride_y = 1 | 0.9045419553502695 | 5194
    "#]]
    .assert_eq(&back);
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let folder =
        Folder::with("a.json", r#"{"full_history": [{"x": 1, "ms": -1}, {"x": 2, "ms": 1}]}"#);
    let ran = folder.spak(&["learn", "--from", "a.json"]).ended(1);
    assert!(ran.err.contains("bad-entry") && ran.err.contains("a.json:1:34"), "{}", ran.err);
    folder.write("none.json", r#"{"full_history": [{"x": 1, "y": 2}]}"#);
    let ran = folder.spak(&["learn", "--from", "none.json"]).ended(1);
    assert!(ran.err.contains("does not say what was measured"), "{}", ran.err);
    let ran = folder.spak(&["learn"]).ended(2);
    assert!(ran.err.contains("--from"), "{}", ran.err);
    // Without a device nothing is written: it would hold everywhere.
    folder.write("few.json", r#"{"full_history": [{"x": 1, "ms": 1.5}, {"x": 2, "ms": 1.25}]}"#);
    folder.write("d.dsl", "system D {\n    tuning_space {\n        x: [1, 2]\n    }\n}\n");
    let ran = folder.spak(&["learn", "d.dsl", "--from", "few.json"]).ended(2);
    assert!(ran.err.contains("say `--device NAME`"), "{}", ran.err);
    let ran = folder.spak(&["learn", "--from", "few.json"]).ended(0);
    assert!(ran.out.contains("of x nothing is claimed: 1 pairs at most"), "{}", ran.out);
}

#[test]
fn a_trace_is_a_table_too() {
    let traces = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let path = traces.join("fmha_seed.jsonl.gz");
    let folder = Folder::new();
    let (code, report) = folder.json(&["learn", "--from", &path.to_string_lossy()]);
    assert_eq!(code, 0, "{report}");
    let sweep = &report["sweeps"][0];
    assert_eq!(sweep["kind"], "SPAK trace");
    assert_eq!(sweep["device"], "NVIDIA H200");
    // One problem: its values are where what was learnt holds, and no config is told what to be there.
    assert_eq!(sweep["fixed"]["head_dim"], 128);
    assert!(sweep["given"].as_array().unwrap().is_empty(), "{}", sweep["given"]);
    let names = sweep["names"].as_array().unwrap();
    assert!(
        names.contains(&"tile_m".into()) && !names.contains(&"local_memory".into()),
        "{names:?}"
    );
    let told = sweep["measured"].as_u64().unwrap() + sweep["rejected"].as_u64().unwrap();
    assert_eq!(told, 40);
}

#[test]
fn traces_of_two_devices_are_no_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces/fmha_seed.jsonl.gz");
    let mut text = String::new();
    let packed = std::fs::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let first = text.lines().find(|line| line.starts_with(r#"{"type":"device""#)).unwrap();
    let line: Value = serde_json::from_str(first).unwrap();
    let mut device: spak_records::Device = serde_json::from_value(line["data"].clone()).unwrap();
    let own = spak_records::trace::id_of(&device);
    device.name = "NVIDIA H100".to_owned();
    let other = spak_records::trace::id_of(&device);
    // The same trials once more, in runs of other names on the other device.
    let again = text
        .lines()
        .skip(1)
        .map(|line| {
            let line = line
                .replace("NVIDIA H200", "NVIDIA H100")
                .replace(own.as_str(), other.as_str())
                .replace("node-2026", "node-2027");
            let mut line: Value = serde_json::from_str(&line).unwrap();
            if let Some(Value::String(key)) = line["data"].get_mut("key") {
                let (kind, digits) = key.split_once(':').unwrap();
                *key = format!("{kind}:{}", digits.chars().rev().collect::<String>());
            }
            line.to_string()
        })
        .collect::<Vec<_>>()
        .join("\n");
    let folder = Folder::new();
    folder.write("two.jsonl", format!("{text}{again}\n"));
    let ran = folder.spak(&["learn", "--from", "two.jsonl"]).ended(2);
    assert!(ran.err.contains("NVIDIA H100 and NVIDIA H200"), "{}", ran.err);
    folder.write("broken.jsonl", "{\"format\":\"spak.trace\"");
    let ran = folder.spak(&["learn", "--from", "broken.jsonl"]).ended(2);
    assert!(ran.err.contains("broken.jsonl"), "{}", ran.err);
}
