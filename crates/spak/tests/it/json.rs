//! `--output json`: one object on standard output, in a format that has a schema, with everything inside.

use crate::schemas::faults;
use crate::support::Folder;

const GOOD: &str = "\
import \"known.dsl\"

system Child extends \"base.dsl\" {
    design_space {
        scheme: [\"online\", \"naive\"]
    }
    override \"the cache is larger here\" {
        tuning_space {
            tile: [64, 128]
        }
    }
    knowledge {
        rule small {
            when: tile == 64
            recommend: scheme = \"naive\"
            reason: \"the scores stay in the cache, mostly\"
        }
    }
}
";

const BROKEN: &str =
    "system A {\n    design_space {\n        scheme: [\"online\", \"naive\"\n    }\n}\n";

fn folder() -> Folder {
    let folder = Folder::with("good.dsl", GOOD);
    folder.write("base.dsl", "system Base { tuning_space { tile: [32, 64] } }\n");
    folder.write("known.dsl", "system Known { hardware cpu { cores: 2 } }\n");
    folder.write("broken.dsl", BROKEN);
    folder.write("ugly.dsl", "system  A {\n tuning_space {\n tile : [1,2]\n }\n}\n");
    folder
}

#[test]
fn every_verb_prints_one_object_that_conforms_to_its_schema() {
    let folder = folder();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["check", "good.dsl", "base.dsl"], 0, "spak.check"),
        (&["check", "good.dsl", "broken.dsl"], 1, "spak.check"),
        (&["fmt", "--check", "good.dsl"], 0, "spak.fmt"),
        (&["fmt", "--check", "ugly.dsl", "broken.dsl"], 1, "spak.fmt"),
        (&["fmt", "ugly.dsl"], 0, "spak.fmt"),
        (&["diff", "good.dsl", "good.dsl"], 0, "spak.diff"),
        (&["diff", "good.dsl", "base.dsl"], 1, "spak.diff"),
        (&["diff", "broken.dsl", "good.dsl"], 1, "spak.diff"),
        (&["hash", "good.dsl", "base.dsl"], 0, "spak.hash"),
        (&["hash", "broken.dsl"], 1, "spak.hash"),
        (&["show", "good.dsl"], 0, "spak.show"),
        (&["show", "broken.dsl"], 1, "spak.show"),
        (&["explain", "unclosed-list"], 0, "spak.explain"),
        (&["explain"], 0, "spak.codes"),
        (&["schema"], 0, "spak.schemas"),
        (&["new", "fresh.dsl"], 0, "spak.new"),
        (&["lock", "good.dsl"], 0, "spak.lock-report"),
        (&["lock", "--check", "good.dsl"], 0, "spak.lock-report"),
        (&["lock", "broken.dsl"], 1, "spak.lock-report"),
    ];
    for (arguments, code, format) in cases {
        let ran = folder.spak(&[*arguments, &["--output", "json"]].concat());
        assert_eq!(ran.code, *code, "{arguments:?}: {ran:?}");
        assert_eq!(ran.err, "", "{arguments:?}: what is wrong belongs into the object");
        let value = ran.value();
        assert_eq!(value["format"], *format, "{arguments:?}");
        assert_eq!(faults(&value), Vec::<String>::new(), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_done_is_an_object_as_well() {
    let folder = folder();
    let cases: &[(&[&str], &str)] = &[
        (&["check", "missing.dsl"], "cannot read `missing.dsl`: there is no such file"),
        (&["explain", "unclosed-lst"], "did you mean `unclosed-list`?"),
        (&["schema", "spak.chek"], "did you mean `spak.check`?"),
        (&["new", "good.dsl"], "good.dsl"),
        (&["loop", "--cc", "/no/compiler", "good.dsl"], "no C compiler: `/no/compiler`"),
        (&["chek", "good.dsl"], "unrecognized subcommand 'chek'"),
        (&["check"], "required arguments were not provided"),
    ];
    for (arguments, words) in cases {
        let ran = folder.spak(&[*arguments, &["--output", "json"]].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        let value = ran.value();
        assert_eq!(value["format"], "spak.error", "{arguments:?}");
        assert_eq!(value["exit_code"], 2, "{arguments:?}");
        assert_eq!(faults(&value), Vec::<String>::new(), "{arguments:?}");
        let message = value["message"].as_str().unwrap();
        assert!(message.contains(words), "{arguments:?}: {message}");
        assert!(ran.err.contains(words), "{arguments:?}: it stands on standard error, too");
    }
}

#[test]
fn what_could_be_checked_is_there_beside_what_could_not_be_read() {
    let folder = folder();
    let ran = folder.spak(&["check", "good.dsl", "missing.dsl", "--output", "json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let value = ran.value();
    assert_eq!(value["format"], "spak.check");
    assert_eq!(faults(&value), Vec::<String>::new());
    assert_eq!(value["files"][0]["file"], "good.dsl");
    assert_eq!(value["unread"][0]["file"], "missing.dsl");
    assert!(ran.err.contains("cannot read `missing.dsl`"), "{ran:?}");
    let ran = folder.spak(&["check", "missing.dsl", "good.dsl"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("good.dsl: no errors"), "{ran:?}");
}

#[test]
fn what_is_wrong_is_inside_the_object_of_every_verb_that_reads_designs() {
    let folder = folder();
    for verb in ["check", "fmt", "hash", "show", "lock"] {
        let (code, value) = folder.json(&[verb, "broken.dsl"]);
        assert_eq!(code, 1, "{verb}");
        let found =
            if verb == "check" { &value["files"][0]["diagnostics"] } else { &value["diagnostics"] };
        let first = &found[0];
        assert_eq!(first["code"], "unclosed-list", "{verb}: {value}");
        assert_eq!(first["place"]["file"], "broken.dsl", "{verb}");
        assert_eq!(
            (&first["place"]["line"], &first["place"]["column"]),
            (&3.into(), &17.into()),
            "{verb}"
        );
        let fix = &first["fix"][0];
        assert_eq!(fix["text"], "]", "{verb}");
    }
}

#[test]
fn the_loop_and_the_benchmark_say_what_is_wrong_with_a_design_like_check() {
    let Some(cc) = crate::support::compiler() else { return };
    let folder = folder();
    for verb in ["loop", "bench"] {
        let (code, value) = folder.json(&[verb, "--cc", cc, "broken.dsl"]);
        assert_eq!((code, &value["format"]), (1, &"spak.check".into()), "{verb}");
        assert_eq!(faults(&value), Vec::<String>::new());
        assert_eq!(value["files"][0]["diagnostics"][0]["code"], "unclosed-list", "{verb}");
    }
}

#[test]
fn the_fix_of_a_diagnostic_can_be_applied_by_a_program() {
    let folder = folder();
    let (_, value) = folder.json(&["check", "broken.dsl"]);
    let fix = &value["files"][0]["diagnostics"][0]["fix"][0];
    let at = |key: &str| fix[key].as_u64().unwrap() as usize;
    let mut text = BROKEN.to_owned();
    text.replace_range(at("start")..at("end"), fix["text"].as_str().unwrap());
    folder.write("broken.dsl", &text);
    folder.spak(&["check", "broken.dsl"]).ended(0);
}

#[test]
fn the_model_of_a_design_can_be_read_by_a_program() {
    let folder = folder();
    let (_, value) = folder.json(&["show", "good.dsl"]);
    assert_eq!(value["name"], "Child");
    let text = value.to_string();
    assert!(
        text.contains("the cache is larger here"),
        "the reason of an override is shown: {text}"
    );
    let system = value["statements"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["head"].as_str().unwrap().starts_with("system Child"))
        .unwrap();
    let inside = |of: &serde_json::Value, head: &str| {
        let all = of["statements"].as_array().unwrap();
        all.iter()
            .find(|s| s["head"] == head)
            .unwrap_or_else(|| panic!("no {head} in {of}"))
            .clone()
    };
    let tile = inside(&inside(system, "tuning_space"), "tile");
    assert_eq!(tile["slot"]["values"], serde_json::json!([64, 128]));
    assert_eq!(tile["slot"]["class"], "formal");
    assert_eq!(tile["place"]["file"], "good.dsl");
    let cores = inside(&inside(system, "hardware cpu"), "cores");
    assert_eq!(cores["slot"]["values"], serde_json::json!([2]));
    assert_eq!(cores["place"]["file"], "known.dsl");
}

#[test]
fn nothing_in_json_can_act_on_a_terminal() {
    let text =
        "system A {\n    note: \"\u{9b}31m \u{202e}abc\u{1b}[2J\"\n    desgin \u{9b} {\n    }\n}\n";
    let folder = Folder::with("a.dsl", text);
    for verb in ["check", "show"] {
        let ran = folder.spak(&[verb, "a.dsl", "--output", "json"]);
        assert!(!ran.out.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{}", ran.out);
        assert!(ran.value().to_string().contains('\u{9b}'), "what is read is what was written");
    }
}
