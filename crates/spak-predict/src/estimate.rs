//! The estimate: what a tiled kernel may take. It is no bound, and never stands for one.

use spak_records::prediction::{EstimateRecord, PartRecord};

use crate::ceiling::Ceilings;
use crate::family::{Case, Tiles};
use crate::hardware::Hardware;
use crate::occupancy::{Launch, Occupancy};

/// Rates that a kernel may hold: measured ones where they are known, else those of the data sheet.
struct Rates {
    products: Option<f64>,
    exponentials: Option<f64>,
    vector: Option<f64>,
    memory: Option<f64>,
    /// What they are, in words.
    assumes: Vec<String>,
}

impl Rates {
    fn of(hardware: &Hardware, case: &Case<'_>, ceilings: &Ceilings) -> Self {
        let mut assumes = Vec::new();
        let mut held = |name: &str| {
            let measured = hardware.sustained(name);
            if measured.is_some() {
                assumes.push(format!("`{name}` as it was measured to last"));
            }
            measured.or_else(|| hardware.figure(name))
        };
        let matrix = Hardware::matrix_rates(case.dtype, true);
        let fastest = |rates: Vec<f64>| rates.into_iter().reduce(f64::max);
        let products = match &ceilings.products {
            Some(c) if c.symbol == "matrix_rate" => {
                fastest(matrix.iter().filter_map(|n| held(n)).collect()).or(Some(c.rate))
            }
            Some(_) => held(Hardware::vector_rate(case.dtype)),
            None => None,
        };
        let vector = held("fp32_vector_rate").map(|rate| rate / 2.0);
        let memory = held("memory_bandwidth");
        let clock = ["vector_clock", "matrix_clock", "max_clock"]
            .into_iter()
            .find_map(|c| hardware.figure(c));
        let exponentials =
            match (hardware.figure("special_per_sm_cycle"), hardware.figure("sm_count"), clock) {
                (Some(each), Some(count), Some(clock)) => Some(each * count * clock),
                _ => None,
            };
        Self { products, exponentials, vector, memory, assumes }
    }
}

/// The estimate for `tiles`; `None` when the rates of products are not known or no block fits.
pub(crate) fn estimate(
    case: &Case<'_>,
    hardware: &Hardware,
    ceilings: &Ceilings,
    tiles: &Tiles,
    compulsory_bytes: f64,
    occupancy: Option<&Occupancy>,
    bound_ns: Option<f64>,
) -> Option<EstimateRecord> {
    let rates = Rates::of(hardware, case, ceilings);
    let products = tiles.products / rates.products?;
    let exponentials = rates.exponentials.map(|rate| tiles.exponentials / rate);
    let vector = rates.vector.map(|rate| tiles.vector / rate);
    let fits = hardware.figure("l2_cache").is_some_and(|cache| compulsory_bytes <= cache);
    let bytes = if fits { compulsory_bytes } else { compulsory_bytes.max(tiles.traffic * MISSED) };
    let memory = rates.memory.map(|rate| bytes / rate);
    let mut assumes = rates.assumes;
    assumes.extend(tiles.assumes.iter().cloned());
    if !fits {
        assumes.push(
            "of what tiles ask the last-level cache for, an eighth comes from memory".to_owned(),
        );
    }
    assumes.push("all blocks take equally long; rates at the clock of the data sheet".to_owned());

    let resident = occupancy.map(|o| o.blocks).filter(|b| *b > 0);
    let waves = match (resident, hardware.figure("sm_count")) {
        (Some(blocks), Some(count)) => {
            let at_once = blocks as f64 * count;
            let waves = (tiles.blocks / at_once).ceil().max(1.0);
            waves * at_once / tiles.blocks.max(1.0)
        }
        _ => 1.0,
    };
    // A block waits for itself: its products, its exponentials and the rest of its softmax follow from each
    // other, and only another block, or another half of it, fills the gaps.
    let chain = [Some(products), exponentials, vector];
    let softmax = exponentials.unwrap_or(0.0).max(vector.unwrap_or(0.0));
    let overlapped = resident.is_some_and(|blocks| blocks >= 2);
    let compute = match overlapped {
        true => chain.into_iter().flatten().fold(0.0, f64::max),
        false => products + softmax,
    };
    assumes.push(match overlapped {
        true => "resident blocks overlap products with softmax".to_owned(),
        false => "one resident block: products and softmax follow each other".to_owned(),
    });
    let compute = compute * waves;
    let launch = hardware.figure("launch_overhead").unwrap_or(0.0);
    let total = compute.max(memory.unwrap_or(0.0)) + launch;
    let ns = bound_ns.map_or(total, |bound| total.max(bound));
    let mut parts = vec![PartRecord { name: "products".to_owned(), ns: products }];
    let mut part = |name: &str, ns: Option<f64>| {
        if let Some(ns) = ns.filter(|ns| *ns > 0.0) {
            parts.push(PartRecord { name: name.to_owned(), ns });
        }
    };
    part("exponentials", exponentials);
    part("other vector work", vector);
    part("memory", memory);
    part("blocks that do not fill the device", Some(compute - compute / waves));
    part("launch", Some(launch));
    let limited_by = match memory.is_some_and(|m| m > compute) {
        true => "memory",
        false if products >= softmax => "products",
        false => "softmax",
    };
    Some(EstimateRecord { ns, limited_by: limited_by.to_owned(), parts, assumes })
}

/// Part of the bytes that blocks ask the last-level cache for and that it has to fetch, when the inputs do not
/// fit: neighbouring blocks share most of theirs.
const MISSED: f64 = 0.125;

/// What one block takes, from the estimate of a family or from a compiled kernel.
pub(crate) fn launch(tiles: &Tiles, exact: Option<Launch>, shared_memory: f64) -> Launch {
    exact.unwrap_or(Launch {
        // A compiler keeps to the limit and spills what is above it.
        registers: tiles.registers.min(255),
        shared_memory: shared_memory as u64,
        threads: tiles.threads,
    })
}
