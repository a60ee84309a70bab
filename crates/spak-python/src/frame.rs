//! Names and what they stand for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use spak_program::Condition;

use crate::value::Value;

/// The names of one run of a function, of a class or of a module.
#[derive(Debug, Default)]
pub(crate) struct Frame<'a> {
    pub(crate) names: RefCell<BTreeMap<String, Value<'a>>>,
    pub(crate) outer: Option<Rc<Self>>,
    /// What was returned so far, and under which conditions of this run.
    pub(crate) returns: RefCell<Vec<(Value<'a>, Vec<Condition>)>>,
    /// What was yielded so far.
    pub(crate) yields: RefCell<Vec<(Value<'a>, Vec<Condition>)>>,
    /// Conditions that stood when the run began.
    pub(crate) depth: usize,
}

impl<'a> Frame<'a> {
    /// A frame within another.
    pub(crate) fn within(outer: &Rc<Self>, depth: usize) -> Rc<Self> {
        Rc::new(Self { outer: Some(Rc::clone(outer)), depth, ..Self::default() })
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        let mut frame = self;
        loop {
            if let Some(value) = frame.names.borrow().get(name) {
                return Some(value.clone());
            }
            frame = frame.outer.as_deref()?;
        }
    }

    pub(crate) fn set(&self, name: &str, value: Value<'a>) {
        self.names.borrow_mut().insert(name.to_owned(), value);
    }
}
