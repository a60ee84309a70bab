//! Ceilings: the highest rate at which a machine can do one kind of work, as formulas of its figures.

use spak_expr::Dimension;
use spak_records::prediction::CeilingRecord;

use crate::dtype::Dtype;
use crate::formula::Symbols;
use crate::hardware::{Hardware, plain};
use crate::options::{Accumulators, Caches, Exponentials, Options, Precision};

/// One ceiling.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceiling {
    /// Its symbol in formulas.
    pub symbol: &'static str,
    /// In words.
    pub label: String,
    /// The rate in base units.
    pub rate: f64,
    /// As an expression of numbers with units.
    pub formula: String,
}

/// Every ceiling that the description allows to state, and what it lacks for the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ceilings {
    /// Products of elements.
    pub products: Option<Ceiling>,
    /// Exponentials and logarithms.
    pub exponentials: Option<Ceiling>,
    /// Vector instructions of single lanes, in FP32.
    pub vector: Option<Ceiling>,
    /// Memory.
    pub memory: Option<Ceiling>,
    /// From the L2 cache to the multiprocessors.
    pub l2: Option<Ceiling>,
    /// Shared memory of all multiprocessors. It is for tables and pictures: see [`Ceilings::shared`].
    pub shared: Option<Ceiling>,
    /// What is not known, in sentences.
    pub lacks: Vec<String>,
}

const RATE: &str = "TFLOPS";

impl Ceilings {
    /// The ceilings of `hardware` for elements of `dtype`.
    pub fn of(hardware: &Hardware, dtype: Dtype, options: &Options) -> Self {
        let mut out = Self::default();
        out.products = out.products(hardware, dtype, options);
        out.vector = scaled(hardware, "fp32_vector_rate", "vector_clock")
            .map(|formula| ceiling("vector_rate", "vector units, FP32", formula));
        out.exponentials = out.exponentials(hardware, options);
        out.memory = out.memory(hardware, options);
        out.l2 = out.l2(hardware);
        out.shared = Self::shared(hardware);
        out.clocks(hardware);
        if hardware.calibrated {
            out.lacks.push(
                "the rates were measured on this machine a moment ago: the bound holds as far as they are its highest"
                    .to_owned(),
            );
        }
        out
    }

    /// The fastest units that can multiply `dtype` with the wanted precision.
    fn products(
        &mut self,
        hardware: &Hardware,
        dtype: Dtype,
        options: &Options,
    ) -> Option<Ceiling> {
        let fp32 = options.accumulators == Accumulators::Fp32;
        let ieee = dtype == Dtype::F32 && options.precision == Precision::Ieee;
        let matrix: &[&str] = if ieee { &[] } else { Hardware::matrix_rates(dtype, fp32) };
        let any_matrix = crate::hardware::FIGURES.iter().any(|(name, _)| {
            name.ends_with("_rate")
                && !name.ends_with("_vector_rate")
                && hardware.figure(name).is_some()
        });
        let known: Vec<(&str, &str, String)> = matrix
            .iter()
            .filter_map(|name| {
                Some((*name, "matrix_clock", scaled(hardware, name, "matrix_clock")?))
            })
            .collect();
        // A part with matrix units whose rate in this type is not given may be faster than its vector units.
        if known.is_empty() && !matrix.is_empty() && (any_matrix || dtype.bits() < 32) {
            self.lacks.push(format!(
                "no `{}`: products of {dtype} are not bounded",
                matrix.first().copied().unwrap_or("matrix rate")
            ));
            return None;
        }
        let vector = Hardware::vector_rate(dtype);
        let all = known
            .into_iter()
            .map(|(name, _, formula)| {
                ceiling("matrix_rate", &format!("matrix units, {}", rate_name(name)), formula)
            })
            .chain(scaled(hardware, vector, "vector_clock").map(|formula| {
                ceiling("vector_rate", &format!("vector units, {}", rate_name(vector)), formula)
            }));
        let fastest = all.reduce(|a, b| if b.rate > a.rate { b } else { a });
        if fastest.is_none() {
            self.lacks.push(format!("no `{vector}`: products of {dtype} are not bounded"));
        }
        fastest
    }

    fn exponentials(&mut self, hardware: &Hardware, options: &Options) -> Option<Ceiling> {
        let special = special(hardware);
        // An exponential on vector units takes at least one instruction of a lane, which counts two FLOP.
        let lanes = ["fp16_vector_rate", "fp32_vector_rate"]
            .into_iter()
            .filter_map(|name| {
                Some((hardware.figure(name)?, scaled(hardware, name, "vector_clock")?))
            })
            .reduce(|a, b| if b.0 > a.0 { b } else { a })
            .map(|(_, formula)| format!("{formula} / 2 FLOP"));
        let (label, formula) = match (options.exponentials, special, lanes) {
            (Exponentials::SpecialUnits, Some(special), _) => ("special functions", special),
            (_, Some(special), Some(lanes)) => {
                ("special functions and vector units", format!("{special} + {lanes}"))
            }
            (_, None, Some(lanes)) if !hardware.is_gpu() => {
                ("vector units, one instruction each", lanes)
            }
            _ => {
                self.lacks.push(
                    "no `special_per_sm_cycle` with `sm_count`, a clock and a vector rate: exponentials are not bounded"
                        .to_owned(),
                );
                return None;
            }
        };
        Some(ceiling("exponential_rate", label, formula))
    }

    fn memory(&mut self, hardware: &Hardware, options: &Options) -> Option<Ceiling> {
        if options.caches == Caches::Any && hardware.last_level_cache().is_none() {
            self.lacks.push(
                "no `l3_cache` or `l2_cache`: what a cache may hold is not known, so traffic to memory is not bounded; `--caches cold` counts inputs"
                    .to_owned(),
            );
            return None;
        }
        let sheet = hardware.figure("memory_bandwidth");
        // Two transfers a clock, on every memory that has a clock in a description.
        let clocked = hardware
            .figure("memory_bus_bytes")
            .zip(hardware.figure("max_memory_clock"))
            .map(|(bytes, clock)| 2.0 * bytes * clock);
        let formula = match (sheet, clocked) {
            (Some(sheet), Some(clocked)) if clocked > sheet => format!(
                "2 * {} * {}",
                hardware.shown("memory_bus_bytes")?,
                hardware.shown("max_memory_clock")?
            ),
            (Some(_), _) => hardware.shown("memory_bandwidth")?,
            (None, _) => {
                self.lacks
                    .push("no `memory_bandwidth`: traffic to memory is not bounded".to_owned());
                return None;
            }
        };
        Some(ceiling("memory_bandwidth", "memory", formula))
    }

    fn l2(&mut self, hardware: &Hardware) -> Option<Ceiling> {
        let clock = ["max_clock", "vector_clock"].into_iter().find_map(|c| hardware.shown(c));
        match (hardware.shown("l2_read_bytes_per_cycle"), clock) {
            (Some(bytes), Some(clock)) => {
                Some(ceiling("l2_rate", "L2 cache, reads", format!("{bytes} * {clock}")))
            }
            _ if hardware.is_gpu() => {
                self.lacks.push(
                    "no `l2_read_bytes_per_cycle`: traffic between L2 and multiprocessors is not bounded"
                        .to_owned(),
                );
                None
            }
            _ => None,
        }
    }

    /// What passes through shared memory in a time at most: each multiprocessor has 32 banks of four bytes
    /// a cycle.
    ///
    /// No work is bounded by it. How many bytes a kernel must pass depends on how often an operand is
    /// taken from a register, from tensor memory or from a buffer of the matrix units instead, and the
    /// sizes of the latter are not published, so there is no number of bytes that holds for every kernel.
    fn shared(hardware: &Hardware) -> Option<Ceiling> {
        let clock = ["max_clock", "vector_clock"].into_iter().find_map(|c| hardware.shown(c))?;
        let each = hardware.shown("shared_memory_bytes_per_sm_cycle")?;
        let count = plain(hardware.figure("sm_count")?);
        Some(ceiling("shared_rate", "shared memory", format!("{each} * {count} * {clock}")))
    }

    fn clocks(&mut self, hardware: &Hardware) {
        if hardware.is_gpu() && hardware.figure("max_clock").is_none() {
            let clock = hardware.shown("matrix_clock").or_else(|| hardware.shown("vector_clock"));
            let at = clock.map_or_else(String::new, |c| format!(" of {c}"));
            self.lacks.push(format!(
                "no `max_clock`: a device that clocks above the data sheet{at} may be faster by as much"
            ));
        }
    }

    /// Those that are known, as records.
    pub fn records(&self) -> Vec<CeilingRecord> {
        [&self.products, &self.vector, &self.exponentials, &self.memory, &self.l2, &self.shared]
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(i, c)| {
                // The vector units are listed once when products run on them.
                *i != 1 || self.products.as_ref().is_none_or(|p| p.label != c.label)
            })
            .map(|(_, c)| record(c))
            .collect()
    }
}

fn record(ceiling: &Ceiling) -> CeilingRecord {
    let (value, unit) = match ceiling.symbol {
        "exponential_rate" => (ceiling.rate, "10^9/s"),
        "memory_bandwidth" | "l2_rate" | "shared_rate" => (ceiling.rate, "GB/s"),
        _ => (ceiling.rate / 1e3, RATE),
    };
    CeilingRecord {
        symbol: ceiling.symbol.to_owned(),
        label: ceiling.label.clone(),
        value,
        unit: unit.to_owned(),
        formula: ceiling.formula.clone(),
    }
}

/// `bf16_rate` as `BF16`.
fn rate_name(name: &str) -> String {
    let stem = name.trim_end_matches("_rate").trim_end_matches("_vector");
    match stem {
        "fp16_fp16" => "FP16 with FP16 accumulators".to_owned(),
        "fp8_fp16" => "FP8 with FP16 accumulators".to_owned(),
        stem => stem.to_uppercase(),
    }
}

/// The rate `name`, which holds at `clock`, at the highest clock.
fn scaled(hardware: &Hardware, name: &str, clock: &str) -> Option<String> {
    let rate = hardware.shown(name)?;
    Some(match (hardware.figure("max_clock"), hardware.figure(clock)) {
        (Some(max), Some(at)) if max > at => {
            format!("{rate} * {} / {}", hardware.shown("max_clock")?, hardware.shown(clock)?)
        }
        _ => rate,
    })
}

/// Results per time of all special-function units at the highest clock that is known.
fn special(hardware: &Hardware) -> Option<String> {
    let clock = ["max_clock", "vector_clock", "matrix_clock"]
        .into_iter()
        .find_map(|c| hardware.shown(c))?;
    let (each, count) = (hardware.figure("special_per_sm_cycle")?, hardware.figure("sm_count")?);
    Some(format!("{} * {} * {clock}", plain(each), plain(count)))
}

fn ceiling(symbol: &'static str, label: &str, formula: String) -> Ceiling {
    // The formulas above are made of figures that were read, so they have a value.
    let rate = match Symbols::default().value(&formula) {
        Ok(spak_expr::Value::Quantity(q)) => q.magnitude,
        Ok(other) => other.as_float().unwrap_or(f64::INFINITY),
        Err(_) => f64::INFINITY,
    };
    Ceiling { symbol, label: label.to_owned(), rate, formula }
}

/// Whether `formula` is a rate of `dimension` over time.
pub(crate) fn time_of(symbols: &Symbols, formula: &str) -> Result<f64, String> {
    symbols.amount(formula, Dimension::TIME)
}
