//! What kernels are launched with on each architecture: the explicit tuning space of a program.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::architecture::ARCHITECTURES;
use crate::cases::{Case, Words};
use crate::constant::Constant;
use crate::evaluate::Assumptions;
use crate::graph::{Condition, KernelId, NodeId, ParameterKind, Program, Site};
use crate::host::{Config, Configs, Launch, LaunchKind, Strategy};
use crate::op::Op;

/// One row: on some architectures, in one case, these parameters have these values.
#[derive(Clone, Debug, PartialEq)]
pub struct TuningRow {
    /// What is launched.
    pub kernel: KernelId,
    /// Where: names of architectures.
    pub architectures: Vec<&'static str>,
    /// The value of what the list is looked up by, if that is what decides: a constant, or `other`.
    pub key: Option<String>,
    /// Under what else, in words.
    pub condition: String,
    /// How one of the values is chosen.
    pub strategy: Strategy,
    /// Fields of configs, parameters of the kernel and hints.
    pub parameters: Vec<String>,
    /// One value for each parameter; `None` means that it is not set.
    pub values: Vec<Vec<Constant>>,
    /// Fields of configs that reach neither the kernel, nor its grid, nor its hints.
    pub dead: Vec<String>,
    /// Where it is written.
    pub sites: Vec<Site>,
}

/// A parameter of a row.
struct Column {
    name: String,
    /// Whether it is a hint.
    is_hint: bool,
    /// What says what it is.
    value: NodeId,
    /// Fields of configs that this is made from.
    fields: Vec<NodeId>,
}

/// What is looked at for one launch.
struct Table<'p> {
    launch: &'p Launch,
    list: Option<&'p Configs>,
    columns: Vec<Column>,
    /// Fields of configs that reach the launch.
    used: Vec<&'p str>,
    /// Conditions that were asked about, and whether a config decides them.
    decided: &'p RefCell<BTreeMap<NodeId, bool>>,
    /// The hints that fields of configs become.
    hints: &'p BTreeMap<&'p str, BTreeSet<&'p str>>,
    /// Conditions in words.
    words: &'p Words,
}

impl Program {
    /// The rows of all launches, those that say the same on several architectures together.
    pub fn tuning(&self) -> Vec<TuningRow> {
        let mut rows: Vec<TuningRow> = Vec::new();
        let sizes = self.tile_sizes();
        let decided = RefCell::new(BTreeMap::new());
        let hints = self.hints_of_fields();
        let words = Words::default();
        for launch in self.launches.iter().filter(|launch| launch.kind == LaunchKind::Real) {
            let table = Table {
                launch,
                list: self.configs_of(launch),
                columns: self.columns(launch, &sizes),
                used: self.fields_used(launch),
                decided: &decided,
                hints: &hints,
                words: &words,
            };
            for (name, capability) in ARCHITECTURES {
                let assumptions =
                    Assumptions { capability: Some(*capability), ..Assumptions::default() };
                for row in self.rows_of(&table, &assumptions, name) {
                    let known = rows.iter_mut().find(|known| {
                        known.kernel == row.kernel
                            && known.key == row.key
                            && known.condition == row.condition
                            && known.strategy == row.strategy
                            && known.parameters == row.parameters
                            && known.values == row.values
                    });
                    match known {
                        Some(known) => {
                            if !known.architectures.contains(name) {
                                known.architectures.push(name);
                            }
                            let new = row.sites.iter().filter(|site| !known.sites.contains(site));
                            let new: Vec<Site> = new.copied().collect();
                            known.sites.extend(new);
                        }
                        None => rows.push(row),
                    }
                }
            }
        }
        rows
    }

    /// Compile-time parameters and hints whose values are chosen by the host, not given by its caller.
    fn columns(&self, launch: &Launch, sizes: &BTreeSet<NodeId>) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        let mut add = |name: &str, value: NodeId, is_hint: bool| {
            let name = match self.node(value) {
                Some(node) if node.op == Op::ConfigField => match node.name() {
                    Some(field) if !field.is_empty() => field.to_owned(),
                    _ => name.to_owned(),
                },
                _ => name.to_owned(),
            };
            if !columns.iter().any(|known| known.name == name) {
                let fields = self.config_fields(value);
                columns.push(Column { name, is_hint, value, fields });
            }
        };
        let Some(kernel) = self.kernels.get(launch.kernel.index()) else { return columns };
        let is_template = kernel.language == "cuda";
        let mut has_numbers = false;
        let is_searched =
            self.configs_of(launch).is_some_and(|list| list.strategy == Strategy::Exhaustive);
        for (parameter, value) in kernel.parameters.iter().zip(&launch.arguments) {
            let Some(value) = value else { continue };
            // A number that the host writes is a choice where it is the size of a tile.
            let is_choice = match self.constant(*value) {
                // Arguments of templates are all written by the host, and numbers among them are what it chooses.
                Some(Constant::Int(_)) if is_template => true,
                None if is_template => self.is_choice_of_numbers(*value),
                // What the caller gives decides cases; the host does not choose it. Where a list is searched, neither does it
                // choose what is no size of a tile and not made from the list: which of several things is computed.
                None if is_searched && !sizes.contains(&parameter.node) => {
                    !self.config_fields(*value).is_empty()
                }
                None => !self.is_given_by_caller(*value),
                Some(Constant::Int(size)) => *size > 1 && sizes.contains(&parameter.node),
                Some(_) => false,
            };
            if parameter.kind == ParameterKind::Constexpr && is_choice {
                has_numbers = true;
                add(&parameter.name, *value, false);
            }
        }
        for hint in &launch.hints {
            // Threads follow from the arguments of a template where there are some.
            if is_template && (hint.name != "num_warps" || has_numbers) {
                continue;
            }
            // What the declaration says stays as it is while a list is searched.
            let is_declared = kernel.hints.iter().any(|known| known.value == hint.value);
            if !(is_declared && is_searched) {
                add(&hint.name, hint.value, true);
            }
        }
        columns
    }

    fn is_given_by_caller(&self, value: NodeId) -> bool {
        self.node(value).is_some_and(|node| matches!(node.op, Op::Parameter | Op::Unknown))
    }

    /// What the sizes of tiles are.
    fn tile_sizes(&self) -> BTreeSet<NodeId> {
        let mut sizes = BTreeSet::new();
        for node in &self.nodes {
            if node.op == Op::Arange {
                sizes.extend(node.argument("stop"));
            }
            let shape = node.argument("shape").and_then(|shape| self.node(shape));
            if let Some(shape) = shape.filter(|shape| shape.op == Op::Tuple) {
                sizes.extend(shape.arguments.iter().map(|argument| argument.value));
            }
        }
        sizes
    }

    fn rows_of(
        &self,
        table: &Table<'_>,
        assumptions: &Assumptions,
        architecture: &'static str,
    ) -> Vec<TuningRow> {
        let mut open: Vec<NodeId> = Vec::new();
        let mut ask = |id: NodeId, condition: bool| {
            let found = if condition {
                self.open_parts(id, assumptions)
            } else {
                self.open_conditions(id, assumptions)
            };
            for id in found {
                // What a config decides is no case of the list.
                if !open.contains(&id) && !self.is_of_config(id, table) {
                    open.push(id);
                }
            }
        };
        for config in table.list.map_or(&[][..], |list| &list.configs) {
            config.conditions.iter().for_each(|condition| ask(condition.value, true));
            config.fields.iter().for_each(|(_, value)| ask(*value, false));
        }
        table.columns.iter().for_each(|column| ask(column.value, false));
        let conditions = self.launch_conditions(table.launch);
        conditions.iter().for_each(|condition| ask(condition.value, true));
        let mut rows = Vec::new();
        for case in self.cases(&open, assumptions, table.words) {
            let mut assumed = assumptions.clone();
            assumed.values.extend(case.values.clone());
            let row = self.row(table, &assumed, &case, architecture);
            // Cases that make no difference are one.
            rows.extend(row.filter(|row| {
                !rows.iter().any(|known: &TuningRow| {
                    known.parameters == row.parameters
                        && known.values == row.values
                        && known.key.is_none()
                        && row.key.is_none()
                })
            }));
        }
        // What the list is looked up by makes no difference either, if all of it is the same.
        let is_same = |pair: &[TuningRow]| match pair {
            [a, b] => a.parameters == b.parameters && a.values == b.values,
            _ => true,
        };
        if rows.len() > 1 && rows.windows(2).all(is_same) {
            rows.truncate(1);
            rows.iter_mut().for_each(|row| row.key = None);
        }
        if let [only] = rows.as_mut_slice() {
            // What cases have in common is what the launch itself asks for.
            only.condition = self.in_words(conditions, assumptions);
        }
        rows
    }

    /// Conditions that decide whether a launch with its own arguments is the one that is made: where templates are
    /// instantiated, each list of arguments has a launch of its own.
    fn launch_conditions<'l>(&self, launch: &'l Launch) -> &'l [Condition] {
        let kernel = self.kernels.get(launch.kernel.index());
        if kernel.is_some_and(|kernel| kernel.language == "cuda") {
            &launch.conditions
        } else {
            &[]
        }
    }

    /// Those of conditions that assumptions leave open, as one formula.
    fn in_words(&self, conditions: &[Condition], assumptions: &Assumptions) -> String {
        let open = conditions.iter().filter(|one| self.evaluate(one.value, assumptions).is_none());
        let words = open.map(|condition| {
            let inner = self.node(condition.value).filter(|node| node.op == Op::Not);
            match inner.and_then(|node| node.argument("a")).filter(|_| !condition.holds) {
                Some(inner) => self.describe(inner),
                None if condition.holds => self.describe(condition.value),
                None => format!("not ({})", self.describe(condition.value)),
            }
        });
        words.collect::<Vec<String>>().join(" and ")
    }

    /// Whether a value is one of several whole numbers, by conditions.
    fn is_choice_of_numbers(&self, value: NodeId) -> bool {
        let mut open = vec![value];
        let mut left = 64;
        while let Some(id) = open.pop() {
            left -= 1;
            match self.node(id).filter(|_| left > 0) {
                Some(node) if node.op == Op::Choice => {
                    let ways = ["then", "otherwise"];
                    open.extend(ways.iter().filter_map(|label| node.argument(label)));
                }
                _ if matches!(self.constant(id), Some(Constant::Int(_))) => {}
                _ => return false,
            }
        }
        true
    }

    fn is_of_config(&self, id: NodeId, table: &Table<'_>) -> bool {
        let mut decided = table.decided.borrow_mut();
        *decided.entry(id).or_insert_with(|| !self.config_fields(id).is_empty())
    }

    /// The open conditions of a condition.
    fn open_parts(&self, id: NodeId, assumptions: &Assumptions) -> Vec<NodeId> {
        if self.evaluate(id, assumptions).is_some() {
            return Vec::new();
        }
        match self.node(id) {
            Some(node) if matches!(node.op, Op::And | Op::Or | Op::Not | Op::Choice) => node
                .arguments
                .iter()
                .flat_map(|argument| self.open_parts(argument.value, assumptions))
                .collect(),
            Some(_) => vec![id],
            None => Vec::new(),
        }
    }

    fn row(
        &self,
        table: &Table<'_>,
        assumed: &Assumptions,
        case: &Case,
        architecture: &'static str,
    ) -> Option<TuningRow> {
        let Table { launch, list, columns, used, .. } = table;
        if self.holds(self.launch_conditions(launch), assumed) == Some(false) {
            return None;
        }
        let mut there: Vec<&Config> = Vec::new();
        let mut strategy = Strategy::Fixed;
        if let Some(list) = list {
            strategy = list.strategy;
            there = list
                .configs
                .iter()
                .filter(|config| self.holds(&config.conditions, assumed) == Some(true))
                .collect();
            if strategy == Strategy::First {
                there.truncate(1);
            }
            if there.is_empty() {
                return None;
            }
        }
        let fields: Vec<&str> = there.first().map_or(Vec::new(), |config| {
            config
                .fields
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| !name.is_empty())
                .collect()
        });
        let is_tuned = strategy == Strategy::Exhaustive;
        let unused = fields.iter().filter(|field| !used.contains(field));
        let dead: Vec<String> = unused.map(|field| (*field).to_owned()).collect();
        let mut parameters: Vec<String> = Vec::new();
        let mut values: Vec<Vec<Constant>> = Vec::new();
        let records: Vec<Option<&Config>> = if there.is_empty() {
            vec![None]
        } else {
            there.iter().map(|one| Some(*one)).collect()
        };
        let mut chosen = assumed.clone();
        for record in &records {
            self.choose(columns, *record, assumed, &mut chosen);
            let mut row: BTreeMap<&str, Constant> = BTreeMap::new();
            let mut order: Vec<&str> = Vec::new();
            for field in fields.iter().filter(|field| is_tuned || used.contains(field)) {
                let node = record.and_then(|config| {
                    config.fields.iter().find(|(name, _)| name == field).map(|(_, value)| *value)
                });
                if let Some(value) = node.and_then(|node| self.evaluate(node, assumed)) {
                    row.insert(field, value);
                    order.push(field);
                }
            }
            for column in columns {
                if row.contains_key(column.name.as_str()) {
                    continue;
                }
                // A field that elsewhere becomes this hint stands for it, whatever it is called.
                let stands = |field: &&str| {
                    let hints = table.hints.get(field);
                    hints.is_some_and(|hints| hints.contains(column.name.as_str()))
                };
                if column.is_hint && order.iter().any(stands) {
                    continue;
                }
                if let Some(value) = self.evaluate(column.value, &chosen) {
                    row.insert(&column.name, value);
                    order.push(&column.name);
                }
            }
            if parameters.is_empty() {
                parameters = order.iter().map(|name| (*name).to_owned()).collect();
            }
            let line: Vec<Constant> = parameters
                .iter()
                .map(|name| row.get(name.as_str()).cloned().unwrap_or(Constant::None))
                .collect();
            if !values.contains(&line) {
                values.push(line);
            }
        }
        if parameters.is_empty() {
            return None;
        }
        let mut sites: Vec<Site> = there.iter().map(|config| config.site).collect();
        sites.extend(list.map(|list| list.site));
        sites.push(launch.site);
        sites.extend(launch.hints.iter().map(|hint| hint.site));
        sites.dedup();
        Some(TuningRow {
            kernel: launch.kernel,
            architectures: vec![architecture],
            key: case.key.clone(),
            condition: case.text.clone(),
            strategy,
            parameters,
            values,
            dead,
            sites,
        })
    }

    /// Assumes of the fields that columns are made from what they are in one config, and of those that it does not have what
    /// was assumed before.
    fn choose(
        &self,
        columns: &[Column],
        record: Option<&Config>,
        before: &Assumptions,
        chosen: &mut Assumptions,
    ) {
        for &field in columns.iter().flat_map(|column| &column.fields) {
            let name = self.node(field).and_then(|node| node.name()).unwrap_or("");
            let value = record.and_then(|one| one.fields.iter().find(|(known, _)| known == name));
            let value = value.and_then(|(_, value)| self.evaluate(*value, before));
            match value.or_else(|| before.values.get(&field).cloned()) {
                Some(value) => chosen.values.insert(field, value),
                None => chosen.values.remove(&field),
            };
        }
    }

    /// Fields of configs that a value is made from.
    pub fn config_fields(&self, id: NodeId) -> Vec<NodeId> {
        let mut open = vec![id];
        let (mut seen, mut found) = (FxHashSet::default(), Vec::new());
        while let Some(id) = open.pop() {
            if seen.len() > 2000 || !seen.insert(id) {
                continue;
            }
            let Some(node) = self.node(id) else { continue };
            if node.op == Op::ConfigField {
                found.push(id);
            }
            open.extend(node.arguments.iter().map(|argument| argument.value));
        }
        found
    }

    /// Of fields of configs, by their names, the hints that a launch has from these and from no other ones.
    pub fn hints_of_fields(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for hint in self.launches.iter().flat_map(|launch| &launch.hints) {
            let fields = self.config_fields(hint.value).into_iter();
            let mut names = fields.map(|field| self.node(field).and_then(|node| node.name()));
            if let Some(Some(first)) = names.next()
                && names.all(|name| name == Some(first))
            {
                found.entry(first).or_default().insert(&hint.name);
            }
        }
        found
    }

    /// Names of fields that reach a launch.
    fn fields_used(&self, launch: &Launch) -> Vec<&str> {
        let hints = launch.hints.iter().map(|hint| hint.value);
        let all = launch.arguments.iter().flatten().copied().chain(launch.grid.iter().copied());
        let fields = all.chain(hints).flat_map(|id| self.config_fields(id));
        fields.filter_map(|id| self.node(id).and_then(|node| node.name())).collect()
    }
}
