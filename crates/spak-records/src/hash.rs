//! Content keys. A key names the scheme it was made by, so that old keys are never mistaken for new ones.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scheme and 32 hexadecimal digits over everything that can change the answer: `blake3-v1:` for
/// content, `snf-v1:` for a design's normal form.
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

    /// A key that another stage made, `None` when it is not a scheme, a colon and 32 digits.
    pub fn parse(key: &str) -> Option<Self> {
        let (scheme, digits) = key.split_once(':')?;
        let is_hex = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hex && !scheme.is_empty()).then(|| Self(key.to_owned()))
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        let digits = self.0.split_once(':').map_or(self.0.as_str(), |(_, digits)| digits);
        digits.get(..12).unwrap_or(digits)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
