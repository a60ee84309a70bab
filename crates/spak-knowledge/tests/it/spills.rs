//! What kernels cost that spill, told of a machine and not of a workload.

use spak_knowledge::{Finding, guidance, learn, read_back, write_back};
use spak_records::{Needs, Trial, Value};

use crate::lab::{Lab, Machine, context, dimension, grid, problem};

const STEADY: Machine =
    Machine { drift: 0.02, run: 0.002, sampling: 0.002, interleaved: true, samples: 20 };

/// Times on two problems of kernels whose bytes of local memory `spilled` says, and the time that follows from them.
fn trials(spilled: &dyn Fn(i64) -> u32, slower: &dyn Fn(u32) -> f64) -> Vec<Trial> {
    let tiles = dimension("tile", &[32, 64, 128, 256, 512].map(Value::Int));
    let orders = dimension("order", &["rows", "columns"].map(Value::from));
    let mut lab = Lab::new(11, STEADY);
    let mut all = Vec::new();
    for problem in [problem(true), problem(false)] {
        for config in grid(&[tiles.clone(), orders.clone()]) {
            let tile = config.get("tile").and_then(Value::as_int).expect("a tile");
            let local_memory = spilled(tile);
            let mut trial = lab.trial(&config, 1e6 * slower(local_memory), &problem);
            trial.needs = Some(Needs { local_memory, ..Needs::default() });
            all.push(trial);
        }
    }
    all
}

fn bytes(trials: &[Trial]) -> Option<(u32, usize, usize)> {
    let learned = learn(trials, &context(Vec::new()));
    learned.facts.into_iter().find_map(|fact| match fact.finding {
        Finding::Spills { bytes, configs, problems, .. } => Some((bytes, configs, problems)),
        _ => None,
    })
}

#[test]
fn what_spills_and_is_slow_is_advised_against_everywhere_on_the_machine() {
    let trials =
        trials(&|tile| if tile > 128 { 96 } else { 0 }, &|n| if n > 0 { 3.0 } else { 1.0 });
    assert_eq!(bytes(&trials), Some((0, 8, 2)));
    let learned = learn(&trials, &context(Vec::new()));
    let text = write_back("", &learned).expect("an empty design").text;
    assert!(text.contains("take 2.99x to 3.05x the time of the fastest without."), "{text}");
    assert!(text.contains("when: \"gcc_on_xeon_2c\""), "{text}");
    let back = guidance(&read_back(&text), &|_| Some(true), &|_| None);
    let [(formula, source)] = back.avoid_where.as_slice() else { panic!("{back:?}") };
    assert_eq!(formula, "local_memory > 0");
    assert_eq!(source, "spills on gcc_on_xeon_2c");
    // The scope has no word of what was computed.
    let condition = read_back(&text)
        .into_iter()
        .find(|known| known.name.starts_with("spills"))
        .and_then(|known| known.when);
    assert_eq!(
        condition.as_deref(),
        Some("device == \"Intel(R) Xeon(R) Processor\" && cores == 2 && compiler == \"gcc\"")
    );
    // Whichever workload it is learnt for, it is the same.
    let mut other = context(Vec::new());
    other.problem = problem(false);
    other.workload_name = Some("Full".to_owned());
    let again = write_back(&text, &learn(&trials, &other)).expect("a design");
    assert_eq!(again.text.matches("kind: \"spills\"").count(), 1, "{}", again.text);
    let repeated = write_back(&again.text, &learned).expect("a design");
    assert_eq!(repeated.text, again.text);
}

#[test]
fn a_few_bytes_that_do_no_harm_are_let_alone() {
    let of = |tile| match tile {
        64 => 16,
        256 => 400,
        512 => 900,
        _ => 0,
    };
    let slower = |n| if n > 16 { 2.0 } else { 1.0 };
    assert_eq!(bytes(&trials(&of, &slower)), Some((16, 8, 2)));
}

#[test]
fn nothing_is_said_where_spills_cost_nothing_or_nobody_knows_them() {
    let of = |tile| if tile > 128 { 96 } else { 0 };
    assert_eq!(bytes(&trials(&of, &|_| 1.0)), None);
    let mut unknown = trials(&of, &|n| if n > 0 { 3.0 } else { 1.0 });
    unknown.iter_mut().for_each(|trial| trial.needs = None);
    assert_eq!(bytes(&unknown), None);
    // All of them, so that there is nothing to compare with.
    assert_eq!(bytes(&trials(&|_| 96, &|_| 3.0)), None);
}
