//! Values that stand in a design as they are.

use std::fmt;

use spak_syntax::Diagnostic;

/// A value of a dimension or a field.
#[derive(Clone, Debug)]
pub enum Literal {
    /// `true`, `false`
    Bool(bool),
    /// `64`
    Int(i64),
    /// `0.05`, `-1e20`
    Float(f64),
    /// `"online"`, or a bare name
    Text(String),
    /// `12GB`, `24h`: a number with its unit as written
    Quantity(f64, String),
    /// `[1, 2]`
    List(Vec<Literal>),
}

impl Literal {
    /// Reads a bare word: a truth value, a number, a number with a unit, or a name. `None` when it is
    /// more than one word, or a number that does not fit.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        match text {
            "true" | "True" => return Some(Self::Bool(true)),
            "false" | "False" => return Some(Self::Bool(false)),
            "-inf" => return Some(Self::Text(text.to_owned())),
            _ => {}
        }
        if let Some(number) = number(text) {
            return Some(number);
        }
        // `2026-03-01`, `1-4`: nobody subtracts one written number from another.
        if text.contains('-') && text.split('-').all(is_digits) {
            return Some(Self::Text(text.to_owned()));
        }
        let (digits, behind) = text.split_at_checked(number_end(text))?;
        if let Some(value) = number(digits).filter(|_| !behind.is_empty()) {
            let unit = behind.trim();
            let is_unit = unit.chars().all(|c| c.is_alphabetic() || matches!(c, '/' | '%' | 'µ'));
            // A word that is no unit belongs to a number only when nothing stands between them.
            let is_said =
                unit.len() == behind.len() && !digits.ends_with('.') || is_unit_name(unit);
            let number = value.as_float().unwrap_or(0.0);
            return (is_unit && is_said).then(|| Self::Quantity(number, unit.to_owned()));
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        (starts && text.chars().all(is_name)).then(|| Self::Text(text.to_owned()))
    }

    /// The number, if it is one without a unit.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(i) => Some(*i as f64),
            Self::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(s) => Some(s),
            _ => None,
        }
    }

    /// The value as records have it; a quantity keeps its unit as text.
    pub fn record(&self) -> spak_records::Value {
        use spak_records::Value;
        match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::Int(*i),
            Self::Float(f) => Value::Float(*f),
            Self::Text(s) => Value::Text(s.clone()),
            Self::Quantity(..) => Value::Text(self.to_string()),
            Self::List(items) => Value::List(items.iter().map(Self::record).collect()),
        }
    }

    /// What kind of value it is, in a word for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "text",
            Self::Quantity(..) => "quantity",
            Self::List(_) => "list",
        }
    }
}

/// Whether `unit` is one that formulas know.
pub fn is_unit_name(unit: &str) -> bool {
    unit == "%" || spak_expr::Unit::read(unit).is_some()
}

/// What is wrong with a text that is written as one number and is none: it does not fit.
pub fn bad_number(text: &str, base: u32) -> Option<Diagnostic> {
    let lead = text.len() - text.trim_start().len();
    let text = text.trim();
    let starts = text.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit());
    if !starts || text.contains(char::is_whitespace) {
        return None;
    }
    let found = spak_expr::parse(text, base + lead as u32).diagnostics;
    found.into_iter().find(|d| d.code == spak_expr::codes::BAD_NUMBER)
}

/// Where the number that `text` begins with ends: `1.2e3` of `1.2e3 TFLOPS`.
fn number_end(text: &str) -> usize {
    let digits = |text: &str| {
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_');
        text.find(|c| !is_digit(c)).unwrap_or(text.len())
    };
    let sign = text.len() - text.strip_prefix('-').unwrap_or(text).len();
    let end = sign + digits(text.get(sign..).unwrap_or(""));
    let behind = text.get(end..).unwrap_or("");
    let Some(exponent) = behind.strip_prefix(['e', 'E']).filter(|_| end > sign) else { return end };
    let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let count = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
    if count == 0 { end } else { end + 1 + (exponent.len() - unsigned.len()) + count }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str) -> Option<Literal> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = unsigned.strip_prefix('.').unwrap_or(unsigned);
    if !starts.starts_with(|c: char| c.is_ascii_digit()) || text.ends_with('_') {
        return None;
    }
    let plain = text.replace('_', "");
    for (prefix, radix) in [("0x", 16), ("0b", 2)] {
        if let Some(digits) = plain.trim_start_matches(['-', '+']).strip_prefix(prefix) {
            let sign = if plain.starts_with('-') { "-" } else { "" };
            return i64::from_str_radix(&format!("{sign}{digits}"), radix).ok().map(Literal::Int);
        }
    }
    if let Ok(i) = plain.parse::<i64>() {
        return Some(Literal::Int(i));
    }
    // A whole number that does not fit would be rounded.
    if is_digits(plain.trim_start_matches(['-', '+'])) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|f| f.is_finite()).map(Literal::Float)
}

/// Equal when they are the same value; floats by their bits, so that equality is an equivalence.
impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Quantity(a, u), Self::Quantity(b, v)) => a.to_bits() == b.to_bits() && u == v,
            (Self::List(a), Self::List(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Literal {}

/// As it would be written in a design; texts in quotes.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Text(s) => write!(
                f,
                "\"{}\"",
                s.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
            ),
            Self::Quantity(x, unit) => write!(f, "{x}{unit}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}
