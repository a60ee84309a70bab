//! Configs as rows: all of them, or a sample.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};

use anyhow::{Context as _, Result, bail};
use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::Value;
use spak_space::Parameter;

use super::Made;
use super::answers::values;
use crate::exit::Status;
use crate::output::NobodyReads;
use crate::tuning::Subject;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Csv,
    Json,
    Parquet,
}

/// Combinations drawn for a sample of a space that has no diagram.
const MAX_DRAWS: u64 = 5_000_000;

/// Which rows.
pub(super) struct Wanted {
    pub(super) sample: Option<u64>,
    pub(super) seed: u64,
}

/// Writes the rows on standard output.
pub(super) fn print(
    subject: &Subject,
    made: &Made,
    wanted: &Wanted,
    table: Table,
) -> Result<Status> {
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    match write(subject, made, wanted, table, &mut out) {
        Err(error)
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) =>
        {
            Err(NobodyReads.into())
        }
        result => result.context("cannot write the rows"),
    }
}

fn write(
    subject: &Subject,
    made: &Made,
    wanted: &Wanted,
    table: Table,
    out: &mut dyn Write,
) -> Result<Status> {
    let parameters = &subject.problem.parameters;
    if table == Table::Parquet {
        return parquet(parameters, made, wanted);
    }
    let mut writer = Writer::begin(parameters, table, out)?;
    match (made, wanted.sample) {
        (Made::Exact(space), Some(count)) => {
            let mut random = ChaCha8Rng::seed_from_u64(wanted.seed);
            for config in space.sample(&mut random).take(usize::try_from(count)?) {
                writer.row(&config)?;
            }
        }
        (Made::Exact(space), None) => {
            let mut configs = space.configs();
            while let Some(config) = configs.advance() {
                writer.row(config)?;
            }
        }
        (Made::Streamed(streamed), Some(count)) => {
            let mut streamed = streamed.clone();
            let found = drawn(&mut streamed, parameters, count, wanted.seed, &mut writer)?;
            if found < count {
                let message = format!(
                    "spak: {found} of {count} configs were found by drawing {MAX_DRAWS} combinations; `--enumerate` finds more, in an order that is not uniform\n"
                );
                crate::output::aside(&message);
                writer.end()?;
                return Ok(Status::Problems);
            }
        }
        (Made::Streamed(streamed), None) => {
            let mut failed = None;
            streamed.clone().walk(u64::MAX, &mut |config| match writer.row(config) {
                Ok(()) => true,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }
    writer.end()?;
    Ok(if writer.is_empty { Status::Problems } else { Status::Fine })
}

/// Rows with typed columns, which are written as a whole.
fn parquet(parameters: &[Parameter], made: &Made, wanted: &Wanted) -> Result<Status> {
    use std::io::IsTerminal as _;
    let Made::Exact(space) = made else {
        bail!("a space without a diagram is written as `csv` or `json`");
    };
    if std::io::stdout().is_terminal() {
        bail!("Parquet is not for a terminal; send it to a file");
    }
    let listed = parameters.iter().map(|p| (p.name.as_str(), p.values.as_slice()));
    let columns = spak_exchange::rows::columns(listed);
    let row = |config: Vec<u32>| -> Vec<Value> {
        let cell = |(p, index): (&Parameter, u32)| p.values.get(index as usize).cloned();
        parameters.iter().zip(config).filter_map(cell).collect()
    };
    let mut out = std::io::stdout();
    let written = match wanted.sample {
        Some(count) => {
            let mut random = ChaCha8Rng::seed_from_u64(wanted.seed);
            let drawn = space.sample(&mut random).take(usize::try_from(count)?);
            spak_exchange::rows::write_parquet(&mut out, &columns, drawn.map(row))?
        }
        None => spak_exchange::rows::write_parquet(&mut out, &columns, space.configs().map(row))?,
    };
    Ok(if written == 0 { Status::Problems } else { Status::Fine })
}

/// Draws combinations until enough are valid: uniform, and hopeless when few are.
fn drawn(
    streamed: &mut spak_space::Streamed,
    parameters: &[Parameter],
    count: u64,
    seed: u64,
    writer: &mut Writer<'_>,
) -> Result<u64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut seen: BTreeSet<Vec<u32>> = BTreeSet::new();
    for _ in 0..MAX_DRAWS {
        if seen.len() as u64 >= count {
            break;
        }
        let config: Vec<u32> = parameters
            .iter()
            .map(|p| {
                let size = p.values.len() as u32 + u32::from(p.when.is_some());
                random.random_range(0..size.max(1))
            })
            .collect();
        if !seen.contains(&config) && streamed.contains(&config) {
            writer.row(&config)?;
            seen.insert(config);
        }
    }
    Ok(seen.len() as u64)
}

struct Writer<'w> {
    parameters: &'w [Parameter],
    table: Table,
    out: &'w mut dyn Write,
    /// Every value as it is written.
    cells: Vec<Vec<String>>,
    is_empty: bool,
}

impl<'w> Writer<'w> {
    fn begin(parameters: &'w [Parameter], table: Table, out: &'w mut dyn Write) -> Result<Self> {
        let cell = |value: &Value| match table {
            Table::Csv | Table::Parquet => csv(&value.to_string()),
            Table::Json => serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()),
        };
        let cells = parameters
            .iter()
            .map(|p| {
                // Absent is nothing.
                p.values.iter().map(cell).chain([String::new()]).collect()
            })
            .collect();
        match table {
            Table::Csv | Table::Parquet => {
                let names: Vec<String> = parameters.iter().map(|p| csv(&p.name)).collect();
                writeln!(out, "{}", names.join(","))?;
            }
            Table::Json => {
                write!(out, "{{\"format\":\"spak.configs\",\"version\":1,\"configs\":[")?;
            }
        }
        Ok(Self { parameters, table, out, cells, is_empty: true })
    }

    fn row(&mut self, config: &[u32]) -> Result<()> {
        match self.table {
            Table::Csv | Table::Parquet => {
                for (at, (cells, index)) in self.cells.iter().zip(config).enumerate() {
                    if at > 0 {
                        self.out.write_all(b",")?;
                    }
                    self.out.write_all(
                        cells.get(*index as usize).map_or("", String::as_str).as_bytes(),
                    )?;
                }
                self.out.write_all(b"\n")?;
            }
            Table::Json => {
                self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *self.out, &values(self.parameters, config))?;
            }
        }
        self.is_empty = false;
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if self.table == Table::Json {
            self.out.write_all(b"\n]}\n")?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// A cell as RFC 4180 has it.
fn csv(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
