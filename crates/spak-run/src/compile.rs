//! From an artifact to a program, with limits on the compiler too.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use spak_records::{Artifact, ContentHash, Rejection, Stage, Toolchain};

use crate::child::{LimitedChild, describe};
use crate::error::RunError;
use crate::fault::Stop;
use crate::options::{CompilerOptions, Sandbox};
use crate::reason;
use crate::sandbox::{CANNOT_EXECUTE, FAILURE, Request};
use crate::toolchain::detect_toolchain;

/// The C program around every candidate.
pub(crate) const HARNESS: &str = include_str!("../harness/harness.c");

/// Allocation functions that the linker routes through the harness.
const WRAPPED: [&str; 6] =
    ["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign", "mmap"];

/// Characters of the compiler's messages that a rejection keeps.
const KEPT_MESSAGES: usize = 4000;

/// A compiled candidate.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    folder: PathBuf,
    source: ContentHash,
    warnings: String,
    sanitized: bool,
}

impl Program {
    /// The executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of source and executable; nothing removes it but its owner.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Hash of the artifact it was made from.
    pub fn source(&self) -> &ContentHash {
        &self.source
    }

    /// What the compiler said although it succeeded; empty for a clean candidate.
    pub fn warnings(&self) -> &str {
        &self.warnings
    }

    /// Whether it was built with the sanitizers.
    pub fn sanitized(&self) -> bool {
        self.sanitized
    }
}

/// What came of a compilation.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// A program.
    Program(Program),
    /// The candidate's failure: `compile-error`, `timeout` or `forbidden-flag`.
    Rejected(Rejection),
}

/// Compiles `artifact` together with the harness in a folder of its own below `build`.
///
/// # Errors
/// `NoCompiler`, `File` when the build folder cannot be written, `Sandbox`, `Cancelled`.
pub fn compile(
    artifact: &Artifact,
    options: &CompilerOptions,
    sandbox: &Sandbox,
    build: &Path,
    cancel: &AtomicBool,
) -> Result<Compiled, RunError> {
    let toolchain = detect_toolchain(options)?;
    match compile_with(artifact, &toolchain, options, sandbox, build, cancel) {
        Ok(program) => Ok(Compiled::Program(program)),
        Err(stop) => stop.rejection(Stage::Compile).map(Compiled::Rejected),
    }
}

fn compile_with(
    artifact: &Artifact,
    toolchain: &Toolchain,
    options: &CompilerOptions,
    sandbox: &Sandbox,
    build: &Path,
    cancel: &AtomicBool,
) -> Result<Program, Stop> {
    if let Some(flag) = artifact.flags.iter().find(|flag| !is_allowed(flag)) {
        let detail = format!("the artifact may not ask for `{flag}`");
        return Err(Stop::fault(reason::FORBIDDEN_FLAG, detail));
    }
    let kind = if options.sanitize { "sanitized" } else { "plain" };
    let folder = build.join(format!("{}-{kind}", artifact.hash.short()));
    make_folder(&folder)?;
    let folder = std::path::absolute(&folder).map_err(|source| file("locate", &folder, source))?;
    write(&folder.join("candidate.c"), &artifact.text)?;
    write(&folder.join("harness.c"), HARNESS)?;

    let mut args = toolchain.flags.clone();
    args.extend(artifact.flags.iter().cloned());
    args.extend(WRAPPED.iter().map(|name| format!("-Wl,--wrap={name}")));
    args.extend(
        ["candidate.c", "harness.c", "-o", "candidate", "-lm", "-pthread"].map(str::to_owned),
    );
    let mut environment = vec![
        ("LC_ALL".to_owned(), "C".to_owned()),
        ("TMPDIR".to_owned(), folder.to_string_lossy().into_owned()),
    ];
    if let Ok(path) = std::env::var("PATH") {
        environment.push(("PATH".to_owned(), path));
    }
    let limits = &options.limits;
    let request = Request {
        parent: std::process::id().cast_signed(),
        memory: None,
        program: PathBuf::from(&options.command),
        args,
        environment,
        folder: folder.clone(),
        address_space: Some(limits.memory_bytes),
        cpu_seconds: limits.cpu_seconds,
        file_bytes: limits.file_bytes,
        open_files: limits.open_files,
        processes: limits.processes,
        readable: vec![PathBuf::from("/")],
        executable: vec![PathBuf::from("/")],
        writable: vec![folder.clone(), PathBuf::from("/dev/null")],
        filter_calls: false,
        network: false,
    };
    let warnings = run_compiler(&request, options, sandbox, cancel)?;
    let path = folder.join("candidate");
    Ok(Program {
        path,
        folder,
        source: artifact.hash.clone(),
        warnings,
        sanitized: options.sanitize,
    })
}

/// Runs the compiler to its end; gives its messages.
fn run_compiler(
    request: &Request,
    options: &CompilerOptions,
    sandbox: &Sandbox,
    cancel: &AtomicBool,
) -> Result<String, Stop> {
    let deadline = Instant::now() + options.timeout;
    let mut child = LimitedChild::start(sandbox, request, options.timeout, cancel)?;
    child.hang_up();
    let Some(status) = child.wait(deadline, cancel)? else {
        let detail =
            format!("`{}` took longer than {} s", options.command, options.timeout.as_secs_f64());
        return Err(Stop::fault(reason::TIMEOUT, detail));
    };
    let messages: String = child.error_text().chars().take(KEPT_MESSAGES).collect();
    if status.success() {
        return Ok(messages);
    }
    if status.code() == Some(i32::from(CANNOT_EXECUTE)) && messages.contains(FAILURE) {
        let reason = messages.replace(FAILURE, "");
        return Err(RunError::NoCompiler { command: options.command.clone(), reason }.into());
    }
    if messages.contains("No space left on device") {
        return Err(file("write", &request.folder, std::io::ErrorKind::StorageFull.into()).into());
    }
    if status.code().is_some() && !is_about_source(&messages) {
        return Err(RunError::CompilerFailed { command: options.command.clone(), messages }.into());
    }
    let detail = format!("`{}` ended with {}: {messages}", options.command, describe(status));
    Err(Stop::fault(reason::COMPILE_ERROR, detail))
}

/// Whether a compiler that gave up says that it was the source, its flags or its size. A compiler that
/// is not whole fails as well, and that says nothing about the candidate.
fn is_about_source(messages: &str) -> bool {
    const SIGNS: [&str; 10] = [
        "candidate.c",
        "harness.c",
        "undefined reference",
        "undefined symbol",
        "internal compiler error",
        "out of memory",
        "memory exhausted",
        "Killed",
        "option",
        "argument",
    ];
    SIGNS.iter().any(|sign| messages.contains(sign))
}

/// Flags that tune code. Flags that load plug-ins, name programs or files, or reach the linker are
/// not for a generated artifact.
fn is_allowed(flag: &str) -> bool {
    let plain = flag.chars().all(|c| c.is_ascii_alphanumeric() || "-=_.,+()".contains(c));
    let kind = ["-O", "-f", "-m", "-D", "-U", "-W", "-g", "-std=", "-pthread"];
    let refused = [
        "-fplugin",
        "-Wl,",
        "-Wa,",
        "-Wp,",
        "-wrapper",
        "-fdump",
        "-fprofile",
        "-fsave",
        "-fsanitize",
        "-fpass-plugin",
        "-fuse-ld",
        "-Xclang",
        "-fmodule",
        "-fcallgraph",
        "-fauto-profile",
    ];
    plain
        && kind.iter().any(|start| flag.starts_with(start))
        && !refused.iter().any(|start| flag.starts_with(start))
}

fn make_folder(folder: &Path) -> Result<(), RunError> {
    std::fs::create_dir_all(folder).map_err(|source| file("create", folder, source))
}

fn write(path: &Path, text: &str) -> Result<(), RunError> {
    std::fs::write(path, text).map_err(|source| file("write", path, source))
}

fn file(action: &'static str, path: &Path, source: std::io::Error) -> RunError {
    RunError::File { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn flags_that_tune_are_allowed_and_flags_that_reach_out_are_not() {
        for flag in ["-O2", "-funroll-loops", "-fopenmp", "-mprefer-vector-width=512", "-DT=4"] {
            assert!(is_allowed(flag), "{flag}");
        }
        for flag in [
            "-fplugin=x.so",
            "-o/etc/x",
            "-I/root",
            "-Wl,-rpath,/x",
            "@file",
            "-B.",
            "x.c",
            "-DX=\"$(id)\"",
            "-wrapper",
            "-fdump-tree-all",
            "-include",
        ] {
            assert!(!is_allowed(flag), "{flag}");
        }
    }
}
