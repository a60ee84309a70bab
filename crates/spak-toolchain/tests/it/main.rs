//! The real compiler, fetched from the package index; without a network these tests say so and do nothing.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests may fail")]

mod compiling;
mod planning;
mod signatures;

use std::path::PathBuf;
use std::sync::OnceLock;

use spak_toolchain::{CUTILE, Cache, Installed, ToolchainError, install};

/// A cache that tests share, in the folder that builds go to.
fn cache() -> Cache {
    Cache::at(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spak-cache"))
}

/// The compiler of cuTile; nothing where it cannot be fetched.
fn cutile() -> Option<&'static Installed> {
    static FOUND: OnceLock<Option<Installed>> = OnceLock::new();
    let find = || match install(&CUTILE, &cache(), None, false, &mut |_| ()) {
        Ok(installed) => Some(installed),
        Err(error @ (ToolchainError::Install { .. } | ToolchainError::NoPython { .. })) => {
            eprintln!("SKIPPED: the compiler of cuTile is not here: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    };
    FOUND.get_or_init(find).as_ref()
}
