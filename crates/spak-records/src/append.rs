//! Appending whole lines to a file: a line is there or it is not, also when the disk fails half-way.

use std::fs::File;
use std::io::{self, Write};

/// What [`End`] needs of a file; in tests a disk that fails at will.
pub(crate) trait Medium {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;
    fn sync(&mut self) -> io::Result<()>;
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

impl Medium for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// The end of a file of whole lines.
#[derive(Debug)]
pub(crate) struct End<M> {
    medium: M,
    /// Bytes up to the end of the last whole line.
    length: u64,
    /// Whether what lies beyond `length` is unknown.
    broken: bool,
}

impl<M: Medium> End<M> {
    /// The end of `medium`, whose last whole line ends at byte `length`.
    pub(crate) fn at(medium: M, length: u64) -> Self {
        Self { medium, length, broken: false }
    }

    /// Whether an earlier failure left the end in doubt.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Appends the whole of `line` or nothing.
    pub(crate) fn append(&mut self, line: &[u8], durable: bool) -> io::Result<()> {
        let written = self.write_whole(line);
        if written.is_err() {
            // A line of which a part was written must not be glued to the next one.
            let _ = self.cut();
            return written;
        }
        self.length += line.len() as u64;
        if durable && let Err(e) = self.medium.sync() {
            // After a failed sync nobody knows what is on the disk, and asking again does not tell.
            self.broken = true;
            return Err(e);
        }
        Ok(())
    }

    /// One write a line: only a full disk or a signal makes it more.
    fn write_whole(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.medium.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Makes it end after `length` bytes, and removes what lies beyond.
    pub(crate) fn shorten(&mut self, length: u64) -> io::Result<()> {
        self.length = length;
        self.cut()
    }

    /// Removes what lies beyond the last whole line.
    pub(crate) fn cut(&mut self) -> io::Result<()> {
        let cut = self.medium.truncate(self.length);
        self.broken = cut.is_err();
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that holds `room` bytes, and whose sync and truncate can be made to fail.
    #[derive(Default)]
    struct Disk {
        bytes: Vec<u8>,
        room: usize,
        sync_fails: bool,
        truncate_fails: bool,
    }

    impl Medium for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.room - self.bytes.len());
            if taken == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.bytes.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn sync(&mut self) -> io::Result<()> {
            if self.sync_fails { Err(io::Error::other("I/O error")) } else { Ok(()) }
        }

        fn truncate(&mut self, length: u64) -> io::Result<()> {
            if self.truncate_fails {
                return Err(io::Error::other("I/O error"));
            }
            self.bytes.truncate(usize::try_from(length).unwrap());
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_for_every_amount_of_room() {
        for room in 0..40 {
            let mut end = End::at(Disk { room, ..Disk::default() }, 0);
            let stored = (0..4).take_while(|_| end.append(b"0123456789\n", true).is_ok()).count();
            assert_eq!(stored, (room / 11).min(4), "room {room}");
            assert_eq!(end.medium.bytes, b"0123456789\n".repeat(stored), "room {room}");
            // Once there is room again, the same store goes on.
            end.medium.room = 200;
            assert!(!end.is_broken());
            end.append(b"after\n", true).unwrap();
            assert!(end.medium.bytes.ends_with(b"\nafter\n") || stored == 0);
        }
    }

    #[test]
    fn what_cannot_be_taken_back_breaks_the_end() {
        let mut end = End::at(Disk { room: 5, truncate_fails: true, ..Disk::default() }, 0);
        assert_eq!(
            end.append(b"0123456789\n", true).unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
        assert!(end.is_broken());
    }

    #[test]
    fn a_failed_sync_breaks_the_end_only_when_durability_was_asked_for() {
        let mut end = End::at(Disk { room: 50, sync_fails: true, ..Disk::default() }, 0);
        end.append(b"event\n", false).unwrap();
        assert!(!end.is_broken());
        end.append(b"trial\n", true).unwrap_err();
        assert!(end.is_broken());
    }
}
