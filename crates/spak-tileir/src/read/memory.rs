//! Operations of the grid, of views and of memory by their numbers.

use super::operations::Decoder;
use super::{ReadError, Wrong, attributes};
use crate::kinds::{AtomicMode, Kind};

impl Decoder<'_, '_> {
    pub(super) fn memory(&mut self, opcode: u64) -> Result<Option<Kind>, ReadError> {
        let kind = match opcode {
            46 | 48 => {
                self.result()?;
                self.result()?;
                self.result()?;
                if opcode == 48 { Kind::BlockId } else { Kind::BlockCount }
            }
            44 => {
                self.result()?;
                Kind::GetGlobal(self.tables.text(self.cursor)?)
            }
            45 | 47 => {
                self.results()?;
                self.operand()?;
                if opcode == 45 { Kind::IndexSpace } else { Kind::TensorShape }
            }
            66 | 115 | 116 => {
                self.result()?;
                self.operand()?;
                Kind::MakeView
            }
            67 => {
                self.results()?;
                self.operand()?;
                let shape = self.operands()?;
                let strides = self.operands()?;
                Kind::MakeTensorView { shape, strides }
            }
            68 => {
                self.result()?;
                Kind::Token
            }
            60 => {
                self.results()?;
                let count = self.cursor.count()?;
                (0..count).try_for_each(|_| self.token(true))?;
                Kind::Token
            }
            119 | 120 => {
                self.result()?;
                let there = self.cursor.number()? != 0;
                self.token(there)?;
                Kind::Token
            }
            122 => {
                self.result()?;
                self.token(true)?;
                Kind::Token
            }
            5 => {
                let message = self.tables.text(self.cursor)?;
                self.operand()?;
                Kind::Assert(message)
            }
            85 => {
                self.results()?;
                let token = self.since(2) && self.cursor.number()? & 1 != 0;
                let text = self.tables.text(self.cursor)?;
                self.operands()?;
                self.token(token)?;
                Kind::Print(text)
            }
            62 | 102 | 117 => self.view_access(opcode)?,
            61 | 101 | 7 | 8 => self.pointer_access(opcode)?,
            113 => {
                self.result()?;
                for _ in 0..3 {
                    self.cursor.number()?;
                }
                Kind::Unsupported("alloca")
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn view_access(&mut self, opcode: u64) -> Result<Kind, ReadError> {
        self.results()?;
        let flags = self.cursor.number()?;
        self.cursor.byte()?;
        let (kind, token) = if opcode == 117 {
            self.cursor.byte()?;
            (Kind::AtomicView { mode: self.atomic_mode()?, inside: Vec::new() }, flags & 1 != 0)
        } else {
            self.hints(flags)?;
            let inside = match self.since(4) {
                true => self.cursor.integers(1)?.into_iter().map(|one| one != 0).collect(),
                false => Vec::new(),
            };
            match opcode {
                62 => (Kind::LoadView { inside }, flags & 4 != 0),
                _ => (Kind::StoreView { inside }, flags & 4 != 0),
            }
        };
        // A store names the tile before the view, an atomic access behind the index.
        if opcode == 102 {
            self.operand()?;
        }
        self.operand()?;
        self.operands()?;
        if opcode == 117 {
            self.operand()?;
        }
        self.token(token)?;
        Ok(kind)
    }

    fn pointer_access(&mut self, opcode: u64) -> Result<Kind, ReadError> {
        self.result()?;
        if opcode != 101 {
            self.result()?;
        }
        let flags = self.cursor.number()?;
        self.cursor.byte()?;
        let flag = |bit: u64| flags & (1 << bit) != 0;
        let (kind, operands, token) = match opcode {
            61 => {
                self.hints(flags)?;
                let (mask, padding) = (flag(2), flag(3));
                (
                    Kind::LoadPointer { mask, padding },
                    1 + usize::from(mask) + usize::from(padding),
                    4,
                )
            }
            101 => {
                self.hints(flags)?;
                (Kind::StorePointer { mask: flag(2) }, 2 + usize::from(flag(2)), 3)
            }
            7 => {
                self.cursor.byte()?;
                (Kind::AtomicCompare { mask: flag(0) }, 3 + usize::from(flag(0)), 1)
            }
            _ => {
                self.cursor.byte()?;
                let mode = self.atomic_mode()?;
                (Kind::AtomicUpdate { mask: flag(0), mode }, 2 + usize::from(flag(0)), 1)
            }
        };
        self.take(operands)?;
        self.token(flag(token))?;
        Ok(kind)
    }

    /// The scope of an access and the hints for it, both of which say nothing of what it does.
    fn hints(&mut self, flags: u64) -> Result<(), ReadError> {
        if flags & 1 != 0 {
            self.cursor.byte()?;
        }
        if flags & 2 != 0 {
            attributes::dictionary(self.cursor, self.tables, 0)?;
        }
        Ok(())
    }

    fn atomic_mode(&mut self) -> Result<AtomicMode, ReadError> {
        let start = *self.cursor;
        Ok(match self.cursor.byte()? {
            0 => AtomicMode::And,
            1 => AtomicMode::Or,
            2 => AtomicMode::Xor,
            3 => AtomicMode::Add,
            4 => AtomicMode::AddFloat,
            5 => AtomicMode::Max,
            6 => AtomicMode::Min,
            7 => AtomicMode::UnsignedMax,
            8 => AtomicMode::UnsignedMin,
            9 => AtomicMode::Exchange,
            byte => return Err(start.wrong(Wrong::Unknown("atomic access", u64::from(byte)))),
        })
    }
}
