//! Which Python the compiler's front end runs in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::ToolchainError;
use crate::pins::Pins;

/// What a Python says of itself: its version, and which of the modules are missing that installing needs.
const ASK: &str = "import sys, importlib.util as u
print(sys.version_info[0], sys.version_info[1], sys.implementation.name, *[m for m in ('venv', 'ensurepip') if u.find_spec(m) is None])";

/// The Python that was named, or the first of the path that will do.
pub(crate) fn find(pins: &Pins, named: Option<&Path>) -> Result<PathBuf, ToolchainError> {
    let (least, most) = pins.python;
    let candidates: Vec<OsString> = match named {
        Some(path) => vec![path.as_os_str().to_owned()],
        None => std::iter::once("python3".to_owned())
            .chain((least..=most).rev().map(|minor| format!("python3.{minor}")))
            .map(OsString::from)
            .collect(),
    };
    let mut tried = Vec::new();
    for candidate in candidates {
        match fits(&candidate, pins) {
            Ok(()) => return Ok(candidate.into()),
            Err(Some(why)) => tried.push(format!("{}: {why}", candidate.to_string_lossy())),
            // One of several that might have been there.
            Err(None) if named.is_none() => {}
            Err(None) => tried.push(format!("{}: cannot be run", candidate.to_string_lossy())),
        }
    }
    let version = |minor: u32| format!("3.{minor}");
    Err(ToolchainError::NoPython { least: version(least), most: version(most), tried })
}

fn fits(python: &OsString, pins: &Pins) -> Result<(), Option<String>> {
    let mut command = Command::new(python);
    command.args(["-I", "-c", ASK]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().map_err(|_| None)?;
    judge(&String::from_utf8_lossy(&output.stdout), pins).map_err(Some)
}

/// Whether what a Python says of itself is enough.
fn judge(said: &str, pins: &Pins) -> Result<(), String> {
    let mut words = said.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok());
    let (Some(major), Some(minor)) = (number(), number()) else {
        return Err("is no Python".to_owned());
    };
    let (least, most) = pins.python;
    if major != 3 || !(least..=most).contains(&minor) {
        return Err(format!("is version {major}.{minor}"));
    }
    match words.next() {
        Some("cpython") => {}
        Some(other) => return Err(format!("is {other}, and the compiler's files are for CPython")),
        None => return Err("is no Python".to_owned()),
    }
    let missing: Vec<&str> = words.collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("has no {}", missing.join(", no "))) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{find, judge};
    use crate::pins::CUTILE;

    #[test]
    fn a_python_is_judged_by_what_it_says() {
        assert_eq!(judge("3 12 cpython\n", &CUTILE), Ok(()));
        assert_eq!(judge("3 9 cpython", &CUTILE), Err("is version 3.9".to_owned()));
        assert_eq!(judge("2 7 cpython", &CUTILE), Err("is version 2.7".to_owned()));
        assert_eq!(
            judge("3 11 cpython venv ensurepip", &CUTILE),
            Err("has no venv, no ensurepip".to_owned())
        );
        assert!(judge("3 11 pypy", &CUTILE).is_err_and(|why| why.contains("pypy")));
        assert!(judge("", &CUTILE).is_err());
    }

    #[test]
    fn one_that_is_named_and_is_none_is_said() {
        let said = find(&CUTILE, Some(Path::new("/does/not/exist"))).map_err(|e| e.to_string());
        assert!(said.is_err_and(|said| said.contains("/does/not/exist: cannot be run")));
        let said = find(&CUTILE, Some(Path::new("/bin/true"))).map_err(|e| e.to_string());
        assert!(said.is_err_and(|said| said.contains("/bin/true: is no Python")));
    }
}
