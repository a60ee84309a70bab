//! Comparing outputs with the reference: which elements, on how many cores, and what the verdict is.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use spak_records::Problem;

use crate::candidate_memory::CandidateMemory;
use crate::fault::Fault;
use crate::reason;
use crate::reference::{Expected, Rounding, expected_row, row_operations, rows};

/// Below this many multiply-adds a second core is not worth its start.
const WORTH_A_THREAD: u64 = 1 << 18;

/// Which elements are compared.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    rows: Vec<usize>,
    /// Of each row of a matrix product, only these columns.
    columns: Option<Vec<usize>>,
}

impl Selection {
    /// Everything if the reference can afford it, otherwise random whole rows, together with `focus`.
    pub(crate) fn whole(
        problem: &Problem,
        operations: u64,
        focus: &[usize],
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let all = rows(problem);
        let affordable =
            usize::try_from(operations / row_operations(problem)).unwrap_or(usize::MAX);
        if all <= affordable {
            return Self { rows: (0..all).collect(), columns: None };
        }
        let mut chosen: Vec<usize> = focus.iter().copied().filter(|row| *row < all).collect();
        while chosen.len() < affordable.max(2) {
            chosen.push(rng.random_range(0..all));
        }
        chosen.sort_unstable();
        chosen.dedup();
        Self { rows: chosen, columns: None }
    }

    /// A few elements, for after a timed call: four rows, of a matrix product 16 columns of each.
    pub(crate) fn spot(problem: &Problem, focus: &[usize], rng: &mut ChaCha8Rng) -> Self {
        let all = rows(problem).max(1);
        let mut chosen: Vec<usize> = focus.iter().copied().filter(|row| *row < all).collect();
        chosen.extend((0..4).map(|_| rng.random_range(0..all)));
        chosen.sort_unstable();
        chosen.dedup();
        let columns = match *problem {
            Problem::Matmul { n, .. } => {
                let n = usize::try_from(n).unwrap_or(1).max(1);
                Some((0..16).map(|_| rng.random_range(0..n)).collect())
            }
            Problem::AttentionForward { .. } | Problem::Operator(_) => None,
        };
        Self { rows: chosen, columns }
    }
}

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) compared: u64,
    pub(crate) max_error: f64,
    pub(crate) worst_ratio: f64,
    worst: Option<(Expected, f32)>,
    unwritten: Option<Expected>,
}

impl Comparison {
    fn join(mut self, other: Self) -> Self {
        self.compared += other.compared;
        self.max_error = self.max_error.max(other.max_error);
        if other.worst.is_some() && (self.worst.is_none() || other.worst_ratio > self.worst_ratio) {
            self.worst = other.worst;
            self.worst_ratio = other.worst_ratio;
        }
        self.unwritten = self.unwritten.or(other.unwritten);
        self
    }

    fn add(&mut self, expected: Expected, bits: u32, poison: u32) {
        self.compared += 1;
        if bits == poison {
            self.unwritten.get_or_insert(expected);
            return;
        }
        let got = f32::from_bits(bits);
        let (error, ratio) = distance(&expected, got);
        self.max_error = self.max_error.max(error);
        if self.worst.is_none() || ratio > self.worst_ratio {
            self.worst = Some((expected, got));
            self.worst_ratio = ratio;
        }
    }

    /// Why it does not pass.
    pub(crate) fn fault(&self, problem: &Problem, wrong: &'static str) -> Option<Fault> {
        let name = |output: usize| problem.outputs().get(output).map_or("?", |(name, _)| *name);
        if let Some(expected) = self.unwritten {
            return Some(Fault::new(
                reason::OUTPUT_NOT_WRITTEN,
                format!(
                    "element {} of {} was not written on {problem:?}",
                    expected.index,
                    name(expected.output)
                ),
            ));
        }
        let (expected, got) = self.worst.filter(|_| self.worst_ratio > 1.0)?;
        Some(Fault::new(
            wrong,
            format!(
                "element {} of {} is {got:e}, but the reference is {:e} with a tolerance of {:e} ({} times exceeded) on {problem:?}",
                expected.index,
                name(expected.output),
                expected.value,
                expected.tolerance,
                if self.worst_ratio.is_finite() {
                    format!("{:.1}", self.worst_ratio)
                } else {
                    "infinitely many".to_owned()
                },
            ),
        ))
    }
}

/// Absolute difference, and its ratio to the tolerance.
fn distance(expected: &Expected, got: f32) -> (f64, f64) {
    let got = f64::from(got);
    if got == expected.value {
        return (0.0, 0.0);
    }
    let error = (got - expected.value).abs();
    if !error.is_finite() {
        return (f64::INFINITY, f64::INFINITY);
    }
    (error, if expected.tolerance > 0.0 { error / expected.tolerance } else { f64::INFINITY })
}

/// Compares the selected elements of `slot` with the reference, on `threads` cores.
pub(crate) fn compare(
    problem: &Problem,
    buffers: &CandidateMemory,
    slot: usize,
    selection: &Selection,
    threads: usize,
) -> Comparison {
    let inputs = buffers.inputs(slot);
    let independent = buffers.distribution(slot).has_independent_errors();
    let rounding = if independent { Rounding::Independent } else { Rounding::WorstCase };
    let part = |rows: &[usize]| {
        let mut found = Comparison::default();
        for row in rows {
            let expected =
                expected_row(problem, inputs, *row, selection.columns.as_deref(), rounding);
            compare_row(&expected.elements, buffers, slot, &mut found);
        }
        found
    };
    let work = row_operations(problem).saturating_mul(selection.rows.len() as u64);
    if threads < 2 || work < WORTH_A_THREAD {
        return part(&selection.rows);
    }
    let size = selection.rows.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let part = &part;
        let handles: Vec<_> =
            selection.rows.chunks(size).map(|rows| scope.spawn(move || part(rows))).collect();
        handles
            .into_iter()
            .zip(selection.rows.chunks(size))
            // A thread that could not finish has its rows compared here instead.
            .map(|(handle, rows)| handle.join().unwrap_or_else(|_| part(rows)))
            .fold(Comparison::default(), Comparison::join)
    })
}

/// Elements of a row lie side by side, so each run of them is read at once.
fn compare_row(
    elements: &[Expected],
    buffers: &CandidateMemory,
    slot: usize,
    found: &mut Comparison,
) {
    let poison = buffers.poison_word();
    let adjacent = |a: &Expected, b: &Expected| a.output == b.output && a.index + 1 == b.index;
    for run in elements.chunk_by(adjacent) {
        let Some(first) = run.first() else { continue };
        let bits = buffers.output(slot, first.output, first.index, run.len());
        for (expected, bits) in run.iter().zip(bits) {
            found.add(*expected, bits, poison);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, distance};
    use crate::reference::Expected;

    fn expected(value: f64, tolerance: f64) -> Expected {
        Expected { output: 0, index: 0, value, tolerance }
    }

    #[test]
    fn infinities_and_nans_are_compared_as_such() {
        assert_eq!(distance(&expected(f64::NEG_INFINITY, 0.0), f32::NEG_INFINITY), (0.0, 0.0));
        assert_eq!(distance(&expected(f64::NEG_INFINITY, 0.0), -1e30).1, f64::INFINITY);
        assert_eq!(distance(&expected(1.0, 0.5), f32::NAN).1, f64::INFINITY);
        assert_eq!(distance(&expected(0.0, 0.0), -0.0), (0.0, 0.0));
        assert_eq!(distance(&expected(0.0, 0.0), 1e-30).1, f64::INFINITY);
        assert_eq!(distance(&expected(1.0, 0.5), 1.25).1, 0.5);
    }

    #[test]
    fn the_poison_is_not_written_whatever_the_tolerance() {
        let mut found = Comparison::default();
        found.add(expected(1.0, 1.0), 0x7fc0_1231, 0x7fc0_1231);
        let problem = spak_records::Problem::Matmul { m: 1, n: 1, k: 1 };
        let fault = found.fault(&problem, "wrong-result").unwrap();
        assert_eq!(fault.reason, "output-not-written");
    }
}
