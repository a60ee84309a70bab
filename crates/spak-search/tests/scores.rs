//! The score against what it must be: random search 0, an oracle 1, and a table computed by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use spak_search::compare::{Setup, compare};
use spak_search::memory::Outcome;
use spak_search::random::Random;
use spak_search::replay::{Recording, RecordingError, Row, Run, replay};
use spak_search::score::{Reference, Scorer};
use spak_search::space::Domain;
use spak_search::strategies::Method;
use spak_search::strategy::{Strategy, View, Wish};

/// A made-up kernel: products of parameters decide, some configs fail, times differ.
fn recording(seed: u64, failing: f64) -> Recording {
    let sizes = [8u32, 6, 5, 4, 2];
    let domains: Vec<Domain> = sizes.iter().map(|&size| Domain { size, ordered: true }).collect();
    let mut random = Random::new(seed);
    let mut rows = Vec::new();
    for point in support::points(&sizes) {
        let threads = f64::from(1 << (point[0] + point[1]));
        let work = f64::from(1 + point[2]) * f64::from(1 + point[3]);
        let value = 1.0
            + (threads / 64.0).ln().abs()
            + (work / 8.0).ln().abs()
            + f64::from(point[4]) * 0.3
            + random.unit() * 0.2;
        let value = (!random.chance(failing)).then_some(value);
        rows.push(Row { point, value, seconds: 1.0 + random.unit() });
    }
    Recording::new(domains, rows).unwrap()
}

#[test]
fn random_search_scores_zero() {
    for failing in [0.0, 0.1, 0.3] {
        // What a run has found early it keeps, so the points of a curve err together; several spaces even that out.
        let scores: Vec<_> = (1..5)
            .map(|seed| {
                let setup = Setup {
                    repeats: 1000,
                    seed: seed * 1_000_000,
                    reference: Reference::Exact,
                    threads: 2,
                    workers: 1,
                };
                compare(&recording(seed, failing), &Method::Random, setup, &|_| true).unwrap().score
            })
            .collect();
        let by_time = scores.iter().map(|score| score.by_time).sum::<f64>() / 4.0;
        let by_evaluations = scores.iter().map(|score| score.by_evaluations).sum::<f64>() / 4.0;
        assert!(by_time.abs() < 0.02, "{failing} {by_time}");
        assert!(by_evaluations.abs() < 0.02, "{failing} {by_evaluations}");
    }
}

/// Asks for the best row first.
#[derive(Clone)]
struct Oracle(Vec<u32>);

impl Strategy for Oracle {
    fn ask(&mut self, _: &mut View<'_>, point: &mut [u32]) -> Wish {
        point.copy_from_slice(&self.0);
        Wish::Try { samples: 0 }
    }

    fn tell(&mut self, _: &mut View<'_>, _: &[u32], _: Outcome) {}
}

#[test]
fn an_oracle_scores_one() {
    let recording = recording(4, 0.1);
    let best =
        (0..recording.values().len() as u32).find(|&row| recording.place(row) == Some(0)).unwrap();
    let point = recording.space().points().get(best as usize).unwrap().to_vec();
    for reference in [Reference::Published, Reference::Exact] {
        let scorer = Scorer::new(&recording, reference);
        let runs: Vec<Run> = (0..10)
            .map(|seed| replay(&recording, Box::new(Oracle(point.clone())), seed, scorer.horizon()))
            .collect();
        assert!(runs.iter().all(|run| run.rows == [best]));
        let score = scorer.score(&runs);
        assert!((score.by_time - 1.0).abs() < 1e-9, "{score:?}");
        assert!((score.by_evaluations - 1.0).abs() < 1e-9, "{score:?}");
        assert_eq!(score.evaluations_to_near, Some(1));
        assert!((score.near_in_a_tenth - 1.0).abs() < 1e-9);
    }
}

#[test]
fn cutoffs_are_those_of_the_formula() {
    // Values 1 to 100: the median is 50.5. 1 %: at most 50.005, so 50 values are above: ceil(50 / 51) = 1.
    // 95 %: at most 3.475, so 97 values are above: ceil(97 / 4) = 25. Every row takes 2 seconds.
    let rows = (0..100)
        .map(|index| Row { point: vec![index], value: Some(f64::from(index) + 1.0), seconds: 2.0 })
        .collect();
    let recording = Recording::new(vec![Domain { size: 100, ordered: true }], rows).unwrap();
    let scorer = Scorer::new(&recording, Reference::Published);
    assert_eq!(scorer.evaluations(), (1, 25));
    assert_eq!(scorer.seconds(), (2.0, 50.0));
    // A run that always has the worst value: after M evaluations the baseline is at position round(101 M / (M + 1)) from the
    // worst, the value 100 - that, and the score its mean over M = 1 to 24.
    let expected: f64 = (1..25)
        .map(|drawn| {
            let drawn = f64::from(drawn);
            let random = 100.0 - (101.0 * drawn / (drawn + 1.0)).round_ties_even().min(99.0);
            (random - 100.0) / (random - 1.0)
        })
        .sum::<f64>()
        / 24.0;
    let score = scorer.score(&[Run::of(&recording, vec![99; 60])]);
    assert!((score.by_evaluations - expected).abs() < 1e-9, "{} {expected}", score.by_evaluations);
}

#[test]
fn threads_do_not_change_the_result() {
    let recording = recording(5, 0.1);
    let report = |threads| {
        let setup = Setup { repeats: 20, threads, ..Setup::default() };
        compare(&recording, &Method::default(), setup, &|_| true)
    };
    assert_eq!(report(1), report(3));
    let setup = Setup { repeats: 20, ..Setup::default() };
    assert_eq!(compare(&recording, &Method::Random, setup, &|done| done < 3), None);
    assert_eq!(
        compare(&recording, &Method::Random, Setup { repeats: 0, ..setup }, &|_| true),
        None
    );
}

#[test]
fn the_default_beats_random_search_and_the_others_are_no_worse() {
    let setup = Setup { repeats: 20, threads: 2, reference: Reference::Exact, ..Setup::default() };
    let mean = |method: &Method| -> f64 {
        (10..13)
            .map(|seed| {
                compare(&recording(seed, 0.1), method, setup, &|_| true)
                    .unwrap()
                    .score
                    .by_evaluations
            })
            .sum::<f64>()
            / 3.0
    };
    assert!(mean(&Method::default()) > 0.3);
    for name in ["iterated-local", "annealing", "genetic", "differential", "swarm", "grey-wolf"] {
        let score = mean(&Method::named(name).unwrap());
        assert!(score > 0.0, "{name} scores {score}");
    }
}

#[test]
fn bad_recordings_are_refused() {
    let domains = vec![Domain { size: 2, ordered: true }];
    let row =
        |index: u32, value: Option<f64>, seconds: f64| Row { point: vec![index], value, seconds };
    let new = |rows| Recording::new(domains.clone(), rows).unwrap_err();
    assert_eq!(new(Vec::new()), RecordingError::AllFailed);
    assert_eq!(
        new(vec![row(0, None, 1.0), row(1, Some(f64::NAN), 1.0)]),
        RecordingError::AllFailed
    );
    assert_eq!(new(vec![row(0, Some(1.0), -1.0)]), RecordingError::Seconds { row: 0 });
    assert_eq!(new(vec![row(0, Some(1.0), f64::NAN)]), RecordingError::Seconds { row: 0 });
    assert_eq!(
        new(vec![row(0, Some(1.0), 1.0), row(0, Some(1.0), 1.0)]).to_string(),
        "row 1 is the same configuration as row 0"
    );
    assert_eq!(
        new(vec![row(2, Some(1.0), 1.0)]).to_string(),
        "row 0 has a value of parameter 0 outside its domain"
    );
}

#[test]
fn a_recording_of_one_row_or_of_equal_values_can_be_compared() {
    for count in [1, 5] {
        let rows = (0..count)
            .map(|index| Row { point: vec![index], value: Some(3.0), seconds: 0.0 })
            .collect();
        let recording = Recording::new(vec![Domain { size: count, ordered: true }], rows).unwrap();
        let report = compare(&recording, &Method::default(), Setup::default(), &|_| true).unwrap();
        assert!((report.found - 1.0).abs() < 1e-9);
        // Nothing can be gained over random search.
        assert!(report.score.by_evaluations.is_nan());
    }
}
