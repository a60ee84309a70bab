//! A tuning space as other tools describe one: parameters with their values, and restrictions.

mod entries;
mod parameters;
mod read;
mod write;

pub use read::{Read, read};
use spak_expr::Expr;
use spak_records::Value;
use spak_syntax::Span;
pub(crate) use write::quoted;
pub use write::{Unwritable, write_dictionary, write_t1};

/// The format of a description of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// T1 of the TuningSchema: `{"ConfigurationSpace": {"TuningParameters": [..]}}`.
    T1,
    /// A dictionary as for Kernel Tuner: `{"tune_params": {..}, "restrictions": [..]}`.
    Dictionary,
}

impl Format {
    /// As it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::Dictionary => "Kernel Tuner dictionary",
        }
    }
}

/// A space. Places are byte offsets in the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct TuningSpace {
    /// How it was written.
    pub format: Format,
    /// What the file calls itself or its kernel.
    pub name: Option<String>,
    /// In the order of the file.
    pub parameters: Vec<Parameter>,
    /// In the order of the file.
    pub restrictions: Vec<Restriction>,
}

/// A parameter and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The distinct values in the order of the file; empty only when they could not be read, which is
    /// an error among the diagnostics.
    pub values: Vec<Value>,
    /// T1's `Default`; it need not be among the values.
    pub default: Option<Value>,
    /// Where its values stand.
    pub place: Span,
}

/// A restriction.
#[derive(Clone, Debug, PartialEq)]
pub struct Restriction {
    /// As it is written.
    pub text: String,
    /// What it means, its places being byte offsets in `text`; absent when it cannot be translated,
    /// which is an error among the diagnostics.
    pub expr: Option<Expr>,
    /// The positions of the parameters that occur in it, ascending.
    pub parameters: Vec<usize>,
    /// Where the text stands, without quotes.
    pub place: Span,
}

/// The parameters whose product Kernel Tuner keeps below the threads of a block.
const BLOCK_SIZES: [&str; 3] = ["block_size_x", "block_size_y", "block_size_z"];

impl TuningSpace {
    /// The restriction that Kernel Tuner adds by itself for a device with `max_threads` threads a
    /// block, when the space has a parameter that it takes for a block size; it is never added here.
    ///
    /// `Searchspace` of Kernel Tuner 1.4 adds it after all others whenever one of `block_size_x`,
    /// `block_size_y` and `block_size_z`, spelt so, is a parameter. Its result is the same as this text.
    pub fn implied_thread_limit(&self, max_threads: u64) -> Option<String> {
        let sizes: Vec<&str> = BLOCK_SIZES
            .into_iter()
            .filter(|name| self.parameters.iter().any(|p| p.name == *name))
            .collect();
        (!sizes.is_empty()).then(|| format!("{} <= {max_threads}", sizes.join(" * ")))
    }

    /// The number of combinations without restrictions, as a float.
    pub fn combinations(&self) -> f64 {
        self.parameters.iter().map(|p| p.values.len() as f64).product()
    }
}
