//! Where SPAK keeps what it can make again.

use std::path::{Path, PathBuf};

use crate::error::ToolchainError;

/// SPAK's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// A cache in a folder, which need not be there yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// That of the user: `SPAK_CACHE`, else `spak` in `XDG_CACHE_HOME`, else `.cache/spak` at home. Relative paths in these
    /// variables count for nothing, as the XDG specification wants it.
    ///
    /// # Errors
    /// None of them is set.
    pub fn of_user() -> Result<Self, ToolchainError> {
        Self::of_variables(|name| std::env::var_os(name).map(PathBuf::from))
    }

    fn of_variables(get: impl Fn(&str) -> Option<PathBuf>) -> Result<Self, ToolchainError> {
        let whole = |name: &str| get(name).filter(|path| path.is_absolute());
        let root = whole("SPAK_CACHE")
            .or_else(|| whole("XDG_CACHE_HOME").map(|path| path.join("spak")))
            .or_else(|| whole("HOME").map(|path| path.join(".cache/spak")));
        root.map(Self::at).ok_or(ToolchainError::NoCache)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where compilers are.
    pub(crate) fn toolchains(&self) -> PathBuf {
        self.root.join("toolchains")
    }

    /// Where kernels are that were compiled.
    pub(crate) fn compiled(&self) -> PathBuf {
        self.root.join("compiled")
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    #[test]
    fn the_nearest_variable_says_where_it_is() {
        let of = |set: &[(&str, &str)]| {
            let get = |name: &str| set.iter().find(|(own, _)| *own == name).map(|(_, p)| p.into());
            Cache::of_variables(get).ok().map(|cache| cache.root)
        };
        let home = ("HOME", "/home/a");
        assert_eq!(of(&[home]), Some("/home/a/.cache/spak".into()));
        assert_eq!(of(&[home, ("XDG_CACHE_HOME", "/x")]), Some("/x/spak".into()));
        assert_eq!(of(&[home, ("XDG_CACHE_HOME", "x")]), Some("/home/a/.cache/spak".into()));
        assert_eq!(of(&[home, ("XDG_CACHE_HOME", "/x"), ("SPAK_CACHE", "/s")]), Some("/s".into()));
        assert_eq!(of(&[]), None);
    }
}
