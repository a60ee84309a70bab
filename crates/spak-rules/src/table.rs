//! Tables by column, with indexes that are made when somebody looks something up.

use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use spak_expr::{CompareOp, Scalar, Value};

use crate::atoms::{Atoms, Key, key};
use crate::base;

/// Indexes by field, made when they are needed.
type Made<T> = RefCell<FxHashMap<u32, Rc<T>>>;

/// A table of the base.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// The columns of fields, by the number of the field's name.
    columns: FxHashMap<u32, Vec<Option<Scalar>>>,
    /// What rows are called as values.
    pub(crate) rows: Vec<Scalar>,
    /// All rows as records, once somebody asked.
    records: RefCell<Option<Value>>,
    equal: Made<FxHashMap<Key, Vec<u32>>>,
    sorted: Made<Vec<(f64, u32)>>,
}

impl Table {
    pub(crate) fn new(number: u32, table: &base::Table, atoms: &mut Atoms) -> Self {
        let mut own = Self {
            columns: FxHashMap::default(),
            rows: Vec::new(),
            records: RefCell::default(),
            equal: RefCell::default(),
            sorted: RefCell::default(),
        };
        for field in &table.fields {
            if let Some(field) = atoms.text(field) {
                own.columns.insert(field, Vec::with_capacity(table.rows.len()));
            }
        }
        for row in &table.rows {
            own.push(number, &table.fields, row, atoms);
        }
        own
    }

    /// Adds a row.
    pub(crate) fn push(
        &mut self,
        number: u32,
        fields: &[String],
        row: &base::Row,
        atoms: &mut Atoms,
    ) {
        let index = self.rows.len() as u32;
        let Some(name) = atoms.row(number, index) else { return };
        for (field, value) in fields.iter().zip(&row.values) {
            let scalar = value.as_ref().and_then(|v| atoms.scalar(v));
            let Some(field) = atoms.text(field) else { continue };
            let column = self.columns.entry(field).or_default();
            column.resize(index as usize, None);
            column.push(scalar);
        }
        self.rows.push(name);
        // They are made again when they are needed again.
        *self.records.borrow_mut() = None;
        self.equal.borrow_mut().clear();
        self.sorted.borrow_mut().clear();
    }

    /// A field of a row.
    pub(crate) fn get(&self, row: u32, field: u32) -> Option<Scalar> {
        self.columns.get(&field)?.get(row as usize).copied().flatten()
    }

    /// All rows as a list of records.
    pub(crate) fn as_value(&self, table: &base::Table) -> Value {
        let mut records = self.records.borrow_mut();
        records
            .get_or_insert_with(|| Value::list(table.rows.iter().map(|r| record(table, r))))
            .clone()
    }

    /// Every row whose `field` compares with `value` like this.
    pub(crate) fn rows_where(
        &self,
        field: u32,
        op: CompareOp,
        value: Scalar,
        each: &mut dyn FnMut(u32),
    ) {
        if op == CompareOp::Equal {
            let index = self.equal(field);
            for row in index.get(&key(value)).into_iter().flatten() {
                each(*row);
            }
        } else if let Some(limit) = number(value) {
            for row in self.beyond(field, op, limit) {
                each(row);
            }
        }
    }

    fn equal(&self, field: u32) -> Rc<FxHashMap<Key, Vec<u32>>> {
        let mut all = self.equal.borrow_mut();
        let made = all.entry(field).or_insert_with(|| {
            let mut index: FxHashMap<Key, Vec<u32>> = FxHashMap::default();
            for (row, value) in self.columns.get(&field).into_iter().flatten().enumerate() {
                if let Some(value) = value {
                    index.entry(key(*value)).or_default().push(row as u32);
                }
            }
            Rc::new(index)
        });
        made.clone()
    }

    fn beyond(&self, field: u32, op: CompareOp, limit: f64) -> Vec<u32> {
        let sorted = {
            let mut all = self.sorted.borrow_mut();
            let made = all.entry(field).or_insert_with(|| {
                let column = self.columns.get(&field).into_iter().flatten().enumerate();
                let numbers = column.filter_map(|(row, v)| Some((number((*v)?)?, row as u32)));
                let mut numbers: Vec<(f64, u32)> = numbers.collect();
                numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
                Rc::new(numbers)
            });
            made.clone()
        };
        let below = |or_equal: bool| {
            sorted.partition_point(|(v, _)| if or_equal { *v <= limit } else { *v < limit })
        };
        let range = match op {
            CompareOp::Less => 0..below(false),
            CompareOp::LessEqual => 0..below(true),
            CompareOp::Greater => below(true)..sorted.len(),
            CompareOp::GreaterEqual => below(false)..sorted.len(),
            _ => 0..sorted.len(),
        };
        let mut rows: Vec<u32> =
            sorted.get(range).unwrap_or_default().iter().map(|(_, r)| *r).collect();
        rows.sort_unstable();
        rows
    }
}

/// A row as a value with fields.
pub(crate) fn record(table: &base::Table, row: &base::Row) -> Value {
    let fields = table.fields.iter().zip(&row.values);
    let known = fields.filter_map(|(field, value)| Some((field.clone(), value.clone()?)));
    Value::Record(Arc::new(known.collect()))
}

fn number(scalar: Scalar) -> Option<f64> {
    match scalar {
        Scalar::Bool(b) => Some(f64::from(u8::from(b))),
        Scalar::Int(i) => Some(i as f64),
        Scalar::Float(f) | Scalar::Quantity(f, _) => Some(f).filter(|f| !f.is_nan()),
        Scalar::Text(_) => None,
    }
}
