//! Declarations: variables, functions, parameters, templates, enumerations.

use std::collections::BTreeSet;
use std::rc::Rc;

use tree_sitter::Node;

use super::statement::shared;
use super::{DEPTH, Lower, children, fields};
use crate::ast::{
    Declaration, Expr, Function, Init, Parameter, TemplateArgument, TemplateParameter, TypeExpr,
};
use crate::lex::{Kind, lex, slice};

/// What a declarator is of.
struct Declared<'t> {
    names: Vec<String>,
    sizes: Vec<Option<Node<'t>>>,
    /// The node of a function.
    function: Option<Node<'t>>,
    /// The node of the name.
    name: Node<'t>,
}

/// The names in a text.
fn mentions(text: &str) -> BTreeSet<String> {
    let names = lex(text).into_iter().filter(|token| token.kind == Kind::Name);
    names.map(|token| slice(text, token.span).to_owned()).collect()
}

/// The name in a declarator.
fn declared<'t>(lower: &Lower<'t>, declarator: Node<'t>) -> Option<Declared<'t>> {
    let mut found =
        Declared { names: Vec::new(), sizes: Vec::new(), function: None, name: declarator };
    let mut open = declarator;
    for _ in 0..DEPTH {
        match open.kind() {
            "array_declarator" => found.sizes.push(open.child_by_field_name("size")),
            "function_declarator" => found.function = found.function.or(Some(open)),
            "structured_binding_declarator" => {
                let names = children(open).into_iter().map(|n| lower.text_of(n).to_owned());
                found.names = names.collect();
                found.name = open;
                return Some(found);
            }
            "identifier"
            | "field_identifier"
            | "qualified_identifier"
            | "operator_name"
            | "destructor_name"
            | "template_function"
            | "type_identifier"
            | "operator_cast" => {
                found.name = open;
                let text = lower.text_of(open);
                found.names.push(text.chars().filter(|c| !c.is_whitespace()).collect());
                found.sizes.reverse();
                return Some(found);
            }
            _ => {}
        }
        let inner = open.child_by_field_name("declarator");
        open = inner.or_else(|| children(open).into_iter().next_back())?;
    }
    None
}

impl<'t> Lower<'t> {
    /// The names that a declaration declares.
    pub(super) fn declarations(&mut self, node: Node<'t>, depth: u32) -> Vec<Declaration> {
        let Some(of) = node.child_by_field_name("type") else { return Vec::new() };
        let of = self.type_of(of, depth);
        let text = self.words_before(node);
        let is = |word: &str| text.iter().any(|found| found == word);
        let defaults = fields(node, "default_value");
        let declarators = fields(node, "declarator");
        let count = declarators.len();
        let mut all = Vec::new();
        for (at, declarator) in declarators.into_iter().enumerate() {
            let Some(name) = declared(self, declarator) else { continue };
            if name.function.is_some() {
                // Without a body nothing is run; `T x(a)` is read as this if `a` may be a type.
                if let Some(variable) = self.most_vexing(&of, declarator, &name, depth) {
                    all.push(variable);
                }
                continue;
            }
            let mut own = of.clone();
            self.marks(Some(declarator), &mut own);
            own.pointer &= name.sizes.is_empty();
            own.constant |= is("const") || is("constexpr");
            let value = declarator.child_by_field_name("value");
            let value = value.or_else(|| defaults.get(at).or(defaults.last()).copied());
            let value = value.filter(|_| declarator.kind() == "init_declarator" || count >= 1);
            let init = match value {
                Some(value) if value.kind() == "argument_list" => {
                    Init::Arguments(self.list(value, depth))
                }
                Some(value) => Init::Value(self.expression(value, depth)),
                None => Init::None,
            };
            let sizes = name.sizes.iter();
            let sizes = sizes.map(|size| size.map(|size| self.expression(size, depth))).collect();
            all.push(Declaration {
                names: name.names,
                of: own,
                sizes,
                init,
                is_static: is("static") || is("constexpr"),
                is_constexpr: is("constexpr"),
                site: self.site(name.name),
            });
        }
        all
    }

    /// The words of a declaration before its type.
    fn words_before(&self, node: Node<'t>) -> Vec<String> {
        let words = children(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "storage_class_specifier" | "type_qualifier"));
        words.map(|child| self.text_of(child).to_owned()).collect()
    }

    /// `dim3 grid(a, b)` where the grammar sees a function with parameters without names.
    fn most_vexing(
        &mut self,
        of: &TypeExpr,
        declarator: Node<'t>,
        name: &Declared<'t>,
        depth: u32,
    ) -> Option<Declaration> {
        let list = name.function?.child_by_field_name("parameters")?;
        let inner = children(list);
        let plain = inner.iter().all(|parameter| {
            parameter.kind() == "parameter_declaration"
                && parameter.child_by_field_name("declarator").is_none()
                && parameter.child_by_field_name("type").is_some_and(|of| {
                    matches!(of.kind(), "type_identifier" | "qualified_identifier")
                })
        });
        if inner.is_empty() || !plain || declarator.kind() != "function_declarator" {
            return None;
        }
        let arguments: Vec<Expr> = inner
            .into_iter()
            .filter_map(|parameter| parameter.child_by_field_name("type"))
            .map(|of| {
                let path = self.path(of, depth);
                Expr { kind: crate::ast::ExprKind::Name(path), site: self.site(of) }
            })
            .collect();
        Some(Declaration {
            names: name.names.clone(),
            of: of.clone(),
            sizes: Vec::new(),
            init: Init::Arguments(arguments),
            is_static: false,
            is_constexpr: false,
            site: self.site(name.name),
        })
    }

    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        template: Vec<TemplateParameter>,
        depth: u32,
    ) -> Option<Function> {
        if depth > DEPTH {
            return None;
        }
        let declarator = node.child_by_field_name("declarator")?;
        let name = declared(self, declarator)?;
        let list = name.function?.child_by_field_name("parameters")?;
        let path = self.path(name.name, depth);
        let before = node.start_byte()..node.child_by_field_name("body")?.start_byte();
        let head = self.text.get(before).unwrap_or("");
        let is = |word: &str| {
            head.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|found| found == word)
        };
        let last = path.parts.last()?.clone();
        let scope: Vec<String> =
            path.parts.iter().rev().skip(1).map(|part| part.name.clone()).collect();
        let bounds = children(node).into_iter().find(|n| n.kind() == "launch_bounds");
        let sets = children(node).into_iter().find(|n| n.kind() == "field_initializer_list");
        let body = node.child_by_field_name("body")?;
        let (is_kernel, is_device) = (is("__global__"), is("__device__"));
        let inner = self.text_of(body);
        let launches = inner.contains("<<<");
        let mentions = Rc::new(mentions(inner));
        Some(Function {
            mentions,
            launches,
            name: last.name,
            scope,
            special: last.arguments,
            template,
            parameters: self.parameters(list, depth),
            bounds: bounds.map_or(Vec::new(), |bounds| self.list(bounds, depth)),
            sets: sets.map_or(Vec::new(), |sets| self.member_inits(sets, depth)),
            is_kernel,
            is_device,
            site: self.site(name.name),
            body: Some(self.block(body, depth)),
        })
    }

    fn member_inits(&mut self, node: Node<'t>, depth: u32) -> Vec<(String, Vec<Expr>)> {
        children(node)
            .into_iter()
            .filter_map(|init| {
                let inner = children(init);
                let (name, value) = (inner.first()?, inner.get(1)?);
                Some((self.text_of(*name).to_owned(), self.list(*value, depth)))
            })
            .collect()
    }

    pub(super) fn parameters(&mut self, list: Node<'t>, depth: u32) -> Vec<Parameter> {
        let mut all = Vec::new();
        for node in children(list) {
            if !node.kind().ends_with("parameter_declaration") {
                continue;
            }
            let Some(of) = node.child_by_field_name("type") else { continue };
            let mut of = self.type_of(of, depth);
            let declarator = node.child_by_field_name("declarator");
            self.marks(declarator, &mut of);
            of.constant |= self.is_constant(node);
            let name = declarator.and_then(|declarator| declared(self, declarator));
            let place = name.as_ref().map_or(node, |name| name.name);
            let default = node.child_by_field_name("default_value");
            all.push(Parameter {
                name: name.and_then(|name| name.names.into_iter().next()).unwrap_or_default(),
                of,
                default: default.map(|value| self.expression(value, depth)),
                site: self.site(place),
            });
        }
        all
    }

    pub(super) fn template_parameters(
        &mut self,
        node: Node<'t>,
        depth: u32,
    ) -> Vec<TemplateParameter> {
        let Some(list) = node.child_by_field_name("parameters") else { return Vec::new() };
        let mut all = Vec::new();
        for child in children(list) {
            let site = self.site(child);
            if child.kind().ends_with("type_parameter_declaration") {
                let inner = children(child);
                let name = child.child_by_field_name("name").or_else(|| inner.first().copied());
                let default = child.child_by_field_name("default_type");
                all.push(TemplateParameter {
                    name: name.map_or(String::new(), |name| self.text_of(name).to_owned()),
                    of: None,
                    default: default.map(|of| TemplateArgument::Type(self.type_of(of, depth))),
                    site,
                });
            } else if child.kind().ends_with("parameter_declaration") {
                let Some(of) = child.child_by_field_name("type") else { continue };
                let name = child.child_by_field_name("declarator");
                let name = name.and_then(|declarator| declared(self, declarator));
                let place = name.as_ref().map_or(child, |name| name.name);
                let default = child.child_by_field_name("default_value");
                all.push(TemplateParameter {
                    site: self.site(place),
                    name: name.and_then(|name| name.names.into_iter().next()).unwrap_or_default(),
                    of: Some(self.type_of(of, depth)),
                    default: default
                        .map(|value| TemplateArgument::Value(self.expression(value, depth))),
                });
            }
        }
        all
    }

    pub(super) fn aliases(&mut self, node: Node<'t>, depth: u32) -> Vec<(String, TypeExpr)> {
        let Some(of) = node.child_by_field_name("type") else { return Vec::new() };
        let own = self.type_of(of, depth);
        if let Some(name) = node.child_by_field_name("name") {
            return vec![(self.text_of(name).to_owned(), own)];
        }
        let declarators = fields(node, "declarator");
        let named = declarators.into_iter().filter_map(|declarator| {
            let name = declared(self, declarator)?.names.into_iter().next()?;
            let mut of = own.clone();
            self.marks(Some(declarator), &mut of);
            Some((name, of))
        });
        named.collect()
    }

    pub(super) fn enumerators(
        &mut self,
        node: Node<'t>,
        all: &mut Vec<(String, Option<Rc<Expr>>)>,
        depth: u32,
    ) {
        let Some(body) = node.child_by_field_name("body") else { return };
        for child in children(body).into_iter().filter(|n| n.kind() == "enumerator") {
            let Some(name) = child.child_by_field_name("name") else { continue };
            let value = child.child_by_field_name("value");
            let value = value.map(|value| shared(self.expression(value, depth)));
            all.push((self.text_of(name).to_owned(), value));
        }
    }
}
