//! The state machine: its paths, what it refuses, and that it may be killed between any two steps.

use std::collections::VecDeque;

use expect_test::expect;
use proptest::prelude::*;
use spak_loop::{
    Effect, Event, Guidance, History, Next, ProductSpace, Proposal, Remaining, Search,
    SearchOptions, resume, step,
};
use spak_records::run::{DoneReason, LoopState, Phase};
use spak_records::{Config, ContentHash, Trial, Value};

use crate::model::{Machine, attention_cost, config, parameter, run};

fn start() -> LoopState {
    let hash = ContentHash::of_text("design");
    let conditions = ContentHash::of_text("here");
    LoopState::new("r1".to_owned(), "d.dsl".to_owned(), hash, "t.jsonl".to_owned(), 1, conditions)
}

fn tile(tile: i64) -> Config {
    config(&[("tile", Value::from(tile))])
}

fn propose(tiles: &[i64]) -> Event {
    let proposals = tiles.iter().map(|t| Proposal {
        config: tile(*t),
        why: "a reason".to_owned(),
        incumbent: (*t != 1).then(|| tile(1)),
    });
    Event::Decided(Next::Try(proposals.collect()))
}

fn generated(t: i64) -> Event {
    Event::Generated { config: tile(t).id() }
}

fn tried(t: i64) -> Event {
    Event::Tried { config: tile(t).id() }
}

fn shown(effects: &[Effect]) -> String {
    let show = |effect: &Effect| match effect {
        Effect::Specify => "specify".to_owned(),
        Effect::Decide => "decide".to_owned(),
        Effect::GenerateArtifact { config, .. } => format!("generate {config}"),
        Effect::RunTrial { config, incumbent: None, .. } => format!("run {config}"),
        Effect::RunTrial { config, incumbent: Some(i), .. } => format!("run {config} against {i}"),
        Effect::Analyse => "analyse".to_owned(),
        Effect::WriteKnowledge { reason } => format!("write knowledge ({reason})"),
        Effect::Report { reason } => format!("report ({reason})"),
    };
    effects.iter().map(show).collect::<Vec<_>>().join("; ")
}

/// The states and effects of a sequence of events; an illegal one leaves the state as it is.
fn walk(events: Vec<Event>) -> String {
    let mut state = start();
    let mut out = String::new();
    for event in events {
        let name = event.name();
        match step(&state, event) {
            Ok((next, effects)) => {
                out += &format!("{name} -> {}: {}\n", next.phase, shown(&effects));
                assert_eq!(next.seq, state.seq + 1);
                state = next;
            }
            Err(e) => out += &format!("{name} -> refused: {e}\n"),
        }
    }
    out
}

#[test]
fn a_run_from_beginning_to_end() {
    let done = Event::Decided(Next::Done(DoneReason::Converged { rounds: 2 }));
    expect![[r#"
        specified -> program: decide
        decided -> program: generate tile=1
        generated -> measure: run tile=1
        tried -> analyse: analyse; decide
        decided -> program: generate tile=2; generate tile=4; generate tile=8
        generated -> program: 
        tried -> program: 
        generated -> measure: run tile=4 against tile=1
        tried -> measure: run tile=8 against tile=1
        tried -> analyse: analyse; decide
        decided -> learn: write knowledge (converged: round 2 brought no significant improvement)
        learnt -> done: report (converged: round 2 brought no significant improvement)
    "#]]
    .assert_eq(&walk(vec![
        Event::Specified,
        propose(&[1]),
        generated(1),
        tried(1),
        propose(&[2, 4, 8]),
        generated(4),
        tried(2),
        generated(8),
        tried(4),
        tried(8),
        done,
        Event::Learnt,
    ]));
}

#[test]
fn what_is_not_expected_is_refused() {
    expect![[r#"
        learnt -> refused: the event `learnt` in the phase `specify`: it is not expected there
        decided -> refused: the event `decided` in the phase `specify`: it is not expected there
        specified -> program: decide
        tried -> refused: the event `tried` in the phase `program`: this config is not waiting for a trial
        specified -> refused: the event `specified` in the phase `program`: it is not expected there
        decided -> refused: the event `decided` in the phase `program`: there is nothing to try in it
        decided -> program: generate tile=1; generate tile=2
        decided -> refused: the event `decided` in the phase `program`: the last decision is still being carried out
        generated -> refused: the event `generated` in the phase `program`: this config is not waiting for an artifact
        generated -> program: 
        generated -> refused: the event `generated` in the phase `program`: this config is not waiting for an artifact
        tried -> program: 
        tried -> refused: the event `tried` in the phase `program`: this config is not waiting for a trial
        generated -> measure: run tile=2 against tile=1
        stop -> learn: write knowledge (stopped by the user)
        stop -> refused: the event `stop` in the phase `learn`: it is ending already
        tried -> refused: the event `tried` in the phase `learn`: it is not expected there
        learnt -> done: report (stopped by the user)
        fail -> refused: the event `fail` in the phase `done`: the loop has ended
    "#]].assert_eq(&walk(vec![
        Event::Learnt,
        propose(&[1]),
        Event::Specified,
        tried(1),
        Event::Specified,
        propose(&[]),
        propose(&[1, 2]),
        propose(&[4]),
        generated(4),
        generated(1),
        generated(1),
        tried(1),
        tried(1),
        generated(2),
        Event::Stop,
        Event::Stop,
        tried(2),
        Event::Learnt,
        Event::Fail { why: "late".to_owned() },
    ]));
}

#[test]
fn early_ends() {
    let empty = DoneReason::EmptySpace { dimension: "tile".to_owned() };
    expect![[r#"
        stop -> done: report (stopped by the user)
        specified -> program: decide
        decided -> done: report (the space is empty: `tile` has no value)
        specified -> program: decide
        fail -> done: report (failed: no compiler)
        specified -> program: decide
        decided -> program: generate tile=1; generate tile=2
        tried -> program: 
        tried -> analyse: analyse; decide
        stop -> learn: write knowledge (stopped by the user)
    "#]]
    .assert_eq(
        &[
            walk(vec![Event::Stop]),
            walk(vec![Event::Specified, Event::Decided(Next::Done(empty))]),
            walk(vec![Event::Specified, Event::Fail { why: "no compiler".to_owned() }]),
            walk(vec![Event::Specified, propose(&[1, 2]), tried(1), tried(2), Event::Stop]),
        ]
        .concat(),
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Kill the loop before, between or after any two actions: the trials are those of a run that was let be,
    /// and each was measured once.
    #[test]
    fn killed_anywhere_it_comes_to_the_same(kills in proptest::collection::vec(0_u32..40, 0..12), granted in 1_u64..40) {
        let dimensions = crate::model::attention_space();
        let space = ProductSpace::new(dimensions, &crate::model::attention_validity).unwrap();
        let machine = Machine { cost: &attention_cost, noise: 0.004, drift: 0.1 };
        let search = Search::new(&space, Guidance::default(), SearchOptions::standard(3));
        let expected = run(&search, &machine, Some(granted), usize::MAX);

        // What is on disk.
        let mut disk = start();
        let mut trace: Vec<Trial> = Vec::new();
        let mut measured = 0_usize;
        let mut kills = kills.into_iter();
        loop {
            // One life of the process; it ends after so many actions.
            let mut left = kills.next().unwrap_or(u32::MAX);
            let mut alive = || { left = left.saturating_sub(1); left > 0 };
            let (state, effects) = resume(&disk);
            let mut state = state;
            let mut effects = VecDeque::from(effects);
            while let Some(effect) = effects.pop_front() {
                if !alive() { break; }
                let event = match effect {
                    Effect::Specify => Event::Specified,
                    Effect::Decide => {
                        let history = History::of(trace.clone());
                        let trials = Some(granted - trace.len() as u64);
                        Event::Decided(search.next(&history, &Remaining { trials, seconds: None }).next)
                    }
                    Effect::GenerateArtifact { config, .. } => Event::Generated { config: config.id() },
                    Effect::RunTrial { config, incumbent, .. } => {
                        let id = config.id();
                        if !trace.iter().any(|trial| trial.config_id == id) {
                            let trial = machine.measure(&config, incumbent.as_ref(), trace.len());
                            measured += 1;
                            trace.push(trial);
                        }
                        Event::Tried { config: id }
                    }
                    Effect::Analyse | Effect::Report { .. } => continue,
                    Effect::WriteKnowledge { .. } => Event::Learnt,
                };
                if !alive() { break; }
                let (next, more) = step(&state, event).unwrap();
                state = next;
                if !alive() { break; }
                disk = state.clone();
                effects.extend(more);
            }
            if matches!(disk.phase, Phase::Done { .. }) { break; }
        }
        prop_assert_eq!(&trace, &expected.trials);
        prop_assert_eq!(measured, expected.trials.len());
        prop_assert_eq!(disk.trials, expected.trials.len() as u64);
        prop_assert_eq!(disk.phase, Phase::Done { reason: expected.reason });
    }
}

#[test]
fn a_parameter_of_one_value_is_no_dimension_to_search() {
    let space = ProductSpace::new(vec![parameter("tile", &[1])], &|_| Ok(())).unwrap();
    let search = Search::new(&space, Guidance::default(), SearchOptions::standard(1));
    let machine = Machine { cost: &|_| Ok(1e6), noise: 0.0, drift: 0.0 };
    let run = run(&search, &machine, None, 1);
    assert_eq!(run.reason, DoneReason::Exhausted { configs: 1 });
}
