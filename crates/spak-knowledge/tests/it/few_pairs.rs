//! Searches that leave few pairs: what is learned from them, and what is not.

use crate::lab::{Lab, Machine, config, context, dimension, grid, problem};
use crate::learning::{GOOD, ints, space, truth};
use spak_knowledge::{Dimension, learn};
use spak_records::{Config, Trial, Value};

#[test]
fn one_pair_makes_at_most_a_rule_that_says_so() {
    let dimensions = space();
    let mut lab = Lab::new(13, GOOD);
    let seed = config(&[
        ("softmax_scheme", "online".into()),
        ("tile_m", Value::Int(64)),
        ("k_latency", Value::Int(2)),
    ]);
    let mut slow = seed.clone();
    slow.0.insert("tile_m".to_owned(), Value::Int(8));
    // The noise is learned from configs that say nothing about the tile.
    let mut trials = vec![lab.trial(&seed, truth(&seed), &problem(true))];
    for _ in 0..12 {
        trials.push(lab.trial(&seed, truth(&seed), &problem(true)));
    }
    trials.push(lab.trial(&slow, truth(&slow), &problem(true)));
    let learned = learn(&trials, &context(dimensions));
    let rule = learned.rules.first().expect("a large, well-timed difference");
    assert_eq!((rule.support, rule.avoid.len()), (1, 0), "no value is condemned by one pair");
    assert!(rule.confidence < 0.7);
}

/// Tries all single changes of the best config so far, until none helps.
fn climb(seed: u64, dimensions: &[Dimension], truth: &dyn Fn(&Config) -> f64) -> Vec<Trial> {
    let mut lab = Lab::new(seed, GOOD);
    let first = |d: &Dimension| (d.name.clone(), d.values.first().expect("a value").clone());
    let mut best = Config(dimensions.iter().map(first).collect());
    let mut trials = vec![lab.trial(&best, truth(&best), &problem(true))];
    loop {
        let mut next = best.clone();
        for d in dimensions {
            for value in &d.values {
                let mut c = best.clone();
                c.0.insert(d.name.clone(), value.clone());
                if trials.iter().all(|t| t.config != c) {
                    trials.push(lab.trial(&c, truth(&c), &problem(true)));
                    if truth(&c) < 0.98 * truth(&next) {
                        next = c;
                    }
                }
            }
        }
        if next == best {
            return trials;
        }
        best = next;
    }
}

#[test]
fn a_climb_that_leaves_few_pairs_still_teaches_what_matters() {
    let mut dimensions = space();
    dimensions.push(dimension("threads", &ints(&[1, 2])));
    dimensions.push(dimension("unroll", &ints(&[1, 2, 4, 8])));
    let truth =
        |c: &Config| truth(c) * if c.get("threads") == Some(&Value::Int(1)) { 1.8 } else { 1.0 };
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..20 {
        let trials = climb(seed, &dimensions, &truth);
        let learned = learn(&trials, &context(dimensions.clone()));
        for rule in &learned.rules {
            if let Some((name, value)) = &rule.recommend {
                *counts.entry(format!("{name} = {value}")).or_insert(0) += 1;
            }
        }
        *counts.entry("trials".to_owned()).or_insert(0) += trials.len();
    }
    eprintln!("{counts:?}");
    for sure in ["softmax_scheme = online", "tile_m = 64", "threads = 2"] {
        assert!(counts.get(sure) >= Some(&18), "{counts:?}");
    }
    let void = counts.iter().filter(|(n, _)| n.starts_with("unroll") || n.starts_with("k_lat"));
    assert!(void.map(|(_, n)| n).sum::<usize>() <= 1, "{counts:?}");
}

#[test]
fn each_of_a_handful_of_axes_has_its_rule_after_one_round_on_a_quiet_machine() {
    let axes = [("simd", 3.4), ("causal_tiles", 1.9), ("threads", 1.9), ("accum", 1.6)];
    let mut dimensions: Vec<Dimension> =
        axes.iter().map(|(name, _)| dimension(name, &ints(&[1, 2]))).collect();
    dimensions.push(dimension("unroll", &ints(&[1, 2])));
    let is_slow = |c: &Config, name: &str| c.get(name) == Some(&Value::Int(1));
    let truth = |c: &Config| {
        axes.iter().fold(5e6, |ns, (name, slow)| if is_slow(c, name) { ns * slow } else { ns })
    };
    let (mut complete, mut wrong) = (0, 0);
    for seed in 0..40 {
        // One axis after the other, each from the best so far: one pair for each value, no repeats.
        let mut lab = Lab::new(seed, Machine { drift: 0.05, run: 0.01, ..GOOD });
        let mut best = Config(dimensions.iter().map(|d| (d.name.clone(), Value::Int(1))).collect());
        let mut trials = vec![lab.trial(&best, truth(&best), &problem(true))];
        for d in &dimensions {
            let mut next = best.clone();
            next.0.insert(d.name.clone(), Value::Int(2));
            trials.push(lab.trial(&next, truth(&next), &problem(true)));
            if truth(&next) < 0.98 * truth(&best) {
                best = next;
            }
        }
        assert_eq!(trials.len(), 6);
        let learned = learn(&trials, &context(dimensions.clone()));
        let advised: Vec<&str> = learned
            .rules
            .iter()
            .filter_map(|r| r.recommend.as_ref().filter(|(_, v)| *v == Value::Int(2)))
            .map(|(name, _)| name.as_str())
            .collect();
        complete += u32::from(axes.iter().all(|(name, _)| advised.contains(name)));
        wrong += u32::from(learned.rules.len() > 4);
        for rule in &learned.rules {
            assert!(rule.support == 1 && rule.confidence < 0.7, "{rule:?}");
            assert!(rule.avoid.is_empty(), "no value is condemned by one pair");
        }
    }
    eprintln!("{complete} of 40 climbs have all four rules, {wrong} one too many");
    assert!(complete >= 36 && wrong <= 1, "{complete} {wrong}");
}

#[test]
fn one_round_on_a_loud_machine_claims_next_to_nothing() {
    let dimensions: Vec<Dimension> =
        (0..8).map(|i| dimension(&format!("d{i}"), &ints(&[1, 2]))).collect();
    // Also where samples show none of the noise: one of twenty steps or less is wrong.
    for (run, most) in [(0.03, 2), (0.1, 10)] {
        let mut wrong = 0;
        for seed in 0..200 {
            let mut lab = Lab::new(seed, Machine { run, ..GOOD });
            let base = grid(&dimensions).swap_remove(0);
            let mut trials = vec![lab.trial(&base, 5e6, &problem(true))];
            for d in &dimensions {
                let mut next = base.clone();
                next.0.insert(d.name.clone(), Value::Int(2));
                trials.push(lab.trial(&next, 5e6, &problem(true)));
            }
            // Below the number of sessions from which the noise is known.
            trials.truncate(6);
            wrong += u32::from(!learn(&trials, &context(dimensions.clone())).rules.is_empty());
        }
        eprintln!("{wrong} of 200 wrong at a noise of {run}");
        assert!(wrong <= most, "{wrong} at {run}");
    }
}
