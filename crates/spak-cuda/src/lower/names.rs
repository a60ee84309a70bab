//! Names and types.

use std::rc::Rc;

use spak_program::Constant;
use tree_sitter::Node;

use super::{DEPTH, Lower, children};
use crate::ast::{Expr, ExprKind, Part, Path, TemplateArgument, TypeExpr};

impl<'t> Lower<'t> {
    /// A name without what it is in.
    pub(super) fn part(&mut self, node: Node<'t>, depth: u32) -> Part {
        match node.kind() {
            "template_function" | "template_type" | "template_method" if depth < DEPTH => {
                let name = node.child_by_field_name("name").unwrap_or(node);
                let arguments = node.child_by_field_name("arguments");
                let arguments = arguments.map(|list| Rc::new(self.template_arguments(list, depth)));
                let name = self.part(name, depth + 1).name;
                Part { name, arguments }
            }
            "dependent_name" | "dependent_type" if depth < DEPTH => match children(node).last() {
                Some(inner) => self.part(*inner, depth + 1),
                None => self.plain(node),
            },
            "destructor_name" => Part { name: "~".to_owned(), arguments: None },
            _ => self.plain(node),
        }
    }

    fn plain(&self, node: Node<'t>) -> Part {
        let text: String =
            self.text_of(node).chars().filter(|c| !c.is_whitespace()).take(200).collect();
        Part { name: text, arguments: None }
    }

    /// A name with what it is in.
    pub(super) fn path(&mut self, node: Node<'t>, depth: u32) -> Path {
        let mut parts = Vec::new();
        let mut open = Some(node);
        let mut depth = depth;
        while let Some(node) = open.take() {
            depth += 1;
            if depth > DEPTH {
                break;
            }
            match node.kind() {
                "qualified_identifier" => {
                    if let Some(scope) = node.child_by_field_name("scope") {
                        parts.push(self.part(scope, depth));
                    }
                    open = node.child_by_field_name("name");
                }
                "dependent_name" | "dependent_type" => open = children(node).last().copied(),
                _ => parts.push(self.part(node, depth)),
            }
        }
        Path { parts }
    }

    pub(super) fn template_arguments(
        &mut self,
        list: Node<'t>,
        depth: u32,
    ) -> Vec<TemplateArgument> {
        children(list)
            .into_iter()
            .map(|child| match child.kind() {
                "type_descriptor" => TemplateArgument::Type(self.type_of(child, depth + 1)),
                _ => TemplateArgument::Value(self.expression(child, depth + 1)),
            })
            .collect()
    }

    /// A type, with what a descriptor says about pointers.
    pub(super) fn type_of(&mut self, node: Node<'t>, depth: u32) -> TypeExpr {
        let mut found = TypeExpr {
            path: None,
            of: None,
            pointer: false,
            reference: false,
            constant: false,
            site: self.site(node),
        };
        if depth > DEPTH {
            return found;
        }
        match node.kind() {
            "type_descriptor" => {
                if let Some(of) = node.child_by_field_name("type") {
                    found = self.type_of(of, depth + 1);
                }
                let declarator = node.child_by_field_name("declarator");
                self.marks(declarator, &mut found);
                found.constant |= self.is_constant(node);
            }
            "decltype" => {
                let inner = children(node).into_iter().next();
                found.of = inner.map(|inner| Rc::new(self.expression(inner, depth + 1)));
            }
            "placeholder_type_specifier" | "auto" => {
                if let Some(inner) = children(node).into_iter().find(|n| n.kind() == "decltype") {
                    return self.type_of(inner, depth + 1);
                }
            }
            "struct_specifier" | "class_specifier" | "enum_specifier" | "union_specifier" => {
                let name = node.child_by_field_name("name");
                found.path = name.map(|name| self.path(name, depth + 1));
            }
            "dependent_type" => {
                if let Some(inner) = children(node).last() {
                    return self.type_of(*inner, depth + 1);
                }
            }
            "primitive_type" | "sized_type_specifier" => {
                let name = self.text_of(node).split_whitespace().collect::<Vec<_>>().join(" ");
                found.path = Some(Path { parts: vec![Part { name, arguments: None }] });
            }
            _ => found.path = Some(self.path(node, depth + 1)),
        }
        found
    }

    /// Pointers and references that a declarator adds.
    pub(super) fn marks(&self, declarator: Option<Node<'t>>, of: &mut TypeExpr) {
        let mut open = declarator;
        for _ in 0..DEPTH {
            let Some(node) = open else { return };
            match node.kind() {
                "pointer_declarator"
                | "abstract_pointer_declarator"
                | "array_declarator"
                | "abstract_array_declarator" => of.pointer = true,
                "reference_declarator" | "abstract_reference_declarator" => of.reference = true,
                _ => {}
            }
            let inner = node.child_by_field_name("declarator");
            open = inner.or_else(|| {
                let is_outer = matches!(
                    node.kind(),
                    "reference_declarator" | "parenthesized_declarator" | "init_declarator"
                );
                children(node).into_iter().next_back().filter(|_| is_outer)
            });
        }
    }

    pub(super) fn is_constant(&self, node: Node<'t>) -> bool {
        children(node).into_iter().any(|child| {
            child.kind() == "type_qualifier"
                && matches!(self.text_of(child), "const" | "constexpr" | "__constant__")
        })
    }

    /// An expression that stands for a value that is known.
    pub(super) fn known(&self, constant: Constant, node: Node<'t>) -> Expr {
        Expr { kind: ExprKind::Known(constant), site: self.site(node) }
    }
}
