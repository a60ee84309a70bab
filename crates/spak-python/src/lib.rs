//! Python sources of kernels as programs: parsed, then run abstractly. Nothing of them is ever executed.
//!
//! [`read`] takes files and gives a [`Program`]. Design: `docs/decisions/0011-lifting.md`.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod api;
mod branch;
mod builder;
mod builtins;
mod call;
mod class;
mod container;
mod depth;
mod entries;
mod expression;
mod frame;
mod function;
mod host;
pub mod imports;
mod kernel;
mod library;
mod looping;
mod machine;
mod module;
mod operator;
mod order;
mod reach;
mod remark;
mod statement;
mod triton;
mod value;

use ruff_python_ast::{Mod, Stmt};
use ruff_text_size::Ranged as _;
use spak_program::{Program, Site};
use spak_syntax::FileId;

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// By which sites name it.
    pub file: FileId,
    /// The dotted name by which others import it, empty if unknown; a package has the name of its folder.
    pub module: &'a str,
    /// Whether it is the `__init__.py` of a package.
    pub package: bool,
    /// Whether its kernels and functions are run; otherwise it is there for others to import from.
    pub wanted: bool,
    /// Its text.
    pub text: &'a str,
}

/// A place where a file is not Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The file.
    pub file: FileId,
    /// Where.
    pub span: spak_syntax::Span,
    /// What the parser says.
    pub message: String,
}

/// What came of reading.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What the files compute, as far as they could be read.
    pub program: Program,
    /// Where they are not Python; everything else was read all the same.
    pub errors: Vec<SyntaxError>,
}

/// The syntax of a text: what can be found out about each file by itself, so that several threads can.
#[derive(Debug)]
pub struct Parsed {
    syntax: ruff_python_parser::Parsed<Mod>,
    /// Where it is nested too deeply to be read.
    deep: Option<spak_syntax::Span>,
}

impl Parsed {
    /// The syntax of a text, as far as it is Python.
    pub fn of(text: &str) -> Self {
        let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module);
        let deep = depth::too_deep(text);
        let text = if deep.is_some() { "" } else { text };
        Self { syntax: ruff_python_parser::parse_unchecked(text, options), deep }
    }

    fn body(&self) -> &[Stmt] {
        match self.syntax.syntax() {
            Mod::Module(module) => &module.body,
            Mod::Expression(_) => &[],
        }
    }
}

/// Reads files together: what one imports from another is followed.
///
/// Runs recursively: callers give it a stack of 256 MiB, enough for the deepest text that is read.
pub fn read(sources: &[Source<'_>]) -> Reading {
    let parsed: Vec<Parsed> = sources.iter().map(|source| Parsed::of(source.text)).collect();
    let all: Vec<_> = sources.iter().copied().zip(&parsed).collect();
    read_parsed(&all)
}

/// So many letters of source are about one value of the graph.
const LETTERS_PER_NODE: usize = 4;

/// As [`read`], with the syntax of each file.
pub fn read_parsed(sources: &[(Source<'_>, &Parsed)]) -> Reading {
    let mut reading = Reading::default();
    for (source, parsed) in sources {
        let error = |span, message| SyntaxError { file: source.file, span, message };
        let deep = parsed.deep.map(|span| error(span, "nested too deeply to be read".to_owned()));
        reading.errors.extend(deep);
        let wrong = parsed.syntax.errors().iter();
        let wrong = wrong.map(|one| error(builder::span(one.location), one.error.to_string()));
        reading.errors.extend(wrong);
    }
    let mut machine = machine::Machine::new();
    // Growing a graph of a million values by doubling would copy all of it several times. What is not used costs nothing.
    let letters: usize = sources.iter().map(|(source, _)| source.text.len()).sum();
    machine.graph.program.nodes.reserve(letters / LETTERS_PER_NODE);
    for (source, parsed) in sources {
        machine.add(source, parsed.body());
    }
    machine.run();
    for (source, parsed) in sources.iter().filter(|(source, _)| source.wanted) {
        for token in parsed.syntax.tokens().iter().filter(|token| token.kind().is_comment()) {
            let span = builder::span(token.range());
            let text = source.text.get(span.start as usize..span.end as usize);
            machine.note_comment(text.unwrap_or_default(), Site { file: source.file, span });
        }
    }
    reading.program = machine.finish();
    reading
}
