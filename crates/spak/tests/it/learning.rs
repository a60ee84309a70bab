//! The loop from a design to what was learnt, on this machine.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::designs::{ATTENTION, MATMUL};
use crate::schemas::{faults, faults_of};
use crate::support::{Folder, Ran, compiler, finish};
use crate::trace;

/// `spak loop` to its end.
pub(crate) fn run_loop(folder: &Folder, cc: &str, arguments: &[&str]) -> Ran {
    let command = folder.command(&[&["loop", "--cc", cc], arguments].concat());
    finish(command)
}

#[test]
fn the_loop_ends_with_a_table_and_a_design_that_knows_more() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("a.dsl", ATTENTION);
    let ran = run_loop(&folder, cc, &["a.dsl", "--trials", "6", "--seconds", "60"]).ended(0);

    // What a person sees.
    for part in [
        "rank",
        "the seed",
        "6 configs tried, 0 rejected",
        "best: ",
        "learnt: ",
        "@@",
        "trace: .spak/traces/a.jsonl",
    ] {
        assert!(ran.out.contains(part), "no `{part}` in:\n{}", ran.out);
    }
    assert!(
        ran.err.starts_with("Small_Attention: attention causal B=1 H=2/2 S=64 D=32 f32 on "),
        "{}",
        ran.err
    );

    // What is on disk.
    let lines = trace::lines(&folder.join(".spak/traces/a.jsonl"));
    assert_eq!(trace::of_type(&lines, "trial").len(), 6);
    trace::assert_nothing_twice(&lines);
    for trial in trace::of_type(&lines, "trial") {
        assert_eq!(faults_of(&trial["data"], "spak.trial"), Vec::<String>::new());
        assert!(trial["data"]["outcome"]["measured"]["median_ns"].as_u64().unwrap() > 0, "{trial}");
    }
    observations_follow_the_schema_of_the_design(&ran.out, &folder);

    // The design changed inside its knowledge, and nowhere else.
    let after = folder.read("a.dsl");
    let open =
        "        fact written_by_hand {\n            description: \"스스로 쓴 것\"\n        }\n";
    let at = ATTENTION.find(open).unwrap() + open.len();
    let (before, rest) = ATTENTION.split_at(at);
    assert!(after.starts_with(before) && after.ends_with(rest), "{after}");
    let learnt = &after[before.len()..after.len() - rest.len()];
    assert!(
        learnt.contains("learned_by: \"spak\"") && learnt.contains("source: \"trace run-"),
        "{learnt}"
    );
    let checked = folder.spak(&["check", "a.dsl"]).ended(0);
    assert_eq!(checked.err, "", "what was learnt is in order");
    folder.spak(&["fmt", "--check", "a.dsl"]).ended(0);
    let earlier: Vec<_> = folder.join(".spak/designs").read_dir().unwrap().collect();
    assert_eq!(earlier.len(), 1, "the text from before is kept");

    again(&folder, cc);
}

/// A second run starts from what the first one found.
fn again(folder: &Folder, cc: &str) {
    let first = trace::lines(&folder.join(".spak/traces/a.jsonl"));
    let ran =
        run_loop(folder, cc, &["a.dsl", "--trials", "6", "--seconds", "60", "--output", "json"])
            .ended(0);
    let report = ran.value();
    assert_eq!(faults(&report), Vec::<String>::new());
    assert!(ran.err.contains("known: "), "{}", ran.err);
    let known = ran.err.lines().find_map(|line| line.split_once(" recommends ")).unwrap().1;
    let trials = report["trials"].as_array().unwrap();
    let place = trials.iter().position(|t| shown(&t["config"]) == known);
    assert!(
        place.is_some_and(|at| at < 2),
        "the best known is tried first, or right after the seed: {report}"
    );
    assert!(trials.len() <= 6, "{report}");
    let near = report["trials_to_near_best"].as_u64().unwrap();
    // How soon that is near the best is for the noise of the machine to say.
    assert!((1..=trials.len() as u64).contains(&near), "{near} of {report}");
    let lines = trace::lines(&folder.join(".spak/traces/a.jsonl"));
    assert_eq!(lines[..first.len()], first[..], "a trace only grows");
    assert_eq!(trace::runs(&lines).len(), 2);
}

/// A config as it is shown to people.
fn shown(config: &Value) -> String {
    let value = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let values = config.as_object().unwrap().iter().map(|(name, v)| format!("{name}={}", value(v)));
    values.collect::<Vec<_>>().join(", ")
}

/// The lines for programs on standard output have the cases and fields that the design declares.
fn observations_follow_the_schema_of_the_design(out: &str, folder: &Folder) {
    let case = |fields: &[&'static str]| fields.to_vec();
    let schema = BTreeMap::from([
        ("Performance", case(&["step_name", "tflops", "speedup"])),
        ("Correctness", case(&["step_name", "passed", "max_error"])),
        ("Rejection", case(&["step_name", "stage", "reason"])),
    ]);
    let observed: Vec<Value> = out
        .lines()
        .filter_map(|line| line.strip_prefix("__SPAK_TRACE__"))
        .map(|json| serde_json::from_str(json).unwrap())
        .collect();
    assert_eq!(
        observed.len(),
        12,
        "one of performance and one of correctness for each trial:\n{out}"
    );
    for item in &observed {
        let fields = &schema[item["type"].as_str().unwrap()];
        let mut names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        names.retain(|name| !matches!(*name, "type" | "_spak"));
        let mut wanted = fields.clone();
        wanted.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, wanted, "{item}");
        assert!(item["step_name"].is_string() && item["_spak"]["run"].is_string(), "{item}");
        match item["type"].as_str().unwrap() {
            "Performance" => {
                assert!(item["tflops"].is_number() && item["speedup"].is_number(), "{item}");
            }
            _ => assert!(item["passed"] == true && item["max_error"].is_number(), "{item}"),
        }
    }
    let stored = trace::lines(&folder.join(".spak/traces/a.jsonl"));
    assert_eq!(trace::of_type(&stored, "observation").len(), observed.len());
}

#[test]
fn with_keep_design_the_file_stays_as_it_is() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let arguments =
        ["m.dsl", "--trials", "3", "--seconds", "60", "--keep-design", "--output", "json"];
    let report = run_loop(&folder, cc, &arguments).ended(0).value();
    assert_eq!(folder.read("m.dsl"), MATMUL);
    assert_eq!(faults(&report), Vec::<String>::new());
    assert!(report["diff"].as_str().unwrap().contains("+        fact "), "{report}");
    assert_eq!(report["trials"].as_array().unwrap().len(), 3);
    assert_eq!(report["interrupted"], false);
    let best = report["trials"].as_array().unwrap().iter().find(|t| t["rank"] == 1).unwrap();
    assert_eq!(best["config"], report["best"]);

    // The design is the same, so nothing has to be measured again.
    let again = run_loop(&folder, cc, &arguments).ended(0).value();
    assert_eq!(again["measured"], 0);
    assert_eq!(again["best"], report["best"]);
    assert_ne!(again["run"], report["run"]);
    let lines = trace::lines(&folder.join(".spak/traces/m.jsonl"));
    trace::assert_nothing_twice(&lines);
    assert_eq!(trace::of_type(&lines, "reused").len(), 3);
}
