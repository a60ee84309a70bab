//! Kernels through workers.

use std::collections::BTreeMap;
use std::time::Duration;

use spak_records::compiling::{Array, Format, Job, Parameter};
use spak_toolchain::{Cache, Installed, Kept, Outcome, Pool};

use crate::cutile;

const COPY: &str = "import cuda.tile as ct

@ct.kernel
def copy(a, b, TILE: ct.Constant[int]):
    ct.store(b, index=(ct.bid(0),), tile=ct.load(a, index=(ct.bid(0),), shape=(TILE,)))
";

fn job(source: &str, tile: i64) -> Job {
    let array = || Parameter::Array(Array::dense("float32", &[4096]));
    Job {
        source: source.to_owned(),
        kernel: "copy".to_owned(),
        hints: BTreeMap::new(),
        parameters: vec![array(), array(), Parameter::Int(tile)],
        architecture: "sm_90".to_owned(),
        format: Format::Cubin,
    }
}

/// The answers to jobs, with whether each was kept from before.
fn compile(
    toolchain: &Installed,
    cache: &Cache,
    jobs: &[Job],
    seconds: f64,
) -> Vec<(Outcome, bool)> {
    let kept = Kept::of(cache);
    let pool = Pool { toolchain, kept: &kept, workers: 2, limit: Duration::from_secs_f64(seconds) };
    let mut all: Vec<Option<(Outcome, bool)>> = vec![None; jobs.len()];
    let mut told = |progress: spak_toolchain::Progress| {
        assert!(all[progress.job].is_none(), "told twice");
        all[progress.job] = Some((progress.outcome, progress.was_kept));
        true
    };
    pool.compile(jobs, &mut told).unwrap();
    all.into_iter().flatten().collect()
}

#[test]
fn kernels_are_compiled_for_any_architecture_and_once() {
    let Some(toolchain) = cutile() else { return };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path());
    let of =
        |architecture: &str, tile| Job { architecture: architecture.to_owned(), ..job(COPY, tile) };
    let jobs = [of("sm_90", 256), of("sm_120", 256), of("sm_90", 512)];
    let first = compile(toolchain, &cache, &jobs, 300.0);
    for ((outcome, was_kept), job) in first.iter().zip(&jobs) {
        let Outcome::Compiled { binary, .. } = outcome else { panic!("{outcome:?}") };
        assert!(!was_kept);
        let cubin = spak_cubin::read(binary).unwrap();
        assert_eq!(format!("sm_{}", cubin.architecture), job.architecture);
        assert_eq!(cubin.kernels.len(), 1);
        assert_eq!(cubin.kernels[0].name, "copy");
        // Where it was compiled is no part of it.
        let temporary = std::env::temp_dir();
        let place = temporary.to_str().unwrap().as_bytes();
        assert!(!binary.windows(place.len()).any(|part| part == place));
    }
    let again = compile(toolchain, &cache, &jobs, 300.0);
    assert!(again.iter().all(|(_, was_kept)| *was_kept));
    assert!(first.iter().zip(&again).all(|(a, b)| a.0 == b.0));
}

#[test]
fn what_the_compiler_does_not_take_is_said() {
    let Some(toolchain) = cutile() else { return };
    let folder = tempfile::tempdir().unwrap();
    let jobs = [
        job("def copy(:\n", 256),
        job(&COPY.replace("ct.load(a", "ct.load(a, 1, 2, 3"), 256),
        job("import cuda.tile as ct\n", 256),
        job(COPY, 257),
        Job { architecture: "sm_1".to_owned(), ..job(COPY, 256) },
    ];
    let said: Vec<String> = compile(toolchain, &Cache::at(folder.path()), &jobs, 300.0)
        .into_iter()
        .map(|(outcome, _)| match outcome {
            Outcome::Refused { message } => message,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(
        said[0].contains("SyntaxError") && said[0].contains("kernel.py, line 1"),
        "{}",
        said[0]
    );
    assert!(said[1].contains("kernel.py"), "{}", said[1]);
    assert!(said[2].contains("copy"), "{}", said[2]);
    assert!(said[3].contains("power of"), "{}", said[3]);
    assert!(said[4].contains("sm_1"), "{}", said[4]);
}

#[test]
fn a_kernel_that_takes_too_long_or_kills_its_worker_costs_only_itself() {
    let Some(toolchain) = cutile() else { return };
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path());
    let slow = format!("import time\ntime.sleep(1000)\n{COPY}");
    let deadly = format!("import os\nos._exit(7)\n{COPY}");
    let noisy = format!("print('x' * 100000)\n{COPY}");
    let late = compile(toolchain, &cache, &[job(&slow, 256)], 2.0);
    assert!(matches!(late[0].0, Outcome::TimedOut { seconds } if seconds >= 2.0), "{late:?}");
    let jobs = [job(&deadly, 256), job(&noisy, 256), job(COPY, 256)];
    let answers = compile(toolchain, &cache, &jobs, 300.0);
    let Outcome::Died { message } = &answers[0].0 else { panic!("{:?}", answers[0].0) };
    assert!(message.contains('7'), "{message}");
    assert!(matches!(answers[1].0, Outcome::Compiled { .. }), "{:?}", answers[1].0);
    assert!(matches!(answers[2].0, Outcome::Compiled { .. }), "{:?}", answers[2].0);
    // A timeout is an answer, a death is none.
    let again = compile(toolchain, &cache, &[job(&slow, 256), jobs[0].clone()], 1.0);
    assert!(again[0].1 && matches!(again[0].0, Outcome::TimedOut { .. }));
    assert!(!again[1].1);
}
