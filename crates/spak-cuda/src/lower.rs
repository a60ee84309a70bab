//! From tree-sitter's tree to what the run wants. What the grammar could not read is left out, what is around it is kept.

mod declaration;
mod expression;
mod literal;
mod names;
mod statement;

use std::ops::ControlFlow;
use std::rc::Rc;

use spak_program::Site;
use tree_sitter::{Node, ParseOptions, Parser};

use crate::ast::{Class, Unit};
use crate::origin::Expanded;

/// Brackets, blocks and operators within each other that are read.
const DEPTH: u32 = 250;
/// Errors of one file that are named.
const ERRORS: usize = 20;
/// Times that the parser may report progress before it is stopped: it does so after some hundred steps.
const PROGRESS: u64 = 4_000_000;

/// What was made of a file, and where it could not be read.
pub(crate) struct Lowered {
    pub(crate) unit: Unit,
    pub(crate) errors: Vec<(Site, String)>,
}

/// Reads an expanded text.
pub(crate) fn lower(source: &Expanded) -> Lowered {
    let mut lowered = Lowered { unit: Unit::default(), errors: Vec::new() };
    let mut parser = Parser::new();
    let text = source.text.as_str();
    let nowhere = || source.site(0, 0);
    if parser.set_language(&tree_sitter_cuda::LANGUAGE.into()).is_err() {
        lowered.errors.push((nowhere(), "the grammar of CUDA C++ cannot be used".to_owned()));
        return lowered;
    }
    let mut steps = 0u64;
    let mut progress = |_: &tree_sitter::ParseState| {
        steps += 1;
        if steps > PROGRESS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let bytes = text.as_bytes();
    let tree =
        parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or(&[]), None, Some(options));
    let Some(tree) = tree else {
        lowered.errors.push((nowhere(), "it takes too long to parse".to_owned()));
        return lowered;
    };
    let mut lower = Lower { source, text, errors: Vec::new() };
    if tree.root_node().has_error() {
        lower.note_errors(tree.root_node());
    }
    lower.items(tree.root_node(), &mut lowered.unit, 0);
    lowered.errors = lower.errors;
    lowered
}

pub(super) struct Lower<'t> {
    source: &'t Expanded,
    text: &'t str,
    errors: Vec<(Site, String)>,
}

/// The children of a node that have a name, without comments.
fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// All children of a node that have a field.
fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}

impl<'t> Lower<'t> {
    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn site(&self, node: Node<'_>) -> Site {
        self.source.site(node.start_byte(), node.end_byte())
    }

    /// Names the innermost places that could not be read.
    fn note_errors(&mut self, root: Node<'t>) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if self.errors.len() >= ERRORS {
                return;
            }
            if node.is_missing() {
                self.errors.push((self.site(node), format!("`{}` is missing", node.kind())));
                continue;
            }
            if node.is_error() {
                let piece: String = self.text_of(node).chars().take(40).collect();
                let piece = piece.split_whitespace().collect::<Vec<_>>().join(" ");
                self.errors.push((self.site(node), format!("not understood: `{piece}`")));
                continue;
            }
            let mut cursor = node.walk();
            let inner: Vec<Node<'t>> =
                node.children(&mut cursor).filter(|child| child.has_error()).collect();
            open.extend(inner.into_iter().rev());
        }
    }

    /// Definitions within a file, a namespace or an `extern "C"`.
    fn items(&mut self, node: Node<'t>, unit: &mut Unit, depth: u32) {
        if depth > DEPTH {
            return;
        }
        for child in children(node) {
            self.item(child, unit, depth);
        }
    }

    fn item(&mut self, node: Node<'t>, unit: &mut Unit, depth: u32) {
        match node.kind() {
            "function_definition" => {
                unit.functions.extend(self.function(node, Vec::new(), depth).map(Rc::new));
            }
            "template_declaration" => self.template(node, unit, depth),
            "struct_specifier" | "class_specifier" | "union_specifier" => {
                unit.classes.extend(self.class(node, Vec::new(), depth));
            }
            "enum_specifier" => self.enumerators(node, &mut unit.enumerators, depth),
            "alias_declaration" | "type_definition" => {
                let aliases = self.aliases(node, depth);
                unit.aliases.extend(aliases.into_iter().map(|(name, of)| (name, Rc::new(of))));
            }
            "declaration" => {
                if let Some(of) = node.child_by_field_name("type") {
                    match of.kind() {
                        "struct_specifier" | "class_specifier" => {
                            unit.classes.extend(self.class(of, Vec::new(), depth));
                        }
                        "enum_specifier" => self.enumerators(of, &mut unit.enumerators, depth),
                        _ => {}
                    }
                }
                unit.variables.extend(self.declarations(node, depth).into_iter().map(Rc::new));
            }
            "namespace_definition"
            | "linkage_specification"
            | "declaration_list"
            | "ERROR"
            | "preproc_if"
            | "preproc_ifdef"
            | "preproc_else"
            | "preproc_elif" => {
                self.items(node, unit, depth + 1);
            }
            _ => {}
        }
    }

    /// A definition under `template <…>`.
    fn template(&mut self, node: Node<'t>, unit: &mut Unit, depth: u32) {
        if depth > DEPTH {
            return;
        }
        let parameters = self.template_parameters(node, depth);
        for child in children(node) {
            match child.kind() {
                "function_definition" => {
                    let parameters = self.template_parameters(node, depth);
                    unit.functions.extend(self.function(child, parameters, depth).map(Rc::new));
                }
                "struct_specifier" | "class_specifier" | "union_specifier" => {
                    let parameters = self.template_parameters(node, depth);
                    unit.classes.extend(self.class(child, parameters, depth));
                }
                "template_declaration" => self.template(child, unit, depth + 1),
                // `template <…> constexpr int x = …;`, or a function that is only declared.
                "declaration" if parameters.is_empty() => self.item(child, unit, depth),
                "alias_declaration" => {
                    let aliases = self.aliases(child, depth);
                    unit.aliases.extend(aliases.into_iter().map(|(name, of)| (name, Rc::new(of))));
                }
                _ => {}
            }
        }
    }

    fn class(
        &mut self,
        node: Node<'t>,
        template: Vec<crate::ast::TemplateParameter>,
        depth: u32,
    ) -> Option<Rc<Class>> {
        let body = node.child_by_field_name("body")?;
        let name = node.child_by_field_name("name");
        let part = name.map(|name| self.part(name, depth));
        let mut class = Class {
            name: part.as_ref().map_or(String::new(), |part| part.name.clone()),
            template,
            special: part.and_then(|part| part.arguments),
            bases: Vec::new(),
            fields: Vec::new(),
            aliases: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            enumerators: Vec::new(),
            site: self.site(name.unwrap_or(node)),
        };
        for clause in children(node).into_iter().filter(|n| n.kind() == "base_class_clause") {
            for base in children(clause) {
                if !matches!(base.kind(), "access_specifier" | "virtual") {
                    class.bases.push(self.type_of(base, depth));
                }
            }
        }
        self.members(body, &mut class, depth + 1);
        Some(Rc::new(class))
    }

    fn members(&mut self, body: Node<'t>, class: &mut Class, depth: u32) {
        if depth > DEPTH {
            return;
        }
        for child in children(body) {
            match child.kind() {
                "field_declaration" => {
                    if let Some(of) = child.child_by_field_name("type") {
                        match of.kind() {
                            "struct_specifier" | "class_specifier" | "union_specifier" => {
                                class.classes.extend(self.class(of, Vec::new(), depth));
                            }
                            "enum_specifier" => {
                                self.enumerators(of, &mut class.enumerators, depth);
                            }
                            _ => {}
                        }
                    }
                    let all = self.declarations(child, depth);
                    class.fields.extend(all.into_iter().map(Rc::new));
                }
                "declaration" => {
                    let all = self.declarations(child, depth);
                    class.fields.extend(all.into_iter().map(Rc::new));
                }
                "alias_declaration" | "type_definition" => {
                    class.aliases.extend(self.aliases(child, depth));
                }
                "function_definition" => {
                    let found = self.function(child, Vec::new(), depth);
                    class.functions.extend(found.map(Rc::new));
                }
                "struct_specifier" | "class_specifier" => {
                    class.classes.extend(self.class(child, Vec::new(), depth));
                }
                "enum_specifier" => self.enumerators(child, &mut class.enumerators, depth),
                "template_declaration" => {
                    let mut unit = Unit::default();
                    self.template(child, &mut unit, depth);
                    class.functions.append(&mut unit.functions);
                    class.classes.append(&mut unit.classes);
                }
                "ERROR" => self.members(child, class, depth + 1),
                _ => {}
            }
        }
    }
}
