//! Who is to blame, on spaces small enough to be looked through.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use num_bigint::BigUint;
use spak_space::{Conflict, Dialect, Explainer, Limits};

fn explainer(parameters: &[(&str, &[i64])], constraints: &[&str]) -> Explainer {
    Explainer::new(&support::problem(parameters, constraints, Dialect::Design), Limits::default())
        .unwrap()
}

#[test]
fn the_smallest_conflict_is_found_among_larger_ones() {
    // Leaving out from the front finds {1, 2, 3}; {0, 4} is smaller.
    let mut space = explainer(
        &[("a", &[1, 2, 3]), ("b", &[1, 2, 3])],
        &["a < b", "a >= 2", "b <= 2", "a != 3 or b != 3", "b < a"],
    );
    let conflict = space.conflict().unwrap();
    assert_eq!(conflict, Conflict { constraints: vec![0, 4], is_smallest: true });
}

#[test]
fn a_value_is_excluded_by_the_conditions_that_do_it() {
    let mut space = explainer(
        &[("tile", &[16, 32, 64, 128]), ("warps", &[1, 2, 4]), ("other", &[1, 2])],
        &["tile * warps <= 128", "warps >= 2", "other < 3"],
    );
    assert_eq!(space.conflict(), None);
    assert_eq!(space.exclusion(&[(0, 3)]).unwrap().constraints, [0, 1]);
    assert_eq!(space.exclusion(&[(1, 0)]).unwrap().constraints, [1]);
    assert_eq!(space.exclusion(&[(0, 0)]), None);
    assert_eq!(space.broken(&[3, 0, 0]), [1]);
    let removals = space.removals();
    // 24 combinations; the first condition alone leaves out (64,4), (128,2), (128,4), twice each.
    assert_eq!(removals[0].alone, Some(BigUint::from(18_u32)));
    assert_eq!(removals[2].without, Some(BigUint::from(10_u32)));
}

#[test]
fn a_condition_without_a_value_is_found_with_an_example() {
    let mut space = explainer(&[("n", &[4, 6]), ("d", &[0, 2, 4])], &["n % d == 0", "n > 4"]);
    let undefined = space.undefined();
    assert_eq!(undefined.len(), 1);
    assert_eq!(undefined[0].count, BigUint::from(1_u32));
    assert_eq!(undefined[0].example, [1, 0]);
    // Guarded, there is nothing to say.
    let mut space = explainer(&[("n", &[4, 6]), ("d", &[0, 2])], &["d == 0 or n % d == 0"]);
    assert!(space.undefined().is_empty());
}
