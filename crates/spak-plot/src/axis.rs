//! Scales: numbers to places, and the numbers that are written at an axis.

/// How numbers lie along an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    /// Equal differences are equally long.
    Linear { low: f64, high: f64 },
    /// Equal ratios are equally long; both ends are above 0.
    Log { low: f64, high: f64 },
}

/// A number that is written at an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// At most this many numbers stand at an axis.
const MAX_TICKS: usize = 12;

impl Scale {
    /// From at or below the smallest to at or above the largest of `values`, at ticks.
    pub(crate) fn linear(values: impl IntoIterator<Item = f64>, from_zero: bool) -> Self {
        let (mut low, mut high) = range(values);
        if from_zero {
            low = low.min(0.0);
        }
        // Differences that floats can hardly tell are none.
        let size = low.abs().max(high.abs());
        if high - low <= size * 1e-9 {
            high = low + size.max(1.0);
        }
        let step = step(high - low);
        Self::Linear { low: (low / step).floor() * step, high: (high / step).ceil() * step }
    }

    /// From below the smallest to above the largest positive number of `values`, with some room.
    pub(crate) fn log(values: impl IntoIterator<Item = f64>, room: f64) -> Self {
        let (low, high) = range(values.into_iter().filter(|v| *v > 0.0));
        let (low, high) = if high > 0.0 && low > 0.0 { (low, high) } else { (1.0, 10.0) };
        Self::Log { low: low / room, high: high * room }
    }

    /// Where `value` lies: 0 at the low end and 1 at the high one.
    pub(crate) fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear { low, high } => (value - low) / (high - low),
            Self::Log { low, high } => {
                (value.max(low * 1e-3).ln() - low.ln()) / (high.ln() - low.ln())
            }
        }
    }

    /// Both ends.
    pub(crate) fn ends(self) -> (f64, f64) {
        match self {
            Self::Linear { low, high } | Self::Log { low, high } => (low, high),
        }
    }

    /// The numbers to write.
    pub(crate) fn ticks(self) -> Vec<Tick> {
        match self {
            Self::Linear { low, high } => {
                let step = step(high - low);
                let first = (low / step - 1e-9).ceil() * step;
                (0..=2 * MAX_TICKS)
                    .map(|i| first + i as f64 * step)
                    .take_while(|v| *v <= high + step * 1e-6)
                    .map(|value| Tick { value, label: linear_label(value, step) })
                    .collect()
            }
            Self::Log { low, high } => {
                let decades = (high / low).log10();
                let every = (decades / MAX_TICKS as f64).ceil().max(1.0);
                let parts: &[f64] = match decades {
                    d if d < 1.2 => &[1.0, 2.0, 3.0, 5.0, 7.0],
                    d if d < 3.2 => &[1.0, 2.0, 5.0],
                    _ => &[1.0],
                };
                let first = low.log10().floor();
                let count = (decades / every).ceil() as usize + 2;
                (0..count)
                    .flat_map(|i| {
                        let decade = 10_f64.powf(first + i as f64 * every);
                        parts.iter().map(move |part| part * decade)
                    })
                    .filter(|v| *v >= low * 0.999_999 && *v <= high * 1.000_001)
                    .map(|value| Tick { value, label: short(value) })
                    .collect()
            }
        }
    }
}

/// Whether `value` can be shown: what is larger is no measurement, and would leave the range of floats on the way.
pub(crate) fn is_sane(value: f64) -> bool {
    value == 0.0 || (1e-30..1e30).contains(&value.abs())
}

fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let finite = values.into_iter().filter(|v| is_sane(*v));
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high { (0.0, 1.0) } else { (low, high) }
}

/// 1, 2 or 5 times a power of ten, about a fifth of `span`.
fn step(span: f64) -> f64 {
    let rough = span / 5.0;
    let decade = 10_f64.powf(rough.log10().floor());
    let factor = match rough / decade {
        f if f < 1.5 => 1.0,
        f if f < 3.5 => 2.0,
        f if f < 7.5 => 5.0,
        _ => 10.0,
    };
    factor * decade
}

fn linear_label(value: f64, step: f64) -> String {
    let value = if value.abs() < step * 1e-9 { 0.0 } else { value };
    if value.abs() >= 1e4 {
        return short(value);
    }
    let decimals = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

/// A number in few characters: `0.05`, `12`, `1070`, `35k`, `20M`.
pub(crate) fn short(value: f64) -> String {
    const SIZES: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let magnitude = value.abs();
    // Four digits read better as they are.
    if (999.5..9999.5).contains(&magnitude) {
        return format!("{value:.0}");
    }
    if magnitude >= 1e15 || magnitude > 0.0 && magnitude < 1e-3 {
        return format!("{value:.0e}");
    }
    let (size, letter) =
        SIZES.into_iter().find(|(size, _)| magnitude >= *size * 0.999_999).unwrap_or((1.0, ""));
    let scaled = value / size;
    let decimals = match scaled.abs() {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.0995 => 2,
        _ => 3,
    };
    let text = format!("{scaled:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text.as_str(),
    };
    format!("{text}{letter}")
}
