//! What is installed: packages with versions and hashes.

/// The packages of a toolchain.
#[derive(Debug, PartialEq, Eq)]
pub struct Pins {
    /// The name of the toolchain.
    pub name: &'static str,
    /// Requirements as `pip` reads them, each with the hashes of its files.
    pub requirements: &'static str,
    /// The package whose version is that of the toolchain.
    pub package: &'static str,
    /// The module that has to be there afterwards.
    pub module: &'static str,
    /// The versions of Python that its files are for: the minor version of Python 3, both included.
    pub python: (u32, u32),
}

/// NVIDIA's cuTile with tileiras, ptxas and libnvvm.
pub static CUTILE: Pins = Pins {
    name: "cutile",
    requirements: include_str!("../requirements/cutile.txt"),
    package: "cuda-tile",
    module: "cuda.tile",
    python: (10, 14),
};

impl Pins {
    /// The packages with their versions.
    pub fn packages(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let lines = self.requirements.lines();
        lines.filter_map(|line| line.trim_end_matches(['\\', ' ']).split_once("=="))
    }

    /// The version.
    pub fn version(&self) -> &'static str {
        let mut own = self.packages().filter(|(name, _)| *name == self.package);
        own.next().map_or("", |(_, version)| version)
    }

    /// Tells these packages from all others.
    pub fn hash(&self) -> String {
        blake3::hash(self.requirements.as_bytes()).to_hex().as_str().to_owned()
    }

    /// The name of its folder.
    pub(crate) fn folder(&self) -> String {
        let hash: String = self.hash().chars().take(12).collect();
        format!("{}-{}-{hash}", self.name, self.version())
    }
}

#[cfg(test)]
mod tests {
    use super::CUTILE;

    #[test]
    fn each_package_has_a_version_and_hashes() {
        let packages: Vec<_> = CUTILE.packages().collect();
        assert!(packages.contains(&("cuda-tile", CUTILE.version())), "{packages:?}");
        let lines = || CUTILE.requirements.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines().filter(|line| line.contains("==")).count(), packages.len());
        for line in lines() {
            let is_hash = line.trim().starts_with("--hash=sha256:");
            assert!(is_hash || line.contains("==") && line.ends_with('\\'), "{line}");
        }
        assert!(CUTILE.folder().starts_with("cutile-1.7.0-"));
    }
}
