//! A config lowered for one backend, and the file made from it.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::hash::ContentHash;
use crate::problem::Problem;

/// Everything a template needs to make one candidate's source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Plan {
    /// Name of the system the design is of.
    pub system: String,
    /// Hash of the design's normal form; generated code names it.
    pub design: ContentHash,
    /// Backend, also the name of its template folder (`c`).
    pub backend: String,
    /// Operator family, also the name of its template folder (`matmul`).
    pub family: String,
    /// One value for each axis and parameter of the design that is alive.
    pub config: Config,
    /// The problem to be timed; generated code may specialise on its documented constants only.
    pub problem: Problem,
}

/// One generated source file and how it is compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Artifact {
    /// File name without folder.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Compiler flags beyond the harness's own.
    pub flags: Vec<String>,
    /// Hash of name, text and flags.
    pub hash: ContentHash,
}

impl Artifact {
    /// The artifact with its hash.
    pub fn new(name: String, text: String, flags: Vec<String>) -> Self {
        let parts = [name.as_bytes(), text.as_bytes()];
        let hash =
            ContentHash::of_parts(parts.into_iter().chain(flags.iter().map(String::as_bytes)));
        Self { name, text, flags, hash }
    }
}
