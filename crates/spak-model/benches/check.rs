//! How long a 10,000-line design takes: parsed, resolved and lowered, checked, and all of it.
//!
//! The design is generated with the mix of real ones: spaces in groups, constraints over a few
//! dimensions each, facts with provenance, rules with conditions and assignments, predicates, loops.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use spak_model::{Files, check, normal, resolve};
use spak_syntax::FileId;

struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _: FileId, _: &str) -> Result<(FileId, String), String> {
        Err("there is one file".to_owned())
    }
}

const KERNELS: usize = 43;

/// A design of 43 kernels in one system, with some 230 lines each.
fn design() -> String {
    let mut out = String::from(
        "---\ntitle: \"Many kernels\"\ntags: [benchmark]\n---\n\nsystem Everything {\n    hardware H200 {\n        architecture: sm_90\n        shared_memory_limit: 227KiB\n        bandwidth: 4800GB/s\n    }\n    workload Prefill {\n        seq_len: 4096\n        head_dim: 128\n        causal: true\n    }\n    trace_schema {\n        variant TraceItem {\n            case Performance {\n                step_name: string\n                tflops: float\n                speedup: float\n            }\n        }\n    }\n",
    );
    for k in 0..KERNELS {
        spaces(&mut out, k);
        knowledge(&mut out, k);
        loops(&mut out, k);
    }
    out.push_str("}\n");
    out
}

fn spaces(out: &mut String, k: usize) {
    let _ = write!(
        out,
        "\n    // ---------------- kernel {k} ----------------\n    design_space {{\n        softmax_scheme_{k}: [\"online\", \"naive\"]\n        mask_fusion_{k}: [\"fused_qk\", \"post_qk\", \"no_mask\"]   // where the mask is applied\n        accum_dtype_{k}: [\"f32\", \"f16\"]\n        load_latency_{k}: int range [0,4]\n    }}\n    tuning_space {{\n        tile_m_{k}: [32, 64, 128, 256]\n        tile_n_{k}: [32, 64, 128, 256]\n        stages_{k}: [1, 2, 3, 4]\n        occupancy_{k}: [1, 2, 4]\n    }}\n"
    );
    let constraints = [
        format!(
            "(tile_m_{k} + tile_n_{k}) * head_dim * stages_{k} * 2 bytes <= shared_memory_limit"
        ),
        format!("tile_m_{k} % 32 == 0 and tile_n_{k} <= 256"),
        format!("softmax_scheme_{k} == \"naive\" => stages_{k} <= 2"),
        format!("seq_len % tile_n_{k} == 0 or mask_fusion_{k} != \"no_mask\""),
        format!("occupancy_{k} * stages_{k} <= 8"),
    ];
    for (i, constraint) in constraints.iter().enumerate() {
        let _ = write!(
            out,
            "    constraint \"condition {i} of kernel {k}\" {{\n        require: {constraint}\n        reason: \"a config that breaks it does not run\"\n    }}\n"
        );
    }
}

fn knowledge(out: &mut String, k: usize) {
    out.push_str("    knowledge {\n");
    let _ = write!(
        out,
        "        invariant Mask_{k} {{\n            assert: \"for all i, j: j > i => attention_weight(i, j) == 0\"\n        }}\n        fact is_memory_bound_{k}(t: TraceItem.Performance) {{\n            return t.speedup < 0.5 && t.tflops < 50.0\n        }}\n"
    );
    for i in 0..9 {
        let _ = write!(
            out,
            "        fact \"tile_m_{k} = 64 beats 128, case {i}\" {{\n            device: \"NVIDIA H200\"\n            when: \"causal and seq_len >= {}\"\n            effect: \"1.{i}x faster\"\n            median_ns: {}\n            samples: 21\n            evidence: \"trace 5f0{i}{k}, 12 pairs of configs\"\n            confidence: 0.9{i}\n        }}\n",
            512 * (i + 1),
            90_000 + 1000 * i,
        );
    }
    for i in 0..9 {
        let _ = write!(
            out,
            "        rule \"choice {i} of kernel {k}\" {{\n            when: \"architecture == 'sm_90' && tile_m_{k} * tile_n_{k} >= {}\"\n            recommend: \"tile_m_{k} = 64, load_latency_{k} = {} if causal else 2\"\n            reason: \"registers are what limits it there\"\n            source: \"measured, see fact {i}\"\n        }}\n",
            1024 * (i + 1),
            i % 5,
        );
    }
    out.push_str("    }\n");
}

fn loops(out: &mut String, k: usize) {
    let _ = write!(
        out,
        "    engineering_loop Tuner_{k} {{\n        parameter tile_m: [32, 64, 128]\n        parameter tile_n: [32, 64, 128]\n        measure {{\n            cmd: \"python bench.py --m {{{{tile_m}}}} --n {{{{tile_n}}}}\"\n            metric: \"tflops\"\n            objective: \"maximize\"\n        }}\n    }}\n    agent_loop Architect_{k} {{\n"
    );
    for i in 0..5 {
        let _ = write!(
            out,
            "        step \"Step {i}\" {{\n            llm.query {{\n                prompt: \"\"\"\n                    What limits kernel {k}? Think about {{{{trace}}}} first.\n                \"\"\"\n                output_var: answer_{i}\n            }}\n            emit TraceItem.Performance\n        }}\n"
        );
    }
    out.push_str("    }\n");
}

fn benchmarks(criterion: &mut Criterion) {
    let text = design();
    let lines = text.lines().count();
    assert!(lines >= 10_000, "{lines} lines are too few");
    let resolved = resolve(FileId(0), &text, &mut NoFiles);
    let found = check::check(&resolved.entries, &text);
    let all = resolved.diagnostics.iter().chain(&found);
    let errors: Vec<&str> = all
        .filter(|d| d.severity == spak_syntax::Severity::Error)
        .map(|d| d.message.as_str())
        .collect();
    assert!(errors.is_empty(), "the design is meant to be sound: {errors:?}");

    let mut group = criterion.benchmark_group(format!("{lines} lines"));
    group.sample_size(20);
    group.bench_function("parse", |b| b.iter(|| spak_syntax::parse(black_box(&text))));
    group.bench_function("parse, resolve and lower", |b| {
        b.iter(|| resolve(FileId(0), black_box(&text), &mut NoFiles));
    });
    group.bench_function("check", |b| b.iter(|| check::check(black_box(&resolved.entries), &text)));
    group.bench_function("hash", |b| b.iter(|| normal::hash(black_box(&resolved.entries))));
    group.bench_function("all", |b| {
        b.iter(|| {
            let resolved = resolve(FileId(0), black_box(&text), &mut NoFiles);
            check::check(&resolved.entries, &text)
        });
    });
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
