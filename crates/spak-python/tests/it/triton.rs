//! Triton: addresses, declared tuning, launches with a grid in brackets.

use expect_test::expect;

use crate::support::{configs, kernel, read};

const SOURCE: &str = r#"
import torch
import triton
import triton.language as tl

@triton.jit
def scaled(value, by):
    return value * by

@triton.heuristics({"EVEN": lambda args: args["n"] % args["BLOCK"] == 0})
@triton.autotune(
    configs=[triton.Config({"BLOCK": b}, num_warps=w) for b in (128, 256) for w in (4, 8)],
    key=["n"],
)
@triton.jit
def k(x_ptr, y_ptr, n, BLOCK: tl.constexpr, EVEN: tl.constexpr = False):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    x = tl.load(x_ptr + offsets, mask=mask, other=0.0)
    tl.store(y_ptr + offsets, scaled(x, 2.0), mask=mask)

def run(x):
    y = torch.empty_like(x)
    n = x.numel()
    grid = lambda meta: (triton.cdiv(n, meta["BLOCK"]),)
    k[grid](x, y, n)
    return y
"#;

#[test]
fn addresses_are_divided_into_array_and_index_and_helpers_are_no_kernels() {
    let program = read(SOURCE);
    assert_eq!(program.kernels.len(), 1);
    expect![[r#"
        %0 = parameter[x_ptr]()
        %1 = parameter[y_ptr]()
        %2 = parameter[n]()
        %3 = parameter[BLOCK]()
        %4 = parameter[EVEN]()
        %5 = block_id(axis=0)
        %6 = mul(a=%5, b=%3)
        %7 = arange(start=0, stop=%3, dtype=i32)
        %8 = add(a=%6, b=%7)
        %9 = lt(a=%8, b=%2)
        %10 = add(a=%0, b=%8)
        %11 = load(array=%0, mask=%9, padding=0, path="pointer", index=%10)
        %12 = add(a=%1, b=%8)
        %13 = mul(a=%11, b=2)
        %14 = store(array=%1, value=%13, mask=%9, path="pointer", index=%12)
    "#]]
    .assert_eq(&kernel(&program, "k"));
}

#[test]
fn declared_tuning_reaches_the_launch() {
    let program = read(SOURCE);
    let listed = configs(&program, 0, (9, 0));
    assert_eq!(listed.len(), 4);
    assert_eq!(listed[1], "BLOCK=128 num_warps=8");
    let [launch] = program.launches.as_slice() else { panic!("{:?}", program.launches) };
    assert!(program.describe(launch.grid[0]).starts_with("cdiv("));
    let names: Vec<String> = program.kernels[0]
        .parameters
        .iter()
        .zip(&launch.arguments)
        .map(|(parameter, value)| {
            format!(
                "{}: {}",
                parameter.name,
                value.map_or("-".to_owned(), |id| program.describe(id))
            )
        })
        .collect();
    assert_eq!(names[3], "BLOCK: BLOCK");
    assert!(names[4].ends_with("% BLOCK == 0"), "{names:?}");
    assert_eq!(launch.hints[0].name, "num_warps");
}
