//! Which machine this is.

use std::fs;
use std::path::Path;

use spak_records::Device;

/// Instruction set extensions that change what a compiler makes of a numeric kernel.
const EXTENSIONS: &[&str] = &[
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "f16c",
    "avx_vnni",
    "avx512f",
    "avx512dq",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "amx_tile",
    "amx_bf16",
    "amx_int8",
    "asimd",
    "asimdhp",
    "asimddp",
    "sve",
    "sve2",
    "bf16",
    "i8mm",
];

/// The processor that candidates run on, as the system describes it. Parts that the system does not
/// tell (in a container without `/sys`) stay empty; nothing here fails.
pub fn detect_device() -> Device {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |names: &[&str]| {
        cpuinfo
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(name, value)| names.contains(&name.trim()).then(|| value.trim().to_owned()))
    };
    let flags = field(&["flags", "Features"]).unwrap_or_default();
    let mut features: Vec<String> = flags
        .split_whitespace()
        .filter(|flag| EXTENSIONS.contains(flag))
        .map(str::to_owned)
        .collect();
    features.sort();
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Device {
        name: field(&["model name", "Hardware", "uarch"]).unwrap_or_else(|| "unknown".to_owned()),
        architecture: std::env::consts::ARCH.to_owned(),
        features,
        // Honours the affinity mask and the processor quota of a container.
        cores: std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        caches: data_caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
        system: format!("{} {}", std::env::consts::OS, release.trim()),
    }
}

/// Sizes of the data and unified caches by level.
fn data_caches(folder: &Path) -> Vec<u64> {
    let read = |path: &Path, name: &str| fs::read_to_string(path.join(name)).unwrap_or_default();
    let mut caches: Vec<(u64, u64)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| matches!(read(path, "type").trim(), "Data" | "Unified"))
        .filter_map(|path| {
            let level = read(&path, "level").trim().parse().ok()?;
            Some((level, parse_size(read(&path, "size").trim())?))
        })
        .collect();
    caches.sort_unstable();
    caches.into_iter().map(|(_, size)| size).collect()
}

/// `48K` or `2M` in bytes.
fn parse_size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..)? {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::{data_caches, detect_device, parse_size};

    #[test]
    fn sizes_with_units() {
        assert_eq!(parse_size("48K"), Some(49_152));
        assert_eq!(parse_size("2M"), Some(2 << 20));
        assert_eq!(parse_size("7"), Some(7));
        assert_eq!(parse_size("x"), None);
    }

    #[test]
    fn caches_are_read_in_order_of_level_and_instructions_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for (index, level, kind, size) in [
            ("index0", "2", "Unified", "2M"),
            ("index1", "1", "Instruction", "32K"),
            ("index2", "1", "Data", "48K"),
        ] {
            let path = folder.path().join(index);
            std::fs::create_dir(&path).unwrap();
            for (name, text) in [("level", level), ("type", kind), ("size", size)] {
                std::fs::write(path.join(name), format!("{text}\n")).unwrap();
            }
        }
        assert_eq!(data_caches(folder.path()), [48 << 10, 2 << 20]);
    }

    #[test]
    fn this_machine_has_a_name_and_cores() {
        let device = detect_device();
        assert!(device.cores >= 1 && !device.architecture.is_empty());
    }
}
