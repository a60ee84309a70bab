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
struct Axis {
    /// How many elements from the beginning of the array each lies; `None` where it lies beside it.
    places: Vec<Option<i128>>,
    /// How far apart neighbours lie, where all do so equally and those beside the array are the last.
    step: Option<i64>,
}

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
            if *inside && axis.places.contains(&None) {
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
                        let place =
                            |one: u64| (one < length).then(|| i128::from(one) * i128::from(stride));
                        let places = tile.data.bits(tile.element).into_iter().map(place).collect();
                        Ok(Axis { places, step: None })
                    });
                axes.collect()
            }
        }
    }

    /// How far each element of a tile lies from the beginning of the array.
    fn places(&self, axes: &[Axis]) -> impl Iterator<Item = Option<i128>> {
        let count = elements(&self.view.tile);
        (0..count).map(|at| {
            let mut rest = at;
            let mut sum = Some(0);
            for axis in axes.iter().rev() {
                let place = axis.places.get(rest % axis.places.len()).copied().flatten();
                sum = sum.zip(place).map(|(sum, place): (i128, i128)| sum + place);
                rest /= axis.places.len();
            }
            sum
        })
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
        for row in self.rows(axes) {
            let (place, inner) = row?;
            let (Some(place), Some(step)) = (place, inner.step) else {
                // Of a row beside the array nothing is read; of a gathered one each element by itself.
                for one in &inner.places {
                    match place.zip(*one) {
                        Some((row, one)) => {
                            let run = memory.run(self.tensor.base, element, row + one, 0, 1)?;
                            run.load(element, &mut data);
                        }
                        None => pad(&mut data, &padding, 1)?,
                    }
                }
                continue;
            };
            let there = inner.places.iter().flatten().count();
            if let Some(Some(first)) = inner.places.first().filter(|_| there > 0) {
                let run = memory.run(self.tensor.base, element, place + first, step, there)?;
                run.load(element, &mut data);
            }
            pad(&mut data, &padding, inner.places.len() - there)?;
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
        let (mut at, mut stored) = (0, 0);
        for row in self.rows(axes) {
            let (place, inner) = row?;
            if let Some(place) = place {
                let there = inner.places.iter().flatten().count();
                match (inner.step, inner.places.first()) {
                    (Some(step), Some(Some(first))) => {
                        let run =
                            memory.run(self.tensor.base, element, place + first, step, there)?;
                        run.store(element, &tile.data, at);
                    }
                    (Some(_), _) => {}
                    (None, _) => {
                        let ones = inner.places.iter().enumerate();
                        for (number, one) in ones.filter_map(|(at, one)| Some((at, (*one)?))) {
                            let run = memory.run(self.tensor.base, element, place + one, 0, 1)?;
                            run.store(element, &tile.data, at + number);
                        }
                    }
                }
                stored += there;
            }
            at += inner.places.len();
        }
        Ok(stored)
    }

    /// For each row of a tile where it begins, and the last dimension.
    fn rows<'a>(
        &self,
        axes: &'a [Axis],
    ) -> impl Iterator<Item = Result<(Option<i128>, &'a Axis), Trouble>> {
        // An array without dimensions has one element, and its tile one row of one.
        static SINGLE: std::sync::LazyLock<Axis> =
            std::sync::LazyLock::new(|| Axis { places: vec![Some(0)], step: Some(1) });
        let (inner, outer) = axes.split_last().map_or((&*SINGLE, axes), |split| split);
        let count: usize = outer.iter().map(|axis| axis.places.len()).product();
        (0..count).map(move |row| {
            let mut rest = row;
            let mut sum = Some(0);
            for axis in outer.iter().rev() {
                let place = axis.places.get(rest % axis.places.len()).copied().flatten();
                sum = sum.zip(place).map(|(sum, place): (i128, i128)| sum + place);
                rest /= axis.places.len();
            }
            Ok((sum, inner))
        })
    }
}

impl Axis {
    /// `size` elements from `first` on, of `length` that the array has.
    fn of(first: u128, size: usize, length: u64, stride: u64) -> Self {
        let place = |at: usize| {
            let position = first + at as u128;
            let inside = position < u128::from(length);
            inside.then(|| (position as i128).saturating_mul(i128::from(stride)))
        };
        // A stride that no offset can have leads out of every array, or belongs to a dimension of one element.
        let step = i64::try_from(stride).unwrap_or(i64::MAX);
        Self { places: (0..size).map(place).collect(), step: Some(step) }
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
