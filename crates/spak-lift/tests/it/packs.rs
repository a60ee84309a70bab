//! The packs that come with SPAK, over small kernels.

use spak_lift::{Engine, Finding};
use spak_program::{NodeId, Op, Program};

use crate::kernels::{Attention, attention, backward, rows};
use crate::support::{Builder, at, find, read};

pub(crate) const PACKS: &[&str] = &[
    include_str!("../../../../std/lift/attention.dsl"),
    include_str!("../../../../std/lift/attention_backward.dsl"),
    include_str!("../../../../std/lift/attention_masks.dsl"),
    include_str!("../../../../std/lift/attention_operands.dsl"),
    include_str!("../../../../std/lift/attention_variants.dsl"),
    include_str!("../../../../std/lift/choices.dsl"),
    include_str!("../../../../std/lift/constraints.dsl"),
    include_str!("../../../../std/lift/elementwise.dsl"),
    include_str!("../../../../std/lift/groups.dsl"),
    include_str!("../../../../std/lift/hazards.dsl"),
    include_str!("../../../../std/lift/host.dsl"),
    include_str!("../../../../std/lift/launches.dsl"),
    include_str!("../../../../std/lift/leftovers.dsl"),
    include_str!("../../../../std/lift/losses_and_gates.dsl"),
    include_str!("../../../../std/lift/matmul.dsl"),
    include_str!("../../../../std/lift/memory.dsl"),
    include_str!("../../../../std/lift/needs.dsl"),
    include_str!("../../../../std/lift/random.dsl"),
    include_str!("../../../../std/lift/rotations.dsl"),
    include_str!("../../../../std/lift/rows.dsl"),
    include_str!("../../../../std/lift/softmax.dsl"),
    include_str!("../../../../std/lift/softmax_constraints.dsl"),
    include_str!("../../../../std/lift/tiles.dsl"),
    include_str!("../../../../std/lift/work.dsl"),
];

fn found(program: &Program) -> Vec<Finding> {
    let packs: Vec<_> = PACKS
        .iter()
        .map(|text| {
            let (pack, wrong) = read(text);
            assert!(wrong.is_empty(), "{wrong:#?}");
            pack
        })
        .collect();
    let report = Engine::new(&packs).find(program);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    report.findings
}

fn of<'f>(found: &'f [Finding], axis: &str) -> Vec<&'f Finding> {
    found.iter().filter(|f| f.axis == axis).collect()
}

fn role(program: &Program, node: NodeId) -> Vec<String> {
    let roles = find_roles(program);
    roles.into_iter().filter(|(site, _)| *site == at(node)).map(|(_, role)| role).collect()
}

fn find_roles(program: &Program) -> Vec<(spak_program::Site, String)> {
    let text = crate::support::pattern(
        "when: role(x, r) and (x == load() or x == store() or x == mma() or x == _ * _ or x == exp2(_))\nvalue: r\nevidence: [x]",
    );
    let found = crate::support::report(program, &text).findings;
    found.into_iter().flat_map(|f| f.sites.into_iter().map(move |s| (s, f.value.clone()))).collect()
}

#[test]
fn an_online_softmax_is_found_however_it_is_written() {
    for (is_swapped, is_transposed) in [(false, false), (true, false), (false, true), (true, true)]
    {
        let Attention { builder, weights, factor, .. } = attention(is_swapped, is_transposed);
        let found = found(&builder.program);
        let softmax = of(&found, "softmax_scheme");
        assert_eq!(softmax.len(), 1, "{softmax:#?}");
        assert_eq!(softmax[0].value, "online");
        assert!(softmax[0].sites.contains(&at(weights)) && softmax[0].sites.contains(&at(factor)));
        assert!(softmax[0].because.contains("exp2("), "{}", softmax[0].because);
        let base = of(&found, "math_approximation");
        assert_eq!(base.len(), 1);
        assert_eq!(base[0].value, "exp2_folded");
        assert!(base[0].sites.contains(&at(weights)) && base[0].sites.contains(&at(factor)));
    }
}

#[test]
fn operands_of_attention_are_told_apart_by_what_they_do() {
    for is_transposed in [false, true] {
        let Attention { builder, q, k, v, store, weights, .. } = attention(false, is_transposed);
        let of = |node| role(&builder.program, node);
        assert_eq!(
            (of(q), of(k), of(v), of(store)),
            (
                vec!["q".to_owned()],
                vec!["k".to_owned()],
                vec!["v".to_owned()],
                vec!["o".to_owned()],
            )
        );
        assert_eq!(of(weights), ["p"]);
        let all = found(&builder.program);
        let latency: Vec<_> = self::of(&all, "load_latency")
            .iter()
            .map(|f| (f.role.clone().unwrap_or_default(), f.value.clone()))
            .collect();
        let said = |r: &str, v: &str| (r.to_owned(), v.to_owned());
        assert_eq!(latency, [said("v", "4"), said("k", "unset"), said("q", "unset")]);
    }
}

#[test]
fn operands_of_the_gradients_are_told_apart() {
    for (of_queries, has_decay) in [(true, false), (false, false), (true, true), (false, true)] {
        let made = backward(of_queries, has_decay);
        let words = made.loads.map(|node| role(&made.builder.program, node).join(" "));
        assert_eq!(words, ["q", "k", "v", "do", "lse", "delta"], "{of_queries}");
        let out = if of_queries { "dq" } else { "dk" };
        assert_eq!(role(&made.builder.program, made.store), [out]);
    }
}

#[test]
fn operands_of_rows_and_products() {
    let (builder, nodes) = rows();
    let words = nodes.map(|node| role(&builder.program, node).join(" "));
    assert_eq!(words, ["x", "weight", "bias", "y"]);
    let mut b = Builder::new();
    let (aa, ab, ac) = (b.array("b"), b.array("c"), b.array("a"));
    let (left, right) = (b.load(aa, &[]), b.load(ab, &[]));
    let product = b.two(Op::Mma, left, right);
    let store = b.node(Op::Store, &[("array", ac), ("value", product)]);
    let words = [left, right, store].map(|node| role(&b.program, node).join(" "));
    assert_eq!(words, ["a", "b", "c"]);
}

#[test]
fn a_softmax_without_a_maximum_is_another_one() {
    let mut b = Builder::new();
    let a = b.array("x");
    let x = b.load(a, &[]);
    let e = b.one(Op::Exp, x);
    let s = b.one(Op::ReduceSum, e);
    b.two(Op::Div, e, s);
    let found = found(&b.program);
    assert_eq!(of(&found, "softmax_scheme")[0].value, "max_elided");
    assert_eq!(of(&found, "math_approximation")[0].value, "exp");
}

#[test]
fn nothing_is_found_in_an_empty_program() {
    assert_eq!(found(&Program::default()), []);
    assert_eq!(find(&Builder::new().program, "x == exp(_)"), []);
}

#[test]
fn what_an_attention_has_decided_is_found() {
    for (is_swapped, is_transposed) in [(false, false), (true, false), (false, true), (true, true)]
    {
        let found = found(&attention(is_swapped, is_transposed).builder.program);
        let value = |axis: &str| -> Vec<&str> {
            of(&found, axis).into_iter().map(|f| f.value.as_str()).collect()
        };
        // Keys are the left operand where a tile has few queries.
        let family = if is_transposed { "decode" } else { "attention_forward" };
        assert_eq!(value("family"), [family]);
        assert_eq!(value("fusion_level"), ["fused_qk_softmax_pv"]);
        assert_eq!(value("rescale_policy"), ["unconditional"]);
        assert_eq!(value("rowsum_reduction"), ["per_iteration"]);
        assert_eq!(value("stationary_operand"), ["q_stationary"]);
        for axis in ["bwd_softmax_reconstruction", "causal_support", "kv_loop_bound"] {
            assert_eq!(value(axis), Vec::<&str>::new());
        }
    }
}

#[test]
fn pairs_that_are_rotated_are_told_from_what_rotates_them() {
    let mut b = Builder::new();
    let [first, second, cos, sin] = ["cos", "sin", "q", "k"].map(|name| b.array(name));
    let (c, s) = (b.load(cos, &[]), b.load(sin, &[]));
    let mut pair = |array| {
        let (zero, one) = (b.int(0), b.int(1));
        let (x, y) = (b.load(array, &[zero]), b.load(array, &[one]));
        let (xc, ys) = (b.two(Op::Mul, x, c), b.two(Op::Mul, s, y));
        let (yc, xs) = (b.two(Op::Mul, c, y), b.two(Op::Mul, x, s));
        let (low, high) = (b.two(Op::Sub, xc, ys), b.two(Op::Add, xs, yc));
        for value in [low, high] {
            b.node(Op::Store, &[("array", array), ("value", value)]);
        }
        x
    };
    let (q, k) = (pair(first), pair(second));
    assert_eq!(
        (role(&b.program, q), role(&b.program, k)),
        (vec!["q".to_owned()], vec!["k".to_owned()])
    );
    let found = found(&b.program);
    assert_eq!(of(&found, "family")[0].value, "rope");
    assert_eq!(of(&found, "fusion_level")[0].value, "q_and_k_one_kernel");
    assert_eq!(of(&found, "in_place")[0].value, "always");
}

#[test]
fn parts_of_a_result_are_told_from_their_statistics() {
    let mut b = Builder::new();
    let [parts, statistics, out] = ["a", "b", "c"].map(|name| b.array(name));
    let (row, zero) = (b.block_id(0), b.int(0));
    let (o, l) = (b.load(parts, &[row, zero]), b.load(statistics, &[row]));
    let peak = b.one(Op::ReduceMax, l);
    let less = b.two(Op::Sub, l, peak);
    let weights = b.one(Op::Exp2, less);
    let total = b.one(Op::ReduceSum, weights);
    let scaled = b.two(Op::Mul, o, weights);
    let sum = b.one(Op::ReduceSum, scaled);
    let value = b.two(Op::Div, sum, total);
    let store = b.node(Op::Store, &[("array", out), ("value", value)]);
    let words = [o, l, store].map(|node| role(&b.program, node).join(" "));
    assert_eq!(words, ["o_partial", "lse", "o"]);
    assert_eq!(of(&found(&b.program), "family")[0].value, "splitk_reduce");
}

#[test]
fn the_gradient_of_rows_is_told_from_what_was_normalized() {
    let mut b = Builder::new();
    let [ax, ay, aw, ar, out] = ["dy", "x", "r", "w", "z"].map(|name| b.array(name));
    let (row, zero) = (b.block_id(0), b.int(0));
    let (x, dy) = (b.load(ax, &[row, zero]), b.load(ay, &[row, zero]));
    let (w, r) = (b.load(aw, &[zero]), b.load(ar, &[row]));
    let normal = b.two(Op::Mul, x, r);
    let weighted = b.two(Op::Mul, w, dy);
    let both = b.two(Op::Mul, normal, weighted);
    let sum = b.one(Op::ReduceSum, both);
    let shift = b.two(Op::Mul, normal, sum);
    let value = b.two(Op::Sub, weighted, shift);
    b.node(Op::Store, &[("array", out), ("value", value)]);
    let words = [x, dy, w].map(|node| role(&b.program, node).join(" "));
    assert_eq!(words, ["x", "dy", "weight"]);
}
