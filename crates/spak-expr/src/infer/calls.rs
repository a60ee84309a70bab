//! Types of calls.

use spak_syntax::Span;

use super::Inference;
use crate::builtins::{self, Builtin};
use crate::eval::unknown_function;
use crate::expr::{BinaryOp, Call, ExprKind};
use crate::fault::Fault;
use crate::types::Type;
use crate::unit::Dimension;
use crate::value::Value;

impl<'e> Inference<'e> {
    pub(super) fn call(&mut self, call: &'e Call, span: Span) -> Type {
        if let Some((kind, variable, operand)) = call.aggregation()
            && self.env.result_of(&call.function).is_none()
            && self.find(&call.function).is_none()
            && self.find(variable).is_none()
        {
            self.bound.push((variable, Type::Int));
            let found = self.infer(operand);
            self.bound.pop();
            return match (kind, found) {
                ("mean" | "avg" | "E", Type::Int | Type::Bool) => Type::Float,
                (_, Type::List(_)) => Type::Unknown,
                (_, Type::Bool) => Type::Int,
                (_, other) => other,
            };
        }
        let arguments: Vec<Type> = call.arguments.iter().map(|a| self.infer(&a.value)).collect();
        if let Some(found) = self.env.result_of(&call.function) {
            return found;
        }
        if let Some(function) = builtins::find(&call.function) {
            if let Some(fault) = function.arity_fault(arguments.len()) {
                return self.report(fault, span);
            }
            return self.builtin(function, call, &arguments, span);
        }
        match self.find(&call.function) {
            Some(table @ (Type::List(_) | Type::Unknown)) => {
                self.element(table, arguments.len(), span)
            }
            _ => {
                let known = self.env.functions();
                self.diagnostics.push(unknown_function(call, known));
                Type::Unknown
            }
        }
    }

    fn builtin(&mut self, f: &Builtin, call: &'e Call, arguments: &[Type], span: Span) -> Type {
        let Some(first) = arguments.first() else { return Type::Unknown };
        let element = match first {
            Type::List(element) => (**element).clone(),
            _ => Type::Unknown,
        };
        match f.name {
            "all" | "any" | "is_pow2" => Type::Bool,
            "len" | "gcd" | "lcm" | "next_pow2" | "int" | "floor" | "ceil" | "round" => {
                self.plain(f, arguments, span);
                Type::Int
            }
            "exp" | "exp2" | "log" | "log2" | "float" => {
                self.plain(f, arguments, span);
                Type::Float
            }
            "abs" => first.clone(),
            "bytes_of" => self.bytes_of(f, call, first, span),
            "cdiv" => match (first.dimension(), arguments.get(1).and_then(Type::dimension)) {
                (Some(x), Some(y)) if x != y => {
                    self.report(crate::arithmetic::different("cdiv", x, y), span)
                }
                (Some(x), Some(_)) if !x.is_none() => Type::Float,
                _ if arguments.iter().all(|a| matches!(a, Type::Int | Type::Bool)) => Type::Int,
                _ => Type::Unknown,
            },
            "pow" => match (call.arguments.as_slice(), arguments) {
                ([x, y], [base, exponent]) => {
                    let (base, exponent) = ((&x.value, base.clone()), (&y.value, exponent.clone()));
                    self.binary(span, BinaryOp::Power, base, exponent)
                }
                _ => Type::Unknown,
            },
            "sqrt" => match first.dimension() {
                Some(kind) => match kind.root() {
                    Some(root) => Type::measured(root),
                    None => {
                        let message = format!("the square root of {} has no unit", kind.describe());
                        self.report(Fault::units(message), span)
                    }
                },
                None => Type::Unknown,
            },
            "max" | "min" if arguments.len() > 1 => self.same_kind(f, arguments, span),
            "max" | "min" | "sum" => element,
            "mean" => match element {
                Type::Quantity(kind) => Type::Quantity(kind),
                Type::Unknown => Type::Unknown,
                _ => Type::Float,
            },
            "row_sum" => Type::list(match element {
                Type::List(element) => *element,
                _ => Type::Unknown,
            }),
            "sorted" => first.clone(),
            "range" => Type::list(Type::Int),
            _ => Type::Unknown,
        }
    }

    /// Reports a quantity or text where a plain number is needed.
    fn plain(&mut self, f: &Builtin, arguments: &[Type], span: Span) {
        if f.name == "len" {
            return;
        }
        for argument in arguments {
            let message =
                format!("`{}` needs a plain number, and this is {}", f.name, argument.describe());
            match argument {
                Type::Quantity(_) => self.report(Fault::units(message), span),
                Type::Text | Type::List(_) => self.report(Fault::types(message), span),
                _ => continue,
            };
        }
    }

    fn same_kind(&mut self, f: &Builtin, arguments: &[Type], span: Span) -> Type {
        let mut joined: Option<Type> = None;
        for argument in arguments {
            let Some(before) = joined else {
                joined = Some(argument.clone());
                continue;
            };
            if let (Some(x), Some(y)) = (before.dimension(), argument.dimension())
                && x != y
            {
                return self.report(crate::arithmetic::different(f.name, x, y), span);
            }
            joined = Some(before.join(argument.clone()));
        }
        joined.unwrap_or(Type::Unknown)
    }

    /// A dtype that is written out is looked up at once.
    fn bytes_of(&mut self, f: &Builtin, call: &Call, found: &Type, span: Span) -> Type {
        let literal = match call.arguments.first().map(|a| &a.value.kind) {
            Some(ExprKind::Text(text)) => Some(Value::from(text.as_str())),
            _ => None,
        };
        if let Some(literal) = literal
            && let Err(fault) = f.call(&[literal])
        {
            return self.report(fault, span);
        }
        if !matches!(found, Type::Text | Type::Unknown) {
            let message =
                format!("`bytes_of` needs the name of a dtype, and this is {}", found.describe());
            return self.report(Fault::types(message), span);
        }
        Type::Quantity(Dimension::BYTES)
    }
}
