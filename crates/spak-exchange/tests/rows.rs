//! Rows as CSV, JSON and Parquet.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::Write as _;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;
use spak_exchange::rows::{
    Column, Error, Kind, columns, write_csv, write_json, write_json_lines, write_parquet,
};
use spak_records::Value;

fn table() -> (Vec<Column>, Vec<Vec<Value>>) {
    let rows = vec![
        vec![Value::Int(1), Value::Float(0.5), Value::Bool(true), Value::from("a, \"b\"\n")],
        vec![Value::Int(-2), Value::Int(3), Value::Bool(false), Value::from("1")],
    ];
    let domain = |at: usize| rows.iter().map(|r| r[at].clone()).collect::<Vec<_>>();
    let domains: Vec<Vec<Value>> = (0..4).map(domain).collect();
    let names = ["i", "f", "b", "s \"x\""];
    (columns(names.into_iter().zip(domains.iter().map(Vec::as_slice))), rows)
}

#[test]
fn columns_have_the_narrowest_kind() {
    let kinds: Vec<Kind> = table().0.into_iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [Kind::Int, Kind::Float, Kind::Bool, Kind::Text]);
    assert_eq!(Kind::of(&[Value::Int(1), Value::Bool(true)]), Kind::Text);
    assert_eq!(Kind::of(&[]), Kind::Text);
}

#[test]
fn csv_quotes_what_needs_it() {
    let (columns, rows) = table();
    let mut out = Vec::new();
    assert_eq!(write_csv(&mut out, &columns, &rows).unwrap(), 2);
    let expected = "i,f,b,\"s \"\"x\"\"\"\n1,0.5,true,\"a, \"\"b\"\"\n\"\n-2,3,false,\"1\"\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn json_reads_back() {
    let (columns, rows) = table();
    let mut out = Vec::new();
    assert_eq!(write_json(&mut out, &columns, &rows).unwrap(), 2);
    let read: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(read[0]["s \"x\""], "a, \"b\"\n");
    assert_eq!(read[1]["i"], -2);
    let mut lines = Vec::new();
    write_json_lines(&mut lines, &columns, &rows).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let again: Vec<serde_json::Value> =
        lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(again, *read.as_array().unwrap());
    let mut empty = Vec::new();
    write_json(&mut empty, &columns, Vec::<Vec<Value>>::new()).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&empty).unwrap(), serde_json::json!([]));
}

#[test]
fn rows_that_do_not_fit_are_errors() {
    let (columns, _) = table();
    let short = [vec![Value::Int(1)]];
    let mut out = Vec::new();
    assert!(matches!(write_csv(&mut out, &columns, &short), Err(Error::Row { row: 0, .. })));
    assert!(matches!(write_json(&mut out, &columns, &short), Err(Error::Row { row: 0, .. })));
    assert!(matches!(write_parquet(&mut out, &columns, &short), Err(Error::Row { row: 0, .. })));
    let other = [vec![Value::from("x"), Value::Int(1), Value::Bool(true), Value::from("")]];
    let error = write_parquet(&mut out, &columns, &other).unwrap_err();
    assert_eq!(error.to_string(), "row 0: `i` is x, which is not Int");
}

fn cell() -> impl Strategy<Value = Vec<Value>> {
    (any::<i64>(), any::<i32>(), any::<bool>(), "\\PC{0,12}").prop_map(|(i, f, b, s)| {
        vec![Value::Int(i), Value::Float(f64::from(f) / 3.0), Value::Bool(b), Value::Text(s)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn parquet_reads_back(rows in prop::collection::vec(cell(), 0..300)) {
        let (columns, _) = table();
        let mut out = Vec::new();
        prop_assert_eq!(write_parquet(&mut out, &columns, &rows).unwrap(), rows.len() as u64);
        let reader = SerializedFileReader::new(file(&out)).unwrap();
        let read: Vec<Vec<Value>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                row.unwrap()
                    .get_column_iter()
                    .map(|(_, field)| match field {
                        Field::Bool(b) => Value::Bool(*b),
                        Field::Long(i) => Value::Int(*i),
                        Field::Double(x) => Value::Float(*x),
                        Field::Str(s) => Value::Text(s.clone()),
                        other => panic!("{other:?}"),
                    })
                    .collect()
            })
            .collect();
        prop_assert_eq!(read, rows);
    }
}

/// The bytes as a file, which is what the reader takes.
fn file(out: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(out).unwrap();
    file
}

#[test]
fn many_rows_make_several_groups() {
    let columns = [Column { name: "x".to_owned(), kind: Kind::Int }];
    let mut out = Vec::new();
    let rows = (0..300_000).map(|i| [Value::Int(i % 7)]);
    assert_eq!(write_parquet(&mut out, &columns, rows).unwrap(), 300_000);
    assert!(out.len() < 300_000, "dictionaries make it small: {}", out.len());
    let reader = SerializedFileReader::new(file(&out)).unwrap();
    assert_eq!(reader.metadata().num_row_groups(), 3);
    assert_eq!(reader.metadata().file_metadata().num_rows(), 300_000);
}
