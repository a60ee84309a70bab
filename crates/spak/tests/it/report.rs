//! `spak report` through the program: pages from the stored traces, and what must not become a page.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::dice::Dice;
use crate::schemas::faults;
use crate::support::{Folder, Ran, spak_in};

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_shapes.jsonl.gz");

const GOOD: &str = "\
{% set t = trace(\"t.jsonl.gz\") %}
# 1. Attention on H200

{% for one in t.comparisons %}
- {{ one.workload | code }}: {{ one.ratio(\"sdpa-cudnn\") | fixed(3) }}
{% endfor %}

cuDNN {{ bar(geomean(t.comparisons | each(\"ratio\", \"sdpa-cudnn\")), at_least=1.0) }},
TileGym {{ geomean(t.comparisons | each(\"ratio\", \"tilegym\")) | fixed(3) }},
{{ t.trials }} trials.
";

/// The lines of the stored trace.
fn kept() -> Vec<String> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(KEPT).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn packed(lines: &[String]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    out.finish().unwrap()
}

/// A folder with the stored trace and a page.
fn folder(page: &str) -> Folder {
    let folder = Folder::with("p.md.j2", page);
    std::fs::copy(KEPT, folder.join("t.jsonl.gz")).unwrap();
    folder
}

/// The stored trace without most of its trials: small enough to be read many times.
fn small() -> Vec<String> {
    let mut trials = 0;
    let few = |line: &String| {
        trials += u32::from(line.contains("\"type\":\"trial\""));
        !line.contains("\"type\":\"trial\"") || trials <= 40
    };
    kept().into_iter().filter(few).collect()
}

/// What the program says of a page that begins with the trace and one figure of it, and goes on with `rest`.
fn says(folder: &Folder, rest: &str) -> Ran {
    let page = format!("{{% set t = trace(\"t.jsonl\") %}}\n{{{{ t.trials }}}} trials\n{rest}\n");
    folder.write("p.md.j2", page);
    let ran = folder.spak(&["report", "p.md.j2"]);
    assert!(!folder.join("p.md").exists() || ran.code == 0, "{ran:?}");
    ran
}

fn small_folder() -> Folder {
    Folder::with("t.jsonl", &(small().join("\n") + "\n"))
}

#[test]
fn figures_are_those_of_the_trace_and_lead_to_their_lines() {
    let folder = folder(GOOD);
    let ran = folder.spak(&["report", "p.md.j2"]).ended(0);
    assert_eq!(ran.out, "p.md: written, 16 figures from t.jsonl.gz\n");
    let page = folder.read("p.md");
    assert!(page.starts_with("# 1. Attention on H200\n"), "{page}");
    // As `spak trace` prints them.
    assert!(page.contains("cuDNN [0.976](t.jsonl.gz \"geometric mean of 13: lines 790, 791, 792 and 10 more\") (bar 1.000: missed by 2.4 %),"), "{page}");
    assert!(page.contains("TileGym [1.445](t.jsonl.gz \"geometric mean of 13: lines"), "{page}");
    assert!(page.contains("[754](t.jsonl.gz \"lines 36, 37, 38 and 751 more\") trials"), "{page}");
    // A link's line has the numbers that the figure is made of.
    let first = page.lines().find(|line| line.starts_with("- ")).unwrap();
    assert!(first.starts_with("- `s1k_d64_causal_mha`: [0.964](t.jsonl.gz "), "{first}");
    assert!(first.ends_with("line 790\")"), "{first}");
    let line: serde_json::Value = serde_json::from_str(&kept()[790 - 1]).unwrap();
    let ns = |name: &str| {
        let all = line["data"]["contenders"].as_array().unwrap();
        let one = all.iter().find(|one| one["name"] == name).unwrap();
        one["outcome"]["measured"]["median_ns"].as_f64().unwrap()
    };
    assert_eq!(format!("{:.3}", ns("sdpa-cudnn") / ns("candidate")), "0.964");

    let again = folder.spak(&["report", "p.md.j2", "--check"]).ended(0);
    assert_eq!(again.out, "p.md: as it was, 16 figures from t.jsonl.gz\n");
}

#[test]
fn a_trace_with_another_number_is_another_page() {
    let folder = folder(GOOD);
    folder.spak(&["report", "p.md.j2"]).ended(0);
    let before = folder.read("p.md");
    let mut lines = kept();
    let changed = lines[789].replacen("\"median_ns\":210976", "\"median_ns\":210000", 1);
    assert_ne!(changed, lines[789]);
    lines[789] = changed;
    folder.write("t.jsonl.gz", packed(&lines));
    let ran = folder.spak(&["report", "p.md.j2", "--check"]).ended(1);
    assert!(
        ran.out.starts_with(
            "p.md:3: differs from what p.md.j2 renders to\n  is    - `s1k_d64_causal_mha`: [0.964]"
        ),
        "{ran:?}"
    );
    assert!(ran.out.contains("\n  to be - `s1k_d64_causal_mha`: [0.968]"), "{ran:?}");
    assert_eq!(folder.read("p.md"), before, "`--check` writes nothing");
    let (code, value) = folder.json(&["report", "p.md.j2", "--check"]);
    assert_eq!((code, faults(&value)), (1, Vec::new()));
    assert_eq!(value["pages"][0]["state"], "different");
    assert_eq!(value["pages"][0]["difference"]["line"], 3);
    // A page that was edited by hand is found as well, and one that is not there.
    folder.write("t.jsonl.gz", packed(&kept()));
    folder.write("p.md", before.replacen("0.976", "1.976", 1));
    assert!(folder.spak(&["report", "p.md.j2", "--check"]).ended(1).out.contains("1.976"));
    std::fs::remove_file(folder.join("p.md")).unwrap();
    folder.spak(&["report", "p.md.j2", "--check"]).ended(1);
    assert!(!folder.join("p.md").exists());
    folder.spak(&["report", "p.md.j2", "-o", "q.md"]).ended(0);
    assert_eq!((folder.read("q.md"), folder.join("p.md").exists()), (before, false));
}

#[test]
fn numbers_that_come_from_nowhere_are_told_with_their_lines() {
    let folder = small_folder();
    let ran = says(&folder, "It is 1.84 times\nas fast, of {{ 2 + 3 }} on\nH200.\n\n{{- ' 7' }}")
        .ended(1);
    assert_eq!(
        ran.out,
        "p.md.j2:3: 1.84 comes from no trace; print a figure, or say with `given` why it is no measurement\n\
         p.md.j2:4: 5 comes from no trace; print a figure, or say with `given` why it is no measurement\n\
         p.md.j2:7: 7 comes from no trace; print a figure, or say with `given` why it is no measurement\n\
         p.md: not written, 3 problems\n"
    );
    let ran =
        says(&folder, "with {{ given(1.84, 'a limit of the board') }} and `5` of sm_90").ended(0);
    assert!(folder.read("p.md").contains("\nwith 1.84 and `5` of sm_90\n"), "{ran:?}");
    std::fs::remove_file(folder.join("p.md")).unwrap();
    // In what is included, the line is that of the other file.
    folder.write("part.j2", "one\ntwo 2\n");
    let ran = says(&folder, "{% include 'part.j2' %}").ended(1);
    assert!(ran.out.starts_with("part.j2:2: 2 comes from no trace"), "{ran:?}");
    // One page with a problem, and none is written.
    folder.write("good.md.j2", "{{ trace('t.jsonl').trials }}\n");
    folder.write("bad.md.j2", "1\n");
    let arguments = ["report", "good.md.j2", "bad.md.j2", "--output", "json"];
    let value = folder.spak(&arguments).ended(1).value();
    assert_eq!(faults(&value), Vec::<String>::new());
    assert_eq!(
        (&value["pages"][0]["state"], &value["pages"][1]["state"]),
        (&"held".into(), &"failed".into())
    );
    assert_eq!(value["pages"][1]["problems"][0]["number"], "1");
    assert!(!folder.join("good.md").exists());
}

#[test]
fn whatever_else_is_wrong_is_told_with_its_line() {
    let folder = small_folder();
    folder.write("outside/part.j2", "x");
    folder.write("in/p.md.j2", "{% include '../outside/part.j2' %}");
    let ran = folder.spak(&["report", "in/p.md.j2"]).ended(1);
    assert!(ran.out.starts_with("in/p.md.j2:1: "), "{ran:?}");
    assert!(ran.out.contains("`../outside/part.j2` is not in the folder of the page"), "{ran:?}");
    for (rest, line, message) in [
        ("{{ trace('none.jsonl').trials }}", 3, "none.jsonl"),
        ("\n{{ trace('/t.jsonl').trials }}", 4, "by its path from the page"),
        ("{% set u = trace('./t.jsonl') %}", 3, "`./t.jsonl` is read, and no figure"),
        ("{{ bar(t.trials) }}", 3, "a bar has one bound"),
        ("{{ bar(t.trials, at_least=1, at_most=2) }}", 3, "a bar has one bound"),
        ("{{ bar(t.trials, atleast=1) }}", 3, "atleast"),
        ("{{ bar(1.5, at_least=1) }}", 3, "a figure of a trace is wanted here"),
        ("{{ given('5', ' ') }}", 3, "wants a reason"),
        ("{{ given(t.trials ~ '', 'x') }}", 3, "for numbers of your own"),
        ("`{{ t.trials }}`", 3, "a figure in code is no link"),
        ("<!-- {{ t.trials }} -->", 3, "a figure in a comment is no link"),
        ("{{ t.trials | replace('4', '5') }}", 3, "changed after it was made"),
        ("{{ (t.trials | string)[3:9] }}", 3, "0 comes from no trace"),
        ("{{ t.trials | us }}", 3, "the filter is for a time, not for a count"),
        ("{{ t.trials | fixed(99) }}", 3, "at most 12 digits"),
        ("{{ geomean([]) }}", 3, "the list is empty"),
        ("{{ geomean([t.rejected]) }}", 3, "of positive numbers"),
        ("{{ lowest([t.trials, t.comparisons[0].time('candidate')]) }}", 3, "a count and a time"),
        ("{{ ratio(t.trials, t.rejected) }}", 3, "is nothing"),
        (
            "{{ t.comparisons[0].ratio('cudnn') }}",
            3,
            "no `cudnn` in the comparison of s1k_d64_causal_mha; there are: candidate, jit, sdpa-cudnn",
        ),
        ("{{ t.comparisons[0].value('sequence') }}", 3, "has no `sequence`"),
        ("{{ t.workloads[0].trial(tile_m=1) }}", 3, "no accepted trials"),
        ("{{ t.workloads[0].trial(softmax_scheme='online').time }}", 3, "one is asked for"),
        ("{{ t.workloads[0].best.energy }}", 3, "has no energy"),
        ("{{ t.nothing }}", 3, "undefined"),
        ("{% for x in t.comparisons %}", 3, "syntax error"),
        ("{{ x }", 3, "syntax error"),
        (
            "{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}",
            3,
            "fuel",
        ),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 3, "recursion"),
        ("{% include 'p.md.j2' %}", 3, "recursion"),
        ("\u{f5ac1}1\u{f5ac3}", 1, "characters that SPAK marks figures with"),
        ("{{ '\\u{f5ac1}1\\u{f5ac3}' }}", 3, ""),
    ] {
        let ran = says(&folder, rest).ended(1);
        let first = ran.out.lines().next().unwrap();
        assert!(first.starts_with(&format!("p.md.j2:{line}: ")), "{rest}: {}", ran.out);
        assert!(ran.out.contains(message), "{rest}: {}", ran.out);
    }
}

#[test]
fn damaged_traces_make_no_page() {
    let lines = small();
    let whole = lines.join("\n") + "\n";
    for (name, text) in [
        ("empty", String::new()),
        ("no trace", "{}\n".to_owned()),
        ("torn", whole[..whole.len() - 40].to_owned()),
        ("broken", whole.replacen("\"type\":\"trial\"", "\"type\":\"tri", 1)),
    ] {
        let folder = Folder::with("t.jsonl", &text);
        let ran = says(&folder, "").ended(1);
        assert!(ran.out.starts_with("p.md.j2:1: "), "{name}: {ran:?}");
        assert!(ran.out.contains("t.jsonl"), "{name}: {ran:?}");
    }
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let folder = Folder::with("a.md", "x");
    let says = |arguments: &[&str]| folder.spak(arguments).ended(2).err;
    assert!(says(&["report", "a.md"]).contains("does not end with `.md.j2`"));
    assert!(says(&["report", "b.md.j2"]).contains("b.md.j2"));
    assert!(says(&["report", "a.md.j2", "b.md.j2", "-o", "c"]).contains("names one file"));
    assert!(says(&["report"]).contains("PAGE.md.j2"));
}

#[test]
fn trials_of_a_workload_are_told() {
    let folder = small_folder();
    let ran = says(
        &folder,
        "{% set w = (t.workloads | where(name=\"s1k_d64_causal_mha\")) | first %}\n\
         {% set best = w.best %}\n\
         {{ w.trials }} {{ w.rejected }} {{ best.time }} {{ best.level | us(2) }} {{ best.rate }} {{ best.slower | fixed(2) }}\n\
         {{ best.value('tile_m') }} {{ best.spread | percent }} {{ best.worst_check }} {{ best.index }} {{ best.config | code }}\n\
         {{ highest(w.trials_by_level | each('slower')) }} {{ length_of(w.by_order | where(tile_m=64)) }}\n\
         {{ ratio((w.trials_by_level | last).level, best.level) | fixed(6) }} {{ (w.trials_by_level | last).slower | fixed(6) }}\n\
         {{ w.value('seq_len') }} {{ w.pareto | length == 0 }}\n\
         at first {{ ratio(w.best_after(3).level, w.best_after(1000).level) | fixed(2) }} {{ ratio(w.best_after(1000).level, best.level) | fixed(2) }}\n\
         {% for one in t.comparisons | where(causal=true, head_dim=64) | having('tilegym') %}\n\
         {{ one.time('tilegym') | ms }} {{ one.bandwidth('candidate') }} {{ one.same_bits('jit') }} {{ one.note('tilegym') | code }} {{ one.config | code }} {{ one.problem | code }}\n\
         {% endfor %}",
    )
    .ended(0);
    let page = folder.read("p.md");
    assert!(page.contains("[1,024](t.jsonl"), "{ran:?}\n{page}");
    assert!(page.contains("without the drift of 40 trials"), "{page}");
    let first = page.lines().find(|line| line.starts_with("at first [")).unwrap();
    assert!(!first.starts_with("at first [0.") && first.contains("[1.00]"), "{first}");
    std::fs::remove_file(folder.join("p.md")).unwrap();
    let none = says(&folder, "{{ (t.workloads | first).best_after(0).level }}").ended(1);
    assert!(none.out.contains("no accepted trial of"), "{none:?}");
    let line = page.lines().find(|line| line.contains("\"ratio: ")).unwrap();
    let shown: Vec<&str> = line.split('[').skip(1).map(|part| &part[..8]).collect();
    assert_eq!(shown[0], shown[1], "{line}");
    assert!(page.contains("namespace(TILE_M=128"), "{page}");
}

/// Templates made of pieces, some of them wrong, and traces with bytes changed: an answer, whatever it is.
#[test]
fn nothing_makes_it_crash() {
    let pieces = [
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "{#",
        "#}",
        "{{- ",
        "-}}",
        "{% raw %}",
        "{% endraw %}",
        "for x in ",
        "endfor",
        "t.comparisons",
        "t.workloads",
        "x",
        ".best",
        ".time",
        ".time('candidate')",
        "ratio(",
        "geomean(",
        "bar(",
        ", at_least=",
        "1e308",
        "-1",
        ")",
        " | each('slower')",
        " | fixed(3)",
        " | us",
        "`",
        "```\n",
        "<!--",
        "-->",
        "\n",
        "\n\n",
        "5",
        "[a](",
        "\\",
        "'",
        "given('1', 'x')",
        "½",
        "約3",
        " | where(tile_m=64)",
        ".trial(tile_m=64)",
        ".trials_by_level",
        "[0]",
        " ~ ",
        "{% set x = ",
        "{% for x in t.workloads %}",
        "{% endfor %}",
        "{{ x.best.level }}",
        "{{ t.trials }}",
    ];
    let lines = small();
    let mut dice = Dice(17);
    let folder = Folder::new();
    let mut rendered = 0;
    for round in 0..60 {
        let mut bytes = (lines.join("\n") + "\n").into_bytes();
        if round % 2 == 0 {
            for _ in 0..dice.below(4) {
                let at = dice.below(bytes.len());
                // Mostly digits, so that lines stay records.
                let digits = b"0123456789-eE\"{}\n";
                bytes[at] = digits[dice.below(digits.len())];
            }
        }
        let mut page = "{% set t = trace(\"t.jsonl\") %}\n{{ t.trials }}\n".to_owned();
        for _ in 0..dice.below(10) {
            page.push_str(dice.pick(&pieces));
        }
        folder.write("t.jsonl", bytes);
        folder.write("p.md.j2", &page);
        let ran = folder.spak(&["report", "p.md.j2"]);
        assert!([0, 1].contains(&ran.code), "{page}: {ran:?}");
        rendered += u32::from(ran.code == 0);
    }
    assert!(rendered > 0, "none of the pages was right");
}

/// The templates below a folder.
fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else if path.to_string_lossy().ends_with(".md.j2") {
            found.push(path);
        }
    }
}

#[test]
fn the_pages_of_the_repository_are_those_of_their_templates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    templates(&root.join("docs/results"), &mut found);
    assert!(!found.is_empty());
    found.sort();
    let mut arguments = vec!["report"];
    arguments.extend(found.iter().map(|path| path.to_str().unwrap()));
    if std::env::var_os("SPAK_BLESS").is_none() {
        arguments.push("--check");
    }
    let (code, out, err) = spak_in(&root, &arguments);
    assert_eq!(code, 0, "SPAK_BLESS=1 renders them anew\n{out}{err}");
}
