//! What the program says about mistakes that people make, word for word.

use expect_test::{Expect, expect};

use crate::support::{Folder, finish};

/// What `spak check` says about `text`, which must end with `code`.
#[track_caller]
fn says(text: impl AsRef<[u8]>, code: i32, expected: &Expect) {
    let folder = Folder::new();
    folder.write("a.dsl", text);
    expected.assert_eq(&folder.spak(&["check", "a.dsl"]).ended(code).text());
}

/// A design with these lines inside its system.
fn system(lines: &str) -> String {
    format!("system A {{\n{lines}\n}}\n")
}

#[test]
fn a_missing_closing_brace() {
    let text = "    design_space {\n        scheme: [\"online\", \"naive\"]\n\n    tuning_space {\n        tile: [32, 64]\n    }";
    says(
        system(text),
        1,
        &expect![[r#"
        error[unclosed-block]: `design_space` is never closed
         --> a.dsl:2:5
          |
        2 |     design_space {
          |     ^^^^^^^^^^^^^^ opened here
        3 |         scheme: ["online", "naive"]
          |                                    - a `}` is missing after this
          |
          = note: what follows is not indented as a part of it
          = help: add the closing brace

        a.dsl: 1 error, no warnings; 2 statements: 2 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn a_missing_opening_brace() {
    says(
        system("    tuning_space\n        tile: [32, 64]\n    }\n    knowledge {\n    }"),
        1,
        &expect![[r#"
            error[unmatched-brace]: `tuning_space` lacks its `{`
             --> a.dsl:2:5
              |
            2 |     tuning_space
              |     ^^^^^^^^^^^^
            3 |         tile: [32, 64]
            4 |     }
              |     - closed here
              |
              = note: a `}` that no `{` was opened for closes the lines below it
              = help: open the block behind its head

            a.dsl: 1 error, no warnings; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
        "#]],
    );
}

#[test]
fn a_missing_quote() {
    says(
        system("    design_space {\n        scheme: [\"online, \"naive\"]\n    }"),
        1,
        &expect![[r#"
            error[unclosed-text]: this text does not end
             --> a.dsl:3:18
              |
            3 |         scheme: ["online, "naive"]
              |                  ^^^^^^^
              |
              = note: the next quote on the line opens another text
              = help: close it with `"`

            a.dsl: 1 error, no warnings; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
        "#]],
    );
}

#[test]
fn a_misspelt_block() {
    says(
        system("    desgin_space {\n        scheme: [\"online\", \"naive\"]\n    }"),
        0,
        &expect![[r#"
        warning[unknown-block]: `desgin_space` is not a block of the language; did you mean `design_space`?
         --> a.dsl:2:5
          |
        2 |     desgin_space {
          |     ^^^^^^^^^^^^
          |
          = note: it is kept, compared and shown, but nothing is concluded from it
          = help: nothing needs to be done if that is what you want

        a.dsl: no errors, 1 warning; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn ranges_that_are_none() {
    says(
        system(
            "    tuning_space {\n        latency: int range [4,0]\n        occupancy: int range [1,]\n    }",
        ),
        1,
        &expect![[r#"
        error[bad-range]: the range 4 to 0 in steps of 1 is empty
         --> a.dsl:3:18
          |
        3 |         latency: int range [4,0]
          |                  ^^^^^^^^^^^^^^^
          |
          = note: a range runs upwards, in steps of at least 1
          = help: write 0..4

        error[bad-range]: `int range [1,]` is not a range
         --> a.dsl:4:20
          |
        4 |         occupancy: int range [1,]
          |                    ^^^^^^^^^^^^^^
          |
          = note: a range has two bounds, both included
          = help: write `int range [0, 4]`, `int range [0, 8] step 2` or `0..4`

        a.dsl: 2 errors, no warnings; 2 statements: 0 formal (0 %), 0 semiformal (0 %), 2 prose (100 %)
    "#]],
    );
}

#[test]
fn a_domain_without_values() {
    says(
        system("    design_space {\n        scheme: []\n    }"),
        1,
        &expect![[r#"
        error[empty-domain]: this dimension has no values
         --> a.dsl:3:17
          |
        3 |         scheme: []
          |                 ^^
          |
          = note: a config takes one value of each dimension, so a space with an empty one is empty
          = help: list at least one value, or remove the dimension

        a.dsl: 1 error, no warnings; 1 statement: 0 formal (0 %), 0 semiformal (0 %), 1 prose (100 %)
    "#]],
    );
}

#[test]
fn an_unknown_name_in_a_constraint() {
    let text = "    tuning_space {\n        tile_m: [32, 64]\n        tile_n: [32, 64]\n    }\n    constraint fits {\n        require: tile_m * tyle_n <= 4096\n    }";
    says(
        system(text),
        1,
        &expect![[r#"
        error[unknown-name]: nothing is called `tyle_n` here
         --> a.dsl:7:27
          |
        7 |         require: tile_m * tyle_n <= 4096
          |                           ^^^^^^
          |
          = help: write `tile_n`, or declare `tyle_n`

        a.dsl: 1 error, no warnings; 3 statements: 3 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn a_dimension_declared_twice() {
    let text = "    tuning_space {\n        tile_m: [32, 64]\n        tile_n: [32, 64]\n        tile_m: [128]\n    }";
    says(
        system(text),
        1,
        &expect![[r#"
        error[duplicate-name]: the dimension `tile_m` is declared twice
         --> a.dsl:5:9
          |
        3 |         tile_m: [32, 64]
          |         ---------------- the first is here
        4 |         tile_n: [32, 64]
        5 |         tile_m: [128]
          |         ^^^^^^^^^^^^^
          |
          = note: a config takes one value of each dimension, and conditions refer to it by name
          = help: merge the two lists of values, or rename one

        a.dsl: 1 error, no warnings; 3 statements: 3 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn an_import_cycle_over_two_files() {
    let folder = Folder::with(
        "a.dsl",
        "import \"b.dsl\"\nsystem A {\n    tuning_space {\n        tile: [1]\n    }\n}\n",
    );
    folder.write(
        "b.dsl",
        "import \"a.dsl\"\nsystem B {\n    tuning_space {\n        tile: [1]\n    }\n}\n",
    );
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    expect![[r#"
        error[import-cycle]: `a.dsl` leads back to a file that imports this one
         --> b.dsl:1:8
          |
        1 | import "a.dsl"
          |        ^^^^^^^
          |
         ::: a.dsl:1:8
          |
        1 | import "b.dsl"
          |        ------- imported from here
          |
          = note: a design cannot be a part of itself; the import is left out
          = help: move what both files need into a third one

        a.dsl: 1 error, no warnings; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]].assert_eq(&ran.text());
}

#[test]
fn an_override_without_a_reason() {
    let folder = Folder::with(
        "base.dsl",
        "system Base {\n    tuning_space {\n        tile: [32, 64]\n    }\n}\n",
    );
    folder.write(
        "a.dsl",
        "system A extends \"base.dsl\" {\n    tuning_space {\n        tile: [128]\n    }\n}\n",
    );
    let ran = folder.spak(&["check", "a.dsl"]).ended(0);
    expect![[r#"
        warning[override-without-reason]: `tile` replaces the inherited one and does not say why
         --> a.dsl:3:9
          |
        3 |         tile: [128]
          |         ^^^^^^^^^^^
          |
         ::: base.dsl:3:9
          |
        3 |         tile: [32, 64]
          |         -------------- inherited from here
          |
          = note: who reads the design later cannot tell a decision from an accident
          = help: put it into `override "the reason" { … }`

        a.dsl: no errors, 1 warning; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]].assert_eq(&ran.text());
}

#[test]
fn an_import_that_is_not_there() {
    let folder = Folder::with("hardware.dsl", "system H {\n}\n");
    folder.write("a.dsl", "import \"hardwear.dsl\"\nimport \"std/observation\"\nsystem A extends \"gone.dsl\" {\n    tuning_space {\n        tile: [128]\n    }\n}\n");
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    expect![[r#"
        warning[import-not-found]: `hardwear.dsl` cannot be read: there is no such file; did you mean `hardware.dsl`?
         --> a.dsl:1:8
          |
        1 | import "hardwear.dsl"
          |        ^^^^^^^^^^^^^^
          |
          = note: what it knows is not taken into account
          = help: give a path relative to this file, or the name of a library

        error[import-not-found]: `std/observation` cannot be read: there is no such file; did you mean the library `std/observations`?
         --> a.dsl:2:8
          |
        2 | import "std/observation"
          |        ^^^^^^^^^^^^^^^^^
          |
          = note: `std/` are the libraries that come with the program, and this is none of them
          = help: give a path relative to this file, or the name of a library

        error[import-not-found]: `gone.dsl` cannot be read: there is no such file
         --> a.dsl:3:18
          |
        3 | system A extends "gone.dsl" {
          |                  ^^^^^^^^^^
          |
          = note: the design starts from that file, so what it inherits is missing
          = help: give a path relative to this file, or the name of a library

        a.dsl: 2 errors, 1 warning; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]].assert_eq(&ran.text());
}

#[test]
fn a_text_that_is_not_a_design() {
    says(
        "Dear reader, this is a letter.\nIt has nothing to do with kernels.\n",
        1,
        &expect![[r#"
        error[not-a-design]: this is not a design
         --> a.dsl:1:1
          |
        1 | Dear reader, this is a letter.
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = note: no statement of the file begins with a block of the language, such as `system` or `design_space`
          = help: name a `.dsl` file; for text that a model wrote around a design, keep the design only

        a.dsl: 1 error, no warnings; 2 statements: 0 formal (0 %), 0 semiformal (0 %), 2 prose (100 %)
    "#]],
    );
}

#[test]
fn an_empty_file() {
    says(
        "",
        0,
        &expect![[r#"
        warning[empty-design]: there is no statement in this file
         --> a.dsl:1:1
          |
        1 |
          | ^
          |
          = note: an empty design allows nothing and knows nothing
          = help: start one with `spak new`, or name another file

        a.dsl: no errors, 1 warning; no statements
    "#]],
    );
}

#[test]
fn units_that_do_not_go_together() {
    let text = "    hardware cpu {\n        l2: 2 MiB\n        bandwidth: 40 GB/s\n    }\n    constraint fits {\n        require: l2 <= bandwidth\n    }";
    says(
        system(text),
        0,
        &expect![[r#"
            warning[unit-mismatch]: `<=` mixes bytes and a bandwidth (bytes per time)
             --> a.dsl:7:18
              |
            7 |         require: l2 <= bandwidth
              |                  ^^^^^^^^^^^^^^^
              |
              = note: only quantities of the same kind can be added or compared
              = help: write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)

            a.dsl: no errors, 1 warning; 3 statements: 3 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
        "#]],
    );
}

#[test]
fn bytes_that_are_not_utf_8() {
    says(
        b"system A {\n    // caf\xe9 \xe9\n    tuning_space {\n        tile: [32, 64]\n    }\n}\n",
        1,
        &expect![[r#"
        error[invalid-utf8]: byte 0xe9 is not valid UTF-8
         --> a.dsl:2:11
          |
        2 |     // caf� �
          |           ^
          |
          = note: a design is UTF-8 text; 2 bytes of this file are not
          = help: save the file as UTF-8

        a.dsl: 1 error, no warnings; 1 statement: 1 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn prose_where_a_formula_is_needed() {
    let text = "    constraint fits {\n        require: the tile must fit into the cache\n    }";
    says(
        system(text),
        0,
        &expect![[r#"
        warning[prose-in-formula]: this constraint is prose, and nothing is excluded by it
         --> a.dsl:3:18
          |
        3 |         require: the tile must fit into the cache
          |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = note: constraints decide which configs are tried
          = help: write a condition over dimensions, workload and hardware, or make it a `hint`

        a.dsl: no errors, 1 warning; 1 statement: 0 formal (0 %), 0 semiformal (0 %), 1 prose (100 %)
    "#]],
    );
}

#[test]
fn wide_characters_are_pointed_at_where_they_stand() {
    let text = "    tuning_space {\n        타일: [32, 64]  // 🚀 빠름\n    }\n    constraint \"한글 🚀 제약\" {\n        require: 타일 <= 타이 && \"한글 🚀\" == \"x\" && 타이 > 1\n    }";
    says(
        system(text),
        1,
        &expect![[r#"
        error[unknown-name]: nothing is called `타이` here
         --> a.dsl:6:24
          |
        6 |         require: 타일 <= 타이 && "한글 🚀" == "x" && 타이 > 1
          |                          ^^^^
          |
          = help: write `타일`, or declare `타이`

        error[unknown-name]: nothing is called `타이` here
         --> a.dsl:6:47
          |
        6 |         require: 타일 <= 타이 && "한글 🚀" == "x" && 타이 > 1
          |                                                      ^^^^
          |
          = help: write `타일`, or declare `타이`

        a.dsl: 2 errors, no warnings; 2 statements: 2 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
    let folder = Folder::with("a.dsl", &system(text));
    let (_, value) = folder.json(&["check", "a.dsl"]);
    let places = value["files"][0]["diagnostics"].as_array().unwrap().iter();
    let columns: Vec<(u64, u64)> = places
        .map(|d| (d["place"]["line"].as_u64().unwrap(), d["place"]["column"].as_u64().unwrap()))
        .collect();
    assert!(columns.contains(&(6, 24)) && columns.contains(&(6, 47)), "in characters: {columns:?}");
}

#[test]
fn tabs_are_pointed_over() {
    says(
        "system A {\n\ttuning_space {\n\t\ttile_m:\t[32,\t64]\n\t}\n\tconstraint c {\n\t\trequire:\ttile_m\t<\ttile_q\n\t}\n}\n",
        1,
        &expect![[r#"
        error[unknown-name]: nothing is called `tile_q` here
         --> a.dsl:6:21
          |
        6 |         require:    tile_m    <    tile_q
          |                                    ^^^^^^
          |
          = help: write `tile_m`, or declare `tile_q`

        a.dsl: 1 error, no warnings; 2 statements: 2 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn lines_of_windows() {
    let text = "    tuning_space {\n        tile_m: [32, 64]\n        tile_m: [16]\n    }\n    constraint c {\n        require: tile_m < tile_q\n    }";
    says(
        system(text).replace('\n', "\r\n"),
        1,
        &expect![[r#"
        error[duplicate-name]: the dimension `tile_m` is declared twice
         --> a.dsl:4:9
          |
        3 |         tile_m: [32, 64]
          |         ---------------- the first is here
        4 |         tile_m: [16]
          |         ^^^^^^^^^^^^
          |
          = note: a config takes one value of each dimension, and conditions refer to it by name
          = help: merge the two lists of values, or rename one

        error[unknown-name]: nothing is called `tile_q` here
         --> a.dsl:7:27
          |
        7 |         require: tile_m < tile_q
          |                           ^^^^^^
          |
          = help: write `tile_m`, or declare `tile_q`

        a.dsl: 2 errors, no warnings; 3 statements: 3 formal (100 %), 0 semiformal (0 %), 0 prose (0 %)
    "#]],
    );
}

#[test]
fn a_very_long_line_is_shown_around_the_place() {
    let terms: Vec<String> = (0..2000).map(|i| format!("tile != {}", i % 7 + 1)).collect();
    let text = format!(
        "    tuning_space {{\n        tile: [1, 2, 3, 4, 5, 6, 7]\n    }}\n    constraint c {{\n        require: {} && tile_q < 3 && {}\n    }}",
        terms.join(" && "),
        terms.join(" && ")
    );
    let folder = Folder::with("a.dsl", &system(&text));
    let ran = folder.spak(&["check", "a.dsl"]);
    let at = ran.err.find("error[unknown-name]").unwrap_or_else(|| panic!("{}", ran.err));
    let one = ran.err[at..].split("\n\n").next().unwrap();
    assert!(one.len() < 1500 && one.contains("tile_q < 3") && one.contains("a.dsl:6:"), "{one}");
    let korean = "가나다 ".repeat(5000);
    let folder = Folder::with(
        "a.dsl",
        &system(&format!(
            "    note: \"{korean}\"\n    tuning_space {{\n        tile: [ \"{korean}\", \"b\", \"b\" ]\n    }}"
        )),
    );
    let ran = folder.spak(&["check", "a.dsl"]);
    assert!(ran.err.len() < 3000, "{} bytes: {}", ran.err.len(), ran.err);
}

#[test]
fn a_block_over_many_lines_is_folded() {
    let many = "        x = 1\n".repeat(5000);
    let folder = Folder::with("a.dsl", &format!("system A {{\n    knowledge {{\n{many}\n"));
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    assert!(ran.err.len() < 4000, "{} bytes: {}", ran.err.len(), &ran.err[..2000]);
}

/// A file, its name and its words cannot write to the terminal; our own colours can.
#[test]
fn control_characters_are_shown_and_not_obeyed() {
    let evil = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{8}\u{202e}\u{7f}";
    let text = format!(
        "system A {{\n    tuning_space {{\n        tile: [32, 64]\n    }}\n    constraint \"c{evil}\" {{\n        require: tile < \"{evil}\" && tile_q{evil} < 3\n    }}\n    desgin_space{evil} {{\n    }}\n    design_space {{\n        \"{evil}\": []\n    }}\n}}\n"
    );
    let folder = Folder::new();
    let name = "a\u{1b}[31m.dsl";
    folder.write(name, &text);
    folder.write("b.dsl", "system A { }\n");
    for arguments in [
        vec!["check", name],
        vec!["show", name],
        vec!["diff", name, "b.dsl"],
        vec!["hash", name],
        vec!["fmt", "--check", name],
        vec!["lock", name],
        vec!["loop", name],
        vec!["check", "none\u{1b}[31m"],
        vec!["explain", evil],
        vec!["schema", evil],
        vec!["new", name],
    ] {
        let mut command = folder.command(&arguments);
        command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
        let ran = finish(command);
        let text = ran.text();
        for (at, _) in text.match_indices('\u{1b}') {
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
            let ours = rest.starts_with('[')
                && rest[1..end].bytes().all(|b| b.is_ascii_digit() || b == b';');
            assert!(
                ours && rest[end..].starts_with('m') && !rest.starts_with("[31m"),
                "{arguments:?}: {text:?}"
            );
        }
        let obeyed = ['\u{7}', '\u{8}', '\u{9b}', '\u{7f}', '\u{202e}'];
        assert!(!text.contains(obeyed), "{arguments:?}: {text:?}");
    }
}

#[test]
fn a_bracket_that_is_missing_is_said_once() {
    let folder = crate::support::Folder::with("a.dsl", "constraints {\n    x = f(3\n}\n");
    let (_, report) = folder.json(&["check", "a.dsl"]);
    let codes: Vec<_> =
        report["files"][0]["diagnostics"].as_array().unwrap().iter().map(|d| &d["code"]).collect();
    assert!(
        codes.iter().filter(|c| c.as_str().unwrap().contains("bracket")).count() == 1,
        "{codes:?}"
    );
}
