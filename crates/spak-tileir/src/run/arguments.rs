//! What a kernel is launched with, and the values that it takes for it.
//!
//! The calling convention is version 1 of cuTile's: of an array the pointer, its sizes and its strides, both as `i32` (or
//! as `i64`, where the kernel was compiled for large arrays); of a number the number; constants are not there.

use super::error::ArgumentError;
use super::memory::Memory;
use super::tile::{Data, Tile};
use crate::module::{Element, Function, Module, Type};
use crate::number::{Exact, Mode, directed};

/// What a kernel is launched with, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// One for each parameter of the Python function that is no constant.
    pub list: Vec<Argument>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// An array in global memory.
    Array(Array),
    /// A whole number or a truth value; it must lie in the range of the type that the kernel takes, with a sign or without.
    Integer(i64),
    /// A number; it is rounded to the type that the kernel takes.
    Float(f64),
}

/// An array in global memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// Of what type its elements are.
    pub element: Element,
    /// Its elements, each with its lowest byte first, in [`Element::bytes`] bytes; those between the rows of an array that
    /// is not dense, too.
    pub bytes: Vec<u8>,
    /// Its sizes.
    pub shape: Vec<u64>,
    /// How many elements apart neighbours are, along each dimension.
    pub strides: Vec<u64>,
}

impl Arguments {
    /// From arguments in order.
    pub fn new(list: impl IntoIterator<Item = Argument>) -> Self {
        Self { list: list.into_iter().collect() }
    }

    /// The array at a place, from 0; `None` where there is something else.
    pub fn array(&self, at: usize) -> Option<&Array> {
        match self.list.get(at) {
            Some(Argument::Array(array)) => Some(array),
            _ => None,
        }
    }
}

impl Array {
    /// One whose last dimension is dense, and whose others follow without gaps.
    pub fn dense(element: Element, shape: &[u64], bytes: Vec<u8>) -> Self {
        let mut strides: Vec<u64> = Vec::with_capacity(shape.len());
        let mut step = 1_u64;
        for size in shape.iter().rev() {
            strides.push(step);
            step = step.saturating_mul(*size);
        }
        strides.reverse();
        Self { element, bytes, shape: shape.to_vec(), strides }
    }

    /// From numbers, each rounded to the element's type; integers are cut off behind the point.
    pub fn of_numbers(element: Element, shape: &[u64], numbers: &[f64]) -> Self {
        let size = element.bytes();
        let mut bytes = Vec::with_capacity(numbers.len() * size);
        for number in numbers {
            let bits = match element {
                Element::F64 => number.to_bits(),
                _ if element.is_float() => {
                    let rounded = directed(element, Exact::of(*number), Mode::NearestEven);
                    u64::from(crate::number::bits_of(element, rounded as f32))
                }
                Element::I1 => u64::from(*number != 0.0),
                _ if *number < 0.0 => *number as i64 as u64,
                _ => *number as u64,
            };
            bytes.extend(bits.to_le_bytes().iter().take(size));
        }
        Self::dense(element, shape, bytes)
    }

    /// Its elements as numbers, in the order of its bytes; integers with their sign, and rounded where they have more than
    /// 53 bits.
    pub fn numbers(&self) -> Vec<f64> {
        let bits = self.bytes.chunks(self.element.bytes()).map(crate::read::little_endian);
        match Data::collect(self.element, bits) {
            Data::I1(all) => all.iter().map(|one| f64::from(u8::from(*one))).collect(),
            Data::F32(all) => all.iter().map(|one| f64::from(*one)).collect(),
            Data::F64(all) => all,
            other => other.integers().unwrap_or_default().iter().map(|one| *one as f64).collect(),
        }
    }

    /// What is wrong with it.
    fn trouble(&self) -> Option<&'static str> {
        if self.shape.len() != self.strides.len() {
            return Some("an array with more sizes than strides, or fewer");
        }
        if self.element.bits() == 4 || self.element == Element::Pointer {
            return Some("arrays of such elements are not supported");
        }
        if !self.bytes.len().is_multiple_of(self.element.bytes()) {
            return Some("the last element of the array is not whole");
        }
        let mut last = 0_u128;
        for (size, stride) in self.shape.iter().zip(&self.strides) {
            if *size == 0 {
                return None;
            }
            last = last.saturating_add(u128::from(size - 1) * u128::from(*stride));
        }
        let there = (self.bytes.len() / self.element.bytes()) as u128;
        (last >= there).then_some("the last element of the array lies behind its bytes")
    }
}

/// A kernel with what it is launched with.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) grid: [u32; 3],
    pub(super) memory: Memory,
    /// The values of the kernel's parameters.
    pub(super) values: Vec<Tile>,
    /// Where the variables of the module begin.
    pub(super) globals: Vec<u64>,
}

impl Launch {
    pub(super) fn new(
        module: &Module,
        function: &Function,
        grid: [u32; 3],
        arguments: &Arguments,
    ) -> Result<Self, ArgumentError> {
        let mut memory = Memory::default();
        let mut given: Vec<(usize, Given)> = Vec::new();
        for (number, argument) in arguments.list.iter().enumerate() {
            match argument {
                Argument::Integer(value) => given.push((number, Given::Integer(*value))),
                Argument::Float(value) => given.push((number, Given::Float(*value))),
                Argument::Array(array) => {
                    if let Some(what) = array.trouble() {
                        return Err(ArgumentError::Array { argument: number, what });
                    }
                    let address = memory.add(array.element, &array.bytes);
                    given.push((number, Given::Pointer(array.element, address)));
                    let extents = array.shape.iter().chain(&array.strides);
                    given.extend(extents.map(|extent| (number, Given::Extent(*extent))));
                }
            }
        }
        let takes = &function.body.arguments;
        if takes.len() != given.len() {
            return Err(ArgumentError::Count { takes: takes.len(), given: given.len() });
        }
        let mut values = Vec::with_capacity(takes.len());
        for (value, (id, (argument, given))) in takes.iter().zip(given).enumerate() {
            let of_type = module.type_of(*id).and_then(|takes| given.value(takes));
            values.push(of_type.ok_or_else(|| {
                ArgumentError::Type {
                    value,
                    argument,
                    takes: module
                        .type_of(*id)
                        .map_or_else(String::new, |one| crate::print::type_text(module, one)),
                    given: given.to_string(),
                }
            })?);
        }
        let bytes =
            |constant: u32| module.constants.get(constant as usize).map_or(&[][..], |all| all);
        let globals = module.globals.iter().map(|one| memory.add(one.element, bytes(one.constant)));
        let globals = globals.collect();
        Ok(Self { grid, memory, values, globals })
    }

    /// Writes the arrays back.
    pub(super) fn give_back(&self, arguments: &mut Arguments) {
        let arrays = arguments.list.iter_mut().filter_map(|argument| match argument {
            Argument::Array(array) => Some(array),
            _ => None,
        });
        for (number, array) in arrays.enumerate() {
            self.memory.copy_to(number, &mut array.bytes);
        }
    }

    /// Where a block stands in the grid: x counts fastest.
    pub(super) fn block(&self, number: u64) -> [u32; 3] {
        let [x, y, _] = self.grid.map(u64::from);
        [number % x, number / x % y, number / x / y].map(|one| one as u32)
    }
}

/// A value for a parameter.
#[derive(Clone, Copy)]
enum Given {
    Pointer(Element, u64),
    Extent(u64),
    Integer(i64),
    Float(f64),
}

impl Given {
    /// As the type that is taken; `None` where it is of another.
    fn value(self, takes: &Type) -> Option<Tile> {
        let Type::Tile { element, pointee, shape } = takes else { return None };
        if !shape.is_empty() {
            return None;
        }
        let bits = match (self, element) {
            (Self::Pointer(of, address), Element::Pointer) if Some(of) == *pointee => address,
            (Self::Extent(extent), Element::I32) if i32::try_from(extent).is_ok() => extent,
            (Self::Extent(extent), Element::I64) if i64::try_from(extent).is_ok() => extent,
            (Self::Integer(value), _) if element.is_integer() && fits(value, element.bits()) => {
                value as u64
            }
            (Self::Float(value), Element::F64) => value.to_bits(),
            (Self::Float(value), _) if element.is_float() => {
                let rounded = directed(*element, Exact::of(value), Mode::NearestEven);
                u64::from(crate::number::bits_of(*element, rounded as f32))
            }
            _ => return None,
        };
        Some(Tile::scalar(*element, bits))
    }
}

/// Whether a number has so many bits, with a sign or without.
fn fits(value: i64, bits: u32) -> bool {
    let value = i128::from(value);
    (-(1_i128 << (bits - 1))..1_i128 << bits).contains(&value)
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pointer(element, _) => write!(f, "an array of {}", element.name()),
            Self::Extent(extent) => write!(f, "the size or stride {extent}"),
            Self::Integer(value) => write!(f, "the integer {value}"),
            Self::Float(value) => write!(f, "the number {value}"),
        }
    }
}
