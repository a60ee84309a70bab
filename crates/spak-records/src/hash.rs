//! Content keys. A key names the scheme it was made by, so that old keys are never mistaken for new ones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `blake3-v1:` and 32 hexadecimal digits over everything that can change the answer.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct ContentHash(String);

impl ContentHash {
    /// The key of `parts`, each preceded by its length, so that no two lists of parts collide.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let hex = hasher.finalize().to_hex();
        Self(format!("blake3-v1:{}", hex.get(..32).unwrap_or_default()))
    }

    /// The key of one text.
    pub fn of_text(text: &str) -> Self {
        Self::of_parts([text.as_bytes()])
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(10..22).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
