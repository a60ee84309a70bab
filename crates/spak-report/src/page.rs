//! From a template to a page, or to all that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};
use spak_records::page_report::PageProblem;
use spak_records::store::Trace;

use crate::figure::wrong;
use crate::functions;
use crate::ledger::Ledger;
use crate::marks::{self, Unmarked};
use crate::numbers::{Fault, faults};
use crate::traced::Traced;

/// Instructions that a template may execute: a table of a thousand rows needs a hundredth of it.
const FUEL: u64 = 5_000_000;
/// How deep macros may call each other.
const DEPTH: usize = 40;

/// The files around a page, by paths relative to it.
pub trait Files: Send + Sync + 'static {
    /// The trace at `path`.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn trace(&self, path: &str) -> Result<Trace, String>;

    /// The text of a template that another one includes; nothing if there is none of this name.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn template(&self, path: &str) -> Result<Option<String>, String>;
}

/// A template.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A page without problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its text.
    pub text: String,
    /// How many figures are on it.
    pub figures: u64,
    /// The traces that they come from, as the page names them.
    pub traces: Vec<String>,
}

/// Makes the page of a template. The same template and files give the same bytes.
///
/// # Errors
/// All that is wrong with it, in the order of its lines.
pub fn render(template: Template<'_>, files: impl Files) -> Result<Page, Vec<PageProblem>> {
    let shared = Arc::new(Shared {
        files: Box::new(files),
        ledger: Arc::default(),
        traces: Mutex::default(),
        texts: Mutex::new(vec![(template.name.to_owned(), template.text.to_owned())]),
    });
    let rendered =
        run(template, &shared).map_err(|error| vec![problem(&error, template, &shared)])?;
    let page = Unmarked::of(&rendered, &shared.ledger);
    let mut problems: Vec<PageProblem> =
        faults(&page).into_iter().map(|fault| of_fault(&fault, &page, &shared)).collect();
    let read = shared.traces.lock().unwrap_or_else(PoisonError::into_inner);
    for (file, _) in read.iter().filter(|(file, _)| !page.traces.contains(*file)) {
        let (name, line) = shared.place_of(file);
        let message = format!("`{file}` is read, and no figure on the page comes from it");
        problems.push(PageProblem { file: name, line, message, number: None });
    }
    problems.sort();
    problems.dedup();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut text = page.text;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Page { text, figures: page.figures.len() as u64, traces: page.traces.into_iter().collect() })
}

/// What templates of one page have in common.
struct Shared {
    files: Box<dyn Files>,
    ledger: Arc<Ledger>,
    /// The traces that were read.
    traces: Mutex<BTreeMap<String, Value>>,
    /// Names and texts of the templates; marks name them by their place.
    texts: Mutex<Vec<(String, String)>>,
}

impl Shared {
    fn trace(&self, path: &str) -> Result<Value, Error> {
        let is_odd = |c: char| c.is_control() || marks::is_mark(c) || c == '\\';
        if path.is_empty() || path.starts_with('/') || path.contains(is_odd) {
            return Err(wrong("a trace is named by its path from the page, with `/`"));
        }
        let mut traces = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = traces.get(path) {
            return Ok(known.clone());
        }
        let trace = self.files.trace(path).map_err(wrong)?;
        let damage = &trace.damage;
        if trace.header.is_none() {
            return Err(wrong(format!("`{path}` is no trace: it is empty")));
        }
        if let Some((line, why)) = damage.corrupt_lines.first() {
            return Err(wrong(format!("`{path}` is damaged: its line {line} is no record: {why}")));
        }
        if damage.corrupt > 0 || damage.torn_bytes > 0 {
            return Err(wrong(format!("`{path}` is damaged: its last line is not complete")));
        }
        let traced = Value::from_object(Traced::of(&trace, path, &self.ledger));
        traces.insert(path.to_owned(), traced.clone());
        Ok(traced)
    }

    /// The text of a template below the page's folder, with marks.
    fn included(&self, name: &str) -> Result<Option<String>, Error> {
        let mut parts = Path::new(name).components();
        if name.contains('\\') || !parts.all(|part| matches!(part, Component::Normal(_))) {
            return Err(wrong(format!("`{name}` is not in the folder of the page")));
        }
        let Some(text) = self.files.template(name).map_err(wrong)? else { return Ok(None) };
        if marks::has_marks(&text) {
            return Err(wrong(format!("`{name}` has characters that SPAK marks figures with")));
        }
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let marked = marks::with_lines(&text, texts.len());
        texts.push((name.to_owned(), text));
        Ok(Some(marked))
    }

    /// Name and line of the first template that has `word`.
    fn place_of(&self, word: &str) -> (String, u64) {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let found = texts.iter().find_map(|(name, text)| {
            let line = text.lines().position(|line| line.contains(word))?;
            Some((name.clone(), line as u64 + 1))
        });
        let first = || texts.first().map(|(name, _)| (name.clone(), 1)).unwrap_or_default();
        found.unwrap_or_else(first)
    }

    fn name_of(&self, file: usize) -> String {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.get(file).map(|(name, _)| name.clone()).unwrap_or_default()
    }
}

/// The text of the page with marks.
fn run(template: Template<'_>, shared: &Arc<Shared>) -> Result<String, Error> {
    if marks::has_marks(template.text) {
        return Err(wrong("the template has characters that SPAK marks figures with"));
    }
    // Marks must not change what is said of a template that is none.
    environment(shared)?.template_from_named_str(template.name, template.text)?;
    let marked = marks::with_lines(template.text, 0);
    let environment = environment(shared)?;
    let template = environment.template_from_named_str(template.name, &marked)?;
    template.render(())
}

fn environment<'a>(shared: &Arc<Shared>) -> Result<Environment<'a>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    functions::add(&mut environment, &shared.ledger);
    let its = Arc::clone(shared);
    environment.add_function("trace", move |path: &str| its.trace(path));
    let its = Arc::clone(shared);
    environment.set_loader(move |name| its.included(name));
    Ok(environment)
}

/// What the engine says, with its place.
fn problem(error: &Error, template: Template<'_>, shared: &Shared) -> PageProblem {
    // The innermost place is where it happened.
    let (mut file, mut line) = (error.name(), error.line());
    let mut message = words(error);
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        match inner.downcast_ref::<Error>() {
            Some(inner) => {
                if inner.line().is_some() {
                    (file, line) = (inner.name(), inner.line());
                }
                message = format!("{message}: {}", words(inner));
            }
            None => message = format!("{message}: {inner}"),
        }
        cause = inner.source();
    }
    let known: BTreeSet<String> = {
        let texts = shared.texts.lock().unwrap_or_else(PoisonError::into_inner);
        texts.iter().map(|(name, _)| name.clone()).collect()
    };
    let file = file.filter(|file| known.contains(*file)).unwrap_or(template.name);
    PageProblem {
        file: file.to_owned(),
        line: line.unwrap_or(1) as u64,
        message: message.chars().filter(|c| !marks::is_mark(*c)).collect(),
        number: None,
    }
}

/// What an error of the engine says, without its place.
fn words(error: &Error) -> String {
    use minijinja::ErrorKind as Kind;
    match (error.kind(), error.detail()) {
        (Kind::InvalidOperation, Some(detail)) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
        (kind, None) => kind.to_string(),
    }
}

fn of_fault(fault: &Fault, page: &Unmarked, shared: &Shared) -> PageProblem {
    let (message, number) = match fault {
        Fault::Number(range) => {
            let number = page.text.get(range.clone()).unwrap_or_default();
            let message = format!(
                "{number} comes from no trace; print a figure, or say with `given` why it is no measurement"
            );
            (message, Some(number.to_owned()))
        }
        Fault::Hidden(range, place) => {
            let text = page.text.get(range.clone()).unwrap_or_default();
            (format!("a figure in {place} is no link: {text}"), None)
        }
        Fault::Unclear(_, why) => ((*why).to_owned(), None),
        Fault::Changed(range) => {
            let text = page.text.get(range.clone()).unwrap_or_default();
            (format!("a figure was changed after it was made: {text}"), None)
        }
    };
    let (file, line) = page.line(fault.at()).unwrap_or((0, 1));
    PageProblem { file: shared.name_of(file), line, message, number }
}
