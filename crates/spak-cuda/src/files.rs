//! Files: which includes which, and which names each of them defines.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::ast::{Class, Unit};
use crate::lower::lower;
use crate::machine::{Definitions, File};
use crate::preprocess::{Macros, Own, Table, includes, prelude, preprocess};
use crate::value::Frame;
use crate::visible::{FileSet, Visible};
use crate::{Source, SyntaxError};

/// Files that include each other this deep are followed.
const DEPTH: usize = 200;

/// All files with their definitions.
pub(crate) struct Files {
    pub(crate) files: Vec<File>,
    pub(crate) visible: Visible,
    pub(crate) errors: Vec<SyntaxError>,
    /// Where branches were taken because of the architecture that is assumed.
    pub(crate) assumed: Vec<spak_program::Site>,
    /// Numbers that macros stand for.
    pub(crate) numbers: Vec<(String, i64, spak_program::Site)>,
}

struct Reading<'s> {
    sources: &'s [Source<'s>],
    /// What each includes, as far as it is there.
    includes: Vec<Vec<usize>>,
    /// What each sees, itself included.
    sees: Vec<FileSet>,
    macros: Table,
    units: Vec<Option<Unit>>,
    errors: Vec<SyntaxError>,
    assumed: Vec<spak_program::Site>,
    numbers: Vec<(String, i64, spak_program::Site)>,
    prelude: Own,
}

/// Reads all files, those that are included before those that include them.
pub(crate) fn read(sources: &[Source<'_>]) -> Files {
    let by_name = by_name(sources);
    let mut reading = Reading {
        includes: sources.iter().map(|source| included(source, sources, &by_name)).collect(),
        sees: sources.iter().map(|_| FileSet::default()).collect(),
        macros: Table::default(),
        units: sources.iter().map(|_| None).collect(),
        sources,
        errors: Vec::new(),
        assumed: Vec::new(),
        numbers: Vec::new(),
        prelude: prelude(),
    };
    let mut entered: BTreeSet<usize> = BTreeSet::new();
    for at in 0..sources.len() {
        reading.file(at, 0, &mut entered);
    }
    let Reading { includes, sees, units, errors, assumed, numbers, .. } = reading;
    let mut visible = Visible::new(includes, sees);
    let files = sources.iter().zip(units).enumerate().map(|(at, (source, unit))| {
        let (names, functions) = index(unit.unwrap_or_default());
        visible.define(at, names.keys());
        File {
            wanted: source.wanted,
            names,
            frame: Rc::new(Frame { file: at, ..Frame::default() }),
            functions,
        }
    });
    let files = files.collect();
    Files { files, visible, errors, assumed, numbers }
}

/// Files by the last part of their paths.
fn by_name(sources: &[Source<'_>]) -> BTreeMap<String, Vec<usize>> {
    let mut all: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, source) in sources.iter().enumerate() {
        let name = source.path.rsplit('/').next().unwrap_or(source.path);
        all.entry(name.to_owned()).or_default().push(at);
    }
    all
}

/// The files that a file includes: of several that end alike, the one that is nearest.
fn included(
    source: &Source<'_>,
    sources: &[Source<'_>],
    by_name: &BTreeMap<String, Vec<usize>>,
) -> Vec<usize> {
    let mut found = Vec::new();
    for (name, _) in includes(source.text) {
        let wanted = name.trim_start_matches("./");
        let wanted = wanted.rsplit("../").next().unwrap_or(wanted);
        let last = wanted.rsplit('/').next().unwrap_or(wanted);
        let candidates = by_name.get(last).map_or(&[][..], Vec::as_slice);
        let common = |at: &usize| {
            let other = sources.get(*at).map_or("", |source| source.path);
            let same = other.bytes().zip(source.path.bytes()).take_while(|(a, b)| a == b);
            same.count()
        };
        let fitting = candidates.iter().filter(|at| {
            sources.get(**at).is_some_and(|other| {
                other.path == wanted
                    || other.path.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/'))
            })
        });
        found.extend(fitting.max_by_key(|at| common(at)).copied());
    }
    found
}

impl Reading<'_> {
    fn file(&mut self, at: usize, depth: usize, entered: &mut BTreeSet<usize>) {
        if depth > DEPTH || !entered.insert(at) {
            return;
        }
        let inner = self.includes.get(at).cloned().unwrap_or_default();
        for other in &inner {
            self.file(*other, depth + 1, entered);
        }
        let mut sees = FileSet::default();
        for other in &inner {
            if let Some(more) = self.sees.get(*other) {
                sees.add(more);
            }
        }
        sees.insert(at);
        let macros = Macros::new(&self.macros, &self.prelude, &sees);
        let Some(source) = self.sources.get(at) else { return };
        let made = preprocess(source.text, source.file, macros);
        let lowered = lower(&made.expanded);
        for (name, (text, site)) in made.numbers {
            if let Ok(number) = text.trim_end_matches(['u', 'U', 'l', 'L']).parse() {
                self.numbers.push((name, number, site));
            }
        }
        self.assumed.extend(made.by_architecture.filter(|_| source.wanted));
        self.errors.extend(lowered.errors.into_iter().map(|(site, message)| SyntaxError {
            file: source.file,
            // What a macro of another file made is named by the file that uses it.
            span: if site.file == source.file { site.span } else { Default::default() },
            message,
        }));
        self.macros.add(at, made.macros);
        if let Some(place) = self.sees.get_mut(at) {
            *place = sees;
        }
        if let Some(place) = self.units.get_mut(at) {
            *place = Some(lowered.unit);
        }
    }
}

type Functions = Vec<(Rc<crate::ast::Function>, Option<Rc<Class>>)>;

/// The names that a file defines.
fn index(unit: Unit) -> (BTreeMap<String, Definitions>, Functions) {
    let mut names: BTreeMap<String, Definitions> = BTreeMap::new();
    let mut functions: Functions = Vec::new();
    let mut methods: BTreeMap<String, Vec<Rc<crate::ast::Function>>> = BTreeMap::new();
    for function in unit.functions {
        match function.scope.first() {
            // A method that is defined outside of its class, or a function of a namespace.
            Some(owner) => methods.entry(owner.clone()).or_default().push(Rc::clone(&function)),
            None => {
                let entry = names.entry(function.name.clone()).or_default();
                entry.functions.push(Rc::clone(&function));
            }
        }
        functions.push((function, None));
    }
    for class in unit.classes {
        add_methods(&class, &mut functions, 0);
        names.entry(class.name.clone()).or_default().classes.push(class);
    }
    for (owner, found) in methods {
        if !names.contains_key(&owner) {
            for function in found {
                names.entry(function.name.clone()).or_default().functions.push(function);
            }
        }
    }
    for found in names.values_mut() {
        // The general class comes before its specializations.
        found.classes.sort_by_key(|class| class.special.is_some());
    }
    for variable in unit.variables {
        for name in &variable.names {
            names.entry(name.clone()).or_default().variable.get_or_insert(Rc::clone(&variable));
        }
    }
    for (name, of) in unit.aliases {
        names.entry(name).or_default().alias.get_or_insert(of);
    }
    for (at, (name, value)) in unit.enumerators.into_iter().enumerate() {
        names.entry(name).or_default().enumerator.get_or_insert((at as i64, value));
    }
    (names, functions)
}

fn add_methods(class: &Rc<Class>, functions: &mut Functions, depth: u32) {
    if depth > 20 {
        return;
    }
    for function in &class.functions {
        functions.push((Rc::clone(function), Some(Rc::clone(class))));
    }
    for inner in &class.classes {
        add_methods(inner, functions, depth + 1);
    }
}
