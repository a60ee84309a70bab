//! Where in the source operations stand.

use std::sync::Arc;

use super::{Cursor, ReadError, Wrong, little_endian, table};
use crate::module::Location;

/// Which attribute each operation of each function has.
#[derive(Debug, Default)]
pub(super) struct Debug {
    /// Where a function begins in `of_operations`.
    functions: Vec<usize>,
    of_operations: Vec<u64>,
    /// For each attribute, from 1, the number of its location.
    places: Vec<Option<u32>>,
}

/// The lines of one function, taken one operation after the other.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    debug: &'a Debug,
    next: Option<usize>,
}

impl Debug {
    /// Of the function with this number, from 1; 0 is one without lines.
    pub(super) fn function(&self, number: u64) -> Lines<'_> {
        let place =
            number.checked_sub(1).and_then(|at| self.functions.get(usize::try_from(at).ok()?));
        // The first attribute is that of the function itself.
        Lines { debug: self, next: place.and_then(|place| place.checked_add(1)) }
    }
}

impl Lines<'_> {
    /// The location of the next operation.
    pub(super) fn next(&mut self) -> Option<u32> {
        let at = self.next?;
        self.next = at.checked_add(1);
        let attribute = *self.debug.of_operations.get(at)?;
        let place = usize::try_from(attribute.checked_sub(1)?).ok()?;
        self.debug.places.get(place).copied().flatten()
    }
}

/// Reads the section, and adds the places in it to `locations`.
pub(super) fn read(
    mut cursor: Cursor<'_>,
    strings: &[Arc<str>],
    locations: &mut Vec<Location>,
) -> Result<Debug, ReadError> {
    if cursor.is_empty() {
        return Ok(Debug::default());
    }
    let count = cursor.count()?;
    cursor.align(4)?;
    let functions = cursor.bytes(count.saturating_mul(4))?.chunks_exact(4);
    let functions = functions.map(|bytes| little_endian(bytes) as usize).collect();
    let count = cursor.count()?;
    cursor.align(8)?;
    let of_operations = cursor.bytes(count.saturating_mul(8))?.chunks_exact(8).map(little_endian);
    let of_operations = of_operations.collect();
    let mut places: Vec<Option<u32>> = Vec::new();
    for entry in table(cursor, 4)? {
        let place = one(entry, strings, &places, locations)?;
        places.push(place);
    }
    Ok(Debug { functions, of_operations, places })
}

/// The place that an attribute says; of a call, the place in what is called.
fn one(
    mut cursor: Cursor<'_>,
    strings: &[Arc<str>],
    places: &[Option<u32>],
    locations: &mut Vec<Location>,
) -> Result<Option<u32>, ReadError> {
    let start = cursor;
    match cursor.byte()? {
        4 => {
            cursor.number()?;
            let name = cursor.number()?;
            let name = usize::try_from(name).ok().and_then(|at| strings.get(at));
            let file = name.cloned().ok_or_else(|| start.wrong(Wrong::Missing("text", 0)))?;
            let (line, column) = (cursor.number()?, cursor.number()?);
            locations.push(Location { file, line, column });
            Ok(u32::try_from(locations.len() - 1).ok())
        }
        6 => {
            let callee = cursor.number()?.checked_sub(1).and_then(|at| usize::try_from(at).ok());
            Ok(callee.and_then(|at| places.get(at)).copied().flatten())
        }
        _ => Ok(None),
    }
}
