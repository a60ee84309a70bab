//! Launches: templates, classes of constants, switches that make constants of conditions.

use spak_program::ParameterKind;

use crate::support::{bound, read};

const TRAITS: &str = "
#define BOOL_SWITCH(COND, NAME, ...) [&] { \\
    if (COND) { constexpr static bool NAME = true; return __VA_ARGS__(); } \\
    else { constexpr static bool NAME = false; return __VA_ARGS__(); } }()
template <int kHead_, int kRows_, int kWarps_> struct Base { static constexpr int kThreads = kWarps_ * 32; };
template <int kHead_, int kRows_, int kWarps_, typename B = Base<kHead_, kRows_, kWarps_>>
struct Traits : public B { static constexpr int kHead = kHead_; static constexpr int kRows = kRows_; };
template <typename T, bool Even> __global__ void __launch_bounds__(T::kThreads) k(float* a, int n) {
    for (int i = 0; i < T::kRows; ++i) if (Even || i < n) a[blockIdx.x * T::kRows + i] = 1.f;
}
template <typename T> void run(float* a, int n) {
    BOOL_SWITCH(n % T::kRows == 0, EvenConst, [&] {
        auto kernel = &k<T, EvenConst>;
        kernel<<<n / T::kRows, T::kThreads, 0>>>(a, n);
    });
}
";

#[test]
fn classes_of_constants_are_arguments_of_the_launch() {
    let text = format!(
        "{TRAITS} void host(float* a, int n, bool big) {{
             if (big) run<Traits<64, 128, 8>>(a, n); else run<Traits<64, 32, 4>>(a, n);
         }}"
    );
    let program = read(&text);
    assert_eq!(program.launches.len(), 2);
    let of = |name: &str, launch: usize| {
        let found = bound(&program, launch).into_iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    };
    assert_eq!(of("kRows", 0).as_deref(), Some("128"));
    assert_eq!(of("kRows", 1).as_deref(), Some("32"));
    // The switch does not launch twice: its constant is the condition.
    assert_eq!(of("Even", 0).as_deref(), Some("n % 128 == 0"));
    let hints: Vec<String> = program
        .launches
        .iter()
        .flat_map(|launch| &launch.hints)
        .filter(|hint| hint.name == "num_warps")
        .map(|hint| program.describe(hint.value))
        .collect();
    assert_eq!(hints, ["8", "4"]);
    let kernel = program.kernels.first().unwrap();
    let compiled = kernel.parameters.iter().filter(|one| one.kind == ParameterKind::Constexpr);
    let names: Vec<&str> = compiled.map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["kHead", "kRows", "kWarps", "Even"]);
    let rows = program.tuning();
    let rows: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            let values: Vec<String> =
                row.values.iter().flatten().map(ToString::to_string).collect();
            (row.condition.clone(), values.join(" "))
        })
        .collect();
    assert_eq!(
        rows,
        [("big".to_owned(), "64 128 8".to_owned()), ("not (big)".to_owned(), "64 32 4".to_owned())]
    );
}

#[test]
fn the_compute_capability_of_the_device_decides_rows() {
    let text = format!(
        "{TRAITS} void host(float* a, int n) {{
             int device, major; cudaGetDevice(&device);
             cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
             if (major >= 9) run<Traits<64, 128, 8>>(a, n); else run<Traits<64, 32, 4>>(a, n);
         }}"
    );
    let rows = read(&text).tuning();
    let on = |name: &str| {
        let row = rows.iter().find(|row| row.architectures.contains(&name)).unwrap();
        row.values.iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((on("sm_80"), on("sm_90")), ("64 32 4".to_owned(), "64 128 8".to_owned()));
}

#[test]
fn kernels_that_nobody_launches_and_functions_of_headers_are_read() {
    let program = read("template <typename T, int N> __global__ void k(T* a) { a[N] = 1; }");
    assert_eq!(program.kernels.len(), 1);
    let header = read(
        "__device__ float inner(float x) { return x * 2; }
         __device__ void outer(float* a) { a[0] = inner(a[1]); }",
    );
    let names: Vec<&str> = header.kernels.iter().map(|kernel| kernel.name.as_str()).collect();
    assert_eq!(names, ["outer"]);
}
