//! What names of CUDA mean: the table in `api/cuda.txt`, whose format `api/README.md` describes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use spak_program::{Constant, Op};

/// What a call of a name does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A node; whether it is rounded as the fast units do.
    Op(Op, bool),
    Cast(&'static str),
    Pass,
    Special(&'static str),
    Effect,
}

static TABLE: LazyLock<BTreeMap<&'static str, Meaning>> = LazyLock::new(|| {
    include_str!("api/cuda.txt").lines().filter_map(|line| read(line).ok().flatten()).collect()
});

/// A line; `None` for one that says nothing.
fn read(line: &'static str) -> Result<Option<(&'static str, Meaning)>, &'static str> {
    let said = line.split('#').next().unwrap_or("").trim();
    if said.is_empty() {
        return Ok(None);
    }
    let (name, meaning) = said.split_once("->").ok_or(line)?;
    let mut words = meaning.split_whitespace();
    let first = words.next().ok_or(line)?;
    let second = words.next();
    let meaning = match (first, second) {
        ("cast", Some(dtype)) => Meaning::Cast(dtype),
        ("special", Some(what)) => Meaning::Special(what),
        ("pass", None) => Meaning::Pass,
        ("effect", None) => Meaning::Effect,
        (op, None) => Meaning::Op(Op::named(op).ok_or(line)?, false),
        (op, Some("rounding=approx")) => Meaning::Op(Op::named(op).ok_or(line)?, true),
        _ => return Err(line),
    };
    Ok(Some((name.trim(), meaning)))
}

/// What a call of a name does, if it is known.
pub(crate) fn meaning(name: &str) -> Option<&'static Meaning> {
    TABLE.get(name)
}

/// Whether a call of which nothing is known may do something, by its name.
pub(crate) fn has_effect(name: &str) -> bool {
    ["store", "wait", "arrive", "sync", "fence", "commit", "write", "copy", "init"]
        .iter()
        .any(|word| name.contains(word))
}

/// Names of values that libraries define.
pub(crate) fn constant(name: &str) -> Option<Constant> {
    Some(match name {
        "FLT_MAX" => Constant::Float(f64::from(f32::MAX)),
        "FLT_MIN" => Constant::Float(f64::from(f32::MIN_POSITIVE)),
        "warpSize" | "NumThreadsPerWarp" => Constant::Int(32),
        "NumThreadsPerWarpGroup" => Constant::Int(128),
        "cudaSuccess" => Constant::Int(0),
        "M_LOG2Ef" => Constant::Float(std::f64::consts::LOG2_E),
        "M_PI" => Constant::Float(std::f64::consts::PI),
        "M_SQRT1_2" => Constant::Float(std::f64::consts::FRAC_1_SQRT_2),
        "nullptr" | "nullopt" => Constant::None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning, read};
    use spak_program::Op;

    #[test]
    fn all_lines_of_the_table_are_read() {
        let rejected: Vec<&str> =
            include_str!("api/cuda.txt").lines().filter_map(|line| read(line).err()).collect();
        assert_eq!(rejected, Vec::<&str>::new());
        assert_eq!(meaning("__expf"), Some(&Meaning::Op(Op::Exp, true)));
        assert_eq!(meaning("no_such_function"), None);
    }
}
