//! Reads a description of a space, whichever of the formats it has.

use std::collections::BTreeMap;
use std::fmt::Display;

use spak_expr::codes::UNKNOWN_NAME;
use spak_expr::{Expr, ExprKind};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Severity, Span};

use super::entries::{self, EXPRESSION, Entries, PARAMETERS, RESTRICTIONS, SPACE};
use super::parameters::parameters;
use super::{Format, Parameter, Restriction, TuningSpace};
use crate::bytes;
use crate::codes::{BAD_ENTRY, UNKNOWN_FORMAT};
use crate::json::{Node, Text};
use crate::python;

/// The most restrictions of a space.
const MAX_RESTRICTIONS: usize = 1 << 16;

/// What was read, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Read {
    /// The space, as far as it could be read.
    pub space: TuningSpace,
    /// Errors and warnings; their places are byte offsets in the text of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Read {
    /// Whether the space is all that the file says.
    pub fn is_whole(&self) -> bool {
        self.diagnostics.iter().all(|d| d.severity != Severity::Error)
    }
}

/// The longest text that is read, in bytes after decompression: the largest published space has 20 kB.
const MAX_BYTES: u64 = 1 << 27;

/// Reads T1, or a dictionary with `params` (also `tune_params`, `parameters`) and `constraints` (also
/// `restrictions`, `conditions`), plain or compressed; the format is told by the content.
///
/// # Errors
/// When it is not JSON or none of these. What is wrong with single entries is in the diagnostics.
pub fn read(bytes: &[u8]) -> Result<Read, Box<Diagnostic>> {
    let text = bytes::text(bytes, MAX_BYTES)?;
    let root = Node::of(&text)?;
    if !root.is_object() {
        return Err(unknown(root, &[]));
    }
    let top = Entries(root.members(&"")?);
    let mut diagnostics = Vec::new();
    let nested = match top.find(SPACE) {
        Some((key, node)) => Some((format!("{key}."), Entries(node.members(&key)?))),
        None => None,
    };
    for entries in [Some(&top), nested.as_ref().map(|(_, entries)| entries)].into_iter().flatten() {
        if let Some((key, again)) = entries.repeated(&[SPACE, PARAMETERS, RESTRICTIONS].concat()) {
            let message = format!("`{key}` is there twice");
            let diagnostic = Diagnostic::error(BAD_ENTRY, again.span(), message);
            return Err(Box::new(
                diagnostic
                    .because("Python would take the last one, without a word")
                    .repair("leave one of them out"),
            ));
        }
    }
    let (format, prefix, inner) = match &nested {
        Some((prefix, entries)) => (Format::T1, prefix.as_str(), entries),
        None => (Format::Dictionary, "", &top),
    };
    let parameters = if let Some((key, node)) = inner.find(PARAMETERS) {
        parameters(node, &format_args!("{prefix}{key}"), &mut diagnostics)?
    } else if format == Format::Dictionary && is_bare(&top) {
        parameters(root, &"", &mut diagnostics)?
    } else {
        return Err(unknown(root, &inner.0));
    };
    let mut restrictions = Restrictions::new(&parameters);
    for (key, node) in inner.all(RESTRICTIONS) {
        let path = format_args!("{prefix}{key}");
        restrictions.list(node, &path, &mut diagnostics)?;
    }
    let restrictions = restrictions.read;
    let name = name(&top);
    Ok(Read { space: TuningSpace { format, name, parameters, restrictions }, diagnostics })
}

/// A dictionary of parameters and nothing else: `{"x": [1, 2], "y": [0, 1]}`.
fn is_bare(top: &Entries<'_>) -> bool {
    !top.0.is_empty()
        && top.0.iter().all(|(key, node)| {
            node.is_list() && !entries::is(key, "results") && !entries::is(key, "cache")
        })
}

/// What the space is called.
fn name(top: &Entries<'_>) -> Option<String> {
    let own = |entries: &Entries<'_>| {
        let found = entries.find(entries::NAME);
        found.filter(|(_, n)| n.is_text()).and_then(|(key, n)| n.string(&key).ok())
    };
    let text = own(top).or_else(|| {
        ["general", "kernelspecification"].into_iter().find_map(|section| {
            let (key, node) = top.find(&[section])?;
            own(&Entries(node.members(&key).ok()?))
        })
    });
    text.map(|t| t.text).filter(|name| !name.is_empty())
}

fn unknown(root: Node<'_>, entries: &[(String, Node<'_>)]) -> Box<Diagnostic> {
    let keys: Vec<String> = entries.iter().take(8).map(|(key, _)| format!("`{key}`")).collect();
    let has = if keys.is_empty() {
        "it is not a JSON object with entries".to_owned()
    } else {
        format!("its entries are {}", keys.join(", "))
    };
    let at = Span::at(root.span().start);
    let diagnostic =
        Diagnostic::error(UNKNOWN_FORMAT, at, "this describes no tuning space that is read");
    Box::new(
        diagnostic
            .because(format!(
                "{has}; T1 has `ConfigurationSpace`, a dictionary has `params` or `tune_params`"
            ))
            .repair("write `{\"params\": {\"x\": [1, 2]}, \"constraints\": [\"x > 1\"]}`"),
    )
}

/// Restrictions as they are read.
struct Restrictions<'p> {
    positions: BTreeMap<&'p str, usize>,
    read: Vec<Restriction>,
}

impl<'p> Restrictions<'p> {
    fn new(parameters: &'p [Parameter]) -> Self {
        let names = parameters.iter().enumerate().map(|(at, p)| (p.name.as_str(), at));
        Self { positions: names.collect(), read: Vec::new() }
    }

    /// A list of texts or of `{"Expression": ..}`, or a single text.
    fn list(
        &mut self,
        node: Node<'_>,
        path: &dyn Display,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<(), Box<Diagnostic>> {
        if node.is_text() {
            self.one(&node.string(path)?, diagnostics);
            return Ok(());
        }
        for (at, element) in node.elements(path)?.into_iter().enumerate() {
            let path = format_args!("{path}[{at}]");
            if self.read.len() >= MAX_RESTRICTIONS {
                let message = format!("more than {MAX_RESTRICTIONS} restrictions are not read");
                return Err(Box::new(element.fault(&path, &message)));
            }
            let text = if element.is_object() {
                let entries = Entries(element.members(&path)?);
                match entries.find(EXPRESSION) {
                    Some((key, node)) => node.string(&format_args!("{path}.{key}")),
                    None => Err(Box::new(element.fault(&path, "a condition needs `Expression`"))),
                }
            } else if element.is_text() {
                element.string(&path)
            } else {
                let fault =
                    element.fault(&path, "a restriction is a text with a Python expression");
                Err(Box::new(fault.repair("write it as a text: `\"x * y <= 1024\"`")))
            };
            match text {
                Ok(text) => self.one(&text, diagnostics),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        Ok(())
    }

    fn one(&mut self, text: &Text, diagnostics: &mut Vec<Diagnostic>) {
        let read = python::restriction(&text.text);
        diagnostics.extend(read.diagnostics.into_iter().map(|d| text.relocated(d)));
        let mut parameters = Vec::new();
        if let Some(expr) = &read.expr {
            names(expr, &mut |name, at| match self.positions.get(name) {
                Some(position) => parameters.push(*position),
                None => diagnostics.push(text.relocated(self.unknown(name, at))),
            });
            parameters.sort_unstable();
            parameters.dedup();
        }
        self.read.push(Restriction {
            text: text.text.clone(),
            expr: read.expr,
            parameters,
            place: text.place,
        });
    }

    fn unknown(&self, name: &str, at: Span) -> Diagnostic {
        let message = format!("`{name}` is not a parameter of this space");
        let repair = suggest(name, self.positions.keys().copied()).map_or_else(
            || "declare it, with one value if it is a constant".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Diagnostic::error(UNKNOWN_NAME, at, message).repair(repair)
    }
}

/// Every use of a name, without making lists on the way; translated restrictions bind no variables.
fn names(expr: &Expr, found: &mut dyn FnMut(&str, Span)) {
    match &expr.kind {
        ExprKind::Name(name) => found(name, expr.span),
        ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Text(_) => {}
        ExprKind::Unary(_, x) => names(x, found),
        ExprKind::Binary(_, a, b) => {
            names(a, found);
            names(b, found);
        }
        ExprKind::And(items) | ExprKind::Or(items) | ExprKind::List(items) => {
            items.iter().for_each(|item| names(item, found));
        }
        ExprKind::Compare(first, rest) => {
            names(first, found);
            rest.iter().for_each(|(_, item)| names(item, found));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|a| names(&a.value, found)),
        _ => expr.children().into_iter().for_each(|child| names(child, found)),
    }
}
