//! What names of libraries mean: tables in `api/*.txt`, whose format `api/README.md` describes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use spak_program::{Constant, Op};

/// What a parameter's annotation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Annotation {
    Constexpr,
    Runtime,
    Array,
}

/// What a call of a name does.
#[derive(Clone, Debug)]
pub(crate) enum Meaning {
    /// It is a node.
    Op { op: Op, fixed: Vec<(&'static str, Constant)>, signature: Signature },
    /// The evaluator knows it.
    Special { name: &'static str, signature: Signature },
}

/// What a name means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Name {
    pub(crate) call: Option<Meaning>,
    pub(crate) value: Option<Constant>,
    pub(crate) annotation: Option<Annotation>,
    alias: Option<&'static str>,
}

/// The parameters of a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    /// Takes all further positional arguments.
    pub(crate) rest: Option<&'static str>,
    /// Whether it is called; otherwise it is an attribute.
    pub(crate) callable: bool,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// As Python calls it.
    pub(crate) name: &'static str,
    /// As nodes call it.
    pub(crate) label: &'static str,
    /// What it is when nothing is said, if that means anything.
    pub(crate) default: Option<Constant>,
    pub(crate) keyword_only: bool,
}

/// Where a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Cutile,
    Triton,
    Host,
}

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) names: BTreeMap<&'static str, Name>,
    /// Methods and attributes, for each of [`Language`].
    members: [BTreeMap<&'static str, Meaning>; 3],
    /// Lines that could not be read; none, says a test.
    pub(crate) rejected: Vec<&'static str>,
}

pub(crate) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::default();
    for (language, text) in [
        (Language::Cutile, include_str!("api/cutile.txt")),
        (Language::Triton, include_str!("api/triton.txt")),
        (Language::Host, include_str!("api/host.txt")),
    ] {
        for line in text.lines() {
            let line = line.split_once(" # ").map_or(line, |(line, _)| line).trim();
            if !line.is_empty() && !line.starts_with('#') && tables.read(line, language).is_none() {
                tables.rejected.push(line);
            }
        }
    }
    tables
});

impl Tables {
    /// What a dotted name means, behind aliases of it and of what it is in.
    pub(crate) fn name(&self, path: &str) -> Option<&Name> {
        self.names.get(&*self.canonical(path))
    }

    /// A dotted name without aliases.
    pub(crate) fn canonical(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..8 {
            let mut end = path.len();
            let replaced = loop {
                let Some(prefix) = path.get(..end) else { break None };
                let alias = self.names.get(prefix).and_then(|name| name.alias);
                if let (Some(alias), Some(rest)) = (alias, path.get(end..)) {
                    break Some(format!("{alias}{rest}"));
                }
                match prefix.rfind('.') {
                    Some(dot) => end = dot,
                    None => break None,
                }
            };
            match replaced {
                Some(other) => path = other,
                None => break,
            }
        }
        path
    }

    /// What a method or an attribute of something means in a place.
    pub(crate) fn member(&self, name: &str, language: Language) -> Option<&Meaning> {
        let first = self.members.get(language as usize).and_then(|members| members.get(name));
        first.or_else(|| self.members.iter().find_map(|members| members.get(name)))
    }

    /// What a call of a dotted name does.
    pub(crate) fn call(&self, path: &str) -> Option<&Meaning> {
        self.name(path)?.call.as_ref()
    }

    /// What a parameter with an annotation is.
    pub(crate) fn annotation(&self, path: &str) -> Option<Annotation> {
        self.name(path)?.annotation
    }

    fn read(&mut self, line: &'static str, language: Language) -> Option<()> {
        if let Some((head, meaning)) = line.split_once("->") {
            let (name, signature) = match head.trim().split_once('(') {
                Some((name, rest)) => (name, Signature::read(rest.trim_end().strip_suffix(')')?)?),
                None => (head.trim(), Signature::default()),
            };
            let (op, rest) = meaning.trim().split_once(' ').unwrap_or((meaning.trim(), ""));
            let meaning = if op == "special" {
                Meaning::Special { name: rest.trim(), signature }
            } else {
                let fixed = fixed(rest)?;
                Meaning::Op { op: Op::named(op)?, fixed, signature }
            };
            match name.strip_prefix('.') {
                Some(member) => {
                    if let Some(members) = self.members.get_mut(language as usize) {
                        members.insert(member, meaning);
                    }
                }
                None => self.names.entry(name).or_default().call = Some(meaning),
            }
            return Some(());
        }
        if let Some((name, kind)) = line.split_once(" : ") {
            let kind = match kind.trim() {
                "constexpr" => Annotation::Constexpr,
                "runtime" => Annotation::Runtime,
                "array" => Annotation::Array,
                _ => return None,
            };
            self.names.entry(name.trim()).or_default().annotation = Some(kind);
            return Some(());
        }
        let (name, value) = line.split_once('=')?;
        let (value, entry) = (value.trim(), self.names.entry(name.trim()).or_default());
        match constant(value) {
            Some(constant) => entry.value = Some(constant),
            None => entry.alias = Some(value),
        }
        Some(())
    }
}

impl Signature {
    fn read(text: &'static str) -> Option<Self> {
        let mut signature = Self { callable: true, ..Self::default() };
        let mut keyword_only = false;
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if part == "/" {
                continue;
            }
            if let Some(rest) = part.strip_prefix('*') {
                keyword_only = true;
                if !rest.is_empty() && !rest.starts_with('*') {
                    signature.rest = Some(rest);
                }
                continue;
            }
            let (names, default) = match part.split_once('=') {
                Some((names, "")) => (names, None),
                Some((names, value)) => (names, Some(constant(value.trim())?)),
                None => (part, None),
            };
            let (name, label) = names.split_once(':').unwrap_or((names, names));
            signature.parameters.push(Parameter {
                name: name.trim(),
                label: label.trim(),
                default,
                keyword_only,
            });
        }
        Some(signature)
    }
}

/// `label=value label=value`, where a value may be of two words (`dtype f32`), and a bare word is a text.
fn fixed(text: &'static str) -> Option<Vec<(&'static str, Constant)>> {
    let mut all: Vec<(&'static str, Constant)> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let (label, value) = word.split_once('=')?;
        let second = words.next_if(|next| !next.contains('='));
        let value = match second {
            Some(second) => constant(&format!("{value} {second}"))?,
            None => constant(value).unwrap_or_else(|| Constant::Text(value.to_owned())),
        };
        all.push((label, value));
    }
    Some(all)
}

/// A constant in the notation of the tables.
fn constant(text: &str) -> Option<Constant> {
    if let Some(name) = text.strip_prefix("dtype ") {
        return Some(Constant::Dtype(name.trim().to_owned()));
    }
    if let Some(name) = text.strip_prefix("symbol ") {
        return Some(Constant::Symbol(name.trim().to_owned()));
    }
    if let Some(text) = text.strip_prefix('"') {
        return Some(Constant::Text(text.strip_suffix('"')?.to_owned()));
    }
    match text {
        "none" => return Some(Constant::None),
        "true" => return Some(Constant::Bool(true)),
        "false" => return Some(Constant::Bool(false)),
        "inf" => return Some(Constant::Float(f64::INFINITY)),
        "-inf" => return Some(Constant::Float(f64::NEG_INFINITY)),
        "nan" => return Some(Constant::Float(f64::NAN)),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '.') {
        let dotted = text.split_once('.')?;
        let is_symbol = matches!(
            dotted.0,
            "padding" | "rounding" | "arch" | "memory" | "order" | "scope" | "precision"
        );
        return is_symbol.then(|| Constant::Symbol(text.to_owned()));
    }
    text.parse().map(Constant::Int).or_else(|_| text.parse().map(Constant::Float)).ok()
}

#[cfg(test)]
mod tests {
    use super::TABLES;

    #[test]
    fn all_lines_of_the_tables_are_read() {
        assert_eq!(TABLES.rejected, Vec::<&str>::new());
        assert!(TABLES.names.len() > 800);
    }
}
