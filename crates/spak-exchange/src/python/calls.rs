//! Calls of Python's functions, and of those of `math`.

use ruff_python_ast::{self as ast, Expr as Python};
use ruff_text_size::Ranged as _;
use spak_expr::codes::{UNKNOWN_FUNCTION, WRONG_ARGUMENT_COUNT};
use spak_expr::{BinaryOp, Expr, ExprKind, Number};
use spak_syntax::{Diagnostic, Span};

use super::compare::sequence;
use super::lower::{Lowering, Wanted, call, is_truth};
use super::span;

/// Functions that are called by the same name with one argument.
const SAME: &[&str] = &["abs", "int", "float", "round"];
/// Functions of `math` with one argument, and what they are called here.
const MATH: &[(&str, &str)] = &[
    ("ceil", "ceil"),
    ("exp", "exp"),
    ("exp2", "exp2"),
    ("fabs", "abs"),
    ("floor", "floor"),
    ("log", "log"),
    ("log2", "log2"),
    ("sqrt", "sqrt"),
    ("trunc", "trunc"),
];
/// Names under which `math` and what has the same functions are imported.
const MODULES: &[&str] = &["math", "np", "numpy"];
/// Everything that is known by itself, for suggestions.
const KNOWN: &[&str] = &[
    "abs", "all", "any", "bool", "divmod", "float", "int", "len", "max", "min", "pow", "range",
    "round", "sum",
];

/// Whether it is a plain call of `divmod`.
pub(super) fn is_divmod(call: &ast::ExprCall) -> bool {
    matches!(&*call.func, Python::Name(name) if name.id.as_str() == "divmod")
        && call.arguments.keywords.is_empty()
}

/// The name of a function, without the module it is from, and whether it is from one.
fn name_of(function: &Python) -> Option<(&str, bool)> {
    match function {
        Python::Name(name) => Some((name.id.as_str(), false)),
        Python::Attribute(attribute) => match &*attribute.value {
            Python::Name(module) if MODULES.contains(&module.id.as_str()) => {
                Some((attribute.attr.as_str(), true))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Lowering {
    /// `math.pi` and its like.
    pub(super) fn constant(
        &mut self,
        at: Span,
        attribute: &ast::ExprAttribute,
    ) -> Option<ExprKind> {
        let module = matches!(&*attribute.value,
            Python::Name(module) if MODULES.contains(&module.id.as_str()));
        let value = match attribute.attr.as_str() {
            "pi" => std::f64::consts::PI,
            "e" => std::f64::consts::E,
            "tau" => std::f64::consts::TAU,
            _ => f64::NAN,
        };
        if module && value.is_finite() {
            return Some(ExprKind::Number(Number::Float(value)));
        }
        let what = format!("the attribute `{}`", attribute.attr.as_str());
        self.refuse(at, &what, "write the number, or the parameter's name");
        None
    }

    /// A call.
    pub(super) fn call(&mut self, at: Span, python: &ast::ExprCall, depth: usize) -> Option<Expr> {
        let name_at = span(python.func.range());
        let Some((name, math)) = name_of(&python.func) else {
            self.refuse(
                name_at,
                "a call of something that is not a known function",
                "write it out",
            );
            return None;
        };
        let arguments = &*python.arguments.args;
        if let Some(keyword) = python.arguments.keywords.first() {
            self.refuse(span(keyword.range()), "a named argument", "leave it out");
            return None;
        }
        if let Some(star) = arguments.iter().find(|a| a.is_starred_expr()) {
            self.refuse(span(star.range()), "`*`", "write the arguments out");
            return None;
        }
        let kind = match (name, math, arguments) {
            ("all" | "any", _, [list]) if sequence(list).is_some() => {
                self.quantified(name == "all", sequence(list)?, depth)?
            }
            ("min" | "max", _, [list]) if sequence(list).is_some_and(|l| !l.is_empty()) => {
                let list = sequence(list)?;
                call(name, at, name_at, self.arguments(list, depth)?)
            }
            ("min" | "max", false, [_, _, ..]) => {
                call(name, at, name_at, self.arguments(arguments, depth)?)
            }
            ("sum" | "prod", _, [list]) if sequence(list).is_some() => {
                return self.folded(at, name == "sum", sequence(list)?, depth);
            }
            ("len", false, [list]) if sequence(list).is_some() && !list.is_set_expr() => {
                let length = sequence(list)?.len();
                ExprKind::Number(Number::Int(i64::try_from(length).unwrap_or(i64::MAX)))
            }
            ("pow", math, [_, _]) => {
                let mut both = self.arguments(arguments, depth + 1)?.into_iter();
                let (a, b) = (both.next()?, both.next()?);
                // `math.pow` makes floats of its arguments.
                let a = if math {
                    Expr::new(a.span, call("float", a.span, a.span, vec![a]))
                } else {
                    a
                };
                ExprKind::Binary(BinaryOp::Power, Box::new(a), Box::new(b))
            }
            ("log", true, [_, _]) => {
                let mut both = self.arguments(arguments, depth + 1)?.into_iter();
                let mut log =
                    |x: Expr| Box::new(Expr::new(x.span, call("log", x.span, name_at, vec![x])));
                let (a, b) = (both.next().map(&mut log)?, both.next().map(&mut log)?);
                ExprKind::Binary(BinaryOp::Divide, a, b)
            }
            ("gcd" | "lcm", true, [_, _]) => {
                call(name, at, name_at, self.arguments(arguments, depth)?)
            }
            ("bool", false, [x]) => {
                let x = self.expr(x, Wanted::Truth, depth + 1)?;
                if is_truth(&x) {
                    return Some(x);
                }
                call("bool", at, name_at, vec![x])
            }
            (_, false, [_]) if SAME.contains(&name) => {
                call(name, at, name_at, self.arguments(arguments, depth)?)
            }
            ("abs", true, [_]) => call(name, at, name_at, self.arguments(arguments, depth)?),
            (_, true, [_]) if MATH.iter().any(|(n, _)| *n == name) => {
                let (_, here) = MATH.iter().find(|(n, _)| *n == name)?;
                call(here, at, name_at, self.arguments(arguments, depth)?)
            }
            _ => {
                self.unknown(name_at, name, math, arguments.len());
                return None;
            }
        };
        Some(Expr::new(at, kind))
    }

    fn arguments(&mut self, arguments: &[Python], depth: usize) -> Option<Vec<Expr>> {
        let read: Vec<Option<Expr>> =
            arguments.iter().map(|a| self.expr(a, Wanted::Value, depth + 1)).collect();
        read.into_iter().collect()
    }

    /// `all` or `any` of values written out.
    fn quantified(&mut self, all: bool, items: &[Python], depth: usize) -> Option<ExprKind> {
        let read: Vec<Option<Expr>> =
            items.iter().map(|i| self.expr(i, Wanted::Truth, depth + 2)).collect();
        let truths = read.into_iter().collect::<Option<Vec<Expr>>>()?.into_iter().map(|item| {
            if is_truth(&item) {
                item
            } else {
                Expr::new(item.span, call("bool", item.span, item.span, vec![item]))
            }
        });
        let truths: Vec<Expr> = truths.collect();
        Some(match (<[Expr; 1]>::try_from(truths), all) {
            (Ok([one]), _) => one.kind,
            (Err(none), _) if none.is_empty() => ExprKind::Bool(all),
            (Err(several), true) => ExprKind::And(several),
            (Err(several), false) => ExprKind::Or(several),
        })
    }

    /// `sum` or `prod` of values written out, from the left as Python does it.
    fn folded(&mut self, at: Span, sum: bool, items: &[Python], depth: usize) -> Option<Expr> {
        let op = if sum { BinaryOp::Add } else { BinaryOp::Multiply };
        let neutral = ExprKind::Number(Number::Int(i64::from(!sum)));
        // The first item is as deep as there are items.
        let items = self.arguments(items, depth + items.len())?;
        let mut folded: Option<Expr> = None;
        for item in items {
            folded = Some(match folded {
                None => item,
                Some(before) => {
                    let whole = before.span.cover(item.span);
                    Expr::new(whole, ExprKind::Binary(op, Box::new(before), Box::new(item)))
                }
            });
        }
        Some(Expr { span: at, ..folded.unwrap_or_else(|| Expr::new(at, neutral)) })
    }

    fn unknown(&mut self, at: Span, name: &str, math: bool, count: usize) {
        let known = if math {
            MATH.iter().any(|(n, _)| *n == name) || matches!(name, "pow" | "gcd" | "lcm" | "prod")
        } else {
            KNOWN.contains(&name)
        };
        if known {
            let message =
                format!("this call of `{name}` with {count} arguments cannot be translated");
            self.diagnostics.push(Diagnostic::error(WRONG_ARGUMENT_COUNT, at, message).because(
                "functions of lists need a list that is written out, the others their \
                     usual number of arguments",
            ));
            return;
        }
        let message = format!("the function `{name}` is not known");
        let near = if math {
            spak_syntax::diagnostic::suggest(name, MATH.iter().map(|(n, _)| *n))
        } else {
            spak_syntax::diagnostic::suggest(name, KNOWN.iter().copied())
        };
        let repair = near.map_or_else(
            || "write it with operators".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.diagnostics.push(Diagnostic::error(UNKNOWN_FUNCTION, at, message).repair(repair));
    }
}
