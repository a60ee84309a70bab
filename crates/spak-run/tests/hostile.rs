//! Wrong, broken and cheating programs are rejected, each for its own reason, and the judge goes on.

mod support;

use std::time::{Duration, Instant};

use spak_records::{CausalAlignment, Problem, Rejection, Stage};
use spak_run::{CompilerOptions, reason};
use support::{ATTENTION, MATMUL, attention, build, build_with, checked, judged, matmul};

/// The naive product with `globals` before `spak_run`, `before` at its start and `after` at its end.
fn matmul_with(globals: &str, before: &str, after: &str) -> String {
    let head =
        "#define _GNU_SOURCE\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n";
    let text = MATMUL
        .replace("int spak_run(", &format!("{globals}\nint spak_run("))
        .replace("    for (int64_t i", &format!("{before}\n    for (int64_t i"))
        .replace("    return 0;\n}", &format!("{after}\n    return 0;\n}}"));
    format!("{head}{text}")
}

/// The rejection of a changed naive product, by check or by time.
#[expect(clippy::unwrap_used, reason = "being accepted is the failure of the test")]
fn verdict(globals: &str, before: &str, after: &str) -> Rejection {
    judged(&build(&matmul_with(globals, before, after), &[]), &matmul()).unwrap_err()
}

fn assert_reason(rejection: &Rejection, stage: Stage, reason: &str) {
    assert_eq!((rejection.stage, rejection.reason.as_str()), (stage, reason), "{rejection:?}");
}

#[test]
fn wrong_results() {
    let wrong = |after: &str| {
        let rejection = verdict("", "", after);
        assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
        rejection
    };
    wrong("c[m * n - 1] *= 1.001f;");
    wrong("c[0] = 0.0f / 0.0f;");
    wrong("c[n - 1] = 1.0f / 0.0f;");
    assert!(wrong("c[0] += 1.0f;").detail.contains("reference"));
}

#[test]
fn tails_and_shapes() {
    // A kernel for whole tiles of 16.
    let tiles = MATMUL.replace("i < m;", "i < (m < 16 ? m : m / 16 * 16);");
    let rejection = judged(&build(&tiles, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_NOT_WRITTEN);
    let tiles = MATMUL.replace("p < k;", "p < (k < 16 ? k : k / 16 * 16);");
    let rejection = judged(&build(&tiles, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
    // Only the timed shape works.
    let fixed = MATMUL.replace("dims[2];", "112;");
    let rejection = judged(&build(&fixed, &[]), &matmul()).unwrap_err();
    assert_eq!(rejection.stage, Stage::Check, "{rejection:?}");
    assert!([reason::WRONG_RESULT, reason::CRASH].contains(&rejection.reason.as_str()));
    let rejection = verdict("", "if (m != 96 || n != 80 || k != 112) return 0;", "");
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_NOT_WRITTEN);
}

#[test]
fn nothing_is_written() {
    assert_reason(&verdict("", "return 0;", ""), Stage::Check, reason::OUTPUT_NOT_WRITTEN);
    // One element keeps what the judge put there.
    let rejection =
        verdict("", "float keep = ((float *)out[0])[m * n / 2];", "c[m * n / 2] = keep;");
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_NOT_WRITTEN);
}

#[test]
fn memory_that_is_not_its_own() {
    let rejection = verdict("", "((float *)in[0])[m * k - 1] = 0.5f;", "");
    assert_reason(&rejection, Stage::Check, reason::INPUT_MODIFIED);
    for store in ["c[m * n] = 1.0f;", "c[-1] = 1.0f;", "c[m * n + 100] = 0.0f;"] {
        assert_reason(&verdict("", "", store), Stage::Check, reason::OUT_OF_BOUNDS_WRITE);
    }
    // Past the workspace is a page that faults.
    let rejection = verdict("", "((volatile float *)workspace)[0] = 1.0f;", "");
    assert_reason(&rejection, Stage::Check, reason::CRASH);
}

#[test]
fn the_workspace_holds_nothing_to_rely_on() {
    let text = matmul_with("", "", "c[0] += ((float *)workspace)[0];")
        .replace("(void)dims; return 0;", "(void)dims; return 64;");
    let rejection = judged(&build(&text, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
}

#[test]
fn answers_that_were_kept() {
    // By pointer: the same buffers get the old answer.
    let by_pointer = (
        "static const void *seen[4096]; static float *kept[4096]; static int count;",
        "for (int s = 0; s < count; ++s) if (seen[s] == in[0]) {
            memcpy(out[0], kept[s], 4 * m * n); return 0; }",
        "if (count < 4096) { seen[count] = in[0]; kept[count] = malloc(4 * m * n);
            memcpy(kept[count++], c, 4 * m * n); }",
    );
    let rejection = verdict(by_pointer.0, by_pointer.1, by_pointer.2);
    assert_reason(&rejection, Stage::Check, reason::CACHED_RESULT);
    // By content: the first, a middle and the last element of each input.
    let by_content = (
        "static float key[6]; static float *kept;",
        "const float *x = in[0], *y = in[1];
         float now[6] = {x[0], x[m*k/2], x[m*k-1], y[0], y[k*n/2], y[k*n-1]};
         if (kept && !memcmp(key, now, sizeof key)) { memcpy(out[0], kept, 4 * m * n); return 0; }",
        "free(kept); kept = malloc(4 * m * n); memcpy(kept, c, 4 * m * n); memcpy(key, now, sizeof key);",
    );
    let rejection = verdict(by_content.0, by_content.1, by_content.2);
    assert_reason(&rejection, Stage::Check, reason::CACHED_RESULT);
}

#[test]
fn work_that_stops_when_it_is_timed() {
    // Honest for the calls of a check, then the answer of the last honest call.
    let globals = "static int calls; static float *kept;";
    let rejection = verdict(
        globals,
        "if (++calls > 8 && kept) { memcpy(out[0], kept, 4 * m * n); return 0; }",
        "if (!kept) kept = malloc(4 * m * n); memcpy(kept, c, 4 * m * n);",
    );
    assert_reason(&rejection, Stage::Time, reason::CACHED_RESULT);
    // Every other call does nothing.
    let rejection = verdict("static int calls;", "if (++calls > 8 && calls % 2) return 0;", "");
    assert_reason(&rejection, Stage::Time, reason::OUTPUT_NOT_WRITTEN);
    let rejection = verdict("static int calls;", "if (++calls % 2 == 0) return 0;", "");
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_NOT_WRITTEN);
    // The second half of the rows is skipped.
    let rejection = verdict(
        "static int calls;",
        "if (++calls > 8) { int64_t h = m / 2; for (int64_t i = 0; i < h * n; ++i) ((float *)out[0])[i] = 0; return 0; }",
        "",
    );
    assert_eq!(rejection.stage, Stage::Time, "{rejection:?}");
}

#[test]
fn work_while_an_empty_round_trip_is_answered() {
    // The program's own `read` sees every command. On a ping it computes all calls that it knows, and
    // a call that was computed returns at once.
    let globals = r#"
#include <string.h>
#include <sys/syscall.h>
static struct { const void *in[2]; void *out[1]; } known[4096];
static int calls, computed, inside;
static int64_t sizes[16];
int spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace);
ssize_t read(int fd, void *to, size_t size) {
    ssize_t n = syscall(SYS_read, fd, to, size);
    uint32_t op = 0;
    if (n == 32) memcpy(&op, to, 4);
    if (op == 2 && calls > 0) {
        computed = 0;
        inside = 1;
        for (int i = 0; i < calls; ++i) spak_run(known[i].in, known[i].out, sizes, NULL);
        inside = 0;
        computed = 1;
    }
    return n;
}
"#;
    let before = r"
    if (!inside) {
        int at = 0;
        while (at < calls && known[at].out[0] != out[0]) ++at;
        if (at < calls && computed) { usleep(50); return 0; }
        if (at == calls && calls < 4096) {
            memcpy(known[calls].in, in, sizeof known[0].in);
            memcpy(known[calls].out, out, sizeof known[0].out);
            memcpy(sizes, dims, sizeof sizes);
            ++calls;
        }
    }";
    let rejection = verdict(globals, before, "");
    assert_eq!(rejection.stage, Stage::Time, "{rejection:?}");
    assert!([reason::OUTPUT_NOT_WRITTEN, reason::CACHED_RESULT].contains(&&*rejection.reason));
}

#[test]
fn work_that_goes_on_behind_the_answer() {
    // The call returns at once; a thread fills the output some time later.
    let globals = "#include <pthread.h>
        struct job { const float *a, *b; float *c; int64_t m, n, k; };
        static void *later(void *x) { struct job *j = x; usleep(20000);
            for (int64_t r = 0; r < j->m; ++r) for (int64_t q = 0; q < j->n; ++q) { float s = 0;
                for (int64_t p = 0; p < j->k; ++p) s += j->a[r*j->k+p] * j->b[p*j->n+q]; j->c[r*j->n+q] = s; }
            return 0; }";
    let before =
        "struct job *j = malloc(sizeof *j); *j = (struct job){in[0], in[1], out[0], m, n, k};
        pthread_t t; pthread_create(&t, 0, later, j); pthread_detach(t); return 0;";
    assert_reason(&verdict(globals, before, ""), Stage::Check, reason::OUTPUT_NOT_WRITTEN);
}

#[test]
fn programs_that_end() {
    assert_reason(&verdict("", "exit(0);", ""), Stage::Check, reason::EARLY_EXIT);
    assert_reason(&verdict("", "_exit(3);", ""), Stage::Check, reason::EARLY_EXIT);
    let rejection = verdict("", "abort();", "");
    assert_reason(&rejection, Stage::Check, reason::CRASH);
    assert!(rejection.detail.contains("SIGABRT"));
    let rejection = verdict("", "*(volatile int *)16 = 1;", "");
    assert_reason(&rejection, Stage::Check, reason::CRASH);
    assert!(rejection.detail.contains("SIGSEGV"));
    let rejection = verdict("", "volatile int zero = 0; ((float *)out[0])[0] = 7 / zero;", "");
    assert!(rejection.detail.contains("SIGFPE"), "{rejection:?}");
    let leave = "__attribute__((constructor)) static void early(void) { _exit(0); }";
    assert_reason(&verdict(leave, "", ""), Stage::Start, reason::EARLY_EXIT);
    let fail = "static void late(void) { _exit(9); } __attribute__((constructor)) static void a(void) { atexit(late); }";
    assert_reason(&verdict(fail, "", ""), Stage::Check, reason::EARLY_EXIT);
    assert_reason(&verdict("", "return -7;", ""), Stage::Check, reason::KERNEL_ERROR);
}

#[test]
fn programs_that_do_not_end() {
    assert_reason(&verdict("", "for (;;) {}", ""), Stage::Check, reason::TIMEOUT);
    assert_reason(
        &verdict("static int calls;", "if (++calls == 2) sleep(3600);", ""),
        Stage::Check,
        reason::TIMEOUT,
    );
}

#[test]
fn slow_first_calls_gain_nothing() {
    let text = matmul_with("static int calls;", "if (calls++ < 2) usleep(50000);", "");
    let report = judged(&build(&text, &[]), &matmul()).unwrap();
    assert!(report.candidate.summary.median_ns < 40_000_000, "{report:?}");
}

#[test]
fn noise_on_the_channels() {
    let rejection = verdict("", "printf(\"hello\\n\");", "");
    assert_reason(&rejection, Stage::Check, reason::PROTOCOL_VIOLATION);
    let rejection =
        verdict("static char b[1 << 16];", "for (;;) if (write(1, b, sizeof b) < 0) break;", "");
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_FLOOD);
    let rejection =
        verdict("static char b[1 << 16];", "for (;;) if (write(2, b, sizeof b) < 0) break;", "");
    assert_reason(&rejection, Stage::Check, reason::OUTPUT_FLOOD);
    // A whole answer, as the harness would write it, but too early.
    let forged = "uint32_t w[8] = {0x4b415053u, 3, 2, 0, 0, 0, 1, 0}; write(1, w, sizeof w);";
    let rejection = verdict("", forged, "");
    assert_eq!(rejection.stage, Stage::Check, "{rejection:?}");
    let rejection = verdict("", "close(1);", "");
    assert_eq!(rejection.stage, Stage::Check, "{rejection:?}");
}

#[test]
fn system_calls_that_kernels_have_no_use_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("written");
    let write = format!("FILE *f = fopen(\"{}\", \"w\"); if (f) fputs(\"x\", f);", file.display());
    for call in [
        "if (fork() == 0) for (;;) {}",
        "system(\"true\");",
        "socket(2, 1, 0);",
        "kill(getppid(), 9);",
        "kill(-1, 9);",
        "ptrace(16, getppid(), 0, 0);",
        "setsid();",
        "unlink(\"/tmp/nothing\");",
        &write,
    ] {
        let globals = "#include <sys/socket.h>\n#include <sys/ptrace.h>\n#include <signal.h>";
        assert_reason(&verdict(globals, call, ""), Stage::Check, reason::FORBIDDEN_CALL);
    }
    assert!(!file.exists());
}

#[test]
fn files_are_out_of_reach() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "1").unwrap();
    // Reading is refused, not fatal: the program sees that and returns 5.
    let read = format!("FILE *f = fopen(\"{}\", \"r\"); if (!f) return 5;", secret.display());
    let rejection = verdict("", &read, "");
    assert_reason(&rejection, Stage::Check, reason::KERNEL_ERROR);
    assert!(rejection.detail.contains('5'));
    // So is the judge's memory.
    let peek = "char p[64]; sprintf(p, \"/proc/%d/mem\", getppid()); FILE *f = fopen(p, \"r\"); if (!f) return 6;";
    assert!(verdict("", peek, "").detail.contains('6'));
    // And the environment is empty of the judge's.
    let variable = "if (!getenv(\"HOME\") && !getenv(\"PATH\")) return 7;";
    assert!(verdict("", variable, "").detail.contains('7'));
}

#[test]
fn memory_beyond_the_limit() {
    let rejection = verdict("", "volatile char *p = malloc(100ull << 30); p[1] = 1;", "");
    assert_reason(&rejection, Stage::Check, reason::OUT_OF_MEMORY);
    let rejection = verdict("", "char *volatile p = malloc(100ull << 30); if (!p) return 12;", "");
    assert_reason(&rejection, Stage::Check, reason::OUT_OF_MEMORY);
    let greedy = MATMUL.replace("(void)dims; return 0;", "(void)dims; return 1ll << 40;");
    let rejection = judged(&build(&greedy, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Start, reason::OUT_OF_MEMORY);
    let negative = MATMUL.replace("(void)dims; return 0;", "(void)dims; return -1;");
    let rejection = judged(&build(&negative, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Start, reason::BAD_WORKSPACE);
    let version = MATMUL.replace("return 1;", "return 2;");
    let rejection = judged(&build(&version, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Start, reason::ABI_VERSION);
}

#[test]
fn clocks_of_its_own() {
    // A clock that runs ahead is contradicted by the judge's; one that stands still as well.
    let fast = "#include <time.h>
        static long t; int clock_gettime(clockid_t c, struct timespec *s) { t += 3600; s->tv_sec = t; s->tv_nsec = 0; return 0; }";
    assert_reason(&verdict(fast, "", ""), Stage::Time, reason::TIMER_MISMATCH);
    let slow = "#include <time.h>
        int clock_gettime(clockid_t c, struct timespec *s) { s->tv_sec = 1; s->tv_nsec = 0; return 0; }";
    let work = "for (volatile int w = 0; w < 2000000; ++w) {}";
    assert_reason(&verdict(slow, work, ""), Stage::Time, reason::TIMER_MISMATCH);
}

#[test]
fn attention_that_is_a_little_wrong() {
    let causal = Some(CausalAlignment::BottomRight);
    for flags in [
        &["-DDROP_KEY"][..],
        &["-DDROP_KEY", "-DONLINE"],
        &["-DSCALE=1.01f"],
        &["-DSCALE=0.99f", "-DONLINE"],
        &["-DDIAGONAL=1"],
        &["-DDIAGONAL=-1"],
        &["-DTO_BF16"],
        &["-DTO_F16"],
    ] {
        let built = build(ATTENTION, flags);
        for mask in [causal, None] {
            if mask.is_none() && flags[0].starts_with("-DDIAGONAL") {
                continue;
            }
            let rejection = checked(&built, &attention(mask, false)).unwrap_err();
            assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
        }
    }
    // Without subtraction of the maximum, large scores overflow.
    let text = ATTENTION.replace("weight(s[j] - m)", "weight(s[j])");
    let rejection = checked(&build(&text, &[]), &attention(None, false)).unwrap_err();
    assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
}

#[test]
fn each_small_mistake_is_seen_on_the_timed_problem_alone() {
    // 512 keys, where one key or one percent of the scale weighs little.
    let problem = Problem::AttentionForward {
        batch: 1,
        heads: 1,
        kv_heads: 1,
        seq_len: 8,
        kv_len: 512,
        head_dim: 64,
        causal: None,
        store_lse: false,
    };
    let ratio = |flags: &[&str]| match checked(&build(ATTENTION, flags), &problem) {
        Ok(report) => report.checks.last().unwrap().worst_ratio,
        Err(rejection) => {
            assert_eq!(rejection.reason, reason::WRONG_RESULT, "{rejection:?}");
            f64::INFINITY
        }
    };
    assert!(ratio(&["-DONLINE"]) < 1.0);
    assert!(ratio(&["-DDROP_KEY"]).is_infinite());
}

#[test]
fn matmul_with_narrow_accumulators() {
    let narrow = "static float narrow(float x) { float big = x * 8193.0f; return __builtin_isfinite(big) ? big - (big - x) : x; }
        int spak_run(";
    let text = MATMUL.replace("int spak_run(", narrow).replace(
        "c[i * n + j] += x * b[p * n + j];",
        "c[i * n + j] = narrow(c[i * n + j] + x * b[p * n + j]);",
    );
    let rejection = checked(&build(&text, &[]), &matmul()).unwrap_err();
    assert_reason(&rejection, Stage::Check, reason::WRONG_RESULT);
}

#[test]
fn sources_that_do_not_compile() {
    let compiler =
        CompilerOptions { timeout: Duration::from_secs(4), ..CompilerOptions::default() };
    let rejected =
        |text: &str, flags: &[&str]| build_with(text, flags, &compiler).map(|_| ()).unwrap_err();
    let rejection = rejected("int spak_run(", &[]);
    assert_reason(&rejection, Stage::Compile, reason::COMPILE_ERROR);
    assert!(rejection.detail.contains("candidate.c"), "{rejection:?}");
    // A missing function is found by the linker.
    assert_reason(&rejected("int x;", &[]), Stage::Compile, reason::COMPILE_ERROR);
    // Its own `main` would replace the harness's.
    let own = format!("{MATMUL}\nint main(void) {{ return 0; }}");
    assert_reason(&rejected(&own, &[]), Stage::Compile, reason::COMPILE_ERROR);
    assert_reason(&rejected(MATMUL, &["-fplugin=./x.so"]), Stage::Compile, reason::FORBIDDEN_FLAG);

    let began = Instant::now();
    let endless = rejected("#include \"/dev/zero\"\n", &[]);
    assert_eq!(endless.stage, Stage::Compile);
    let bomb =
        "#define A(x) x x x x x x x x x x x x x x x x\nint a[] = {A(A(A(A(A(A(A(A(1,))))))))};\n";
    let bomb = rejected(bomb, &[]);
    assert_eq!(bomb.stage, Stage::Compile);
    for rejection in [endless, bomb] {
        assert!(
            [reason::TIMEOUT, reason::COMPILE_ERROR].contains(&rejection.reason.as_str()),
            "{rejection:?}"
        );
    }
    assert!(began.elapsed() < Duration::from_secs(200));
}
