//! A folder of a test's own, the program run in it, and what it answered.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A folder that is removed with its test.
pub(crate) struct Folder(tempfile::TempDir);

/// How one run of the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.join(name)).unwrap()
    }

    /// The program in this folder, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spak"));
        command.current_dir(self.path()).args(arguments).env("NO_COLOR", "1");
        for name in ["SPAK_CC", "SPAK_PYTHON", "SPAK_PROPOSER", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        // Nobody's own configuration counts in a test.
        command.env("XDG_CONFIG_HOME", self.join("no configuration"));
        command
    }

    /// Runs the program; it must not crash, and it must end.
    pub(crate) fn spak(&self, arguments: &[&str]) -> Ran {
        finish(self.command(arguments))
    }

    /// As [`Folder::spak`] with an argument that need not be UTF-8.
    pub(crate) fn spak_on(&self, verb: &str, file: impl AsRef<OsStr>) -> Ran {
        let mut command = self.command(&[verb]);
        command.arg(file);
        finish(command)
    }

    /// Runs the program with `--output json`: standard output must be one JSON object in its format.
    pub(crate) fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.spak(&[arguments, &["--output", "json"]].concat());
        (ran.code, ran.value())
    }
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}\n{self:?}"))
    }

    /// Both streams, errors first, as a person reads them.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.err, self.out)
    }

    /// This, if it ended with `code`.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

/// Runs the program in a folder that need not be a test's own: its exit code and both streams.
#[track_caller]
pub(crate) fn spak_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spak"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1");
    let Ran { code, out, err } = finish(command);
    (code, out, err)
}

/// Runs `command` to its end; a crash or a bug report fails the test. How long it takes is no matter: on a busy
/// machine anything takes long, and what never ends never passes.
#[track_caller]
pub(crate) fn finish(command: Command) -> Ran {
    let shown = format!("{command:?}");
    let output = assert_cmd::Command::from_std(command).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let Some(code) = output.status.code() else {
        panic!("{shown} was killed ({}): {err}", output.status);
    };
    assert_ne!(code, 70, "{shown}: {err}");
    for word in ["panicked", "overflowed", "bug in SPAK", "RUST_BACKTRACE", "os error"] {
        assert!(!err.contains(word), "{shown} says `{word}`: {err}");
    }
    Ran { code, out, err }
}

/// Whether `name` is a program that can be started.
pub(crate) fn has(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success())
}

/// A C compiler of this machine; without one the tests of the loop say that they did nothing.
pub(crate) fn compiler() -> Option<&'static str> {
    let found = ["gcc", "cc", "clang"].into_iter().find(|name| has(name));
    if found.is_none() {
        eprintln!("SKIPPED: there is no C compiler, so the loop was not run");
    }
    found
}

/// Whether this process may do anything, so that a read-only folder stops nobody.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
