//! Packages: folders of designs that others import by name.
//!
//! `import "tiles"` is the file `package.dsl` of a folder `packages/tiles`, beside the importing file or in a folder above
//! it, or of a folder `tiles` in one of those that the variable `SPAK_PACKAGES` lists; `import "tiles/softmax"` another
//! file of it. `import "tiles@1.2"` asks for a version, which `package.dsl` says in its front matter.

use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use spak_model::{Files, Literal, resolve};
use spak_syntax::FileId;
use spak_syntax::diagnostic::suggest;

/// The folder of packages beside designs.
const FOLDER: &str = "packages";
/// The file of a package that stands for all of it.
const ENTRY: &str = "package.dsl";
/// Lists folders of packages, as `PATH` does those of programs.
const VARIABLE: &str = "SPAK_PACKAGES";

/// A package as it is asked for: `name@1.2/file`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    name: String,
    version: Option<String>,
    /// In its folder.
    file: PathBuf,
}

impl Asked {
    /// What an import asks for, if it is written as one of a package: words between slashes, no path with an ending.
    pub(crate) fn of(spec: &str) -> Option<Self> {
        let (first, rest) = spec.split_once('/').map_or((spec, None), |(a, b)| (a, Some(b)));
        let (name, version) = first.split_once('@').map_or((first, None), |(n, v)| (n, Some(v)));
        let parts = rest.into_iter().flat_map(|rest| rest.split('/'));
        let is_package = name != "std" && std::iter::once(name).chain(parts).all(is_name);
        is_package.then(|| Self {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            file: rest.map_or_else(|| PathBuf::from(ENTRY), |rest| format!("{rest}.dsl").into()),
        })
    }

    /// The file, looked for from the folder of the importing one, and how to show it.
    ///
    /// # Errors
    /// A phrase: there is no such package, it has no such file, or is another version.
    pub(crate) fn find(&self, from: &Path) -> Result<PathBuf, String> {
        self.find_in(&roots(from))
    }

    fn find_in(&self, roots: &[PathBuf]) -> Result<PathBuf, String> {
        let Some(folder) = roots.iter().map(|root| root.join(&self.name)).find(|f| f.is_dir())
        else {
            return Err(self.nowhere(roots));
        };
        if let Some(wanted) = &self.version {
            self.check(&folder, wanted)?;
        }
        let path = folder.join(&self.file);
        if path.is_file() {
            return Ok(path);
        }
        let (name, file) = (&self.name, self.file.display());
        let there = names_in(path.parent().unwrap_or(&folder), |n| n.ends_with(".dsl"));
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        Err(match suggest(&own, there.iter().map(String::as_str)) {
            Some(near) => format!("the package `{name}` has no `{file}`; did you mean `{near}`?"),
            None => format!("the package `{name}` has no `{file}`"),
        })
    }

    fn nowhere(&self, roots: &[PathBuf]) -> String {
        let there: Vec<String> = roots.iter().flat_map(|root| names_in(root, |_| true)).collect();
        let name = &self.name;
        match suggest(name, there.iter().map(String::as_str)) {
            Some(near) => format!("there is no package `{name}`; did you mean `{near}`?"),
            None => format!(
                "there is no such file, and no package `{name}` in a folder `{FOLDER}` here or above, nor where \
                 `{VARIABLE}` says"
            ),
        }
    }

    /// Whether a package's version will do: as for crates, the same major one, and not older.
    fn check(&self, folder: &Path, wanted: &str) -> Result<(), String> {
        let name = &self.name;
        let asked = VersionReq::parse(wanted);
        let asked = asked.map_err(|error| format!("`{wanted}` is no version: {error}"))?;
        let said = version_of(&folder.join(ENTRY));
        let said = said.ok_or_else(|| {
            format!("the package `{name}` does not say its version; `version:` in the front matter of its `{ENTRY}` would")
        })?;
        // Front matter that says `1.2` means 1.2.0.
        let zeros = ".0".repeat(2_usize.saturating_sub(said.matches('.').count()));
        match Version::parse(&format!("{said}{zeros}")) {
            Ok(version) if asked.matches(&version) => Ok(()),
            Ok(_) => {
                Err(format!("the package `{name}` is version {said}, and {wanted} is asked for"))
            }
            Err(error) => {
                Err(format!("the version `{said}` of the package `{name}` is none: {error}"))
            }
        }
    }
}

fn is_name(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// Folders that packages may be in, the nearest first.
fn roots(from: &Path) -> Vec<PathBuf> {
    let beside = from.ancestors().map(|folder| folder.join(FOLDER));
    let listed = std::env::var_os(VARIABLE).unwrap_or_default();
    let listed: Vec<PathBuf> =
        std::env::split_paths(&listed).filter(|p| !p.as_os_str().is_empty()).collect();
    beside.chain(listed).collect()
}

fn names_in(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(1000);
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| wanted(name)).collect()
}

/// What a file says its version is.
fn version_of(path: &Path) -> Option<String> {
    struct Nothing;
    impl Files for Nothing {
        fn load(&mut self, _: FileId, _: &str) -> Result<(FileId, String), String> {
            Err(String::new())
        }
    }
    let text = std::fs::read_to_string(path).ok()?;
    let said = resolve(FileId(0), &text, &mut Nothing).front_matter;
    let (_, version) = said.into_iter().find(|(key, _)| key == "version")?;
    Some(match version {
        Literal::Text(text) => text,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Asked;

    fn ask(root: &Path, spec: &str) -> Result<String, String> {
        let asked = Asked::of(spec).ok_or_else(|| "no package".to_owned())?;
        let found = asked.find_in(&[root.join("near"), root.to_owned()])?;
        Ok(found.strip_prefix(root).unwrap().to_string_lossy().into_owned())
    }

    #[test]
    fn packages_are_found_by_name_and_version() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        for (path, text) in [
            ("tiles/package.dsl", "---\nversion: 1.2.3\n---\nsystem Tiles {}\n"),
            ("tiles/wide/softmax.dsl", "system Softmax {}\n"),
            ("short/package.dsl", "---\nversion: 2.1\n---\nsystem Short {}\n"),
            ("none/package.dsl", "system None {}\n"),
            ("odd/package.dsl", "---\nversion: new\n---\nsystem Odd {}\n"),
            ("near/short/package.dsl", "---\nversion: 3.0.0\n---\nsystem Short {}\n"),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap())?;
            fs::write(path, text)?;
        }
        assert_eq!(ask(root, "tiles").unwrap(), "tiles/package.dsl");
        assert_eq!(ask(root, "tiles/wide/softmax").unwrap(), "tiles/wide/softmax.dsl");
        for fine in ["tiles@1", "tiles@1.2", "tiles@1.2.0/wide/softmax", "short@3"] {
            ask(root, fine).unwrap();
        }
        for (spec, why) in [
            ("tiles@1.3", "the package `tiles` is version 1.2.3, and 1.3 is asked for"),
            ("tiles@2", "and 2 is asked for"),
            ("tiles@x.y", "`x.y` is no version"),
            // The nearest one counts, whatever its version.
            ("short@2", "is version 3.0.0"),
            ("none@1", "does not say its version"),
            ("odd@1", "the version `new` of the package `odd` is none"),
            ("tile", "did you mean `tiles`?"),
            ("tiles/wide/softmux", "did you mean `softmax.dsl`?"),
            ("unheard", "no package `unheard`"),
            // Paths are none.
            ("../tiles", "no package"),
            ("tiles/../none", "no package"),
            ("tiles.dsl", "no package"),
            ("std/tiles", "no package"),
            ("/tiles", "no package"),
        ] {
            let said = ask(root, spec).unwrap_err();
            assert!(said.contains(why), "{spec}: {said}");
        }
        Ok(())
    }
}
