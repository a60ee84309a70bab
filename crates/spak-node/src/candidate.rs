//! The process that candidates run in: it does what it is told, a line each.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use spak_records::bundle::NodeProgram;
use spak_records::compiling::Argument;
use spak_records::gpu::ArrayPlan;
use spak_records::node::{NodeAnswer, Order};

use crate::arrays::{Filler, hash, scratch_bytes};
use crate::driver::{Arguments, DriverError, Event, Gpu, Kernel, Memory, Module};
use crate::parts::Parts;
use crate::share::share;
use crate::turns::{cycle, turns};

/// What an unwritten output holds: no number in any floating-point format.
const POISON: u8 = 0xff;
/// Milliseconds for which a program runs before it is timed.
const WARM_UP: f64 = 30.0;
/// Starts that are in the stream before it is waited for, where a program is repeated.
const AT_ONCE: u64 = 8;

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Driver(#[from] DriverError),
    #[error("{0}")]
    Other(String),
    #[error("the kernels changed their input `{0}`")]
    Changed(String),
}

/// A program that was placed.
struct Placed {
    plans: Vec<ArrayPlan>,
    arrays: Vec<Memory>,
    scratch: Vec<Memory>,
    hashes: Vec<u64>,
    starts: Vec<(Kernel, [u32; 3], Arguments)>,
    /// Kernels live as long as these.
    _modules: Vec<Module>,
}

struct Process<'p> {
    gpu: Gpu,
    common: Module,
    parts: &'p Parts,
    shared: &'p Path,
    places: BTreeMap<usize, Placed>,
    /// Twice as long as the cache, so that nothing of an array stays in it.
    sweep: Memory,
}

/// Answers orders until there are no more.
///
/// # Errors
/// What keeps it from beginning, and what keeps answers from being written.
pub fn serve(
    parts: &Parts,
    common: &str,
    shared: &Path,
    orders: impl BufRead,
    mut answers: impl Write,
) -> Result<(), String> {
    let mut tell = |answer: &NodeAnswer| -> Result<(), String> {
        let line = serde_json::to_string(answer).map_err(|error| error.to_string())?;
        writeln!(answers, "{line}").and_then(|()| answers.flush()).map_err(|e| e.to_string())
    };
    let begun = Process::begin(parts, common, shared);
    let mut process = match begun {
        Ok(process) => process,
        Err(fault) => return tell(&NodeAnswer::Failed(fault.to_string())),
    };
    tell(&NodeAnswer::Ready)?;
    for line in orders.lines() {
        let line = line.map_err(|error| error.to_string())?;
        let order: Order = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let answer = match process.carry_out(&order) {
            Ok(answer) => answer,
            Err(Fault::Changed(array)) => NodeAnswer::InputsChanged(array),
            Err(fault) => NodeAnswer::Failed(fault.to_string()),
        };
        tell(&answer)?;
    }
    Ok(())
}

impl<'p> Process<'p> {
    fn begin(parts: &'p Parts, common: &str, shared: &'p Path) -> Result<Self, Fault> {
        let gpu = Gpu::open(0)?;
        let binary = parts.read(common).map_err(Fault::Other)?;
        let common = gpu.load(&binary)?;
        let sweep = gpu.allocate(2 * gpu.facts().l2)?;
        Ok(Self { gpu, common, parts, shared, places: BTreeMap::new(), sweep })
    }

    fn carry_out(&mut self, order: &Order) -> Result<NodeAnswer, Fault> {
        match order {
            Order::Place { place, program, seed } => {
                self.places.remove(place);
                let placed = self.placed(program, *seed)?;
                self.places.insert(*place, placed);
                Ok(NodeAnswer::Done)
            }
            Order::Run { place } => {
                let placed = self.at(*place)?;
                for (plan, memory) in placed.plans.iter().zip(&placed.arrays) {
                    if plan.is_output() {
                        self.gpu.set(memory, POISON)?;
                    }
                }
                for memory in &placed.scratch {
                    self.gpu.set(memory, POISON)?;
                }
                self.start(placed)?;
                self.gpu.wait()?;
                for ((plan, memory), before) in
                    placed.plans.iter().zip(&placed.arrays).zip(&placed.hashes)
                {
                    if !plan.is_output() && hash(&self.gpu, &self.common, memory)? != *before {
                        return Err(Fault::Changed(plan.name.clone()));
                    }
                }
                Ok(NodeAnswer::Done)
            }
            Order::Share { place, array } => {
                let memory = self.at(*place)?.arrays.get(*array);
                let memory = memory.ok_or_else(|| Fault::Other(format!("no array {array}")))?;
                Ok(NodeAnswer::Shared(share(memory)?))
            }
            Order::Fetch { place, array } => {
                let placed = self.at(*place)?;
                let memory = placed.arrays.get(*array);
                let memory = memory.ok_or_else(|| Fault::Other(format!("no array {array}")))?;
                let mut bytes = vec![0; memory.bytes() as usize];
                self.gpu.download(memory, &mut bytes)?;
                std::fs::write(self.shared, &bytes)
                    .map_err(|error| Fault::Other(error.to_string()))?;
                Ok(NodeAnswer::Done)
            }
            Order::Time { places, samples, seconds } => {
                self.time(places, *samples, *seconds).map(NodeAnswer::Times)
            }
            Order::Repeat { place, seconds } => self.repeat(*place, *seconds),
            Order::Offer { .. } | Order::Other { .. } => {
                Err(Fault::Other("this process has candidates only".to_owned()))
            }
        }
    }

    fn at(&self, place: usize) -> Result<&Placed, Fault> {
        self.places.get(&place).ok_or_else(|| Fault::Other(format!("nothing is placed at {place}")))
    }

    fn placed(&self, program: &NodeProgram, seed: u64) -> Result<Placed, Fault> {
        let arrays = self.filled(program, seed)?;
        let scratch = program.scratch.iter().map(|array| self.gpu.allocate(scratch_bytes(array)));
        let scratch: Vec<Memory> = scratch.collect::<Result<_, _>>()?;
        let mut hashes = Vec::with_capacity(arrays.len());
        for memory in &arrays {
            hashes.push(hash(&self.gpu, &self.common, memory)?);
        }
        let (mut modules, mut starts) = (Vec::new(), Vec::new());
        for start in &program.kernels {
            let module = self.gpu.load(&self.parts.read(&start.part).map_err(Fault::Other)?)?;
            let kernel = module.kernel(&start.kernel)?;
            self.gpu.widen(&kernel)?;
            modules.push(module);
            let mut arguments = Arguments::default();
            for argument in &start.arguments {
                pass(&mut arguments, argument, program, &arrays, &scratch)?;
            }
            let grid = start.grid.map(|size| u32::try_from(size).unwrap_or(u32::MAX));
            starts.push((kernel, grid, arguments));
        }
        self.gpu.wait()?;
        Ok(Placed {
            plans: program.arrays.clone(),
            arrays,
            scratch,
            hashes,
            starts,
            _modules: modules,
        })
    }

    /// A program's arrays with its inputs in them.
    fn filled(&self, program: &NodeProgram, seed: u64) -> Result<Vec<Memory>, Fault> {
        let reference = match &program.inputs {
            Some(inputs) => {
                let binary = self.parts.read(&inputs.part).map_err(Fault::Other)?;
                Some((self.gpu.load(&binary)?, inputs.numbers.as_slice()))
            }
            None => None,
        };
        let reference = reference.as_ref().map(|(module, numbers)| (module, *numbers));
        let filler = Filler { gpu: &self.gpu, common: &self.common, reference, seed };
        let mut arrays = Vec::with_capacity(program.arrays.len());
        for (at, plan) in program.arrays.iter().enumerate() {
            let memory = self.gpu.allocate(plan.bytes())?;
            let before = arrays.iter().zip(&program.arrays).filter(|(_, plan)| !plan.is_output());
            filler.fill(at, plan, &memory, before)?;
            arrays.push(memory);
        }
        // The reference's kernels go with its module.
        self.gpu.wait()?;
        Ok(arrays)
    }

    fn start(&self, placed: &Placed) -> Result<(), DriverError> {
        // A block of cuTile is asked for as one thread; the binary says how many it has.
        placed
            .starts
            .iter()
            .try_for_each(|(kernel, grid, arguments)| self.gpu.start(kernel, *grid, 1, arguments))
    }

    /// Starts a program without pause, a few at once, so that the host is not waited for.
    fn repeat(&self, place: usize, seconds: f64) -> Result<NodeAnswer, Fault> {
        let placed = self.at(place)?;
        let begin = Instant::now();
        let mut runs = 0;
        while begin.elapsed().as_secs_f64() < seconds {
            for _ in 0..AT_ONCE {
                self.start(placed)?;
            }
            self.gpu.wait()?;
            runs += AT_ONCE;
        }
        Ok(NodeAnswer::Repeated { runs, seconds: begin.elapsed().as_secs_f64() })
    }

    /// Samples of programs by turns. All are in the stream before the first is waited for, so that the host is not timed; each
    /// begins with a cache that holds nothing of its arrays.
    fn time(&self, places: &[usize], samples: u32, seconds: f64) -> Result<Vec<Vec<u64>>, Fault> {
        let programs: Vec<&Placed> =
            places.iter().map(|place| self.at(*place)).collect::<Result<_, _>>()?;
        let begin = Instant::now();
        let mut slowest = 0_f64;
        for program in &programs {
            let warm = Instant::now();
            loop {
                let (from, to) = (self.gpu.event()?, self.gpu.event()?);
                self.gpu.set(&self.sweep, 0)?;
                self.gpu.record(&from)?;
                self.start(program)?;
                self.gpu.record(&to)?;
                self.gpu.wait()?;
                let milliseconds = to.since(&from)?;
                if warm.elapsed().as_secs_f64() * 1e3 > WARM_UP {
                    slowest = slowest.max(milliseconds);
                    break;
                }
            }
        }
        // What clearing the cache takes beside the kernels is small, and bounded from above.
        let round = programs.len() as f64 * (slowest + 0.2) / 1e3;
        let left = (seconds - begin.elapsed().as_secs_f64()).max(0.0);
        let count = (left / round).clamp(6.0, f64::from(samples.max(6))) as usize;
        let count = count.next_multiple_of(cycle(programs.len()));
        let mut events: Vec<Vec<(Event, Event)>> = programs.iter().map(|_| Vec::new()).collect();
        for round in 0..count {
            for at in turns(round, programs.len()) {
                let Some((program, events)) = programs.get(at).zip(events.get_mut(at)) else {
                    continue;
                };
                let (from, to) = (self.gpu.event()?, self.gpu.event()?);
                self.gpu.set(&self.sweep, 0)?;
                self.gpu.record(&from)?;
                self.start(program)?;
                self.gpu.record(&to)?;
                events.push((from, to));
            }
        }
        self.gpu.wait()?;
        let times = |events: &Vec<(Event, Event)>| {
            let one = |(from, to): &(Event, Event)| Ok((to.since(from)? * 1e6).round() as u64);
            events.iter().map(one).collect::<Result<Vec<u64>, DriverError>>()
        };
        Ok(events.iter().map(times).collect::<Result<_, _>>()?)
    }
}

/// Adds an argument in cuTile's convention: of an array its address, its sizes and its strides.
fn pass(
    arguments: &mut Arguments,
    argument: &Argument,
    program: &NodeProgram,
    arrays: &[Memory],
    scratch: &[Memory],
) -> Result<(), Fault> {
    let mut array = |memory: &Memory, shape: &[u64], strides: &[u64]| -> Result<(), Fault> {
        arguments.memory(memory);
        for number in shape.iter().chain(strides) {
            let number = i32::try_from(*number).map_err(|_| {
                Fault::Other(format!("a size or stride of {number} does not fit into 32 bits"))
            })?;
            arguments.bytes(number.to_le_bytes().to_vec());
        }
        Ok(())
    };
    match argument {
        Argument::Array(name) => {
            let at = program.arrays.iter().position(|plan| plan.name == *name);
            let found = at.and_then(|at| Some((program.arrays.get(at)?, arrays.get(at)?)));
            let (plan, memory) =
                found.ok_or_else(|| Fault::Other(format!("there is no array `{name}`")))?;
            array(memory, &plan.seen_shape(), &plan.seen_strides())
        }
        Argument::Scratch(at) => {
            let found = program.scratch.get(*at).zip(scratch.get(*at));
            let (plan, memory) =
                found.ok_or_else(|| Fault::Other(format!("there is no scratch array {at}")))?;
            array(memory, &plan.shape, &plan.strides)
        }
        Argument::Int32(number) => {
            arguments.bytes(number.to_le_bytes().to_vec());
            Ok(())
        }
        Argument::Float32(number) => {
            arguments.bytes(number.to_le_bytes().to_vec());
            Ok(())
        }
    }
}
