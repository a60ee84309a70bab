//! The scorer on small reports that are right, wrong in one way each, or silent.

use serde_json::{Value, json};

use super::axes::{Outcome, Verdict};
use super::ratio::Ratio;
use super::report::{self, Lifted};
use super::score::{self, Score, bars};
use super::truth::{self, Truth};
use super::words::Words;

/// Two kernels, an axis about an operand, one without, one with a rule, and one of each other kind of row.
fn small_truth() -> Truth {
    let text = json!({
        "package": "made-up", "version": "1", "file": "made/up.py", "family": "matmul",
        "kernels": {"A": {"name": "first", "device": "inner"}, "B": {"name": "second"}},
        "axes": [
            {"id": "X1", "priority": "P0", "axis": "scheduling", "kernels": ["A", "B"], "role": null,
             "value": "tile_per_cta", "domain": ["tile_per_cta", "static_persistent"], "lines": [10, 20]},
            {"id": "X2", "priority": "P1", "axis": "load_latency", "kernels": ["A"], "role": "k",
             "value": "2", "domain": ["unset", "2"], "lines": [30]},
            {"id": "X3", "priority": "P2", "axis": "occupancy", "kernels": ["B"], "role": null,
             "value": "from_config", "domain": ["unset", "from_config"], "lines": [40],
             "resolved": {"sm_80": "2", "sm_90": "1"}},
        ],
        "tuning": [{"kernel": "A", "condition": {"arch": ["sm_80", "sm_90"], "other": ""},
            "parameters": ["M", "N"], "values": [[64, 32], [128, "unset"]], "lines": [50]}],
        "constraints": [
            {"id": "C1", "kind": "asserted", "statement": "heads % kv_heads == 0", "about": ["heads", "kv_heads"], "lines": [60]},
            {"id": "C2", "kind": "implied", "statement": "rows are contiguous", "lines": [60]},
        ],
        "dead_or_misleading": [
            {"id": "D1", "kind": "unused_parameter", "item": "never read", "lines": [70]},
            {"id": "D2", "item": "said elsewhere", "lines": []},
        ],
    });
    truth::read(&text.to_string(), "made-up").expect("a truth")
}

fn finding(axis: &str, kernel: &str, role: Option<&str>, value: &str, line: u64) -> Value {
    json!({"axis": axis, "value": value, "kernel": kernel, "role": role, "lines": [line],
           "confidence": 0.9, "because": "", "pattern": "", "alternatives": [], "condition": null})
}

fn lifted(file: Value) -> Lifted {
    let mut file = file;
    file["path"] = json!("some/where/made/up.py");
    let report = json!({"format": "spak.lift-report", "version": 1, "files": [file]});
    let mut files = report::read(&report.to_string(), "report").expect("a report");
    files.pop().expect("one file")
}

fn findings(list: Vec<Value>) -> Lifted {
    lifted(json!({"kernels": [{"name": "first", "line": 1}], "findings": list}))
}

fn scored<'t>(truth: &'t Truth, lifted: &Lifted) -> Score<'t> {
    score::score(truth, lifted, None, &Words::load().expect("the table"))
}

fn outcomes(score: &Score<'_>) -> Vec<Outcome> {
    score.axes.items.iter().map(|item| item.outcome).collect()
}

fn verdicts(score: &Score<'_>) -> Vec<Verdict> {
    score.axes.said.iter().map(|said| said.verdict).collect()
}

/// The verdict on one finding alone.
fn verdict(finding: Value) -> Verdict {
    let truth = small_truth();
    verdicts(&scored(&truth, &findings(vec![finding])))[0]
}

#[test]
fn a_right_report_finds_everything() {
    let truth = small_truth();
    let report = findings(vec![
        finding("scheduling", "first", None, "tile_per_cta", 10),
        finding("scheduling", "second", None, "One tile per CTA", 20),
        finding("k_load_latency", "inner", None, "2.0", 30),
        finding("occupancy", "second", None, "from_config", 40),
    ]);
    let score = scored(&truth, &report);
    assert_eq!(outcomes(&score), [Outcome::Exact; 4]);
    assert_eq!(verdicts(&score), [Verdict::Right; 4]);
    let counts = score.counts();
    assert_eq!(counts.recall["P0"], Ratio { hit: 2, of: 2 });
    assert_eq!(counts.whole, Ratio { hit: 3, of: 3 });
    assert_eq!(counts.precision, Ratio { hit: 4, of: 4 });
    assert_eq!(counts.kernels, Ratio { hit: 1, of: 2 });
}

#[test]
fn a_silent_report_finds_nothing_and_claims_nothing() {
    let truth = small_truth();
    let score = scored(&truth, &Lifted::default());
    assert_eq!(outcomes(&score), [Outcome::Silent; 4]);
    assert_eq!(score.counts().precision.percent(), None);
    assert_eq!(score.counts().tuning, Ratio { hit: 0, of: 1 });
}

#[test]
fn a_wrong_value_is_neither_found_nor_right() {
    let truth = small_truth();
    let report = findings(vec![finding("load_latency", "first", Some("k"), "3", 30)]);
    let score = scored(&truth, &report);
    assert_eq!(outcomes(&score)[2], Outcome::OtherValue);
    assert_eq!(verdicts(&score), [Verdict::WrongValue]);
}

#[test]
fn a_wrong_kernel_counts_against_precision() {
    assert_eq!(
        verdict(finding("load_latency", "second", Some("k"), "2", 30)),
        Verdict::WrongKernel
    );
    // Of a kernel that the truth does not list it says nothing.
    assert_eq!(verdict(finding("load_latency", "third", Some("k"), "2", 30)), Verdict::Beyond);
}

#[test]
fn a_line_may_be_off_by_one_and_is_then_not_exact() {
    let truth = small_truth();
    let at = |line| findings(vec![finding("load_latency", "first", Some("k"), "2", line)]);
    for (line, outcome, verdict) in [
        (30, Outcome::Exact, Verdict::Right),
        (29, Outcome::Near, Verdict::Right),
        (31, Outcome::Near, Verdict::Right),
        (32, Outcome::OtherLine, Verdict::WrongLine),
    ] {
        let score = scored(&truth, &at(line));
        assert_eq!((outcomes(&score)[2], verdicts(&score)[0]), (outcome, verdict), "line {line}");
    }
}

#[test]
fn a_row_without_a_line_for_a_kernel_needs_none() {
    let mut truth = small_truth();
    truth.axes[0].no_line_for = vec!["B".to_owned()];
    let report = findings(vec![
        finding("scheduling", "first", None, "tile_per_cta", 99),
        finding("scheduling", "second", None, "tile_per_cta", 99),
    ]);
    assert_eq!(outcomes(&scored(&truth, &report))[..2], [Outcome::OtherLine, Outcome::Exact]);
}

#[test]
fn an_operand_axis_needs_its_role() {
    assert_eq!(verdict(finding("load_latency", "first", None, "2", 30)), Verdict::NoRole);
    // The truth says nothing of this operand.
    assert_eq!(verdict(finding("load_latency", "first", Some("v"), "2", 30)), Verdict::Beyond);
    assert_eq!(verdict(finding("load_latency", "first", Some("key"), "2", 30)), Verdict::Right);
}

#[test]
fn a_role_that_is_the_only_one_may_be_left_out_elsewhere() {
    let mut truth = small_truth();
    truth.axes[0].roles = vec!["rows".to_owned()];
    let report = findings(vec![finding("scheduling", "first", None, "tile_per_cta", 10)]);
    assert_eq!(verdicts(&scored(&truth, &report)), [Verdict::Right]);
}

#[test]
fn a_row_about_some_operand_does_not_speak_of_the_others() {
    let mut truth = small_truth();
    truth.axes[1].roles.clear();
    let other = finding("load_latency", "first", Some("v"), "7", 31);
    let right = finding("load_latency", "first", Some("k"), "2", 30);
    let verdict_of = |list| verdicts(&scored(&truth, &findings(list)));
    assert_eq!(verdict_of(vec![right, other.clone()]), [Verdict::Right, Verdict::Beyond]);
    assert_eq!(verdict_of(vec![other]), [Verdict::WrongValue]);
}

#[test]
fn an_axis_that_the_truth_leaves_out_is_not_wrong() {
    let truth = small_truth();
    let score = scored(&truth, &findings(vec![finding("prng", "first", None, "philox", 1)]));
    assert_eq!((score.counts().precision.of, score.counts().beyond), (0, 1));
}

#[test]
fn findings_that_say_the_same_count_once() {
    let truth = small_truth();
    let at = |line| finding("load_latency", "first", Some("k"), "2", line);
    let score = scored(&truth, &findings(vec![at(90), at(30)]));
    assert_eq!(score.counts().precision, Ratio { hit: 1, of: 1 });
}

#[test]
fn a_rule_is_also_found_by_its_value_on_a_named_architecture() {
    let of = |value: &str, condition: &str| {
        let mut said = finding("occupancy", "second", None, value, 40);
        said["condition"] = json!(condition);
        verdict(said)
    };
    assert_eq!(of("1", "arch == sm_90"), Verdict::Right);
    assert_eq!(of("1", "arch == sm_80"), Verdict::WrongValue);
    assert_eq!(of("1", "always"), Verdict::WrongValue);
}

fn tuned(arch: &[&str], parameters: &[&str], values: Value) -> Ratio {
    let truth = small_truth();
    let row = json!({"kernel": "first", "condition": {"arch": arch, "other": ""},
                     "parameters": parameters, "values": values, "lines": [50]});
    scored(&truth, &lifted(json!({"tuning": [row]}))).counts().tuning
}

#[test]
fn configs_agree_as_sets_on_every_architecture() {
    let (found, missed) = (Ratio { hit: 1, of: 1 }, Ratio { hit: 0, of: 1 });
    let values = json!([[128, null], [64, 32]]);
    assert!(
        report::read(
            &json!({"format": "spak.lift-report", "version": 1,
        "files": [{"path": "", "tuning": [{"kernel": "first", "values": values}]}]})
            .to_string(),
            ""
        )
        .is_err(),
        "an absent value is the word unset"
    );
    let values = json!([["unset", 128], [32, 64]]);
    assert_eq!(tuned(&["sm_80", "sm_90"], &["N", "M"], values.clone()), found);
    assert_eq!(tuned(&[], &["N", "M"], values.clone()), found);
    assert_eq!(tuned(&["sm_80"], &["N", "M"], values.clone()), missed);
    assert_eq!(tuned(&[], &["M", "N"], values), missed);
    assert_eq!(tuned(&[], &["M", "N"], json!([[64, 32]])), missed);
    assert_eq!(tuned(&[], &["M"], json!([[64], [128]])), missed);
}

fn statements(constraints: Value, hazards: Value) -> (usize, usize) {
    let truth = small_truth();
    let report = lifted(json!({"constraints": constraints, "hazards": hazards}));
    let counts = scored(&truth, &report).counts();
    (counts.constraints.hit, counts.dead.hit)
}

#[test]
fn a_constraint_needs_kind_line_and_symbols() {
    let said = |kind: &str, text: &str, line: u64| {
        let one = json!({"kind": kind, "statement": text, "kernel": null, "lines": [line]});
        statements(json!([one]), json!([])).0
    };
    assert_eq!(said("asserted", "kv_heads divides heads: heads % kv_heads == 0", 61), 1);
    assert_eq!(said("hazard", "heads % kv_heads == 0", 61), 0);
    assert_eq!(said("asserted", "heads % kv_heads == 0", 63), 0);
    assert_eq!(said("asserted", "tile % lanes == 0", 60), 0);
    // What the truth writes in words is for a person to compare.
    assert_eq!(said("contract", "unit stride", 60), 1);
}

#[test]
fn one_statement_matches_one_statement() {
    let hazard = json!({"kind": "unused_parameter", "item": "B", "kernel": "first", "lines": [70]});
    let wrong_kind = json!({"kind": "clone_drift", "item": "B", "kernel": "first", "lines": [70]});
    assert_eq!(statements(json!([]), json!([hazard.clone(), hazard])).1, 1);
    assert_eq!(statements(json!([]), json!([wrong_kind])).1, 0);
    let one = json!({"kind": "implied", "statement": "both", "lines": [60]});
    assert_eq!(statements(json!([one.clone(), one]), json!([])).0, 1);
}

#[test]
fn a_report_of_another_format_is_an_error() {
    let error = report::read(r#"{"format": "spak.lift-report", "version": 2, "files": []}"#, "it");
    assert!(error.is_err());
}

/// A report that says exactly what the truth says.
fn perfect(truth: &Truth) -> Lifted {
    let name = |kernel: &String| truth.kernels[kernel][0].clone();
    let mut list = Vec::new();
    for row in &truth.axes {
        for kernel in &row.kernels {
            let role = row.roles.first();
            list.push(json!({"axis": row.axis, "value": row.value, "kernel": name(kernel),
                             "role": role, "lines": row.lines}));
        }
    }
    let tuning = truth.tuning.iter().map(|row| {
        json!({"kernel": name(&row.kernel), "condition": {"arch": row.arch, "key": row.key},
               "parameters": row.parameters, "values": row.values})
    });
    let constraints = truth.constraints.iter().map(|s| {
        json!({"kind": s.kind, "statement": format!("{} {}", s.text, s.about.join(" ")), "lines": s.lines})
    });
    let hazards = truth.dead.iter().map(
        |s| json!({"kind": s.kind.as_deref().unwrap_or("dead"), "item": s.text, "lines": s.lines}),
    );
    lifted(json!({
        "findings": list,
        "kernels": truth.kernels.values().map(|n| json!({"name": n[0]})).collect::<Vec<_>>(),
        "tuning": tuning.collect::<Vec<_>>(),
        "constraints": constraints.collect::<Vec<_>>(),
        "hazards": hazards.collect::<Vec<_>>(),
    }))
}

#[test]
fn what_the_committed_truth_says_itself_is_all_right() {
    let options = super::Options::default();
    let Ok(truths) = super::truths(&options) else { return };
    super::check_words(&Words::load().expect("the table"), &truths).expect("distinct words");
    for truth in &truths {
        let score = scored(truth, &perfect(truth));
        let counts = score.counts();
        let all = score::all(&counts.strict);
        assert_eq!(all.hit, all.of, "{}", super::show::details(&score));
        assert_eq!(counts.precision.hit, counts.precision.of, "{}", super::show::details(&score));
        assert_eq!(counts.tuning.hit, counts.tuning.of, "{}", truth.name);
        assert_eq!(
            counts.constraints.hit,
            counts.constraints.of,
            "{}",
            super::show::details(&score)
        );
        let with_lines = truth.dead.iter().filter(|dead| !dead.lines.is_empty()).count();
        assert_eq!(counts.dead.hit, with_lines, "{}", truth.name);
        let bars = bars(&[(truth.name.as_str(), counts)]);
        assert!(bars.iter().all(|bar| bar.met), "{}", truth.name);
    }
}

#[test]
fn arguments_are_read_and_unknown_ones_refused() {
    let options =
        super::parse(&["--truth", "a", "b", "--misses", "--packages", "p"]).expect("read");
    assert_eq!((options.truth.len(), options.misses, options.json), (2, true, false));
    assert!(super::parse(&["--truth"]).is_err());
    assert!(super::parse(&["--truths", "a"]).is_err());
}

/// The published file keeps its score when it is written otherwise.
#[test]
fn real_kernels_written_otherwise_keep_their_scores() {
    let folder = crate::run::root().join("target/packages");
    let program = std::env::var_os("SPAK_LIFT_PROGRAM").map(std::path::PathBuf::from);
    let program = program.or_else(|| {
        let beside = std::env::current_exe().ok()?;
        let found = beside.parent()?.parent()?.join("spak");
        found.is_file().then_some(found)
    });
    let (true, Some(program)) = (folder.is_dir(), program) else {
        eprintln!("SKIPPED: no packages in target/packages, or no program, so no mutant is scored");
        return;
    };
    let words = Words::load().expect("words");
    let file = crate::run::root().join("crates/spak-lift/truth/tilegym-attention.json");
    let truth =
        truth::read(&super::read(&file).expect("a truth"), score::PUBLISHED).expect("a truth");
    let Some(source) = super::source(&folder, &truth) else {
        eprintln!("SKIPPED: the package of {} is not there", truth.name);
        return;
    };
    let lifted = super::lift(&program, &source, &truth).expect("a report");
    let wanted = super::mutants::Wanted::named("all").expect("mutations");
    let places = (program.as_path(), source.as_path());
    let compared = super::mutants::compare(places, (&truth, &lifted), &words, &wanted);
    super::mutants::print(&compared.expect("mutants"), 0).expect("no loss");
}

#[test]
fn what_is_said_of_a_comment_goes_with_it() {
    let truth = small_truth();
    let left = truth.without(&|line| line == 60 || line == 10);
    // One of the row's two lines is still there; of a constraint all must be.
    assert_eq!((left.axes.len(), left.constraints.len()), (truth.axes.len(), 0));
    assert_eq!(truth.without(&|line| line == 30).axes.len(), truth.axes.len() - 1);
}
