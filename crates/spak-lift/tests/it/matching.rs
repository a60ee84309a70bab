//! Terms against nodes.

use spak_program::{Constant, Op, ParameterKind};

use crate::support::{Builder, at, find, holds};

#[test]
fn operands_may_be_exchanged_where_the_operation_allows() {
    let mut b = Builder::new();
    let (x, y) = (b.array("x"), b.array("y"));
    let e = b.one(Op::Exp, x);
    b.two(Op::Mul, y, e);
    b.two(Op::Div, y, e);
    assert!(holds(&b.program, "p == exp(_) * y"));
    assert!(holds(&b.program, "p == y * exp(_)"));
    assert!(holds(&b.program, "p == y / exp(_)"));
    assert!(!holds(&b.program, "p == exp(_) / y"));
}

#[test]
fn comparisons_may_be_mirrored() {
    let mut b = Builder::new();
    let (x, y) = (b.array("x"), b.array("y"));
    let e = b.one(Op::Exp, x);
    b.two(Op::Less, e, y);
    assert!(holds(&b.program, "c == (exp(_) < y)"));
    assert!(holds(&b.program, "c == (y > exp(_))"));
    assert!(holds(&b.program, "c == gt(y, exp(_))"));
    assert!(!holds(&b.program, "c == (exp(_) > y)"));
    assert!(!holds(&b.program, "c == (exp(_) <= y)"));
}

#[test]
fn sums_and_products_match_in_any_association() {
    let mut b = Builder::new();
    let (x, y, z) = (b.array("x"), b.array("y"), b.array("z"));
    let product = b.two(Op::Mul, y, x);
    let e = b.one(Op::Exp, z);
    b.two(Op::Add, e, product);
    assert!(holds(&b.program, "s == u * v + exp(_)"));
    let mut b = Builder::new();
    let x = b.array("x");
    let (e, l, q) = (b.one(Op::Exp, x), b.one(Op::Log, x), b.one(Op::Sqrt, x));
    let inner = b.two(Op::Add, l, q);
    let outer = b.two(Op::Sub, inner, e);
    assert!(holds(&b.program, "s == sqrt(_) - exp(_) + log(_)"));
    assert!(holds(&b.program, "s == (log(_) + sqrt(_)) - exp(_)"));
    assert!(holds(&b.program, "s == rest - exp(_)"));
    assert!(holds(&b.program, "s == -exp(_) + rest"));
    assert!(!holds(&b.program, "s == rest + exp(_)"));
    assert!(!holds(&b.program, "s == exp(_) + log(_) + sqrt(_)"));
    let found = find(&b.program, "s == a + b - c");
    assert!(found[0].sites.contains(&at(outer)));
}

#[test]
fn a_number_carries_its_sign_with_it() {
    let mut b = Builder::new();
    let x = b.array("x");
    let one = b.int(-1);
    b.two(Op::Add, x, one);
    assert!(holds(&b.program, "y == x - 1"));
    assert!(!holds(&b.program, "y == x + 1"));
}

#[test]
fn a_fused_step_is_a_product_and_a_sum() {
    let mut b = Builder::new();
    let (x, y, z) = (b.array("x"), b.array("y"), b.array("z"));
    let e = b.one(Op::Exp, x);
    let n = b.one(Op::Neg, z);
    b.node(Op::Fma, &[("a", y), ("b", e), ("c", n)]);
    assert!(holds(&b.program, "f == exp(_) * s - m"));
    assert!(holds(&b.program, "f == fma(s, exp(_), _)"));
    assert!(!holds(&b.program, "f == exp(_) * s + log(_)"));
}

#[test]
fn casts_are_looked_through_unless_they_are_named() {
    let mut b = Builder::new();
    let x = b.array("x");
    let half = b.constant(Constant::Dtype("f16".to_owned()));
    let shape = b.tuple(&[]);
    let e = b.one(Op::Exp, x);
    let cast = b.node(Op::Cast, &[("a", e), ("dtype", half)]);
    let reshaped = b.node(Op::Reshape, &[("a", cast), ("shape", shape)]);
    b.two(Op::Mma, reshaped, x);
    b.one(Op::ReduceSum, e);
    // The value is the same one in both places.
    assert!(holds(&b.program, "m == mma(p, _)\n s == reduce_sum(p)\n p == exp(_)"));
    assert!(holds(&b.program, "m == mma(cast(exp(_), dtype=d), _) and text(d, \"f16\")"));
    assert!(holds(&b.program, "m == mma(c, _) and c == cast(p, \"f16\") and p == exp(_)"));
    assert!(holds(&b.program, "c == cast(p) and m == mma(c, _)"));
    assert!(!holds(&b.program, "s == reduce_sum(cast(_))"));
    assert!(!holds(&b.program, "s == reduce_sum(c) and c == cast(_)"));
    assert!(holds(&b.program, "exact(p) and m == mma(p, _) and dtype(p, \"f16\")"));
    assert!(!holds(&b.program, "m == mma(p, _) and dtype(p, \"f16\")"));
    assert!(holds(&b.program, "exact(p) and m == mma(p, _) and operation(p, \"exp\")"));
    assert!(holds(&b.program, "exact(p) and p == exp(q) and m == mma(p, _) and dtype(p, \"f16\")"));
    assert!(holds(&b.program, "p == exp(_) and q == p and exact(q) and m == mma(q, _)"));
    assert!(holds(&b.program, "c == cast(_) and given(c, \"dtype\", d) and m == mma(c, _)"));
}

#[test]
fn a_choice_matches_by_either_value_and_its_condition_is_said() {
    let mut b = Builder::new();
    let x = b.array("x");
    let flag = b.parameter("FLAG", ParameterKind::Constexpr);
    let (e, l) = (b.one(Op::Exp, x), b.one(Op::Log, x));
    let c = b.node(Op::Choice, &[("condition", flag), ("then", e), ("otherwise", l)]);
    let s = b.one(Op::ReduceSum, c);
    let m = b.one(Op::ReduceMax, c);
    let found = find(&b.program, "s == reduce_sum(exp(_))");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sites, [at(e), at(s)]);
    assert_eq!(found[0].conditions.len(), 1);
    assert_eq!((found[0].conditions[0].value, found[0].conditions[0].holds), (flag, true));
    let found = find(&b.program, "s == reduce_sum(log(_))");
    assert!(!found[0].conditions[0].holds);
    assert!(holds(&b.program, "s == reduce_sum(choice(c, exp(_), log(_)))"));
    assert!(holds(&b.program, "s == reduce_sum(exp(_) if c else _)"));
    // Both cannot be at once.
    assert!(!holds(&b.program, "s == reduce_sum(exp(_)) and m == reduce_max(log(_))"));
    assert!(holds(&b.program, "s == reduce_sum(exp(_)) and m == reduce_max(exp(_))"));
    assert!(holds(&b.program, "s == reduce_sum(v) and m == reduce_max(v) and v == choice()"));
    let _ = m;
}

#[test]
fn branches_of_one_condition_do_not_meet() {
    let mut b = Builder::new();
    let x = b.array("x");
    let flag = b.parameter("FLAG", ParameterKind::Constexpr);
    let not = b.one(Op::Not, flag);
    b.under(flag, true);
    b.one(Op::Exp, x);
    b.end();
    b.under(not, true);
    b.one(Op::Log, x);
    b.end();
    assert!(!holds(&b.program, "e == exp(_) and l == log(_)"));
    assert!(holds(&b.program, "e == exp(_) and guarded(e, c) and name(c, \"FLAG\")"));
    assert!(holds(&b.program, "l == log(_) and guarded_not(l, c) and name(c, \"FLAG\")"));
    assert!(!holds(&b.program, "e == exp(_) and unguarded(e)"));
}

#[test]
fn literals_lists_and_names_are_values() {
    let mut b = Builder::new();
    let a = b.array("A");
    let (zero, three) = (b.int(0), b.int(3));
    let i = b.block_id(1);
    let load = b.load(a, &[i, zero]);
    b.given(load, "latency", three);
    let padding = b.constant(Constant::Symbol("padding.zero".to_owned()));
    b.given(load, "padding", padding);
    assert!(holds(&b.program, "x == load(_, [block_id(1), 0], latency=3, padding=padding.zero)"));
    assert!(holds(&b.program, "x == load(parameter(\"A\"), latency=n) and n > 2 and n <= 3"));
    assert!(!holds(&b.program, "x == load(latency=n) and n > 3"));
    assert!(!holds(&b.program, "x == load(mask=_)"));
    assert!(holds(&b.program, "x == load(_, _, _, _, _)"));
    assert!(holds(&b.program, "x == load(latency=n) and n in [1, 2, 3]"));
    assert!(!holds(&b.program, "x == load(latency=n) and n not in [1, 2, 3]"));
    assert!(!holds(&b.program, "x == load(_, [_])"));
    let yes = b.constant(Constant::Bool(true));
    let e = b.one(Op::Exp2, load);
    b.given(e, "flush_to_zero", yes);
    assert!(holds(&b.program, "x == exp2(_) and given(x, \"flush_to_zero\", v) and v == true"));
    assert!(holds(&b.program, "v == true and x == exp2(_, v)"));
    assert!(!holds(&b.program, "x == exp2(_) and given(x, \"flush_to_zero\", v) and v == false"));
    let found = find(&b.program, "v == 3 and x == load(latency=v)");
    assert!(found[0].sites.contains(&at(three)));
}

#[test]
fn shared_variables_join() {
    let mut b = Builder::new();
    let (x, y) = (b.array("x"), b.array("y"));
    let (e, f) = (b.one(Op::Exp, x), b.one(Op::Exp, y));
    let product = b.two(Op::Mul, e, f);
    assert!(!holds(&b.program, "p == exp(v) * exp(v)"));
    assert!(holds(&b.program, "p == exp(u) * exp(v) and u != v"));
    let square = b.two(Op::Mul, e, e);
    let found = find(&b.program, "p == exp(v) * exp(v)");
    assert!(found[0].sites.contains(&at(square)) && !found[0].sites.contains(&at(product)));
    // Known values are the same when they are equal, wherever they are written.
    let (two, again) = (b.int(2), b.float(2.0));
    b.two(Op::Pow, e, two);
    b.two(Op::Mod, e, again);
    assert!(holds(&b.program, "a == _ ** n and c == _ % n"));
}
