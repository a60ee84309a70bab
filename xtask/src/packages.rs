//! The published packages that lifting is scored on: pinned, fetched without what they depend on, unpacked.
//!
//! They lie in `target/packages/NAME-VERSION`, which git ignores. Nothing of them is built or run.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::root;

/// What the script answers when the archive is not the pinned one.
const NOT_THE_PINNED_ONE: i32 = 3;

/// One archive of a package index.
pub(crate) struct Package {
    name: &'static str,
    version: &'static str,
    /// `wheel` or `sdist`.
    kind: &'static str,
    /// Of the archive, in hexadecimal.
    sha256: &'static str,
}

const PACKAGES: [Package; 6] = [
    Package {
        name: "tilegym",
        version: "1.5.1",
        kind: "wheel",
        sha256: "18b1c1124884c6e1eac6768591a23b7311b472bcec438b4b80a8913d5266223e",
    },
    Package {
        name: "liger-kernel",
        version: "0.8.5",
        kind: "wheel",
        sha256: "60789cd576af073ab9b192b570d2597fd0cdad489cd62fb44fb16256d43754c9",
    },
    Package {
        name: "fla-core",
        version: "0.6.0",
        kind: "wheel",
        sha256: "b0708b70e0b119cd58a0a5146ea56cb175cef6ed969d8ac60267e3e077ce3ebd",
    },
    Package {
        name: "flash-linear-attention",
        version: "0.6.0",
        kind: "wheel",
        sha256: "6dec9735f8454523c13553622e98aff30152dde6586b4ac7d88010fbb7a06b5f",
    },
    Package {
        name: "flash-attn",
        version: "2.8.3",
        kind: "sdist",
        sha256: "1e71dd64a9e0280e0447b8a0c2541bad4bf6ac65bdeaa2f90e51a9e57de0370d",
    },
    Package {
        name: "cuda-tile",
        version: "1.7.0",
        kind: "wheel",
        sha256: "8a7b5392486c66c7a5668975740d514aee03fb5c38bd6657445091d5076d0291",
    },
];

impl Package {
    fn folder(&self) -> PathBuf {
        packages().join(format!("{}-{}", self.name, self.version))
    }
}

fn packages() -> PathBuf {
    root().join("target/packages")
}

/// `cargo xtask packages`: fetches what is not there and says where all of it is.
pub(crate) fn show() -> Result<()> {
    let folder = folder()?;
    for package in PACKAGES.iter().filter(|package| package.folder().is_dir()) {
        println!("{}", package.folder().display());
    }
    if folder.is_none() {
        eprintln!("SKIPPED: no package could be fetched");
    }
    Ok(())
}

/// The folder with the packages, fetched first where they are missing; none if there is not even one.
///
/// A package that cannot be fetched is said and left out, because a machine without a network can
/// still do the rest. An archive that is not the pinned one is an error.
pub(crate) fn folder() -> Result<Option<PathBuf>> {
    std::fs::create_dir_all(packages())?;
    for package in PACKAGES.iter().filter(|package| !package.folder().is_dir()) {
        if let Err(reason) = fetch(package)? {
            eprintln!("SKIPPED: {} {}: {reason}", package.name, package.version);
        }
    }
    let any = PACKAGES.iter().any(|package| package.folder().is_dir());
    Ok(any.then(packages))
}

/// Fetches one package; the inner error says why it is not there.
fn fetch(package: &Package) -> Result<Result<(), String>> {
    let script = root().join("xtask/src/packages/fetch.py");
    let arguments = [package.name, package.version, package.kind, package.sha256];
    let started = ["python3", "python"].iter().find_map(|python| {
        Command::new(python).arg(&script).arg(package.folder()).args(arguments).output().ok()
    });
    let Some(output) = started else { return Ok(Err("Python is not installed".to_owned())) };
    if output.status.success() {
        return Ok(Ok(()));
    }
    let said = String::from_utf8(output.stderr).context("what the script said")?;
    let last = said.trim().lines().last().unwrap_or("no reason given").to_owned();
    if output.status.code() == Some(NOT_THE_PINNED_ONE) {
        bail!("{} {}: {last}", package.name, package.version);
    }
    Ok(Err(last))
}

#[cfg(test)]
mod tests {
    use super::PACKAGES;

    #[test]
    fn every_pin_is_whole() {
        for package in &PACKAGES {
            assert!(["wheel", "sdist"].contains(&package.kind), "{}", package.name);
            assert_eq!(package.sha256.len(), 64, "{}", package.name);
            assert!(package.sha256.bytes().all(|b| b.is_ascii_hexdigit()), "{}", package.name);
        }
    }
}
