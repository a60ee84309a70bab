//! The page of each diagnostic of this stage: its examples are said to be wrong as they claim.

use std::collections::BTreeMap;
use std::path::PathBuf;

use spak_model::{Files, check, codes, resolve};
use spak_syntax::FileId;

/// The files of one page.
struct Page(BTreeMap<String, String>);

impl Files for Page {
    fn load(&mut self, _from: FileId, spec: &str) -> Result<(FileId, String), String> {
        let text = self.0.get(spec).ok_or("there is no such file")?.clone();
        let index = self.0.keys().position(|k| k == spec).unwrap_or(0);
        Ok((FileId(index as u32), text))
    }
}

/// The fenced blocks of a page: the words behind the fence, and the text.
fn fences(text: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|l| !l.starts_with("```")).collect();
        found.push((info.split_whitespace().map(str::to_owned).collect(), body.join("\n") + "\n"));
    }
    found
}

fn said(name: &str, text: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    let mut files = files.clone();
    files.insert(name.to_owned(), text.to_owned());
    let root = FileId(files.keys().position(|k| k == name).unwrap_or(0) as u32);
    let resolved = resolve(root, text, &mut Page(files));
    let mut found = resolved.diagnostics.clone();
    found.extend(check::check(&resolved.entries, text));
    found.iter().map(|d| format!("{}={}", d.severity.name(), d.code.0)).collect()
}

#[test]
fn every_code_has_a_page_whose_examples_are_right() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/language/diagnostics");
    let mut wrong = Vec::new();
    for code in codes::ALL {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{}.md", code.0))) else {
            wrong.push(format!("{} has no page", code.0));
            continue;
        };
        if !text.starts_with(&format!("# {}\n", code.0)) {
            wrong.push(format!("{}: the title is not the code", code.0));
        }
        let fences = fences(&text);
        let name_of = |words: &[String]| {
            words.iter().find_map(|w| w.strip_prefix("file=").map(str::to_owned))
        };
        let files: BTreeMap<String, String> = fences
            .iter()
            .filter_map(|(words, body)| Some((name_of(words)?, body.clone())))
            .collect();
        let mut triggers = 0;
        for (words, body) in
            fences.iter().filter(|(words, _)| words.first().is_some_and(|w| w == "dsl"))
        {
            let name = name_of(words).unwrap_or_else(|| "example.dsl".to_owned());
            let said = said(&name, body, &files);
            let expected: Vec<&String> = words
                .iter()
                .filter(|w| ["error=", "warning=", "note="].iter().any(|s| w.starts_with(s)))
                .collect();
            triggers += expected.iter().filter(|e| e.ends_with(&format!("={}", code.0))).count();
            // The lock file is compared by the program, which reads files.
            let missing =
                expected.iter().filter(|e| !said.contains(e) && code != &codes::LOCK_MISMATCH);
            wrong
                .extend(missing.map(|e| format!("{}: {e} is not said of\n{body}{said:?}", code.0)));
            if expected.is_empty()
                && said.iter().any(|s| s.starts_with("error=") || s.starts_with("warning="))
            {
                wrong.push(format!("{}: said of the repaired example: {said:?}\n{body}", code.0));
            }
        }
        if triggers == 0 {
            wrong.push(format!("{}: no example shows it", code.0));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
