//! Puts the pages of all diagnostics into the program, so that `spak explain` needs no files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let folder = Path::new("../../docs/language/diagnostics").canonicalize()?;
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.filter_map(|e| Some(e.ok()?.path())).collect();
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.sort();
    let mut text =
        String::from("/// Each code with its page, by code.\nconst PAGES: &[(&str, &str)] = &[\n");
    for page in pages {
        let name = page.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", page.display().to_string());
    }
    text.push_str("];\n");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("diagnostic_pages.rs"), text)
}
