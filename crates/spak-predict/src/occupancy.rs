//! How many blocks of threads fit one multiprocessor: the rules of the CUDA occupancy calculator.
//!
//! Registers are given to warps in units, each partition of a multiprocessor has an equal part of them,
//! shared memory is given to blocks in units, and a block reserves some shared memory for the system. The units are figures of the hardware
//! description; the rules are those of NVIDIA's occupancy calculator, and a test compares them with
//! what the driver answers on a device.

use crate::hardware::Hardware;

/// What one block of a compiled kernel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Registers of one thread.
    pub registers: u64,
    /// Bytes of shared memory of one block, static and dynamic together.
    pub shared_memory: u64,
    /// Threads of one block.
    pub threads: u64,
}

/// How full a multiprocessor is.
#[derive(Clone, Debug, PartialEq)]
pub struct Occupancy {
    /// Blocks that are resident at a time; 0 when not even one fits.
    pub blocks: u64,
    /// Warps that are resident at a time.
    pub warps: u64,
    /// Warps that could be.
    pub warps_limit: u64,
    /// What keeps it from more, in words.
    pub limited_by: String,
}

impl Occupancy {
    /// Resident warps as a part of those that could be.
    pub fn fraction(&self) -> f64 {
        if self.warps_limit == 0 { 0.0 } else { self.warps as f64 / self.warps_limit as f64 }
    }
}

fn round_up(value: u64, unit: u64) -> u64 {
    value.div_ceil(unit.max(1)).saturating_mul(unit.max(1))
}

fn round_down(value: u64, unit: u64) -> u64 {
    value - value % unit.max(1)
}

/// How many blocks of `launch` fit one multiprocessor of `hardware`.
///
/// # Errors
/// The figures that the description lacks, by name.
pub fn occupancy(hardware: &Hardware, launch: Launch) -> Result<Occupancy, Vec<&'static str>> {
    let mut missing = Vec::new();
    let mut figure = |name: &'static str| {
        hardware.count(name).unwrap_or_else(|| {
            missing.push(name);
            1
        })
    };
    let warp = figure("threads_per_warp");
    let threads_per_block = figure("threads_per_block");
    let warps_per_sm = figure("warps_per_sm");
    let blocks_per_sm = figure("blocks_per_sm");
    let registers_per_sm = figure("registers_per_sm");
    let registers_per_thread = figure("registers_per_thread");
    let register_unit = figure("register_unit");
    let warp_unit = figure("warp_unit");
    let shared_per_sm = figure("shared_memory_per_sm");
    let shared_per_block = figure("shared_memory_per_block");
    let shared_reserved = figure("shared_memory_reserved_per_block");
    let shared_unit = figure("shared_memory_unit");
    if !missing.is_empty() {
        return Err(missing);
    }
    let none =
        |why: String| Occupancy { blocks: 0, warps: 0, warps_limit: warps_per_sm, limited_by: why };
    if launch.threads == 0 || launch.threads > threads_per_block {
        let why = format!("{} threads, and a block has 1 to {threads_per_block}", launch.threads);
        return Ok(none(why));
    }
    if launch.registers > registers_per_thread {
        let why = format!(
            "{} registers a thread, and there are at most {registers_per_thread}",
            launch.registers
        );
        return Ok(none(why));
    }
    if launch.shared_memory > shared_per_block {
        let why = format!(
            "{} B of shared memory, and a block has at most {shared_per_block} B",
            launch.shared_memory
        );
        return Ok(none(why));
    }
    let warps = launch.threads.div_ceil(warp);
    let registers_per_warp = round_up(launch.registers.max(1).saturating_mul(warp), register_unit);
    // A multiprocessor has `warp_unit` partitions, and what is left in one is of no use to another.
    let by_registers = round_down(registers_per_sm / registers_per_warp, warp_unit) / warps;
    let shared = round_up(launch.shared_memory.saturating_add(shared_reserved), shared_unit);
    let limits = [
        (warps_per_sm / warps, "warps"),
        (blocks_per_sm, "blocks"),
        (by_registers, "registers"),
        (shared_per_sm / shared.max(1), "shared memory"),
    ];
    let blocks = limits.iter().map(|(n, _)| *n).min().unwrap_or(0);
    let limiting: Vec<&str> =
        limits.iter().filter(|(n, _)| *n == blocks).map(|(_, w)| *w).collect();
    Ok(Occupancy {
        blocks,
        warps: blocks.saturating_mul(warps),
        warps_limit: warps_per_sm,
        limited_by: limiting.join(", "),
    })
}
