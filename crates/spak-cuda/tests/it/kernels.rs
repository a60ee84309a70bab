//! Kernels: threads become axes of tiles, loops over tiles become operations on them.

use spak_program::{LoopKind, Op};

use crate::support::{of, read, read_files};

#[test]
fn a_sum_over_threads_is_one_reduction_however_it_is_written() {
    let ways = [
        // Shuffles in a loop.
        "for (int s = 16; s > 0; s >>= 1) v += __shfl_xor_sync(~0u, v, s);",
        // Shuffles by recursion.
        "v = All<16>::run(v);",
        // A tree in shared memory.
        "t[threadIdx.x] = v; __syncthreads();
         for (int s = blockDim.x / 2; s > 0; s >>= 1) {
             if (threadIdx.x < s) t[threadIdx.x] += t[threadIdx.x + s];
             __syncthreads();
         }
         v = t[0];",
    ];
    for way in ways {
        let text = format!(
            "template <int N> struct All {{ static __device__ float run(float x) {{
                 x = x + __shfl_xor_sync(~0u, x, N); return All<N / 2>::run(x); }} }};
             template <> struct All<1> {{ static __device__ float run(float x) {{
                 return x + __shfl_xor_sync(~0u, x, 1); }} }};
             __global__ void k(const float* a, float* b) {{
                 __shared__ float t[256];
                 float v = a[threadIdx.x];
                 {way}
                 b[blockIdx.x] = v;
             }}"
        );
        let program = read(&text);
        let sums = of(&program, Op::ReduceSum);
        assert_eq!(sums.len(), 1, "{way}");
        let stores = of(&program, Op::Store);
        let stored = stores.first().and_then(|store| store.argument("value"));
        assert_eq!(stored.map(|id| program.op(id)), Some(Op::ReduceSum), "{way}");
        assert_eq!(of(&program, Op::Load).len(), 1, "{way}");
    }
}

#[test]
fn a_loop_over_memory_stays_a_loop_and_one_over_registers_is_the_tile() {
    let program = read(
        "__global__ void k(const float* a, float* b, int n) {
             float v[8];
             #pragma unroll
             for (int i = 0; i < 8; ++i) v[i] = 0.f;
             for (int at = threadIdx.x; at < n; at += blockDim.x)
                 for (int i = 0; i < 8; ++i) v[i] += a[at * 8 + i];
             float top = -INFINITY;
             for (int i = 0; i < 8; ++i) top = v[i] > top ? v[i] : top;
             b[threadIdx.x] = top;
         }",
    );
    assert_eq!(program.loops.len(), 1);
    assert!(program.loops.iter().all(|found| found.kind == LoopKind::Range));
    let carried = of(&program, Op::Carried);
    assert_eq!(carried.len(), 1);
    let next = carried.first().and_then(|node| node.argument("next"));
    assert_eq!(next.map(|id| program.op(id)), Some(Op::Add));
    assert_eq!(of(&program, Op::ReduceMax).len(), 1);
}

#[test]
fn products_whose_sides_vary_with_different_things_are_products_of_matrices() {
    let text = |product: &str| {
        format!(
            "__global__ void k(const float* a, const float* b, float* c, int n) {{
                 int row = blockIdx.y * blockDim.y + threadIdx.y;
                 int column = blockIdx.x * blockDim.x + threadIdx.x;
                 float sum = 0;
                 for (int i = 0; i < n; i++) {product};
                 c[row * n + column] = sum;
             }}"
        )
    };
    for product in [
        "sum += a[row * n + i] * b[i * n + column]",
        "sum = sum + a[row * n + i] * b[i * n + column]",
        "sum = fmaf(a[row * n + i], b[i * n + column], sum)",
    ] {
        assert_eq!(of(&read(&text(product)), Op::Mma).len(), 1, "{product}");
    }
    for product in
        ["sum += a[row * n + i] * a[row * n + i]", "sum += a[row * n + i] * b[row * n + i]"]
    {
        assert_eq!(of(&read(&text(product)), Op::Mma).len(), 0, "{product}");
    }
}

#[test]
fn copies_and_instructions_say_how_they_are_made() {
    let program = read(
        "__global__ void k(const float* a, const float* b, float* c) {
             extern __shared__ float s[];
             float* t = s + 1024;
             __pipeline_memcpy_async(&s[threadIdx.x], a + threadIdx.x, 4);
             unsigned p = __cvta_generic_to_shared(&t[threadIdx.x]);
             asm volatile(\"cp.async.cg.shared.global [%0], [%1], 16;\\n\" :: \"r\"(p), \"l\"(b + threadIdx.x));
             asm volatile(\"cp.async.commit_group;\\n\" ::);
             asm volatile(\"cp.async.wait_group %0;\\n\" :: \"n\"(1));
             __syncthreads();
             float x;
             asm(\"ex2.approx.ftz.f32 %0, %1;\" : \"=f\"(x) : \"f\"(s[threadIdx.x]));
             float4 y = reinterpret_cast<const float4*>(b)[threadIdx.x];
             c[threadIdx.x] = x + t[threadIdx.x] + y.x;
         }",
    );
    let paths: Vec<String> = of(&program, Op::Load)
        .iter()
        .filter_map(|load| load.argument("path").map(|path| program.describe(path)))
        .collect();
    assert_eq!(paths, ["\"cp_async\"", "\"cp_async\"", "\"pointer\""]);
    let widths: Vec<String> = of(&program, Op::Load)
        .iter()
        .filter_map(|load| load.argument("width").map(|width| program.describe(width)))
        .collect();
    assert_eq!(widths, ["4"]);
    let names: Vec<&str> = of(&program, Op::Call).iter().filter_map(|call| call.name()).collect();
    assert!(names.contains(&"async_commit") && names.contains(&"async_wait"), "{names:?}");
    let exp = of(&program, Op::Exp2);
    let exp = exp.first().unwrap();
    assert!(exp.given("flush_to_zero").is_some() && exp.given("rounding").is_some());
    // The two parts of shared memory are two arrays.
    let of_exp = exp.argument("a").and_then(|a| program.argument(a, "array"));
    assert_eq!(of_exp.map(|array| program.describe(array)).as_deref(), Some("a"));
}

#[test]
fn includes_macros_and_branches_of_the_preprocessor_are_followed() {
    let reading = read_files(&[
        (
            "src/kernel.cu",
            "#include \"inner/helpers.cuh\"\n#include <cuda_runtime.h>\n#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900\n#define SCALE TWICE(WIDTH)\n#else\n#define SCALE broken(\n#endif\nDEFINE(k) { b[blockIdx.x] = scaled(a[blockIdx.x]) * SCALE; }\n",
        ),
        (
            "src/inner/helpers.cuh",
            "#pragma once\n#define WIDTH 64\n#define TWICE(x) ((x) * 2)\n#define DEFINE(name) __global__ void name(const float* a, float* b)\nstatic __device__ float scaled(float x) { return exp2f(x); }\n",
        ),
    ]);
    assert_eq!(reading.errors, Vec::new());
    let program = reading.program;
    assert_eq!(program.kernels.first().map(|kernel| kernel.name.as_str()), Some("k"));
    assert_eq!(of(&program, Op::Exp2).len(), 1);
    let factor = of(&program, Op::Mul).first().and_then(|mul| mul.argument("b")).unwrap();
    assert_eq!(program.describe(factor), "128");
    let inlined = program.kernels.first().map(|kernel| kernel.inlined.len());
    assert_eq!(inlined, Some(1));
    assert!(program.names.values().any(|(name, site)| name == "WIDTH" && site.file.0 == 1));
}
