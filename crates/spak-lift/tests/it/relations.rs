//! Relations, each on the smallest program that shows it.

use spak_lift::RELATIONS;
use spak_program::{
    Config, Configs, ConfigsId, Constant, Hint, Op, ParameterKind, ScopeId, Strategy,
};

use crate::support::{Builder, find, holds, site};

#[test]
fn the_table_is_complete() {
    for relation in RELATIONS {
        assert!(!relation.meaning.is_empty() && !relation.arguments.is_empty());
        let same = RELATIONS.iter().filter(|r| r.name == relation.name).count();
        assert_eq!(same, 1, "{}", relation.name);
    }
}

#[test]
fn loops() {
    let mut b = Builder::new();
    let (x, n) = (b.array("x"), b.int(8));
    let zero = b.int(0);
    let i = b.open(zero, n);
    let acc = b.carried(zero);
    let outer = b.one(Op::Exp, i);
    let j = b.open(i, n);
    let inner = b.one(Op::Log, j);
    b.close();
    let sum = b.two(Op::Add, acc, inner);
    b.next(acc, sum);
    b.close();
    let free = b.one(Op::Sqrt, x);
    let p = &b.program;
    assert!(holds(p, "e == exp(_) and inside(e, l) and g == log(_) and inside(g, l)"));
    assert!(!holds(
        p,
        "e == exp(_) and directly_inside(e, l) and g == log(_) and directly_inside(g, l)"
    ));
    assert!(holds(
        p,
        "e == exp(_) and directly_inside(e, l) and g == log(_) and inside(g, m) and inside(m, l)"
    ));
    assert!(holds(p, "s == sqrt(_) and loop(l) and outside(s, l)"));
    assert!(holds(p, "g == log(_) and depth(g, 2) and e == exp(_) and depth(e, 1)"));
    assert!(holds(p, "start(l, 0) and stop(l, 8) and step(l, 1) and loop_kind(l, \"range\")"));
    assert!(holds(p, "induction(l, i) and start(m, i) and l != m"));
    assert!(holds(p, "carried(v, l, 0, v + g) and g == log(_)"));
    assert!(holds(p, "v == carried(0, v + _)"));
    assert!(holds(p, "e == exp(_) and g == log(_) and inside(g, l) and invariant(e, l)"));
    assert!(!holds(p, "e == exp(_) and directly_inside(e, l) and invariant(e, l)"));
    assert!(holds(p, "inside(m, l) and inside(x, m) and x == log(_)"));
    let _ = (outer, free);
}

#[test]
fn slices() {
    let mut b = Builder::new();
    let (x, y) = (b.array("x"), b.array("y"));
    let zero = b.int(0);
    let i = b.block_id(0);
    b.open(zero, i);
    let acc = b.carried(zero);
    let load = b.load(x, &[i]);
    let sum = b.two(Op::Add, acc, load);
    b.next(acc, sum);
    b.close();
    b.one(Op::Sqrt, acc);
    b.one(Op::Exp, y);
    let p = &b.program;
    assert!(holds(p, "s == sqrt(_) and depends(s, l) and l == load()"));
    assert!(holds(p, "s == sqrt(_) and depends(s, i) and i == block_id()"));
    assert!(!holds(p, "s == sqrt(_) and made_of(s, i) and i == block_id()"));
    assert!(holds(p, "s == sqrt(_) and made_of(s, x) and name(x, \"x\")"));
    assert!(!holds(p, "s == sqrt(_) and depends(s, e) and e == exp(_)"));
    assert!(holds(p, "s == sqrt(_) and feeds(l, s) and l == load()"));
    assert!(holds(p, "s == sqrt(_) and depends(s, load())"));
    assert!(holds(p, "l == load() and feeds(i, l) and i == block_id()"));
    assert!(holds(p, "e == exp(v) and depends(e, v) and depends(e, e)"));
    assert!(holds(p, "unused(e) and e == exp(_)") || !holds(p, "e == exp(_) and unused(e)"));
    assert!(holds(p, "e == exp(_) and unused(e)"));
    assert!(!holds(p, "l == load() and unused(l)"));
    assert!(holds(p, "l == load() and e == exp(_) and before(l, e) and not before(e, l)"));
}

#[test]
fn known_values() {
    let mut b = Builder::new();
    let x = b.array("x");
    let c = b.float(std::f64::consts::LOG2_E + 1e-8);
    let n = b.one(Op::Neg, c);
    let inf = b.float(f64::NEG_INFINITY);
    let t = b.constant(Constant::Text("tile".to_owned()));
    b.two(Op::Mul, x, n);
    b.two(Op::Max, x, inf);
    b.node(Op::Extent, &[("array", x), ("axis", t)]);
    let p = &b.program;
    assert!(holds(p, "_ == x * c and near(c, -1.4426950408889634)"));
    assert!(!holds(p, "_ == x * c and near(c, -1.4427)"));
    assert!(holds(p, "_ == max(_, c) and is_inf(c) and number(c, n) and n < 0"));
    assert!(holds(p, "e == extent(_, t) and text(t, \"tile\") and is_known(t)"));
    assert!(!holds(p, "e == extent(x, _) and is_known(x)"));
    assert!(holds(p, "f == x * _ and factor(f, c) and is_known(c)"));
    assert!(holds(p, "f == max(_, _) and operation(f, \"max\")"));
}

#[test]
fn operands() {
    let mut b = Builder::new();
    let (x, y, z) = (b.array("x"), b.array("y"), b.array("z"));
    let (e, l) = (b.one(Op::Exp, x), b.one(Op::Log, y));
    let s = b.two(Op::Sub, e, l);
    let t = b.two(Op::Add, s, z);
    b.one(Op::Sqrt, t);
    let again = b.one(Op::Exp, x);
    b.one(Op::Rsqrt, again);
    let p = &b.program;
    assert!(holds(
        p,
        "q == sqrt(t) and addend(t, e) and e == exp(_) and addend(t, l) and l == log(_)"
    ));
    assert!(holds(p, "r == rsqrt(a) and q == sqrt(t) and addend(t, b) and same(a, b) and a != b"));
    assert!(!holds(p, "q == sqrt(a) and r == rsqrt(b) and same(a, b)"));
}

#[test]
fn parameters_and_arguments() {
    let mut b = Builder::new();
    let a = b.array("A");
    let tile = b.parameter("TILE", ParameterKind::Constexpr);
    let load = b.load(a, &[]);
    b.given(load, "latency", tile);
    b.node(Op::Store, &[("array", a), ("value", load)]);
    let p = &b.program;
    assert!(holds(p, "constexpr(x) and name(x, \"TILE\")"));
    assert!(holds(p, "runtime(x) and x == parameter(\"A\") and parameter(x)"));
    assert!(!holds(p, "runtime(x) and name(x, \"TILE\")"));
    assert!(holds(p, "l == load() and array_of(l, x) and runtime(x)"));
    assert!(holds(p, "l == load() and given(l, \"latency\", v) and constexpr(v)"));
    assert!(holds(p, "l == load() and absent(l, \"mask\") and not absent(l, \"latency\")"));
    assert!(holds(
        p,
        "l == load() and argument(l, label, v) and constexpr(v) and label == \"latency\""
    ));
    assert!(holds(p, "effect(s) and s == store(value=load())"));
}

#[test]
fn launches() {
    let mut b = Builder::new();
    let a = b.array("A");
    b.parameter("EVEN", ParameterKind::Constexpr);
    b.load(a, &[]);
    b.on_host(true);
    let n = b.node(Op::Machine, &[]);
    let (tile, two) = (b.int(64), b.int(2));
    let rest = b.two(Op::Mod, n, tile);
    let zero = b.int(0);
    let even = b.two(Op::Equal, rest, zero);
    let grid = b.two(Op::CeilDiv, n, tile);
    let array = b.node(Op::Alloc, &[]);
    b.launch(&[array, even], &[grid]);
    b.on_host(false);
    b.program.launches[0].hints.push(Hint {
        name: "occupancy".to_owned(),
        value: two,
        site: site(1),
    });
    b.program.launches[0].configs = Some(ConfigsId(0));
    b.program.configs.push(Configs {
        configs: vec![Config {
            fields: vec![("TILE_M".to_owned(), tile)],
            conditions: Vec::new(),
            site: site(2),
        }],
        strategy: Strategy::First,
        key: vec![n],
        options: Vec::new(),
        site: site(3),
        scope: ScopeId(1),
    });
    let p = &b.program;
    // The value is the host's, and is not looked for among those of the kernel.
    assert!(holds(p, "launch(l, k) and constexpr(q) and bound(l, q, v) and v == eq(_ % 64, 0)"));
    assert!(holds(p, "launch(l, k) and bound(l, \"EVEN\", v) and v == eq(_, 0)"));
    assert!(holds(p, "launch(l, k) and grid(l, 0, v) and v == cdiv(n, 64) and cache_key(l, n)"));
    assert!(holds(p, "launch(l, k) and bound(l, _, v) and depends(v, n) and n == machine()"));
    assert!(holds(p, "launch(l, _) and hint(l, \"occupancy\", 2) and strategy(l, \"first\")"));
    assert!(holds(p, "launch(l, _) and config(l, \"TILE_M\") and config_value(l, \"TILE_M\", 64)"));
    assert!(!holds(p, "launch(l, _) and config(l, \"TILE_N\")"));
    assert!(!holds(p, "launch(l, _) and trial(l)"));
    assert!(!holds(p, "kernel(k) and hint(k, _, _)"));
    assert_eq!(find(p, "launch(l, k)").len(), 1);
    assert!(holds(p, "kernel(k) and language(k, \"cutile\")"));
}

#[test]
fn types_and_shapes() {
    let mut b = Builder::new();
    let a = b.array("A");
    let f32 = b.constant(Constant::Dtype("f32".to_owned()));
    let (zero, m, n) = (b.float(0.0), b.int(128), b.int(64));
    let shape = b.tuple(&[m, n]);
    let acc = b.node(Op::Full, &[("value", zero), ("shape", shape), ("dtype", f32)]);
    let load = b.load(a, &[]);
    let product = b.node(Op::Mma, &[("a", load), ("b", load), ("acc", acc)]);
    b.one(Op::Exp, product);
    let p = &b.program;
    assert!(holds(p, "m == mma() and dtype(m, \"f32\")"));
    assert!(holds(p, "e == exp(_) and dtype(e, d) and d == \"f32\" and shape_dim(e, 1, 64)"));
    assert!(holds(p, "l == load() and dtype_like(l, q) and name(q, \"A\")"));
    assert!(!holds(p, "l == load() and dtype(l, _)"));
}

#[test]
fn functions_of_the_source() {
    let mut b = Builder::new();
    let x = b.array("x");
    let e = b.one(Op::Exp, x);
    b.one(Op::Log, x);
    let place = b.program.nodes[e.index()].site;
    b.program.kernels[0].inlined.push(("part".to_owned(), place));
    let p = &b.program;
    assert!(holds(p, "kernel(k) and inlined(k, \"part\")"));
    assert!(!holds(p, "kernel(k) and inlined(k, \"whole\")"));
    assert!(holds(p, "x == exp(_) and written_in(x, \"part\")"));
    assert!(!holds(p, "x == log(_) and written_in(x, _)"));
}
