//! Where names get their values.

use std::collections::BTreeMap;

use crate::fault::Fallible;
use crate::value::Value;

/// What the names of an expression stand for.
pub trait Env {
    /// The value of a name: `tile_m`, or `t.speedup` with its dots. A dotted name that is not known as
    /// a whole is tried as a record with fields.
    fn lookup(&self, name: &str) -> Option<Value>;

    /// The value of a function that is not built in; `None` when there is no such function.
    fn call(&self, _function: &str, _arguments: &[Value]) -> Option<Fallible<Value>> {
        None
    }

    /// How many values the argument at `position` of `function` may have, counted from 0.
    ///
    /// `for all i, j: f(i, j) = 0` takes the values of `i` and `j` from here. Lists (and matrices, as
    /// lists of rows) that [`Env::lookup`] knows need nothing else.
    fn extent(&self, function: &str, position: usize) -> Option<u64> {
        let mut value = self.lookup(function)?;
        for _ in 0..position {
            value = value.at(0)?;
        }
        match value {
            Value::List(_) | Value::Range(..) => value.length(),
            _ => None,
        }
    }

    /// Every name that can be looked up, for suggestions.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Every function beyond the built-in ones, for suggestions.
    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
}

/// No names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Empty;

impl Env for Empty {
    fn lookup(&self, _name: &str) -> Option<Value> {
        None
    }
}

/// Names in a map; keys may be dotted.
impl Env for BTreeMap<String, Value> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}
