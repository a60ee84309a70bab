//! Tuning spaces through the binary: counts as Python counts them, questions, rows, and recorded runs.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::schemas::faults;
use crate::support::Folder;

/// A Python expression for a number, a truth value or a text; often nonsense.
fn value(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.below(4) == 0 {
        return match dice.below(3) {
            0 => dice.pick(&["0", "1", "2", "3", "7", "8", "-1", "0.5", "2.0", "1e3"]).to_owned(),
            _ => dice.pick(&["a", "b", "c", "d"]).to_owned(),
        };
    }
    let inner = |dice: &mut Dice| value(dice, depth - 1);
    match dice.below(10) {
        0 => format!("(-{})", inner(dice)),
        1 => format!("min({}, {})", inner(dice), inner(dice)),
        2 => format!("({} if {} else {})", inner(dice), condition(dice, 1), inner(dice)),
        3 => format!("abs({})", inner(dice)),
        4 => format!("({} {} {})", inner(dice), dice.pick(&["&", "|", "^"]), inner(dice)),
        5 => format!("int({})", inner(dice)),
        _ => {
            let operator = dice.pick(&["+", "-", "*", "*", "/", "//", "%", "%", "**"]);
            // Python would compute powers of any size.
            let right = if operator == "**" { "2".to_owned() } else { inner(dice) };
            format!("({} {operator} {right})", inner(dice))
        }
    }
}

fn condition(dice: &mut Dice, depth: usize) -> String {
    if depth > 0 && dice.below(3) == 0 {
        let (a, b) = (condition(dice, depth - 1), condition(dice, depth - 1));
        return match dice.below(3) {
            0 => format!("({a} and {b})"),
            1 => format!("({a} or {b})"),
            _ => format!("(not {a})"),
        };
    }
    let comparison = |dice: &mut Dice| dice.pick(&["<", "<=", "==", "!=", ">", ">="]);
    let (a, b) = (value(dice, 2), value(dice, 2));
    match dice.below(6) {
        0 => format!("{a} in (1, 2, 4, 'x')"),
        1 => {
            let (first, second) = (comparison(dice), comparison(dice));
            format!("{a} {first} {b} {second} {}", value(dice, 1))
        }
        _ => format!("{a} {} {b}", comparison(dice)),
    }
}

fn space(dice: &mut Dice) -> Value {
    let domains = [
        json!([0, 1, 2, 3]),
        json!([1, 2, 4, 8, 16]),
        json!([-2, 3, 5]),
        json!([0.5, 1.0, 2.5]),
        json!([false, true]),
        json!(["x", "y"]),
        json!([1, 0.25, "x"]),
        json!([4_611_686_018_427_387_904_i64, 3]),
    ];
    let mut parameters = serde_json::Map::new();
    for name in ["a", "b", "c", "d"] {
        // Whole numbers most of the time, as in real spaces.
        let at = if dice.below(3) > 0 { dice.below(3) } else { dice.below(domains.len()) };
        parameters.insert(name.to_owned(), domains[at].clone());
    }
    let count = 1 + dice.below(3);
    let restrictions: Vec<String> = (0..count).map(|_| condition(dice, 2)).collect();
    json!({ "tune_params": parameters, "restrictions": restrictions })
}

/// Counts by brute force; a config where a restriction raises is not valid.
const PYTHON: &str = r#"
import itertools, json, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    space = json.loads(line)
    names = list(space["tune_params"])
    try:
        code = [compile(r, "r", "eval") for r in space["restrictions"]]
    except Exception:
        print("null", flush=True)
        continue
    count = 0
    for values in itertools.product(*space["tune_params"].values()):
        config = dict(zip(names, values))
        try:
            count += all([bool(eval(c, {}, config)) for c in code])
        except Exception:
            pass
    print(count, flush=True)
"#;

#[test]
fn a_space_has_as_many_configs_as_python_counts() {
    let spaces: Vec<Value> = {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        (0..300).map(|_| space(&mut dice)).collect()
    };
    let Ok(mut python) = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        eprintln!("SKIPPED: counts as Python counts them; no `python3`");
        return;
    };
    let lines: String = spaces.iter().map(|s| format!("{s}\n")).collect();
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let counts = String::from_utf8(output.stdout).unwrap();
    let counts: Vec<&str> = counts.lines().collect();
    assert_eq!(counts.len(), spaces.len());
    let folder = Folder::new();
    let (mut compared, mut nonempty) = (0, 0);
    for (space, expected) in spaces.iter().zip(counts) {
        folder.write("space.json", space.to_string());
        let ran = folder.spak(&["space", "space.json", "--output", "json"]);
        let said = ran.value();
        let errors = said["diagnostics"].as_array().unwrap();
        // What is no formula is refused, and said; that is no wrong count.
        let refused = errors
            .iter()
            .any(|d| d["severity"] == "error" && d["code"] != "condition-without-value");
        if refused {
            continue;
        }
        compared += 1;
        nonempty += usize::from(expected != "0");
        assert_eq!(said["count"].to_string(), expected, "{space}");
        assert_eq!(said["exact"], true, "{space}");
    }
    assert!(compared > 200, "only {compared} of {} were compared", spaces.len());
    assert!(nonempty > 60, "only {nonempty} have a config");
}

const SPACE: &str = r#"{
  "tune_params": {"tile": [16, 32, 64], "warps": [1, 2, 4], "fast": [false, true]},
  "restrictions": ["tile % (warps * 16) == 0", "tile < 64 or fast"]
}"#;

#[test]
fn questions_about_a_space_are_answered_as_records() {
    let folder = Folder::new();
    folder.write("space.json", SPACE);
    let ran =
        folder.spak(&["space", "space.json", "--why", "warps=4", "--output", "json"]).ended(0);
    let said = ran.value();
    assert_eq!(faults(&said), Vec::<String>::new());
    // 16: warps 1; 32: warps 1, 2; 64: warps 1, 2, 4 and only fast.
    assert_eq!(said["count"], 2 + 4 + 3);
    assert_eq!(said["why"][0]["count"], 1);
    let ran = folder
        .spak(&[
            "space",
            "space.json",
            "--config",
            "tile=64,warps=4,fast=false",
            "--output",
            "json",
        ])
        .ended(1);
    assert_eq!(ran.value()["config"]["breaks"], json!([1]));
    let ran = folder
        .spak(&["space", "space.json", "--config", "tile=16,warps=4", "--output", "json"])
        .ended(1);
    assert_eq!(ran.value()["config"]["excluded"]["constraints"], json!([0]));
    let ran = folder.spak(&["space", "space.json", "--why", "wraps=4"]).ended(2);
    assert!(ran.err.contains("did you mean `warps`?"), "{}", ran.err);
    let ran = folder.spak(&["space", "space.json", "--why", "tile=48"]).ended(2);
    assert!(ran.err.contains("it has 16, 32, 64"), "{}", ran.err);
}

#[test]
fn rows_are_all_configs_or_a_sample_of_them() {
    let folder = Folder::new();
    folder.write("space.json", SPACE);
    let all = folder.spak(&["space", "space.json", "--enumerate", "--output", "csv"]).ended(0).out;
    let rows: Vec<&str> = all.lines().collect();
    assert_eq!(rows[0], "tile,warps,fast");
    assert_eq!(rows.len(), 10);
    let sample =
        folder.spak(&["space", "space.json", "--sample", "9", "--output", "csv"]).ended(0).out;
    let mut drawn: Vec<&str> = sample.lines().collect();
    let mut sorted = rows.clone();
    drawn.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(drawn, sorted, "a sample of all is all");
    let ran = folder.spak(&["space", "space.json", "--enumerate", "--output", "json"]).ended(0);
    assert_eq!(ran.value()["configs"].as_array().unwrap().len(), 9);
    let ran = folder.spak(&["space", "space.json", "--output", "csv"]).ended(2);
    assert!(ran.err.contains("--enumerate"), "{}", ran.err);
    let ran = folder.spak(&["check", "space.json", "--output", "csv"]).ended(2);
    assert!(ran.err.contains("spak space"), "{}", ran.err);
}

#[test]
fn a_space_that_is_too_dense_says_so_and_is_searched() {
    let names: Vec<String> = (0..7).map(|i| format!("p{i}")).collect();
    let parameters: serde_json::Map<String, Value> =
        names.iter().map(|n| (n.clone(), json!((1..=20).collect::<Vec<i64>>()))).collect();
    let pairs: Vec<String> = (0..7)
        .flat_map(|i| (i + 1..7).map(move |j| format!("p{i} * p{j} * {}", 7 + 31 * i + 17 * j)))
        .collect();
    let restriction = format!("({}) % 10007 < 4000", pairs.join(" + "));
    let folder = Folder::new();
    let space = json!({ "tune_params": parameters, "restrictions": [restriction] });
    folder.write("dense.json", space.to_string());
    let arguments = ["space", "dense.json", "--max-edges", "20000"];
    let ran = folder.spak(&[&arguments[..], &["--output", "json"]].concat()).ended(0);
    let said = ran.value();
    assert_eq!(said["exact"], false);
    assert!(said["count"].as_u64().unwrap() > 0);
    assert!(said["notes"][0].as_str().unwrap().contains("lower bounds"), "{}", said["notes"]);
    let drawn = folder.spak(&[&arguments[..], &["--sample", "5", "--output", "csv"]].concat());
    assert_eq!(drawn.ended(0).out.lines().count(), 6);
}

/// A recorded space of which lower `x` is better.
fn recorded() -> Value {
    let results: Vec<Value> = (0..60)
        .flat_map(|x| (0..40).map(move |y| (x, y)))
        .map(|(x, y)| {
            let time = 1.0 + f64::from((x - 7) * (x - 7)) + f64::from((y - 3) * (y - 3)) / 10.0;
            // Some unevenness, as measured spaces have it.
            let time = time * (1.0 + f64::from((x * 31 + y * 17 + x * y) % 13) / 8.0);
            let is_wrong = x == 59;
            json!({
                "timestamp": "2026-01-01T00:00:00+00:00",
                "configuration": {"x": x, "y": y},
                "times": {"compilation": 100.0, "framework": 1.0, "search_algorithm": 0,
                          "validation": 0, "runtimes": [time, time]},
                "invalidity": if is_wrong { "runtime" } else { "correct" },
                "correctness": u8::from(!is_wrong),
                "measurements": if is_wrong { json!([]) } else { json!([{"name": "time", "value": time, "unit": "ms"}]) },
                "objectives": ["time"]
            })
        })
        .collect();
    json!({ "results": results, "schema_version": "1.0.0", "metadata": {} })
}

#[test]
fn strategies_are_scored_on_a_recorded_space_and_the_seed_decides_everything() {
    let folder = Folder::new();
    folder.write("space_T4.json", recorded().to_string());
    let arguments =
        ["tune", "--replay", "space_T4.json", "--strategy", "guided", "--strategy", "random"];
    let more = ["--repeats", "40", "--output", "json"];
    let first = folder.spak(&[&arguments[..], &more[..]].concat()).ended(0).value();
    assert_eq!(faults(&first), Vec::<String>::new());
    assert_eq!(first["spaces"][0]["measured"], 59 * 40);
    let times = recorded();
    let times = times["results"].as_array().unwrap().iter();
    let best = times
        .filter(|r| r["invalidity"] == "correct")
        .map(|r| r["measurements"][0]["value"].as_f64().unwrap())
        .fold(f64::INFINITY, f64::min);
    assert_eq!(first["spaces"][0]["optimum"], best);
    let again = folder.spak(&[&arguments[..], &more[..]].concat()).ended(0).value();
    let scores = |report: &Value| -> Vec<(String, f64)> {
        let strategies = report["strategies"].as_array().unwrap().iter();
        strategies
            .map(|s| (s["name"].as_str().unwrap().to_owned(), s["score"].as_f64().unwrap()))
            .collect()
    };
    assert_eq!(scores(&first), scores(&again));
    let score = |name: &str| scores(&first).iter().find(|(n, _)| n == name).unwrap().1;
    assert!(score("guided") > score("random"), "{:?}", scores(&first));
    let ran = folder.spak(&["tune", "--replay", "space_T4.json", "--strategy", "gided"]).ended(2);
    assert!(ran.err.contains("did you mean `guided`?"), "{}", ran.err);
    folder.write("cut_T4.json", &recorded().to_string()[..200]);
    let ran = folder.spak(&["tune", "--replay", "cut_T4.json"]).ended(1);
    assert!(ran.err.contains("bad-json"), "{}", ran.err);
}

/// The published spaces, where they are.
#[test]
fn the_published_spaces_have_their_published_counts() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spaces");
    let Ok(entries) = std::fs::read_dir(&shared) else {
        eprintln!("SKIPPED: published spaces; no folder `../shared`");
        return;
    };
    let folder = Folder::new();
    let mut seen = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = serde_json::from_str::<Value>(&text).unwrap()["valid_configs"].clone();
        let path = path.to_string_lossy();
        let said = folder.spak(&["space", &path, "--output", "json"]).ended(0).value();
        assert_eq!(said["count"], expected, "{path}");
        seen += 1;
    }
    assert!(seen >= 10);
}

#[test]
fn what_is_not_there_is_counted_once_and_said() {
    let folder = Folder::with(
        "w.dsl",
        "system S {
    design_space { scheme: [\"naive\", \"online\"] }
    tuning_space {
        tile: [32, 64]
        stages: [1, 2, 3] when scheme == \"online\"
        wide { when: tile == 64, depth: pow2 range [1, 8], mode: \"a\" | \"b\" }
        last { values: [1, 2], when: scheme == \"online\" and tile == 32 }
    }
    constraint { require: stages * tile <= 128 }
}
",
    );
    // naive: 1 with 32, 8 with 64; online: 3 * 2 with 32, 2 of 3 stages * 8 with 64.
    let (code, space) = folder.json(&["space", "w.dsl"]);
    assert_eq!(
        (code, &space["count"], &space["combinations"]),
        (0, &31.into(), &39.into()),
        "{space}"
    );
    let stages = &space["parameters"][2];
    assert_eq!(stages["when"], "scheme == \"online\"", "{space}");
    assert_eq!((&stages["values"], &stages["survive"]), (&3.into(), &3.into()), "{space}");
    let count = |value: serde_json::Value| {
        let all = stages["surviving"].as_array().unwrap();
        all.iter().find(|s| s["value"] == value).map(|s| (s["count"].clone(), s["of"].clone()))
    };
    assert_eq!(count(3.into()), Some((2.into(), 10.into())), "{space}");
    assert_eq!(count(serde_json::Value::Null), Some((9.into(), 9.into())), "{space}");
    let rows = folder.spak(&["space", "w.dsl", "--enumerate", "--output", "csv"]).ended(0).out;
    assert_eq!(rows.lines().count(), 1 + 31);
    assert!(rows.lines().any(|row| row == "naive,32,,,,"), "{rows}");
    let said = folder.spak(&["space", "w.dsl", "--config", "scheme=naive,stages=2"]).ended(1).out;
    assert!(said.contains("stages is there only when scheme == \"online\""), "{said}");
    folder.spak(&["space", "w.dsl", "--config", "scheme=naive,tile=32"]).ended(0);
}
