//! Files of a project: reading them, telling them apart, and the lock file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use spak_model::{Files, Resolved};
use spak_records::report::{Lock, LockedImport};
use spak_syntax::{FileId, LineIndex, Source};

/// Designs are written by people; a larger file is something else by mistake.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Name of the file that pins imports.
pub(crate) const LOCK_NAME: &str = "spak.lock";

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
        let identity = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(known) = self.files.iter().position(|f| f.path == identity) {
            return Ok(FileId(known as u32));
        }
        let bytes = read_bytes(path).with_context(|| format!("cannot read `{shown}`"))?;
        let source = Source::decode(&bytes);
        let lines = LineIndex::new(source.text());
        self.files.push(ReadFile { shown: shown.to_owned(), path: identity, source, lines });
        Ok(FileId(self.files.len() as u32 - 1))
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

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let meta = std::fs::metadata(path)?;
    if meta.is_dir() {
        bail!("it is a folder; name the `.dsl` file in it");
    }
    if meta.len() > MAX_FILE_BYTES {
        bail!("it has {} bytes, and a design has at most {MAX_FILE_BYTES}", meta.len());
    }
    // The size of a pipe or a device is not known beforehand.
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("it has more than {MAX_FILE_BYTES} bytes, the most a design has");
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
                    self.files.push(ReadFile { shown: format!("library {spec}"), path, source, lines });
                    FileId(self.files.len() as u32 - 1)
                }
            };
            return Ok((id, text.to_owned()));
        }
        let folder = self.get(from).and_then(|f| f.path.parent()).map(Path::to_owned).unwrap_or_default();
        let path = folder.join(spec);
        let shown_folder = self.get(from).map(|f| Path::new(&f.shown).to_owned()).unwrap_or_default();
        let shown = shown_folder.parent().map_or_else(|| PathBuf::from(spec), |p| p.join(spec));
        let id = self.read(&path, &shown.to_string_lossy()).map_err(|e| reason(&e))?;
        Ok((id, self.text(id).to_owned()))
    }
}

/// The innermost cause in plain words.
fn reason(error: &anyhow::Error) -> String {
    match error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::NotFound) => "there is no such file".to_owned(),
        Some(std::io::ErrorKind::PermissionDenied) => "reading it is not permitted".to_owned(),
        _ => error.root_cause().to_string(),
    }
}

/// Reads the design at `path` and everything it imports.
pub(crate) fn open(path: &Path) -> Result<Design> {
    let mut sources = Sources::default();
    let root = sources.read(path, &path.to_string_lossy())?;
    let text = sources.text(root).to_owned();
    let mut resolved = spak_model::resolve(root, &text, &mut sources);
    for (index, file) in sources.files.iter().enumerate() {
        resolved.diagnostics.extend(file.source.diagnostic().map(|d| d.in_file(FileId(index as u32))));
    }
    let lock = lock_path(path);
    if let Some(lock) = read_lock(&lock)? {
        resolved.diagnostics.extend(against_lock(&sources, &resolved, &lock));
    }
    Ok(Design { sources, resolved })
}

/// The lock file that belongs to a design: beside it.
pub(crate) fn lock_path(design: &Path) -> PathBuf {
    design.with_file_name(LOCK_NAME)
}

/// The lock file at `path`, if there is one.
pub(crate) fn read_lock(path: &Path) -> Result<Option<Lock>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let lock: Lock = serde_json::from_str(&text)
        .with_context(|| format!("`{}` is not a lock file; write it again with `spak lock`", path.display()))?;
    if lock.version > 1 {
        bail!("`{}` has version {}, and this program knows version 1", path.display(), lock.version);
    }
    Ok(Some(lock))
}

/// What a lock file of this design should say.
pub(crate) fn lock_of(design: &Design) -> Lock {
    let mut imports: Vec<LockedImport> = design
        .resolved
        .imports
        .iter()
        .map(|i| LockedImport { path: locked_path(&design.sources, i.file), hash: i.hash.clone() })
        .collect();
    imports.sort_by(|a, b| a.path.cmp(&b.path));
    imports.dedup();
    Lock { format: "spak.lock".to_owned(), version: 1, imports }
}

/// The path of an imported file relative to the design's folder, where that can be said.
fn locked_path(sources: &Sources, file: FileId) -> String {
    let Some(file) = sources.get(file) else { return String::new() };
    let folder = sources.get(FileId(0)).and_then(|f| f.path.parent());
    let relative = folder.and_then(|folder| file.path.strip_prefix(folder).ok());
    relative.unwrap_or(Path::new(&file.shown)).to_string_lossy().replace('\\', "/")
}

fn against_lock(sources: &Sources, resolved: &Resolved, lock: &Lock) -> Vec<spak_syntax::Diagnostic> {
    let mut out = Vec::new();
    for import in &resolved.imports {
        let path = locked_path(sources, import.file);
        let Some(pinned) = lock.imports.iter().find(|l| l.path == path) else { continue };
        if pinned.hash != import.hash {
            let (file, span) = import.place;
            out.push(
                spak_syntax::Diagnostic::error(
                    spak_model::codes::LOCK_MISMATCH,
                    span,
                    format!("`{path}` is not the file that `{LOCK_NAME}` pins"),
                )
                .because(format!("it was {} and is {}", pinned.hash, import.hash))
                .repair("look at what changed with `spak diff`, then pin it with `spak lock`")
                .in_file(file),
            );
        }
    }
    out
}
