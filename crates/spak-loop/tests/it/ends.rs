//! Spaces in which there is little to search end with a reason that a person understands.

use expect_test::expect;
use spak_loop::{
    Count, Dimension, Guidance, ProductSpace, Recommendation, Search, SearchOptions, count,
};
use spak_records::{Config, Value};

use crate::model::{Machine, attention_space, axis, config, parameter, run};

fn ending(
    dimensions: Vec<Dimension>,
    validity: &dyn Fn(&Config) -> Result<(), String>,
    cost: &dyn Fn(&Config) -> Result<f64, String>,
    granted: Option<u64>,
) -> String {
    let space = ProductSpace::new(dimensions, validity).unwrap();
    let search = Search::new(&space, Guidance::default(), SearchOptions::standard(1));
    let run = run(&search, &Machine { cost, noise: 0.001, drift: 0.0 }, granted, usize::MAX);
    let kept = run.last.incumbent.map_or("nothing".to_owned(), |config| format!("`{config}`"));
    format!("{} trials, keeps {kept}; {}\n", run.trials.len(), run.reason)
}

#[test]
fn every_search_ends_with_its_reason() {
    let one = |_: &Config| Ok(1e6);
    let all = |_: &Config| Ok(());
    let broken = |_: &Config| Err("compile-error".to_owned());
    let by_tile = |c: &Config| match c.get("tile").and_then(Value::as_int) {
        Some(1) => Err("timeout".to_owned()),
        Some(tile) => Ok(1e6 * tile as f64),
        None => Ok(1e6),
    };
    let tile = || vec![parameter("tile", &[1, 2, 4])];
    let shown = [
        ending(vec![axis("a", &["x"]), axis("b", &[])], &all, &one, None),
        ending(vec![], &all, &one, None),
        ending(vec![axis("a", &["x"])], &all, &one, None),
        ending(tile(), &all, &one, None),
        ending(tile(), &all, &by_tile, None),
        ending(tile(), &all, &broken, None),
        ending(vec![], &all, &broken, None),
        ending(tile(), &|_| Err("tile <= 0 is false".to_owned()), &one, None),
        ending(
            tile(),
            &|c| {
                if c.get("tile") == Some(&Value::from(1)) {
                    Err("tile > 1".to_owned())
                } else {
                    Ok(())
                }
            },
            &by_tile,
            None,
        ),
        ending(attention_space(), &all, &broken, None),
        ending(attention_space(), &|_| Err("no".to_owned()), &broken, None),
        ending(attention_space(), &all, &one, Some(0)),
        ending(tile(), &all, &one, Some(2)),
    ]
    .concat();
    expect![[r#"
        0 trials, keeps nothing; the space is empty: `b` has no value
        1 trials, keeps ``; exhausted: every valid config was tried; there are 1
        1 trials, keeps `a=x`; exhausted: every valid config was tried; there are 1
        3 trials, keeps `tile=1`; exhausted: every valid config was tried; there are 3
        3 trials, keeps `tile=2`; exhausted: every valid config was tried; there are 3
        3 trials, keeps nothing; nothing that was tried was accepted; configs tried: 3; the first was rejected: compile-error: tile=1: compile-error
        1 trials, keeps nothing; nothing that was tried was accepted; configs tried: 1; the first was rejected: compile-error: : compile-error
        0 trials, keeps nothing; no valid config was found; the seed config is invalid: tile <= 0 is false
        2 trials, keeps `tile=2`; exhausted: every valid config was tried; there are 2
        39 trials, keeps nothing; nothing that was tried was accepted; configs tried: 39; the first was rejected: compile-error: accumulate=f64, exponential=libm, loop_order=row, mask_fusion=separate, prefetch=0, softmax_scheme=naive, threads=1, tile_m=4, tile_n=4, unroll=1: compile-error
        0 trials, keeps nothing; no valid config was found; the seed config is invalid: no
        0 trials, keeps nothing; the trials granted are used up
        2 trials, keeps `tile=1`; the trials granted are used up
    "#]].assert_eq(&shown);
}

#[test]
fn a_recommendation_outside_the_space_is_named_and_passed_over() {
    let space = ProductSpace::new(vec![parameter("tile", &[1, 2])], &|_| Ok(())).unwrap();
    let recommended = vec![
        Recommendation { config: config(&[("tile", Value::from(3))]), source: "fact a".to_owned() },
        Recommendation { config: config(&[("tyle", Value::from(2))]), source: "fact b".to_owned() },
    ];
    let guidance = Guidance { recommended, ..Guidance::default() };
    let search = Search::new(&space, guidance, SearchOptions::standard(1));
    let run = run(&search, &Machine { cost: &|_| Ok(1e6), noise: 0.001, drift: 0.0 }, None, 9);
    let skipped: Vec<String> =
        run.last.skipped.iter().map(|s| format!("{}: {:?}", s.what, s.why)).collect();
    expect![[r#"
        the config recommended by fact a: Invalid { why: "the space does not have tile=3" }
        the config recommended by fact b: Invalid { why: "the space does not have tyle=2" }"#]]
    .assert_eq(&skipped.join("\n"));
}

#[test]
fn sizes_are_exact_as_far_as_one_looks() {
    let space = ProductSpace::new(attention_space(), &crate::model::attention_validity).unwrap();
    let whole = count(&space, u64::MAX);
    assert_eq!(whole, Count { combinations: Some(34_560), examined: 34_560, valid: 31_104 });
    assert!(whole.is_complete());
    let part = count(&space, 1000);
    assert_eq!((part.combinations, part.examined, part.is_complete()), (Some(34_560), 1000, false));
    let values: Vec<i64> = (0..1000).collect();
    for (dimensions, combinations) in [(12, Some(10_u128.pow(36))), (20, None)] {
        let huge = (0..dimensions).map(|i| parameter(&format!("x{i}"), &values)).collect();
        let space = ProductSpace::new(huge, &|_| Ok(())).unwrap();
        assert_eq!(count(&space, 10), Count { combinations, examined: 10, valid: 10 });
    }
}

#[test]
fn names_are_there_once_and_values_too() {
    let twice = vec![axis("a", &["x"]), parameter("a", &[1])];
    let error = ProductSpace::new(twice, &|_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "`a` is both an axis and a parameter, or is there twice");
    let repeated = ProductSpace::new(vec![parameter("a", &[1, 2, 1])], &|_| Ok(())).unwrap();
    assert_eq!(count(&repeated, 10).valid, 2);
}
