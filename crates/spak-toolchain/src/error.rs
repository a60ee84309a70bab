//! What can go wrong, and what helps.

use std::path::PathBuf;

/// Why a compiler is not there or does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// There is no place for a cache.
    #[error("there is no folder for a cache: none of SPAK_CACHE, XDG_CACHE_HOME and HOME is set")]
    NoCache,
    /// A file or folder of the cache.
    #[error("cannot use `{}`", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No Python that the compiler's front end runs in.
    #[error(
        "no Python from {least} to {most} with the modules venv and ensurepip was found{}; \
         install one, or name it with --python",
        in_words(.tried)
    )]
    NoPython {
        /// The oldest that will do.
        least: String,
        /// The newest that is known to.
        most: String,
        /// What was looked at, and why it will not do.
        tried: Vec<String>,
    },
    /// A step of the installation failed.
    #[error("{step} failed: {message}")]
    Install {
        /// Which.
        step: &'static str,
        /// What was said.
        message: String,
    },
    /// Nobody installed it.
    #[error("the toolchain `{0}` is not installed; `spak toolchain install {0}` does that")]
    Missing(&'static str),
    /// There is something that is not whole.
    #[error("the toolchain in `{}` is not whole: {reason}; `spak toolchain install {name} --force` makes it anew", path.display())]
    NotWhole {
        /// The toolchain.
        name: &'static str,
        /// Its folder.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A worker cannot be started or does not speak as agreed.
    #[error("the compiler's worker: {0}")]
    Worker(String),
    /// The compiler of references cannot be started or does not take one.
    #[error("a reference does not compile: {0}")]
    Reference(String),
}

fn in_words(all: &[String]) -> String {
    if all.is_empty() { String::new() } else { format!(" (looked at {})", all.join("; ")) }
}

/// With the path that it is about.
pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> ToolchainError {
    let path = path.to_owned();
    move |source| ToolchainError::File { path, source }
}
