//! The compiler of C++ of this machine.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::VerifyError;

/// How references are compiled: exact arithmetic, and jumps between stacks that no check of the C library forbids.
const FLAGS: [&str; 7] = [
    "-std=c++17",
    "-O2",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
    "-U_FORTIFY_SOURCE",
    "-fcf-protection=none",
    "-w",
];
/// A flag of x86, where shadow stacks would notice jumps between stacks.
const X86: &str = "-fcf-protection=none";
/// What is tried where nobody names one.
const USUAL: [&str; 3] = ["c++", "g++", "clang++"];
/// Lines of the compiler's messages that are told.
const TOLD: usize = 5;

/// A compiler of C++ that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    command: String,
    version: String,
}

impl Compiler {
    /// The one that is named, or the first of the usual ones.
    ///
    /// # Errors
    /// None answers.
    pub fn find(named: Option<&str>) -> Result<Self, VerifyError> {
        let tried: Vec<&str> = named.map_or_else(|| USUAL.to_vec(), |one| vec![one]);
        let found = tried.iter().find_map(|command| Self::of(command));
        found.ok_or_else(|| VerifyError::NoCompiler {
            tried: tried.into_iter().map(str::to_owned).collect(),
        })
    }

    fn of(command: &str) -> Option<Self> {
        let mut asked = Command::new(command);
        asked.arg("--version").env("LC_ALL", "C").stdin(Stdio::null());
        let output = asked.output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let version = text.lines().next().map(str::trim).filter(|line| !line.is_empty())?;
        Some(Self { command: command.to_owned(), version: version.to_owned() })
    }

    /// What it says of itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The flags that every reference is compiled with.
    pub(crate) fn flags() -> String {
        let is_known = |flag: &&str| cfg!(target_arch = "x86_64") || *flag != X86;
        FLAGS.into_iter().filter(is_known).collect::<Vec<_>>().join(" ")
    }

    /// Compiles a source to a program.
    pub(crate) fn compile(&self, from: &Path, to: &Path) -> Result<(), VerifyError> {
        let said = |said: String| VerifyError::Compile { compiler: self.command.clone(), said };
        let mut command = Command::new(&self.command);
        command.args(Self::flags().split(' ')).args(["-x", "c++", "-o"]).args([to, from]);
        let output = command.env("LC_ALL", "C").stdin(Stdio::null()).output();
        let output = output.map_err(|error| said(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let messages = String::from_utf8_lossy(&output.stderr);
        let errors = messages.lines().filter(|line| line.contains("error"));
        let told: Vec<&str> = errors.take(TOLD).collect();
        Err(said(if told.is_empty() { messages.trim().to_owned() } else { told.join("; ") }))
    }
}

#[cfg(test)]
mod tests {
    use super::Compiler;

    #[test]
    fn a_compiler_that_is_none_is_told_by_its_name() {
        let error = Compiler::find(Some("no-such-compiler")).unwrap_err().to_string();
        assert!(error.contains("tried no-such-compiler") && error.contains("--cxx"), "{error}");
        assert!(Compiler::find(Some("/")).is_err());
    }
}
