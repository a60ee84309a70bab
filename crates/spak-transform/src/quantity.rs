//! Numbers of sentences: `128 KB`, `8k`, `8,192`.

use crate::phrase::Token;

/// A number, what it counts, and the tokens that it takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantity {
    /// As a design writes it.
    pub(crate) text: String,
    pub(crate) unit: Option<&'static str>,
    pub(crate) length: usize,
}

/// Units of memory as people write them: a kilobyte of shared memory is 1,024 bytes, whatever it is called.
const UNITS: &[(&str, &str)] = &[
    ("kb", "KiB"),
    ("kib", "KiB"),
    ("mb", "MiB"),
    ("mib", "MiB"),
    ("gb", "GiB"),
    ("gib", "GiB"),
    ("bytes", "B"),
];

/// The quantity that begins at `at`.
pub(crate) fn quantity(tokens: &[Token], at: usize) -> Option<Quantity> {
    let number = tokens.get(at)?;
    let digits: String = number.text.chars().filter(|c| *c != ',').collect();
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let next = tokens.get(at + 1);
    if let Some(next) = next {
        if let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == next.text) {
            return Some(Quantity {
                text: format!("{digits} {unit}"),
                unit: Some(unit),
                length: 2,
            });
        }
        let times = match next.text.as_str() {
            "k" if next.is_joined => Some(1024),
            "m" if next.is_joined => Some(1024 * 1024),
            _ => None,
        };
        if let Some(times) = times {
            let whole: Option<u64> = digits.parse().ok();
            let text = whole.and_then(|n: u64| n.checked_mul(times))?.to_string();
            return Some(Quantity { text, unit: None, length: 2 });
        }
    }
    Some(Quantity { text: digits, unit: None, length: 1 })
}
