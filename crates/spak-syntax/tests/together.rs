//! What belongs to one statement, what opens a block, and what is no part of the design.

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
}

#[test]
fn slashes_divide_where_only_a_formula_can_go_on() {
    check(
        r#"constraint "g" { require: heads // kv_heads == g }
rule r {
    when: num_heads // num_kv_heads > 2
    z: [16 // 2, cdiv(n // 4, 2)]
    n = d // n_heads
    return (a // b)
    y { x: n // 2 }
}
"#,
        &expect![[r#"
            block constraint g
              pair require: raw heads // kv_heads == g
            block rule r
              pair when: raw num_heads // num_kv_heads > 2
              pair z: list of 2: 16 // 2 | cdiv(n // 4, 2)
              line n = d // n_heads
              line return (a // b)
              block y
                pair x: raw n // 2
        "#]],
    );
}

#[test]
fn slashes_are_a_comment_where_words_follow_and_in_doubt() {
    check(
        r#"rule r {
    tile_m: 64 // measured once
    x: a // b is the best
    k: layernorm // fused
    gpu: H100 // sm_90
    return h // out
    n: num_heads // kv_heads
    p: [16, // the default
        32]
}
fact f { x: 1 // note here }
"#,
        &expect![[r#"
            block rule r
              pair tile_m: raw 64
              pair x: raw a
              pair k: raw layernorm
              pair gpu: raw H100
              line return h
              pair n: raw num_heads
              pair p: list of 2: 16 | 32
            block fact f
              pair x: raw 1
            6: warning doubtful-comment
            7: warning doubtful-comment
            11: error unclosed-block
            11: warning hidden-brace
        "#]],
    );
}

#[test]
fn subscripts_exponents_and_sets_open_no_block() {
    check(
        r#"invariant Sub: m_{i+1} >= m_i
transition:
    h_{t+1} = F(h_t)
    x^{2} >= 0
    x{i} >= 3
if x in {1, 2} => explosion
type T{a: int}
"#,
        &expect![[r#"
            pair invariant Sub: raw m_{i+1} >= m_i
            section transition
              line h_{t+1} = F(h_t)
              line x^{2} >= 0
              line x{i} >= 3
            line if x in {1, 2} => explosion
            block type T
              pair a: raw int
        "#]],
    );
}

#[test]
fn a_condition_and_its_block_may_share_a_line() {
    check(
        r#"agent_loop A {
    if score > 3 { emit "a" }
    while score < 3 { tool.run { cmd: "x" } }
    if "{{b}}" == "1" { step z: tool.run { cmd: "y" } }
    if a > 3 { emit "b" } else { emit "c" }
}
θ = {γ: 1}
x ∈ {a, b}
"#,
        &expect![[r#"
            block agent_loop A
              block if score > 3
                line emit "a"
              block while score < 3
                block tool.run
                  pair cmd: text x
              block if {{b}} == 1
                pair step z: map tool.run
                  pair cmd: text y
              block if a > 3
                line emit "b"
              block else
                line emit "c"
            line θ = {γ: 1}
            line x ∈ {a, b}
        "#]],
    );
}

#[test]
fn words_and_arrows_join_lines() {
    check(
        r#"fact f(t: T) {
    return t.x > 1
        and t.x < 3
}
fact g(t: T) {
    return t.x < 3 or
        t.y > 2
}
training T {
    max_steps: [2 -> 4
        -> 8]
    n: 5 if causal
        else 4
}
"#,
        &expect![[r#"
            block fact f t: T
              line return t.x > 1 and t.x < 3
            block fact g t: T
              line return t.x < 3 or t.y > 2
            block training T
              pair max_steps: list of 1: 2 -> 4 -> 8
              pair n: raw 5 if causal else 4
        "#]],
    );
}

#[test]
fn a_comma_of_a_type_separates_nothing() {
    check(
        r#"case A { m: map<string, list<int>>, b: int }
x: [map<string, int>, y]
when: a < b, c > d
"#,
        &expect![[r#"
            block case A
              pair m: raw map<string, list<int>>
              pair b: raw int
            pair x: list of 2: map<string, int> | y
            pair when: raw a < b, c > d
        "#]],
    );
}

#[test]
fn a_section_may_begin_behind_a_brace() {
    check(
        r#"training T { curriculum:
  m: 2 -> 4
}
b: 1
"#,
        &expect![[r#"
            block training T
              section curriculum
                pair m: raw 2 -> 4
            pair b: raw 1
        "#]],
    );
}

#[test]
fn a_sentence_goes_on_over_deeper_lines_of_words() {
    check(
        r#"experiment E {
    hypothesis: iterative updates
        learn addition
        over digits
    loss: x
    goal: find the best
        emit Done
        key: value
    mode: fast
        and not a sentence
}
"#,
        &expect![[r#"
            block experiment E
              pair hypothesis: raw iterative updates learn addition over digits
              pair loss: raw x
              pair goal: raw find the best
              line emit Done
              pair key: raw value
              pair mode: raw fast and not a sentence
        "#]],
    );
}

#[test]
fn lone_brackets_are_errors_unless_they_are_prose() {
    check(
        r#"design_space {
    dtype: "f32", "f16"]
    ]
    )
    why: this ) is prose here
    a) first
    r: [0, 1)
    s: (0, 1]
}
state h: Tensor[B, T
fact is_slow(t: T.P {
    return t.x > 1
}
fact g(t: T) { return t.y }
"#,
        &expect![[r#"
            block design_space
              pair dtype: raw "f32", "f16"]
              line ]
              line )
              pair why: raw this ) is prose here
              line a) first
              pair r: list of 2: 0 | 1)
              pair s: raw (0, 1]
            pair state h: raw Tensor[B, T
            block fact is_slow t: T.P
              line return t.x > 1
            block fact g t: T
              line return t.y
            2: error unmatched-bracket
            3: error unmatched-bracket
            4: error unmatched-bracket
            7: error unclosed-list
            10: error unmatched-bracket
            11: error unmatched-bracket
        "#]],
    );
}

#[test]
fn marks_of_a_merge_mean_nothing() {
    check(
        r#"design_space {
<<<<<<< HEAD
    a: [1]
||||||| base
    a: [0]
=======
    a: [2]
>>>>>>> theirs
    b: [1]
}
Title
=======
"#,
        &expect![[r#"
            block design_space
              pair a: list of 1: 1
              pair a: list of 1: 0
              pair a: list of 1: 2
              pair b: list of 1: 1
            line Title
            line =======
            2: error merge-conflict
            4: error merge-conflict
            6: error merge-conflict
            8: error merge-conflict
        "#]],
    );
}

#[test]
fn what_stands_around_a_fence_is_no_design() {
    check(
        r#"Here is it:

```dsl
---
title: x
---
design_space {
    a: [1]
}
```

It has "one axis: don't worry.
"#,
        &expect![[r#"
            front matter, 1 lines
            block design_space
              pair a: list of 1: 1
            3: error markdown-fence
            10: error markdown-fence
        "#]],
    );
    check(
        r#"a {
    b: 1
}
```python
x = 1
```
c { prompt: """
```json
{}
```
""" }
"#,
        &expect![[r#"
            block a
              pair b: raw 1
            line x = 1
            block c
              pair prompt: text ```json {} ```
            4: error markdown-fence
            6: error markdown-fence
        "#]],
    );
}

#[test]
fn a_nul_is_said_once() {
    check(
        "a: 1\nb\0c: 2\n\0\n",
        &expect![[r#"
        pair a: raw 1
        pair b c: raw 2
        2: error nul-character
    "#]],
    );
}

#[test]
fn elements_of_a_list_without_end_are_read() {
    check(
        r#"tuning_space {
    k: [32, 64
    m: [
        32,
        64
    n: [1]
    o: [
        { a: 1 },
        { b: 2 }
    p: 1
}
"#,
        &expect![[r#"
            block tuning_space
              pair k: list of 2: 32 | 64
              pair m: list of 2: 32 | 64
              pair n: list of 1: 1
              pair o: list of 2
                - map 
                  pair a: raw 1
                - map 
                  pair b: raw 2
              pair p: raw 1
            2: error unclosed-list
            3: error unclosed-list
            7: error unclosed-list
        "#]],
    );
}

#[test]
fn the_block_at_the_margin_ends_before_the_next_head() {
    check(
        r#"design_space {
    a: [1]
tuning_space {
    b: [2]
}
"#,
        &expect![[r#"
            block design_space
              pair a: list of 1: 1
            block tuning_space
              pair b: list of 1: 2
            1: error unclosed-block
        "#]],
    );
    check(
        r#"system S {
design_space {
a: [1]
tuning_space {
b: [2]
}
}
"#,
        &expect![[r#"
            block system S
              block design_space
                pair a: list of 1: 1
              block tuning_space
                pair b: list of 1: 2
            2: error unclosed-block
        "#]],
    );
    check(
        r#"step one { cmd: "a"
step two { cmd: "b" }
"#,
        &expect![[r#"
            block step one
              pair cmd: text a
            block step two
              pair cmd: text b
            1: error unclosed-block
        "#]],
    );
}

#[test]
fn a_missing_opening_brace_is_found_at_its_head() {
    check(
        r#"system X
    design_space {
        a: [1]
    }
    tuning_space {
        b: [2]
    }
}
c: 3
"#,
        &expect![[r#"
            block system X
              block design_space
                pair a: list of 1: 1
              block tuning_space
                pair b: list of 1: 2
            pair c: raw 3
            1: error unmatched-brace
        "#]],
    );
    check(
        r#"agent_loop A {
    step s: llm.query
        prompt: "x"
    }
    step t: tool.run { cmd: "y" }
}
"#,
        &expect![[r#"
            block agent_loop A
              pair step s: map llm.query
                pair prompt: text x
              pair step t: map tool.run
                pair cmd: text y
            2: error unmatched-brace
        "#]],
    );
    check(
        r#"knowledge {
    fact f(t: T) return t.x > 3 }
    rule r { when: "a" }
}
"#,
        &expect![[r#"
            block knowledge
              line fact f(t: T) return t.x > 3
              block rule r
                pair when: text a
            2: error unmatched-brace
        "#]],
    );
}

#[test]
fn a_surplus_brace_ends_nothing_that_goes_on() {
    check(
        r#"system S {
    a {
        b: 1
    }}
    c {
        d: 1
    }
}
e: 2
"#,
        &expect![[r#"
            block system S
              block a
                pair b: raw 1
              block c
                pair d: raw 1
            pair e: raw 2
            4: error unmatched-brace
        "#]],
    );
    check(
        r#"system S {
    a {
    }
}
    c {
    }
}
e: 2
"#,
        &expect![[r#"
            block system S
              block a
              block c
            pair e: raw 2
            4: error unmatched-brace
        "#]],
    );
}

#[test]
fn a_body_on_one_line_needs_no_semicolons_where_the_next_field_is_plain() {
    check(
        r#"tuning_space { tile_n: [8] group { deep: [1] } other "x" { y: [2] } z: [4] }
rule r { when: a > 3 recommend: "more" }
rule s { when: a > 3 and b < max(2, c) apply: x = 4 reason: "short" }
constraint { require: forall i in 0 .. n: x[i] > 0 because: "it is one" }
note { text: as it stands: nothing is split }
rule t { when: ready apply: x = 4 }
"#,
        &expect![[r#"
            block tuning_space
              pair tile_n: list of 1: 8
              block group
                pair deep: list of 1: 1
              block other x
                pair y: list of 1: 2
              pair z: list of 1: 4
            block rule r
              pair when: raw a > 3
              pair recommend: text more
            block rule s
              pair when: raw a > 3 and b < max(2, c)
              pair apply: raw x = 4
              pair reason: text short
            block constraint
              pair require: raw forall i in 0 .. n: x[i] > 0 because: "it is one"
            block note
              pair text: raw as it stands: nothing is split
            block rule t
              pair when: raw ready
              pair apply: raw x = 4
        "#]],
    );
}

#[test]
fn a_formula_goes_on_over_comments_and_over_an_empty_line() {
    check(
        r#"fact g(t: T.P) {
    return t.a > 3
        // why

        && t.b < 4 // and
        # more
        /* here */ || t.c == 1
    return t.a > 3 &&
        // why
        t.b < 4
    x: a + b

        + c

    // not deeper
    && d
    y: 1


        + 2
}
notes:
    bring us more words

        + of items
"#,
        &expect![[r#"
            block fact g t: T.P
              line return t.a > 3 && t.b < 4 || t.c == 1
              line return t.a > 3 && t.b < 4
              pair x: raw a + b + c
              line && d
              pair y: raw 1
              line + 2
            section notes
              line bring us more words
              line + of items
        "#]],
    );
}

#[test]
fn the_brace_of_a_typed_block_may_stand_on_the_next_line() {
    check(
        r#"step x: tool.run
{
    cmd: "make"
}
m {
    optimizer: adam // why
    {
        lr: 1
    }
    causal: true
    { a: 1 }
    words: not a name
    { b: 1 }
}
"#,
        &expect![[r#"
            pair step x: map tool.run
              pair cmd: text make
            block m
              pair optimizer: map adam
                pair lr: raw 1
              pair causal: raw true
              block 
                pair a: raw 1
              pair words: raw not a name
              block 
                pair b: raw 1
        "#]],
    );
}
