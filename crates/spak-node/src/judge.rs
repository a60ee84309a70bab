//! The judge: what outputs should be, and whether they are. It has a context of its own, in which no candidate runs.

use spak_records::bundle::BundledProblem;
use spak_records::gpu::{ArrayPlan, Role};
use spak_records::node::SharedMemory;

use crate::arrays::{Filler, THREADS, blocks, describe, hash};
use crate::driver::{Arguments, DriverError, Gpu, GpuFacts, Memory, Module, spoken};
use crate::parts::Parts;
use crate::share::open;

/// What a comparison found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Elements that were compared.
    pub compared: u64,
    /// Of these, how many are beyond their tolerance or no numbers.
    pub wrong: u64,
    /// The number of the first wrong element.
    pub first: u64,
    /// Elements of the whole array that are no numbers.
    pub not_numbers: u64,
    /// The largest ratio of a difference to its tolerance.
    pub worst_ratio: f64,
    /// The largest difference.
    pub worst_error: f64,
}

impl Verdict {
    /// Whether the output is right.
    pub fn is_right(&self) -> bool {
        self.wrong == 0 && self.not_numbers == 0 && self.compared > 0
    }
}

/// What one output should be.
struct Expected {
    rows: Memory,
    count: u64,
    length: u64,
    want: Memory,
    spread: Memory,
}

/// What the outputs of a problem should be, for inputs of a seed.
pub struct Expectation {
    /// By the place of the array; none for inputs.
    outputs: Vec<Option<Expected>>,
}

impl std::fmt::Debug for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an expectation of {} arrays", self.outputs.len())
    }
}

/// Compares outputs on a GPU.
#[derive(Debug)]
pub struct Judge {
    gpu: Gpu,
    common: Module,
}

impl Judge {
    /// One on the first GPU, for binaries of this architecture (`sm_90`).
    ///
    /// # Errors
    /// In words: no driver, no GPU, a GPU of another architecture, a driver that is older than the binaries, a part that is
    /// missing.
    pub fn open(parts: &Parts, common: &str, architecture: &str) -> Result<Self, String> {
        let gpu = Gpu::open(0).map_err(|error| error.to_string())?;
        let wanted = architecture.trim_end_matches(['a', 'f']);
        let own = format!("sm_{}", gpu.facts().architecture);
        if own != wanted {
            let name = &gpu.facts().name;
            return Err(format!(
                "the bundle is for {wanted}, and the GPU here is {name} ({own}); compile it for that with `--arch {own}`"
            ));
        }
        let binary = parts.read(common)?;
        let common = gpu.load(&binary).map_err(|error| {
            let version = spoken(gpu.facts().driver);
            format!(
                "the driver here speaks CUDA {version} and refuses the bundle's kernels ({error}); it needs to be as new as the compiler"
            )
        })?;
        Ok(Self { gpu, common })
    }

    /// What is known of the GPU.
    pub fn facts(&self) -> &GpuFacts {
        self.gpu.facts()
    }

    /// Computes what the outputs of a problem should be: all rows, or as many as `limit`, drawn with the seed, the first and
    /// the last among them.
    ///
    /// # Errors
    /// In words: not enough memory, a reference that is missing or fails.
    pub fn expect(
        &self,
        problem: &BundledProblem,
        arrays: &[ArrayPlan],
        parts: &Parts,
        seed: u64,
        limit: u64,
    ) -> Result<Expectation, String> {
        let binary = parts.read(&problem.reference)?;
        self.expected(problem, arrays, &binary, seed, limit).map_err(|error| error.to_string())
    }

    fn expected(
        &self,
        problem: &BundledProblem,
        arrays: &[ArrayPlan],
        binary: &[u8],
        seed: u64,
        limit: u64,
    ) -> Result<Expectation, DriverError> {
        let module = self.gpu.load(binary)?;
        let reference = Some((&module, problem.numbers.as_slice()));
        let filler = Filler { gpu: &self.gpu, common: &self.common, reference, seed };
        let mut inputs: Vec<(Memory, &ArrayPlan)> = Vec::new();
        for (at, plan) in arrays.iter().enumerate().filter(|(_, plan)| !plan.is_output()) {
            let memory = self.gpu.allocate(plan.bytes())?;
            let before = inputs.iter().map(|(memory, plan)| (memory, *plan));
            filler.fill(at, plan, &memory, before)?;
            inputs.push((memory, plan));
        }
        let mut outputs = Vec::with_capacity(arrays.len());
        for plan in arrays {
            let Role::Output { row_axes, .. } = &plan.role else {
                outputs.push(None);
                continue;
            };
            let from = plan.shape.len().saturating_sub(*row_axes);
            let length = plan.shape.iter().skip(from).product::<u64>().max(1);
            let chosen = chosen_rows(plan.elements() / length, limit, seed);
            let bytes: Vec<u8> = chosen.iter().flat_map(|row| row.to_le_bytes()).collect();
            let rows = self.gpu.allocate(bytes.len() as u64)?;
            self.gpu.upload(&rows, &bytes)?;
            let count = chosen.len() as u64;
            let want = self.gpu.allocate(4 * count * length)?;
            let spread = self.gpu.allocate(4 * count * length)?;
            let mut arguments = Arguments::default();
            for (memory, plan) in &inputs {
                describe(&mut arguments, memory, plan);
            }
            for number in &problem.numbers {
                arguments.bytes(number.to_le_bytes().to_vec());
            }
            arguments.memory(&rows);
            arguments.bytes(count.to_le_bytes().to_vec());
            arguments.memory(&want);
            arguments.memory(&spread);
            let kernel = module.kernel(&format!("reference_{}", plan.name))?;
            self.gpu.start(&kernel, [count as u32, 1, 1], THREADS, &arguments)?;
            self.gpu.wait()?;
            outputs.push(Some(Expected { rows, count, length, want, spread }));
        }
        Ok(Expectation { outputs })
    }

    /// Opens an output where the candidate's process has it.
    ///
    /// # Errors
    /// The driver cannot do that here; in words.
    pub fn open_output(&self, shared: &SharedMemory, plan: &ArrayPlan) -> Result<Memory, String> {
        open(shared, plan.bytes()).map_err(|error| error.to_string())
    }

    /// Takes an output from its bytes.
    ///
    /// # Errors
    /// No memory; in words.
    pub fn take_output(&self, bytes: &[u8], plan: &ArrayPlan) -> Result<Memory, String> {
        let memory = self.gpu.allocate(plan.bytes()).map_err(|error| error.to_string())?;
        self.gpu.upload(&memory, bytes).map_err(|error| error.to_string())?;
        Ok(memory)
    }

    /// Compares an output that a candidate wrote; also a sum over its bits and their places.
    ///
    /// # Errors
    /// In words.
    pub fn compare(
        &self,
        expectation: &Expectation,
        array: usize,
        plan: &ArrayPlan,
        output: &Memory,
    ) -> Result<(Verdict, u64), String> {
        let expected = expectation.outputs.get(array).and_then(Option::as_ref);
        let expected = expected.ok_or_else(|| format!("`{}` is no output", plan.name))?;
        let verdict = self.compared(expected, plan, output).map_err(|error| error.to_string())?;
        let sum = hash(&self.gpu, &self.common, output).map_err(|error| error.to_string())?;
        Ok((verdict, sum))
    }

    fn compared(
        &self,
        expected: &Expected,
        plan: &ArrayPlan,
        memory: &Memory,
    ) -> Result<Verdict, DriverError> {
        let (out, term) = plan.roundoffs();
        // Counts from nothing, the first wrong one from the largest number.
        let found = self.gpu.allocate(64)?;
        let mut words = [0_u64; 8];
        if let Some(first) = words.get_mut(2) {
            *first = u64::MAX;
        }
        let start: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.gpu.upload(&found, &start)?;
        let mut arguments = Arguments::default();
        describe(&mut arguments, memory, plan);
        arguments.memory(&expected.rows);
        arguments.bytes(expected.count.to_le_bytes().to_vec());
        arguments.bytes(expected.length.to_le_bytes().to_vec());
        arguments.memory(&expected.want);
        arguments.memory(&expected.spread);
        arguments.bytes(out.to_le_bytes().to_vec());
        arguments.bytes(term.to_le_bytes().to_vec());
        arguments.memory(&found);
        let kernel = self.common.kernel("spak_compare")?;
        let grid = blocks(expected.count * expected.length);
        self.gpu.start(&kernel, [grid, 1, 1], THREADS, &arguments)?;
        let mut arguments = Arguments::default();
        describe(&mut arguments, memory, plan);
        arguments.memory(&found);
        let kernel = self.common.kernel("spak_scan")?;
        self.gpu.start(&kernel, [blocks(plan.elements()), 1, 1], THREADS, &arguments)?;
        let mut bytes = [0; 64];
        self.gpu.download(&found, &mut bytes)?;
        let mut words = bytes
            .chunks_exact(8)
            .map(|chunk| chunk.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte)));
        let mut next = || words.next().unwrap_or(0);
        Ok(Verdict {
            compared: next(),
            wrong: next(),
            first: next(),
            not_numbers: next(),
            worst_ratio: f64::from_bits(next()),
            worst_error: f64::from_bits(next()),
        })
    }
}

/// All rows, or so many of them: the first, the last, and others drawn.
fn chosen_rows(all: u64, limit: u64, seed: u64) -> Vec<u64> {
    if all <= limit {
        return (0..all).collect();
    }
    let mut chosen = vec![0, all - 1];
    let mut state = seed;
    while (chosen.len() as u64) < limit {
        // SplitMix64, as in the judge's kernels.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chosen.push((bits ^ (bits >> 31)) % all);
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::chosen_rows;

    #[test]
    fn the_first_and_the_last_row_are_always_compared() {
        assert_eq!(chosen_rows(3, 8, 1), [0, 1, 2]);
        let some = chosen_rows(1_000_000, 100, 7);
        assert!(some.len() > 90 && some.len() <= 100);
        assert_eq!((some[0], some[some.len() - 1]), (0, 999_999));
        assert_ne!(some, chosen_rows(1_000_000, 100, 8));
    }
}
