//! Where statements end that share a line.

mod support;

use expect_test::{Expect, expect};
use spak_syntax::{ast, format, parse};

/// The outline of `text`, and the codes and lines of what is said about it.
#[track_caller]
fn check(text: &str, expected: &Expect) {
    let parsed = parse(text);
    assert_eq!(parsed.tree.text(), text);
    let mut out = support::outline(&ast::file(&parsed));
    for said in &parsed.diagnostics {
        let line = text[..said.primary.span.start as usize].matches('\n').count() + 1;
        out.push_str(&format!("{line}: {} {}\n", said.severity.name(), said.code.0));
    }
    expected.assert_eq(&out);
    let formatted = format(text);
    assert_eq!(format(&formatted.text).text, formatted.text, "formatting twice");
    if parsed.diagnostics.is_empty() {
        assert!(formatted.diagnostics.is_empty(), "{:?}", formatted.diagnostics);
    }
}

#[test]
fn a_block_or_an_action_begins_behind_a_text_a_number_or_a_list() {
    check(
        r#"system C { import "std/hardware/nvidia" tuning_space { z: [1] } }
import "std/observations" import "std/hardware/nvidia"
system D { axiom: "x" tuning_space { z: [1] } }
knowledge { axiom: "A" rule "r" { when: a > 3 } }
loop l { step s { note: "y" tool.run { cmd: "z" } } }
thing { x: 1 y: -2 z { w: true v { u: [1] fact g(t: T.P) { return t.a } } } }
baseline { name: "b" constraints { a: 1 } }
step s { role: "b" emit "q" step 1: tool.run { cmd: "x" } }
step s { import "b" tile: 3 emit "q" tile: 4 }
"#,
        &expect![[r#"
            block system C
              line import "std/hardware/nvidia"
              block tuning_space
                pair z: list of 1: 1
            line import "std/observations"
            line import "std/hardware/nvidia"
            block system D
              pair axiom: text x
              block tuning_space
                pair z: list of 1: 1
            block knowledge
              pair axiom: text A
              block rule r
                pair when: raw a > 3
            block loop l
              block step s
                pair note: text y
                block tool.run
                  pair cmd: text z
            block thing
              pair x: raw 1
              pair y: raw -2
              block z
                pair w: raw true
                block v
                  pair u: list of 1: 1
                  block fact g t: T.P
                    line return t.a
            block baseline
              pair name: text b
              block constraints
                pair a: raw 1
            block step s
              pair role: text b
              line emit "q"
              pair step 1: map tool.run
                pair cmd: text x
            block step s
              line import "b"
              pair tile: raw 3
              line emit "q"
              pair tile: raw 4
        "#]],
    );
}

#[test]
fn what_goes_on_with_a_value_on_one_line_stays_in_it() {
    check(
        r#"step x: tool.run { cmd: "a" }
m { key: word { a: 1 } }
m { x: "make" { a: 1 } }
m { x: 5 if causal else 4 }
m { x: 5 of n: 3 }
m { tool: "x" with { a: 1 } }
m { kind: "a" | "b" inner { w: 2 } }
import "a" as b
step x: "title" tool.run { cmd: "a" }
emit "q" { a: 1 }
"#,
        &expect![[r#"
            pair step x: map tool.run
              pair cmd: text a
            block m
              pair key: map word
                pair a: raw 1
            block m
              pair x: map make
                pair a: raw 1
            block m
              pair x: raw 5 if causal else 4
            block m
              pair x: raw 5 of n: 3
            block m
              pair tool: map x with
                pair a: raw 1
            block m
              pair kind: raw "a" | "b"
              block inner
                pair w: raw 2
            line import "a" as b
            pair step x: map title tool.run
              pair cmd: text a
            block emit q
              pair a: raw 1
        "#]],
    );
}

#[test]
fn commas_of_quantifiers_tuples_and_results_separate_nothing() {
    check(
        r#"invariant C { for all i, j: j > i => a(i,j) = 0 }
invariant D { assert: for all i, j: j > i => a(i, j) = 0, because: "x" }
invariant E { forall i in 0..3, j in 0..i: a[i] > b[j], b: 2 }
invariant F {
    assert: forall i, j: i > j
    require: exists a, b: a == b, why: "x"
}
transition { h, m = F(h, m), q = 3 }
fact f { return a, b }
fact f { return a, b: 3, emit c }
x { a: int, b: int, c }
m { a: 1, y = 3, let q, k[1], v.w = split(x) }
m { note: for all users, tone: calm, set: forall, b: 3 }
m { for i, x in items { a: 1, b: 2 } }
"#,
        &expect![[r#"
            block invariant C
              line for all i, j: j > i => a(i,j) = 0
            block invariant D
              pair assert: raw for all i, j: j > i => a(i, j) = 0
              pair because: text x
            block invariant E
              line forall i in 0..3, j in 0..i: a[i] > b[j]
              pair b: raw 2
            block invariant F
              pair assert: raw forall i, j: i > j
              pair require: raw exists a, b: a == b
              pair why: text x
            block transition
              line h, m = F(h, m)
              line q = 3
            block fact f
              line return a, b
            block fact f
              line return a
              pair b: raw 3
              line emit c
            block x
              pair a: raw int
              pair b: raw int
              line c
            block m
              pair a: raw 1
              line y = 3
              line let q, k[1], v.w = split(x)
            block m
              pair note: raw for all users
              pair tone: raw calm
              pair set: raw forall
              pair b: raw 3
            block m
              block for i, x in items
                pair a: raw 1
                pair b: raw 2
        "#]],
    );
}

#[test]
fn a_parenthesis_that_stays_open_behind_a_name_and_an_equals_sign_is_an_error() {
    check(
        r#"computation {
    h1 = f(h
    y = g(h1)
    q, k.a, v[1] = f(h, [a, (b]
    h{t+1} = F(h, (a
    z = f(a,
        b)
    the_loss = mean of (a over b
    when: a == f(3
    apply: a = f(3
}
loss { L = CE(a, b }
let z = f(3
"#,
        &expect![[r#"
            block computation
              line h1 = f(h
              line y = g(h1)
              line q, k.a, v[1] = f(h, [a, (b]
              line h{t+1} = F(h, (a
              line z = f(a, b)
              line the_loss = mean of (a over b
              pair when: raw a == f(3
              pair apply: raw a = f(3
            block loss
              line L = CE(a
              line b
            line let z = f(3
            2: error unmatched-bracket
            4: error unmatched-bracket
            5: error unmatched-bracket
            12: error unmatched-bracket
            13: error unmatched-bracket
        "#]],
    );
}
