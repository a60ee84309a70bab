//! What stopping at a margin is said to save and cost, against the runs themselves.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use spak_search::compare::Setup;
use spak_search::random::Random;
use spak_search::replay::{Recording, Row, replay_within};
use spak_search::score::Scorer;
use spak_search::search::{Limits, Stop};
use spak_search::space::Domain;
use spak_search::stopping::stopping;
use spak_search::strategies::Method;

fn recording() -> Recording {
    let mut random = Random::new(5);
    let rows = (0..2000u32)
        .map(|code| {
            let point = vec![code % 40, code / 40];
            let far = f64::from(point[0].abs_diff(12) + 2 * point[1].abs_diff(31));
            Row { point, value: Some(50.0 + far + random.unit()), seconds: 1.0 + random.unit() }
        })
        .collect();
    let domain = |size| Domain { size, ordered: true };
    Recording::new(vec![domain(40), domain(50)], rows).unwrap()
}

#[test]
fn savings_and_losses_are_those_of_the_runs() {
    let recording = recording();
    let setup = Setup { repeats: 12, seed: 3, threads: 2, ..Setup::default() };
    let horizon = Scorer::new(&recording, setup.reference).horizon();
    for method in [Method::Random, Method::default()] {
        for margin in [0.3, 0.05, 1e-9] {
            let found = stopping(&recording, &method, setup, margin, &|_| true).unwrap();
            let (mut stopped, mut trials, mut whole, mut lost, mut kept) = (0.0, 0, 0, 0.0, 0.0);
            for seed in 3..15 {
                let run = |limits| replay_within(&recording, method.start(), seed, horizon, limits);
                let (short, end) = run(Limits { margin: Some(margin), ..Limits::default() });
                let (long, _) = run(Limits::default());
                // A margin changes when a run ends, not what it does until then.
                assert!(long.rows.starts_with(&short.rows));
                let best = |rows: &[u32]| {
                    rows.iter()
                        .map(|&row| recording.values()[row as usize])
                        .fold(f64::MAX, f64::min)
                };
                trials += short.rows.len();
                whole += long.rows.len();
                lost += best(&short.rows) / best(&long.rows) - 1.0;
                if matches!(end, Some(Stop::Margin(_))) {
                    stopped += 1.0;
                    let optimum = recording.optimum();
                    kept += f64::from(u8::from(best(&short.rows) <= optimum * (1.0 + margin)));
                }
            }
            let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
            assert!(close(found.stopped, stopped / 12.0));
            assert!(close(found.trials, trials as f64 / 12.0));
            assert!(close(found.horizon, whole as f64 / 12.0));
            assert!(close(found.lost, lost / 12.0));
            assert!(found.kept.is_nan() || close(found.kept, kept / stopped));
        }
        let wide = stopping(&recording, &method, setup, 0.3, &|_| true).unwrap();
        assert!(wide.stopped > 0.5 && wide.trials < wide.horizon, "{wide:?}");
    }
    assert_eq!(stopping(&recording, &Method::Random, setup, 0.1, &|done| done < 3), None);
}
