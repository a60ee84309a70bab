//! What the normal form keeps, what it forgets, and that it can be read again.

use proptest::prelude::*;
use spak_model::diff::{What, diff};
use spak_model::{normal, resolve};
use spak_syntax::FileId;

use crate::{Folder, read};

fn shown(text: &str) -> String {
    normal::text(&read(text).entries)
}

fn hash(text: &str) -> String {
    normal::hash(&read(text).entries)
}

#[track_caller]
fn same(a: &str, b: &str) {
    assert_eq!(shown(a), shown(b), "{a}\n---\n{b}");
    assert_eq!(diff(&read(a).entries, &read(b).entries), [], "{a}\n---\n{b}");
    is_read_again(a);
    is_read_again(b);
}

#[track_caller]
fn different(a: &str, b: &str) {
    assert_ne!(shown(a), shown(b), "{a}\n---\n{b}");
    assert_ne!(diff(&read(a).entries, &read(b).entries), [], "{a}\n---\n{b}");
    is_read_again(a);
    is_read_again(b);
}

/// What is shown is the same design, and is shown so again.
#[track_caller]
fn is_read_again(text: &str) {
    let once = shown(text);
    assert_eq!(shown(&once), once, "{text}");
}

#[test]
fn statements_of_a_computation_keep_their_order() {
    let operator = |body: &str| format!("operator F {{\n  computation:\n{body}}}\n");
    different(
        &operator("    acc = 0.0\n    for k in 0..7:\n      acc += a[k]\n"),
        &operator("    for k in 0..7:\n      acc += a[k]\n    acc = 0.0\n"),
    );
    different(
        "let a = b\nfor l in 0..3:\n  x = y\nreturn x\n",
        "return x\nlet a = b\nfor l in 0..3:\n  x = y\n",
    );
    // Which `if` an `else` belongs to.
    let branches = |first: &str, second: &str| {
        format!(
            "for l in 0..3:\n  let k = if a exists:\n    f(a)\n  {first}\n  let v = if b exists:\n    f(b)\n  {second}\n"
        )
    };
    different(&branches("else: x", "else: y"), &branches("else: y", "else: x"));
    different(&branches("else: x", "z = 3"), &branches("z = 3", "else: x"));
}

#[test]
fn declarations_have_no_order() {
    same(
        "operator F {\n  input: x\n  output: y\n  computation:\n    y = x\n}\n",
        "operator F {\n  output: y\n  computation:\n    y = x\n  input: x\n}\n",
    );
    same(
        "system A {\n  goal: g\n  hardware H { a: 1  b: 2 }\n}\n",
        "system A {\n  hardware H { b: 2  a: 1 }\n  goal: g\n}\n",
    );
}

#[test]
fn what_is_given_a_value_stands_on_the_left() {
    let part = |word: &str, line: &str| format!("dynamics D {{\n  {word}:\n    {line}\n}}\n");
    different(&part("transition", "a = b"), &part("transition", "b = a"));
    different(
        &part("loss", "L_total = L_token + L_halt"),
        &part("loss", "L_token + L_halt = L_total"),
    );
    let text = shown(&part("loss", "L_total = L_token + λ*L_halt"));
    assert!(text.contains("L_total = L_token + λ * L_halt"), "{text}");
    // A test is no assignment, and a condition has no direction.
    different(&part("transition", "a = b"), &part("transition", "a == b"));
    same("invariant i { assert: a = b }\n", "invariant i { assert: b == a }\n");
}

#[test]
fn white_space_is_layout() {
    same(
        "knowledge { fact f(t: T.P) { return t.x > 1 } }\n",
        "knowledge { fact f (t:T.P) { return t.x>1 } }\n",
    );
    same("operator F(a, b) { x: 1 }\n", "operator F( a,b ) { x: 1 }\n");
    same(
        "kernel K { transition:\n  h[L+1]: f(h)\n}\n",
        "kernel K { transition:\n  h[L + 1]: f(h)\n}\n",
    );
    same("input:\n  x: Tensor([D, 4*D], f32)\n", "input:\n  x: Tensor([D, 4 * D], f32)\n");
    same(
        "training T {\n  if steps>8 and no curriculum => it diverges\n}\n",
        "training T {\n  if steps > 8 and no  curriculum => it diverges\n}\n",
    );
}

#[test]
fn what_means_something_else_is_something_else() {
    different("SNF_MODEL A refines B\n", "SNF_MODEL A\n");
    different("service_loop S { on x { emit y } }\n", "service_loop S { step x { emit y } }\n");
    different("task T { step a { emit y } }\n", "workflow T { step a { emit y } }\n");
    different("model { state h: [C] = [] }\n", "model { state h: [C] = [x] }\n");
    different("fact f { note: \"a\\nb\" }\n", "fact f { note: \"a b\" }\n");
    different(
        "build { artifact \"x\" { content: \"\"\"a:\n  b\"\"\" } }\n",
        "build { artifact \"x\" { content: \"a: b\" } }\n",
    );
}

#[test]
fn maps_in_lists_keep_what_they_hold() {
    let list = |values: &str| format!("fact f {{ xx: {values} }}\n");
    different(&list("[{m: 64}, {m: 128}]"), &list("[{m: 1}, {k: 8}]"));
    same(&list("[{m: 64, n: 64}]"), &list("[ { n: 64, m: 64 } ]"));
    assert!(shown(&list("[ {m: 64, n: 64}, {m: 128} ]")).contains("[{m: 64, n: 64}, {m: 128}]"));
}

#[test]
fn one_thing_said_in_several_ways_is_one() {
    same(
        "system A { tuning_space { a: [1] } tuning_space { b: [2] } }\n",
        "system A { tuning_space { b: [2]  a: [1] } }\n",
    );
    same("constraint A { require: x > 1 }\n", "constraint A { x > 1 }\n");
    same("constraint: x > 1\n", "constraint { x > 1 }\n");
    same(
        "constraints {\n  x > 1\n  y > 2\n}\n",
        "constraint { y > 2 }\nconstraint { require: 1 < x }\n",
    );
    same(
        "trace_schema { variant T { case C { b: \"A\" | \"B\" } } }\n",
        "trace_schema { variant T { case C { b: \"B\" | \"A\" } } }\n",
    );
    // What is said of all of them belongs to none alone.
    different(
        "constraints {\n  x > 1\n  y > 2\n  reason: \"why\"\n}\n",
        "constraint { x > 1 }\nconstraint { y > 2 }\n",
    );
}

#[test]
fn names_keep_the_quotes_that_they_need() {
    let text = shown(
        "knowledge {\n  rule \"Tile Size\" { when: a > 1 }\n  rule \"Plain\" { when: b > 1 }\n}\n",
    );
    assert!(text.contains("rule \"Tile Size\" {") && text.contains("rule Plain {"), "{text}");
    same(
        "agent_loop L { step a { emit \"All done\" } }\n",
        "agent_loop L { step a { emit \"All done\"; } }\n",
    );
}

#[test]
fn a_swapped_pair_of_statements_is_said_to_be_reordered() {
    let text = |a: &str, b: &str| format!("procedure:\n  {a}\n  {b}\n");
    let changes =
        diff(&read(&text("x = 1", "y = x")).entries, &read(&text("y = x", "x = 1")).entries);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].what, What::Reordered);
}

/// All designs that there are here.
fn files() -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    let mut open = vec![root.join("examples"), root.join("std"), root.join("../shared/corpus")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.extension() {
                _ if path.is_dir() => open.push(path),
                Some(end) if end == "dsl" => found.push(path),
                _ => {}
            }
        }
    }
    found
}

#[test]
fn what_is_shown_of_every_design_is_that_design() {
    let files = files();
    assert!(files.len() > 5, "{files:?}");
    for path in files {
        let text =
            String::from_utf8_lossy(&std::fs::read(&path).expect("it is readable")).into_owned();
        let once = normal::text(&resolve(FileId(0), &text, &mut Folder(Vec::new())).entries);
        let again = normal::text(&resolve(FileId(0), &once, &mut Folder(Vec::new())).entries);
        assert_eq!(once, again, "{}", path.display());
    }
}

/// Something that may stand in a block.
fn statement() -> impl Strategy<Value = String> {
    let word =
        || prop::sample::select(vec!["a", "tile_m", "x1", "softmax", "h[L + 1]", "is_fast", "λ"]);
    let sign = || {
        prop::sample::select(vec![
            "=", "==", "<", ">=", "+", "*", "//", "and", "->", "=>", ",", "in",
        ])
    };
    let text = || "[ -<?-~é→]{0,12}".prop_map(|t| format!("\"{}\"", t.replace(['\\', '"'], "")));
    let number = || {
        prop_oneof![
            (0_i64..999).prop_map(|i| i.to_string()),
            Just("12 GB".to_owned()),
            Just("1e-4".to_owned())
        ]
    };
    let operand = || {
        prop_oneof![
            word().prop_map(str::to_owned),
            number(),
            text(),
            (word(), word()).prop_map(|(f, x)| format!("{f}({x})"))
        ]
    };
    let phrase = || {
        prop::collection::vec((operand(), sign()), 1..4).prop_map(|all| {
            let mut out: Vec<String> =
                all.iter().flat_map(|(a, s)| [a.clone(), (*s).to_owned()]).collect();
            out.pop();
            out.join(" ")
        })
    };
    let prose = || "[a-z]{1,7}( [a-z,()-]{1,7}){0,5}";
    let key = || {
        prop::sample::select(vec![
            "a",
            "when",
            "require",
            "note",
            "reason",
            "recommend",
            "value",
            "cmd",
            "emit",
            "metric",
            "x y",
        ])
    };
    prop_oneof![
        phrase(),
        prose(),
        text(),
        (key(), phrase()).prop_map(|(k, v)| format!("{k}: {v}")),
        (key(), text()).prop_map(|(k, v)| format!("{k}: {v}")),
        (key(), prose()).prop_map(|(k, v)| format!("{k}: {v}")),
        (key(), prop::collection::vec(operand(), 0..4))
            .prop_map(|(k, v)| format!("{k}: [{}]", v.join(", "))),
        (word(), phrase()).prop_map(|(w, p)| format!("{w} {p} {{\n b: 1\n}}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Also of what nobody understands: shown once, it stays what it is.
    #[test]
    fn what_is_shown_is_shown_again(
        head in prop::sample::select(vec![
            "knowledge", "rule R", "fact f", "constraint", "invariant i", "operator F", "computation:", "step s",
            "agent_loop L", "tuning_space", "workload W", "model", "hint h", "trace_schema", "widget w", "if a > b",
        ]),
        statements in prop::collection::vec(statement(), 1..5),
    ) {
        let body: String = statements.iter().map(|s| format!("  {s}\n")).collect();
        let text = match head.strip_suffix(':') {
            Some(head) => format!("{head}:\n{body}"),
            None => format!("{head} {{\n{body}}}\n"),
        };
        let once = shown(&text);
        prop_assert_eq!(hash(&once), hash(&text), "{}\n---\n{}\n---\n{}", text, once, shown(&once));
    }
}

/// A list stays a list of values whatever is in it, in a place that takes conditions as well.
#[test]
fn a_list_is_never_a_condition() {
    for values in ["[0, a]", "[a, a]", "[1, \"x\", true]", "[a, f(x)]", "[]", "[a == 1, b]"] {
        let text = format!("tuning_space {{\n  when: {values}\n}}\n");
        is_read_again(&text);
        assert_eq!(hash(&shown(&text)), hash(&text), "{text}");
    }
}

#[test]
fn what_a_name_is_given_is_all_that_stands_behind_the_sign() {
    let shown = |line: &str| {
        let text = format!("operator O {{\n  computation:\n    {line}\n}}\n");
        let shown = normal::text(&read(&text).entries);
        assert_eq!(normal::text(&read(&shown).entries), shown, "{line}");
        shown.lines().nth(2).unwrap().trim().to_owned()
    };
    for (written, normal) in [
        ("w = p or q", "w = (p or q)"),
        ("z = (a if c else b)", "z = a if c else b"),
        ("m = x > 3", "m = (3 < x)"),
        ("u = a and b > 3", "u = (3 < b and a)"),
        ("v = not done", "v = (not done)"),
        ("L = KL(q || p)", "L = KL(q or p)"),
        ("x = 1 and y > 2", "2 < y and x == 1"),
        ("x = 1 => y > 2", "x == 1 => 2 < y"),
        ("k = 3 * x + 1", "k = 3 * x + 1"),
    ] {
        assert_eq!(shown(written), normal);
    }
}

#[test]
fn line_ends_of_another_system_mean_the_same() {
    let text = "---\ntitle: \"x\"\n---\n\nsystem S\n\nobjective:\n\"a text\n over lines\"\n\nnote: \"one\n   two\"\nknowledge {\n  axiom: \"\"\"\n    three\n    four\n  \"\"\"\n}\n";
    let hash = |text: &str| normal::hash(&read(text).entries);
    assert_eq!(hash(text), hash(&text.replace('\n', "\r\n")));
}
