//! `spak compile`, `bundle` and `node` through the program, with the real compiler and without a GPU.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use spak_toolchain::{CUTILE, Cache, ToolchainError, install};

use crate::support::{Folder, Ran, finish};

const SOFTMAX: &str = "system Rows {
    workload short {
        operator: softmax
        rows: 64
        columns: 500
        dtype: \"f16\"
    }
    design_space {
        softmax_scheme: [\"full_row\", \"online\"]
        row_passes: [\"single_pass\", \"reload\"]
        math_approximation: [\"exp\"]
    }
    tuning_space {
        tile_size: [256, 512]
        occupancy: [0]
    }
    constraint \"few registers\" {
        require: registers <= LIMIT
        reason: \"other kernels run beside it\"
    }
}
";

/// A design of which kernels with more registers are left out.
pub(crate) fn softmax(registers: u32) -> String {
    SOFTMAX.replace("LIMIT", &registers.to_string())
}

/// A cache with the compiler of cuTile; nothing where it cannot be fetched.
pub(crate) fn cache() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spak-cache");
        match install(&CUTILE, &Cache::at(&folder), None, false, &mut |_| ()) {
            Ok(_) => Some(folder),
            Err(error @ (ToolchainError::Install { .. } | ToolchainError::NoPython { .. })) => {
                eprintln!("SKIPPED: the compiler of cuTile is not here: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    };
    FOUND.get_or_init(find).clone()
}

/// Whether this machine has a driver, which a test about machines without one then says.
fn has_driver() -> bool {
    let has = ["/usr/lib/x86_64-linux-gnu/libcuda.so.1", "/usr/lib64/libcuda.so.1"]
        .iter()
        .any(|path| Path::new(path).exists());
    if has {
        eprintln!("SKIPPED: there is a driver here, and the test is about machines without one");
    }
    has
}

pub(crate) fn run(folder: &Folder, cache: &std::path::Path, arguments: &[&str]) -> Ran {
    let mut command = folder.command(arguments);
    command.env("SPAK_CACHE", cache);
    finish(command)
}

#[test]
fn configs_are_compiled_without_a_gpu_and_only_once() {
    let Some(cache) = cache() else { return };
    let folder = Folder::with("rows.dsl", &softmax(255));
    let json = ["compile", "rows.dsl", "--arch", "sm_90", "-o", "out", "--output", "json"];
    let report = run(&folder, &cache, &json).ended(0).value();
    let configs = report["configs"].as_array().unwrap();
    // A row in one piece is read once, whatever the size of parts is, another one several times; others of the eight are none.
    assert_eq!(configs.len(), 3, "{report:#}");
    assert_eq!(report["space"], 4);
    for one in configs {
        assert_eq!(one["state"], "ready", "{one:#}");
        let kernel = &one["kernels"][0];
        assert_eq!(kernel["kernel"], "softmax");
        assert!(
            kernel["registers"].as_u64().unwrap() > 8 && kernel["threads"].as_u64().unwrap() > 0
        );
    }
    assert_eq!(report["architecture"], "sm_90");
    let again = run(&folder, &cache, &json).ended(0).value();
    assert_eq!(again["kept"], again["kernels"]);
    let files = std::fs::read_dir(folder.join("out")).unwrap().flatten();
    let names: Vec<String> = files.map(|f| f.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.iter().filter(|name| name.ends_with(".cubin")).count(), 3, "{names:?}");

    // The design may say what of binaries it does not want.
    folder.write("rows.dsl", softmax(1));
    let report = run(&folder, &cache, &json).ended(1).value();
    assert!(report["configs"].as_array().unwrap().iter().all(|one| one["state"] == "ruled_out"));
    let ran = run(&folder, &cache, &["compile", "rows.dsl", "--arch", "sm_90"]).ended(1);
    assert!(ran.out.contains("other kernels run beside it (registers <= 1)"), "{ran:?}");
    assert!(ran.out.contains("3 ruled out"), "{ran:?}");
}

#[test]
fn what_cannot_be_compiled_for_is_said() {
    let Some(cache) = cache() else { return };
    let folder = Folder::with("rows.dsl", &softmax(255));
    let says = |arguments: &[&str]| {
        let all = [&["compile", "rows.dsl"], arguments].concat();
        run(&folder, &cache, &all).ended(2).err
    };
    assert!(says(&[]).contains("`--arch sm_90`, or `--hardware H200`"));
    assert!(says(&["--hardware", "H20"]).contains("did you mean `H200`?"));
    assert!(says(&["--hardware", "H200", "--arch", "sm_80"]).contains("`H200` is of sm_90"));
    assert!(says(&["--arch", "gfx90a"]).contains("no architecture such as sm_90"));
    assert!(says(&["--arch", "sm_90", "--timeout", "0"]).contains("`--timeout` is 0"));
    assert!(says(&["--arch", "sm_90", "--workload", "long"]).contains("there are: short"));
    let none = Folder::with("rows.dsl", &softmax(9).replace(": softmax\n", ": softmaxx\n"));
    let ran = run(&none, &cache, &["compile", "rows.dsl", "--arch", "sm_90"]).ended(2);
    assert!(ran.err.contains("did you mean `softmax`?"), "{ran:?}");
    // No compiler at all.
    let empty = Folder::new();
    let ran = run(&folder, &empty.join("cache"), &["compile", "rows.dsl", "--arch", "sm_90"]);
    assert!(ran.ended(2).err.contains("spak toolchain install cutile"));
    // A time in which nothing is compiled is a result.
    let report = run(
        &folder,
        &cache,
        &["compile", "rows.dsl", "--arch", "sm_89", "--timeout", "0.001", "--output", "json"],
    );
    let report = report.ended(1).value();
    assert!(report["configs"].as_array().unwrap().iter().all(|one| one["state"] == "timed_out"));
}

#[test]
fn bundles_are_whole_or_refused() {
    let Some(cache) = cache() else { return };
    let folder = Folder::with("rows.dsl", &softmax(255));
    let ran = run(&folder, &cache, &["bundle", "rows.dsl", "--arch", "sm_90", "-o", "rows.spak"]);
    assert!(ran.ended(0).out.contains("3 candidates of 3 configs on 1 workload for sm_90"));
    // A trace of other kernels, packed as repositories keep it, leaves nothing out, and that is said.
    let trace = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/results/transfer/softmax.jsonl.gz");
    let after = ["bundle", "rows.dsl", "--arch", "sm_90", "-o", "after.spak", "--after"];
    let ran = run(&folder, &cache, &[&after[..], &[trace.to_str().unwrap()]].concat()).ended(0);
    assert!(ran.err.contains("no trial of the trace left out"), "{}", ran.err);
    assert!(ran.out.contains("3 candidates of 3 configs"), "{}", ran.out);
    let bytes = std::fs::read(folder.join("rows.spak")).unwrap();
    let node = ["node", "run", "part.spak", "--trace", "t.jsonl"];
    let says = |bytes: &[u8]| {
        std::fs::write(folder.join("part.spak"), bytes).unwrap();
        run(&folder, &cache, &node).ended(2).err
    };
    for length in [0, 1, 20, bytes.len() / 2, bytes.len() - 1] {
        let error = says(&bytes[..length]);
        assert!(error.contains("part.spak"), "{length}: {error}");
    }
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 0x10;
    assert!(says(&damaged).contains("part.spak"));
    assert!(!folder.join("t.jsonl").exists(), "nothing is begun with what is no bundle");
    if has_driver() {
        return;
    }
    assert!(says(&bytes).contains("no NVIDIA driver"));
}

#[test]
fn scripts_of_nodes_are_python() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("crates/spak-node/src/contenders.py")];
    for operator in std::fs::read_dir(root.join("operators")).unwrap() {
        let file = operator.unwrap().path().join("baselines.py");
        files.extend(file.exists().then_some(file));
    }
    // Each operator has something that it is compared with.
    assert_eq!(files.len(), 1 + spak_generate::operators::operators().len());
    let check = "import sys\nfor f in sys.argv[1:]: compile(open(f).read(), f, 'exec')";
    let Ok(output) = Command::new("python3").arg("-c").arg(check).args(&files).output() else {
        eprintln!("SKIPPED: there is no python3 here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_loop_packs_what_it_would_try_and_says_what_is_missing() {
    let Some(cache) = cache() else { return };
    if has_driver() {
        return;
    }
    let text = softmax(255);
    let folder = Folder::with("rows.dsl", &text);
    let looped = ["loop", "rows.dsl", "--node", "local", "--hardware", "H200", "--limit", "2"];
    let ran = run(&folder, &cache, &looped).ended(2);
    assert!(ran.err.contains("no NVIDIA driver"), "{ran:?}");
    assert!(folder.join(".spak/bundles/rows-short-1.spak").exists());
    assert_eq!(folder.read("rows.dsl"), text);
    let with = |more: &[&str]| run(&folder, &cache, &[&looped[..], more].concat());
    assert!(with(&["--strategy", "random"]).ended(2).err.contains("a node searches by itself"));
    assert!(with(&["--trials", "0"]).ended(1).out.contains("nothing was measured"));
    let report = with(&["--trials", "0", "--output", "json"]).ended(1).value();
    assert_eq!(report["format"], "spak.gpu-loop-report");
    assert_eq!((&report["workload"], &report["trials"]), (&"short".into(), &0.into()));
    assert!(report["best"].is_null() && report["problem"]["operator"] == "softmax", "{report:#}");
    let elsewhere = ["loop", "rows.dsl", "--node", "a b", "--hardware", "H200", "--limit", "2"];
    let ran = run(&folder, &cache, &elsewhere).ended(2);
    assert!(ran.err.contains("`a b` is no name of a machine"), "{ran:?}");
}

#[test]
fn what_was_measured_on_a_machine_leads_kernels_that_are_compiled_for_it_elsewhere() {
    let Some(cache) = cache() else { return };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let trace = root.join("tests/traces/fmha_shapes.jsonl.gz");
    let text = std::fs::read_to_string(root.join("../../examples/gpu/fmha_shapes_h200.dsl"));
    // What was the best in that trace, the design rules out by now.
    let text = text
        .unwrap()
        .replace("(mask_region == \"explicit_two_loops\") == causal", "tile_m <= 128")
        .replace("(masked_tile_n == \"half\") == (causal and tile_n == 128)", "tile_n <= 128");
    let folder = Folder::with("shapes.dsl", &text);
    let of = ["--workload", "s8k_d128_causal_mha"];
    let learn = ["learn", "shapes.dsl", trace.to_str().unwrap()];
    folder.spak(&[&learn[..], &of].concat()).ended(0);
    let compile = ["compile", "shapes.dsl", "--cover", "neighbours", "--limit", "2"];
    let configs = |more: &[&str]| -> Vec<serde_json::Value> {
        let arguments = [&compile[..], &of, more, &["--output", "json"]].concat();
        let report = run(&folder, &cache, &arguments).ended(0).value();
        let all = report["configs"].as_array().unwrap().iter();
        all.map(|one| one["config"].clone()).collect()
    };
    // The best of the trace has wide tiles of rows; the design begins with narrow ones.
    let (first, known) = (configs(&["--ignore-knowledge"]), configs(&[]));
    assert_eq!(first[0]["tile_m"], 64, "{first:#?}");
    assert_eq!(
        (&known[1]["tile_m"], &known[1]["tile_n"]),
        (&128.into(), &128.into()),
        "{known:#?}"
    );
    assert_ne!(first, known);
}
