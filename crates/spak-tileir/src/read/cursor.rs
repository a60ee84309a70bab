//! Bytes one after the other, with the place of each in the file.

use super::{ReadError, Wrong};

/// A part of the file that is read from front to back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    /// Where `rest` begins in the file.
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    /// Where the next byte stands in the file.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn wrong(&self, what: Wrong) -> ReadError {
        ReadError { offset: self.at, what }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], ReadError> {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                self.at += count;
                Ok(taken)
            }
            None => Err(self.wrong(Wrong::End)),
        }
    }

    pub(super) fn byte(&mut self) -> Result<u8, ReadError> {
        match self.bytes(1)? {
            [byte] => Ok(*byte),
            _ => Err(self.wrong(Wrong::End)),
        }
    }

    /// A part of its own, with this many bytes.
    pub(super) fn part(&mut self, count: usize) -> Result<Self, ReadError> {
        let at = self.at;
        Ok(Self { rest: self.bytes(count)?, at })
    }

    /// Leaves out bytes up to a multiple of `alignment` from the beginning of the file.
    pub(super) fn align(&mut self, alignment: usize) -> Result<(), ReadError> {
        match self.at.checked_rem(alignment) {
            None => Err(self.wrong(Wrong::Alignment)),
            Some(0) => Ok(()),
            Some(over) => self.bytes(alignment - over).map(|_| ()),
        }
    }

    /// A number in groups of 7 bits, the lowest first.
    pub(super) fn number(&mut self) -> Result<u64, ReadError> {
        let start = *self;
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(start.wrong(Wrong::Number))
    }

    /// A number with a sign, which stands in its lowest bit.
    pub(super) fn signed(&mut self) -> Result<i64, ReadError> {
        let bits = self.number()?;
        Ok((bits >> 1) as i64 ^ -((bits & 1) as i64))
    }

    /// A number that counts something of which each takes at least one more byte.
    pub(super) fn count(&mut self) -> Result<usize, ReadError> {
        let start = *self;
        let count = usize::try_from(self.number()?).ok().filter(|count| *count <= self.rest.len());
        count.ok_or_else(|| start.wrong(Wrong::Count))
    }

    /// A number of a table or a size.
    pub(super) fn index(&mut self) -> Result<u32, ReadError> {
        let start = *self;
        u32::try_from(self.number()?).map_err(|_| start.wrong(Wrong::Number))
    }

    /// As many numbers with a sign as it says, in `width` bytes each.
    pub(super) fn integers(&mut self, width: usize) -> Result<Vec<i64>, ReadError> {
        let count = self.count()?;
        let bytes = self.bytes(count.saturating_mul(width))?;
        Ok(bytes.chunks_exact(width.max(1)).map(little_endian_signed).collect())
    }
}

/// A number with its lowest byte first.
pub(crate) fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// The same with a sign.
fn little_endian_signed(bytes: &[u8]) -> i64 {
    let unused = 64_u32.saturating_sub(8 * bytes.len() as u32).min(63);
    ((little_endian(bytes) << unused) as i64) >> unused
}
