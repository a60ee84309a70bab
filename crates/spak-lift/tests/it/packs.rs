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
    include_str!("../../../../std/lift/hazards.dsl"),
    include_str!("../../../../std/lift/host.dsl"),
    include_str!("../../../../std/lift/losses_and_gates.dsl"),
    include_str!("../../../../std/lift/matmul.dsl"),
    include_str!("../../../../std/lift/memory.dsl"),
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
