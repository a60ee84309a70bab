//! Numbers, values and names as they are written: three significant digits, units named.

use spak_records::Value;

/// A value as it stands in a formula: texts in single quotes.
pub(crate) fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) if text.contains('\'') => format!("\"{}\"", text.replace('"', "'")),
        Value::Text(text) => format!("'{text}'"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// Lower-case letters and digits, everything else one `_`; trade mark signs and clock rates left out.
pub(crate) fn slug(text: &str) -> String {
    let plain = text.replace("(R)", " ").replace("(TM)", " ").replace("(r)", " ");
    let plain = plain.split('@').next().unwrap_or_default().to_lowercase();
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join("_")
}

/// Three significant digits, without an exponent and without trailing zeros after the point
/// (`135`, `2.31`, `0.0412`).
pub(crate) fn short(x: f64) -> String {
    let digits = decimals(x, 3);
    let text = fixed(x, digits);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A ratio as the field writes it: `2.31x`, two decimals below ten so that 2.30x is not 2.3x.
pub(crate) fn times(x: f64) -> String {
    format!("{}x", fixed(x, decimals(x, 3).min(2)))
}

/// A share of one in percent: `3.2%`.
pub(crate) fn percent(x: f64) -> String {
    format!("{}%", fixed(100.0 * x, decimals(100.0 * x, 2)))
}

/// A time with the unit that keeps it between one and a thousand.
pub(crate) fn time(ns: f64) -> String {
    let (unit, scale) = time_unit(ns);
    format!("{} {unit}", short(ns / scale))
}

/// The unit for a time, and how many nanoseconds it has.
pub(crate) fn time_unit(ns: f64) -> (&'static str, f64) {
    match ns {
        x if x >= 1e9 => ("s", 1e9),
        x if x >= 1e6 => ("ms", 1e6),
        x if x >= 1e3 => ("us", 1e3),
        _ => ("ns", 1.0),
    }
}

/// The unit for a rate in 10^12 per second, and how many TFLOPS it has.
pub(crate) fn rate_unit(tflops: f64) -> (&'static str, f64) {
    if tflops >= 1.0 { ("TFLOPS", 1.0) } else { ("GFLOPS", 1e-3) }
}

/// `4 pairs`, `1 pair`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// How many decimals show `significant` digits of `x`.
fn decimals(x: f64, significant: i32) -> usize {
    if !x.is_finite() || x == 0.0 {
        return 0;
    }
    // The digits of the rounded number count: 9.999 has two decimals (10.0 has one).
    let magnitude = |v: f64| v.abs().log10().floor() as i32;
    let first = magnitude(x);
    let scale = 10f64.powi(significant - 1 - first);
    let rounded = (x * scale).round() / scale;
    (significant - 1 - magnitude(rounded)).clamp(0, 12) as usize
}

fn fixed(x: f64, digits: usize) -> String {
    format!("{x:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_no_exponent() {
        let shown: Vec<String> =
            [135.03, 2.3149, 2.3, 0.041_23, 9.999, 12_345.6, 0.0, 1.0].map(short).to_vec();
        assert_eq!(shown, ["135", "2.31", "2.3", "0.0412", "10", "12346", "0", "1"]);
        assert_eq!(times(2.3), "2.30x");
        assert_eq!(times(0.498), "0.50x");
        assert_eq!(times(12.34), "12.3x");
        assert_eq!(percent(0.0321), "3.2%");
        assert_eq!(time(21_345_678.0), "21.3 ms");
        assert_eq!(time(812.0), "812 ns");
    }

    #[test]
    fn slugs_are_names() {
        assert_eq!(slug("Intel(R) Xeon(R) Processor @ 2.20GHz"), "intel_xeon_processor");
        assert_eq!(slug("NVIDIA GeForce RTX 5070"), "nvidia_geforce_rtx_5070");
        assert_eq!(slug("x86_64-linux-gnu-gcc"), "x86_64_linux_gnu_gcc");
    }

    #[test]
    fn literals_survive_quotes() {
        assert_eq!(literal(&Value::from("it's")), "\"it's\"");
        assert_eq!(literal(&Value::from("online")), "'online'");
        assert_eq!(literal(&Value::Float(1.0)), "1.0");
    }
}
