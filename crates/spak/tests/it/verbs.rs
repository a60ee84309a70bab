//! Every verb does what its help says.

use crate::support::Folder;

const TIDY: &str = "\
// What this is about.
system A {

    design_space {
        scheme: [\"online\", \"naive\"]   // the first is the seed
    }

    tuning_space {
        tile: [32, 64]
    }

    constraint fits {
        require: tile * 4 <= 256
    }
}
";

/// The same meaning, laid out and ordered otherwise.
const REORDERED: &str = "\
system A
{
  constraint fits { require: tile*4<=256 }
  tuning_space { tile : [ 32,64 ] }
  /* what it is */ design_space { scheme: [\"online\",
     \"naive\"] }
}
";

#[test]
fn check_ends_with_0_1_or_2() {
    let folder = Folder::with("good.dsl", TIDY);
    folder.write("bad.dsl", "system A { tuning_space { tile: [] } }\n");
    folder.write("odd.dsl", "system A { desgin_space { a: [1] } }\n");
    let good = folder.spak(&["check", "good.dsl"]).ended(0);
    assert_eq!(good.err, "");
    assert!(
        good.out.starts_with("good.dsl: no errors, no warnings; 3 statements: 3 formal"),
        "{}",
        good.out
    );
    assert!(
        folder
            .spak(&["check", "odd.dsl"])
            .ended(0)
            .out
            .starts_with("odd.dsl: no errors, 1 warning")
    );
    assert!(folder.spak(&["check", "bad.dsl"]).ended(1).out.starts_with("bad.dsl: 1 error,"));
    folder.spak(&["check", "good.dsl", "bad.dsl"]).ended(1);
    folder.spak(&["check", "good.dsl", "none.dsl"]).ended(2);
    folder.spak(&["check"]).ended(2);
    folder.spak(&["frobnicate"]).ended(2);
}

#[test]
fn check_says_how_formal_a_design_is_and_how_prose_could_be_checked() {
    let text = "system A {\n    tuning_space {\n        tile_q: [64, 128]\n    }\n    performance_law X {\n        tile_q >= 128 causes register spill\n    }\n}\n";
    let folder = Folder::with("a.dsl", text);
    let ran = folder.spak(&["check", "a.dsl"]).ended(0);
    expect_test::expect![[r#"
        a.dsl: no errors, no warnings; 2 statements: 1 formal (50 %), 1 semiformal (50 %), 0 prose (0 %)
          1 of them could be made checkable; `--rewrites` shows how
    "#]]
    .assert_eq(&ran.text());
    let ran = folder.spak(&["check", "--rewrites", "a.dsl"]).ended(0);
    expect_test::expect![[r#"
        a.dsl: no errors, no warnings; 2 statements: 1 formal (50 %), 1 semiformal (50 %), 0 prose (0 %)
          line 6: tile_q >= 128 causes register spill
            could be: tile_q >= 128 => causes_register_spill
    "#]].assert_eq(&ran.text());
}

#[test]
fn fmt_keeps_comments_and_meaning_and_does_nothing_the_second_time() {
    let folder = Folder::with("a.dsl", REORDERED);
    let before = folder.spak(&["hash", "a.dsl"]).ended(0).out;
    assert_eq!(
        folder.spak(&["fmt", "--check", "a.dsl"]).ended(1).out,
        "a.dsl: would be laid out anew\n"
    );
    assert_eq!(folder.read("a.dsl"), REORDERED, "--check changes nothing");
    assert_eq!(folder.spak(&["fmt", "a.dsl"]).ended(0).out, "a.dsl: laid out anew\n");
    let once = folder.read("a.dsl");
    assert!(once.contains("/* what it is */"), "{once}");
    assert_eq!(folder.spak(&["hash", "a.dsl"]).ended(0).out, before);
    assert_eq!(folder.spak(&["fmt", "a.dsl"]).ended(0).out, "");
    assert_eq!(folder.read("a.dsl"), once);
    assert_eq!(folder.spak(&["fmt", "--check", "a.dsl"]).ended(0).out, "");
}

#[test]
fn fmt_leaves_a_file_with_errors_alone_and_does_the_others() {
    let broken = "system A {\n  tuning_space {\n tile: [1, 2\n }\n}\n";
    let folder = Folder::with("broken.dsl", broken);
    folder.write("latin.dsl", b"system A {\n  // caf\xe9\n}\n");
    folder.write("ugly.dsl", REORDERED);
    let ran = folder.spak(&["fmt", "broken.dsl", "latin.dsl", "ugly.dsl"]).ended(1);
    assert_eq!(
        ran.out,
        "broken.dsl: left alone, it has errors\nlatin.dsl: left alone, it has errors\nugly.dsl: laid out anew\n"
    );
    assert_eq!(folder.read("broken.dsl"), broken);
    assert_eq!(std::fs::read(folder.join("latin.dsl")).unwrap(), b"system A {\n  // caf\xe9\n}\n");
    assert!(ran.err.contains("unclosed-list") && ran.err.contains("invalid-utf8"), "{}", ran.err);
}

#[test]
fn fmt_keeps_the_permissions_of_a_file_and_follows_links() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::with("real.dsl", REORDERED);
    std::fs::set_permissions(folder.join("real.dsl"), std::fs::Permissions::from_mode(0o640))
        .unwrap();
    std::os::unix::fs::symlink("real.dsl", folder.join("link.dsl")).unwrap();
    folder.spak(&["fmt", "link.dsl"]).ended(0);
    assert!(folder.join("link.dsl").is_symlink());
    assert_ne!(folder.read("real.dsl"), REORDERED);
    assert_eq!(folder.join("real.dsl").metadata().unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn hash_depends_on_meaning_alone() {
    let folder = Folder::with("a.dsl", TIDY);
    folder.write("b.dsl", REORDERED);
    folder.write("windows.dsl", TIDY.replace('\n', "\r\n"));
    folder.write("changed.dsl", TIDY.replace("[32, 64]", "[32, 96]"));
    folder.write("seed.dsl", TIDY.replace("[32, 64]", "[64, 32]"));
    let hash = |name: &str| {
        let out = folder.spak(&["hash", name]).ended(0).out;
        let (hash, shown) = out.trim_end().split_once("  ").unwrap();
        assert_eq!(shown, name);
        hash.to_owned()
    };
    assert_eq!(hash("a.dsl"), hash("b.dsl"));
    assert_eq!(hash("a.dsl"), hash("windows.dsl"));
    assert_ne!(hash("a.dsl"), hash("changed.dsl"));
    assert_ne!(hash("a.dsl"), hash("seed.dsl"), "the first value is where a design starts");
    assert_eq!(folder.spak(&["hash", "a.dsl", "b.dsl"]).ended(0).out.lines().count(), 2);
}

#[test]
fn hash_covers_what_is_imported() {
    let folder = Folder::with("a.dsl", "system A extends \"base.dsl\" {\n}\n");
    folder.write("base.dsl", TIDY);
    let before = folder.spak(&["hash", "a.dsl"]).ended(0).out;
    folder.write("base.dsl", TIDY.replace("[32, 64]", "[32, 96]"));
    assert_ne!(folder.spak(&["hash", "a.dsl"]).ended(0).out, before);
}

#[test]
fn hash_does_not_depend_on_where_something_was_taken_from() {
    let known = "hardware X { sm_count: 132 }\n";
    let folder = Folder::with("x.dsl", known);
    folder.write("renamed.dsl", known);
    let space = "tuning_space { tile: [32, 64] }\n";
    let designs = [
        format!("import \"x.dsl\"\nsystem A {{\n{space}}}\n"),
        format!("import \"renamed.dsl\"\nsystem A {{\n{space}}}\n"),
        format!("system A {{\n{space}import \"x.dsl\"\n}}\n"),
        format!("system A {{\n{known}{space}}}\n"),
    ];
    let hashes = designs.map(|design| {
        folder.write("a.dsl", &design);
        folder.spak(&["hash", "a.dsl"]).ended(0).out
    });
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
}

#[test]
fn diff_compares_meanings() {
    let folder = Folder::with("a.dsl", TIDY);
    folder.write("b.dsl", REORDERED);
    folder.write("c.dsl", TIDY.replace("[32, 64]", "[32, 96]").replace("scheme:", "plan:"));
    assert_eq!(folder.spak(&["diff", "a.dsl", "b.dsl"]).ended(0).out, "no difference in meaning\n");
    let ran = folder.spak(&["diff", "a.dsl", "c.dsl"]).ended(1);
    expect_test::expect![[r#"
        + system A › design_space › plan
            ["online", "naive"]
        - system A › design_space › scheme
            ["online", "naive"]
        ~ system A › tuning_space › tile
          - [32, 64]
          + [32, 96]
    "#]]
    .assert_eq(&ran.out);
    folder.spak(&["diff", "a.dsl", "none.dsl"]).ended(2);
}

#[test]
fn show_prints_the_normal_form_which_is_a_design_of_the_same_meaning() {
    let folder = Folder::with("a.dsl", REORDERED);
    let shown = folder.spak(&["show", "a.dsl"]).ended(0).out;
    expect_test::expect![[r#"
        system A {
          constraint fits {
            require: tile * 4 <= 256
          }
          design_space {
            scheme: ["online", "naive"]
          }
          tuning_space {
            tile: [32, 64]
          }
        }
    "#]]
    .assert_eq(&shown);
    folder.write("shown.dsl", &shown);
    let hash = |name| folder.spak(&["hash", name]).ended(0).out[..30].to_owned();
    assert_eq!(hash("a.dsl"), hash("shown.dsl"));
}

#[test]
fn explain_has_a_page_for_every_code() {
    let folder = Folder::new();
    let codes = folder.spak(&["explain"]).ended(0).out;
    assert!(codes.lines().count() > 30, "{codes}");
    for code in codes.lines() {
        let page = folder.spak(&["explain", code]).ended(0).out;
        assert!(page.starts_with(&format!("# {code}\n")), "{page}");
        assert!(page.lines().count() >= 5, "the page of {code} says nothing:\n{page}");
    }
    let ran = folder.spak(&["explain", "unclosed-lst"]).ended(2);
    assert_eq!(
        ran.err,
        "spak: there is no diagnostic `unclosed-lst`; did you mean `unclosed-list`?\n"
    );
    let ran = folder.spak(&["explain", "zzzzzz"]).ended(2);
    assert_eq!(ran.err, "spak: there is no diagnostic `zzzzzz`; `spak explain` lists all\n");
}

#[test]
fn new_writes_designs_that_are_in_order() {
    let folder = Folder::new();
    for family in ["attention", "matmul", "empty"] {
        let file = format!("my {family}-design.dsl");
        folder.spak(&["new", "--family", family, &file]).ended(0);
        let checked = folder.spak(&["check", &file]).ended(0);
        assert_eq!(checked.err, "", "{family}");
        assert!(checked.out.contains("no errors, no warnings"), "{}", checked.out);
        folder.spak(&["fmt", "--check", &file]).ended(0);
        assert!(
            folder.read(&file).contains(&format!("system my_{family}_design {{")),
            "{}",
            folder.read(&file)
        );
    }
}

#[test]
fn new_takes_any_file_name_and_never_overwrites() {
    let folder = Folder::new();
    for name in [
        "1st.dsl",
        "어텐션.dsl",
        "knowledge.dsl",
        "system.dsl",
        "a\u{1f680}b.dsl",
        ".dsl",
        "true.dsl",
    ] {
        folder.spak(&["new", name]).ended(0);
        let checked = folder.spak(&["check", name]).ended(0);
        assert_eq!(checked.err, "", "{name}");
    }
    let kept = folder.read("1st.dsl");
    let ran = folder.spak(&["new", "--family", "matmul", "1st.dsl"]).ended(2);
    assert_eq!(ran.err, "spak: `1st.dsl` exists already; name another file\n");
    assert_eq!(folder.read("1st.dsl"), kept);
    let ran = folder.spak(&["new", "no/such/folder/a.dsl"]).ended(2);
    assert!(ran.err.contains("no/such/folder"), "{}", ran.err);
}

#[test]
fn lock_pins_imports_and_check_sees_that_they_changed() {
    let folder = Folder::with("base.dsl", TIDY);
    folder.write("a.dsl", "import \"std/observations\"\nsystem A extends \"base.dsl\" {\n}\n");
    assert_eq!(
        folder.spak(&["lock", "--check", "a.dsl"]).ended(1).out,
        "spak.lock: not up to date; `spak lock` pins what is imported now; 2 files\n"
    );
    assert!(!folder.join("spak.lock").exists(), "--check writes nothing");
    assert_eq!(folder.spak(&["lock", "a.dsl"]).ended(0).out, "spak.lock: written; 2 files\n");
    assert_eq!(folder.spak(&["lock", "a.dsl"]).ended(0).out, "spak.lock: unchanged; 2 files\n");
    folder.spak(&["lock", "--check", "a.dsl"]).ended(0);
    folder.spak(&["check", "a.dsl"]).ended(0);

    folder.write("base.dsl", TIDY.replace("[32, 64]", "[32, 96]"));
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    assert!(
        ran.err.contains("error[lock-mismatch]: `base.dsl` is not the file that `spak.lock` pins"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("a.dsl:2:18"), "{}", ran.err);
    folder.spak(&["lock", "--check", "a.dsl"]).ended(1);
    folder.spak(&["lock", "a.dsl"]).ended(0);
    folder.spak(&["check", "a.dsl"]).ended(0);
}

#[test]
fn one_lock_file_serves_all_designs_of_a_folder_from_wherever_it_is_used() {
    let folder = Folder::with("base.dsl", TIDY);
    folder.write("other.dsl", "system O { tuning_space { width: [1] } }\n");
    folder.write("project/a.dsl", "system A extends \"../base.dsl\" {\n}\n");
    folder.write("project/b.dsl", "system B extends \"../other.dsl\" {\n}\n");
    folder.spak(&["lock", "project/a.dsl"]).ended(0);
    folder.spak(&["lock", "project/b.dsl"]).ended(0);
    folder.spak(&["lock", "--check", "project/a.dsl"]).ended(0);
    folder.write("base.dsl", TIDY.replace("[32, 64]", "[32, 96]"));
    folder.spak(&["check", "project/a.dsl"]).ended(1);
    let mut inside = folder.command(&["check", "a.dsl"]);
    inside.current_dir(folder.join("project"));
    crate::support::finish(inside).ended(1);
    folder.spak(&["check", "project/b.dsl"]).ended(0);
}

#[test]
fn lock_refuses_a_design_whose_imports_cannot_be_read() {
    let folder = Folder::with("a.dsl", "system A extends \"none.dsl\" {\n}\n");
    let ran = folder.spak(&["lock", "a.dsl"]).ended(1);
    assert!(ran.err.contains("import-not-found"), "{}", ran.err);
    assert!(!folder.join("spak.lock").exists());
}

#[test]
fn the_help_of_every_verb_is_short_and_whole() {
    let folder = Folder::new();
    let help = folder.spak(&["--help"]).ended(0).out;
    let verbs: Vec<&str> = help
        .lines()
        .filter_map(|l| l.strip_prefix("  ")?.split_whitespace().next())
        .filter(|v| !v.starts_with('-'))
        .collect();
    for verb in [
        "check", "fmt", "diff", "hash", "show", "explain", "new", "lock", "loop", "bench", "schema",
    ] {
        assert!(verbs.contains(&verb), "{help}");
        let page = folder.spak(&[verb, "--help"]).ended(0).out;
        assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    }
    assert!(folder.spak(&["--version"]).ended(0).out.starts_with("spak 0."));
}

#[test]
fn a_design_may_come_from_a_pipe() {
    let folder = Folder::with("good.dsl", TIDY);
    let piped = |verb: &str, text: &str| {
        let mut command = assert_cmd::Command::from_std(folder.command(&[verb, "-"]));
        let output = command.write_stdin(text).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, shown) = piped("show", TIDY);
    assert_eq!((code, shown), (Some(0), folder.spak(&["show", "good.dsl"]).out));
    assert_eq!(
        piped("hash", REORDERED).1.split(' ').next(),
        piped("hash", TIDY).1.split(' ').next()
    );
    assert!(piped("check", TIDY).1.starts_with("-: no errors"));
    assert_eq!(piped("check", "system A { tuning_space { tile: [] } }\n").0, Some(1));
    // What is laid out goes on through the pipe.
    let (code, formatted) = piped("fmt", REORDERED);
    assert_eq!(code, Some(0));
    assert!(formatted.contains("tuning_space { tile: [32, 64] }"), "{formatted}");
    // What it imports is found from here.
    let importing = "system B extends \"good.dsl\" { }\n";
    let (code, shown) = piped("show", importing);
    assert!(code == Some(0) && shown.contains("tile: [32, 64]"), "{shown}");
}

#[test]
fn what_is_shown_is_the_same_design() {
    let folder = Folder::with(
        "a.dsl",
        "knowledge {\n  rule \"Long rows\" {\n    when: slow and some words\n    note: \"say \\\"so\\\"\"\n  }\n}\n",
    );
    let shown = folder.spak(&["show", "a.dsl"]).ended(0).out;
    folder.write("b.dsl", &shown);
    let hash =
        |name: &str| folder.spak(&["hash", name]).ended(0).out.split(' ').next().map(str::to_owned);
    assert_eq!(hash("a.dsl"), hash("b.dsl"), "{shown}");
    assert_eq!(folder.spak(&["diff", "a.dsl", "b.dsl"]).ended(0).out, "no difference in meaning\n");
}

#[test]
fn show_tells_the_parts_of_a_statement_apart() {
    let text = "knowledge {\n  fact is_slow(t: T.P) { return t.x > 1 }\n  rule \"Long rows\" { when: \"tile_q >= 128 causes spill\" }\n}\n";
    let folder = Folder::with("a.dsl", text);
    let (_, value) = folder.json(&["show", "a.dsl"]);
    let inside = &value["statements"][0]["statements"];
    assert_eq!(inside[0]["kind"], "fact");
    assert_eq!(inside[0]["name"], "is_slow");
    assert_eq!(inside[0]["arguments"], "t: T.P");
    assert_eq!(inside[1]["name"], "Long rows");
    let slot = &inside[1]["statements"][0]["slot"];
    assert_eq!(
        (&slot["formula"], &slot["words"]),
        (&"128 <= tile_q".into(), &"causes spill".into())
    );
}
