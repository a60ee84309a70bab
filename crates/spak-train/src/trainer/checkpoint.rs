//! A trainer as bytes, and back: going on gives the bits of a run that was never stopped.
//!
//! The format: the eight bytes `SPAKTRN1`; the length of the head as 8 bytes, lowest first; the head as JSON; the
//! parameters, the mean slopes and the mean square slopes as numbers, lowest byte first; a byte for each parameter
//! that says whether it ever had a slope; the BLAKE3 hash of all bytes before.

use serde::{Deserialize, Serialize};

use super::Trainer;
use crate::data::Corpus;
use crate::number::Number;
use crate::problem::{Checked, Problem};
use crate::spec::Spec;

const MAGIC: &[u8; 8] = b"SPAKTRN1";
const HASH: usize = 32;

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// All settings.
    pub spec: Spec,
    /// The hash of the data's bytes.
    pub data: String,
    /// Tokens of the data.
    pub vocabulary: usize,
    /// The number of the next step.
    pub step: u64,
    /// How many parameters follow.
    pub count: usize,
}

impl<N: Number> Trainer<N> {
    /// The state after the last step.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        let head = Head {
            spec: self.spec.clone(),
            data: self.corpus.hash().to_owned(),
            vocabulary: self.corpus.vocabulary(),
            step: self.step,
            count: self.parameters.len(),
        };
        // Settings are plain numbers, words and lists: they always have a text.
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(head.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&head);
        for numbers in [&self.parameters, &self.moments.first, &self.moments.second] {
            for number in numbers {
                number.write(&mut bytes);
            }
        }
        bytes.extend(self.touched.iter().map(|touched| u8::from(*touched)));
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        bytes
    }

    /// A trainer as a checkpoint left it.
    ///
    /// # Errors
    /// Bytes that are no whole checkpoint, or one of other settings or other data.
    pub fn resume(spec: Spec, corpus: Corpus, threads: usize, bytes: &[u8]) -> Checked<Self> {
        let (head, body) = read(bytes)?;
        if let Some(setting) = difference(&head.spec, &spec) {
            return Err(Problem::new(
                setting,
                "the checkpoint was made with other settings",
                "go on with the settings of the checkpoint, or begin in another folder",
            ));
        }
        if head.data != corpus.hash() {
            return Err(Problem::new(
                "data",
                format!(
                    "the file is not the one that training began with (hash {}, was {})",
                    short(corpus.hash()),
                    short(&head.data)
                ),
                "bring the old file back, or begin in another folder",
            ));
        }
        let mut trainer = Self::with_threads(spec, corpus, threads)?;
        let count = trainer.parameters.len();
        if head.count != count || body.len() != count * (3 * N::BYTES + 1) {
            return Err(broken("its length is not that of the network"));
        }
        let (numbers, touched) = body.split_at(count * 3 * N::BYTES);
        let mut parts = numbers.chunks_exact(count * N::BYTES);
        let into =
            [&mut trainer.parameters, &mut trainer.moments.first, &mut trainer.moments.second];
        for (into, part) in into.into_iter().zip(&mut parts) {
            *into = part.chunks_exact(N::BYTES).map(N::read).collect();
        }
        trainer.touched = touched.iter().map(|byte| *byte != 0).collect();
        trainer.step = head.step;
        Ok(trainer)
    }
}

/// What a checkpoint says of itself, without the settings that it should have.
///
/// # Errors
/// Bytes that are no whole checkpoint.
pub fn head(bytes: &[u8]) -> Checked<Head> {
    read(bytes).map(|(head, _)| head)
}

/// The head and the numbers of a checkpoint whose hash is right.
fn read(bytes: &[u8]) -> Checked<(Head, &[u8])> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(broken("it does not begin as one"));
    };
    let Some((body, hash)) = rest.len().checked_sub(HASH).map(|at| rest.split_at(at)) else {
        return Err(broken("it ends too early"));
    };
    if blake3::hash(&bytes[..bytes.len() - HASH]).as_bytes() != hash {
        return Err(broken("its bytes do not have the hash that it ends with"));
    }
    let (length, body) = body.split_at_checked(8).ok_or_else(|| broken("it ends too early"))?;
    let length = length.try_into().map_or(0, u64::from_le_bytes);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (head, body) = body.split_at_checked(length).ok_or_else(|| broken("it ends too early"))?;
    let head =
        serde_json::from_slice(head).map_err(|error| broken(&format!("its head: {error}")))?;
    Ok((head, body))
}

fn broken(reason: &str) -> Problem {
    Problem::new(
        "checkpoint",
        format!("the file is not a whole checkpoint: {reason}"),
        "take the one before it, or begin anew",
    )
}

/// The first setting in which two specs differ, by its path.
fn difference(one: &Spec, other: &Spec) -> Option<String> {
    let value = |spec| serde_json::to_value(spec).unwrap_or_default();
    find("", &value(one), &value(other))
}

fn find(path: &str, one: &serde_json::Value, other: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    if one == other {
        return None;
    }
    let inner = match (one, other) {
        (Value::Object(a), Value::Object(b)) => a.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            find(&path, value, b.get(key).unwrap_or(&Value::Null))
        }),
        _ => None,
    };
    inner.or_else(|| Some(path.to_owned()))
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
