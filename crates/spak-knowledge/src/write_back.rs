//! Facts and rules into a design, as edits of its text: what stands there keeps its bytes.

use spak_syntax::ast::{Block, Item};
use spak_syntax::edit::{EditError, apply};
use spak_syntax::{Diagnostic, Edit, Severity, Span, parse};

use crate::design::{Layout, Statement, first_block, key_of, statements, text_of};
use crate::knowledge::{Entry, Learned, Role};

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
/// A fact or rule of the same name that was learned before gets the new numbers, entry by entry, when
/// they say something else; otherwise it stays as it is. What a person wrote is never changed, also
/// inside a learned fact. Without a `knowledge` block one is made at the end of the system; a file
/// without a system gets it at its end.
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
    for fact in &learned.facts {
        writer.statement("fact", &fact.name, &fact.entries);
    }
    for rule in &learned.rules {
        writer.statement("rule", &rule.name, &rule.entries);
    }
    writer.insert();
    let Writer { edits, added, replaced, unchanged, .. } = writer;
    let text = apply(design, &edits).map_err(WriteError::Edit)?;
    let after = self::errors(parse(&text).diagnostics);
    if !after.is_empty() {
        return Err(WriteError::Broken(after));
    }
    Ok(Edited { text, edits, added, replaced, unchanged })
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
            new: Vec::new(),
        }
    }

    fn statement(&mut self, keyword: &str, name: &str, entries: &[Entry]) {
        let same = |s: &&Statement<'a>| s.keyword() == keyword && s.name() == name;
        let mine = self.known.iter().filter(same).find(|s| s.is_learned()).copied();
        if let Some(old) = mine {
            if says_the_same(old, entries) {
                self.unchanged.push(name.to_owned());
            } else {
                self.update(old, entries);
                self.replaced.push(name.to_owned());
            }
            return;
        }
        // A name that a person has taken is left to them.
        if self.known.iter().any(|s| same(&s)) && !name.ends_with("_learned") {
            self.statement(keyword, &format!("{name}_learned"), entries);
            return;
        }
        let shown = if keyword == "rule" { format!("\"{name}\"") } else { name.to_owned() };
        let mut lines = vec![format!("{keyword} {shown} {{")];
        lines.extend(entries.iter().map(|e| format!("\t{}: {}", e.key, e.rendered())));
        lines.push("}".to_owned());
        self.new.push(lines);
        self.added.push(name.to_owned());
    }

    /// Replaces the values that differ, adds entries that are new and takes out those that are gone.
    fn update(&mut self, old: Statement<'a>, entries: &[Entry]) {
        let mut left: Vec<_> = old.pairs().collect();
        let mut missing = Vec::new();
        for entry in entries {
            match left.iter().position(|p| key_of(&p.key) == entry.key) {
                Some(index) => {
                    let pair = left.remove(index);
                    let span = pair.value.span();
                    if span.slice(self.layout.text) != entry.rendered() {
                        self.edits.push(Edit::replace(span, entry.rendered()));
                    }
                }
                None => missing.push(entry),
            }
        }
        for pair in left.into_iter().filter(|p| is_mine(&key_of(&p.key))) {
            self.edits.push(Edit::replace(self.removable(pair.span), ""));
        }
        if missing.is_empty() {
            return;
        }
        let indent = self.layout.inner_indent(old.block, self.items);
        let lines: Vec<String> =
            missing.iter().map(|e| format!("{indent}{}: {}", e.key, e.rendered())).collect();
        self.edits.push(self.before_brace(old.block, &lines));
    }

    /// The whole line when nothing else stands on it, with its line end.
    fn removable(&self, span: Span) -> Span {
        let rest = self.layout.text.get(span.end as usize..).unwrap_or_default();
        let line_end = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let tail = rest.get(..line_end).unwrap_or_default();
        if self.layout.begins_line(span.start) && tail.trim().is_empty() {
            Span::new(self.layout.line_start(span.start), span.end + line_end as u32)
        } else {
            span
        }
    }

    /// Inserts whole lines before the closing brace of `block`.
    fn before_brace(&self, block: &Block, lines: &[String]) -> Edit {
        let newline = self.layout.newline;
        let at = block.inner_end;
        if self.layout.begins_line(at) {
            let text: String = lines.iter().map(|l| format!("{l}{newline}")).collect();
            Edit::insert(self.layout.line_start(at), text)
        } else {
            // The brace shares a line with what it closes: it gets a line of its own.
            let text: String = lines.iter().map(|l| format!("{newline}{l}")).collect();
            let outer = self.layout.indent(block.span.start);
            Edit::insert(at, format!("{text}{newline}{outer}"))
        }
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
            self.before_brace(knowledge, &lines)
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
                Some(system) => self.before_brace(system, &lines),
                None => self.at_end(&lines),
            }
        };
        self.edits.push(edit);
    }

    /// Inserts whole lines at the end of the file.
    fn at_end(&self, lines: &[String]) -> Edit {
        let (text, newline) = (self.layout.text, self.layout.newline);
        let lead = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        let lines: String = lines.iter().map(|l| format!("{l}{newline}")).collect();
        Edit::insert(text.len() as u32, format!("{lead}{lines}"))
    }

    /// The lines of all new statements, an empty line between two.
    fn laid_out(&self, indent: &str, step: &str) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for statement in &self.new {
            if !out.is_empty() {
                out.push(String::new());
            }
            out.extend(statement.iter().map(|line| match line.strip_prefix('\t') {
                Some(entry) => format!("{indent}{step}{entry}"),
                None => format!("{indent}{line}"),
            }));
        }
        out
    }
}

/// Whether the statement that stands in the design still says what the entries say: the same claims,
/// numbers inside the new intervals, and no less support than half of the new one.
fn says_the_same(old: Statement<'_>, entries: &[Entry]) -> bool {
    let mut left: Vec<(String, String)> =
        old.pairs().map(|p| (key_of(&p.key), text_of(&p.value))).collect();
    for entry in entries {
        let Some(index) = left.iter().position(|(key, _)| *key == entry.key) else {
            if entry.role == Role::Provenance {
                continue;
            }
            return false;
        };
        let (_, text) = left.remove(index);
        let number = || text.parse::<f64>().ok();
        let new = match &entry.value {
            crate::knowledge::Written::Text(text) | crate::knowledge::Written::Bare(text) => text,
        };
        let same = match &entry.role {
            Role::Provenance => true,
            Role::Claim { same } => text == *new || same.contains(&text),
            // What is written has three digits: as much as that does not count.
            Role::Estimate { low, high } => number().is_some_and(|old| {
                let slack = 0.005 * old.abs();
                old >= low - slack && old <= high + slack
            }),
            Role::Support => {
                let (old, new) = (number().unwrap_or(0.0), new.parse::<f64>().unwrap_or(0.0));
                new <= 2.0 * old
            }
        };
        if !same {
            return false;
        }
    }
    // A claim that is no longer made is a difference; what a person added is not.
    !left.iter().any(|(key, _)| is_mine(key) && is_claim(key))
}

/// Keys that this program writes; others in a learned fact are a person's.
fn is_mine(key: &str) -> bool {
    const PREFIXES: &[&str] = &["speedup_over_", "slowdown", "median_"];
    const KEYS: &[&str] = &[
        "description",
        "kind",
        "when",
        "config",
        "tflops",
        "gflops",
        "equal_within_spread",
        "trials",
        "rejected",
        "samples",
        "best",
        "equal",
        "equal_within",
        "avoid",
        "compared_with",
        "stage",
        "reason",
        "compares",
        "depends_on",
        "best_value_changes",
        "time_ratio",
        "tflops_ratio",
        "pairs",
        "configs",
        "noise",
        "confidence",
        "recommend",
        "prefer",
        "evidence",
        "influence",
        "support",
        "toolchain",
        "source",
        "learned",
        "learned_by",
    ];
    KEYS.contains(&key) || PREFIXES.iter().any(|p| key.starts_with(p))
}

fn is_claim(key: &str) -> bool {
    matches!(key, "recommend" | "avoid" | "best" | "config" | "equal" | "compares" | "reason")
}
