//! The operations of a function: which values there are where, and blocks within blocks.

use super::debug::Lines;
use super::operations::Decoder;
use super::{Cursor, ReadError, Tables, Wrong, lives};
use crate::kinds::Kind;
use crate::module::{Block, Operand, Operation, Type, TypeId};

/// Blocks within blocks are read and run by functions that call themselves.
const DEEPEST: usize = 32;

/// What is known while a function is read.
struct Reader<'a> {
    tables: Tables<'a>,
    lines: Lines<'a>,
    /// The types of the values that can be used here; their numbers count them.
    values: Vec<TypeId>,
    /// The most values that there were at a time.
    most: usize,
    /// How many constants the module has, and how many operations were one.
    constants: usize,
    cached: u32,
}

/// Reads the body of a function; with it how many numbers its values need, and how many constants it makes.
pub(super) fn function(
    mut code: Cursor<'_>,
    parameters: &[TypeId],
    tables: &Tables<'_>,
    lines: Lines<'_>,
    constants: usize,
) -> Result<(Block, u32, u32), ReadError> {
    let mut reader =
        Reader { tables: *tables, lines, values: Vec::new(), most: 0, constants, cached: 0 };
    let mut body = Block { arguments: parameters.to_vec(), ..Block::default() };
    reader.define(parameters);
    while !code.is_empty() {
        let operation = reader.operation(&mut code, 0)?;
        body.operations.push(operation);
    }
    ended(&body, &code)?;
    lives::mark(&mut body);
    Ok((body, u32::try_from(reader.most).unwrap_or(u32::MAX), reader.cached))
}

/// Whether the last operation of a block, and no other, says what follows.
fn ended(block: &Block, cursor: &Cursor<'_>) -> Result<(), ReadError> {
    let ends = |operation: &Operation| operation.kind.ends_block();
    match block.operations.split_last() {
        Some((last, before)) if ends(last) && !before.iter().any(ends) => Ok(()),
        _ => Err(cursor.wrong(Wrong::Operation("a block that does not end where it says"))),
    }
}

impl Reader<'_> {
    fn define(&mut self, types: &[TypeId]) {
        self.values.extend_from_slice(types);
        self.most = self.most.max(self.values.len());
    }

    fn operation(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<Operation, ReadError> {
        let start = *cursor;
        let location = self.lines.next();
        let opcode = cursor.number()?;
        let mut decoder = Decoder {
            cursor,
            tables: &self.tables,
            values: &self.values,
            constants: self.constants,
            operands: Vec::new(),
            results: Vec::new(),
        };
        let mut kind = decoder.operation(opcode)?;
        let Decoder { operands, results, .. } = decoder;
        if let Kind::Constant { cached, .. } = &mut kind {
            *cached = self.cached;
            self.cached += 1;
        }
        let blocks = self.blocks(&kind, cursor, depth)?;
        let first = self.values.len() as u32;
        self.define(&results);
        let operands = operands.into_iter().map(|value| Operand { value, last: false }).collect();
        let operation = Operation {
            offset: start.at(),
            location,
            kind,
            operands,
            first,
            results,
            blocks,
            dead: Vec::new(),
        };
        match self.fits(&operation) {
            Ok(()) => Ok(operation),
            Err(why) => Err(start.wrong(Wrong::Operation(why))),
        }
    }

    fn blocks(
        &mut self,
        kind: &Kind,
        cursor: &mut Cursor<'_>,
        depth: usize,
    ) -> Result<Vec<Block>, ReadError> {
        let needs = match kind {
            Kind::Reduce { .. } | Kind::Scan { .. } | Kind::For { .. } | Kind::Loop => 1..=1,
            Kind::If => 1..=2,
            _ => return Ok(Vec::new()),
        };
        let start = *cursor;
        if depth >= DEEPEST {
            return Err(start.wrong(Wrong::Deep(DEEPEST)));
        }
        let count = cursor.count()?;
        if !needs.contains(&count) {
            return Err(start.wrong(Wrong::Operation("another number of regions than it has")));
        }
        let mut blocks = Vec::with_capacity(count);
        for _ in 0..count {
            match cursor.count()? {
                0 if matches!(kind, Kind::If) && blocks.len() == 1 => {}
                1 => blocks.push(self.block(cursor, depth + 1)?),
                _ => return Err(start.wrong(Wrong::Operation("a region of several blocks"))),
            }
        }
        Ok(blocks)
    }

    fn block(&mut self, cursor: &mut Cursor<'_>, depth: usize) -> Result<Block, ReadError> {
        let outside = self.values.len();
        let count = cursor.count()?;
        let mut arguments = Vec::with_capacity(count);
        for _ in 0..count {
            arguments.push(self.tables.type_id(cursor)?.0);
        }
        self.define(&arguments);
        let count = cursor.count()?;
        let mut operations = Vec::with_capacity(count);
        for _ in 0..count {
            operations.push(self.operation(cursor, depth)?);
        }
        self.values.truncate(outside);
        let block = Block { first: outside as u32, arguments, operations, unused: Vec::new() };
        ended(&block, cursor)?;
        Ok(block)
    }

    /// Whether the blocks of an operation take and give what it needs.
    fn fits(&self, operation: &Operation) -> Result<(), &'static str> {
        let takes = |block: &Block, types: &[TypeId]| {
            let mut same = block.arguments.iter().zip(types).all(|(left, right)| left == right);
            same &= block.arguments.len() == types.len();
            if same { Ok(()) } else { Err("a block with other arguments than it needs") }
        };
        let [block, ..] = operation.blocks.as_slice() else { return Ok(()) };
        let operand = |at: usize| {
            let value = operation.operands.get(at).map(|one| one.value as usize);
            value.and_then(|value| self.values.get(value)).copied()
        };
        match &operation.kind {
            Kind::If => operation.blocks.iter().try_for_each(|block| takes(block, &[])),
            Kind::Loop => takes(block, &operation.results),
            Kind::For { .. } => {
                let counter = operand(0).ok_or("a loop without bounds")?;
                let mut types = vec![counter];
                types.extend_from_slice(&operation.results);
                takes(block, &types)
            }
            _ => {
                let mut types = Vec::new();
                for (number, _) in operation.operands.iter().enumerate() {
                    let given = operand(number).and_then(|id| self.tables.types.get(id.0 as usize));
                    let Some(Type::Tile { element, pointee: None, .. }) = given else {
                        return Err("a fold of something else than numbers");
                    };
                    types.extend([*element; 2]);
                }
                let elements =
                    block.arguments.iter().map(|id| match self.tables.types.get(id.0 as usize) {
                        Some(Type::Tile { element, shape, .. }) if shape.is_empty() => {
                            Some(*element)
                        }
                        _ => None,
                    });
                match elements.eq(types.into_iter().map(Some)) {
                    true => Ok(()),
                    false => Err("a fold whose block takes other elements"),
                }
            }
        }
    }
}
