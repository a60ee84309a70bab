//! The examples of the documentation are run: `README*.md`, `docs/language/` and `docs/guide/`.
//!
//! Every page has a folder of its own, and its fenced blocks are taken in order:
//!
//! - `dsl`: `spak check` says nothing against it, neither errors nor warnings, except the codes that the
//!   fence names: `error=CODE`, `warning=CODE`, `note=CODE`. Each of these has to be said.
//!   Statements that are no design on their own are checked inside a system, and for errors only.
//!   With `file=NAME` the text stays in the folder under that name, for imports and commands.
//!   With `bytes`, `\xNN` is the byte it names.
//! - `console`: each line `$ spak …` is run in the folder, and the lines below it are what it prints,
//!   on standard error and then on standard output. With `exit=N` that is how it ends, else with 0.
//!
//! `SPAK_BLESS=1` rewrites what the commands print. Other blocks are only shown.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[path = "documentation/pages.rs"]
mod pages;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use pages::{Fence, Page, fences, file_links, page, pages, root};

/// Verbs whose output depends on the machine.
const MEASURING: &[&str] = &["loop", "bench"];

fn spak(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spak"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    // Nobody's own configuration counts in a test.
    command.env("XDG_CONFIG_HOME", folder.join("no configuration")).env_remove("SPAK_PROPOSER");
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `severity=code` of everything that is said about the file `name`.
fn said(folder: &Path, name: &str) -> BTreeSet<String> {
    let output = spak(folder, &["check", "--output", "json", name]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    let diagnostics = report["files"][0]["diagnostics"].as_array().unwrap();
    let word = |d: &serde_json::Value, key: &str| d[key].as_str().unwrap().to_owned();
    diagnostics.iter().map(|d| format!("{}={}", word(d, "severity"), word(d, "code"))).collect()
}

/// `\xNN` in `text` as the byte it names.
fn with_bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    bytes
}

fn source(fence: &Fence) -> Vec<u8> {
    match fence.words.iter().any(|w| w == "bytes") {
        true => with_bytes(&fence.body),
        false => fence.body.clone().into_bytes(),
    }
}

/// What is wrong with an example, in a sentence.
fn example(folder: &Path, page: &Page, fence: &Fence) -> Option<String> {
    let name = fence.values("file").next().unwrap_or("example.dsl");
    std::fs::write(folder.join(name), source(fence)).unwrap();
    let mut said = said(folder, name);
    let expected: BTreeSet<String> = fence
        .words
        .iter()
        .filter(|w| ["error=", "warning=", "note="].iter().any(|s| w.starts_with(s)))
        .cloned()
        .collect();
    if said.contains("error=not-a-design") && !expected.contains("error=not-a-design") {
        let inside = [b"system Example {\n".to_vec(), source(fence), b"\n}\n".to_vec()].concat();
        std::fs::write(folder.join("inside.dsl"), inside).unwrap();
        said = self::said(folder, "inside.dsl");
        said.retain(|s| s.starts_with("error=") || expected.contains(s));
    }
    if expected.contains("error=not-formatted") {
        let output = spak(folder, &["fmt", "--check", name]);
        said.extend(
            text(&output.stderr)
                .contains("[not-formatted]")
                .then(|| "error=not-formatted".to_owned()),
        );
    }
    let missing: Vec<&String> = expected.difference(&said).collect();
    if !missing.is_empty() {
        return Some(format!("{}: not said: {missing:?}; said: {said:?}", fence.place(page)));
    }
    // The page of a diagnostic shows broken text, which may break more than one thing.
    let may_break_more = page.name.contains("/diagnostics/") && !expected.is_empty();
    let surplus: Vec<&String> =
        said.difference(&expected).filter(|s| !s.starts_with("note=")).collect();
    (!surplus.is_empty() && !may_break_more)
        .then(|| format!("{}: said about it: {surplus:?}", fence.place(page)))
}

/// The commands of a block with what they print now, and how each ended.
fn console(folder: &Path, fence: &Fence) -> (String, Vec<i32>) {
    let mut shown = String::new();
    let mut ends = Vec::new();
    for line in fence.body.lines().filter_map(|l| l.strip_prefix("$ ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((&"spak", arguments)) = words.split_first() else {
            panic!("only `spak` is run: {line}");
        };
        assert!(!arguments.iter().any(|a| MEASURING.contains(a)), "show `{line}` as text");
        let output = spak(folder, arguments);
        let printed = text(&output.stderr) + &text(&output.stdout);
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        shown.push_str(&format!("$ {line}\n{}\n", printed.join("\n").trim_end()));
        ends.push(output.status.code().unwrap());
    }
    (shown, ends)
}

/// Runs a page; what is wrong with it, and its text with what commands print now.
fn run(page: &Page) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let fences = fences(&page.text);
    for fence in fences.iter().rev() {
        // Files may refer to each other, so the first of each name is there before any is read.
        if let Some(name) = fence.values("file").next() {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, source(fence)).unwrap();
        }
    }
    let mut wrong = Vec::new();
    let mut blessed = page.text.clone();
    let mut shift = 0_isize;
    for fence in &fences {
        match fence.language.as_str() {
            "dsl" => wrong.extend(example(folder.path(), page, fence)),
            "console" => {
                let (shown, ends) = console(folder.path(), fence);
                let expected: i32 = fence.values("exit").next().map_or(0, |n| n.parse().unwrap());
                if ends.iter().any(|end| *end != expected) {
                    wrong.push(format!("{}: the commands end with {ends:?}", fence.place(page)));
                }
                if shown != fence.body {
                    wrong.push(format!("{}: the commands print\n{shown}", fence.place(page)));
                }
                let at = |offset: usize| offset.checked_add_signed(shift).unwrap();
                blessed.replace_range(at(fence.range.start)..at(fence.range.end), &shown);
                shift += shown.len() as isize - fence.range.len() as isize;
            }
            _ => {}
        }
    }
    (wrong, blessed)
}

#[test]
fn the_examples_are_as_the_pages_say() {
    let bless = std::env::var_os("SPAK_BLESS").is_some_and(|v| v == "1");
    let mut wrong = Vec::new();
    for page in pages() {
        let (found, blessed) = run(&page);
        if bless && blessed != page.text {
            std::fs::write(&page.path, blessed).unwrap();
        }
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_two_front_pages_show_the_same() {
    let shown = |name: &str| -> Vec<(String, String)> {
        let fences = fences(&page(&root().join(name)).text);
        fences.into_iter().map(|f| (f.language, f.body)).collect()
    };
    let (english, korean) = (shown("README.md"), shown("README.ko.md"));
    assert!(english.iter().any(|(language, _)| language == "dsl"));
    for (a, b) in english.iter().zip(&korean) {
        // A picture has words in it.
        if a.0 != "text" {
            assert_eq!(a, b);
        }
    }
    assert_eq!(english.len(), korean.len());
}

#[test]
fn every_verb_is_on_the_front_pages() {
    let help = text(&spak(&root(), &["--help"]).stdout);
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|l| *l != "Commands:")
        .skip(1)
        .take_while(|l| !l.is_empty())
        .filter_map(|l| l.split_whitespace().next())
        .filter(|v| *v != "help")
        .collect();
    assert!(verbs.len() > 8, "{help}");
    for name in ["README.md", "README.ko.md"] {
        let page = page(&root().join(name));
        for verb in &verbs {
            assert!(page.text.contains(&format!("| `{verb}")), "{name} does not list `{verb}`");
        }
    }
}

#[test]
fn links_lead_to_files() {
    let agents = page(&root().join("AGENTS.md"));
    for page in pages().iter().chain([&agents]) {
        for link in file_links(&page.text) {
            let target = page.path.parent().unwrap().join(&link);
            assert!(target.exists(), "{}: there is no `{link}`", page.name);
        }
    }
}
