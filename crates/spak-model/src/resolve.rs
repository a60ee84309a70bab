//! One design from several files: imports and inheritance.
//!
//! `import "hardware.dsl"` makes what the other file knows available: its knowledge, hardware,
//! workloads, types and observations, but not its spaces and loops. `system B extends "a.dsl"` starts
//! from everything that `a.dsl` has: an item of the same kind and name replaces the inherited one, and
//! should say why in `override "reason" { … }`.

mod merge;
mod overrides;
mod requests;

use std::collections::{BTreeMap, BTreeSet};

use spak_syntax::ast;
use spak_syntax::{Diagnostic, FileId, Span};

use crate::codes::{IMPORT_CYCLE, IMPORT_NOT_FOUND};
use crate::entry::{Content, Entry, lower};
use crate::front_matter;
use crate::literal::Literal;
use crate::vocabulary::Kind;

use merge::{add_knowledge, inherit};
use requests::{Request, head_end, requests};

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
    let mut resolver = Resolver {
        files,
        open: Vec::new(),
        done: BTreeMap::new(),
        followed: BTreeSet::new(),
        out: Resolved::default(),
    };
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
    /// Who asked for which file, and whether to start from it.
    followed: BTreeSet<(FileId, Option<Span>, FileId, bool)>,
    out: Resolved,
}

impl Resolver<'_> {
    /// The statements of file `id`, which the import at `from` led to.
    fn file(&mut self, id: FileId, text: &str, from: Option<(FileId, Span)>) -> Vec<Entry> {
        if let Some(done) = self.done.get(&id) {
            return done.clone();
        }
        let parse = spak_syntax::parse(text);
        self.out.diagnostics.extend(parse.diagnostics.iter().cloned().map(|d| d.in_file(id)));
        let mut file = ast::file(&parse);
        if let Some(slot) = &file.front_matter {
            let (front_matter, wrong) = front_matter::read(slot);
            self.out.diagnostics.extend(wrong.map(|d| d.in_file(id)));
            if self.open.is_empty() {
                self.out.front_matter = front_matter;
            }
        }
        let mut overrides = overrides::take(&mut file.items);
        let (mut entries, diagnostics) = lower(id, &file.items);
        self.out.diagnostics.extend(diagnostics);
        self.open.push((id, from));
        let requests = requests(&entries);
        let siblings = Siblings::of(&entries);
        let mut asked: BTreeMap<Option<Span>, Vec<&Request>> = BTreeMap::new();
        for request in &requests {
            asked.entry(request.by).or_default().push(request);
        }
        let mut bases: BTreeSet<Span> = BTreeSet::new();
        for by in self.in_turn(id, &requests, &siblings) {
            let own = asked.remove(&by).unwrap_or_default();
            let before = self.out.imports.len() + bases.len();
            for request in &own {
                match siblings.meant(request) {
                    Some(base) => self.start_from(id, request, base, (&mut entries, &mut bases)),
                    None => self.follow(id, request, &requests, &mut entries),
                }
            }
            let Some(replaced) = overrides.remove(&by) else { continue };
            let is_asked = !own.is_empty() || requests.iter().any(|r| r.by.is_none());
            // What could not be found has been said.
            let is_there = self.out.imports.len() + bases.len() > before || own.is_empty();
            let diagnostics = &mut self.out.diagnostics;
            on_items(&mut entries, by, |into| {
                if is_asked && is_there {
                    return replaced.apply(id, into, diagnostics);
                }
                if !is_asked {
                    diagnostics.extend(replaced.nothing_inherited(id));
                }
                into.extend(replaced.entries(id));
            });
        }
        // What another system of the file starts from is a part of that one.
        entries.retain(|e| !bases.contains(&e.span));
        self.open.pop();
        self.done.insert(id, entries.clone());
        entries
    }

    /// Adds to a system what another one of the same file has.
    fn start_from(
        &mut self,
        id: FileId,
        request: &Request,
        base: Span,
        (entries, bases): (&mut Vec<Entry>, &mut BTreeSet<Span>),
    ) {
        if bases.len() >= MAX_IMPORT_DEPTH {
            let why = format!("more than {MAX_IMPORT_DEPTH} systems of this file are started from");
            self.out.diagnostics.push(not_found(request, &why).in_file(id));
            return;
        }
        let Some(copy) = entries.iter().find(|e| e.span == base).cloned() else { return };
        bases.insert(base);
        let diagnostics = &mut self.out.diagnostics;
        on_items(entries, request.by, |own| inherit(&[copy], None, own, diagnostics));
        taken(entries, request);
    }

    fn follow(&mut self, id: FileId, request: &Request, all: &[Request], entries: &mut Vec<Entry>) {
        let (other, text) = match self.load(id, request, all) {
            Ok(found) => found,
            Err(_) if request.may_be_absent => return,
            Err(why) => {
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
        // Under another name or a second time, a file says nothing new; without this a chain of files that
        // each import the next one twice would double with every file.
        if !self.followed.insert((id, request.by, other, request.inherits)) {
            taken(entries, request);
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
            let wanted = request.system.as_deref().unwrap_or(&request.spec);
            let diagnostics = &mut self.out.diagnostics;
            on_items(entries, request.by, |own| inherit(&base, Some(wanted), own, diagnostics));
        } else {
            on_items(entries, request.by, |own| add_knowledge(own, &base));
        }
        taken(entries, request);
    }

    /// The systems of a file in an order in which each comes after the one it starts from; the file itself
    /// comes first.
    fn in_turn(
        &mut self,
        id: FileId,
        requests: &[Request],
        siblings: &Siblings,
    ) -> Vec<Option<Span>> {
        let mut order = vec![None];
        let mut left = siblings.all.clone();
        let bases: Vec<(Span, Span, &Request)> =
            requests.iter().filter_map(|r| Some((r.by?, siblings.meant(r)?, r))).collect();
        for _ in 0..=MAX_IMPORT_DEPTH {
            let waiting = bases.iter().filter(|(_, base, _)| left.contains(base));
            let waiting: BTreeSet<Span> = waiting.map(|(by, ..)| *by).collect();
            let (later, now): (BTreeSet<Span>, BTreeSet<Span>) =
                left.iter().copied().partition(|by| waiting.contains(by));
            if now.is_empty() {
                break;
            }
            order.extend(now.into_iter().map(Some));
            left = later;
        }
        for (_, _, request) in bases.iter().filter(|(by, ..)| left.contains(by)) {
            let message = format!("`{}` starts from this system itself", request.spec);
            let diagnostic = Diagnostic::error(IMPORT_CYCLE, request.span, message)
                .because("a design cannot be a part of itself; nothing is inherited")
                .repair("move what both systems need into a third one");
            self.out.diagnostics.push(diagnostic.in_file(id));
        }
        order
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

/// The systems of one file.
struct Siblings {
    all: BTreeSet<Span>,
    by_name: BTreeMap<String, Span>,
}

impl Siblings {
    fn of(entries: &[Entry]) -> Self {
        let systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
        let named = systems.clone().filter_map(|e| Some((e.name_text()?.to_owned(), e.span)));
        // Of two with one name the first is meant.
        let by_name = named.collect::<Vec<_>>().into_iter().rev().collect();
        Self { all: systems.map(|e| e.span).collect(), by_name }
    }

    /// The other system of the same file that `request` names.
    fn meant(&self, request: &Request) -> Option<Span> {
        let is_name = request.inherits && request.by.is_some() && request.system.is_none();
        let base = *self.by_name.get(&request.spec).filter(|_| is_name)?;
        (Some(base) != request.by).then_some(base)
    }
}

/// Changes the statements that what `by` asks for is added to: those of that system, else of the first one
/// of the file, else of the file.
fn on_items<T>(
    entries: &mut Vec<Entry>,
    by: Option<Span>,
    change: impl FnOnce(&mut Vec<Entry>) -> T,
) -> T {
    let is_system = |e: &Entry| e.kind == Some(Kind::System) && by.is_none_or(|b| e.span == b);
    let at = entries.iter().position(is_system);
    match at.and_then(|at| entries.get_mut(at)) {
        Some(Entry { content: Content::Block(children), .. }) => change(children),
        _ => change(entries),
    }
}

/// Forgets the statement that asked for what is all there now: a design is what it says, wherever it
/// took that from.
fn taken(entries: &mut Vec<Entry>, request: &Request) {
    for entry in entries.iter_mut() {
        if entry.kind == Some(Kind::System) && request.by == Some(entry.span) {
            if let Some(end) = head_end(&entry.head)
                && entry.head.words.iter().skip(end).any(|w| w.span == request.span)
            {
                entry.head.words.truncate(end);
            }
        } else if !requests::is_module(entry) {
            continue;
        }
        if let Content::Block(children) = &mut entry.content {
            taken(children, request);
        }
    }
    let is_it = |e: &Entry| {
        matches!(e.kind, Some(Kind::Import | Kind::Extends))
            && (e.head.words.iter().skip(1).any(|w| w.span == request.span)
                || e.slot().is_some_and(|s| s.span == request.span))
    };
    entries.retain(|e| !is_it(e));
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
    } else if request.spec.starts_with("std/") {
        Diagnostic::error(IMPORT_NOT_FOUND, request.span, message).because(
            "`std/` are the libraries that come with the program, and this is none of them",
        )
    } else if request.spec.contains('@') {
        Diagnostic::error(IMPORT_NOT_FOUND, request.span, message)
            .because("who names a version wants that one or none")
    } else {
        Diagnostic::warning(IMPORT_NOT_FOUND, request.span, message)
            .because("what it knows is not taken into account")
    };
    diagnostic.repair("give a path relative to this file, or the name of a library")
}
