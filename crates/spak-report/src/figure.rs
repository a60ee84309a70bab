//! A number that knows what it is and which lines of which traces it rests on.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use crate::ledger::Ledger;
use crate::marks;

/// How many lines the title of a link names.
const NAMED_LINES: usize = 3;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nanoseconds.
    Time,
    /// 10^12 operations in a second.
    Rate,
    /// 10^12 bytes in a second.
    Bandwidth,
    /// One thing over another of its kind.
    Ratio,
    /// Things.
    Count,
    /// Millijoules.
    Energy,
    /// Watts.
    Power,
    /// Megahertz.
    Clock,
    /// A value of a config or a problem that is no whole number.
    Setting,
}

impl Kind {
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Time => "a time",
            Self::Rate => "a rate",
            Self::Bandwidth => "a bandwidth",
            Self::Ratio => "a ratio",
            Self::Count => "a count",
            Self::Energy => "an energy",
            Self::Power => "a power",
            Self::Clock => "a clock",
            Self::Setting => "a value",
        }
    }
}

/// Lines, counted from one, by the file's name as the page has it.
pub(crate) type Sources = BTreeMap<String, BTreeSet<u64>>;

/// A number with its sources.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) kind: Kind,
    pub(crate) sources: Sources,
    /// What was computed from the sources; nothing if it stands there.
    pub(crate) made: Option<String>,
    /// How it is printed, if a filter said so.
    pub(crate) shown: Option<String>,
    pub(crate) ledger: Arc<Ledger>,
}

/// What is wrong, as an error of the engine, which adds the line.
pub(crate) fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

impl Figure {
    /// This as a value of a template.
    ///
    /// # Errors
    /// It is no number, such as something divided by nothing.
    pub(crate) fn into_value(self) -> Result<Value, Error> {
        if !self.value.is_finite() {
            let made = self.made.map_or_else(String::new, |made| format!(" ({made})"));
            return Err(wrong(format!("{} is no number here{made}", self.kind.name())));
        }
        Ok(Value::from_object(self))
    }

    /// This, printed as `shown`.
    pub(crate) fn shown_as(&self, shown: String) -> Self {
        Self { shown: Some(shown), ..self.clone() }
    }

    fn number(&self) -> String {
        let value = self.value;
        match self.kind {
            Kind::Time => {
                let (unit, scale) = match value {
                    ..1e3 => ("ns", 1.0),
                    ..1e6 => ("µs", 1e3),
                    ..1e9 => ("ms", 1e6),
                    _ => ("s", 1e9),
                };
                format!("{} {unit}", three_digits(value / scale))
            }
            Kind::Rate => format!("{} TFLOPS", three_digits(value)),
            Kind::Bandwidth => format!("{} TB/s", three_digits(value)),
            Kind::Energy => format!("{} mJ", three_digits(value)),
            Kind::Power => format!("{} W", three_digits(value)),
            Kind::Clock => format!("{} MHz", fixed(value, 0)),
            Kind::Count if value.fract() == 0.0 => fixed(value, 0),
            Kind::Count | Kind::Ratio => three_digits(value),
            Kind::Setting => format!("{value}"),
        }
    }

    /// What the reader sees where the mouse rests: what was computed, and from which lines.
    fn title(&self) -> String {
        let several = self.sources.len() > 1;
        let of_file = |(file, lines): (&String, &BTreeSet<u64>)| {
            let lines = lines_in_words(lines);
            if several { format!("{file} {lines}") } else { lines }
        };
        let lines: Vec<String> = self.sources.iter().map(of_file).collect();
        match &self.made {
            Some(made) => format!("{made}: {}", lines.join("; ")),
            None => lines.join("; "),
        }
    }

    /// The link that this prints as, without marks.
    pub(crate) fn link(&self) -> String {
        let shown = self.shown.clone().unwrap_or_else(|| self.number());
        let file = self.sources.keys().next().map(String::as_str).unwrap_or_default();
        let title = self.title().replace('\\', "/").replace('"', "'").replace('|', "/");
        format!("[{shown}]({} \"{title}\")", target(file))
    }
}

/// `line 12`, `lines 12, 15, 19 and 21 more`.
fn lines_in_words(lines: &BTreeSet<u64>) -> String {
    let named: Vec<String> = lines.iter().take(NAMED_LINES).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(NAMED_LINES);
    match (named.as_slice(), more) {
        ([], _) => "no line".to_owned(),
        ([one], _) => format!("line {one}"),
        ([first @ .., last], 0) => format!("lines {} and {last}", first.join(", ")),
        (all, more) => format!("lines {} and {more} more", all.join(", ")),
    }
}

/// A path as the target of a link.
fn target(file: &str) -> String {
    let mut out = String::with_capacity(file.len());
    for c in file.chars() {
        if !c.is_ascii() || c.is_ascii_alphanumeric() || "/._-+=@~,".contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        }
    }
    out
}

/// With this many digits after the point, and a comma between thousands.
pub(crate) fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{:.*}", digits.min(MOST_DIGITS), value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::with_capacity(text.len() + 8);
    // Minus nothing is nothing.
    if value < 0.0 && text.contains(|c: char| c.is_ascii_digit() && c != '0') {
        out.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// The most digits after the point that are printed.
pub(crate) const MOST_DIGITS: usize = 12;

/// How many digits after the point show three that count.
pub(crate) fn digits_of(value: f64) -> usize {
    let magnitude = value.abs().log10().floor();
    let digits = if magnitude.is_finite() { 2.0 - magnitude } else { 2.0 };
    digits.clamp(0.0, MOST_DIGITS as f64) as usize
}

/// With three digits that count, and all before the point.
pub(crate) fn three_digits(value: f64) -> String {
    fixed(value, digits_of(value))
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = self.link();
        self.ledger.issue(&link, self.sources.keys().cloned());
        f.write_str(&marks::figure(&link))
    }
}

impl Object for Figure {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    /// For sorting.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.value.total_cmp(&other.value))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Figure, Kind, fixed, three_digits};
    use crate::ledger::Ledger;

    fn figure(value: f64, kind: Kind, lines: &[u64]) -> Figure {
        let sources = [("a b.jsonl".to_owned(), lines.iter().copied().collect())].into();
        let ledger = Arc::new(Ledger::default());
        Figure { value, kind, sources, made: None, shown: None, ledger }
    }

    #[test]
    fn figures_are_links_to_their_lines() {
        let mut one = figure(0.9757, Kind::Ratio, &[790]);
        assert_eq!(one.link(), "[0.976](a%20b.jsonl \"line 790\")");
        one.made = Some("geometric mean of 5".to_owned());
        one.sources.insert("c.jsonl".to_owned(), [9, 3, 4, 7].into());
        let title = "geometric mean of 5: a b.jsonl line 790; c.jsonl lines 3, 4, 7 and 1 more";
        assert_eq!(one.link(), format!("[0.976](a%20b.jsonl \"{title}\")"));
        let two = figure(16384.0, Kind::Count, &[1, 2]).link();
        assert_eq!(two, "[16,384](a%20b.jsonl \"lines 1 and 2\")");
        assert_eq!(figure(0.0, Kind::Count, &[]).link(), "[0](a%20b.jsonl \"no line\")");
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        for (value, text) in [
            (0.0, "0.00"),
            (1.0, "1.00"),
            (0.04567, "0.0457"),
            (12.345, "12.3"),
            (999.9, "1,000"),
            (123456.7, "123,457"),
            (-1.845, "-1.84"),
            (1e-30, "0.000000000000"),
        ] {
            assert_eq!(three_digits(value), text);
        }
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(1234567.891, 2), "1,234,567.89");
        for (ns, text) in [(999.0, "999 ns"), (210976.0, "211 µs"), (1.5e6, "1.50 ms")] {
            assert_eq!(figure(ns, Kind::Time, &[1]).number(), text);
        }
    }
}
