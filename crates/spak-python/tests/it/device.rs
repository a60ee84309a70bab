//! Kernels: what their values are made from.

use expect_test::{Expect, expect};

use crate::support::{kernel, read, read_files};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&kernel(&read(text), "k"));
}

#[test]
fn calls_have_the_labels_of_their_api_and_defaults_are_not_printed() {
    check(
        r#"
import cuda.tile as ct

@ct.kernel
def k(x, y, N: ct.Constant[int]):
    tile = ct.load(x, index=(ct.bid(0), 0), shape=(1, N), latency=3)
    ct.store(y, (ct.bid(0), 0), tile.astype(y.dtype))
"#,
        expect![[r#"
            %0 = parameter[x]()
            %1 = parameter[y]()
            %2 = parameter[N]()
            %3 = block_id(axis=0)
            %4 = tuple(0=%3, 1=0)
            %5 = tuple(0=1, 1=%2)
            %6 = load(array=%0, index=%4, shape=%5, latency=3, path="tile")
            %7 = block_id(axis=0)
            %8 = dtype_of(array=%1)
            %9 = cast(a=%6, dtype=%8)
            %10 = tuple(0=%7, 1=0)
            %11 = store(array=%1, index=%10, value=%9, path="tile")
        "#]],
    );
}

#[test]
fn what_a_loop_changes_is_carried() {
    check(
        r#"
import cuda.tile as ct

@ct.kernel
def k(x, y, T: ct.Constant[int]):
    total = ct.full((T,), 0.0, dtype=ct.float32)
    scale = 2.0
    for j in range(ct.cdiv(x.shape[0], T)):
        tile = ct.load(x, index=(j,), shape=(T,))
        total = total + tile * scale
    ct.store(y, index=(0,), tile=total)
"#,
        expect![[r#"
            %0 = parameter[x]()
            %1 = parameter[y]()
            %2 = parameter[T]()
            %3 = tuple(0=%2)
            %4 = full(shape=%3, value=0, dtype=f32)
            %5 = extent(array=%0, axis=0)
            %6 = cdiv(a=%5, b=%2)
            %7 = call[range](start=0, stop=%6, step=1)
              %8 = carried(init=%4, next=%9)
              %10 = induction(start=0, stop=%6, step=1)
              %11 = tuple(0=%10)
              %12 = tuple(0=%2)
              %13 = load(array=%0, index=%11, shape=%12, path="tile")
              %14 = mul(a=%13, b=2)
              %9 = add(a=%8, b=%14)
            %15 = tuple(0=0)
            %16 = store(array=%1, index=%15, value=%8, path="tile")
        "#]],
    );
}

#[test]
fn a_branch_that_is_not_decided_is_a_choice_and_one_that_is_is_not() {
    check(
        r#"
import cuda.tile as ct
FAST = True

@ct.kernel
def k(x, y, CAUSAL: ct.Constant[bool]):
    t = ct.load(x, index=(0,), shape=(8,))
    if FAST:
        t = ct.exp2(t)
    else:
        t = ct.exp(t)
    if CAUSAL:
        u = t + 1
        if not CAUSAL:
            u = t + 2
    else:
        u = t
    ct.store(y, index=(0,), tile=u)
"#,
        expect![[r#"
            %0 = parameter[x]()
            %1 = parameter[y]()
            %2 = parameter[CAUSAL]()
            %3 = tuple(0=0)
            %4 = tuple(0=8)
            %5 = load(array=%0, index=%3, shape=%4, path="tile")
            %6 = exp2(a=%5)
            %7 = add(a=%6, b=1) if %2
            %8 = choice(condition=%2, then=%7, otherwise=%6)
            %9 = tuple(0=0)
            %10 = store(array=%1, index=%9, value=%8, path="tile")
        "#]],
    );
}

/// The same kernel, written in other ways.
#[test]
fn spelling_does_not_matter() {
    let plain = r#"
import math
import cuda.tile as ct

@ct.kernel
def k(x, y, N: ct.Constant[int], scale: float):
    t = ct.load(x, index=(ct.bid(0), 0), shape=(1, N), padding_mode=ct.PaddingMode.ZERO)
    t = ct.truediv(t, 2.0, rounding_mode=ct.RoundingMode.APPROX) * (scale * (1.0 / math.log(2)))
    t = ct.maximum(t, 0.0)
    ct.store(y, index=(ct.bid(0), 0), tile=t.astype(ct.float16))
"#;
    let helper = r#"
from cuda.tile import RoundingMode as RM, load as fetch, kernel, Constant
import cuda.tile
from math import log
PAD = cuda.tile.PaddingMode.ZERO
LOG2E = 1.0 / log(2)
Int = Constant[int]

def divided(value, by, how=RM.APPROX):
    return cuda.tile.truediv(value, by, rounding_mode=how)

def finish(where, at, value):
    half = cuda.tile.float16
    cuda.tile.store(where, at, value.astype(half))

@kernel()
def k(source, target, width: Int, factor: float):
    """Words, which mean nothing: ct.exp(x)."""
    block = lambda axis: cuda.tile.bid(axis)
    row = fetch(source, (block(0), 0), (1, width), padding_mode=PAD)
    row = divided(row, 2.0) * (factor * LOG2E)
    row = max(row, 0.0)
    finish(target, (block(0), 0), row)
"#;
    let strip = |text: &str| {
        let text = kernel(&read(text), "k");
        let lines = text.lines().filter(|line| !line.contains("parameter["));
        lines.map(|line| line.to_owned() + "\n").collect::<String>()
    };
    let (left, right) = (strip(plain), strip(helper));
    let mut sorted = [left.lines().collect::<Vec<_>>(), right.lines().collect::<Vec<_>>()];
    // Block numbers are asked for in another order.
    for lines in &mut sorted {
        *lines = lines.iter().map(|line| line.split(" = ").nth(1).unwrap_or("")).collect();
        lines.retain(|line| !line.starts_with("block_id") && !line.contains('%'));
        lines.sort_unstable();
    }
    assert_eq!(sorted[0], sorted[1]);
    let count = |text: &str, op: &str| text.matches(&format!(" = {op}(")).count();
    for op in ["load", "div", "mul", "max", "cast", "store", "block_id"] {
        assert_eq!(count(&left, op), count(&right, op), "{op}");
    }
}

#[test]
fn functions_of_other_files_are_followed() {
    let reading = read_files(&[
        (
            "pack.kernels",
            r#"
import cuda.tile as ct
from .helpers import half

@ct.kernel
def k(x, y):
    ct.store(y, index=(0,), tile=half(ct.load(x, index=(0,), shape=(8,))))
"#,
        ),
        ("pack.helpers", "def half(value):\n    return value * 0.5\n"),
    ]);
    let text = kernel(&reading.program, "k");
    assert!(text.contains(" = mul(a=%") && text.contains(", b=0.5)"), "{text}");
    assert_eq!(reading.program.kernels[0].inlined[0].0, "half");
}
