//! `spak generate --by`: kernels of programs and files, judged as every candidate is.

use crate::schemas::faults;
use crate::support::{Folder, compiler};

/// A small product: the judge takes a few seconds for it.
const DESIGN: &str = "system Small {
    workload w { operator: matmul m: 192 n: 160 k: 128 dtype: \"f32\" }
    design_space { loop_order: [\"ikj\"] accum_dtype: [\"f32\"] }
    tuning_space { tile_m: [32] tile_n: [64] }
    knowledge { invariant Sums { assert: \"sums are right within the tolerance\" } }
}
";
/// Attention whose rows are whole.
const ATTENTION: &str = "system Attend {
    workload w { operator: attention_forward batch: 1 num_heads: 2 seq_len: 64 head_dim: 32 dtype: \"f32\" causal: true }
    design_space { softmax_scheme: [\"naive\"] }
    tuning_space { tile_m: [16] tile_n: [16] }
}
";
/// Takes the kernel of the template out of the question, and changes it with `sed`.
const SCRIPT: &str = "prompt=$(cat)
printf '%s' \"$prompt\" > asked.txt
echo 'Here it is.'
echo '```c'
if printf '%s' \"$prompt\" | grep -q 'These were not:'; then edit=again.sed; else edit=first.sed; fi
printf '%s' \"$prompt\" | awk '/^```c$/ && !n {f=1; n=1; next} /^```$/ {f=0} f' | sed -f $edit
echo '```'
";

fn folder(first: &str, again: &str) -> Folder {
    let folder = Folder::with("design.dsl", DESIGN);
    folder.write("it.sh", SCRIPT);
    folder.write("first.sed", first);
    folder.write("again.sed", again);
    folder.write(
        "spak.toml",
        "[proposers.it]\nprovider = \"command\"\nmodel = \"a */ script\"\ncommand = [\"sh\", \"it.sh\"]\n",
    );
    folder
}

const BY: &[&str] = &["generate", "design.dsl", "--by", "it", "-o", "kernel.c", "--output", "json"];

#[test]
fn a_kernel_is_judged_and_timed_beside_the_template() {
    let Some(cc) = compiler() else { return };
    // The sum is wrong at first, and right when that is said.
    let folder = folder("s/+= (acc_t)a/-= (acc_t)a/", "s/^enum {/enum { \\/* mine *\\//");
    let ran = folder.spak(&[BY, &["--cc", cc]].concat()).ended(0);
    let report = ran.value();
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report["asked"]["rounds"], 2, "{report}");
    let refused = report["refused"][0]["proposal"].as_str().unwrap();
    assert_eq!(refused, "round 1, what it computes");
    assert!(report["checks"].as_u64().unwrap() > 10, "{report}");
    let both = [&report["median_ns"], &report["template_median_ns"]];
    assert!(both.iter().all(|ns| ns.as_u64().unwrap() > 0), "{report}");
    let kernel = folder.read("kernel.c");
    assert!(kernel.starts_with("/* Written by a  script for a config of Small"), "{kernel}");
    assert!(kernel.contains("/* mine */"), "{kernel}");
    // The role is another than the architect's, and what has to hold was said.
    let asked = folder.read("asked.txt");
    assert!(asked.contains("You do not change the design") && asked.contains("Sums: "), "{asked}");
    let shown = folder.spak(&["transcript", "show", ".spak/transcripts/kernel.jsonl"]).ended(0).out;
    assert!(shown.contains("round 2: kernel-engineer asked with `engineer 1`"), "{shown}");
    // Made again without anybody, and judged again.
    std::fs::remove_file(folder.join("it.sh")).unwrap();
    let replay = ["generate", "design.dsl", "-o", "again.c", "--cc", cc, "--replay"];
    folder.spak(&[&replay[..], &[".spak/transcripts/kernel.jsonl"]].concat()).ended(0);
    assert_eq!(folder.read("again.c"), kernel);
}

#[test]
fn what_is_not_right_is_never_written() {
    let Some(cc) = compiler() else { return };
    for (edit, expected) in [
        // It does not compile.
        ("s/spak_run/spak run/", "compiling"),
        // It reads what is not its own: before any compiler sees it.
        ("1i #include \"/etc/passwd\"", "headers of the standard library"),
        ("1i #embed \"/etc/passwd\"", "`#embed` has no place"),
        // It calls a shell, which does not run.
        (
            "s/^    struct job jobs/    extern int system(const char *); if (system(\"touch hacked\") != 0) return 1; struct job jobs/",
            "round 1",
        ),
        // It never ends.
        (
            "s/^    struct job jobs/    for (volatile int i = 0;; i++) {} struct job jobs/",
            "round 1",
        ),
        // It is right for one shape alone.
        (
            "s/^    struct job jobs/    if (dims[0] != 192) return 0; struct job jobs/",
            "what it computes",
        ),
        // It writes beside its output.
        (
            "s/^    struct job jobs/    ((float *)out[0])[dims[0] * dims[1] + 5] = 1; struct job jobs/",
            "round 1",
        ),
    ] {
        let folder = folder(edit, edit);
        let ran = folder.spak(&[BY, &["--cc", cc, "--rounds", "1"]].concat()).ended(1);
        let report = ran.value();
        let refused = report["refused"][0].to_string();
        assert!(refused.contains(expected), "{edit}: {refused}");
        assert!(report["written"].is_null() && !folder.join("kernel.c").exists());
        assert!(!folder.join("hacked").exists() && !refused.contains("root:"), "{refused}");
    }
}

/// The stability floor: scores so large that `exp` overflows are among the inputs of every check.
#[test]
fn attention_without_a_maximum_taken_away_is_refused() {
    let Some(cc) = compiler() else { return };
    let attend = |edit: &str| {
        let folder = folder(edit, "");
        folder.write("design.dsl", ATTENTION);
        let ran = folder.spak(&[BY, &["--cc", cc, "--rounds", "1"]].concat());
        (ran.code, ran.value())
    };
    let (code, report) = attend("");
    assert_eq!(code, 0, "{report}");
    let (code, report) = attend("s/const float shift = .*;/const float shift = 0.0f;/");
    let refused = report["refused"][0].to_string();
    assert!(code == 1 && refused.contains("what it computes"), "{refused}");
}

#[test]
fn what_cannot_be_asked_for_is_said() {
    let Some(cc) = compiler() else { return };
    let folder = folder("", "");
    let refused = |more: &[&str], reason: &str| {
        let ran = folder.spak(&[&["generate", "design.dsl", "--cc", cc], more].concat()).ended(2);
        assert!(ran.err.contains(reason), "{more:?}: {}", ran.err);
    };
    refused(&["--by", "it"], "say with `-o` where the kernel goes");
    refused(&["--by", "rules", "-o", "k.c"], "rules write none");
    refused(&["--by", "it", "-o", "design.dsl"], "exists already");
    refused(&["--by", "it", "-o", "k.c", "--set", "tile_m=33"], "`tile_m` has no value `33`");
    refused(&["--by", "it", "-o", "k.c", "--set", "x=1"], "the design has no `x`");
}
