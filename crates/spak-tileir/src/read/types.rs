//! The table of types.

use super::{Cursor, FLAGS, ReadError, Wrong, table};
use crate::module::{Element, Layout, Padding, Type, TypeId, Version, View};

/// Stands for a size or a stride that is known only when a kernel runs.
const DYNAMIC: i64 = i64::MIN;
/// Since then pointers and arrays may carry an attribute of the pointer.
const POINTER_FLAGS: Version = Version { major: 13, minor: 4 };
/// More elements no tile can have, whatever the limits of a run say.
const MOST_ELEMENTS: usize = 1 << 30;

/// All types; one refers to those before it only.
pub(super) fn types(section: Cursor<'_>, version: Version) -> Result<Vec<Type>, ReadError> {
    let mut types = Vec::new();
    for entry in table(section, 4)? {
        let read = one(entry, &types, version)?;
        types.push(read);
    }
    Ok(types)
}

fn one(mut cursor: Cursor<'_>, known: &[Type], version: Version) -> Result<Type, ReadError> {
    let start = cursor;
    let tag = cursor.number()?;
    if let Some(element) = element(tag) {
        return Ok(Type::Element(element));
    }
    let flags = |cursor: &mut Cursor<'_>, since: Version| match version >= since {
        true => cursor.number(),
        false => Ok(0),
    };
    match tag {
        12 => {
            let _flags = flags(&mut cursor, POINTER_FLAGS)?;
            // An attribute of the pointer would follow; it says nothing that matters here.
            Ok(Type::Pointer(element_of(&mut cursor, known)?))
        }
        13 => tile(cursor, known),
        14 => {
            let _flags = flags(&mut cursor, POINTER_FLAGS)?;
            let element = element_of(&mut cursor, known)?;
            let shape = sizes(&mut cursor)?;
            let strides = sizes(&mut cursor)?;
            match shape.len() == strides.len() {
                true => Ok(Type::TensorView { element, shape, strides }),
                false => Err(start.wrong(Wrong::Type("an array with more sizes than strides"))),
            }
        }
        15 | 20 | 21 => view(cursor, tag, known, version).map(Type::View),
        16 => {
            let parameters = type_ids(&mut cursor, known)?;
            let results = type_ids(&mut cursor, known)?;
            Ok(Type::Function { parameters, results })
        }
        17 => Ok(Type::Token),
        _ => Err(start.wrong(Wrong::Unknown("type", tag))),
    }
}

fn element(tag: u64) -> Option<Element> {
    Some(match tag {
        0 => Element::I1,
        1 => Element::I8,
        2 => Element::I16,
        3 => Element::I32,
        4 => Element::I64,
        5 => Element::F16,
        6 => Element::BF16,
        7 => Element::F32,
        8 => Element::TF32,
        9 => Element::F64,
        10 => Element::F8E4M3,
        11 => Element::F8E5M2,
        18 => Element::F8E8M0,
        19 => Element::F4E2M1,
        22 => Element::I4,
        130 => Element::F8E5M3,
        _ => return None,
    })
}

fn reference<'t>(
    cursor: &mut Cursor<'_>,
    known: &'t [Type],
) -> Result<(TypeId, &'t Type), ReadError> {
    let start = *cursor;
    let number = cursor.index()?;
    let missing = || start.wrong(Wrong::Missing("type", u64::from(number)));
    known.get(number as usize).map(|one| (TypeId(number), one)).ok_or_else(missing)
}

fn element_of(cursor: &mut Cursor<'_>, known: &[Type]) -> Result<Element, ReadError> {
    let start = *cursor;
    match reference(cursor, known)?.1 {
        Type::Element(element) => Ok(*element),
        _ => Err(start.wrong(Wrong::Type("elements that are no numbers"))),
    }
}

fn type_ids(cursor: &mut Cursor<'_>, known: &[Type]) -> Result<Vec<TypeId>, ReadError> {
    let count = cursor.count()?;
    (0..count).map(|_| Ok(reference(cursor, known)?.0)).collect()
}

fn sizes(cursor: &mut Cursor<'_>) -> Result<Vec<Option<u64>>, ReadError> {
    let start = *cursor;
    let known = |size: i64| match size {
        DYNAMIC => Ok(None),
        _ => u64::try_from(size).map(Some).map_err(|_| start.wrong(Wrong::Type("a negative size"))),
    };
    cursor.integers(8)?.into_iter().map(known).collect()
}

/// Powers of two of which a tile has not too many elements.
fn tile_shape(sizes: &[i64], start: &Cursor<'_>) -> Result<Vec<usize>, ReadError> {
    let mut elements = 1_usize;
    let mut shape = Vec::with_capacity(sizes.len());
    for size in sizes {
        let size = usize::try_from(*size).ok().filter(|size| size.is_power_of_two());
        let size =
            size.ok_or_else(|| start.wrong(Wrong::Type("a size that is no power of two")))?;
        elements = elements.saturating_mul(size);
        shape.push(size);
    }
    match elements <= MOST_ELEMENTS {
        true => Ok(shape),
        false => Err(start.wrong(Wrong::Type("a tile of more than 2^30 elements"))),
    }
}

fn tile(mut cursor: Cursor<'_>, known: &[Type]) -> Result<Type, ReadError> {
    let start = cursor;
    let (element, pointee) = match reference(&mut cursor, known)?.1 {
        Type::Element(element) => (*element, None),
        Type::Pointer(to) => (Element::Pointer, Some(*to)),
        _ => return Err(start.wrong(Wrong::Type("a tile of something else than elements"))),
    };
    let shape = tile_shape(&cursor.integers(8)?, &start)?;
    Ok(Type::Tile { element, pointee, shape })
}

fn view(
    mut cursor: Cursor<'_>,
    tag: u64,
    known: &[Type],
    version: Version,
) -> Result<View, ReadError> {
    let start = cursor;
    let flags = if version >= FLAGS { Some(cursor.number()?) } else { None };
    let tile = tile_shape(&cursor.integers(4)?, &start)?;
    let steps = if tag == 21 { Some(cursor.integers(4)?) } else { None };
    let (tensor, kind) = reference(&mut cursor, known)?;
    let Type::TensorView { element, shape, .. } = kind else {
        return Err(start.wrong(Wrong::Type("a view of something else than an array")));
    };
    let rank = shape.len();
    let bad = |why| Err(start.wrong(Wrong::Type(why)));
    if tile.len() != rank {
        return bad("a view whose tiles have other dimensions than its array");
    }
    let layout = if tag == 20 {
        let sparse = cursor.index()? as usize;
        if sparse >= rank {
            return bad("a view along a dimension that its array does not have");
        }
        Layout::Gather { sparse }
    } else {
        let map = cursor.integers(4)?;
        let dimensions: Vec<usize> =
            map.iter().filter_map(|one| usize::try_from(*one).ok()).collect();
        let mut sorted = dimensions.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..rank) {
            return bad("a view whose dimensions are no permutation");
        }
        let steps = steps.map_or_else(
            || tile.iter().map(|size| *size as u64).collect(),
            |steps| steps.iter().map(|step| u64::try_from(*step).unwrap_or(0)).collect::<Vec<_>>(),
        );
        if steps.len() != rank || steps.contains(&0) {
            return bad("a view whose steps are not positive");
        }
        Layout::Grid { dimensions, steps }
    };
    let padded = match flags {
        Some(flags) => flags & 1 != 0,
        None => cursor.byte()? != 0,
    };
    let padding = if padded { Some(padding(&mut cursor)?) } else { None };
    Ok(View { tensor, element: *element, tile, layout, padding })
}

fn padding(cursor: &mut Cursor<'_>) -> Result<Padding, ReadError> {
    let start = *cursor;
    match cursor.byte()? {
        0 => Ok(Padding::Zero),
        1 => Ok(Padding::NegativeZero),
        2 => Ok(Padding::Nan),
        3 => Ok(Padding::Infinity),
        4 => Ok(Padding::NegativeInfinity),
        other => Err(start.wrong(Wrong::Unknown("padding", u64::from(other)))),
    }
}
