//! When the judge is killed, its candidates die with it.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use spak_run::{Compiled, CompilerOptions, check, compile};
use support::{MATMUL, NEVER, artifact, matmul, options, sandbox};

const FOLDER: &str = "SPAK_TEST_ORPHAN_FOLDER";

#[test]
fn a_killed_judge_leaves_no_candidate_behind() {
    if let Ok(folder) = std::env::var(FOLDER) {
        judge_an_endless_program(Path::new(&folder));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut judge = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_judge_leaves_no_candidate_behind"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(wait_for(|| running_below(folder.path()) == 1), "the candidate did not start");
    judge.kill().unwrap();
    judge.wait().unwrap();
    assert!(wait_for(|| running_below(folder.path()) == 0), "the candidate outlived its judge");
}

#[expect(clippy::unwrap_used, reason = "part of the test above, in another process")]
fn judge_an_endless_program(folder: &Path) {
    let source = artifact(&MATMUL.replace("return 0;\n}", "for (;;) {}\n}"), &[]);
    let compiler = CompilerOptions::default();
    let mut options = options();
    options.check.call_timeout = Duration::from_secs(60);
    if let Compiled::Program(program) =
        compile(&source, &compiler, &sandbox(), folder, &NEVER).unwrap()
    {
        let _ = check(&program, &matmul(), &options, 1, &mut |_, _| {}, &NEVER);
    }
}

fn wait_for(condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Number of processes whose program is a candidate in `folder`.
fn running_below(folder: &Path) -> usize {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path().join("exe")).ok())
        .filter(|exe| exe.starts_with(folder) && exe.ends_with("candidate"))
        .count()
}
