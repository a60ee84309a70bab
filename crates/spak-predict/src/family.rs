//! Operator families: what a problem cannot be had without, and how a tiled kernel usually goes about it.
//!
//! A family is one file with one implementation of [`Family`]; nothing else knows its name.

use spak_records::{Config, Problem, Value};

use crate::dtype::Dtype;
use crate::formula::Symbols;

mod attention_forward;
mod matmul;

/// A problem with what a config and a workload say about how it is computed.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The problem; its own element type does not count here.
    pub problem: &'a Problem,
    /// Element type of inputs and outputs.
    pub dtype: Dtype,
    /// The config; names that it does not have are looked for in the workload by the caller.
    pub config: &'a Config,
}

impl Case<'_> {
    /// The first of `names` that the config has as a number of at least one.
    pub fn number(&self, names: &[&str]) -> Option<i64> {
        let found = names.iter().find_map(|name| self.config.get(name).and_then(Value::as_int));
        found.filter(|n| (1..=1 << 31).contains(n))
    }

    /// The text under `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.config.get(name).and_then(Value::as_text)
    }

    /// Bytes of one element as an expression (`2 B`).
    pub fn element(&self) -> String {
        format!("{} B", crate::hardware::plain(f64::from(self.dtype.bits()) / 8.0))
    }
}

/// What the result cannot be had without. Every text is a formula of the names in `symbols`.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Sizes by name.
    pub symbols: Symbols,
    /// Operations of products, as the field counts them; in FLOP.
    pub products: String,
    /// Exponentials and logarithms; a plain number. `None` when there are none.
    pub exponentials: Option<String>,
    /// Bytes of inputs that are looked at, each once.
    pub reads: String,
    /// Bytes of outputs, each once.
    pub writes: String,
    /// What is assumed of every kernel.
    pub assumes: Vec<String>,
}

/// How a tiled kernel does it. Every number is an estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiles {
    /// Tile sizes by name, as they were taken.
    pub sizes: Vec<(&'static str, i64)>,
    /// Blocks of threads, one for each output tile.
    pub blocks: f64,
    /// Threads of one block.
    pub threads: u64,
    /// Bytes of shared memory of one block, as a formula with numbers.
    pub shared_memory: String,
    /// 32-bit registers of one thread.
    pub registers: u64,
    /// Operations of products, whole tiles included.
    pub products: f64,
    /// Exponentials, whole tiles included.
    pub exponentials: f64,
    /// Vector instructions of lanes besides, such as scaling, maximum and sum.
    pub vector: f64,
    /// Bytes that blocks ask the last-level cache for.
    pub traffic: f64,
    /// What was taken where the config says nothing.
    pub assumes: Vec<String>,
}

/// One operator family.
pub trait Family: Sync {
    /// Its name, as in [`Problem::family`].
    fn name(&self) -> &'static str;

    /// What the result cannot be had without.
    ///
    /// # Errors
    /// A sentence when the problem is another family's.
    fn work(&self, case: &Case<'_>) -> Result<Work, String>;

    /// What a tiled kernel on a device with shared memory takes; `None` when the config has no tile.
    fn tiles(&self, case: &Case<'_>) -> Option<Tiles>;
}

/// Every family.
pub const FAMILIES: &[&dyn Family] = &[&attention_forward::AttentionForward, &matmul::Matmul];

/// The family called `name`.
///
/// # Errors
/// A sentence with the names there are.
pub fn family(name: &str) -> Result<&'static dyn Family, String> {
    FAMILIES.iter().find(|f| f.name() == name).copied().ok_or_else(|| {
        let names: Vec<&str> = FAMILIES.iter().map(|f| f.name()).collect();
        format!("no costs are known of the family `{name}`; there are: {}", names.join(", "))
    })
}

/// Threads of a block: what the config says, else four warps for each 64 rows, as a warp group has.
fn threads(case: &Case<'_>, rows: i64, assumes: &mut Vec<String>) -> u64 {
    if let Some(threads) = case.number(&["threads_per_block", "block_threads", "block_size"]) {
        return threads.unsigned_abs();
    }
    if let Some(warps) = case.number(&["num_warps", "warps"]) {
        return warps.unsigned_abs().saturating_mul(32);
    }
    let threads = 128 * rows.unsigned_abs().div_ceil(64).clamp(1, 8);
    assumes.push(format!("{threads} threads a block: four warps for each 64 rows of a tile"));
    threads
}

/// Stages of the pipeline that loads tiles: what the config says, else one.
fn stages(case: &Case<'_>, assumes: &mut Vec<String>) -> i64 {
    case.number(&["stages", "num_stages", "pipeline_stages"]).unwrap_or_else(|| {
        assumes.push("one stage of loads".to_owned());
        1
    })
}

/// Registers of a thread that holds its part of `elements` FP32 accumulators: those, and about 40 for
/// addresses, operands and loop state.
fn registers(elements: i64, threads: u64, assumes: &mut Vec<String>) -> u64 {
    assumes.push("registers: the accumulators, and 40 for everything else".to_owned());
    elements.unsigned_abs().div_ceil(threads.max(1)).saturating_add(40)
}
