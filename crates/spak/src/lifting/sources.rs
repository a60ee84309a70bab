//! Finding the files of kernels, and the files of their package that these import or include.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use spak_lift::side_by_side;
use spak_python::Parsed;
use spak_python::imports::imports;
use spak_syntax::{FileId, LineIndex};

/// A file of kernels is some hundred kilobytes at most; more is data.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Files in folders that are named; a package has some thousands.
const MAX_FILES: usize = 20_000;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// cuTile and Triton.
    Python,
    /// CUDA C++.
    Cuda,
}

/// Folders around a file in which what it includes is looked for.
const LEVELS: usize = 4;

/// One file.
pub(crate) struct File {
    pub(crate) language: Language,
    pub(crate) shown: String,
    path: PathBuf,
    pub(crate) text: String,
    /// Of Python.
    parsed: Option<Parsed>,
    pub(crate) lines: LineIndex,
    module: String,
    package: bool,
    /// Named by the user, or found in a folder that was named.
    pub(crate) wanted: bool,
    /// The text is what the file has; otherwise some of it was not UTF-8.
    pub(crate) exact: bool,
}

/// All files of one command.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) files: Vec<File>,
    /// What could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
    /// Files by their real paths.
    known: BTreeMap<PathBuf, usize>,
}

impl Gathered {
    /// Reads the files that are named, those in folders that are named, and what they import.
    ///
    /// # Errors
    /// When something that was named cannot be read.
    pub(crate) fn gather(paths: &[PathBuf]) -> Result<Self> {
        let mut gathered = Self::default();
        for path in paths {
            let shown = path.to_string_lossy();
            let meta = std::fs::metadata(path)
                .map_err(|error| anyhow!("cannot read `{shown}`: {error}"))?;
            if meta.is_dir() {
                let before = gathered.files.len();
                gathered.folder(path)?;
                if gathered.files.len() == before {
                    bail!(
                        "`{shown}` has no source of kernels (`.py`, `.cu`, `.cuh`, `.h`, `.cpp`)"
                    );
                }
            } else if let Err(error) = gathered.add(path, true) {
                bail!("cannot read `{shown}`: {error:#}");
            }
        }
        gathered.follow();
        Ok(gathered)
    }

    /// The Python files as their front end wants them.
    pub(crate) fn python(&self) -> Vec<(spak_python::Source<'_>, &Parsed)> {
        let all = self.of(Language::Python);
        all.filter_map(|(at, file)| Some((file.source(at), file.parsed.as_ref()?))).collect()
    }

    /// The CUDA C++ files as their front end wants them.
    pub(crate) fn cuda(&self) -> Vec<spak_cuda::Source<'_>> {
        let all = self.of(Language::Cuda);
        all.map(|(file, found)| spak_cuda::Source {
            file,
            path: &found.module,
            wanted: found.wanted,
            text: &found.text,
        })
        .collect()
    }

    /// The files of a language.
    fn of(&self, language: Language) -> impl Iterator<Item = (FileId, &File)> {
        let all = self.files.iter().enumerate().filter(move |(_, file)| file.language == language);
        all.map(|(at, file)| (FileId(at as u32), file))
    }

    fn folder(&mut self, root: &Path) -> Result<()> {
        // Folders by their real paths, so that a link to one around it is not entered again.
        let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            if !seen.insert(real) {
                continue;
            }
            let Ok(entries) = std::fs::read_dir(&folder) else {
                self.unread.push((folder.to_string_lossy().into_owned(), "not readable".into()));
                continue;
            };
            let mut paths: Vec<PathBuf> =
                entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort_unstable();
            for path in paths.iter().rev().filter(|path| path.is_dir()) {
                open.push(path.clone());
            }
            for path in paths.iter().filter(|path| is_source(path) && path.is_file()) {
                if self.files.len() >= MAX_FILES {
                    bail!("there are more than {MAX_FILES} files in `{}`", root.to_string_lossy());
                }
                if let Err(error) = self.add(path, true) {
                    self.unread.push((path.to_string_lossy().into_owned(), format!("{error:#}")));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, wanted: bool) -> Result<usize> {
        let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(&known) = self.known.get(&identity) {
            if let Some(file) = self.files.get_mut(known) {
                file.wanted |= wanted;
            }
            return Ok(known);
        }
        let size = std::fs::metadata(path)?.len();
        if size > MAX_FILE_BYTES {
            bail!("it has {size} bytes, and a source has at most {MAX_FILE_BYTES}");
        }
        let bytes = std::fs::read(path)?;
        // Whatever is not UTF-8 stands in comments or texts, as a rule.
        let text = String::from_utf8_lossy(&bytes);
        let exact = matches!(text, std::borrow::Cow::Borrowed(_));
        let text = text.into_owned();
        let language = language_of(&identity);
        let (module, package) = match language {
            Language::Python => module_of(&identity),
            Language::Cuda => (identity.to_string_lossy().replace('\\', "/"), false),
        };
        let lines = LineIndex::new(&text);
        let shown = path.to_string_lossy().into_owned();
        self.known.insert(identity.clone(), self.files.len());
        self.files.push(File {
            language,
            shown,
            path: identity,
            text,
            parsed: None,
            lines,
            module,
            package,
            wanted,
            exact,
        });
        Ok(self.files.len() - 1)
    }

    /// Parses what was not parsed yet, on all cores.
    fn parse(&mut self) {
        let open: Vec<usize> = (0..self.files.len())
            .filter(|at| self.files.get(*at).is_some_and(File::is_open))
            .collect();
        let helpers = std::thread::available_parallelism().map_or(0, |cores| cores.get() - 1);
        let text = |at: &usize| self.files.get(*at).map_or("", |file| file.text.as_str());
        let parsed = side_by_side(&open, helpers, |at| Parsed::of(text(at)));
        for (at, parsed) in open.into_iter().zip(parsed) {
            if let Some(file) = self.files.get_mut(at) {
                file.parsed = Some(parsed);
            }
        }
    }

    /// Adds the files of the same packages that are imported, as far as they are there.
    fn follow(&mut self) {
        let mut open: VecDeque<usize> = (0..self.files.len()).collect();
        let mut missing: BTreeSet<String> = BTreeSet::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(at) = open.pop_front() {
            if self.files.get(at).is_some_and(File::is_open) {
                self.parse();
            }
            let Some(file) = self.files.get(at) else { continue };
            if file.language == Language::Cuda {
                open.extend(self.follow_includes(at));
                continue;
            }
            known.insert(file.module.clone(), at);
            let Some(root) = file.root() else { continue };
            let top = file.module.split('.').next().unwrap_or("").to_owned();
            let source = file.source(FileId(at as u32));
            let names = file.parsed.as_ref().map(|parsed| imports(&source, parsed));
            for name in names.unwrap_or_default() {
                let inside = name.split('.').next() == Some(top.as_str());
                if !inside || known.contains_key(&name) || missing.contains(&name) {
                    continue;
                }
                let relative: PathBuf = name.split('.').collect();
                let candidates = [
                    root.join(&relative).with_extension("py"),
                    root.join(&relative).join("__init__.py"),
                ];
                let found = candidates.iter().find(|path| path.is_file());
                match found.and_then(|path| self.add(path, false).ok()) {
                    Some(new) => {
                        if known.insert(name, new).is_none() {
                            open.push_back(new);
                        }
                    }
                    None => {
                        missing.insert(name);
                    }
                }
            }
        }
    }
}

impl Gathered {
    /// Adds what a file includes, as far as it lies beside it or in a folder around it.
    fn follow_includes(&mut self, at: usize) -> Vec<usize> {
        let Some(file) = self.files.get(at) else { return Vec::new() };
        let path = file.path.clone();
        let mut new = Vec::new();
        for name in spak_cuda::includes(&file.text) {
            let around = path.ancestors().skip(1).take(LEVELS);
            let places =
                around.flat_map(|folder| [folder.join(&name), folder.join("include").join(&name)]);
            let found = places.into_iter().find(|path| path.is_file());
            let before = self.files.len();
            if before < MAX_FILES
                && let Some(Ok(added)) = found.map(|path| self.add(&path, false))
                && added == before
            {
                new.push(added);
            }
        }
        new
    }
}

impl File {
    /// Whether its syntax is wanted and not known.
    fn is_open(&self) -> bool {
        self.language == Language::Python && self.parsed.is_none()
    }

    fn source(&self, file: FileId) -> spak_python::Source<'_> {
        spak_python::Source {
            file,
            module: &self.module,
            package: self.package,
            wanted: self.wanted,
            text: &self.text,
        }
    }

    /// The folder that has the outermost package.
    fn root(&self) -> Option<PathBuf> {
        let levels = self.module.split('.').count() + usize::from(self.package);
        self.path.ancestors().nth(levels).map(Path::to_owned)
    }

    /// The line of a byte.
    pub(crate) fn line(&self, at: u32) -> u32 {
        self.lines.line_column(&self.text, at).0
    }
}

/// What files of CUDA C++ are called.
const CUDA: &[&str] = &["cu", "cuh", "h", "hpp", "hxx", "cpp", "cc", "cxx", "inl"];

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extension == "py" || CUDA.contains(&extension))
}

fn language_of(path: &Path) -> Language {
    let extension = path.extension().and_then(|extension| extension.to_str());
    if extension.is_some_and(|extension| CUDA.contains(&extension)) {
        Language::Cuda
    } else {
        Language::Python
    }
}

/// The dotted name of a file, from the packages around it, and whether it is a package itself.
fn module_of(path: &Path) -> (String, bool) {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let package = stem.as_deref() == Some("__init__");
    let mut parts: Vec<String> = stem.filter(|_| !package).into_iter().collect();
    let mut folder = path.parent();
    while let Some(here) = folder.filter(|here| here.join("__init__.py").is_file()) {
        if let Some(name) = here.file_name() {
            parts.push(name.to_string_lossy().into_owned());
        }
        folder = here.parent();
    }
    parts.reverse();
    (parts.join("."), package)
}
