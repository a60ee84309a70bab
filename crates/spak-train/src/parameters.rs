//! The parameters of a model: names and shapes over one slice of numbers.

use std::ops::Range;

use crate::number::Number;

/// Which parameter; only from [`Layout::add`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ParameterId(usize);

/// One matrix or row of parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, unique within a model.
    pub name: String,
    /// Rows: outputs of a product, entries of a table, 1 for a row.
    pub rows: usize,
    /// Columns: inputs of a product, width of a table's entries.
    pub columns: usize,
    /// Whether weight decay applies to it.
    pub decays: bool,
    /// Deviation of its initial values; 0 starts at `start`.
    pub deviation: f64,
    /// Initial value if the deviation is 0.
    pub start: f64,
    /// Where it lies in the slice of all parameters.
    pub range: Range<usize>,
}

/// All parameters of a model, in the order in which they are initialised.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    parameters: Vec<Parameter>,
    count: usize,
}

impl Layout {
    /// Adds a parameter of this shape after the others.
    pub(crate) fn add(&mut self, name: &str, shape: [usize; 2], start: Start) -> ParameterId {
        let [rows, columns] = shape;
        let range = self.count..self.count + rows * columns;
        self.count = range.end;
        let (deviation, value) = match start {
            Start::Normal(deviation) => (deviation, 0.0),
            Start::Constant(value) => (0.0, value),
        };
        // Tables of entries decay as matrices do; rows of gains and biases do not (GPT-2's and nanoGPT's groups).
        let decays = rows > 1;
        let name = name.to_owned();
        self.parameters.push(Parameter {
            name,
            rows,
            columns,
            decays,
            deviation,
            start: value,
            range,
        });
        ParameterId(self.parameters.len() - 1)
    }

    /// The parameters in order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// How many numbers they are together.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn get(&self, id: ParameterId) -> &Parameter {
        &self.parameters[id.0]
    }

    /// The numbers of one parameter.
    pub(crate) fn of<'a, N: Number>(&self, id: ParameterId, all: &'a [N]) -> &'a [N] {
        &all[self.parameters[id.0].range.clone()]
    }

    /// The numbers of one parameter, to change.
    pub(crate) fn of_mut<'a, N: Number>(&self, id: ParameterId, all: &'a mut [N]) -> &'a mut [N] {
        &mut all[self.parameters[id.0].range.clone()]
    }
}

/// How a parameter starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start {
    /// Normal with mean 0 and this deviation.
    Normal(f64),
    /// All the same.
    Constant(f64),
}
