//! The parametric template of a source: its tunable constants become holes.
//!
//! A hole is a literal that tuning may change without changing what is computed: fields of configs, hints of
//! kernels and launches, hints of loads and stores, compile-time arguments that the host writes as numbers, and numbers that are
//! given a name and decide how work is divided. Everything else of the text stays as it is, byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{Constant, NodeId, Op, ParameterKind, Program};
use spak_syntax::{FileId, Span};

/// Arguments of loads and stores that only say how, not what.
const HINTS: &[&str] = &["latency", "allow_tma"];

/// A tunable literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// What templates call it: what it is, and its number among those of that name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// As it is written.
    pub text: String,
    /// What it decides, in words: `TILE_M of a config`, `latency of a load`.
    pub what: String,
    /// The kernels that it reaches, by name.
    pub kernels: Vec<String>,
}

/// The tunable literals of a file, in order.
pub fn holes(program: &Program, file: FileId, text: &str) -> Vec<Hole> {
    let mut found = Finder { program, file, text, places: BTreeMap::new() };
    found.configs();
    found.hints();
    found.loads();
    found.arguments();
    found.named_numbers();
    found.named_constants();
    found.finish()
}

/// A file as a template in Jinja's syntax: each hole is a variable whose default is what stands there.
pub fn template(text: &str, holes: &[Hole]) -> String {
    let mut out = String::with_capacity(text.len() + holes.len() * 32);
    let mut at = 0;
    for hole in holes {
        let (start, end) = (hole.span.start as usize, hole.span.end as usize);
        let Some(before) = text.get(at..start) else { continue };
        escape(before, &mut out);
        out.push_str("{{ ");
        out.push_str(&hole.name);
        out.push_str(" | default(\"");
        out.push_str(&hole.text);
        out.push_str("\") }}");
        at = end;
    }
    escape(text.get(at..).unwrap_or(""), &mut out);
    out
}

/// What Jinja would take for its own is written as a text of its own.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        match from.get(..2) {
            Some(opening @ ("{{" | "{%" | "{#")) => {
                out.push_str("{{ \"");
                out.push_str(opening);
                out.push_str("\" }}");
                rest = from.get(2..).unwrap_or("");
            }
            _ => {
                out.push('{');
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
}

struct Place {
    label: String,
    what: String,
    kernels: BTreeSet<String>,
}

struct Finder<'p> {
    program: &'p Program,
    file: FileId,
    text: &'p str,
    places: BTreeMap<Span, Place>,
}

impl Finder<'_> {
    /// Fields of configs.
    fn configs(&mut self) {
        for (at, list) in self.program.configs.iter().enumerate() {
            let launches = self.program.launches.iter();
            let of = launches.filter(|launch| launch.configs.is_some_and(|id| id.0 as usize == at));
            let kernels: BTreeSet<String> =
                of.map(|launch| self.kernel_name(launch.kernel)).collect();
            for (name, value) in list.configs.iter().flat_map(|config| &config.fields) {
                let label = if name.is_empty() { "config" } else { name };
                self.add(*value, label, &format!("{label} of a config"), &kernels);
            }
        }
    }

    /// Hints of declarations and launches.
    fn hints(&mut self) {
        for kernel in &self.program.kernels {
            let its = BTreeSet::from([kernel.name.clone()]);
            for hint in &kernel.hints {
                self.add(hint.value, hint.label, &format!("{} of a kernel", hint.label), &its);
            }
        }
        for launch in &self.program.launches {
            let its = BTreeSet::from([self.kernel_name(launch.kernel)]);
            for hint in &launch.hints {
                self.add(hint.value, &hint.name, &format!("{} of a launch", hint.name), &its);
            }
        }
    }

    /// Hints of loads and stores.
    fn loads(&mut self) {
        for node in &self.program.nodes {
            let of = match node.op {
                Op::Load => "load",
                Op::Store => "store",
                _ => continue,
            };
            let its = self.kernels_of(node.scope);
            for argument in node.arguments.iter().filter(|one| one.given) {
                if HINTS.contains(&argument.label) {
                    let what = format!("{} of a {of}", argument.label);
                    self.add(argument.value, argument.label, &what, &its);
                }
            }
        }
    }

    /// Compile-time arguments that are written as numbers.
    fn arguments(&mut self) {
        for launch in &self.program.launches {
            let Some(kernel) = self.program.kernels.get(launch.kernel.index()) else { continue };
            let its = BTreeSet::from([kernel.name.clone()]);
            for (parameter, value) in kernel.parameters.iter().zip(&launch.arguments) {
                if let (ParameterKind::Constexpr, Some(value)) = (parameter.kind, value) {
                    self.add(
                        *value,
                        &parameter.name,
                        &format!("{} of a launch", parameter.name),
                        &its,
                    );
                }
            }
        }
    }

    /// Numbers that stand after `name =` and that a kernel divides its work by.
    fn named_numbers(&mut self) {
        let mut used: BTreeMap<NodeId, BTreeSet<String>> = BTreeMap::new();
        for node in &self.program.nodes {
            let divides =
                matches!(node.op, Op::FloorDiv | Op::CeilDiv | Op::Mod | Op::Mul | Op::Min);
            let its = self.kernels_of(node.scope);
            if divides && !its.is_empty() {
                for argument in &node.arguments {
                    used.entry(argument.value).or_default().extend(its.iter().cloned());
                }
            }
        }
        for (value, kernels) in used {
            let is_size = match self.program.constant(value) {
                Some(Constant::Int(value)) => *value >= 2,
                _ => false,
            };
            let name = self.program.node(value).and_then(|node| self.name_before(node.site.span));
            if let Some(name) = name.filter(|_| is_size) {
                self.add(value, &name, &format!("the number {name}"), &kernels);
            }
        }
    }

    /// Numbers that a source of CUDA C++ gives a name that stands for them when it is compiled.
    fn named_constants(&mut self) {
        let here = self.program.kernels.iter().filter(|kernel| kernel.language == "cuda");
        let here = here.filter(|kernel| kernel.site.file == self.file);
        let kernels: BTreeSet<String> = here.map(|kernel| kernel.name.clone()).collect();
        let is_cuda = self.program.kernels.iter().any(|kernel| kernel.language == "cuda");
        for (value, (name, _)) in self.program.names.iter().filter(|_| is_cuda) {
            if matches!(self.program.constant(*value), Some(Constant::Int(size)) if *size >= 2) {
                self.add(*value, name, &format!("the number {name}"), &kernels);
            }
        }
    }

    /// The name that a literal is given on its line.
    fn name_before(&self, span: Span) -> Option<String> {
        let before = self.text.get(..span.start as usize)?;
        let line = before.rsplit('\n').next()?.trim_end().strip_suffix('=')?;
        let name = line.split(':').next()?.trim();
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        plain.then(|| name.to_owned())
    }

    fn kernel_name(&self, kernel: spak_program::KernelId) -> String {
        self.program.kernels.get(kernel.index()).map_or(String::new(), |found| found.name.clone())
    }

    fn kernels_of(&self, scope: spak_program::ScopeId) -> BTreeSet<String> {
        match self.program.scopes.get(scope.index()).map(|scope| scope.kind) {
            Some(spak_program::ScopeKind::Kernel(kernel)) => {
                BTreeSet::from([self.kernel_name(kernel)])
            }
            _ => BTreeSet::new(),
        }
    }

    /// Takes the literals that a value is, on each way to it.
    fn add(&mut self, value: NodeId, label: &str, what: &str, kernels: &BTreeSet<String>) {
        let mut open = vec![value];
        let mut left = 64;
        while let Some(id) = open.pop() {
            left -= 1;
            let Some(node) = self.program.node(id).filter(|_| left > 0) else { break };
            match node.op {
                Op::Choice => {
                    let ways = ["then", "otherwise"];
                    open.extend(ways.iter().filter_map(|label| node.argument(label)));
                }
                Op::Call if matches!(node.name(), Some("by_target" | "getattr")) => {
                    open.extend(node.arguments.iter().map(|argument| argument.value));
                }
                Op::Constant if node.site.file == self.file => {
                    let span = node.site.span;
                    if !self.is_literal(span, node.constant.as_ref()) {
                        continue;
                    }
                    let place = self.places.entry(span).or_insert_with(|| Place {
                        label: label.to_owned(),
                        what: what.to_owned(),
                        kernels: BTreeSet::new(),
                    });
                    place.kernels.extend(kernels.iter().cloned());
                }
                _ => {}
            }
        }
    }

    /// Whether a number or a truth value is written there, and nothing else.
    fn is_literal(&self, span: Span, constant: Option<&Constant>) -> bool {
        let Some(text) = self.text.get(span.start as usize..span.end as usize) else {
            return false;
        };
        match constant {
            Some(Constant::Int(_) | Constant::Float(_)) => {
                text.starts_with(|first: char| first.is_ascii_digit() || first == '-')
                    && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c))
            }
            Some(Constant::Bool(_)) => matches!(text, "True" | "False" | "true" | "false"),
            _ => false,
        }
    }

    fn finish(self) -> Vec<Hole> {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut holes: Vec<Hole> = Vec::new();
        for (span, place) in self.places {
            // A literal within another (`-1` and `1`) is one hole.
            if holes.last().is_some_and(|last| last.span.end > span.start) {
                continue;
            }
            let label: String = place
                .label
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
                .collect();
            let count = counts.entry(label.clone()).or_default();
            *count += 1;
            holes.push(Hole {
                name: format!("{label}_{count}"),
                span,
                text: self
                    .text
                    .get(span.start as usize..span.end as usize)
                    .unwrap_or("")
                    .to_owned(),
                what: place.what,
                kernels: place.kernels.into_iter().collect(),
            });
        }
        holes
    }
}
