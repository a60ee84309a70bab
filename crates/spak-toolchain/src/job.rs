//! What came of a job, and what tells jobs apart.

use crate::worker::PROGRAM;
use spak_records::compiling::{Format, Job};

/// What came of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A binary.
    Compiled {
        /// Its bytes.
        binary: Vec<u8>,
        /// How long it took.
        seconds: f64,
    },
    /// The compiler does not take it.
    Refused {
        /// What it says.
        message: String,
    },
    /// It took longer than it was given.
    TimedOut {
        /// How long that was.
        seconds: f64,
    },
    /// The worker died, by memory or by a fault of the compiler.
    Died {
        /// What is known of it.
        message: String,
    },
}

/// Tells a job from all others that a compiler with this identity is asked, by a worker that asks as this one does.
pub fn key(job: &Job, toolchain: &str) -> String {
    let mut hash = blake3::Hasher::new();
    // Each part with its length, so that no two jobs read alike.
    let parameters = serde_json::to_string(&job.parameters).unwrap_or_default();
    let hints = serde_json::to_string(&job.hints).unwrap_or_default();
    let format = match job.format {
        Format::Cubin => "cubin",
        Format::TileIr => "tile_ir",
    };
    let parts = [
        PROGRAM,
        toolchain,
        &job.source,
        &job.kernel,
        &hints,
        &parameters,
        &job.architecture,
        format,
    ];
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex().as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use spak_records::compiling::{Array, Format, Job, Parameter};

    use super::key;

    #[test]
    fn whatever_differs_gives_another_key() {
        let job = Job {
            source: "x".to_owned(),
            kernel: "k".to_owned(),
            hints: BTreeMap::new(),
            parameters: vec![Parameter::Array(Array::dense("float32", &[4])), Parameter::Int(1)],
            architecture: "sm_90".to_owned(),
            format: Format::Cubin,
        };
        let others = [
            Job { source: "y".to_owned(), ..job.clone() },
            Job { source: String::new(), kernel: "xk".to_owned(), ..job.clone() },
            Job { hints: BTreeMap::from([("occupancy".to_owned(), 2)]), ..job.clone() },
            Job { parameters: vec![Parameter::Int(1)], ..job.clone() },
            Job { parameters: vec![Parameter::Float(1.0)], ..job.clone() },
            Job { parameters: vec![Parameter::Bool(true)], ..job.clone() },
            Job { architecture: "sm_120".to_owned(), ..job.clone() },
            Job { format: Format::TileIr, ..job.clone() },
        ];
        let mut keys: Vec<String> = others.iter().map(|one| key(one, "t")).collect();
        keys.extend([key(&job, "t"), key(&job, "u")]);
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert_eq!(key(&job, "t"), key(&job.clone(), "t"));
    }
}
