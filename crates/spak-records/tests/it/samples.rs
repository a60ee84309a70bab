//! Files of every version ever written stay readable. A sample is never rewritten once its version is released.

use std::fs;
use std::path::PathBuf;

use spak_records::run::LoopState;
use spak_records::store::Trace;

use crate::trial;

fn sample(version: u32, name: &str) -> PathBuf {
    let records = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    records.join(format!("v{version}")).join(name)
}

#[test]
fn version_1() {
    let trace = Trace::read(&sample(1, "trace.jsonl")).unwrap();
    assert_eq!(trace.damage, Default::default());
    assert_eq!(trace.lines.len(), 8);
    assert_eq!(trace.history("r1"), [&trial(1), &trial(2)]);
    let state = LoopState::read(&sample(1, "loop.json")).unwrap();
    assert_eq!(state, Some(crate::run::state()));
}

/// What is written today is, byte for byte, what the newest sample holds: a changed format needs a new version.
#[test]
fn today_writes_the_newest_version() {
    let folder = tempfile::tempdir().unwrap();
    let (trace, state) = (folder.path().join("trace.jsonl"), folder.path().join("loop.json"));
    crate::store::write_every_record(&trace);
    crate::run::state().write(&state).unwrap();
    for (written, name) in [(trace, "trace.jsonl"), (state, "loop.json")] {
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::copy(&written, sample(1, name)).unwrap();
        }
        let expected = fs::read_to_string(sample(1, name)).unwrap();
        assert_eq!(fs::read_to_string(&written).unwrap(), expected, "{name}");
    }
}
