//! Arrays as views of tiles: which elements a tile has, and loading and storing them.

use std::rc::Rc;

use super::error::Trouble;
use super::machine::{Machine, Value};
use super::memory::Memory;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, elements, map_two};
use crate::kinds::Kind;
use crate::module::{Element, Layout, Operation, Padding, Type, View};

/// An array in global memory.
#[derive(Debug)]
pub(super) struct Tensor {
    /// Where its first element lies.
    pub(super) base: u64,
    element: Element,
    shape: Vec<u64>,
    strides: Vec<u64>,
}

/// An array cut into tiles.
#[derive(Debug)]
pub(super) struct TileView {
    tensor: Rc<Tensor>,
    view: View,
}

/// The elements of a tile along one of its dimensions.
enum Axis {
    /// Equally far apart, those beside the array last.
    Even {
        /// How far from the beginning of the array the first lies, in elements.
        first: i128,
        /// How far apart neighbours lie, in elements.
        step: i64,
        /// How many lie in the array.
        there: usize,
        /// How many there are.
        size: usize,
    },
    /// How far from the beginning of the array each lies, in elements; [`BESIDE`] where it does not lie in it.
    Sparse(Vec<i64>),
}

/// Stands for an element beside the array.
const BESIDE: i64 = i64::MIN;

impl<'m> Machine<'m> {
    /// Operations of views and of pointers.
    pub(super) fn memory_step(&mut self, operation: &'m Operation) -> Result<(), Trouble> {
        match &operation.kind {
            Kind::MakeTensorView { shape, strides } => {
                let tensor = self.tensor(operation, *shape, *strides)?;
                self.define(operation, vec![Value::Tensor(Rc::new(tensor))])
            }
            Kind::MakeView => {
                let Value::Tensor(tensor) = self.value(operation, 0)? else {
                    return Err(MALFORMED);
                };
                let id = operation.results.first().ok_or(MALFORMED)?;
                let Some(Type::View(view)) = self.module.type_of(*id) else {
                    return Err(MALFORMED);
                };
                if view.element != tensor.element || view.tile.len() != tensor.shape.len() {
                    return Err(MALFORMED);
                }
                let view = TileView { tensor, view: view.clone() };
                self.define(operation, vec![Value::View(Rc::new(view))])
            }
            Kind::IndexSpace | Kind::TensorShape => {
                let numbers = match self.value(operation, 0)? {
                    Value::View(view) => view.space()?,
                    Value::Tensor(tensor) => tensor.shape.clone(),
                    _ => return Err(MALFORMED),
                };
                let mut all = Vec::with_capacity(numbers.len());
                for (at, number) in numbers.into_iter().enumerate() {
                    let (element, _) = self.result(operation, at)?;
                    all.push(Data::splat(element, number, 1));
                }
                self.define_data(operation, all)
            }
            Kind::LoadView { inside } => {
                let view = self.view(operation, 0)?;
                let axes = self.axes(operation, &view, 1, operation.operands.len(), inside)?;
                let data = view.load(&self.launch.memory, &axes)?;
                self.statistics.loaded += (data.len() * view.tensor.element.bytes()) as u64;
                self.define_data(operation, vec![data])
            }
            Kind::StoreView { inside } => {
                let tile = self.tile(operation, 0)?;
                let view = self.view(operation, 1)?;
                let axes = self.axes(operation, &view, 2, operation.operands.len(), inside)?;
                self.work(tile.data.len() as u64)?;
                let stored = view.store(&self.launch.memory, &axes, &tile)?;
                self.statistics.stored += (stored * view.tensor.element.bytes()) as u64;
                self.define_data(operation, Vec::new())
            }
            Kind::AtomicView { mode, inside } => {
                let view = self.view(operation, 0)?;
                let last = operation.operands.len().checked_sub(1).ok_or(MALFORMED)?;
                let axes = self.axes(operation, &view, 1, last, inside)?;
                let tile = self.tile(operation, last)?;
                view.fits(&tile)?;
                self.work(tile.data.len() as u64)?;
                let element = view.tensor.element;
                let bits = tile.data.bits(element);
                for (bits, place) in bits.iter().zip(view.places(&axes)) {
                    let Some(place) = place else { continue };
                    let run = self.launch.memory.run(view.tensor.base, element, place, 0, 1)?;
                    let change = super::atomics::change(*mode, element)?;
                    run.update(|found| change(found, *bits));
                }
                self.define_data(operation, Vec::new())
            }
            _ => self.pointer_step(operation),
        }
    }

    fn tensor(
        &mut self,
        operation: &Operation,
        shape: usize,
        strides: usize,
    ) -> Result<Tensor, Trouble> {
        let id = operation.results.first().ok_or(MALFORMED)?;
        let Some(Type::TensorView { element, shape: sizes, strides: steps }) =
            self.module.type_of(*id)
        else {
            return Err(MALFORMED);
        };
        let base = self.tile(operation, 0)?.unsigned().ok_or(MALFORMED)?;
        let mut fill = |known: &[Option<u64>], from: usize, count: usize| {
            let dynamic = self.indices(operation, from, from + count)?;
            let mut dynamic = dynamic.into_iter();
            let all = known.iter().map(|one| one.or_else(|| dynamic.next()).ok_or(MALFORMED));
            let all = all.collect::<Result<Vec<u64>, Trouble>>()?;
            if dynamic.next().is_some() { Err(MALFORMED) } else { Ok(all) }
        };
        let shape_values = fill(sizes, 1, shape)?;
        let stride_values = fill(steps, 1 + shape, strides)?;
        Ok(Tensor { base, element: *element, shape: shape_values, strides: stride_values })
    }

    fn view(&mut self, operation: &Operation, at: usize) -> Result<Rc<TileView>, Trouble> {
        match self.value(operation, at)? {
            Value::View(view) => Ok(view),
            _ => Err(MALFORMED),
        }
    }

    /// The elements of the tile whose index operands say, along each of its dimensions.
    fn axes(
        &mut self,
        operation: &Operation,
        view: &TileView,
        from: usize,
        to: usize,
        inside: &[bool],
    ) -> Result<Vec<Axis>, Trouble> {
        let mut index = Vec::with_capacity(to.saturating_sub(from));
        for at in from..to {
            index.push(self.tile(operation, at)?);
        }
        let axes = view.axes(&index)?;
        for (dimension, (axis, inside)) in axes.iter().zip(inside).enumerate() {
            if *inside && !axis.is_inside() {
                return Err(Trouble::NotInside { dimension });
            }
        }
        Ok(axes)
    }
}

impl TileView {
    /// How many tiles there are along each dimension of a tile.
    fn space(&self) -> Result<Vec<u64>, Trouble> {
        match &self.view.layout {
            Layout::Grid { dimensions, steps } => {
                let of = |(dimension, step): (&usize, &u64)| {
                    self.tensor.shape.get(*dimension).map(|size| size.div_ceil(*step))
                };
                dimensions.iter().zip(steps).map(of).collect::<Option<_>>().ok_or(MALFORMED)
            }
            Layout::Gather { .. } => {
                Err(Trouble::Unsupported("the number of tiles of a gathering view".to_owned()))
            }
        }
    }

    fn axes(&self, index: &[Rc<Tile>]) -> Result<Vec<Axis>, Trouble> {
        if index.len() != self.view.tile.len() {
            return Err(MALFORMED);
        }
        let extent = |dimension: usize| {
            let tensor = &self.tensor;
            tensor.shape.get(dimension).copied().zip(tensor.strides.get(dimension).copied())
        };
        match &self.view.layout {
            Layout::Grid { dimensions, steps } => {
                let numbers = index.iter().map(|tile| tile.unsigned());
                let numbers: Vec<u64> = numbers.collect::<Option<_>>().ok_or(MALFORMED)?;
                let space = self.space()?;
                if numbers.iter().zip(&space).any(|(at, count)| at >= count) {
                    return Err(Trouble::Index { index: numbers, space });
                }
                let axes = numbers.iter().zip(steps).zip(dimensions).zip(&self.view.tile);
                let axes = axes.map(|(((number, step), dimension), size)| {
                    let (length, stride) = extent(*dimension)?;
                    let first = u128::from(*number) * u128::from(*step);
                    Some(Axis::of(first, *size, length, stride))
                });
                axes.collect::<Option<_>>().ok_or(MALFORMED)
            }
            Layout::Gather { sparse } => {
                let axes =
                    index.iter().zip(&self.view.tile).enumerate().map(|(at, (tile, size))| {
                        let (length, stride) = extent(at).ok_or(MALFORMED)?;
                        if at != *sparse {
                            let first = tile.unsigned().ok_or(MALFORMED)?;
                            return Ok(Axis::of(u128::from(first), *size, length, stride));
                        }
                        if tile.data.len() != *size || !tile.element.is_integer() {
                            return Err(MALFORMED);
                        }
                        let place = |one: u64| match one < length {
                            true => i64::try_from(i128::from(one) * i128::from(stride))
                                .unwrap_or(i64::MAX),
                            false => BESIDE,
                        };
                        let places = tile.data.bits(tile.element).into_iter().map(place).collect();
                        Ok(Axis::Sparse(places))
                    });
                axes.collect()
            }
        }
    }

    /// How far each element of a tile lies from the beginning of the array.
    fn places(&self, axes: &[Axis]) -> impl Iterator<Item = Option<i128>> {
        let count = elements(&self.view.tile);
        (0..count).map(|at| place(axes, at))
    }

    fn fits(&self, tile: &Tile) -> Result<(), Trouble> {
        match tile.shape == self.view.tile && tile.element == self.tensor.element {
            true => Ok(()),
            false => Err(MALFORMED),
        }
    }

    fn load(&self, memory: &Memory, axes: &[Axis]) -> Result<Data, Trouble> {
        let element = self.tensor.element;
        if element.bits() == 4 {
            return Err(Trouble::Unsupported("an array of elements of 4 bits".to_owned()));
        }
        let padding = padding(element, self.view.padding)?;
        let mut data = Data::collect(element, std::iter::empty());
        let (inner, rows) = rows(axes);
        for row in rows {
            match (row, inner) {
                // Of a row beside the array nothing is read.
                (None, _) => pad(&mut data, &padding, inner.size())?,
                (Some(row), Axis::Even { first, step, there, size }) => {
                    if *there > 0 {
                        let at = row.saturating_add(*first);
                        let run = memory.run(self.tensor.base, element, at, *step, *there)?;
                        run.load(element, &mut data);
                    }
                    pad(&mut data, &padding, size - there)?;
                }
                (Some(row), Axis::Sparse(places)) => {
                    for place in places {
                        if *place == BESIDE {
                            pad(&mut data, &padding, 1)?;
                        } else {
                            let at = row.saturating_add(i128::from(*place));
                            let run = memory.run(self.tensor.base, element, at, 0, 1)?;
                            run.load(element, &mut data);
                        }
                    }
                }
            }
        }
        Ok(data)
    }

    /// Writes a tile, except for what lies beside the array; how many elements that are.
    fn store(&self, memory: &Memory, axes: &[Axis], tile: &Tile) -> Result<usize, Trouble> {
        self.fits(tile)?;
        let element = self.tensor.element;
        if element.bits() == 4 {
            return Err(Trouble::Unsupported("an array of elements of 4 bits".to_owned()));
        }
        let mut stored = 0;
        let (inner, rows) = rows(axes);
        for (number, row) in rows.enumerate() {
            let from = number * inner.size();
            match (row, inner) {
                (None, _) => {}
                (Some(row), Axis::Even { first, step, there, .. }) => {
                    if *there > 0 {
                        let at = row.saturating_add(*first);
                        let run = memory.run(self.tensor.base, element, at, *step, *there)?;
                        run.store(element, &tile.data, from);
                        stored += there;
                    }
                }
                (Some(row), Axis::Sparse(places)) => {
                    let there = places.iter().enumerate().filter(|(_, one)| **one != BESIDE);
                    for (number, place) in there {
                        let at = row.saturating_add(i128::from(*place));
                        let run = memory.run(self.tensor.base, element, at, 0, 1)?;
                        run.store(element, &tile.data, from + number);
                        stored += 1;
                    }
                }
            }
        }
        Ok(stored)
    }
}

/// An array without dimensions has one element, and its tile one row of one.
static SINGLE: Axis = Axis::Even { first: 0, step: 1, there: 1, size: 1 };

/// The last dimension of a tile, and for each of its rows where it begins; `None` where it lies beside the array.
fn rows(axes: &[Axis]) -> (&Axis, impl Iterator<Item = Option<i128>>) {
    let (inner, outer) = axes.split_last().map_or((&SINGLE, axes), |split| split);
    let count: usize = outer.iter().map(Axis::size).product();
    (inner, (0..count).map(|row| place(outer, row)))
}

/// How far from the beginning of the array an element lies, in elements; `None` where it does not lie in it.
fn place(axes: &[Axis], number: usize) -> Option<i128> {
    let mut rest = number;
    let mut sum = 0_i128;
    for axis in axes.iter().rev() {
        sum = axis.place(rest % axis.size())?.saturating_add(sum);
        rest /= axis.size();
    }
    Some(sum)
}

impl Axis {
    /// `size` elements from `first` on, of `length` that the array has.
    fn of(first: u128, size: usize, length: u64, stride: u64) -> Self {
        let there = u128::from(length).saturating_sub(first).min(size as u128) as usize;
        let first = i128::try_from(first).unwrap_or(i128::MAX);
        Self::Even {
            first: first.saturating_mul(i128::from(stride)),
            // One that no offset can have leads out of every array, or belongs to a dimension of one element.
            step: i64::try_from(stride).unwrap_or(i64::MAX),
            there,
            size,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Even { size, .. } => *size,
            Self::Sparse(places) => places.len(),
        }
    }

    fn is_inside(&self) -> bool {
        match self {
            Self::Even { there, size, .. } => there == size,
            Self::Sparse(places) => !places.contains(&BESIDE),
        }
    }

    fn place(&self, at: usize) -> Option<i128> {
        match self {
            Self::Even { first, step, there, .. } if at < *there => {
                Some(first.saturating_add(at as i128 * i128::from(*step)))
            }
            Self::Even { .. } => None,
            Self::Sparse(places) => {
                places.get(at).filter(|one| **one != BESIDE).map(|one| i128::from(*one))
            }
        }
    }
}

/// What an element beside the array reads as.
fn padding(element: Element, padding: Option<Padding>) -> Result<Data, Trouble> {
    let Some(padding) = padding else { return Ok(Data::poison(element, 1)) };
    let value = match padding {
        Padding::Zero => return Ok(Data::splat(element, 0, 1)),
        Padding::NegativeZero => -0.0,
        Padding::Nan => f64::NAN,
        Padding::Infinity => f64::INFINITY,
        Padding::NegativeInfinity => f64::NEG_INFINITY,
    };
    match element {
        Element::F64 => Ok(Data::F64(vec![value])),
        Element::F16 | Element::BF16 | Element::F32 | Element::TF32 | Element::F8E5M2 => {
            Ok(Data::F32(vec![value as f32]))
        }
        Element::F8E4M3 if !value.is_infinite() => Ok(Data::F32(vec![value as f32])),
        _ => Err(Trouble::Unsupported(format!("the padding {value} of {}", element.name()))),
    }
}

/// Adds elements that are all the same.
fn pad(data: &mut Data, with: &Data, count: usize) -> Result<(), Trouble> {
    let taken = std::mem::replace(data, Data::I1(Vec::new()));
    let padded = map_two!(taken, with, all, with => {
        let mut all = all;
        all.extend(std::iter::repeat_n(*with.first().ok_or(MALFORMED)?, count));
        all
    });
    *data = padded.ok_or(MALFORMED)?;
    Ok(())
}
