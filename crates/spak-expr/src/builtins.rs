//! The functions that every expression may call.

use crate::arithmetic::{Amount, arithmetic, measured, negate};
use crate::codes::{DOMAIN_ERROR, WRONG_ARGUMENT_COUNT};
use crate::compare::compare;
use crate::dtype;
use crate::expr::{BinaryOp, CompareOp};
use crate::fault::{Fallible, Fault};
use crate::unit::Dimension;
use crate::value::{Value, whole};

/// The longest list that a function makes.
const MAX_LENGTH: u64 = 1 << 20;

/// A function by its name, with how many arguments it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// As it is called.
    pub name: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments.
    pub most: usize,
    /// What it gives, in one line.
    pub summary: &'static str,
}

const fn builtin(name: &'static str, least: usize, most: usize, summary: &'static str) -> Builtin {
    Builtin { name, least, most, summary }
}

/// Every function, sorted by name.
pub const BUILTINS: &[Builtin] = &[
    builtin("abs", 1, 1, "magnitude of a number or quantity"),
    builtin("all", 1, 1, "whether every element of a list is true"),
    builtin("any", 1, 1, "whether some element of a list is true"),
    builtin("bytes_of", 1, 1, "bytes of one element of a dtype: `bytes_of(\"bf16\")` is 2 B"),
    builtin("cdiv", 2, 2, "quotient rounded up: `cdiv(10, 4)` is 3"),
    builtin("ceil", 1, 1, "least whole number not below"),
    builtin("exp", 1, 1, "e to a power"),
    builtin("exp2", 1, 1, "2 to a power"),
    builtin("float", 1, 1, "a number as a float"),
    builtin("floor", 1, 1, "greatest whole number not above"),
    builtin("gcd", 2, 2, "greatest common divisor"),
    builtin("int", 1, 1, "a number without its fraction"),
    builtin("is_pow2", 1, 1, "whether a whole number is a power of two; 0 is none"),
    builtin("lcm", 2, 2, "least common multiple"),
    builtin("len", 1, 1, "how many elements a list has, or characters a text"),
    builtin("log", 1, 1, "natural logarithm"),
    builtin("log2", 1, 1, "logarithm to the base 2"),
    builtin("max", 1, usize::MAX, "the greatest argument, or element of a list"),
    builtin("mean", 1, 1, "arithmetic mean of a list"),
    builtin("min", 1, usize::MAX, "the least argument, or element of a list"),
    builtin("next_pow2", 1, 1, "least power of two not below"),
    builtin("pow", 2, 2, "power, as `**`"),
    builtin("range", 1, 3, "whole numbers as in Python, the end excluded"),
    builtin("round", 1, 1, "nearest whole number, halves to the even one"),
    builtin("row_sum", 1, 1, "sum of each row of a matrix"),
    builtin("sorted", 1, 1, "a list in ascending order"),
    builtin("sqrt", 1, 1, "square root"),
    builtin("sum", 1, 1, "sum of a list"),
];

/// The function with this name.
pub fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.binary_search_by(|b| b.name.cmp(name)).ok().and_then(|i| BUILTINS.get(i))
}

impl Builtin {
    /// The complaint about a call with `count` arguments; `None` when it takes so many.
    pub fn arity_fault(&self, count: usize) -> Option<Box<Fault>> {
        if (self.least..=self.most).contains(&count) {
            return None;
        }
        let takes = match (self.least, self.most) {
            (least, most) if least == most => format!("{least}"),
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let message = format!("`{}` takes {takes} arguments and has {count} here", self.name);
        Some(
            Fault::new(WRONG_ARGUMENT_COUNT, message)
                .with("", format!("it gives the {}", self.summary)),
        )
    }

    /// Its value for these arguments.
    ///
    /// # Errors
    /// When they are too few, too many, of the wrong kind, or outside of what it is defined for.
    pub fn call(&self, arguments: &[Value]) -> Fallible<Value> {
        if let Some(fault) = self.arity_fault(arguments.len()) {
            return Err(fault);
        }
        match (self.name, arguments) {
            ("max", [list]) => extreme(CompareOp::Greater, &elements(self, list)?),
            ("min", [list]) => extreme(CompareOp::Less, &elements(self, list)?),
            ("max", several) => extreme(CompareOp::Greater, several),
            ("min", several) => extreme(CompareOp::Less, several),
            ("range", bounds) => range(self, bounds),
            (_, [x]) => one(self, x),
            (_, [x, y]) => two(self, x, y),
            _ => Err(Fault::types(format!("`{}` cannot be called like this", self.name))),
        }
    }
}

fn one(f: &Builtin, x: &Value) -> Fallible<Value> {
    match f.name {
        "abs" => match Amount::of(x) {
            Some(Amount::Int(i)) if i < 0 => negate(x),
            Some(Amount::Float(f)) => Ok(Value::Float(f.abs())),
            Some(Amount::Measured(f, kind)) => Ok(measured(f.abs(), kind)),
            Some(Amount::Int(i)) => Ok(Value::Int(i)),
            None => Err(wrong(f, "a number", x)),
        },
        "all" | "any" => {
            let decisive = f.name == "any";
            for item in elements(f, x)? {
                if item.as_bool().ok_or_else(|| wrong(f, "truth values", &item))? == decisive {
                    return Ok(Value::Bool(decisive));
                }
            }
            Ok(Value::Bool(!decisive))
        }
        "bytes_of" => bytes_of(f, x),
        "ceil" => rounded(f, x, f64::ceil),
        "floor" => rounded(f, x, f64::floor),
        "round" => rounded(f, x, f64::round_ties_even),
        "int" => rounded(f, x, f64::trunc),
        "float" => plain(f, x).map(Value::Float),
        "exp" => finite(f, plain(f, x)?, f64::exp),
        "exp2" => finite(f, plain(f, x)?, f64::exp2),
        "log" | "log2" => {
            let x = plain(f, x)?;
            if x <= 0.0 {
                return Err(Fault::domain(format!("the logarithm of {x:?} is not defined")));
            }
            finite(f, x, if f.name == "log" { f64::ln } else { f64::log2 })
        }
        "is_pow2" => {
            let i = integer(f, x)?;
            Ok(Value::Bool(u64::try_from(i).is_ok_and(u64::is_power_of_two)))
        }
        "next_pow2" => {
            let i = u64::try_from(integer(f, x)?.max(1)).unwrap_or(1);
            let power = i.checked_next_power_of_two().and_then(|p| i64::try_from(p).ok());
            power.map(Value::Int).ok_or_else(|| Fault::overflow("the next power of two"))
        }
        "len" => match x.length() {
            Some(n) => i64::try_from(n).map(Value::Int).map_err(|_| Fault::overflow("the length")),
            None => Err(wrong(f, "a list", x)),
        },
        "sqrt" => square_root(f, x),
        "sum" => sum(&elements(f, x)?),
        "mean" => {
            let items = elements(f, x)?;
            if items.is_empty() {
                return Err(Fault::domain("the mean of an empty list is not defined"));
            }
            arithmetic(BinaryOp::Divide, &sum(&items)?, &Value::Int(count(&items)))
        }
        "row_sum" => {
            let rows = elements(f, x)?;
            let sums: Fallible<Vec<Value>> =
                rows.iter().map(|row| elements(f, row).and_then(|r| sum(&r))).collect();
            Ok(Value::from(sums?))
        }
        "sorted" => sorted(elements(f, x)?),
        _ => Err(Fault::types(format!("`{}` cannot be called like this", f.name))),
    }
}

fn two(f: &Builtin, x: &Value, y: &Value) -> Fallible<Value> {
    match f.name {
        "pow" => arithmetic(BinaryOp::Power, x, y),
        // -(-x // y), which is exact for whole numbers and rounds quantities up.
        "cdiv" => {
            let down = arithmetic(BinaryOp::FloorDivide, &negate(x)?, y)?;
            negate(&down)
        }
        "gcd" | "lcm" => {
            let (a, b) = (integer(f, x)?.unsigned_abs(), integer(f, y)?.unsigned_abs());
            let divisor = gcd(a, b);
            let result = match (f.name, divisor) {
                ("gcd", _) => Some(divisor),
                (_, 0) => Some(0),
                _ => (a / divisor).checked_mul(b),
            };
            let fits = result.and_then(|r| i64::try_from(r).ok());
            fits.map(Value::Int)
                .ok_or_else(|| Fault::overflow(&format!("the {} of {x} and {y}", f.name)))
        }
        _ => Err(Fault::types(format!("`{}` cannot be called like this", f.name))),
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn wrong(f: &Builtin, wanted: &str, found: &Value) -> Box<Fault> {
    let message = format!("`{}` needs {wanted}, and this is {}", f.name, found.describe());
    if let Value::Quantity(_) = found {
        return Fault::units(message);
    }
    Fault::types(message).with("", format!("it gives the {}", f.summary))
}

fn plain(f: &Builtin, x: &Value) -> Fallible<f64> {
    x.as_float().ok_or_else(|| wrong(f, "a plain number", x))
}

fn integer(f: &Builtin, x: &Value) -> Fallible<i64> {
    x.as_int().ok_or_else(|| wrong(f, "a whole number", x))
}

fn finite(f: &Builtin, x: f64, g: impl Fn(f64) -> f64) -> Fallible<Value> {
    let result = g(x);
    if x.is_finite() && !result.is_finite() {
        return Err(Fault::overflow(&format!("{}({x:?})", f.name)));
    }
    Ok(Value::Float(result))
}

fn rounded(f: &Builtin, x: &Value, round: impl Fn(f64) -> f64) -> Fallible<Value> {
    if let Some(Amount::Int(i)) = Amount::of(x) {
        return Ok(Value::Int(i));
    }
    let result = round(plain(f, x)?);
    whole(result).map(Value::Int).ok_or_else(|| Fault::overflow(&format!("{}({x})", f.name)))
}

fn square_root(f: &Builtin, x: &Value) -> Fallible<Value> {
    let Some(amount) = Amount::of(x) else { return Err(wrong(f, "a number", x)) };
    let (magnitude, kind) = amount.parts();
    if magnitude < 0.0 {
        return Err(Fault::domain(format!("the square root of {x} is not a real number")));
    }
    let root = kind.root().ok_or_else(|| {
        Fault::units(format!("the square root of {} has no unit", kind.describe()))
    })?;
    Ok(measured(magnitude.sqrt(), root))
}

fn bytes_of(f: &Builtin, x: &Value) -> Fallible<Value> {
    let name = x.as_text().ok_or_else(|| wrong(f, "the name of a dtype", x))?;
    match dtype::bytes_of(name) {
        Some(bytes) => Ok(measured(bytes, Dimension::BYTES)),
        None => {
            let near = spak_syntax::diagnostic::suggest(name, dtype::names()).unwrap_or("f32");
            Err(Fault::new(DOMAIN_ERROR, format!("`{name}` is not a dtype")).with(
                "the size of an element is known for the usual dtypes",
                format!("write \"{near}\""),
            ))
        }
    }
}

/// The elements of a list or range.
pub(crate) fn elements(f: &Builtin, x: &Value) -> Fallible<Vec<Value>> {
    match x {
        Value::List(items) => Ok(items.to_vec()),
        Value::Range(low, high) => match x.length() {
            Some(n) if n <= MAX_LENGTH => Ok((*low..=*high).map(Value::Int).collect()),
            _ => Err(too_long()),
        },
        other => Err(wrong(f, "a list", other)),
    }
}

fn too_long() -> Box<Fault> {
    Fault::overflow("this list").with(
        "functions make and read lists of at most 1048576 elements",
        "compute it without listing the values",
    )
}

fn count(items: &[Value]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

fn sum(items: &[Value]) -> Fallible<Value> {
    let mut rest = items.iter();
    let Some(first) = rest.next() else { return Ok(Value::Int(0)) };
    // Adding zero would give truth values their number, but has no unit.
    let first = match first {
        Value::Bool(b) => Value::Int(i64::from(*b)),
        other => other.clone(),
    };
    if Amount::of(&first).is_none() {
        return Err(Fault::types(format!("`sum` needs numbers, and this is {}", first.describe())));
    }
    rest.try_fold(first, |total, x| arithmetic(BinaryOp::Add, &total, x))
}

fn extreme(op: CompareOp, items: &[Value]) -> Fallible<Value> {
    let mut rest = items.iter();
    let Some(mut best) = rest.next() else {
        return Err(Fault::domain("an empty list has no least and no greatest element"));
    };
    for item in rest {
        if compare(op, item, best, 0.0)? {
            best = item;
        }
    }
    Ok(best.clone())
}

fn sorted(mut items: Vec<Value>) -> Fallible<Value> {
    // Only numbers of one dimension, or texts: anything else has no total order.
    for item in &items {
        let is_ordered = match Amount::of(item) {
            Some(amount) => !amount.parts().0.is_nan(),
            None => matches!(item, Value::Text(_)),
        };
        if !is_ordered {
            return Err(Fault::types(format!("`sorted` cannot order {}", item.describe())));
        }
        if let Some(first) = items.first() {
            compare(CompareOp::Less, first, item, 0.0)?;
        }
    }
    let less = |a: &Value, b: &Value| compare(CompareOp::Less, a, b, 0.0).unwrap_or(false);
    items.sort_by(|a, b| less(b, a).cmp(&less(a, b)));
    Ok(Value::from(items))
}

fn range(f: &Builtin, bounds: &[Value]) -> Fallible<Value> {
    let bounds: Vec<i64> = bounds.iter().map(|b| integer(f, b)).collect::<Fallible<_>>()?;
    let (start, end, step) = match *bounds.as_slice() {
        [end] => (0, end, 1),
        [start, end] => (start, end, 1),
        [start, end, step] => (start, end, step),
        _ => return Err(Fault::types("`range` takes 1 to 3 arguments")),
    };
    match step {
        0 => Err(Fault::domain("the step of a range is not 0")),
        1 if end > start => Ok(Value::Range(start, end - 1)),
        _ => {
            let length = if (step > 0) == (start < end) && start != end {
                (start.abs_diff(end) - 1) / step.unsigned_abs() + 1
            } else {
                0
            };
            if length > MAX_LENGTH {
                return Err(too_long());
            }
            let values = std::iter::successors(Some(start), |i| i.checked_add(step));
            Ok(Value::list(values.take(length as usize).map(Value::Int)))
        }
    }
}
