//! Facts and rules into a design, as edits of its text: what stands there keeps its bytes.

mod marked;
mod standing;
mod told;

use spak_syntax::ast::Item;
use spak_syntax::edit::{EditError, apply};
use spak_syntax::{Diagnostic, Edit, Severity, parse};

use crate::design::{Layout, Statement, first_block, statements};
use crate::entries::{lines, says_the_same};
use crate::knowledge::{Entry, Learned, Measured, Written};
use crate::scope::{Scope, returned};
use crate::stamp::Stamp;
use crate::superseded::{fact_is_superseded, rule_is_superseded};

pub use marked::{Became, Mark, write_marks};
pub use told::{Statement as ToldStatement, Told, write_told};

/// The entry with the number of trials that all of a scope rests on.
const TRIALS: &str = "trials";

/// A design with what was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// What makes it out of the old one.
    pub edits: Vec<Edit>,
    /// Names of facts and rules that are new.
    pub added: Vec<String>,
    /// Names of facts and rules that stood there and now say something else.
    pub replaced: Vec<String>,
    /// Names of facts and rules that stood there and still hold; nothing of them was touched.
    pub unchanged: Vec<String>,
    /// Names of facts and rules that stood there, that a newer one contradicts, and that are gone.
    pub removed: Vec<String>,
    /// Scopes of which the design knows from more trials than were learned from now, with both numbers
    /// (there, now): what stands there was left, and only what is new was added.
    pub known_better: Vec<(String, u64, u64)>,
}

/// Why a design could not be edited. Its text is never changed then.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteError {
    /// The design has errors: where a block ends is not certain.
    Unreadable(Vec<Diagnostic>),
    /// The edits do not fit the text.
    Edit(EditError),
    /// The edited text would not read without errors; this is a fault of this program.
    Broken(Vec<Diagnostic>),
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let first = |d: &[Diagnostic]| d.first().map(|d| d.message.clone()).unwrap_or_default();
        match self {
            Self::Unreadable(d) => {
                write!(f, "nothing is written into a design that has errors: {}", first(d))
            }
            Self::Edit(e) => write!(f, "{e}"),
            Self::Broken(d) => write!(f, "the edited design would have an error: {}", first(d)),
        }
    }
}

impl std::error::Error for WriteError {}

/// `design` with the facts and rules of `learned` in the knowledge of its first system.
///
/// The condition under which they hold stands once, as a predicate without parameters that every `when`
/// names; one that says the same is used under the name it has, and another one of the same name
/// stays (the new one gets digits). What all were measured with stands once beside it.
///
/// A fact or rule of the same name that was learned before gets the new numbers, entry by entry, when it
/// or what rests on it says something else; otherwise it stays as it is. One that is contradicted and has nothing in
/// its place is taken out, unless a person has written into it. Fewer trials than those that something
/// rests on change nothing of it: traces stay where they were made, and a few trials on a fresh copy of
/// a design are no reason to forget what many have shown. What a person wrote is never changed,
/// also inside a learned fact. Without a `knowledge` block one is made at the end of the system; a
/// file without a system gets it at its end.
///
/// # Errors
/// When `design` has errors.
pub fn write_back(design: &str, learned: &Learned) -> Result<Edited, WriteError> {
    let before = parse(design);
    let errors = errors(before.diagnostics);
    if !errors.is_empty() {
        return Err(WriteError::Unreadable(errors));
    }
    let file =
        spak_syntax::ast::file(&spak_syntax::Parse { tree: before.tree, diagnostics: Vec::new() });
    let mut writer = Writer::new(design, &file.items);
    for measured in &learned.scopes {
        writer.scope(measured, learned);
    }
    edited(design, writer)
}

/// The text with all edits of a writer, which must read without errors.
fn edited(design: &str, mut writer: Writer<'_>) -> Result<Edited, WriteError> {
    writer.insert();
    let Writer { edits, added, replaced, unchanged, removed, known_better, .. } = writer;
    let text = apply(design, &edits).map_err(WriteError::Edit)?;
    let after = errors(parse(&text).diagnostics);
    if !after.is_empty() {
        return Err(WriteError::Broken(after));
    }
    Ok(Edited { text, edits, added, replaced, unchanged, removed, known_better })
}

fn errors(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.into_iter().filter(|d| d.severity == Severity::Error).collect()
}

struct Writer<'a> {
    layout: Layout<'a>,
    items: &'a [Item],
    known: Vec<Statement<'a>>,
    edits: Vec<Edit>,
    added: Vec<String>,
    replaced: Vec<String>,
    unchanged: Vec<String>,
    removed: Vec<String>,
    known_better: Vec<(String, u64, u64)>,
    /// Whether what stands of the scope at work rests on more trials than there are now.
    is_known_better: bool,
    /// What that of the scope at work was measured with.
    learned_with: Stamp,
    /// New statements, each as lines without indent.
    new: Vec<Vec<String>>,
}

impl<'a> Writer<'a> {
    fn new(text: &'a str, items: &'a [Item]) -> Self {
        Self {
            layout: Layout::new(text),
            items,
            known: statements(items),
            edits: Vec::new(),
            added: Vec::new(),
            replaced: Vec::new(),
            unchanged: Vec::new(),
            removed: Vec::new(),
            known_better: Vec::new(),
            is_known_better: false,
            learned_with: Stamp::default(),
            new: Vec::new(),
        }
    }

    /// The predicate, the measurement, and all facts and rules of one scope, each fact followed by the
    /// rules that rest on it first.
    fn scope(&mut self, measured: &Measured, learned: &Learned) {
        let scope = &measured.scope;
        let (name, stands) = self.scope_name(scope);
        self.compare_trials(measured, &name);
        self.learned_with = measured.stamp();
        let begin = self.new.len();
        let changes = |w: &Self| w.added.len() + w.replaced.len() + w.removed.len();
        let before = changes(self);
        let (mut facts, mut rules) = (Vec::new(), Vec::new());
        for fact in learned.facts.iter().filter(|f| f.scope == scope.name) {
            let (marks, told) = (self.marks(), changes(self));
            let (mut own, mut resting) = self.fact_with_rules(fact, scope, &name, learned, false);
            if changes(self) > told {
                // A rule and its evidence belong together: neither may rest on more pairs than the other.
                self.back_to(&marks);
                (own, resting) = self.fact_with_rules(fact, scope, &name, learned, true);
            }
            facts.push(own);
            rules.append(&mut resting);
        }
        if !self.is_known_better {
            self.take_out(&name, &facts, &rules, learned);
        }
        let touched = changes(self) > before;
        let known = self.new.len();
        let entries = entries_of(&measured.entries, &scope.name, &name);
        self.statement("fact", &format!("measured_{name}"), &entries, touched);
        // New ones begin with what the others rest on.
        let mut first = self.new.split_off(known);
        if stands {
            self.unchanged.push(name);
        } else {
            first.insert(0, scope.predicate(&name, self.indent_of_new()));
            self.added.push(name);
        }
        self.new.splice(begin..begin, first);
    }

    /// A fact of the scope called `name` and the rules that rest on it first; `anew` when every figure is
    /// written that differs at all. Returns their names.
    fn fact_with_rules(
        &mut self,
        fact: &crate::knowledge::Fact,
        scope: &Scope,
        name: &str,
        learned: &Learned,
        anew: bool,
    ) -> (String, Vec<String>) {
        let own = renamed(&fact.name, &scope.name, name);
        let entries = entries_of(&fact.entries, &scope.name, name);
        let written = self.statement("fact", &own, &entries, anew);
        let mine = |r: &&crate::knowledge::Rule| r.evidence.first() == Some(&fact.name);
        let mut rules = Vec::new();
        for rule in learned.rules.iter().filter(mine) {
            let own = renamed(&rule.name, &scope.name, name);
            let entries = entries_of(&rule.entries, &scope.name, name);
            rules.push(self.statement("rule", &own, &entries, anew));
        }
        (written, rules)
    }

    /// How much has been written so far.
    fn marks(&self) -> [usize; 5] {
        [
            self.edits.len(),
            self.added.len(),
            self.replaced.len(),
            self.unchanged.len(),
            self.new.len(),
        ]
    }

    /// Forgets what was written since.
    fn back_to(&mut self, [edits, added, replaced, unchanged, new]: &[usize; 5]) {
        self.edits.truncate(*edits);
        self.added.truncate(*added);
        self.replaced.truncate(*replaced);
        self.unchanged.truncate(*unchanged);
        self.new.truncate(*new);
    }

    /// Looks how many trials what stands of the scope called `name` rests on.
    fn compare_trials(&mut self, measured: &Measured, name: &str) {
        let fact = format!("measured_{name}");
        let number = |text: &str| text.parse::<u64>().ok();
        let now = measured.entries.iter().find(|e| e.key == TRIALS).and_then(|e| match &e.value {
            Written::Bare(text) | Written::Text(text) => number(text),
        });
        let stands = self.known.iter().find(|s| s.is_learned() && s.name() == fact);
        let there = stands.and_then(|s| s.texts(TRIALS).next()).and_then(|text| number(&text));
        let compared = there.zip(now).filter(|(there, now)| there > now);
        self.is_known_better = compared.is_some();
        self.known_better.extend(compared.map(|(there, now)| (name.to_owned(), there, now)));
    }

    /// The name for `scope`, and whether a predicate that says the same has it already.
    fn scope_name(&self, scope: &Scope) -> (String, bool) {
        let same = |s: &&Statement<'a>| returned(**s).is_some_and(|formula| scope.is(&formula));
        if let Some(same) = self.known.iter().find(same) {
            return (same.name().to_owned(), true);
        }
        let free =
            |name: &String| !self.known.iter().any(|s| s.keyword() == "fact" && s.name() == name);
        let name = scope.names().into_iter().find(free).unwrap_or_else(|| scope.name.clone());
        (name, false)
    }

    /// Writes one statement, if need be; `touched` when also a new date is worth a change. Returns the
    /// name that it has.
    fn statement(&mut self, keyword: &str, name: &str, entries: &[Entry], touched: bool) -> String {
        let same = |s: &&Statement<'a>| s.keyword() == keyword && s.name() == name;
        let mine = self.known.iter().filter(same).find(|s| s.is_learned()).copied();
        if let Some(old) = mine {
            let before = self.edits.len();
            let stays = self.is_known_better || marked::stays_out(old, &self.learned_with);
            if !stays && (touched || !says_the_same(old, entries)) {
                self.update(old, entries);
            }
            let changed = self.edits.len() > before;
            let list = if changed { &mut self.replaced } else { &mut self.unchanged };
            list.push(name.to_owned());
            return name.to_owned();
        }
        // A name that a person has taken is left to them.
        if self.known.iter().any(|s| same(&s)) && !name.ends_with("_learned") {
            return self.statement(keyword, &format!("{name}_learned"), entries, touched);
        }
        let shown = if keyword == "rule" { format!("\"{name}\"") } else { name.to_owned() };
        let mut text = vec![format!("{keyword} {shown} {{")];
        text.extend(lines(entries, self.indent_of_new()).iter().map(|l| format!("\t{l}")));
        text.push("}".to_owned());
        self.new.push(text);
        self.added.push(name.to_owned());
        name.to_owned()
    }

    /// Takes out what was learned in the scope called `scope`, is not among `facts` and `rules`, and is
    /// contradicted.
    fn take_out(&mut self, scope: &str, facts: &[String], rules: &[String], learned: &Learned) {
        let (fact_end, rule_end) = (format!("_{scope}"), format!(" on {scope}"));
        let gone = |s: &Statement<'a>, kept: &[String], end: &str| {
            s.name().ends_with(end)
                && !kept.iter().any(|k| k == s.name())
                && s.is_learned()
                && self.is_only_mine(*s)
        };
        let old_facts: Vec<Statement<'a>> = self
            .known
            .iter()
            .copied()
            .filter(|s| s.keyword() == "fact" && gone(s, facts, &fact_end))
            .filter(|s| !marked::stays_out(*s, &self.learned_with))
            .filter(|s| fact_is_superseded(*s, scope, learned))
            .collect();
        let mut told = facts.to_vec();
        told.extend(old_facts.iter().map(|s| s.name().to_owned()));
        let old_rules: Vec<Statement<'a>> = self
            .known
            .iter()
            .copied()
            .filter(|s| s.keyword() == "rule" && gone(s, rules, &rule_end))
            .filter(|s| !marked::stays_out(*s, &self.learned_with))
            .filter(|s| rule_is_superseded(*s, &told, learned))
            .collect();
        for statement in old_facts.into_iter().chain(old_rules) {
            self.removed.push(statement.name().to_owned());
            let span = self.lines_of(statement.block.span);
            self.edits.push(Edit::replace(span, ""));
        }
    }

    /// How far the entries of new statements are indented, in characters.
    fn indent_of_new(&self) -> usize {
        let step = self.layout.step(self.items).chars().count();
        let system = first_block(self.items, &["system", "system_model"]);
        let inside: &[Item] = system.map_or(self.items, |s| s.items.as_slice());
        let outer = match (first_block(inside, &["knowledge"]), system) {
            (Some(knowledge), _) => self.layout.inner_indent(knowledge, self.items).chars().count(),
            (None, Some(system)) => {
                self.layout.inner_indent(system, self.items).chars().count() + step
            }
            (None, None) => step,
        };
        outer + step
    }

    /// Inserts the new statements.
    fn insert(&mut self) {
        if self.new.is_empty() {
            return;
        }
        let step = self.layout.step(self.items);
        let system = first_block(self.items, &["system", "system_model"]);
        let inside: &[Item] = system.map_or(self.items, |s| s.items.as_slice());
        let edit = if let Some(knowledge) = first_block(inside, &["knowledge"]) {
            let indent = self.layout.inner_indent(knowledge, self.items);
            let mut lines = self.laid_out(&indent, &step);
            if !knowledge.items.is_empty() {
                lines.insert(0, String::new());
            }
            self.layout.before_brace(knowledge, &lines)
        } else {
            let outer =
                system.map_or_else(String::new, |s| self.layout.inner_indent(s, self.items));
            let mut lines = vec![format!("{outer}knowledge {{")];
            lines.extend(self.laid_out(&format!("{outer}{step}"), &step));
            lines.push(format!("{outer}}}"));
            if !inside.is_empty() {
                lines.insert(0, String::new());
            }
            match system {
                Some(system) => self.layout.before_brace(system, &lines),
                None => self.layout.at_end(&lines),
            }
        };
        self.edits.push(edit);
    }

    /// The lines of all new statements, an empty line between two.
    fn laid_out(&self, indent: &str, step: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for statement in &self.new {
            if !out.is_empty() {
                out.push(String::new());
            }
            out.extend(statement.iter().map(|line| {
                let text = line.trim_start_matches('\t');
                format!("{indent}{}{text}", step.repeat(line.len() - text.len()))
            }));
        }
        out
    }
}

/// `text` with the scope `from` called `to`.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from).filter(|_| !from.is_empty() && from != to) {
        let (before, found) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let after = found.strip_prefix(from).unwrap_or_default();
        // `scope_any_causal` is another scope.
        let whole = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        out.push_str(before);
        out.push_str(if whole { to } else { from });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Entries that name the scope `from`, for the name `to`.
fn entries_of(entries: &[Entry], from: &str, to: &str) -> Vec<Entry> {
    let mut entries = entries.to_vec();
    for entry in entries.iter_mut().filter(|e| matches!(e.key.as_str(), "when" | "evidence")) {
        if let Written::Text(text) = &entry.value {
            entry.value = Written::Text(renamed(text, from, to));
        }
    }
    entries
}
