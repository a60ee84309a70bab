//! `spak toolchain`: what is there, and why something cannot be.

use crate::support::{Folder, Ran, finish};

/// Runs the program with a cache in the folder.
fn run(folder: &Folder, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = folder.command(arguments);
    command.env("SPAK_CACHE", folder.join("cache")).envs(variables.iter().copied());
    finish(command)
}

#[test]
fn what_is_not_there_is_said_with_what_helps() {
    let folder = Folder::new();
    let ran = run(&folder, &["toolchain", "show"], &[]).ended(0);
    assert!(ran.out.starts_with("cutile ") && ran.out.contains(": absent\n"), "{ran:?}");
    assert!(ran.out.contains("spak toolchain install cutile"), "{ran:?}");
    let shown = run(&folder, &["toolchain", "show", "--output", "json"], &[]).ended(0).value();
    assert_eq!(shown["toolchains"][0]["state"], "absent");
    // Looking makes nothing.
    assert!(!folder.join("cache").exists());
}

#[test]
fn an_installation_that_fails_leaves_nothing_that_is_taken_for_one() {
    let folder = Folder::new();
    let install = ["toolchain", "install", "cutile"];
    let nowhere = [("PIP_INDEX_URL", "http://127.0.0.1:9/simple"), ("PIP_RETRIES", "0")];
    let ran = run(&folder, &install, &nowhere).ended(2);
    assert!(ran.err.contains("fetching the packages failed"), "{ran:?}");
    let left = std::fs::read_dir(folder.join("cache/toolchains")).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name != ".lock").collect();
    assert!(left.is_empty(), "{left:?}");
    let none = run(&folder, &[&install[..], &["--python", "/bin/true"]].concat(), &[]).ended(2);
    assert!(none.err.contains("looked at /bin/true: is no Python"), "{none:?}");
}

#[test]
fn what_an_installation_left_that_was_ended_is_cleared_away() {
    let folder = Folder::new();
    folder.write("cache/toolchains/.part-left/bin/python", "");
    let nowhere = [("PIP_INDEX_URL", "http://127.0.0.1:9/simple"), ("PIP_RETRIES", "0")];
    run(&folder, &["toolchain", "install", "cutile"], &nowhere).ended(2);
    assert!(!folder.join("cache/toolchains/.part-left").exists());
}

#[test]
fn a_machine_without_a_home_has_no_cache() {
    let folder = Folder::new();
    let mut command = folder.command(&["toolchain", "show"]);
    for name in ["SPAK_CACHE", "XDG_CACHE_HOME", "HOME"] {
        command.env_remove(name);
    }
    let ran = finish(command).ended(2);
    assert!(ran.err.contains("SPAK_CACHE, XDG_CACHE_HOME and HOME"), "{ran:?}");
}
