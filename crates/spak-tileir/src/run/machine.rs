//! One block of the grid: its values, and operation after operation.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::arguments::Launch;
use super::error::{Place, RunError, Trouble};
use super::tile::{Data, Tile, elements};
use super::views::{Tensor, TileView};
use super::{Statistics, text};
use crate::kinds::{Kind, Scalar};
use crate::module::{Block, Element, Function, Module, Operand, Operation, Type};

/// How much work a thread does before it tells the others.
const CHUNK: u64 = 1 << 16;

/// A value of a block.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Not there yet, or not any more.
    #[default]
    Nothing,
    Tile(Rc<Tile>),
    Tensor(Rc<Tensor>),
    View(Rc<TileView>),
    Token,
}

/// How a block of operations ended.
#[derive(Debug)]
pub(super) enum Flow {
    Yield(Vec<Value>),
    Continue(Vec<Value>),
    Break(Vec<Value>),
    Return,
}

/// An operation that could not be run.
struct Failure<'m> {
    operation: &'m Operation,
    trouble: Box<Trouble>,
}

/// Runs blocks of one kernel.
pub(super) struct Machine<'m> {
    pub(super) module: &'m Module,
    pub(super) function: &'m Function,
    pub(super) launch: &'m Launch,
    pub(super) block: [u32; 3],
    pub(super) statistics: Statistics,
    values: Vec<Value>,
    constants: Vec<Option<Rc<Tile>>>,
    /// Within a fold: how many elements its block takes at a time, where it says one.
    lanes: Option<usize>,
    shared_work: &'m AtomicU64,
    most_work: u64,
    /// Work that was not told yet.
    untold: u64,
}

impl<'m> Machine<'m> {
    pub(super) fn new(
        module: &'m Module,
        function: &'m Function,
        launch: &'m Launch,
        shared_work: &'m AtomicU64,
        most_work: u64,
    ) -> Self {
        Self {
            module,
            function,
            launch,
            block: [0; 3],
            statistics: Statistics::default(),
            values: vec![Value::Nothing; function.values as usize],
            constants: vec![None; function.constants as usize],
            lanes: None,
            shared_work,
            most_work,
            untold: 0,
        }
    }

    pub(super) fn into_statistics(self) -> Statistics {
        self.statistics
    }

    /// Runs one block of the grid.
    pub(super) fn run(&mut self, block: [u32; 3]) -> Result<(), RunError> {
        self.block = block;
        self.values.iter_mut().for_each(|value| *value = Value::Nothing);
        self.lanes = None;
        let values = self.launch.values.iter();
        let values = values.map(|tile| Value::Tile(Rc::new(tile.clone()))).collect();
        self.statistics.blocks += 1;
        match self.block_of(&self.function.body, values) {
            Ok(_) => Ok(()),
            Err(Failure { operation, trouble }) => Err(RunError::Operation {
                place: Box::new(Place {
                    kernel: self.function.name.clone(),
                    block,
                    operation: operation.kind.name(),
                    offset: operation.offset,
                    source: self.module.location(operation).cloned(),
                }),
                trouble,
            }),
        }
    }

    /// Runs the operations of a block.
    fn block_of(&mut self, block: &'m Block, arguments: Vec<Value>) -> Result<Flow, Failure<'m>> {
        for (place, value) in self.values.iter_mut().skip(block.first as usize).zip(arguments) {
            *place = value;
        }
        self.forget(&block.unused);
        for operation in &block.operations {
            let fail = |trouble| Failure { operation, trouble: Box::new(trouble) };
            self.statistics.operations += 1;
            let ended = match operation.kind {
                Kind::Yield | Kind::Continue | Kind::Break | Kind::Return => {
                    Some(self.end(operation).map_err(fail)?)
                }
                Kind::If | Kind::For { .. } | Kind::Loop => self.nested(operation)?,
                Kind::Reduce { .. } | Kind::Scan { .. } => {
                    self.fold(operation)?;
                    None
                }
                _ => {
                    self.step(operation).map_err(fail)?;
                    None
                }
            };
            self.forget(&operation.dead);
            if let Some(flow) = ended {
                return Ok(flow);
            }
        }
        Ok(Flow::Return)
    }

    fn forget(&mut self, values: &[u32]) {
        for value in values {
            if let Some(place) = self.values.get_mut(*value as usize) {
                *place = Value::Nothing;
            }
        }
    }

    fn end(&mut self, operation: &Operation) -> Result<Flow, Trouble> {
        self.work(1)?;
        let values = operation.operands.iter().map(|operand| self.take(operand)).collect();
        Ok(match operation.kind {
            Kind::Yield => Flow::Yield(values),
            Kind::Continue => Flow::Continue(values),
            Kind::Break => Flow::Break(values),
            _ => Flow::Return,
        })
    }

    /// Runs an operation that has blocks and is no fold; how the block around it ends, if this ends it.
    fn nested(&mut self, operation: &'m Operation) -> Result<Option<Flow>, Failure<'m>> {
        let fail = |trouble| Failure { operation, trouble: Box::new(trouble) };
        let unfit = || fail(Trouble::Malformed("a block that ends as it must not"));
        match operation.kind {
            Kind::If => {
                let condition = self.integer(operation, 0).map_err(fail)?;
                let branch = operation.blocks.get(usize::from(condition == 0));
                let Some(branch) = branch else {
                    return self.define(operation, Vec::new()).map_err(fail).map(|()| None);
                };
                match self.block_of(branch, Vec::new())? {
                    Flow::Yield(values) => self.define(operation, values).map_err(fail)?,
                    other => return Ok(Some(other)),
                }
            }
            Kind::Loop => {
                let Some(body) = operation.blocks.first() else { return Err(unfit()) };
                let mut carried = self.take_from(operation, 0);
                loop {
                    match self.block_of(body, carried)? {
                        Flow::Continue(values) => carried = values,
                        Flow::Break(values) => {
                            self.define(operation, values).map_err(fail)?;
                            break;
                        }
                        Flow::Return => return Ok(Some(Flow::Return)),
                        Flow::Yield(_) => return Err(unfit()),
                    }
                }
            }
            _ => {
                let Some(body) = operation.blocks.first() else { return Err(unfit()) };
                let mut counter = self.counter(operation).map_err(fail)?;
                let mut carried = self.take_from(operation, 3);
                while let Some(bits) = counter.next() {
                    let number = Tile::scalar(counter.element, bits);
                    carried.insert(0, Value::Tile(Rc::new(number)));
                    match self.block_of(body, carried)? {
                        Flow::Continue(values) => carried = values,
                        Flow::Return => return Ok(Some(Flow::Return)),
                        _ => return Err(unfit()),
                    }
                }
                self.define(operation, carried).map_err(fail)?;
            }
        }
        Ok(None)
    }

    fn counter(&mut self, operation: &Operation) -> Result<Counter, Trouble> {
        let Kind::For { unsigned } = operation.kind else {
            return Err(Trouble::Malformed("a loop without bounds"));
        };
        let first = self.tile(operation, 0)?;
        let element = first.element;
        let both = |tile: &Tile| match unsigned {
            true => tile.unsigned().map(i128::from),
            false => tile.integer().map(i128::from),
        };
        let last = self.tile(operation, 1)?;
        let step = self.integer(operation, 2)?;
        let (Some(next), Some(end)) = (both(&first), both(&last)) else {
            return Err(Trouble::Malformed("a loop over something else than integers"));
        };
        if step <= 0 {
            return Err(Trouble::Step { step });
        }
        Ok(Counter { element, next, end, step: i128::from(step) })
    }

    /// Runs a fold; its block takes vectors where it says single elements.
    fn fold(&mut self, operation: &'m Operation) -> Result<(), Failure<'m>> {
        let fail = |trouble| Failure { operation, trouble: Box::new(trouble) };
        let (dimension, reverse, scan, identities): (_, _, _, &[Scalar]) = match &operation.kind {
            Kind::Reduce { dimension, identities } => (*dimension, false, false, identities),
            Kind::Scan { dimension, reverse, identities } => {
                (*dimension, *reverse, true, identities)
            }
            _ => return Err(fail(Trouble::Malformed("a fold that is none"))),
        };
        let mut inputs = Vec::with_capacity(operation.operands.len());
        for at in 0..operation.operands.len() {
            inputs.push(self.tile(operation, at).map_err(fail)?);
        }
        let Some(block) = operation.blocks.first() else {
            return Err(fail(Trouble::Malformed("a fold without a block")));
        };
        if self.lanes.is_some() || identities.len() != inputs.len() {
            return Err(fail(Trouble::Malformed("a fold within a fold")));
        }
        let size = inputs.iter().map(|tile| tile.data.len() as u64).sum();
        self.work(size).map_err(fail)?;
        let mut failure = None;
        let mut combine = |later: Vec<Data>, earlier: Vec<Data>, elements: &[Element]| {
            let lanes = later.first().map_or(0, Data::len);
            self.lanes = Some(lanes);
            let value = |(data, element): (Data, &Element)| {
                Value::Tile(Rc::new(Tile { element: *element, shape: vec![lanes], data }))
            };
            let pairs = later.into_iter().zip(elements).zip(earlier.into_iter().zip(elements));
            let arguments = pairs.flat_map(|(one, other)| [value(one), value(other)]).collect();
            let flow = self.block_of(block, arguments);
            self.lanes = None;
            let values = match flow {
                Ok(Flow::Yield(values)) => values,
                Ok(_) => return Err(Trouble::Malformed("a fold that yields nothing")),
                Err(found) => {
                    failure = Some(found);
                    return Err(Trouble::Malformed("a fold whose block fails"));
                }
            };
            let data = |(value, element): (Value, &Element)| match value {
                Value::Tile(tile) if tile.element == *element => {
                    let tile = super::tile::own(tile);
                    if tile.data.len() == lanes {
                        return Ok(tile.data);
                    }
                    // An element that does not depend on what is folded.
                    super::shapes::spread(&tile.data, lanes)
                        .ok_or(Trouble::Malformed("a fold that yields other shapes"))
                }
                _ => Err(Trouble::Malformed("a fold that yields other elements")),
            };
            if values.len() != elements.len() {
                return Err(Trouble::Malformed("a fold that yields more or fewer elements"));
            }
            values.into_iter().zip(elements).map(data).collect()
        };
        let folded = super::folds::fold(&inputs, dimension, reverse, scan, &mut combine);
        if let Some(inner) = failure {
            return Err(inner);
        }
        let tiles = folded.map_err(fail)?;
        let values = tiles.into_iter().map(|tile| Value::Tile(Rc::new(tile))).collect();
        self.define(operation, values).map_err(fail)
    }

    /// Counts work, and fails where it is more than is allowed.
    pub(super) fn work(&mut self, elements: u64) -> Result<(), Trouble> {
        self.untold = self.untold.saturating_add(elements);
        self.statistics.work = self.statistics.work.saturating_add(elements);
        if self.untold < CHUNK {
            return Ok(());
        }
        let before = self.shared_work.fetch_add(self.untold, Relaxed);
        let all = before.saturating_add(self.untold);
        self.untold = 0;
        if all > self.most_work { Err(Trouble::Work { limit: self.most_work }) } else { Ok(()) }
    }

    /// The value of an operand, which is not kept where nothing else uses it.
    pub(super) fn take(&mut self, operand: &Operand) -> Value {
        match self.values.get_mut(operand.value as usize) {
            Some(value) if operand.last => std::mem::take(value),
            Some(value) => value.clone(),
            None => Value::Nothing,
        }
    }

    fn take_from(&mut self, operation: &Operation, first: usize) -> Vec<Value> {
        operation.operands.iter().skip(first).map(|operand| self.take(operand)).collect()
    }

    pub(super) fn value(&mut self, operation: &Operation, at: usize) -> Result<Value, Trouble> {
        let operand = operation.operands.get(at);
        operand.map(|one| self.take(one)).ok_or(Trouble::Malformed("too few operands"))
    }

    /// The tile that an operand is; within a fold one of as many elements as are folded at a time.
    pub(super) fn tile(&mut self, operation: &Operation, at: usize) -> Result<Rc<Tile>, Trouble> {
        let Value::Tile(tile) = self.value(operation, at)? else {
            return Err(Trouble::Malformed("an operand that is no tile"));
        };
        match self.lanes {
            Some(lanes) if tile.shape.is_empty() => {
                let data = super::shapes::spread(&tile.data, lanes);
                let data = data.ok_or(Trouble::Malformed("a tile without elements"))?;
                Ok(Rc::new(Tile { element: tile.element, shape: vec![lanes], data }))
            }
            _ => Ok(tile),
        }
    }

    /// The one number that an operand is.
    pub(super) fn integer(&mut self, operation: &Operation, at: usize) -> Result<i64, Trouble> {
        let tile = self.tile(operation, at)?;
        tile.integer().ok_or(Trouble::Malformed("an operand that is no integer"))
    }

    /// The elements and the shape of a result, from its type.
    pub(super) fn result(
        &self,
        operation: &Operation,
        at: usize,
    ) -> Result<(Element, Vec<usize>), Trouble> {
        let id = operation.results.get(at).ok_or(Trouble::Malformed("too few results"))?;
        match (self.module.type_of(*id), self.lanes) {
            (Some(Type::Tile { element, shape, .. }), Some(lanes)) if shape.is_empty() => {
                Ok((*element, vec![lanes]))
            }
            (Some(Type::Tile { element, shape, .. }), _) => Ok((*element, shape.clone())),
            _ => Err(Trouble::Malformed("a result that is no tile")),
        }
    }

    /// Within a fold one operation takes many elements, and only those that treat each alike can be run.
    pub(super) fn is_fold(&self) -> bool {
        self.lanes.is_some()
    }

    /// Makes the results of an operation from elements.
    pub(super) fn define_data(
        &mut self,
        operation: &Operation,
        data: Vec<Data>,
    ) -> Result<(), Trouble> {
        let mut values = Vec::with_capacity(data.len());
        for (at, data) in data.into_iter().enumerate() {
            let (element, shape) = self.result(operation, at)?;
            values.push(Value::Tile(Rc::new(Tile { element, shape, data })));
        }
        let tokens = operation.results.len().saturating_sub(values.len());
        values.extend((0..tokens).map(|_| Value::Token));
        self.define(operation, values)
    }

    /// Makes values the results of an operation, if they are of the types that it says.
    pub(super) fn define(
        &mut self,
        operation: &Operation,
        values: Vec<Value>,
    ) -> Result<(), Trouble> {
        if values.len() != operation.results.len() {
            return Err(Trouble::Malformed("more or fewer results than there are"));
        }
        for (at, (value, id)) in values.into_iter().zip(&operation.results).enumerate() {
            let fits = match (&value, self.module.type_of(*id)) {
                (Value::Tile(tile), Some(Type::Tile { .. })) => {
                    let (element, shape) = self.result(operation, at)?;
                    let of_constant = self.is_fold() && tile.shape.is_empty();
                    tile.element == element
                        && tile.data.holds(element)
                        && tile.data.len() == elements(&tile.shape)
                        && (tile.shape == shape || of_constant)
                }
                (Value::Token, Some(Type::Token))
                | (Value::Tensor(_), Some(Type::TensorView { .. }))
                | (Value::View(_), Some(Type::View(_))) => true,
                _ => false,
            };
            if !fits {
                return Err(Trouble::Malformed("a result of another type than the operation says"));
            }
            let place = self.values.get_mut(operation.first as usize + at);
            *place.ok_or(Trouble::Malformed("too many values"))? = value;
        }
        Ok(())
    }

    /// A constant, made once for each thread.
    pub(super) fn constant(&mut self, operation: &Operation) -> Result<Value, Trouble> {
        let Kind::Constant { constant, cached } = operation.kind else {
            return Err(Trouble::Malformed("a constant that is none"));
        };
        if let Some(Some(tile)) = self.constants.get(cached as usize) {
            return Ok(Value::Tile(tile.clone()));
        }
        let Some(Type::Tile { element, shape, .. }) =
            operation.results.first().and_then(|id| self.module.type_of(*id))
        else {
            return Err(Trouble::Malformed("a constant that is no tile"));
        };
        let bytes = self.module.constants.get(constant as usize).map_or(&[][..], |all| all);
        let data = text::constant(*element, elements(shape), bytes)?;
        let tile = Rc::new(Tile { element: *element, shape: shape.clone(), data });
        if let Some(place) = self.constants.get_mut(cached as usize) {
            *place = Some(tile.clone());
        }
        Ok(Value::Tile(tile))
    }
}

/// The numbers that a loop counts.
struct Counter {
    element: Element,
    next: i128,
    end: i128,
    step: i128,
}

impl Counter {
    fn next(&mut self) -> Option<u64> {
        if self.next >= self.end {
            return None;
        }
        let now = self.next;
        self.next += self.step;
        Some(now as u64)
    }
}
