//! Everything a space says, against looking at every combination of values.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use num_bigint::BigUint;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use spak_expr::{Value, eval};
use spak_records::Value as Record;
use spak_space::{
    Constraint, Dialect, Explainer, Limits, Neighbourhood, Parameter, Problem, Space, Streamed,
    Walked,
};

/// A parameter's values; names are `a`, `b`, …
fn domain() -> impl Strategy<Value = Vec<Record>> {
    let ints = prop::collection::btree_set(-3_i64..9, 1..5)
        .prop_map(|set| set.into_iter().map(Record::Int).collect());
    let powers = Just([1, 2, 4, 8, 16].map(Record::Int).to_vec());
    let bools = Just(vec![Record::Bool(false), Record::Bool(true)]);
    let texts = Just(vec![Record::Text("naive".into()), Record::Text("online".into())]);
    let floats = prop::collection::btree_set(-4_i32..6, 1..4)
        .prop_map(|set| set.into_iter().map(|x| Record::Float(f64::from(x) / 2.0)).collect());
    let mixed = Just(vec![Record::Int(1), Record::Float(0.5), Record::Text("auto".into())]);
    prop_oneof![4 => ints, 3 => powers, 1 => bools, 1 => texts, 1 => floats, 1 => mixed]
}

/// A formula over `a` to `e`; often nonsense, which then has no value.
fn formula() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "d", "e", "limit", "smem"]);
    let number = prop_oneof![
        (-3_i64..20).prop_map(|i| i.to_string()),
        Just("0.5".to_owned()),
        Just("2.0".to_owned()),
    ];
    let leaf = prop_oneof![5 => name.prop_map(str::to_owned), 2 => number];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "*", "/", "//", "%", "%", "**"]);
        prop_oneof![
            6 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            1 => inner.clone().prop_map(|a| format!("(-{a})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min({a}, {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("cdiv({a}, {b})")),
            1 => inner.clone().prop_map(|a| format!("abs({a})")),
            1 => inner.clone().prop_map(|a| format!("ceil({a})")),
            1 => inner.clone().prop_map(|a| format!("log2({a})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, c, b)| format!("({a} if {c} > 1 else {b})")),
        ]
    });
    let comparison = prop::sample::select(vec!["<", "<=", "==", "!=", ">", ">="]);
    let atom = prop_oneof![
        6 => (value.clone(), comparison.clone(), value.clone()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        1 => (value.clone(), comparison.clone(), value.clone(), comparison, value.clone())
            .prop_map(|(a, o, b, p, c)| format!("{a} {o} {b} {p} {c}")),
        1 => value.clone().prop_map(|a| format!("{a} in [1, 2, 8, \"naive\"]")),
        1 => value.clone().prop_map(|a| format!("{a} in 1..4")),
        1 => value.clone().prop_map(|a| format!("is_pow2({a})")),
        1 => value.prop_map(|a| format!("{a} % 2")),
        1 => Just("forall i in 0..3: i * b < 9".to_owned()),
    ];
    atom.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) and ({b}))")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) or ({b}))")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(({a}) => ({b}))")),
            inner.prop_map(|a| format!("(not ({a}))")),
        ]
    })
}

fn problem() -> impl Strategy<Value = Problem> {
    (
        prop::collection::vec(domain(), 5),
        prop::collection::vec(formula(), 0..4),
        prop::option::weighted(0.3, (1_usize..6, formula())),
    )
        .prop_map(|(domains, formulas, when)| {
            let names = ["a", "b", "c", "d", "e"];
            let mut parameters: Vec<Parameter> = names
                .iter()
                .zip(domains)
                .map(|(name, values)| Parameter::new(*name, values))
                .collect();
            if let Some((at, text)) = when
                && let Some(parameter) = parameters.get_mut(at)
            {
                // A condition on itself would be about a value it does not have.
                let when = spak_expr::parse(&text, 0).expr;
                parameter.when =
                    when.filter(|w| !spak_expr::free_names(w).contains(&parameter.name));
            }
            let constraints = formulas
                .into_iter()
                .filter_map(|text| {
                    Some(Constraint { expr: spak_expr::parse(&text, 0).expr?, text })
                })
                .collect();
            let limit = BTreeMap::from([
                ("limit".to_owned(), Value::Int(6)),
                ("smem".to_owned(), Value::Float(2.5)),
            ]);
            Problem { parameters, constraints, symbols: limit, dialect: Dialect::Design }
        })
}

fn value(record: &Record) -> Value {
    match record {
        Record::Bool(b) => Value::Bool(*b),
        Record::Int(i) => Value::Int(*i),
        Record::Float(x) => Value::Float(*x),
        Record::Text(text) => Value::from(text.as_str()),
        Record::List(_) => unreachable!("no lists here"),
    }
}

/// All valid configs, by trying every combination.
fn brute_force(problem: &Problem) -> Vec<Vec<u32>> {
    let sizes: Vec<u32> = problem
        .parameters
        .iter()
        .map(|p| p.values.len() as u32 + u32::from(p.when.is_some()))
        .collect();
    let mut found = Vec::new();
    let mut config = vec![0_u32; sizes.len()];
    loop {
        if holds(problem, &config) {
            found.push(config.clone());
        }
        let mut at = sizes.len();
        loop {
            if at == 0 {
                return found;
            }
            at -= 1;
            config[at] += 1;
            if config[at] < sizes[at] {
                break;
            }
            config[at] = 0;
        }
    }
}

fn holds(problem: &Problem, config: &[u32]) -> bool {
    let mut env = problem.symbols.clone();
    let mut absent = Vec::new();
    for (parameter, index) in problem.parameters.iter().zip(config) {
        match parameter.values.get(*index as usize) {
            Some(v) => {
                env.insert(parameter.name.clone(), value(v));
            }
            None => absent.push(parameter.name.clone()),
        }
    }
    let is_true = |expr: &spak_expr::Expr| match eval(expr, &env) {
        Ok(value) => value.as_bool() == Some(true),
        Err(_) => false,
    };
    for parameter in &problem.parameters {
        let Some(when) = &parameter.when else { continue };
        if absent.contains(&parameter.name) == is_true(when) {
            return false;
        }
    }
    problem.constraints.iter().all(|constraint| {
        let names = spak_expr::free_names(&constraint.expr);
        names.iter().any(|name| absent.contains(name)) || is_true(&constraint.expr)
    })
}

fn is_near(a: &[u32], b: &[u32], hood: Neighbourhood) -> bool {
    let different = a.iter().zip(b).filter(|(x, y)| x != y).count();
    let farthest = a.iter().zip(b).map(|(x, y)| x.abs_diff(*y)).max().unwrap_or(0);
    match hood {
        Neighbourhood::Hamming => different == 1,
        Neighbourhood::Adjacent => different == 1 && farthest == 1,
        Neighbourhood::Box => farthest == 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 600 } else { 20_000 }))]

    #[test]
    fn a_space_is_what_brute_force_finds(problem in problem()) {
        let expected = brute_force(&problem);
        // With and without what follows early from conditions.
        let analysed = Limits { analysed_from: 0.0, ..Limits::default() };
        let plain = Limits { analysed_from: f64::INFINITY, ..Limits::default() };
        prop_assert_eq!(Space::within(&problem, plain).unwrap().count(), BigUint::from(expected.len()));
        let space = Space::within(&problem, analysed).unwrap();
        prop_assert_eq!(space.count(), BigUint::from(expected.len()), "{:?} {:?}", problem.parameters.iter().map(|p| (p.values.clone(), p.when.as_ref().map(spak_expr::print))).collect::<Vec<_>>(), problem.constraints.iter().map(|c| &c.text).collect::<Vec<_>>());
        prop_assert_eq!(space.small_count(), Some(expected.len() as u128));
        let mut ranks = Vec::new();
        for config in &expected {
            prop_assert!(space.contains(config), "{:?} {:?} {:?}", config, problem.parameters.iter().map(|p| (p.values.clone(), p.when.as_ref().map(spak_expr::print))).collect::<Vec<_>>(), problem.constraints.iter().map(|c| &c.text).collect::<Vec<_>>());
            let rank = space.rank(config).unwrap();
            prop_assert_eq!(space.rank_small(config).map(BigUint::from), Some(rank.clone()));
            let there = space.unrank(&rank);
            prop_assert_eq!(there.as_ref(), Some(config));
            let mut other = vec![0; config.len()];
            space.unrank_into(space.rank_small(config).unwrap(), &mut other);
            prop_assert_eq!(&other, config);
            ranks.push(rank);
        }
        ranks.sort();
        prop_assert!(ranks.iter().enumerate().all(|(i, rank)| *rank == BigUint::from(i)));
        // Going through it is the order of ranks.
        let all: Vec<Vec<u32>> = space.configs().collect();
        prop_assert_eq!(all.len(), expected.len());
        for (rank, config) in all.iter().enumerate() {
            prop_assert_eq!(space.rank_small(config), Some(rank as u128));
        }
        // So are the rows.
        let layout = space.layout();
        let unpacked = |word: u128| -> Vec<u32> {
            let field = |(shift, bits): &(u32, u32)| ((word >> shift) & ((1 << bits) - 1)) as u32;
            layout.fields.iter().map(field).collect()
        };
        let (mut narrow, mut wide) = (vec![1, 2, 3], Vec::new());
        prop_assert!(space.pack64(&mut narrow) && space.pack128(&mut wide));
        prop_assert_eq!(&narrow.iter().map(|w| unpacked(u128::from(*w))).collect::<Vec<_>>(), &all);
        prop_assert_eq!(&wide.iter().map(|w| unpacked(*w)).collect::<Vec<_>>(), &all);
        // Streaming finds the same.
        let mut streamed = Streamed::of(&problem).unwrap();
        let walked = streamed.count(u64::MAX);
        prop_assert_eq!(walked, Walked { found: BigUint::from(expected.len()), is_complete: true });
        let mut walked = Vec::new();
        streamed.walk(u64::MAX, &mut |config| {
            walked.push(config.to_vec());
            true
        });
        walked.sort();
        let mut wanted = expected.clone();
        wanted.sort();
        prop_assert_eq!(walked, wanted);
        for config in expected.iter().take(20) {
            prop_assert!(streamed.contains(config));
        }
        // A sample without replacement of all of it is all of it.
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut drawn: Vec<Vec<u32>> = space.sample(&mut random).collect();
        drawn.sort();
        let mut sorted = expected.clone();
        sorted.sort();
        prop_assert_eq!(&drawn, &sorted);
        // Workers share it without overlap.
        let mut shared: Vec<_> = (0..3).flat_map(|w| space.share(w, 3).collect::<Vec<_>>()).collect();
        shared.sort();
        prop_assert!(shared.iter().enumerate().all(|(i, rank)| *rank == BigUint::from(i)));
        prop_assert_eq!(shared.len(), expected.len());
        // Neighbours of the first config, by looking at every one.
        if let Some(first) = expected.first() {
            for hood in [Neighbourhood::Hamming, Neighbourhood::Adjacent, Neighbourhood::Box] {
                let mut near = space.neighbours(first, hood);
                near.sort();
                let mut wanted: Vec<Vec<u32>> = expected.iter().filter(|c| is_near(first, c, hood)).cloned().collect();
                wanted.sort();
                prop_assert_eq!(near, wanted, "{:?}", hood);
            }
        }
        let marginals = space.marginals();
        for (parameter, values) in marginals.iter().enumerate() {
            for value in 0..space.size_of(parameter) {
                let count = expected.iter().filter(|c| c[parameter] == value).count();
                let said = values.iter().find(|(v, _)| *v == value).map_or(BigUint::from(0_u32), |(_, n)| n.clone());
                prop_assert_eq!(said, BigUint::from(count), "parameter {} value {}", parameter, value);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 4_000 }))]

    #[test]
    fn who_is_blamed_is_to_blame(problem in problem()) {
        let with = |kept: &dyn Fn(u32) -> bool| {
            let constraints = problem.constraints.iter().zip(0..);
            let constraints = constraints.filter(|(_, i)| kept(*i)).map(|(c, _)| c.clone()).collect();
            brute_force(&Problem { constraints, ..problem.clone() })
        };
        let mut explainer = Explainer::new(&problem, Limits::default()).unwrap();
        for (index, removal) in (0..).zip(explainer.removals()) {
            prop_assert_eq!(removal.alone, Some(BigUint::from(with(&|i| i == index).len())));
            prop_assert_eq!(removal.without, Some(BigUint::from(with(&|i| i != index).len())));
        }
        let space = Space::of(&problem).unwrap();
        if space.is_empty() {
            let conflict = explainer.conflict().unwrap();
            prop_assert!(with(&|i| conflict.constraints.contains(&i)).is_empty());
            for left_out in &conflict.constraints {
                let kept = |i: u32| conflict.constraints.contains(&i) && i != *left_out;
                prop_assert!(!with(&kept).is_empty(), "{left_out} is not needed");
            }
        } else {
            for killed in explainer.killed(&space) {
                let has = |config: &Vec<u32>| config[killed.parameter as usize] == killed.value;
                prop_assert!(!with(&|_| true).iter().any(has));
                let by = killed.by.unwrap().constraints;
                prop_assert!(!with(&|i| by.contains(&i)).iter().any(has), "{by:?}");
                for left_out in &by {
                    let kept = |i: u32| by.contains(&i) && i != *left_out;
                    prop_assert!(with(&kept).iter().any(has), "{left_out} is not needed");
                }
            }
        }
    }
}
