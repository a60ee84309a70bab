//! The persisted state of a loop.

use std::fs;

use expect_test::expect;
use spak_records::ContentHash;
use spak_records::run::{DoneReason, LoopState, Phase, Planned, Progress, RunError};

use crate::config;

pub(crate) fn state() -> LoopState {
    let mut state = LoopState::new(
        "r1".to_owned(),
        "examples/fmha/fmha_system_v0.dsl".to_owned(),
        ContentHash::of_text("design"),
        ".spak/traces/fmha.jsonl".to_owned(),
        42,
        ContentHash::of_text("here"),
    );
    state.phase = Phase::Measure;
    state.seq = 7;
    state.batch = vec![Planned {
        config: config(64),
        why: "tile_m = 64 instead of 32".to_owned(),
        incumbent: Some(config(32)),
        progress: Progress::Generated,
    }];
    state
}

#[test]
fn a_state_reads_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".spak/loop.json");
    assert_eq!(LoopState::read(&path).unwrap(), None);
    for phase in [
        Phase::Specify,
        Phase::Learn { reason: DoneReason::Converged { rounds: 2 } },
        Phase::Done { reason: DoneReason::Failed { why: "no compiler".to_owned() } },
    ] {
        let state = LoopState { phase, ..state() };
        state.write(&path).unwrap();
        assert_eq!(LoopState::read(&path).unwrap(), Some(state));
    }
}

#[test]
fn what_is_no_state_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loop.json");
    state().write(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let mut shown = String::new();
    for text in [
        "",
        "[]",
        "{\"format\":\"spak.trace\",\"version\":1}",
        &good[..good.len() / 2],
        &good.replace("\"version\": 1", "\"version\": 2"),
        &good.replace("\"measure\"", "\"dance\""),
    ] {
        fs::write(&path, text).unwrap();
        let error: RunError = LoopState::read(&path).unwrap_err();
        shown += &format!("{error}\n").replace(path.to_str().unwrap(), "PATH");
    }
    expect![[r#"
        PATH: is not a spak.loop file: EOF while parsing a value at line 1 column 0
        PATH: is not a spak.loop file: its "format" is not "spak.loop"
        PATH: is not a spak.loop file: its "format" is not "spak.loop"
        PATH: is not a spak.loop file: EOF while parsing a string at line 15 column 10
        PATH: this is spak.loop version 2, and this SPAK reads version 1
        PATH: is not a spak.loop file: unknown variant `dance`, expected one of `specify`, `program`, `measure`, `analyse`, `learn`, `done`
    "#]]
    .assert_eq(&shown);
}
