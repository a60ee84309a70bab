//! The macros that a file knows: its own, and those of the files that it includes, which stay in one table for all.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Macro;
use crate::visible::FileSet;

/// What files defined and removed, by name; those that were read later come later.
#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<String, Vec<Known>>);

/// The file that said what a name is, and what it is; nothing where it was removed.
type Known = (usize, Option<Rc<Macro>>);

impl Table {
    /// Adds what a file defined and removed.
    pub(crate) fn add(&mut self, file: usize, own: Own) {
        for (name, found) in own {
            self.0.entry(name).or_default().push((file, found));
        }
    }
}

/// What one file defined; nothing for a name that it removed.
pub(crate) type Own = BTreeMap<String, Option<Rc<Macro>>>;

/// The macros that one file knows while it is read.
#[derive(Debug)]
pub(crate) struct Macros<'t> {
    pub(crate) own: Own,
    table: &'t Table,
    /// What is known before any file is read.
    prelude: &'t Own,
    visible: &'t FileSet,
}

impl<'t> Macros<'t> {
    pub(crate) fn new(table: &'t Table, prelude: &'t Own, visible: &'t FileSet) -> Self {
        Self { own: Own::new(), table, prelude, visible }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Rc<Macro>> {
        if let Some(own) = self.own.get(name) {
            return own.as_ref();
        }
        let others = self.table.0.get(name).map_or(&[][..], Vec::as_slice);
        match others.iter().rev().find(|(file, _)| self.visible.contains(*file)) {
            Some((_, found)) => found.as_ref(),
            None => self.prelude.get(name).and_then(Option::as_ref),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn insert(&mut self, name: &str, found: Option<Rc<Macro>>) {
        self.own.insert(name.to_owned(), found);
    }
}
