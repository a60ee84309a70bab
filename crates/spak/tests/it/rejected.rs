//! What the loop does with designs, compilers and folders that do not work.

use std::os::unix::fs::PermissionsExt as _;

use crate::designs::{ATTENTION, MATMUL};
use crate::learning::run_loop;
use crate::support::{Folder, compiler, is_root};
use crate::trace;

/// A compiler that answers `--version` like one and then does what `script` says.
fn fake_compiler(folder: &Folder, script: &str) -> String {
    let path = folder.join("cc.sh");
    let text = format!(
        "#!/bin/sh\ncase \"$*\" in *--version*) echo 'fake (Fake) 1.0'; exit 0;; esac\n{script}\n"
    );
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_compiler_that_is_not_there() {
    let folder = Folder::with("m.dsl", MATMUL);
    let ran = run_loop(&folder, "no-such-compiler", &["m.dsl", "--trials", "1"]).ended(2);
    assert!(
        ran.err.contains("`no-such-compiler` cannot be started")
            && ran.err.contains("install gcc or clang"),
        "what to do about it: {}",
        ran.err
    );
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(!folder.join(".spak").exists(), "nothing was begun");
}

#[test]
fn a_compiler_that_fails() {
    let folder = Folder::with("m.dsl", MATMUL);
    let cc = fake_compiler(&folder, "echo 'candidate.c:7: error: no such luck' >&2\nexit 1");
    let ran = run_loop(&folder, &cc, &["m.dsl", "--trials", "2", "--seconds", "30"]).ended(1);
    assert!(ran.out.contains("no such luck"), "the compiler's own words are shown: {}", ran.text());
    assert!(ran.out.contains("nothing that was tried was accepted"), "{}", ran.text());
    let lines = trace::lines(&folder.join(".spak/traces/m.jsonl"));
    let trials = trace::of_type(&lines, "trial");
    assert!(!trials.is_empty());
    assert!(
        trials.iter().all(|t| t["data"]["outcome"]["rejected"]["stage"] == "compile"),
        "{trials:?}"
    );
    assert_eq!(
        folder.read("m.dsl"),
        MATMUL,
        "a machine that compiles nothing teaches nothing about kernels"
    );
}

#[test]
fn a_compiler_that_is_not_whole_says_nothing_about_kernels() {
    let folder = Folder::with("m.dsl", MATMUL);
    let cc = fake_compiler(&folder, "echo 'the licence has expired' >&2\nexit 1");
    let ran = run_loop(&folder, &cc, &["m.dsl", "--trials", "1"]).ended(2);
    assert!(ran.err.contains("the licence has expired"), "{}", ran.err);
    let lines = trace::lines(&folder.join(".spak/traces/m.jsonl"));
    assert!(trace::of_type(&lines, "trial").is_empty(), "nothing is kept that a repair would undo");
    // With one that works the same run goes on.
    folder.spak(&["loop", "m.dsl", "--trials", "1", "--seconds", "30"]).ended(0);
}

#[test]
fn the_seed_is_compared_with_only_when_it_was_measured() {
    let design = MATMUL.replace(
        "    knowledge {",
        "    constraint \"not the first\" { require: loop_order != \"ijk\" }\n    knowledge {",
    );
    let folder = Folder::with("m.dsl", &design);
    let (code, report) = folder.json(&["loop", "m.dsl", "--trials", "2", "--seconds", "30"]);
    assert_eq!((code, &report["speedup"]), (0, &serde_json::Value::Null), "{report}");
    assert!(report["trials"].as_array().unwrap().iter().all(|t| t["speedup"].is_null()));
}

#[test]
fn a_compiler_that_dies() {
    let folder = Folder::with("m.dsl", MATMUL);
    let cc = fake_compiler(&folder, "kill -9 $$");
    let ran = run_loop(&folder, &cc, &["m.dsl", "--trials", "1", "--seconds", "30"]).ended(1);
    assert!(ran.out.contains("rejected at compile"), "{}", ran.text());
}

#[test]
fn a_compiler_that_makes_nothing() {
    let folder = Folder::with("m.dsl", MATMUL);
    let cc = fake_compiler(&folder, "exit 0");
    let ran = run_loop(&folder, &cc, &["m.dsl", "--trials", "1", "--seconds", "30"]).ended(1);
    assert!(ran.out.contains("rejected at"), "{}", ran.text());
}

/// The loop ends at once with `code`, and says all of `words`.
#[track_caller]
fn ends(text: &str, code: i32, words: &[&str]) {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("a.dsl", text);
    let ran = run_loop(&folder, cc, &["a.dsl", "--trials", "1", "--seconds", "10"]).ended(code);
    for word in words {
        assert!(ran.text().contains(word), "no `{word}` in: {}", ran.text());
    }
    assert_eq!(folder.read("a.dsl"), text);
}

#[test]
fn a_value_that_the_backend_has_no_code_for() {
    let text = ATTENTION.replace("causal_tiles: [\"all\", \"skip\"]", "accum_dtype: [\"f16\"]");
    ends(&text, 1, &["accum_dtype", "f16"]);
}

#[test]
fn an_axis_that_the_backend_does_not_know() {
    let Some(cc) = compiler() else { return };
    let text = MATMUL.replace(
        "[\"ijk\", \"ikj\", \"tiled_ikj\"]",
        "[\"ikj\"]\n        warp_specialization: [\"on\", \"off\"]",
    );
    let folder = Folder::with("m.dsl", &text);
    let ran = run_loop(&folder, cc, &["m.dsl", "--trials", "4", "--output", "json"]).ended(0);
    let said = ran.err.lines().filter(|line| line.contains("warp_specialization"));
    assert_eq!(said.count(), 1, "it is said, and once: {}", ran.err);
    let report = ran.value();
    assert_eq!(
        report["trials"].as_array().unwrap().len(),
        1,
        "both values are the same code: {report}"
    );
}

#[test]
fn a_constraint_that_nothing_meets() {
    let text = ATTENTION.replace("    knowledge {", "    constraint \"too much\" {\n        require: tile_m > 64\n        reason: \"the tile has to be large\"\n    }\n\n    knowledge {");
    ends(&text, 1, &["tile_m > 64"]);
}

#[test]
fn a_design_with_errors() {
    ends(
        &ATTENTION.replace("tile_m: [16, 32]", "tile_m: []"),
        1,
        &["error[empty-domain]", "a.dsl:23:17"],
    );
}

#[test]
fn a_design_without_a_problem() {
    ends(
        "system A {\n    tuning_space {\n        tile: [1, 2]\n    }\n}\n",
        2,
        &["no `workload` block"],
    );
}

#[test]
fn a_problem_of_another_kind() {
    ends(
        &MATMUL.replace("family: matmul", "family: matmull"),
        2,
        &["matmull", "did you mean `matmul`?"],
    );
    ends(&MATMUL.replace("        family: matmul\n", ""), 2, &["family"]);
    ends(&MATMUL.replace("m: 64", "m: 0"), 2, &["`m`"]);
    ends(&MATMUL.replace("m: 64", "m: \"many\""), 2, &["`m`"]);
    ends(&MATMUL.replace("        m: 64\n", ""), 2, &["`m`"]);
}

#[test]
fn a_problem_that_does_not_fit_into_memory() {
    ends(&MATMUL.replace(": 64", ": 9000000"), 2, &["m"]);
}

#[test]
fn a_workload_that_is_not_there() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let ran = run_loop(&folder, cc, &["m.dsl", "--workload", "Sqare"]).ended(2);
    assert!(ran.err.contains("there is no workload `Sqare`; there are: Square"), "{}", ran.err);
}

#[test]
fn a_folder_that_may_not_be_written() {
    let Some(cc) = compiler() else { return };
    if is_root() {
        eprintln!("SKIPPED: nothing is read-only for the superuser");
        return;
    }
    let folder = Folder::with("closed/m.dsl", MATMUL);
    let mode = |mode| {
        std::fs::set_permissions(folder.join("closed"), std::fs::Permissions::from_mode(mode))
            .unwrap();
    };
    mode(0o555);
    let ran = run_loop(&folder, cc, &["closed/m.dsl", "--trials", "1"]);
    mode(0o755);
    let ran = ran.ended(2);
    assert!(
        ran.err.contains("closed/.spak") && ran.err.contains("Permission denied"),
        "{}",
        ran.err
    );
}

#[test]
fn a_trace_of_a_newer_version() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let newer = "{\"format\":\"spak.trace\",\"version\":7,\"tool\":\"spak 9.0.0\",\"created\":\"2030-01-01T00:00:00.000Z\"}\n{\"type\":\"hologram\"}\n";
    folder.write(".spak/traces/m.jsonl", newer);
    let ran = run_loop(&folder, cc, &["m.dsl", "--trials", "1"]).ended(2);
    assert!(
        ran.err.contains("version 7")
            && ran.err.contains("version 1")
            && ran.err.contains("spak 9.0.0"),
        "{}",
        ran.err
    );
    assert_eq!(folder.read(".spak/traces/m.jsonl"), newer);
    assert_eq!(folder.read("m.dsl"), MATMUL);
}

#[test]
fn a_file_in_the_place_of_the_trace_that_is_none() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    folder.write(".spak/traces/m.jsonl", "my thesis\n");
    let ran = run_loop(&folder, cc, &["m.dsl", "--trials", "1"]).ended(2);
    assert!(ran.err.contains("m.jsonl") && ran.err.contains("is not a trace"), "{}", ran.err);
    assert_eq!(folder.read(".spak/traces/m.jsonl"), "my thesis\n");
}

/// The program in a file system of its own with `kilobytes` of room, which a new user namespace may mount.
fn on_a_small_disk(folder: &Folder, kilobytes: u32, script: &str) -> Option<crate::support::Ran> {
    let spak = env!("CARGO_BIN_EXE_spak");
    let text = format!(
        "mount -t tmpfs -o size={kilobytes}k none disk || exit 99\ncp *.dsl disk\ncd disk\nspak() {{ {spak} \"$@\"; }}\n{script}\n"
    );
    folder.write("disk/.keep", "");
    folder.write("script.sh", text);
    let mut command = std::process::Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "script.sh"])
        .current_dir(folder.path());
    command.env("NO_COLOR", "1");
    let is_there = std::process::Command::new("unshare").arg("--version").output().is_ok();
    let allowed = is_there
        && std::process::Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
            .output()
            .is_ok_and(|o| o.status.success());
    if !allowed {
        eprintln!("SKIPPED: no small file system can be mounted here, so no disk is full");
        return None;
    }
    Some(crate::support::finish(command))
}

#[test]
fn a_full_disk_is_said_and_the_run_goes_on_when_there_is_room() {
    let Some(cc) = compiler() else { return };
    let folder = Folder::with("m.dsl", MATMUL);
    let script = format!(
        "head -c 300000 /dev/zero > fill 2>/dev/null\nspak new n.dsl; echo new $?\nspak loop --cc {cc} --trials 1 m.dsl; echo full $?\ncmp m.dsl ../m.dsl && echo untouched\nrm fill\nspak loop --cc {cc} --trials 1 --keep-design m.dsl; echo room $?"
    );
    let Some(ran) = on_a_small_disk(&folder, 200, &script) else { return };
    for part in ["new 2", "full 2", "untouched", "room 0", "1 config tried, 0 rejected"] {
        assert!(ran.out.contains(part), "no `{part}`: {}", ran.text());
    }
    assert_eq!(ran.err.matches("cannot be written: the disk is full").count(), 2, "{}", ran.err);
}
