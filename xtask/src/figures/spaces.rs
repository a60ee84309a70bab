//! The figures of tuning spaces: construction beside other tools, and strategies on recorded spaces.
//!
//! Their data is not part of the repository. `SPAK_SPACES` names a folder with `spaces/*.json`
//! (dictionaries of parameters and restrictions) and `tuning/*_T4.json.gz`; without it these figures
//! stay as they are. `SPAK_PYTHON` needs Kernel Tuner and pyATF then.

use std::path::Path;

use anyhow::{Context, Result};

use super::{keep, said};
use crate::run::root;

/// The eight spaces of Willemsen, van Nieuwpoort and van Werkhoven, "Efficient Construction of Large
/// Search Spaces for Auto-Tuning", ICPP 2025.
const PUBLISHED: [&str; 8] = [
    "dedispersion",
    "expdist",
    "hotspot",
    "gemm",
    "microhh",
    "atf_prl_2x2",
    "atf_prl_4x4",
    "atf_prl_8x8",
];

/// Spaces that cannot be enumerated in reasonable time or memory.
const LARGE: [&str; 2] = ["atf_prl_64x64", "atf_gaussian_4096_pow2"];

pub(super) fn measure(spak: &Path) -> Result<()> {
    let Some(folder) = std::env::var_os("SPAK_SPACES") else { return Ok(()) };
    let folder = Path::new(&folder);
    for (name, spaces, rounds) in
        [("spaces.txt", &PUBLISHED[..], "8"), ("spaces_large.txt", &LARGE[..], "3")]
    {
        let files: Vec<String> = spaces
            .iter()
            .map(|space| folder.join(format!("spaces/{space}.json")).display().to_string())
            .collect();
        let mut arguments = vec!["bench", "--spaces", "--rounds", rounds];
        arguments.extend(files.iter().map(String::as_str));
        keep(name, &said(spak, &arguments, &root())?)?;
    }
    let mut recorded: Vec<String> = std::fs::read_dir(folder.join("tuning"))
        .context("the recorded spaces")?
        .map(|entry| Ok(entry?.path().display().to_string()))
        .collect::<Result<_>>()?;
    recorded.retain(|path| path.ends_with("_T4.json.gz"));
    recorded.sort();
    let mut arguments = vec!["tune", "--replay"];
    arguments.extend(recorded.iter().map(String::as_str));
    keep("replay.txt", &said(spak, &arguments, &root())?)
}
