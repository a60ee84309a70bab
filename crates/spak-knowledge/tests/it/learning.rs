//! Learning on simulated machines whose truth is known.

use crate::lab::{Lab, Machine, config, context, dimension, grid, problem, rejected};
use spak_knowledge::{
    Context, Dimension, Finding, Learned, guidance, learn, read_back, write_back,
};
use spak_records::{Config, Stage, Trial, Value};

pub(crate) const GOOD: Machine =
    Machine { drift: 0.03, run: 0.005, sampling: 0.002, interleaved: true, samples: 31 };

pub(crate) fn ints(values: &[i64]) -> Vec<Value> {
    values.iter().map(|v| Value::Int(*v)).collect()
}

pub(crate) fn space() -> Vec<Dimension> {
    vec![
        dimension("softmax_scheme", &["naive".into(), "online".into()]),
        dimension("tile_m", &ints(&[8, 32, 64])),
        dimension("k_latency", &ints(&[2, 3])),
    ]
}

/// Online is three times as fast; tile 8 is 2.3 times slower than 64, 32 is 10 % slower; latency is void.
pub(crate) fn truth(config: &Config) -> f64 {
    let scheme =
        if config.get("softmax_scheme") == Some(&Value::from("naive")) { 3.0 } else { 1.0 };
    let tile = match config.get("tile_m").and_then(Value::as_int) {
        Some(8) => 2.3,
        Some(32) => 1.1,
        _ => 1.0,
    };
    5e6 * scheme * tile
}

fn sweep(seed: u64, machine: Machine, truth: &dyn Fn(&Config) -> f64) -> (Vec<Trial>, Context) {
    let dimensions = space();
    let mut lab = Lab::new(seed, machine);
    let configs = grid(&dimensions);
    let trials = configs.iter().map(|c| lab.trial(c, truth(c), &problem(true))).collect();
    let mut context = context(dimensions);
    context.seed = configs.first().map(Config::id);
    (trials, context)
}

fn effects(learned: &Learned) -> Vec<&Finding> {
    let effect = |f: &&Finding| matches!(f, Finding::Effect { .. });
    learned.facts.iter().map(|f| &f.finding).filter(effect).collect()
}

#[test]
fn the_truth_of_a_sweep_is_found() {
    let (trials, context) = sweep(1, Machine { run: 0.002, ..GOOD }, &truth);
    let learned = learn(&trials, &context);
    let names: Vec<&str> = learned
        .facts
        .iter()
        .map(|f| f.name.strip_suffix("_prefill_on_xeon_2c").unwrap_or(&f.name))
        .collect();
    assert_eq!(names, ["best", "softmax_scheme_effect", "tile_m_effect", "k_latency_effect",]);
    let Some(Finding::Effect { best, slower, .. }) = learned.facts.get(1).map(|f| &f.finding)
    else {
        panic!("no effect of the scheme: {learned:#?}");
    };
    assert_eq!(best, &Value::from("online"));
    let ratio = &slower.first().expect("one").1;
    assert!((ratio.mean - 3.0).abs() < 0.05 && ratio.pairs == 6, "{ratio:?}");
    assert!(ratio.interval[0] < 3.0 && 3.0 < ratio.interval[1], "{ratio:?}");
    let Some(Finding::Effect { best, slower, losing, .. }) =
        learned.facts.get(2).map(|f| &f.finding)
    else {
        panic!("no effect of the tile");
    };
    assert_eq!(best, &Value::Int(64));
    let lost: Vec<&Value> = losing.iter().map(|(v, _)| v).collect();
    assert_eq!(lost, [&Value::Int(8)], "only a large loss is one to avoid");
    let values: Vec<&Value> = slower.iter().map(|(v, _)| v).collect();
    assert_eq!(values, [&Value::Int(8), &Value::Int(32)], "a tenth is found too");
    let Some(Finding::NoEffect { name, within, .. }) = learned.facts.get(3).map(|f| &f.finding)
    else {
        panic!("the void dimension is not told: {learned:#?}");
    };
    assert_eq!(name, "k_latency");
    assert!(*within < 0.03);
    let advice: Vec<(String, usize)> = learned
        .rules
        .iter()
        .map(|r| (format!("{:?}", r.recommend.as_ref().expect("a value")), r.avoid.len()))
        .collect();
    assert_eq!(
        advice,
        [
            ("(\"softmax_scheme\", Text(\"online\"))".to_owned(), 1),
            ("(\"tile_m\", Int(64))".to_owned(), 1)
        ]
    );
    let Some(Finding::Optimal(optimal)) = learned.facts.first().map(|f| &f.finding) else {
        panic!("no optimum");
    };
    assert_eq!(optimal.config.get("tile_m"), Some(&Value::Int(64)));
    assert_eq!(
        optimal.equal_values.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>(),
        ["k_latency"],
        "it does not pretend to know the latency"
    );
    let (speedup, interval) = optimal.over_seed.expect("the seed was measured");
    let interval = interval.expect("spread is known");
    assert!(interval[0] < 6.9 && 6.9 < interval[1], "{speedup} {interval:?}");
}

/// The share of learning steps on pure noise that claim an effect.
fn false_claims(machine: Machine, steps: u64, ordered: bool) -> f64 {
    let mut wrong = 0u32;
    for seed in 0..steps {
        let (mut trials, context) = sweep(seed, machine, &|_| 5e6);
        if !ordered {
            trials.retain(|t| seed % 3 != 0 || !t.key.short().starts_with(['0', '1', '2', '3']));
        }
        let learned = learn(&trials, &context);
        let claims = effects(&learned).len()
            + learned
                .facts
                .iter()
                .filter(|f| matches!(f.finding, Finding::Interaction { .. }))
                .count();
        wrong += u32::from(claims > 0);
        assert!(claims > 0 || learned.rules.is_empty(), "a rule without an effect");
    }
    f64::from(wrong) / steps as f64
}

#[test]
fn pure_noise_gives_an_effect_in_less_than_one_of_twenty_runs() {
    let machines = [
        ("interleaved", GOOD),
        ("quiet drift", Machine { drift: 0.0, run: 0.01, ..GOOD }),
        ("noisy runs", Machine { run: 0.03, ..GOOD }),
        ("few samples", Machine { samples: 1, interleaved: false, drift: 0.0, run: 0.02, ..GOOD }),
        ("no incumbent", Machine { interleaved: false, drift: 0.0, run: 0.015, ..GOOD }),
        (
            "no incumbent, noise underestimated",
            Machine { interleaved: false, drift: 0.05, run: 0.03, ..GOOD },
        ),
    ];
    for (name, machine) in machines {
        let share = false_claims(machine, 400, true);
        let holes = false_claims(machine, 200, false);
        eprintln!("{name}: {share:.4}, with holes {holes:.4}");
        assert!(share < 0.05 && holes < 0.06, "{name}: {share} {holes}");
    }
}

#[test]
fn a_tenth_is_found_with_tight_samples_and_not_with_loose_ones() {
    let tenth = |c: &Config| {
        if c.get("k_latency") == Some(&Value::Int(2)) { 5.5e6 } else { 5e6 }
    };
    let found = |machine: Machine| {
        (0..40)
            .filter(|seed| {
                let (trials, context) = sweep(*seed, machine, &tenth);
                effects(&learn(&trials, &context)).iter().any(|f| {
                    matches!(f, Finding::Effect { name, best, .. }
                        if name == "k_latency" && *best == Value::Int(3))
                })
            })
            .count()
    };
    let tight = found(GOOD);
    let loose = found(Machine { run: 0.15, ..GOOD });
    eprintln!("a tenth is found in {tight} of 40 tight and {loose} of 40 loose sweeps");
    assert!(tight >= 38, "{tight}");
    assert!(loose <= 10, "{loose}");
}

#[test]
fn drift_between_sessions_is_taken_out_by_the_incumbent() {
    let drifting = Machine { drift: 0.15, run: 0.003, ..GOOD };
    let (trials, context) = sweep(3, drifting, &truth);
    let learned = learn(&trials, &context);
    let rules: Vec<_> = learned.rules.iter().filter_map(|r| r.recommend.clone()).collect();
    assert!(rules.contains(&("softmax_scheme".to_owned(), Value::from("online"))), "{rules:?}");
    let blind = Machine { interleaved: false, ..drifting };
    let (trials, context) = sweep(3, blind, &|_| 5e6);
    assert_eq!(effects(&learn(&trials, &context)), Vec::<&Finding>::new());
}

#[test]
fn a_best_value_that_depends_on_another_choice_is_an_interaction() {
    let crossing = |c: &Config| {
        let online = c.get("softmax_scheme") == Some(&Value::from("online"));
        let large = c.get("tile_m") == Some(&Value::Int(64));
        let base = if online { 5e6 } else { 7e6 };
        if online == large { base } else { 1.4 * base }
    };
    let (trials, context) = sweep(5, GOOD, &crossing);
    let learned = learn(&trials, &context);
    let crossings: Vec<(&str, &str)> = learned
        .facts
        .iter()
        .filter_map(|f| match &f.finding {
            Finding::Interaction { name, by, crossing: true, .. } => {
                Some((name.as_str(), by.as_str()))
            }
            _ => None,
        })
        .collect();
    assert!(crossings.contains(&("tile_m", "softmax_scheme")), "{crossings:?}");
    for rule in learned
        .rules
        .iter()
        .filter(|r| r.recommend.as_ref().is_some_and(|(name, _)| name == "tile_m"))
    {
        assert!(rule.when.ends_with("&& softmax_scheme == 'online'"), "{}", rule.when);
    }
}

#[test]
fn regions_that_always_fail_are_told_with_their_reason() {
    let (mut trials, context) = sweep(7, GOOD, &truth);
    let is = |t: &Trial, n: &str, v: Value| t.config.get(n) == Some(&v);
    for t in &mut trials {
        if is(t, "tile_m", Value::Int(8)) {
            *t = rejected(&t.config, &t.problem, Stage::Compile, "compile-error");
        } else if is(t, "softmax_scheme", "naive".into()) && is(t, "k_latency", Value::Int(3)) {
            *t = rejected(&t.config, &t.problem, Stage::Check, "wrong-result");
        }
    }
    let learned = learn(&trials, &context);
    let regions: Vec<(String, &str, usize)> = learned
        .facts
        .iter()
        .filter_map(|f| match &f.finding {
            Finding::Rejected { region, reason, configs, .. } => {
                let names: Vec<String> = region.iter().map(|(n, v)| format!("{n}={v}")).collect();
                Some((names.join(" "), reason.as_str(), *configs))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        regions,
        [
            ("tile_m=8".to_owned(), "compile-error", 4),
            ("k_latency=3 softmax_scheme=naive".to_owned(), "wrong-result", 2)
        ]
    );
    let avoid: Vec<Vec<(String, Value)>> =
        learned.rules.iter().flat_map(|r| r.avoid.clone()).collect();
    let both = vec![
        ("k_latency".to_owned(), Value::Int(3)),
        ("softmax_scheme".to_owned(), Value::from("naive")),
    ];
    assert!(avoid.contains(&both) && avoid.contains(&vec![("tile_m".to_owned(), Value::Int(8))]));
    // The way into a design and back keeps them.
    let text = write_back("", &learned).expect("an empty design").text;
    let back = guidance(&read_back(&text), &|_| Some(true), &|_| None);
    let mut back: Vec<String> = back.avoid.iter().map(|(terms, _)| format!("{terms:?}")).collect();
    let mut avoid: Vec<String> = avoid.iter().map(|terms| format!("{terms:?}")).collect();
    back.sort();
    avoid.sort();
    assert_eq!(back, avoid);
}

#[test]
fn a_parameter_that_is_dead_on_one_side_does_not_hide_the_effect() {
    // The block size of the online scheme does not exist in the naive one.
    let mut lab = Lab::new(11, GOOD);
    let mut trials = Vec::new();
    for tile in [8, 32, 64, 128] {
        let naive = config(&[("scheme", "naive".into()), ("tile", Value::Int(tile))]);
        trials.push(lab.trial(&naive, 9e6, &problem(true)));
        for block in [16, 32] {
            let online = config(&[
                ("scheme", "online".into()),
                ("tile", Value::Int(tile)),
                ("block", Value::Int(block)),
            ]);
            trials.push(lab.trial(&online, 4e6, &problem(true)));
        }
    }
    let learned = learn(&trials, &context(Vec::new()));
    let scheme = effects(&learned).into_iter().find_map(|f| match f {
        Finding::Effect { name, slower, .. } if name == "scheme" => {
            slower.first().map(|(_, r)| (r.pairs, (r.mean - 2.25).abs() < 0.05))
        }
        _ => None,
    });
    assert_eq!(scheme, Some((4, true)), "{learned:#?}");
}

#[test]
fn nothing_comes_of_nothing() {
    let learned = learn(&[], &context(space()));
    assert_eq!(learned, Learned::default());
    let only = rejected(&Config::default(), &problem(true), Stage::Start, "crash");
    assert_eq!(learn(&[only.clone(), only], &context(space())), Learned::default());
}

#[test]
fn a_thousand_configs_are_learned_from() {
    let dimensions: Vec<Dimension> =
        (0..10).map(|i| dimension(&format!("d{i}"), &ints(&[1, 2]))).collect();
    let mut lab = Lab::new(17, GOOD);
    let trials: Vec<Trial> =
        grid(&dimensions).iter().map(|c| lab.trial(c, truth(c), &problem(true))).collect();
    let start = std::time::Instant::now();
    let learned = learn(&trials, &context(dimensions));
    eprintln!("{} trials: {:?}", trials.len(), start.elapsed());
    assert_eq!(effects(&learned), Vec::<&Finding>::new());
}
