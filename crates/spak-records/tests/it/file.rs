//! Whole files, read and replaced.

use std::fs;
use std::path::Path;

use spak_records::file::{FileError, read_bytes, read_text, replace};

#[test]
fn a_replaced_file_is_new_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("design.dsl");
    replace(&path, b"one").unwrap();
    replace(&path, b"two").unwrap();
    assert_eq!(read_text(&path, 100).unwrap(), "two");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("real"), folder.path().join("link"));
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    replace(&link, b"new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_marked_read_only_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("locked");
    fs::write(&path, "old").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = replace(&path, b"new").unwrap_err();
    assert!(matches!(error, FileError::NotWritable { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[test]
fn what_is_no_readable_text_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert!(matches!(read_bytes(&path, 10), Err(FileError::Missing { .. })));
    assert!(matches!(read_bytes(folder.path(), 10), Err(FileError::NotAFile { .. })));
    fs::write(&path, b"12345\xff").unwrap();
    assert!(matches!(read_text(&path, 10), Err(FileError::NotText { offset: 5, .. })));
    assert!(matches!(read_text(&path, 5), Err(FileError::TooLarge { size: 6, limit: 5, .. })));
    assert_eq!(read_bytes(&path, 6).unwrap().len(), 6);
    assert!(replace(folder.path(), b"x").is_err());
    assert!(replace(Path::new("/dev/full"), b"x").is_err());
}

#[test]
fn a_full_disk_is_called_so() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        eprintln!("SKIPPED: there is no /dev/full here");
        return;
    }
    let error = fs::write(full, b"x").unwrap_err();
    let error = FileError::from_io(full, "write", error);
    assert!(matches!(error, FileError::Full { .. }), "{error:?}");
}
