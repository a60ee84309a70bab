//! Numbers as people read them: four digits and the prefix that fits.

/// `value` with `unit` and a decimal prefix (`4.398 TFLOP`).
pub fn prefixed(value: f64, unit: &str) -> String {
    const PREFIXES: &[(f64, &str)] =
        &[(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    // A count is read best as it is, as long as it is short.
    if unit.is_empty() && value.abs() < 1e6 && value.fract() == 0.0 {
        return format!("{value}");
    }
    let found = PREFIXES.iter().find(|(size, _)| value.abs() >= *size);
    let (size, prefix) = found.copied().unwrap_or((1.0, ""));
    format!("{} {prefix}{unit}", digits(value / size)).trim_end().to_owned()
}

/// Nanoseconds as a time (`1.23 ms`).
pub fn time(ns: f64) -> String {
    let (size, unit) = match ns.abs() {
        n if n >= 1e9 => (1e9, "s"),
        n if n >= 1e6 => (1e6, "ms"),
        n if n >= 1e3 => (1e3, "us"),
        _ => (1.0, "ns"),
    };
    format!("{} {unit}", digits(ns / size))
}

/// Bytes with binary prefixes (`82 KiB`), for sizes of memories.
pub fn size(bytes: f64) -> String {
    const PREFIXES: &[(f64, &str)] =
        &[(1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1024.0, "KiB")];
    let found = PREFIXES.iter().find(|(size, _)| bytes >= *size);
    let (size, unit) = found.copied().unwrap_or((1.0, "B"));
    format!("{} {unit}", digits(bytes / size))
}

/// Four significant digits, none of them after a whole number.
pub fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let whole = value.abs().log10().floor() as i32 + 1;
    let decimals = usize::try_from(4 - whole).unwrap_or(0).min(9);
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
