//! Sources that nobody meant well.

use proptest::prelude::*;

use crate::support::read_files;

#[test]
fn broken_files_are_read_as_far_as_they_can_be() {
    let reading = read_files(&[(
        "test.cu",
        "__global__ void a(float* x) { x[0] = 1; }\n\n\
         __global__ void b(float* x { x[0 = ; } }\n\n\
         __global__ void c(float* x) { x[0] = 3; }\n",
    )]);
    assert!(!reading.errors.is_empty());
    assert!(reading.errors.iter().all(|error| error.span.start > 0));
    let names: Vec<&str> = reading.program.kernels.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"a"), "{names:?}");
}

#[test]
fn every_text_ends() {
    let texts = [
        "__device__ int f(int x) { return f(x + 1) + f(x); } __global__ void k(int* a) { a[0] = f(1); }",
        "template <int N> struct A : A<N + 1> { static constexpr int v = A<N + 1>::v; };\n__global__ void k(int* a) { a[0] = A<0>::v; }",
        "struct A : B {}; struct B : A { static constexpr int x = A::x; }; __global__ void k(int* a) { a[0] = B::y; }",
        "using A = B; using B = A; __global__ void k(A* a) { B b = a[0]; }",
        "constexpr int a = b; constexpr int b = a; __global__ void k(int* x) { x[a] = b; }",
        "#define A B\n#define B A\nA B int x = A;",
        "#define F(x) F(x) F(x)\nF(F(F(1)))\n#define G(...) __VA_ARGS__ G\nG(1)(2)(3)",
        "#if (((((\n#elif 1 / 0\n#else\n#endif\n#endif\n#else\n#if\n",
        "#include \"test.cu\"\n#include \"\"\n#include <",
        "#define\n#define (\n#define A(\n#define B(x,\nA(B(",
        "__global__ void k(int* a) { while (true) { a[0]++; } for (;;) {} do {} while (1); }",
        "__global__ void k(int* a) { int x = 1 / 0; int y = 1 % 0; int z = -9223372036854775807 - 2; a[0] = 1 << 99; }",
        "__global__ void k() { k<<<1, 1>>>(); } void f() { g<<<>>>(); (0)<<<1>>>(2); f<<<f, f>>>(f); }",
        "__global__ void k(int* a) { auto f = [&](auto g) { return g(g); }; a[0] = f(f); }",
        "__global__ void k(int* a) { int* p = &a; *p = p; p = &p; **p = *&p; a = a[a]; }",
        "asm(\"\"); __global__ void k() { asm volatile(\"mma.sync\" : : ); asm(\"cp.async\" ::); asm(\"ldmatrix\"); }",
        "\u{feff}__global__ void \u{e9}(\u{1F600}) {}",
        "R\"(",
        "\"",
        "/*",
        "'",
        "\\",
        "",
    ];
    for text in texts {
        read_files(&[("test.cu", text)]);
    }
    read_files(&[("a.h", "#include \"b.h\"\nint x = y;"), ("b.h", "#include \"a.h\"\nint y = x;")]);
}

#[test]
fn classes_within_themselves_are_followed_only_so_far() {
    // Namespaces are not told apart: to the reader, `S` has itself as a field.
    let reading = read_files(&[(
        "test.cu",
        "namespace a { struct S { int x; }; }\n\
         struct S { S inner; int y; S* next; };\n\
         template <class T = Q<>> struct Q { Q<T> q; };\n\
         __global__ void k(int* p) { S s; Q<> q; p[0] = s.inner.inner.y; }\n",
    )]);
    assert!(reading.program.gaps.iter().any(|(what, _)| what.contains("not followed further")));
}

#[test]
fn runs_of_many_files_share_their_steps() {
    let header = "template <int N> __global__ void k(int* a) { a[0] = N; }\n";
    let body = "for (int i = 0; i < 40; ++i) { int x = i * 3 + 1; x += x * 2; a = a + x; }\n";
    let mut files = vec![("k.h".to_owned(), header.to_owned())];
    for at in 0..300 {
        let text = format!(
            "#include \"k.h\"\nvoid run{at}(int* p, int a) {{ {} k<{at}><<<1, 32>>>(p); }}\n",
            body.repeat(20)
        );
        files.push((format!("f{at}.cu"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let reading = read_files(&files);
    assert_eq!(reading.program.kernels.len(), 1);
    assert_eq!(reading.program.launches.len(), 300);
}

#[test]
fn what_doubles_is_cut_short() {
    let mut text = "__device__ int f0(int x) { return x + 1; }\n".to_owned();
    for level in 1..40 {
        text +=
            &format!("__device__ int f{level}(int x) {{ return f{0}(x) + f{0}(x); }}\n", level - 1);
    }
    text += "__global__ void k(int* a) { a[0] = f39(a[1]); }\n";
    let reading = read_files(&[("test.cu", &text)]);
    assert!(reading.program.gaps.iter().any(|(gap, _)| gap.contains("cut short")));
    // And so is what macros double.
    let mut text = "#define M0 1 +\n".to_owned();
    for level in 1..40 {
        text += &format!("#define M{level} M{0} M{0}\n", level - 1);
    }
    read_files(&[("test.cu", &format!("{text}int x = M39 0;\n"))]);
}

#[test]
fn what_is_deep_is_no_danger() {
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("-", ""),
        ("if (1) ", ""),
        ("A<", ">"),
        ("[&] { ", " }"),
    ] {
        let deep = format!(
            "__global__ void k(int* a) {{ {}1{}; }}\n",
            open.repeat(5000),
            close.repeat(5000)
        );
        read_files(&[("test.cu", &deep)]);
    }
}

const PIECES: &[&str] = &[
    "__global__ void k(float* a, const float* __restrict__ b, int n) {",
    "template <int N, typename T = float>",
    "struct S : public B<N> { static constexpr int x = N; float run(float v) { return v; } };",
    "}",
    "{",
    "(",
    ")",
    "<",
    ">",
    ";",
    ",",
    "<<<",
    ">>>",
    "#define M(x, ...) x + __VA_ARGS__\n",
    "#if M\n",
    "#else\n",
    "#endif\n",
    "#pragma unroll 4\n",
    "for (int i = threadIdx.x; i < n; i += blockDim.x) {",
    "for (int i = 0; i < N; ++i)",
    "while (n > 0)",
    "if (n > i) {",
    "else",
    "return",
    "break;",
    "__shared__ float s[32][33];",
    "extern __shared__ char raw[];",
    "float acc[4] = {0.f};",
    "s[threadIdx.y][i] = a[i * n + blockIdx.x];",
    "acc[i] += s[i][0] * b[i];",
    "__syncthreads();",
    "x = fmaxf(x, __shfl_xor_sync(-1, x, 16));",
    "float x = exp2f(a[i]);",
    "M(1, 2)",
    "k<<<dim3(n, 2), 256, 0, stream>>>(a, b, n);",
    "auto f = [&](int q) { return q; };",
    "reinterpret_cast<float4*>(a)[i] = v;",
    "asm volatile(\"cp.async.cg.shared.global [%0], [%1], 16;\" :: \"r\"(s), \"l\"(a));",
    "copy(tiled, g, s);",
    "gemm(mma, x, y, acc);",
    "Tensor t = make_tensor(make_gmem_ptr(a), Shape<Int<N>>{});",
    "t(i, _)",
    "x ? y : z",
    "S<3>::x",
    "a.b->c",
    "&a[0]",
    "*p",
    "1.5e3f",
    "0x7f",
    "\"text\"",
    "// c\n",
    "switch (n) { case 1:",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_is_too_strange(picks in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: Vec<&str> = picks.iter().filter_map(|at| PIECES.get(*at).copied()).collect();
        read_files(&[("test.cu", &text.join(" "))]);
    }

    #[test]
    fn no_piece_of_a_kernel_is_too_short(from in 0usize..2000, to in 0usize..6000) {
        let whole = include_str!("../../../../std/lift/cases/attention_kernel.cu");
        let (from, to) = (from.min(to), from.max(to).min(whole.len()));
        if let Some(piece) = whole.get(from..to) {
            read_files(&[("test.cu", piece)]);
        }
    }
}
