//! Several questions at once: with one worker nothing changes; with more nothing is asked twice, everything is found, and the
//! order of the answers decides what is asked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use proptest::prelude::*;
use spak_search::memory::Outcome;
use spak_search::random::Random;
use spak_search::replay::{Recording, Row, replay, replay_parallel};
use spak_search::score::{Reference, Scorer};
use spak_search::search::{Job, Limits, Search, Stop};
use spak_search::space::{Domain, Space};
use spak_search::strategies::Method;
use spak_search::strategies::seeded::Knowledge;
use spak_search::table::TableSpace;

fn space(keep: u32) -> TableSpace {
    let sizes = [5u32, 4, 3, 2];
    let domains =
        sizes.iter().enumerate().map(|(at, &size)| Domain { size, ordered: at % 2 == 0 }).collect();
    let mut rows = Vec::new();
    for point in support::points(&sizes) {
        if point.iter().sum::<u32>() % keep.max(1) != 1 {
            rows.push(point);
        }
    }
    TableSpace::new(domains, &rows).unwrap()
}

fn measure(point: &[u32], samples: u32) -> Outcome {
    let sum: u32 = point.iter().enumerate().map(|(at, index)| index * (at as u32 * 2 + 3)).sum();
    match sum % 9 {
        4 => Outcome::Failed,
        rest => Outcome::Measured { value: f64::from(sum + rest), samples: samples.max(1) },
    }
}

fn methods() -> Vec<Method> {
    let knowledge = Knowledge {
        points: vec![vec![1, 1, 1, 1]],
        preferred: vec![(0, 1)],
        avoided: vec![(2, 0)],
        trust: 4,
    };
    Method::names()
        .iter()
        .filter(|name| **name != "bayesian")
        .map(|name| Method::named(name).unwrap())
        .chain([Method::Seeded(knowledge, Box::default())])
        .collect()
}

/// All that is asked, with `workers` at work and the next to answer drawn from `order`.
fn run(
    space: &TableSpace,
    method: &Method,
    seed: u64,
    workers: usize,
    order: u64,
    limits: Limits,
) -> (Vec<Vec<u32>>, Option<Stop>, u64) {
    let mut search = Search::new(space, method.start(), seed, limits);
    let mut order = Random::new(order);
    let (mut asked, mut open): (Vec<Vec<u32>>, Vec<Job>) = (Vec::new(), Vec::new());
    loop {
        for job in search.ask_batch(workers) {
            assert!(space.contains(&job.point));
            assert!(open.iter().all(|other| other.point != job.point), "{method:?} asks twice");
            asked.push(job.point.clone());
            open.push(job);
        }
        assert_eq!(search.open(), open);
        if open.is_empty() {
            return (asked, search.stop(), search.trials());
        }
        let job = open.remove(order.index(open.len()));
        assert!(search.tell_job(job.ticket, measure(&job.point, job.samples), 0.5));
        assert!(!search.tell_job(job.ticket, Outcome::Failed, 0.5), "answered twice");
        assert!(asked.len() < 10_000);
    }
}

/// All that is asked one by one.
fn run_alone(space: &TableSpace, method: &Method, seed: u64) -> Vec<Vec<u32>> {
    let mut search = Search::new(space, method.start(), seed, Limits::default());
    let mut asked = Vec::new();
    while let Some(question) = search.ask() {
        let (point, samples) = (question.point.to_vec(), question.samples);
        search.tell(measure(&point, samples), 0.5);
        asked.push(point);
    }
    asked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_worker_is_asking_and_telling(keep in 2u32..6, seed in any::<u64>()) {
        let space = space(keep);
        for method in methods() {
            let (asked, _, _) = run(&space, &method, seed, 1, 0, Limits::default());
            prop_assert_eq!(asked, run_alone(&space, &method, seed), "{:?}", method);
        }
    }

    #[test]
    fn several_workers_find_everything_and_nothing_twice(
        keep in 2u32..6,
        seed in any::<u64>(),
        order in any::<u64>(),
        workers in 2usize..9,
    ) {
        let space = space(keep);
        for method in methods() {
            let (asked, stop, trials) = run(&space, &method, seed, workers, order, Limits::default());
            let mut distinct = asked.clone();
            distinct.sort();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), space.points().len(), "{:?} {:?}", method, stop);
            prop_assert_eq!(trials, asked.len() as u64);
            // Successive halving measures its best points again, with more samples.
            if !matches!(method, Method::Halving(_)) {
                prop_assert_eq!(asked.len(), distinct.len(), "{:?} measured a point twice", method);
            }
            prop_assert_eq!(stop, Some(Stop::Exhausted));
            let again = run(&space, &method, seed, workers, order, Limits::default());
            prop_assert_eq!((asked, stop, trials), again, "{:?} is not deterministic", method);
        }
    }

    #[test]
    fn the_limit_of_trials_counts_open_questions(
        seed in any::<u64>(),
        workers in 1usize..9,
        most in 0u64..40,
    ) {
        let space = space(4);
        let limits = Limits { trials: Some(most), ..Limits::default() };
        for method in methods() {
            let (asked, stop, trials) = run(&space, &method, seed, workers, 1, limits);
            prop_assert_eq!(trials, most, "{:?}", method);
            prop_assert_eq!(asked.len() as u64, most);
            prop_assert_eq!(stop, Some(Stop::Trials));
        }
    }
}

#[test]
fn more_workers_than_points_are_given_all_points() {
    let space = space(3);
    let mut search = Search::new(&space, Method::default().start(), 1, Limits::default());
    let jobs = search.ask_batch(1000);
    assert_eq!(jobs.len(), space.points().len());
    assert!(search.ask_batch(1000).is_empty());
    assert_eq!(search.stop(), None);
    for job in jobs.iter().rev() {
        assert!(search.tell_job(job.ticket, measure(&job.point, 0), 1.0));
    }
    assert!(search.ask_batch(2).is_empty());
    assert_eq!(search.stop(), Some(Stop::Exhausted));
    assert!(!search.tell_job(12_345, Outcome::Failed, 0.0));
}

#[test]
fn what_a_search_is_informed_of_is_not_asked_again_and_all_others_are() {
    let space = space(3);
    for method in methods() {
        let mut search = Search::new(&space, method.start(), 1, Limits::default());
        let all: Vec<Vec<u32>> = space.points().iter().map(<[u32]>::to_vec).collect();
        let (told, open) = all.split_at(all.len() / 2);
        for point in told {
            search.inform(point, measure(point, u32::MAX));
        }
        search.inform(&[9, 9, 9, 9], Outcome::Failed);
        assert_eq!(search.memory().len(), told.len(), "{method:?}");
        let mut asked: Vec<Vec<u32>> = Vec::new();
        while let Some(job) = search.ask_batch(1).pop() {
            assert!(!told.contains(&job.point), "{method:?} asks for {:?} again", job.point);
            let outcome = measure(&job.point, u32::MAX);
            asked.push(job.point);
            assert!(search.tell_job(job.ticket, outcome, 0.0));
        }
        asked.sort();
        let mut open = open.to_vec();
        open.sort();
        let ends_early = asked.len() < open.len() && search.stop() == Some(Stop::Finished);
        assert!(asked == open || ends_early, "{method:?}: {} of {}", asked.len(), open.len());
    }
}

#[test]
fn replayed_workers_share_the_time() {
    let space = space(3);
    let rows = space
        .points()
        .iter()
        .map(|point| Row {
            point: point.to_vec(),
            value: Some(measure(point, 1).value()).filter(|value| value.is_finite()),
            seconds: 1.0 + f64::from(point[0]),
        })
        .collect();
    let recording = Recording::new(space.domains().to_vec(), rows).unwrap();
    let horizon = Scorer::new(&recording, Reference::Published).horizon();
    for method in methods() {
        for seed in 0..5 {
            let alone = replay(&recording, method.start(), seed, horizon);
            assert_eq!(replay_parallel(&recording, method.start(), seed, horizon, 1), alone);
            let four = replay_parallel(&recording, method.start(), seed, horizon, 4);
            assert!(four.ends.is_sorted());
            let work: f64 = four.rows.iter().map(|&row| recording.cost(row)).sum();
            let last = *four.ends.last().unwrap();
            assert!(last >= work / 4.0 - 1e-9, "{last} s for {work} s of work on 4 workers");
            // At most three are still at work when the last one ends.
            assert!(last <= work / 4.0 + 3.0 * 5.0, "{last} s for {work} s of work");
        }
    }
}
