//! One design from several files: imports and inheritance.
//!
//! `import "hardware.dsl"` makes what the other file knows available: its knowledge, hardware,
//! workloads, types and observations, but not its spaces and loops. `system B extends "a.dsl"` starts
//! from everything that `a.dsl` has: an item of the same kind and name replaces the inherited one, and
//! should say why in `override "reason" { … }`.

use std::collections::{BTreeMap, BTreeSet};

use spak_syntax::ast::{self, Head, HeadWord, WordKind};
use spak_syntax::{Diagnostic, FileId, Span};

use crate::codes::{IMPORT_CYCLE, IMPORT_NOT_FOUND, OVERRIDE_WITHOUT_REASON, OVERRIDES_NOTHING};
use crate::entry::{Content, Entry, lower};
use crate::front_matter;
use crate::literal::Literal;
use crate::normal;
use crate::reading::Reading;
use crate::vocabulary::Kind;

/// Real projects are a few files deep; a longer chain is generated or goes in circles.
const MAX_IMPORT_DEPTH: usize = 64;

/// Where other files come from. The model does no I/O.
pub trait Files {
    /// The file that `spec` (a path relative to the file `from`, or a library name) names.
    ///
    /// The same file has the same id however it was named.
    ///
    /// # Errors
    /// A phrase saying why it cannot be had.
    fn load(&mut self, from: FileId, spec: &str) -> Result<(FileId, String), String>;
}

/// One import that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// As written.
    pub spec: String,
    /// The file it names.
    pub file: FileId,
    /// Whether everything is taken over (`extends`) or only what it knows (`import`).
    pub inherits: bool,
    /// The hash of that file's text, pinned in the lock file.
    pub hash: String,
    /// Where it is written.
    pub place: (FileId, Span),
}

/// A design with everything it takes from other files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolved {
    /// All statements, inherited ones included.
    pub entries: Vec<Entry>,
    /// What the file itself says about it; no part of its meaning.
    pub front_matter: Vec<(String, Literal)>,
    /// Every import that was followed, also those of imported files.
    pub imports: Vec<Import>,
    /// Everything wrong, in all files.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `text` as file `root` and everything it imports.
pub fn resolve(root: FileId, text: &str, files: &mut dyn Files) -> Resolved {
    let mut resolver =
        Resolver { files, open: Vec::new(), done: BTreeMap::new(), out: Resolved::default() };
    let entries = resolver.file(root, text, None);
    let mut out = resolver.out;
    out.entries = entries;
    out.diagnostics.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
    out.diagnostics.dedup();
    out
}

struct Resolver<'a> {
    files: &'a mut dyn Files,
    /// The files that are being read, from the outside in, with the imports that led to them.
    open: Vec<(FileId, Option<(FileId, Span)>)>,
    done: BTreeMap<FileId, Vec<Entry>>,
    out: Resolved,
}

/// An import as written.
struct Request {
    spec: String,
    inherits: bool,
    /// `refines Y` of a mathematical model names a model, not necessarily a file.
    may_be_absent: bool,
    span: Span,
}

impl Resolver<'_> {
    /// The statements of file `id`, which the import at `from` led to.
    fn file(&mut self, id: FileId, text: &str, from: Option<(FileId, Span)>) -> Vec<Entry> {
        if let Some(done) = self.done.get(&id) {
            return done.clone();
        }
        let parse = spak_syntax::parse(text);
        self.out.diagnostics.extend(parse.diagnostics.iter().cloned().map(|d| d.in_file(id)));
        let file = ast::file(&parse);
        if let Some(slot) = &file.front_matter {
            let (front_matter, wrong) = front_matter::read(slot);
            self.out.diagnostics.extend(wrong.map(|d| d.in_file(id)));
            if self.open.is_empty() {
                self.out.front_matter = front_matter;
            }
        }
        let (mut entries, diagnostics) = lower(id, &file.items);
        self.out.diagnostics.extend(diagnostics);
        self.open.push((id, from));
        let requests = requests(&entries);
        for request in &requests {
            self.follow(id, request, &requests, &mut entries);
        }
        self.open.pop();
        self.done.insert(id, entries.clone());
        entries
    }

    fn follow(&mut self, id: FileId, request: &Request, all: &[Request], entries: &mut Vec<Entry>) {
        let (other, text) = match self.load(id, request, all) {
            Ok(found) => found,
            Err(_) if request.may_be_absent => return,
            Err(why) => {
                let why = if has_system(entries, &request.spec) {
                    "it is a system of this file, and a design extends a file".to_owned()
                } else {
                    why
                };
                self.out.diagnostics.push(not_found(request, &why).in_file(id));
                return;
            }
        };
        if let Some(at) = self.open.iter().position(|(open, _)| *open == other) {
            self.out.diagnostics.push(self.cycle(id, request, at));
            return;
        }
        if self.open.len() >= MAX_IMPORT_DEPTH {
            let why = format!("imports are nested more than {MAX_IMPORT_DEPTH} deep");
            self.out.diagnostics.push(not_found(request, &why).in_file(id));
            return;
        }
        self.out.imports.push(Import {
            spec: request.spec.clone(),
            file: other,
            inherits: request.inherits,
            hash: text_hash(&text),
            place: (id, request.span),
        });
        let base = self.file(other, &text, Some((id, request.span)));
        if request.inherits {
            let diagnostics = &mut self.out.diagnostics;
            *entries = inherit(&base, std::mem::take(entries), diagnostics);
        } else {
            add_knowledge(entries, &base);
        }
    }

    /// The file that `request` names: by path, as a library, or, for `extends`, by the name of the
    /// system of a file that is imported beside it.
    fn load(
        &mut self,
        id: FileId,
        request: &Request,
        all: &[Request],
    ) -> Result<(FileId, String), String> {
        let direct = self.files.load(id, &request.spec);
        if direct.is_ok() || !request.inherits {
            return direct;
        }
        for import in all.iter().filter(|r| !r.inherits) {
            let Ok((other, text)) = self.files.load(id, &import.spec) else { continue };
            let (items, _) = lower(other, &ast::file(&spak_syntax::parse(&text)).items);
            if has_system(&items, &request.spec) {
                return Ok((other, text));
            }
        }
        direct
    }

    /// `request` of file `id` leads to the file at `open[at]`: every import on the way is shown.
    fn cycle(&self, id: FileId, request: &Request, at: usize) -> Diagnostic {
        let message = format!("`{}` leads back to a file that imports this one", request.spec);
        let mut diagnostic = Diagnostic::error(IMPORT_CYCLE, request.span, message)
            .because("a design cannot be a part of itself; the import is left out")
            .repair("move what both files need into a third one")
            .in_file(id);
        let way = self.open.iter().skip(at + 1).filter_map(|(_, from)| *from);
        diagnostic.related.extend(way.map(|(file, span)| spak_syntax::Label {
            file,
            span,
            text: "imported from here".to_owned(),
        }));
        if self.open.len() == at + 1 {
            diagnostic.message = format!("`{}` is this file itself", request.spec);
        }
        diagnostic
    }
}

fn has_system(entries: &[Entry], name: &str) -> bool {
    let mut systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    systems.any(|system| system.name.as_ref().is_some_and(|word| word.text == name))
}

/// The hash of a file's text as pinned in the lock file: `blake3-v1:` and 32 hexadecimal digits.
pub fn text_hash(text: &str) -> String {
    let hex = blake3::hash(text.as_bytes()).to_hex();
    format!("blake3-v1:{}", hex.get(..32).unwrap_or_default())
}

fn not_found(request: &Request, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot be read: {why}", request.spec);
    let diagnostic = if request.inherits {
        Diagnostic::error(IMPORT_NOT_FOUND, request.span, message)
            .because("the design starts from that file, so what it inherits is missing")
    } else {
        Diagnostic::warning(IMPORT_NOT_FOUND, request.span, message)
            .because("what it knows is not taken into account")
    };
    diagnostic.repair("give a path relative to this file, or the name of a library")
}

/// Every import of a file, at the top or directly inside a system.
fn requests(entries: &[Entry]) -> Vec<Request> {
    let mut out = Vec::new();
    for entry in entries {
        match entry.kind {
            Some(Kind::System) => {
                out.extend(head_extends(&entry.head));
                out.extend(entry.children().iter().filter_map(statement));
            }
            _ => out.extend(statement(entry)),
        }
    }
    out
}

/// `system B extends "a.dsl"`.
fn head_extends(head: &Head) -> Option<Request> {
    let at = head.words.iter().position(|w| matches!(w.text.as_str(), "extends" | "refines"))?;
    let (word, spec) = (head.words.get(at)?, head.words.get(at + 1)?);
    Some(Request {
        spec: spec.text.clone(),
        inherits: true,
        may_be_absent: word.text == "refines",
        span: spec.span,
    })
}

/// `import "a.dsl"`, `extends: "a.dsl"`.
fn statement(entry: &Entry) -> Option<Request> {
    let inherits = match entry.kind {
        Some(Kind::Import) => false,
        Some(Kind::Extends) => true,
        _ => return None,
    };
    let (spec, span) = match entry.head.words.get(1) {
        Some(HeadWord { text, span, .. }) => (text.clone(), *span),
        None => match &entry.slot()?.reading {
            Reading::Words(text) | Reading::Name(text) => (text.clone(), entry.slot()?.span),
            Reading::Literal(literal) => (literal.as_text()?.to_owned(), entry.slot()?.span),
            _ => return None,
        },
    };
    Some(Request { spec, inherits, may_be_absent: entry.key() == "refines", span })
}

/// The system of a file: the first `system` block, or nothing for an anonymous one.
fn system_index(entries: &[Entry]) -> Option<usize> {
    entries.iter().position(|e| e.kind == Some(Kind::System))
}

/// `child` with everything of `base` that it does not replace.
fn inherit(base: &[Entry], mut child: Vec<Entry>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Entry> {
    let base_items = match system_index(base).and_then(|i| base.get(i)) {
        Some(system) => system.children(),
        None => base,
    };
    let into = match system_index(&child).and_then(|i| child.get_mut(i)) {
        Some(Entry { content: Content::Block(children), .. }) => children,
        _ => &mut child,
    };
    let own = std::mem::take(into);
    let (overrides, own): (Vec<Entry>, Vec<Entry>) =
        own.into_iter().partition(|e| e.kind == Some(Kind::Override));
    let mut items: Vec<Entry> = base_items.iter().filter(|e| !is_import(e)).cloned().collect();
    let at = Merge { reason: None, required: false };
    merge(&mut items, own, &at, diagnostics);
    for replacement in overrides {
        let Content::Block(inner) = replacement.content else { continue };
        let reason = replacement.head.words.iter().skip(1).find(|w| w.kind == WordKind::Text);
        let at = Merge { reason: reason.map(|w| w.text.clone()), required: true };
        merge(&mut items, inner, &at, diagnostics);
    }
    *into = items;
    child
}

fn is_import(entry: &Entry) -> bool {
    matches!(entry.kind, Some(Kind::Import | Kind::Extends))
}

struct Merge {
    /// Why items are replaced.
    reason: Option<String>,
    /// Whether there must be something to replace.
    required: bool,
}

/// Adds `own` to `items`, replacing inherited items of the same identity.
fn merge(items: &mut Vec<Entry>, own: Vec<Entry>, at: &Merge, diagnostics: &mut Vec<Diagnostic>) {
    let mut inherited: BTreeMap<String, usize> = BTreeMap::new();
    let mut nameless: BTreeSet<String> = BTreeSet::new();
    for (place, item) in items.iter().enumerate() {
        if is_nameless(item) {
            nameless.insert(normal::content(item));
        } else {
            inherited.entry(normal::identity(item)).or_insert(place);
        }
    }
    for mut entry in own {
        if is_nameless(&entry) {
            // Said before: once is enough.
            if !nameless.contains(&normal::content(&entry)) {
                items.push(entry);
            }
            continue;
        }
        let identity = normal::identity(&entry);
        let Some(found) = inherited.get(&identity).and_then(|p| items.get_mut(*p)) else {
            if at.required {
                diagnostics.push(overrides_nothing(&entry, &identity));
            }
            if is_container(&entry) {
                inherited.insert(identity, items.len());
            }
            items.push(entry);
            continue;
        };
        if is_container(&entry)
            && let (Content::Block(into), Content::Block(from)) =
                (&mut found.content, &mut entry.content)
        {
            merge(into, std::mem::take(from), at, diagnostics);
            continue;
        }
        // A second one of the same name stands beside the first.
        inherited.remove(&identity);
        if normal::content(found) == normal::content(&entry) {
            continue;
        }
        if at.reason.is_none() && found.file != entry.file {
            diagnostics.push(without_reason(&entry, found, &identity));
        }
        entry.override_reason.clone_from(&at.reason);
        *found = entry;
    }
}

/// Whether nothing can refer to a statement, so that it adds to inherited ones: lines, and conditions
/// and advice without a name.
fn is_nameless(entry: &Entry) -> bool {
    use Kind as K;
    let is_repeatable = matches!(
        entry.kind,
        Some(
            K::Constraint
                | K::Invariant
                | K::Fact
                | K::Rule
                | K::Hint
                | K::Heuristic
                | K::Axiom
                | K::Prediction
                | K::Check
        )
    );
    entry.is_line() || is_repeatable && entry.name.is_none()
}

/// Blocks that are merged item by item; everything else is replaced whole.
fn is_container(entry: &Entry) -> bool {
    use Kind as K;
    match entry.kind {
        Some(kind) => matches!(
            kind,
            K::DesignSpace
                | K::TuningSpace
                | K::Model
                | K::Knowledge
                | K::TraceSchema
                | K::Variant
                | K::Build
                | K::Workload
                | K::Hardware
                | K::Goal
                | K::Record
        ),
        // A group of dimensions or of fields.
        None => matches!(entry.content, Content::Block(_)),
    }
}

fn overrides_nothing(entry: &Entry, identity: &str) -> Diagnostic {
    Diagnostic::error(
        OVERRIDES_NOTHING,
        entry.span,
        format!("there is no inherited `{identity}` to replace"),
    )
    .because("`override` replaces what the design it extends has under the same kind and name")
    .repair("move it out of `override`, or correct its name")
    .in_file(entry.file)
}

fn without_reason(entry: &Entry, inherited: &Entry, identity: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(
        OVERRIDE_WITHOUT_REASON,
        entry.span,
        format!("`{identity}` replaces the inherited one and does not say why"),
    )
    .because("who reads the design later cannot tell a decision from an accident")
    .repair("put it into `override \"the reason\" { … }`")
    .in_file(entry.file);
    diagnostic.related.push(spak_syntax::Label {
        file: inherited.file,
        span: inherited.span,
        text: "inherited from here".to_owned(),
    });
    diagnostic
}

/// Adds what another file knows: knowledge, devices, problems, types and observations.
fn add_knowledge(entries: &mut Vec<Entry>, base: &[Entry]) {
    use Kind as K;
    let items = match system_index(base).and_then(|i| base.get(i)) {
        Some(system) => system.children(),
        None => base,
    };
    let knows = |e: &&Entry| {
        matches!(
            e.kind,
            Some(
                K::Knowledge
                    | K::Hardware
                    | K::Workload
                    | K::Model
                    | K::TraceSchema
                    | K::Constraint
            )
        )
    };
    let known: Vec<Entry> = items.iter().filter(knows).cloned().collect();
    let into = match system_index(entries).and_then(|i| entries.get_mut(i)) {
        Some(Entry { content: Content::Block(children), .. }) => children,
        _ => entries,
    };
    // What the design says itself stands; of what is imported only the new is added.
    let mut merged = known;
    let own = std::mem::take(into);
    let mut ignored = Vec::new();
    merge(&mut merged, own, &Merge { reason: Some(String::new()), required: false }, &mut ignored);
    for entry in &mut merged {
        clear_empty_reasons(entry);
    }
    *into = merged;
}

fn clear_empty_reasons(entry: &mut Entry) {
    if entry.override_reason.as_deref() == Some("") {
        entry.override_reason = None;
    }
    if let Content::Block(children) = &mut entry.content {
        children.iter_mut().for_each(clear_empty_reasons);
    }
}
