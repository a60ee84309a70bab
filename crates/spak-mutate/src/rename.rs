//! Other names for whatever a file defines.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt,
};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, Identifier, Parameter, Pattern, Stmt};
use ruff_text_size::Ranged as _;

use crate::chance::Chance;
use crate::names::{Names, last_part, name_of};
use crate::original::Original;
use crate::rewrite::{Edits, Rewritten};
use crate::strings::Use;

/// Names of Python itself that a file may bind and also use.
const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "format",
    "getattr",
    "hasattr",
    "hash",
    "id",
    "input",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "classmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "_",
];

/// Methods that frameworks call by their names.
const METHODS_OF_FRAMEWORKS: &[&str] =
    &["forward", "backward", "setup_context", "apply", "jvp", "vmap", "run", "extra_repr"];

/// Attributes that values from elsewhere have, too.
const COMMON_ATTRIBUTES: &[&str] = &[
    "shape",
    "dtype",
    "device",
    "stride",
    "data",
    "grad",
    "size",
    "ndim",
    "name",
    "fn",
    "T",
    "dim",
    "numel",
    "append",
    "items",
    "keys",
    "values",
    "get",
    "index",
    "result",
    "best_config",
    "view",
];

/// Keywords of launches and of compilers: as keys of dictionaries they are handed on to these.
const KEYWORDS_OF_LAUNCHES: &[&str] = &[
    "num_ctas",
    "occupancy",
    "num_warps",
    "num_stages",
    "num_worker_warps",
    "opt_level",
    "maxnreg",
    "latency",
    "allow_tma",
];

/// The file with other names, and what each new name was.
pub(crate) fn rename(original: &Original<'_>, seed: u64) -> (Rewritten, BTreeMap<String, String>) {
    let mut names = Names::of(original.body());
    if names.has_open_records {
        // These keys keep their names, and so do the fields that they become.
        names.attributes.retain(|name| !KEYWORDS_OF_LAUNCHES.contains(name));
    }
    let wanted = wanted(&names);
    let mut order: Vec<&str> = wanted.iter().copied().collect();
    Chance::of(seed, "rename").shuffle(&mut order);
    let prefix = original.free_prefix("v");
    let numbered = order.iter().enumerate();
    let new: BTreeMap<&str, String> =
        numbered.map(|(at, name)| (*name, format!("{prefix}{at}"))).collect();
    let parameters = names.all_parameters();
    let mut renamer = Renamer { names: &names, parameters, new: &new, edits: Edits::default() };
    for statement in original.body() {
        renamer.visit_stmt(statement);
    }
    let mut edits = renamer.edits;
    for (start, end, text, used) in &names.keys.found {
        let is_own = match used {
            Use::Key => !KEYWORDS_OF_LAUNCHES.contains(text),
            Use::Field => names.attributes.contains(text),
        };
        // The text without its quotes, when it is written as it reads.
        let inner = start + 1;
        let is_plain = original.slice(inner, end - 1) == *text;
        if let Some(new) = new.get(text).filter(|_| is_own && is_plain) {
            edits.replace(inner, end - 1, new);
        }
    }
    let rewritten = edits.apply(original.text, &original.anchors());
    (rewritten, new.into_iter().map(|(old, new)| (new, old.to_owned())).collect())
}

/// The names that can be others without another meaning.
fn wanted<'a>(names: &Names<'a>) -> BTreeSet<&'a str> {
    let keys: BTreeSet<&str> = names.keys.found.iter().map(|(_, _, text, _)| *text).collect();
    let is_free = |name: &&&str| {
        let is_special = name.starts_with("__") && name.ends_with("__");
        let is_key = names.keys.computed_fields || keys.contains(**name);
        let is_text = is_key && names.keys.others.contains(**name);
        !is_special
            && !is_text
            && !names.imported.contains(**name)
            && !BUILTINS.contains(name)
            && !METHODS_OF_FRAMEWORKS.contains(name)
    };
    let attributes = names.attributes.iter().filter(|name| !COMMON_ATTRIBUTES.contains(name));
    names.bound.iter().chain(attributes).filter(is_free).copied().collect()
}

struct Renamer<'a, 'n> {
    names: &'n Names<'a>,
    parameters: BTreeSet<&'a str>,
    new: &'n BTreeMap<&'a str, String>,
    edits: Edits,
}

impl<'a> Renamer<'a, '_> {
    fn name(&mut self, at: &Identifier) {
        if let Some(new) = self.new.get(at.id.as_str()) {
            self.edits.replace(at.start().to_u32(), at.end().to_u32(), new);
        }
    }

    fn attribute(&mut self, at: &Identifier) {
        let name = at.id.as_str();
        if self.names.attributes.contains(name) && !COMMON_ATTRIBUTES.contains(&name) {
            self.name(at);
        }
    }

    /// The keywords of a call, where what is called is the file's own.
    fn keywords(&mut self, call: &'a ExprCall) {
        let makes_record = matches!(last_part(&call.func), Some("SimpleNamespace" | "_replace"))
            || name_of(&call.func).is_some_and(|name| self.names.classes.contains(name));
        let makes_keys = name_of(&call.func) == Some("dict");
        let callee = match last_part(&call.func) {
            // The rest of the arguments comes later.
            Some("partial") => call.arguments.args.first().and_then(root),
            _ => root(&call.func),
        };
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            let word = name.id.as_str();
            let is_own = if makes_record {
                self.names.attributes.contains(word)
            } else if makes_keys {
                !KEYWORDS_OF_LAUNCHES.contains(&word)
            } else {
                callee.is_some_and(|callee| self.takes(callee, word))
            };
            if is_own {
                self.name(name);
            }
        }
    }

    /// Whether `word` is a parameter of what the file calls `callee`.
    fn takes(&self, callee: &str, word: &str) -> bool {
        if !self.new.contains_key(callee) {
            return false;
        }
        let known = self.names.parameters.get(callee);
        if known.is_some_and(|known| known.contains(word)) {
            return true;
        }
        // What takes any keyword, or is not the file's own, hands it on to a function that may be.
        let hands_on = known.is_none() || self.names.open.contains(callee);
        hands_on && self.parameters.contains(word) && !KEYWORDS_OF_LAUNCHES.contains(&word)
    }
}

/// The name at the start of what is called: `k` of `k[grid](…)`, `m` of `self.m(…)`.
fn root(func: &Expr) -> Option<&str> {
    match func {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Subscript(subscript) => name_of(&subscript.value),
        Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
        // An object that is made and called at once.
        Expr::Call(call) => name_of(&call.func),
        _ => None,
    }
}

impl<'a> SourceOrderVisitor<'a> for Renamer<'a, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.name(&function.name),
            Stmt::ClassDef(class) => self.name(&class.name),
            Stmt::Global(global) => global.names.iter().for_each(|name| self.name(name)),
            Stmt::Nonlocal(nonlocal) => nonlocal.names.iter().for_each(|name| self.name(name)),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                if let Some(new) = self.new.get(name.id.as_str()) {
                    self.edits.replace(name.start().to_u32(), name.end().to_u32(), new);
                }
            }
            Expr::Attribute(attribute) => self.attribute(&attribute.attr),
            Expr::Call(call) => self.keywords(call),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.name(&parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.name(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.name(name);
        }
        walk_pattern(self, pattern);
    }
}
