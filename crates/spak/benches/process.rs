//! How long the verbs that are used while writing take on a small design, as processes: start, work and
//! end, as an editor or a shell sees them.

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

/// The design of the front page.
const DESIGN: &str = "examples/fmha/fmha_system_v0.dsl";

fn benchmarks(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut group = criterion.benchmark_group("as a process");
    group.sample_size(50);
    for arguments in [vec!["check"], vec!["hash"], vec!["fmt", "--check"]] {
        group.bench_function(format!("spak {} {DESIGN}", arguments.join(" ")), |b| {
            b.iter(|| {
                let mut spak = Command::new(env!("CARGO_BIN_EXE_spak"));
                spak.args(&arguments).arg(DESIGN).current_dir(&root);
                let status = spak.stdout(Stdio::null()).stderr(Stdio::null()).status();
                assert!(status.is_ok_and(|s| s.success()), "{arguments:?}");
            });
        });
    }
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
