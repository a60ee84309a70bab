//! Answers of compilers, kept by what was asked.

use std::fs;
use std::path::{Path, PathBuf};

use spak_records::compiling::KeptAnswer;

use crate::error::{ToolchainError, at};
use crate::folder::Cache;
use crate::job::Outcome;

/// The answers in a cache.
#[derive(Clone, Debug)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// Those of a cache.
    pub fn of(cache: &Cache) -> Self {
        Self { folder: cache.compiled() }
    }

    /// What was answered before; nothing if that was a worker's death, if less time was given then, or if the answer is
    /// damaged.
    pub fn get(&self, key: &str, seconds: f64) -> Option<Outcome> {
        let text = fs::read(self.path(key, "json")).ok()?;
        match serde_json::from_slice(&text).ok()? {
            KeptAnswer::Compiled { hash: known, seconds } => {
                let binary = fs::read(self.path(key, "bin")).ok()?;
                (known == hash(&binary)).then_some(Outcome::Compiled { binary, seconds })
            }
            KeptAnswer::Refused { message } => Some(Outcome::Refused { message }),
            KeptAnswer::TimedOut { seconds: given } if given < seconds => None,
            KeptAnswer::TimedOut { seconds } => Some(Outcome::TimedOut { seconds }),
        }
    }

    /// Keeps an answer; a worker's death is none.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn put(&self, key: &str, outcome: &Outcome) -> Result<(), ToolchainError> {
        let answer = match outcome {
            Outcome::Died { .. } => return Ok(()),
            Outcome::Compiled { binary, seconds } => {
                write(&self.path(key, "bin"), binary)?;
                KeptAnswer::Compiled { hash: hash(binary), seconds: *seconds }
            }
            Outcome::Refused { message } => KeptAnswer::Refused { message: message.clone() },
            Outcome::TimedOut { seconds } => KeptAnswer::TimedOut { seconds: *seconds },
        };
        // What says that all is there comes last.
        write(&self.path(key, "json"), &serde_json::to_vec(&answer).unwrap_or_default())
    }

    fn path(&self, key: &str, suffix: &str) -> PathBuf {
        let start: String = key.chars().take(2).collect();
        self.folder.join(start).join(format!("{key}.{suffix}"))
    }
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().as_str().to_owned()
}

/// Writes a file as a whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), ToolchainError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(at(folder))?;
    let file = tempfile::NamedTempFile::new_in(folder).map_err(at(folder))?;
    fs::write(file.path(), bytes).map_err(at(path))?;
    file.persist(path).map_err(|error| at(path)(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Kept;
    use crate::folder::Cache;
    use crate::job::Outcome;

    #[test]
    fn answers_come_back_and_deaths_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::of(&Cache::at(folder.path()));
        assert_eq!(kept.get("aa11", 60.0), None);
        let compiled = Outcome::Compiled { binary: vec![1, 2, 3], seconds: 1.5 };
        let refused = Outcome::Refused { message: "no".to_owned() };
        for outcome in [&compiled, &refused] {
            kept.put("aa11", outcome).unwrap();
            assert_eq!(kept.get("aa11", 60.0).as_ref(), Some(outcome));
        }
        kept.put("bb", &Outcome::Died { message: String::new() }).unwrap();
        assert_eq!(kept.get("bb", 60.0), None);
        // More time may be enough.
        let late = Outcome::TimedOut { seconds: 10.2 };
        kept.put("bb", &late).unwrap();
        assert_eq!(kept.get("bb", 10.0), Some(late));
        assert_eq!(kept.get("bb", 60.0), None);
    }

    #[test]
    fn a_damaged_binary_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::of(&Cache::at(folder.path()));
        kept.put("cc", &Outcome::Compiled { binary: vec![1; 64], seconds: 1.0 }).unwrap();
        std::fs::write(kept.path("cc", "bin"), [1; 63]).unwrap();
        assert_eq!(kept.get("cc", 1.0), None);
        std::fs::remove_file(kept.path("cc", "bin")).unwrap();
        assert_eq!(kept.get("cc", 1.0), None);
        std::fs::write(kept.path("cc", "json"), "{").unwrap();
        assert_eq!(kept.get("cc", 1.0), None);
    }
}
