//! A trace on disk: read leniently, appended to by one process at a time, repaired when a killed process tore its end.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::append::End;
use crate::file::{self, FileError};
use crate::hash::ContentHash;
use crate::trace::{
    self, Decoded, Event, Header, LONGEST_LINE, Line, Record, Reused, RunStart, Stamp,
};
use crate::trial::{Device, Toolchain, Trial};
use crate::value::Value;

/// How many corrupt lines are described; beyond it they are only counted.
const DESCRIBED: usize = 100;

/// Why a trace could not be opened or appended to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has content, but it does not begin like a trace; it is left alone.
    #[error("{}: is not a trace: its first line is not a {} header", path.display(), trace::FORMAT)]
    NotATrace {
        /// The file.
        path: PathBuf,
    },
    /// A newer SPAK wrote the file.
    #[error(
        "{}: line {line}: this is {} version {found}, and this SPAK reads up to version {}; use the SPAK that wrote it ({tool}) or a newer one",
        path.display(), trace::FORMAT, trace::VERSION
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Where the header stands.
        line: u64,
        /// Version found.
        found: u32,
        /// What wrote it.
        tool: String,
    },
    /// The version is older than the one before the newest.
    #[error("{}: line {line}: {} version {found} is no longer read", path.display(), trace::FORMAT)]
    OlderVersion {
        /// The file.
        path: PathBuf,
        /// Where the header stands.
        line: u64,
        /// Version found.
        found: u32,
    },
    /// Another process, or another part of this one, has the file open for appending.
    #[error("{}: another process is writing to this trace", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The record would not read back as it is.
    #[error("{}: cannot hold this record: {why}", path.display())]
    Unstorable {
        /// The file.
        path: PathBuf,
        /// Which value is the trouble.
        why: String,
    },
    /// An earlier failure left the end of the file in doubt.
    #[error("{}: an earlier write failed and could not be undone; open the trace again", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
    },
}

/// What a reader skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Lines of types that are not known here, by type.
    pub unknown_types: BTreeMap<String, u64>,
    /// Fields that are not known here, over all lines.
    pub unknown_fields: u64,
    /// Lines that are no record.
    pub corrupt: u64,
    /// The first hundred of them: line number from 1, and why.
    pub corrupt_lines: Vec<(u64, String)>,
    /// Trials whose key stood in an earlier line; the earlier one counts.
    pub repeated_trials: u64,
    /// Bytes of an incomplete last line.
    pub torn_bytes: u64,
}

/// All that a trace file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The first header; `None` for a file that is empty or ends within its header.
    pub header: Option<Header>,
    /// The lines that were understood, in order.
    pub lines: Vec<Line>,
    /// What was not.
    pub damage: Damage,
    by_key: BTreeMap<ContentHash, usize>,
    next_seq: u64,
}

impl Trace {
    /// The trace at `path`, which is not changed, also while another process appends to it.
    ///
    /// # Errors
    /// [`StoreError::File`], [`StoreError::NotATrace`], [`StoreError::NewerVersion`] or [`StoreError::OlderVersion`].
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let failed = |e| FileError::from_io(path, "read", e);
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(FileError::NotAFile { path: path.to_owned() }.into());
        }
        let file = File::open(path).map_err(failed)?;
        Ok(read_all(path, BufReader::with_capacity(1 << 16, file))?.trace)
    }

    /// The stored trial with this key.
    pub fn trial(&self, key: &ContentHash) -> Option<&Trial> {
        match &self.lines.get(*self.by_key.get(key)?)?.record {
            Record::Trial(trial) => Some(trial),
            _ => None,
        }
    }

    /// Every trial with its line, in order, each key once.
    pub fn trials(&self) -> impl Iterator<Item = (&Line, &Trial)> {
        self.lines.iter().enumerate().filter_map(|(at, line)| match &line.record {
            Record::Trial(trial) if self.by_key.get(&trial.key) == Some(&at) => {
                Some((line, &**trial))
            }
            _ => None,
        })
    }

    /// What the run has learnt of so far, in order: its own trials and those it reused.
    pub fn history(&self, run: &str) -> Vec<&Trial> {
        let lines = self.lines.iter().filter(|line| line.run == run);
        lines
            .filter_map(|line| match &line.record {
                Record::Trial(trial) => Some(&**trial),
                Record::Reused(reused) => self.trial(&reused.key),
                _ => None,
            })
            .collect()
    }

    /// The first line that begins the run.
    pub fn run(&self, run: &str) -> Option<&RunStart> {
        self.lines.iter().filter(|line| line.run == run).find_map(|line| match &line.record {
            Record::Run(start) => Some(start),
            _ => None,
        })
    }

    /// The device with this id.
    pub fn device(&self, id: &ContentHash) -> Option<&Device> {
        self.lines.iter().find_map(|line| match &line.record {
            Record::Device(device) if trace::id_of(device) == *id => Some(device),
            _ => None,
        })
    }

    /// The toolchain with this id.
    pub fn toolchain(&self, id: &ContentHash) -> Option<&Toolchain> {
        self.lines.iter().find_map(|line| match &line.record {
            Record::Toolchain(toolchain) if trace::id_of(toolchain) == *id => Some(toolchain),
            _ => None,
        })
    }

    fn push(&mut self, line: Line) {
        self.next_seq = self.next_seq.max(line.seq.saturating_add(1));
        if let Record::Trial(trial) = &line.record {
            if self.by_key.contains_key(&trial.key) {
                self.damage.repeated_trials += 1;
            } else {
                self.by_key.insert(trial.key.clone(), self.lines.len());
            }
        }
        self.lines.push(line);
    }

    fn corrupt(&mut self, number: u64, why: String) {
        self.damage.corrupt += 1;
        if self.damage.corrupt_lines.len() < DESCRIBED {
            self.damage.corrupt_lines.push((number, why));
        }
    }
}

/// A trace that this process, and no other, appends to.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    trace: Trace,
    end: End<File>,
}

impl Store {
    /// Opens the trace at `path` for appending, and makes it with `header` if it is missing or empty.
    ///
    /// An incomplete last line, which a killed process leaves, is cut off and noted in a `repaired` event.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process has it open, what [`Trace::read`] refuses, and what cannot be written.
    pub fn open(path: &Path, header: &Header) -> Result<Self, StoreError> {
        let folder = file::folder_of(path);
        file::make_folder(&folder)?;
        let failed = |e| FileError::from_io(path, "open for appending", e);
        // Looked at before opening: opening a pipe would wait, and a device has no end to append to.
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(FileError::NotAFile { path: path.to_owned() }.into());
        }
        let mut file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { path: path.to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(FileError::from_io(path, "lock", e).into()),
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let found = read_all(path, BufReader::with_capacity(1 << 16, &file))?;
        let end = End::at(file, found.complete);
        let mut store = Self { path: path.to_owned(), trace: found.trace, end };
        store.mend(&found.torn, found.unended, header)?;
        file::sync_folder(&folder)
            .map_err(|e| FileError::from_io(&folder, "make the new name durable in", e))?;
        Ok(store)
    }

    /// Where the trace is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that is in the trace, what was appended since included.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The stored trial with this key: it need not, and must not, be measured again.
    pub fn trial(&self, key: &ContentHash) -> Option<&Trial> {
        self.trace.trial(key)
    }

    /// Appends `record`; a trial, a reuse and the start of a run are durable when this returns. Returns its `seq`.
    ///
    /// A trial whose key is stored already is not stored again: the answer is then the `seq` of the stored one.
    ///
    /// # Errors
    /// [`StoreError::Unstorable`], [`StoreError::Broken`], or [`StoreError::File`] with the reason (full disk,
    /// read-only file system); what was written of the line is then taken back, and the trace stays as it was.
    pub fn append(&mut self, stamp: &Stamp, record: Record) -> Result<u64, StoreError> {
        if let Record::Trial(trial) = &record
            && let Some(line) =
                self.trace.by_key.get(&trial.key).and_then(|at| self.trace.lines.get(*at))
        {
            return Ok(line.seq);
        }
        let seq = self.trace.next_seq;
        let text = trace::encode(&record, stamp, seq)
            .map_err(|why| StoreError::Unstorable { path: self.path.clone(), why })?;
        let durable = matches!(record, Record::Trial(_) | Record::Reused(_) | Record::Run(_));
        self.write(text.as_bytes(), durable)?;
        let Stamp { run, time } = stamp.clone();
        // The number counts this process's own view; files are renumbered whenever they are read.
        let number = self.trace.lines.last().map_or(2, |line| line.number + 1);
        self.trace.push(Line { number, run, seq, time, record });
        Ok(seq)
    }

    /// Notes that the run of `stamp` took over the stored trial with `key`.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn reuse(&mut self, stamp: &Stamp, key: &ContentHash) -> Result<u64, StoreError> {
        self.append(stamp, Record::Reused(Reused { key: key.clone() }))
    }

    /// Names `device` in the trace unless it is there already. Returns its id.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn device(&mut self, stamp: &Stamp, device: &Device) -> Result<ContentHash, StoreError> {
        let id = trace::id_of(device);
        if self.trace.device(&id).is_none() {
            self.append(stamp, Record::Device(device.clone()))?;
        }
        Ok(id)
    }

    /// Names `toolchain` in the trace unless it is there already. Returns its id.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn toolchain(
        &mut self,
        stamp: &Stamp,
        toolchain: &Toolchain,
    ) -> Result<ContentHash, StoreError> {
        let id = trace::id_of(toolchain);
        if self.trace.toolchain(&id).is_none() {
            self.append(stamp, Record::Toolchain(toolchain.clone()))?;
        }
        Ok(id)
    }

    fn mend(&mut self, torn: &[u8], unended: bool, header: &Header) -> Result<(), StoreError> {
        if unended {
            self.write(b"\n", true)?;
        }
        if !torn.is_empty() {
            self.end
                .cut()
                .map_err(|e| FileError::from_io(&self.path, "cut off an incomplete line", e))?;
        }
        if self.trace.header.is_none() {
            let text =
                serde_json::to_string(header).map_err(|e| self.unstorable(e.to_string()))? + "\n";
            self.write(text.as_bytes(), true)?;
            self.trace.header = Some(header.clone());
        }
        if torn.is_empty() {
            return Ok(());
        }
        let dropped = self.trace.damage.torn_bytes;
        let excerpt: String = String::from_utf8_lossy(torn).chars().take(200).collect();
        let fields = BTreeMap::from([
            ("dropped_bytes".to_owned(), Value::Int(i64::try_from(dropped).unwrap_or(i64::MAX))),
            ("began_with".to_owned(), Value::Text(excerpt)),
        ]);
        let event = Event { name: "repaired".to_owned(), fields };
        let stamp = Stamp { run: String::new(), time: header.created.clone() };
        self.append(&stamp, Record::Event(event)).map(|_| ())
    }

    fn unstorable(&self, why: String) -> StoreError {
        StoreError::Unstorable { path: self.path.clone(), why }
    }

    fn write(&mut self, line: &[u8], durable: bool) -> Result<(), StoreError> {
        if self.end.is_broken() {
            return Err(StoreError::Broken { path: self.path.clone() });
        }
        self.end
            .append(line, durable)
            .map_err(|e| FileError::from_io(&self.path, "append to", e).into())
    }
}

/// A file that was read.
struct Found {
    /// What it says.
    trace: Trace,
    /// Where its last usable line ends, in bytes.
    complete: u64,
    /// Whether that line lacks its line end.
    unended: bool,
    /// What lies beyond it.
    torn: Vec<u8>,
}

/// Reads header and lines.
fn read_all(path: &Path, mut reader: impl BufRead) -> Result<Found, StoreError> {
    let mut found =
        Found { trace: Trace::default(), complete: 0, unended: false, torn: Vec::new() };
    let mut number = 0_u64;
    let mut bytes = Vec::new();
    loop {
        let (length, whole) =
            read_line(&mut reader, &mut bytes).map_err(|e| FileError::from_io(path, "read", e))?;
        if length == 0 {
            break;
        }
        number += 1;
        // A beginning of an object is never an object, so that a line without its end is whole or torn, never in between.
        if !whole && matches!(trace::decode(&bytes, number), Decoded::Corrupt(_)) {
            if found.trace.header.is_none() && !begins_like_a_header(&bytes) {
                return Err(StoreError::NotATrace { path: path.to_owned() });
            }
            found.trace.damage.torn_bytes = length;
            found.torn = std::mem::take(&mut bytes);
            break;
        }
        found.complete += length;
        found.unended = !whole;
        take_line(path, &mut found.trace, number, length, &bytes)?;
    }
    Ok(found)
}

fn take_line(
    path: &Path,
    trace: &mut Trace,
    number: u64,
    length: u64,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let decoded = if length > LONGEST_LINE as u64 {
        Decoded::Corrupt(format!("it holds {length} bytes"))
    } else {
        trace::decode(bytes, number)
    };
    match decoded {
        Decoded::Header(header) if header.format == trace::FORMAT => {
            let (path, line, found) = (path.to_owned(), number, header.version);
            if found > trace::VERSION {
                return Err(StoreError::NewerVersion { path, line, found, tool: header.tool });
            }
            if found < trace::VERSION.saturating_sub(1).max(1) {
                return Err(StoreError::OlderVersion { path, line, found });
            }
            trace.header.get_or_insert(header);
        }
        _ if number == 1 => return Err(StoreError::NotATrace { path: path.to_owned() }),
        Decoded::Header(header) => {
            trace.corrupt(number, format!("it is a header of `{}`", header.format));
        }
        Decoded::Line(line, unknown_fields) => {
            trace.damage.unknown_fields += unknown_fields;
            trace.push(line);
        }
        Decoded::Unknown(name) => *trace.damage.unknown_types.entry(name).or_default() += 1,
        Decoded::Corrupt(why) => trace.corrupt(number, why),
    }
    Ok(())
}

/// Whether a file that ends within its first line was begun by SPAK, so that it may be begun again.
fn begins_like_a_header(bytes: &[u8]) -> bool {
    let expected = format!("{{\"format\":\"{}\",", trace::FORMAT);
    let shared = bytes.len().min(expected.len());
    bytes.get(..shared) == expected.as_bytes().get(..shared)
}

/// Reads one line without its end into `bytes`, as far as it is at most [`LONGEST_LINE`] long.
///
/// Returns how many bytes it took from the file, and whether the line had its end.
fn read_line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<(u64, bool)> {
    bytes.clear();
    let mut length = 0_u64;
    loop {
        let buffer = match reader.fill_buf() {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        let (part, whole) = match buffer.iter().position(|b| *b == b'\n') {
            Some(at) => (buffer.get(..at).unwrap_or_default(), true),
            None => (buffer, false),
        };
        let room = LONGEST_LINE.saturating_sub(bytes.len());
        bytes.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
        let taken = part.len() + usize::from(whole);
        let ended = buffer.is_empty();
        reader.consume(taken);
        length += taken as u64;
        if whole || ended {
            return Ok((length, whole));
        }
    }
}
