//! Whatever it is given, the program says what is wrong, ends, and damages nothing.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Folder, finish, is_root};

const GOOD: &str = "system A {\n    tuning_space {\n        tile: [32, 64]\n    }\n}\n";

/// Verbs that read one design.
const READERS: &[&[&str]] = &[&["check"], &["fmt"], &["hash"], &["show"], &["lock", "--check"]];

/// Every reading verb ends orderly on `bytes`.
fn survives(name: &str, bytes: &[u8]) {
    let folder = Folder::new();
    for verb in READERS {
        folder.write(name, bytes);
        let ran = folder.spak(&[*verb, &[name]].concat());
        assert!(matches!(ran.code, 0..=2), "{verb:?} {name}: {ran:?}");
        assert!(ran.err.len() < 200_000, "{verb:?} {name}: {} bytes of errors", ran.err.len());
    }
}

/// Bytes that look random and are the same in each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn empty_and_binary_files() {
    survives("empty.dsl", b"");
    survives("newline.dsl", b"\n");
    survives("mark.dsl", b"\xef\xbb\xbf");
    survives("wide.dsl", b"s\0y\0s\0t\0e\0m\0 \0A\0 \0{\0}\0");
    survives("noise.dsl", &noise(50_000));
    survives("zeros.dsl", &[0; 50_000]);
    let program = std::fs::read(env!("CARGO_BIN_EXE_spak")).unwrap();
    survives("program.dsl", &program[..100_000]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_design() {
    let folder = Folder::with("a.dsl", &format!("\u{feff}{GOOD}"));
    folder.write("b.dsl", GOOD);
    folder.spak(&["check", "a.dsl"]).ended(0);
    folder.spak(&["diff", "a.dsl", "b.dsl"]).ended(0);
}

#[test]
fn deep_nesting() {
    let n = 100_000;
    survives("braces.dsl", &[vec![b'{'; n], vec![b'}'; n]].concat());
    survives("open.dsl", &vec![b'{'; n]);
    survives("blocks.dsl", "a {\n".repeat(n).as_bytes());
    survives(
        "colons.dsl",
        (0..3000).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>().as_bytes(),
    );
    survives(
        "parens.dsl",
        format!("system A {{ constraint c {{ require: {}1{} }} }}", "(".repeat(n), ")".repeat(n))
            .as_bytes(),
    );
    survives(
        "minus.dsl",
        format!("system A {{ constraint c {{ require: {}x < 1 }} }}", "-".repeat(n)).as_bytes(),
    );
    survives(
        "not.dsl",
        format!("system A {{ constraint c {{ require: {}x }} }}", "!".repeat(n)).as_bytes(),
    );
    survives(
        "implies.dsl",
        format!("system A {{ constraint c {{ require: {}x }} }}", "x => ".repeat(n)).as_bytes(),
    );
    survives("comments.dsl", &b"/*".repeat(n));
    survives(
        "optional.dsl",
        format!("system A {{ model {{ x: int{} }} }}", "?".repeat(n)).as_bytes(),
    );
}

#[test]
fn deep_lists() {
    // Deep enough for any stack; the formatter takes seconds for more when it is not optimised.
    let n = 20_000;
    survives(
        "lists.dsl",
        format!("system A {{ design_space {{ x: {}1{} }} }}", "[".repeat(n), "]".repeat(n))
            .as_bytes(),
    );
    survives("lists2.dsl", format!("x: {}{}", "[".repeat(n), "]".repeat(n)).as_bytes());
}

#[test]
fn one_hundred_megabytes() {
    let folder = Folder::new();
    let file = std::fs::File::create(folder.join("big.dsl")).unwrap();
    file.set_len(100 << 20).unwrap();
    for verb in READERS {
        let ran = folder.spak(&[*verb, &["big.dsl"]].concat()).ended(2);
        assert_eq!(
            ran.err,
            "spak: cannot read `big.dsl`: it has 104857600 bytes, and a design has at most 16777216\n"
        );
    }
}

#[test]
fn things_that_are_no_files() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap();
    assert!(made.success());
    std::fs::create_dir(folder.join("folder.dsl")).unwrap();
    std::os::unix::fs::symlink("loop.dsl", folder.join("loop.dsl")).unwrap();
    let cases = [
        ("folder.dsl", "it is a folder; name the `.dsl` file in it"),
        ("pipe", "it is a pipe that nobody writes to"),
        ("/dev/zero", "it has more than 16777216 bytes, the most a design has"),
        ("none.dsl", "there is no such file"),
        ("none/a.dsl", "there is no such file"),
    ];
    for verb in READERS {
        for (name, why) in cases {
            let ran = folder.spak(&[*verb, &[name]].concat()).ended(2);
            assert_eq!(ran.err, format!("spak: cannot read `{name}`: {why}\n"), "{verb:?}");
            assert_eq!(ran.out, "");
        }
        folder.spak(&[*verb, &["loop.dsl"]].concat()).ended(2);
        folder.spak(&[*verb, &[""]].concat()).ended(2);
    }
}

#[test]
fn a_design_can_come_through_a_pipe() {
    let folder = Folder::new();
    let mut command = folder.command(&["check", "/dev/stdin"]);
    let (read, mut write) = std::io::pipe().unwrap();
    command.stdin(read);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    drop(command);
    // It waits for what comes late.
    std::thread::sleep(Duration::from_millis(200));
    std::io::Write::write_all(&mut write, GOOD.as_bytes()).unwrap();
    drop(write);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 statement: 1 formal"));
}

#[test]
fn a_misspelt_file_gets_a_suggestion() {
    let folder = Folder::with("attention.dsl", GOOD);
    let ran = folder.spak(&["check", "atention.dsl"]).ended(2);
    assert_eq!(
        ran.err,
        "spak: cannot read `atention.dsl`: there is no such file; did you mean `attention.dsl`?\n"
    );
}

#[test]
fn file_names_of_every_kind() {
    let folder = Folder::new();
    let names: [&[u8]; 6] = [
        b"two words.dsl",
        "어텐션 🚀.dsl".as_bytes(),
        b"caf\xe9.dsl",
        b"\"quoted\".dsl",
        b"--help.dsl",
        b"new\nline.dsl",
    ];
    for bytes in names {
        let name = std::ffi::OsStr::from_bytes(bytes);
        folder.write(name, GOOD);
        let path = folder.join(name);
        for verb in ["check", "hash", "show", "fmt", "lock"] {
            folder.spak_on(verb, &path).ended(0);
        }
        let mut json = folder.command(&["check", "--output", "json"]);
        json.arg(&path);
        finish(json).ended(0).value();
    }
}

#[test]
fn files_and_folders_that_may_not_be_touched() {
    if is_root() {
        eprintln!("SKIPPED: nothing is read-only for the superuser");
        return;
    }
    let ugly = "system  A {\n tuning_space {\n tile: [32,64]\n }\n}\n";
    let folder = Folder::with("secret.dsl", GOOD);
    let mode = |name: &str, mode| {
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("secret.dsl", 0o000);
    let ran = folder.spak(&["check", "secret.dsl"]).ended(2);
    assert_eq!(ran.err, "spak: cannot read `secret.dsl`: reading it is not permitted\n");

    folder.write("kept.dsl", ugly);
    mode("kept.dsl", 0o444);
    let ran = folder.spak(&["fmt", "kept.dsl"]).ended(2);
    assert!(ran.err.contains("kept.dsl") && ran.err.contains("read-only"), "{}", ran.err);

    folder.write("closed/a.dsl", ugly);
    folder.write("closed/b.dsl", "import \"a.dsl\"\nsystem B {\n}\n");
    mode("closed", 0o555);
    for arguments in
        [vec!["fmt", "closed/a.dsl"], vec!["lock", "closed/b.dsl"], vec!["new", "closed/new.dsl"]]
    {
        let ran = folder.spak(&arguments).ended(2);
        assert!(
            ran.err.starts_with("spak: closed/") && ran.err.contains("cannot be written"),
            "{}",
            ran.err
        );
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
    mode("closed", 0o755);
    assert_eq!(folder.read("closed/a.dsl"), ugly);
    assert_eq!(folder.join("closed").read_dir().unwrap().count(), 2, "nothing is left behind");
}

#[test]
fn a_full_standard_output() {
    let folder = Folder::with("a.dsl", GOOD);
    for arguments in [
        vec!["show", "a.dsl"],
        vec!["check", "a.dsl", "--output", "json"],
        vec!["explain"],
        vec!["schema"],
    ] {
        let mut command = folder.command(&arguments);
        command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        // The harness takes standard output for itself, so this one is run by hand.
        let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            err, "spak: cannot write to standard output: No space left on device\n",
            "{arguments:?}"
        );
    }
}

#[test]
fn a_reader_that_has_seen_enough() {
    let folder = Folder::new();
    let many: String = (0..20_000).map(|i| format!("        x{i}: [1, 2]\n")).collect();
    folder.write("a.dsl", format!("system A {{\n    tuning_space {{\n{many}    }}\n}}\n"));
    let mut command = folder.command(&["show", "a.dsl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn broken_lock_files() {
    let folder = Folder::with("base.dsl", GOOD);
    folder.write("a.dsl", "system A extends \"base.dsl\" {\n}\n");
    let broken: [&[u8]; 6] =
        [b"", b"{", b"[]", b"null", b"{\"format\": \"other\", \"version\": 1}", b"\xff\xfe"];
    for bytes in broken {
        folder.write("spak.lock", bytes);
        let ran = folder.spak(&["check", "a.dsl"]).ended(2);
        assert!(
            ran.err.contains(
                "`spak.lock` is not a lock file; remove it, or write it anew with `spak lock`"
            ),
            "{}",
            ran.err
        );
        folder.spak(&["lock", "a.dsl"]).ended(0);
        folder.spak(&["check", "a.dsl"]).ended(0);
    }
    let newer = folder.read("spak.lock").replace("\"version\": 1", "\"version\": 7");
    folder.write("spak.lock", &newer);
    for arguments in
        [vec!["check", "a.dsl"], vec!["lock", "a.dsl"], vec!["lock", "--check", "a.dsl"]]
    {
        let ran = folder.spak(&arguments).ended(2);
        assert!(
            ran.err.contains("has version 7") && ran.err.contains("up to version 1"),
            "{}",
            ran.err
        );
    }
    assert_eq!(folder.read("spak.lock"), newer, "what a newer SPAK wrote is left alone");
}

#[test]
fn long_chains_and_wide_fans_of_imports() {
    let folder = Folder::new();
    for i in 0..1000 {
        folder
            .write(format!("c{i}.dsl"), format!("system S{i} extends \"c{}.dsl\" {{\n}}\n", i + 1));
        folder.write(format!("leaf{i}.dsl"), GOOD);
    }
    folder.write("c1000.dsl", GOOD);
    let ran = folder.spak(&["check", "c0.dsl"]).ended(1);
    assert!(ran.err.contains("deep"), "{}", ran.err);
    let fan: String = (0..1000).map(|i| format!("import \"leaf{i}.dsl\"\n")).collect();
    folder.write("fan.dsl", format!("{fan}{GOOD}"));
    let ran = folder.spak(&["check", "fan.dsl"]).ended(0);
    assert!(
        ran.err.contains("`leaf255.dsl` cannot be read: a design is made of at most 256 files"),
        "{}",
        ran.err
    );
    let same: String = (0..1000).map(|_| "import \"leaf1.dsl\"\n").collect();
    folder.write("same.dsl", format!("{same}{GOOD}"));
    assert_eq!(folder.spak(&["check", "same.dsl"]).ended(0).err, "");
}

#[test]
fn a_design_that_extends_or_imports_itself() {
    let folder = Folder::with("a.dsl", "system A extends \"a.dsl\" {\n}\n");
    folder.write("link.dsl", "system A extends \"./../x/link.dsl\" {\n}\n");
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    assert!(ran.err.contains("error[import-cycle]"), "{}", ran.err);
}

#[test]
fn numbers_that_do_not_fit() {
    let text = "system A {\n    tuning_space {\n        a: [9223372036854775807, 1]\n        b: [99999999999999999999999999999]\n        c: int range [0, 9223372036854775807]\n        d: int range [-9223372036854775808, 9223372036854775807]\n    }\n    constraint c {\n        require: a * 9223372036854775807 + 1 > 0 && a / 0 == 1 && a % 0 == 1 && 1 << 200 > 1\n    }\n}\n";
    survives("numbers.dsl", text.as_bytes());
}
