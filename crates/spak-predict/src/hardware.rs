//! A machine as figures: rates, bandwidths and limits by name, with what is wrong or missing.
//!
//! A description is a record of named values, as `std/hardware` has them. [`FIGURES`] is the list of
//! names that are read, with the kind of value each has; other names are kept out of predictions.

use std::collections::BTreeMap;

use spak_expr::{Dimension, Quantity, Unit, Value};

use crate::dtype::Dtype;

/// What kind of value a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Operations per time (`989 TFLOPS`).
    Rate,
    /// Bytes per time (`4.8 TB/s`).
    Bandwidth,
    /// A number of bytes (`228 KiB`).
    Bytes,
    /// A frequency (`1980 MHz`).
    Frequency,
    /// A duration (`5 us`).
    Time,
    /// A plain number.
    Count,
    /// Words.
    Text,
}

impl Kind {
    /// A value of this kind as an example for messages.
    pub fn example(self) -> &'static str {
        match self {
            Self::Rate => "989 TFLOPS",
            Self::Bandwidth => "4.8 TB/s",
            Self::Bytes => "228 KiB",
            Self::Frequency => "1980 MHz",
            Self::Time => "5 us",
            Self::Count => "132",
            Self::Text => "\"sm_90\"",
        }
    }

    fn unit(self) -> Option<Unit> {
        Unit::read(match self {
            Self::Rate => "TFLOPS",
            Self::Bandwidth => "GB/s",
            Self::Bytes => "B",
            Self::Frequency => "MHz",
            Self::Time => "us",
            Self::Count | Self::Text => return None,
        })
    }
}

/// Every figure that predictions read, and what kind of value it has.
pub const FIGURES: &[(&str, Kind)] = &[
    ("vendor", Kind::Text),
    ("device_name", Kind::Text),
    ("architecture", Kind::Text),
    ("source", Kind::Text),
    ("note", Kind::Text),
    ("description", Kind::Text),
    ("title", Kind::Text),
    ("sm_count", Kind::Count),
    ("gpu_cores", Kind::Count),
    ("cores", Kind::Count),
    ("simd_bits", Kind::Count),
    ("max_clock", Kind::Frequency),
    ("matrix_clock", Kind::Frequency),
    ("vector_clock", Kind::Frequency),
    ("fp64_rate", Kind::Rate),
    ("tf32_rate", Kind::Rate),
    ("fp16_rate", Kind::Rate),
    ("fp16_fp16_rate", Kind::Rate),
    ("bf16_rate", Kind::Rate),
    ("fp8_rate", Kind::Rate),
    ("fp8_fp16_rate", Kind::Rate),
    ("fp4_rate", Kind::Rate),
    ("int8_rate", Kind::Rate),
    ("fp64_vector_rate", Kind::Rate),
    ("fp32_vector_rate", Kind::Rate),
    ("fp16_vector_rate", Kind::Rate),
    ("bf16_vector_rate", Kind::Rate),
    ("special_per_sm_cycle", Kind::Count),
    ("memory", Kind::Bytes),
    ("memory_bandwidth", Kind::Bandwidth),
    ("memory_bus_bytes", Kind::Bytes),
    ("max_memory_clock", Kind::Frequency),
    ("l1_cache", Kind::Bytes),
    ("l2_cache", Kind::Bytes),
    ("l3_cache", Kind::Bytes),
    ("l2_read_bytes_per_cycle", Kind::Bytes),
    ("shared_memory_bytes_per_sm_cycle", Kind::Bytes),
    ("launch_overhead", Kind::Time),
    ("threads_per_warp", Kind::Count),
    ("threads_per_block", Kind::Count),
    ("threads_per_sm", Kind::Count),
    ("warps_per_sm", Kind::Count),
    ("blocks_per_sm", Kind::Count),
    ("registers_per_sm", Kind::Count),
    ("registers_per_thread", Kind::Count),
    ("register_unit", Kind::Count),
    ("warp_unit", Kind::Count),
    ("shared_memory_per_sm", Kind::Bytes),
    ("shared_memory_per_block", Kind::Bytes),
    ("shared_memory_reserved_per_block", Kind::Bytes),
    ("shared_memory_unit", Kind::Bytes),
];

/// The kind of the figure `name`, if predictions read it.
pub fn kind_of(name: &str) -> Option<Kind> {
    FIGURES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// Why a field of a description is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The field.
    pub field: String,
    /// What is wrong with it, in a sentence.
    pub message: String,
}

/// Figures of one machine; every one may be missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hardware {
    /// What it is called.
    pub name: String,
    /// Where the figures are from, in words.
    pub source: Option<String>,
    /// Figures in base units of `spak_expr`: bytes, nanoseconds, FLOP per nanosecond, plain numbers.
    figures: BTreeMap<&'static str, f64>,
    /// Rates and bandwidths that were measured to last; for estimates only.
    sustained: BTreeMap<&'static str, f64>,
    /// What the figures were measured with, for those that no document has (`calibrated`).
    pub calibrated: bool,
}

impl Hardware {
    /// Reads a description. What cannot be taken is complained about and left out; names that
    /// predictions do not read are passed over unless they look like a slip of one.
    pub fn read<'a>(
        name: &str,
        fields: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> (Self, Vec<Complaint>) {
        let mut hardware = Self { name: name.to_owned(), ..Self::default() };
        let mut complaints = Vec::new();
        for (field, value) in fields {
            match figure(field, &value) {
                Ok(Some((known, number))) => {
                    hardware.figures.insert(known, number);
                }
                Ok(None) => {
                    if field == "source" {
                        hardware.source = value.as_text().map(str::to_owned);
                    }
                }
                Err(message) => complaints.push(Complaint { field: field.to_owned(), message }),
            }
        }
        hardware.check_consistency(&mut complaints);
        (hardware, complaints)
    }

    /// Takes rates that were measured to last, named like the figures they belong to.
    pub fn sustain<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, Value)>) {
        for (field, value) in fields {
            if let Ok(Some((known, number))) = figure(field, &value) {
                self.sustained.insert(known, number);
            }
        }
    }

    /// The figure `name` in base units.
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// What was measured to last of the figure `name`, in base units.
    pub fn sustained(&self, name: &str) -> Option<f64> {
        self.sustained.get(name).copied()
    }

    /// The figure `name` as a whole number.
    pub fn count(&self, name: &str) -> Option<u64> {
        // Figures are checked to be finite and above zero when they are read.
        self.figure(name).map(|f| f as u64)
    }

    /// Whether it has multiprocessors that run blocks of threads.
    pub fn is_gpu(&self) -> bool {
        self.figure("sm_count").is_some() || self.figure("gpu_cores").is_some()
    }

    /// The figure as it would be written (`989.4 TFLOPS`).
    pub fn shown(&self, name: &str) -> Option<String> {
        let number = self.figure(name)?;
        Some(shown(kind_of(name)?, number))
    }

    /// What the last caches before memory hold together: a name and an expression.
    pub fn last_level_cache(&self) -> Option<(&'static str, String)> {
        let (name, cores) = match (self.figure("l3_cache"), self.figure("l2_cache")) {
            (Some(_), _) => ("l3_cache", None),
            // The second level of a processor belongs to one core.
            (None, Some(_)) => ("l2_cache", self.figure("cores")),
            (None, None) => return None,
        };
        let size = self.shown(name)?;
        Some((
            name,
            cores.map_or_else(|| size.clone(), |cores| format!("{size} * {}", plain(cores))),
        ))
    }

    /// Names of rates of matrix units that can multiply elements of `dtype`, and of the accumulators.
    pub(crate) fn matrix_rates(dtype: Dtype, fp32_accumulators: bool) -> &'static [&'static str] {
        match (dtype, fp32_accumulators) {
            (Dtype::F64, _) => &["fp64_rate"],
            (Dtype::F32 | Dtype::Tf32, _) => &["tf32_rate"],
            (Dtype::Bf16, _) => &["bf16_rate"],
            (Dtype::F16, true) => &["fp16_rate"],
            (Dtype::F16, false) => &["fp16_rate", "fp16_fp16_rate"],
            (Dtype::F8, true) => &["fp8_rate"],
            (Dtype::F8, false) => &["fp8_rate", "fp8_fp16_rate"],
            (Dtype::F4, _) => &["fp4_rate"],
            (Dtype::I8, _) => &["int8_rate"],
        }
    }

    /// The name of the rate of vector units in `dtype`.
    pub(crate) fn vector_rate(dtype: Dtype) -> &'static str {
        match dtype {
            Dtype::F64 => "fp64_vector_rate",
            Dtype::F16 => "fp16_vector_rate",
            Dtype::Bf16 => "bf16_vector_rate",
            _ => "fp32_vector_rate",
        }
    }

    fn check_consistency(&mut self, complaints: &mut Vec<Complaint>) {
        let pairs = [
            ("matrix_clock", "max_clock"),
            ("vector_clock", "max_clock"),
            ("shared_memory_per_block", "shared_memory_per_sm"),
            ("threads_per_block", "threads_per_sm"),
        ];
        for (low, high) in pairs {
            if let (Some(l), Some(h)) = (self.figure(low), self.figure(high))
                && l > h
            {
                let (shown_low, shown_high) =
                    (self.shown(low).unwrap_or_default(), self.shown(high).unwrap_or_default());
                self.figures.remove(high);
                complaints.push(Complaint {
                    field: high.to_owned(),
                    message: format!(
                        "`{high}` is {shown_high}, below `{low}`, which is {shown_low}; `{high}` is not used"
                    ),
                });
            }
        }
    }
}

/// The figure's own name and its value in base units; `None` for words and unread names.
fn figure(field: &str, value: &Value) -> Result<Option<(&'static str, f64)>, String> {
    let Some((name, kind)) = FIGURES.iter().find(|(known, _)| *known == field) else {
        let known = FIGURES.iter().map(|(name, _)| *name);
        return match near(field, known) {
            Some(near) => Err(format!("no prediction reads `{field}`; did you mean `{near}`?")),
            None => Ok(None),
        };
    };
    if *kind == Kind::Text {
        return Ok(None);
    }
    let number = match (kind.unit(), value) {
        (None, Value::Int(i)) => *i as f64,
        (None, Value::Float(f)) => *f,
        (Some(unit), Value::Quantity(q)) if q.dimension == unit.dimension() => q.magnitude,
        (_, other) => {
            return Err(format!(
                "`{field}` is {}, and {} is needed, as in `{}`",
                other.describe(),
                kind.unit().map_or("a plain number".to_owned(), |u| u.dimension().describe()),
                kind.example()
            ));
        }
    };
    if !number.is_finite() || number <= 0.0 {
        return Err(format!(
            "`{field}` is {number}, and no machine has that; it has to be above 0"
        ));
    }
    if kind.unit().is_none() && number.fract() != 0.0 {
        return Err(format!("`{field}` is {number}, and a whole number is needed"));
    }
    Ok(Some((name, number)))
}

/// A name that `field` is likely a slip of: the same letters but for one.
fn near<'a>(field: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let squeeze = |text: &str| text.replace(['_', '-'], "").to_lowercase();
    let wanted = squeeze(field);
    known.into_iter().find(|name| {
        let name = squeeze(name);
        name == wanted || name.len() > 5 && one_edit(&name, &wanted)
    })
}

/// Whether one letter added, left out or changed makes `a` of `b`.
fn one_edit(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let (short, long) = (short.as_bytes(), long.as_bytes());
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let rest = |text: &[u8], from: usize| text.get(from..).unwrap_or_default().to_vec();
    if short.len() == long.len() {
        rest(short, same + 1) == rest(long, same + 1)
    } else {
        rest(short, same) == rest(long, same + 1)
    }
}

/// A number of base units as text that evaluates to it, in the unit that its kind is known by.
pub(crate) fn shown(kind: Kind, number: f64) -> String {
    let in_unit = |unit: &str| {
        Unit::read(unit)
            .and_then(|u| Quantity { magnitude: number, dimension: u.dimension() }.in_unit(u))
            .map_or_else(|| format!("{number}"), |n| format!("{} {unit}", plain(n)))
    };
    match kind {
        Kind::Rate if number >= 1e3 => in_unit("TFLOPS"),
        Kind::Rate => in_unit("GFLOPS"),
        Kind::Bandwidth => in_unit("GB/s"),
        Kind::Frequency => in_unit("MHz"),
        Kind::Time => in_unit("us"),
        Kind::Bytes => {
            let quantity = Quantity { magnitude: number, dimension: Dimension::BYTES };
            let whole = |u: &str| {
                Unit::read(u)
                    .and_then(|u| quantity.in_unit(u))
                    .is_some_and(|n| n >= 1.0 && n.fract() == 0.0)
            };
            let unit = ["GB", "MiB", "KiB", "MB", "kB"].into_iter().find(|u| whole(u));
            in_unit(unit.unwrap_or("B"))
        }
        Kind::Count | Kind::Text => plain(number),
    }
}

/// A float as short text that reads back to it, within the rounding that units bring with them.
pub(crate) fn plain(number: f64) -> String {
    let short = format!("{number:.9}");
    let short = short.trim_end_matches('0').trim_end_matches('.');
    match short.parse::<f64>() {
        Ok(n) if number != 0.0 && ((n - number) / number).abs() < 1e-12 => short.to_owned(),
        _ => format!("{number}"),
    }
}
