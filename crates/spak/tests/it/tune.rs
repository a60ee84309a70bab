//! Recorded spaces that are damaged, odd or large, and what `spak tune` says about them.

use std::io::Write as _;
use std::time::Instant;

use serde_json::{Value, json};

use crate::schemas::faults;
use crate::support::Folder;

fn entry(x: i64, y: i64, time: f64) -> Value {
    json!({
        "timestamp": "2026-01-01T00:00:00+00:00",
        "configuration": {"x": x, "y": y},
        "times": {"compilation": 100.0, "framework": 1.0, "search_algorithm": 0, "validation": 0,
                  "runtimes": [time, time]},
        "invalidity": "correct",
        "correctness": 1,
        "measurements": [{"name": "time", "value": time, "unit": "ms"}],
        "objectives": ["time"]
    })
}

fn entries() -> Vec<Value> {
    (0..12)
        .flat_map(|x| (0..10).map(move |y| (x, y)))
        .map(|(x, y)| entry(x, y, 1.0 + (x * y) as f64 + ((x * 7 + y * 3) % 5) as f64))
        .collect()
}

fn t4(results: &[Value]) -> String {
    json!({ "results": results, "schema_version": "1.0.0", "metadata": {"timeunit": "milliseconds"} }).to_string()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// What is said about a file that cannot be used: exit code 1, nothing on standard output.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let folder = Folder::new();
    folder.write(name, bytes);
    let ran = folder.spak(&["tune", "--replay", name, "--repeats", "2"]).ended(1);
    assert_eq!(ran.out, "", "{name}");
    assert!(ran.err.contains("error["), "{name}: {}", ran.err);
    ran.err
}

/// The report and the warnings about a file that can be used.
#[track_caller]
fn taken(bytes: impl AsRef<[u8]>) -> (Value, String) {
    let folder = Folder::new();
    folder.write("t4.json", bytes);
    let report = ["tune", "--replay", "t4.json", "--repeats", "3", "--output", "json"];
    let said = folder.spak(&report).ended(0);
    let value = said.value();
    assert_eq!(faults(&value), Vec::<String>::new());
    let warnings: Vec<&str> = value["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|d| d["message"].as_str())
        .collect();
    let warnings = warnings.join("\n");
    (value, warnings)
}

#[test]
fn damaged_gzip_is_located() {
    let whole = gzip(t4(&entries()).as_bytes());
    let cut = refused("cut.json.gz", &whole[..whole.len() / 2]);
    assert!(cut.contains("bad-gzip") && cut.contains("ends before its data does"), "{cut}");
    assert!(cut.contains("bytes of text (line 1)"), "{cut}");
    let mut flipped = whole.clone();
    let at = flipped.len() - 6;
    flipped[at] ^= 0xff;
    assert!(refused("sum.json.gz", flipped).contains("checksum"));
    assert!(refused("head.json.gz", &whole[..2]).contains("bad-gzip"));
    assert!(refused("nothing.json.gz", gzip(b"")).contains("unknown-format"));
    // As many members of 1 MiB as are more than 1 GiB of text.
    #[cfg(not(debug_assertions))]
    {
        let bomb = gzip(&vec![b' '; 1 << 20]).repeat(1025);
        assert!(refused("bomb.json.gz", bomb).contains("longer than 1073741824 bytes"));
    }
}

#[test]
fn what_is_no_recorded_space_says_why() {
    for (text, word) in [
        ("", "unknown-format"),
        ("{}", "unknown-format"),
        ("[1, 2]", "unknown-format"),
        (r#"{"ConfigurationSpace": {"TuningParameters": []}}"#, "unknown-format"),
        (r#"{"results": "x"}"#, "bad-entry"),
        (r#"{"results": []}"#, "does not say what was tuned for"),
    ] {
        let said = refused("t4.json", text);
        assert!(said.contains(word), "{text}: {said}");
    }
    assert!(refused("deep.json", "[".repeat(200_000)).contains("unknown-format"));
    let deep = format!(r#"{{"results": {}"#, "[".repeat(100_000));
    assert!(refused("deep.json", deep).contains("error["));
    assert!(refused("bytes.json", [0x7b, 0xff, 0xfe]).contains("not UTF-8"));
}

#[test]
fn entries_that_do_not_fit_are_named() {
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut all = entries();
        change(&mut all);
        t4(&all)
    };
    let twice = refused("t4.json", with(&|all| all.push(entry(0, 5, 2.0))));
    assert!(twice.contains("entries 5 and 120"), "{twice}");
    assert!(twice.contains("x=0 y=5"), "{twice}");
    let lacking = refused("t4.json", with(&|all| all[3]["configuration"] = json!({"x": 0})));
    assert!(lacking.contains("results[3]") && lacking.contains("lacks a parameter"), "{lacking}");
    let more = refused("t4.json", with(&|all| all[3]["configuration"]["z"] = json!(1)));
    assert!(more.contains("`z` is not a parameter"), "{more}");
    let failed = refused(
        "t4.json",
        with(&|all| all.iter_mut().for_each(|e| e["invalidity"] = json!("runtime"))),
    );
    assert!(failed.contains("no config was measured"), "{failed}");
}

#[test]
fn values_that_cannot_be_are_failures_and_said_to_be() {
    let mut all = entries();
    all[0]["measurements"][0]["value"] = json!(-5.0);
    all[1]["measurements"] = json!([]);
    all[2]["invalidity"] = json!("compile");
    let text = t4(&all).replace(r#""value":2.0"#, r#""value":NaN"#);
    let nan = text.matches("NaN").count();
    assert!(nan > 0);
    let (report, warnings) = taken(&text);
    assert!(warnings.contains("1 of 120 configs have a negative time"), "{warnings}");
    assert_eq!(report["spaces"][0]["configs"], 120);
    let left = (0..120).filter(|at| *at > 2 && all[*at]["measurements"][0]["value"] != 2.0).count();
    assert_eq!(report["spaces"][0]["measured"], left);
    assert!(report["spaces"][0]["optimum"].as_f64().unwrap() >= 1.0);
    // An entry without times costs nothing, and that is said.
    let mut all = entries();
    all[7]["times"] = json!({"compilation": 0, "framework": 0, "search_algorithm": 0, "validation": 0, "runtimes": []});
    let (_, warnings) = taken(t4(&all));
    assert!(warnings.contains("1 of 120 configs have no recorded cost"), "{warnings}");
}

#[test]
fn spaces_in_which_nothing_can_be_gained_have_no_score() {
    for all in [vec![entry(1, 1, 3.0)], (0..16).map(|x| entry(x, 0, 3.0)).collect()] {
        let (report, _) = taken(t4(&all));
        assert_eq!(report["strategies"][0]["score"], Value::Null);
        assert_eq!(report["strategies"][0]["spaces"][0]["found"], 1.0);
    }
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = Folder::new();
    folder.write("good.json", t4(&entries()));
    folder.write("bad.json", "{");
    let both = ["tune", "--replay", "bad.json", "good.json", "--repeats", "2"];
    let ran = folder.spak(&both).ended(1);
    assert!(ran.out.contains("good: 120 configs"), "{}", ran.out);
    assert!(ran.err.contains("bad.json"), "{}", ran.err);
}

#[test]
fn a_large_file_is_read_in_linear_time() {
    // A cache of many configs; the time for one is what the time for twice as many is compared with.
    let text = |count: i64| {
        let results: Vec<Value> = (0..count)
            .map(|i| entry(i % 1000, i / 1000, 1.0 + ((i * 7919) % 1009) as f64))
            .collect();
        t4(&results)
    };
    let folder = Folder::new();
    let mut spent = Vec::new();
    for (name, count) in [("few.json", 10_000), ("many.json", 40_000)] {
        folder.write(name, text(count));
        let begun = Instant::now();
        let arguments = ["tune", "--replay", name, "--repeats", "1", "--strategy", "exhaustive"];
        let ran = folder.spak(&arguments).ended(0);
        spent.push(begun.elapsed().as_secs_f64());
        assert!(ran.out.contains(&format!("{count} configs")), "{}", ran.out);
    }
    // Four times the file: quadratic time would be sixteen times as long.
    assert!(spent[1] < spent[0].max(0.2) * 10.0, "{spent:?}");
}

#[test]
fn workers_margins_and_pictures() {
    let folder = Folder::new();
    folder.write("one.json", t4(&entries()));
    folder.write("two.json", t4(&entries()));
    let run = |more: &[&str]| {
        let first = ["tune", "--replay", "one.json", "--repeats", "20", "--output", "json"];
        folder.spak(&[&first[..], more].concat())
    };
    let four = run(&["--batch", "4"]).ended(0).value();
    assert_eq!(faults(&four), Vec::<String>::new());
    assert_eq!(four["workers"], 4);
    // Random search asks the same points however many it asks at once, but they are known four times as soon.
    let one = run(&["--batch", "1"]).ended(0).value();
    let found = |report: &Value, what: &str| -> f64 {
        let all = report["strategies"].as_array().unwrap();
        let random = all.iter().find(|s| s["name"] == "random").unwrap();
        random["spaces"][0][what].as_f64().unwrap()
    };
    assert!(found(&four, "score") > found(&one, "score") + 0.1);
    let margin = run(&["--margin", "5%"]).ended(0).value();
    assert_eq!(faults(&margin), Vec::<String>::new());
    assert_eq!(margin["margin"], 0.05);
    let stopping = &margin["strategies"][0]["spaces"][0]["stopping"];
    assert!(stopping["evaluations"].as_f64() <= stopping["evaluations_unstopped"].as_f64());
    for wrong in [["--margin", "0"], ["--margin", "100%"], ["--batch", "0"], ["--batch", "5000"]] {
        run(&wrong).ended(2);
    }
    // One space has the file that was named, several have one each.
    run(&["--plot", "curves.svg"]).ended(0);
    let picture = folder.read("curves.svg");
    assert!(picture.starts_with("<svg") && picture.contains("guided"), "{picture:.200}");
    let both = ["tune", "--replay", "one.json", "two.json", "--repeats", "2", "--plot", "c.png"];
    folder.spak(&both).ended(0);
    for name in ["c-one.png", "c-two.png"] {
        assert!(std::fs::read(folder.join(name)).unwrap().starts_with(b"\x89PNG"));
    }
    let twice = ["tune", "--replay", "one.json", "one.json", "--plot", "c.png"];
    assert!(folder.spak(&twice).ended(2).err.contains("the same name"));
    assert!(run(&["--plot", "curves.gif"]).ended(2).err.contains(".svg"));
}

#[test]
fn what_was_measured_elsewhere_leads_where_it_holds() {
    let folder = Folder::new();
    // Forty by forty, with a valley off the axes and noise that no model foresees.
    let time = |x: i64, y: i64| {
        let far = (x - 27).abs() + (y - 9).abs();
        1.0 + far as f64 * 0.3 + ((x * 31 + y * 17) % 11) as f64 * 0.2
    };
    let all = || (0..40).flat_map(|x| (0..40).map(move |y| (x, y)));
    let here: Vec<Value> = all().map(|(x, y)| entry(x, y, time(x, y))).collect();
    // Half of it, three times as slow, with a parameter more, and values that are not there here.
    let there: Vec<Value> = all()
        .filter(|(x, y)| (x + y) % 2 == 0)
        .map(|(x, y)| {
            let mut entry = entry(x, if y == 39 { 99 } else { y }, 3.0 * time(x, y));
            entry["configuration"]["unroll"] = json!(x % 4);
            entry
        })
        .collect();
    folder.write("here.json", t4(&here));
    folder.write("there.json", t4(&there));
    let tuned = |more: &[&str]| {
        let base = ["tune", "--replay", "here.json", "--strategy", "thorough", "--repeats", "20"];
        let (code, report) = folder.json(&[&base[..], more].concat());
        assert_eq!(code, 0, "{report}");
        let of = |one: &Value| {
            let near = one["spaces"][0]["evaluations_to_near"].as_u64().unwrap();
            (one["name"].as_str().unwrap().to_owned(), near)
        };
        report["strategies"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let near = |of: &[(String, u64)], name: &str| {
        of.iter().find(|(own, _)| own == name).map(|(_, near)| *near).unwrap()
    };
    let told = tuned(&["--knowing", "there.json", "--misled"]);
    let cold = near(&told, "thorough");
    assert!(2 * near(&told, "thorough, knowing") < cold, "{told:?}");
    assert!(near(&told, "thorough, knowing noise") < cold + 10, "{told:?}");
    assert!(near(&told, "thorough, knowing the reverse") < cold + 10, "{told:?}");
    // A file tells nothing about itself, nor one in which nothing has a name of here.
    let itself = tuned(&["--knowing", "here.json"]);
    assert_eq!(near(&itself, "thorough, knowing"), cold);
    folder.write("other.json", t4(&there).replace("\"x\"", "\"u\"").replace("\"y\"", "\"v\""));
    let other = tuned(&["--knowing", "other.json"]);
    assert_eq!(near(&other, "thorough, knowing"), cold);
    let ran = folder.spak(&["tune", "--replay", "here.json", "--knowing", "none.json"]).ended(2);
    assert!(ran.err.contains("cannot read `none.json`"), "{}", ran.err);
}

/// A trace of SPAK's is as many spaces as problems were searched in it.
#[test]
fn problems_of_a_trace_are_spaces_and_teach_each_other() {
    let folder = Folder::new();
    let stored = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_shapes.jsonl.gz");
    std::fs::copy(stored, folder.path().join("shapes.jsonl.gz")).unwrap();
    let report = ["tune", "--replay", "shapes.jsonl.gz", "--repeats", "2", "--output", "json"];
    let said = folder.spak(&report).ended(0).value();
    assert_eq!(faults(&said), Vec::<String>::new());
    let spaces = said["spaces"].as_array().unwrap();
    assert!(spaces.len() > 1, "{said}");
    for space in spaces {
        assert_eq!(space["kind"], "SPAK trace");
        assert_eq!(space["objective"], "time ms");
        assert!(space["configs"].as_u64().unwrap() >= 8);
        // What problems have in common does not name them.
        let name = space["file"].as_str().unwrap();
        assert!(name.starts_with("shapes.jsonl.gz ") && !name.contains("dtype"), "{name}");
    }
    let names: std::collections::BTreeSet<&str> =
        spaces.iter().map(|space| space["file"].as_str().unwrap()).collect();
    assert_eq!(names.len(), spaces.len());
    // The others of the same trace tell of each.
    let told = ["--knowing", "shapes.jsonl.gz", "--strategy", "thorough"];
    let said = folder.spak(&[&report[..], &told[..]].concat()).ended(0).value();
    let named = said["strategies"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap());
    assert!(named.collect::<Vec<_>>().contains(&"thorough, knowing"), "{said}");
}

#[test]
fn traces_without_a_space_are_refused() {
    let begun =
        r#"{"format":"spak.trace","version":1,"tool":"spak","created":"2026-01-01T00:00:00Z"}"#;
    let said = refused("empty.jsonl", format!("{begun}\n"));
    assert!(said.contains("no problem has 8 configs"), "{said}");
    let said = refused("cut.jsonl", &begun.as_bytes()[..40]);
    assert!(said.contains("cut.jsonl"), "{said}");
}
