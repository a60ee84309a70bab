//! CUDA C++ sources of kernels as programs: preprocessed, parsed, then run abstractly. Nothing of them is ever executed.
//!
//! [`read`] takes files and gives a [`Program`]. Design: `docs/decisions/0012-cuda.md`.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod api;
mod assembly;
mod ast;
mod branch;
mod call;
mod expression;
mod files;
mod kernel;
mod lex;
mod library;
mod looping;
mod lower;
mod machine;
mod memory;
mod operator;
mod origin;
mod preprocess;
mod run;
mod scope;
mod statement;
mod tensor;
mod types;
mod value;
mod visible;

use spak_program::Program;
use spak_syntax::{FileId, Span};

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// By which sites name it.
    pub file: FileId,
    /// Its path, with `/` between its parts: by its end others include it.
    pub path: &'a str,
    /// Whether its kernels and functions are run; otherwise it is there for others to include.
    pub wanted: bool,
    /// Its text.
    pub text: &'a str,
}

/// A place where a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The file.
    pub file: FileId,
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// What came of reading.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What the files compute, as far as they could be read.
    pub program: Program,
    /// Where they could not be read; everything else was read all the same.
    pub errors: Vec<SyntaxError>,
}

/// What a file includes, as it is written.
pub fn includes(text: &str) -> Vec<String> {
    preprocess::includes(text).into_iter().map(|(name, _)| name).collect()
}

/// Reads files together: what one includes of another is followed.
///
/// Runs recursively: callers give it a stack of 256 MiB, enough for the deepest text that is read.
pub fn read(sources: &[Source<'_>]) -> Reading {
    let files = files::read(sources);
    let mut machine = machine::Machine::new(files.files, files.visible);
    for site in files.assumed {
        machine.graph.gap("branches of `#if` are read as for sm_90", site);
    }
    machine.run();
    for (name, number, site) in files.numbers {
        machine.name(&value::Value::Known(spak_program::Constant::Int(number), site), &name);
    }
    Reading { program: machine.finish(), errors: files.errors }
}
