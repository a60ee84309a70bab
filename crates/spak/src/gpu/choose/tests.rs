//! Searches among the candidates of a bundle, on a valley whose depth is known.

use spak_records::Trial;

use super::next;
use crate::gpu::fixture::{bundle, trial};

/// A valley: 100 µs at its deepest, in which half of the configs of `b = 5` are wrong.
fn time(at: usize, deepest: (i64, i64)) -> Option<u64> {
    let (a, b) = ((at / 6) as i64, (at % 6) as i64);
    let (x, y) = (a - deepest.0, b - deepest.1);
    (b < 5 || a % 2 == 0).then(|| 100_000 + 9_000 * (x * x + y * y) as u64)
}

/// Candidates in the order in which they were tried.
fn searched(
    problem: usize,
    trials: &mut Vec<Trial>,
    limit: usize,
    deepest: (i64, i64),
) -> Vec<usize> {
    let bundle = bundle(&[1024, 4096]);
    let mut tried = Vec::new();
    loop {
        let known: Vec<&Trial> = trials.iter().collect();
        let Some(at) = next(&bundle, problem, &known, limit) else { return tried };
        assert!(!tried.contains(&at), "{at} was tried");
        tried.push(at);
        trials.push(trial(&bundle, at, problem, time(at, deepest)));
    }
}

#[test]
fn a_search_ends_at_its_limit_and_finds_the_valley_in_half_of_the_trials() {
    let tried = searched(0, &mut Vec::new(), 24, (5, 2));
    assert_eq!(tried.len(), 24);
    let best = tried.iter().filter_map(|at| time(*at, (5, 2))).min().unwrap();
    assert!(best <= 109_000, "{best} after {tried:?}");
}

#[test]
fn a_search_that_was_cut_off_goes_on_as_if_it_had_not_been() {
    let whole = searched(0, &mut Vec::new(), 20, (5, 2));
    let mut trials = Vec::new();
    let first = searched(0, &mut trials, 9, (5, 2));
    let second = searched(0, &mut trials, 20, (5, 2));
    assert_eq!([first, second].concat(), whole);
}

#[test]
fn what_was_good_on_another_problem_is_tried_first() {
    let mut trials = Vec::new();
    let elsewhere = searched(0, &mut trials, 24, (5, 2));
    let best = *elsewhere.iter().min_by_key(|at| time(**at, (5, 2)).unwrap_or(u64::MAX)).unwrap();
    let here = searched(1, &mut trials, 6, (5, 2));
    assert_eq!(here.first(), Some(&best));
}

#[test]
fn a_search_ends_when_there_is_nothing_else() {
    assert_eq!(searched(0, &mut Vec::new(), 1000, (0, 0)).len(), 48);
}

#[test]
fn what_the_design_recommends_is_tried_first_and_preferred_values_soon() {
    let mut bundle = bundle(&[1024]);
    let config = bundle.candidates[17].config.clone();
    let known = &mut bundle.problems[0].knowledge;
    known.recommended.push(config);
    known.preferred.insert("a".to_owned(), vec![spak_records::Value::Int(6)]);
    let mut trials: Vec<Trial> = Vec::new();
    let mut tried = Vec::new();
    for _ in 0..8 {
        let known: Vec<&Trial> = trials.iter().collect();
        let at = next(&bundle, 0, &known, 48).unwrap();
        tried.push(at);
        trials.push(trial(&bundle, at, 0, time(at, (6, 2))));
    }
    assert_eq!(tried.first(), Some(&17));
    assert!(tried.iter().filter(|at| **at / 6 == 6).count() >= 2, "{tried:?}");
}
