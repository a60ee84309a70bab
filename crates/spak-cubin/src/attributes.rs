//! The attributes of `.nv.info` sections: a format, a number, and a value or so many bytes.

/// `EIATTR_REGCOUNT`: symbol of a function, registers of a thread.
pub(crate) const REGISTERS: u8 = 0x2f;
/// `EIATTR_FRAME_SIZE`: symbol of a function, bytes of a thread in local memory.
pub(crate) const FRAME: u8 = 0x11;
/// `EIATTR_REQNTID`: threads of a block along x, y and z that a launch must have.
pub(crate) const THREADS: u8 = 0x10;
/// `EIATTR_MAX_THREADS`: the most threads along x, y and z.
pub(crate) const MOST_THREADS: u8 = 0x05;
/// `EIATTR_KPARAM_INFO`: index, number and place, size of an argument.
pub(crate) const ARGUMENT: u8 = 0x17;
/// `EIATTR_KPARAM_INFO_V2`: the same of newer compilers.
pub(crate) const ARGUMENT_V2: u8 = 0x45;
/// `EIATTR_CBANK_PARAM_SIZE`: bytes of all arguments.
pub(crate) const ARGUMENT_BYTES: u8 = 0x19;

/// The format whose value is bytes of their own; the other ones have theirs in two bytes.
const SIZED: u8 = 4;

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'d> {
    /// Which.
    pub(crate) number: u8,
    /// The value of one that has no bytes.
    pub(crate) value: u16,
    /// The bytes of one that has some.
    pub(crate) bytes: &'d [u8],
}

impl Attribute<'_> {
    /// A word of its bytes.
    pub(crate) fn word(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at.checked_mul(4)?..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    }
}

/// The attributes of a section; `None` behind the last one that is whole.
pub(crate) fn attributes(section: &[u8]) -> impl Iterator<Item = Option<Attribute<'_>>> {
    let mut rest = section;
    let mut is_broken = false;
    std::iter::from_fn(move || {
        if rest.is_empty() || is_broken {
            return None;
        }
        let one = next(&mut rest);
        is_broken = one.is_none();
        Some(one)
    })
}

fn next<'d>(rest: &mut &'d [u8]) -> Option<Attribute<'d>> {
    let ([format, number, low, high], behind) = rest.split_first_chunk::<4>()?;
    let value = u16::from_le_bytes([*low, *high]);
    let size = if *format == SIZED { usize::from(value) } else { 0 };
    let (bytes, behind) = behind.split_at_checked(size)?;
    *rest = behind;
    Some(Attribute { number: *number, value, bytes })
}

#[cfg(test)]
mod tests {
    use super::{Attribute, attributes};

    #[test]
    fn values_and_bytes_follow_each_other_and_what_breaks_off_is_said() {
        let section = [3, 0x1b, 0xff, 0, 4, 0x2f, 8, 0, 1, 0, 0, 0, 128, 0, 0, 0, 4, 0x11, 9, 0, 1];
        let all: Vec<Option<Attribute<'_>>> = attributes(&section).collect();
        let [Some(first), Some(second), None] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((first.number, first.value), (0x1b, 255));
        assert_eq!(second.word(1), Some(128));
    }
}
