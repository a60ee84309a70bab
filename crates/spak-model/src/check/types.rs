//! Types that nothing declares, and what is written as a type in another language.

use std::collections::BTreeSet;

use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Span};

use crate::codes::UNKNOWN_TYPE;
use crate::entry::{Content, Entry};
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::types::Type;
use crate::vocabulary::Expect;

/// How many unknown types are compared with the known ones.
const MAX_SUGGESTIONS: usize = 100;

/// Types that a design need not declare, beyond those that the language reads itself.
const GIVEN: &[&str] = &[
    "any",
    "Any",
    "array",
    "bytes",
    "date",
    "datetime",
    "dict",
    "dtype",
    "duration",
    "file",
    "function",
    "json",
    "JSON",
    "map",
    "Matrix",
    "none",
    "None",
    "null",
    "object",
    "path",
    "Scalar",
    "scalar",
    "set",
    "Tensor",
    "tensor",
    "time",
    "timestamp",
    "tuple",
    "uint",
    "Vector",
    "vector",
];

/// What a slip is most often one of.
const COMMON: &[&str] = &["int", "float", "bool", "boolean", "string", "list", "Tensor"];

pub(super) fn check(entries: &[Entry], found: &mut Vec<Diagnostic>) {
    let mut declared = BTreeSet::new();
    entries.iter().for_each(|e| names(e, &mut declared));
    let mut types = Types { declared, left: MAX_SUGGESTIONS, found };
    entries.iter().for_each(|e| types.walk(e));
}

/// Every name that stands in a head: whatever is declared anywhere may be meant.
fn names<'a>(entry: &'a Entry, out: &mut BTreeSet<&'a str>) {
    out.extend(entry.head.words.iter().map(|w| w.text.as_str()));
    if let Some(name) = &entry.name {
        out.insert(&name.text);
    }
    entry.children().iter().for_each(|e| names(e, out));
}

struct Types<'s, 'f> {
    declared: BTreeSet<&'s str>,
    left: usize,
    found: &'f mut Vec<Diagnostic>,
}

impl Types<'_, '_> {
    fn walk(&mut self, entry: &Entry) {
        match &entry.content {
            Content::Slot(slot) if slot.expect == Expect::Type => self.slot(entry, slot),
            Content::Slot(_) => {}
            Content::Block(children) => children.iter().for_each(|c| self.walk(c)),
        }
    }

    fn slot(&mut self, entry: &Entry, slot: &SlotReading) {
        match &slot.reading {
            Reading::Type(ty, initial) if initial.is_none() || !is_value(ty, initial.as_ref()) => {
                for name in named(ty) {
                    self.name(entry, slot.span, name);
                }
            }
            // `[Config]`; `[M, N]` and `[D]` are the extents of a tensor.
            Reading::List(items) => {
                if let [Reading::Literal(Literal::Text(name))] = items.as_slice()
                    && name.chars().count() > 1
                {
                    self.name(entry, slot.span, name);
                }
            }
            Reading::Words(text) if !entry.is_line() => self.unreadable(entry, slot.span, text),
            _ => {}
        }
    }

    fn name(&mut self, entry: &Entry, span: Span, name: &str) {
        let stem = name.split('.').next().unwrap_or(name);
        let is_dtype = |n: &str| spak_expr::dtype::names().any(|d| d == n);
        let is_known = GIVEN.contains(&name)
            || COMMON.contains(&name)
            || self.declared.contains(name)
            || self.declared.contains(stem)
            || is_dtype(&name.to_lowercase());
        if is_known || !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return;
        }
        let near = self.left.checked_sub(1).and_then(|left| {
            self.left = left;
            let types = self.declared.iter().copied().filter(|n| n.starts_with(char::is_uppercase));
            suggest(name, COMMON.iter().copied()).or_else(|| suggest(name, types))
        });
        let repair = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("declare it: `type {name} matches {{ … }}`, or use a type of the language")
            }
        };
        self.found.push(
            Diagnostic::warning(UNKNOWN_TYPE, span, format!("there is no type `{name}`"))
                .because("values are not checked against a type that nothing declares")
                .repair(repair)
                .in_file(entry.file),
        );
    }

    fn unreadable(&mut self, entry: &Entry, span: Span, text: &str) {
        let shown: String = text.chars().take(60).collect();
        let ty = text.split('=').next().unwrap_or(text).trim();
        let repair = match translated(ty) {
            Some(meant) => format!("write `{meant}`"),
            None => "write `int`, `float`, `bool`, `string`, `[T]`, `T?`, `\"a\" | \"b\"`, `int range [0, 4]` or the name of a declared type".to_owned(),
        };
        self.found.push(
            Diagnostic::warning(UNKNOWN_TYPE, span, format!("`{shown}` cannot be read as a type"))
                .because("it is kept as words, and values are not checked against it")
                .repair(repair)
                .in_file(entry.file),
        );
    }
}

/// Whether a slot is a value from the start (`dtype: "fp16"`), whose type is only that value.
fn is_value(ty: &Type, initial: Option<&Literal>) -> bool {
    matches!((ty, initial), (Type::OneOf(values), Some(only)) if values == std::slice::from_ref(only))
}

/// The names of declared types in a type.
fn named(ty: &Type) -> Vec<&str> {
    let mut inner = ty;
    loop {
        inner = match inner {
            Type::Optional(next) | Type::List(Some(next)) => next,
            Type::Named(name) => return vec![name],
            _ => return Vec::new(),
        };
    }
}

/// How a type of another language is written here.
fn translated(text: &str) -> Option<String> {
    let is_readable = |t: &str| Type::read(t).is_some();
    if let Some(element) = text.strip_suffix("[]") {
        return is_readable(element).then(|| format!("[{element}]"));
    }
    for (names, form) in [
        (&["Option", "Optional", "optional", "Maybe"][..], ("", "?")),
        (&["List", "list", "Array", "Vec", "Sequence", "array"][..], ("[", "]")),
    ] {
        let inside = names.iter().find_map(|n| {
            let rest = text.strip_prefix(n)?.trim_start();
            let inner = rest.strip_prefix('<').and_then(|r| r.strip_suffix('>'));
            inner.or_else(|| rest.strip_prefix('[').and_then(|r| r.strip_suffix(']')))
        });
        if let Some(inside) = inside.map(str::trim).filter(|i| is_readable(i)) {
            return Some(format!("{}{inside}{}", form.0, form.1));
        }
    }
    None
}
