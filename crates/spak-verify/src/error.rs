//! Why nothing can be judged.

/// Why nothing can be judged; what is wrong with a kernel is a finding, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No compiler of C++ answers.
    #[error(
        "references are compiled for this machine by a compiler of C++17, and there is none (tried {}); install g++ or clang++, or name one with `--cxx`",
        .tried.join(", ")
    )]
    NoCompiler {
        /// What was tried.
        tried: Vec<String>,
    },
    /// The compiler does not take a reference.
    #[error("`{compiler}` does not compile the reference: {said}")]
    Compile {
        /// What compiles.
        compiler: String,
        /// What it says.
        said: String,
    },
    /// The reference's process.
    #[error("the reference: {0}")]
    Process(String),
    /// A file or folder of the cache.
    #[error("cannot use `{path}`")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// An array that no reference can be given.
    #[error("`{array}`: {what}")]
    Array {
        /// Its name.
        array: String,
        /// What is in the way.
        what: &'static str,
    },
}
