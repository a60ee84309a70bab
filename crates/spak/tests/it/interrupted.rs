//! A loop that is killed, interrupted, or finds what a killed one left.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;

use crate::designs::{ATTENTION, MATMUL};
use crate::learning::run_loop;
use crate::support::{Folder, compiler};
use crate::trace;

/// Starts the loop in a process group of its own.
fn start(folder: &Folder, cc: &str, arguments: &[&str]) -> Child {
    let mut command = folder.command(&[&["loop", "--cc", cc], arguments].concat());
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn id(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Waits until `done` or fails after `seconds`.
#[track_caller]
fn until(what: &str, seconds: u64, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !done() {
        assert!(Instant::now() < end, "{what} did not happen within {seconds} s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Processes that run a program out of `folder`, or were told about it.
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let told = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let told = String::from_utf8_lossy(&told).replace('\0', " ");
        let runs = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        let works = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let near = runs.to_string_lossy().starts_with(folder)
            || works.to_string_lossy().starts_with(folder);
        if pid != std::process::id() && (near || told.contains(folder)) {
            found.push(format!("{pid}: {told}"));
        }
    }
    found
}

fn state(folder: &Folder, name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(folder.join(format!(".spak/loops/{name}.json"))).ok()?;
    Some(serde_json::from_str::<Value>(&text).unwrap()["state"].clone())
}

fn is_done(state: &Value) -> bool {
    state["phase"].get("done").is_some()
}

#[test]
fn killed_at_any_moment_it_goes_on_and_loses_nothing() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("a.dsl", ATTENTION);
    let trace_path = folder.join(".spak/traces/a.jsonl");
    let arguments = ["a.dsl", "--trials", "4", "--seconds", "100"];
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    let mut run = None;
    for _ in 0..6 {
        let before = trace::lines(&trace_path);
        let mut child = start(&folder, cc, &arguments);
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        std::thread::sleep(Duration::from_millis(30 + chance % 2000));
        // It may have ended by itself.
        let _ = kill_process_group(id(&child), Signal::KILL);
        child.wait().unwrap();
        until("the end of all candidates", 60, || processes_of(folder.path()).is_empty());

        let after = trace::lines(&trace_path);
        assert!(
            after.len() >= before.len() && after[..before.len()] == before[..],
            "a line was lost"
        );
        trace::assert_nothing_twice(&after);
        if let Some(state) = state(&folder, "a").filter(|s| !is_done(s)) {
            let now = state["run"].as_str().unwrap().to_owned();
            assert!(
                run.as_ref().is_none_or(|run| *run == now),
                "the run went on as {now}, it was {run:?}"
            );
            run = Some(now);
        }
    }
    run_loop(&folder, cc, &arguments).ended(0);
    let lines = trace::lines(&trace_path);
    trace::assert_nothing_twice(&lines);
    let last = state(&folder, "a").unwrap();
    assert!(is_done(&last), "{last}");
    let run = run.unwrap_or_else(|| last["run"].as_str().unwrap().to_owned());
    assert_eq!(last["run"], *run);
    let tried = lines
        .iter()
        .filter(|l| l["run"] == *run && (l["type"] == "trial" || l["type"] == "reused"));
    assert_eq!(tried.count(), 4, "as many as were granted, however often it was killed");
    let resumed =
        trace::of_type(&lines, "run").iter().filter(|r| r["data"]["resumed"] == true).count();
    assert!(resumed > 0, "it was killed before anything was written each time");
    assert_eq!(folder.spak(&["check", "a.dsl"]).ended(0).err, "");
}

#[test]
fn interrupted_it_ends_soon_and_the_same_command_goes_on() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let trace_path = folder.join(".spak/traces/m.jsonl");
    let arguments = ["m.dsl", "--trials", "3", "--seconds", "100", "--keep-design"];
    let child = start(&folder, cc, &arguments);
    until("the first trial", 200, || !trace::trial_keys(&trace::lines(&trace_path)).is_empty());
    std::thread::sleep(Duration::from_millis(300));

    // The trace belongs to one process at a time.
    let second = run_loop(&folder, cc, &arguments).ended(2);
    assert!(
        second.err.contains("m.jsonl") && second.err.contains("another process"),
        "{}",
        second.err
    );

    let began = Instant::now();
    kill_process(id(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    let left = trace::lines(&trace_path);
    let run = trace::runs(&left)[0].clone();
    assert!(out.contains(&format!("the same command goes on with {run}")), "{out}{err}");
    until("the end of all candidates", 60, || processes_of(folder.path()).is_empty());

    // A torn last line is what a full disk or a lost machine leaves.
    let mut torn = std::fs::read(&trace_path).unwrap();
    let whole = torn.len();
    torn.extend(b"{\"type\":\"trial\",\"run\":\"run-2026");
    std::fs::write(&trace_path, &torn).unwrap();

    let report =
        run_loop(&folder, cc, &[&arguments[..], &["--output", "json"]].concat()).ended(0).value();
    assert_eq!(report["run"], *run);
    let lines = trace::lines(&trace_path);
    assert_eq!(lines[..left.len()], left[..]);
    assert!(std::fs::read(&trace_path).unwrap().starts_with(&torn[..whole]));
    assert_eq!(trace::runs(&lines), [run]);
    assert_eq!(trace::trial_keys(&lines).len(), 3);
    trace::assert_nothing_twice(&lines);
    assert!(
        trace::of_type(&lines, "event").iter().any(|e| e["data"]["name"] == "repaired"),
        "the repair is on record"
    );
    let before = trace::trial_keys(&left).len() as u64;
    assert_eq!(report["measured"], 3 - before, "what was measured is not measured again");
}

#[test]
fn terminated_it_ends_as_if_interrupted() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let child = start(&folder, cc, &["m.dsl", "--trials", "3", "--seconds", "100"]);
    until("a trace", 60, || folder.join(".spak/traces/m.jsonl").exists());
    kill_process(id(&child), Signal::TERM).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    until("the end of all candidates", 60, || processes_of(folder.path()).is_empty());
}

#[test]
fn a_run_is_not_gone_on_with_for_another_workload_or_option() {
    let Some(cc) = compiler() else { return };
    let second = "    workload Other {\n        family: matmul\n        m: 17\n        n: 19\n        k: 23\n    }\n";
    let text = MATMUL.replacen("    design_space", &format!("{second}    design_space"), 1);
    assert_ne!(text, MATMUL);
    let folder = Folder::with("m.dsl", &text);
    let trace_path = folder.join(".spak/traces/m.jsonl");
    let arguments = ["m.dsl", "--trials", "3", "--seconds", "100", "--keep-design"];
    let mut child = start(&folder, cc, &arguments);
    until("the first trial", 200, || !trace::trial_keys(&trace::lines(&trace_path)).is_empty());
    kill_process_group(id(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    until("the end of all candidates", 60, || processes_of(folder.path()).is_empty());

    let other = run_loop(&folder, cc, &[&arguments[..], &["--workload", "Other"]].concat());
    assert!(other.err.contains("had another workload"), "{}", other.err);
    let lines = trace::lines(&trace_path);
    assert_eq!(trace::runs(&lines).len(), 2);
    for trial in trace::of_type(&lines, "trial") {
        let is_first = trial["run"] == *trace::runs(&lines)[0];
        assert_eq!(trial["data"]["problem"]["m"] == 17, !is_first, "{trial}");
    }
}

#[test]
fn what_is_granted_also_binds_a_run_that_goes_on() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("a.dsl", ATTENTION);
    let trace_path = folder.join(".spak/traces/a.jsonl");
    let trials = || trace::trial_keys(&trace::lines(&trace_path)).len();
    let mut child = start(&folder, cc, &["a.dsl", "--trials", "8", "--seconds", "100"]);
    until("the second trial", 200, || trials() >= 2);
    kill_process_group(id(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    until("the end of all candidates", 60, || processes_of(folder.path()).is_empty());
    let before = trials();
    run_loop(&folder, cc, &["a.dsl", "--trials", "1"]).ended(0);
    assert_eq!(trials(), before, "nothing more was granted");
}
