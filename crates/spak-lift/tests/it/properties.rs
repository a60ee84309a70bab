//! What is found does not depend on how nodes are numbered or operands are ordered.

use std::collections::BTreeSet;

use proptest::prelude::*;
use spak_lift::{Engine, Finding};
use spak_program::{Node, NodeId, Op, Program, Site};

use crate::kernels::attention;
use crate::packs::PACKS;
use crate::support::{find, pattern, read, report, whens};

/// The same program with its nodes in another order.
fn renumbered(program: &Program, keys: &[u32]) -> Program {
    let mut order: Vec<usize> = (0..program.nodes.len()).collect();
    order
        .sort_by_key(|at| keys.get(at % keys.len().max(1)).map(|k| k.rotate_left(*at as u32 % 31)));
    let mut new = vec![NodeId(0); order.len()];
    for (to, from) in order.iter().enumerate() {
        new[*from] = NodeId(to as u32);
    }
    let moved = |id: NodeId| new[id.index()];
    let mut out = program.clone();
    out.nodes = order.iter().map(|from| program.nodes[*from].clone()).collect();
    for node in &mut out.nodes {
        for argument in &mut node.arguments {
            argument.value = moved(argument.value);
        }
        for condition in std::sync::Arc::make_mut(&mut node.conditions) {
            condition.value = moved(condition.value);
        }
    }
    for found in &mut out.loops {
        found.induction = found.induction.map(moved);
        found.condition = found.condition.map(moved);
        found.carried.iter_mut().for_each(|node| *node = moved(*node));
    }
    for kernel in &mut out.kernels {
        kernel.parameters.iter_mut().for_each(|p| p.node = moved(p.node));
    }
    for scope in &mut out.scopes {
        scope.effects.iter_mut().for_each(|node| *node = moved(*node));
    }
    out
}

/// The same program with the operands of some commutative nodes exchanged.
fn exchanged(program: &Program, which: u64) -> Program {
    let mut out = program.clone();
    out.nodes.clone_from(&program.nodes);
    let commute = |node: &&mut Node| node.op.commutes();
    for (at, node) in out.nodes.iter_mut().filter(commute).enumerate() {
        if which.rotate_right(at as u32) & 1 == 1 && node.arguments.len() >= 2 {
            let (a, b) = (node.arguments[0].value, node.arguments[1].value);
            node.arguments[0].value = b;
            node.arguments[1].value = a;
        }
    }
    out
}

/// Without conditions, which name nodes by their numbers, and sentences, which show operands in order.
fn plain(mut found: Vec<Finding>) -> Vec<Finding> {
    for finding in &mut found {
        finding.conditions.clear();
        finding.because.clear();
    }
    found
}

fn all(program: &Program) -> Vec<Finding> {
    let texts = [
        pattern(&whens("x == a * b + c\n made_of(c, l) and l == load()")),
        pattern(&whens("x == exp2(u - v)\n not (made_of(u, m) and m == mma())")),
        pattern(&whens("x == max(u, v) or x == u + v\n carried(u, l, _, _)")),
        pattern(&whens(
            "role(x, r) and x == load() and inside(x, l)\n depends(x, i) and induction(l, i)",
        )),
    ];
    // Those whose patterns ask for no order: it is what renumbering takes away.
    let library = PACKS.iter().filter(|text| !text.contains("before(")).map(|text| read(text).0);
    let packs: Vec<_> = library.chain(texts.iter().map(|text| read(text).0)).collect();
    plain(Engine::new(&packs).find(program).findings)
}

/// Conditions that all have to hold.
const CONJUNCTIONS: &[&[&str]] = &[
    &["exact(p)", "m == mma(p, _)", "role(p, r)", "dtype(p, d)", "operation(p, \"exp2\")"],
    &["c == cast(p, d)", "m == mma(c, v)", "role(v, r)", "p == exp2(_)", "s == reduce_sum(p)"],
    &["carried(x, l, a, b)", "b == x * f + t", "f == exp2(e)", "made_of(e, m)", "m == max(_, _)"],
    &["inside(x, l)", "x == load(latency=n)", "n == 4", "array_of(x, q)", "runtime(q)"],
    &["s == store(value=o)", "o == u / v", "outside(o, l)", "carried(u, l, _, _)", "u != v"],
    &["x == load()", "depends(x, i)", "induction(l, i)", "start(l, z)", "z == 0", "stop(l, n)"],
    &["e == exp2(u - v)", "not (v == max(_, _) and made_of(u, log2()))", "carried(u, _, _, _)"],
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_numbers_of_nodes_do_not_matter(keys in prop::collection::vec(any::<u32>(), 1..40)) {
        let program = attention(false, false).builder.program;
        prop_assert_eq!(all(&program), all(&renumbered(&program, &keys)));
    }

    #[test]
    fn the_order_of_conditions_does_not_matter(keys in prop::collection::vec(any::<u32>(), 8)) {
        let made = attention(false, false);
        for conditions in CONJUNCTIONS {
            let straight = find(&made.builder.program, &conditions.join("\n"));
            prop_assert!(!straight.is_empty(), "{:?}", conditions);
            let mut shuffled: Vec<_> = conditions.iter().copied().zip(&keys).collect();
            shuffled.sort_by_key(|(_, key)| **key);
            let shuffled: Vec<_> = shuffled.into_iter().map(|(condition, _)| condition).collect();
            prop_assert_eq!(straight, find(&made.builder.program, &shuffled.join("\n")));
        }
    }

    #[test]
    fn the_order_of_operands_does_not_matter(which in any::<u64>()) {
        let program = attention(false, false).builder.program;
        prop_assert_eq!(all(&program), all(&exchanged(&program, which)));
    }
}

/// The places that are told of these variables.
fn told(program: &Program, conditions: &[&str], variables: &[&str]) -> BTreeSet<Site> {
    let evidence = format!("evidence: [{}]\n", variables.join(", "));
    let text = pattern(&(whens(&conditions.join("\n")) + &evidence));
    report(program, &text).findings.into_iter().flat_map(|finding| finding.sites).collect()
}

/// A search ends where no other solution could tell more; all of it is told when everything is asked for.
#[test]
fn what_is_told_of_one_variable_is_what_is_told_of_it_among_all() {
    for is_causal in [false, true] {
        let program = attention(is_causal, false).builder.program;
        for conditions in CONJUNCTIONS {
            let text = conditions.join(" ");
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            // Nodes, which have places; what stands in a negation, and names of loops and texts, have none here.
            let known = words.filter(|word| word.len() == 1 && !"lrdnq0123456789".contains(word));
            let variables: BTreeSet<&str> = known.filter(|word| *word != "_").collect();
            let variables: Vec<&str> = variables.into_iter().collect();
            let each = variables.iter().flat_map(|one| told(&program, conditions, &[one]));
            let together = told(&program, conditions, &variables);
            assert!(!together.is_empty(), "{conditions:?}");
            assert_eq!(each.collect::<BTreeSet<_>>(), together, "{conditions:?}");
        }
    }
}

#[test]
fn what_is_found_in_an_attention_is_something() {
    let program = attention(false, false).builder.program;
    let found = all(&program);
    assert!(found.len() >= 8, "{found:#?}");
    assert!(program.nodes.iter().any(|n| n.op == Op::Mma));
}
