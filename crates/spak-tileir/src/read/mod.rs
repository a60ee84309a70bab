//! From bytes to a module: the sections of a file and what stands in its tables.
//!
//! The format is that of the public repository NVIDIA/cuda-tile, in the versions 13.1 to 13.4 that the compiler of cuTile
//! 1.7 writes.

mod attributes;
mod body;
mod cursor;
mod debug;
mod lives;
mod memory;
mod operations;
mod types;

use std::sync::Arc;

use cursor::Cursor;
pub(crate) use cursor::little_endian;

use crate::module::{Function, Global, Module, Type, TypeId, Version};

const MAGIC: &[u8] = b"\x7fTileIR\0";
const OLDEST: Version = Version { major: 13, minor: 1 };
const NEWEST: Version = Version { major: 13, minor: 4 };

/// Since 13.3 optional parts of types and some operations are announced by flags.
const FLAGS: Version = Version { major: 13, minor: 3 };

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {what}")]
pub struct ReadError {
    /// Where in the file.
    pub offset: usize,
    what: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Wrong {
    #[error("it breaks off")]
    End,
    #[error("it does not begin as bytecode of Tile IR does")]
    Magic,
    #[error("it has version {0}, and {OLDEST} to {NEWEST} can be read")]
    Version(Version),
    #[error("a section that is aligned to nothing")]
    Alignment,
    #[error("a number that is too large")]
    Number,
    #[error("it counts more than there is")]
    Count,
    #[error("a section of the unknown kind {0}")]
    Section(u8),
    #[error("a second section of kind {0}")]
    Twice(u8),
    #[error("there is no {0} with number {1}")]
    Missing(&'static str, u64),
    #[error("unknown {0} {1}")]
    Unknown(&'static str, u64),
    #[error("a type that cannot be: {0}")]
    Type(&'static str),
    #[error("an operation that cannot be: {0}")]
    Operation(&'static str),
    #[error("blocks within blocks, more than {0} deep")]
    Deep(usize),
    #[error("text that is not UTF-8")]
    Text,
}

/// Reads a file of bytecode.
///
/// # Errors
/// When it is none, breaks off, has another version, or refers to what is not there; with the place.
pub fn read(bytes: &[u8]) -> Result<Module, ReadError> {
    let mut cursor = Cursor::new(bytes, 0);
    if cursor.bytes(MAGIC.len()) != Ok(MAGIC) {
        return Err(Cursor::new(bytes, 0).wrong(Wrong::Magic));
    }
    let version = Version { major: cursor.byte()?, minor: cursor.byte()? };
    if !(OLDEST..=NEWEST).contains(&version) {
        return Err(cursor.wrong(Wrong::Version(version)));
    }
    // A tag of two bytes, of which one bit says that previews are used; those are unknown operations here.
    cursor.bytes(2)?;
    let sections = sections(cursor)?;
    let strings: Vec<Arc<str>> =
        table(sections.strings, 4)?.into_iter().map(text).collect::<Result<_, _>>()?;
    let types = types::types(sections.types, version)?;
    let constants =
        table(sections.constants, 8)?.into_iter().map(constant).collect::<Result<_, _>>();
    let mut module = Module {
        version,
        types,
        constants: constants?,
        globals: Vec::new(),
        functions: Vec::new(),
        locations: Vec::new(),
    };
    let debug = debug::read(sections.debug, &strings, &mut module.locations)?;
    let tables = Tables { version, strings: &strings, types: &module.types, debug: &debug };
    module.globals = globals(sections.globals, &tables, module.constants.len())?;
    module.functions = functions(sections.functions, &tables, module.constants.len())?;
    Ok(module)
}

/// What operations refer to.
#[derive(Clone, Copy)]
struct Tables<'a> {
    version: Version,
    strings: &'a [Arc<str>],
    types: &'a [Type],
    debug: &'a debug::Debug,
}

impl Tables<'_> {
    /// The text that is referred to next.
    fn text(&self, cursor: &mut Cursor<'_>) -> Result<Arc<str>, ReadError> {
        let start = *cursor;
        let number = cursor.number()?;
        let found = usize::try_from(number).ok().and_then(|at| self.strings.get(at));
        found.cloned().ok_or_else(|| start.wrong(Wrong::Missing("text", number)))
    }

    /// The type that is referred to next.
    fn type_id(&self, cursor: &mut Cursor<'_>) -> Result<(TypeId, &Type), ReadError> {
        let start = *cursor;
        let number = cursor.index()?;
        let found = self.types.get(number as usize);
        let missing = || start.wrong(Wrong::Missing("type", u64::from(number)));
        found.map(|one| (TypeId(number), one)).ok_or_else(missing)
    }
}

fn text(mut entry: Cursor<'_>) -> Result<Arc<str>, ReadError> {
    let start = entry;
    let bytes = entry.bytes(entry.len())?;
    std::str::from_utf8(bytes).map(Arc::from).map_err(|_| start.wrong(Wrong::Text))
}

/// The sections of a file; those that are not there are empty.
struct Sections<'a> {
    strings: Cursor<'a>,
    functions: Cursor<'a>,
    debug: Cursor<'a>,
    constants: Cursor<'a>,
    types: Cursor<'a>,
    globals: Cursor<'a>,
}

fn sections(mut cursor: Cursor<'_>) -> Result<Sections<'_>, ReadError> {
    let mut found: [Option<Cursor<'_>>; 7] = [None; 7];
    loop {
        let start = cursor;
        let head = cursor.byte()?;
        let kind = head & 0x7f;
        if kind == 0 {
            break;
        }
        let length = usize::try_from(cursor.number()?).map_err(|_| start.wrong(Wrong::Number))?;
        if head & 0x80 != 0 {
            let alignment = usize::try_from(cursor.number()?);
            cursor.align(alignment.map_err(|_| start.wrong(Wrong::Number))?)?;
        }
        let part = cursor.part(length)?;
        let place = found.get_mut(usize::from(kind));
        match place.ok_or_else(|| start.wrong(Wrong::Section(kind)))? {
            Some(_) => return Err(start.wrong(Wrong::Twice(kind))),
            place => *place = Some(part),
        }
    }
    let [_, strings, functions, debug, constants, types, globals] = found;
    let nothing = Cursor::new(&[], cursor.at());
    Ok(Sections {
        strings: strings.unwrap_or(nothing),
        functions: functions.unwrap_or(nothing),
        debug: debug.unwrap_or(nothing),
        constants: constants.unwrap_or(nothing),
        types: types.unwrap_or(nothing),
        globals: globals.unwrap_or(nothing),
    })
}

/// The entries of a table: how many, where each begins, and all of them.
fn table(mut cursor: Cursor<'_>, width: usize) -> Result<Vec<Cursor<'_>>, ReadError> {
    if cursor.is_empty() {
        return Ok(Vec::new());
    }
    let count = cursor.count()?;
    cursor.align(width)?;
    let places = cursor.bytes(count.saturating_mul(width))?;
    let mut places = places.chunks_exact(width).map(little_endian).peekable();
    let mut parts = Vec::with_capacity(count);
    let all = cursor.len() as u64;
    if places.peek().is_some_and(|first| *first != 0) {
        return Err(cursor.wrong(Wrong::Count));
    }
    while let Some(from) = places.next() {
        let to = places.peek().copied().unwrap_or(all);
        let length = to.checked_sub(from).and_then(|length| usize::try_from(length).ok());
        parts.push(cursor.part(length.ok_or_else(|| cursor.wrong(Wrong::Count))?)?);
    }
    Ok(parts)
}

fn constant(mut cursor: Cursor<'_>) -> Result<Vec<u8>, ReadError> {
    let count = cursor.count()?;
    Ok(cursor.bytes(count)?.to_vec())
}

fn globals(
    mut cursor: Cursor<'_>,
    tables: &Tables<'_>,
    constants: usize,
) -> Result<Vec<Global>, ReadError> {
    if cursor.is_empty() {
        return Ok(Vec::new());
    }
    let count = cursor.count()?;
    let mut globals = Vec::with_capacity(count);
    for _ in 0..count {
        let name = tables.text(&mut cursor)?;
        let start = cursor;
        let (_, kind) = tables.type_id(&mut cursor)?;
        let Type::Tile { element, pointee: None, .. } = kind else {
            return Err(start.wrong(Wrong::Type("a variable that is no tile")));
        };
        let constant = constant_number(&mut cursor, constants)?;
        cursor.number()?;
        if tables.version >= FLAGS {
            cursor.byte()?;
            cursor.number()?;
        }
        globals.push(Global { name, element: *element, constant });
    }
    Ok(globals)
}

fn constant_number(cursor: &mut Cursor<'_>, constants: usize) -> Result<u32, ReadError> {
    let start = *cursor;
    let number = cursor.index()?;
    match (number as usize) < constants {
        true => Ok(number),
        false => Err(start.wrong(Wrong::Missing("constant", u64::from(number)))),
    }
}

fn functions(
    mut cursor: Cursor<'_>,
    tables: &Tables<'_>,
    constants: usize,
) -> Result<Vec<Function>, ReadError> {
    if cursor.is_empty() {
        return Ok(Vec::new());
    }
    let count = cursor.count()?;
    let mut functions = Vec::with_capacity(count);
    for _ in 0..count {
        let name = tables.text(&mut cursor)?;
        let start = cursor;
        let (_, kind) = tables.type_id(&mut cursor)?;
        let Type::Function { parameters, .. } = kind else {
            return Err(start.wrong(Wrong::Type("a function whose type is another's")));
        };
        let flags = cursor.byte()?;
        let debug = cursor.number()?;
        if flags & 4 != 0 {
            attributes::skip(&mut cursor, tables, 0)?;
        }
        let length = cursor.count()?;
        let code = cursor.part(length)?;
        let lines = tables.debug.function(debug);
        let (body, values, constants) = body::function(code, parameters, tables, lines, constants)?;
        functions.push(Function { name, entry: flags & 2 != 0, values, constants, body });
    }
    Ok(functions)
}
