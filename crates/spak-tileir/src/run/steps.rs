//! Single operations: from operands to results, each by its group.

use std::rc::Rc;

use super::error::Trouble;
use super::machine::{Machine, Value};
use super::tile::{Data, Tile, elements, own};
use super::{convert, floats, integers, matrix, shapes, text};
use crate::kinds::{Bounds, Kind};
use crate::module::{Operation, Type};

/// A tile whose operation has other operands than it can have.
pub(super) const MALFORMED: Trouble = Trouble::Malformed("operands that the operation cannot have");

impl<'m> Machine<'m> {
    /// Runs an operation that has no blocks.
    pub(super) fn step(&mut self, operation: &'m Operation) -> Result<(), Trouble> {
        self.work(1)?;
        for at in 0..operation.results.len() {
            if let Ok((_, shape)) = self.result(operation, at) {
                self.work(elements(&shape) as u64)?;
            }
        }
        if let Some(data) = self.element_wise(operation)? {
            return self.define_data(operation, vec![data]);
        }
        match &operation.kind {
            Kind::Constant { .. } => {
                let value = self.constant(operation)?;
                return self.define(operation, vec![value]);
            }
            Kind::Assume(bounds) => {
                let value = self.assumed(operation, *bounds)?;
                return self.define(operation, vec![value]);
            }
            Kind::Unsupported(name) => return Err(Trouble::Unsupported((*name).to_owned())),
            _ if self.is_fold() => {
                let what = format!("`{}` within a fold", operation.kind.name());
                return Err(Trouble::Unsupported(what));
            }
            _ => {}
        }
        if let Some(data) = self.shape(operation)? {
            return self.define_data(operation, vec![data]);
        }
        match &operation.kind {
            Kind::Token => self.define(operation, vec![Value::Token]),
            Kind::BlockId => self.three(operation, self.block),
            Kind::BlockCount => self.three(operation, self.launch.grid),
            Kind::GetGlobal(name) => {
                let at = self.module.globals.iter().position(|one| one.name == *name);
                let address = at.and_then(|at| self.launch.globals.get(at));
                let address = address.ok_or(Trouble::Malformed("a variable that is not there"))?;
                self.define_data(operation, vec![Data::I64(vec![*address as i64])])
            }
            Kind::Assert(message) => {
                let condition = self.tile(operation, 0)?;
                self.work(condition.data.len() as u64)?;
                match &condition.data {
                    Data::I1(all) if all.iter().all(|one| *one) => Ok(()),
                    Data::I1(_) => Err(Trouble::Assert { message: message.clone() }),
                    _ => Err(MALFORMED),
                }
            }
            Kind::Print(format) => {
                let mut tiles = Vec::with_capacity(operation.operands.len());
                for at in 0..operation.operands.len() {
                    let tile = self.tile(operation, at)?;
                    self.work(tile.data.len() as u64)?;
                    tiles.push(tile);
                }
                if self.statistics.printed.len() < text::MOST_TEXTS {
                    self.statistics.printed.push(text::printed(format, &tiles));
                }
                self.define(operation, vec![Value::Token; operation.results.len()])
            }
            _ => self.memory_step(operation),
        }
    }

    fn three(&mut self, operation: &Operation, numbers: [u32; 3]) -> Result<(), Trouble> {
        let mut all = Vec::with_capacity(3);
        for (at, number) in numbers.into_iter().enumerate() {
            let (element, _) = self.result(operation, at)?;
            all.push(Data::splat(element, u64::from(number), 1));
        }
        self.define_data(operation, all)
    }

    /// Those that take one element of each operand at a time.
    fn element_wise(&mut self, operation: &Operation) -> Result<Option<Data>, Trouble> {
        let kind = &operation.kind;
        let data = match kind {
            Kind::FloatUnary { what, mode, flush } => {
                floats::unary(*what, *mode, *flush, self.tile(operation, 0)?)?
            }
            Kind::FloatBinary { what, mode, flush } => {
                let (left, right) = self.two(operation)?;
                floats::binary(*what, *mode, *flush, left, &right)?
            }
            Kind::Fma { mode, flush } => {
                let (left, right) = self.two(operation)?;
                let more = self.tile(operation, 2)?;
                floats::fma(*mode, *flush, left, &right, &more)?
            }
            Kind::PowerInteger => {
                let (base, exponent) = self.two(operation)?;
                floats::power(base, &exponent)?
            }
            Kind::CompareFloat { predicate, ordered } => {
                let (left, right) = self.two(operation)?;
                floats::compare(*predicate, *ordered, &left, &right)?
            }
            Kind::IntegerUnary(what) => integers::unary(*what, self.tile(operation, 0)?)?,
            Kind::IntegerBinary { what, overflow } => {
                let (left, right) = self.two(operation)?;
                integers::binary(*what, *overflow, left, &right)?
            }
            Kind::CompareInteger { predicate, signedness } => {
                let (left, right) = self.two(operation)?;
                integers::compare(*predicate, *signedness, &left, &right)?
            }
            Kind::Select => {
                let condition = self.tile(operation, 0)?;
                let (left, right) = (self.tile(operation, 1)?, self.tile(operation, 2)?);
                shapes::select(&condition, left, &right)?
            }
            Kind::Bitcast
            | Kind::FloatToFloat { .. }
            | Kind::FloatToInteger { .. }
            | Kind::IntegerToFloat { .. }
            | Kind::Extend(_)
            | Kind::Truncate(_)
            | Kind::IntegerToPointer
            | Kind::PointerToInteger
            | Kind::PointerToPointer => {
                let source = self.tile(operation, 0)?;
                let (to, _) = self.result(operation, 0)?;
                convert::convert(kind, &source, to)?
            }
            Kind::Offset => {
                let (pointers, offsets) = self.two(operation)?;
                let size = self.pointee(operation)?;
                convert::offset(pointers, &offsets, size)?
            }
            _ => return Ok(None),
        };
        Ok(Some(data))
    }

    /// Bytes of what the pointers in a result point to.
    fn pointee(&self, operation: &Operation) -> Result<usize, Trouble> {
        match operation.results.first().and_then(|id| self.module.type_of(*id)) {
            Some(Type::Tile { pointee: Some(to), .. }) if to.bits() >= 8 => Ok(to.bytes()),
            Some(Type::Tile { pointee: Some(to), .. }) if to.bits() == 1 => Ok(1),
            Some(Type::Tile { pointee: Some(_), .. }) => {
                Err(Trouble::Unsupported("a pointer to elements of 4 bits".to_owned()))
            }
            _ => Err(MALFORMED),
        }
    }

    pub(super) fn two(&mut self, operation: &Operation) -> Result<(Rc<Tile>, Rc<Tile>), Trouble> {
        Ok((self.tile(operation, 0)?, self.tile(operation, 1)?))
    }

    /// Those that change shapes, and products of matrices.
    fn shape(&mut self, operation: &Operation) -> Result<Option<Data>, Trouble> {
        let (kind, count) = (&operation.kind, operation.operands.len());
        let to = |machine: &Self| machine.result(operation, 0);
        let data = match kind {
            Kind::Iota => {
                let (element, shape) = to(self)?;
                Data::collect(element, 0..elements(&shape) as u64)
            }
            Kind::Reshape => own(self.tile(operation, 0)?).data,
            Kind::Broadcast => shapes::broadcast(self.tile(operation, 0)?, &to(self)?.1)?,
            Kind::Permute(order) => shapes::permute(self.tile(operation, 0)?, order)?,
            Kind::Cat { dimension } => {
                let (left, right) = self.two(operation)?;
                shapes::cat(&left, &right, *dimension)?
            }
            Kind::Extract => {
                let source = self.tile(operation, 0)?;
                let index = self.indices(operation, 1, count)?;
                shapes::extract(&source, &to(self)?.1, &index)?
            }
            Kind::Insert => {
                let (part, whole) = self.two(operation)?;
                let index = self.indices(operation, 2, count)?;
                shapes::insert(&part, whole, &index)?
            }
            Kind::Pack => convert::pack(self.tile(operation, 0)?.as_ref()),
            Kind::Unpack => convert::unpack(self.tile(operation, 0)?.as_ref(), to(self)?.0),
            Kind::MatrixFloat | Kind::MatrixInteger { .. } => {
                let (left, right) = self.two(operation)?;
                let more = self.tile(operation, 2)?;
                let sizes = matrix::Sizes::of(&left, &right, &more)?;
                self.multiplications(sizes)?;
                match kind {
                    Kind::MatrixInteger { left: of_left, right: of_right } => {
                        matrix::integers(sizes, (&left, *of_left), (&right, *of_right), more)?
                    }
                    _ => matrix::floats(sizes, &left, &right, more)?,
                }
            }
            Kind::MatrixScaled => {
                let (left, right) = self.two(operation)?;
                let more = self.tile(operation, 2)?;
                let (of_left, of_right) = (self.tile(operation, 3)?, self.tile(operation, 4)?);
                let sizes = matrix::Sizes::of(&left, &right, &more)?;
                self.multiplications(sizes)?;
                let left = matrix::scaled(left, &of_left, true)?;
                let right = matrix::scaled(right, &of_right, false)?;
                matrix::floats(sizes, &left, &right, more)?
            }
            _ => return Ok(None),
        };
        Ok(Some(data))
    }

    fn multiplications(&mut self, sizes: matrix::Sizes) -> Result<(), Trouble> {
        let count = sizes.multiplications();
        self.statistics.multiplications = self.statistics.multiplications.saturating_add(count);
        self.work(count / 16)
    }

    /// The operands from one on, each a number without a sign.
    pub(super) fn indices(
        &mut self,
        operation: &Operation,
        from: usize,
        to: usize,
    ) -> Result<Vec<u64>, Trouble> {
        let mut indices = Vec::with_capacity(to.saturating_sub(from));
        for at in from..to {
            indices.push(self.tile(operation, at)?.unsigned().ok_or(MALFORMED)?);
        }
        Ok(indices)
    }

    /// A value of which something is assumed, if that holds.
    fn assumed(&mut self, operation: &Operation, bounds: Bounds) -> Result<Value, Trouble> {
        let value = self.value(operation, 0)?;
        match &value {
            Value::Tile(tile) => {
                integers::holds(tile, bounds, self.pointee(operation).unwrap_or(1))?;
            }
            Value::Tensor(tensor) => {
                let base = Tile::scalar(crate::module::Element::I64, tensor.base);
                integers::holds(&base, bounds, 1)?;
            }
            _ => return Err(MALFORMED),
        }
        Ok(value)
    }
}

impl Data {
    /// Whether it holds elements of this type.
    pub(super) fn holds(&self, element: crate::module::Element) -> bool {
        use crate::module::Element as E;
        match self {
            Self::I1(_) => element == E::I1,
            Self::I8(_) => matches!(element, E::I8 | E::I4),
            Self::I16(_) => element == E::I16,
            Self::I32(_) => element == E::I32,
            Self::I64(_) => matches!(element, E::I64 | E::Pointer),
            Self::F64(_) => element == E::F64,
            Self::F32(_) => element.is_float() && element != E::F64,
        }
    }
}
