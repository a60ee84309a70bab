//! Expressions.

use std::rc::Rc;

use spak_program::{Constant, Op};
use tree_sitter::Node;

use super::literal::number;
use super::{DEPTH, Lower, children};
use crate::ast::{Expr, ExprKind, TemplateArgument};

fn operator(text: &str) -> Option<Op> {
    Some(match text {
        "+" => Op::Add,
        "-" => Op::Sub,
        "*" => Op::Mul,
        "/" => Op::Div,
        "%" => Op::Mod,
        "<<" => Op::ShiftLeft,
        ">>" => Op::ShiftRight,
        "&" | "&&" | "and" => Op::And,
        "|" | "||" | "or" => Op::Or,
        "^" => Op::Xor,
        "<" => Op::Less,
        "<=" => Op::LessEqual,
        ">" => Op::Greater,
        ">=" => Op::GreaterEqual,
        "==" => Op::Equal,
        "!=" | "not_eq" => Op::NotEqual,
        _ => return None,
    })
}

impl<'t> Lower<'t> {
    pub(super) fn expression(&mut self, node: Node<'t>, depth: u32) -> Expr {
        let site = self.site(node);
        let kind = if depth > DEPTH {
            ExprKind::Unknown(Vec::new())
        } else {
            self.kind(node, depth + 1).unwrap_or_else(|| self.rest(node, depth + 1))
        };
        Expr { kind, site }
    }

    /// What is not understood, with the expressions in it.
    fn rest(&mut self, node: Node<'t>, depth: u32) -> ExprKind {
        let inner = children(node).into_iter().map(|child| self.expression(child, depth)).collect();
        ExprKind::Unknown(inner)
    }

    fn boxed(&mut self, node: Node<'t>, field: &str, depth: u32) -> Option<Box<Expr>> {
        Some(Box::new(self.expression(node.child_by_field_name(field)?, depth)))
    }

    pub(super) fn list(&mut self, node: Node<'t>, depth: u32) -> Vec<Expr> {
        children(node).into_iter().map(|child| self.expression(child, depth)).collect()
    }

    fn kind(&mut self, node: Node<'t>, depth: u32) -> Option<ExprKind> {
        Some(match node.kind() {
            "number_literal" => ExprKind::Known(number(self.text_of(node))?),
            "true" => ExprKind::Known(Constant::Bool(true)),
            "false" => ExprKind::Known(Constant::Bool(false)),
            "null" | "nullptr" => ExprKind::Known(Constant::None),
            "string_literal" | "char_literal" | "concatenated_string" | "raw_string_literal" => {
                let text = self.text_of(node).trim_matches(['"', '\'']).to_owned();
                ExprKind::Known(Constant::Text(text))
            }
            "identifier"
            | "qualified_identifier"
            | "template_function"
            | "this"
            | "dependent_name"
            | "field_identifier"
            | "namespace_identifier" => ExprKind::Name(self.path(node, depth)),
            "parenthesized_expression" | "condition_clause" | "explicit_object_parameter" => {
                let inner = children(node).into_iter().next_back()?;
                return Some(self.expression(inner, depth).kind);
            }
            "binary_expression" => {
                let sign = self.text_of(node.child_by_field_name("operator")?);
                let (left, right) =
                    (self.boxed(node, "left", depth)?, self.boxed(node, "right", depth)?);
                // Adding nothing changes nothing; it also marks comparisons.
                if sign == "+" && matches!(right.kind, ExprKind::Known(Constant::Int(0))) {
                    return Some(left.kind);
                }
                ExprKind::Binary(operator(sign)?, left, right)
            }
            "comma_expression" => {
                ExprKind::Both(self.boxed(node, "left", depth)?, self.boxed(node, "right", depth)?)
            }
            "unary_expression" => {
                let sign = self.text_of(node.child_by_field_name("operator")?);
                let inner = self.boxed(node, "argument", depth)?;
                match sign {
                    "-" => ExprKind::Unary(Op::Neg, inner),
                    "!" | "~" | "not" => ExprKind::Unary(Op::Not, inner),
                    _ => return Some(inner.kind),
                }
            }
            "assignment_expression" => self.assignment(node, depth)?,
            "update_expression" => {
                let sign = self.text_of(node.child_by_field_name("operator")?);
                let by = if sign == "--" { -1 } else { 1 };
                ExprKind::Update(by, self.boxed(node, "argument", depth)?)
            }
            "pointer_expression" => {
                let sign = self.text_of(node.child_by_field_name("operator")?);
                let inner = self.boxed(node, "argument", depth)?;
                if sign == "&" { ExprKind::AddressOf(inner) } else { ExprKind::Deref(inner) }
            }
            "conditional_expression" => ExprKind::Conditional(
                self.boxed(node, "condition", depth)?,
                self.boxed(node, "consequence", depth)?,
                self.boxed(node, "alternative", depth)?,
            ),
            "call_expression" => self.call(node, depth)?,
            "subscript_expression" => {
                let of = self.boxed(node, "argument", depth)?;
                let indices = match node.child_by_field_name("indices") {
                    Some(list) => self.list(list, depth),
                    None => vec![*self.boxed(node, "index", depth)?],
                };
                ExprKind::Index(of, indices)
            }
            "field_expression" => {
                let of = self.boxed(node, "argument", depth)?;
                let field = node.child_by_field_name("field")?;
                ExprKind::Member(of, self.part(field, depth))
            }
            "cast_expression" => {
                let of = self.type_of(node.child_by_field_name("type")?, depth);
                ExprKind::Cast(of, self.boxed(node, "value", depth)?)
            }
            "compound_literal_expression" => {
                let of = self.type_of(node.child_by_field_name("type")?, depth);
                let value = node.child_by_field_name("value")?;
                ExprKind::Make(of, self.list(value, depth))
            }
            "initializer_list" => ExprKind::List(self.list(node, depth)),
            "initializer_pair" => return Some(self.boxed(node, "value", depth)?.kind),
            "lambda_expression" => ExprKind::Lambda(Rc::new(self.lambda(node, depth)?)),
            "sizeof_expression" => {
                let of = node.child_by_field_name("type");
                ExprKind::SizeOf(of.map(|of| self.type_of(of, depth)))
            }
            "type_descriptor"
            | "primitive_type"
            | "sized_type_specifier"
            | "template_type"
            | "type_identifier"
            | "dependent_type" => ExprKind::Type(self.type_of(node, depth)),
            "gnu_asm_expression" => self.assembly(node, depth),
            _ => return None,
        })
    }

    fn assignment(&mut self, node: Node<'t>, depth: u32) -> Option<ExprKind> {
        let sign = self.text_of(node.child_by_field_name("operator")?);
        let op = sign.strip_suffix('=').filter(|op| !op.is_empty()).and_then(operator);
        let (left, right) = (self.boxed(node, "left", depth)?, self.boxed(node, "right", depth)?);
        Some(ExprKind::Assign(op, left, right))
    }

    fn call(&mut self, node: Node<'t>, depth: u32) -> Option<ExprKind> {
        let function = node.child_by_field_name("function")?;
        let arguments = node.child_by_field_name("arguments")?;
        if arguments.kind() == "initializer_list" {
            let of = self.type_of(function, depth);
            return Some(ExprKind::Make(of, self.list(arguments, depth)));
        }
        let arguments = self.list(arguments, depth);
        let launch = children(node).into_iter().find(|n| n.kind() == "kernel_call_syntax");
        if let Some(launch) = launch {
            let how = self.list(launch, depth);
            let callee = Box::new(self.expression(function, depth));
            return Some(ExprKind::Launch(callee, how, arguments));
        }
        if function.kind() == "template_function" {
            let name = function.child_by_field_name("name").map_or("", |name| self.text_of(name));
            let is_cast = matches!(
                name,
                "static_cast" | "reinterpret_cast" | "const_cast" | "dynamic_cast" | "bit_cast"
            );
            let list = function.child_by_field_name("arguments");
            if let (true, Some(list)) = (is_cast, list)
                && let Some(TemplateArgument::Type(of)) =
                    self.template_arguments(list, depth).into_iter().next()
                && let Some(value) = arguments.into_iter().next()
            {
                return Some(ExprKind::Cast(of, Box::new(value)));
            }
            let arguments = node.child_by_field_name("arguments")?;
            let arguments = self.list(arguments, depth);
            let callee = Box::new(self.expression(function, depth));
            return Some(ExprKind::Call(callee, arguments));
        }
        if function.kind() == "primitive_type" {
            let of = self.type_of(function, depth);
            let value = arguments.into_iter().next()?;
            return Some(ExprKind::Cast(of, Box::new(value)));
        }
        let callee = Box::new(self.expression(function, depth));
        Some(ExprKind::Call(callee, arguments))
    }

    fn assembly(&mut self, node: Node<'t>, depth: u32) -> ExprKind {
        let code = node.child_by_field_name("assembly_code");
        let code = code.map_or(String::new(), |code| self.text_of(code).to_owned());
        let mut operands = |field: &str| -> Vec<Expr> {
            let list = node.child_by_field_name(field);
            let all = list.map_or(Vec::new(), children);
            all.into_iter()
                .filter_map(|operand| operand.child_by_field_name("value"))
                .map(|value| self.expression(value, depth))
                .collect()
        };
        let outputs = operands("output_operands");
        let inputs = operands("input_operands");
        ExprKind::Asm(code, outputs, inputs)
    }
}
