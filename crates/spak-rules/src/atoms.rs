//! Values as the engine holds them: 16 bytes, comparable by key; rows are texts that no design can write.

use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};

use spak_expr::{Quantity, Scalar, Symbols, Value};

/// Texts and rows by number, and back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atoms {
    pub(crate) symbols: Symbols,
    rows: FxHashMap<u32, (u32, u32)>,
}

/// A value that can be looked up: what is equal has one key. Different values may share one (`1` and `true`),
/// so whatever is found by key is compared again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u8, u64, [i8; 7]);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.1 ^ (u64::from(self.0) << 56));
    }
}

impl Atoms {
    /// The number of a text.
    pub(crate) fn text(&mut self, text: &str) -> Option<u32> {
        self.symbols.number(text)
    }

    /// The scalar for a value; `None` for lists, ranges and records.
    pub(crate) fn scalar(&mut self, value: &Value) -> Option<Scalar> {
        self.symbols.scalar(value)
    }

    /// The scalar that stands for a row.
    pub(crate) fn row(&mut self, table: u32, row: u32) -> Option<Scalar> {
        // No text of a design has this character: files with it are refused.
        let number = self.text(&format!("\u{1}{table}#{row}"))?;
        self.rows.insert(number, (table, row));
        Some(Scalar::Text(number))
    }

    /// Table and number of the row that a scalar stands for.
    pub(crate) fn row_of(&self, scalar: Scalar) -> Option<(u32, u32)> {
        match scalar {
            Scalar::Text(number) => self.rows.get(&number).copied(),
            _ => None,
        }
    }

    /// The value of a scalar that is no row.
    pub(crate) fn value(&self, scalar: Scalar) -> Option<Value> {
        Some(match scalar {
            Scalar::Bool(b) => Value::Bool(b),
            Scalar::Int(i) => Value::Int(i),
            Scalar::Float(f) => Value::Float(f),
            Scalar::Quantity(magnitude, dimension) => {
                Value::Quantity(Quantity { magnitude, dimension })
            }
            Scalar::Text(number) if self.rows.contains_key(&number) => return None,
            Scalar::Text(number) => Value::Text(self.symbols.text(number)?.clone()),
        })
    }
}

/// The key of a scalar.
pub(crate) fn key(scalar: Scalar) -> Key {
    const PLAIN: [i8; 7] = [0; 7];
    match scalar {
        Scalar::Bool(b) => Key(0, u64::from(b), PLAIN),
        Scalar::Int(i) => Key(0, i as u64, PLAIN),
        Scalar::Float(f) => float(f, PLAIN),
        Scalar::Quantity(f, dimension) => float(f, dimension.exponents()),
        Scalar::Text(number) => Key(3, u64::from(number), PLAIN),
    }
}

/// Whole floats have the keys of whole numbers: they are equal to them.
fn float(f: f64, dimension: [i8; 7]) -> Key {
    let whole = f.fract() == 0.0 && f.abs() < 9.0e15;
    if whole { Key(0, f as i64 as u64, dimension) } else { Key(1, f.to_bits(), dimension) }
}
