//! One run at a time on a GPU: what runs beside a measurement is measured with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use rustix::fs::{FlockOperation, Mode, OFlags};

/// How often it is asked whether the GPU is free.
const EVERY: Duration = Duration::from_millis(100);

/// A GPU that is this run's; dropping it, or the end of the process, gives it to the next one.
#[derive(Debug)]
pub(crate) struct Taken(#[expect(dead_code, reason = "it is held, not read")] File);

/// Takes the GPU at a place of the machine's bus, when no other run of any user has it; `told` hears of it if that takes
/// time. Nothing if the run was ended meanwhile.
///
/// # Errors
/// The file that stands for it cannot be opened.
pub(crate) fn take(
    bus: &str,
    cancel: &AtomicBool,
    told: &mut dyn FnMut(String),
) -> Result<Option<Taken>> {
    take_in(&std::env::temp_dir(), bus, cancel, told)
}

fn take_in(
    folder: &Path,
    bus: &str,
    cancel: &AtomicBool,
    told: &mut dyn FnMut(String),
) -> Result<Option<Taken>> {
    let path = place(folder, bus);
    let file = open(&path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let mut was_told = false;
    loop {
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(Taken(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => {}
            Err(error) => return Err(anyhow!("cannot lock `{}`: {error}", path.display())),
        }
        if !std::mem::replace(&mut was_told, true) {
            told("another run has this GPU; waiting for its end".to_owned());
        }
        if cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        std::thread::sleep(EVERY);
    }
}

/// The file that stands for a GPU, the same for all users.
fn place(folder: &Path, bus: &str) -> PathBuf {
    let name: String =
        bus.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    folder.join(format!("spak-gpu-{name}.lock"))
}

/// Opens it for reading, which is enough for a lock, so that the file of another user will do; and follows no link there.
fn open(path: &Path) -> Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let readable = Mode::from_raw_mode(0o644);
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(rustix::io::Errno::NOENT) => rustix::fs::open(path, flags | OFlags::CREATE, readable)?,
        other => other?,
    };
    Ok(File::from(file))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::take_in;

    #[test]
    fn a_gpu_has_one_run_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let never = AtomicBool::new(false);
        let quiet = &mut |_| panic!("nobody has it");
        let first = take_in(folder.path(), "0000:3b:00.0", &never, quiet).unwrap().unwrap();
        // Another GPU is another matter.
        take_in(folder.path(), "0000:5e:00.0", &never, quiet).unwrap().unwrap();
        let is_there = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let mut said = Vec::new();
                let taken =
                    take_in(folder.path(), "0000:3b:00.0", &never, &mut |note| said.push(note));
                is_there.store(true, Ordering::SeqCst);
                (taken.unwrap().is_some(), said)
            });
            std::thread::sleep(Duration::from_millis(250));
            assert!(!is_there.load(Ordering::SeqCst));
            drop(first);
            let (is_taken, said) = waiting.join().unwrap();
            assert!(is_taken);
            assert_eq!(said, ["another run has this GPU; waiting for its end"]);
        });
    }

    #[test]
    fn who_is_told_to_stop_does_not_wait() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = AtomicBool::new(false);
        let first = take_in(folder.path(), "0000:3b:00.0", &cancel, &mut |_| ()).unwrap();
        assert!(first.is_some());
        cancel.store(true, Ordering::Relaxed);
        let second = take_in(folder.path(), "0000:3b:00.0", &cancel, &mut |_| ()).unwrap();
        assert!(second.is_none());
    }
}
