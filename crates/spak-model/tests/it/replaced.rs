//! Replacing what is inherited, in every form, and systems that start from others of their file.

use spak_model::{Resolved, System, normal, resolve};
use spak_syntax::FileId;

use crate::Folder;

const BASE: &str = "system Base {\n  design_space { mask: [\"fused\", \"post\"] }\n  tuning_space {\n    tile_m: [32, 64, 128]\n    tile_n: [8]\n    group { deep: [1, 2] }\n  }\n  workload W { seq: 128  d: 64 }\n  knowledge {\n    fact known { value: 1  other: 2 }\n    rule \"Tile Size\" {\n      when: tile_m > 3\n      recommend: \"tile_m = 64\"\n    }\n  }\n}\n";

fn of(body: &str) -> Resolved {
    let text = format!("system Mine extends \"base.dsl\" {{\n{body}\n}}\n");
    resolve(FileId(0), &text, &mut Folder(vec![("base.dsl", BASE)]))
}

#[track_caller]
fn replaced(body: &str, line: &str) {
    let resolved = of(body);
    assert_eq!(resolved.diagnostics, [], "{body}");
    let shown = normal::text(&resolved.entries);
    assert!(shown.lines().any(|l| l.trim() == line), "{body}\n---\n{shown}");
    // Nothing else is gone.
    let system = System::of(&resolved.entries);
    assert_eq!(
        (system.dimensions.len(), system.facts.len(), system.rules.len()),
        (4, 1, 1),
        "{shown}"
    );
    assert_eq!(shown.lines().count(), normal::text(&of("").entries).lines().count(), "{shown}");
}

#[test]
fn a_replacement_is_read_where_what_it_replaces_stands() {
    replaced("override tile_m: [16] because \"y\"", "tile_m: [16]");
    replaced("override tuning_space.tile_n: [16] because \"y\"", "tile_n: [16]");
    replaced("override deep: int range [1, 3] because \"y\"", "deep: [1, 2, 3]");
    replaced("override mask: [\"post\"] because \"y\"", "mask: [\"post\"]");
    replaced("override seq: 4096 because \"longer\"", "seq: 4096");
    replaced("override known.value: 5 because \"measured\"", "value: 5");
    replaced("override tuning_space \"y\" { tile_m: [16] }", "tile_m: [16]");
    replaced("override tuning_space because \"y\" { tile_m: [16] }", "tile_m: [16]");
    replaced("override \"y\" { tile_m: [16] }", "tile_m: [16]");
    replaced("override \"y\" { tuning_space { tile_m: [16] } }", "tile_m: [16]");
    replaced("override \"y\" { tuning_space { group { deep: [2] } } }", "deep: [2]");
    replaced(
        "override rule \"Tile Size\" because \"y\" {\n when: tile_m > 7\n recommend: \"tile_m = 64\"\n}",
        "when: 7 < tile_m",
    );
}

#[test]
fn a_replacement_changes_the_hash_and_keeps_its_reason() {
    let plain = normal::hash(&of("").entries);
    let resolved = of("override tile_m: [16] because \"it spills\"");
    assert_ne!(normal::hash(&resolved.entries), plain);
    let spaces = &resolved.entries[0].children();
    let space = spaces.iter().find(|e| e.key() == "tuning_space").expect("it is inherited");
    let tile = space.children().iter().find(|e| e.key() == "tile_m").expect("it is there");
    assert_eq!(tile.override_reason.as_deref(), Some("it spills"));
}

#[test]
fn a_replacement_that_replaces_nothing_or_gives_no_reason_is_said() {
    let codes = |body: &str| of(body).diagnostics.iter().map(|d| d.code.0).collect::<Vec<_>>();
    assert_eq!(codes("override tile_m: [16]"), ["override-without-reason"]);
    assert_eq!(codes("override tuning_space { tile_m: [16] }"), ["override-without-reason"]);
    assert_eq!(codes("override tile_mm: [16] because \"y\""), ["overrides-nothing"]);
    assert_eq!(codes("override \"y\" { tuning_space { tile_mm: [16] } }"), ["overrides-nothing"]);
    assert_eq!(codes("override tile_m = [16]"), ["overrides-nothing"]);
    let alone = crate::read("system S {\n  override tile_m: [16] because \"y\"\n}\n");
    let codes: Vec<&str> = alone.diagnostics.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["overrides-nothing"]);
    assert!(normal::text(&alone.entries).contains("override"), "it is kept");
    // Of what is not there nothing more is said.
    let text = "system S extends \"gone.dsl\" {\n  override tile_m: [16] because \"y\"\n}\n";
    let codes: Vec<&str> = crate::read(text).diagnostics.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["import-not-found"]);
}

#[test]
fn the_system_of_a_file_can_be_named() {
    let two = "system A { tuning_space { a: [1] } }\nsystem B { tuning_space { b: [1] } }\n";
    let text = "system Mine extends B from \"two.dsl\" { }\n";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("two.dsl", two)]));
    assert_eq!(resolved.diagnostics, []);
    let system = System::of(&resolved.entries);
    assert!(system.dimension("b").is_some() && system.dimension("a").is_none());
}

#[test]
fn systems_of_one_file_start_from_each_other_in_any_order() {
    let a = "system A { tuning_space { a: [1] } }\n";
    let b = "system B extends A { tuning_space { b: [1] }\n override a: [2] because \"x\"\n}\n";
    let c = "system C extends B { tuning_space { c: [1] } }\n";
    let hash = |text: String| {
        let resolved = crate::read(&text);
        assert_eq!(resolved.diagnostics, [], "{text}");
        let system = System::of(&resolved.entries);
        assert_eq!(system.name.as_deref(), Some("C"));
        assert_eq!(system.dimensions.len(), 3);
        normal::hash(&resolved.entries)
    };
    assert_eq!(hash(format!("{a}{b}{c}")), hash(format!("{c}{b}{a}")));
    let circle = crate::read("system A extends B { }\nsystem B extends A { }\n");
    assert!(circle.diagnostics.iter().all(|d| d.code.0 == "import-cycle"));
    assert_eq!(circle.diagnostics.len(), 2);
}

#[test]
fn what_a_module_imports_is_known() {
    let text = "system S {\n  module M {\n    import \"base.dsl\"\n  }\n}\n";
    let resolved = resolve(FileId(0), text, &mut Folder(vec![("base.dsl", BASE)]));
    assert_eq!(resolved.diagnostics, []);
    assert_eq!(System::of(&resolved.entries).facts.len(), 1);
}

#[test]
fn what_was_measured_anew_needs_no_reason() {
    let codes = |by: &str| -> Vec<&str> {
        let body = format!("knowledge {{ fact known {{ value: 5\n {by} }} }}");
        of(&body).diagnostics.iter().map(|d| d.code.0).collect()
    };
    assert_eq!(codes("learned_by: \"spak\""), [""; 0]);
    assert_eq!(codes("source: \"a person\""), ["override-without-reason"]);
}
