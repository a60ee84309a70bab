//! What the outputs of a problem should be, and whether they are, as a node judges it.

use spak_records::gpu::{ArrayPlan, Fill, Role};
use spak_records::verify_report::{Finding, FindingKind};
use spak_tileir::Array;

use crate::candidate::{POISON, element};
use crate::error::VerifyError;
use crate::orders::{Given, Memory, Orders, THREADS};
use crate::reference::Reference;

/// Words of what a comparison finds.
const WORDS: usize = 8;

/// What the outputs of a problem should be, for inputs of a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The bytes of each array; none of outputs.
    pub inputs: Vec<Vec<u8>>,
    /// By the place of the array; none for inputs.
    outputs: Vec<Option<Expected>>,
}

/// What one output should be: all of its rows.
#[derive(Clone, Debug, PartialEq)]
struct Expected {
    /// How many rows there are, and how many elements one has.
    count: u64,
    length: u64,
    /// As `float`s.
    want: Vec<u8>,
    spread: Vec<u8>,
}

/// How well outputs agree that are right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Elements that were compared.
    pub compared: u64,
    /// The largest difference.
    pub worst_error: f64,
    /// The largest ratio of a difference to its tolerance.
    pub worst_ratio: f64,
}

/// Fills inputs from a seed and computes what outputs should be. `is_descending`: the last thread of each block goes first,
/// which changes nothing unless a reference lacks a barrier.
///
/// # Errors
/// The reference fails, or has no kernel for an array.
pub fn expect(
    reference: &Reference,
    arrays: &[ArrayPlan],
    numbers: &[f64],
    seed: u64,
    is_descending: bool,
) -> Result<Expectation, VerifyError> {
    let mut orders = Orders::new(is_descending);
    let mut inputs: Vec<(Memory, &ArrayPlan)> = Vec::new();
    for (at, plan) in arrays.iter().enumerate() {
        let Role::Input { fill } = &plan.role else { continue };
        let memory = orders.allocate(plan.bytes());
        let mut given = Given::default();
        let kind = match fill {
            Fill::Normal => Some((0, 1)),
            Fill::Below(bound) => Some((1, (*bound).max(1))),
            Fill::Computed => None,
        };
        match kind {
            Some((kind, bound)) => {
                given.array(memory, plan)?;
                given.long(seed_of(seed, at));
                given.int(kind);
                given.long(bound);
                orders.start("spak_fill", blocks(plan.elements()), &given);
            }
            // What follows from the inputs before it.
            None => {
                describe(&mut given, &inputs, numbers)?;
                given.array(memory, plan)?;
                let blocks = plan.elements().clamp(1, 16_384) as u32;
                orders.start(&format!("input_{}", plan.name), blocks, &given);
            }
        }
        inputs.push((memory, plan));
    }
    let mut outputs = Vec::with_capacity(arrays.len());
    for plan in arrays {
        let Role::Output { row_axes, .. } = &plan.role else { continue };
        let from = plan.shape.len().saturating_sub(*row_axes);
        let length = plan.shape.iter().skip(from).product::<u64>().max(1);
        let count = plan.elements() / length;
        let rows = orders.write(&rows(count));
        let want = orders.allocate(4 * count * length);
        let spread = orders.allocate(4 * count * length);
        let mut given = Given::default();
        describe(&mut given, &inputs, numbers)?;
        given.memory(rows);
        given.long(count);
        given.memory(want);
        given.memory(spread);
        orders.start(&format!("reference_{}", plan.name), count as u32, &given);
        outputs.push((count, length, want, spread));
    }
    inputs.iter().for_each(|(memory, _)| orders.read(*memory));
    for (.., want, spread) in &outputs {
        orders.read(*want);
        orders.read(*spread);
    }
    let mut answers = reference.carry_out(orders)?.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let inputs = arrays.iter().map(|plan| if plan.is_output() { Vec::new() } else { next() });
    let inputs = inputs.collect();
    let mut counts = outputs.iter();
    let expected = arrays.iter().map(|plan| {
        let (count, length, ..) = if plan.is_output() { counts.next()? } else { return None };
        Some(Expected { count: *count, length: *length, want: next(), spread: next() })
    });
    let outputs = expected.collect();
    Ok(Expectation { inputs, outputs })
}

/// Compares the outputs that a candidate left, by the place of the array; what is wrong with the first that is.
///
/// # Errors
/// The judge's own kernels fail.
pub fn compare(
    reference: &Reference,
    expectation: &Expectation,
    arrays: &[ArrayPlan],
    left: &[Vec<u8>],
) -> Result<Result<Agreement, Box<Finding>>, VerifyError> {
    let mut orders = Orders::new(false);
    let mut judged = Vec::new();
    for ((plan, bytes), expected) in arrays.iter().zip(left).zip(&expectation.outputs) {
        let (Some(expected), Role::Output { .. }) = (expected, &plan.role) else {
            continue;
        };
        let memory = orders.write(bytes);
        let rows = orders.write(&rows(expected.count));
        let (want, spread) = (orders.write(&expected.want), orders.write(&expected.spread));
        // Counts from nothing, the first wrong one from the largest number.
        let start: [u64; WORDS] = [0, 0, u64::MAX, 0, 0, 0, 0, 0];
        let start: Vec<u8> = start.iter().flat_map(|word| word.to_le_bytes()).collect();
        let found = orders.write(&start);
        let mut given = Given::default();
        given.array(memory, plan)?;
        given.memory(rows);
        given.long(expected.count);
        given.long(expected.length);
        given.memory(want);
        given.memory(spread);
        let (out, term) = plan.roundoffs();
        given.double(out);
        given.double(term);
        given.memory(found);
        orders.start("spak_compare", blocks(expected.count * expected.length), &given);
        let mut given = Given::default();
        given.array(memory, plan)?;
        given.memory(found);
        orders.start("spak_scan", blocks(plan.elements()), &given);
        orders.read(found);
        judged.push((plan, bytes, expected));
    }
    let mut agreement = Agreement::default();
    for (answer, (plan, bytes, expected)) in reference.carry_out(orders)?.iter().zip(judged) {
        let mut words = answer
            .chunks_exact(8)
            .map(|chunk| chunk.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte)));
        let mut next = || words.next().unwrap_or(0);
        let (compared, wrong, first, not_numbers) = (next(), next(), next(), next());
        let (ratio, error) = (f64::from_bits(next()), f64::from_bits(next()));
        if not_numbers > 0 {
            return Ok(Err(Box::new(no_numbers(plan, bytes, not_numbers))));
        }
        if wrong > 0 {
            let got = number(plan, bytes, first);
            let at = usize::try_from(first).unwrap_or(usize::MAX).saturating_mul(4);
            let want = expected.want.get(at..).and_then(|rest| rest.first_chunk());
            let want = want.map_or(f32::NAN, |bytes| f32::from_le_bytes(*bytes));
            let index = index(plan, first);
            return Ok(Err(Box::new(Finding {
                array: Some(plan.name.clone()),
                index: Some(index.clone()),
                ..Finding::new(
                    FindingKind::WrongResult,
                    format!(
                        "{wrong} of {compared} elements of `{}` are wrong, the first at {index:?} is {got:.6} instead of {want:.6}; the largest difference is {error:.3e}, {ratio:.1} times its tolerance",
                        plan.name
                    ),
                )
            })));
        }
        agreement.compared += compared;
        agreement.worst_error = agreement.worst_error.max(error);
        agreement.worst_ratio = agreement.worst_ratio.max(ratio);
    }
    Ok(Ok(agreement))
}

/// What stands in place of numbers: nothing was written, or what was computed is none.
fn no_numbers(plan: &ArrayPlan, bytes: &[u8], count: u64) -> Finding {
    let size = (plan.dtype.bytes() as usize).max(1);
    let is_poison = |at: u64| {
        let from = usize::try_from(offset(plan, at)).unwrap_or(usize::MAX).saturating_mul(size);
        let element = bytes.get(from..).and_then(|rest| rest.get(..size));
        element.is_some_and(|element| element.iter().all(|byte| *byte == POISON))
    };
    // Those of eight bits that are no numbers have few bit patterns; the others are told apart by them.
    let mut unwritten = (0..plan.elements()).filter(|at| is_poison(*at)).peekable();
    let name = &plan.name;
    if let Some(first) = unwritten.peek().copied() {
        let index = index(plan, first);
        let count = unwritten.count();
        let message =
            format!("{count} elements of `{name}` were not written, the first at {index:?}");
        let finding = Finding::new(FindingKind::NotWritten, message);
        return Finding { array: Some(name.clone()), index: Some(index), ..finding };
    }
    let first = (0..plan.elements()).find(|at| number(plan, bytes, *at).is_nan()).unwrap_or(0);
    let index = index(plan, first);
    let message = format!(
        "{count} elements of `{name}` are no numbers, the first at {index:?}; elements that the padding leaves undetermined count as such"
    );
    let finding = Finding::new(FindingKind::NotANumber, message);
    Finding { array: Some(name.clone()), index: Some(index), ..finding }
}

fn describe(
    given: &mut Given,
    inputs: &[(Memory, &ArrayPlan)],
    numbers: &[f64],
) -> Result<(), VerifyError> {
    inputs.iter().try_for_each(|(memory, plan)| given.array(*memory, plan))?;
    numbers.iter().for_each(|number| given.double(*number));
    Ok(())
}

/// The numbers of all rows.
fn rows(count: u64) -> Vec<u8> {
    (0..count).flat_map(u64::to_le_bytes).collect()
}

/// The place along each axis of the element with this number.
fn index(plan: &ArrayPlan, mut number: u64) -> Vec<u64> {
    let mut index: Vec<u64> = Vec::with_capacity(plan.shape.len());
    for length in plan.shape.iter().rev() {
        index.push(number % (*length).max(1));
        number /= (*length).max(1);
    }
    index.reverse();
    index
}

/// Where the element with this number lies, in elements.
fn offset(plan: &ArrayPlan, number: u64) -> u64 {
    index(plan, number).iter().zip(&plan.strides).map(|(at, stride)| at * stride).sum()
}

/// The value of the element with this number.
fn number(plan: &ArrayPlan, bytes: &[u8], number: u64) -> f64 {
    let size = (plan.dtype.bytes() as usize).max(1);
    let from = usize::try_from(offset(plan, number)).unwrap_or(usize::MAX).saturating_mul(size);
    let element_bytes = bytes.get(from..).and_then(|rest| rest.get(..size)).unwrap_or_default();
    let one = Array::dense(element(plan.dtype), &[1], element_bytes.to_vec());
    one.numbers().first().copied().unwrap_or(f64::NAN)
}

/// The seed of an array of a problem: others for others; a node's.
fn seed_of(seed: u64, array: usize) -> u64 {
    seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(array as u64 + 1)
}

/// Blocks that go over so many elements.
fn blocks(elements: u64) -> u32 {
    elements.div_ceil(u64::from(THREADS)).clamp(1, 16_384) as u32
}
