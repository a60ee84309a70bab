//! A bundle on another machine: this program, the bundle and the trace go there, the run is watched, the trace comes back.
//!
//! All through `ssh`, as the user has set it up; nothing is asked of the other machine but a shell and the driver.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write, copy};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use spak_records::{ContentHash, file};

use crate::gpu::errand::Errand;

/// The folder there, for its shell to find.
const FOLDER: &str = "\"${XDG_CACHE_HOME:-$HOME/.cache}\"/spak/node";

/// Another machine.
pub(crate) struct Remote<'a> {
    /// `user@host`, or a name of the user's configuration.
    host: &'a str,
    /// What connects: `ssh` with options.
    ssh: Vec<OsString>,
}

impl<'a> Remote<'a> {
    /// `ssh` is a command with its options, separated by spaces.
    ///
    /// # Errors
    /// A name that the other command would take for an option.
    pub(crate) fn new(host: &'a str, ssh: &str) -> Result<Self> {
        if host.is_empty() || host.starts_with('-') || host.chars().any(char::is_whitespace) {
            bail!("`{host}` is no name of a machine; give `user@host`");
        }
        let ssh: Vec<OsString> = ssh.split_whitespace().map(OsString::from).collect();
        if ssh.is_empty() {
            bail!("`--ssh` is empty; without it `ssh` is used");
        }
        Ok(Self { host, ssh })
    }

    /// Runs a bundle there, and brings the trace back also if the run did not end well. The exit code of the run, and what it
    /// printed.
    ///
    /// # Errors
    /// No connection, a file that cannot be sent or brought back.
    pub(crate) fn run(&self, errand: &Errand<'_>) -> Result<(i32, String)> {
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let program = self.keep(&program, "spak")?;
        let bundle = self.keep(errand.bundle, "bundle")?;
        // Beside the bundle: what was cut off goes on with what is there.
        let trace = format!("{bundle}.jsonl");
        if errand.trace.exists() && !self.has(&trace)? {
            self.send(errand.trace, &trace)?;
        }
        let mut line = format!("cd {FOLDER} && ./{program} node run {bundle} --trace {trace}");
        for argument in &errand.options() {
            line.push(' ');
            line.push_str(&quoted(argument));
        }
        let mut shell = self.shell(&line);
        let shell = shell.stdin(Stdio::inherit()).stderr(Stdio::inherit());
        let ran = shell.output().with_context(|| self.unreachable())?;
        self.bring(&trace, errand.trace)?;
        Ok((ran.status.code().unwrap_or(1), String::from_utf8_lossy(&ran.stdout).into_owned()))
    }

    /// Sends a file under its hash, unless it is there; its name there.
    fn keep(&self, path: &Path, kind: &str) -> Result<String> {
        let shown = path.display();
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
        read.with_context(|| format!("cannot read `{shown}`"))?;
        let name = format!("{kind}-{}", ContentHash::of_parts([bytes.as_slice()]).short());
        if !self.has(&name)? {
            self.send(path, &name)?;
        }
        Ok(name)
    }

    /// Whether a file is there.
    fn has(&self, name: &str) -> Result<bool> {
        let line = format!(
            "mkdir -p {FOLDER} && if test -e {FOLDER}/{name}; then echo yes; else echo no; fi"
        );
        let output = self.shell(&line).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.with_context(|| self.unreachable())?;
        match String::from_utf8_lossy(&output.stdout).trim() {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => bail!("{}: {} {other}", self.unreachable(), output.status),
        }
    }

    /// Sends a file, as a whole or not at all.
    fn send(&self, path: &Path, name: &str) -> Result<()> {
        let place = format!("{FOLDER}/{name}");
        let line =
            format!("cat > {place}.part && chmod 755 {place}.part && mv {place}.part {place}");
        let mut child =
            self.shell(&line).stdin(Stdio::piped()).spawn().with_context(|| self.unreachable())?;
        let mut file =
            File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let sent = match child.stdin.take() {
            Some(mut input) => copy(&mut file, &mut input).and_then(|_| input.flush()),
            None => Ok(()),
        };
        let status = child.wait()?;
        if let Err(error) = sent {
            bail!("`{}` cannot be sent to {}: {error}", path.display(), self.host);
        }
        if !status.success() {
            bail!("`{}` cannot be sent to {}: {status}", path.display(), self.host);
        }
        Ok(())
    }

    /// Brings the trace back in place of the one here; nothing if none was begun.
    fn bring(&self, name: &str, path: &Path) -> Result<()> {
        if !self.has(name)? {
            return Ok(());
        }
        let output = self
            .shell(&format!("cat {FOLDER}/{name}"))
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| self.unreachable())?;
        if !output.status.success() {
            bail!(
                "the trace `{name}` cannot be brought back from {}: {}",
                self.host,
                output.status
            );
        }
        let here = match std::fs::read(path) {
            Ok(here) => here,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => bail!("cannot read `{}`: {error}", path.display()),
        };
        if let Some(both) = joined(&here, &output.stdout) {
            file::replace(path, &both)?;
        }
        Ok(())
    }

    /// A line for the other machine's shell.
    fn shell(&self, line: &str) -> Command {
        let mut words = self.ssh.iter();
        let mut command = Command::new(words.next().map_or_else(OsString::new, Clone::clone));
        command.args(words).arg(self.host).arg(line);
        command
    }

    fn unreachable(&self) -> String {
        format!("{} cannot be reached by {:?}", self.host, self.ssh)
    }
}

/// What two copies of a trace say together; nothing if the first says all of it. Each may have gone on by itself.
fn joined(here: &[u8], there: &[u8]) -> Option<Vec<u8>> {
    if here.starts_with(there) {
        return None;
    }
    if there.starts_with(here) {
        return Some(there.to_vec());
    }
    // Two traces behind one another are a trace; trials that are in both count once.
    Some([here, there].concat())
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::{Remote, joined, quoted};

    #[test]
    fn nothing_of_two_traces_is_lost() {
        assert_eq!(joined(b"a\nb\n", b"a\n"), None);
        assert_eq!(joined(b"a\n", b"a\nb\n"), Some(b"a\nb\n".to_vec()));
        assert_eq!(joined(b"", b"a\n"), Some(b"a\n".to_vec()));
        assert_eq!(joined(b"a\nb\n", b"a\nc\n"), Some(b"a\nb\na\nc\n".to_vec()));
    }

    #[test]
    fn names_and_words_are_never_options_or_commands() {
        assert!(Remote::new("-oProxyCommand=x", "ssh").is_err());
        assert!(Remote::new("a b", "ssh").is_err());
        assert!(Remote::new("", "ssh").is_err());
        assert!(Remote::new("user@host", " ").is_err());
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
