//! Files of a project: reading them and telling them apart.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use spak_model::{Files, Resolved};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, LineIndex, Severity, Source};

mod lock;
mod packages;

pub(crate) use lock::{NotALock, add_pins, lock_path, read_lock};

/// Designs are written by people; a larger file is something else by mistake.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// A design takes from a handful of files; more is a chain that something generated, and each is a call deeper.
const MAX_FILES: usize = 256;

/// One file that was read.
pub(crate) struct ReadFile {
    /// As the user named it, or as an import found it.
    pub(crate) shown: String,
    /// The path that identifies it.
    path: PathBuf,
    pub(crate) source: Source,
    pub(crate) lines: LineIndex,
}

/// All files that were read for one command.
#[derive(Default)]
pub(crate) struct Sources {
    files: Vec<ReadFile>,
}

/// A design with everything it imports, and the files it came from.
pub(crate) struct Design {
    pub(crate) sources: Sources,
    pub(crate) resolved: Resolved,
}

impl Sources {
    /// Reads the file at `path`, shown as `shown`.
    pub(crate) fn read(&mut self, path: &Path, shown: &str) -> Result<FileId> {
        let identity = match is_standard_input(path) {
            // What it imports is found from the folder that the program was started in.
            true => std::env::current_dir().unwrap_or_default().join("<standard input>"),
            false => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        };
        if let Some(known) = self.files.iter().position(|f| f.path == identity) {
            return Ok(FileId(known as u32));
        }
        if self.files.len() >= MAX_FILES {
            bail!("cannot read `{shown}`: a design is made of at most {MAX_FILES} files");
        }
        let (path, shown) = match is_standard_input(path) {
            true => (Path::new("/dev/stdin"), "<standard input>"),
            false => (path, shown),
        };
        let bytes =
            read_bytes(path).map_err(|e| anyhow!("cannot read `{shown}`: {}", reason(&e, path)))?;
        let source = Source::decode(&bytes);
        let lines = LineIndex::new(source.text());
        self.files.push(ReadFile { shown: shown.to_owned(), path: identity, source, lines });
        Ok(FileId(self.files.len() as u32 - 1))
    }

    /// A file whose text is known already, shown as `shown`.
    pub(crate) fn add(&mut self, path: &Path, shown: &str, text: &str) -> FileId {
        let source = Source::decode(text.as_bytes());
        let lines = LineIndex::new(source.text());
        self.files.push(ReadFile { shown: shown.to_owned(), path: path.to_owned(), source, lines });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file with this id.
    pub(crate) fn get(&self, id: FileId) -> Option<&ReadFile> {
        self.files.get(id.0 as usize)
    }

    /// The text of a file; `""` for an unknown one.
    pub(crate) fn text(&self, id: FileId) -> &str {
        self.get(id).map_or("", |f| f.source.text())
    }
}

/// Whether `-` is meant: the design comes from a pipe.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    let meta = std::fs::metadata(path)?;
    if meta.is_dir() {
        bail!("it is a folder; name the `.dsl` file in it");
    }
    if meta.len() > MAX_FILE_BYTES {
        bail!("it has {} bytes, and a design has at most {MAX_FILE_BYTES}", meta.len());
    }
    // Opening a pipe would wait for somebody to write to it, for ever if nobody does.
    let wait = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(wait).open(path)?;
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - rustix::fs::OFlags::NONBLOCK)?;
    // The size of a pipe or a device is not known beforehand.
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("it has more than {MAX_FILE_BYTES} bytes, the most a design has");
    }
    if bytes.is_empty() && meta.file_type().is_fifo() {
        bail!("it is a pipe that nobody writes to");
    }
    Ok(bytes)
}

impl Files for Sources {
    fn load(&mut self, from: FileId, spec: &str) -> Result<(FileId, String), String> {
        if let Some(text) = crate::verbs::library::find(spec) {
            let path = PathBuf::from(format!("<library>/{spec}"));
            let id = match self.files.iter().position(|f| f.path == path) {
                Some(known) => FileId(known as u32),
                None => {
                    let source = Source::decode(text.as_bytes());
                    let lines = LineIndex::new(text);
                    self.files.push(ReadFile {
                        shown: format!("library {spec}"),
                        path,
                        source,
                        lines,
                    });
                    FileId(self.files.len() as u32 - 1)
                }
            };
            return Ok((id, text.to_owned()));
        }
        let folder =
            self.get(from).and_then(|f| f.path.parent()).map(Path::to_owned).unwrap_or_default();
        let path = folder.join(spec);
        if let Some(asked) = packages::Asked::of(spec).filter(|_| !path.exists()) {
            let found = asked.find(&folder)?;
            let shown = self.shown(from, &lock::relative(&folder, &found));
            let id = self.read(&found, &shown.to_string_lossy()).map_err(|e| why_not(&e, spec))?;
            return Ok((id, self.text(id).to_owned()));
        }
        let shown = self.shown(from, Path::new(spec));
        let id = self.read(&path, &shown.to_string_lossy()).map_err(|e| why_not(&e, spec))?;
        Ok((id, self.text(id).to_owned()))
    }
}

impl Sources {
    /// How a file is shown that lies at `path` as seen from another one.
    fn shown(&self, from: FileId, path: &Path) -> PathBuf {
        let shown = self.get(from).map(|f| Path::new(&f.shown)).and_then(Path::parent);
        shown.map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// Why an import cannot be had: the message already names it.
fn why_not(error: &anyhow::Error, spec: &str) -> String {
    let said = error.to_string();
    let why = said.split_once("`: ").map_or(said.as_str(), |(_, why)| why);
    let libraries = crate::verbs::library::LIBRARIES.iter().map(|(name, _)| *name);
    match suggest(spec, libraries) {
        Some(near) => format!("{why}; did you mean the library `{near}`?"),
        None => why.to_owned(),
    }
}

/// Why the file at `path` cannot be read, in plain words.
fn reason(error: &anyhow::Error, path: &Path) -> String {
    match error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::NotFound) => match neighbour(path) {
            Some(near) => format!("there is no such file; did you mean `{near}`?"),
            None => "there is no such file".to_owned(),
        },
        Some(std::io::ErrorKind::PermissionDenied) => "reading it is not permitted".to_owned(),
        Some(std::io::ErrorKind::NotADirectory) => {
            "a part of the path is a file, not a folder".to_owned()
        }
        _ => error.root_cause().to_string(),
    }
}

/// A design in the folder of `path` with a name like it.
fn neighbour(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .take(1000)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".dsl"))
        .collect();
    // The ending is alike in all, so it says nothing about likeness.
    let stem = |name: &str| name.strip_suffix(".dsl").unwrap_or(name).to_owned();
    let stems: Vec<String> = names.iter().map(|name| stem(name)).collect();
    let near = suggest(&stem(path.file_name()?.to_str()?), stems.iter().map(String::as_str))?;
    Some(format!("{near}.dsl"))
}

/// Reads the design at `path` and everything it imports, and compares the imports with the lock file.
///
/// # Errors
/// When the design or the lock file beside it cannot be read.
pub(crate) fn open(path: &Path) -> Result<Design> {
    let mut design = open_unlocked(path)?;
    if let Some(pins) = read_lock(&lock_path(path))? {
        design.resolved.diagnostics.extend(lock::compare(&design, &pins));
    }
    Ok(design)
}

/// Reads the design at `path` and everything it imports, whatever the lock file says.
///
/// # Errors
/// When the design cannot be read.
pub(crate) fn open_unlocked(path: &Path) -> Result<Design> {
    let mut sources = Sources::default();
    let root = sources.read(path, &path.to_string_lossy())?;
    let text = sources.text(root).to_owned();
    let mut resolved = spak_model::resolve(root, &text, &mut sources);
    for (index, file) in sources.files.iter().enumerate() {
        resolved
            .diagnostics
            .extend(file.source.diagnostic().map(|d| d.in_file(FileId(index as u32))));
    }
    Ok(Design { sources, resolved })
}

/// The design at `path` as it would be with another text.
pub(crate) fn with_text(path: &Path, text: &str) -> Design {
    let mut sources = Sources::default();
    let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let root = sources.add(&identity, &path.to_string_lossy(), text);
    let resolved = spak_model::resolve(root, text, &mut sources);
    Design { sources, resolved }
}

impl Design {
    /// The errors of reading, imports and pins: what is said about this design is said without these parts.
    pub(crate) fn errors(&self) -> Vec<spak_syntax::Diagnostic> {
        let all = self.resolved.diagnostics.iter();
        let mut errors: Vec<_> = all.filter(|d| d.severity == Severity::Error).cloned().collect();
        errors.sort_by_key(|d| (d.primary.file, d.primary.span, d.code));
        errors
    }
}
