//! `spak verify`: kernels of every family run without a GPU and judged, and what is wrong with one is found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::families::{Family, families};
use crate::gpu::{cache, run};
use crate::schemas::faults;
use crate::support::{Folder, has};

/// What was right, by name and value, and why some was not run.
#[derive(Default)]
struct Seen {
    values: BTreeSet<(String, String)>,
    reasons: BTreeSet<String>,
}

/// Whether references can be compiled here.
fn has_compiler() -> bool {
    let found = ["c++", "g++", "clang++"].into_iter().any(has);
    if !found {
        eprintln!("SKIPPED: there is no compiler of C++, so no kernel was judged");
    }
    found
}

/// Verifies a design; what of its values was right, and all that is wrong.
fn verified(folder: &Folder, cache: &Path, arguments: &[&str], seen: &mut Seen) -> Vec<String> {
    let all = [
        &["verify", "design.dsl", "--arch", "sm_90", "--jobs", "1", "--output", "json"],
        arguments,
    ]
    .concat();
    let report = run(folder, cache, &all).value();
    let Some(runs) = report["runs"].as_array() else { return vec![report.to_string()] };
    assert_eq!(faults(&report), Vec::<String>::new());
    let mut wrong = Vec::new();
    for run in runs {
        if run["state"] == "right" {
            let text =
                |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let both =
                [&run["config"], &run["problem"]["values"]].map(|one| one.as_object().unwrap());
            seen.values
                .extend(both.iter().flat_map(|all| all.iter()).map(|(n, v)| (n.clone(), text(v))));
        } else if run["state"] == "not_for_it" {
            seen.reasons.insert(run["reason"].to_string());
        } else {
            let what =
                if run["finding"].is_null() { &run["reason"] } else { &run["finding"]["message"] };
            wrong.push(format!("{what}\n    {}\n    {}", run["config"], run["problem"]["values"]));
        }
    }
    wrong
}

fn judged(family: &Family, cache: &Path) -> Vec<String> {
    let mut seen = Seen::default();
    let folder = Folder::with("design.dsl", &family.design(&family.variants()));
    let mut wrong = verified(&folder, cache, &["--cover", "values", "--limit", "2"], &mut seen);
    folder.write("design.dsl", family.design(&family.plain()));
    // A value may stand only in configs that are not made for the problem.
    for seed in ["0", "1", "2", "3"] {
        if family.unseen(&seen.values).is_empty() {
            break;
        }
        wrong.extend(verified(&folder, cache, &["--cover", "values", "--seed", seed], &mut seen));
    }
    let unseen = family.unseen(&seen.values);
    if !unseen.is_empty() {
        wrong.push(format!("right nowhere: {}; {:?}", unseen.join(", "), seen.reasons));
    }
    wrong.into_iter().map(|what| format!("{}: {what}", family.name)).collect()
}

#[test]
fn kernels_of_every_family_are_right_with_every_value_of_their_axes() {
    let (Some(cache), true) = (cache(), has_compiler()) else { return };
    let families = families();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(family) = families.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = judged(family, &cache);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn kernels_of_every_family_compile_for_two_architectures() {
    let Some(cache) = cache() else { return };
    for family in families() {
        let folder = Folder::with("design.dsl", &family.design(&[Vec::new()]));
        for arch in ["sm_90", "sm_120"] {
            let verb = ["compile", "design.dsl", "--arch", arch, "--cover", "values"];
            let report =
                run(&folder, &cache, &[&verb[..], &["--limit", "2", "--output", "json"]].concat());
            let report = report.value();
            for one in report["configs"].as_array().unwrap_or_else(|| panic!("{report:#}")) {
                let reason = one["reason"].as_str().unwrap_or_default();
                // What has more shared memory than there is can be compiled; arrays may be others than the operator's.
                let is_fine = ["ready", "does_not_fit"].contains(&one["state"].as_str().unwrap())
                    || reason.starts_with("ValueError");
                assert!(is_fine, "{} for {arch}: {one:#}", family.name);
            }
        }
    }
}

/// Sources that are wrong: family, workload, what is replaced by what, of what kind the finding is.
const MUTANTS: &[(&str, &str, &str, &str, &str)] = &[
    ("softmax", "", "PaddingMode.NEG_INF", "PaddingMode.ZERO", "wrong_result"),
    ("softmax", "", "ct.sum(p, 1", "ct.sum(-p, 1", "wrong_result"),
    ("softmax", "", "ct.store(Y,", "ct.store(X,", "inputs_changed"),
    ("softmax", "", "ct.store(Y, index=(tile, 0)", "ct.store(Y, index=(tile + 1, 0)", "outside"),
    ("softmax", "", "blocks = tiles\n", "blocks = tiles - 1\n", "not_written"),
    ("softmax", "", "(TILE_M, TILE_SIZE)", "(TILE_M, TILE_SIZE // 2)", "not_written"),
    (
        "matmul",
        "",
        "padding_mode=ct.PaddingMode.ZERO)\n        b",
        "padding_mode=ct.PaddingMode.UNDETERMINED)\n        b",
        "not_a_number",
    ),
    ("matmul", "", "(step, column)", "(column, step)", "outside"),
    ("attention_forward", "", "visible & (columns < keys)", "visible", "wrong_result"),
    ("attention_forward", "causal: true", "rows >= columns", "rows > columns", "wrong_result"),
    ("attention_forward", "causal: true", "shift + (tile + 1)", "shift + tile", "wrong_result"),
    ("layer_norm_backward", "", "d_bias + ct.sum", "d_bias - ct.sum", "wrong_result"),
];

#[test]
fn what_is_wrong_with_a_kernel_is_found() {
    let (Some(cache), true) = (cache(), has_compiler()) else { return };
    let all: BTreeMap<String, Family> =
        families().into_iter().map(|family| (family.name.clone(), family)).collect();
    for (name, field, from, to, kind) in MUTANTS {
        let fields = field.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned()));
        let folder =
            Folder::with("design.dsl", &all[*name].design(&[fields.into_iter().collect()]));
        run(&folder, &cache, &["generate", "design.dsl", "-o", "kernel.py"]).ended(0);
        let text = folder.read("kernel.py");
        assert!(text.contains(from), "{name} has no `{from}`:\n{text}");
        let verify = [
            "verify",
            "design.dsl",
            "--arch",
            "sm_90",
            "--source",
            "kernel.py",
            "--output",
            "json",
        ];
        folder.write("kernel.py", text.replace(from, to));
        let report = run(&folder, &cache, &verify).ended(1).value();
        let kinds: Vec<&Value> =
            report["runs"].as_array().unwrap().iter().map(|run| &run["finding"]["kind"]).collect();
        assert!(kinds.iter().any(|found| *found == kind), "{name}, {from} -> {to}: {report:#}");
    }
}

#[test]
fn findings_say_where() {
    let (Some(cache), true) = (cache(), has_compiler()) else { return };
    let family = families().into_iter().find(|family| family.name == "softmax").unwrap();
    let folder = Folder::with("design.dsl", &family.design(&[Vec::new()]));
    run(&folder, &cache, &["generate", "design.dsl", "-o", "kernel.py"]).ended(0);
    let verify = ["verify", "design.dsl", "--arch", "sm_90", "--source", "kernel.py"];
    let right = run(&folder, &cache, &verify).ended(0).out;
    assert!(right.contains("1 run: 1 right"), "{right}");
    let text = folder.read("kernel.py");
    let changed = text.replace("ct.store(Y, index=(tile, 0)", "ct.store(Y, index=(tile + 1, 0)");
    folder.write("kernel.py", &changed);
    let said = run(&folder, &cache, &verify).ended(1).out;
    let line = changed.lines().position(|line| line.contains("tile + 1")).unwrap() + 1;
    assert!(said.contains(&format!("line {line}: `ct.store(Y, index=(tile + 1, 0)")), "{said}");
    assert!(said.contains("access beside an array"), "{said}");
    // What cannot be begun.
    let none =
        run(&folder, &cache, &[&verify[..4], &["--cxx", "no-such-compiler"]].concat()).ended(2);
    assert!(none.err.contains("tried no-such-compiler"), "{none:?}");
    let none = run(&folder, &folder.join("empty"), &verify[..4]).ended(2);
    assert!(none.err.contains("spak toolchain install cutile"), "{none:?}");
    let none = run(&folder, &cache, &[&verify[..4], &["--source", "none.py"]].concat()).ended(2);
    assert!(none.err.contains("cannot read `none.py`"), "{none:?}");
}
