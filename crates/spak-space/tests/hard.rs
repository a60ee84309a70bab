//! Spaces that are meant to be hard: wide domains, many parameters, counts beyond any machine word,
//! and conditions that nothing merges under.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use spak_space::{Dialect, Limits, MakeError, Problem, Space, Streamed};

fn problem(parameters: &[(&str, Vec<i64>)], constraints: &[String]) -> Problem {
    support::problem(parameters, constraints, Dialect::Python)
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|i| format!("p{i}")).collect()
}

#[test]
fn one_condition_over_thirty_parameters() {
    let names = names(30);
    let parameters: Vec<(&str, Vec<i64>)> =
        names.iter().map(|n| (n.as_str(), (0..4).collect())).collect();
    let space = Space::of(&problem(&parameters, &[format!("{} <= 9", names.join(" + "))])).unwrap();
    // Coefficients of (1 + x + x² + x³)^30 up to x⁹.
    let mut ways = vec![BigUint::from(0_u32); 10];
    ways[0] = BigUint::from(1_u32);
    for _ in 0..30 {
        let before = ways.clone();
        for (sum, slot) in ways.iter_mut().enumerate() {
            *slot = (0..=sum.min(3)).map(|digit| &before[sum - digit]).sum();
        }
    }
    assert_eq!(space.count(), ways.iter().sum::<BigUint>());
}

#[test]
fn a_million_values_in_one_domain() {
    let wide: Vec<i64> = (1..=1_000_000).collect();
    let constraints = ["a * b <= 2000000".to_owned(), "a % 3 == 0".to_owned()];
    let space =
        Space::of(&problem(&[("a", wide), ("b", (1..=8).collect())], &constraints)).unwrap();
    let expected: u64 = (1..=8).map(|b| (2_000_000 / b).min(1_000_000) / 3).sum();
    assert_eq!(space.count(), BigUint::from(expected));
}

#[test]
fn a_count_beyond_128_bits_is_exact_and_can_be_ranked() {
    let names = names(40);
    let parameters: Vec<(&str, Vec<i64>)> =
        names.iter().map(|n| (n.as_str(), (0..32).collect())).collect();
    // A chain that keeps everything in one component: each pair but one of 32 · 32 is allowed.
    let constraints: Vec<String> =
        names.windows(2).map(|pair| format!("{} + {} > 0", pair[0], pair[1])).collect();
    let space = Space::of(&problem(&parameters, &constraints)).unwrap();
    // No two neighbours are 0: either not 0 (31 ways), or 0 after something that is not.
    let (mut zero, mut other) = (BigUint::from(1_u32), BigUint::from(31_u32));
    for _ in 1..40 {
        let all = &zero + &other;
        zero = other;
        other = all * 31_u32;
    }
    let count = zero + other;
    assert_eq!(space.count(), count);
    assert_eq!(space.small_count(), None);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let drawn: Vec<Vec<u32>> = space.sample(&mut random).take(50).collect();
    for config in drawn {
        let rank = space.rank(&config).unwrap();
        assert!(rank < count);
        assert_eq!(space.unrank(&rank), Some(config));
    }
}

#[test]
fn what_nothing_merges_under_is_refused_and_can_be_streamed() {
    let names = names(8);
    let parameters: Vec<(&str, Vec<i64>)> =
        names.iter().map(|n| (n.as_str(), (1..=24).collect())).collect();
    // Products of all pairs: every prefix has another future.
    let pairs: Vec<String> = (0..8)
        .flat_map(|i| (i + 1..8).map(move |j| format!("p{i} * p{j} * {}", 7 + i * 31 + j * 17)))
        .collect();
    let stated = problem(&parameters, &[format!("({}) % 10007 < 5000", pairs.join(" + "))]);
    let limits = Limits { edges: 100_000, work: 2_000_000, ..Limits::default() };
    match Space::within(&stated, limits) {
        Err(MakeError::TooLarge(parameters)) => assert_eq!(parameters.len(), 8),
        other => panic!("it should not fit: {:?}", other.map(|space| space.count())),
    }
    let mut streamed = Streamed::of(&stated).unwrap();
    let walked = streamed.count(200_000);
    assert!(!walked.is_complete);
    assert!(walked.found > BigUint::from(0_u32));
    let mut seen = 0;
    let mut configs = Vec::new();
    streamed.walk(100_000, &mut |config| {
        configs.push(config.to_vec());
        seen += 1;
        seen < 100
    });
    assert!(configs.iter().all(|config| streamed.contains(config)));
}

#[test]
fn python_counts_whole_numbers_of_any_size() {
    let big = 1_i64 << 40;
    let constraints = ["a * b * c > 10 ** 30".to_owned(), "a * b * c % 7 == 1".to_owned()];
    let values: Vec<i64> = (0..4).map(|i| big + i).collect();
    let parameters = [("a", values.clone()), ("b", values.clone()), ("c", values.clone())];
    let space = Space::of(&problem(&parameters, &constraints)).unwrap();
    let mut expected = 0_u32;
    for a in &values {
        for b in &values {
            for c in &values {
                let product = i128::from(*a) * i128::from(*b) * i128::from(*c);
                let holds = product > 10_i128.pow(30) && product.rem_euclid(7) == 1;
                expected += u32::from(holds);
            }
        }
    }
    assert!(expected > 0);
    assert_eq!(space.count(), BigUint::from(expected));
}

#[test]
fn names_that_are_not_there_are_said_with_their_place() {
    let stated = problem(&[("tile_m", vec![1, 2])], &["tile_n <= 4".to_owned()]);
    let Err(MakeError::Condition(Some(0), diagnostic)) = Space::of(&stated) else {
        panic!("`tile_n` is unknown");
    };
    assert_eq!(diagnostic.primary.span, spak_syntax::Span { start: 0, end: 6 });
    assert!(diagnostic.repair.contains("tile_m"), "{}", diagnostic.repair);
}
