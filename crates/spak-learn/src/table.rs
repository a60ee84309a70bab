//! Observations as a table: names with values, and what came of each row.

use std::collections::BTreeMap;

use spak_records::{Config, Value};

/// Whether a name is chosen by whoever writes the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It can be chosen: a tile, a latency.
    Choice,
    /// It is given: a property of the problem, for which nothing can be recommended.
    Given,
}

/// A name and the values of it that occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its name.
    pub name: String,
    /// Its distinct values; numbers ascending.
    pub values: Vec<Value>,
    /// Whether it can be chosen.
    pub role: Role,
}

impl Factor {
    /// The values as numbers, if all are and they ascend.
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        let numbers: Option<Vec<f64>> = self.values.iter().map(Value::as_float).collect();
        numbers.filter(|n| n.windows(2).all(|w| w.first() < w.last()))
    }
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A time or another cost: less is better.
    Less,
    /// A rate: more is better.
    More,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was measured: a time or rate, positive and finite.
    Measured(f64),
    /// It was not accepted, for this reason.
    Rejected(String),
}

/// One observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is called wherever it comes from.
    pub id: String,
    /// For each factor the position of its value.
    pub at: Vec<u32>,
    /// What came of it.
    pub outcome: Outcome,
    /// The time or rate of another program on the same problem, if that was measured beside it.
    pub baseline: Option<f64>,
    /// How far this measurement may be off by what the runs inside it show, as a relative standard deviation, if it has runs.
    pub spread: Option<f64>,
}

/// What a table is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The names.
    pub factors: Vec<Factor>,
    /// What was measured (`time`, `tflops`).
    pub metric: String,
    /// Which way is better.
    pub goal: Goal,
    /// The observations, in any order.
    pub rows: Vec<Row>,
    /// The last digit that is written of the metric, in its unit; 0 when numbers are not rounded.
    pub quantum: f64,
    /// What the baseline column is called, if there is one.
    pub baseline: Option<String>,
}

/// Why rows are no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableError {
    /// A row has another number of values than there are factors, or a value that is not listed.
    Shape(String),
    /// A row has a time or rate that is not positive and finite.
    Impossible(String),
    /// Nothing was measured.
    Empty,
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape(id) => write!(f, "row {id} does not have one value of each name"),
            Self::Impossible(id) => {
                write!(f, "row {id} has a measurement that is not positive and finite")
            }
            Self::Empty => f.write_str("no row was measured"),
        }
    }
}

impl std::error::Error for TableError {}

/// All rows with the same values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) at: Vec<u32>,
    /// Mean logarithm of the cost: of the time, or of one over the rate.
    pub(crate) log: f64,
    /// The same of the baseline.
    pub(crate) baseline: Option<f64>,
    /// How many rows.
    pub(crate) runs: usize,
    /// Sum of squares of their logarithms about the mean.
    pub(crate) squares: f64,
    /// The row nearest to the mean.
    pub(crate) id: String,
}

/// A config that was never accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) at: Vec<u32>,
    pub(crate) reason: String,
    pub(crate) id: String,
}

/// A checked table, one cell for each config that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(crate) input: Input,
    /// In the order of their values, whatever the order of the rows was.
    pub(crate) cells: Vec<Cell>,
    /// Those that were tried and never accepted, in the same order.
    pub(crate) refused: Vec<Refusal>,
    /// Relative rounding error of a measurement, as a standard deviation.
    pub(crate) rounding: f64,
}

impl Table {
    /// Checks the rows and puts those with the same values together.
    ///
    /// # Errors
    /// See [`TableError`].
    pub fn new(input: Input) -> Result<Self, TableError> {
        let mut groups: BTreeMap<&[u32], Vec<&Row>> = BTreeMap::new();
        for row in &input.rows {
            let fits = |(at, factor): (&u32, &Factor)| (*at as usize) < factor.values.len();
            if row.at.len() != input.factors.len() || !row.at.iter().zip(&input.factors).all(fits) {
                return Err(TableError::Shape(row.id.clone()));
            }
            let possible = |x: f64| x.is_finite() && x > 0.0;
            let measured = match row.outcome {
                Outcome::Measured(x) => possible(x),
                Outcome::Rejected(_) => true,
            };
            if !measured || row.baseline.is_some_and(|x| !possible(x)) {
                return Err(TableError::Impossible(row.id.clone()));
            }
            groups.entry(&row.at).or_default().push(row);
        }
        let (mut cells, mut refused) = (Vec::new(), Vec::new());
        for (at, mut rows) in groups {
            // The order of the rows must not be seen in a sum.
            rows.sort_by(|a, b| a.id.cmp(&b.id).then(key(a).total_cmp(&key(b))));
            match cell(at, &rows, input.goal) {
                Some(cell) => cells.push(cell),
                None => refused.extend(rows.first().map(|row| Refusal {
                    at: at.to_vec(),
                    reason: match &row.outcome {
                        Outcome::Rejected(reason) => reason.clone(),
                        Outcome::Measured(_) => String::new(),
                    },
                    id: row.id.clone(),
                })),
            }
        }
        if cells.is_empty() {
            return Err(TableError::Empty);
        }
        // A uniform error of one quantum has a deviation of 1/sqrt(12) of it.
        let squares = cells.iter().map(|c| {
            let value = match input.goal {
                Goal::Less => c.log.exp(),
                Goal::More => (-c.log).exp(),
            };
            (input.quantum / value).powi(2) / 12.0
        });
        let rounding = (squares.sum::<f64>() / cells.len() as f64).sqrt();
        Ok(Self { cells, refused, rounding, input })
    }

    /// The names.
    pub fn factors(&self) -> &[Factor] {
        &self.input.factors
    }

    /// What was measured.
    pub fn metric(&self) -> &str {
        &self.input.metric
    }

    /// Which way is better.
    pub fn goal(&self) -> Goal {
        self.input.goal
    }

    /// How many different configs were measured.
    pub fn measured(&self) -> usize {
        self.cells.len()
    }

    /// How many configs were never accepted.
    pub fn rejected(&self) -> usize {
        self.refused.len()
    }

    /// Every config with its cost, a time or one over a rate; `None` for one that was never accepted.
    pub fn configs(&self) -> impl Iterator<Item = (Config, Option<f64>)> {
        let named = |at: &[u32]| {
            let values = at.iter().zip(&self.input.factors);
            let own = values.filter_map(|(at, factor)| {
                Some((factor.name.clone(), factor.values.get(*at as usize)?.clone()))
            });
            Config(own.collect())
        };
        let measured = self.cells.iter().map(move |cell| (named(&cell.at), Some(cell.log.exp())));
        measured.chain(self.refused.iter().map(move |refused| (named(&refused.at), None)))
    }

    /// The same with a name's role changed; nothing when there is no such name.
    #[must_use]
    pub fn with_role(mut self, name: &str, role: Role) -> Self {
        for factor in self.input.factors.iter_mut().filter(|f| f.name == name) {
            factor.role = role;
        }
        self
    }

    /// The rows for which `keep` says so, if any of them was measured.
    pub fn part(&self, keep: impl Fn(&Row) -> bool) -> Option<Self> {
        let rows = self.input.rows.iter().filter(|row| keep(row)).cloned().collect();
        Self::new(Input { rows, ..self.input.clone() }).ok()
    }

    /// The position of a factor, if more than one value of it was measured.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.input.factors.iter().position(|f| f.name == name)
    }

    pub(crate) fn factor(&self, at: usize) -> Option<&Factor> {
        self.input.factors.get(at)
    }

    pub(crate) fn value(&self, factor: usize, at: u32) -> Option<&Value> {
        self.factor(factor)?.values.get(at as usize)
    }

    /// The position of a value; `1` and `1.0` are one.
    pub(crate) fn value_at(&self, factor: usize, value: &Value) -> Option<u32> {
        let same =
            |v: &Value| v == value || v.as_float().is_some_and(|x| value.as_float() == Some(x));
        let at = self.factor(factor)?.values.iter().position(same)?;
        u32::try_from(at).ok()
    }

    pub(crate) fn log(&self, cell: usize) -> f64 {
        self.cells.get(cell).map_or(f64::NAN, |c| c.log)
    }

    pub(crate) fn id(&self, cell: usize) -> String {
        self.cells.get(cell).map(|c| c.id.clone()).unwrap_or_default()
    }

    /// The names of a role with their positions.
    pub(crate) fn of_role(&self, role: Role) -> impl Iterator<Item = usize> {
        let factors = self.input.factors.iter().enumerate();
        factors.filter(move |(_, f)| f.role == role).map(|(at, _)| at)
    }
}

fn key(row: &Row) -> f64 {
    match row.outcome {
        Outcome::Measured(x) => x,
        Outcome::Rejected(_) => 0.0,
    }
}

/// What was measured with these values; accepted once is accepted.
fn cell(at: &[u32], rows: &[&Row], goal: Goal) -> Option<Cell> {
    let cost = |x: f64| match goal {
        Goal::Less => x.ln(),
        Goal::More => -x.ln(),
    };
    let measured: Vec<(&str, f64)> = rows
        .iter()
        .filter_map(|row| match row.outcome {
            Outcome::Measured(x) => Some((row.id.as_str(), cost(x))),
            Outcome::Rejected(_) => None,
        })
        .collect();
    let logs: Vec<f64> = measured.iter().map(|(_, log)| *log).collect();
    let log = crate::stats::mean(&logs);
    let off = |x: &f64| (x - log).abs();
    let (id, _) = measured.iter().min_by(|a, b| off(&a.1).total_cmp(&off(&b.1)))?;
    let baselines: Vec<f64> = rows.iter().filter_map(|row| row.baseline.map(cost)).collect();
    Some(Cell {
        at: at.to_vec(),
        log,
        baseline: (!baselines.is_empty()).then(|| crate::stats::mean(&baselines)),
        runs: logs.len(),
        squares: logs.iter().map(|x| (x - log).powi(2)).sum(),
        id: (*id).to_owned(),
    })
}
