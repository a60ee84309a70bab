//! Values that are known without running anything.

/// A known value.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`, or nothing.
    None,
    /// `True`, `False`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A type of elements, by its canonical name: `f32`, `bf16`, `i32`, `bool`, `tf32`, `f8e4m3`.
    Dtype(String),
    /// A name that an API defines, by its canonical name: `padding.zero`, `rounding.approx`, `arch.sm_90`.
    Symbol(String),
}

impl Constant {
    /// As a number; booleans are 0 and 1.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it counts as true; only what has a truth value does.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Float(value) => Some(*value != 0.0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Dtype(_) | Self::Symbol(_) => Some(true),
        }
    }
}

impl std::fmt::Display for Constant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Dtype(name) | Self::Symbol(name) => f.write_str(name),
        }
    }
}
