//! Events out of bytes as a server sends them, with a limit on how many there may be.
//!
//! Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html>, section 9.2.6

use std::io::{self, Read};

/// Why there is no next event.
#[derive(Debug)]
pub(crate) enum Cut {
    /// More bytes came than may.
    TooLarge,
    /// The connection failed.
    Failed(io::Error),
}

/// The data of events, one after the other.
pub(crate) struct Events<R> {
    from: R,
    /// Bytes that may still come.
    left: u64,
    /// Bytes of lines that are not complete.
    held: Vec<u8>,
    /// How many of them were looked at.
    looked: usize,
    is_over: bool,
}

impl<R: Read> Events<R> {
    pub(crate) fn new(from: R, limit: u64) -> Self {
        Self { from, left: limit, held: Vec::new(), looked: 0, is_over: false }
    }

    /// The data of the next event; none when the stream has ended.
    pub(crate) fn next(&mut self) -> Result<Option<String>, Cut> {
        let mut data: Option<String> = None;
        loop {
            let Some(line) = self.line()? else { return Ok(data) };
            if line.is_empty() {
                if data.is_some() {
                    return Ok(data);
                }
                continue;
            }
            // Names of events are said again in what they carry; what begins with a colon keeps a connection alive.
            if let Some(text) = line.strip_prefix("data:") {
                let text = text.strip_prefix(' ').unwrap_or(text);
                match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(text);
                    }
                    None => data = Some(text.to_owned()),
                }
            }
        }
    }

    /// Everything, for an answer that is no stream.
    pub(crate) fn rest(&mut self) -> Result<String, Cut> {
        while !self.is_over {
            self.fill()?;
        }
        Ok(String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned())
    }

    fn line(&mut self) -> Result<Option<String>, Cut> {
        loop {
            let new = self.held.get(self.looked..).unwrap_or_default();
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                let rest = self.held.split_off(self.looked + at + 1);
                let line = std::mem::replace(&mut self.held, rest);
                self.looked = 0;
                let line = String::from_utf8_lossy(&line);
                return Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()));
            }
            self.looked = self.held.len();
            if self.is_over {
                let line = std::mem::take(&mut self.held);
                self.looked = 0;
                return Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).into_owned()));
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> Result<(), Cut> {
        let mut buffer = [0_u8; 16 << 10];
        let read = loop {
            match self.from.read(&mut buffer) {
                Ok(read) => break read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Cut::Failed(error)),
            }
        };
        self.left = self.left.checked_sub(read as u64).ok_or(Cut::TooLarge)?;
        self.held.extend_from_slice(buffer.get(..read).unwrap_or_default());
        self.is_over = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out a few bytes at a time, as networks do.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(into.len());
            let (now, later) = self.0.split_at(n);
            into[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn all(bytes: &[u8], at_a_time: usize) -> Vec<String> {
        let mut events = Events::new(Slow(bytes, at_a_time), 1 << 20);
        std::iter::from_fn(|| events.next().unwrap()).collect()
    }

    #[test]
    fn events_do_not_depend_on_how_bytes_come() {
        let text = ": hello\n\nevent: a\ndata: {\"x\": \"\u{d55c}\u{ad6d}\"}\r\n\r\ndata:two\ndata: lines\nid: 3\n\n\ndata: [DONE]";
        let expected = ["{\"x\": \"\u{d55c}\u{ad6d}\"}", "two\nlines", "[DONE]"];
        for at_a_time in 1..text.len() {
            assert_eq!(all(text.as_bytes(), at_a_time), expected, "{at_a_time}");
        }
    }

    #[test]
    fn what_does_not_end_is_cut() {
        for endless in ["data: x\n\n", "y", ": \n"] {
            let mut events = Events::new(io::repeat(endless.as_bytes()[0]), 1 << 20);
            let cut = loop {
                match events.next() {
                    Ok(event) => assert!(event.is_some()),
                    Err(cut) => break cut,
                }
            };
            assert!(matches!(cut, Cut::TooLarge));
        }
    }
}
