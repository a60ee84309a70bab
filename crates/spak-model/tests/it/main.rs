//! The model of real and of made-up designs.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail like tests, and what is skipped is said loudly"
)]

mod broken;
mod documentation;
mod domains;
mod meaning;
mod names;
mod normal_form;
mod observations;
mod patterns;
mod properties;
mod prototype;
mod replaced;
mod robust;
mod seed;
mod spaces;
mod statements;
mod unknown;

use spak_model::{Entry, Files, Resolved, System, resolve};
use spak_syntax::{Diagnostic, FileId, Severity};

/// A project in memory: other files by name.
pub(crate) struct Folder(pub(crate) Vec<(&'static str, &'static str)>);

impl Files for Folder {
    fn load(&mut self, _from: FileId, spec: &str) -> Result<(FileId, String), String> {
        let found = self.0.iter().position(|(name, _)| *name == spec);
        let index = found.ok_or_else(|| "there is no such file".to_owned())?;
        Ok((FileId(index as u32 + 1), self.0[index].1.to_owned()))
    }
}

/// A design of one file.
pub(crate) fn read(text: &str) -> Resolved {
    resolve(FileId(0), text, &mut Folder(Vec::new()))
}

/// Everything said about a design of one file.
pub(crate) fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let resolved = read(text);
    let mut found = resolved.diagnostics.clone();
    found.extend(spak_model::check::check(&resolved.entries, text));
    found
}

/// The errors among them, one line each.
pub(crate) fn errors(text: &str) -> Vec<String> {
    let lines = spak_syntax::LineIndex::new(text);
    diagnostics(text)
        .into_iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| {
            format!(
                "{}: {}: {}",
                lines.line_column(text, d.primary.span.start).0,
                d.code.0,
                d.message
            )
        })
        .collect()
}

/// What a design of one file declares.
pub(crate) fn system(text: &str) -> System {
    System::of(&read(text).entries)
}

/// The entry at a path of heads (`["training LoopOptimization", "curriculum"]`).
pub(crate) fn entry<'a>(entries: &'a [Entry], path: &[&str]) -> &'a Entry {
    let (first, rest) = path.split_first().expect("a path");
    let found = entries.iter().find(|e| e.head.text() == *first);
    let found = found.unwrap_or_else(|| {
        let there: Vec<String> = entries.iter().map(|e| e.head.text()).collect();
        panic!("no `{first}` among {there:?}")
    });
    if rest.is_empty() { found } else { entry(found.children(), rest) }
}

/// A file of the corpus, or `None` with a loud word where there is no corpus.
pub(crate) fn corpus(path: &str) -> Option<String> {
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(_) => {
            eprintln!("SKIPPED: no corpus file {path}");
            None
        }
    }
}
