//! Directives.

use std::rc::Rc;

use spak_program::Site;
use spak_syntax::Span;

use super::condition::holds;
use super::{Macro, Reader, Word, word};
use crate::lex::Kind;

/// A branch of an `#if`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    /// Whether its lines count.
    pub(super) taken: bool,
    /// Whether one of the branches was taken.
    done: bool,
}

impl Reader<'_> {
    /// Obeys the directive that starts here.
    pub(super) fn directive(&mut self) {
        let start = self.at;
        while self.tokens.get(self.at).is_some_and(|token| token.kind != Kind::Line) {
            self.at += 1;
        }
        let words: Vec<Word> = self
            .tokens
            .get(start + 1..self.at)
            .unwrap_or(&[])
            .iter()
            .map(|token| word(self.text, *token, self.file))
            .collect();
        let first = words.iter().position(|word| word.kind == Kind::Name);
        let Some((first, name)) = first.and_then(|at| Some((at, words.get(at)?))) else { return };
        let rest = words.get(first + 1..).unwrap_or(&[]);
        let outer = |branches: &[Branch]| branches.iter().all(|branch| branch.taken);
        match &*name.text {
            "if" | "ifdef" | "ifndef" => {
                let active = outer(&self.branches);
                let holds = active && self.test(&name.text, rest, name.site);
                self.branches.push(Branch { taken: holds, done: holds || !active });
            }
            "elif" => {
                if let Some(branch) = self.branches.pop() {
                    let active = outer(&self.branches) && !branch.done;
                    let holds = active && self.test("if", rest, name.site);
                    self.branches.push(Branch { taken: holds, done: branch.done || holds });
                }
            }
            "else" => {
                if let Some(branch) = self.branches.last_mut() {
                    branch.taken = !branch.done;
                    branch.done = true;
                }
            }
            "endif" => {
                self.branches.pop();
            }
            _ if !outer(&self.branches) => {}
            "define" => {
                if let Some((name, found)) = define(rest) {
                    self.macros.insert(&name, Some(found));
                }
            }
            "undef" => {
                if let Some(name) = rest.iter().find(|word| word.kind == Kind::Name) {
                    self.macros.insert(&name.text, None);
                }
            }
            "pragma" => {
                let text: String = rest.iter().map(|word| &*word.text).collect();
                let (first, last) = (rest.first(), rest.last());
                let span = Span::new(
                    first.map_or(name.site.span.start, |word| word.site.span.start),
                    last.map_or(name.site.span.end, |word| word.site.span.end),
                );
                // The number itself, where there is one.
                let number = rest.iter().find(|word| word.kind == Kind::Number);
                let site = number.map_or(Site { file: self.file, span }, |word| word.site);
                let text = text.split("//").next().unwrap_or("").trim().to_owned();
                self.note_pragma(&text, site);
            }
            _ => {}
        }
    }

    fn test(&mut self, kind: &str, words: &[Word], site: Site) -> bool {
        let name = words.iter().find(|word| word.kind == Kind::Name);
        if name.is_some() && words.iter().any(|word| word.text.starts_with("__CUDA_ARCH")) {
            self.by_architecture.get_or_insert(site);
        }
        let known = |name: Option<&Word>| name.is_some_and(|name| self.macros.has(&name.text));
        match kind {
            "ifdef" => known(name),
            "ifndef" => !known(name),
            _ => holds(words, &self.macros),
        }
    }
}

/// `NAME body`, `NAME(parameters) body`
pub(super) fn define(words: &[Word]) -> Option<(String, Rc<Macro>)> {
    let first = words.iter().position(|word| word.kind == Kind::Name)?;
    let name = words.get(first)?;
    let mut at = first + 1;
    let mut parameters = None;
    let mut variadic = false;
    if words.get(at).is_some_and(|word| &*word.text == "(") {
        let mut names: Vec<String> = Vec::new();
        at += 1;
        while let Some(word) = words.get(at) {
            at += 1;
            match (word.kind, &*word.text) {
                (_, ")") => break,
                (Kind::Name, text) => names.push(text.to_owned()),
                (Kind::Sign, ".") => variadic = true,
                _ => {}
            }
        }
        if variadic {
            names.push("__VA_ARGS__".to_owned());
        }
        parameters = Some(names);
    }
    let body: Vec<Word> = words.get(at..).unwrap_or(&[]).to_vec();
    let blank = |word: &Word| matches!(word.kind, Kind::Blank | Kind::Line);
    let skipped = body.iter().take_while(|word| blank(word)).count();
    let mut body: Vec<Word> = body.into_iter().skip(skipped).collect();
    while body.last().is_some_and(blank) {
        body.pop();
    }
    let found = Macro { parameters, variadic, body };
    Some((name.text.to_string(), Rc::new(found)))
}
