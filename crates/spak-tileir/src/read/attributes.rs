//! Attributes that say what they are: assumptions, identities, and hints that are left out.

use super::{Cursor, ReadError, Tables, Wrong};
use crate::kinds::{Bounds, Scalar};
use crate::module::{Element, Type};

const DEEPEST: usize = 8;

/// Leaves out one attribute.
pub(super) fn skip(
    cursor: &mut Cursor<'_>,
    tables: &Tables<'_>,
    depth: usize,
) -> Result<(), ReadError> {
    let start = *cursor;
    if depth > DEEPEST {
        return Err(start.wrong(Wrong::Deep(DEEPEST)));
    }
    match cursor.byte()? {
        1 => {
            cursor.number()?;
            cursor.number()?;
        }
        2 => {
            float(cursor, tables)?;
        }
        3 => {
            cursor.byte()?;
        }
        4 | 5 => {
            cursor.number()?;
        }
        6 => {
            let count = cursor.count()?;
            (0..count).try_for_each(|_| skip(cursor, tables, depth + 1))?;
        }
        10 | 11 => dictionary(cursor, tables, depth)?,
        tag => return Err(start.wrong(Wrong::Unknown("attribute", u64::from(tag)))),
    }
    Ok(())
}

/// Leaves out names with attributes.
pub(super) fn dictionary(
    cursor: &mut Cursor<'_>,
    tables: &Tables<'_>,
    depth: usize,
) -> Result<(), ReadError> {
    let count = cursor.count()?;
    for _ in 0..count {
        cursor.number()?;
        skip(cursor, tables, depth + 1)?;
    }
    Ok(())
}

/// What is assumed of a value.
pub(super) fn bounds(cursor: &mut Cursor<'_>) -> Result<Bounds, ReadError> {
    let start = *cursor;
    let tag = cursor.byte()?;
    if tag == 12 {
        let flags = cursor.byte()?;
        let low = if flags & 1 != 0 { Some(cursor.signed()?) } else { None };
        let high = if flags & 2 != 0 { Some(cursor.signed()?) } else { None };
        return Ok(Bounds::Between { low, high });
    }
    if tag != 8 {
        return Err(start.wrong(Wrong::Unknown("assumption", u64::from(tag))));
    }
    let divisor = cursor.number()?;
    let flags = cursor.byte()?;
    let every = if flags & 1 != 0 { Some(cursor.signed()?) } else { None };
    let along = if flags & 2 != 0 { Some(cursor.signed()?) } else { None };
    let groups = match (every, along) {
        (None, None) => None,
        (Some(every), Some(along)) => {
            let both = u64::try_from(every).ok().zip(usize::try_from(along).ok());
            let both = both.filter(|(every, _)| *every > 0);
            Some(both.ok_or_else(|| start.wrong(Wrong::Operation("groups of no elements")))?)
        }
        _ => return Err(start.wrong(Wrong::Operation("groups along no dimension"))),
    };
    match divisor {
        0 => Err(start.wrong(Wrong::Operation("an assumption to be divisible by 0"))),
        _ => Ok(Bounds::Divisible { divisor, groups }),
    }
}

/// As many elements as it says.
pub(super) fn scalars(
    cursor: &mut Cursor<'_>,
    tables: &Tables<'_>,
) -> Result<Vec<Scalar>, ReadError> {
    let count = cursor.count()?;
    (0..count).map(|_| scalar(cursor, tables)).collect()
}

fn scalar(cursor: &mut Cursor<'_>, tables: &Tables<'_>) -> Result<Scalar, ReadError> {
    let start = *cursor;
    match cursor.byte()? {
        1 => {
            let element = element(cursor, tables)?;
            Ok(Scalar { element: Some(element), bits: cursor.number()? })
        }
        2 => float(cursor, tables),
        3 => Ok(Scalar { element: None, bits: u64::from(cursor.byte()? != 0) }),
        tag => Err(start.wrong(Wrong::Unknown("element", u64::from(tag)))),
    }
}

fn float(cursor: &mut Cursor<'_>, tables: &Tables<'_>) -> Result<Scalar, ReadError> {
    let element = element(cursor, tables)?;
    let bits = match element.bits() {
        ..=8 => u64::from(cursor.byte()?),
        _ => cursor.signed()? as u64,
    };
    Ok(Scalar { element: Some(element), bits })
}

fn element(cursor: &mut Cursor<'_>, tables: &Tables<'_>) -> Result<Element, ReadError> {
    let start = *cursor;
    match tables.type_id(cursor)?.1 {
        Type::Element(element) => Ok(*element),
        _ => Err(start.wrong(Wrong::Type("elements that are no numbers"))),
    }
}
