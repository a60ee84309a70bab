//! Running a kernel: its blocks one after the other, on as many threads as are allowed.

mod arguments;
mod atomics;
mod convert;
mod error;
mod floats;
mod folds;
mod integers;
mod machine;
mod matrix;
mod memory;
mod pointers;
mod shapes;
mod steps;
mod text;
mod tile;
mod views;

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub use arguments::{Argument, Arguments, Array};
pub use error::{ArgumentError, Place, RunError, Trouble};
pub use tile::POISON;

use arguments::Launch;
use machine::Machine;

use crate::kinds::Kind;
use crate::module::{Block, Function, Module, Type, TypeId};

/// The most blocks along an axis, as the specification says.
const MOST_BLOCKS: u32 = (1 << 24) - 1;
/// Blocks within blocks are run by functions that call themselves.
const STACK: usize = 64 << 20;

/// What a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Elements of results over all operations and blocks, and one for each operation; for a product of matrices a sixteenth
    /// of its multiplications.
    pub work: u64,
    /// Bytes of values of one block, as their types say, and of what operations need while they run; each thread runs one
    /// block at a time.
    pub memory: u64,
    /// Threads that run blocks.
    pub threads: NonZeroUsize,
}

impl Default for Limits {
    /// 2^36 elements (minutes), 1 GiB, one thread.
    fn default() -> Self {
        Self { work: 1 << 36, memory: 1 << 30, threads: NonZeroUsize::MIN }
    }
}

/// What a run took and said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Blocks.
    pub blocks: u64,
    /// Operations.
    pub operations: u64,
    /// Elements of results, and one for each operation; see [`Limits::work`].
    pub work: u64,
    /// Multiplications in products of matrices.
    pub multiplications: u64,
    /// Bytes read from arrays.
    pub loaded: u64,
    /// Bytes written to arrays.
    pub stored: u64,
    /// What the kernel printed, a text for each time; in the order of the blocks only if one thread ran them. At most
    /// 1,000, and no text is longer than 4,096 bytes.
    pub printed: Vec<String>,
}

/// Runs a kernel: each block of a grid of `x`, `y` and `z` blocks. The arrays among the arguments are as the kernel left them
/// afterwards, also after an error.
///
/// # Errors
/// When the arguments are not the kernel's, and when an operation cannot be run; of several blocks the error of the first
/// is told.
pub fn run(
    module: &Module,
    kernel: &str,
    grid: [u32; 3],
    arguments: &mut Arguments,
    limits: &Limits,
) -> Result<Statistics, RunError> {
    let function = module.kernel(kernel).ok_or_else(|| ArgumentError::NoKernel {
        name: kernel.to_owned(),
        known: module.functions.iter().map(|one| one.name.to_string()).collect(),
    })?;
    if grid.iter().any(|blocks| !(1..=MOST_BLOCKS).contains(blocks)) {
        return Err(ArgumentError::Grid(grid).into());
    }
    let needs = needs(module, function);
    if needs > limits.memory {
        return Err(ArgumentError::Memory { needs, limit: limits.memory }.into());
    }
    let launch = Launch::new(module, function, grid, arguments)?;
    let result = run_blocks(module, function, &launch, limits);
    launch.give_back(arguments);
    result
}

/// What threads share while blocks run.
struct Progress {
    /// The next block that nobody has taken.
    next: AtomicU64,
    /// Work that was done, as far as it was told.
    work: AtomicU64,
    /// The first block that failed; later ones are not begun any more.
    failed: AtomicU64,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    statistics: Statistics,
    error: Option<(u64, RunError)>,
}

fn run_blocks(
    module: &Module,
    function: &Function,
    launch: &Launch,
    limits: &Limits,
) -> Result<Statistics, RunError> {
    let blocks = launch.grid.iter().map(|one| u64::from(*one)).product::<u64>();
    let progress = Progress {
        next: AtomicU64::new(0),
        work: AtomicU64::new(0),
        failed: AtomicU64::new(u64::MAX),
        done: Mutex::default(),
    };
    let threads = u64::try_from(limits.threads.get()).unwrap_or(u64::MAX).min(blocks);
    let worker = || work(module, function, launch, limits, blocks, &progress);
    std::thread::scope(|scope| {
        let mut running = 0;
        for _ in 0..threads {
            let thread = std::thread::Builder::new().stack_size(STACK);
            running += u64::from(thread.spawn_scoped(scope, worker).is_ok());
        }
        // A system that gives no thread runs the blocks here.
        if running == 0 {
            worker();
        }
    });
    let done = progress.done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    match done.error {
        Some((_, error)) => Err(error),
        None => Ok(done.statistics),
    }
}

/// Runs blocks until there are no more.
fn work(
    module: &Module,
    function: &Function,
    launch: &Launch,
    limits: &Limits,
    blocks: u64,
    progress: &Progress,
) {
    let mut machine = Machine::new(module, function, launch, &progress.work, limits.work);
    let mut error = None;
    loop {
        let number = progress.next.fetch_add(1, Relaxed);
        if number >= blocks || number > progress.failed.load(Relaxed) {
            break;
        }
        if let Err(found) = machine.run(launch.block(number)) {
            progress.failed.fetch_min(number, Relaxed);
            error = Some((number, found));
            break;
        }
    }
    let mut done = progress.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.statistics.add(machine.into_statistics());
    let earlier =
        |(number, _): &(u64, RunError)| done.error.as_ref().is_none_or(|one| *number < one.0);
    if error.as_ref().is_some_and(earlier) {
        done.error = error;
    }
}

impl Statistics {
    fn add(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.operations += other.operations;
        self.work += other.work;
        self.multiplications += other.multiplications;
        self.loaded += other.loaded;
        self.stored += other.stored;
        self.printed.extend(other.printed);
        self.printed.truncate(text::MOST_TEXTS);
    }
}

/// Bytes that an operation may need for an element while it runs, besides its operands and results.
const WHILE_RUNNING: u64 = 32;

/// How many bytes the values of a block may need at the same time, at most: values that are not there at the same time
/// share a number.
fn needs(module: &Module, function: &Function) -> u64 {
    let mut needs = Needs { of_values: vec![0; function.values as usize], ..Needs::default() };
    needs.block(module, &function.body);
    let kept = needs.of_values.into_iter().fold(needs.constants, u64::saturating_add);
    kept.saturating_add(needs.largest.saturating_mul(WHILE_RUNNING))
}

#[derive(Default)]
struct Needs {
    /// Bytes of the largest value that has each number.
    of_values: Vec<u64>,
    /// Bytes of constants, which are kept.
    constants: u64,
    /// Elements of the largest tile.
    largest: u64,
}

impl Needs {
    fn block(&mut self, module: &Module, block: &Block) {
        self.note(module, block.first, &block.arguments);
        for operation in &block.operations {
            let bytes = self.note(module, operation.first, &operation.results);
            if matches!(operation.kind, Kind::Constant { .. }) {
                self.constants = self.constants.saturating_add(bytes);
            }
            operation.blocks.iter().for_each(|inner| self.block(module, inner));
        }
    }

    /// Takes in the types of values from a number on, and gives the bytes of all.
    fn note(&mut self, module: &Module, first: u32, ids: &[TypeId]) -> u64 {
        let mut all = 0_u64;
        for (place, id) in self.of_values.iter_mut().skip(first as usize).zip(ids) {
            let Some(Type::Tile { element, shape, .. }) = module.type_of(*id) else { continue };
            // Small floats are held in four bytes.
            let size = if element.is_float() { element.bytes().max(4) } else { element.bytes() };
            let count = tile::elements(shape) as u64;
            let bytes = count.saturating_mul(size as u64);
            self.largest = self.largest.max(count);
            *place = bytes.max(*place);
            all = all.saturating_add(bytes);
        }
        all
    }
}
