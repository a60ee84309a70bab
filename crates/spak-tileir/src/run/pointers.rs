//! Accesses through tiles of pointers.

use std::rc::Rc;

use super::atomics;
use super::error::Trouble;
use super::machine::Machine;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, map_two};
use crate::kinds::Kind;
use crate::module::{Element, Operation};

impl<'m> Machine<'m> {
    /// Operations of pointers.
    pub(super) fn pointer_step(&mut self, operation: &'m Operation) -> Result<(), Trouble> {
        match operation.kind {
            Kind::LoadPointer { mask, padding } => {
                let pointers = self.tile(operation, 0)?;
                let mask = if mask { Some(self.tile(operation, 1)?) } else { None };
                let behind = 1 + usize::from(mask.is_some());
                let padding = if padding { Some(self.tile(operation, behind)?) } else { None };
                let (element, _) = self.result(operation, 0)?;
                let data = self.load(&pointers, mask.as_deref(), padding.as_deref(), element)?;
                self.define_data(operation, vec![data])
            }
            Kind::StorePointer { mask } => {
                let (pointers, values) = self.two(operation)?;
                let mask = if mask { Some(self.tile(operation, 2)?) } else { None };
                let chosen = chosen(&pointers, mask.as_deref())?;
                if values.data.len() != pointers.data.len() {
                    return Err(MALFORMED);
                }
                self.work(values.data.len() as u64)?;
                let mut stored = 0;
                for (at, address) in chosen.enumerate().filter_map(|(at, one)| Some((at, one?))) {
                    let run = self.launch.memory.run(address, values.element, 0, 0, 1)?;
                    run.store(values.element, &values.data, at);
                    stored += values.element.bytes() as u64;
                }
                self.statistics.stored += stored;
                self.define_data(operation, Vec::new())
            }
            Kind::AtomicCompare { mask } => {
                let (pointers, expected) = self.two(operation)?;
                let wanted = self.tile(operation, 2)?;
                let mask = if mask { Some(self.tile(operation, 3)?) } else { None };
                let element = wanted.element;
                let pairs = expected.data.bits(element).into_iter().zip(wanted.data.bits(element));
                let pairs: Vec<(u64, u64)> = pairs.collect();
                let change = |found, (expected, wanted): (u64, u64)| {
                    if found == expected { wanted } else { found }
                };
                let data = self.atomic(&pointers, mask.as_deref(), element, &pairs, change)?;
                // What the mask leaves out gives the expected value back.
                let data = match mask.as_deref() {
                    Some(mask) => {
                        super::shapes::select(mask, Rc::new(tile(element, data)), &expected)?
                    }
                    None => data,
                };
                self.define_data(operation, vec![data])
            }
            Kind::AtomicUpdate { mask, mode } => {
                let (pointers, values) = self.two(operation)?;
                let mask = if mask { Some(self.tile(operation, 2)?) } else { None };
                let element = values.element;
                let change = atomics::change(mode, element)?;
                let bits = values.data.bits(element);
                let data = self.atomic(&pointers, mask.as_deref(), element, &bits, change)?;
                self.define_data(operation, vec![data])
            }
            _ => Err(Trouble::Unsupported(format!("`{}`", operation.kind.name()))),
        }
    }

    fn load(
        &mut self,
        pointers: &Tile,
        mask: Option<&Tile>,
        padding: Option<&Tile>,
        element: Element,
    ) -> Result<Data, Trouble> {
        let mut data = Data::collect(element, std::iter::empty());
        let poison = Data::poison(element, 1);
        let mut loaded = 0;
        for (at, address) in chosen(pointers, mask)?.enumerate() {
            match address {
                Some(address) => {
                    self.launch.memory.run(address, element, 0, 0, 1)?.load(element, &mut data);
                    loaded += element.bytes() as u64;
                }
                None => {
                    let from = padding.map_or((&poison, 0), |padding| (&padding.data, at));
                    push(&mut data, from)?;
                }
            }
        }
        self.statistics.loaded += loaded;
        Ok(data)
    }

    /// Updates one element after the other, and gives those that were there.
    fn atomic<T: Copy>(
        &mut self,
        pointers: &Tile,
        mask: Option<&Tile>,
        element: Element,
        values: &[T],
        change: impl Fn(u64, T) -> u64,
    ) -> Result<Data, Trouble> {
        if values.len() != pointers.data.len() {
            return Err(MALFORMED);
        }
        let poison = Data::poison(element, 1).bits(element).first().copied().unwrap_or(0);
        let mut found = Vec::with_capacity(values.len());
        for (address, value) in chosen(pointers, mask)?.zip(values) {
            found.push(match address {
                Some(address) => {
                    let run = self.launch.memory.run(address, element, 0, 0, 1)?;
                    run.update(|found| change(found, *value))
                }
                None => poison,
            });
        }
        let bytes = (found.len() * element.bytes()) as u64;
        self.statistics.loaded += bytes;
        self.statistics.stored += bytes;
        Ok(Data::collect(element, found.into_iter()))
    }
}

fn tile(element: Element, data: Data) -> Tile {
    Tile { element, shape: vec![data.len()], data }
}

/// The addresses that a mask does not leave out.
fn chosen<'t>(
    pointers: &'t Tile,
    mask: Option<&'t Tile>,
) -> Result<impl Iterator<Item = Option<u64>> + 't, Trouble> {
    let Data::I64(addresses) = &pointers.data else { return Err(MALFORMED) };
    let mask = match mask.map(|mask| &mask.data) {
        None => None,
        Some(Data::I1(mask)) if mask.len() == addresses.len() => Some(mask),
        Some(_) => return Err(MALFORMED),
    };
    let holds = move |at: usize| mask.is_none_or(|mask| mask.get(at).is_some_and(|one| *one));
    Ok(addresses.iter().enumerate().map(move |(at, one)| holds(at).then_some(*one as u64)))
}

/// Adds one element of other data.
fn push(data: &mut Data, (from, at): (&Data, usize)) -> Result<(), Trouble> {
    let taken = std::mem::replace(data, Data::I1(Vec::new()));
    let pushed = map_two!(taken, from, all, from => {
        let mut all = all;
        all.push(*from.get(at).ok_or(MALFORMED)?);
        all
    });
    *data = pushed.ok_or(MALFORMED)?;
    Ok(())
}
