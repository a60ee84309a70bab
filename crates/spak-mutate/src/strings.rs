//! Texts that name something: keys of dictionaries, names of attributes and of parameters.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{Expr, ExprCall, ExprStringLiteral, StringLiteral};
use ruff_text_size::Ranged as _;

use crate::names::last_part;

/// Keywords of calls whose texts are names of the parameters of a kernel.
const LISTS_OF_PARAMETERS: [&str; 5] = [
    "key",
    "do_not_specialize",
    "reset_to_zero",
    "restore_value",
    "do_not_specialize_on_alignment",
];

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// A key of a dictionary, or a parameter.
    Key,
    /// An attribute, as in `getattr`.
    Field,
}

/// The texts of a file.
#[derive(Default)]
pub(crate) struct Keys<'a> {
    /// By where a text begins, seen from what it is a part of.
    expected: BTreeMap<u32, Use>,
    /// Texts that name something: where, what, and as what.
    pub(crate) found: Vec<(u32, u32, &'a str, Use)>,
    /// All other texts.
    pub(crate) others: BTreeSet<&'a str>,
    /// Whether an attribute is asked for whose name is computed: any text may be one.
    pub(crate) computed_fields: bool,
}

impl<'a> Keys<'a> {
    fn expect(&mut self, expr: &Expr, used: Use) {
        if expr.is_string_literal_expr() {
            self.expected.entry(expr.start().to_u32()).or_insert(used);
        }
    }

    /// Notes what the parts of an expression are used for, or what it is itself. Wholes come before parts.
    pub(crate) fn note(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Dict(dict) => {
                for key in dict.items.iter().filter_map(|item| item.key.as_ref()) {
                    self.expect(key, Use::Key);
                }
            }
            Expr::Subscript(subscript) => self.expect(&subscript.slice, Use::Key),
            Expr::Compare(compare) if compare.ops.iter().any(|op| op.is_in() || op.is_not_in()) => {
                self.expect(&compare.left, Use::Key);
            }
            Expr::Call(call) => self.call(call),
            Expr::StringLiteral(text) => {
                let (start, end) = (text.start().to_u32(), text.end().to_u32());
                match (self.expected.get(&start), only_part(text)) {
                    (Some(used), Some(part)) => {
                        self.found.push((start, end, &part.value, *used));
                    }
                    (None, Some(part)) => {
                        self.others.insert(&part.value);
                    }
                    (_, None) => {}
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        let arguments = &call.arguments.args;
        match last_part(&call.func) {
            Some("getattr" | "hasattr" | "setattr") => {
                if let Some(name) = arguments.get(1) {
                    self.computed_fields |= !name.is_string_literal_expr();
                    self.expect(name, Use::Field);
                }
            }
            Some("get" | "pop" | "setdefault") if call.func.is_attribute_expr() => {
                if let Some(name) = arguments.first() {
                    self.expect(name, Use::Key);
                }
            }
            _ => {}
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map(|name| name.id.as_str());
            if name.is_some_and(|name| LISTS_OF_PARAMETERS.contains(&name)) {
                elements(&keyword.value, self);
            }
        }
    }
}

/// A text that is written in one piece.
fn only_part(text: &ExprStringLiteral) -> Option<&StringLiteral> {
    let mut parts = text.value.iter();
    parts.next().filter(|_| parts.next().is_none())
}

/// Each text of a list names something.
pub(crate) fn elements(list: &Expr, keys: &mut Keys<'_>) {
    let elements = match list {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return,
    };
    for element in elements {
        keys.expect(element, Use::Key);
    }
}
