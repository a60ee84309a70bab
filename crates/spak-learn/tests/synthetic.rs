//! Tables with known truth: what is there is found, what is not is not claimed, and nothing else matters.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "rates are worth seeing")]

use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use spak_learn::{
    Advice, Claim, Factor, Finding, Goal, Held, Input, Outcome, Role, Row, Source, Table, advice,
    calibrated, holds, learn,
};
use spak_records::Value;

/// Standard normal (Box and Muller).
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn factor(name: &str, values: &[i64]) -> Factor {
    let values = values.iter().map(|v| Value::Int(*v)).collect();
    Factor { name: name.to_owned(), values, role: Role::Choice }
}

/// All configs, or the part of them, with the logarithm of their time.
fn table_of(
    factors: Vec<Factor>,
    seed: u64,
    noise: f64,
    part: f64,
    log: impl Fn(&[i64], &mut ChaCha8Rng) -> f64,
) -> Input {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Vec::new();
    let count: usize = factors.iter().map(|f| f.values.len()).product();
    for index in 0..count {
        let (mut rest, mut at, mut values) = (index, Vec::new(), Vec::new());
        for factor in &factors {
            let own = rest % factor.values.len();
            at.push(u32::try_from(own).unwrap());
            values.push(factor.values[own].as_int().unwrap());
            rest /= factor.values.len();
        }
        let time = (log(&values, &mut random) + noise * normal(&mut random)).exp();
        if random.random::<f64>() < part {
            rows.push(Row {
                id: format!("#{index}"),
                at,
                outcome: Outcome::Measured(time),
                baseline: None,
                spread: None,
            });
        }
    }
    let metric = "time".to_owned();
    Input { factors, metric, goal: Goal::Less, rows, quantum: 0.0, baseline: None }
}

fn shapes() -> Vec<Factor> {
    vec![
        factor("a", &[1, 2]),
        factor("b", &[16, 32, 64, 128]),
        factor("c", &[0, 1, 2]),
        factor("d", &[0, 1]),
    ]
}

/// Claims that something makes a difference.
fn differences(findings: &[Finding]) -> usize {
    findings.iter().filter(|f| !matches!(f.claim, Claim::Equal { .. })).count()
}

#[test]
fn of_two_hundred_tables_with_nothing_in_them_one_in_twenty_claims_something() {
    // Whole spaces, parts of them, small ones, heavy tails, levels that differ, and repeats.
    let kinds: [(&str, f64, f64); 4] =
        [("whole", 0.02, 1.0), ("part", 0.02, 0.5), ("few", 0.05, 0.2), ("tails", 0.02, 1.0)];
    for (kind, noise, part) in kinds {
        let mut claims = 0;
        for seed in 0..200 {
            let mut input = table_of(shapes(), seed, noise, part, |_, random| match kind {
                "tails" if random.random::<f64>() < 0.1 => 0.2 * normal(random).abs(),
                _ => 0.0,
            });
            if kind == "few" {
                let again = input.rows.clone();
                let mut random = ChaCha8Rng::seed_from_u64(seed + 1000);
                input.rows.extend(again.into_iter().map(|mut row| {
                    row.id.push('b');
                    row.outcome = Outcome::Measured((noise * normal(&mut random)).exp());
                    row
                }));
            }
            let Ok(table) = Table::new(input) else { continue };
            claims += usize::from(differences(&learn(&table).findings) > 0);
        }
        println!("{kind}: {claims} of 200 tables claim something");
        // 5 % of 200 are 10; 16 are four standard deviations of a binomial less than 3 % above that.
        assert!(claims <= 16, "{kind}: {claims} of 200 tables claim something");
    }
}

#[test]
fn what_matters_a_lot_does_not_make_the_rest_matter() {
    // Strong effects of `a` and `b` that depend on each other; `c` and `d` do nothing.
    let mut claims = 0;
    for seed in 0..200 {
        let input = table_of(shapes(), seed, 0.01, 1.0, |v, _| {
            let b = (v[1] as f64 / 16.0).ln();
            0.7 * f64::from(v[0] == 2) + if v[0] == 1 { 0.3 * b } else { -0.2 * b }
        });
        let shown = learn(&Table::new(input).unwrap());
        let about = |f: &&Finding| match &f.claim {
            Claim::Slower { name, .. }
            | Claim::NeverBest { name, .. }
            | Claim::Monotone { name, .. }
            | Claim::Threshold { name, .. } => name == "c" || name == "d",
            Claim::Interaction { name, by, .. } => {
                ["c", "d"].contains(&name.as_str()) || ["c", "d"].contains(&by.as_str())
            }
            _ => false,
        };
        claims += usize::from(shown.findings.iter().filter(about).count() > 0);
    }
    assert!(claims <= 16, "{claims} of 200 tables claim something of what does nothing");
}

#[test]
fn effects_are_found_with_their_size_and_a_witness_that_shows_them() {
    let mut found = 0;
    for seed in 0..50 {
        let input = table_of(shapes(), seed, 0.02, 1.0, |v, _| {
            // 8 % for a, and a wall above 64 for b.
            0.08 * f64::from(v[0] == 2) + 0.5 * f64::from(v[1] == 128)
        });
        let table = Table::new(input.clone()).unwrap();
        let shown = learn(&table);
        let a = shown.findings.iter().find(
            |f| matches!(&f.claim, Claim::Slower { name, value: Value::Int(2), .. } if name == "a"),
        );
        let wall = shown.findings.iter().any(|f| {
            matches!(&f.claim, Claim::Threshold { name, below: Value::Int(64), above: Value::Int(128), rising: true, .. } if name == "b")
        });
        let Some(a) = a else { continue };
        let Claim::Slower { ratio, .. } = &a.claim else { unreachable!() };
        // The interval holds for all comparisons together.
        assert!(ratio.interval[0] <= 0.08_f64.exp() && 0.08_f64.exp() <= ratio.interval[1]);
        assert_eq!((ratio.pairs, a.support), (24, 24));
        assert!(a.p < 0.05 && !a.witness.is_empty() && a.witness.len() < 48, "{a:?}");
        // The witness alone says the same when it is measured again.
        let rows = input.rows.iter().filter(|row| a.witness.contains(&row.id)).cloned().collect();
        let again = Table::new(Input { rows, ..input }).unwrap();
        let tried = holds(std::slice::from_ref(a), &again);
        assert_eq!(tried.first().map(|t| t.held), Some(Held::Holds), "{a:?}");
        found += usize::from(wall);
        let avoided = advice(&table, &shown)
            .into_iter()
            .any(|rule| rule.advice == Advice::Avoid(vec![("b".to_owned(), Value::Int(128))]));
        assert!(avoided, "{shown:?}");
    }
    assert!(found >= 45, "{found} of 50");
}

#[test]
fn a_best_value_that_depends_is_found_and_advised_as_a_condition() {
    let factors = || {
        vec![factor("latency", &[4, 5]), factor("causal", &[0, 1]), factor("tile", &[1, 2, 3, 4])]
    };
    let mut found = 0;
    for seed in 0..50 {
        let input = table_of(factors(), seed, 0.005, 1.0, |v, _| {
            let good = (v[0] == 5) == (v[1] == 1);
            0.1 * f64::from(!good) + 0.6 * v[1] as f64 + 0.2 * f64::from(v[2] == 4)
        });
        let table = Table::new(input).unwrap().with_role("causal", Role::Given);
        let shown = learn(&table);
        let by = Advice::ChooseBy {
            name: "latency".to_owned(),
            by: "causal".to_owned(),
            at: [(Value::Int(0), Value::Int(4)), (Value::Int(1), Value::Int(5))],
            all: true,
        };
        let turned = Advice::ChooseBy {
            name: "latency".to_owned(),
            by: "causal".to_owned(),
            at: [(Value::Int(1), Value::Int(5)), (Value::Int(0), Value::Int(4))],
            all: true,
        };
        let rules = advice(&table, &shown);
        found += usize::from(rules.iter().any(|r| r.advice == by || r.advice == turned));
    }
    assert!(found >= 45, "{found} of 50");
}

#[test]
fn scaling_has_its_exponent_and_limits_have_their_product() {
    let factors = vec![
        factor("seq", &[1024, 2048, 4096, 8192]),
        factor("x", &[8, 16, 32]),
        factor("y", &[8, 16, 32, 64]),
    ];
    let mut input =
        table_of(factors, 7, 0.01, 1.0, |v, _| 2.0 * (v[0] as f64).ln() + 0.1 * (v[1] as f64).ln());
    for row in &mut input.rows {
        let product = 8_u32 << row.at[1] << (3 + row.at[2]);
        if product > 512 {
            row.outcome = Outcome::Rejected("compile".to_owned());
        }
    }
    let table = Table::new(input).unwrap().with_role("seq", Role::Given);
    let shown = learn(&table);
    let exponent = shown.findings.iter().find_map(|f| match &f.claim {
        Claim::Scaling { name, exponent, interval, .. } if name == "seq" => {
            Some((*exponent, *interval))
        }
        _ => None,
    });
    let (exponent, [low, high]) = exponent.unwrap();
    assert!((exponent - 2.0).abs() < 0.02 && low < 2.0 && 2.0 < high, "{exponent} {low} {high}");
    let limit = shown.findings.iter().find_map(|f| match &f.claim {
        Claim::Limit { names, accepted, refused, .. } => Some((names.clone(), *accepted, *refused)),
        _ => None,
    });
    assert_eq!(limit, Some((vec!["x".to_owned(), "y".to_owned()], 512.0, 1024.0)));
    assert_eq!(table.rejected(), 12);
}

#[test]
fn few_rows_claim_nothing_and_say_so() {
    let factors = vec![factor("a", &[1, 2]), factor("b", &[1, 2])];
    let table = Table::new(table_of(factors, 3, 0.001, 1.0, |v, _| v[0] as f64)).unwrap();
    let shown = learn(&table);
    assert_eq!(shown.findings, []);
    let too_few: Vec<(&str, usize)> =
        shown.too_few.iter().map(|t| (t.name.as_str(), t.pairs)).collect();
    assert_eq!(too_few, [("a", 2), ("b", 2)]);
    assert!(matches!(shown.noise.source, Source::Assumed));
}

#[test]
fn a_baseline_tells_the_noise_and_what_the_problem_is() {
    let mut input = table_of(shapes(), 5, 0.003, 1.0, |v, _| 0.5 * v[3] as f64);
    let mut random = ChaCha8Rng::seed_from_u64(9);
    for row in &mut input.rows {
        let problem = 0.4 * f64::from(row.at[3]);
        row.baseline = Some((problem + 0.003 * normal(&mut random)).exp());
    }
    input.baseline = Some("torch_time".to_owned());
    let shown = learn(&Table::new(input).unwrap());
    assert_eq!(shown.noise.source, Source::Baseline("torch_time".to_owned()));
    assert!((shown.noise.deviation / 0.003 - 1.0).abs() < 0.4, "{:?}", shown.noise);
    let settings: Vec<_> = shown.optima.iter().map(|o| o.setting.clone()).collect();
    let setting = |value| vec![("d".to_owned(), Value::Int(value))];
    assert_eq!(settings, [setting(0), setting(1)]);
}

#[test]
fn halves_agree_where_there_is_something() {
    let factors = vec![
        factor("a", &[1, 2, 3]),
        factor("b", &[1, 2, 3, 4]),
        factor("c", &[1, 2, 3, 4, 5]),
        factor("d", &[1, 2, 3]),
    ];
    let input =
        table_of(factors, 11, 0.02, 1.0, |v, _| 0.3 * v[0] as f64 + 0.2 * f64::from(v[1] == 4));
    let found = calibrated(&Table::new(input).unwrap());
    let [hold, fade, contradicted, _] = found.counts;
    assert!(hold >= 4 && fade + contradicted == 0, "{:?}", found.counts);
    let slope = found.slope.unwrap();
    assert!((0.8..1.2).contains(&slope), "{slope}");
}

#[test]
fn impossible_rows_are_no_table() {
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut input = table_of(shapes(), 1, 0.01, 1.0, |_, _| 0.0);
        input.rows[3].outcome = Outcome::Measured(wrong);
        assert_eq!(
            Table::new(input).unwrap_err().to_string(),
            "row #3 has a measurement that is not positive and finite"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_the_order_of_rows_nor_the_unit_matters(seed in 0_u64..1000, scale in 1e-6_f64..1e6) {
        let input = table_of(shapes(), seed, 0.02, 0.8, |v, _| {
            0.2 * f64::from(v[0] == 2) + 0.1 * v[2] as f64 * v[3] as f64
        });
        let shown = learn(&Table::new(input.clone()).unwrap());
        let mut shuffled = input.clone();
        shuffled.rows.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        prop_assert_eq!(&learn(&Table::new(shuffled).unwrap()), &shown);
        let mut scaled = input;
        for row in &mut scaled.rows {
            if let Outcome::Measured(time) = &mut row.outcome {
                *time *= scale;
            }
        }
        let again = learn(&Table::new(scaled).unwrap());
        let told = |f: &Finding| (std::mem::discriminant(&f.claim), f.support, f.against, f.witness.clone());
        let (a, b): (Vec<_>, Vec<_>) =
            (shown.findings.iter().map(told).collect(), again.findings.iter().map(told).collect());
        prop_assert_eq!(a, b);
    }
}
