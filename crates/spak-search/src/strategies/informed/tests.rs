//! Spaces whose optimum is known, with sources that know them, and with sources that do not.

use super::{Informed, Source};
use crate::random::Random;
use crate::replay::{Horizon, Recording, Row, replay};
use crate::space::Domain;
use crate::strategies::Method;
use crate::strategies::guided::Guided;

fn domains() -> Vec<Domain> {
    [8, 6, 4, 5].map(|size| Domain { size, ordered: true }).to_vec()
}

/// All points with times: a valley that lies elsewhere for each `shift`, ridges where two parameters do not fit each other.
fn rows(shift: f64, factor: f64) -> Vec<(Vec<u32>, Option<f64>)> {
    let mut rows = Vec::new();
    for at in 0..8 * 6 * 4 * 5_u32 {
        let point = vec![at % 8, at / 8 % 6, at / 48 % 4, at / 192];
        let far =
            |index: usize, best: f64, weight: f64| weight * (f64::from(point[index]) - best).abs();
        let ridge = if (point[0] + point[1]) % 3 == 0 { 0.25 } else { 0.0 };
        let log = far(0, 5.0 + shift, 0.2)
            + far(1, 1.0, 0.3)
            + far(2, 2.0, 0.1)
            + far(3, 3.0 - shift, 0.15)
            + ridge;
        let failed = point[0] == 7 && point[3] == 4;
        rows.push((point, (!failed).then(|| factor * log.exp())));
    }
    rows
}

fn recording(shift: f64) -> Recording {
    let row = |(point, value)| Row { point, value, seconds: 1.0 };
    Recording::new(domains(), rows(shift, 1.0).into_iter().map(row).collect()).unwrap()
}

/// The mean number of trials until the optimum over 40 seeds.
fn trials(recording: &Recording, sources: Vec<Source>) -> f64 {
    let thorough = Method::Guided(Guided::thorough());
    let method = Method::Informed(Informed::by(sources), Box::new(thorough));
    let horizon = Horizon { trials: 960, seconds: 0.0 };
    let run = |seed| replay(recording, method.start(), seed, horizon).rows.len() as f64;
    (0..40).map(run).sum::<f64>() / 40.0
}

#[test]
fn what_holds_here_saves_trials() {
    let recording = recording(0.0);
    let cold = trials(&recording, Vec::new());
    // Twice as slow there, and the valley a step away.
    let near = trials(&recording, vec![Source::new(&domains(), rows(1.0, 2.0))]);
    assert!(near < 0.6 * cold, "{near} of {cold}");
    let same = trials(&recording, vec![Source::new(&domains(), rows(0.0, 3.0))]);
    assert!(same < 8.0, "{same}");
    // Half of the points there are enough.
    let half = rows(0.0, 3.0).into_iter().step_by(2);
    let half = trials(&recording, vec![Source::new(&domains(), half)]);
    assert!(half < 0.6 * cold, "{half} of {cold}");
}

#[test]
fn what_does_not_hold_costs_a_few_trials() {
    let recording = recording(0.0);
    let cold = trials(&recording, Vec::new());
    let mut values: Vec<Option<f64>> = rows(0.0, 1.0).into_iter().map(|(_, value)| value).collect();
    let mut random = Random::new(5);
    for at in (1..values.len()).rev() {
        values.swap(at, random.index(at + 1));
    }
    let points = || rows(0.0, 1.0).into_iter().map(|(point, _)| point);
    let shuffled = Source::new(&domains(), points().zip(values));
    let reversed = rows(0.0, 1.0).into_iter().map(|(point, value)| (point, value.map(f64::recip)));
    let reversed = Source::new(&domains(), reversed);
    for (name, source) in [("shuffled", shuffled.clone()), ("reversed", reversed.clone())] {
        let misled = trials(&recording, vec![source]);
        assert!(misled < cold + 12.0, "{name}: {misled} of {cold}");
    }
    // Beside one that holds they do not lead.
    let good = Source::new(&domains(), rows(0.0, 3.0));
    let among = trials(&recording, vec![reversed, shuffled, good]);
    assert!(among < 0.6 * cold, "{among} of {cold}");
}

#[test]
fn sources_of_nothing_change_nothing() {
    let recording = recording(0.0);
    let cold = trials(&recording, Vec::new());
    let outside =
        vec![(vec![9, 9, 9, 9], Some(1.0)), (vec![1], Some(1.0)), (vec![0; 4], Some(f64::NAN))];
    let source = Source::new(&domains(), outside);
    assert!(source.is_empty());
    assert_eq!(trials(&recording, vec![source]), cold);
}
