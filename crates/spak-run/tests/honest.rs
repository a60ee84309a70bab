//! Honest programs are accepted, whatever honest way of computing they choose.

mod support;

use spak_records::{CausalAlignment, Outcome, Problem};
use spak_run::{
    CompilerOptions, Incumbent, Progress, RunError, TrialRequest, check, compile, detect_device,
    detect_toolchain, run_trial, time, trial_key,
};
use support::{
    ATTENTION, Built, MATMUL, NEVER, artifact, attention, build, build_with, checked, matmul,
    options, sandbox, timed,
};

#[test]
fn naive_matmul_passes_on_every_problem() {
    let report = checked(&build(MATMUL, &[]), &matmul()).unwrap();
    assert!(report.checks.len() > 15);
    assert!(report.checks.iter().any(|c| c.problem == matmul()));
    for check in &report.checks {
        assert!(check.compared > 0 && check.worst_ratio <= 1.0 && check.max_error.is_finite());
    }
    assert!(report.isolation.is_complete(), "{:?}", report.isolation);
    assert!(report.fastest_call.is_some());
}

#[test]
fn attention_passes_in_every_honest_form() {
    let causal = Some(CausalAlignment::BottomRight);
    for flags in [
        &["-DSTORE_LSE"][..],
        &["-DSTORE_LSE", "-DONLINE"],
        &["-DSTORE_LSE", "-DCHEAP_EXP"],
        &["-DSTORE_LSE", "-DCHEAP_EXP", "-DONLINE"],
        &["-DSTORE_LSE", "-DFTZ"],
        &["-DSTORE_LSE", "-Ofast", "-march=native"],
    ] {
        let built = build(ATTENTION, flags);
        checked(&built, &attention(causal, true)).unwrap_or_else(|r| panic!("{flags:?}: {r:?}"));
        checked(&built, &attention(None, true)).unwrap_or_else(|r| panic!("{flags:?}: {r:?}"));
    }
    let built = build(ATTENTION, &[]);
    checked(&built, &attention(Some(CausalAlignment::TopLeft), false)).unwrap();
}

#[test]
fn the_tolerance_leaves_room_but_not_much() {
    let report = checked(&build(ATTENTION, &["-DONLINE"]), &attention(None, false)).unwrap();
    let worst = report.checks.iter().map(|c| c.worst_ratio).fold(0.0, f64::max);
    assert!(worst > 0.005 && worst < 0.8, "{worst}");
    let report = checked(&build(MATMUL, &[]), &matmul()).unwrap();
    let worst = report.checks.iter().map(|c| c.worst_ratio).fold(0.0, f64::max);
    assert!(worst > 0.02 && worst < 0.95, "{worst}");
}

#[test]
fn sanitized_programs_run_and_report() {
    let compiler = CompilerOptions { sanitize: true, ..CompilerOptions::default() };
    let built = build_with(MATMUL, &[], &compiler).unwrap();
    assert_eq!(built.program.warnings(), "");
    checked(&built, &matmul()).unwrap();

    let over = MATMUL.replace("return 0;\n}", "{ static float t[4]; volatile int64_t i = 4 + (m > 0); t[i] = c[0]; c[0] = t[i]; } return 0;\n}");
    let built = build_with(&over, &[], &compiler).unwrap();
    let rejection = checked(&built, &matmul()).unwrap_err();
    assert_eq!(rejection.reason, "sanitizer", "{rejection:?}");
    assert!(
        rejection.detail.contains("global-buffer-overflow")
            || rejection.detail.contains("out of bounds"),
        "{rejection:?}"
    );
}

#[test]
fn threads_are_allowed() {
    let text = include_str!("candidates/matmul_threads.c");
    let built = build(text, &["-pthread"]);
    support::judged(&built, &matmul()).unwrap();
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn openmp_is_allowed() {
    let text = MATMUL.replace("    for (int64_t i", "#pragma omp parallel for\n    for (int64_t i");
    match build_with(&text, &["-fopenmp"], &CompilerOptions::default()) {
        Ok(built) => assert!(support::judged(&built, &matmul()).is_ok()),
        Err(rejection) => eprintln!("SKIPPED: no OpenMP here: {rejection:?}"),
    }
}

#[test]
fn candidate_and_incumbent_are_timed_by_turns() {
    let fast = build(MATMUL, &["-O3"]);
    let slow = build(
        &MATMUL
            .replace("return 0;\n}", "for (volatile int w = 0; w < 20000000; ++w) {} return 0;\n}"),
        &[],
    );
    // As much time as a busy machine needs for all samples: what is tested is who has how many.
    let mut options = options();
    options.time.budget = std::time::Duration::from_secs(20);
    let by_turns = |candidate: &Built, incumbent: &Built| {
        let incumbent = Some(&incumbent.program);
        time(&candidate.program, incumbent, &matmul(), None, &options, 99, &mut |_| {}, &NEVER)
            .unwrap()
            .unwrap()
    };
    let report = by_turns(&fast, &slow);
    let incumbent = report.incumbent.unwrap();
    assert!(report.incumbent_failed.is_none());
    assert!(report.candidate.summary.samples >= 8);
    assert_eq!(report.candidate.summary.samples, incumbent.summary.samples);
    assert!(report.candidate.compared > 0);
    // A hopeless candidate is not timed for long.
    let report = by_turns(&slow, &fast);
    assert_eq!(report.candidate.summary.samples, 6);
    assert!(report.candidate.summary.median_ns > report.incumbent.unwrap().summary.median_ns);
}

#[test]
fn a_failing_incumbent_does_not_stop_the_candidate() {
    let good = build(MATMUL, &[]);
    let bad = build(&MATMUL.replace("return 0;\n}", "return 3;\n}"), &[]);
    let report = timed(&good, Some(&bad), &matmul(), None).unwrap();
    assert!(report.incumbent.is_none());
    assert_eq!(report.incumbent_failed.unwrap().reason, "kernel-error");
}

#[test]
fn a_whole_trial_and_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let compiler = CompilerOptions::default();
    let options = options();
    let problem = matmul();
    let first = artifact(MATMUL, &[]);
    let request = TrialRequest {
        artifact: &first,
        problem: &problem,
        incumbent: None,
        compiler: &compiler,
        options: &options,
        build: folder.path(),
    };
    let mut seen = Vec::new();
    let report = run_trial(request, &mut |p| seen.push(p), &NEVER).unwrap();
    assert_eq!(seen.first(), Some(&Progress::Compiling));
    assert!(matches!(seen.last(), Some(Progress::Timing { .. })));
    let incumbent = Incumbent {
        program: report.program.unwrap(),
        config: spak_records::ContentHash::of_text("first"),
    };
    let second = artifact(MATMUL, &["-O2"]);
    let request = TrialRequest { artifact: &second, incumbent: Some(&incumbent), ..request };
    let report = run_trial(request, &mut |_| {}, &NEVER).unwrap();
    let Outcome::Measured(measurement) = &report.outcome else { panic!("{report:?}") };
    assert_eq!(measurement.incumbent.as_ref(), Some(&incumbent.config));
    assert!(measurement.incumbent_median_ns.is_some() && measurement.tflops > 0.0);
    let [low, high] = measurement.median_ci_ns;
    assert!(
        measurement.min_ns <= low && low <= measurement.median_ns && measurement.median_ns <= high
    );

    let (device, toolchain) = (detect_device(), detect_toolchain(&compiler).unwrap());
    let key = |artifact, problem: &Problem| trial_key(artifact, problem, &device, &toolchain);
    assert_eq!(key(&first, &problem), key(&first, &problem));
    assert_ne!(key(&first, &problem), key(&second, &problem));
    assert_ne!(key(&first, &problem), key(&first, &attention(None, false)));
}

#[test]
fn a_missing_compiler_and_a_missing_sandbox_are_errors_not_rejections() {
    let folder = tempfile::tempdir().unwrap();
    let compiler =
        CompilerOptions { command: "no-such-cc".to_owned(), ..CompilerOptions::default() };
    let error =
        compile(&artifact(MATMUL, &[]), &compiler, &sandbox(), folder.path(), &NEVER).unwrap_err();
    assert!(matches!(error, RunError::NoCompiler { .. }), "{error}");

    let mut wrong = sandbox();
    wrong.program = "/bin/true".into();
    let compiler = CompilerOptions::default();
    let error =
        compile(&artifact(MATMUL, &[]), &compiler, &wrong, folder.path(), &NEVER).unwrap_err();
    assert!(matches!(error, RunError::Sandbox { .. }), "{error}");

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = compile(&artifact(MATMUL, &[]), &compiler, &sandbox(), &file, &NEVER).unwrap_err();
    assert!(matches!(error, RunError::File { .. }), "{error}");
}

#[test]
fn the_flag_ends_a_long_call() {
    use std::sync::atomic::{AtomicBool, Ordering};
    static STOP: AtomicBool = AtomicBool::new(false);
    let built = build(&MATMUL.replace("return 0;\n}", "for (;;) {}\n}"), &[]);
    let mut options = options();
    options.check.call_timeout = std::time::Duration::from_secs(60);
    let began = std::time::Instant::now();
    let handle = std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        STOP.store(true, Ordering::Relaxed);
    });
    let result = check(&built.program, &matmul(), &options, 1, &mut |_, _| {}, &STOP);
    handle.join().unwrap();
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
    assert!(began.elapsed() < std::time::Duration::from_secs(100));
}
