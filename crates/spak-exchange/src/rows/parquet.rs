//! Rows as Parquet: every column required, snappy pages, dictionaries where they pay.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use spak_records::Value;

use super::{Column, Error, Kind, count};

/// Rows that are collected before they are written.
const GROUP: usize = 1 << 17;

/// The values of a column in the rows that are not written yet.
enum Buffer {
    Bools(Vec<bool>),
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts(Vec<ByteArray>),
}

/// Writes rows in groups of 131,072. `Bool` is `BOOLEAN`, `Int` is `INT64`, `Float` is `DOUBLE`, `Text` is
/// a `STRING`.
///
/// # Errors
/// When writing fails, or a row does not fit the columns.
pub fn write_parquet<R: AsRef<[Value]>>(
    out: &mut (dyn Write + Send),
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> Result<u64, Error> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("spak".to_owned())
        .build();
    let mut file = SerializedFileWriter::new(out, schema(columns)?, Arc::new(properties))?;
    let mut buffers: Vec<Buffer> = columns.iter().map(Buffer::new).collect();
    let (mut written, mut waiting) = (0_u64, 0);
    for row in rows {
        let row = row.as_ref();
        if row.len() != columns.len() {
            return Err(count(written, row.len(), columns.len()));
        }
        for ((buffer, value), column) in buffers.iter_mut().zip(row).zip(columns) {
            if !buffer.push(value) {
                let message =
                    format!("`{}` is {value}, which is not {:?}", column.name, column.kind);
                return Err(Error::Row { row: written, message });
            }
        }
        written += 1;
        waiting += 1;
        if waiting == GROUP {
            flush(file.next_row_group()?, &mut buffers)?;
            waiting = 0;
        }
    }
    if waiting > 0 {
        flush(file.next_row_group()?, &mut buffers)?;
    }
    file.close()?;
    Ok(written)
}

fn schema(columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Bool => (Physical::BOOLEAN, None),
            Kind::Int => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    let fields: Result<Vec<_>, _> = columns.iter().map(field).collect();
    Type::group_type_builder("rows").with_fields(fields?).build().map(Arc::new)
}

impl Buffer {
    fn new(column: &Column) -> Self {
        match column.kind {
            Kind::Bool => Self::Bools(Vec::new()),
            Kind::Int => Self::Ints(Vec::new()),
            Kind::Float => Self::Floats(Vec::new()),
            Kind::Text => Self::Texts(Vec::new()),
        }
    }

    /// Takes a value; `false` when it is of another kind.
    fn push(&mut self, value: &Value) -> bool {
        match (self, value) {
            (Self::Bools(list), Value::Bool(b)) => list.push(*b),
            (Self::Ints(list), Value::Int(i)) => list.push(*i),
            (Self::Floats(list), Value::Float(x)) => list.push(*x),
            (Self::Floats(list), Value::Int(i)) => list.push(*i as f64),
            (Self::Texts(list), Value::Text(s)) => list.push(ByteArray::from(s.as_str())),
            (Self::Texts(list), other) => {
                list.push(ByteArray::from(other.to_string().into_bytes()));
            }
            _ => return false,
        }
        true
    }
}

fn flush<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    buffers: &mut [Buffer],
) -> Result<(), ParquetError> {
    for buffer in buffers {
        let Some(mut column) = group.next_column()? else { break };
        match buffer {
            Buffer::Bools(list) => {
                column.typed::<BoolType>().write_batch(list, None, None)?;
                list.clear();
            }
            Buffer::Ints(list) => {
                column.typed::<Int64Type>().write_batch(list, None, None)?;
                list.clear();
            }
            Buffer::Floats(list) => {
                column.typed::<DoubleType>().write_batch(list, None, None)?;
                list.clear();
            }
            Buffer::Texts(list) => {
                column.typed::<ByteArrayType>().write_batch(list, None, None)?;
                list.clear();
            }
        }
        column.close()?;
    }
    group.close().map(|_| ())
}

impl From<ParquetError> for Error {
    fn from(e: ParquetError) -> Self {
        Self::Format(e.to_string())
    }
}
