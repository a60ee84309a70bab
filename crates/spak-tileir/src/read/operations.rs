//! Operations by their numbers: what each carries, in the order of the bytes.

use super::{Cursor, ReadError, Tables, Wrong, attributes, constant_number};
use crate::kinds::{
    FloatBinary, FloatUnary, IntegerBinary, IntegerUnary, Kind, Overflow, Predicate, Signedness,
};
use crate::module::{Type, TypeId, ValueId, Version};
use crate::number::Mode;

/// Reads one operation, except for the blocks in it.
pub(super) struct Decoder<'d, 'c> {
    pub(super) cursor: &'d mut Cursor<'c>,
    pub(super) tables: &'d Tables<'d>,
    /// The types of the values that can be used.
    pub(super) values: &'d [TypeId],
    /// How many constants there are.
    pub(super) constants: usize,
    pub(super) operands: Vec<ValueId>,
    pub(super) results: Vec<TypeId>,
}

impl Decoder<'_, '_> {
    pub(super) fn operation(&mut self, opcode: u64) -> Result<Kind, ReadError> {
        if let Some(kind) = self.element_wise(opcode)? {
            return Ok(kind);
        }
        if let Some(kind) = self.shapes(opcode)? {
            return Ok(kind);
        }
        if let Some(kind) = self.control(opcode)? {
            return Ok(kind);
        }
        if let Some(kind) = self.memory(opcode)? {
            return Ok(kind);
        }
        Err(self.cursor.wrong(Wrong::Unknown("operation", opcode)))
    }

    pub(super) fn since(&self, minor: u8) -> bool {
        self.tables.version >= Version { major: 13, minor }
    }

    pub(super) fn result(&mut self) -> Result<(), ReadError> {
        let id = self.tables.type_id(self.cursor)?.0;
        self.results.push(id);
        Ok(())
    }

    /// As many results as it says.
    pub(super) fn results(&mut self) -> Result<(), ReadError> {
        let count = self.cursor.count()?;
        (0..count).try_for_each(|_| self.result())
    }

    /// A value that can be used here.
    pub(super) fn value(&mut self) -> Result<ValueId, ReadError> {
        let start = *self.cursor;
        let value = self.cursor.index()?;
        match (value as usize) < self.values.len() {
            true => Ok(value),
            false => Err(start.wrong(Wrong::Missing("value", u64::from(value)))),
        }
    }

    pub(super) fn operand(&mut self) -> Result<(), ReadError> {
        let value = self.value()?;
        self.operands.push(value);
        Ok(())
    }

    pub(super) fn take(&mut self, count: usize) -> Result<(), ReadError> {
        (0..count).try_for_each(|_| self.operand())
    }

    /// As many operands as it says; how many those were.
    pub(super) fn operands(&mut self) -> Result<usize, ReadError> {
        let count = self.cursor.count()?;
        self.take(count)?;
        Ok(count)
    }

    pub(super) fn token(&mut self, there: bool) -> Result<(), ReadError> {
        if !there {
            return Ok(());
        }
        let start = *self.cursor;
        let value = self.value()?;
        let id = self.values.get(value as usize);
        match id.and_then(|id| self.tables.types.get(id.0 as usize)) {
            Some(Type::Token) => Ok(()),
            _ => Err(start.wrong(Wrong::Operation("something else in the place of a token"))),
        }
    }

    pub(super) fn mode(&mut self) -> Result<Mode, ReadError> {
        let start = *self.cursor;
        let byte = self.cursor.byte()?;
        Mode::of(byte).ok_or_else(|| start.wrong(Wrong::Unknown("rounding", u64::from(byte))))
    }

    pub(super) fn signedness(&mut self) -> Result<Signedness, ReadError> {
        let start = *self.cursor;
        match self.cursor.byte()? {
            0 => Ok(Signedness::Unsigned),
            1 => Ok(Signedness::Signed),
            byte => Err(start.wrong(Wrong::Unknown("signedness", u64::from(byte)))),
        }
    }

    fn overflow(&mut self) -> Result<Overflow, ReadError> {
        let start = *self.cursor;
        let byte = self.cursor.byte()?;
        match byte {
            0..=3 => Ok(Overflow { no_signed: byte & 1 != 0, no_unsigned: byte & 2 != 0 }),
            _ => Err(start.wrong(Wrong::Unknown("overflow", u64::from(byte)))),
        }
    }

    fn predicate(&mut self) -> Result<Predicate, ReadError> {
        let start = *self.cursor;
        Ok(match self.cursor.byte()? {
            0 => Predicate::Equal,
            1 => Predicate::NotEqual,
            2 => Predicate::Less,
            3 => Predicate::LessOrEqual,
            4 => Predicate::Greater,
            5 => Predicate::GreaterOrEqual,
            byte => return Err(start.wrong(Wrong::Unknown("comparison", u64::from(byte)))),
        })
    }

    fn flag(&mut self) -> Result<bool, ReadError> {
        Ok(self.cursor.number()? & 1 != 0)
    }

    /// Those that take one element of each operand at a time.
    fn element_wise(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        use FloatUnary as U;
        let plain = |what| (what, false, false);
        let unary = match opcode {
            0 => Some(plain(U::Abs)),
            13 => Some(plain(U::Ceil)),
            18 => Some(plain(U::Cos)),
            19 => Some(plain(U::Cosh)),
            23 => Some((U::Exp, false, self.since(3))),
            24 => Some((U::Exp2, true, false)),
            39 => Some(plain(U::Floor)),
            63 => Some(plain(U::Log)),
            64 => Some(plain(U::Log2)),
            79 => Some(plain(U::Neg)),
            93 => Some((U::Rsqrt, true, false)),
            98 => Some(plain(U::Sin)),
            99 => Some(plain(U::Sinh)),
            100 => Some((U::Sqrt, true, true)),
            105 => Some(plain(U::Tan)),
            106 => Some((U::Tanh, false, self.since(2))),
            _ => None,
        };
        if let Some((what, flushes, rounds)) = unary {
            self.result()?;
            let flush = flushes && self.flag()?;
            let mode = if rounds { self.mode()? } else { Mode::Full };
            self.operand()?;
            return Ok(Some(Kind::FloatUnary { what, mode, flush }));
        }
        let binary = match opcode {
            2 => Some(FloatBinary::Add),
            20 => Some(FloatBinary::Div),
            76 => Some(FloatBinary::Mul),
            103 => Some(FloatBinary::Sub),
            _ => None,
        };
        if let Some(what) = binary {
            self.result()?;
            let flush = self.flag()?;
            let mode = self.mode()?;
            self.take(2)?;
            return Ok(Some(Kind::FloatBinary { what, mode, flush }));
        }
        match self.other_floats(opcode)? {
            Some(kind) => Ok(Some(kind)),
            None => self.integers(opcode),
        }
    }

    fn other_floats(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        let of_two = |what| Kind::FloatBinary { what, mode: Mode::NearestEven, flush: false };
        let (kind, operands) = match opcode {
            110 | 84 | 89 | 121 => {
                self.result()?;
                let kind = match opcode {
                    110 => of_two(FloatBinary::Atan2),
                    84 => of_two(FloatBinary::Pow),
                    89 => of_two(FloatBinary::Rem),
                    _ => Kind::PowerInteger,
                };
                (kind, 2)
            }
            69 | 71 => {
                self.result()?;
                let flags = self.cursor.number()?;
                let nan = flags & 1 != 0;
                let max = opcode == 69;
                let what = if max { FloatBinary::Max { nan } } else { FloatBinary::Min { nan } };
                (Kind::FloatBinary { what, mode: Mode::NearestEven, flush: flags & 2 != 0 }, 2)
            }
            40 => {
                self.result()?;
                let flush = self.flag()?;
                (Kind::Fma { mode: self.mode()?, flush }, 3)
            }
            14 => {
                self.result()?;
                let predicate = self.predicate()?;
                (Kind::CompareFloat { predicate, ordered: self.cursor.byte()? != 0 }, 2)
            }
            42 => {
                self.result()?;
                (Kind::FloatToFloat { mode: self.mode()? }, 1)
            }
            43 => {
                self.result()?;
                let saturating = self.since(4) && self.flag()?;
                let signedness = self.signedness()?;
                self.mode()?;
                (Kind::FloatToInteger { signedness, saturating }, 1)
            }
            59 => {
                self.result()?;
                let signedness = self.signedness()?;
                (Kind::IntegerToFloat { signedness, mode: self.mode()? }, 1)
            }
            _ => return Ok(None),
        };
        self.take(operands)?;
        Ok(Some(kind))
    }

    fn integers(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        let listed = matches!(
            opcode,
            1 | 3
                | 4
                | 6
                | 9
                | 15
                | 21
                | 37
                | 51
                | 70
                | 72
                | 77
                | 78
                | 80
                | 81
                | 82
                | 86
                | 87
                | 90
                | 95
                | 96
                | 97
                | 104
                | 107
                | 108
        );
        if !listed {
            return Ok(None);
        }
        self.result()?;
        let binary = |what, overflow| Kind::IntegerBinary { what, overflow };
        let no = Overflow::default();
        let (kind, operands) = match opcode {
            1 => (Kind::IntegerUnary(IntegerUnary::Abs), 1),
            3 => (binary(IntegerBinary::Add, self.overflow()?), 2),
            4 => (binary(IntegerBinary::And, no), 2),
            6 => (Kind::Assume(attributes::bounds(self.cursor)?), 1),
            9 => (Kind::Bitcast, 1),
            15 => {
                let predicate = self.predicate()?;
                (Kind::CompareInteger { predicate, signedness: self.signedness()? }, 2)
            }
            21 => {
                let signedness = self.signedness()?;
                (binary(IntegerBinary::Div(signedness, self.mode()?), no), 2)
            }
            37 => (Kind::Extend(self.signedness()?), 1),
            51 => (Kind::IntegerToPointer, 1),
            70 => (binary(IntegerBinary::Max(self.signedness()?), no), 2),
            72 => (binary(IntegerBinary::Min(self.signedness()?), no), 2),
            77 => (binary(IntegerBinary::MulHigh, no), 2),
            78 => (binary(IntegerBinary::Mul, self.overflow()?), 2),
            80 => {
                // Whether a wrap-around may be assumed away matters for one value only, and is left out.
                if self.since(2) {
                    self.overflow()?;
                }
                (Kind::IntegerUnary(IntegerUnary::Neg), 1)
            }
            81 => (Kind::Offset, 2),
            82 => (binary(IntegerBinary::Or, no), 2),
            86 => (Kind::PointerToInteger, 1),
            87 => (Kind::PointerToPointer, 1),
            90 => (binary(IntegerBinary::Rem(self.signedness()?), no), 2),
            95 => (Kind::Select, 3),
            96 => (binary(IntegerBinary::ShiftLeft, self.overflow()?), 2),
            97 => (binary(IntegerBinary::ShiftRight(self.signedness()?), no), 2),
            104 => (binary(IntegerBinary::Sub, self.overflow()?), 2),
            107 => (Kind::Truncate(self.overflow()?), 1),
            _ => (binary(IntegerBinary::Xor, no), 2),
        };
        self.take(operands)?;
        Ok(Some(kind))
    }

    /// Those that change shapes, and those that take many elements at a time.
    fn shapes(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        let kind = match opcode {
            16 => {
                self.result()?;
                let constant = constant_number(self.cursor, self.constants)?;
                Kind::Constant { constant, cached: 0 }
            }
            58 => {
                self.result()?;
                Kind::Iota
            }
            11 | 91 | 111 | 112 => {
                self.result()?;
                self.operand()?;
                match opcode {
                    11 => Kind::Broadcast,
                    91 => Kind::Reshape,
                    111 => Kind::Pack,
                    _ => Kind::Unpack,
                }
            }
            83 => {
                self.result()?;
                let order = self.cursor.integers(4)?;
                let order =
                    order.into_iter().map(|axis| usize::try_from(axis).unwrap_or(usize::MAX));
                let order = order.collect();
                self.operand()?;
                Kind::Permute(order)
            }
            12 => {
                self.result()?;
                let dimension = self.cursor.index()? as usize;
                self.take(2)?;
                Kind::Cat { dimension }
            }
            38 | 118 => {
                self.results()?;
                self.operands()?;
                if opcode == 38 { Kind::Extract } else { Kind::Insert }
            }
            73 => {
                self.result()?;
                if self.since(3) {
                    self.cursor.number()?;
                }
                self.take(3)?;
                Kind::MatrixFloat
            }
            74 => {
                self.result()?;
                let (left, right) = (self.signedness()?, self.signedness()?);
                self.take(3)?;
                Kind::MatrixInteger { left, right }
            }
            114 => {
                self.result()?;
                self.take(5)?;
                Kind::MatrixScaled
            }
            88 | 94 => {
                self.results()?;
                let dimension = self.cursor.index()? as usize;
                let reverse = opcode == 94 && self.cursor.byte()? != 0;
                let identities = attributes::scalars(self.cursor, self.tables)?;
                self.operands()?;
                match opcode {
                    88 => Kind::Reduce { dimension, identities },
                    _ => Kind::Scan { dimension, reverse, identities },
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    /// Those that say what runs next.
    fn control(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        let kind = match opcode {
            10 | 17 | 92 | 109 => {
                self.results()?;
                self.operands()?;
                match opcode {
                    10 => Kind::Break,
                    17 => Kind::Continue,
                    92 => Kind::Return,
                    _ => Kind::Yield,
                }
            }
            41 => {
                self.results()?;
                let unsigned = self.since(2) && self.flag()?;
                self.operands()?;
                Kind::For { unsigned }
            }
            50 => {
                self.results()?;
                self.operand()?;
                Kind::If
            }
            65 => {
                self.results()?;
                self.operands()?;
                Kind::Loop
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }
}
