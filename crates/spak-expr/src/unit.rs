//! Units of measure: what a number counts, and how much one of it is.

use std::fmt;

/// What can be counted, in the order of the exponents of a [`Dimension`].
const BASES: [&str; 7] = ["B", "FLOP", "ns", "element", "token", "cycle", "nJ"];
const BYTE: usize = 0;
const FLOP: usize = 1;
const TIME: usize = 2;
const ELEMENT: usize = 3;
const TOKEN: usize = 4;
const CYCLE: usize = 5;
const ENERGY: usize = 6;

/// What a quantity counts: the exponent of each base, for example bytes to the 1 and time to the -1
/// for a bandwidth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension([i8; 7]);

impl Dimension {
    /// Of a plain number.
    pub const NONE: Self = Self([0; 7]);
    /// Of a number of bytes.
    pub const BYTES: Self = Self::base(BYTE);
    /// Of a number of floating point operations.
    pub const FLOP: Self = Self::base(FLOP);
    /// Of a duration; magnitudes are in nanoseconds.
    pub const TIME: Self = Self::base(TIME);
    /// Of an energy; magnitudes are in nanojoules, so that a watt is 1 per nanosecond.
    pub const ENERGY: Self = Self::base(ENERGY);

    #[expect(clippy::indexing_slicing, reason = "indices are the constants above, all below 7")]
    const fn base(index: usize) -> Self {
        let mut exponents = [0; 7];
        exponents[index] = 1;
        Self(exponents)
    }

    #[expect(clippy::indexing_slicing, reason = "the index stays below 7")]
    const fn per(top: Self, bottom: Self) -> Self {
        let mut exponents = top.0;
        let mut i = 0;
        while i < 7 {
            exponents[i] -= bottom.0[i];
            i += 1;
        }
        Self(exponents)
    }

    /// The exponents of bytes, FLOP, time and the other bases, in a fixed order: equal for what can be compared.
    pub fn exponents(self) -> [i8; 7] {
        self.0
    }

    /// Whether it is the dimension of a plain number.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The dimension of a product; `None` when an exponent leaves -128..=127.
    pub fn times(self, other: Self) -> Option<Self> {
        self.combine(other, i8::checked_add)
    }

    /// The dimension of a quotient; `None` when an exponent leaves -128..=127.
    pub fn over(self, other: Self) -> Option<Self> {
        self.combine(other, i8::checked_sub)
    }

    /// The dimension of a power; `None` when an exponent leaves -128..=127.
    pub fn power(self, exponent: i64) -> Option<Self> {
        let exponent = i8::try_from(exponent).ok()?;
        self.combine(self, |e, _| e.checked_mul(exponent))
    }

    /// The dimension of a square root; `None` when an exponent is odd.
    pub fn root(self) -> Option<Self> {
        self.combine(self, |e, _| (e % 2 == 0).then_some(e / 2))
    }

    fn combine(self, other: Self, f: impl Fn(i8, i8) -> Option<i8>) -> Option<Self> {
        let mut exponents = [0; 7];
        for (out, (a, b)) in exponents.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *out = f(a, b)?;
        }
        Some(Self(exponents))
    }

    /// What it counts, in words for messages: `bytes`, `a bandwidth (B/ns)`.
    pub fn describe(self) -> String {
        match self {
            Self::NONE => "a plain number".to_owned(),
            Self::BYTES => "bytes".to_owned(),
            Self::FLOP => "FLOP".to_owned(),
            Self::TIME => "a time".to_owned(),
            Self::ENERGY => "an energy".to_owned(),
            d if d == Self::per(Self::BYTES, Self::TIME) => {
                "a bandwidth (bytes per time)".to_owned()
            }
            d if d == Self::per(Self::FLOP, Self::TIME) => "a rate (FLOP per time)".to_owned(),
            d if d == Self::per(Self::FLOP, Self::BYTES) => {
                "an intensity (FLOP per byte)".to_owned()
            }
            d => format!("{d}"),
        }
    }
}

/// As a product of base units: `B`, `FLOP/ns`, `B^2/ns`.
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |sign: i16| {
            let factors: Vec<String> = BASES
                .iter()
                .zip(self.0)
                .filter(|(_, e)| i16::from(*e) * sign > 0)
                .map(|(name, e)| match i16::from(e) * sign {
                    1 => (*name).to_owned(),
                    e => format!("{name}^{e}"),
                })
                .collect();
            factors.join("*")
        };
        let (top, bottom) = (side(1), side(-1));
        match (top.is_empty(), bottom.is_empty()) {
            (_, true) => f.write_str(&top),
            (true, false) => write!(f, "1/{bottom}"),
            (false, false) => write!(f, "{top}/{bottom}"),
        }
    }
}

struct Entry {
    symbol: &'static str,
    dimension: Dimension,
    /// How many base units one of it is.
    factor: f64,
}

const fn unit(symbol: &'static str, base: usize, factor: f64) -> Entry {
    Entry { symbol, dimension: Dimension::base(base), factor }
}

const FLOP_RATE: Dimension = Dimension::per(Dimension::FLOP, Dimension::TIME);
const FREQUENCY: Dimension = Dimension::per(Dimension::NONE, Dimension::TIME);
const POWER: Dimension = Dimension::per(Dimension::ENERGY, Dimension::TIME);

const fn derived(symbol: &'static str, dimension: Dimension, factor: f64) -> Entry {
    Entry { symbol, dimension, factor }
}

/// Decimal prefixes are powers of 1000 (SI) and `Ki`, `Mi`, `Gi`, `Ti` powers of 1024 (IEC 80000-13).
/// `FLOPS` is a rate and `FLOPs` a number of operations. Ordered by what is printed first.
static UNITS: &[Entry] = &[
    unit("B", BYTE, 1.0),
    unit("kB", BYTE, 1e3),
    unit("MB", BYTE, 1e6),
    unit("GB", BYTE, 1e9),
    unit("TB", BYTE, 1e12),
    unit("PB", BYTE, 1e15),
    unit("KiB", BYTE, 1024.0),
    unit("MiB", BYTE, 1_048_576.0),
    unit("GiB", BYTE, 1_073_741_824.0),
    unit("TiB", BYTE, 1_099_511_627_776.0),
    unit("KB", BYTE, 1e3),
    unit("byte", BYTE, 1.0),
    unit("bytes", BYTE, 1.0),
    unit("bit", BYTE, 0.125),
    unit("bits", BYTE, 0.125),
    unit("kbit", BYTE, 125.0),
    unit("Kbit", BYTE, 125.0),
    unit("Mbit", BYTE, 125e3),
    unit("Gbit", BYTE, 125e6),
    unit("Tbit", BYTE, 125e9),
    unit("FLOP", FLOP, 1.0),
    unit("kFLOP", FLOP, 1e3),
    unit("MFLOP", FLOP, 1e6),
    unit("GFLOP", FLOP, 1e9),
    unit("TFLOP", FLOP, 1e12),
    unit("PFLOP", FLOP, 1e15),
    unit("FLOPs", FLOP, 1.0),
    unit("kFLOPs", FLOP, 1e3),
    unit("MFLOPs", FLOP, 1e6),
    unit("GFLOPs", FLOP, 1e9),
    unit("TFLOPs", FLOP, 1e12),
    unit("PFLOPs", FLOP, 1e15),
    unit("flop", FLOP, 1.0),
    derived("FLOPS", FLOP_RATE, 1e-9),
    derived("kFLOPS", FLOP_RATE, 1e-6),
    derived("MFLOPS", FLOP_RATE, 1e-3),
    derived("GFLOPS", FLOP_RATE, 1.0),
    derived("TFLOPS", FLOP_RATE, 1e3),
    derived("PFLOPS", FLOP_RATE, 1e6),
    derived("EFLOPS", FLOP_RATE, 1e9),
    unit("ns", TIME, 1.0),
    unit("us", TIME, 1e3),
    unit("ms", TIME, 1e6),
    unit("s", TIME, 1e9),
    unit("ps", TIME, 1e-3),
    unit("\u{b5}s", TIME, 1e3),
    unit("\u{3bc}s", TIME, 1e3),
    unit("sec", TIME, 1e9),
    unit("second", TIME, 1e9),
    unit("seconds", TIME, 1e9),
    unit("min", TIME, 60e9),
    unit("minute", TIME, 60e9),
    unit("minutes", TIME, 60e9),
    unit("h", TIME, 3600e9),
    unit("hour", TIME, 3600e9),
    unit("hours", TIME, 3600e9),
    unit("day", TIME, 86400e9),
    unit("days", TIME, 86400e9),
    unit("element", ELEMENT, 1.0),
    unit("elements", ELEMENT, 1.0),
    unit("token", TOKEN, 1.0),
    unit("tokens", TOKEN, 1.0),
    unit("cycle", CYCLE, 1.0),
    unit("cycles", CYCLE, 1.0),
    derived("Hz", FREQUENCY, 1e-9),
    derived("kHz", FREQUENCY, 1e-6),
    derived("MHz", FREQUENCY, 1e-3),
    derived("GHz", FREQUENCY, 1.0),
    unit("nJ", ENERGY, 1.0),
    unit("uJ", ENERGY, 1e3),
    unit("mJ", ENERGY, 1e6),
    unit("J", ENERGY, 1e9),
    unit("kJ", ENERGY, 1e12),
    derived("mW", POWER, 1e-3),
    derived("W", POWER, 1.0),
    derived("kW", POWER, 1e3),
];

/// A unit as written after a number: `GB`, or one over another: `GB/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit {
    top: u8,
    bottom: Option<u8>,
}

impl Unit {
    /// The unit with this spelling (`GB`, `GB/s`, `FLOP/byte`); case matters, as in `MB` and `mb`.
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once('/') {
            None => Some(Self { top: find(text)?, bottom: None }),
            Some((top, bottom)) => Some(Self { top: find(top)?, bottom: Some(find(bottom)?) }),
        }
    }

    /// What it counts.
    pub fn dimension(self) -> Dimension {
        let top = entry(self.top).dimension;
        // Table entries have exponents of -1, 0 and 1, so this cannot leave the range.
        self.bottom.map_or(top, |b| Dimension::per(top, entry(b).dimension))
    }

    /// How many base units (bytes, FLOP, nanoseconds, nanojoules) one of it is.
    pub fn factor(self) -> f64 {
        entry(self.top).factor / self.bottom.map_or(1.0, |b| entry(b).factor)
    }

    /// Every unit that can be written, without quotients.
    pub fn symbols() -> impl Iterator<Item = &'static str> {
        UNITS.iter().map(|u| u.symbol)
    }

    /// The unit of this dimension whose factor is 1, when there is one.
    pub fn base(dimension: Dimension) -> Option<Self> {
        let single = Self::whole(|u| u.dimension == dimension && u.factor == 1.0);
        single.or_else(|| {
            let symbol = dimension.to_string();
            Self::read(&symbol).filter(|u| u.dimension() == dimension)
        })
    }

    /// The unit in which `magnitude` base units read best: the largest that leaves a whole number,
    /// or else the largest that leaves at least 1.
    pub fn readable(dimension: Dimension, magnitude: f64) -> Option<Self> {
        if dimension == Dimension::per(Dimension::BYTES, Dimension::TIME) {
            return Self::read("GB/s");
        }
        let is_spelled_out = |u: &Entry| {
            matches!(u.symbol, "KB" | "day" | "min")
                || u.symbol.len() > 3 && u.symbol.ends_with('s')
        };
        let canonical = |u: &&Entry| u.dimension == dimension && !is_spelled_out(u);
        let size = magnitude.abs();
        let fits = |u: &Entry| size / u.factor >= 1.0;
        let whole = |u: &Entry| fits(u) && (size / u.factor).fract() == 0.0;
        let best = |keep: &dyn Fn(&Entry) -> bool| {
            let mut best: Option<&Entry> = None;
            for u in UNITS.iter().filter(canonical).filter(|u| keep(u)) {
                if best.is_none_or(|b| u.factor > b.factor) {
                    best = Some(u);
                }
            }
            best
        };
        let chosen = best(&whole).or_else(|| best(&fits));
        match chosen {
            Some(chosen) => Self::whole(|u| std::ptr::eq(u, chosen)),
            None => Self::base(dimension),
        }
    }

    fn whole(keep: impl Fn(&Entry) -> bool) -> Option<Self> {
        let top = UNITS.iter().position(keep)?;
        Some(Self { top: u8::try_from(top).ok()?, bottom: None })
    }
}

fn find(symbol: &str) -> Option<u8> {
    UNITS.iter().position(|u| u.symbol == symbol).and_then(|i| u8::try_from(i).ok())
}

fn entry(index: u8) -> &'static Entry {
    // Indices come from positions in the table; a byte stands in for what cannot happen.
    const BYTE_UNIT: Entry = unit("B", BYTE, 1.0);
    UNITS.get(usize::from(index)).unwrap_or(&BYTE_UNIT)
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(entry(self.top).symbol)?;
        match self.bottom {
            Some(bottom) => write!(f, "/{}", entry(bottom).symbol),
            None => Ok(()),
        }
    }
}
