//! Published sources, as far as they were fetched: every file is read, none ends the program.

use std::path::{Path, PathBuf};

use crate::support::read_files;

/// The files of CUDA C++ in a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort_unstable();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if path.is_dir() {
            files(&path, found);
        } else if name.is_some_and(|name| {
            [".cu", ".cuh", ".h", ".cpp"].iter().any(|ending| name.ends_with(ending))
        }) {
            found.push(path);
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "whoever runs it wants to know what was read")]
fn all_of_flash_attention_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/packages/flash-attn-2.8.3/csrc/flash_attn");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    if paths.is_empty() {
        eprintln!("SKIPPED: flash-attn is not there; `cargo xtask packages` fetches it");
        return;
    }
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| {
            let bytes = std::fs::read(path).unwrap_or_default();
            let name = path.to_string_lossy().into_owned();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    let sources: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let start = std::time::Instant::now();
    let reading = read_files(&sources);
    eprintln!(
        "{} files, {} kernels, {} launches in {:?}",
        sources.len(),
        reading.program.kernels.len(),
        reading.program.launches.len(),
        start.elapsed()
    );
    assert!(reading.program.kernels.iter().any(|kernel| kernel.name == "flash_fwd_kernel"));
    assert!(reading.program.launches.len() > 20);
    let rows = reading.program.tuning();
    assert!(rows.iter().any(|row| row.architectures == ["sm_86", "sm_89"]));
}
