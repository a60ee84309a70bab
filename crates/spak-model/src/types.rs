//! The types that fields, states and observations are declared with.

use std::fmt;

use crate::literal::Literal;

/// Types nest at most this deep.
const MAX_NESTING: u32 = 16;

/// A declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `int`
    Int,
    /// `float`
    Float,
    /// `bool`, `boolean`
    Bool,
    /// `string`, `str`, `text`
    Text,
    /// `list`, or `[T]` with one element type
    List(Option<Box<Type>>),
    /// `Tensor[B, T, D]`, `Tensor([B, T], int64)`: a tensor with named dimensions and an element type
    Tensor(Vec<String>, Option<String>),
    /// `"Memory" | "Compute"`, or one value: only these
    OneOf(Vec<Literal>),
    /// `int range [0,4]`
    Range(i64, i64),
    /// `T?`
    Optional(Box<Type>),
    /// The name of a type declared elsewhere.
    Named(String),
}

impl Type {
    /// Reads a type; `None` when the text is none, or nested deeper than types are.
    pub fn read(text: &str) -> Option<Self> {
        Self::read_nested(text, 0)
    }

    fn read_nested(text: &str, depth: u32) -> Option<Self> {
        if depth > MAX_NESTING {
            return None;
        }
        let text = text.trim();
        if let Some(inner) = text.strip_suffix('?') {
            // Optional twice is optional.
            let inner = inner.trim_end_matches(['?', ' ']);
            return Self::read_nested(inner, depth + 1).map(|t| Self::Optional(Box::new(t)));
        }
        match text {
            "int" | "integer" | "i32" | "i64" => return Some(Self::Int),
            "float" | "double" | "number" => return Some(Self::Float),
            "bool" | "boolean" => return Some(Self::Bool),
            "string" | "str" | "text" => return Some(Self::Text),
            "list" => return Some(Self::List(None)),
            "" => return None,
            _ => {}
        }
        if let Some(range) = text.strip_prefix("int range") {
            let (low, high) = range.trim().strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
            return Some(Self::Range(low.trim().parse().ok()?, high.trim().parse().ok()?));
        }
        if let Some(tensor) = text.strip_prefix("Tensor") {
            return Self::tensor(tensor.trim());
        }
        if text.contains('|') || text.starts_with(['"', '\'']) {
            let values: Option<Vec<Literal>> = text.split('|').map(quoted).collect();
            return values.map(Self::OneOf);
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return match Self::read_nested(inner, depth + 1) {
                Some(element) if !inner.contains(',') => Some(Self::List(Some(Box::new(element)))),
                _ => Some(Self::Tensor(names(inner), None)),
            };
        }
        match Literal::read(text)? {
            Literal::Text(name) => Some(Self::Named(name)),
            value => Some(Self::OneOf(vec![value])),
        }
    }

    /// `[B, T]`, or `([B, T], int64)`.
    fn tensor(rest: &str) -> Option<Self> {
        if let Some(dims) = rest.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return Some(Self::Tensor(names(dims), None));
        }
        let inner = rest.strip_prefix('(')?.strip_suffix(')')?.trim();
        let (dims, tail) = inner.strip_prefix('[')?.split_once(']')?;
        let element = tail.trim().trim_start_matches(',').trim();
        Some(Self::Tensor(names(dims), (!element.is_empty()).then(|| element.to_owned())))
    }

    /// The type of a value that a state or a field starts with.
    pub fn of(value: &Literal) -> Self {
        match value {
            Literal::Bool(_) => Self::Bool,
            Literal::Int(_) => Self::Int,
            Literal::Float(_) | Literal::Quantity(..) => Self::Float,
            Literal::Text(_) => Self::Text,
            Literal::List(_) => Self::List(None),
        }
    }

    /// Whether `value` has this type; a whole number is a float, and a named type is not known here.
    pub fn accepts(&self, value: &Literal) -> bool {
        match self {
            Self::Int => matches!(value, Literal::Int(_)),
            Self::Float => match value {
                Literal::Int(_) | Literal::Float(_) => true,
                // Where a search for the best one starts.
                Literal::Text(word) => matches!(word.as_str(), "inf" | "-inf" | "nan"),
                _ => false,
            },
            Self::Bool => matches!(value, Literal::Bool(_)),
            Self::Text => matches!(value, Literal::Text(_)),
            Self::List(element) => match value {
                Literal::List(items) => {
                    items.iter().all(|i| element.as_ref().is_none_or(|e| e.accepts(i)))
                }
                _ => false,
            },
            // A number fills it.
            Self::Tensor(..) => {
                matches!(value, Literal::List(_) | Literal::Int(_) | Literal::Float(_))
            }
            Self::OneOf(values) => values.contains(value),
            Self::Range(low, high) => matches!(value, Literal::Int(i) if (low..=high).contains(&i)),
            Self::Optional(inner) => inner.accepts(value),
            Self::Named(_) => true,
        }
    }
}

fn quoted(text: &str) -> Option<Literal> {
    let text = text.trim();
    let inner = |q| text.strip_prefix(q).and_then(|t| t.strip_suffix(q));
    match inner('"').or_else(|| inner('\'')) {
        Some(inner) => Some(Literal::Text(inner.to_owned())),
        None => Literal::read(text),
    }
}

fn names(dims: &str) -> Vec<String> {
    dims.split(',').map(|d| d.trim().to_owned()).filter(|d| !d.is_empty()).collect()
}

/// In the language's own spelling, one for each type whatever alias was written.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Bool => f.write_str("bool"),
            Self::Text => f.write_str("string"),
            Self::List(None) => f.write_str("list"),
            Self::List(Some(element)) => write!(f, "[{element}]"),
            Self::Tensor(dims, None) => write!(f, "Tensor[{}]", dims.join(", ")),
            Self::Tensor(dims, Some(element)) => {
                write!(f, "Tensor([{}], {element})", dims.join(", "))
            }
            Self::OneOf(values) => {
                let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(" | "))
            }
            Self::Range(low, high) => write!(f, "int range [{low}, {high}]"),
            Self::Optional(inner) => write!(f, "{inner}?"),
            Self::Named(name) => f.write_str(name),
        }
    }
}
