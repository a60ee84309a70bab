//! `cargo xtask lift-drafts`: the drafts of designs of published kernels are designs that nothing is said about.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

use crate::{lift_score, packages};

/// Writes the draft of each kernel of each file that there is a truth of, and asks the program what it thinks of it.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let program = match arguments {
        [] => lift_score::build()?,
        ["--program", path] => PathBuf::from(path),
        other => bail!("lift-drafts does not know `{}`", other.join(" ")),
    };
    let Some(folder) = packages::folder()? else {
        eprintln!("SKIPPED: no package could be fetched, so no draft is checked");
        return Ok(());
    };
    let drafts = tempfile::tempdir()?;
    let mut count = 0;
    let mut wrong = Vec::new();
    for (at, source) in lift_score::sources(&folder)?.iter().enumerate() {
        let into = drafts.path().join(at.to_string());
        let lifted = said(&program, &["lift", "--design"], &[&into, source])?;
        if !matches!(lifted.status.code(), Some(0 | 1)) {
            wrong.push(format!("{}: {}", source.display(), text(&lifted.stderr)));
            continue;
        }
        for entry in std::fs::read_dir(&into)? {
            let draft = entry?.path();
            count += 1;
            let checked = said(&program, &["check"], &[&draft])?;
            if !text(&checked.stdout).contains("no errors, no warnings") {
                wrong.push(text(&checked.stdout) + &text(&checked.stderr));
            }
            if !said(&program, &["fmt", "--check"], &[&draft])?.status.success() {
                wrong.push(format!("{}: `spak fmt` would change it", draft.display()));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("drafts that are not in order:\n{}", wrong.join("\n"));
    }
    println!("{count} drafts: no errors, no warnings, nothing to format");
    Ok(())
}

fn said(program: &Path, words: &[&str], paths: &[&Path]) -> Result<Output> {
    let mut command = Command::new(program);
    command.args(words).args(paths);
    command.output().with_context(|| format!("cannot start {}", program.display()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
