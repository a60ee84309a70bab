//! A candidate: kernels as bytecode of Tile IR, run one after the other over the arrays of a problem.

use std::num::NonZeroUsize;

use spak_records::Dtype;
use spak_records::compiling::{Argument as Passed, LaunchPlan};
use spak_records::gpu::ArrayPlan;
use spak_records::verify_report::{Finding, FindingKind};
use spak_tileir::{
    Argument, ArgumentError, Arguments, Array, Element, Limits, Place, RunError, Trouble, read,
};

/// What outputs and scratch hold before they are written: no number in any floating-point format.
pub(crate) const POISON: u8 = 0xff;
/// Elements of work; the small problems take a thousandth, and a loop without an end some seconds.
const MOST_WORK: u64 = 1 << 33;

/// What kernels left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Left {
    /// The bytes of each array of the problem.
    pub arrays: Vec<Vec<u8>>,
    /// What it took.
    pub work: Work,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Blocks of all kernels.
    pub blocks: u64,
    /// Operations of Tile IR on whole tiles.
    pub operations: u64,
}

/// Runs what a plan starts: `binaries` has the bytecode of each launch, `inputs` the bytes of each array, `source` the text that
/// the kernels were compiled from.
pub fn run(
    plan: &LaunchPlan,
    binaries: &[&[u8]],
    arrays: &[ArrayPlan],
    inputs: &[Vec<u8>],
    source: &str,
    threads: NonZeroUsize,
) -> Result<Left, Box<Finding>> {
    let fresh = |plan: (&ArrayPlan, &Vec<u8>)| match plan {
        (plan, _) if plan.is_output() => vec![POISON; plan.bytes() as usize],
        (_, bytes) => bytes.clone(),
    };
    let mut left =
        Left { arrays: arrays.iter().zip(inputs).map(fresh).collect(), work: Work::default() };
    let mut scratch = Vec::with_capacity(plan.scratch.len());
    for one in &plan.scratch {
        let element = of_cutile(&one.dtype)?;
        let elements = one.shape.iter().fold(1_u64, |all, length| all.saturating_mul(*length));
        scratch.push(vec![POISON; elements as usize * element.bytes()]);
    }
    let limits = Limits { work: MOST_WORK, threads, ..Limits::default() };
    for (launch, binary) in plan.launches.iter().zip(binaries) {
        let module = read(binary).map_err(|error| {
            not_run(format!("the bytecode of `{}` cannot be read: {error}", launch.kernel))
        })?;
        // Arrays go to the interpreter and come back.
        let mut names = Vec::new();
        let mut arguments = Arguments::default();
        for passed in &launch.arguments {
            arguments.list.push(match passed {
                Passed::Array(name) => {
                    let found = arrays.iter().zip(&mut left.arrays).find(|(a, _)| a.name == *name);
                    let (plan, bytes) = found
                        .ok_or_else(|| not_run(format!("the problem has no array `{name}`")))?;
                    names.push(name.clone());
                    Argument::Array(Array {
                        element: element(plan.dtype),
                        // An array may be given twice, so that it is copied.
                        bytes: bytes.clone(),
                        shape: plan.seen_shape(),
                        strides: plan.seen_strides(),
                    })
                }
                Passed::Scratch(at) => {
                    let found = plan.scratch.get(*at).zip(scratch.get(*at));
                    let (of, bytes) =
                        found.ok_or_else(|| not_run(format!("the plan has no scratch {at}")))?;
                    names.push(format!("scratch {at}"));
                    Argument::Array(Array {
                        element: of_cutile(&of.dtype)?,
                        bytes: bytes.clone(),
                        shape: of.shape.clone(),
                        strides: of.strides.clone(),
                    })
                }
                Passed::Int32(value) => Argument::Integer(i64::from(*value)),
                Passed::Float32(value) => Argument::Float(f64::from(*value)),
            });
        }
        let grid = launch.grid.map(|size| u32::try_from(size).unwrap_or(u32::MAX));
        let took = spak_tileir::run(&module, &launch.kernel, grid, &mut arguments, &limits)
            .map_err(|error| finding(&error, &launch.kernel, &names, source))?;
        left.work.blocks += took.blocks;
        left.work.operations += took.operations;
        for (passed, argument) in launch.arguments.iter().zip(arguments.list) {
            let Argument::Array(array) = argument else { continue };
            let place = match passed {
                Passed::Array(name) => arrays
                    .iter()
                    .position(|one| one.name == *name)
                    .and_then(|at| left.arrays.get_mut(at)),
                Passed::Scratch(at) => scratch.get_mut(*at),
                _ => None,
            };
            if let Some(place) = place {
                *place = array.bytes;
            }
        }
    }
    for ((plan, bytes), before) in arrays.iter().zip(&left.arrays).zip(inputs) {
        if !plan.is_output() && bytes != before {
            let message = format!("the kernel wrote into its input `{}`", plan.name);
            let finding = Finding::new(FindingKind::InputsChanged, message);
            return Err(Box::new(Finding { array: Some(plan.name.clone()), ..finding }));
        }
    }
    Ok(left)
}

fn not_run(message: String) -> Box<Finding> {
    Box::new(Finding::new(FindingKind::NotRun, message))
}

/// What the interpreter says of a kernel; `names` are those of the arrays that it was given.
fn finding(error: &RunError, kernel: &str, names: &[String], source: &str) -> Box<Finding> {
    let (place, trouble) = match error {
        RunError::Operation { place, trouble } => (place, trouble),
        RunError::Arguments(ArgumentError::Memory { .. }) => {
            let finding = Finding::new(FindingKind::Unfinished, error.to_string());
            return Box::new(Finding { kernel: Some(kernel.to_owned()), ..finding });
        }
        RunError::Arguments(_) => {
            let finding = Finding::new(FindingKind::NotRun, error.to_string());
            return Box::new(Finding { kernel: Some(kernel.to_owned()), ..finding });
        }
    };
    let (kind, array) = match **trouble {
        Trouble::Outside { array, .. } | Trouble::OtherElements { array, .. } => {
            (FindingKind::Outside, names.get(array))
        }
        Trouble::NoArray { .. } | Trouble::Index { .. } | Trouble::NotInside { .. } => {
            (FindingKind::Outside, None)
        }
        Trouble::Assumption { .. } => (FindingKind::Assumption, None),
        Trouble::Work { .. } => (FindingKind::Unfinished, None),
        Trouble::Unsupported(_) | Trouble::Malformed(_) => (FindingKind::NotRun, None),
        _ => (FindingKind::Undefined, None),
    };
    let Place { block, operation, source: at, .. } = &**place;
    let line = at.as_ref().map(|at| at.line);
    let text =
        line.and_then(|line| source.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let [x, y, z] = block;
    let mut message = format!("{trouble}");
    if let Some(array) = array {
        message.push_str(&format!(", which is `{array}`"));
    }
    message.push_str(&format!("; `{operation}` in block ({x}, {y}, {z}) of `{kernel}`"));
    if let (Some(line), Some(text)) = (line, text) {
        message.push_str(&format!(", line {line}: `{}`", text.trim()));
    }
    Box::new(Finding {
        kernel: Some(kernel.to_owned()),
        block: Some(*block),
        array: array.cloned(),
        line,
        source: text.map(|text| text.trim().to_owned()),
        ..Finding::new(kind, message)
    })
}

/// An element type as the interpreter calls it.
pub(crate) fn element(dtype: Dtype) -> Element {
    match dtype {
        Dtype::F32 => Element::F32,
        Dtype::F16 => Element::F16,
        Dtype::Bf16 => Element::BF16,
        Dtype::F8e4m3 => Element::F8E4M3,
        Dtype::F8e5m2 => Element::F8E5M2,
        Dtype::I32 => Element::I32,
        Dtype::I64 => Element::I64,
    }
}

/// The type of a scratch array.
fn of_cutile(name: &str) -> Result<Element, Box<Finding>> {
    let known = Dtype::of_cutile(name).map(element);
    known.ok_or_else(|| not_run(format!("scratch of `{name}` is not known here")))
}
