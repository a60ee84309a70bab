//! What formulas mean: read, print, evaluate.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use spak_expr::{
    Empty, Limits, Options, Value, check, eval, parse, parse_prefix, parse_with, print,
};

fn env() -> BTreeMap<String, Value> {
    let mut env = BTreeMap::new();
    for (name, value) in [
        ("tile_m", Value::Int(64)),
        ("tile_n", Value::Int(128)),
        ("causal", Value::Bool(true)),
        ("dtype", Value::from("bf16")),
        ("softmax_scheme", Value::from("online")),
        ("t.speedup", Value::Float(0.4)),
        ("t.tflops", Value::Float(45.0)),
        ("h", Value::from(vec![10_i64, 20, 30])),
    ] {
        env.insert(name.to_owned(), value);
    }
    env
}

/// The canonical text and the value, or the complaint.
fn run(text: &str) -> String {
    let parse = parse_with(text, 0, Options { allow_equals: true, ..Options::default() });
    let Some(expr) = parse.expr else {
        let d = &parse.diagnostics[0];
        return format!(
            "{} {}..{}: {}",
            d.code.0, d.primary.span.start, d.primary.span.end, d.message
        );
    };
    match eval(&expr, &env()) {
        Ok(value) => format!("{expr} = {value}"),
        Err(d) => format!(
            "{expr} !! {} {}..{}: {}",
            d.code.0, d.primary.span.start, d.primary.span.end, d.message
        ),
    }
}

fn table(texts: &[&str], expected: Expect) {
    let lines: Vec<String> = texts.iter().map(|t| run(t)).collect();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn operators_bind_as_in_python() {
    table(
        &[
            "1 + 2 * 3",
            "(1 + 2) * 3",
            "-2 ** 2",
            "2 ** -1",
            "2 ** 3 ** 2",
            "7 // -2",
            "-7 % 3",
            "7 / 2",
            "6 / 3",
            "not tile_m == 64 and causal",
            "1 < 2 < 3",
            "3 > 2 > 2",
            "5 if causal else 4",
            "causal ? 5 : 4",
            "tile_m in [32, 64]",
            "tile_m not in [32, 64]",
            "tile_m ∉ {32, 64}",
            "causal => tile_m ≥ 32",
            "false => 1 == 0 => true",
            "!causal || tile_m <= 64 && tile_n != 1",
            "2 ^ 10",
            "1 - 2 - 3",
            "t.speedup < 0.5 && t.tflops < 50.0",
            "h[1] + h[0]",
            "[0..3, 9]",
            "0..3",
            "softmax_scheme == online",
            "softmax_scheme not in [naive, online]",
            "row_sum([[0.5, 0.5], [1.0, 0.0]]) = 1",
            "[[1, 2], [3, 4]] @ [[1], [1]]",
        ],
        expect![[r#"
            1 + 2 * 3 = 7
            (1 + 2) * 3 = 9
            -2 ** 2 = -4
            2 ** -1 = 0.5
            2 ** 3 ** 2 = 512
            7 // -2 = -4
            -7 % 3 = 2
            7 / 2 = 3.5
            6 / 3 = 2.0
            not tile_m == 64 and causal = false
            1 < 2 < 3 = true
            3 > 2 > 2 = false
            5 if causal else 4 = 5
            5 if causal else 4 = 5
            tile_m in [32, 64] = true
            tile_m not in [32, 64] = false
            tile_m not in [32, 64] = false
            causal => tile_m >= 32 = true
            false => 1 == 0 => true = true
            not causal or tile_m <= 64 and tile_n != 1 = true
            2 ** 10 = 1024
            1 - 2 - 3 = -4
            t.speedup < 0.5 and t.tflops < 50.0 = true
            h[1] + h[0] = 30
            [0..3, 9] = [0, 1, 2, 3, 9]
            0..3 = 0..3
            softmax_scheme == online = true
            softmax_scheme not in [naive, online] = false
            row_sum([[0.5, 0.5], [1.0, 0.0]]) == 1 = true
            [[1, 2], [3, 4]] @ [[1], [1]] = [[3], [7]]
        "#]],
    );
}

#[test]
fn quantities_keep_their_units() {
    table(
        &[
            "900 GB/s * 1 ms",
            "12GB <= 12 GiB",
            "989 TFLOPS / 4800 GB/s",
            "64 KiB // 1 KiB",
            "64 KiB / 4 B",
            "tile_m * tile_n * bytes_of(dtype) <= 48 KiB",
            "5.2ms == 5200 us",
            "24h",
            "12GB > 3",
            "1 GB + 1 s",
            "sqrt(4 B * 1 B)",
            "1 GHz * 1 s",
            "700 W * 2 s",
            "2 * 3 KB",
            "bytes_of('fp7')",
            "-3 GB",
            "max(1 KB, 1 KiB)",
        ],
        expect![[r#"
            900 GB/s * 1 ms = 900 MB
            12 GB <= 12 GiB = true
            989 TFLOPS / 4800 GB/s = 206.04166666666666 FLOP/B
            64 KiB // 1 KiB = 64.0
            64 KiB / 4 B = 16384.0
            tile_m * tile_n * bytes_of(dtype) <= 48 KiB = true
            5.2 ms == 5200 us = true
            24 h = 24 h
            12 GB > 3 !! unit-mismatch 0..8: `>` mixes bytes and a plain number
            1 GB + 1 s !! unit-mismatch 0..10: `+` mixes bytes and a time
            sqrt(4 B * 1 B) = 2 B
            1 GHz * 1 s = 1000000000.0
            700 W * 2 s = 1400 J
            2 * 3 KB = 6 kB
            bytes_of("fp7") !! domain-error 0..15: `fp7` is not a dtype
            -3 GB = -3 GB
            max(1 KB, 1 KiB) = 1 KiB
        "#]],
    );
}

#[test]
fn errors_say_where_and_why() {
    table(
        &[
            "1 +",
            "(1 + 2",
            "f(1, 2",
            "[1, 2",
            "1 2",
            "tile_m tile_n",
            "12QB",
            "9223372036854775808",
            "1e999",
            "0x",
            "1__",
            "\"abc",
            "a $ b",
            "()",
            "",
            "not",
            "tile_m and",
            "forall : 1",
            "forall i in 0..3 i",
            "tile_q >= 3",
            "cdib(3, 4)",
            "cdiv(3)",
            "1 / 0",
            "1 % 0",
            "9223372036854775807 + 1",
            "-9223372036854775808 // -1",
            "10 ** 400",
            "2.0 ** 5000",
            "log2(0)",
            "sqrt(-1)",
            "h[3]",
            "h[-1]",
            "h + 1",
            "1 == \"a\"",
            "not \"a\"",
            "\"a\" in 3",
            "forall i: i > 0",
            "forall i in 0..100000000: i >= 0",
            "min([])",
            "(-2) ** 0.5",
            "exp(1000)",
            "\"a\" < 1",
            "tile_m.x",
        ],
        expect![[r#"
            expected-expression 3..3: the formula ends where a value is expected
            unclosed-bracket 6..6: `(` is not closed: the formula ends where `)` is expected
            unclosed-bracket 6..6: `(` is not closed: the formula ends where `)` is expected
            unclosed-bracket 5..5: `[` is not closed: the formula ends where `]` is expected
            text-after-formula 2..3: `2` does not continue the formula before it
            text-after-formula 7..13: `tile_n` does not continue the formula before it
            unknown-unit 0..4: `QB` is not a unit
            bad-number 0..19: `9223372036854775808` is not a number
            bad-number 0..5: `1e999` is not a number
            unknown-unit 0..2: `x` is not a unit
            bad-number 0..3: `1__` is not a number
            unclosed-text 0..4: this text has no closing quote
            expected-expression 2..3: `$` stands where an operator is expected
            expected-expression 0..2: there is nothing in these parentheses
            expected-expression 0..0: the formula ends where a value is expected
            expected-expression 3..3: the formula ends where a value is expected
            expected-expression 10..10: the formula ends where a value is expected
            text-after-formula 7..8: `:` does not continue the formula before it
            expected-expression 17..18: `i` stands where `:` and what holds is expected
            tile_q >= 3 !! unknown-name 0..6: nothing is called `tile_q` here
            cdib(3, 4) !! unknown-function 0..4: there is no function `cdib`
            cdiv(3) !! wrong-argument-count 0..7: `cdiv` takes 2 arguments and has 1 here
            1 / 0 !! division-by-zero 0..5: this divides by zero
            1 % 0 !! division-by-zero 0..5: this divides by zero
            9223372036854775807 + 1 !! arithmetic-overflow 0..23: 9223372036854775807 + 1 is out of range
            -9223372036854775808 // -1 !! arithmetic-overflow 0..26: -9223372036854775808 // -1 is out of range
            10 ** 400 !! arithmetic-overflow 0..9: 10 ** 400 is out of range
            2.0 ** 5000 !! arithmetic-overflow 0..11: 2.0 ** 5000.0 is out of range
            log2(0) !! domain-error 0..7: the logarithm of 0.0 is not defined
            sqrt(-1) !! domain-error 0..8: the square root of -1 is not a real number
            h[3] !! index-out-of-range 0..4: there is no element 3 in a list of 3
            h[-1] !! index-out-of-range 0..5: there is no element -1 in a list of 3
            h + 1 !! type-mismatch 0..5: `+` needs numbers, and this is a list
            1 == "a" !! type-mismatch 0..8: `==` compares a plain number with a text
            not "a" !! type-mismatch 4..7: this is a text and not true or false
            "a" in 3 !! type-mismatch 0..8: `in` needs a list on its right, and this is a plain number
            forall i: i > 0 !! unknown-domain 7..8: the values of `i` are not known
            forall i in 0..100000000: i >= 0 !! evaluation-too-long 12..24: this takes too long to evaluate
            min([]) !! domain-error 0..7: an empty list has no least and no greatest element
            (-2) ** 0.5 !! domain-error 0..11: -2.0 to the power of 0.5 is not a real number
            exp(1000) !! arithmetic-overflow 0..9: exp(1000.0) is out of range
            "a" < 1 !! type-mismatch 0..7: `<` compares a text with a plain number
            tile_m.x !! unknown-name 0..8: nothing is called `tile_m.x` here
        "#]],
    );
}

#[test]
fn the_seed_invariant_is_evaluated_on_a_matrix() {
    let options = Options { allow_equals: true, ..Options::default() };
    let text = "for all i,j: j>i => attention_weight(i,j)=0";
    let expr = parse_with(text, 0, options).expr.unwrap();
    let holds = |rows: &[[f64; 3]; 3]| {
        let mut env = BTreeMap::new();
        env.insert("attention_weight".to_owned(), Value::matrix(rows));
        check(&expr, &env, Limits::default()).unwrap()
    };
    let causal = holds(&[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]);
    assert!(causal.holds && causal.witness.is_empty());
    let leaky = holds(&[[1.0, 0.0, 0.0], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]]);
    assert!(!leaky.holds);
    assert_eq!(leaky.witness, [("i".to_owned(), Value::Int(1)), ("j".to_owned(), Value::Int(2))]);
    let without = check(&expr, &Empty, Limits::default()).unwrap_err();
    assert_eq!(without.code.0, "unknown-domain");
}

#[test]
fn quantifiers_give_witnesses() {
    let verdict = |text: &str| {
        let expr = parse(text, 0).expr.unwrap();
        let v = check(&expr, &env(), Limits::default()).unwrap();
        let witness: Vec<String> = v.witness.iter().map(|(n, v)| format!("{n}={v}")).collect();
        format!("{} {}", v.holds, witness.join(" "))
    };
    assert_eq!(verdict("exists i in 0..9: i * i == 49"), "true i=7");
    assert_eq!(verdict("forall i in 1..5: exists j in 1..3: j * j >= i"), "true ");
    assert_eq!(verdict("∀ i, j ∈ 0..4 : i + j < 8"), "false i=4 j=4");
    assert_eq!(verdict("forall i: h[i] >= 20"), "false i=0");
    assert_eq!(verdict("forall i in []: false"), "true ");
}

#[test]
fn prose_is_told_from_formulas() {
    let classes: Vec<String> = [
        "online",
        "tile_m",
        "64",
        "\"a\"",
        "and/or",
        "per-token",
        "reads in parallel",
        "speed and memory",
        "not reliable",
        "is_memory_bound and not is_compute_bound",
        "5 if causal else 4",
        "tile_m",
        "a - b",
        "n-1",
        "x in [1, 2]",
        "f(x)",
        "h[l]",
        "[1, 2]",
        "12GB",
        "CE(logits(t+1)) <= CE(logits(t))",
        "read and write",
        "0..4",
        "a => b",
        "train/test",
    ]
    .iter()
    .map(|t| format!("{t}: {:?}", parse(t, 0).formality))
    .collect();
    expect![[r#"
        online: Name
        tile_m: Name
        64: Value
        "a": Value
        and/or: Words
        per-token: Words
        reads in parallel: Words
        speed and memory: Words
        not reliable: Words
        is_memory_bound and not is_compute_bound: Formula
        5 if causal else 4: Formula
        tile_m: Name
        a - b: Formula
        n-1: Formula
        x in [1, 2]: Formula
        f(x): Formula
        h[l]: Formula
        [1, 2]: Value
        12GB: Value
        CE(logits(t+1)) <= CE(logits(t)): Formula
        read and write: Words
        0..4: Formula
        a => b: Formula
        train/test: Words
    "#]]
    .assert_eq(&(classes.join("\n") + "\n"));
}

#[test]
fn the_formula_before_prose_is_found() {
    let lines: Vec<String> = [
        "tile_q >= 128 causes register spill",
        "tile_q = 64 optimal",
        "steps>8 and no curriculum => gradient explosion",
        "halt_regularization absent => constant depth usage",
        "dQ,dK,dV consistent with stored LSE",
        "model executes iterative refinement",
        "not a feature extractor",
        "accuracy stable across digit length",
        "logits - max(logits) to prevent overflow",
        "x < 5 or (see below)",
        "p(t) > τ stops",
        "stop when p(t) > τ",
        "for all i,j: j>i => attention_weight(i,j)=0",
        "self-attention uses 3 heads",
        "a < b < much more",
        "x = x_residual + block(rmsnorm(x))",
        "digits <= 4",
        "entropy < previous entropy",
        "12GB of memory",
        "tile_m >= 64, then it spills",
        "if c then",
        "speedup >= 1.2 (measured)",
        "{{var}} > 5",
    ]
    .iter()
    .map(|t| {
        let options = Options { allow_equals: true, ..Options::default() };
        match parse_prefix(t, 0, options) {
            Some(p) => format!("{} | {}", p.expr, p.rest.slice(t)),
            None => format!("prose: {t}"),
        }
    })
    .collect();
    expect![[r#"
        tile_q >= 128 | causes register spill
        tile_q == 64 | optimal
        steps > 8 | and no curriculum => gradient explosion
        prose: halt_regularization absent => constant depth usage
        prose: dQ,dK,dV consistent with stored LSE
        prose: model executes iterative refinement
        prose: not a feature extractor
        prose: accuracy stable across digit length
        logits - max(logits) | to prevent overflow
        x < 5 | or (see below)
        p(t) > τ | stops
        prose: stop when p(t) > τ
        forall i, j: j > i => attention_weight(i, j) == 0 | 
        prose: self-attention uses 3 heads
        prose: a < b < much more
        x == x_residual + block(rmsnorm(x)) | 
        digits <= 4 | 
        prose: entropy < previous entropy
        prose: 12GB of memory
        tile_m >= 64 | , then it spills
        prose: if c then
        speedup >= 1.2 | (measured)
        prose: {{var}} > 5
    "#]]
    .assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn products_may_be_juxtaposed_when_allowed() {
    let options = Options { allow_equals: true, implicit_multiplication: true };
    let read = |text| parse_with(text, 0, options).expr.map(|e| print(&e));
    assert_eq!(read("L_total = L_token + λ L_halt").unwrap(), "L_total == L_token + λ * L_halt");
    assert_eq!(read("2 B T").unwrap(), "2 * B * T");
    assert!(parse("λ L_halt", 0).expr.is_none());
    // Words after a formula are no factors.
    let prefix = parse_prefix("tile_q >= 128 causes register spill", 0, options).unwrap();
    assert_eq!(print(&prefix.expr), "tile_q >= 128");
    assert!(parse_prefix("model executes x_iterative y_refinement", 0, options).is_none());
}

#[test]
fn an_aggregation_takes_the_product_after_it() {
    let options = Options { allow_equals: true, implicit_multiplication: true };
    let read = |text| parse_with(text, 0, options).expr.map(|e| print(&e));
    let shown = |text| read(text).unwrap();
    assert_eq!(
        shown("L_token = mean_t CrossEntropy(logits(t), target)"),
        "L_token == mean_t(CrossEntropy(logits(t), target))"
    );
    assert_eq!(shown("y = sum_i w_i x_i + b"), "y == sum_i(w_i * x_i) + b");
    assert_eq!(shown("m = max_j (a - b) / 2"), "m == max_j((a - b) / 2)");
    assert_eq!(shown("mean_t < 3"), "mean_t < 3");
    // What it would take is no formula: it stays a name, and the words stay words.
    let prefix = parse_prefix("p > max_j (see below)", 0, options).unwrap();
    assert_eq!(print(&prefix.expr), "p > max_j");
    let prefix = parse_prefix("tile_q >= min_q causes register spill", 0, options).unwrap();
    assert_eq!(print(&prefix.expr), "tile_q >= min_q");
    assert_eq!(read("max_steps exceed"), None);
    assert_eq!(shown("m = 0.9 m(t) + 0.1 mean(h)"), "m == 0.9 * m(t) + 0.1 * mean(h)");
    assert_eq!(shown("L = Σ_t w(t)"), "L == Σ_t(w(t))");
    // No formula ends within an expression.
    for text in ["P(t) = sum_{s<=t} p(s)", "L = - mean_t log p(t)", "L = -1/T * sum_t log p(y | x)"]
    {
        assert!(parse_prefix(text, 0, options).is_none(), "{text}");
    }
}

#[test]
fn the_order_of_alternatives_counts_in_arguments() {
    let normal = |text| print(&spak_expr::normal(&parse(text, 0).expr.unwrap()));
    assert_ne!(normal("KL(p || q)"), normal("KL(q || p)"));
    assert_eq!(normal("p || q"), normal("q || p"));
}

#[test]
fn an_aggregation_ranges_over_what_its_variable_indexes() {
    let options = Options { allow_equals: true, implicit_multiplication: true };
    let mut env = env();
    env.insert("w".to_owned(), Value::from(vec![1_i64, 2, 3]));
    env.insert("p".to_owned(), Value::matrix(&[[0.5, 0.5], [0.25, 0.75]]));
    let value = |text: &str| {
        let expr = parse_with(text, 0, options).expr.unwrap();
        eval(&expr, &env).map(|v| v.to_string()).map_err(|d| d.code.0)
    };
    assert_eq!(value("sum_i w(i) h(i)").as_deref(), Ok("140"));
    assert_eq!(value("mean_i w(i)").as_deref(), Ok("2.0"));
    assert_eq!(value("prod_i w(i) + 1").as_deref(), Ok("7"));
    assert_eq!(value("max_j (h[j] - w[j])").as_deref(), Ok("27"));
    assert_eq!(value("for all i: sum_j p(i, j) = 1").as_deref(), Ok("true"));
    assert_eq!(value("sum_i f(i)"), Err("unknown-domain"));
    let expr = parse_with("L = mean_t CrossEntropy(logits(t), target)", 0, options).expr.unwrap();
    let names: Vec<String> = spak_expr::free_names(&expr).into_iter().collect();
    assert_eq!(names, ["L", "target"]);
}
