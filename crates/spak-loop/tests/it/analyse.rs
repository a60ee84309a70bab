//! What the analysis says of trials whose truth is known.

use expect_test::expect;
use spak_loop::analyse;
use spak_loop::analyse::{Analysis, RowResult};
use spak_records::{Config, Trial, Value};

use crate::model::{Machine, config};

fn at(scheme: &str, tile: i64) -> Config {
    config(&[("scheme", Value::from(scheme)), ("tile", Value::from(tile))])
}

fn cost(c: &Config) -> Result<f64, String> {
    let tile = c.get("tile").and_then(Value::as_int).unwrap();
    let online = c.get("scheme") == Some(&Value::from("online"));
    match (online, tile) {
        (true, 128) => Err("timeout".to_owned()),
        (true, _) => Ok(5e6 * 32.0 / tile as f64),
        (false, _) => Ok(1e7),
    }
}

fn shown(analysis: &Analysis) -> String {
    let mut out = String::new();
    for row in &analysis.rows {
        let differences = (row.differences.iter()).map(|d| {
            format!("{} {} -> {}", d.name, d.seed.clone().unwrap(), d.value.clone().unwrap())
        });
        let differences = differences.collect::<Vec<_>>().join(", ");
        out += &match &row.result {
            RowResult::Measured { relative_time, .. } => {
                format!("#{} {relative_time:.2} [{differences}]\n", row.rank.unwrap())
            }
            RowResult::Rejected { reason, .. } => format!("-- {reason} [{differences}]\n"),
        };
    }
    for record in &analysis.values {
        let (measured, rejected) = (record.measured.len(), record.rejected.len());
        out += &format!(
            "{} = {}: {measured} measured, {rejected} rejected\n",
            record.dimension, record.value
        );
    }
    for e in &analysis.effects {
        let pairs: Vec<_> = e.pairs.iter().map(|p| (p.with, p.without, p.is_clear)).collect();
        out += &format!(
            "{}: {} takes {:.2} ({:.2} to {:.2}) of {}'s time {pairs:?}\n",
            e.dimension, e.value, e.ratio, e.range[0], e.range[1], e.versus
        );
    }
    out + &format!(
        "seed {:?}, best {:?}, {:.2} times faster, near best after {:?}\n",
        analysis.seed,
        analysis.best,
        analysis.speedup.unwrap_or(0.0),
        analysis.trials_to_near_best
    )
}

#[test]
fn effects_are_paired_and_drift_cancels() {
    // The machine gets half as fast again in the middle of the run: raw times would rank it wrongly.
    let machine = Machine { cost: &cost, noise: 0.002, drift: 0.5 };
    let seed = at("naive", 32);
    let configs = [
        (seed.clone(), None),
        (at("online", 32), Some(&seed)),
        (at("naive", 64), Some(&seed)),
        (at("online", 64), Some(&seed)),
        (at("online", 128), Some(&seed)),
        (at("naive", 128), Some(&seed)),
    ];
    let trials: Vec<Trial> = (configs.iter().enumerate())
        .map(|(number, (config, incumbent))| machine.measure(config, *incumbent, number * 5))
        .collect();
    expect![[r#"
        #4 1.00 []
        #2 0.50 [scheme naive -> online]
        #3 1.00 [tile 32 -> 64]
        #1 0.25 [scheme naive -> online, tile 32 -> 64]
        -- timeout [scheme naive -> online, tile 32 -> 128]
        #5 1.00 [tile 32 -> 128]
        scheme = naive: 3 measured, 0 rejected
        scheme = online: 2 measured, 1 rejected
        tile = 32: 2 measured, 0 rejected
        tile = 64: 2 measured, 0 rejected
        tile = 128: 1 measured, 1 rejected
        scheme: online takes 0.35 (0.25 to 0.50) of naive's time [(1, 0, true), (3, 2, true)]
        tile: 64 takes 0.71 (0.50 to 1.00) of 32's time [(2, 0, false), (3, 1, true)]
        tile: 128 takes 1.00 (1.00 to 1.00) of 32's time [(5, 0, false)]
        tile: 128 takes 1.00 (1.00 to 1.00) of 64's time [(5, 2, false)]
        seed Some(0), best Some(3), 4.00 times faster, near best after Some(4)
    "#]]
    .assert_eq(&shown(&analyse(&trials, &seed)));
}

#[test]
fn nothing_and_nothing_but_rejections() {
    let seed = at("online", 128);
    assert_eq!(analyse(&[], &seed), Analysis::default());
    let machine = Machine { cost: &cost, noise: 0.0, drift: 0.0 };
    let trials = [machine.measure(&seed, None, 0)];
    expect![[r#"
        -- timeout []
        scheme = online: 0 measured, 1 rejected
        tile = 128: 0 measured, 1 rejected
        seed Some(0), best None, 0.00 times faster, near best after None
    "#]]
    .assert_eq(&shown(&analyse(&trials, &seed)));
}
