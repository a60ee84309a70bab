//! Configs as rows: all of them, or a sample.

use std::io::{BufWriter, Write};

use anyhow::{Context as _, Result, bail};
use rand::SeedableRng;
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
}

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
        (Made::Streamed(_), _) => {
            bail!(
                "the space has no diagram within the limit, so its configs can neither be listed nor drawn uniformly; raise `--max-edges`, or give fewer values"
            )
        }
    }
    writer.end()?;
    Ok(if writer.is_empty { Status::Problems } else { Status::Fine })
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
            Table::Csv => csv(&value.to_string()),
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
            Table::Csv => {
                let names: Vec<String> = parameters.iter().map(|p| csv(&p.name)).collect();
                writeln!(out, "{}", names.join(","))?;
            }
            Table::Json => {
                write!(out, "{{\"format\":\"spak.configs\",\"version\":1,\"configs\":[")?
            }
        }
        Ok(Self { parameters, table, out, cells, is_empty: true })
    }

    fn row(&mut self, config: &[u32]) -> Result<()> {
        match self.table {
            Table::Csv => {
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
